"""Rung B: heat from the air that an indoor unit moves and by how much it warms (or cools and dries) it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import psychrolib

from heatledger.home import AirFlow
from heatledger.meters import Grid
from heatledger.readings import Floats

QUANTITIES: Final = ("supply_temp", "humidity", "fan", "air_flow")
PRESSURE_PA: Final = 101_325.0
CALIBRATED: Final = (0.15, 0.20)
"""90 % half-width, heating and cooling, of airflow measured at this unit (flow 7 %, temperature 0.3 K). [1]"""
CATALOGUE: Final = (0.30, 0.40)
"""The same of the catalogue's airflow, which overstates: filters clog, ducts resist. [1]"""
_SUPPLY_RH: Final = 0.90
"""Relative humidity of the air leaving a wet coil, where nobody measures it. [0–1]"""

psychrolib.SetUnitSystem(psychrolib.SI)


@lru_cache(maxsize=8192)
def humidity_ratio(temp_c: float, humidity: float) -> float:
    """Return the water in a kilogram of dry air (PsychroLib, ASHRAE Fundamentals).

    Parameters
    ----------
    temp_c, humidity : float
        Temperature [°C] and relative humidity [0–1].

    Returns
    -------
    float
        [kg/kg]

    Examples
    --------
    >>> round(humidity_ratio(20.0, 0.5), 5)
    0.00726
    """
    return float(psychrolib.GetHumRatioFromRelHum(temp_c, humidity, PRESSURE_PA))


def enthalpy(temp_c: float, ratio: float) -> float:
    """Return the enthalpy of moist air [J/kg of dry air] by its temperature [°C] and humidity ratio [kg/kg]."""
    return float(psychrolib.GetMoistAirEnthalpy(temp_c, ratio))


def volume(temp_c: float, ratio: float) -> float:
    """Return the volume of moist air [m³/kg of dry air] by its temperature [°C] and humidity ratio [kg/kg]."""
    return float(psychrolib.GetMoistAirVolume(temp_c, ratio, PRESSURE_PA))


def air_heat(air_m3_s: Floats, return_c: Floats, supply_c: Floats, humidity: Floats) -> Floats:
    """Return the heat an indoor unit gives to its air; negative where it cools, moisture included.

    Heating (ASHRAE 116): Q̇ = ṁ·(1006 + 1860·W)·(T_supply − T_return), ṁ = V̇/v(T, W). Cooling: ṁ·(h_s − h_r), the
    supply air at 90 % where it is below the room's dew point, else as dry as the room.

    Parameters
    ----------
    air_m3_s : array
        Volume flow. [m³/s]
    return_c, supply_c : array
        Air entering and leaving the unit. [°C]
    humidity : array
        Relative humidity of the room; 40 % where it is not known. [%]

    Returns
    -------
    array
        [W]
    """
    rh = np.where(np.isfinite(humidity), np.clip(humidity, 1.0, 100.0), 40.0)
    out = np.full(len(air_m3_s), np.nan)
    known = np.isfinite(air_m3_s) & np.isfinite(return_c) & np.isfinite(supply_c)
    for row in np.flatnonzero(known).tolist():
        out[row] = _one(float(air_m3_s[row]), float(return_c[row]), float(supply_c[row]), float(rh[row]))
    return out


def _one(flow: float, room_c: float, supply_c: float, humidity: float) -> float:
    if not flow:
        return 0.0
    ratio = humidity_ratio(round(room_c, 1), round(humidity) / 100.0)
    mass = flow / volume(round(room_c, 1), ratio)
    if supply_c >= room_c:
        return mass * (1006.0 + 1860.0 * ratio) * (supply_c - room_c)
    left = min(ratio, humidity_ratio(round(supply_c, 1), _SUPPLY_RH))
    return mass * (enthalpy(supply_c, left) - enthalpy(room_c, ratio))


def flow_of(device: str, air: AirFlow | None, grid: Grid) -> Floats:
    """Return a head's airflow: as it says itself, else by its fan step; NaN where neither is known. [m³/s]."""
    said = grid.find(device, "air_flow")
    own = np.full(grid.size, np.nan) if said is None else grid.lay(said, said.mean)
    if air is None:
        return own
    steps: Sequence[float] = [
        np.nan if word is None else air.steps.get(word, np.nan) for word in grid.words(device, "fan")
    ]
    return np.where(np.isfinite(own), own, np.array(steps, dtype=np.float64))
