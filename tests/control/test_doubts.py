"""Others on a device's wires, a device that lies, a zone with two heads: named, given way to, not counted as done."""

from __future__ import annotations

import pytest

from heatledger.control.caveats import Shown, doubt, standing
from heatledger.control.envelope import Told
from heatledger.control.zone import Said
from tests.control.plant import PLACES, House


class Lying(House):
    """A house whose compressors do as they like, whatever the heads say."""

    truth: bool | None = None

    def runs(self, unit):
        return super().runs(unit) if self.truth is None else self.truth


@pytest.fixture
def house():
    made = Lying(mode="heat")
    made.step()
    return made


def kinds(house):
    return [row.kind for row in house.log.rows]


def test_what_somebody_else_tells_the_device_counts_once_as_somebody_and_names_the_message(house):
    asked = house.ask("living", setpoint=21.5)
    house.deaf.add("living")
    house.step()
    assert house.loop.overhear("living", Told(19.0, None), "somebody else sent 19 to t", house.now)
    assert not house.loop.overhear("living", Told(19.0, None), "", house.now)  # said again
    house.set["living"]["setpoint"] = 19.0
    house.until(30)  # the device does it: nobody a second time
    people = [row for row in house.log.rows if row.kind == "person"]
    assert [(row.setpoint, row.note) for row in people] == [(19.0, "somebody else sent 19 to t")]
    assert (house.last(asked).kind, house.last(asked).note) == ("overruled", "somebody else sent 19 to t")


def test_what_the_device_is_already_or_was_told_by_us_is_nobody_s_choice(house):
    house.ask("living", setpoint=21.5)
    house.until(10)
    for same in (Told(21.5, None), Told(21.5, "heat"), Told(None, "heat"), Told(None, None)):
        assert not house.loop.overhear("living", same, "", house.now)
    assert "person" not in kinds(house)


def test_a_controller_that_answers_each_of_our_commands_is_a_rival_and_given_way_to(house):
    for _ in range(3):
        house.ask("living", setpoint=20.5)
        house.until(10)
        assert house.loop.overhear("living", Told(19.0, None), "somebody else sent 19 to t", house.now)
        house.set["living"]["setpoint"] = 19.0
        house.until(20)
    (rival,) = [row for row in house.log.rows if row.kind == "rival"]
    assert rival.note.endswith("stop the other controller; somebody else sent 19 to t")
    asked = house.ask("living", setpoint=21.0, by="programme", valid_s=30_000.0)
    house.until(6 * 3600 - 120, every=60)
    assert house.last(asked).note == "another controller sets this device too; stop one of the two"
    assert len(house.sent) == 3


SAID = (
    (Shown("off", 20.0, 20.0, "off", True), "it says off, but its circuit draws"),
    (Shown("off", 20.0, 20.0, "heating", None), "it says off and that it is at work"),
    (Shown("off", 20.0, 20.0, "off", True, alone_off=False), ""),  # another head of the unit has it run
    (Shown("heat", 21.0, 19.5, "heating", False), "at 19.5 °C and it is set to 21.0 °C"),
    (Shown("heat", 21.0, 19.6, "heating", False), ""),
    (Shown("cool", 24.0, 26.0, None, False), "it says cool, but its circuit is at standby"),
    (Shown("cool", 24.0, 20.0, None, False), ""),
    (Shown("heat", 21.0, 18.0, "idle", None), ""),  # nothing measures its power
    (Shown("heat", 21.0, None, None, False), ""),
    (Shown("fan_only", 21.0, 10.0, None, False), ""),
)


@pytest.mark.parametrize(("shown", "said"), SAID)
def test_a_device_is_doubted_only_where_its_power_or_action_speaks_against_it(shown, said):
    assert said in doubt(shown)
    assert bool(doubt(shown)) == bool(said)


