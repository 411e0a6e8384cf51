"""The decoder's own laws, on small device files made for the purpose."""

from __future__ import annotations

import json

import jmespath
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.emits import DecodeConfig
from heatledger.readings import Flag
from ingest.decode import LARGEST_PAYLOAD, Decoder
from ingest.selectors import compile_selector

NOW_US = 1_772_352_060_000_000  # 2026-03-01T08:01:00Z
MIN_US = 60_000_000


def say(decoder, topic, payload, **options):
    raw = (
        payload
        if isinstance(payload, bytes)
        else payload.encode()
        if isinstance(payload, str)
        else json.dumps(payload).encode()
    )
    return decoder.decode(topic, raw, **{"retain": False, "received_us": NOW_US, **options})


def values(decoded):
    return {(one.device, one.channel, one.quantity): one.value for one in decoded.readings}


SIMPLE = """
family = "simple"
[[rules]]
topics = ["s/{device}"]
bare = ["s/{device}/{attribute}"]
wrap = "attribute"
device = "{device}"
clock = [{ path = "ts", format = "unix" }, { path = "at", format = "iso" }, { path = "utc", format = "iso-utc" }]
temp_unit = { path = "unit" }
emit = [
  { quantity = "power", path = "p", unit = "W" },
  { quantity = "energy", path = "e", unit = "Wh", reset = "reboot", flags = ["uncertain"] },
  { quantity = "temperature", path = "t", unit = "°C or °F" },
  { quantity = "flow", path = "flow", unit = "L/min", unit_path = "flow_unit" },
  { quantity = "setpoint", path = ["set", "want"], unit = "°C", min = 5, max = 35, reject = [21.5] },
  { quantity = "price", path = "price", unit = "GBP/kWh" },
  { quantity = "mode", path = "on", words = { false = "off" } },
  { quantity = "mode", path = "mode", words = { auto = "heat_cool", sleep = "" } },
  { quantity = "fan", path = "fan" },
  { quantity = "switch", path = "relay" },
  { quantity = "online", path = "up" },
  { quantity = "humidity", path = "h", unit = "%", scale = 0.1, lists = "middle" },
  { quantity = "voltage", path = "v", unit = "V", lists = "channels" },
]
"""


@pytest.fixture
def simple(decode_with) -> Decoder:
    return decode_with(SIMPLE)


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        ({"p": "001234.50"}, {"power": 1234.5}),
        ({"p": True}, {}),
        ({"p": None, "h": 500}, {"humidity": 50.0}),
        ({"p": "1,5"}, {}),
        ({"p": "0x1F"}, {}),
        ({"p": "1_000"}, {}),
        ({"p": [1, 2]}, {}),
        ({"p": {"w": 1}}, {}),
        ({"p": -3}, {"power": -3.0}),
        ({"p": "nan", "e": 1500}, {"energy": 1.5}),
        ({"p": "Infinity"}, {}),
        ({"p": "1e999"}, {}),
        ({"p": 10**300, "e": 10**400}, {"power": 1e300}),
        ({"e": -0.1}, {}),
        ({"set": 21.5, "want": 20}, {"setpoint": 20.0}),
        ({"set": 4, "want": "35"}, {"setpoint": 35.0}),
        ({"flow": 60, "flow_unit": "L/h"}, {"flow": 1.0}),
        ({"flow": 60}, {"flow": 60.0}),
        ({"flow": 60, "flow_unit": "kWh"}, {}),
        ({"flow": 60, "flow_unit": {}}, {}),
        ({"on": False, "mode": "cool"}, {"mode": "off"}),
        ({"on": True, "mode": "AUTO"}, {"mode": "heat_cool"}),
        ({"mode": "sleep"}, {}),
        ({"mode": "turbo"}, {}),
        ({"fan": " Quiet "}, {"fan": "quiet"}),
        ({"fan": 3}, {"fan": "3"}),
        ({"fan": 3.5}, {}),
        ({"fan": "a\u0007b"}, {}),
        ({"fan": "---"}, {}),
        ({"relay": 1}, {"switch": "on"}),
        ({"relay": "2"}, {}),
        ({"up": "Disconnected"}, {"online": False}),
        ({"up": 1}, {}),
        ({"h": [400, 450, 520]}, {"humidity": 45.0}),
        ({"h": [400, 450]}, {}),
    ],
)
def test_a_field_is_a_number_a_word_or_nothing(simple, payload, wanted):
    got = {reading.quantity: reading.value for reading in say(simple, "s/den", payload).readings}
    assert got == pytest.approx(wanted) if all(isinstance(one, float) for one in wanted.values()) else got == wanted


