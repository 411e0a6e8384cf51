"""What the user says of a device, and payloads that must be taken apart first."""

from __future__ import annotations

import msgspec
import pytest

from heatledger.emits import DecodeConfig
from tests.decode.simple import say, values

LINES = """
family = "lines"
[[rules]]
bare = ["{base:path}/obis"]
device = "{base}"
lines = "1-0:{key}*255({value}*{unit})"
emit = [
  { quantity = "energy", path = '"1.8.0".value', unit = "kWh", unit_path = '"1.8.0".unit' },
  { quantity = "power", path = '"16.7.0".value', unit = "W" },
]
"""


def test_lines_of_text_are_taken_apart(decode_with):
    text = "/METER\n1-0:0.0.0*255(1EBZ)\n1-0:1.8.0*255(009094000.5*Wh)\n1-0:16.7.0*255(000169.25*W)\n!\n"
    got = values(say(decode_with(LINES), "a/b/obis", text))
    assert got == {("a/b", "", "energy"): pytest.approx(9094.0005), ("a/b", "", "power"): 169.25}


def test_the_users_map_adds_to_what_the_family_says(simple):
    said = {"map": [{"path": "x.y", "quantity": "power_returned", "unit": "W", "scale": 0.1, "channel": "roof"}]}
    config = msgspec.convert(said, DecodeConfig)
    got = values(say(simple, "s/den", {"p": 1, "x": {"y": "1003"}}, config=config))
    assert got == {("den", "", "power"): 1.0, ("den", "roof", "power_returned"): pytest.approx(100.3)}


SILENT = """
family = "silent"
[[rules]]
bare = ["n/{node}/{input}"]
device = "{node}"
channel = "{input}"
[[rules]]
topics = ["d/{device}"]
device = "{device}"
device_path = "serial"
emit = [{ quantity = "temperature", path = "t", unit = "°C or °F" }]
each = [{ path = "parts", key = "{n:int}", channel = "{n}", emit = [{ quantity = "power", path = "w", unit = "W" }] }]
"""
SAID = """
[[config]]
topics = ["n/{node}/P{n:int}"]
map = [{ quantity = "power", unit = "kW" }]
[[config]]
topics = ["d/{device}"]
temp_unit = "F"
map = [{ path = "q", quantity = "switch" }]
[[config]]
topics = ["d/attic"]
map = [{ path = "e", quantity = "energy", unit = "Wh", reset = "reboot", channel = "meter" }]
"""


def test_what_a_user_says_in_a_file_is_added_to_what_the_family_says(decode_with):
    before, after = decode_with(SILENT), decode_with(SILENT + SAID)
    assert say(before, "n/hut/P1", "1.5").outcome == "unknown"
    assert "[[config]]" in say(before, "n/hut/P1", "1.5").note
    assert values(say(after, "n/hut/P1", "1.5")) == {("hut", "P1", "power"): 1500.0}
    assert say(after, "n/hut/Q1", "1.5").outcome == "unknown"
    said = {"t": 68, "e": 900, "q": "ON"}
    warm = pytest.approx(20)
    assert values(say(after, "d/loft", said)) == {("loft", "", "temperature"): warm, ("loft", "", "switch"): "on"}
    assert values(say(after, "d/attic", said))["attic", "meter", "energy"] == 0.9
    assert values(say(after, "d/attic", said, config=DecodeConfig())) == {("attic", "", "temperature"): 68.0}


def test_a_payload_may_name_its_own_device(decode_with):
    decoded = say(decode_with(SILENT), "d/x", {"serial": 4711, "t": 20, "parts": {"1": {"w": 5}}})
    assert values(decoded) == {("4711", "", "temperature"): 20.0, ("4711", "1", "power"): 5.0}
    assert values(say(decode_with(SILENT), "d/x", {"serial": "", "t": 20})) == {("x", "", "temperature"): 20.0}


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"path": "[", "quantity": "power", "unit": "W"}, "JMESPath"),
        ({"path": "x", "quantity": "powr", "unit": "W"}, "did you mean 'power'"),
        ({"path": "x", "quantity": "power", "unit": "kWh"}, "does not measure power"),
    ],
)
def test_a_map_that_cannot_be_meant_is_refused(entry, why):
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert({"map": [entry]}, DecodeConfig)


def test_a_family_with_a_literal_topic_comes_before_one_with_captures(tmp_path, decode_with):
    text = """
family = "two"
[[rules]]
topics = ["{base}/{device}"]
device = "general"
emit = [{ quantity = "power", path = "p", unit = "W" }]
[[rules]]
topics = ["home/{device}"]
device = "literal"
emit = [{ quantity = "power", path = "p", unit = "W" }]
"""
    decoder = decode_with(text)
    assert [one.device for one in say(decoder, "home/x", {"p": 1}).readings] == ["literal"]
    assert [one.device for one in say(decoder, "away/x", {"p": 1}).readings] == ["general"]


WRAPPED = """
family = "wrapped"
[[rules]]
topics = ["w/{device}/{zone:z#|}{name}"]
bare = ["w/{device}/{zone:z#|}{name}"]
wrap = "name"
fold = true
body = ["value", "*.value | [0]"]
device = "{device}"
channel = "{zone}"
emit = [
  { quantity = "temperature", path = "roomtemp", unit = "°C" },
  { quantity = "online", path = "alive", words = { unavailable = "false" } },
]
"""


@pytest.mark.parametrize(
    ("topic", "payload", "wanted"),
    [
        ("w/den/RoomTemp", "21.5", {("den", "", "temperature"): 21.5}),
        ("w/den/z2RoomTemp", {"value": "21.5"}, {("den", "z2", "temperature"): 21.5}),
        ("w/den/z10ROOMTEMP", {"T": {"Value": 20}, "s": {"value": 9}}, {("den", "z10", "temperature"): 20.0}),
        ("w/den/zRoomTemp", "21.5", {}),
        ("w/den/RoomTemp", {"T": 20}, {}),
        ("w/den/alive", "unavailable", {("den", "", "online"): False}),
        ("w/den/alive", "unknown", {}),
    ],
)
def test_a_value_inside_a_payload_stands_under_a_part_of_its_level(decode_with, topic, payload, wanted):
    assert values(say(decode_with(WRAPPED), topic, payload)) == wanted
