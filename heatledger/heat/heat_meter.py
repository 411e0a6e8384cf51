"""Rung A: heat that was metered, by a device that counts it or by flow and two temperatures."""

from __future__ import annotations

from typing import Final

import numpy as np

from heatledger.heat.fluids import heat_capacity
from heatledger.home import Glycol, HeatMeter
from heatledger.meters import Grid
from heatledger.readings import INTERVAL_S, Floats

QUANTITIES: Final = ("heat_energy", "heat_power", "cooling_energy", "flow", "flow_temp", "return_temp")
HALF_WIDTH: Final = 0.05
"""90 % half-width of a heat meter whose glycol is stated … [1]"""
VERIFIED: Final = 0.03
"""… and of a class 2 meter that was checked where it hangs (EN 1434; BEIS/DECC 2016). [1]"""
CLIPPED: Final = 0.03
"""Heat that defrosting takes back and a clipped meter does not count: about 0.1 of SPF 3 (EoH trial). [1]"""
_DEFROSTS_BELOW_C: Final = 5.0
_KWH_PER_W: Final = INTERVAL_S / 3.6e6


def hydronic(
    flow_l_min: Floats, flow_c: Floats, return_c: Floats, *, leg: str = "return", glycol: Glycol | None = None
) -> Floats:
    """Return the heat that flows into the house with its water, negative while defrosting takes it back.

    Q̇ = ρ(T,g)·c_p(T,g)·V̇·(T_flow − T_return), ρ of the leg where the flow is metered.

    Parameters
    ----------
    flow_l_min : array
        Volume flow. [L/min]
    flow_c, return_c : array
        Water leaving and coming back to the heat pump. [°C]
    leg : str
        flow or return: where the flow meter sits.
    glycol : Glycol, optional
        What is in the water.

    Returns
    -------
    array
        [W]

    Examples
    --------
    >>> round(float(hydronic(np.array(12.0), np.array(35.0), np.array(30.0))))
    4161
    """
    capacity = heat_capacity(flow_c if leg == "flow" else return_c, glycol)
    return np.asarray(capacity * 1e3 * flow_l_min / 60.0 * (flow_c - return_c), dtype=np.float64)


def metered(meter: HeatMeter, glycol: Glycol | None, grid: Grid, outdoor_c: Floats) -> Floats:
    """Return the heat of each interval: the counter before the power before flow and temperatures.

    Parameters
    ----------
    meter : HeatMeter
        As the home file states it.
    glycol : Glycol or None
        For flow and temperatures.
    grid : Grid
        The home's intervals.
    outdoor_c : array
        For what a clipped meter does not count. [°C]

    Returns
    -------
    array
        Signed, cooling negative; NaN where nothing was heard. [kWh]
    """
    heat = np.full(grid.size, np.nan)
    for found in _ways(meter, glycol, grid):
        heat = np.where(np.isfinite(heat), heat, found)
    if meter.clipped:
        heat = np.where(outdoor_c < _DEFROSTS_BELOW_C, heat * (1.0 - CLIPPED), heat)
    return heat


def _ways(meter: HeatMeter, glycol: Glycol | None, grid: Grid) -> list[Floats]:
    ways = []
    if meter.point is not None:
        counted, power = grid.find(meter.point, "heat_energy"), grid.find(meter.point, "heat_power")
        removed = grid.find(meter.point, "cooling_energy")
        if counted is not None:
            cold = 0.0 if removed is None else np.nan_to_num(grid.lay(removed, removed.energy))
            ways.append(np.asarray(grid.lay(counted, counted.energy) - cold, dtype=np.float64))
        if power is not None:
            ways.append(grid.lay(power, power.mean) * _KWH_PER_W)
    named = (meter.flow, meter.flow_temp, meter.return_temp)
    points = [point or meter.point for point in named]
    blocks = [
        None if point is None else grid.find(point, quantity)
        for point, quantity in zip(points, ("flow", "flow_temp", "return_temp"), strict=True)
    ]
    laid = [grid.lay(block, block.mean) for block in blocks if block is not None]
    if len(laid) == len(named):
        ways.append(hydronic(*laid, leg=meter.leg, glycol=glycol) * _KWH_PER_W)
    return ways
