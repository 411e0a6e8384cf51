"""What each day of a bill costs, by price period and in whose meter: worked by hand, and adding up to the bill."""

import datetime as dt
from decimal import Decimal

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.bill import costs_of
from heatledger.billed import Period
from heatledger.columns import Column
from heatledger.days import midnight
from heatledger.tariff.series import PriceSeries
from tests.billing.homes import CHICAGO, LINES, at, day, days, home, plan

START = dt.date(2026, 10, 3)
METERS = [
    {"id": "main", "role": "import", "points": ["main"]},
    {"id": "outdoor", "role": "outdoor_unit", "points": ["outdoor"]},
    {"id": "kitchen", "role": "circuit", "points": ["kitchen"]},
    {"id": "head_a", "role": "head", "parent": "outdoor", "points": ["a"]},
    {"id": "head_b", "role": "head", "parent": "outdoor", "points": ["b"]},
    {"id": "again", "role": "duplicate_of", "of": "kitchen", "points": ["kitchen_2"]},
]


def billed(priced, measured, now, start=None, end=None, **changes):
    start, end = start or at(2026, 10, 3), end or at(2026, 11, 3)
    heard = [row for when, row in measured.items() if start.date() <= when <= end.date()]
    return costs_of(home(**changes), priced, measured, Period(start=start, end=end), heard, now=now)


def test_a_weekday_by_hand():
    """24 kWh over a Monday: 5 at 0.40 and 19 at 0.10 are 3.90; the charge 0.52, the credit 2 × 0.05; 8 % on all."""
    found = billed(plan("fixed", "peak", "off_peak", "tax"), days(START, [24.0] * 5), at(2026, 10, 7, 23))
    monday = found.bill.by_day[2]
    assert monday.day == dt.date(2026, 10, 5)
    assert monday.by_period == {"Peak": "2.16", "Off-peak": "2.05"}
    assert (monday.fixed, monday.credit, monday.cost) == ("0.56", "0.00", "4.77")
    assert monday.kwh == 24.0


def test_the_running_total_ends_at_the_bill():
    found = billed(plan("fixed", "tiers", "tax"), days(START, [30.0] * 9), at(2026, 10, 11, 23))
    rows = found.bill.by_day
    assert [row.day for row in rows] == [START + dt.timedelta(days=number) for number in range(9)]
    assert rows[-1].total == found.bill.total == str(sum(Decimal(row.cost) for row in rows))


def test_what_is_fed_in_is_a_block_of_its_own():
    found = billed(plan("energy", "credit"), days(START, [10.0], exported=20.0), at(2026, 10, 3, 23))
    (row,) = found.bill.by_day
    assert (row.by_period, row.fixed, row.credit, row.cost) == ({"Energy": "1.60"}, "0.00", "-1.00", "0.60")


def test_a_day_alone_costs_what_it_costs_within_its_cycle():
    measured = days(START, [11.3, 17.9, 5.01, 8.88, 12.34])
    priced, now = plan("fixed", "tiers", "tax"), at(2026, 10, 7, 23)
    for row in billed(priced, measured, now).bill.by_day:
        start = at(row.day.year, row.day.month, row.day.day)
        assert billed(priced, measured, now, start, start + dt.timedelta(days=1)).bill.total == row.cost


def test_the_estimated_part_stands_on_its_day():
    measured = days(START, [10.0] * 3)
    measured[dt.date(2026, 10, 4)] = day(dt.date(2026, 10, 4), 5.0, covered=0.5, estimated=2.5)
    rows = billed(plan("fixed", "energy"), measured, at(2026, 10, 5, 23)).bill.by_day
    assert [row.estimated for row in rows] == ["0.00", "0.40", "0.00"]  # 2.5 × 0.16
    assert [row.silent_s for row in rows] == [0.0, 43_200.0, 0.0]


def test_money_at_a_price_that_is_missing_is_estimated_where_it_is_missing():
    """A day of 10 kWh at 0.20 is known; the next is priced at the mean, 2.00, and all of that is a guess."""
    start = int(midnight(START, CHICAGO).timestamp())
    market = PriceSeries(np.array([start]), np.array([start + 86_400]), np.array([0.2]))
    found = billed(plan("real_time", prices={"market": market}), days(START, [10.0] * 2), at(2026, 10, 4, 23))
    assert [row.estimated for row in found.bill.by_day] == ["0.00", "2.00"]
    assert found.bill.estimated_amount == "2.00"


