"""Reads what the rules of the alerts look at: the books, the newest readings, the spool, the disk."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from heatledger.alerts.drift import HeatDay
from heatledger.alerts.observed import Budget, Disk, Machine, Observed, Prices, Silence, Waiting
from heatledger.config import Config
from heatledger.cycles import cycle_at
from heatledger.days import Day, midnight
from heatledger.hearing import LiveValue, Source, sources
from heatledger.home import HeatPump, Home, names
from heatledger.ledger import Ledger
from heatledger.outlook import HISTORY_D
from heatledger.prices import usual_peak
from heatledger.readings import Flag, SeriesKey
from heatledger.rounding import exactly
from heatledger.store import Store, StoreError
from heatledger.store.spool import Spool
from heatledger.summary import Summary
from heatledger.tariff.load import BillError

_RUN_D: Final = 4
_MEASURED: Final = ("A", "B")
_QUARTERS_A_DAY: Final = 96
_LEARNED_IN: Final = (timedelta(hours=1), timedelta(days=7))
_LEARNED_FROM: Final = 8

_log = logging.getLogger(__name__)


class Looked(NamedTuple):
    """A home as the rules look at it, and the running cycle's Summary; None where the store does not answer."""

    observed: Observed
    cycle: Summary | None


def observe(config: Config, book: Ledger, store: Store, *, now: datetime) -> Looked:
    """Look at a home.

    Parameters
    ----------
    config : Config
        For the table of rules.
    book, store : Ledger, Store
        Its books and its readings.
    now : datetime
        Aware.

    Returns
    -------
    Looked
        With None, and a line in the log, for what could not be read.
    """
    home = book.home
    seen = Observed(home, now)
    try:
        summary = book.summary(*book.bounds(cycle_at(home.cycle, _today(home, now))), now=now)
        days = _days(home, book, now)
        prices = _prices(home, book, summary, now)
        devices = _devices(home, store, config.settings.alerts.rules.silent.threshold * 60.0, now)
    except (StoreError, BillError, sqlite3.Error) as error:
        _log.warning("%s: its books do not answer: %s", home.id, error)
        return Looked(seen, None)
    price = summary.bill.price
    return Looked(
        seen._replace(
            budget=_budget(home, summary),
            devices=devices,
            machines=tuple(_machine(pump, days) for pump in home.heat_pumps),
            prices=prices,
            price_now=price.rate if price else None,
        ),
        summary,
    )


def machine(config: Config, *, now: datetime) -> tuple[Waiting | None, Disk | None]:
    """Look at what is not of one home: what waits for the store, and the disk; None where it cannot be read."""
    folder = config.data_dir
    try:
        total, _, free = shutil.disk_usage(folder)
        disk = Disk(str(folder), total, free)
    except OSError:
        disk = None
    return _spool(folder / "spool.db", config.settings.store.spool_mb * 1_000_000, now), disk


def _spool(path: Path, limit: int, now: datetime) -> Waiting | None:
    if not path.is_file():  # ingest keeps its files elsewhere, or never ran
        return None
    try:
        spool = Spool(path, limit_bytes=limit)
    except StoreError as error:
        _log.warning("%s", error)
        return None
    size = spool.size
    spool.close()
    oldest_s = 0.0 if size.oldest_us is None else max(now.timestamp() - size.oldest_us / 1e6, 0.0)
    return Waiting(oldest_s, size.readings, size.bytes, limit)


def _today(home: Home, now: datetime) -> date:
    return now.astimezone(ZoneInfo(home.timezone)).date()


def _budget(home: Home, summary: Summary) -> Budget | None:
    if home.budget is None:
        return None
    seen, bill = summary.bill.outlook, summary.bill
    chance = seen.chance if seen else None
    return Budget(
        start=summary.period.start.date(),
        end=summary.period.end.date(),
        budget=home.budget,
        over=None if chance is None else 1.0 - chance,
        so_far=exactly(bill.total),
        low=exactly(bill.projected.p10),
        middle=exactly(bill.projected.p50),
        high=exactly(bill.projected.p90),
    )


def _prices(home: Home, book: Ledger, summary: Summary, now: datetime) -> Prices | None:
    ahead = summary.bill.price.ahead if summary.bill.price else ()
    plan = book.plan(now - timedelta(days=9), now)
    if plan is None or not ahead:
        return None
    cycle = cycle_at(home.cycle, _today(home, now))
    start, end = book.bounds(cycle)
    days = {cycle.start + timedelta(days=number): day for number, day in enumerate(book.days(start, end, now))}
    return Prices(ahead, usual_peak(home, plan, cycle, days, now))


