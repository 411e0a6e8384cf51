"""Learning a home's rooms from its own days: least squares with what is known of homes before their data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from heatledger.baseline.rooms import Bools, House, Plan, conductance, drive, gains, lagged, unseen
from heatledger.heat.balance import LEAST_DAYS
from heatledger.readings import Floats

_PRIORS: Final = (
    # name, mean, standard deviation; where they come from
    ("ln_loss", 0.0, 1.0),  # ln of W/(K·m² floor) to the air outside: 0.4 (passive) to 2.7 (uninsulated)
    ("floor", 0.30, 0.10),  # W/(K·m²) to the ground: slabs and crawl spaces by ISO 13370, R 2–5 m²K/W
    ("ground", 0.0, 4.0),  # K by which the ground departs from midway between indoors and outdoors
    ("sun", 0.05, 0.025),  # m² that let all the sun in, per m² of floor: see `heat.balance.APERTURE`
    ("ln_open", np.log(300.0), 0.6),  # ln of W/K through an opening without a door, some 4 m² at 1–2 K
    ("ln_door", np.log(60.0), 0.6),  # ln of W/K past a door that is shut at night, with its partition
    ("storage", 15.0, 10.0),  # Wh/(K·m²) that follows from day to day: light construction of ISO 13790
    ("main", 0.65, 0.10),  # share of appliances' and people's heat that falls to the living room and what opens to it
    ("people", 1.0, 0.5),  # W/m² from people: two or three at 70 W, two thirds of the day
)
"""What is known of homes before their data: parameters with mean and standard deviation, from building physics."""
_UNSEEN_SUN: Final = (4.0, 3.0)
"""Prior of people and sun together where nobody measures the sun: the mean of the heating season. [W/m²]"""
_EXPOSURE_SD: Final = 0.15
"""How a room's loss per floor area departs from the home's: corners and middles. [1]"""
_LASTING: Final = 4.0
"""Days over which the balance's misses last (weather, occupants): only each fourth counts. [d]"""
_NOISE: Final = (0.15, 0.15, 0.10)
"""A day's miss of one source, of a room that has none, and of the whole home, relative to the home's heat. [1]"""
_STEPS: Final = 12
_SETTLED: Final = 1e-4
_MOST_STEP: Final = 2.0
_INDOORS_C: Final = 20.0
_Miss = Callable[[Floats], Floats]


class Days(NamedTuple):
    """Days of a home, a row each.

    Attributes
    ----------
    room_c, rise_k : array, shape (n, m)
        Mean air temperature of each room, NaN in every row of a room without a thermometer [°C]; and by how much it
        warmed from the day's start to its end [K].
    outdoor_c, before_c : array, shape (n,)
        Mean temperature outdoors, and of the day before. [°C]
    sun_w_m2 : array, shape (n,)
        On the average wall (`heat.balance.on_walls`); NaN throughout where nobody measures it. [W/m²]
    other_w : array, shape (n,)
        Lights and appliances. [W]
    heat_w : array, shape (n, k)
        By source; less than nothing on days in cooling. [W]
    """

    room_c: Floats
    rise_k: Floats
    outdoor_c: Floats
    before_c: Floats
    sun_w_m2: Floats
    other_w: Floats
    heat_w: Floats


class Fitted(NamedTuple):
    """A home's parameters (`_PRIORS`, then one exposure a room), and their covariance.

    `around_c` is the mean temperature outdoors that the ground is told from.
    """

    plan: Plan
    found: Floats
    covariance: Floats
    around_c: float

    def house(self, found: Floats | None = None) -> House:
        """Return the home by its parameters, or by others."""
        return _house(self.plan, self.found if found is None else found, self.around_c)


