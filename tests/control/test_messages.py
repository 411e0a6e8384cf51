"""What is wanted becomes the messages the device files show, byte for byte, and nothing else is ever rendered."""

from __future__ import annotations

import math

import pytest

from heatledger.control import CommandError, Known, Wanted, messages
from heatledger.devices import DeviceFile, Said
from heatledger.readings import SeriesKey
from tests.control.conftest import FILES, TOLD, known, saying, scene

HEAD = known("mitsubishi2mqtt", "Nursery", setpoint=20.0, mode="heat", fan="auto")
LOUNGE = known("faikin", "Lounge", setpoint=20.0, mode="heat", fan="auto")


def sent(wanted, files=FILES, heard=HEAD, device="Nursery"):
    found = messages([Wanted(device, what, value) for what, value in wanted.items()], files, heard)
    return [(one.topic, one.payload.decode()) for one in found]


@pytest.mark.parametrize(("file", "told"), TOLD)
def test_every_example_of_a_command_is_what_goes_out(file, told):
    files, heard = scene(file, told)
    wanted = [Wanted(f"{file.family}:{told.device}", what, value) for what, value in told.want.items()]
    found = messages(wanted, files, heard)
    assert [(one.topic, one.payload.decode()) for one in found] == list(told.messages)
    assert not any(one.retain for one in found)


def test_every_command_of_every_file_is_shown_by_an_example():
    for file in FILES:
        shown = {what for told in file.told for what in told.want}
        assert {command.what for command in file.commands} <= shown, file.family


def test_a_set_point_is_rounded_to_the_step_and_says_so():
    (message,) = messages([Wanted("Nursery", "setpoint", 21.3)], FILES, HEAD)
    assert message.payload == b"21.5"
    assert message.takes[0].value == 21.5
    assert message.takes[0].note == "21.3 °C becomes 21.5 °C: the device moves in steps of 0.5 °C"


def test_a_device_in_fahrenheit_is_told_whole_degrees_of_them():
    files = [*FILES, saying("Nursery", temp_unit="F")]
    (message,) = messages([Wanted("Nursery", "setpoint", 21.0)], files, HEAD)
    assert message.payload == b"70"  # 21 °C is 69.8 °F
    assert message.takes[0].value == pytest.approx((70 - 32) / 1.8)
    (same,) = messages([Wanted("Nursery", "setpoint", 70.0, "°F")], files, HEAD)
    assert (same.payload, same.takes[0].note) == (b"70", "")


def test_what_is_wanted_in_fahrenheit_reaches_a_device_in_celsius():
    (message,) = messages([Wanted("Nursery", "setpoint", 68.0, "°F")], FILES, HEAD)
    assert message.payload == b"20"


def test_a_device_the_user_says_speaks_fahrenheit_is_told_fahrenheit_and_never_by_guess():
    files = [*FILES, DeviceFile(family="mine", config=(Said(topics=("{base}/Nursery/{rest:path}",), temp_unit="F"),))]
    heard = Known(HEAD.values, {"mitsubishi2mqtt/Nursery/state": "mitsubishi2mqtt"})
    assert sent({"setpoint": 21}, files, heard) == [("mitsubishi2mqtt/Nursery/temp/set", "70")]
    with pytest.raises(CommandError, match="set to °F, and whether this one is was not heard; say it"):
        sent({"setpoint": 21}, files, HEAD)


def test_a_user_s_base_topic_is_learned_from_what_was_heard():
    heard = Known(HEAD.values, {"house/heat pumps/Nursery/state": "mitsubishi2mqtt"})
    assert sent({"setpoint": 21}, heard=heard) == [("house/heat pumps/Nursery/temp/set", "21")]


def test_a_relay_behind_a_changed_full_topic_is_told_where_it_listens():
    heard = Known(
        {SeriesKey("home", "tasmota", "house/hall/plug", "", "switch"): "on"}, {"house/tele/hall/plug/STATE": "tasmota"}
    )
    assert sent({"switch": "off"}, heard=heard, device="house/hall/plug") == [("house/cmnd/hall/plug/POWER", "OFF")]


REFUSED = [
    ({"setpoint": 35}, "setpoint 35 °C is out of range; it takes 16 to 31 °C"),
    ({"setpoint": math.nan}, "setpoint is a number, not nan; say one in 16 to 31 °C"),
    ({"setpoint": math.inf}, "setpoint is a number, not inf; say one in 16 to 31 °C"),
    ({"setpoint": "warm"}, "setpoint is a number, not 'warm'; say one in 16 to 31 °C"),
    ({"setpoint": True}, "setpoint is a number, not True; say one in 16 to 31 °C"),
    ({"mode": 1.0}, "mode is a word, not 1.0; known: off, heat, cool, heat_cool, dry, fan_only"),
    ({"mode": "heating"}, "it knows no mode 'heating'; did you mean 'heat'?"),
    ({"fan": "gale"}, "it knows no fan 'gale'; known: 1, 2, 3, 4, auto, quiet"),
    (
        {"dhw_setpoint": 50},
        "it cannot be told dhw_setpoint; it takes: mode, power, setpoint, fan, vane, room_temperature",
    ),
    ({"colour": "red"}, "nothing can be told 'colour'; known: mode, power, switch,"),
    ({"mode": "heat", "power": "off"}, "power off contradicts mode heat; ask for one of them"),
]


@pytest.mark.parametrize(("wanted", "why"), REFUSED)
def test_what_cannot_be_sent_is_refused_in_one_line_with_the_mend(wanted, why):
    with pytest.raises(CommandError) as refused:
        sent(wanted)
    assert str(refused.value).startswith(f"Nursery: {why}")
    assert "\n" not in str(refused.value)


