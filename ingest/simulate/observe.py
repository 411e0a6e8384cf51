"""From the truth to what the devices see: their columns, at their resolution."""

from __future__ import annotations

import numpy as np

from heatledger.readings import Floats
from ingest.simulate.devices import WORDS, Series
from ingest.simulate.house import START_K, ZONES
from ingest.simulate.people import Doings
from ingest.simulate.plant import PUMPS
from ingest.simulate.truth import State, Truth
from ingest.simulate.weather import Weather

_FULL_SPEED_W = 1900.0


def columns(truth: Truth) -> dict[str, Floats]:
    """Return every column a device of the home can see, in canonical units; states as the codes of `devices.WORDS`.

    Parameters
    ----------
    truth : Truth
        What happened.

    Returns
    -------
    dict of array
        By the names used in `devices.SERIES`, one value per step.
    """
    count = len(truth.time_us)
    seen = {"zero": np.zeros(count), "one": np.ones(count), "living:on": truth.doings.powered[:, 0]}
    seen["study:open"] = truth.doings.open
    seen |= {
        "outdoor:temp": truth.weather.temp_c,
        "outdoor:humidity": truth.weather.humidity,
        "outdoor:sun": truth.weather.irradiance,
    }
    for number, zone in enumerate(ZONES):
        seen |= _zone(truth, number, zone.id)
    seen |= {f"{name}:power": column for name, column in truth.power_w.items()}
    seen |= {f"{name}:kwh": column for name, column in truth.kwh.items()}
    for pump in PUMPS:
        working = np.isfinite(truth.cop[pump.id])
        speed = 16.0 + 74.0 * (truth.power_w[pump.id] - pump.standby_w) / _FULL_SPEED_W
        seen[f"{pump.id}:hz"] = np.where(working, np.clip(speed, 16.0, 98.0), 0.0)
    seen["water:switch"] = (truth.power_w["water"] > 0.0).astype(np.float64)
    seen["living:humidity"] = _indoor_humidity(truth)
    return seen


def _zone(truth: Truth, number: int, zone: str) -> dict[str, Floats]:
    temp, heat = truth.zone_c[:, number], truth.heat_w[:, number]
    setpoint = truth.doings.setpoint_c[:, number]
    mode = truth.doings.mode[:, number]
    idle = np.where(mode == 0.0, -2.0, 0.0) if zone != "kids" else np.zeros(len(temp))
    return {
        f"{zone}:temp": temp,
        f"{zone}:setpoint": setpoint,
        f"{zone}:mode": mode,
        f"{zone}:fan": truth.doings.fan[:, number],
        f"{zone}:action": np.where(heat == 0.0, idle, np.sign(heat)),
        f"{zone}:switch": (heat > 0.0).astype(np.float64),
        f"{zone}:demand": np.clip(50.0 + 50.0 * (setpoint - temp) / START_K, 0.0, 100.0),
    }


def _indoor_humidity(truth: Truth) -> Floats:
    """Return the living room's relative humidity: outdoor moisture and 280 Pa of people's, at room temperature [%]."""
    vapour = truth.weather.humidity / 100.0 * _saturation_pa(truth.weather.temp_c) + 280.0
    return np.clip(100.0 * vapour / _saturation_pa(truth.zone_c[:, 0]), 12.0, 78.0)


def _saturation_pa(temp_c: Floats) -> Floats:
    """Magnus's formula, 611.2·exp(17.62·t/(243.12 + t)) [Pa]."""
    return np.asarray(611.2 * np.exp(17.62 * temp_c / (243.12 + temp_c)), dtype=np.float64)


def told(series: Series, column: Floats) -> Floats:
    """Return a column as finely as the device tells it: counters floored, gauges rounded, states as they are."""
    if not series.step:
        return column
    counted = column / series.step
    if series.reset:  # a hair below, so that no live value of the same count is ever a drop
        return np.asarray(np.floor(counted + 1e-6) * series.step * (1.0 - 1e-12), dtype=np.float64)
    return np.asarray(np.round(counted) * series.step, dtype=np.float64)


def word(quantity: str, code: float) -> str | bool:
    """Return what a state's code means.

    Examples
    --------
    >>> word("mode", -1.0)
    'cool'
    """
    return WORDS[quantity][round(code)]


def look(state: State, truth: Truth) -> None:
    """Keep the last step's columns in the state, for the devices to speak of."""
    if len(truth.time_us):
        state.view = {name: float(column[-1]) for name, column in columns(_last(truth)).items()}


def _last(truth: Truth) -> Truth:
    """Return the truth's last row."""
    tail = slice(-1, None)
    return truth._replace(
        time_us=truth.time_us[tail],
        weather=Weather(*(column[tail] for column in truth.weather)),
        doings=Doings(*(column[tail] for column in truth.doings)),
        before_c=truth.before_c[tail],
        zone_c=truth.zone_c[tail],
        heat_w=truth.heat_w[tail],
        tank_c=truth.tank_c[tail],
        power_w={name: column[tail] for name, column in truth.power_w.items()},
        kwh={name: column[tail] for name, column in truth.kwh.items()},
        cop={name: column[tail] for name, column in truth.cop.items()},
    )
