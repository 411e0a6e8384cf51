"""Several homes in one list: which comes first, what a row says, and what it says of a home that was not looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from heatledger.commissioning.fleet import Row, checks_told, row, unseen, worst_first
from heatledger.commissioning.gather import look
from heatledger.home import Home
from tests.commissioning import weeks
from tests.commissioning.test_record import AT, finding, record

EMPTY = Home(id="maple", name="Maple", timezone="UTC", currency="EUR")


def home(name, *results, check="unit.standby", **more):
    wrong = tuple(finding(result, check=check) for result in results)
    return Row(home=name.lower(), name=name, **{"looked_at": AT, "wrong": wrong, **more})


def names(rows):
    return [one.name for one in rows]


FLEET = [
    home("Two fails", "fail", "fail"),
    home("A fail and a warning", "fail", "warn"),
    home("A fail", "fail"),
    home("Not answering", reason="the store is not answering"),
    home("Two warnings", "warn", "warn"),
    home("A warning", "warn"),
    home("Not yet looked at", looked_at=None),
    home("Well"),
]


@given(st.permutations(FLEET))
def test_the_home_that_needs_a_visit_first_comes_first_however_they_are_given(given_so):
    assert names(worst_first(given_so)) == names(FLEET)


def test_homes_alike_stand_by_name():
    assert names(worst_first([home("Birch"), home("alder"), home("Cedar")])) == ["alder", "Birch", "Cedar"]


def test_one_check_shows_the_homes_where_it_is_broken_and_those_where_it_fails_first():
    fleet = [
        home("A", "fail", check="meter.sign"), home("B", "warn", check="unit.cycling"),
        home("C", "fail", check="unit.cycling"), home("D"),
    ]  # fmt: skip
    assert names(worst_first(fleet, "unit.cycling")) == ["C", "B"]
    assert checks_told(fleet) == {"meter.sign": ("Standby", 1), "unit.cycling": ("Standby", 2)}
    assert list(checks_told(fleet)) == ["unit.cycling", "meter.sign"]


def test_a_row_says_what_is_wrong_who_is_silent_and_each_heat_pumps_cop():
    blocks, start = weeks.winter()
    end_s = int(start.timestamp()) + 7 * weeks.DAY_S
    latest = weeks.newest(blocks, end_s)
    for key, value in latest.items():
        if key.device == "living room/AC plug":
            latest[key] = msgspec.structs.replace(value, time_us=(end_s - 9 * 3600) * 10**6)
    seen = weeks.evidence(blocks, start, latest=latest)
    found = row(seen, look(seen, start=start))
    assert found.worst is not None
    assert (found.worst.check, found.worst.at, found.counts["fail"]) == ("device.heard", "living room/AC plug", 1)
    assert [(one.device, one.since) for one in found.silent] == [
        ("living room/AC plug", datetime.fromtimestamp(end_s - 9 * 3600, UTC))
    ]
    assert [one.name for one in found.cops] == ["Mini-split, living room", "Multi-split, bedroom and study"]
    for one in found.cops:
        assert one.cop.reason or one.cop.low <= one.cop.value <= one.cop.high
    assert (found.version, found.commissioned, found.drifted) == (0, None, 0)


def test_what_changed_since_the_first_kept_run_is_counted():
    first = msgspec.structs.replace(record(finding()), version=1)
    last = msgspec.structs.replace(record(finding("warn", value=61.0)), version=2, made_at=AT + timedelta(days=9))
    found = unseen(EMPTY, [first, last])
    assert (found.version, found.commissioned, found.drifted, found.kept) == (2, AT + timedelta(days=9), 1, True)
    assert found.worst == last.findings[0]


def test_a_home_nobody_looked_at_claims_nothing():
    found = unseen(EMPTY, reason="the store is not answering")
    assert (found.looked_at, found.counts, found.worst, found.reason) == (None, {}, None, "the store is not answering")
