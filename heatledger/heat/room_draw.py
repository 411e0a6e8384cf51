"""What a room draws: the electricity of the heat that keeps it as it is asked to be, by its response and its COP.

A room is stepped through a day by its own law (`heat.room`), heated as a thermostat would; its unit draws
P = (base·Q + rise·Q²)/COP_Carnot for the heat Q: a share of Carnot's COP that falls with the load.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from heatledger.heat.carnot import ideal_heating
from heatledger.heat.ladder import STEPS
from heatledger.heat.room import RoomResponse, after, drawn, hold_w, strongest
from heatledger.readings import Floats

_STEPS: Final = 4
"""Steps of an hour."""
_KNOWN: Final = 0.8
"""Share of a heat pump's hours of which a rung must know the heat. [1]"""
_LEAST_W: Final = 100.0
_LEAST_HOURS: Final = 48


class Unit(NamedTuple):
    """How a unit's electricity follows its heat: P = (base·Q + rise·Q²)/COP_Carnot, or Q itself where not `pumps`.

    Attributes
    ----------
    base, rise : float
        Inverse share of Carnot's COP without load [1], and how it rises with the heat [1/W].
    pumps : bool
        Whether it pumps heat: a heater, or heat that is counted as electricity, draws what it gives.
    """

    base: float = 1.0
    rise: float = 0.0
    pumps: bool = True


RESISTANCE: Final = Unit(pumps=False)
"""It draws a watt for a watt."""


class Hours(NamedTuple):
    """A heat pump's hours, arrays of shape (n,): heat by rung and electricity [W], room and outdoor air [°C]."""

    heat_w: dict[str, Floats]
    drawn_w: Floats
    room_c: Floats
    outdoor_c: Floats


class Weather(NamedTuple):
    """What a room's day brings, arrays of shape (n hours,).

    Attributes
    ----------
    outdoor_c : array
        [°C]
    beside_c : array or None
        Mean of the home's other rooms, as it was; None where none is heard. [°C]
    hour : array
        Hour of the home's day. [h]
    """

    outdoor_c: Floats
    beside_c: Floats | None
    hour: Floats


def unit_of(hours: Hours, *, alone: bool = True) -> Unit | None:
    """Fit how a unit's electricity follows its heat, by the best rung that knows most of its hours.

    Parameters
    ----------
    hours : Hours
        Of heating.
    alone : bool
        Whether the room has the unit alone: what others ask of it says nothing of this one's load.

    Returns
    -------
    Unit or None
        None with too few hours.
    """
    works = hours.drawn_w > _LEAST_W / 2
    for step in STEPS:
        heat_w = hours.heat_w.get(step.key)
        if heat_w is None:
            continue
        known = works & np.isfinite(heat_w) & np.isfinite(hours.outdoor_c) & np.isfinite(hours.room_c)
        known &= np.nan_to_num(heat_w) > _LEAST_W
        if np.count_nonzero(known) >= max(_LEAST_HOURS, _KNOWN * np.count_nonzero(works)):
            return _fitted(
                heat_w[known], hours.drawn_w[known], hours.room_c[known], hours.outdoor_c[known], alone=alone
            )
    return None


def _fitted(heat_w: Floats, drawn_w: Floats, room_c: Floats, outdoor_c: Floats, *, alone: bool) -> Unit:
    """Return the least squares of both factors, neither below nothing."""
    carnot = ideal_heating(room_c, outdoor_c)
    columns = np.column_stack([heat_w / carnot, heat_w**2 / carnot])
    found = np.linalg.lstsq(columns, drawn_w, rcond=None)[0]
    if alone and found[1] >= 0 and found[0] > 0:
        return Unit(float(found[0]), float(found[1]))
    return Unit(float(columns[:, 0] @ drawn_w / (columns[:, 0] @ columns[:, 0])))


