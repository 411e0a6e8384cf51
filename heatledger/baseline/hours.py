"""A home hour by hour, its days in heating, and its holes bridged so that lags have something to go on."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from heatledger.baseline.learning import Days
from heatledger.baseline.restoration import DAY_H, decayed, mean_day
from heatledger.baseline.rooms import Bools, House, gains, unseen
from heatledger.heat.balance import LEAST_DAYS, YESTERDAY
from heatledger.readings import Floats, Ints

_ROOM_H: Final = 8.0
"""How slowly a room without heat follows its surroundings: 46 Wh/(K·m²) (ISO 13790, medium) past door and walls. [h]"""
LEAST_HOURS: Final = 20
_WORKS_W: Final = 50.0
"""Less, as a day's mean, teaches nothing. [W]"""


class Hours(NamedTuple):
    """A home hour by hour; NaN where it is not known.

    Attributes
    ----------
    start_s : array, shape (n,)
        Start of each hour, without gaps; the first begins a local day. [s]
    outdoor_c : array, shape (n,)
        [°C]
    sun_w_m2 : array, shape (n,)
        On the average wall; NaN throughout where nobody measures it. [W/m²]
    other_w : array, shape (n,)
        Lights and appliances within the walls. [W]
    room_c, own_c, own_cool_c : array, shape (n, m)
        Air temperature of each room, NaN in every row of one without a thermometer; what its own thermostat asks.
        [°C]
    heat_w, cool_w, latent_w : array, shape (n, k)
        Heat, sensible cooling and moisture's heat by source; ``latent_w`` is NaN where only a total is known. [W]
    """

    start_s: Ints
    outdoor_c: Floats
    sun_w_m2: Floats
    other_w: Floats
    room_c: Floats
    own_c: Floats
    own_cool_c: Floats
    heat_w: Floats
    cool_w: Floats
    latent_w: Floats


class Filled(NamedTuple):
    """Hours without holes, which of them were known, gains [W] and temperatures by room [°C].

    `slow_c` is the outdoor temperature that a day's loss answers to. [°C]
    """

    hours: Hours
    known: Bools
    gains_w: Floats
    room_c: Floats
    slow_c: Floats


def days_of(hours: Hours) -> Days:
    """Return the days that teach how a home loses heat: those in heating, else, where they are too few, in cooling.

    A day counts where `LEAST_HOURS` of its hours are known, and where the other kind of work rests.
    """
    heats, cools = hours.heat_w.sum(axis=1), np.nan_to_num(hours.cool_w).sum(axis=1)
    known = known_in(hours) & np.isfinite(hours.other_w)
    count = _by_day(known.astype(np.float64)) * DAY_H
    enough = count >= LEAST_HOURS
    worked = [_by_day(np.where(known, column, 0.0)) for column in (heats, cools)]
    warm = enough & (worked[0] > _WORKS_W) & (worked[1] == 0)
    cold = enough & (worked[1] > _WORKS_W) & (worked[0] == 0)
    if np.count_nonzero(warm) >= LEAST_DAYS or np.count_nonzero(cold) < LEAST_DAYS:
        return _pick(hours, known, count, warm, hours.heat_w)
    return _pick(hours, known, count, cold, -hours.cool_w)


def _pick(hours: Hours, known: Bools, count: Floats, wanted: Bools, heat_w: Floats) -> Days:
    def mean(column: Floats) -> Floats:
        held = known.reshape(-1, *([1] * (column.ndim - 1)))
        total = _by_day(np.where(held, column, 0.0)) * DAY_H
        return np.asarray((total.T / np.maximum(count, 1.0)).T, dtype=np.float64)

    outdoor = _by_day(_line(hours.outdoor_c))
    midnight = np.vstack([hours.room_c[: len(count) * DAY_H : DAY_H], hours.room_c[-1:]])
    room = np.where(seen_in(hours), mean(hours.room_c), np.nan)
    return Days(
        room_c=room[wanted],
        rise_k=np.diff(midnight, axis=0)[wanted],
        outdoor_c=mean(hours.outdoor_c)[wanted],
        before_c=np.append(outdoor[:1], outdoor[:-1])[wanted],
        sun_w_m2=(mean(hours.sun_w_m2) if np.isfinite(hours.sun_w_m2).any() else np.full(len(count), np.nan))[wanted],
        other_w=mean(hours.other_w)[wanted],
        heat_w=mean(heat_w)[wanted],
    )


def _by_day(column: Floats) -> Floats:
    """Return the means of whole days of 24 hours from the first."""
    whole = len(column) // DAY_H
    return np.asarray(column[: whole * DAY_H].reshape(whole, DAY_H, *column.shape[1:]).mean(axis=1), dtype=np.float64)


def known_in(hours: Hours) -> Bools:
    """Return in which hours the heat, every thermometer and the outdoor temperature are known, shape (n,)."""
    known = np.isfinite(hours.outdoor_c) & np.isfinite(hours.heat_w).all(axis=1)
    return np.asarray(known & np.isfinite(hours.room_c[:, seen_in(hours)]).all(axis=1))


def seen_in(hours: Hours) -> Bools:
    """Return which rooms have a thermometer, shape (m,)."""
    return np.asarray(np.isfinite(hours.room_c).any(axis=0))


def bridge(hours: Hours) -> Hours:
    """Return hours without holes, bridged by straight lines: lags need something to go on.

    What is made of a hole's hours is taken out again (`known_in`).
    """
    return hours._replace(
        outdoor_c=_line(hours.outdoor_c),
        other_w=_line(hours.other_w),
        heat_w=np.nan_to_num(hours.heat_w),
        cool_w=np.nan_to_num(hours.cool_w),
        room_c=np.column_stack([_line(column) if np.isfinite(column).any() else column for column in hours.room_c.T]),
    )


def infer(house: House, bridged: Hours, known: Bools) -> Filled:
    """Return bridged hours with what is inferred of them: gains, and rooms that have no thermometer."""
    seen = seen_in(bridged)
    free = gains(house, bridged.other_w, bridged.sun_w_m2)
    outdoor = bridged.outdoor_c
    before = np.concatenate([np.full(DAY_H, outdoor[0]), outdoor])[: len(outdoor)]
    slow = (1.0 - YESTERDAY) * outdoor + YESTERDAY * mean_day(before)
    room = unseen(house, bridged.room_c, slow, free)
    if not seen.all():
        room[:, ~seen] = decayed(room[:, ~seen], _ROOM_H)
    return Filled(bridged, known, free, room, slow)


def _line(column: Floats) -> Floats:
    """Return a column with its holes bridged by straight lines; zeros where it holds nothing."""
    heard = np.flatnonzero(np.isfinite(column))
    if not len(heard):
        return np.zeros(len(column))
    return np.asarray(np.interp(np.arange(len(column)), heard, column[heard]), dtype=np.float64)
