"""Rung C: how a map stands to a heat that was truly measured for a while, and how far that carries."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from heatledger.heat.flows import HeatSum
from heatledger.readings import Floats

LEAST_DAYS: Final = 14
PRIOR_SD: Final = 0.10
"""Prior of the factor: N(1, 0.10). [1]"""
CLAMP: Final = (0.7, 1.2)
CARRY_SD: Final = 0.02
"""What one month's factor leaves open in other weather and at other loads: tilts of a map, on simulated houses. [1]"""
_LEAST_KWH: Final = 1.0


class Factor(NamedTuple):
    """What a map's heat is multiplied by.

    Attributes
    ----------
    value : float
        Measured over mapped heat, drawn to 1 by the prior, within `CLAMP`. [1]
    systematic, random : float
        Standard deviations relative to the heat: what lasts (of the meter, and of scatter that lasts from one day to
        the next), and what differs from day to day. [1]
    """

    value: float
    systematic: float
    random: float


class Learnt(NamedTuple):
    """What days of measured heat say of a map.

    Attributes
    ----------
    factor : Factor or None
        None while they are fewer than `LEAST_DAYS`.
    days : int
        How many there are.
    by : str
        What measured the heat: heat meter, air enthalpy or heat balance.
    """

    factor: Factor | None
    days: int
    by: str


def factor(measured_kwh: Floats, mapped_kwh: Floats, *, meter_sd: float = 0.0, carry_sd: float = 0.0) -> Factor | None:
    """Return the factor between a measured and a mapped heat, from days that have both.

    Parameters
    ----------
    measured_kwh, mapped_kwh : array
        Heat of each day. [kWh]
    meter_sd : float
        Systematic standard deviation of the measured heat, relative. [1]
    carry_sd : float
        What the factor leaves open in other weather: `CARRY_SD` for a map, nothing for measured air. [1]

    Returns
    -------
    Factor or None
        None with fewer than `LEAST_DAYS` days that heated.
    """
    heats = telling(measured_kwh, mapped_kwh)
    if np.count_nonzero(heats) < LEAST_DAYS:
        return None
    measured, mapped = measured_kwh[heats], mapped_kwh[heats]
    ratio = float(measured.sum() / mapped.sum())
    rest = measured / mapped / ratio - 1.0
    scatter = float(np.sqrt(np.average(rest**2, weights=mapped)))
    lasting = float(np.clip((rest[1:] * rest[:-1]).sum() / max((rest**2).sum(), 1e-12), 0.0, 1.0))
    noise = float(np.hypot(scatter / np.sqrt(len(mapped)), meter_sd))
    weight = PRIOR_SD**2 / (PRIOR_SD**2 + noise**2)
    value = float(np.clip(1.0 + weight * (ratio - 1.0), *CLAMP))
    systematic = float(np.linalg.norm((noise, np.sqrt(lasting) * scatter, carry_sd)))
    return Factor(value, systematic, float(np.sqrt(1.0 - lasting)) * scatter)


def telling(measured_kwh: Floats, mapped_kwh: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return which days heated, and so say something of the map."""
    return np.asarray((mapped_kwh > _LEAST_KWH) & (measured_kwh > 0))


def anchored(mapped: HeatSum, by: Factor) -> HeatSum:
    """Return a map's sums as the factor corrects them, as sure as the factor is."""
    heat = mapped.heat_kwh * by.value
    return HeatSum(
        electricity_kwh=mapped.electricity_kwh,
        heat_kwh=heat,
        systematic_kwh=by.systematic * abs(heat),
        variance_kwh2=(by.random * heat) ** 2,
        missing_kwh=mapped.missing_kwh,
        beyond_kwh=mapped.beyond_kwh,
        seconds=mapped.seconds,
    )
