"""A zone's day: what it used and how that is known, how long something ran there, how warm it was beside outdoors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from heatledger.home import Home
from heatledger.meters import Grid
from heatledger.readings import INTERVAL_S, Floats

_HOURS: Final = INTERVAL_S / 3600.0


class RoomDay(msgspec.Struct, frozen=True, kw_only=True):
    """One zone's day.

    Attributes
    ----------
    methods : dict
        Its electricity by how it is known. [kWh]
    heating_kwh, cooling_kwh : float
        Its heat pump's electricity while that heated, or cooled.
    on_h : float or None
        How long something heated or cooled there; None where nothing measured does. [h]
    degree_h, degree_heard_h : float
        Room above outdoor temperature by time, and for how long both were heard. [K·h, h]
    temperature_h, setpoint_h : float
        Room temperature and set-point by time. [°C·h]
    temperature_heard_h, setpoint_heard_h : float
        For how long they were heard. [h]
    """

    methods: dict[str, float]
    heating_kwh: float
    cooling_kwh: float
    on_h: float | None
    degree_h: float
    degree_heard_h: float
    temperature_h: float
    temperature_heard_h: float
    setpoint_h: float
    setpoint_heard_h: float


def climate(home: Home, grid: Grid) -> dict[str, Floats]:
    """Lay each zone's temperature and set-point on a grid, as ``<zone>:temperature`` and ``<zone>:setpoint``. [°C].

    A zone's own thermometer comes before its indoor unit's; what nobody says has no column.
    """
    found = {}
    for zone in home.zones:
        units = [head.device for pump in home.heat_pumps for head in pump.heads if head.zone == zone.id]
        for quantity, points in (("temperature", (zone.temperature, *units)), ("setpoint", (*units, zone.temperature))):
            block = next((b for point in points if point and (b := grid.find(point, quantity)) is not None), None)
            if block is not None:
                column = block.mean if quantity == "temperature" else block.last
                found[f"{zone.id}:{quantity}"] = grid.lay(block, column)
    return found


def room_day(methods: Mapping[str, Floats], columns: Mapping[str, Floats], outdoor_c: Floats) -> RoomDay:
    """Sum up one zone's span of at most a day.

    Parameters
    ----------
    methods : mapping
        Its electricity by how it is known. [kWh]
    columns : mapping
        Of ``heating``, ``cooling``, ``on``, ``temperature`` and ``setpoint`` those that there are.
    outdoor_c : array, shape (n,)
        [°C]

    Returns
    -------
    RoomDay
        Sums.
    """
    nothing = np.full(len(outdoor_c), np.nan)
    room, asked = columns.get("temperature", nothing), columns.get("setpoint", nothing)
    apart = np.maximum(room - outdoor_c, 0.0)
    on = columns.get("on")
    return RoomDay(
        methods={name: float(kwh.sum()) for name, kwh in methods.items() if kwh.any()},
        heating_kwh=_sum(columns.get("heating", nothing)),
        cooling_kwh=_sum(columns.get("cooling", nothing)),
        on_h=None if on is None else _sum(on) * _HOURS,
        degree_h=_sum(apart) * _HOURS,
        degree_heard_h=_heard(apart),
        temperature_h=_sum(room) * _HOURS,
        temperature_heard_h=_heard(room),
        setpoint_h=_sum(asked) * _HOURS,
        setpoint_heard_h=_heard(asked),
    )


def _sum(column: Floats) -> float:
    return float(column[np.isfinite(column)].sum())


def _heard(column: Floats) -> float:
    return float(np.count_nonzero(np.isfinite(column))) * _HOURS
