"""A zone's days: what it used and how that is known, how long something ran there, how warm it was beside outdoors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from heatledger.cuts import Cuts
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


def room_days(
    methods: Mapping[str, Floats], columns: Mapping[str, Floats], outdoor_c: Floats, cuts: Cuts
) -> list[RoomDay]:
    """Sum up one zone's spans of at most a day.

    Parameters
    ----------
    methods : mapping
        Its electricity by how it is known. [kWh]
    columns : mapping
        Of ``heating``, ``cooling``, ``on``, ``temperature`` and ``setpoint`` those that there are.
    outdoor_c : array, shape (n,)
        [°C]
    cuts : Cuts
        The spans among the n rows.

    Returns
    -------
    list of RoomDay
        Sums, one a span.
    """
    nothing = np.full(len(outdoor_c), np.nan)
    room, asked = columns.get("temperature", nothing), columns.get("setpoint", nothing)
    known = [columns.get("heating", nothing), columns.get("cooling", nothing), columns.get("on", nothing)]
    total, heard = cuts.known(np.array([*known, np.maximum(room - outdoor_c, 0.0), room, asked]))
    had = {name: cuts.sum(kwh).tolist() for name, kwh in methods.items()}
    return [
        RoomDay(
            methods={name: kwh[day] for name, kwh in had.items() if kwh[day]},
            heating_kwh=sums[0],
            cooling_kwh=sums[1],
            on_h=sums[2] * _HOURS if "on" in columns else None,
            degree_h=sums[3] * _HOURS,
            degree_heard_h=rows[3] * _HOURS,
            temperature_h=sums[4] * _HOURS,
            temperature_heard_h=rows[4] * _HOURS,
            setpoint_h=sums[5] * _HOURS,
            setpoint_heard_h=rows[5] * _HOURS,
        )
        for day, (sums, rows) in enumerate(zip(total.T.tolist(), heard.T.tolist(), strict=True))
    ]
