"""Rung B: heat from the air that an indoor unit moves and by how much it warms (or cools and dries) it."""

from __future__ import annotations

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
    known = np.isfinite(air_m3_s) & np.isfinite(return_c) & np.isfinite(supply_c)
    room, supply = np.where(known, return_c, 20.0), np.where(known, supply_c, 20.0)
    ratio, per_kg = _moist(room, np.asarray(rh / 100.0, dtype=np.float64))
    mass = np.where(known, air_m3_s, 0.0) / per_kg
    warm = mass * (1006.0 + 1860.0 * ratio) * (supply - room)
    left = np.minimum(ratio, _moist(supply, np.full(len(supply), _SUPPLY_RH))[0])
    cold = mass * (enthalpy_of(supply, left) - enthalpy_of(room, ratio))
    return np.where(known, np.where(supply >= room, warm, cold), np.nan)


def enthalpy_of(temp_c: Floats, ratio: Floats) -> Floats:
    """Return `enthalpy` of many: h = 1.006·T + W·(2501 + 1.86·T) kJ/kg (ASHRAE Fundamentals 2017, ch. 1, eq. 30)."""
    return np.asarray(1006.0 * temp_c + ratio * (2_501_000.0 + 1860.0 * temp_c), dtype=np.float64)


def _moist(temp_c: Floats, humidity: Floats) -> tuple[Floats, Floats]:
    """Return humidity ratio and volume of air at tenths of a degree and whole percents, each pair asked once."""
    pairs = np.round(temp_c * 10.0) * 1000.0 + np.round(humidity * 100.0)
    _, first, back = np.unique(pairs, return_index=True, return_inverse=True)
    temps, damp = np.round(temp_c[first], 1).tolist(), np.round(humidity[first], 2).tolist()
    ratios = [humidity_ratio(temp, rh) for temp, rh in zip(temps, damp, strict=True)]
    volumes = [volume(temp, ratio) for temp, ratio in zip(temps, ratios, strict=True)]
    return np.array(ratios, dtype=np.float64)[back], np.array(volumes, dtype=np.float64)[back]


def flow_of(device: str, air: AirFlow | None, grid: Grid) -> Floats:
    """Return a head's airflow: as it says itself, else by its fan step; NaN where neither is known. [m³/s]."""
    said = grid.find(device, "air_flow")
    own = np.full(grid.size, np.nan) if said is None else grid.lay(said, said.mean)
    if air is None:
        return own
    steps = grid.codes(device, "fan", {word: number for number, word in enumerate(air.steps)})
    return np.where(np.isfinite(own), own, np.array([*air.steps.values(), np.nan])[steps])  # −1 is the last
