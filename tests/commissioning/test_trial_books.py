"""Test runs as they are kept: begun once, taken on by whoever looks, the same after a restart."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from functools import cache

import msgspec
import pytest

from heatledger.commissioning.trial.books import LAG, TrialBooks
from heatledger.readings import Reading
from heatledger.store import StoreError, open_store
from heatledger.store.state import State
from tests.commissioning import runs
from tests.commissioning.bench import Bench
from tests.commissioning.weeks import demo_home, shipped

HOME = demo_home()
BEGAN = datetime.fromtimestamp(Bench().start_s + 1800, UTC)
"""The bench lives for half an hour before a run is begun."""
MINUTE = timedelta(minutes=1)
PLUG, HEAD, STATION = ("tasmota", "living room/AC plug"), ("faikin", "Living room"), ("ecowitt2mqtt", "Garden station")


def said(at, device, quantity, value, unit=None, flags=0):
    kind = "state" if isinstance(value, str) else "gauge"
    family, name = device
    return Reading(home="demo", family=family, device=name, channel="", quantity=quantity, time_us=round(at * 1e6),
                   value=value, unit=unit, kind=kind, reset="", flags=flags)  # fmt: skip


@cache
def lived():
    """The readings of a home in which somebody does what each step of a brief run asks, and the run that they show."""
    bench = Bench()
    run, _, _ = runs.driven(bench, runs.trial(brief=True))
    readings = []
    for row, mode, setpoint in zip(bench.rows, bench.modes, bench.asked, strict=True):
        at = BEGAN.timestamp() + row[0]
        readings += [
            said(at, PLUG, "power", float(round(row[1])), "W"),
            said(at, HEAD, "temperature", round(2 * row[2]) / 2, "°C"),
            said(at, HEAD, "setpoint", setpoint, "°C"),
            said(at, HEAD, "mode", mode),
            said(at, STATION, "outdoor_temp", row[3], "°C"),
        ]
    return tuple(readings), BEGAN + timedelta(seconds=run.ended_s)


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """A store that has heard that run; tests do not write to it."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('heard') / 'heatledger.db'}")
    store.write(lived()[0])
    yield store
    store.close()


@pytest.fixture
def state(tmp_path):
    made = State(tmp_path / "state.db")
    yield made
    made.close()


def books(store, state, home=HOME):
    return TrialBooks(home, shipped().systems, store, state)


def begin(kept, *, now=BEGAN, who="Ada", choice="living/living"):
    return kept.begin(choice, "heating", brief=True, who=who, now=now)


def test_every_heat_pump_can_be_chosen_whole_and_each_of_several_rooms_alone(heard, state):
    found = {one.key: one.name for one in books(heard, state).choices()}
    assert found == {
        "living/living": "Mini-split, living room",
        "upstairs/bedroom/study": "Multi-split, bedroom and study",
        "upstairs/bedroom": "Multi-split, bedroom and study: Bedroom",
        "upstairs/study": "Multi-split, bedroom and study: Study",
    }
    bare = msgspec.structs.replace(HOME, heat_pumps=())
    assert books(heard, state, bare).choices() == []


def test_a_run_that_cannot_be_made_says_why_and_nothing_is_kept(heard, state):
    kept = books(heard, state)
    with pytest.raises(ValueError, match="choose a heat pump of the home file; none is named so"):
        begin(kept, choice="cellar")
    with pytest.raises(ValueError, match="Multi-split, outdoor unit does not tell its power: a run needs the power"):
        begin(kept, choice="upstairs/study")
    late = lived()[1] + timedelta(minutes=6)
    with pytest.raises(ValueError, match="Mini-split, living room does not tell its power"):
        begin(kept, now=late)
    assert (kept.newest(late), kept.going(late), kept.past(), kept.ended()) == (None, None, [], [])
    begun = begin(kept)
    assert (begun.number, begun.running, begun.leg.step) == (1, True, "rest")


def test_what_was_set_before_is_remembered_to_be_put_back(heard, state):
    begun = begin(books(heard, state))
    assert (begun.was_mode, begun.was_setpoint_c) == ("heat", 21.0)


