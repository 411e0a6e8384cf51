"""The strongest heat that a room was seen to get, and how much less that is in the cold."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from heatledger.readings import Floats, Ints

HEATS_W: Final = 50.0
"""Less is no heating. [W]"""
_STRONG: Final = 2
"""Steps over which the strongest heat is a mean: half an hour."""
_LEAST_PEAKS: Final = 8
_LEAST_SPREAD_K: Final = 6.0
_STRONG_PART: Final = 0.65
"""A day whose strongest half hour is less of the strongest of all asked for less than there was. [1]"""
_STEEPEST: Final = 0.02
"""No heat pump's capacity falls by more of itself per kelvin. [1/K]"""


class Peaks(NamedTuple):
    """The strongest half hours of the days that asked for much.

    Attributes
    ----------
    heat_w : array, shape (k,)
        As they would have been at `at_c`. [W]
    at_c, weaker_w_k : float
        Their mean outdoor temperature [°C], and how much less they were by a kelvin colder [W/K].
    """

    heat_w: Floats
    at_c: float
    weaker_w_k: float


def peaks_of(times_s: Ints, outdoor_c: Floats, heat_w: Floats) -> Peaks:
    """Find the strongest half hours; from fewer than eight, or of like days, no slope is read.

    Parameters
    ----------
    times_s : array, shape (n,)
        Start of each interval of a quarter of an hour, without gaps. [s]
    outdoor_c, heat_w : array, shape (n,)
        Outdoors [°C], and heat into the room, NaN where not known [W].

    Returns
    -------
    Peaks
        Of the strongest half hour of each day.
    """
    day = ((times_s - times_s[0]) // 86_400)[: 1 - _STRONG]
    mean, outdoors = ((column[1:] + column[:-1]) / _STRONG for column in (heat_w, outdoor_c))
    known = np.where(np.isfinite(mean) & np.isfinite(outdoors), mean, 0.0)
    best = np.array([rows[np.argmax(known[rows])] for one in np.unique(day) for rows in [np.flatnonzero(day == one)]])
    best = best[known[best] > max(HEATS_W, _STRONG_PART * known.max())]
    if not len(best):
        return Peaks(np.zeros(1), 0.0, 0.0)
    peak, at = known[best], outdoors[best]
    away = at - at.mean()
    told = len(best) >= _LEAST_PEAKS and np.ptp(at) >= _LEAST_SPREAD_K
    slope = float(np.clip(away @ peak / (away @ away), 0.0, _STEEPEST * peak.mean())) if told else 0.0
    return Peaks(peak - slope * away, float(at.mean()), slope)
