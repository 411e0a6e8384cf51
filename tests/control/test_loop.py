"""The closed loop: confirmed by the device, tried again with limits, won by people, stopped where two quarrel."""

from __future__ import annotations

import msgspec
import pytest

from heatledger.control.envelope import Refused
from heatledger.control.loop import TRIES
from tests.control.plant import House


@pytest.fixture
def house():
    return House(mode="heat")


def test_a_command_is_sent_once_and_confirmed_by_what_the_device_says(house):
    asked = house.ask("living", setpoint=20.5)
    house.step()
    assert house.log.kinds(asked.id) == ["sent"]
    house.until(5)
    assert house.log.kinds(asked.id) == ["sent", "confirmed"]
    assert [row[1:] for row in house.sent] == [("living", 20.5, None)]


def test_what_is_so_already_is_not_sent(house):
    asked = house.ask("living", setpoint=20.0)
    house.step()
    assert (house.log.kinds(asked.id), house.sent) == (["confirmed"], [])


def test_a_deaf_device_is_told_three_times_ever_later_and_then_it_failed(house):
    house.deaf.add("living")
    asked = house.ask("living", setpoint=20.5)
    house.until(600)
    assert len(house.sent) == TRIES
    gaps = [after[0] - before[0] for before, after in zip(house.sent, house.sent[1:], strict=False)]
    assert gaps == [20.0, 40.0]  # 2 × the 10 s at which it speaks; then twice that
    assert house.last(asked).kind == "failed"
    assert "does not say that it is so; sent 3 times" in house.last(asked).note


def test_somebody_at_the_remote_wins_over_the_programme_for_the_time_that_is_set(house):
    house.step()
    house.set["living"]["setpoint"] = 23.0
    house.until(5)
    assert house.log.rows[-1].kind == "person"
    asked = house.ask("living", setpoint=19.0, by="programme", valid_s=3700.0)
    house.until(3500)
    assert house.log.kinds(asked.id) == ["waits"]
    assert house.set["living"]["setpoint"] == 23.0
    house.until(130)
    assert house.log.kinds(asked.id) == ["waits", "sent", "confirmed"]


def test_somebody_at_the_remote_ends_what_was_under_way(house):
    house.deaf.add("living")
    house.step()
    asked = house.ask("living", setpoint=20.5)
    house.until(5)
    house.set["living"]["setpoint"] = 18.0
    house.until(600)
    assert house.last(asked).kind == "overruled"
    assert len(house.sent) == 1


def test_what_comes_with_a_mode_is_not_taken_for_a_person():
    house = House(mode="off", celsius=18.0)
    house.step()
    house.ask("living", mode="heat", setpoint=21.0)
    house.step()
    house.set["living"]["setpoint"] = 21.0
    house.until(20)
    house.ask("living", mode="off")
    house.until(400)
    house.set["living"]["setpoint"] = 16.0  # the unit shows another set-point while it is off
    house.wait(-395)  # … within the minute after the command
    assert [row.kind for row in house.log.rows].count("person") == 0


def test_another_controller_that_sets_it_back_is_named_and_given_way_to(house):
    house.step()
    for _ in range(3):
        house.ask("living", setpoint=20.5)
        house.until(10)
        house.set["living"]["setpoint"] = 19.0
        house.until(400)
    rivals = [row for row in house.log.rows if row.kind == "rival"]
    assert len(rivals) == 1
    assert "stop the other controller" in rivals[0].note
    asked = house.ask("living", setpoint=21.0, by="programme", valid_s=4000.0)
    house.until(100)
    assert house.last(asked).kind == "refused"


def test_of_two_requests_the_newer_is_done(house):
    first, second = house.ask("living", setpoint=20.5), house.ask("living", setpoint=21.5)
    house.until(10)
    assert house.last(first).kind == "replaced"
    assert (house.last(second).kind, house.set["living"]["setpoint"]) == ("confirmed", 21.5)


def test_a_mode_that_the_device_never_says_is_confirmed_by_its_set_point_and_so_noted(house):
    render = house.render
    house.loop._render = lambda zone, request: render(zone, request)._replace(says_mode=False)
    house.deaf.add("living")
    house.set["living"]["mode"] = None
    asked = house.ask("living", setpoint=20.5, mode="heat")
    house.step()
    house.set["living"]["setpoint"] = 20.5
    house.until(5)
    assert (house.last(asked).kind, house.last(asked).note) == (
        "confirmed",
        "its set-point; of its mode it says nothing",
    )