def test_two_set_points_at_once_contradict_each_other():
    with pytest.raises(CommandError, match="setpoint both 20 and 21; ask for one"):
        messages([Wanted("Nursery", "setpoint", 20), Wanted("Nursery", "setpoint", 21)], FILES, HEAD)


def test_a_band_that_ends_below_its_beginning_is_refused():
    with pytest.raises(CommandError, match="the band begins at 23 °C above its end at 22 °C; exchange them"):
        sent({"setpoint_low": 23, "setpoint_high": 22, "room_temperature": 21}, heard=LOUNGE, device="Lounge")


def test_a_band_without_the_room_s_temperature_says_what_is_missing():
    with pytest.raises(CommandError, match="its room_temperature is not known; say room_temperature too"):
        sent({"setpoint_low": 21, "setpoint_high": 22}, heard=LOUNGE, device="Lounge")


def test_one_device_at_a_time():
    with pytest.raises(CommandError, match="Lounge, Nursery: one device at a time"):
        messages([Wanted("Nursery", "setpoint", 20), Wanted("Lounge", "setpoint", 21)], FILES, HEAD)


def test_a_device_nobody_heard_is_refused():
    with pytest.raises(CommandError, match="Attic: no device of that name was heard"):
        sent({"setpoint": 20}, device="Attic")


def test_a_name_that_two_devices_have_must_be_made_plain():
    heard = Known({**HEAD.values, SeriesKey("home", "faikin", "Nursery", "", "setpoint"): 20.0})
    with pytest.raises(CommandError, match="say which: faikin:Nursery, mitsubishi2mqtt:Nursery"):
        sent({"setpoint": 20}, heard=heard)
    assert sent({"setpoint": 20}, heard=heard, device="faikin:Nursery") == [("command/Nursery/control", '{"temp":20}')]


def test_of_several_channels_one_must_be_named():
    heard = known("shelly_gen1", "garage", **{"0/switch": "on", "1/switch": "off"})
    with pytest.raises(CommandError, match="say which: shelly_gen1:garage:0, shelly_gen1:garage:1"):
        sent({"switch": "off"}, heard=heard, device="garage")
    assert sent({"switch": "off"}, heard=heard, device="garage:1") == [("shellies/garage/relay/1/command", "off")]


@pytest.mark.parametrize("device", ["a+b", "a/#"])
def test_no_wildcard_is_ever_published_on(device):
    heard = known("mitsubishi2mqtt", device, setpoint=20.0)
    with pytest.raises(CommandError, match="a topic holds no"):
        sent({"setpoint": 20}, heard=heard, device=device)


class TestInfrared:
    """An air conditioner behind an infrared sender: all of its state each time, and no answer."""

    HEARD = known("tasmota", "den_ir", mode="heat", setpoint=21.0, fan="medium")
    FILES = (*FILES, saying("tasmota:den_ir", vendor="DAIKIN"))

    def sent(self, heard=None, files=None, **wanted):
        return sent(wanted, files or self.FILES, heard or self.HEARD, "tasmota:den_ir")

    def test_the_rest_of_the_state_goes_out_as_it_was_heard(self):
        ((topic, payload),) = self.sent(setpoint=22)
        assert topic == "cmnd/den_ir/IRHVAC"
        assert payload == '{"Vendor":"DAIKIN", "Power":"On","Mode":"Hot","FanSpeed":3,"Temp":22}'

    def test_a_set_point_told_to_a_unit_that_is_off_leaves_it_off(self):
        off = known("tasmota", "den_ir", mode="off", setpoint=21.0)
        ((_, payload),) = self.sent(heard=off, setpoint=22)
        assert payload == '{"Vendor":"DAIKIN", "Power":"Off","Mode":"Off","FanSpeed":"Auto","Temp":22}'

    def test_switching_on_needs_a_mode(self):
        off = known("tasmota", "den_ir", mode="off", setpoint=21.0)
        with pytest.raises(CommandError, match="its mode is not known; say mode too"):
            self.sent(heard=off, power="on")

    def test_it_can_be_switched_off_whatever_is_known(self):
        ((_, payload),) = self.sent(heard=Known(), mode="off")
        assert payload == '{"Vendor":"DAIKIN", "Power":"Off","Mode":"Off","FanSpeed":"Auto","Temp":21}'

    def test_a_set_point_nobody_knows_is_not_made_up(self):
        with pytest.raises(CommandError, match="its setpoint is not known; say setpoint too"):
            self.sent(heard=Known(), mode="heat")

    def test_without_a_vendor_nothing_is_sent(self):
        with pytest.raises(CommandError, match=r"its vendor .* say its vendor first|say its vendor first"):
            self.sent(files=FILES, setpoint=22)

    def test_a_vendor_that_does_not_exist_is_refused_with_the_nearest(self):
        files = (*FILES, saying("tasmota:den_ir", vendor="DIAKIN"))
        with pytest.raises(CommandError, match="unknown vendor 'DIAKIN'; did you mean 'DAIKIN'"):
            self.sent(files=files, setpoint=22)

    def test_a_plug_of_the_same_firmware_is_no_air_conditioner(self):
        heard = known("tasmota", "kettle", switch="on")
        with pytest.raises(CommandError, match="kettle: it cannot be told setpoint"):
            sent({"setpoint": 20}, heard=heard, device="kettle")

    def test_nothing_confirms_it(self):
        (message,) = messages([Wanted("tasmota:den_ir", "setpoint", 22)], self.FILES, self.HEARD)
        assert message.takes[0].confirmed_by is None