def test_a_unit_that_says_heat_and_rests_for_long_is_named_and_left_alone_until_it_works(house):
    house.truth = False
    house.celsius = {"living": 17.0, "bedroom": 19.5, "study": 19.5}
    house.ask("living", setpoint=22.0)
    house.until(1740)
    assert "lies" not in kinds(house)  # the pause of a compressor, a defrost
    house.until(120)
    (row,) = [row for row in house.log.rows if row.kind == "lies"]
    assert "it says heat, but its circuit is at standby although the room is at 17.0 °C" in row.note
    asked = house.ask("living", setpoint=20.0, by="programme", valid_s=7200.0)
    house.until(60)
    assert (house.log.kinds(asked.id), house.last(asked).note) == (["waits"], row.note)
    by_hand = house.ask("living", setpoint=21.0)
    house.until(60)
    assert (house.last(by_hand).kind, house.last(by_hand).note) == ("confirmed", row.note)  # done, with the caveat
    house.truth = True
    house.until(660)
    assert kinds(house)[-1] == "mended"
    assert house.log.kinds(asked.id)[-1] == "replaced"


def test_where_no_meter_tells_of_the_power_nothing_is_said_against_a_device(house):
    house.truth, house.metered = False, False
    house.celsius["living"] = 17.0
    house.until(3600, every=60)
    assert "lies" not in kinds(house)


def test_a_unit_that_says_off_and_runs_on_is_named_after_a_restart_too_and_only_once(house):
    house.until(400)
    house.ask("living", mode="off")
    house.truth = True
    house.until(900)
    house.start()
    house.until(900)
    assert kinds(house).count("lies") == 1
    assert {about for _, about in standing(house.log.rows)} == {"state"}
    house.truth = False
    house.until(700)
    assert standing(house.log.rows) == {}


def test_a_command_that_the_broker_keeps_stands_until_it_is_cleared(house):
    assert house.loop.warn("living", "retained", "a/set", "the broker keeps 1 on a/set", house.now)
    assert not house.loop.warn("living", "retained", "a/set", "", house.now)
    house.start()
    assert house.loop.retained("living") == ("a/set",)
    assert house.loop.mend("living", "a/set", house.now)
    assert not house.loop.mend("living", "a/set", house.now)
    assert standing(house.log.rows) == {}


class TwoHeads(House):
    """The living room has a second head, which hears what it is told when it likes."""

    def __init__(self):
        self.second, self.second_hears = {"mode": "heat", "setpoint": 20.0}, True
        super().__init__(mode="heat")

    def hears(self):
        found, spoke = super().hears(), self.spoke.get("living")
        also = (Said(self.second["mode"], self.second["setpoint"], spoke),)
        return found | {"living": found["living"]._replace(also=also)}

    def step(self, *, killed=False):
        before = len(self.sent)
        super().step(killed=killed)
        for _, zone, setpoint, mode in self.sent[before:]:
            if zone == "living" and self.second_hears:
                told = {"setpoint": setpoint, "mode": mode}
                self.second |= {name: value for name, value in told.items() if value is not None}


def test_a_zone_with_two_heads_is_done_when_both_say_so():
    house = TwoHeads()
    house.second_hears = False
    asked = house.ask("living", setpoint=21.5)
    house.until(15)
    assert house.log.kinds(asked.id) == ["sent"]
    house.second_hears = True
    house.until(30)
    assert house.log.kinds(asked.id) == ["sent", "sent", "confirmed"]
    assert (house.set["living"]["setpoint"], house.second["setpoint"]) == (21.5, 21.5)
    house.second["setpoint"] = 24.0  # somebody at the second one's remote
    house.until(10)
    assert (house.log.rows[-1].kind, house.log.rows[-1].setpoint) == ("person", 24.0)


def test_of_two_heads_in_one_zone_neither_may_do_the_opposite_of_the_other():
    house = TwoHeads()
    house.second = {"mode": "cool", "setpoint": 24.0}
    asked = house.ask("living", mode="heat", setpoint=21.0)
    house.until(10)
    assert house.last(asked).note.startswith("it would turn from heating to cooling, or back, at once")
    assert PLACES["living"].limits.on
