"""From the cheapest plan to what a thermostat is told: the band around the programme, set-points, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from heatledger.control.plan import Ahead, Peak, Plan, Unit, plan, steps_of
from heatledger.heat.room import RoomResponse
from heatledger.marks import worded
from heatledger.readings import Floats

SOON_H: Final = 3.0
"""So long before a warmer set-point the room may be as warm as that. [h]"""
STEP_K: Final = 0.5
"""Most thermostats are set in steps of it. [K]"""
RUNS_W: Final = 25.0
"""A plan that gives less lets the unit rest. [W]"""
_STORED_K: Final = 0.75
"""So far above the band's lower end a room is warmer than by its thermostat alone. [K]"""
_EDGE_K: Final = 0.2
"""So near the lower end a thermostat that rested would let the room fall below it. [K]"""
_OTHER_W: Final = 50.0
"""Heat that differs by less is no other decision. [W]"""
_SAME: Final = 1e-6


Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


class Band(NamedTuple):
    """How far a room may be from its set-point, below and above [K], and what its set-point may be at all [°C]."""

    below: float
    above: float
    lowest_c: float
    highest_c: float


class Wish(NamedTuple):
    """What a room's thermostat is to be set to in each step, and why now.

    Attributes
    ----------
    setpoint_c : array, shape (n,)
        [°C]
    why : str
        One sentence, for the first step; from what the plan does otherwise at a price that stays.
    plan : Plan
        What it follows.
    coasts : bool
        Whether the room lives on stored heat in the first step.
    """

    setpoint_c: Floats
    why: str
    plan: Plan
    coasts: bool


def edges(band: Band, wanted_c: Floats, room: RoomResponse, start_c: float, ahead: Ahead) -> Ahead:
    """Return the steps ahead with the band in which the room is to be at their ends.

    Parameters
    ----------
    band : Band
        Around the set-points.
    wanted_c : array, shape (n + 1,)
        The programme's set-point at the beginning of each step, and at the end of the last. [°C]
    room : RoomResponse
        How fast it cools: a set-point that steps down asks nobody to cool the room.
    start_c : float
        Its temperature now. [°C]
    ahead : Ahead
        Weather and widths.

    Returns
    -------
    Ahead
        A warmer set-point that begins within `SOON_H` may be heated up to.
    """
    ends = np.cumsum(ahead.hours)
    soon = [wanted_c[1:][(ends >= end) & (ends <= end + SOON_H)].max() for end in ends]
    low = np.clip(wanted_c[1:] - band.below, band.lowest_c, band.highest_c)
    high = np.clip(np.array(soon) + band.above, low, max(band.highest_c, float(low.max())))
    keeps, _, rest = steps_of(room, ahead)
    eased = max(start_c, float(high[0]))
    for at in range(ends.size):
        cooled = float(keeps[at] * eased + rest[at])
        high[at] = eased = max(float(high[at]), min(cooled, eased))
    return ahead._replace(low_c=low, high_c=high)


def wish(
    room: RoomResponse,
    start_c: float,
    ahead: Ahead,
    unit: Unit,
    clock: Sequence[str],
    *,
    coasted: bool = False,
    peak: Peak | None = None,
) -> Wish:
    """Return what a room's thermostat is to be set to.

    Parameters
    ----------
    room, start_c, ahead, unit, peak : RoomResponse, float, Ahead, Unit, Peak
        As for `plan`.
    clock : sequence of str
        When each step begins, and when the last ends, by the home's clock.
    coasted : bool
        As for `set_points`.

    Returns
    -------
    Wish
        While the unit is to rest, the lower end of the band: should the plan be wrong, it heats then.

    Raises
    ------
    NoPlanError
        As `plan`.
    """
    best = plan(room, start_c, ahead, unit, peak)
    even = plan(room, start_c, ahead._replace(price=np.full_like(ahead.price, ahead.price.mean())), unit)
    told = set_points(best, ahead, coasted=coasted)
    stored = coasts(best, ahead, coasted)[0]
    return Wish(told, _why(best, even, ahead, clock, stored=stored), best, stored)


