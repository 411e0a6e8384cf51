"""Laws that every bill keeps, whatever the load, on unrounded amounts."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.apportion import Names, QuarterUse, unused_money
from heatledger.formatting import largest_remainder
from heatledger.tariff.attribution import spread
from heatledger.tariff.lines import Carry
from heatledger.tariff.load import load_of
from heatledger.tariff.marginal import Step, hourly
from heatledger.tariff.pricing import bills_of, price, price_rows
from tests.tariff.plans import CHICAGO, UTC, cycle, energy, instant, plan

START, HOURS = "2026-03-05", 96  # across the spring change in Chicago
BILL = cycle("2026-03-05", "2026-03-10")
TIERS = [{"up_to": "40", "rate": "0.10"}, {"up_to": "90", "rate": "0.15"}, {"rate": "0.21"}]
LOW = [{**step, "rate": str(Decimal(step["rate"]) / 2)} for step in TIERS]
PEAK = [{"days": ["weekday"], "hours": ["16:00-21:00"]}]
LINEAR = (
    energy(label="Peak", rate="0.31", when=PEAK),
    energy(label="Off-peak", rate="0.12", otherwise=True),
    energy(label="Rider", rate="-0.013"),
    {"kind": "percent", "label": "Tax", "rate": "7.25"},
)
WHOLE = (
    energy(label="Peak", rate=None, tiers=TIERS, when=PEAK),
    energy(
        label="Off-peak", rate=None, tiers=[{**t, "rate": str(Decimal(t["rate"]) / 2)} for t in TIERS], otherwise=True
    ),
    {"kind": "credit", "label": "Export", "rate": "0.05"},
    {"kind": "demand", "label": "Demand", "rate": "8.00", "window_minutes": 60, "top": 2, "distinct_days": True},
    {"kind": "fixed", "label": "Customer", "rate": "0.50"},
    {"kind": "minimum", "label": "Minimum", "rate": "25"},
    {"kind": "percent", "label": "Tax", "rate": "7.25"},
)
kwhs = st.lists(st.floats(0, 9).map(lambda value: round(value, 3)), min_size=HOURS, max_size=HOURS)


def load(kwh, export=()):
    return load_of(instant(START, CHICAGO) + np.arange(len(kwh)) * 3600, 3600, kwh, export)


def total(found, used, spans=(BILL,), **more):
    return sum(Decimal(bill.total) for bill in price(found, used, list(spans), CHICAGO, rounding=False, **more))


@settings(max_examples=25, deadline=None)
@given(kwhs, st.integers(1, 4))
def test_linear_lines_are_additive_in_time(kwh, day):
    middle = f"2026-03-{5 + day:02}"
    parts = [cycle("2026-03-05", middle), cycle(middle, "2026-03-10")]
    assert total(plan(*LINEAR), load(kwh), parts) == pytest.approx(total(plan(*LINEAR), load(kwh)), abs=Decimal("1e-7"))


@settings(max_examples=25, deadline=None)
@given(kwhs, st.integers(1, 4), st.sampled_from([LINEAR, WHOLE[:3] + WHOLE[4:]]))
def test_two_identical_halves_are_the_whole(kwh, day, lines):
    middle = f"2026-03-{5 + day:02}"
    halves = [{**line, **bound} for line in lines for bound in ({"to": middle}, {"from": middle})]
    assert total(plan(*_ordered(halves)), load(kwh)) == pytest.approx(
        total(plan(*lines), load(kwh)), abs=Decimal("1e-7")
    )


def _ordered(lines):
    """Keep minimum and percent single: they are of the whole bill."""
    found = []
    for line in lines:
        if line.get("kind") in ("minimum", "percent"):
            line = {key: value for key, value in line.items() if key not in ("from", "to")}
        if line not in found:
            found.append(line)
    return found


@settings(max_examples=25, deadline=None)
@given(kwhs, st.integers(0, HOURS - 1), st.floats(0.001, 5))
def test_more_energy_never_costs_less(kwh, hour, more):
    raised = [*kwh[:hour], kwh[hour] + more, *kwh[hour + 1 :]]
    falling = [line for line in WHOLE if line.get("kind") != "credit"]
    assert total(plan(*falling), load(raised)) >= total(plan(*falling), load(kwh)) - Decimal("1e-7")


@settings(max_examples=20, deadline=None)
@given(kwhs, st.randoms(use_true_random=False))
def test_order_of_readings_and_repetition_change_nothing(kwh, random):
    starts = [instant(START, CHICAGO) + 3600 * hour for hour in range(HOURS)]
    order = list(range(HOURS))
    random.shuffle(order)
    mixed = load_of([starts[at] for at in order], 3600, [kwh[at] for at in order])
    first = price(plan(*WHOLE), load(kwh), [BILL], CHICAGO)
    assert price(plan(*WHOLE), mixed, [BILL], CHICAGO) == first == price(plan(*WHOLE), load(kwh), [BILL], CHICAGO)


def shared(priced, living, rest):
    """Whose money a bill is, between two zones that use everything: exact, and what no use causes."""
    grid, money = priced.terms.grid, spread(priced, 0)
    quarters = grid.load.step_s // 900
    rows = [np.repeat(np.array(kwh) / quarters, quarters) for kwh in (living, rest, np.add(living, rest))]
    use = QuarterUse(Names(zones=("living", "rest")), np.array(rows), int(grid.load.start_s[0]))
    unused = unused_money(priced.rows[0], money)
    parts = use.shares(grid.load.start_s, grid.load.step_s) @ (money.sum(axis=0) - unused)
    return {"living": parts[0], "rest": parts[1], "fixed": unused.sum()}


@settings(max_examples=20, deadline=None)
@given(kwhs, st.lists(st.floats(0, 4), min_size=HOURS, max_size=HOURS), st.lists(st.integers(1, HOURS - 1), max_size=5))
def test_spans_that_make_up_a_bill_add_up_to_it(kwh, export, cuts):
    priced = price_rows(plan(*WHOLE), load(kwh, export), [BILL], CHICAGO, rounding=False)
    bounds = [0, *sorted(set(cuts)), HOURS]
    parts = [spread(priced, 0)[:, low:high].sum() for low, high in pairwise(bounds)]
    assert sum(parts) == pytest.approx(float(sum(row.amount for row in priced.rows[0])), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.floats(0.001, 9), min_size=HOURS, max_size=HOURS),
    st.lists(st.floats(0, 1), min_size=HOURS, max_size=HOURS),
    st.booleans(),
)
def test_zones_and_the_fixed_part_add_up_to_the_bill_and_to_its_print(kwh, shares, rounding):
    priced = price_rows(plan(*WHOLE), load(kwh), [BILL], CHICAGO, rounding=rounding)
    used, share = np.array(kwh), np.array(shares)
    parts = shared(priced, used * share, used * (1 - share))
    assert sum(parts.values()) == pytest.approx(float(sum(row.amount for row in priced.rows[0])), abs=1e-9)
    if rounding:
        shown = largest_remainder(list(parts.values()), Decimal(bills_of(priced)[0].total), 2)
        assert sum(shown) == Decimal(bills_of(priced)[0].total)


@settings(max_examples=20, deadline=None)
@given(kwhs)
def test_every_line_is_spread_over_its_whole_amount(kwh):
    priced = price_rows(plan(*WHOLE), load(kwh), [BILL], CHICAGO, rounding=False)
    for row, money in zip(priced.rows[0], spread(priced, 0), strict=True):
        assert money.sum() == pytest.approx(float(row.amount), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(kwhs)
def test_the_printed_lines_add_up_to_the_printed_total(kwh):
    (bill,) = price(plan(*WHOLE), load(kwh), [BILL], CHICAGO)
    assert sum(Decimal(line.amount) for line in bill.lines) == Decimal(bill.total)


@settings(max_examples=15, deadline=None)
@given(kwhs)
def test_bills_one_by_one_are_the_bills_together(kwh):
    found = plan(
        *WHOLE[:2],
        {"kind": "demand", "label": "Demand", "rate": "8", "ratchet": {"percent": "90"}},
        export={"scheme": "net_metering", "rollover": "kwh"},
    )
    spans = [cycle("2026-03-05", "2026-03-07"), cycle("2026-03-07", "2026-03-10")]
    together, carry, alone = price(found, load(kwh), spans, CHICAGO), Carry(), []
    for span in spans:
        alone += price(found, load(kwh), [span], CHICAGO, carry=carry)
        carry = msgspec.json.decode(msgspec.json.encode(alone[-1].carry), type=Carry)
    assert alone == together


def test_an_attribution_among_zones_by_hand():
    found = plan(energy(rate="0.20"), {"kind": "fixed", "label": "Daily", "rate": "1.00"},
                 {"kind": "percent", "label": "Tax", "rate": "10"})  # fmt: skip
    used = load_of([instant("2026-01-01"), instant("2026-01-01T12:00")], 43_200, [10.0, 30.0])
    priced = price_rows(found, used, [cycle("2026-01-01", "2026-01-02")], UTC)
    assert shared(priced, [5.0, 15.0], [5.0, 15.0]) == pytest.approx({"living": 4.4, "rest": 4.4, "fixed": 1.1})


def test_demand_goes_to_the_zone_that_made_the_peak():
    found = plan(energy(rate="0"), {"kind": "demand", "label": "Demand", "rate": "10", "window_minutes": 60})
    priced = price_rows(found, load_of([instant("2026-01-01"), instant("2026-01-01T01:00")], 3600, [2.0, 6.0]),
                        [cycle("2026-01-01", "2026-01-02")], UTC)  # fmt: skip
    assert shared(priced, [2.0, 1.5], [0.0, 4.5]) == pytest.approx({"living": 15.0, "rest": 45.0, "fixed": 0.0})


def test_a_running_bill_charges_the_days_that_have_begun():
    found = plan(
        energy(rate=None, tiers=TIERS), {"kind": "fixed", "label": "Customer", "rate": "31.00", "per": "month"}
    )
    (bill,) = price(found, load_of([instant("2026-01-01")], 86_400, [50.0]), [cycle("2026-01-01", "2026-02-01")], UTC,
                    through=dt.date(2026, 1, 3))  # fmt: skip
    assert [line.amount for line in bill.lines] == ["4.00", "1.50", "2.00"]


@given(
    st.lists(st.tuples(st.integers(1, 400), st.decimals("-0.5", "1", places=4)), min_size=1, max_size=12),
    st.integers(0, 59),
)
def test_hours_of_the_day_ahead_cost_what_their_prices_cost(spans, minute):
    """A kilowatt drawn all along costs the same by the hour as price by price."""
    at = dt.datetime(2026, 3, 8, 0, minute, tzinfo=CHICAGO)  # the night an hour is missing
    begins, ahead = at.astimezone(dt.UTC), []
    for minutes, rate in spans:
        ahead.append(Step(begins, begins + dt.timedelta(minutes=minutes), rate, None, "Energy"))
        begins = ahead[-1].end
    whole = [hour for hour in hourly(ahead, at) if hour.start + dt.timedelta(hours=1) <= begins]
    last = max([hour.start.astimezone(dt.UTC) + dt.timedelta(hours=1) for hour in whole], default=at)
    of_hours = sum(
        float(hour.rate) * (hour.start + dt.timedelta(hours=1) - max(hour.start, at)).total_seconds() for hour in whole
    )
    of_steps = sum(float(s.rate) * max(0.0, (min(s.end, last) - s.start).total_seconds()) for s in ahead)
    assert of_hours == pytest.approx(of_steps, abs=1e-3)
