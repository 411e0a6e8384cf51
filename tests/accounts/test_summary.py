"""The Summary: lines add up, days follow the clock, unknowns say why."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.accounts import account
from heatledger.billed import Period
from heatledger.columns import Column
from heatledger.day_sums import sum_days
from heatledger.days import Day, Profile, days_key, spans
from heatledger.ledger import Ledger, period
from heatledger.readings import Flag
from heatledger.store import open_store
from heatledger.store.state import State
from heatledger.summary import summarise
from heatledger.tariff.model import Tariff
from tests.accounts.homes import block, home

CHICAGO = ZoneInfo("America/Chicago")
FLAT = msgspec.convert(
    {
        "name": "Flat",
        "currency": "USD",
        "source": "invented for the tests",
        "lines": [
            {"kind": "energy", "label": "Energy", "rate": "0.1632"},
            {"kind": "fixed", "label": "Customer charge", "rate": "0.52"},
        ],
    },
    Tariff,
)


def test_spans_follow_the_clock_change():
    start = dt.datetime(2026, 10, 31, tzinfo=CHICAGO)
    hours = [(b - a).total_seconds() / 3600 for a, b in spans(start, dt.datetime(2026, 11, 3, tzinfo=CHICAGO), CHICAGO)]
    assert hours == [24, 25, 24]
    start = dt.datetime(2026, 3, 8, tzinfo=CHICAGO)
    assert [
        (b - a).total_seconds() / 3600 for a, b in spans(start, dt.datetime(2026, 3, 9, tzinfo=CHICAGO), CHICAGO)
    ] == [23]


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("day", "2026-11-02T00:00:00-06:00", "2026-11-03T00:00:00-06:00"),
        ("week", "2026-11-02T00:00:00-06:00", "2026-11-09T00:00:00-06:00"),
        ("month", "2026-11-01T00:00:00-05:00", "2026-12-01T00:00:00-06:00"),
        ("cycle", "2026-10-03T00:00:00-05:00", "2026-11-03T00:00:00-06:00"),
        ("year", "2026-01-01T00:00:00-06:00", "2027-01-01T00:00:00-06:00"),
    ],
)
def test_periods_in_the_homes_own_time(name, start, end):
    now = dt.datetime(2026, 11, 3, 5, 0, tzinfo=dt.UTC)  # the evening of 2 November in Chicago
    assert [at.isoformat() for at in period(home(cycle={"day": 3}), name, now)] == [start, end]


def test_an_unknown_period_is_one_line():
    with pytest.raises(ValueError, match="use one of day, week"):
        period(home(), "fortnight", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def books_of(days=3, start=dt.datetime(2026, 1, 1, tzinfo=CHICAGO), flags=0):
    start_s, size = int(start.timestamp()), days * 288
    blocks = [
        block("main", "energy", np.full(size, 0.1), start_s=start_s, flags=flags),
        block("plug", "energy", np.full(size, 0.03), start_s=start_s),
        block("pm", "energy", np.full(size, 0.02), start_s=start_s),
        block("bed", "action", state=["heating"] * size, start_s=start_s),
        block("study", "action", state=["idle"] * size, start_s=start_s),
    ]
    return blocks, start, start + dt.timedelta(days=days)


def summary_of(days=3, plan=FLAT, flags=0, now=None, **changes):
    blocks, start, end = books_of(days, flags=flags)
    place = home(**changes)
    books = account(place, blocks, start_s=int(start.timestamp()), end_s=int(end.timestamp()))
    pieces = spans(start, end, CHICAGO)
    now = now or end
    return summarise(place, sum_days(books, pieces, now=now), period=Period(start=start, end=end), tariff=plan, now=now)


def test_a_summary_by_hand():
    summary = summary_of()
    used = summary.electricity
    assert used.kwh == pytest.approx(86.4)
    assert {name: zone.kwh for name, zone in used.by_zone.items()} == pytest.approx(
        {"living": 25.92, "bed": 17.28, "study": 0.0}
    )
    assert used.unallocated_kwh == pytest.approx(43.2)
    assert used.coverage == pytest.approx(1.0)
    assert summary.bill.total == "15.66"  # 86.40 × 0.1632 = 14.10 and 3 × 0.52 = 1.56
    assert not summary.bill.estimated
    assert summary.issues == []


def test_a_days_profile_adds_up_to_the_day_and_its_outdoor_temperature_is_the_mean():
    blocks, start, end = books_of(days=2)
    place = home(outdoor_temperature="garden")
    start_s = int(start.timestamp())
    blocks.append(block("garden", "outdoor_temp", last=[-5.0] * 288 + [3.0] * 288, start_s=start_s))
    blocks.append(block("Living", "outdoor_temp", last=[30.0] * 576, start_s=start_s, family="faikin"))
    books = account(place, blocks, start_s=start_s, end_s=int(end.timestamp()))
    days = sum_days(books, spans(start, end, CHICAGO), now=end)
    assert [day.outdoor_c for day in days] == [-5.0, 3.0]
    for day in days:
        assert len(day.profile.imported) == 96
        assert sum(day.profile.imported) == pytest.approx(day.imported)
        assert sum(day.profile.zones["living"]) == pytest.approx(day.zones["living"])


def test_zone_costs_the_rest_and_fixed_charges_add_up_to_the_total():
    summary = summary_of()
    parts = [Decimal(zone.cost) for zone in summary.electricity.by_zone.values()]
    fixed = Decimal(summary.electricity.fixed_cost)
    assert fixed == Decimal("1.56")
    assert sum(parts) + Decimal(summary.electricity.unallocated_cost) + fixed == Decimal(summary.bill.total)


def test_what_cannot_be_known_says_why():
    summary = summary_of()
    assert summary.heat_pumps["mini"].cop.value is None
    assert "no heat is measured" in summary.heat_pumps["mini"].cop.reason
    assert summary.baseline.saving.p50 is None
    assert summary.baseline.refused


def test_without_a_tariff_there_is_no_bill_and_the_mend_is_said():
    summary = summary_of(plan=None, tariff=None)
    assert summary.bill.total is None
    assert "tariff" in summary.bill.reason
    assert summary.electricity.by_zone["living"].cost is None


def test_without_a_main_meter_there_is_no_bill():
    meters = [{"id": "split", "role": "circuit", "points": ["plug"], "zone": "living"}]
    summary = summary_of(meters=meters, heat_pumps=[])
    assert summary.bill.total is None
    assert "main meter" in summary.bill.reason
    assert summary.electricity.kwh == pytest.approx(25.92)


def test_a_gap_is_an_issue_and_the_bill_is_estimated():
    summary = summary_of(flags=int(Flag.GAP | Flag.ESTIMATED))
    assert summary.bill.estimated
    assert [issue.name for issue in summary.issues] == ["meter.gap"]
    assert summary.electricity.estimated_kwh == pytest.approx(86.4)


def test_a_bill_with_days_that_were_not_heard_is_estimated():
    blocks, start, end = books_of(days=2)
    books = account(home(), blocks, start_s=int(start.timestamp()) - 86_400, end_s=int(end.timestamp()))
    pieces = spans(start - dt.timedelta(days=1), end, CHICAGO)
    period_ = Period(start=start - dt.timedelta(days=1), end=end)
    summary = summarise(home(), sum_days(books, pieces, now=end), period=period_, tariff=FLAT, now=end)
    assert summary.bill.estimated
    assert summary.electricity.coverage == pytest.approx(2 / 3)


def test_a_period_without_data_knows_nothing_and_says_so():
    start = dt.datetime(2025, 1, 1, tzinfo=CHICAGO)
    end = start + dt.timedelta(days=1)
    summary = summarise(home(), [], period=Period(start=start, end=end), tariff=FLAT, now=end)
    assert summary.electricity.kwh is None
    assert summary.bill.total is None
    assert "nothing was heard" in summary.bill.reason


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0, 40)] * 4), min_size=1, max_size=10))
def test_any_days_add_up(rows):
    days = [
        Day(
            use=a + b + c + d, imported=a + b + c + d, exported=0.0, unallocated=d, estimated=0.0, meters={},
            zones={"living": a, "bed": b, "study": c}, modes={"other": a + b + c + d}, doubts={}, seconds=86400.0,
            covered_s=86400.0, outdoor_c=None,
            profile=Profile(start_s=0, imported=Column(), exported=Column(), zones={}),
        )
        for a, b, c, d in rows
    ]  # fmt: skip
    start = dt.datetime(2026, 1, 1, tzinfo=CHICAGO)
    end = start + dt.timedelta(days=len(days))
    summary = summarise(home(), days, period=Period(start=start, end=end), tariff=FLAT, now=end)
    used = summary.electricity
    assert sum(zone.kwh for zone in used.by_zone.values()) + used.unallocated_kwh == pytest.approx(used.kwh, abs=1e-9)
    assert sum(Decimal(line.amount) for line in summary.bill.lines) == Decimal(summary.bill.total)


@pytest.fixture
def ledger(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    config = SimpleNamespace(tariffs={"flat": FLAT}, systems={}, alternatives={}, tariff_files={})
    yield Ledger(config, home(), store=store, state=State(tmp_path / "state.db"))
    store.close()


def test_the_ledger_says_the_same_from_the_cache(ledger):
    blocks, start, end = books_of()
    ledger._store.write_intervals(blocks)
    now = end + dt.timedelta(hours=1)
    first = ledger.summary(start, end, now=now)
    ledger._store.delete_intervals(blocks[0].key, start_s=0, end_s=2**33)
    assert ledger.summary(start, end, now=now) == first
    assert first.electricity.kwh == pytest.approx(86.4)


def _first(part, count):
    columns = {name: getattr(part, name)[:count] for name in part._fields[1:9]}
    return part._replace(**columns, state=part.state and part.state[:count])


def test_the_open_day_is_made_afresh(ledger):
    blocks, start, _ = books_of(days=1)
    now = start + dt.timedelta(hours=12)
    ledger._store.write_intervals([_first(part, 100) for part in blocks])
    before = ledger.summary(start, start + dt.timedelta(days=1), now=now)
    ledger._store.write_intervals(blocks)
    after = ledger.summary(start, start + dt.timedelta(days=1), now=now)
    assert before.electricity.kwh == pytest.approx(10.0)
    assert after.electricity.kwh > before.electricity.kwh


def test_a_changed_home_file_makes_its_days_again():
    other = home(zones=[{"id": "living", "name": "Lounge"}, {"id": "bed", "name": "B"}, {"id": "study", "name": "S"}])
    assert days_key(home(), FLAT) == days_key(home(), FLAT)
    assert days_key(other, FLAT) != days_key(home(), FLAT)
