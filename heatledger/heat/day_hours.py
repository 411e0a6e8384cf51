"""A home's day hour by hour, as a comparison with another system needs it: rooms, weather, heat and electricity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.columns import Column
from heatledger.cuts import Cuts, mean_known
from heatledger.heat.flows import Flow
from heatledger.home import Home
from heatledger.meters import Grid
from heatledger.readings import INTERVAL_S, Floats, Ints

QUANTITIES: Final = ("setpoint",)
_AN_HOUR: Final = 3600 // INTERVAL_S
_HOLDS: Final = 24 * _AN_HOUR
"""A set-point that was said stands until the next, at most a day. [intervals]"""
_UNJUDGED_KWH: Final = 0.02
"""More electricity of an hour than this without an answer, and its heat is not known. [kWh]"""
_HEATS_BELOW_C: Final = 15.0
_HEATING: Final = ("heating", "defrost")
_WARM, _COLD = 1, 2
_ASKS: Final = {"heat": _WARM, "cool": _COLD, "heat_cool": _WARM | _COLD, "auto": _WARM | _COLD}
"""What a thermostat may be asked for in each mode; of any other nothing."""


class DayHours(msgspec.Struct, frozen=True, kw_only=True):
    """Whole hours of a day from its first instant; NaN where not known.

    Attributes
    ----------
    start_s : int
        Start of the first, UTC. [s]
    outdoor_c, sun_w_m2 : Column
        Outdoor air [°C], and sun on the average wall, NaN where nobody measures it [W/m²].
    other_kwh : Column
        What else warms the rooms: lights and appliances. [kWh]
    room_c, asked_c, asked_cool_c : dict
        By zone: air, and what its own thermostat asks while it heats, and while it cools. [°C]
    heat_w, cool_w : dict
        Heat given, and taken, by heat pump and rung. [W]
    heating_kwh, cooling_kwh : dict
        Electricity of either work, its part of standby included, by heat pump; heaters of rooms, by meter, only heat.
        [kWh]
    """

    start_s: int
    outdoor_c: Column
    sun_w_m2: Column
    other_kwh: Column
    room_c: dict[str, Column]
    asked_c: dict[str, Column]
    asked_cool_c: dict[str, Column]
    heat_w: dict[str, dict[str, Column]]
    cool_w: dict[str, dict[str, Column]]
    heating_kwh: dict[str, Column]
    cooling_kwh: dict[str, Column]


class Heard(NamedTuple):
    """A span as it was heard, in intervals.

    Attributes
    ----------
    grid : Grid
        Of the span.
    use : mapping
        Electricity by heat pump and mode. [kWh]
    flows : mapping
        What each rung says, by heat pump.
    meters : mapping
        Electricity by meter. [kWh]
    other_kwh, outdoor_c, sun_w_m2 : array
        Electricity that warms the rooms beside the heat pumps' [kWh], outdoor air [°C], and sun on the average wall,
        NaN where nobody measures it [W/m²].
    """

    grid: Grid
    use: Mapping[str, Mapping[str, Floats]]
    flows: Mapping[str, Sequence[Flow]]
    meters: Mapping[str, Floats]
    other_kwh: Floats
    outdoor_c: Floats
    sun_w_m2: Floats


def day_hours(home: Home, heard: Heard, pieces: Sequence[tuple[datetime, datetime]]) -> list[DayHours | None]:
    """Cut a span into days of whole hours.

    Parameters
    ----------
    home : Home
        For zones, heat pumps and heaters.
    heard : Heard
        The span.
    pieces : sequence of tuple
        Half-open spans of at most a local day, UTC.

    Returns
    -------
    list of DayHours or None
        One a piece; None where it has no whole hour.
    """
    whole = _Whole.of(pieces, heard.grid)
    heaters = [meter.id for meter in home.meters if meter.heater]
    heater_kwh = {name: np.nan_to_num(heard.meters[name]) for name in heaters if name in heard.meters}
    other = np.maximum(heard.other_kwh - sum(heater_kwh.values(), np.zeros(heard.grid.size)), 0.0)
    pumps = {pump: _pump(heard.use[pump], heard.flows.get(pump, ()), heard.outdoor_c, whole) for pump in heard.use}
    rooms = {name: _by(whole.mean, rows) for name, rows in _rooms(home, heard.grid).items()}
    outdoor_c, sun_w_m2, other_kwh = whole.mean(heard.outdoor_c), whole.mean(heard.sun_w_m2), whole.sum(other)
    heating = {pump: row.heating_kwh for pump, row in pumps.items()} | _by(whole.sum, heater_kwh)
    return [
        part
        and DayHours(
            start_s=int(start.timestamp()),
            outdoor_c=Column(outdoor_c[part].tobytes()),
            sun_w_m2=Column(sun_w_m2[part].tobytes()),
            other_kwh=Column(other_kwh[part].tobytes()),
            **{name: _cut(rows, part) for name, rows in rooms.items()},
            heat_w={pump: _cut(row.heat_w, part) for pump, row in pumps.items()},
            cool_w={pump: _cut(row.cool_w, part) for pump, row in pumps.items()},
            heating_kwh=_cut(heating, part),
            cooling_kwh={pump: Column(row.cooling_kwh[part].tobytes()) for pump, row in pumps.items()},
        )
        for (start, _), part in zip(pieces, whole.parts, strict=True)
    ]


def _by(how: Callable[[Floats], Floats], columns: Mapping[str, Floats]) -> dict[str, Floats]:
    return {name: how(column) for name, column in columns.items()}


def _cut(columns: Mapping[str, Floats], part: slice) -> dict[str, Column]:
    return {name: Column(column[part].tobytes()) for name, column in columns.items()}


class _Whole(NamedTuple):
    """The whole hours of days among a grid's rows.

    Attributes
    ----------
    rows : array, shape (h, intervals of an hour)
        Which rows each hour is made of.
    parts : list of slice or None
        Each day's hours; None where it has none.
    days : Cuts
        The days that have any, among the hours.
    """

    rows: Ints
    parts: list[slice | None]
    days: Cuts

    @classmethod
    def of(cls, pieces: Sequence[tuple[datetime, datetime]], grid: Grid) -> _Whole:
        firsts, parts, at = [np.zeros(0, dtype=np.int64)], list[slice | None](), 0
        for start, end in pieces:
            low = int(start.timestamp() - grid.start_s) // INTERVAL_S
            count = max(int(end.timestamp() - start.timestamp()) // 3600, 0)
            if count == 0 or low + count * _AN_HOUR > grid.size:
                parts.append(None)
                continue
            firsts.append(low + _AN_HOUR * np.arange(count))
            parts.append(slice(at, at + count))
            at += count
        edges = np.array([(part.start, part.stop) for part in parts if part], dtype=np.int64).reshape(-1, 2)
        rows = np.concatenate(firsts)[:, None] + np.arange(_AN_HOUR)
        return cls(rows, parts, Cuts(edges[:, 0], edges[:, 1]))

    def sum(self, column: Floats) -> Floats:
        """Return the sum of what is known of each hour, shape (h,)."""
        return np.asarray(np.nan_to_num(column)[self.rows].sum(axis=1), dtype=np.float64)

    def mean(self, column: Floats) -> Floats:
        """Return the mean of what is known of each hour, NaN where nothing is, shape (h,)."""
        return mean_known(column[self.rows], axis=1)


class _Pump(NamedTuple):
    heat_w: dict[str, Floats]
    cool_w: dict[str, Floats]
    heating_kwh: Floats
    cooling_kwh: Floats


def _pump(use: Mapping[str, Floats], flows: Sequence[Flow], outdoor_c: Floats, whole: _Whole) -> _Pump:
    """Return one heat pump's hours; standby goes to whichever work their day had, else to what its weather asks."""
    none = np.zeros(len(outdoor_c))
    warm = sum((use[mode] for mode in _HEATING if mode in use), none)
    cold, rest, unknown = (use.get(mode, none) for mode in ("cooling", "standby", "unknown"))
    warm_kwh, cold_kwh = whole.sum(warm), whole.sum(cold)
    rest_kwh, unknown_kwh = whole.sum(rest), whole.sum(unknown)
    share = _share_of_heating(warm_kwh, cold_kwh, outdoor_c, whole)
    heat, cool = {}, {}
    for flow in flows:
        heat[str(flow.rung)] = _worked(flow.heat_kwh, warm, unknown_kwh * share, whole)
        cool[str(flow.rung)] = _worked(flow.heat_kwh, cold, unknown_kwh * (1.0 - share), whole)
    beside = rest_kwh + unknown_kwh
    return _Pump(heat, cool, warm_kwh + beside * share, cold_kwh + beside * (1.0 - share))


