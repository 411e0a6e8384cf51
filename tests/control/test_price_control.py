"""Some days of the simulated house: heating by price costs less at no less comfort, and a flat price is not lost on.

The month, four rate plans and the bound are `benchmarks/price_control.py`; its table stands in docs/control.md.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from benchmarks.price.house import Pilot, judged, live, lived, responses
from benchmarks.price.plans import BAND, SETPOINT_C, ZONE, rates
from heatledger.config import read_toml, shipped_dir
from heatledger.heat.system import System

START = datetime(2026, 1, 5, tzinfo=ZONE)


@pytest.fixture(scope="module")
def house():
    """The house after a fortnight, and how its rooms follow their heat by what a home without a heat meter knows."""
    system = read_toml(shipped_dir() / "systems" / "demo_mini_split.toml", System)
    state, past = lived(START, 14)
    return state, past, system, responses(past, system)


@pytest.mark.slow
@pytest.mark.parametrize(("plan", "days", "least"), [("time of use", 3, 0.04), ("flat", 1, -0.005)])
def test_it_costs_less_than_a_thermostat_at_the_lower_edge_and_is_no_colder(house, plan, days, least):
    state, past, system, rooms = house
    home = rates(plan, START, days)
    edge = judged(live(state, days, SETPOINT_C - BAND.below)[0], home)
    truth, changes = live(state, days, Pilot(home, rooms, system, past))
    by_price = judged(truth, home, changes)
    assert by_price.cost <= (1.0 - least) * edge.cost
    assert by_price.below_kh <= edge.below_kh
    assert by_price.above_kh < 1.0  # over four rooms and three days
    assert by_price.changes < 24.0  # a room and day
