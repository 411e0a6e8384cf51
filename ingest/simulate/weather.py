"""The demo's weather: a cold continental winter and a hot summer, a pure function of seed and absolute time."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from heatledger.readings import Floats, Ints

LATITUDE: Final = 41.9
LONGITUDE: Final = -87.6
DAY_S: Final = 86_400
YEAR_S: Final = 365.2425 * DAY_S
COLDEST_S: Final = 19.5 * DAY_S
"""Coldest time of the average year, after 1 January [s]."""

_FRONT, _AIR, _GUST, _CLOUD, _DAMP = range(5)


class Weather(NamedTuple):
    """Outdoor conditions as columns.

    Attributes
    ----------
    temp_c : array
        Air temperature. [°C]
    calm_c : array
        The same without the day's swing and gusts: season and fronts only. [°C]
    humidity : array
        Relative humidity. [%]
    irradiance : array
        Global irradiance on the horizontal. [W/m²]
    """

    temp_c: Floats
    calm_c: Floats
    humidity: Floats
    irradiance: Floats


def chance(seed: int, stream: int, number: Ints) -> Floats:
    """Draw one number in [0, 1) for each integer, always the same for the same seed, stream and integer.

    The mixing is that of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).

    Examples
    --------
    >>> bool((chance(1, 2, np.arange(3)) == chance(1, 2, np.arange(3))).all())
    True
    """
    salt = np.uint64((seed * 0xD1342543DE82EF95 + stream * 0x2545F4914F6CDD1D) % 2**64)
    mixed: npt.NDArray[np.uint64] = np.atleast_1d(number).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + salt
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def noise(seed: int, stream: int, time_s: Floats, knot_s: float) -> Floats:
    """Return smooth noise of mean 0 and about unit spread, by interpolation between random knots.

    Parameters
    ----------
    seed, stream : int
        Which noise.
    time_s : array
        Absolute time. [s]
    knot_s : float
        Distance of the knots. [s]

    Returns
    -------
    array
        The noise, within −3 … 3.
    """
    place = time_s / knot_s
    first = np.floor(place).astype(np.int64)
    knots, back = np.unique(np.concatenate((first, first + 1)), return_inverse=True)
    drawn = sum(chance(seed, 3 * stream + draw, knots) for draw in range(3))
    level = (2.0 * (np.asarray(drawn) - 1.5))[back]
    left, right = level[: len(first)], level[len(first) :]
    share = place - first
    eased = share * share * (3.0 - 2.0 * share)
    return np.asarray(left + (right - left) * eased, dtype=np.float64)


def outdoors(seed: int, time_us: Ints) -> Weather:
    """Return the weather at any instants.

    Parameters
    ----------
    seed : int
        Which weather.
    time_us : array
        UTC. [µs since 1970]

    Returns
    -------
    Weather
        One value per instant.
    """
    time_s = np.atleast_1d(time_us) / 1e6
    season = np.cos(2.0 * np.pi * (time_s - COLDEST_S) / YEAR_S)
    front = noise(seed, _FRONT, time_s, 2.2 * DAY_S)
    calm_c = 10.0 - 13.5 * season + (4.6 + 1.6 * season) * front
    clouds = np.clip(0.45 + 0.4 * noise(seed, _CLOUD, time_s, 7.0 * 3600), 0.0, 1.0)
    solar_hour = (time_s / 3600.0 + LONGITUDE / 15.0) % 24.0
    swing = np.cos(2.0 * np.pi * (solar_hour - 14.8) / 24.0)
    small = 1.1 * noise(seed, _AIR, time_s, 5.0 * 3600) + 0.25 * noise(seed, _GUST, time_s, 900.0)
    temp_c = calm_c + (5.4 - 1.6 * season) * (1.0 - 0.55 * clouds) * swing + small
    damp = 9.0 * noise(seed, _DAMP, time_s, 9.0 * 3600)
    humidity = np.clip(62.0 + 22.0 * (clouds - 0.4) - 14.0 * swing + damp, 22.0, 99.0)
    return Weather(temp_c, calm_c, humidity, _sunshine(time_s, solar_hour, clouds))


def _sunshine(time_s: Floats, solar_hour: Floats, clouds: Floats) -> Floats:
    """Return global horizontal irradiance by Haurwitz's clear sky, 1098·sin h·exp(−0.057/sin h), less clouds [W/m²]."""
    tilt = np.radians(23.45) * -np.cos(2.0 * np.pi * (time_s / YEAR_S % 1.0 + 10.0 / 365.25))
    latitude = np.radians(LATITUDE)
    hour_angle = np.radians(15.0 * (solar_hour - 12.0))
    height = np.sin(latitude) * np.sin(tilt) + np.cos(latitude) * np.cos(tilt) * np.cos(hour_angle)
    sine = np.maximum(height, 1e-3)
    clear = np.where(height > 0.0, 1098.0 * sine * np.exp(-0.057 / sine), 0.0)
    return np.asarray(clear * (1.0 - 0.72 * clouds**1.4), dtype=np.float64)
