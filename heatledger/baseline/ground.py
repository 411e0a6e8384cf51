"""How warm the ground is at a depth, and what comes back from a ground loop."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from heatledger.readings import Floats, Ints

YEAR_D: Final = 365.0
DIFFUSIVITY_M2_D: Final = 0.055
"""Of moist soil: 0.64 mm²/s, the middle of Kusuda and Achenbach's stations. [m²/d]"""
LOOP_DEPTH_M: Final = 1.8
"""A horizontal loop's. [m]"""
LOOP_APPROACH_K: Final = 4.0
"""How much colder than the ground around it the liquid of a loop comes back at full load: 3–5 K. [K]"""
_DAY_S: Final = 86_400
_LEAST_LIQUID_C: Final = -5.0


class Surface(NamedTuple):
    """A year at the surface: mean [°C], amplitude [K] and the day of the year that is coldest [1–365]."""

    mean_c: float
    amplitude_k: float
    coldest_d: float


def temperature(surface: Surface, depth_m: float, day_of_year: Floats, diffusivity: float = DIFFUSIVITY_M2_D) -> Floats:
    """Return the temperature of undisturbed ground.

    T(z, t) = T_m − A·e^(−z·√(π/365α))·cos(2π/365·(t − t_0 − z/2·√(365/πα))) (Kusuda and Achenbach 1965).

    Parameters
    ----------
    surface : Surface
        At the surface.
    depth_m : float
        [m]
    day_of_year : array
        [d]
    diffusivity : float
        Thermal diffusivity of the soil. [m²/d]

    Returns
    -------
    array
        [°C]

    Examples
    --------
    >>> chicago = Surface(10.0, 14.0, 25.0)
    >>> temperature(chicago, 0.0, np.array([25.0])).tolist()
    [-4.0]
    """
    damping = depth_m * np.sqrt(np.pi / (YEAR_D * diffusivity))
    lag_d = depth_m / 2.0 * np.sqrt(YEAR_D / (np.pi * diffusivity))
    wave = np.cos(2.0 * np.pi / YEAR_D * (np.asarray(day_of_year) - surface.coldest_d - lag_d))
    return np.asarray(surface.mean_c - surface.amplitude_k * np.exp(-damping) * wave, dtype=np.float64)


def surface_of(day_of_year: Floats, outdoor_c: Floats, latitude: float | None) -> Surface:
    """Return the year that days of outdoor air belong to: a sine through them, held to a climate's shape.

    Parameters
    ----------
    day_of_year, outdoor_c : array
        Days, and their mean outdoor air; NaN where not known. [d] [°C]
    latitude : float or None
        The coldest day is 25 January in the north, six months later in the south. [°]

    Returns
    -------
    Surface
        With less than half a year at hand the amplitude is a continental 12 K about the mean that fits.
    """
    coldest = 25.0 if latitude is None or latitude >= 0 else 207.0
    known = np.isfinite(outdoor_c)
    days, air = day_of_year[known], outdoor_c[known]
    wave = np.cos(2.0 * np.pi / YEAR_D * (days - coldest))
    if not days.size:
        return Surface(10.0, 12.0, coldest)
    if np.ptp(wave) < 1.0:
        return Surface(float(np.mean(air + 12.0 * wave)), 12.0, coldest)
    (mean, amplitude), *_ = np.linalg.lstsq(np.column_stack([np.ones(days.size), -wave]), air, rcond=None)
    return Surface(float(mean), float(np.clip(amplitude, 0.0, 25.0)), coldest)


def entering(start_s: Ints, surface: Surface, load_share: Floats) -> Floats:
    """Return the liquid that enters a ground-source heat pump, hour by hour.

    Parameters
    ----------
    start_s : array of int
        Start of each hour, UTC. [s]
    surface : Surface
        Of the place.
    load_share : array
        Load over capacity: a loop that rests comes back as warm as the ground. [0–1]

    Returns
    -------
    array
        [°C]
    """
    day = (start_s / _DAY_S) % 365.2425 + 1.0
    soil = temperature(surface, LOOP_DEPTH_M, day)
    return np.maximum(soil - LOOP_APPROACH_K * np.clip(load_share, 0.0, 1.0), _LEAST_LIQUID_C)