def coasts(found: Plan, ahead: Ahead, before: bool) -> list[bool]:
    """Return in which steps the room lives on heat that was stored: from the rest that began it until the next heat.

    Parameters
    ----------
    found, ahead : Plan, Ahead
        As for `set_points`.
    before : bool
        Whether it did before the first step.
    """
    made = list[bool]()
    for heat_w, celsius, low_c in zip(found.heat_w, found.celsius[:-1], ahead.low_c, strict=True):
        before = bool(heat_w <= RUNS_W and (before or celsius >= low_c + _STORED_K))
        made.append(before)
    return made


def set_points(found: Plan, ahead: Ahead, *, coasted: bool = False) -> Floats:
    """Return the set-points by which a thermostat follows a plan, in its steps. [°C].

    A thermostat waits until the room is some tenths below its set-point before it heats again: where stored heat ends
    it is told one step more for a step, so that the room does not fall below the band meanwhile.

    Parameters
    ----------
    found : Plan
        The cheapest.
    ahead : Ahead
        With the band.
    coasted : bool
        Whether the room lived on stored heat before the first step.
    """
    heats = found.heat_w > RUNS_W
    near = found.celsius[:-1] <= ahead.low_c + _EDGE_K
    ends = heats & near & np.array([coasted, *coasts(found, ahead, coasted)[:-1]])
    warm = np.maximum(np.round(found.celsius[1:] / STEP_K) * STEP_K, ahead.low_c)
    begun = np.minimum(np.maximum(warm, ahead.low_c + STEP_K), ahead.high_c)
    return np.where(heats, np.where(ends, begun, warm), ahead.low_c)


def _why(best: Plan, even: Plan, ahead: Ahead, clock: Sequence[str], *, stored: bool) -> str:
    """Say what the first step does that it would not do at a price that stays, and for which price that is."""
    price, more, heats = ahead.price, best.heat_w - even.heat_w, best.heat_w > RUNS_W
    dearer, cheaper = price > price[0] + _SAME, price < price[0] - _SAME
    if more[0] > _OTHER_W and (at := _first(dearer & (more < -_OTHER_W))):
        words = _change(price, clock, price >= price[at] - _SAME)
        return worded("heating ahead: the price rises from {now} to {later} by {time}", **words)
    if more[0] < -_OTHER_W and (at := _first(cheaper & (more > _OTHER_W))):
        words = _change(price, clock, price <= price[at] + _SAME)
        return worded("waiting: the price falls from {now} to {later} by {time}", **words)
    if stored and (at := _first(cheaper & heats)):
        words = _change(price, clock, price <= price[at] + _SAME)
        return worded("living on stored heat: the price falls from {now} to {later} by {time}", **words)
    warmer = _first(ahead.low_c > ahead.low_c[0] + _SAME)
    if warmer and heats[0] and best.celsius[1] > ahead.low_c[0] + STEP_K / 2:
        return worded("heating up: it is to be warmer by {time}", time=clock[warmer + 1])
    if not heats[0] and best.celsius[1] > ahead.low_c[0] + _SAME:
        return worded("resting: the room is warm enough for now")
    if best.celsius[1] <= ahead.low_c[0] + STEP_K / 2:
        return worded("at the lower end of the band: no later price is worth heating ahead for")
    return worded("cheapest by the weather and the prices of the next {hours} hours", hours=round(ahead.hours.sum()))


def _first(where: Bools) -> int:
    """Return the first of the steps after this one, 0 where there is none."""
    found = np.flatnonzero(where[1:])
    return int(found[0]) + 1 if found.size else 0


def _change(price: Floats, clock: Sequence[str], reached: Bools) -> dict[str, str]:
    """Return the words of a change of price: what it is now, and what and when it is once it has come so far."""
    at = _first(reached)
    return {"now": f"{price[0]:.2f}", "later": f"{price[at]:.2f}", "time": clock[at]}
