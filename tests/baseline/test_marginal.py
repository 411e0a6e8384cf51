"""Which machine should heat now: price over COP, by hand, and what is not known."""

from decimal import Decimal

import pytest

from heatledger.baseline.machines import Fitted
from heatledger.baseline.marginal import Now, heat_now
from heatledger.home import HeatPump, Meter
from tests.baseline.compared_home import home
from tests.baseline.machines import machine, shipped


def sources(now, **changes):
    return heat_now(home(**changes), shipped().systems, now)


def with_heater():
    place = home()
    return (*place.meters, Meter(id="panel", name="Panel", role="circuit", points=("p",), zone="bed", heater=True))


def test_resistance_costs_the_price_and_a_heat_pump_a_part_of_it():
    found = sources(Now(Decimal("0.20"), 8.3, {}, ()), meters=with_heater())
    assert [row.id for row in found] == ["split", "panel"]
    # at half of the most, 3 kW at 8.3 °C, between its least (COP 4.5) and its rating (5000 W for 1276 W)
    assert 0.20 / 4.6 < float(found[0].cost) < 0.20 / (5000 / 1276)
    assert found[0].best
    assert not found[1].best
    assert (found[1].cost, found[1].low, found[1].high) == ("0.2000", "0.2000", "0.2000")
    # by rating, ±30 % of its COP
    assert float(found[0].high) == pytest.approx(float(found[0].cost) / 0.7, rel=0.002)


def test_cheap_gas_is_said_to_be_cheaper():
    boiler = Fitted(machine("gas_boiler"), None, Decimal("0.03"), None)
    found = sources(Now(Decimal("0.30"), -15.0, {}, (boiler,)))
    assert found[0].id == "gas_boiler"
    assert found[0].cost == "0.0333"  # 0.03 / 0.90


def test_below_its_lock_out_a_heat_pump_is_no_choice():
    (found,) = sources(Now(Decimal("0.20"), -28.0, {}, ()))
    assert found.cost is None
    assert found.reason == "it rests below −25.0 °C"


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (Now(None, 5.0, {}, ()), "the price of the next kilowatt-hour is not known"),
        (Now(Decimal("0.2"), float("nan"), {}, ()), "the outdoor temperature is not known now"),
    ],
)
def test_what_is_missing_is_said(now, why):
    (found,) = sources(now)
    assert (found.cost, found.reason) == (None, why)


def test_a_heat_pump_without_a_map_says_what_would_settle_it():
    pump = HeatPump(id="split", kind="mini_split", meter="split")
    (found,) = sources(Now(Decimal("0.2"), 5.0, {}, ()), heat_pumps=(pump,))
    assert 'unit = "…"' in found.reason


def test_measured_heat_narrows_the_interval():
    (wide,) = sources(Now(Decimal("0.20"), 5.0, {}, ()))
    (narrow,) = sources(Now(Decimal("0.20"), 5.0, {"split": (1.0, 0.1)}, ()))
    assert Decimal(narrow.high) < Decimal(wide.high)
