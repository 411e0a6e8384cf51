"""The week before in this week's weather: by hand, and by the laws that any home's response keeps."""

import datetime as dt
from decimal import Decimal

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.by_day import DayCost
from heatledger.same_weather import Answer, answer
from heatledger.week import same_weather
from tests.billing.homes import day
from tests.statement.week import WEEK

FIRST = dt.date(2026, 1, 1)
PRICE, FIXED = Decimal("0.20"), Decimal("0.50")


def house(outdoor_c, noise=None):
    """Days of 10 kWh and 2 more for each kelvin below 15 °C."""
    given = np.asarray(outdoor_c, dtype=float)
    kwh = 10.0 + 2.0 * np.maximum(15.0 - given, 0.0) + (0.0 if noise is None else np.asarray(noise))
    when = [FIRST + dt.timedelta(days=number) for number in range(given.size)]
    return [day(*row[:2], outdoor_c=row[2]) for row in zip(when, kwh.tolist(), given.tolist(), strict=True)]


def bill(days):
    """What those days cost at 20 ¢ and 50 ¢ a day."""
    rows = []
    for number, row in enumerate(days):
        use = PRICE * Decimal(str(round(row.imported, 6)))
        parts = {"by_period": {"Energy": str(use)}, "fixed": str(FIXED), "credit": "0", "estimated": "0"}
        when = FIRST + dt.timedelta(days=number)
        rows.append(DayCost(day=when, kwh=row.imported, cost=str(use + FIXED), total="0", silent_s=0.0, **parts))
    total = sum((Decimal(row.cost) for row in rows), Decimal(0))
    return msgspec.structs.replace(
        WEEK.before, bill=msgspec.structs.replace(WEEK.before.bill, total=str(total), by_day=rows)
    )


def past(days=60):
    return house(5.0 + 8.0 * np.sin(np.arange(days) / 5.0))


def test_ten_kelvin_colder_by_hand():
    """5 °C: 30 kWh a day, $6.00 and $0.50; at −5 °C: 50 kWh, $10.00 and $0.50; seven days of each."""
    before, now = house([5.0] * 7), house([-5.0] * 7)
    found = same_weather(bill(before), before, now, [*past(), *before, *now])
    assert Decimal(bill(before).bill.total) == Decimal("45.5")
    assert float(found.middle) == pytest.approx(73.5, abs=0.3)
    assert found.warmer_k == pytest.approx(-10.0)
    assert float(found.high) - float(found.low) < 1.0  # this house scatters about nothing


def test_without_an_outdoor_temperature_or_with_too_few_days_it_is_not_guessed():
    before, now = house([5.0] * 7), house([-5.0] * 7)
    assert answer(before, now, [*before, *now][:13], days=(7, 7)) == "response"
    blind = [msgspec.structs.replace(row, outdoor_c=None) for row in before]
    assert answer(blind, now, [*past(), *now], days=(7, 7)) == "outdoor"
    found = same_weather(bill(before), blind, now, past())
    assert found.middle is None
    assert "outdoor_temperature in the home file names its sensor" in found.reason


@settings(max_examples=10)  # each fits a response
@given(st.lists(st.floats(-15, 25), min_size=7, max_size=7), st.integers(0, 9))
def test_the_same_weather_costs_the_same_whatever_the_order_of_its_days(temps, seed):
    before = house(temps)
    now = house(np.random.default_rng(seed).permutation(temps))
    found = same_weather(bill(before), before, now, [*past(), *before, *now])
    assert float(found.middle) == pytest.approx(float(bill(before).bill.total), abs=0.01)
    assert float(found.low) <= float(found.middle) <= float(found.high)


def test_the_range_is_as_wide_as_the_scatter_of_two_weeks():
    """1.645 × 4 kWh × √14 = 24.6 kWh where days are independent; alike by a half, √3 times that."""
    assert Answer(1.0, 0.0, 4.0, 0.0).half_kwh(7) == pytest.approx(24.62, abs=0.01)
    assert Answer(1.0, 0.0, 4.0, 0.5).half_kwh(7) == pytest.approx(42.64, abs=0.01)


def test_the_range_holds_nine_times_in_ten():
    inside = 0
    for seed in range(15):
        rng = np.random.default_rng(seed)
        temps = 5.0 + 8.0 * np.sin(np.arange(120) / 5.0 + seed)
        days = house(temps, rng.normal(0.0, 3.0, 120))
        before, now = days[-14:-7], days[-7:]
        found = same_weather(bill(before), before, now, days)
        cost = Decimal(bill(now).bill.total)
        inside += Decimal(found.low) <= cost <= Decimal(found.high)
    assert inside >= 10  # 13.5 expected; the binomial's 3σ is 3.5