def power_w(unit: Unit, heat_w: Floats, room_c: npt.ArrayLike, outdoor_c: npt.ArrayLike) -> Floats:
    """Return the electricity of heat. [W].

    Parameters
    ----------
    unit : Unit
        What gives it.
    heat_w : array
        [W]
    room_c, outdoor_c : array_like
        [°C]

    Examples
    --------
    >>> power_w(RESISTANCE, np.array([500.0]), np.array([20.0]), np.array([0.0])).tolist()
    [500.0]
    """
    if not unit.pumps:
        return heat_w
    return np.asarray((unit.base + unit.rise * heat_w) * heat_w / ideal_heating(room_c, outdoor_c), dtype=np.float64)


class Course(NamedTuple):
    """A day as it is reckoned, arrays of shape (draws, n hours): electricity [kWh] and the room's air [°C]."""

    kwh: Floats
    celsius: Floats


def course(response: RoomResponse, unit: Unit, weather: Weather, asked_c: Floats, start_c: float) -> Course:
    """Step a room through a day as it is asked to be.

    Parameters
    ----------
    response : RoomResponse
        The room.
    unit : Unit
        What heats it.
    weather : Weather
        The day's.
    asked_c : array, shape (n hours,)
        Air temperature it is held at while it is colder; NaN where nothing heats it. [°C]
    start_c : float
        Its temperature at the day's first instant. [°C]
    """
    room, span = drawn(response), 1.0 / _STEPS
    sun_w = np.zeros(24) if response.sun_w is None else response.sun_w
    celsius, used, air = np.full(len(response.draws), start_c), [], []
    others = [None] * len(asked_c) if weather.beside_c is None else weather.beside_c.tolist()
    for outdoor, beside, hour, asked in zip(weather.outdoor_c, others, weather.hour, asked_c, strict=True):
        warmed = _after_w(room, celsius, outdoor, 1.0, beside) - _after_w(room, celsius, outdoor, 0.0, beside)
        drawn_kwh, most_w = np.zeros(len(celsius)), strongest(room, outdoor)
        for _ in range(_STEPS):
            unheated = _after_w(room, celsius, outdoor, sun_w[int(hour) % 24], beside)
            lacks = 0.0 if np.isnan(asked) else (asked - unheated) / warmed
            heat_w = np.clip(lacks, 0.0, most_w)
            celsius = unheated + heat_w * warmed
            drawn_kwh += power_w(unit, heat_w, celsius, outdoor) * span / 1e3
        used.append(drawn_kwh)
        air.append(celsius)
    return Course(np.array(used).T, np.array(air).T)


def _after_w(room: RoomResponse, celsius: Floats, outdoor_c: float, heat_w: float, beside_c: float | None) -> Floats:
    return after(room, celsius, outdoor_c, heat_w, 1.0 / _STEPS, beside_c=beside_c)


def more_kwh(response: RoomResponse, unit: Unit, from_c: float, to_c: float, outdoor_c: float) -> Floats:
    """Return what a day at another set-point draws more, once the room has followed; shape (draws,). [kWh/d].

    The other rooms are taken to follow: what this one gives them more they draw less.

    Parameters
    ----------
    response, unit : RoomResponse, Unit
        The room, and what heats it.
    from_c, to_c, outdoor_c : float
        [°C]
    """
    room, outdoor = drawn(response), np.float64(outdoor_c)
    before, then = (
        power_w(
            unit, np.clip(hold_w(room, celsius, outdoor), 0.0, strongest(room, outdoor)), np.float64(celsius), outdoor
        )
        for celsius in (from_c, to_c)
    )
    return np.asarray((then - before) * 24 / 1e3, dtype=np.float64)


def joined(parts: Sequence[Hours]) -> Hours:
    """Return the hours of several days as one; a rung that a day does not have is not known there."""
    rungs = {rung for part in parts for rung in part.heat_w}
    heat = {
        rung: np.concatenate([part.heat_w.get(rung, np.full(len(part.drawn_w), np.nan)) for part in parts])
        for rung in rungs
    }
    columns = (np.concatenate([part[at] for part in parts]) for at in (1, 2, 3))
    return Hours(heat, *columns)
