"""Days: an account summed by the home's own days, the row that long periods are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pandas as pd

from heatledger.accounts import MODES, Account
from heatledger.heat.day_hours import DayHours
from heatledger.heat.flows import Flow, Normal, PumpDay, sum_pump
from heatledger.heat.house_day import HouseDay
from heatledger.heat.system import System
from heatledger.home import Home
from heatledger.quality import meter_flags
from heatledger.readings import INTERVAL_S, Floats, Ints
from heatledger.rooms import RoomDay, room_day
from heatledger.run_day import RunDay, run_day
from heatledger.tariff.model import Tariff
from heatledger.twins import Twin, day_twins

_Columns = np.ndarray[tuple[int, int], np.dtype[np.float64]]

_ARITHMETIC = "13"
"""Raised when the meaning of a day's numbers changes, so that cached ones are made again."""


QUARTER_S = 900
"""Width of a profile's steps: every tariff window and every demand window begins on one. [s]"""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """When a day's energy was used, in quarters of an hour; what is priced by the clock is priced from here. [kWh].

    Attributes
    ----------
    start_s : int
        Start of the first quarter, UTC, a multiple of `QUARTER_S`. [s]
    imported, exported : list of float
        Through the utility's meter, a number each quarter.
    used : list of float
        By the whole home.
    estimated : list of float
        What of that is estimated; empty where nothing is.
    heard : list of float
        The share of each quarter that the main meter was heard; empty where that is all of every quarter. [0–1]
    zones, meters : dict
        The same by zone id, and by meter id, 0 where a meter was not heard.
    """

    start_s: int
    imported: list[float]
    exported: list[float]
    zones: dict[str, list[float]]
    meters: dict[str, list[float]] = {}
    used: list[float] = []
    estimated: list[float] = []
    heard: list[float] = []


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What a home used in one span of at most a local day. [kWh].

    Attributes
    ----------
    use, imported, exported, unallocated, estimated : float
        Whole-home energy; Σ zones + unallocated = use, Σ modes = use.
    meters : dict
        Energy by meter id, None where it was never heard.
    zones, modes : dict
        Energy by zone id and by mode.
    doubts : dict
        Intervals by issue name, by meter id.
    seconds, covered_s : float
        Length of the span up to now, and how much of it the main meter was heard. [s]
    outdoor_c : float or None
        Mean outdoor temperature. [°C]
    profile : Profile
        When the energy was used.
    pumps : dict
        Electricity by mode and heat by rung, by heat pump id.
    house : HouseDay or None
        What the house's own heat balance needs.
    rooms, running : dict
        By zone id, how its energy is known, its hours and temperatures; by heat pump id, its starts, defrosts and rest.
    twins : list of Twin
        Meters that counted the same, hour by hour.
    hours : DayHours or None
        The home hour by hour, as far as whole hours go.
    """

    use: float
    imported: float
    exported: float
    unallocated: float
    estimated: float
    meters: dict[str, float | None]
    zones: dict[str, float]
    modes: dict[str, float]
    doubts: dict[str, dict[str, int]]
    seconds: float
    covered_s: float
    outdoor_c: float | None
    profile: Profile
    pumps: dict[str, PumpDay] = {}
    house: HouseDay | None = None
    rooms: dict[str, RoomDay] = {}
    running: dict[str, RunDay] = {}
    twins: list[Twin] = []
    hours: DayHours | None = None


def days_key(home: Home, tariff: Tariff | None, systems: Mapping[str, System] | None = None) -> str:
    """Return what a cached day depends on beside its readings: home, tariff, maps and arithmetic, as a short hash."""
    maps = [(systems or {}).get(pump.unit or "") for pump in home.heat_pumps]
    body = msgspec.json.encode([home, tariff, maps, _ARITHMETIC], order="deterministic")
    return hashlib.sha256(body).hexdigest()[:16]


def midnight(day: date, timezone: ZoneInfo) -> datetime:
    """Return the instant a local day begins, in UTC: wall-clock arithmetic would miss clock changes."""
    return datetime.combine(day, time(), tzinfo=timezone).astimezone(UTC)


def spans(start: datetime, end: datetime, timezone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """Cut a half-open span at the midnights of a time zone.

    Returns
    -------
    list of tuple
        ``(start, end)`` of each piece, UTC; a day of a clock change has 23 or 25 hours.
    """
    pieces, at, until = [], start.astimezone(UTC), end.astimezone(UTC)
    while at < until:
        following = midnight(at.astimezone(timezone).date() + timedelta(days=1), timezone)
        pieces.append((at, min(following, until)))
        at = following
    return pieces


def sum_days(
    account: Account,
    pieces: Sequence[tuple[datetime, datetime]],
    *,
    now: datetime,
    flows: Mapping[str, Sequence[Flow]] | None = None,
    normal: Mapping[str, Sequence[Normal]] | None = None,
    houses: Sequence[HouseDay | None] | None = None,
    home: Home | None = None,
    hours: Sequence[DayHours | None] | None = None,
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
    flows : mapping, optional
        What each rung says of each heat pump, over the account's intervals.
    normal : mapping, optional
        What is normal for the weather, by heat pump, over the same intervals.
    houses : sequence, optional
        What the house's heat balance needs, by span.
    home : Home, optional
        To compare its meters with each other.
    hours : sequence, optional
        The home hour by hour, by span.

    Returns
    -------
    list of Day
        One a span.
    """
    starts = pd.DatetimeIndex(account.home.index).as_unit("s").asi8
    columns = {name: frame.to_numpy() for name, frame in account._asdict().items()}
    names = {name: [str(column) for column in frame] for name, frame in account._asdict().items()}
    days = []
    none = [None] * len(pieces)
    for (start, end), house, hour in zip(pieces, houses or none, hours or none, strict=True):
        low, high = np.searchsorted(starts, (start.timestamp(), end.timestamp()))
        part = {name: column[low:high] for name, column in columns.items()}
        profile = _profile(part, names, starts[low:high] // QUARTER_S * QUARTER_S)
        pumps = _pumps(part, names, (flows or {}, normal or {}), starts[low:high], slice(int(low), int(high)))
        day = _sum(part, names, (min(end, now) - start).total_seconds(), profile, pumps)
        rooms, running = _rooms(part, names), _running(part, names)
        twins = day_twins(home, dict(zip(names["meters"], part["meters"].T, strict=True))) if home else []
        found = msgspec.structs.replace(day, house=house, rooms=rooms, running=running, twins=twins, hours=hour)
        days.append(found)
    return days


def _named(
    part: Mapping[str, _Columns], names: Mapping[str, Sequence[str]], frame: str
) -> dict[str, dict[str, Floats]]:
    """Return a frame's columns ``<id>:<column>`` by id and column."""
    found: dict[str, dict[str, Floats]] = {}
    for name, column in zip(names[frame], part[frame].T, strict=True):
        who, _, what = name.partition(":")
        found.setdefault(who, {})[what] = column
    return found


def _rooms(part: Mapping[str, _Columns], names: Mapping[str, Sequence[str]]) -> dict[str, RoomDay]:
    outdoor = part["home"][:, names["home"].index("outdoor_c")]
    methods, columns = _named(part, names, "shares"), _named(part, names, "rooms")
    return {zone: room_day(methods.get(zone, {}), columns.get(zone, {}), outdoor) for zone in names["zones"]}


def _running(part: Mapping[str, _Columns], names: Mapping[str, Sequence[str]]) -> dict[str, RunDay]:
    outdoor = part["home"][:, names["home"].index("outdoor_c")]
    used = _named(part, names, "pumps")
    return {
        pump: run_day(columns, outdoor, sum(used[pump].values(), np.zeros(len(outdoor))))
        for pump, columns in _named(part, names, "running").items()
    }


def _pumps(
    part: Mapping[str, _Columns],
    names: Mapping[str, Sequence[str]],
    said: tuple[Mapping[str, Sequence[Flow]], Mapping[str, Sequence[Normal]]],
    starts: Ints,
    where: slice,
) -> dict[str, PumpDay]:
    columns = dict(zip(names["pumps"], part["pumps"].T, strict=True))
    outdoor = part["home"][:, names["home"].index("outdoor_c")]
    found = {}
    for pump in dict.fromkeys(name.partition(":")[0] for name in columns):
        use = {mode: columns[f"{pump}:{mode}"] for mode in MODES if f"{pump}:{mode}" in columns}
        flows = [flow.cut(where) for flow in said[0].get(pump, ())]
        found[pump] = sum_pump(use, outdoor, flows, starts, [one.cut(where) for one in said[1].get(pump, ())])
    return found


def _profile(part: Mapping[str, _Columns], names: Mapping[str, Sequence[str]], quarters: Ints) -> Profile:
    if not len(quarters):
        return Profile(start_s=0, imported=[], exported=[], zones={name: [] for name in names["zones"]})
    size = int(quarters[-1] - quarters[0]) // QUARTER_S + 1
    where = (quarters - quarters[0]) // QUARTER_S

    def by_quarter(column: Floats) -> list[float]:
        return [float(kwh) for kwh in np.bincount(where, weights=column, minlength=size)]

    home = dict(zip(names["home"], part["home"].T, strict=True))
    return Profile(
        start_s=int(quarters[0]),
        imported=by_quarter(home["imported"]),
        exported=by_quarter(home["exported"]),
        used=by_quarter(home["use"]),
        estimated=by_quarter(home["estimated"]) if bool((home["estimated"] > 0).any()) else [],
        heard=by_quarter(home["coverage"] * INTERVAL_S / QUARTER_S) if bool((home["coverage"] < 1).any()) else [],
        zones={name: by_quarter(column) for name, column in zip(names["zones"], part["zones"].T, strict=True)},
        meters={
            name: by_quarter(column)
            for name, column in zip(names["meters"], np.nan_to_num(part["meters"]).T, strict=True)
        },
    )


def _sum(
    part: Mapping[str, _Columns],
    names: Mapping[str, Sequence[str]],
    seconds: float,
    profile: Profile,
    pumps: dict[str, PumpDay],
) -> Day:
    outdoor = part["home"][:, names["home"].index("outdoor_c")]
    outdoor = outdoor[np.isfinite(outdoor)]
    home = dict(zip(names["home"], part["home"].sum(axis=0).tolist(), strict=True))
    meters = np.where(np.isfinite(part["meters"]).any(axis=0), np.nansum(part["meters"], axis=0), np.nan)
    doubts = {
        name: meter_flags(bits.astype(np.int64)) for name, bits in zip(names["flags"], part["flags"].T, strict=True)
    }
    return Day(
        use=home["use"],
        imported=home["imported"],
        exported=home["exported"],
        unallocated=home["unallocated"],
        estimated=home["estimated"],
        meters={name: None if np.isnan(kwh) else float(kwh) for name, kwh in zip(names["meters"], meters, strict=True)},
        zones=dict(zip(names["zones"], part["zones"].sum(axis=0).tolist(), strict=True)),
        modes=dict(zip(names["modes"], part["modes"].sum(axis=0).tolist(), strict=True)),
        doubts={name: counts for name, counts in doubts.items() if counts},
        seconds=max(seconds, 0.0),
        covered_s=home["coverage"] * INTERVAL_S,
        outdoor_c=float(outdoor.mean()) if len(outdoor) else None,
        profile=profile,
        pumps=pumps,
    )
