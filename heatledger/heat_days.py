"""What a home's days get of heat: each rung's word on each heat pump, what is normal, and the house's own balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from heatledger import accounts
from heatledger.accounts import Account
from heatledger.heat import day_hours, delivered, house_day
from heatledger.heat.day_hours import DayHours, Heard
from heatledger.heat.flows import Flow, Normal
from heatledger.heat.house_day import HouseDay, house_days
from heatledger.heat.system import System
from heatledger.home import Home
from heatledger.meters import Grid
from heatledger.readings import INTERVAL_S, Floats, Intervals

INTERVALS_OF = tuple(
    dict.fromkeys((*accounts.QUANTITIES, *delivered.QUANTITIES, *house_day.QUANTITIES, *day_hours.QUANTITIES))
)
"""The quantities whose intervals days are made of."""


class Heat(NamedTuple):
    """Of a span: what each rung says and what is normal, by heat pump; by day the house's balance, and hours."""

    flows: dict[str, list[Flow]]
    normal: dict[str, tuple[Normal, ...]]
    houses: list[HouseDay | None]
    hours: list[DayHours | None]


def heat_of(
    home: Home,
    systems: Mapping[str, System],
    blocks: Sequence[Intervals],
    whole: Account,
    pieces: Sequence[tuple[datetime, datetime]],
) -> Heat:
    """Say what is known of heat in a span.

    Parameters
    ----------
    home : Home
        The household.
    systems : mapping
        Maps by name.
    blocks : sequence of Intervals
        Of `INTERVALS_OF`, from a day before the span.
    whole : Account
        The span's.
    pieces : sequence of tuple
        Half-open spans of at most a local day, UTC.

    Returns
    -------
    Heat
        Empty where nothing says anything.
    """
    first_s = int(whole.home.index[0].timestamp()) if len(whole.home) else 0
    end_s = first_s + len(whole.home) * INTERVAL_S
    grid, outdoor_c = Grid(blocks, first_s, end_s), whole.home["outdoor_c"].to_numpy()
    flows, normal, uses = {}, {}, {}
    for pump in home.heat_pumps:
        own = [name for name in whole.pumps if str(name).startswith(f"{pump.id}:")]
        use = {str(name).partition(":")[2]: whole.pumps[name].to_numpy() for name in own}
        uses[pump.id] = use
        system = systems.get(pump.unit or "")
        flows[pump.id] = delivered.delivered(home, pump, system, grid, use, outdoor_c)
        normal[pump.id] = delivered.normal(home, pump, system, grid, outdoor_c)
    wide = Grid(blocks, first_s - house_day.DAY_S, end_s)
    other_kwh = _beside(home, whole)
    meters = {str(name): whole.meters[name].to_numpy() for name in whole.meters}
    heard = Heard(grid, uses, flows, meters, other_kwh, outdoor_c)
    return Heat(flows, normal, house_days(home, wide, other_kwh, pieces), day_hours.day_hours(home, heard, pieces))


def _beside(home: Home, whole: Account) -> Floats:
    """Return the electricity that warms the rooms beside the heat pumps': all but theirs and the car's. [kWh]."""
    away = [meter.id for meter in home.meters if meter.role == "ev"]
    cars = np.nan_to_num(whole.meters[away].to_numpy()).sum(axis=1)
    other: Floats = whole.home["use"].to_numpy() - whole.pumps.to_numpy().sum(axis=1) - cars
    return np.asarray(np.maximum(np.nan_to_num(other), 0.0), dtype=np.float64)
