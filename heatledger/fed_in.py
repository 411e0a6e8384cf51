"""What a home will feed in: the rest of a cycle drawn from its own days, as the season's sun moves them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from heatledger.readings import Floats

_RECENT_D: Final = 60
_SEASON_D: Final = 30
_SPELL_D: Final = 7
_YEAR_D: Final = 365
_LEVEL: Final = 4.0
"""Error of the level, in standard errors of as many independent days: days are alike (twice one, at a lag-one
correlation of 0.6), and runs of a week out of so few spread less than what comes: tried on roofs. [1]"""
_CONSTANT_MJ: Final = 1367 * 86_400 / 1e6
_DIMMEST_MJ: Final = 2.0
"""Where the sun hardly rises its ratio to another day's says nothing; both are taken to be at least this. [MJ/m²]"""


class FedDay(NamedTuple):
    """A whole day that was measured: energy fed in by quarter of an hour. [kWh]."""

    day: date
    quarters: Floats


def draw_export(
    past: Sequence[FedDay],
    ahead: Sequence[date],
    *,
    lengths: Sequence[int],
    latitude: float | None,
    seed: int,
    draws: int,
) -> list[Floats]:
    """Draw what is fed in on the days that remain of a cycle.

    Each draw is made of the home's own days in runs of a week, so dull spells stay spells: of the last two months, and
    of the two months around this day a year before where they were measured. A day of another part of the year is
    scaled by the sun that reaches the atmosphere on either; without a latitude the sun is taken to stay as it is. All
    days of a draw share one error of the level, for so few days, which are alike, do not tell the mean.

    Parameters
    ----------
    past : sequence of FedDay
        Measured days, oldest first, up to yesterday; at least one.
    ahead : sequence of date
        The days to draw.
    lengths : sequence of int
        Quarters in each of them.
    latitude : float or None
        Of the home. [°]
    seed : int
        The same seed gives the same draws.
    draws : int
        How many.

    Returns
    -------
    list of array
        Quarters of all the days ahead, by draw. [kWh]
    """
    random = np.random.default_rng(seed)
    pool = [row for row in past if _is_of_season(row.day, ahead[0] if ahead else row.day)] or list(past)
    daily = np.array([row.quarters.sum() for row in pool])
    unsure = _LEVEL * float(daily.std()) / np.sqrt(daily.size) / daily.mean() if daily.any() else 0.0
    level = np.maximum(random.normal(1.0, unsure, draws), 0.0)
    starts = random.integers(len(pool), size=(draws, -(-len(ahead) // _SPELL_D)))
    runs = (starts[:, :, None] + np.arange(_SPELL_D)).reshape(draws, -1) % len(pool)
    scale = level[:, None] / _suns(latitude, [row.day for row in pool])[runs[:, : len(ahead)]]
    days = [
        scale[:, number, None] * strength * np.array([np.resize(row.quarters, length) for row in pool])[runs[:, number]]
        for number, (strength, length) in enumerate(zip(_suns(latitude, ahead), lengths, strict=True))
    ]
    return list(np.concatenate(days, axis=1)) if days else [np.zeros(0)] * draws


def _is_of_season(day: date, today: date) -> bool:
    """Whether a day is of the last two months, or of the month around this day a year before."""
    ago = (today - day).days
    return ago <= _RECENT_D or abs(ago - _YEAR_D) <= _SEASON_D


def _suns(latitude: float | None, days: Sequence[date]) -> Floats:
    if latitude is None:
        return np.ones(len(days))
    return np.array([max(sun(latitude, day), _DIMMEST_MJ) for day in days])


def sun(latitude: float, day: date) -> float:
    """Return the sun's energy on a level surface outside the atmosphere over a day.

    H₀ = 24 h·1367 W/m²/π·(1 + 0.033 cos(2πn/365))·(cos φ cos δ sin ω + ω sin φ sin δ) on day n, with declination
    δ = 23.45° sin(2π(284 + n)/365) and sunset hour angle cos ω = −tan φ tan δ (Duffie & Beckman, Solar Engineering of
    Thermal Processes, eq. 1.10.3).

    Parameters
    ----------
    latitude : float
        [°]
    day : date
        Any.

    Returns
    -------
    float
        [MJ/m²]

    Examples
    --------
    The source's own example 1.10.1, 43° north on 15 April:

    >>> round(sun(43.0, date(2026, 4, 15)), 1)
    33.8
    """
    number = day.timetuple().tm_yday
    phi = np.radians(latitude)
    delta = np.radians(23.45) * np.sin(2 * np.pi * (284 + number) / _YEAR_D)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(delta), -1.0, 1.0))
    level = np.cos(phi) * np.cos(delta) * np.sin(sunset) + sunset * np.sin(phi) * np.sin(delta)
    return float(_CONSTANT_MJ / np.pi * (1 + 0.033 * np.cos(2 * np.pi * number / _YEAR_D)) * level)
