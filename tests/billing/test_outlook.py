"""Where a cycle is heading, in money: tier crossings, what is fed in, and a back-test on simulated homes."""

import datetime as dt
import time

import msgspec
import numpy as np
import pytest

from heatledger.outlook import outlook
from heatledger.running import book
from heatledger.tariff.cycle import Cycle
from tests.billing.homes import LINES, at, day, days, home, plan
from tests.projection.test_projection import simulated

NOVEMBER = Cycle(dt.date(2026, 11, 3), dt.date(2026, 12, 3), 30)
TIERED = {
    "kind": "energy",
    "label": "Energy",
    "tiers": [{"rate": "0.12", "up_to": "600"}, {"rate": "0.18", "up_to": "1200"}, {"rate": "0.27"}],
}


def seen(priced, measured, now, cycle=NOVEMBER, **changes):
    return outlook(home(**changes), priced, measured, cycle, now=now)


def steady(kwh=10.0, until=20, **options):
    return days(dt.date(2026, 10, 1), [kwh] * (33 + until), **options)


def test_a_steady_home_crosses_its_tier_and_pays_for_it():
    """30 days of 10 kWh: 100 at 0.10 and 200 at 0.20 are 50.00, though the first ten days cost 10.00."""
    found = seen(plan("tiers"), steady(until=10), at(2026, 11, 13))
    assert float(found.projected.p50) == pytest.approx(50.0, abs=0.05)


def test_what_was_fed_in_is_fed_in_again():
    """20 days measured and 10 to come: 300 × 0.16 less 30 × 4 × 0.05."""
    found = seen(plan("energy", "credit"), steady(exported=4.0), at(2026, 11, 23), latitude=None)
    assert float(found.projected.p50) == pytest.approx(48.0 - 6.0, abs=0.05)
    assert "latitude in the home file would tell how" in found.notes[0]


def test_dull_and_bright_spells_widen_the_band_of_what_is_fed_in():
    """A fortnight of 0 and a fortnight of 8 kWh a day in turn: ten days at 0.50 may earn little or much."""
    dear = {**LINES["credit"], "rate": "0.50"}
    measured = {
        when: day(when, 10.0, exported=8.0 if number // 14 % 2 else 0.0) for number, when in enumerate(steady())
    }
    found = seen(plan("energy", lines=[dear]), measured, at(2026, 11, 23), latitude=None)
    low, high = float(found.projected.p10), float(found.projected.p90)
    assert high - low > 10


def test_the_running_total_goes_from_now_to_where_the_bill_is_heading():
    found = seen(plan("fixed", "tiers"), steady(until=10), at(2026, 11, 12, 12))
    assert [row.day for row in found.by_day] == [dt.date(2026, 11, 12) + dt.timedelta(days=n) for n in range(21)]
    ends = found.by_day[-1]
    assert (ends.p10, ends.p50, ends.p90) == (found.projected.p10, found.projected.p50, found.projected.p90)
    middle = [float(row.p50) for row in found.by_day]
    assert middle == sorted(middle)
    # ten days of ten kilowatt-hours at the first step, and ten customer charges; the step is full by tonight
    assert middle[0] == pytest.approx(10.0 + 10 * 0.52, abs=1.0)


def test_the_next_hour_costs_its_quarters_at_their_prices():
    """10 kWh spread over a day are 0.417 kWh an hour: around 16:00 of a Monday half of it at 0.10 and half at 0.40."""
    found = seen(plan("peak", "off_peak"), steady(), at(2026, 11, 23, 15, 30))
    assert float(found.next_hour.p50) == pytest.approx(10 / 24 * 0.25, abs=0.01)


@pytest.mark.parametrize(("budget", "chance"), [("47.00", 0.0), ("49.00", 1.0)])
def test_the_chance_to_keep_the_budget(budget, chance):
    assert seen(plan("energy"), steady(), at(2026, 11, 23), budget=budget).chance == chance


def test_the_hours_gone_today_are_as_measured():
    """Today's 12 kWh came in its first six hours; the draws give the other eighteen hours 7.5 of 10."""
    measured = steady()
    today = dt.date(2026, 11, 23)
    measured[today] = day(today, 12.0, shape=[1.0] * 24 + [0.0] * 72)
    found = seen(plan("energy"), measured, at(2026, 11, 23, 6))
    assert float(found.projected.p50) == pytest.approx((200 + 12 + 7.5 + 90) * 0.16, abs=0.05)


def test_a_mean_of_bills_counts_only_bills_that_were_heard():
    """0.4 kW in both bills heard: their mean is 0.4 at 5.00, not a twelfth of it."""
    capacity = {"kind": "demand", "label": "Capacity", "rate": "5", "mean_bills": 12, "window_minutes": 15}
    measured = {when: row for when, row in steady(9.6).items() if when >= dt.date(2026, 10, 3)}
    assert float(seen(plan(lines=[capacity]), measured, at(2026, 11, 23)).projected.p50) == pytest.approx(2.0, abs=0.01)


def test_a_plan_that_cannot_be_priced_says_why():
    found = seen(plan("real_time", prices={}), steady(), at(2026, 11, 23))
    assert found.projected.p50 is None
    assert "market" in found.reason


def test_two_hundred_draws_are_priced_within_a_second(bar_s):
    priced, measured = plan("fixed", "peak", "off_peak", "demand", "tax"), steady()
    began = time.process_time()
    seen(priced, measured, at(2026, 11, 5))
    assert time.process_time() - began < bar_s(2)  # twice the promise


@pytest.mark.long
@pytest.mark.parametrize("history_days", [400, 60])
def test_the_band_in_money_holds_as_often_as_it_says(history_days):
    """Eight chances in ten: over 6 cycles of two homes under a tiered plan, asked after 3, 10 and 20 days."""
    priced = plan("fixed", lines=[TIERED])
    held = []
    for seed in (1, 2):
        past = simulated(seed)
        measured = {row.day: _as_day(row) for row in past}
        for month in range(0, 12, 2):
            year, index = divmod(2025 * 12 + month, 12)
            start = dt.date(year, index + 1, 3)
            end = dt.date(year + index // 11, index % 12 + 2 if index < 11 else 1, 3)
            cycle = Cycle(start, end, (end - start).days)
            truth = _price(priced, measured, cycle)
            for gone in (3, 10, 20):
                today = start + dt.timedelta(days=gone)
                known = {d: row for d, row in measured.items() if today - dt.timedelta(days=history_days) <= d < today}
                found = seen(priced, known, dt.datetime.combine(today, dt.time(), tzinfo=priced.zone), cycle).projected
                held.append(float(found.p10) <= truth <= float(found.p90))
    coverage = np.mean(held)
    assert 0.70 <= coverage <= 0.95  # over every month 86 % with 400 days of history, 82 % with 60


def _as_day(row):
    made = day(row.day, float(row.quarters.sum()), shape=row.quarters)
    return msgspec.structs.replace(made, outdoor_c=row.outdoor_c)


def _price(priced, measured, cycle):
    (one,) = book(priced, measured, [cycle], now=dt.datetime.combine(cycle.end, dt.time(), tzinfo=priced.zone))
    return float(one.bill.total)
