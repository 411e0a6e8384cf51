"""Closed bills stay as they were; what changes later is a new version that says what and why."""

import datetime as dt
import json
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from heatledger.baseline.compared import Other
from heatledger.billed import Quantiles
from heatledger.closing import close_due
from heatledger.ledger import Ledger
from heatledger.readings import Intervals, SeriesKey
from heatledger.store import open_store
from heatledger.store.state import State
from tests.billing.homes import at, home, tariff

PLAN = tariff("fixed", "energy")
FIRST = at(2026, 10, 3)


def block(start, days, kwh_a_day=14.4, quantity="energy"):
    size = days * 288
    empty = np.full(size, np.nan)
    starts = int(start.timestamp()) + 300 * np.arange(size)
    zeros = np.zeros(size, dtype=np.int64)
    return Intervals(
        SeriesKey("home", "x", "main", "", quantity),
        *(starts, np.full(size, kwh_a_day / 288), empty, empty, empty, empty, np.ones(size), zeros, None),
    )


@pytest.fixture
def place(tmp_path):
    store, state = open_store(f"sqlite:///{tmp_path}/store.db"), State(tmp_path / "state.db")

    def ledger(plan=PLAN, **changes):
        config = SimpleNamespace(tariffs={"plan": plan, "other": plan}, systems={}, alternatives={}, tariff_files={})
        return Ledger(config, home(**changes), store=store, state=state)

    ledger.store, ledger.state = store, state
    yield ledger
    state.close()
    store.close()


def test_a_cycle_closes_a_day_after_its_end_and_once(place):
    place.store.write_intervals([block(FIRST, 31)])
    assert close_due(place(), now=at(2026, 11, 3, 23)) == []
    (made,) = close_due(place(), now=at(2026, 11, 4, 1))
    assert (str(made.start), str(made.end), made.version, made.reason) == (
        "2026-10-03",
        "2026-11-03",
        1,
        "the cycle ended",
    )
    assert made.total == "87.54"  # 31 × 14.4 × 0.16 = 71.42, and 31 × 0.52 = 16.12
    assert close_due(place(), now=at(2026, 11, 5)) == []


def test_late_data_is_a_new_version_with_the_lines_that_changed(place):
    place.store.write_intervals([block(FIRST, 30)])
    close_due(place(), now=at(2026, 11, 4, 1))
    first = place.state.bills("home")[0]
    place.store.write_intervals([block(at(2026, 11, 1), 1, 28.8)])
    place.state.forget_days("home", dt.date(2026, 10, 3), dt.date(2026, 11, 4))
    (made,) = close_due(place(), now=at(2026, 11, 6))
    assert (made.version, made.reason) == (2, "late data")
    assert [change.label for change in made.changes] == ["Energy"]
    assert place.state.bills("home")[0] == first


def test_a_corrected_plan_is_a_new_version_and_the_closed_one_stays(place):
    place.store.write_intervals([block(FIRST, 31)])
    close_due(place(), now=at(2026, 11, 4, 1))
    dearer = tariff("fixed", lines=[{"kind": "energy", "label": "Energy", "rate": "0.20"}])
    (made,) = close_due(place(dearer), now=at(2026, 11, 6))
    assert made.reason == "the rate plan was corrected"
    (change,) = made.changes
    assert (change.label, change.rate_before, change.rate) == ("Energy", "0.16", "0.20")
    assert (change.before, change.after) == ("71.42", "89.28")  # 446.4 kWh
    assert [row.version for row in place.state.bills("home")] == [1, 2]
    assert json.loads(place.state.bills("home")[0].tariff) == json.loads(msgspec.json.encode(PLAN))


def test_another_plan_corrects_nothing(place):
    place.store.write_intervals([block(FIRST, 31)])
    close_due(place(), now=at(2026, 11, 4, 1))
    dearer = tariff("fixed", lines=[{"kind": "energy", "label": "Energy", "rate": "0.20"}])
    assert close_due(place(dearer, tariff="other"), now=at(2026, 11, 6)) == []


