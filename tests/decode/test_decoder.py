"""The decoder's own laws, on small device files made for the purpose."""

from __future__ import annotations

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.emits import DecodeConfig
from heatledger.readings import Flag
from ingest.decode import LARGEST_PAYLOAD
from ingest.selectors import compile_selector
from tests.decode.simple import MIN_US, NOW_US, say, values


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
    ("clock", "lost"),
    [
        ({"ts": 1.61}, True),  # a Shelly 1.6 s after its start
        ({"ts": 946_684_812}, True),  # 2000-01-01T00:00:12Z
        ({"at": "1970-01-01T00:00:12"}, True),  # a Tasmota plug, which never says its zone
        ({"at": "2000-01-01T00:00:05Z"}, True),
        ({"at": "2026-03-01T09:01:00"}, False),  # set, of an unknown zone
        ({"ts": NOW_US / 1e6}, False),
        ({"ts": NOW_US / 1e6 - 86_400}, False),  # late is not unset
        ({"ts": 0.0, "utc": "2026-03-01T08:01:00"}, True),
        ({}, False),
        ({"at": "yesterday, about noon"}, False),
    ],
)
def test_a_clock_that_was_not_set_since_the_start_is_flagged_and_the_time_is_that_of_receipt(simple, clock, lost):
    (reading,) = say(simple, "s/den", {"p": 1, **clock}).readings
    assert reading.time_us == NOW_US
    assert bool(reading.flags & Flag.CLOCK_LOST) is lost


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
