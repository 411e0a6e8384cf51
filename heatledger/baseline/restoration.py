"""How warm rooms would be with one thermostat, and what holding them there adds: differences, so that gains cancel."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from heatledger.baseline.rooms import Bools, House, conductance, drive
from heatledger.readings import Floats

DAY_H: Final = 24
_HELD_C: Final = 0.5
"""A room this near to what its thermostat asks is taken to be as asked: thermostats hang where they hang. [K]"""
_SAME_C: Final = 0.05
FAST: Final = 0.5
"""Share that a room answers to at once: of the cold, by windows and air; of appliances, what is no radiation. [1]"""
SLOW_H: Final = 5.0
"""Time constant of the rest: framed walls and plasterboard, not masonry. [h]"""


class Asked(NamedTuple):
    """What rooms are and are asked to be, hour by hour, for one kind of work.

    Attributes
    ----------
    room_c : array, shape (n, m)
        As measured or inferred. [°C]
    own_c : array, shape (n, m)
        What each room's own thermostat asks; NaN where there is none. [°C]
    common_c : array, shape (n,)
        Of the one thermostat. [°C]
    sign : float
        1 heating, −1 cooling.
    """

    room_c: Floats
    own_c: Floats
    common_c: Floats
    sign: float

    @property
    def now_c(self) -> Floats:
        """As asked where a thermostat holds a room, else as it is. [°C]."""
        held = np.abs(self.room_c - self.own_c) <= _HELD_C
        return np.where(held, self.own_c, self.room_c)


def common(house: House, main: int, asked: Asked, outdoor_c: Floats, gains_w: Floats) -> tuple[Floats, Bools]:
    """Return each room's temperature with one thermostat, and the hours in which it asks for work.

    The one system's air is shared among rooms as they lose heat, so a room with less sun and fewer appliances than
    the thermostat's is cooler. A room that is now held at the common set-point would be as it is.

    Parameters
    ----------
    house : House
        The home.
    main : int
        Where the thermostat hangs.
    asked : Asked
        What rooms are and are asked to be.
    outdoor_c, gains_w : array, shapes (n,) and (n, m)
        [°C, W]

    Returns
    -------
    tuple
        Temperatures, shape (n, m) [°C], and truth values, shape (n,).
    """
    size = len(house.loss_w_k)
    matrix, right = conductance(house), mean_day(drive(house, outdoor_c, gains_w))
    other = [room for room in range(size) if room != main]
    unknowns = np.column_stack([matrix[:, other], -house.response_w_k / house.response_w_k.sum()])
    found = np.linalg.solve(unknowns, (right - np.outer(asked.common_c, matrix[:, main])).T).T
    warm = np.tile(asked.common_c[:, None], (1, size))
    warm[:, other] = found[:, :-1]
    beyond = asked.sign * (asked.own_c - asked.common_c[:, None])
    warm = np.where(beyond >= -_SAME_C, asked.common_c[:, None], warm)
    return warm, asked.sign * found[:, -1] > 0


def added(house: House, asked: Asked, warm_c: Floats, works: Bools) -> Floats:
    """Return what holding rooms at other temperatures adds to the work, shape (n, m). [W].

    loss and floor of each room times the difference; less than nothing only where a room's own thermostat asks for
    more than the common one.

    Parameters
    ----------
    house : House
        The home.
    asked : Asked
        What rooms are and are asked to be.
    warm_c : array, shape (n, m)
        What they would be, as `common` returns them. [°C]
    works : array of bool, shape (n,)
        The hours in which the one thermostat asks for work.

    Returns
    -------
    array, shape (n, m)
        [W]
    """
    further = asked.sign * (warm_c - asked.now_c)
    more = asked.sign * (asked.own_c - asked.common_c[:, None]) > _SAME_C
    further = np.where(more & works[:, None], further, np.where(works[:, None], np.maximum(further, 0.0), 0.0))
    return np.asarray(further * house.response_w_k, dtype=np.float64)


def spread_out(measured_w: Floats, added_w: Floats, weather_w: Floats) -> Floats:
    """Return the work of a home that is held at one set-point: each day's sum, by the hours as such a home has it.

    Recovery from set-backs makes peaks that one set-point does not have: where something is added within the day the
    sum is taken over the day around each hour, and shaped by the weather as the home answers it.

    Parameters
    ----------
    measured_w, added_w : array, shapes (n,) and (n, m)
        [W]
    weather_w : array, shape (n,)
        The work of weather, sun and appliances as `answered` gives it. [W]

    Returns
    -------
    array, shape (n,)
        Exactly `measured_w` where nothing is added, never negative; Σ measured + Σ added over the span. [W]
    """
    total = measured_w + added_w.sum(axis=1)
    held = mean_day((added_w != 0).any(axis=1).astype(np.float64)) == 0
    shaped = np.maximum(mean_day(total) + weather_w - mean_day(weather_w), 0.0)
    shaped = np.where(mean_day(total) > 0, shaped, 0.0)
    wanted, got = float(total[~held].sum()), float(shaped[~held].sum())
    return np.where(held, measured_w, shaped * (max(wanted, 0.0) / got if got > 0 else 0.0))


def answered(house: House, outdoor_c: Floats, other_w: Floats, sun_w_m2: Floats) -> Floats:
    """Return the heat that weather, sun and appliances ask for at the room's air, but for a constant.

    Half of the cold and of appliances at once; the rest, and all of the sun, as walls and floors give it back.

    Parameters
    ----------
    house : House
        The home.
    outdoor_c, other_w, sun_w_m2 : array, shape (n,)
        Outdoors [°C], appliances [W], sun on the average wall [W/m²].

    Returns
    -------
    array, shape (n,)
        [W]
    """
    plain = -float(house.loss_w_k.sum()) * outdoor_c - other_w
    sun = -float(house.sun_m2.sum()) * np.nan_to_num(sun_w_m2)
    return np.asarray(FAST * plain + decayed((1.0 - FAST) * plain + sun, SLOW_H), dtype=np.float64)


def decayed(column: Floats, constant_h: float) -> Floats:
    """Return a first-order lag of hourly columns, begun in its steady state.

    Examples
    --------
    >>> decayed(np.array([0.0, 1.0, 1.0]), 1.0).round(3).tolist()
    [0.0, 0.632, 0.865]
    """
    keep = float(np.exp(-1.0 / constant_h))
    rows = np.atleast_2d(column.T)
    blocks = -(-rows.shape[1] // DAY_H)
    padded = np.pad(rows, ((0, 0), (0, blocks * DAY_H - rows.shape[1]))).reshape(len(rows), blocks, DAY_H)
    hours = np.arange(DAY_H)
    within = np.where(hours[:, None] >= hours, (1.0 - keep) * keep ** (hours[:, None] - hours).clip(0), 0.0)
    out = padded @ within.T
    carry = rows[:, 0].copy()
    for block in range(blocks):  # a day at a time: what was there before decays through it
        out[:, block] += carry[:, None] * keep ** (hours + 1)
        carry = out[:, block, -1]
    flat = out.reshape(len(rows), -1)[:, : rows.shape[1]]
    return np.asarray(flat.T if column.ndim == 2 else flat[0], dtype=np.float64)


def mean_day(column: Floats) -> Floats:
    """Return the mean over the day around each hour, shorter at the ends of the span.

    Examples
    --------
    >>> mean_day(np.arange(48.0))[24]
    np.float64(23.5)
    """
    size = len(column)
    total = np.concatenate([np.zeros((1, *column.shape[1:])), np.cumsum(column, axis=0)])
    first = np.clip(np.arange(size) - DAY_H // 2, 0, None)
    last = np.clip(np.arange(size) + DAY_H // 2, None, size)
    count = (last - first).reshape(-1, *([1] * (column.ndim - 1)))
    return np.asarray((total[last] - total[first]) / count, dtype=np.float64)