def test_every_version_of_a_closed_bill_is_in_the_summary(place):
    place.store.write_intervals([block(FIRST, 31)])
    close_due(place(), now=at(2026, 11, 4, 1))
    dearer = tariff("fixed", lines=[{"kind": "energy", "label": "Energy", "rate": "0.20"}])
    close_due(place(dearer), now=at(2026, 11, 6))
    rows = place(dearer).summary(FIRST, at(2026, 11, 3), now=at(2026, 11, 10)).bill.versions
    assert [(row.version, row.total, row.difference, row.reason) for row in rows] == [
        (1, "87.54", None, "the cycle ended"),
        (2, "105.40", "17.86", "the rate plan was corrected"),  # 446.4 kWh at 0.04 more
    ]


def test_budget_billing_asks_its_payment_and_keeps_the_account(place):
    """Two cycles of 87.54 or so at 60.00 a month: what is behind grows by the rest of both."""
    place.store.write_intervals([block(at(2026, 9, 3), 61)])
    level = tariff("fixed", "energy", budget={"monthly": "60.00"})
    bill = place(level).summary(FIRST, at(2026, 11, 3), now=at(2026, 11, 10)).bill
    assert (bill.total, bill.payable) == ("87.54", "60.00")
    assert bill.carried.budget_balance == "52.26"  # 84.72 − 60.00 of September's, and 87.54 − 60.00
    assert (bill.carried.kwh, bill.carried.money) == (None, None)
    assert place().summary(FIRST, at(2026, 11, 3), now=at(2026, 11, 10)).bill.carried is None


def test_what_net_metering_leaves_over_is_carried(place):
    """14.4 kWh bought and 20 fed in a day: 5.6 kWh of each of 31 days are left."""
    place.store.write_intervals([block(FIRST, 31), block(FIRST, 31, 20.0, "energy_returned")])
    net = tariff("fixed", "energy", export={"scheme": "net_metering", "rollover": "kwh"})
    bill = place(net).summary(FIRST, at(2026, 11, 3), now=at(2026, 11, 10)).bill
    assert float(bill.carried.kwh["Energy"]) == pytest.approx(31 * 5.6)
    assert bill.total == "16.12"
    assert bill.payable is None


def test_the_bill_before_is_compared_in_the_summary_of_a_cycle(place):
    place.store.write_intervals([block(at(2026, 9, 3), 30), block(FIRST, 5, 20.0)])
    bill = place().summary(FIRST, at(2026, 11, 3), now=at(2026, 10, 8)).bill
    assert (bill.before.days, bill.before.compared, bill.before.now) == (5, "14.12", "18.60")
    assert {row.cause: row.amount for row in bill.before.because}["use"] == "4.48"  # 5 × 5.6 × 0.16
    assert place().summary(FIRST, at(2026, 10, 4), now=at(2026, 10, 8)).bill.before is None


def test_a_bill_that_is_over_is_compared_with_that_of_a_year_before_where_its_days_exist(place):
    """14.4 kWh a day then and 20 now, 31 days each: 31 × 5.6 × 0.16 = 27.78; the year before that nothing was heard."""
    place.store.write_intervals([block(at(2025, 10, 3), 31), block(FIRST, 31, 20.0)])
    whole, now = (FIRST, at(2026, 11, 3)), at(2026, 11, 10)
    found = place().summary(*whole, now=now).bill.year_before
    assert (str(found.start), str(found.end), found.days) == ("2025-10-03", "2025-11-03", 31)
    assert (found.compared, found.difference) == ("87.54", "27.78")
    assert {row.cause: row.amount for row in found.because} == {
        "weather": None, "use": "27.78", "days": "0.00", "price": "0.00"
    }  # fmt: skip
    assert place().summary(*whole, now=at(2026, 10, 8)).bill.year_before is None, "it is not over"
    assert place().summary(at(2025, 10, 3), at(2025, 11, 3), now=now).bill.year_before is None, "nothing was heard"


def test_gaps_of_a_year_before_are_no_saving(place):
    place.store.write_intervals([block(at(2025, 10, 3), 20), block(FIRST, 31)])
    found = place().summary(FIRST, at(2026, 11, 3), now=at(2026, 11, 10)).bill.year_before
    assert found.difference is None
    assert "of the bill of a year before was heard; it takes 90%" in found.reason


