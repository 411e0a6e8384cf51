"""Sharing one outdoor unit's energy among its indoor units, by the best that is heard of all that run."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from heatledger.doing import COOLING, DEFROST, DHW, HEATING, STANDBY, UNSAID, Doing, room_c, supply_c
from heatledger.home import AirFlow, Head, HeatPump, Home
from heatledger.marks import marked
from heatledger.meters import Grid
from heatledger.readings import Floats, Ints

OWN_METER: Final = marked("own meter")
ONLY_ONE: Final = marked("only one ran")
METHODS: Final = (marked("demand"), marked("air-side heat"), marked("fan × ΔT"), marked("run time"), ONLY_ONE)
"""How a share is found, the best first; `ONLY_ONE` needs none."""
_DEMAND, _AIR, _FAN, _RUN_TIME, _ONLY_ONE = range(len(METHODS))
QUANTITIES: Final = ("heating_demand", "supply_temp", "air_flow", "fan", "temperature")
UNIT: Final = -1
"""No method: the energy stays with the outdoor unit (standby, defrost, or nobody is known to run)."""

_RUNS: Final = (HEATING, COOLING, DHW)
_FAN_STEPS: Final = {
    "quiet": 1.0,
    "silent": 1.0,
    "night": 1.0,
    "very low": 1.0,
    "low": 2.0,
    "medium low": 2.5,
    "medium": 3.0,
    "middle": 3.0,
    "medium high": 3.5,
    "high": 4.0,
    "very high": 5.0,
    "powerful": 5.0,
    **{str(step): float(step) for step in range(1, 8)},
}
"""Fan steps as relative airflow where no table of the unit's is given; `auto` is not known."""
_FAN_CODES: Final = {word: number for number, word in enumerate(_FAN_STEPS)}
_LEAST_K: Final = 2.0  # air that is less warmed says nothing of how much a unit gives

Bools = npt.NDArray[np.bool_]


class Allotment(NamedTuple):
    """Shares of one outdoor unit's energy.

    Attributes
    ----------
    share : array, shape (heads, n)
        Of each indoor unit; they add up to 1, or to 0 where the energy stays with the unit. [0–1]
    method : array, shape (n,)
        A number into `METHODS`, or `UNIT`.
    """

    share: Floats
    method: Ints


def allot(home: Home, pump: HeatPump, grid: Grid, unit: Doing) -> Allotment:
    """Share a multi-split's energy among its indoor units.

    By demand (the point `demand` of a head, else the `heating_demand` of its device), else by the heat its air takes
    up or gives (airflow × temperature difference), else by its fan step × temperature difference, else equally among
    those that run. A method counts in an interval only if it is known of every unit that runs there.

    Parameters
    ----------
    home : Home
        For the zones' thermometers.
    pump : HeatPump
        With its heads.
    grid : Grid
        The home's intervals.
    unit : Doing
        What the pump and its heads do.

    Returns
    -------
    Allotment
        Standby and defrost are no head's.
    """
    demand = _stack([_demand(head, grid) for head in pump.heads])
    warmed = _stack([_warmed(home, head, grid) for head in pump.heads])
    runs = _runs(unit, demand, warmed)
    method = np.full(grid.size, UNIT)
    share = np.zeros(runs.shape)
    weights = {_DEMAND: demand, _RUN_TIME: runs.astype(np.float64)}
    if np.isfinite(warmed).any():
        weights[_AIR] = _stack([_air(head.device, pump.air_flow, grid) for head in pump.heads]) * warmed
        weights[_FAN] = _stack([_fan(head.device, grid) for head in pump.heads]) * warmed
    for number, weight in sorted(weights.items()):
        mine = np.where(runs, np.nan_to_num(weight), 0.0)
        total = mine.sum(axis=0)
        usable = (method == UNIT) & (np.isfinite(weight) | ~runs).all(axis=0) & (total > 0)
        share = np.where(usable, np.divide(mine, total, out=np.zeros_like(mine), where=total > 0), share)
        method = np.where(usable, number, method)
    method = np.where((method != UNIT) & (runs.sum(axis=0) == 1), _ONLY_ONE, method)
    return Allotment(share, method)


def _stack(rows: list[Floats]) -> Floats:
    return np.array(rows, dtype=np.float64)


def _runs(unit: Doing, demand: Floats, warmed: Floats) -> Bools:
    """Return which heads run: as they say, else as their demand or their air shows; none while the unit rests."""
    silent = unit.heads == UNSAID
    shown = silent & ((demand > 0) | (warmed >= _LEAST_K))
    works = ~np.isin(unit.mode, (STANDBY, DEFROST))
    runs: Bools = (np.isin(unit.heads, _RUNS) | shown) & works
    return runs


def _demand(head: Head, grid: Grid) -> Floats:
    """Return how much a head asks for [%], NaN where it is not heard."""
    block = grid.find(head.demand or head.device, "heating_demand")
    return np.full(grid.size, np.nan) if block is None else np.maximum(grid.lay(block, block.mean), 0.0)


def _warmed(home: Home, head: Head, grid: Grid) -> Floats:
    """Return by how much a head warms, or cools, its air; NaN where that is not heard or too little to tell. [K]."""
    apart = np.abs(supply_c(head.device, grid) - room_c(home, head.zone, head.device, grid))
    return np.where(apart >= _LEAST_K, apart, np.nan)


def _air(device: str, table: AirFlow | None, grid: Grid) -> Floats:
    """Return a head's airflow, as it says itself or by its fan step in the home file. [m³/s]."""
    said = grid.find(device, "air_flow")
    own = np.full(grid.size, np.nan) if said is None else grid.lay(said, said.mean)
    if table is None:
        return own
    steps = list(table.steps)
    flows = np.array([*table.steps.values(), np.nan])
    return np.where(np.isfinite(own), own, flows[grid.codes(device, "fan", {word: n for n, word in enumerate(steps)})])


def _fan(device: str, grid: Grid) -> Floats:
    """Return a head's fan step as relative airflow. [1]."""
    steps = np.array([*_FAN_STEPS.values(), np.nan])
    return steps[grid.codes(device, "fan", _FAN_CODES)]
