"""What a zone used while a command counted: measured energy, priced by the hour, unknown where it was not measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from heatledger.accounts import account
from heatledger.control.cost import SHARED_SD, cost
from heatledger.tariff.marginal import Step
from tests.accounts.homes import T0, block, home

HOURS = 4
ROWS = HOURS * 12
BEGIN = datetime.fromtimestamp(T0, UTC)
PRICES = (
    Step(BEGIN, BEGIN + timedelta(hours=2), Decimal("0.40"), Decimal("0.10"), "Peak"),
    Step(BEGIN + timedelta(hours=2), BEGIN + timedelta(hours=HOURS), Decimal("0.20"), Decimal("0.10"), "Else"),
)


def books(*, plug=None, whose=None, extra=(), main=0.2):
    """The living room's plug takes 0.1 kWh every five minutes, the whole home 0.2."""
    plug = np.full(ROWS, 0.1) if plug is None else plug
    heard = np.isfinite(plug)
    kept = block("plug", "energy", plug)
    kept = kept._replace(**{name: getattr(kept, name)[heard] for name in kept._fields[1:9]})
    whole = block("main", "energy", np.full(ROWS, main))
    return account(whose or home(), [whole, kept, *extra], start_s=T0, end_s=T0 + ROWS * 300)


def at(minutes):
    return BEGIN + timedelta(minutes=minutes)


def of(account_, low, high, zone="living", prices=PRICES, whose=None):
    return cost(whose or home(), account_, zone, at(low), at(high), prices)


def test_energy_times_the_price_of_each_hour():
    found = of(books(), 60, 180)  # an hour of 1.2 kWh at 0.40 and one at 0.20
    assert found.kwh == found.kwh_low == found.kwh_high == pytest.approx(2.4)
    assert (found.cost, found.how, found.reason) == ("0.7200", "own meter", None)


def test_an_interval_that_is_cut_counts_by_its_part_and_is_no_surer_than_that():
    found = of(books(), 62.5, 72.5)  # half of one interval, one whole, half of a third
    assert (found.kwh_low, found.kwh, found.kwh_high) == pytest.approx((0.1, 0.2, 0.3))
    assert (found.cost_low, found.cost, found.cost_high) == ("0.0400", "0.0800", "0.1200")


def test_at_a_negative_price_the_interval_of_the_money_is_from_low_to_high_too():
    paid = (Step(BEGIN, BEGIN + timedelta(hours=HOURS), Decimal("-0.10"), Decimal("0.10"), "Paid"),)
    found = of(books(), 62.5, 72.5, prices=paid)
    assert (found.cost_low, found.cost, found.cost_high) == ("-0.0300", "-0.0200", "-0.0100")


def test_parts_of_a_time_add_up_to_the_whole():
    whole, parts = of(books(), 0, 240), [of(books(), low, high) for low, high in ((0, 31), (31, 133), (133, 240))]
    assert sum(part.kwh for part in parts) == pytest.approx(whole.kwh)
    assert sum(Decimal(part.cost) for part in parts) == pytest.approx(Decimal(whole.cost), abs=Decimal("0.0002"))


def test_a_gap_of_its_meter_makes_it_unknown_and_says_which_meter():
    plug = np.full(ROWS, 0.1)
    plug[12:18] = np.nan
    assert of(books(plug=plug), 120, 240).kwh == pytest.approx(2.4)
    found = of(books(plug=plug), 60, 120)
    assert (found.kwh, found.cost) == (None, None)
    assert found.reason.startswith("split was not heard in that time; ")


def test_a_zone_that_nothing_measures_says_what_would():
    bare = home(heat_pumps=[], meters=[{"id": "main", "role": "import", "points": ["main"]}])
    found = of(books(whose=bare), 0, 60, whose=bare)
    assert found.kwh is None
    assert found.reason == "nothing measures what this zone uses; name its circuit’s meter, with zone, in the home file"


def test_a_price_that_is_not_known_leaves_the_energy_known():
    found = of(books(), 60, 180, prices=PRICES[:1])
    assert (found.kwh, found.cost) == (pytest.approx(2.4), None)
    assert "price of some hour is not known" in found.reason


def test_while_the_home_feeds_in_a_kilowatt_hour_costs_what_would_have_been_paid_for_it():
    sun = home()
    feeding = block("main", "energy_returned", np.full(ROWS, 0.5))
    found = of(books(extra=[feeding], main=0.0, whose=sun), 0, 60)
    assert found.cost == "0.1200"


def test_a_head_of_a_shared_unit_is_known_within_a_quarter_of_the_unit():
    unit = block("pm", "energy", np.full(ROWS, 0.2))
    both = [block(head, "action", state=["heating"] * ROWS) for head in ("bed", "study")]
    found = of(books(extra=[unit, *both], main=0.4), 0, 60, "bed")
    assert (found.kwh, found.how) == (pytest.approx(1.2), "run time")  # half of 2.4 kWh
    assert (found.kwh_low, found.kwh_high) == pytest.approx((1.2 - SHARED_SD * 2.4, 1.2 + SHARED_SD * 2.4))


def test_what_began_just_now_has_no_cost_yet():
    assert of(books(), 60, 60).reason == "it is not five minutes since"
