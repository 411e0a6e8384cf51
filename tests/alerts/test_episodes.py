"""Episodes: they begin at the threshold, last through hysteresis and silence, end once; one message, none at night."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.alerts.episodes import SETTLED, Sighting, follow
from heatledger.alerts.rules import RULES as ALL
from heatledger.alerts.rules import UNITS
from heatledger.alerts.table import AlertSettings, Rule, Rules, is_quiet
from heatledger.store.state import State
from reports.alerts import may_go
from tests.alerts.house import HOME, NOW

HOT = Rule(threshold=80, hysteresis=20)
TABLE = {"disk": HOT}
HOUR = dt.timedelta(hours=1)


def told(value):
    return Sighting("disk", "disk", value, "The disk is nearly full", "It is.", "devices")


def through(values, *, step=dt.timedelta(minutes=5), table=TABLE):
    """What has become of the episodes after each value; None for one that could not be judged."""
    lasting, history = [], []
    for number, value in enumerate(values):
        found = follow(
            lasting,
            [] if value is None else [told(value)],
            rules=table,
            judged=() if value is None else {"disk"},
            now=NOW + number * step,
        )
        history += [row for row in found if row.closed_at is not None]
        lasting = [row for row in found if row.closed_at is None]
    return lasting, history


def test_every_rule_has_its_row_its_unit_and_its_rest():
    assert set(Rules.__struct_fields__) == set(ALL) == set(UNITS) == set(SETTLED)


def test_it_begins_at_the_threshold_and_not_below():
    assert through([79.9])[0] == []
    (row,) = through([79.9, 80.0, 95.0])[0]
    assert (row.opened_at, row.value, row.title) == (NOW + dt.timedelta(minutes=5), 95.0, "The disk is nearly full")


def test_above_threshold_less_hysteresis_it_lasts():
    lasting, over = through([85, 61, 60, 79, 61, 60])
    assert (len(lasting), over) == (1, [])


def test_it_is_over_once_it_was_clear_for_its_rest_and_what_comes_back_sooner_is_the_same():
    lasting, over = through([85, 50, 50, 85, 50], step=dt.timedelta(minutes=30))
    assert (len(lasting), over) == (1, [])
    lasting, over = through([85, 50, 50, 50, 85], step=dt.timedelta(minutes=30))
    assert [len(lasting), len(over)] == [1, 1]
    assert over[0].closed_at == NOW + dt.timedelta(minutes=90)


def test_what_cannot_be_known_now_ends_nothing():
    lasting, over = through([85, None, None, None, None], step=10 * HOUR)
    assert (len(lasting), over) == (1, [])
    unknown = follow(lasting, [told(None)], rules=TABLE, judged={"disk"}, now=NOW + 100 * HOUR)
    assert [row.closed_at for row in unknown] == [None]


def test_a_subject_that_is_gone_or_a_rule_that_is_off_is_over_at_once():
    lasting, _ = through([85])
    for seen, table in (([], TABLE), ([told(85)], {"disk": msgspec.structs.replace(HOT, on=False)})):
        assert [row.closed_at for row in follow(lasting, seen, rules=table, judged={"disk"}, now=NOW)] == [NOW]


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        ("22:00-07:00", "21:59", False),
        ("22:00-07:00", "22:00", True),
        ("22:00-07:00", "06:59", True),
        ("22:00-07:00", "07:00", False),
        ("12:00-14:00", "13:00", True),
        ("12:00-14:00", "14:00", False),
        ("", "03:00", False),
    ],
)
def test_quiet_hours_are_half_open_and_may_span_midnight(hours, at, expected):
    assert is_quiet(hours, dt.time.fromisoformat(at)) is expected


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"rules": {"disk": {"quiet": "25:00-07:00"}}}, "quiet"),
        ({"rules": {"disk": {"threshold": 5.0, "hysteresis": 5.0}}}, "never over"),
        ({"rules": {"disk": {"channels": ["phone"]}}}, "'phone' is not among channels"),
        ({"channels": ["My phone"]}, "channels"),
    ],
)
def test_a_table_that_could_not_work_is_refused(given, says):
    with pytest.raises(msgspec.ValidationError, match=says):
        msgspec.convert(given, AlertSettings)


looks = st.lists(
    st.tuples(st.one_of(st.none(), st.floats(0, 120)), st.integers(1, 600), st.booleans()), min_size=1, max_size=40
)


@settings(max_examples=60)
@given(looks, st.sampled_from(["", "22:00-07:00", "12:00-13:00", "00:00-23:59"]))
def test_no_sequence_sends_two_messages_in_one_episode_or_one_in_quiet_hours(tmp_path_factory, sequence, quiet):
    """Values, minutes between two looks, and whether the channel takes what it is sent."""
    rule = msgspec.structs.replace(HOT, quiet=quiet)
    state = State(tmp_path_factory.mktemp("alerts") / "state.db")
    now, sent = NOW, []
    for value, minutes, takes in sequence:
        now += dt.timedelta(minutes=minutes)
        seen = [] if value is None else [told(value)]
        judged = () if value is None else {"disk"}

        def step(lasting, seen=seen, judged=judged, now=now):
            return follow(lasting, seen, rules={"disk": rule}, judged=judged, now=now)

        for _ in range(2):  # two processes look at once
            state.alerts.follow("maple", step, lambda _episode: ("phone",), now=now)
        due = [
            message
            for _ in range(2)
            for message in state.alerts.claim(
                lambda _home, episode, now=now: may_go(rule, HOME, episode, now=now), {"phone"}, now=now
            )
        ]
        for message in due:
            if takes:
                state.alerts.sent(message, at=now)
                sent.append((message.id, now.astimezone(ZoneInfo("America/Chicago")).time()))
            else:
                state.alerts.failed(message, "away", again_at=now)
    kept = state.alerts.all()
    state.close()
    assert len({number for number, _ in sent}) == len(sent)
    assert [at for _, at in sent if is_quiet(quiet, at)] == []
    open_rows = [row for row in kept if row.episode.closed_at is None]
    assert len(open_rows) <= 1
    spans = [(row.episode.opened_at, row.episode.closed_at) for row in kept]
    assert all(closed <= begun for (_, closed), (begun, _) in pairwise(spans))