def _share_of_heating(warm_kwh: Floats, cold_kwh: Floats, outdoor_c: Floats, whole: _Whole) -> Floats:
    """Return for each hour the share of heating in its day's work, shape (h,)."""
    warm, cold = whole.days.sum(warm_kwh), whole.days.sum(cold_kwh)
    known = np.isfinite(outdoor_c)[whole.rows].sum(axis=1)
    total, count = whole.days.sum(whole.sum(outdoor_c)), whole.days.sum(known)
    mean = total / np.maximum(count, 1.0)
    idle = np.where((count == 0) | (mean < _HEATS_BELOW_C), 1.0, 0.0)
    works = warm + cold > 0
    return np.repeat(np.where(works, warm / np.where(works, warm + cold, 1.0), idle), whole.days.sizes)


def _worked(said_kwh: Floats, drawn_kwh: Floats, unknown_kwh: Floats, whole: _Whole) -> Floats:
    """Return the heat of one work by the hour, NaN where too much electricity has no answer. [W]."""
    works = drawn_kwh > 0
    known = np.isfinite(said_kwh)
    heat = whole.sum(np.where(works & known, said_kwh, 0.0)) * 1e3
    missing = whole.sum(np.where(works & ~known, drawn_kwh, 0.0)) + unknown_kwh
    return np.where(missing > _UNJUDGED_KWH, np.nan, heat)


