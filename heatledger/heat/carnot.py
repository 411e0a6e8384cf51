"""The Carnot rung: what no machine can beat, the share of it that machines reach, and corrections made from it."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from heatledger.readings import Floats

Sink = Literal["air", "water"]

KELVIN: Final = 273.15
CONDENSER_APPROACH_K: Final[dict[Sink, float]] = {"air": 20.0, "water": 2.0}
"""How far a heat pump condenses above room air or flow water (offsets of heatpumpmonitor.org). [K]"""
EVAPORATOR_APPROACH_K: Final = 6.0
COOLING_APPROACH_K: Final = 12.0
"""Cooling: how far it evaporates below the room, and condenses above outdoors. [K]"""
HYDRONIC_FRACTION: Final = 0.461
"""Median share of Carnot's COP, 300 metered hydronic air-source systems, heatpumpmonitor.org, year to 2026-07. [1]"""
_LEAST_LIFT_K: Final = 5.0


def ideal_heating(sink_c: npt.ArrayLike, outdoor_c: npt.ArrayLike, sink: Sink = "air") -> Floats:
    """Return Carnot's heating COP between a machine's own coils, T_c/(T_c − T_e).

    Parameters
    ----------
    sink_c : array_like
        Room air, or flow water. [°C]
    outdoor_c : array_like
        Outdoor air. [°C]
    sink : str
        air or water: how far above it the machine condenses.

    Returns
    -------
    array
        [1]

    Examples
    --------
    >>> round(float(ideal_heating(21.1, 8.33)), 2), round(float(ideal_heating(35.0, 7.0, "water")), 2)
    (8.11, 8.62)
    """
    hot = np.asarray(sink_c, dtype=np.float64) + CONDENSER_APPROACH_K[sink] + KELVIN
    cold = np.asarray(outdoor_c, dtype=np.float64) - EVAPORATOR_APPROACH_K + KELVIN
    return np.asarray(hot / np.maximum(hot - cold, _LEAST_LIFT_K), dtype=np.float64)


def ideal_cooling(room_c: npt.ArrayLike, outdoor_c: npt.ArrayLike) -> Floats:
    """Return Carnot's cooling COP between a machine's own coils, T_e/(T_c − T_e) [1]; both in °C."""
    cold = np.asarray(room_c, dtype=np.float64) - COOLING_APPROACH_K + KELVIN
    hot = np.asarray(outdoor_c, dtype=np.float64) + COOLING_APPROACH_K + KELVIN
    return np.asarray(cold / np.maximum(hot - cold, _LEAST_LIFT_K), dtype=np.float64)


def ceiling_heating(sink_c: npt.ArrayLike, outdoor_c: npt.ArrayLike) -> Floats:
    """Return the hard ceiling of any heating COP: Carnot's between sink and outdoors, without approaches.

    Examples
    --------
    >>> round(float(ceiling_heating(21.1, -15.0)), 1)
    8.2
    """
    hot = np.asarray(sink_c, dtype=np.float64) + KELVIN
    cold = np.asarray(outdoor_c, dtype=np.float64) + KELVIN
    return np.asarray(hot / np.maximum(hot - cold, 1e-3), dtype=np.float64)


def ceiling_cooling(room_c: npt.ArrayLike, outdoor_c: npt.ArrayLike) -> Floats:
    """Return the hard ceiling of any cooling COP, without approaches [1]; both in °C."""
    cold = np.asarray(room_c, dtype=np.float64) + KELVIN
    hot = np.asarray(outdoor_c, dtype=np.float64) + KELVIN
    return np.asarray(cold / np.maximum(hot - cold, 1e-3), dtype=np.float64)


def fraction_cop(
    flow_c: npt.ArrayLike, outdoor_c: npt.ArrayLike, fraction: float = HYDRONIC_FRACTION, sink: Sink = "water"
) -> Floats:
    """Return the COP of a machine known only by its temperatures: a share of Carnot's (rung E, ±30 %).

    Examples
    --------
    >>> round(float(fraction_cop(35.0, 7.0)), 2)
    3.97
    """
    return np.asarray(fraction * ideal_heating(flow_c, outdoor_c, sink), dtype=np.float64)