def test_a_day_of_a_clock_change_is_one_day():
    measured = days(dt.date(2026, 10, 31), [25.0] * 3)
    rows = billed(plan("fixed", "energy"), measured, at(2026, 11, 2, 23)).bill.by_day
    assert [row.cost for row in rows if row.day.isoformat() == "2026-11-01"] == ["4.52"]  # 25 h, 25 kWh, one charge


def test_meters_side_by_side_the_rest_and_fixed_make_the_total_by_hand():
    """100 kWh at 0.16: half on the outdoor unit, of it 3 to 1 on its heads, a tenth in the kitchen; 5 charges."""
    parts = {"outdoor": 0.5, "kitchen": 0.1, "head_a": 0.3, "head_b": 0.1}
    measured = days(START, [20.0] * 5, meters=parts)
    found = billed(plan("fixed", "energy"), measured, at(2026, 10, 7, 23), meters=METERS)
    assert found.meters == {
        "main": "16.00",
        "outdoor": "8.00",
        "kitchen": "1.60",
        "head_a": "4.80",
        "head_b": "1.60",
    }
    assert (found.unmetered, found.fixed, found.bill.total) == ("6.40", "2.60", "18.60")


def test_a_meter_pays_the_price_of_its_own_hours():
    """The kitchen draws its 4 kWh in the dear hours, 0.40 of each; at the mean of the day it would be 0.65."""
    measured = days(START, [24.0] * 3)
    monday = day(dt.date(2026, 10, 5), 24.0, meters={"kitchen": 0.0})
    evening = [0.2 if 64 <= quarter < 84 else 0.0 for quarter in range(96)]
    measured[dt.date(2026, 10, 5)] = _with_meter(monday, "kitchen", evening)
    found = billed(plan("peak", "off_peak"), measured, at(2026, 10, 5, 23), meters=METERS)
    assert found.meters["kitchen"] == "1.60"


def test_two_mains_share_by_what_came_through_them():
    mains = [{"id": name, "role": "import", "points": [name]} for name in ("main", "pump")]
    found = billed(
        plan("energy"), days(START, [10.0], meters={"main": 0.75, "pump": 0.25}), at(2026, 10, 3, 23), meters=mains
    )
    assert found.meters == {"main": "1.20", "pump": "0.40"}


def _with_meter(row, name, quarters):
    profile = msgspec.structs.replace(row.profile, meters={**row.profile.meters, name: Column(quarters)})
    return msgspec.structs.replace(row, meters={**row.meters, name: sum(quarters)}, profile=profile)


KINDS = st.lists(st.sampled_from(["fixed", "tiers", "demand", "credit", "minimum", "tax"]), min_size=1, unique=True)
SHARES = st.fixed_dictionaries({name: st.floats(0, 0.4) for name in ("outdoor", "kitchen", "head_a", "head_b")})


@settings(max_examples=30, deadline=None)
@given(KINDS, st.lists(st.floats(0, 60), min_size=1, max_size=31), SHARES, st.floats(0, 30), st.integers(0, 20))
def test_days_and_meters_add_up_to_the_bill_of_any_span(names, amounts, shares, exported, first):
    measured = days(START, amounts, shape=[1, 4, 2], exported=exported, meters=shares)
    priced = plan(*sorted(names, key=list(LINES).index))
    now = at(2026, 10, 3) + dt.timedelta(days=len(amounts), hours=-1)
    found = billed(priced, measured, now, at(2026, 10, 3) + dt.timedelta(days=first), meters=METERS)
    if found.bill.total is None:
        return
    total = Decimal(found.bill.total)
    assert sum(Decimal(row.cost) for row in found.bill.by_day) == total
    for row in found.bill.by_day:
        parts = [*row.by_period.values(), row.fixed, row.credit]
        assert sum(map(Decimal, parts)) == Decimal(row.cost)
    side = [Decimal(found.meters[name]) for name in ("outdoor", "kitchen")]
    assert sum(side) + Decimal(found.unmetered) + Decimal(found.fixed) == total
    assert Decimal(found.meters["main"]) + Decimal(found.fixed) == total
