"""One heat pump's energy: what it did with it, which zones had it, and what stayed with the unit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heatledger import allotment, cycling, doing
from heatledger.allotment import METHODS, OWN_METER
from heatledger.doing import COOLING, DEFROST, DHW, HEATING, MODES, Bools, Doing
from heatledger.home import HeatPump, Home, Meter
from heatledger.meters import Grid
from heatledger.readings import Floats, Ints

QUANTITIES = tuple(dict.fromkeys((*doing.QUANTITIES, *allotment.QUANTITIES, *cycling.QUANTITIES)))

_WORKS = (HEATING, COOLING, DHW, DEFROST)


class UnitAccount(NamedTuple):
    """One heat pump's intervals, arrays of shape (n,) by name.

    Attributes
    ----------
    modes : dict
        Its electricity by mode. [kWh]
    zones : dict
        What of its circuit's electricity each zone has; the rest stays with the unit. [kWh]
    shares : dict
        The same by ``<zone>:<method>``. [kWh]
    rooms : dict
        ``<zone>:heating`` and ``<zone>:cooling`` [kWh], and ``<zone>:on`` (1 where it works there).
    running : dict
        Columns of `cycling.Trace`, and ``mode``, ``evidence``, ``told`` (see `run_day.run_days`), and ``unshared``,
        what no zone has. [kWh]
    """

    modes: dict[str, Floats]
    zones: dict[str, Floats]
    shares: dict[str, Floats]
    rooms: dict[str, Floats]
    running: dict[str, Floats]


def unit_account(
    home: Home, pump: HeatPump, meter: Meter, grid: Grid, outdoor_c: Floats, energy: tuple[Floats, Floats]
) -> UnitAccount:
    """Account for one heat pump.

    Parameters
    ----------
    home : Home
        For the zones' thermometers.
    pump, meter : HeatPump, Meter
        The unit, and what measures its circuit.
    grid : Grid
        The home's intervals.
    outdoor_c : array, shape (n,)
        Outdoor temperature. [°C]
    energy : tuple of array
        What its circuit took itself, and what meters of its heads took beside that. [kWh]

    Returns
    -------
    UnitAccount
        Σ modes = Σ energy; Σ zones + unshared = the circuit's own energy.
    """
    own, beside = energy
    traced = cycling.trace(pump, meter, grid, outdoor_c)
    unit = doing.doing(home, pump, grid, doing.Seen(outdoor_c, traced.runs, traced.defrosts))
    share, methods = _shares(home, pump, grid, unit)
    told = (unit.mode == DEFROST) & (unit.evidence == doing.SAID)
    codes = {"mode": unit.mode, "evidence": unit.evidence, "told": told}
    return UnitAccount(
        modes={name: np.where(unit.mode == number, own + beside, 0.0) for number, name in enumerate(MODES)},
        zones=_by_zone(pump, own * share),
        shares=_by_method(pump, own * share, methods),
        rooms=_by_work(pump, own * share, share > 0, unit.mode),
        running=traced._asdict()
        | {name: column.astype(np.float64) for name, column in codes.items()}
        | {"unshared": own * (1.0 - share.sum(axis=0)) if pump.heads else np.zeros(grid.size)},
    )


def _shares(home: Home, pump: HeatPump, grid: Grid, unit: Doing) -> tuple[Floats, dict[str, Bools]]:
    """Return each head's share, and where each method gave it: one head has all, standby included."""
    if len(pump.heads) < 2:
        return np.ones((len(pump.heads), grid.size)), {OWN_METER: np.ones(grid.size, dtype=bool)}
    found = allotment.allot(home, pump, grid, unit)
    return found.share, {name: found.method == number for number, name in enumerate(METHODS)}


def _by_zone(pump: HeatPump, had: Floats) -> dict[str, Floats]:
    zones: dict[str, Floats] = {}
    for head, kwh in zip(pump.heads, had, strict=True):
        add(zones, head.zone, kwh)
    return zones


def _by_method(pump: HeatPump, had: Floats, methods: dict[str, Bools]) -> dict[str, Floats]:
    shares: dict[str, Floats] = {}
    for head, kwh in zip(pump.heads, had, strict=True):
        for name, where in methods.items():
            add(shares, f"{head.zone}:{name}", np.where(where, kwh, 0.0))
    return shares


def _by_work(pump: HeatPump, had: Floats, mine: Bools, mode: Ints) -> dict[str, Floats]:
    rooms: dict[str, Floats] = {}
    for head, kwh, has in zip(pump.heads, had, mine, strict=True):
        for kind in (HEATING, COOLING):
            add(rooms, f"{head.zone}:{MODES[kind]}", np.where(mode == kind, kwh, 0.0))
        works = (has & np.isin(mode, _WORKS)).astype(np.float64)
        rooms[f"{head.zone}:on"] = np.maximum(rooms.get(f"{head.zone}:on", works), works)
    return rooms


def add(columns: dict[str, Floats], name: str, amount: Floats) -> None:
    """Add to a column, which begins with its first amount."""
    columns[name] = columns[name] + amount if name in columns else amount
