"""What others tell a device is understood in its own dialect: of every family, what we would send is read back."""

from __future__ import annotations

import pytest

from heatledger.control import Wanted, messages
from heatledger.control.overheard import listens, overheard
from tests.control.conftest import FILES, TOLD, known, scene

ASKS = ("mode", "power", "setpoint")
CASES = [param for param in TOLD if set(ASKS) & param.values[1].want.keys()]


@pytest.mark.parametrize(("file", "told"), CASES)
def test_what_the_examples_tell_is_heard_again_on_topics_that_are_listened_on(file, told):
    files, heard = scene(file, told)
    device = f"{file.family}:{told.device}"
    sent = messages([Wanted(device, what, value) for what, value in told.want.items()], files, heard)
    found = {}
    for one in sent:
        assert not one.takes or one.topic in listens(device, files, heard)
        found |= overheard(device, one.topic, one.payload, files, heard)
    for what, value in told.want.items():
        if what == "mode" and "mode" not in found:  # a whole device switched by its power says so
            what, value = "power", "off" if value == "off" else "on"
        if what in ASKS:
            near = found[what] if isinstance(value, str) else pytest.approx(value, abs=0.3)
            assert value == near, what


LOUNGE = known("faikin", "Lounge", setpoint=20.0, mode="heat", fan="auto")
VALVE = known("zigbee2mqtt", "hall valve", setpoint=20.0, mode="heat")
HEARD = (
    ("faikin:Lounge", LOUNGE, "command/Lounge/control", b'{ "temp": 19 , "x": 1}', {"setpoint": 19.0}),
    ("faikin:Lounge", LOUNGE, "command/Lounge/control", b'{"power":false}', {"mode": "off", "power": "off"}),
    ("faikin:Lounge", LOUNGE, "command/Lounge/control", b'{"temp":"warm"}', {}),
    ("faikin:Lounge", LOUNGE, "command/Lounge/control", b"\xff", {}),
    ("faikin:Lounge", LOUNGE, "command/Bedroom/control", b'{"temp":19}', {}),
    ("hall valve", VALVE, "zigbee2mqtt/hall valve/set", b'{"occupied_heating_setpoint":18.5}', {"setpoint": 18.5}),
    ("hall valve", VALVE, "zigbee2mqtt/hall valve/set", b'{"external_measured_room_sensor":2010}', {}),
    ("hall valve", VALVE, "zigbee2mqtt/hall valve/set", b"[]", {}),
)


@pytest.mark.parametrize(("device", "heard", "topic", "payload", "asks"), HEARD)
def test_others_write_it_in_their_own_way_and_what_asks_nothing_of_ours_is_nothing(device, heard, topic, payload, asks):
    assert overheard(device, topic, payload, FILES, heard) == asks


def test_a_topic_that_tells_of_a_device_is_none_of_commands():
    heard = type(LOUNGE)(LOUNGE.values, {"command/Lounge/control": "faikin"})
    assert listens("faikin:Lounge", FILES, LOUNGE) == {"command/Lounge/control"}
    assert listens("faikin:Lounge", FILES, heard) == frozenset()
    assert listens("nobody", FILES, LOUNGE) == frozenset()
