"""What is allowed, refused and put off: each rule alone, by the cases its words promise."""

from __future__ import annotations

import math

import msgspec
import pytest

from heatledger.control.envelope import Allowed, Head, Later, Refused, Situation, Told, asks, decide
from heatledger.control.moment import Moment
from tests.control.plant import LIMITS, request

NOW = Moment(1_790_000_000_000_000, "boot", 50_000.0)


def ago(seconds, boot="boot"):
    return Moment(NOW.time_us - int(seconds * 1e6), boot, NOW.steady_s - seconds)


HEATS = Head("living", "heat", 20.0, 18.0, heard=True)
OFF = Head("living", "off", 20.0, 18.0, heard=True)


def judge(*, setpoint=None, mode=None, by="person", at=NOW, limits=LIMITS, head=HEATS, valid_s=900.0, **more):
    return decide(request(setpoint, mode, at=at, by=by, valid_s=valid_s), Situation(head, **more), limits, NOW)


def test_nothing_is_commanded_unless_the_home_file_says_so():
    said = judge(setpoint=20.5, limits=msgspec.structs.replace(LIMITS, on=False))
    assert isinstance(said, Refused)
    assert "on = true in the control table of zone living" in said.mend


def test_a_set_point_within_the_limits_is_allowed_and_the_same_again_needs_nothing():
    assert judge(setpoint=20.5) == Allowed()
    assert judge(setpoint=20.0) == Allowed(same=True)


@pytest.mark.parametrize(
    ("asked", "head"),
    [
        ({"setpoint": 7.9}, HEATS),
        ({"setpoint": 24.1}, HEATS),
        ({"setpoint": 19.9, "mode": "cool"}, OFF),
        ({"setpoint": 33.0, "mode": "cool"}, OFF),
        ({"setpoint": math.nan}, HEATS),
        ({"setpoint": math.inf}, HEATS),
        ({"setpoint": 20.0, "mode": "off"}, HEATS),
        ({"setpoint": 21.0}, OFF),  # it is off: nothing says that it should heat
        ({}, HEATS),
        ({"mode": "auto"}, HEATS),  # may heat and cool
        ({"mode": "tropical"}, HEATS),
        ({"mode": "heat"}, Head("living", "off", 29.0, 18.0, heard=True)),  # would begin with its own 29 °C
        ({"mode": "heat"}, Head("living", "off", None, 18.0, heard=True)),
    ],
)
def test_what_is_out_of_range_or_contradicts_itself_is_refused_in_one_line_with_the_mend(asked, head):
    said = judge(**asked, head=head)
    assert isinstance(said, Refused)
    assert said.reason
    assert said.mend
    assert "\n" not in said.reason + said.mend


def test_a_request_from_before_a_restart_of_the_machine_or_too_long_ago_is_stale():
    assert isinstance(judge(setpoint=21.0, at=ago(901)), Refused)
    assert isinstance(judge(setpoint=21.0, at=ago(10, "another boot")), Refused)
    assert isinstance(judge(setpoint=21.0, at=ago(-10)), Refused)  # from the future: a replay of another run
    assert judge(setpoint=21.0, at=ago(899)) == Allowed()


def test_nothing_stops_heating_where_the_room_could_freeze_or_is_not_known():
    cold = HEATS._replace(celsius=9.9)
    assert isinstance(judge(mode="off", head=cold), Refused)
    assert isinstance(judge(mode="off", head=HEATS._replace(celsius=None)), Refused)
    assert isinstance(judge(mode="fan_only", head=cold), Refused)
    assert judge(mode="off", head=cold._replace(celsius=10.0), runs=False) == Allowed()


def test_heads_of_one_outdoor_unit_never_heat_against_one_another():
    cools = Head("study", "cool", 24.0, 26.0, heard=True)
    assert isinstance(judge(setpoint=21.0, mode="heat", head=OFF, others=(cools,)), Refused)
    told = Head("study", "off", 24.0, 26.0, heard=True, told=(Told(22.0, "cool"),))
    assert isinstance(judge(setpoint=21.0, mode="heat", head=OFF, others=(told,)), Refused)
    unknown = Head("study")
    assert isinstance(judge(setpoint=21.0, mode="heat", head=OFF, others=(unknown,)), Refused)
    assert judge(setpoint=21.0, mode="heat", head=OFF, others=(cools._replace(mode="heat"),)) == Allowed()


def test_it_turns_from_heating_to_cooling_only_by_way_of_off():
    warm = HEATS._replace(celsius=23.0)
    assert isinstance(judge(setpoint=21.0, mode="cool", head=warm), Refused)
    assert judge(setpoint=21.0, mode="cool", head=warm._replace(mode="off")) == Allowed()


def test_the_compressor_rests_and_runs_its_minutes():
    starts = judge(setpoint=21.0, mode="heat", head=OFF, runs=False, turned=ago(200))
    assert isinstance(starts, Later)
    assert (starts.until_us - NOW.time_us) / 1e6 == pytest.approx(100.0)  # 5 min less 200 s
    stops = judge(mode="off", runs=True, turned=ago(290))
    assert isinstance(stops, Later)
    assert (stops.until_us - NOW.time_us) / 1e6 == pytest.approx(10.0)
    assert judge(setpoint=21.5, runs=True, turned=ago(10)) == Allowed()  # goes on heating: neither starts nor stops


def test_another_head_that_goes_on_keeps_the_compressor_running():
    other = Head("study", "heat", 22.0, 18.0, heard=True)
    assert judge(mode="off", runs=True, turned=ago(10), others=(other,)) == Allowed()


def test_after_a_restart_of_the_machine_only_the_time_since_counts():
    long_ago = Moment(0, "another boot", 1e9)
    soon = Moment(NOW.time_us, "boot", 30.0)
    ask = request(21.0, "heat", at=soon)
    said = decide(ask, Situation(OFF, runs=False, turned=long_ago), LIMITS, soon)
    assert isinstance(said, Later)  # 30 s are sure: 5 min less 30 s are left
    assert (said.until_us - soon.time_us) / 1e6 == pytest.approx(270.0)


def test_a_device_is_told_no_more_often_in_an_hour_than_may_be():
    sent = (ago(3000), ago(2000), ago(1000), ago(10))
    said = judge(setpoint=21.0, sent=sent)
    assert isinstance(said, Later)
    assert (said.until_us - NOW.time_us) / 1e6 == pytest.approx(601.0)  # the first of four is an hour old then
    assert isinstance(judge(setpoint=21.0, sent=sent, valid_s=600.0), Refused)  # not worth it any more by then
    assert judge(setpoint=21.0, sent=sent[1:]) == Allowed()


def test_what_runs_by_itself_waits_for_people_and_people_do_not():
    assert isinstance(judge(setpoint=21.0, by="programme", person=ago(60), valid_s=3600.0), Later)
    assert judge(setpoint=21.0, by="programme", person=ago(3601)) == Allowed()
    assert judge(setpoint=21.0, person=ago(60)) == Allowed()
    assert isinstance(judge(setpoint=21.0, by="programme", rival=ago(60), valid_s=3600.0), Refused)  # longer than worth


def test_nothing_is_sent_unseen():
    assert isinstance(judge(setpoint=21.0, head=HEATS._replace(heard=False)), Later)
    assert isinstance(judge(setpoint=21.0, trouble="ingest is not running"), Later)
    assert judge(setpoint=21.0, head=HEATS._replace(heard=False), one_way=True) == Allowed()


def test_near_its_set_point_it_is_not_sure_what_a_head_asks_for():
    assert asks("heat", 20.0, 19.5) is None
    assert asks("auto", 20.0, 10.0) is None
