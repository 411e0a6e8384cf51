"""The sun on a house: from irradiance on the horizontal, or typical for the season where nobody measures it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

import numpy as np

from heatledger.heat.balance import altitude, on_walls
from heatledger.readings import Floats

SOLAR_W_M2: Final = 1361.0
"""Solar constant. [W/m²]"""
TYPICAL: Final = 0.6
"""Share of a clear sky's irradiance that comes over months of temperate weather. [1]"""
_LOW_SUN: Final = 0.05
_ERBS: Final = (0.9511, -0.1604, 4.388, -16.638, 12.336)
_HOUR_S: Final = 3600.0
_DAY_S: Final = 86_400.0


def height(time_s: Floats, latitude: float, longitude: float) -> Floats:
    """Return the height of the sun at instants (UTC), not below the horizon; the equation of time is left out. [rad].

    Parameters
    ----------
    time_s : array
        [s]
    latitude, longitude : float
        [°]
    """
    day_of_year = (np.asarray(time_s) / _DAY_S) % 365.2425 + 1.0
    return altitude(day_of_year, (np.asarray(time_s) / _HOUR_S + longitude / 15.0) % 24.0, latitude)


def walls(global_w_m2: Floats, altitude_rad: Floats) -> Floats:
    """Return what the average wall receives of an irradiance on the horizontal, its beam and sky parted by Erbs (1982).

    Parameters
    ----------
    global_w_m2 : array
        On the horizontal. [W/m²]
    altitude_rad : array
        Height of the sun. [rad]

    Returns
    -------
    array
        [W/m²]

    Examples
    --------
    >>> walls(np.array([100.0]), np.array([0.0])).tolist()
    [50.0]
    """
    sine = np.sin(altitude_rad)
    clear = np.clip(global_w_m2 / (SOLAR_W_M2 * np.maximum(sine, _LOW_SUN)), 0.0, 1.0)
    sky = np.where(clear <= 0.22, 1.0 - 0.09 * clear, np.polynomial.polynomial.polyval(clear, _ERBS))
    sky = np.where(clear > 0.80, 0.165, sky)
    sky = np.where(sine < _LOW_SUN, 1.0, sky)
    beam = global_w_m2 * (1.0 - sky) / np.maximum(sine, _LOW_SUN)
    return on_walls(beam, global_w_m2 * sky, altitude_rad)


def typical(altitude_rad: Floats) -> Floats:
    """Return the irradiance typical for a height of the sun: Haurwitz's clear sky × `TYPICAL`, horizontal. [W/m²].

    Examples
    --------
    >>> typical(np.radians([0.0, 30.0])).round().tolist()
    [0.0, 294.0]
    """
    sine = np.maximum(np.sin(altitude_rad), 1e-6)
    return np.asarray(TYPICAL * 1098.0 * sine * np.exp(-0.057 / sine), dtype=np.float64)


def season(start: date, end: date, latitude: float | None, longitude: float | None) -> float:
    """Return what a typical day of a season brings the average wall; 0 where the home's position is not known.

    Parameters
    ----------
    start, end : date
        First day, and the day after the last.
    latitude, longitude : float or None
        [°]

    Returns
    -------
    float
        [kWh/m²]
    """
    if latitude is None or longitude is None:
        return 0.0
    first_s, last_s = (datetime.combine(day, time(), UTC).timestamp() for day in (start, end))
    high = height(np.arange(first_s, last_s, _HOUR_S, dtype=np.float64), latitude, longitude)
    return float(walls(typical(high), high).sum()) / 1e3 / (end - start).days
