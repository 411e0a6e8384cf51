"""The demo's heat pumps as a map: capacity and COP by outdoor temperature and load, standby, crankcase and defrost."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from heatledger.readings import Floats
from ingest.simulate.weather import Weather, noise

KELVIN: Final = 273.15
CONDENSER_APPROACH_K: Final = 20.0
"""Heating: condensing above room temperature, evaporating 6 K below outdoors; cooling: see `cooling_cop` [K]."""
EVAPORATOR_APPROACH_K: Final = 6.0


class Pump(NamedTuple):
    """A variable-speed air-to-air heat pump.

    Attributes
    ----------
    id : str
        As in the home file.
    rated_w : float
        Heating capacity at +8 °C outdoors. [W]
    least_w : float
        Smallest heat of one indoor unit while the compressor runs. [W]
    standby_w : float
        Drawn while the compressor rests. [W]
    crankcase_w : float
        Drawn besides by the crankcase heater below 7 °C. [W]
    zones : tuple of int
        Zones of its indoor units, by number.
    stream : int
        Which noise roughens its power.
    """

    id: str
    rated_w: float
    least_w: float
    standby_w: float
    crankcase_w: float
    zones: tuple[int, ...]
    stream: int


PUMPS: Final = (
    Pump("living", 5400.0, 850.0, 9.0, 18.0, (0,), 11),
    Pump("upstairs", 5200.0, 600.0, 13.0, 22.0, (1, 2), 12),
)


def defrost(weather: Weather) -> Floats:
    """Return the share of running time lost to defrosting: most in damp air about 1.5 °C, none in dry or deep cold."""
    cold = np.exp(-(((weather.temp_c - 1.5) / 3.6) ** 2))
    return np.asarray(0.10 * cold * np.clip((weather.humidity - 50.0) / 35.0, 0.0, 1.0), dtype=np.float64)


def capacity(pump: Pump, weather: Weather, heating: Floats) -> Floats:
    """Return the most heat the unit can deliver (or remove) at each instant.

    Parameters
    ----------
    pump : Pump
        The unit.
    weather : Weather
        Outdoor conditions.
    heating : array
        1 where it heats, −1 where it cools, 0 where it is off.

    Returns
    -------
    array
        Capacity. [W]
    """
    warm = np.clip(1.0 + 0.0145 * (weather.temp_c - 8.0), 0.42, 1.12) * (1.0 - defrost(weather))
    hot = 0.84 * np.clip(1.0 - 0.008 * (weather.temp_c - 35.0), 0.7, 1.1)
    return np.asarray(pump.rated_w * np.where(heating >= 0.0, warm, hot), dtype=np.float64)


def heating_cop(indoor_c: Floats, outdoor_c: Floats, load: Floats) -> Floats:
    """Return the COP of steady heating: a share of Carnot's between coil temperatures, larger at part load.

    COP = (0.60 − 0.17·load)·T_c/(T_c − T_e), T_c = indoor + 20 K, T_e = outdoor − 6 K.

    Parameters
    ----------
    indoor_c, outdoor_c : array
        Air temperatures. [°C]
    load : array
        Heat over capacity. [0–1]

    Returns
    -------
    array
        Coefficient of performance. [1]

    Examples
    --------
    >>> [round(float(heating_cop(np.array(20.5), np.array(t), np.array(r))), 1) for t, r in ((8, 0.5), (-15, 1.0))]
    [4.2, 2.2]
    """
    condenser = indoor_c + CONDENSER_APPROACH_K + KELVIN
    evaporator = outdoor_c - EVAPORATOR_APPROACH_K + KELVIN
    share = 0.60 - 0.17 * np.clip(load, 0.15, 1.0)
    return np.asarray(share * condenser / np.maximum(condenser - evaporator, 18.0), dtype=np.float64)


def cooling_cop(indoor_c: Floats, outdoor_c: Floats, load: Floats) -> Floats:
    """Return the COP of steady cooling: evaporating 13 K below the room, condensing 12 K above outdoors [1]."""
    evaporator = indoor_c - 13.0 + KELVIN
    condenser = outdoor_c + 12.0 + KELVIN
    share = 0.47 - 0.12 * np.clip(load, 0.15, 1.0)
    return np.asarray(share * evaporator / np.maximum(condenser - evaporator, 14.0), dtype=np.float64)


def electricity(pump: Pump, seed: int, time_s: Floats, weather: Weather, *, indoor_c: Floats, heat_w: Floats) -> Floats:
    """Return the unit's electric power for the heat it moves.

    Parameters
    ----------
    pump : Pump
        The unit.
    seed : int
        Which small unsteadiness.
    time_s : array
        Absolute time. [s]
    weather : Weather
        Outdoor conditions.
    indoor_c : array
        Air temperature at its indoor units, weighted by their heat. [°C]
    heat_w : array
        Heat delivered; negative where heat is removed. [W]

    Returns
    -------
    array
        Power of the whole circuit: compressor, fans, controls, crankcase heater. [W]
    """
    heats, cools = heat_w > 0.0, heat_w < 0.0
    load = np.abs(heat_w) / capacity(pump, weather, np.where(cools, -1.0, 1.0))
    lost = 1.0 - 0.8 * defrost(weather)
    unsteady = 1.0 + 0.012 * noise(seed, pump.stream, time_s, 45.0)
    heating = heating_cop(indoor_c, weather.temp_c, load) * lost
    cop = np.where(cools, cooling_cop(indoor_c, weather.temp_c, load), heating) * unsteady
    resting = pump.standby_w + np.where(weather.temp_c < 7.0, pump.crankcase_w, 0.0)
    return np.where(heats | cools, np.abs(heat_w) / cop + pump.standby_w, resting)