def test_a_list_is_one_value_per_channel_and_a_hole_keeps_its_number(simple):
    assert values(say(simple, "s/den", {"v": [230, None, "231.5"]})) == {
        ("den", "1", "voltage"): 230.0,
        ("den", "3", "voltage"): 231.5,
    }


def test_a_bare_value_stands_under_its_topic_level(simple):
    assert values(say(simple, "s/den/p", "61.5")) == {("den", "", "power"): 61.5}
    assert values(say(simple, "s/den/mode", '"cool"')) == {("den", "", "mode"): "cool"}


def test_a_reading_carries_unit_kind_reset_and_flags(simple):
    reading = say(simple, "s/den", {"e": 10}, retain=True, home="cabin").readings[0]
    assert (reading.home, reading.family, reading.unit, reading.kind, reading.reset) == (
        *("cabin", "simple", "kWh", "counter", "reboot"),
    )
    assert reading.flags == Flag.RETAINED | Flag.UNCERTAIN
    assert say(simple, "s/den", {"price": 0.21}).readings[0].unit == "GBP/kWh"


def test_fahrenheit_is_said_by_the_message_else_by_the_user(simple):
    warm = DecodeConfig(temp_unit="F")
    assert values(say(simple, "s/den", {"t": 68}))["den", "", "temperature"] == 68
    assert values(say(simple, "s/den", {"t": 68}, config=warm))["den", "", "temperature"] == pytest.approx(20)
    assert values(say(simple, "s/den", {"t": 68, "unit": "F"}))["den", "", "temperature"] == pytest.approx(20)
    assert values(say(simple, "s/den", {"t": 20, "unit": "C"}, config=warm))["den", "", "temperature"] == 20
    assert values(say(simple, "s/den", {"set": 20}, config=warm))["den", "", "setpoint"] == 20


