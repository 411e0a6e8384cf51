"""The small relational state: what is kept, what is replaced, what can never be changed."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatledger.store import StoreError
from heatledger.store.state import Bill, Report, State, Topic

DAY = date(2026, 10, 1)
NOTER = Path(__file__).with_name("noter.py")


@pytest.fixture
def state(tmp_path):
    opened = State(tmp_path / "below" / "state.db")
    yield opened
    opened.close()


def days(count: int, body: bytes = b"d") -> dict[date, bytes]:
    return {DAY + timedelta(days=n): body + str(n).encode() for n in range(count)}


def test_an_empty_state_answers_with_nothing(state):
    assert state.days("home", "key", DAY, DAY + timedelta(days=400)) == {}
    assert (state.topics(), state.reports("home"), state.bills("home")) == ([], [], [])


def test_days_come_back_in_order_by_home_key_and_half_open_span(state):
    state.write_days("home", "k1", dict(reversed(days(40).items())))
    state.write_days("annex", "k1", {DAY: b"annex"})
    found = state.days("home", "k1", DAY + timedelta(days=1), DAY + timedelta(days=4))
    assert list(found.items()) == list(days(4).items())[1:]
    assert state.days("home", "k2", DAY, DAY + timedelta(days=40)) == {}
    assert state.days("annex", "k1", DAY, DAY + timedelta(days=1)) == {DAY: b"annex"}


def test_a_day_under_a_new_key_replaces_the_stale_one(state):
    state.write_days("home", "old", days(3))
    state.write_days("home", "new", {DAY: b"again"})
    assert state.days("home", "new", DAY, DAY + timedelta(days=3)) == {DAY: b"again"}
    assert list(state.days("home", "old", DAY, DAY + timedelta(days=3))) == list(days(3))[1:]


def test_topics_add_up_and_keep_the_latest_word(state):
    state.note_topics([Topic("t/é x", "tasmota", "understood", 3, 10, 20, b"{1}")])
    state.note_topics([Topic("a", "", "not understood", 1, 5, 5, b"\xff" * 900, "not UTF-8")])
    state.note_topics([Topic("t/é x", "tasmota", "not understood", 2, 25, 30, b"{2}", "bad JSON")])
    state.note_topics([Topic("t/é x", "older", "understood", 1, 1, 2, b"{0}")])
    assert state.topics() == [
        Topic("a", "", "not understood", 1, 5, 5, b"\xff" * 500, "not UTF-8"),
        Topic("t/é x", "tasmota", "not understood", 6, 1, 30, b"{2}", "bad JSON"),
    ]


def test_a_note_without_a_sample_keeps_the_one_there_is(state):
    state.note_topics([Topic("t", "f", "understood", 1, 1, 1, b"{1}")])
    state.note_topics([Topic("t", "f", "understood", 1, 2, 2)])
    assert state.topics() == [Topic("t", "f", "understood", 2, 1, 2, b"{1}")]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 9), st.integers(0, 99), st.integers(0, 99))))
def test_counts_and_spans_are_those_of_all_notes_in_any_order(tmp_path_factory, notes):
    state = State(tmp_path_factory.mktemp("state") / "state.db")
    state.note_topics([Topic(t, "f", "o", n, min(a, b), max(a, b)) for t, n, a, b in notes])
    for topic in state.topics():
        mine = [note for note in notes if note[0] == topic.topic]
        assert topic.count == sum(n for _, n, _, _ in mine)
        assert topic.first_us == min(min(a, b) for _, _, a, b in mine)
        assert topic.last_us == max(max(a, b) for _, _, a, b in mine)
    assert {topic.topic for topic in state.topics()} == {note[0] for note in notes}
    state.close()


def test_reports_are_numbered_within_their_period(state):
    made_at = datetime(2026, 11, 2, 7, 0, tzinfo=timezone(timedelta(hours=1)))
    end = date(2026, 11, 1)
    first = state.add_report("home", DAY, end, made_at=made_at, path="a.html")
    second = state.add_report("home", DAY, end, made_at=made_at + timedelta(hours=1), path="b.html")
    state.add_report("annex", DAY, end, made_at=made_at, path="c.html")
    assert (first.version, second.version) == (1, 2)
    assert state.reports("home") == [first, second]
    assert state.reports("annex") == [Report("annex", DAY, end, 1, made_at, "c.html")]
    assert first.made_at.utcoffset() is not None


def close(state: State, reason: str) -> Bill:
    return state.close_bill(
        "home",
        DAY,
        date(2026, 11, 1),
        closed_at=datetime(2026, 11, 1, 6, tzinfo=UTC),
        summary=b"{}",
        tariff="a = 1\n",
        reason=reason,
    )


def test_closed_bills_keep_every_version(state):
    assert [close(state, reason).version for reason in ("first", "a meter was moved")] == [1, 2]
    assert state.bills("home") == [
        Bill("home", DAY, date(2026, 11, 1), n, datetime(2026, 11, 1, 6, tzinfo=UTC), b"{}", "a = 1\n", reason)
        for n, reason in ((1, "first"), (2, "a meter was moved"))
    ]


@pytest.mark.parametrize(
    "statement", ["UPDATE bill SET summary = x''", "DELETE FROM bill", "UPDATE report SET path = ''"]
)
def test_what_was_closed_or_sent_cannot_be_changed(state, statement):
    close(state, "first")
    state.add_report("home", DAY, DAY, made_at=datetime(2026, 11, 1, tzinfo=UTC), path="x")
    with pytest.raises(StoreError, match="append-only"), state._database.write() as connection:
        connection.execute(statement)
    assert [bill.summary for bill in state.bills("home")] == [b"{}"]


def test_a_naive_time_is_refused(state):
    with pytest.raises(ValueError, match="no time zone"):
        state.add_report("home", DAY, DAY, made_at=datetime(2026, 11, 1), path="x")  # noqa: DTZ001 - the point
    assert state.reports("home") == []


def test_several_processes_share_it(tmp_path):
    path = str(tmp_path / "state.db")
    noters = [subprocess.Popen([sys.executable, str(NOTER), path, f"p{n}"]) for n in range(3)]
    assert [process.wait() for process in noters] == [0, 0, 0]
    state = State(path)
    assert {topic.topic: topic.count for topic in state.topics()} == {"shared": 90, "p0": 30, "p1": 30, "p2": 30}
    assert [bill.version for bill in state.bills("home")] == list(range(1, 91))
    assert all(len(state.days(f"p{n}", "key", DAY, DAY + timedelta(days=99))) == 30 for n in range(3))
    state.close()


def test_forgotten_days_are_gone_and_no_others(state):
    state.write_days("home", "k", days(5))
    state.write_days("annex", "k", days(5))
    state.forget_days("home", DAY + timedelta(days=1), DAY + timedelta(days=3))
    left = state.days("home", "k", DAY, DAY + timedelta(days=40))
    assert sorted(left) == [DAY, DAY + timedelta(days=3), DAY + timedelta(days=4)]
    assert len(state.days("annex", "k", DAY, DAY + timedelta(days=40))) == 5
