"""Reads what the rules of the alerts look at and no arithmetic needs: the newest readings, the spool, the disk."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from heatledger.alerts.observed import Caveat, Disk, Silence, Waiting
from heatledger.config import Config
from heatledger.control.caveats import notes, standing
from heatledger.hearing import Source, heard, sources
from heatledger.home import Home, names
from heatledger.readings import Flag, SeriesKey
from heatledger.store import Store, StoreError
from heatledger.store.spool import Spool
from heatledger.store.state import State

_LEARNED_IN: Final = (timedelta(hours=1), timedelta(days=7))
_LEARNED_FROM: Final = 8


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
        logging.getLogger(__name__).warning("%s", error)
        return None
    size = spool.size
    spool.close()
    oldest_s = 0.0 if size.oldest_us is None else max(now.timestamp() - size.oldest_us / 1e6, 0.0)
    return Waiting(oldest_s, size.readings, size.bytes, limit)


def caveats(home: Home, state: State, *, now: datetime) -> tuple[Caveat, ...]:
    """Look at what stands against commanding the zones of a home.

    Parameters
    ----------
    home : Home
        Which.
    state : State
        The log of commands.
    now : datetime
        Aware.

    Raises
    ------
    StoreError
        If the log cannot be read.
    """
    at_us = int(now.timestamp() * 1e6)
    known = standing(state.commands.since(home.id, 0))
    return tuple(
        Caveat(zone.id, zone.name, about or row.kind, row.note, max(at_us - row.at.time_us, 0) / 60e6)
        for zone in home.zones
        for (where, about), row in known.items()
        if where == zone.id and zone.control.on and row.note in notes(known, zone.id, at_us)
    )


def devices(home: Home, store: Store, patience_s: float, *, now: datetime) -> tuple[Silence, ...]:
    """Look at how long each device of the home file has been quiet.

    Parameters
    ----------
    home : Home
        Which.
    store : Store
        Its newest readings.
    patience_s : float
        The rhythm of a device that is quiet for less is not asked for. [s]
    now : datetime
        Aware.

    Raises
    ------
    StoreError
        If the store does not answer.
    """
    latest = heard(store.latest(home.id))
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
        ("the outdoor temperature", (home.outdoor_temperature,)),
    ]
    return tuple(dict.fromkeys(name for name, points in rows if known.intersection(filter(None, points))))
