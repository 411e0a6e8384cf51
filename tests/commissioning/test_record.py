"""Records are kept as they were made; what changed since is told by place; one line says whether a home is ready."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from heatledger.commissioning.finding import Finding
from heatledger.commissioning.gather import keep, kept
from heatledger.commissioning.record import Job, Record, Unit, compared, drift, headline
from heatledger.store.state import State

AT = datetime(2026, 11, 23, 18, tzinfo=UTC)


def finding(result="pass", *, check="unit.standby", at="Pump", value=20.0, low=0.0, high=50.0):
    return Finding(
        check=check, group="machine", name="Standby", question="?", rule="", source="", at=at, result=result,
        evidence=f"{value} W at rest", value=value, low=low, high=high, unit="W",
    )  # fmt: skip


def no_tariff():
    return msgspec.structs.replace(finding("warn", check="home.tariff", at=""), group="home")


def record(*findings, **more):
    return Record(
        home="maple", name="Maple", made_at=AT, start=AT - timedelta(days=7), end=AT, findings=findings, **more
    )


def test_a_record_is_kept_with_a_version_and_read_back_as_it_was(tmp_path):
    state = State(tmp_path / "state.db")
    job = Job(reference="A-17", installer="an installer", units=(Unit(heat_pump="pump", model="M-25", serial="0042"),))
    first = keep(state, record(finding(), job=job))
    second = keep(state, record(finding("warn", value=61.0)))
    assert (first.version, second.version) == (1, 2)
    assert kept(state, "maple") == [first, second]
    assert kept(state, "birch") == []
    state.close()


def test_a_kept_run_is_never_changed(tmp_path):
    state = State(tmp_path / "state.db")
    kept_as = keep(state, record(finding()))
    state.close()
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection:
        for statement in ("UPDATE commissioning SET body = x''", "DELETE FROM commissioning"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
    state = State(tmp_path / "state.db")
    assert kept(state, "maple") == [kept_as]
    assert state.delete_home("maple", None) == 1, "a home that is deleted takes its runs with it"
    state.close()


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        (finding("warn", value=61.0), True),
        (finding(value=26.0), True),  # a tenth of the range and more
        (finding(value=24.0), False),
        (finding("warn", at="Other", value=61.0), False),  # nobody looked there before
        (finding("not_testable", value=None), True),
    ],
)
def test_what_changed_is_another_result_or_a_figure_that_moved_by_a_tenth_of_its_range(now, changed):
    found = drift(record(finding()), record(now))
    assert bool(found) is changed


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ([finding("fail")], "Not ready: Pump: 20.0 W at rest."),
        ([finding("fail"), finding("fail"), finding("warn")], "Not ready: Pump: 20.0 W at rest, and 1 more."),
        ([finding("warn")], "Ready, with one thing to look at."),
        ([finding("warn"), finding("warn")], "Ready, with 2 things to look at."),
        ([finding()], "Ready."),
        ([finding("not_testable")], "Nothing could be looked at yet."),
        ([finding("not_testable"), no_tariff()], "Nothing could be looked at yet."),
    ],
)
def test_one_line_says_whether_a_home_is_ready(findings, said):
    assert headline(findings) == said


def test_a_record_survives_json_to_the_last_bit():
    made = record(finding(value=0.1 + 0.2))
    assert msgspec.json.decode(msgspec.json.encode(made), type=Record) == made


def test_what_was_said_of_the_job_stands_until_it_is_said_anew():
    job = Job(address="1 Example Street", installer="one", note="once", units=(Unit(heat_pump="pump", serial="1"),))
    first = record(finding(), version=1, job=job)
    anew = Job(installer="another", units=(Unit(heat_pump="pump", serial="2"), Unit(heat_pump="duo", serial="3")))
    later = compared(record(finding(), job=anew), [first])
    assert (later.job.address, later.job.installer, later.job.note) == ("1 Example Street", "another", "")
    assert {unit.heat_pump: unit.serial for unit in later.job.units} == {"pump": "2", "duo": "3"}
    assert (later.since.version, later.since.changed) == (1, ())
    assert compared(record(finding()), []).since is None
