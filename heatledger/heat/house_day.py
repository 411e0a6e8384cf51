"""What a house's heat balance needs of each day: rooms, weather, sun, and what else warms it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
import numpy as np

from heatledger.cuts import Bools, Cuts
from heatledger.heat import sun
from heatledger.home import Home
from heatledger.meters import Grid
from heatledger.outdoor import temperature
from heatledger.readings import INTERVAL_S, Floats

QUANTITIES: Final = ("solar_irradiance",)
DAY_S: Final = 86_400
_LEAST_HEARD: Final = 0.8
"""Share of a day that must have been heard. [1]"""
_RISE: Final = 6
"""Intervals at a day's ends whose means say by how much the house warmed: half an hour."""


class HouseDay(msgspec.Struct, frozen=True, kw_only=True):
    """What a house's own heat balance needs of a day.

    Attributes
    ----------
    indoor_c, outdoor_c, before_c : float
        Means of the rooms by floor area, outdoors, and outdoors the day before. [°C]
    sun_kwh_m2 : float
        Irradiation of the average wall; a typical one unless `sun_heard`. [kWh/m²]
    rise_k : float
        By how much the rooms warmed. [K]
    other_kwh : float
        Electricity that turned into heat indoors beside the heat pumps'. [kWh]
    """

    indoor_c: float
    outdoor_c: float
    before_c: float
    sun_kwh_m2: float
    sun_heard: bool
    rise_k: float
    other_kwh: float


def house_days(
    home: Home,
    grid: Grid,
    sun_w_m2: tuple[Floats, Floats],
    other_kwh: Floats,
    pieces: Sequence[tuple[datetime, datetime]],
) -> list[HouseDay | None]:
    """Say of each whole day what the heat balance needs; None where too little was heard.

    Parameters
    ----------
    home : Home
        For zones and position.
    grid : Grid
        The span and the day before it.
    sun_w_m2 : tuple of array
        What `sunshine` says of the grid.
    other_kwh : array
        Electricity that warms the rooms beside the heat pumps', over the span without the day before it. [kWh]
    pieces : sequence of tuple
        Half-open spans, UTC.

    Returns
    -------
    list of HouseDay or None
        One a piece.
    """
    edges = [[int(at.timestamp() - grid.start_s) // INTERVAL_S for at in piece] for piece in pieces]
    days = Cuts(*np.array(edges, dtype=np.int64).reshape(-1, 2).T)
    inside, outside = _indoors(home, grid), temperature(home, list(grid.blocks.values()), grid)
    typical, measured = sun_w_m2
    before = Cuts(np.maximum(days.low - DAY_S // INTERVAL_S, 0), days.low)
    seen, air = _is_heard(measured, days), days.mean(outside)
    shone = np.where(seen, days.sum(np.nan_to_num(measured)), days.sum(typical))
    columns = {
        "indoor_c": days.mean(inside),
        "outdoor_c": air,
        "before_c": np.where(_is_heard(outside, before), before.mean(outside), air),
        "sun_kwh_m2": shone * INTERVAL_S / 3.6e6,
        "sun_heard": seen,
        "rise_k": _rise(inside, days),
        "other_kwh": days.sum(np.concatenate([np.zeros(grid.size - len(other_kwh)), other_kwh])),
    }
    known = (days.sizes >= 2 * _RISE) & _is_heard(inside, days) & _is_heard(outside, days)
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [
        HouseDay(**dict(zip(columns, row, strict=True))) if whole else None
        for whole, row in zip(known.tolist(), rows, strict=True)
    ]


def _is_heard(column: Floats, days: Cuts) -> Bools:
    return (days.sizes > 0) & (days.sum(np.isfinite(column)) >= _LEAST_HEARD * days.sizes)


def _rise(rooms: Floats, days: Cuts) -> Floats:
    """Return by how much the rooms warmed from a day's first half hour to its last; of a silent end its mean. [K]."""
    morning = Cuts(days.low, np.minimum(days.low + _RISE, days.high)).mean(rooms)
    night = Cuts(np.maximum(days.high - _RISE, days.low), days.high).mean(rooms)
    mean = days.mean(rooms)
    return np.where(np.isnan(night), mean, night) - np.where(np.isnan(morning), mean, morning)


def _indoors(home: Home, grid: Grid) -> Floats:
    """Return the mean of the rooms by floor area, equal where an area is not known, NaN where none spoke. [°C]."""
    total, weight = np.zeros(grid.size), np.zeros(grid.size)
    sized = all(zone.area_m2 for zone in home.zones)
    for zone in home.zones:
        block = grid.find(zone.temperature, "temperature") if zone.temperature else None
        if block is None:
            continue
        laid, share = grid.lay(block, block.mean), zone.area_m2 if sized and zone.area_m2 else 1.0
        known = np.isfinite(laid)
        total, weight = total + share * np.where(known, laid, 0.0), weight + share * known
    return np.asarray(np.divide(total, weight, out=np.full(grid.size, np.nan), where=weight > 0), dtype=np.float64)


def sunshine(home: Home, grid: Grid) -> tuple[Floats, Floats]:
    """Return the irradiance of the average wall: typical for the season, and as measured. [W/m²]."""
    if home.latitude is None or home.longitude is None:
        return np.zeros(grid.size), np.full(grid.size, np.nan)
    middle = grid.start_s + INTERVAL_S * (np.arange(grid.size, dtype=np.float64) + 0.5)
    high = sun.height(middle, home.latitude, home.longitude)
    block = next((b for key, b in sorted(grid.blocks.items()) if key.quantity == "solar_irradiance"), None)
    measured = np.full(grid.size, np.nan) if block is None else sun.walls(grid.lay(block, block.mean), high)
    return sun.walls(sun.typical(high), high), measured
