"""What a zone's devices are told: each its own messages, all of them the same set-point, under the home's prefix."""

from __future__ import annotations

import pytest

from control.telling import Teller
from heatledger.commands import Command
from heatledger.control.envelope import Refused, Request, Told
from heatledger.control.moment import Moment
from heatledger.devices import DeviceFile
from heatledger.hearing import LiveValue
from heatledger.home import Head, HeatPump, Home, Meter, Zone
from heatledger.readings import SeriesKey
from tests.control.conftest import FILES, saying


def home(*heads, prefix=""):
    return Home(
        id="home",
        name="Maple",
        timezone="UTC",
        currency="EUR",
        topic_prefix=prefix,
        zones=(Zone(id="attic", name="Attic"),),
        meters=(Meter(id="unit", role="outdoor_unit", points=("plug",)),),
        heat_pumps=(
            HeatPump(
                id="multi",
                kind="multi_split",
                meter="unit",
                heads=tuple(Head(zone="attic", device=each) for each in heads),
            ),
        ),
    )


COARSE = DeviceFile(
    family="ha",
    commands=(
        Command(what="setpoint", topic="hvac/set", unit="°C", min=16, max=26, step=1, device="Attic"),
        Command(what="mode", topic="hvac/mode", words={"heat": "heat", "off": "off"}, device="Attic"),
    ),
)
HEARD = {
    SeriesKey("home", family, device, "", what): LiveValue(value, 1)
    for family, device in (("faikin", "Lounge"), ("ha", "Attic"), ("mitsubishi2mqtt", "Nursery"))
    for what, value in (("setpoint", 20.0), ("mode", "heat"))
}


def teller(*heads, prefix="", topics=(), files=FILES):
    made = Teller(home(*heads, prefix=prefix), files)
    made.learn([COARSE])
    made.know(HEARD, dict(topics))
    return made


def asked(setpoint=None, mode=None):
    return Request(zone="attic", at=Moment(0, "", 0.0), valid_s=60.0, setpoint=setpoint, mode=mode)


@pytest.mark.parametrize("heads", [("faikin:Lounge", "ha:Attic"), ("ha:Attic", "faikin:Lounge")])
def test_two_heads_are_told_one_set_point_that_both_can_have(heads):
    made = teller(*heads)
    rendered = made.render("attic", asked(20.6, "heat"))
    assert (rendered.setpoint, rendered.mode, rendered.one_way) == (21.0, "heat", False)
    told = {(one.topic, one.payload) for one in made.messages("attic", 21.0, None)}
    assert told == {("command/Lounge/control", b'{"temp":21}'), ("hvac/set", b"21")}


def test_a_head_in_fahrenheit_and_one_in_celsius_are_told_what_is_nearest_to_both():
    made = teller("faikin:Lounge", "mitsubishi2mqtt:Nursery", files=[*FILES, saying("Nursery", temp_unit="F")])
    rendered = made.render("attic", asked(21.0))
    assert rendered.setpoint == pytest.approx((70 - 32) / 1.8)
    told = [one.payload for one in made.messages("attic", rendered.setpoint, None)]
    assert told == [b'{"temp":21}', b"70"]


def test_each_head_s_own_range_and_words_hold_and_name_it():
    made = teller("faikin:Lounge", "ha:Attic")
    assert "ha:Attic: setpoint 28 °C is out of range; it takes 16 to 26 °C" in made.render("attic", asked(28.0)).reason
    assert "ha:Attic: it knows no mode 'cool'" in made.render("attic", asked(mode="cool")).reason
    for said in (teller().render("attic", asked(20.0)), teller().messages("attic", 20.0, None)):
        assert said == Refused(
            "no device sets this zone", "name an indoor unit or a thermostat for it in the home file"
        )


def test_what_a_device_cannot_say_of_its_mode_is_known_before_it_is_told():
    valve = SeriesKey("home", "homie", "hall", "heating/target", "setpoint")
    made = Teller(home("homie:hall:heating/target"), FILES)
    made.know({valve: LiveValue(20.0, 1)}, {})
    assert made.render("attic", asked(21.0))[3:] == (True, True)  # it has no mode at all: it heats
    assert teller("faikin:Lounge").render("attic", asked(21.0, "heat"))[3:] == (False, True)
    assert teller("ha:Attic").render("attic", asked(21.0, "heat"))[3:] == (False, True)


def test_a_home_under_a_prefix_is_told_and_overheard_under_it():
    topics = {"maple/house/Nursery/state": "mitsubishi2mqtt", "oak/other/Nursery/state": "mitsubishi2mqtt"}
    made = teller("mitsubishi2mqtt:Nursery", prefix="maple", topics=topics)
    assert [one.topic for one in made.messages("attic", 21.0, None)] == ["maple/house/Nursery/temp/set"]
    assert "maple/house/Nursery/temp/set" in made.listens("attic")
    assert made.overheard("attic", "maple/house/Nursery/temp/set", b"19") == Told(19.0, None)
    assert made.overheard("attic", "maple/house/Nursery/mode/set", b"OFF") == Told(None, "off")
    assert made.overheard("attic", "oak/house/Nursery/mode/set", b"OFF") == Told(None, None)