def test_a_thermostat_without_modes_heats_and_is_held_within_the_limits_of_heating(house):
    render = house.render
    house.loop._render = lambda zone, request: render(zone, request)._replace(heats=True)
    house.set["living"]["mode"] = None
    low, high, warm = (house.ask("living", setpoint=celsius) for celsius in (7.0, 25.0, 21.0))
    house.until(5)
    assert [house.last(one).kind for one in (low, high)] == ["replaced", "replaced"]
    house.until(5)
    assert house.last(warm).kind == "confirmed"
    for celsius in (7.0, 25.0):
        beyond = house.ask("living", setpoint=celsius)
        house.step()
        assert house.last(beyond).note.startswith(f"{celsius} °C is outside 8.0 to 24.0 °C")


def test_nothing_stale_is_sent_when_the_network_is_back(house):
    house.trouble = "the broker is not reached"
    asked = house.ask("living", setpoint=20.5, valid_s=60.0)
    house.until(90)
    house.trouble = ""
    house.until(30)
    assert house.sent == []
    assert (house.last(asked).kind, house.last(asked).note) == ("expired", "the broker is not reached")


def test_a_device_set_otherwise_while_nobody_looked_was_set_by_a_person(house):
    house.ask("living", setpoint=20.5)
    house.until(10)
    house.set["living"]["setpoint"] = 22.5
    house.start()
    house.until(5)
    assert house.log.rows[-1].kind == "person"


def test_a_room_that_freezes_because_of_us_is_heated(house):
    house.celsius = dict.fromkeys(house.celsius, 15.0)
    house.step()
    house.until(400)
    house.ask("living", mode="off")
    house.until(10)
    assert house.set["living"]["mode"] == "off"
    house.celsius["living"] = 7.5
    house.until(600)
    assert house.set["living"] == {"mode": "heat", "setpoint": 16.0}
    assert [row.who for row in house.log.rows if row.by == "frost" and row.kind == "asked"] == ["frost"]


def test_killed_between_the_log_and_the_message_it_is_tried_again_and_counted(house):
    asked = house.ask("living", setpoint=20.5)
    house.step(killed=True)
    house.start()
    assert house.sent == []
    house.until(30)
    assert house.log.kinds(asked.id) == ["sent", "sent", "confirmed"]
    assert len(house.sent) == 1


def freezing(house):
    """A room that we switched off and that gets too cold."""
    house.celsius = dict.fromkeys(house.celsius, 15.0)
    house.step()
    house.until(400)
    house.ask("living", mode="off")
    house.until(10)
    assert house.set["living"]["mode"] == "off"
    house.celsius["living"] = 7.5


def test_a_device_that_is_not_set_so_low_as_frost_asks_is_set_as_low_as_it_takes(house, monkeypatch):
    freezing(house)
    real = house.render

    def render(zone, request):
        return Refused("no") if request.setpoint is not None and request.setpoint < 17.5 else real(zone, request)

    house.loop._render = render
    house.until(600)
    assert house.set["living"] == {"mode": "heat", "setpoint": 17.5}


def test_a_device_that_takes_no_heat_is_asked_for_it_now_and_then_and_not_at_each_look(house):
    freezing(house)
    house.loop._render = lambda *_: Refused("no")
    before = len(house.log.rows)
    house.until(3600, every=0.5)
    assert 2 <= len(house.log.rows) - before <= 2 * 3600 / 300 + 2


def test_what_runs_by_itself_leaves_a_command_of_the_hour_to_people_and_to_frost(house):
    place = house.loop._places["living"]
    often = msgspec.structs.replace(place.limits, per_hour=5)
    house.loop._places = house.loop._places | {"living": place._replace(limits=often)}
    house.step()
    house.until(400)
    for number in range(8):
        house.ask("living", setpoint=19.0 + 0.5 * (number % 2), by="price", valid_s=60.0)
        house.until(120)
    person = house.ask("living", setpoint=21.0)
    house.until(400)
    assert house.last(person).kind == "confirmed"
