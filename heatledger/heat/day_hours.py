"""A home's day hour by hour, as a comparison with another system needs it: rooms, weather, heat and electricity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.heat.flows import Flow
from heatledger.heat.house_day import sunshine
from heatledger.home import Home
from heatledger.meters import Grid
from heatledger.readings import INTERVAL_S, Floats

QUANTITIES: Final = ("setpoint",)
_AN_HOUR: Final = 3600 // INTERVAL_S
_HOLDS: Final = 24 * _AN_HOUR
"""A set-point that was said stands until the next, at most a day. [intervals]"""
_UNJUDGED_KWH: Final = 0.02
"""More electricity of an hour than this without an answer, and its heat is not known. [kWh]"""
_HEATS_BELOW_C: Final = 15.0
_HEATING: Final = ("heating", "defrost")


class DayHours(msgspec.Struct, frozen=True, kw_only=True):
    """Whole hours of a day from its first instant; NaN where not known.

    Attributes
    ----------
    start_s : int
        Start of the first, UTC. [s]
    outdoor_c, sun_w_m2 : list of float
        Outdoor air [°C], and sun on the average wall, NaN where nobody measures it [W/m²].
    other_kwh : list of float
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
    outdoor_c: list[float]
    sun_w_m2: list[float]
    other_kwh: list[float]
    room_c: dict[str, list[float]]
    asked_c: dict[str, list[float]]
    asked_cool_c: dict[str, list[float]]
    heat_w: dict[str, dict[str, list[float]]]
    cool_w: dict[str, dict[str, list[float]]]
    heating_kwh: dict[str, list[float]]
    cooling_kwh: dict[str, list[float]]


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
    other_kwh, outdoor_c : array
        Electricity that warms the rooms beside the heat pumps' [kWh], and outdoor air [°C].
    """

    grid: Grid
    use: Mapping[str, Mapping[str, Floats]]
    flows: Mapping[str, Sequence[Flow]]
    meters: Mapping[str, Floats]
    other_kwh: Floats
    outdoor_c: Floats


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
    heaters = [meter.id for meter in home.meters if meter.heater]
    heater_kwh = {name: np.nan_to_num(heard.meters[name]) for name in heaters if name in heard.meters}
    columns = {
        "outdoor_c": heard.outdoor_c,
        "sun_w_m2": sunshine(home, heard.grid)[1],
        "other_kwh": np.maximum(heard.other_kwh - sum(heater_kwh.values(), np.zeros(heard.grid.size)), 0.0),
    }
    rooms = _rooms(home, heard.grid)
    found: list[DayHours | None] = []
    for start, end in pieces:
        low = int(start.timestamp() - heard.grid.start_s) // INTERVAL_S
        count = max(int(end.timestamp() - start.timestamp()) // 3600, 0)
        part = slice(low, low + count * _AN_HOUR)
        if count == 0 or part.stop > heard.grid.size:
            found.append(None)
            continue
        own = [_pump(heard.use[pump], heard.flows.get(pump, ()), heard.outdoor_c, part) for pump in heard.use]
        found.append(
            DayHours(
                start_s=int(start.timestamp()),
                outdoor_c=_mean(columns["outdoor_c"][part]),
                sun_w_m2=_mean(columns["sun_w_m2"][part]),
                other_kwh=_sum(columns["other_kwh"][part]),
                **{name: {zone: _mean(row[part]) for zone, row in rows.items()} for name, rows in rooms.items()},
                heat_w={pump: row.heat_w for pump, row in zip(heard.use, own, strict=True)},
                cool_w={pump: row.cool_w for pump, row in zip(heard.use, own, strict=True)},
                heating_kwh={pump: row.heating_kwh for pump, row in zip(heard.use, own, strict=True)}
                | {name: _sum(row[part]) for name, row in heater_kwh.items()},
                cooling_kwh={pump: row.cooling_kwh for pump, row in zip(heard.use, own, strict=True)},
            )
        )
    return found


class _Pump(NamedTuple):
    heat_w: dict[str, list[float]]
    cool_w: dict[str, list[float]]
    heating_kwh: list[float]
    cooling_kwh: list[float]


def _pump(use: Mapping[str, Floats], flows: Sequence[Flow], outdoor_c: Floats, part: slice) -> _Pump:
    """Return one heat pump's day; standby goes to whichever work the day had, else to what its weather asks."""
    none = np.zeros(part.stop - part.start)
    warm = sum((use[mode][part] for mode in _HEATING if mode in use), none)
    cold = use["cooling"][part] if "cooling" in use else none
    rest = use["standby"][part] if "standby" in use else none
    unknown = use["unknown"][part] if "unknown" in use else none
    share = _share_of_heating(float(warm.sum()), float(cold.sum()), outdoor_c[part])
    heat, cool = {}, {}
    for flow in flows:
        said = flow.cut(part).heat_kwh
        heat[str(flow.rung)] = _worked(said, warm, unknown * share)
        cool[str(flow.rung)] = _worked(said, cold, unknown * (1.0 - share))
    heating = warm + rest * share + unknown * share
    return _Pump(heat, cool, _sum(heating), _sum(cold + (rest + unknown) * (1.0 - share)))