def _days(home: Home, book: Ledger, now: datetime) -> list[tuple[date, Day]]:
    """Return the days that the rules about heat pumps need: many, where any heat is measured."""
    if not home.heat_pumps:
        return []
    measured = any(pump.heat_meter or pump.air_flow for pump in home.heat_pumps)
    today, zone = _today(home, now), ZoneInfo(home.timezone)
    first = today - timedelta(days=HISTORY_D if measured else _RUN_D)
    made = book.days(midnight(first, zone), now, now)
    return [(first + timedelta(days=number), day) for number, day in enumerate(made)]


def _machine(pump: HeatPump, days: Sequence[tuple[date, Day]]) -> Machine:
    recent = days[-_RUN_D - 1 :]
    return Machine(
        id=pump.id,
        name=pump.name or pump.id,
        days=tuple((day, row.running[pump.id]) for day, row in recent if pump.id in row.running),
        heating=_heat(pump, days[:-1], "heating"),
        cooling=_heat(pump, days[:-1], "cooling"),
        backup_kwh=_backup(pump, [row for _, row in recent]),
    )


def _heat(pump: HeatPump, days: Sequence[tuple[date, Day]], work: str) -> tuple[HeatDay, ...]:
    """Return the measured heat of each day, by the better of the two rungs that measure."""
    by_rung: dict[str, list[HeatDay]] = {rung: [] for rung in _MEASURED}
    for day, row in days:
        bins = row.pumps[pump.id].bins if pump.id in row.pumps else ()
        for rung, found in by_rung.items():
            cells = tuple(
                (one.from_c, one.sums.electricity_kwh, one.sums.heat_kwh)
                for one in bins
                if one.rung == rung and one.work == work and one.from_c is not None
            )
            if cells:
                found.append(HeatDay(day, cells))
    return tuple(next((rows for rows in by_rung.values() if rows), []))


def _backup(pump: HeatPump, days: Sequence[Day]) -> float | None:
    """Return what a back-up heater took in the last 24 hours; None where it was not heard. [kWh]."""
    heard = [day for day in days[-2:] if pump.backup and day.meters.get(pump.backup) is not None]
    quarters = [kwh for day in heard for kwh in day.profile.meters.get(pump.backup or "", [])]
    return sum(quarters[-_QUARTERS_A_DAY:]) if heard else None


def _devices(home: Home, store: Store, patience_s: float, now: datetime) -> tuple[Silence, ...]:
    latest = {row.key: LiveValue(row.value, row.time_us, int(row.flags)) for row in store.latest(home.id)}
    found = []
    for source in sources(home, latest, at_us=int(now.timestamp() * 1e6)):
        if source.mapped:
            keys = [key for key in latest if (key.family, key.device) == (source.family, source.device)]
            quiet_s = None if source.heard_us is None else max(now.timestamp() - source.heard_us / 1e6, 0.0)
            late = quiet_s is not None and quiet_s >= patience_s
            usual_s = _usual_s(home, store, source) if late else None
            found.append(Silence(source.device, quiet_s, usual_s, _speaks_for(home, keys)))
    return tuple(found)


def _usual_s(home: Home, store: Store, source: Source) -> float | None:
    """Return the gap that a moment usually falls into, Σ gap² / Σ gap, before a device fell silent. [s]."""
    for back in _LEARNED_IN:
        start_us = (source.heard_us or 0) - int(back.total_seconds() * 1e6)
        rows = store.readings(home.id, start_us=start_us, family=source.family, device=source.device)
        times = np.unique([row.time_us for row in rows if not row.flags & Flag.RETAINED])
        gaps = np.diff(times) / 1e6
        if gaps.size >= _LEARNED_FROM:
            return float((gaps**2).sum() / gaps.sum())
    return None


def _speaks_for(home: Home, keys: Iterable[SeriesKey]) -> tuple[str, ...]:
    """Return the names of what the home file says that a device measures."""
    known = {name for key in keys for name in names(key)}
    rows = [
        *((zone.name, (zone.temperature, zone.humidity)) for zone in home.zones),
        *((meter.name or meter.id, (*meter.points, *meter.sum)) for meter in home.meters),
        *((pump.name or pump.id, tuple(head.device for head in pump.heads)) for pump in home.heat_pumps),
    ]
    return tuple(dict.fromkeys(name for name, points in rows if known.intersection(filter(None, points))))