def test_one_run_of_a_home_goes_on_at_a_time_and_numbers_go_up(heard, state):
    kept = books(heard, state)
    begin(kept)
    with pytest.raises(ValueError, match="another test run goes on: end it first"):
        begin(kept, now=BEGAN + MINUTE)
    other = msgspec.structs.replace(HOME, id="other")
    assert books(heard, state, other).newest(BEGAN) is None, "a run is its home's alone"
    ended = kept.stop(BEGAN + MINUTE, "Ada").trial
    assert (ended.outcome, ended.reason, ended.ended_s) == ("stopped", "Ada stopped it", (MINUTE - LAG).total_seconds())
    assert begin(kept, now=BEGAN + 2 * MINUTE).number == 2


def test_a_run_is_the_same_whether_it_is_looked_at_every_minute_or_once_by_another_process_at_its_end(heard, tmp_path):
    """The second is a dashboard that was killed right after it began the run, and started when all was over."""
    end = lived()[1] + MINUTE
    watched, killed = State(tmp_path / "watched.db"), State(tmp_path / "killed.db")
    begin(books(heard, watched))
    begin(books(heard, killed))
    killed.close()
    at, seen = BEGAN, []
    while at < end:
        at += MINUTE
        seen.append(books(heard, watched).newest(at).trial)
    assert {leg.step for run in seen for leg in run.legs} == {"rest", "full", "hold"}
    again = State(tmp_path / "killed.db")
    once = books(heard, again).newest(end).trial
    assert once == seen[-1] == books(heard, watched).past()[0]
    assert (once.outcome, once.reason, len(once.findings)) == ("finished", "", 8)
    assert once.ended_s == pytest.approx((lived()[1] - BEGAN).total_seconds(), abs=60)
    for one in (watched, again):
        one.close()


def test_a_run_that_ended_keeps_its_verdicts_and_curves_when_its_readings_are_gone(state, tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'heatledger.db'}")
    store.write(lived()[0])
    end = lived()[1] + MINUTE
    begin(books(store, state))
    ended = books(store, state).newest(end).trial
    assert [curve.what for curve in ended.curves] == ["Power of the whole unit", "Room", "Outdoors"]
    assert store.expire_readings(round((end + MINUTE).timestamp() * 1e6)) > 0
    later = books(store, state).newest(end + timedelta(days=400))
    assert later.trial == ended
    assert not len(later.heard.power.at_s)
    assert books(store, state).past() == books(store, state).ended() == [ended]
    store.close()


def test_readings_that_come_after_a_step_is_over_change_nothing_of_it(state, tmp_path):
    """A plug that was out of reach sends what it kept: the run that ended for its silence stays as it ended."""
    store = open_store(f"sqlite:///{tmp_path / 'heatledger.db'}")
    cut = (BEGAN + 3 * MINUTE).timestamp() * 1e6
    early = [one for one in lived()[0] if one.time_us < cut]
    store.write(early)
    begin(books(store, state))
    ended = books(store, state).newest(BEGAN + 10 * MINUTE).trial
    assert ended.reason.startswith("no reading of Mini-split, living room for 5 min")
    assert ended.ended_s == pytest.approx(180 + 300, abs=11)
    store.write([one for one in lived()[0] if one.time_us >= cut])
    assert books(store, state).newest(lived()[1] + MINUTE).trial == ended
    store.close()


def test_a_stopped_run_stays_stopped_by_whom_it_was(heard, state):
    kept = books(heard, state)
    begin(kept)
    first = kept.stop(BEGAN + MINUTE, "Ada").trial
    assert kept.stop(BEGAN + 2 * MINUTE, "Bo").trial == first
    assert kept.confirm(BEGAN + 2 * MINUTE).trial == first
    assert kept.newest(BEGAN + 9 * MINUTE).trial == first
    assert {one.result for one in first.findings} == {"not_testable"}
    assert books(heard, state).stop(BEGAN, "Ada").trial == first