def test_the_summary_has_energy_and_money_by_meter(place):
    """14.4 kWh a day at 0.16, a quarter of them on the kitchen's circuit: 446.4 kWh are 71.42, 111.6 are 17.86."""
    kitchen = block(FIRST, 31, 3.6)
    key = SeriesKey("home", "x", "kitchen", "", "energy")
    place.store.write_intervals([block(FIRST, 31), kitchen._replace(key=key)])
    meters = [
        {"id": "main", "role": "import", "points": ["main"]},
        {"id": "kitchen", "role": "circuit", "points": ["kitchen"]},
        {"id": "silent", "role": "circuit", "points": ["nobody"]},
    ]
    used = place(meters=meters).summary(FIRST, at(2026, 11, 3), now=at(2026, 11, 10)).electricity
    assert used.by_meter["kitchen"] == pytest.approx(111.6)
    assert used.by_meter_cost == {"main": "71.42", "kitchen": "17.86", "silent": None}
    assert (used.unmetered_cost, used.fixed_cost) == ("53.56", "16.12")


def test_what_was_missed_is_caught_up_oldest_first(place):
    place.store.write_intervals([block(at(2026, 8, 3), 92)])
    made = close_due(place(), now=at(2026, 11, 10))
    assert [str(row.start) for row in made] == ["2026-08-03", "2026-09-03", "2026-10-03"]


def test_the_summary_of_a_closed_cycle_says_so(place):
    place.store.write_intervals([block(FIRST, 31)])
    close_due(place(), now=at(2026, 11, 4, 1))
    summary = place().summary(FIRST, at(2026, 11, 3), now=at(2026, 11, 10))
    assert (summary.bill.closed.version, summary.bill.closed.total) == (1, summary.bill.total)


def test_a_closed_bill_keeps_its_comparison_until_a_new_version_or_another_question(place):
    place.store.write_intervals([block(FIRST, 31)])
    book, span, now = place(compare="ducted"), (FIRST, at(2026, 11, 3)), at(2026, 11, 5)
    summary = book.summary(*span, now=now)
    assert summary.baseline.saving.p50 is None
    made = msgspec.structs.replace(
        summary.baseline,
        saving=Quantiles(p10="10.00", p50="20.00", p90="30.00"),
        refused=None,
        alternatives=[Other(system="ducted", name="a ducted heat pump")],
        version="learnt until 3 November",
    )
    body = msgspec.json.encode(msgspec.structs.replace(summary, baseline=made))
    cycle = (dt.date(2026, 10, 3), dt.date(2026, 11, 3))
    place.state.close_bill("home", *cycle, closed_at=now, summary=body, tariff="", reason="the cycle ended")
    assert book.summary(*span, now=now).baseline == made
    assert book.summary(*span, now=now, anew=True).baseline.saving.p50 is None
    assert place(compare="resistance").summary(*span, now=now).baseline.saving.p50 is None


def test_the_open_bill_changes_at_once(place):
    place.store.write_intervals([block(FIRST, 2)])
    before = place().summary(FIRST, at(2026, 11, 3), now=at(2026, 10, 5))
    place.store.write_intervals([block(at(2026, 10, 4), 1, 28.8)])
    place.state.forget_days("home", dt.date(2026, 10, 4), dt.date(2026, 10, 5))
    after = place().summary(FIRST, at(2026, 11, 3), now=at(2026, 10, 5))
    assert float(after.bill.total) - float(before.bill.total) == pytest.approx(14.4 * 0.16, abs=0.01)


def test_a_projection_before_a_fortnight_says_when(place):
    place.store.write_intervals([block(FIRST, 5)])
    outlook = place().summary(FIRST, at(2026, 11, 3), now=at(2026, 10, 8)).bill.outlook
    assert outlook.projected.p50 is None
    assert "too soon: 5 of the 14 days" in outlook.reason
    assert outlook.known_from == dt.date(2026, 10, 17)


def test_a_steady_home_is_projected_to_what_it_will_cost_and_the_next_hour_has_a_price(place):
    place.store.write_intervals([block(FIRST, 20)])
    bill = place(budget="80").summary(FIRST, at(2026, 11, 3), now=at(2026, 10, 23)).bill
    assert [float(at_) for at_ in (bill.projected.p10, bill.projected.p50, bill.projected.p90)] == pytest.approx(
        [87.54] * 3, abs=0.3
    )
    assert bill.outlook.chance == 0.0
    assert str(bill.price.rate) == "0.16"
    assert bill.price.ahead[-1].end >= at(2026, 10, 23, 23)
