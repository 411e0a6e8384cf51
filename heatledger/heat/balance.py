"""Rung F: heat inferred from the house itself, once days of measured heat have said how it loses it."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from heatledger.readings import Floats

LEAST_DAYS: Final = 14
"""Fewer anchored days than this say nothing that holds: three were useless where fourteen were within 7 %. [d]"""
APERTURE: Final = (0.05, 0.025)
"""Prior of the sun's aperture per floor area, mean and standard deviation: windows 10–20 % of it, half let in. [1]"""
YESTERDAY: Final = 0.3
"""Share of a day's loss that answers to the outdoor temperature of the day before: walls are slow. [1]"""
MODEL_SD: Final = 0.055
"""What the balance leaves out (wind, opened windows, the ground), relative to the heat, never averaging out. [1]"""
BLIND_SD: Final = 0.15
"""The same where nobody measures the sun: four simulated climates by a typical one, season errors up to 28 %. [1]"""
_SKY: Final = 0.5
_TELLING_RAD: Final = 0.25
_DIRECT: Final = 0.32
"""Mean over the four walls of what a wall catches of a beam along its horizon: 1/π. [1]"""


class Days(NamedTuple):
    """A house's days as columns.

    Attributes
    ----------
    indoor_c, outdoor_c, before_c : array
        Mean air temperature indoors, outdoors, and outdoors the day before. [°C]
    sun_kwh_m2 : array
        Irradiation of the average wall (`on_walls`). [kWh/m²]
    rise_k : array
        By how much the house warmed from midnight to midnight. [K]
    other_kwh : array
        What else heats the house: resistance, lights, appliances. [kWh]
    """

    indoor_c: Floats
    outdoor_c: Floats
    before_c: Floats
    sun_kwh_m2: Floats
    rise_k: Floats
    other_kwh: Floats


class House(NamedTuple):
    """What anchored days say of a house: heat = loss·(T_in − T_out) − aperture·sun + storage·rise − other.

    Attributes
    ----------
    found : array, shape (3,)
        Loss [kWh/(K·d)], aperture [m²] and storage [kWh/K].
    covariance : array, shape (3, 3)
        Of the three.
    scatter_kwh : float
        Standard deviation of a day about the balance. [kWh]
    lasting : float
        Standard deviation of the heat that anchored it, relative, which no number of days lessens. [1]
    days : int
        How many anchored it.
    """

    found: Floats
    covariance: Floats
    scatter_kwh: float
    lasting: float = 0.0
    days: int = 0


def on_walls(direct_w_m2: Floats, diffuse_w_m2: Floats, altitude_rad: Floats) -> Floats:
    """Return what the average wall receives of the sun: low beams more than high ones.

    Parameters
    ----------
    direct_w_m2, diffuse_w_m2 : array
        Beam on a plane that faces it, and sky on the horizontal. [W/m²]
    altitude_rad : array
        Height of the sun. [rad]

    Returns
    -------
    array
        [W/m²]
    """
    return np.asarray(_DIRECT * direct_w_m2 * np.cos(altitude_rad) + _SKY * diffuse_w_m2, dtype=np.float64)


def altitude(day_of_year: Floats, solar_hour: Floats, latitude_deg: float) -> Floats:
    """Return the height of the sun, not below the horizon (Cooper 1969).

    Parameters
    ----------
    day_of_year, solar_hour : array
        1–366, and hours since solar midnight.
    latitude_deg : float
        [°]

    Returns
    -------
    array
        [rad]

    Examples
    --------
    >>> round(float(np.degrees(altitude(np.array(172.0), np.array(12.0), 42.0))), 1)
    71.4
    """
    tilt = np.radians(23.45 * np.sin(2 * np.pi * (284 + day_of_year) / 365))
    here, hour = np.radians(latitude_deg), np.radians(15 * (solar_hour - 12))
    height = np.sin(here) * np.sin(tilt) + np.cos(here) * np.cos(tilt) * np.cos(hour)
    return np.asarray(np.arcsin(np.clip(height, 0.0, 1.0)), dtype=np.float64)


def latitude(day_of_year: Floats, daylight_h: Floats) -> float:
    """Return the northern latitude that has such days: cos(ω) = −tan φ·tan δ, by the days far from an equinox.

    Parameters
    ----------
    day_of_year, daylight_h : array
        1–366, and hours between sunrise and sunset.

    Returns
    -------
    float
        Within 0–66; 45 where no day says. [°]

    Examples
    --------
    >>> round(latitude(np.array([355.0]), np.array([9.15])))
    42
    """
    tilt = np.radians(23.45 * np.sin(2 * np.pi * (284 + day_of_year) / 365))
    half = np.radians(7.5 * daylight_h)
    tells = (np.abs(tilt) > _TELLING_RAD) & (daylight_h > 0)
    if not tells.any():
        return 45.0
    found = np.degrees(np.arctan(-np.cos(half[tells]) / np.tan(tilt[tells])))
    return float(np.clip(np.median(found), 0.0, 66.0))


def fit(
    days: Days, heat_kwh: Floats, area_m2: float, *, lasting: float = 0.0, least_scatter_kwh: float = 0.0
) -> House | None:
    """Learn a house from days whose heat was measured.

    Parameters
    ----------
    days : Days
        The anchored days.
    heat_kwh : array
        Heat measured on each. [kWh]
    area_m2 : float
        Heated floor, for what its windows let in. [m²]
    lasting : float
        Standard deviation of the measured heat that lasts, relative. [1]
    least_scatter_kwh : float
        What a day scatters at least, where days are the mean of a bill. [kWh]

    Returns
    -------
    House or None
        None with fewer than `LEAST_DAYS` days.
    """
    if len(heat_kwh) < LEAST_DAYS:
        return None
    columns, wanted = _columns(days), heat_kwh + days.other_kwh
    scatter = max(_scatter(wanted - columns @ np.linalg.lstsq(columns, wanted, rcond=None)[0]), least_scatter_kwh)
    mean, spread = APERTURE[0] * area_m2, APERTURE[1] * area_m2
    weight = np.array([0.0, (scatter / spread) ** 2, 0.0])
    inverse = np.linalg.pinv(columns.T @ columns + np.diag(weight))
    found = inverse @ (columns.T @ wanted + weight * mean)
    scatter = max(_scatter(wanted - columns @ found), least_scatter_kwh)
    return House(found, np.asarray(scatter**2 * inverse, dtype=np.float64), scatter, lasting, len(heat_kwh))


def heat(house: House, days: Days, *, sunless: bool = False) -> tuple[Floats, Floats]:
    """Return the heat of days by the balance, and what of its standard deviation never averages out. [kWh].

    Parameters
    ----------
    house : House
        As anchored days say it is.
    days : Days
        The days asked for.
    sunless : bool
        Whether the sun was a typical one, measured by nobody.
    """
    columns = _columns(days)
    found = columns @ house.found - days.other_kwh
    spread = np.sqrt(np.einsum("ij,jk,ik->i", columns, house.covariance, columns))
    model = float(np.hypot(BLIND_SD if sunless else MODEL_SD, house.lasting))
    return np.asarray(found, dtype=np.float64), np.hypot(spread, model * found)


def _columns(days: Days) -> Floats:
    outdoor = (1.0 - YESTERDAY) * days.outdoor_c + YESTERDAY * days.before_c
    return np.column_stack([days.indoor_c - outdoor, -days.sun_kwh_m2, days.rise_k])


def _scatter(rest: Floats) -> float:
    return float(np.sqrt((rest**2).sum() / max(len(rest) - 3, 1)))
