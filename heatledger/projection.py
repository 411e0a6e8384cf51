"""Where the bill is heading: the rest of the cycle drawn many times from the home's own days and weather."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from heatledger import weather_response
from heatledger.readings import Floats, Ints
from heatledger.weather_response import Response

DRAWS: Final = 200
MIN_DAYS: Final = weather_response.MIN_DAYS

_RECENT: Final = 60
_ANALOGUES: Final = 7
_SEASON_D: Final = 12
_MEMORY_D: Final = 4.0
_UNSEASONED_K: Final = 4.5
_COLDEST_DAY: Final = 20
_SWING_K_PER_DEGREE: Final = 0.3
_LEVEL_D: Final = 14
_YEAR_D: Final = 365


class PastDay(NamedTuple):
    """A whole day that was measured.

    Attributes
    ----------
    day : date
        Local.
    quarters : array, shape (n,)
        Imported energy by quarter of an hour: 96, or 92 or 100 on the day of a clock change. [kWh]
    outdoor_c : float
        Mean outdoor temperature, NaN where not known. [°C]
    """

    day: date
    quarters: Floats
    outdoor_c: float


def draw_rest(
    past: Sequence[PastDay],
    ahead: Sequence[date],
    *,
    lengths: Sequence[int],
    latitude: float | None,
    seed: int,
    draws: int = DRAWS,
) -> list[list[Floats]] | None:
    """Draw the days that remain of a cycle.

    Each draw takes a temperature for every day (the home's own climatology of the season, relaxing from what it is
    now), the home's response to it, a residual of a measured day and a shared error of the level, and the daily shape
    of a measured day like it. Without a year of history the season turns as it does at that latitude, and wider.

    Parameters
    ----------
    past : sequence of PastDay
        Measured days, oldest first, up to yesterday.
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
    list of list of array, or None
        Quarters of every day ahead, by draw [kWh]; None with fewer than `MIN_DAYS` measured days.
    """
    if len(past) < MIN_DAYS:
        return None
    random = np.random.default_rng(seed)
    totals = np.array([day.quarters.sum() for day in past])
    temps = np.array([day.outdoor_c for day in past])
    response = weather_response.fit(temps, totals)
    outdoor = (
        _temperatures(past, temps, ahead, latitude, random, draws) if response else np.full((draws, len(ahead)), np.nan)
    )
    level, spread = _level(response, temps, totals, outdoor)
    residuals = (totals - _expected(response, temps, totals))[-_RECENT:]
    kwh = level + spread * random.standard_normal((draws, 1)) + random.choice(residuals, size=outdoor.shape)
    floor = 0.25 * float(totals.min())
    alike = [_alike(day, length, past) for day, length in zip(ahead, lengths, strict=True)]
    return [
        [
            _shaped(max(float(amount), floor), float(outdoor_c), length, days, past, temps, random)
            for amount, outdoor_c, length, days in zip(kwh[draw], outdoor[draw], lengths, alike, strict=True)
        ]
        for draw in range(draws)
    ]


def _expected(response: Response | None, temps: Floats, totals: Floats) -> Floats:
    if response is None:
        return np.full(len(totals), totals[-_RECENT:].mean())
    return np.where(np.isfinite(temps), weather_response.energy(response, np.nan_to_num(temps)), totals.mean())


def _level(response: Response | None, temps: Floats, totals: Floats, outdoor: Floats) -> tuple[Floats, float]:
    """Return what is expected of each day drawn, moved to where the last fortnight was, and how sure that move is."""
    recent = (totals - _expected(response, temps, totals))[-_LEVEL_D:]
    trust = len(recent) / (len(recent) + _LEVEL_D)
    spread = float(recent.std(ddof=1)) / np.sqrt(len(recent)) * 2  # days are alike, so they count for fewer
    base = np.full(outdoor.shape, totals[-_RECENT:].mean())
    if response is not None:
        base = weather_response.energy(response, outdoor)
    return base + trust * float(recent.mean()), float(spread)


def _temperatures(
    past: Sequence[PastDay],
    temps: Floats,
    ahead: Sequence[date],
    latitude: float | None,
    random: np.random.Generator,
    draws: int,
) -> Floats:
    by_day = {day.day.toordinal(): temp for day, temp in zip(past, temps.tolist(), strict=True) if np.isfinite(temp)}
    today = past[-1].day.toordinal()
    known = temps[np.isfinite(temps)]
    mean_c = float(known[-_LEVEL_D:].mean())
    now_c = float(known[-3:].mean())
    out = np.empty((draws, len(ahead)))
    for draw in range(draws):
        shift = int(random.integers(-_SEASON_D, _SEASON_D + 1)) - _YEAR_D
        season = np.array([by_day.get(day.toordinal() + shift, np.nan) for day in ahead])
        then_c = by_day.get(today + shift, np.nan)
        if np.isfinite(season).all() and np.isfinite(then_c):
            out[draw] = season + (now_c - then_c) * _fading(len(ahead)) * 0.5
        else:
            turn = _turning(past[-1].day, ahead, latitude) * random.normal(1.0, 0.4)
            out[draw] = mean_c + turn + _wandering(now_c - mean_c, len(ahead), random)
    return out


def _fading(days: int) -> Floats:
    return np.exp(-np.arange(1, days + 1) / _MEMORY_D)


def _turning(today: date, ahead: Sequence[date], latitude: float | None) -> Floats:
    """Return how far the season turns from a week ago to each day: a yearly wave that grows with latitude. [K]."""
    if latitude is None:
        return np.zeros(len(ahead))
    half_year = 0.0 if latitude >= 0 else np.pi
    days = np.array([today.timetuple().tm_yday - _LEVEL_D / 2, *(day.timetuple().tm_yday for day in ahead)])
    days[1:] += np.where(days[1:] < days[0], _YEAR_D, 0)
    wave = -np.cos(2 * np.pi * (days - _COLDEST_DAY) / _YEAR_D + half_year)
    return np.asarray(_SWING_K_PER_DEGREE * abs(latitude) * (wave[1:] - wave[0]))


def _wandering(now_k: float, days: int, random: np.random.Generator) -> Floats:
    """Return weather about its mean: what it is now fades, and fronts come and go. [K]."""
    keep = float(np.exp(-1 / _MEMORY_D))
    noise = random.standard_normal(days) * _UNSEASONED_K * np.sqrt(1 - keep**2)
    out, wander = np.empty(days), now_k
    for number in range(days):
        wander = keep * wander + noise[number]
        out[number] = wander
    return out + random.standard_normal() * _UNSEASONED_K / 3


def _alike(day: date, length: int, past: Sequence[PastDay]) -> Ints:
    """Return which measured days may lend a day their shape: the same part of the week, as many hours."""
    same_part = np.array([(one.day.weekday() > 4) == (day.weekday() > 4) for one in past])
    same_length = np.array([len(one.quarters) == length for one in past])
    for choice in (same_part & same_length, same_length, same_part):
        if choice.any():
            return np.flatnonzero(choice)
    return np.arange(len(past))


def _shaped(
    kwh: float,
    outdoor_c: float,
    length: int,
    alike: Ints,
    past: Sequence[PastDay],
    temps: Floats,
    random: np.random.Generator,
) -> Floats:
    """Spread a day's energy as one of the measured days nearest to it in weather was spread."""
    near = alike[-_ANALOGUES:]
    if np.isfinite(outdoor_c) and len(alike) > _ANALOGUES:
        apart = np.nan_to_num(np.abs(temps[alike] - outdoor_c), nan=np.inf)
        near = alike[np.argpartition(apart, _ANALOGUES)[:_ANALOGUES]]
    shape = np.resize(past[int(random.choice(near))].quarters, length)
    total = float(shape.sum())
    return shape * (kwh / total) if total > 0 else np.full(length, kwh / length)
