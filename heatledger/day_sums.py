"""An account summed by the home's own days: every column once, over the edges of all days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

import numpy as np

from heatledger.accounts import MODES, Account, Columns
from heatledger.columns import Column
from heatledger.cuts import Bools, Cuts
from heatledger.days import QUARTER_S, Day, Profile
from heatledger.heat.day_hours import DayHours
from heatledger.heat.flows import Flow, Normal, PumpDay, pump_days
from heatledger.heat.house_day import HouseDay
from heatledger.home import Home
from heatledger.quality import meter_flags
from heatledger.readings import INTERVAL_S, Floats, Ints
from heatledger.rooms import RoomDay, room_days
from heatledger.run_day import RunDay, run_days
from heatledger.twins import twin_days

_Value = TypeVar("_Value")


class Heat(NamedTuple):
    """Of a span: what each rung says and what is normal, by heat pump; by day the house's balance, and hours."""

    flows: Mapping[str, Sequence[Flow]]
    normal: Mapping[str, Sequence[Normal]]
    houses: Sequence[HouseDay | None]
    hours: Sequence[DayHours | None]


def sum_days(
    account: Account,
    pieces: Sequence[tuple[datetime, datetime]],
    *,
    now: datetime,
    heat: Heat | None = None,
    home: Home | None = None,
) -> list[Day]:
    """Sum an account over spans.

    Parameters
    ----------
    account : Account
        Covers every span.
    pieces : sequence of tuple
        Half-open spans, UTC.
    now : datetime
        Nothing after it is expected to have been heard.
    heat : Heat, optional
        What is known of heat, over the account's intervals and by span.
    home : Home, optional
        To compare its meters with each other.

    Returns
    -------
    list of Day
        One a span.
    """
    cuts = Cuts.at(account.start_s, pieces)
    none = [None] * len(pieces)
    heat = heat or Heat({}, {}, none, none)
    rooms, running = _rooms(account, cuts), _running(account, cuts)
    table: dict[str, Sequence[object]] = {
        **_home(account.home, cuts),
        "meters": _meters(account.meters, cuts),
        "zones": _sums(account.zones, cuts),
        "modes": _sums(account.modes, cuts),
        "doubts": _doubts(account.flags, cuts),
        "seconds": [max((min(end, now) - start).total_seconds(), 0.0) for start, end in pieces],
        "profile": _profiles(account, cuts),
        "pumps": _by_name(_pumps(account, heat, cuts), len(pieces)),
        "house": heat.houses,
        "rooms": _by_name(rooms, len(pieces)),
        "running": _by_name(running, len(pieces)),
        "twins": twin_days(home, account.meters, cuts) if home else [[] for _ in pieces],
        "hours": heat.hours,
    }
    return [Day(**dict(zip(table, row, strict=True))) for row in zip(*table.values(), strict=True)]


def _by_name(rows: Mapping[str, Sequence[_Value]], size: int) -> list[dict[str, _Value]]:
    return [{name: row[day] for name, row in rows.items()} for day in range(size)]


def _sums(columns: Columns, cuts: Cuts) -> list[dict[str, float]]:
    return _by_name({name: cuts.sum(column).tolist() for name, column in columns.items()}, len(cuts.low))


def _home(columns: Columns, cuts: Cuts) -> dict[str, Sequence[float | None]]:
    """Return the sums of the whole home, by day."""
    found = {
        name: cuts.sum(columns[name]).tolist() for name in ("use", "imported", "exported", "unallocated", "estimated")
    }
    covered_s = (cuts.sum(columns["coverage"]) * INTERVAL_S).tolist()
    return {**found, "covered_s": covered_s, "outdoor_c": _known(cuts.mean(columns["outdoor_c"]))}


def _known(column: Floats) -> list[float | None]:
    return [None if value != value else value for value in column.tolist()]


def _meters(columns: Columns, cuts: Cuts) -> list[dict[str, float | None]]:
    """Return by day what each meter counted; None where it was never heard. [kWh]."""
    found = {}
    for name, column in columns.items():
        total, heard = cuts.known(column)
        found[name] = _known(np.where(heard > 0, total, np.nan))
    return _by_name(found, len(cuts.low))


