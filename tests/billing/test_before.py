"""Why a bill differs from the one before: each cause alone by hand, and together they are the difference."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.before import a_year_before, compare
from heatledger.cycles import cycle_at
from heatledger.days import midnight
from heatledger.tariff.series import PriceSeries
from tests.billing.homes import CHICAGO, LINES, at, day, home, plan

SEPTEMBER, OCTOBER = dt.date(2026, 9, 3), dt.date(2026, 10, 3)
ENDED = at(2026, 11, 4)


def measured(before, after, first=SEPTEMBER, **options):
    """Days at so many kilowatt-hours in September's cycle, 30 days, and in October's, 31."""
    return {
        first + dt.timedelta(days=number): day(first + dt.timedelta(days=number), kwh, **options)
        for number, kwh in enumerate([before] * 30 + [after] * 31)
    }


def compared(priced, rows, now=ENDED, **changes):
    place = home(**changes)
    return compare(place, priced, rows, cycle_at(place.cycle, OCTOBER), now=now)


@pytest.mark.parametrize(
    ("day_of_cycle", "start", "before"),
    [(3, "2026-10-03", "2025-10-03"), (29, "2028-02-29", "2027-02-28"), (29, "2029-02-28", "2028-02-29"),
     (31, "2026-02-28", "2025-02-28"), (1, "2028-03-01", "2027-03-01")],
)  # fmt: skip
def test_the_cycle_of_a_year_before_is_called_by_the_same_month(day_of_cycle, start, before):
    place = home(cycle={"day": day_of_cycle})
    assert str(a_year_before(place, cycle_at(place.cycle, dt.date.fromisoformat(start))).start) == before


def causes(found):
    return {row.cause: row.amount for row in found.because}


def test_a_day_more_costs_a_day_more_by_hand():
    """A day of 10 kWh at 0.16 and a charge of 0.52, 8 % on both."""
    found = compared(plan("fixed", "energy", "tax"), measured(10.0, 10.0))
    assert (found.compared, found.now, found.difference) == ("68.69", "70.98", "2.29")
    assert causes(found)["days"] == "2.29"
    assert (causes(found)["use"], causes(found)["price"]) == ("0.00", "0.00")


def test_more_use_is_use_by_hand():
    """30 days of 2 kWh more at 0.16, and the 31st day as it now is: 12 at 0.16 and the charge."""
    found = compared(plan("fixed", "energy"), measured(10.0, 12.0))
    assert causes(found) == {"weather": None, "use": "9.60", "days": "2.44", "price": "0.00"}
    assert "outdoor temperature" in found.because[0].reason


def test_colder_weather_is_weather_and_the_rest_is_use():
    """2 kWh a day for each kelvin below 18 °C; from 8.00 to 5.95 °C, one of the 31 days being without its pair."""
    rows = {}
    for number in range(61):
        when = SEPTEMBER + dt.timedelta(days=number)
        outdoor = (8.0 if number < 30 else 6.0) + (-1.5, 0.0, 1.5)[number % 3]
        rows[when] = day(when, 10.0 + 2.0 * (18.0 - outdoor), outdoor_c=outdoor)
    found = compared(plan("energy"), rows)
    assert float(causes(found)["weather"]) == pytest.approx(30 * 2 * (2 + 1.5 / 31) * 0.16, abs=0.01)
    assert float(causes(found)["use"]) == pytest.approx(0.0, abs=0.01)


def test_a_rate_that_rose_is_price_by_hand():
    """310 kWh at 0.04 more."""
    old = {**LINES["energy"], "group": "e", "to": OCTOBER}
    new = {**LINES["energy"], "group": "e", "rate": "0.20", "from": OCTOBER}
    found = compared(plan(lines=[old, new]), measured(10.0, 10.0))
    assert causes(found) == {"weather": None, "use": "0.00", "days": "1.60", "price": "12.40"}


def test_a_season_is_price():
    summer = {
        **LINES["energy"],
        "label": "Summer",
        "group": "e",
        "rate": "0.30",
        "when": [{"season": ["06-01", "10-03"]}],
    }
    winter = {**LINES["energy"], "label": "Winter", "group": "e", "rate": "0.10", "otherwise": True}
    found = compared(plan(lines=[summer, winter]), measured(10.0, 10.0))
    assert causes(found) == {"weather": None, "use": "0.00", "days": "3.00", "price": "-62.00"}


def test_a_market_that_rose_is_price():
    starts = [int(midnight(when, CHICAGO).timestamp()) for when in (SEPTEMBER, OCTOBER, dt.date(2026, 11, 3))]
    market = PriceSeries(np.array(starts[:2]), np.array(starts[1:]), np.array([0.10, 0.20]))
    found = compared(plan("real_time", prices={"market": market}), measured(10.0, 10.0))
    assert causes(found) == {"weather": None, "use": "0.00", "days": "1.00", "price": "31.00"}


def test_use_that_moves_into_dear_hours_is_use_not_price():
    early, late = [0.0] * 96, [0.0] * 96
    early[0:20], late[64:84] = [1.0] * 20, [1.0] * 20
    rows = measured(10.0, 10.0, shape=early)
    for when in rows:
        if when >= OCTOBER:
            rows[when] = day(when, 10.0, shape=late)
    found = compared(plan("peak", "off_peak"), rows)
    assert causes(found)["price"] == "0.00"
    assert float(causes(found)["use"]) > 60  # 22 weekdays of 10 kWh at 0.30 more


def test_a_running_bill_is_compared_with_as_many_days_of_the_one_before():
    found = compared(plan("fixed", "energy"), measured(10.0, 12.0), now=at(2026, 10, 13, 15))
    assert (found.days, found.compared, found.now) == (10, "21.20", "24.40")  # 10 × (1.60 + 0.52), 10 × (1.92 + 0.52)
    assert found.total == "63.60"
    assert causes(found) == {"weather": None, "use": "3.20", "days": "0.00", "price": "0.00"}


def test_a_one_off_amount_is_neither_use_nor_price():
    credit = {"kind": "adjustment", "label": "Climate credit", "rate": "-20.00", "on": dt.date(2026, 10, 10)}
    found = compared(plan("energy", lines=[credit]), measured(10.0, 10.0))
    assert causes(found) == {"weather": None, "use": "0.00", "days": "1.60", "price": "0.00", "other": "-20.00"}


def test_a_minimum_of_a_longer_bill_is_days_and_a_true_up_is_neither_use_nor_price():
    """10 of 30 days of a minimum of 30.00 are 10.00, 10 of 31 are 9.68: nobody used less."""
    found = compared(plan("energy", "minimum"), measured(1.0, 1.0), now=at(2026, 10, 13, 15))
    assert causes(found) == {"weather": None, "use": "0.00", "days": "-0.32", "price": "0.00"}
    net = {"scheme": "net_metering", "rollover": "kwh", "true_up_month": 11, "true_up_rate": "0.03"}
    settled = compared(plan("fixed", "energy", export=net), measured(10.0, 10.0, exported=20.0))
    assert causes(settled) == {"weather": None, "use": "0.00", "days": "0.52", "price": "0.00", "other": "-18.30"}


@pytest.mark.parametrize(
    ("rows", "now", "said"),
    [
        (measured(10.0, 10.0), at(2026, 10, 3, 9), "first day of this bill is not over"),
        (
            {d: r for d, r in measured(10.0, 10.0).items() if d >= OCTOBER},
            ENDED,
            "only 0% of the bill before was heard",
        ),
        (
            {d: r for d, r in measured(10.0, 10.0).items() if not dt.date(2026, 10, 5) < d < dt.date(2026, 10, 20)},
            ENDED,
            "of this bill was heard; it takes 90%",
        ),
    ],
)
def test_what_cannot_be_compared_says_why(rows, now, said):
    found = compared(plan("energy"), rows, now=now)
    assert found.difference is None
    assert said in found.reason


KINDS = st.lists(st.sampled_from(["fixed", "tiers", "demand", "credit", "minimum", "tax"]), min_size=1, unique=True)


@settings(max_examples=15, deadline=None)
@given(KINDS, st.floats(1, 60), st.floats(1, 60), st.floats(0, 20), st.integers(1, 31))
def test_the_causes_add_up_to_the_difference(names, before, after, exported, gone):
    rows = measured(before, after, exported=exported, shape=[1, 3, 2])
    now = at(2026, 10, 3, 1) + dt.timedelta(days=gone)
    found = compared(plan(*sorted(names, key=list(LINES).index)), rows, now=now)
    known = [Decimal(row.amount) for row in found.because if row.amount is not None]
    assert sum(known) == Decimal(found.difference) == Decimal(found.now) - Decimal(found.compared)