def _rooms(home: Home, grid: Grid) -> dict[str, dict[str, Floats]]:
    """Return each zone's air, and what its thermostat asks while it heats and while it cools. [°C]."""
    heads = {zone.id: [h.device for p in home.heat_pumps for h in p.heads if h.zone == zone.id] for zone in home.zones}
    found: dict[str, dict[str, Floats]] = {"room_c": {}, "asked_c": {}, "asked_cool_c": {}}
    heated = {meter.zone for meter in home.meters if meter.heater}
    for zone in home.zones:
        points = [point for point in (zone.temperature, *heads[zone.id]) if point]
        found["room_c"][zone.id] = _first(grid, points, "temperature")
        asked = held(_first(grid, [*heads[zone.id], *points], "setpoint", last=True))
        said = (grid.codes(point, "mode", _ASKS, other=0) for point in points)
        mode = next((codes for codes in said if (codes >= 0).any()), np.full(grid.size, -1))
        warm, cold = (mode > 0) & (mode & _WARM > 0), (mode > 0) & (mode & _COLD > 0)
        found["asked_c"][zone.id] = np.where(warm | ((mode < 0) & (zone.id in heated)), asked, np.nan)
        found["asked_cool_c"][zone.id] = np.where(cold, asked, np.nan)
    return found


def _first(grid: Grid, points: Sequence[str], quantity: str, *, last: bool = False) -> Floats:
    block = next((b for point in points if (b := grid.find(point, quantity)) is not None), None)
    return np.full(grid.size, np.nan) if block is None else grid.lay(block, block.last if last else block.mean)


def held(column: Floats) -> Floats:
    """Return what was last said in each interval, held at most a day; NaN where nothing stands."""
    at = np.where(np.isfinite(column), np.arange(len(column)), -1)
    before = np.maximum.accumulate(at) if len(at) else at
    fresh = (before >= 0) & (np.arange(len(column)) - before <= _HOLDS)
    return np.where(fresh, column[before], np.nan)
