"""What every rung that a heat pump has the sensors for says of its heat, interval by interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from heatledger.heat import unit_map
from heatledger.heat.flows import Z90, Flow, Rung
from heatledger.heat.system import System
from heatledger.home import HeatPump, Home
from heatledger.meters import Grid
from heatledger.readings import INTERVAL_S, Floats

QUANTITIES: Final = ("temperature",)
"""What the rungs are made from, beside an account's quantities."""

_KWH_PER_W: Final = INTERVAL_S / 3.6e6
_STANDBY_W: Final = 15.0
"""The most that is believed to be standby: 5–15 W for a mini-split's electronics. [W]"""
_CRANKCASE_W: Final = 30.0
"""Crankcase heater while the compressor rests in the cold: middle of the 15–50 W that OCHRE takes by default. [W]"""
_CRANKCASE_BELOW_C: Final = 10.0
_WIDTHS: Final[dict[str, tuple[Rung, float]]] = {"unit": ("D", 0.20), "rating": ("E", 0.30)}
"""Rung and 90 % half-width by what stands behind a map. [1]"""
_RANDOM: Final = 0.05
"""Day-to-day scatter of a map about its own mean. [1]"""


def delivered(
    home: Home, pump: HeatPump, system: System | None, grid: Grid, use: Mapping[str, Floats], outdoor_c: Floats
) -> list[Flow]:
    """Return what each rung says of a heat pump's intervals.

    Parameters
    ----------
    home : Home
        For its zones' thermometers.
    pump : HeatPump
        As the home file states it.
    system : System or None
        Its unit's map.
    grid : Grid
        The home's intervals.
    use : mapping
        The pump's electricity by mode. [kWh]
    outdoor_c : array
        Outdoor temperature. [°C]

    Returns
    -------
    list of Flow
        Rungs for which the home has a sensor or a map.
    """
    return [] if system is None else list(_mapped(home, pump, system, grid, use, outdoor_c))


def rest_power(power_w: Floats, outdoor_c: Floats, stated_w: float = 0.0) -> Floats:
    """Return what a unit draws while its compressor rests: learnt electronics, and a crankcase heater in the cold.

    Parameters
    ----------
    power_w, outdoor_c : array
        Power [W] and outdoor temperature [°C].
    stated_w : float
        Standby as its maker states it; learnt (1st percentile, at most 15 W) where 0. [W]

    Returns
    -------
    array
        [W]
    """
    known = power_w[np.isfinite(power_w)]
    learnt = min(float(np.percentile(known, 1)), _STANDBY_W) if len(known) else 0.0
    return (stated_w or learnt) + np.where(outdoor_c < _CRANKCASE_BELOW_C, _CRANKCASE_W, 0.0)


def indoor(home: Home, pump: HeatPump, grid: Grid) -> Floats:
    """Return the mean air temperature at a pump's indoor units, NaN where nobody said it. [°C]."""
    zones = {zone.id: zone.temperature for zone in home.zones}
    laid = []
    for head in pump.heads:
        points = (zones.get(head.zone), head.device)
        block = next((b for p in points if p and (b := grid.find(p, "temperature")) is not None), None)
        if block is not None:
            laid.append(grid.lay(block, block.mean))
    known = np.isfinite(laid) if laid else np.zeros((1, grid.size), dtype=bool)
    count = known.sum(axis=0)
    total = np.where(known, laid or np.zeros((1, grid.size)), 0.0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(grid.size, np.nan), where=count > 0), dtype=np.float64)


def _mapped(
    home: Home, pump: HeatPump, system: System, grid: Grid, use: Mapping[str, Floats], outdoor_c: Floats
) -> Iterator[Flow]:
    """Yield what the unit's map says."""
    none = np.zeros(grid.size)
    drawn = sum(use.values(), none)
    power_w = drawn / _KWH_PER_W
    scale = (pump.rated_w / system.rated_w) if pump.rated_w and system.rated_w else 1.0
    sink_c, rest_w = indoor(home, pump, grid), rest_power(power_w[drawn > 0], outdoor_c, system.standby_w)
    heats = (use.get("heating", none) + use.get("defrost", none)) > 0
    cools = use.get("cooling", none) > 0
    heat_w, beyond = np.full(grid.size, np.nan), none.copy()
    if system.heating:
        found = unit_map.heating(system, power_w, outdoor_c, sink_c, standby_w=rest_w, scale=scale)
        heat_w, beyond = np.where(heats, found.heat_w, heat_w), np.where(heats, found.clamped, beyond)
    if system.cooling:
        found = unit_map.cooling(system, power_w, outdoor_c, sink_c, standby_w=rest_w, scale=scale)
        heat_w, beyond = np.where(cools, found.heat_w, heat_w), np.where(cools, found.clamped, beyond)
    rung, width = _WIDTHS[system.evidence]
    yield Flow(rung, heat_w * _KWH_PER_W, width / Z90, _RANDOM, beyond.astype(np.float64))