@pytest.mark.parametrize(
    ("clock", "behind_us"),
    [
        ({"ts": NOW_US / 1e6 - 600}, 10 * MIN_US),
        ({"ts": NOW_US / 1e6 - 601}, 0),
        ({"ts": NOW_US / 1e6 + 60}, -MIN_US),
        ({"ts": NOW_US / 1e6 + 61}, 0),
        ({"ts": 1.61}, 0),
        ({"ts": -5}, 0),
        ({"ts": 1e300}, 0),
        ({"ts": "soon"}, 0),
        ({"at": "2026-03-01T08:00:30Z"}, MIN_US // 2),
        ({"at": "2026-03-01T09:00:30+01:00"}, MIN_US // 2),
        ({"at": "2026-03-01T02:00:30.500000-06:00"}, MIN_US // 2 - 500_000),
        ({"at": "2026-03-01T08:00:30"}, 0),
        ({"at": "2026-13-41T08:00:30Z"}, 0),
        ({"at": "0001-01-01T00:00:00+14:00"}, 0),
        ({"utc": "2026-03-01 08:00:30"}, MIN_US // 2),
    ],
)
def test_a_device_clock_counts_only_with_a_zone_and_near_receipt(simple, clock, behind_us):
    assert say(simple, "s/den", {"p": 1, **clock}).readings[0].time_us == NOW_US - behind_us


@pytest.mark.parametrize(
    ("topic", "payload", "outcome"),
    [
        ("s/den", b"", "ignored"),
        ("s/den", b"{}", "understood"),
        ("s/den", b'{"p":nan}', "malformed"),
        ("s/den", b'{"p":NaN}', "malformed"),
        ("s/den", b'{"p":1', "malformed"),
        ("s/den", b"\x00\x01\xff", "malformed"),
        ("s/den", b'{"p":"\xff"}', "malformed"),
        ("s/den", b"just text", "malformed"),
        ("s/den", b"[" * 100_000, "malformed"),
        ("s/den", b'{"p":' * 100_000, "malformed"),
        ("s/den", b'{"p":1}' + b" " * LARGEST_PAYLOAD, "malformed"),
        ("s/den", b"x" * 10_000_000, "malformed"),
        ("s/den/p", b"9" * 5000, "understood"),
        ("elsewhere/den", b"12", "unknown"),
        ("", b"12", "unknown"),
        ("s/\ud800", b'{"p":1}', "unknown"),
        ("$SYS/broker/uptime", b"12", "ignored"),
        ("heatledger/home/live/simple/den", b'{"p":1}', "ignored"),
    ],
)
def test_every_message_has_an_outcome_and_a_line_saying_why(simple, topic, payload, outcome):
    decoded = say(simple, topic, payload)
    assert (decoded.outcome, decoded.readings) == (outcome, [])
    assert decoded.note
    assert "\n" not in decoded.note


@pytest.mark.parametrize("odd", ["1e400", "9" * 5000, '"\\ud800"'])
def test_a_value_beyond_the_strict_parser_is_nothing_and_the_other_fields_stand(simple, odd):
    assert values(say(simple, "s/den", f'{{"p":{odd},"e":1000,"fan":{odd}}}')) == {("den", "", "energy"): 1.0}


def test_state_never_spans_messages(simple):
    messages = [
        ("s/a", {"t": 68, "unit": "F"}),
        ("s/a", {"t": 20}),
        ("s/b", {"e": 5}),
        ("s/a/p", "3"),
        ("s/a", "broken"),
    ]
    once = [values(say(simple, *message)) for message in messages]
    again = [values(say(simple, *message)) for message in reversed(messages)]
    assert once == again[::-1]


EACH = """
family = "each"
ignore = ["e/{device}/set"]
[[rules]]
topics = ["e/{device}"]
device = "{device}"
guard = "kind == 'meter'"
fold = true
[[rules.each]]
path = "parts"
key = "{name:a|b*}{n:int}"
skip = ["bad*"]
channel = "{name}-{n}"
device = "{device}/{name}"
device_path = "label"
when = "!broken"
clock = [{ path = "seen", format = "unix", any_age = true }]
emit = [{ quantity = "power", path = "w", unit = "kW" }]
[[rules.each]]
path = "list"
key = "{n:int}"
channel = "{n}"
emit = [{ quantity = "switch" }]
"""


def test_an_object_is_visited_key_by_key(decode_with):
    decoder = decode_with(EACH)
    parts = {
        "A1": {"W": 1},
        "bus2": {"w": 2, "Label": "Büro"},
        "bad3": {"w": 3},
        "c4": {"w": 4},
        "a5": {"w": 5, "broken": 1},
    }
    decoded = say(decoder, "e/x", {"Kind": "meter", "Parts": parts, "list": ["on", 5, False]})
    assert values(decoded) == {
        ("x/a", "a-1", "power"): 1000.0,
        ("Büro", "bus-2", "power"): 2000.0,
        ("x", "1", "switch"): "on",
        ("x", "3", "switch"): "off",
    }


def test_a_replayed_value_keeps_its_old_time(decode_with):
    decoder = decode_with(EACH)
    parts = {"a1": {"w": 1, "seen": 1_700_000_000}, "a2": {"w": 2, "seen": 1_000_000_000}, "a3": {"w": 3}}
    decoded = say(decoder, "e/x", {"kind": "meter", "parts": parts})
    assert [reading.time_us for reading in decoded.readings] == [1_700_000_000_000_000, NOW_US, NOW_US]


def test_a_payload_that_fails_the_guard_is_not_understood(decode_with):
    decoder = decode_with(EACH)
    assert say(decoder, "e/x", {"kind": "valve"}).outcome == "unknown"
    assert say(decoder, "e/x", [1]).outcome == "unknown"
    assert say(decoder, "e/x/set", {"kind": "meter"}).outcome == "ignored"


def test_keys_without_end_and_names_without_end_are_not_remembered(decode_with):
    decoder = decode_with(EACH)
    long = {f"a{'9' * 300}": {"w": 1}}
    assert say(decoder, "e/x", {"kind": "meter", "parts": long}).readings == []
    many = {f"a{number}": {"w": number} for number in range(500)}
    assert len(say(decoder, "e/x", {"kind": "meter", "parts": many}).readings) == 500
    assert len(say(decoder, "e/x", {"kind": "meter", "parts": many}).readings) == 500


@pytest.mark.parametrize("word", ["TRUE", "Online", "connected"])
def test_availability_is_read_in_any_case(simple, word):
    assert values(say(simple, "s/den/up", word)) == {("den", "", "online"): True}


@pytest.mark.parametrize(
    ("guard", "payload", "holds"),
    [
        ("a", {"a": 0}, True),
        ("a", {"a": False}, False),
        ("a", {"a": []}, False),
        ("a.b", {"a": 5}, False),
        ("a && b", {"a": 1}, False),
        ("a && b", {"a": 1, "b": 2}, True),
        ("a || b", {"b": 2}, True),
        ("!(a || b)", {"c": 2}, True),
        ("a == 'x'", {"a": "x"}, True),
        ("a != 'x'", {"a": "x"}, False),
        ("a != `null`", {"a": 0}, True),
        ("a == `5`", {"a": 5}, True),
        ("a == b", {"a": 1, "b": 1}, True),
        ("a > `3` && b", {"a": 4, "b": 1}, True),
        ("a[0].b", {"a": [{"b": 1}]}, True),
        ("contains(keys(@), 'a')", {"a": None}, True),
        ("contains(keys(@), 'a')", [1], False),
        ("contains(a, 'x')", {"a": "xyz"}, True),
        ("length(a) > `1`", {"a": 5}, False),
        ("@", {}, False),
    ],
)
def test_a_condition_holds_as_jmespath_says(decode_with, guard, payload, holds):
    text = f"""
family = "guarded"
[[rules]]
topics = ["g"]
device = "g"
guard = "{guard}"
emit = [{{ quantity = "power", path = "p", unit = "W" }}]
"""
    assert (say(decode_with(text), "g", payload).outcome == "understood") is holds


def test_a_payload_nested_to_the_brim_and_names_that_are_no_text_are_refused(decode_with):
    decoder = decode_with(EACH)
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    assert say(decoder, "e/x", deep).outcome in {"malformed", "unknown"}
    odd = b'{"kind":"meter","parts":{"a\\ud8001":{"w":1},"a2":{"w":2,"label":"\\ud800"}}}'
    assert values(say(decoder, "e/x", odd)) == {("x/a", "a-2", "power"): 2000.0}


NAMES = st.sampled_from("ab")
TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), NAMES),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=2)),
    max_leaves=12,
)
STEPS = st.lists(st.one_of(st.sampled_from([".a", ".b", "[0]", "[1]", "[-1]"])), max_size=4)


@given(tree=TREES, first=NAMES, steps=STEPS)
def test_the_short_cuts_of_paths_pick_what_jmespath_picks(tree, first, steps):
    path = first + "".join(steps)
    assert compile_selector(path)(tree) == jmespath.search(path, tree)


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
