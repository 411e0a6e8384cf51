"""What another set-point will cost: heat loss, over the COP, times the price of the next day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from heatledger.heat.carnot import ideal_heating
from heatledger.heat.room import RoomResponse
from heatledger.heat.room_draw import RESISTANCE, Unit
from heatledger.savings import HEATER_SD, Room
from heatledger.setpoint_cost import more_a_day
from heatledger.tariff.marginal import Step

NOW = datetime(2026, 1, 20, 18, tzinfo=UTC)
FLAT = (Step(NOW, NOW + timedelta(days=2), Decimal("0.30"), None, "Flat"),)


def response(loss=50.0, spread=0.0, gain=0.0, beside=0.0, draws=200):
    sizes = loss * (1 + spread * np.linspace(-1, 1, draws))
    rows = np.column_stack(
        [sizes, np.full(draws, 500.0), np.full(draws, gain), np.full(draws, beside), np.full(draws, 5e3)]
    )
    return RoomResponse(loss, 500.0, gain, 5e3, 1000, rows, beside)


def test_a_degree_of_a_heater_is_its_rooms_loss_for_a_day():
    found = more_a_day(Room(response(), RESISTANCE), 20.5, 21.5, 0.0, FLAT, NOW)
    assert found.kwh == pytest.approx(50 * 24 / 1000)
    assert found.cost == "0.3600"  # 1.2 kWh at 0.30
    assert found.kwh_high - found.kwh == pytest.approx(1.645 * HEATER_SD * 1.2)


def test_of_a_heat_pump_it_is_over_the_cop_and_the_warmer_room_costs_more_for_all_of_its_heat():
    unit = Unit(base=2.0)
    found = more_a_day(Room(response(), unit), 20.0, 21.0, 0.0, FLAT, NOW)
    draws = [50 * c * 2.0 / float(ideal_heating(c, 0.0)) for c in (20.0, 21.0)]
    assert found.kwh == pytest.approx((draws[1] - draws[0]) * 24 / 1000)


def test_the_interval_is_at_least_that_of_the_responses_draws():
    found = more_a_day(Room(response(spread=0.3), RESISTANCE), 20.5, 21.5, 0.0, FLAT, NOW)
    assert found.kwh_low <= 1.2 * (1 - 0.3 * 0.9)
    assert found.kwh_high >= 1.2 * (1 + 0.3 * 0.9)
    assert Decimal(found.cost_low) < Decimal(found.cost) < Decimal(found.cost_high)


def test_colder_is_less_and_free_heat_that_is_enough_costs_nothing():
    assert more_a_day(Room(response(), RESISTANCE), 21.0, 19.0, 0.0, FLAT, NOW).kwh == pytest.approx(-2.4)
    assert more_a_day(Room(response(gain=900.0), RESISTANCE), 15.0, 16.0, 4.0, FLAT, NOW).kwh == 0.0


def test_the_price_is_the_mean_of_the_next_day_and_where_it_is_not_known_the_energy_still_is():
    noon = NOW + timedelta(hours=12)
    two = (
        Step(NOW, noon, Decimal("0.40"), None, "Peak"),
        Step(noon, NOW + timedelta(days=1), Decimal("0.20"), None, "Else"),
    )
    assert more_a_day(Room(response(), RESISTANCE), 20.5, 21.5, 0.0, two, NOW).cost == "0.3600"
    found = more_a_day(Room(response(), RESISTANCE), 20.5, 21.5, 0.0, None, NOW)
    assert (found.kwh, found.cost) == (pytest.approx(1.2), None)
    assert found.reason == "no tariff: name one with tariff = in the home file"


def test_what_is_not_known_says_what_would_make_it_known():
    assert more_a_day("too few days; five make it known", 20.0, 21.0, 0.0, FLAT, NOW).reason.startswith("too few days")
    assert "set to now is not heard" in more_a_day(Room(response(), RESISTANCE), None, 21.0, 0.0, FLAT, NOW).reason
    missing = more_a_day(Room(response(), RESISTANCE), 20.0, 21.0, None, FLAT, NOW).reason
    assert missing.endswith("; name a thermometer outdoors with outdoor_temperature in the home file")
