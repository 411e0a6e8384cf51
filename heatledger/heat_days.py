"""What a home's days get of heat: each rung's word on each heat pump, what is normal, and the house's own balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from heatledger import accounts
from heatledger.accounts import Account
from heatledger.cuts import Cuts
from heatledger.day_sums import Heat
from heatledger.heat import day_hours, delivered, house_day
from heatledger.heat.day_hours import Heard
from heatledger.heat.system import System
from heatledger.home import Home
from heatledger.meters import Grid
from heatledger.readings import INTERVAL_S, Floats, Intervals

INTERVALS_OF = tuple(
    dict.fromkeys((*accounts.QUANTITIES, *delivered.QUANTITIES, *house_day.QUANTITIES, *day_hours.QUANTITIES))
)
"""The quantities whose intervals days are made of."""


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
    first_s = int(whole.start_s[0]) if len(whole.start_s) else 0
    end_s = first_s + len(whole.start_s) * INTERVAL_S
    grid, outdoor_c = Grid(blocks, first_s, end_s), whole.home["outdoor_c"]
    flows, normal, uses = {}, {}, {}
    days = Cuts.at(whole.start_s, pieces)
    for pump in home.heat_pumps:
        own = {name.partition(":")[2]: kwh for name, kwh in whole.pumps.items() if name.startswith(f"{pump.id}:")}
        uses[pump.id] = own
        system = systems.get(pump.unit or "")
        flows[pump.id] = delivered.delivered(home, pump, system, grid, own, outdoor_c, days=days)
        normal[pump.id] = delivered.normal(home, pump, system, grid, outdoor_c)
    wide = Grid(blocks, first_s - house_day.DAY_S, end_s)
    sun_w_m2, other_kwh = house_day.sunshine(home, wide), _beside(home, whole)
    heard = Heard(grid, uses, flows, whole.meters, other_kwh, outdoor_c, sun_w_m2[1][wide.size - grid.size :])
    houses = house_day.house_days(home, wide, sun_w_m2, other_kwh, pieces)
    return Heat(flows, normal, houses, day_hours.day_hours(home, heard, pieces))


def _beside(home: Home, whole: Account) -> Floats:
    """Return the electricity that warms the rooms beside the heat pumps': all but theirs and the car's. [kWh]."""
    cars = (np.nan_to_num(whole.meters[meter.id]) for meter in home.meters if meter.role == "ev")
    other = whole.home["use"] - sum(whole.pumps.values(), np.zeros(len(whole.start_s)))
    return np.maximum(np.nan_to_num(other - sum(cars, np.zeros(len(whole.start_s)))), 0.0)
