"""What a look at a home gathers beside its readings: the utility's last bill, and the guided test runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from heatledger.commissioning.gather import found
from heatledger.ledger import Ledger
from heatledger.reconcile import Reconciliation
from heatledger.store import open_store
from heatledger.store.state import State
from tests.commissioning import runs, weeks

START = datetime(2026, 1, 12, tzinfo=UTC)
NOW = START + timedelta(days=7)
HOME = weeks.demo_home()


@pytest.fixture
def look(tmp_path):
    """Look at the demo home, of which nothing was heard; return what was found by check."""
    store, state = open_store(f"sqlite:///{tmp_path / 'heatledger.db'}"), State(tmp_path / "state.db")

    def at():
        _, record = found(Ledger(weeks.shipped(), HOME, store=store, state=state), store, start=START, now=NOW)
        return record, {(one.check, one.at): one for one in record.findings}

    yield state, at
    state.close()
    store.close()


def entered(state, month, ours, theirs):
    off = Decimal(ours) - Decimal(theirs)
    told = Reconciliation(start=date(2025, month, 3), end=date(2025, month + 1, 3), ours=ours, theirs=theirs,
                          difference=str(off), likely="", lines=[])  # fmt: skip
    state.add_reconciliation(HOME.id, told.start, told.end, made_at=NOW, body=msgspec.json.encode(told))


def test_our_bill_is_held_against_the_utilitys_of_the_newest_cycle_it_was_entered_of(look):
    state, at = look
    untold = at()[1]["home.utility", ""]
    assert (untold.result, untold.mend) == (
        "not_testable",
        "the utility's bill of a closed cycle: heatledger reconcile",
    )
    entered(state, 9, "100.00", "100.00")
    assert at()[1]["home.utility", ""].result == "pass"
    entered(state, 10, "103.20", "100.00")
    off = at()[1]["home.utility", ""]
    assert (off.result, off.value, off.evidence) == ("warn", 3.2, "$103.20 and $100.00")


def test_the_newest_test_run_of_each_unit_is_in_what_is_found_wherever_it_is_asked(look):
    state, at = look
    record, before = at()
    assert record.trials == ()
    assert before["trial", "Mini-split, living room"].evidence == "none was made yet"
    verdict = msgspec.structs.replace(before["trial", "Mini-split, living room"], check="trial.start", result="fail")
    trial = msgspec.structs.replace(
        runs.trial(), outcome="stopped", ended_s=60.0, reason="Ada stopped it", findings=(verdict,)
    )
    body = msgspec.json.encode(trial)
    number = state.trials.add(HOME.id, b"begun")
    assert state.trials.change(HOME.id, number, was=b"begun", body=body, running=False)
    record, after = at()
    assert [run.reason for run in record.trials] == ["Ada stopped it"]
    assert after["trial.start", "Mini-split, living room"].result == "fail"
    assert ("trial", "Mini-split, living room") not in after
