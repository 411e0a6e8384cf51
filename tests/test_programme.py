"""The weekly programme in the home's own time: what holds, what comes next, on days of a clock change and away."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.config import ConfigError, load
from heatledger.days import days_key
from heatledger.home import Home
from heatledger.keeping import merged
from heatledger.programme import DAYS, Away, Step, changes

BERLIN = "Europe/Berlin"
WORKING = ("mon", "tue", "wed", "thu", "fri")
STEPS = (
    Step(zone="living", at="06:30", days=WORKING, setpoint=20.5),
    Step(zone="living", at="08:00", days=("sat", "sun"), setpoint=20.5),
    Step(zone="living", at="22:00", setpoint=17.0),
    Step(zone="study", at="09:00", mode="off"),
)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(moment, steps=STEPS, aways=(), zone="living"):
    return tuple(
        None if row is None else (row.at.isoformat()[:16], row.setpoint, row.mode)
        for row in changes(zone, steps, aways, BERLIN, at(moment))
    )


def test_what_holds_and_what_comes_next_by_the_homes_own_clock():
    # Friday 27 November 2026, winter time: 06:30 in Berlin is 05:30 UTC
    assert told("2026-11-27T05:29") == (("2026-11-26T21:00", 17.0, None), ("2026-11-27T05:30", 20.5, None))
    assert told("2026-11-27T05:30") == (("2026-11-27T05:30", 20.5, None), ("2026-11-27T21:00", 17.0, None))
    assert told("2026-11-27T21:30") == (("2026-11-27T21:00", 17.0, None), ("2026-11-28T07:00", 20.5, None))
    assert told("2026-11-27T12:00", zone="study")[1] == ("2026-11-28T08:00", None, "off")
    assert told("2026-11-27T12:00", zone="attic") == (None, None)


def test_a_day_of_a_clock_change_has_each_change_once():
    night = (Step(zone="living", at="02:30", setpoint=16.0),)
    # 25 October 2026: 02:30 comes twice, the first in summer time; 29 March 2026: it is skipped, 03:30 stands for it
    assert told("2026-10-25T00:30", night)[0] == ("2026-10-25T00:30", 16.0, None)
    assert told("2026-10-25T01:45", night) == (("2026-10-25T00:30", 16.0, None), ("2026-10-26T01:30", 16.0, None))
    assert told("2026-03-29T01:30", night)[0] == ("2026-03-29T01:30", 16.0, None)


def test_away_stands_over_the_week_and_the_week_goes_on_afterwards():
    aways = (Away(first=date(2026, 12, 20), last=date(2027, 1, 2), setpoint=15.0),)
    assert told("2026-12-19T22:00", aways=aways)[1] == ("2026-12-19T23:00", 15.0, None)
    assert told("2026-12-25T12:00", aways=aways) == (("2026-12-19T23:00", 15.0, None), ("2027-01-02T23:00", 17.0, None))
    assert told("2027-01-03T08:00", aways=aways)[0] == ("2027-01-03T07:00", 20.5, None)


def test_what_contradicts_itself_is_refused():
    with pytest.raises(ValueError, match="off and a set-point contradict"):
        Step(zone="living", at="06:30", mode="off", setpoint=20.0)
    with pytest.raises(ValueError, match="cannot be before first"):
        Away(first=date(2026, 12, 20), last=date(2026, 12, 19), setpoint=15.0)
    with pytest.raises(ValueError, match="say a set-point, a mode, or both"):
        Step(zone="living", at="06:30")


def test_a_home_file_states_it_and_a_zone_that_is_not_there_is_told(tmp_path):
    text = """
id = "home"
name = "Home"
timezone = "Europe/Berlin"
currency = "EUR"
zones = [{id = "living", name = "Living room"}]
programme = [{zone = "living", at = "06:30", days = ["mon"], setpoint = 20.5, mode = "heat"}]
away = [{first = 2026-12-20, last = 2027-01-02, back = "17:00", setpoint = 15.0, ahead = true}]
presence = {devices = ["person.adult"], setpoint = 17.0}
"""
    path = tmp_path / "config" / "homes" / "home.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    home = load(data_dir=tmp_path, environ={}).homes["home"]
    assert home.away[0].last == date(2027, 1, 2)
    assert (home.presence.devices, home.presence.minutes) == (("person.adult",), 30.0)
    assert msgspec.convert(tomllib.loads(merged(text, home)), Home) == home
    bare = msgspec.structs.replace(home, programme=(), away=(), presence=None)
    assert days_key(home, None) == days_key(bare, None), "what is asked of a room changes no day that was measured"
    path.write_text(text.replace('zone = "living"', 'zone = "cellar"'))
    with pytest.raises(ConfigError, match=r"home\.toml: programme\[0\]\.zone: 'cellar' is not there; known: living"):
        load(data_dir=tmp_path, environ={})


@given(
    st.lists(
        st.builds(
            Step,
            zone=st.just("living"),
            at=st.times().map(lambda at: at.strftime("%H:%M")),
            days=st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(tuple),
            setpoint=st.floats(5, 25),
        ),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - made aware below
)
def test_what_holds_holds_until_what_comes_next(steps, gone, moment):
    aways = (Away(first=date(2026, 12, 20), last=date(2027, 1, 2), setpoint=15.0),) if gone else ()
    now = moment.replace(tzinfo=UTC)
    held, coming = changes("living", tuple(steps), aways, BERLIN, now)
    assert held is not None, "a week has every step once"
    assert coming is not None
    assert held.at <= now < coming.at
    for later in (now, now + (coming.at - now) / 2, coming.at - timedelta(microseconds=1)):
        assert changes("living", tuple(steps), aways, BERLIN, later)[0] == held
    assert changes("living", tuple(steps), aways, BERLIN, coming.at)[0].at == coming.at
