"""What was asked, read off the log: what came of it, and from when to when it counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from heatledger.control.events import OVER, Event
from heatledger.control.history import LONGEST, history
from heatledger.control.moment import Moment

ZERO = datetime(2026, 1, 20, tzinfo=UTC)


class Log:
    """Rows of a log, each at an hour of one day."""

    def __init__(self):
        self.rows = []

    def add(self, kind, hour, request=0, zone="living", **says):
        at = Moment(int((ZERO + timedelta(hours=hour)).timestamp() * 1e6), "", 0.0)
        row = Event(kind=kind, home="home", zone=zone, at=at, id=len(self.rows) + 1, request=request, **says)
        self.rows.append(row)
        return row.id

    def read(self, hour):
        return history(self.rows, ZERO + timedelta(hours=hour))


def hours(row):
    return tuple(None if at is None else (at - ZERO) / timedelta(hours=1) for at in (row.start, row.end))


def test_a_command_counts_from_its_confirmation_until_the_next_one_counts():
    log = Log()
    first = log.add("asked", 6, setpoint=21.0, who="Ana", why="page")
    log.add("sent", 6.01, first)
    log.add("confirmed", 6.02, first, setpoint=21.0)
    second = log.add("asked", 9, by="programme", why="weekly programme", setpoint=17.0)
    log.add("sent", 9.01, second)
    log.add("confirmed", 9.05, second, setpoint=17.0)
    one, two = log.read(12)
    assert (hours(one), one.ended, one.who, one.why, one.state) == ((6.02, 9.05), "command", "Ana", "page", "confirmed")
    assert (hours(two), two.ended, two.by) == ((9.05, None), None, "programme")


def test_what_somebody_chooses_at_the_device_ends_it_and_another_zone_does_not():
    log = Log()
    log.add("confirmed", 6, log.add("asked", 6, setpoint=21.0))
    log.add("confirmed", 7, log.add("asked", 7, zone="study", setpoint=19.0), zone="study")
    log.add("person", 8, setpoint=19.0)
    living, study = log.read(12)
    assert (hours(living), living.ended) == ((6, 8), "person")
    assert hours(study) == (7, None)


def test_it_counts_a_day_at_most():
    log = Log()
    log.add("confirmed", 0, log.add("asked", 0, setpoint=21.0))
    assert (hours(log.read(60)[0]), log.read(60)[0].ended) == ((0, 24), "day")
    log.add("confirmed", 50, log.add("asked", 50, setpoint=20.0))
    assert hours(log.read(60)[0]) == (0, 24)


def test_infrared_counts_from_when_it_was_sent_and_what_failed_never_did():
    log = Log()
    one_way = log.add("asked", 6, setpoint=21.0)
    log.add("sent", 6.25, one_way)
    log.add("unconfirmed", 6.5, one_way, note="sent by infrared")
    failed = log.add("asked", 7, setpoint=23.0)
    log.add("sent", 7.1, failed)
    log.add("failed", 7.5, failed, note="the device does not say that it is so")
    sent, lost = log.read(9)
    assert hours(sent) == (6.25, None)
    assert (hours(lost), lost.state, lost.note) == ((None, None), "failed", "the device does not say that it is so")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["living", "study"]), st.sampled_from([*sorted(OVER), "person"]), st.floats(0.01, 30)
        ),
        max_size=30,
    )
)
def test_no_hour_of_a_zone_is_charged_to_two_commands_nor_to_one_for_more_than_a_day(steps):
    log, hour = Log(), 0.0
    for zone, kind, later in steps:
        hour += later
        log.add(kind, hour, 0 if kind == "person" else log.add("asked", hour, zone=zone, setpoint=20.0), zone=zone)
    now = ZERO + timedelta(hours=hour + 1)
    for zone in ("living", "study"):
        rows = [row for row in log.read(hour + 1) if row.zone == zone and row.start is not None]
        ends = [row.end or now for row in rows]
        assert all(end - row.start <= LONGEST for row, end in zip(rows, ends, strict=True))
        assert all(end <= row.start for row, end in zip(rows[1:], ends, strict=False))