def fit(plan: Plan, days: Days) -> Fitted | None:
    """Fit the balance of rooms to a home's days: least squares with priors, by Gauss and Newton's method.

    Parameters
    ----------
    plan : Plan
        The rooms and which source serves which.
    days : Days
        Days in heating, or in cooling.

    Returns
    -------
    Fitted or None
        None with fewer than `LEAST_DAYS` days.
    """
    if len(days.outdoor_c) < LEAST_DAYS:
        return None
    mean, spread = _priors(plan, days)
    around = float(days.outdoor_c.mean())

    def miss(found: Floats) -> Floats:
        return np.concatenate([_misses(_house(plan, found, around), plan, days), (found - mean) / spread])

    found = mean.copy()
    for _ in range(_STEPS):
        rest, slope = miss(found), _slope(miss, found)
        step = np.linalg.solve(slope.T @ slope, -slope.T @ rest)  # priors keep it regular
        step = step / max(1.0, float(np.abs(step / spread).max()) / _MOST_STEP)
        found = found + step
        if float(np.abs(step).max()) < _SETTLED:
            break
    slope = _slope(miss, found)
    return Fitted(plan, found, np.asarray(np.linalg.inv(slope.T @ slope), dtype=np.float64), around)


def _priors(plan: Plan, days: Days) -> tuple[Floats, Floats]:
    mean = np.array([row[1] for row in _PRIORS] + [0.0] * len(plan.rooms))
    spread = np.array([row[2] for row in _PRIORS] + [_EXPOSURE_SD] * len(plan.rooms))
    if np.isnan(days.sun_w_m2).all():
        mean[len(_PRIORS) - 1], spread[len(_PRIORS) - 1] = _UNSEEN_SUN
    return mean, spread


def _house(plan: Plan, found: Floats, around_c: float) -> House:
    given = dict(zip((row[0] for row in _PRIORS), found.tolist(), strict=False))
    area = plan.area_m2
    between, close = _doors(plan, float(np.exp(given["ln_open"])), float(np.exp(given["ln_door"])))
    share = np.where(close, given["main"] * area / area[close].sum(), 0.0)
    if not close.all():
        share = share + np.where(close, 0.0, (1.0 - given["main"]) * area / area[~close].sum())
    return House(
        loss_w_k=np.exp(given["ln_loss"] + found[len(_PRIORS) :]) * area,
        floor_w_k=given["floor"] * area,
        between_w_k=between,
        ground_c=around_c + 0.5 * (_INDOORS_C - around_c) + given["ground"],
        sun_m2=given["sun"] * area,
        share=share / share.sum(),
        people_w=given["people"] * float(area.sum()),
        storage_wh_k=given["storage"] * area,
    )


def _doors(plan: Plan, open_w_k: float, door_w_k: float) -> tuple[Floats, Bools]:
    """Return what passes between rooms, and which rooms are the main one or open to it."""
    size = len(plan.rooms)
    between, close = np.zeros((size, size)), np.zeros(size, dtype=bool)
    ids = [room.id for room in plan.rooms]
    close[plan.main] = True
    for here, room in enumerate(plan.rooms):
        if here == plan.main:
            continue
        to = ids.index(room.open_to) if room.open_to in ids else plan.main
        through = open_w_k if room.open_to in ids else door_w_k
        between[here, to] = between[to, here] = through
        close[here] = room.open_to in ids and to == plan.main
    return between, close


def _misses(house: House, plan: Plan, days: Days) -> Floats:
    """Return how far the balance misses each day's heat: by source, of seen rooms without one, and of the home."""
    outdoor = lagged(days.outdoor_c, days.before_c)
    free = gains(house, days.other_w, days.sun_w_m2)
    room = unseen(house, days.room_c, outdoor, free)
    stored = house.storage_wh_k * np.nan_to_num(days.rise_k) / 24.0
    heat = room @ conductance(house) - drive(house, outdoor, free) + stored
    whole = days.heat_w.sum(axis=1)
    noise = np.array(_NOISE) * max(abs(float(whole.mean())), 1.0) * np.sqrt(_LASTING)
    idle = ~np.isnan(days.room_c).all(axis=0) & ~plan.served.any(axis=0)
    rows = [
        (heat @ plan.served.T - days.heat_w) / noise[0],
        heat[:, idle] / noise[1],
        (heat.sum(axis=1) - whole)[:, None] / noise[2],
    ]
    return np.concatenate([row.ravel() for row in rows])


def _slope(of: _Miss, found: Floats) -> Floats:
    """Return the derivative of misses by each parameter, by differences."""
    rest = of(found)
    columns = []
    for number in range(len(found)):
        moved = found.copy()
        moved[number] += _SETTLED * max(1.0, abs(float(found[number])))
        columns.append((of(moved) - rest) / (moved[number] - found[number]))
    return np.column_stack(columns)
