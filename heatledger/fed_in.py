"""What a home will feed in: the rest of a cycle drawn from its own days, as the season's sun moves them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from heatledger.readings import Floats

_RECENT: Final = 30
_SEASON_D: Final = 12
_YEAR_D: Final = 365
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

    Each draw is a run of the home's own days, so dull spells stay spells: those of the same season a year before where
    they were measured, else of the last month, begun anywhere in it. A day of another part of the year is scaled by
    the sun that reaches the atmosphere on either; without a latitude the sun is taken to stay as it is.

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
    by_day = {row.day.toordinal(): row for row in past}
    recent = past[-_RECENT:]
    found = []
    for _ in range(draws):
        shift = int(random.integers(-_SEASON_D, _SEASON_D + 1)) - _YEAR_D
        run = [by_day.get(day.toordinal() + shift) for day in ahead]
        start = int(random.integers(len(recent)))
        found.append(
            np.concatenate(
                [
                    _moved(row or recent[(start + number) % len(recent)], day, length, latitude)
                    for number, (row, day, length) in enumerate(zip(run, ahead, lengths, strict=True))
                ]
                or [np.zeros(0)]
            )
        )
    return found


def _moved(row: FedDay, day: date, length: int, latitude: float | None) -> Floats:
    quarters = np.resize(row.quarters, length)
    if latitude is None:
        return quarters
    return quarters * max(sun(latitude, day), _DIMMEST_MJ) / max(sun(latitude, row.day), _DIMMEST_MJ)


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