def _share_of_heating(warm_kwh: float, cold_kwh: float, outdoor_c: Floats) -> float:
    if warm_kwh + cold_kwh > 0:
        return warm_kwh / (warm_kwh + cold_kwh)
    known = outdoor_c[np.isfinite(outdoor_c)]
    return 1.0 if not len(known) or float(known.mean()) < _HEATS_BELOW_C else 0.0


def _worked(said_kwh: Floats, drawn_kwh: Floats, unknown_kwh: Floats) -> list[float]:
    """Return the heat of one work by the hour, NaN where too much electricity has no answer. [W]."""
    works = drawn_kwh > 0
    known = np.isfinite(said_kwh)
    heat = np.where(works & known, said_kwh, 0.0).reshape(-1, _AN_HOUR).sum(axis=1) * 1e3
    missing = (np.where(works & ~known, drawn_kwh, 0.0) + unknown_kwh).reshape(-1, _AN_HOUR).sum(axis=1)
    return _listed(np.where(missing > _UNJUDGED_KWH, np.nan, heat))


def _listed(column: Floats) -> list[float]:
    return [float(value) for value in column]


def _sum(column: Floats) -> list[float]:
    return _listed(np.nan_to_num(column).reshape(-1, _AN_HOUR).sum(axis=1))


def _mean(column: Floats) -> list[float]:
    rows = column.reshape(-1, _AN_HOUR)
    known = np.isfinite(rows)
    count = known.sum(axis=1)
    total = np.where(known, rows, 0.0).sum(axis=1)
    return _listed(np.divide(total, count, out=np.full(len(rows), np.nan), where=count > 0))


def _rooms(home: Home, grid: Grid) -> dict[str, dict[str, Floats]]:
    """Return each zone's air, and what its thermostat asks while it heats and while it cools. [°C]."""
    heads = {zone.id: [h.device for p in home.heat_pumps for h in p.heads if h.zone == zone.id] for zone in home.zones}
    found: dict[str, dict[str, Floats]] = {"room_c": {}, "asked_c": {}, "asked_cool_c": {}}
    heated = {meter.zone for meter in home.meters if meter.heater}
    for zone in home.zones:
        points = [point for point in (zone.temperature, *heads[zone.id]) if point]
        found["room_c"][zone.id] = _first(grid, points, "temperature")
        asked = _held(_first(grid, [*heads[zone.id], *points], "setpoint", last=True))
        mode = next((words for point in points if any(words := grid.words(point, "mode"))), [None] * grid.size)
        warm = np.array(
            [word in ("heat", "heat_cool", "auto") or (word is None and zone.id in heated) for word in mode]
        )
        cold = np.array([word in ("cool", "heat_cool", "auto") for word in mode])
        found["asked_c"][zone.id] = np.where(warm, asked, np.nan)
        found["asked_cool_c"][zone.id] = np.where(cold, asked, np.nan)
    return found


def _first(grid: Grid, points: Sequence[str], quantity: str, *, last: bool = False) -> Floats:
    block = next((b for point in points if (b := grid.find(point, quantity)) is not None), None)
    return np.full(grid.size, np.nan) if block is None else grid.lay(block, block.last if last else block.mean)


def _held(column: Floats) -> Floats:
    """Hold what was last said, at most a day."""
    at = np.where(np.isfinite(column), np.arange(len(column)), -1)
    before = np.maximum.accumulate(at) if len(at) else at
    fresh = (before >= 0) & (np.arange(len(column)) - before <= _HOLDS)
    return np.where(fresh, column[before], np.nan)
