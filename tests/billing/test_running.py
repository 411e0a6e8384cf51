"""The running bill: worked by hand, and its laws: what belongs to the parts of a cycle adds up to the cycle's bill."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.apportion import names_of
from heatledger.bill import costs_of, first_needed
from heatledger.billed import Period
from heatledger.cycles import cycle_at, cycles_over
from heatledger.days import midnight
from heatledger.home import Cycle
from heatledger.running import book
from heatledger.spans import Span, of_span
from heatledger.tariff.cycle import Cycle as Whole
from heatledger.tariff.series import PriceSeries
from tests.billing.homes import CHICAGO, LINES, at, day, days, home, plan

CYCLE = (at(2026, 10, 3), at(2026, 11, 3))
OCTOBER = Whole(dt.date(2026, 10, 3), dt.date(2026, 11, 3), 31)


def costs(priced, measured, start, end, now, **changes):
    place = home(**changes)
    first, last = start.astimezone(CHICAGO).date(), end.astimezone(CHICAGO).date()
    heard = [row for when, row in measured.items() if first <= when <= last]
    return costs_of(place, priced, measured, Period(start=start, end=end), heard, now=now)


def lines(found):
    return [(line.label, line.quantity, line.amount) for line in found.bill.lines]


def test_the_cycle_so_far_by_hand():
    found = costs(plan("fixed", "energy"), days(OCTOBER.start, [10.0] * 5), *CYCLE, at(2026, 10, 7, 23))
    assert lines(found) == [("Customer charge", "5", "2.60"), ("Energy", "50.00", "8.00")]  # 5 × 0.52, 50 × 0.16
    assert found.bill.total == "10.60"


def test_a_day_has_its_pooled_part_of_the_tiers_by_hand():
    """100 kWh at 0.10 and 50 at 0.20 are 20.00; a day of 15 of the 150 kWh has a tenth of each step."""
    measured = days(OCTOBER.start, [15.0] * 10)
    found = costs(plan("tiers"), measured, at(2026, 10, 4), at(2026, 10, 5), at(2026, 10, 12, 23))
    assert lines(found) == [("Energy, tier 1", "10.00", "1.00"), ("Energy, tier 2", "5.00", "1.00")]


def test_demand_belongs_to_the_day_of_its_peak_and_tax_follows_by_hand():
    measured = days(OCTOBER.start, [9.6] * 4)
    peak = [0.1] * 64 + [2.0, 2.0] + [0.1] * 30
    measured[dt.date(2026, 10, 5)] = day(dt.date(2026, 10, 5), sum(peak), shape=peak)
    now = at(2026, 10, 6, 23)
    quiet = costs(plan("energy", "demand", "tax"), measured, at(2026, 10, 4), at(2026, 10, 5), now)
    loud = costs(plan("energy", "demand", "tax"), measured, at(2026, 10, 5), at(2026, 10, 6), now)
    assert [label for label, _, _ in lines(quiet)] == ["Energy", "Tax"]
    assert ("Demand", "8", "40.00") in lines(loud)  # two quarters of 2 kWh are 8 kW


def test_zones_the_rest_and_fixed_make_the_total():
    found = costs(
        plan("fixed", "energy", "tax"),
        days(OCTOBER.start, [10.0] * 5),
        at(2026, 10, 3),
        at(2026, 11, 3),
        at(2026, 10, 7, 23),
    )
    parts = [*found.zones.values(), found.unallocated, found.fixed]
    assert found.zones == {"living": "4.32", "bed": "0.00"}  # 25 × 0.16 × 1.08
    assert found.fixed == "2.81"  # 2.60 × 1.08
    assert sum(map(Decimal, parts)) == Decimal(found.bill.total) == Decimal("11.45")


def test_a_credit_is_no_zones():
    found = costs(
        plan("energy", "credit"),
        days(OCTOBER.start, [10.0], exported=20.0),
        at(2026, 10, 3),
        at(2026, 11, 3),
        at(2026, 10, 3, 23),
    )
    assert (found.zones["living"], found.unallocated, found.fixed) == ("0.80", "0.80", "-1.00")
    assert found.bill.total == "0.60"


def test_a_tariff_that_changes_within_the_cycle_splits_its_line():
    old = {**LINES["energy"], "label": "Energy", "to": dt.date(2026, 10, 5)}
    new = {**LINES["energy"], "label": "Energy", "rate": "0.20", "from": dt.date(2026, 10, 5)}
    priced = plan(lines=[{**old, "group": "e"}, {**new, "group": "e"}])
    found = costs(priced, days(OCTOBER.start, [10.0] * 4), *CYCLE, at(2026, 10, 6, 23))
    assert [(line.quantity, line.rate, line.amount) for line in found.bill.lines] == [
        ("20.00", "0.16", "3.20"),
        ("20.00", "0.20", "4.00"),
    ]


def test_a_calendar_month_has_what_of_two_cycles_belongs_to_it():
    measured = days(dt.date(2026, 9, 3), [10.0] * 70)
    priced = plan("fixed", "tiers")
    now = at(2026, 11, 11, 23)
    october = costs(priced, measured, at(2026, 10, 1), at(2026, 11, 1), now)
    early = costs(priced, measured, at(2026, 10, 1), at(2026, 10, 3), now)
    late = costs(priced, measured, at(2026, 10, 3), at(2026, 11, 1), now)
    assert Decimal(october.bill.total) == Decimal(early.bill.total) + Decimal(late.bill.total)
    assert ("Customer charge", "31", "16.12") in lines(october)


def test_gaps_are_said_with_how_much():
    measured = days(OCTOBER.start, [10.0] * 3)
    measured[dt.date(2026, 10, 4)] = day(dt.date(2026, 10, 4), 5.0, covered=0.5, estimated=2.5)
    found = costs(plan("energy"), measured, *CYCLE, at(2026, 10, 5, 23))
    assert found.bill.estimated
    assert found.bill.notes == ["2.5 kWh are estimated", "nothing was heard for 12 h"]
    assert found.bill.estimated_amount == "0.40"  # a tenth of 25 kWh × 0.16
    assert found.bill.lines[0].estimated


def test_a_missing_price_marks_its_line():
    start = int(midnight(OCTOBER.start, CHICAGO).timestamp())
    market = PriceSeries(np.array([start]), np.array([start + 86_400]), np.array([0.2]))
    priced = plan("real_time", prices={"market": market})
    measured = days(OCTOBER.start, [10.0] * 2)
    found = costs(priced, measured, *CYCLE, at(2026, 10, 4, 23))
    assert found.bill.estimated
    assert found.bill.lines[0].amount == "4.00"
    assert "prices are missing" in found.bill.notes[0]


def test_what_the_engine_refuses_is_the_reason():
    found = costs(plan("real_time", prices={}), days(OCTOBER.start, [10.0]), *CYCLE, at(2026, 10, 3, 23))
    assert found.bill.total is None
    assert "market" in found.bill.reason


KINDS = st.lists(st.sampled_from(["fixed", "tiers", "demand", "credit", "minimum", "tax"]), min_size=1, unique=True)


@settings(max_examples=25, deadline=None)
@given(
    KINDS,
    st.lists(st.floats(0, 60), min_size=3, max_size=31),
    st.lists(st.integers(0, 31 * 24 * 60 + 60), min_size=1, max_size=6, unique=True),
)
def test_the_parts_of_any_partition_add_up_to_the_bill(names, amounts, cuts):
    measured = days(OCTOBER.start, amounts, shape=[1, 2, 5, 1, 3], exported=3.0)
    names = sorted(names, key=list(LINES).index)
    now = at(2026, 10, 3) + dt.timedelta(days=len(amounts), hours=-1)
    booked = book(plan(*names), measured, [OCTOBER], now=now, names=names_of(home()))
    start, end = at(2026, 10, 3), at(2026, 11, 3)
    begin_s = start.timestamp()
    bounds = [start, *(dt.datetime.fromtimestamp(begin_s + cut * 60, CHICAGO) for cut in sorted(cuts)), end]
    bounds = [bound for bound in bounds if bound <= end]
    pieces = [Span.of(low, high, CHICAGO) for low, high in pairwise(bounds) if low < high]
    parts = [of_span(booked, piece, 2) for piece in pieces]
    printed = sum((Decimal(line.amount) for part in parts for line in part.lines), Decimal(0))
    assert printed == Decimal(booked[0].bill.total)
    exact = sum((sum(part.parts) + part.unused for part in parts), Decimal(0))
    whole = of_span(booked, Span.of(start, end, CHICAGO), 2)
    assert exact == pytest.approx(sum(whole.parts) + whole.unused, abs=Decimal("1e-6"))


@pytest.mark.parametrize(
    ("cycle", "day_", "start", "end"),
    [
        (Cycle(day=31), "2026-02-10", "2026-01-31", "2026-02-28"),
        (Cycle(day=31), "2026-02-28", "2026-02-28", "2026-03-31"),
        (Cycle(calendar=True), "2026-02-10", "2026-02-01", "2026-03-01"),
        (Cycle(read_dates=(dt.date(2026, 1, 12), dt.date(2026, 2, 11))), "2026-02-10", "2026-01-12", "2026-02-11"),
        (Cycle(read_dates=(dt.date(2026, 1, 12), dt.date(2026, 2, 11))), "2026-02-11", "2026-02-11", "2026-03-13"),
        (Cycle(read_dates=(dt.date(2026, 1, 12), dt.date(2026, 2, 11))), "2025-12-24", "2025-12-13", "2026-01-12"),
    ],
)
def test_cycles_of_every_kind(cycle, day_, start, end):
    found = cycle_at(cycle, dt.date.fromisoformat(day_))
    assert (str(found.start), str(found.end)) == (start, end)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 31), st.dates(dt.date(2024, 1, 1), dt.date(2027, 1, 1)), st.integers(1, 400))
def test_cycles_follow_each_other_and_cover_the_span(begins, first, length):
    last = first + dt.timedelta(days=length)
    found = cycles_over(Cycle(day=begins), first, last)
    assert found[0].start <= first < found[0].end
    assert found[-1].start < last <= found[-1].end
    assert all(early.end == late.start for early, late in pairwise(found))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"day": 3, "calendar": True}, "one of day, calendar and read_dates"),
        ({"read_dates": ["2026-02-01", "2026-01-01"]}, "in order"),
        ({"read_dates": ["2026-02-01"]}, "two dates or more"),
    ],
)
def test_a_cycle_that_makes_no_sense_is_refused(words, said):
    with pytest.raises(ValueError, match=said):
        home(cycle=words)


def test_a_peak_of_the_bill_before_has_a_say_in_this_one():
    """September's 2.5 kWh quarter is 10 kW; 80 % of it at 5.00 are 40.00 in a quiet October."""
    ratchet = {**LINES["demand"], "window_minutes": 15, "ratchet": {"percent": "80", "bills": 2}}
    priced = plan(lines=[LINES["energy"], ratchet])
    measured = days(dt.date(2026, 9, 3), [9.6] * 35)
    peak = [0.1] * 95 + [2.5]
    measured[dt.date(2026, 9, 20)] = day(dt.date(2026, 9, 20), sum(peak), shape=peak)
    assert first_needed(home(), priced.tariff, dt.date(2026, 10, 7)) == dt.date(2026, 8, 3)
    found = costs(priced, measured, *CYCLE, at(2026, 10, 7, 23))
    assert ("Demand", "8.000", "40.00") in lines(found)


@settings(max_examples=25, deadline=None)
@given(
    KINDS,
    st.lists(st.floats(0, 60), min_size=1, max_size=31),
    st.floats(0, 1),
    st.floats(0, 30),
    st.tuples(st.integers(0, 30), st.integers(1, 31)).filter(lambda ends: ends[0] < ends[1]),
)
def test_zones_the_rest_and_fixed_make_the_total_of_any_period(names, amounts, living, exported, ends):
    measured = days(OCTOBER.start, amounts, shape=[1, 4, 2], living=living, exported=exported)
    start, end = (at(2026, 10, 3) + dt.timedelta(days=count) for count in ends)
    now = at(2026, 10, 3) + dt.timedelta(days=len(amounts), hours=-1)
    found = costs(plan(*sorted(names, key=list(LINES).index)), measured, start, end, now)
    if found.bill.total is not None:
        parts = [*found.zones.values(), found.unallocated, found.fixed]
        assert sum(map(Decimal, parts)) == Decimal(found.bill.total)
        assert sum(Decimal(line.amount) for line in found.bill.lines) == Decimal(found.bill.total)
