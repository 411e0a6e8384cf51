"""What heats a zone, and what the home's other rooms draw for heat: read from a home's days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np

from heatledger.days import Day
from heatledger.heat.day_hours import DayHours
from heatledger.heat.ladder import STEPS
from heatledger.heat.room import RoomResponse
from heatledger.heat.room_draw import RESISTANCE, Hours, Unit, joined, unit_of
from heatledger.heat.room_fit import NotKnown
from heatledger.home import Home
from heatledger.marks import worded
from heatledger.savings import Beside

_ANY_COP: Final = 3.0
"""Of a heat pump whose heat nobody knows, beside a heater. [1]"""
_BESIDE_SD: Final = 0.25
"""How far what other rooms draw for heat may lie from their mean, relative: which of them gives it is not known. [1]"""


def unit_in(home: Home, days: Mapping[date, Day], zone: str, response: RoomResponse | NotKnown | None) -> Unit | str:
    """Return what heats a zone, else why that is not known.

    Parameters
    ----------
    home : Home
        The household.
    days : mapping of date to Day
        Some weeks of it.
    zone : str
        Which of its zones.
    response : RoomResponse, NotKnown or None
        Whether its heat is counted as electricity.
    """
    pumps = [pump for pump in home.heat_pumps if any(head.zone == zone for head in pump.heads)]
    heaters = [meter for meter in home.meters if meter.heater and meter.zone == zone]
    if not pumps or (isinstance(response, RoomResponse) and response.electric):
        return RESISTANCE
    if len(pumps) > 1 or heaters:
        return worded("more than one thing heats it, and their heat is not told apart")
    parts = [_hours(row.hours, zone, pumps[0].id) for row in days.values() if row.hours is not None]
    unit = unit_of(joined(parts), alone=len({head.zone for head in pumps[0].heads}) == 1) if parts else None
    return unit or worded("too few hours of known heat say how its heat pump draws; they are gathered while it heats")


def not_known(response: NotKnown | RoomResponse | None) -> str:
    """Return why a room's response is not known, and what would make it known."""
    if isinstance(response, NotKnown):
        return f"{response.reason}; {response.mend}"
    return worded("this room’s response is not known yet")


def beside(home: Home, days: Mapping[date, Day], zone: str, unit: Unit) -> Beside:
    """Return what the other rooms that are heated draw for heat, in the scale of this one's.

    Parameters
    ----------
    home, days, zone : Home, mapping, str
        As for `unit_in`.
    unit : Unit
        What heats the zone itself.
    """
    electric = not unit.pumps and any(head.zone == zone for pump in home.heat_pumps for head in pump.heads)
    found = []
    for other in home.zones:
        pumps = [pump for pump in home.heat_pumps if any(head.zone == other.id for head in pump.heads)]
        heaters = [meter for meter in home.meters if meter.heater and meter.zone == other.id]
        if other.id == zone or not (pumps or heaters):
            continue
        if electric:
            found.append(1.0 if pumps else _ANY_COP)
        elif heaters or not pumps:
            found.append(1.0)
        elif (drawn := _drawn_per_heat(days, pumps[0].id)) is not None:
            found.append(drawn)
    return Beside(float(np.mean(found)), _BESIDE_SD * float(np.mean(found))) if found else Beside()


def _drawn_per_heat(days: Mapping[date, Day], pump: str) -> float | None:
    """Return the electricity of a heat pump over its heat, by the best rung that says it. [1]."""
    parts = [row.hours for row in days.values() if row.hours is not None]
    for step in STEPS:
        heat = [np.asarray(part.heat_w[pump][step.key]) for part in parts if step.key in part.heat_w.get(pump, {})]
        used = [np.asarray(part.heating_kwh[pump]) for part in parts if step.key in part.heat_w.get(pump, {})]
        if heat:
            heat_w, kwh = np.concatenate(heat), np.concatenate(used)
            known = np.isfinite(heat_w) & (heat_w > 0)
            if known.any():
                return float(kwh[known].sum() * 1e3 / heat_w[known].sum())
    return None


def _hours(hours: DayHours, zone: str, pump: str) -> Hours:
    size = len(np.asarray(hours.outdoor_c))
    nothing = np.full(size, np.nan)
    room = np.asarray(hours.room_c[zone]) if zone in hours.room_c else nothing
    drawn = np.asarray(hours.heating_kwh[pump]) * 1e3 if pump in hours.heating_kwh else np.zeros(size)
    heat = {rung: np.asarray(column) for rung, column in hours.heat_w.get(pump, {}).items()}
    return Hours(heat, drawn, room, np.asarray(hours.outdoor_c))
