"""The ends of a unit's map: what it says of the machine at its most and at its least, in the weather of the moment."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from heatledger.heat.system import System
from heatledger.heat.unit_map import defrost_loss, entry
from heatledger.readings import Floats

BEYOND_K: Final = 3.0
"""A map says nothing of its ends further than this outside its published temperatures. [K]"""
OTHER_FLOW_K: Final = 5.0
"""Nor of water this far from the flow temperature at which it holds: power rises by 2 % a kelvin. [K]"""


class End(NamedTuple):
    """What a map says of one end of it: power and heat [W], NaN where it says nothing."""

    power_w: Floats
    heat_w: Floats


def most(system: System, outdoor_c: Floats, sink_c: Floats, *, scale: float = 1.0, cools: bool = False) -> End:
    """Return what a map says of a unit at its most, steady, as it is published.

    Parameters
    ----------
    system : System
        With points of the mode that is asked for.
    outdoor_c, sink_c : array, shape (n,)
        Outdoor air (of a ground-source unit what comes from the ground), and room air or flow water; unknown room air
        is the map's own. [°C]
    scale : float
        Size of the unit over the map's. [1]
    cools : bool
        Whether cooling is asked for.

    Returns
    -------
    End
        NaN below its lockout, beyond its temperatures, and of water at another flow temperature than the map's.
    """
    return _end(system, outdoor_c, sink_c, scale, -1, cools=cools)


def least(system: System, outdoor_c: Floats, *, scale: float = 1.0) -> Floats | None:
    """Return the least heat that a map says a unit gives without stopping, defrosting taken off; None if it says none.

    Parameters
    ----------
    system : System
        With heating points.
    outdoor_c : array, shape (n,)
        Held inside the published range. [°C]
    scale : float
        Size of the unit over the map's. [1]

    Returns
    -------
    array or None
        [W]
    """
    if not any(point.level == "min" for point in system.heating):
        return None
    grid, _, inside, _ = entry(system, outdoor_c, np.full(len(outdoor_c), np.nan), scale=scale)
    heat = np.interp(inside, grid.outdoor_c, grid.capacity_w[:, 0])
    counted = system.defrost_included or system.sink == "water"
    return np.asarray(heat if counted else heat * (1.0 - defrost_loss(outdoor_c)), dtype=np.float64)


def _end(system: System, outdoor_c: Floats, sink_c: Floats, scale: float, column: int, *, cools: bool) -> End:
    grid, sink, inside, factor = entry(system, outdoor_c, sink_c, scale=scale, cools=cools)
    says = np.isfinite(outdoor_c) & (np.abs(inside - outdoor_c) <= BEYOND_K)
    if not cools:
        says &= outdoor_c >= system.lockout_c
    if system.sink == "water":
        says &= np.isfinite(sink_c) & (np.abs(sink - (system.cooled_c if cools else system.sink_c)) <= OTHER_FLOW_K)
    power = np.interp(inside, grid.outdoor_c, grid.power_w[:, column])
    heat = np.interp(inside, grid.outdoor_c, grid.capacity_w[:, column]) * factor
    return End(np.where(says, power, np.nan), np.where(says, heat, np.nan))