def test_nobody_can_stop_or_confirm_a_run_that_never_was(heard, state):
    assert books(heard, state).stop(BEGAN, "Ada") is None
    assert books(heard, state).confirm(BEGAN) is None


def test_a_step_that_no_reading_tells_goes_on_when_somebody_says_so(state, tmp_path):
    """The unit says nothing of itself: off and at its most show in its power, holding a temperature does not."""
    store = open_store(f"sqlite:///{tmp_path / 'heatledger.db'}")
    store.write([one for one in lived()[0] if one.quantity not in ("mode", "setpoint")])
    kept = books(store, state)
    begin(kept)
    at = BEGAN
    while kept.newest(at).trial.leg.step != "hold":
        at += MINUTE
    assert kept.newest(at).trial.leg.began_s is None
    held = kept.confirm(at).trial.leg
    assert held.confirmed_s == pytest.approx((at - LAG - BEGAN).total_seconds())
    assert kept.newest(at + timedelta(seconds=30)).trial.leg.began_s == held.confirmed_s
    store.close()


def test_of_many_who_stop_it_at_once_one_does_and_all_are_told_the_same(heard, state):
    begin(books(heard, state))
    gate, told = threading.Barrier(6), []

    def stops(name):
        gate.wait(timeout=60)
        told.append(books(heard, state).stop(BEGAN + MINUTE, name).trial)

    threads = [threading.Thread(target=stops, args=(f"person {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len(told) == 6
    assert all(one == told[0] for one in told)
    assert books(heard, state).past() == [told[0]]


def test_of_many_who_begin_at_once_one_run_goes_on(heard, state):
    gate, begun, refused = threading.Barrier(6), [], []

    def begins(name):
        gate.wait(timeout=60)
        try:
            begun.append(begin(books(heard, state), who=name))
        except ValueError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=begins, args=(f"person {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert (len(begun), refused) == (1, ["another test run goes on: end it first"] * 5)
    assert books(heard, state).going(BEGAN + MINUTE).who == begun[0].who


def test_the_newest_ended_run_of_each_heat_pump_is_the_records_and_every_one_is_kept(heard, state):
    kept = books(heard, state)
    for minute, who in enumerate(("Ada", "Bo")):
        begin(kept, now=BEGAN + minute * 5 * MINUTE, who=who)
        kept.stop(BEGAN + (minute * 5 + 1) * MINUTE, who)
    begin(kept, now=BEGAN + 12 * MINUTE, who="Cy")
    assert kept.going(BEGAN + 13 * MINUTE).who == "Cy"
    assert [run.who for run in kept.ended()] == ["Bo"]
    assert [run.who for run in kept.past()] == ["Bo", "Ada"]


def test_a_unit_that_is_taken_out_of_the_home_file_ends_its_run_and_another_may_begin(heard, state):
    begin(books(heard, state))
    without = msgspec.structs.replace(HOME, heat_pumps=tuple(one for one in HOME.heat_pumps if one.id != "living"))
    kept = books(heard, state, without)
    assert kept.newest(BEGAN + MINUTE) is None
    (orphan,) = kept.past()
    assert (orphan.outcome, orphan.findings) == ("stopped", ())
    assert orphan.reason.startswith("heat pump 'living' is not in the home file")
    assert (kept.ended(), kept.going(BEGAN + MINUTE)) == ([], None)
    assert begin(books(heard, state), now=BEGAN + 2 * MINUTE).number == 2


def test_a_clock_that_is_set_back_below_the_beginning_ends_no_run(heard, state):
    begin(books(heard, state))
    shown = books(heard, state).newest(BEGAN - timedelta(hours=1))
    assert (shown.trial.running, shown.now_s) == (True, 0.0)
    assert books(heard, state).newest(lived()[1] + MINUTE).trial.outcome == "finished"


def test_while_the_store_does_not_answer_the_run_stays_as_it_was(heard, state, tmp_path):
    begin(books(heard, state))
    silent = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    silent.close()
    with pytest.raises(StoreError):
        books(silent, state).newest(BEGAN + 20 * MINUTE)
    assert books(heard, state).newest(BEGAN + MINUTE).trial.running