def _doubts(flags: Mapping[str, Ints], cuts: Cuts) -> list[dict[str, dict[str, int]]]:
    counts = {name: meter_flags(bits, cuts) for name, bits in flags.items()}
    return [{name: row[day] for name, row in counts.items() if row[day]} for day in range(len(cuts.low))]


def _profiles(account: Account, cuts: Cuts) -> list[Profile]:
    """Sum the columns that are priced by the clock into quarters of an hour."""
    quarters = account.start_s // QUARTER_S
    rows, sizes = cuts.rows(), cuts.sizes
    first, last = (quarters[np.minimum(at, len(quarters) - 1)] for at in (cuts.low, cuts.high - 1))
    counts = np.where(sizes > 0, last - first + 1, 0) if len(quarters) else sizes
    offsets = np.cumsum(counts) - counts
    where = quarters[rows] + np.repeat(offsets - first, sizes) if len(quarters) else rows
    ends = list(zip(offsets.tolist(), (offsets + counts).tolist(), strict=True))

    def by_quarter(column: Floats) -> list[Column]:
        summed = np.bincount(where, column[rows], int(counts.sum()))
        return [Column(summed[low:high].tobytes()) for low, high in ends]

    heard = account.home["coverage"] * INTERVAL_S / QUARTER_S
    columns = {
        "imported": by_quarter(account.home["imported"]),
        "exported": by_quarter(account.home["exported"]),
        "used": by_quarter(account.home["use"]),
        "estimated": _where(cuts.sum(account.home["estimated"] > 0) > 0, by_quarter(account.home["estimated"])),
        "heard": _where(cuts.sum(account.home["coverage"] < 1) > 0, by_quarter(heard)),
        "zones": _by_name({name: by_quarter(column) for name, column in account.zones.items()}, len(ends)),
        "meters": _by_name(
            {name: by_quarter(np.nan_to_num(column)) for name, column in account.meters.items()}, len(ends)
        ),
    }
    starts = np.where(sizes > 0, first * QUARTER_S, 0).tolist() if len(quarters) else sizes.tolist()
    return [
        Profile(start_s=start_s, **dict(zip(columns, row, strict=True)))
        for start_s, row in zip(starts, zip(*columns.values(), strict=True), strict=True)
    ]


def _where(told: Bools, rows: Sequence[Column]) -> list[Column]:
    """Return the rows of those spans in which they say something, empty ones in the others."""
    return [row if yes else Column() for yes, row in zip(told.tolist(), rows, strict=True)]


def _named(columns: Columns) -> dict[str, dict[str, Floats]]:
    """Return columns ``<id>:<column>`` by id and column."""
    found: dict[str, dict[str, Floats]] = {}
    for name, column in columns.items():
        who, _, what = name.partition(":")
        found.setdefault(who, {})[what] = column
    return found


def _rooms(account: Account, cuts: Cuts) -> dict[str, list[RoomDay]]:
    outdoor = account.home["outdoor_c"]
    methods, columns = _named(account.shares), _named(account.rooms)
    return {zone: room_days(methods.get(zone, {}), columns.get(zone, {}), outdoor, cuts) for zone in account.zones}


def _running(account: Account, cuts: Cuts) -> dict[str, list[RunDay]]:
    outdoor, used = account.home["outdoor_c"], _named(account.pumps)
    return {
        pump: run_days(columns, outdoor, sum(used[pump].values(), np.zeros(len(outdoor))), cuts)
        for pump, columns in _named(account.running).items()
    }


def _pumps(account: Account, heat: Heat, cuts: Cuts) -> dict[str, list[PumpDay]]:
    outdoor = account.home["outdoor_c"]
    return {
        pump: pump_days(
            {mode: use[mode] for mode in MODES if mode in use},
            outdoor,
            heat.flows.get(pump, ()),
            cuts,
            heat.normal.get(pump, ()),
        )
        for pump, use in _named(account.pumps).items()
    }
