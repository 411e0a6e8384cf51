"""The parts of the page of devices: the strip of a day, the words of a device, and what a topic looks like."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.devices_strip import SPAN_S, strip, strips
from dashboard.devices_unknown import command, dump, guess, unknowns
from dashboard.devices_words import label, places, printed, role
from dashboard.pages import devices
from heatledger.readings import Intervals
from heatledger.store import Series
from tests.dashboard.devices_house import row_of, shown, topic, words
from tests.dashboard.house import AT_US, HOUSE, key


def test_values_stand_in_the_units_of_the_home():
    made = shown()
    assert words(devices.render(made)[row_of(made, "Living").id]).split()[:8] == [
        "Living",
        "tasmota",
        "room",
        "70",
        "°F",
        "asked",
        "for",
        "70",
    ]
    metric = msgspec.structs.replace(HOUSE, temperature_unit="C")
    assert (printed(20.04, "temperature", metric), printed(-7.2, "outdoor_temp", HOUSE)) == ("20.0 °C", "19 °F")
    assert (
        printed(1240.0, "power", HOUSE),
        printed(46.6, "humidity", HOUSE),
        printed(0.97, "power_factor", HOUSE),
    ) == ("1.24 kW", "47%", "0.97")
    assert (printed(0.384, "price", HOUSE), printed(True, "online", HOUSE), printed(float("nan"), "flow", HOUSE)) == (
        "38.4 ¢/kWh",
        "yes",
        "Not known",
    )
    assert (label("flow_temp", ""), label("power", "b")) == ("flow", "b")


def test_a_device_says_what_it_is_in_the_home_file():
    made = shown()
    found = {row.name: row.place for row in made.rows}
    assert found["em"] == "main meter"
    assert found["plug1"] == "Mini-split plug: circuit"
    assert found["Bed"] == "Bedroom: indoor unit"
    assert found["trv1"] == "Kids’ room: temperature"
    assert found["station"] == ""
    assert "not named" in words(devices.render(made)[row_of(made, "station").id])
    known = places(HOUSE)
    assert role([key("em", "power", "a")], known) == role([key("em", "power", "b")], known) == "main meter"


def shares(*spans):
    """A day of intervals of which some are heard."""
    made = np.full(SPAN_S // 300, np.nan)
    for start, end in spans:
        made[start:end] = 1.0
    return made


@pytest.mark.parametrize(
    ("heard", "usual_s", "first_s", "gaps", "coverage"),
    [
        (shares((0, 288)), 10.0, -1e6, [], 1.0),
        (shares((0, 100), (109, 288)), 10.0, -1e6, [(100, 109)], 1 - 9 / 288),
        (shares((0, 100), (102, 288)), 10.0, -1e6, [], 1.0),
        (shares((0, 200)), 10.0, -1e6, [(200, 288)], 200 / 288),
        (shares((144, 288)), 10.0, 144 * 300, [], 1.0),
        (shares(*((n, n + 1) for n in range(0, 288, 12))), 3600.0, -1e6, [], 1.0),
        (
            shares(*((n, n + 1) for n in range(0, 288, 12) if n not in range(96, 180))),
            3600.0,
            -1e6,
            [(85, 180)],
            1 - 95 / 288,
        ),
        (shares(), None, -1e6, [(0, 288)], 0.0),
    ],
)
def test_a_strip_shows_what_was_missed_and_nothing_else(heard, usual_s, first_s, gaps, coverage):
    made = strip(heard, usual_s, first_s=first_s)
    assert [(round(gap.start * 288), round((gap.start + gap.width) * 288)) for gap in made.gaps] == gaps
    assert made.coverage == pytest.approx(coverage)
    assert made.missing_s == pytest.approx((1 - coverage) * made.known.width * SPAN_S)


@given(
    st.lists(st.one_of(st.just(float("nan")), st.floats(0, 1)), min_size=288, max_size=288),
    st.one_of(st.none(), st.floats(0.1, 1e5)),
    st.floats(-1e6, 2e5),
)
def test_a_strip_stays_inside_the_day(heard, usual_s, first_s):
    made = strip(np.array(heard), usual_s, first_s=first_s)
    assert 0 <= made.coverage <= 1
    ends = [made.known.start]
    for gap in made.gaps:
        assert gap.width > 0
        assert gap.start >= ends[-1] - 1e-9
        ends.append(gap.start + gap.width)
    assert ends[-1] <= 1 + 1e-9


def test_topics_that_look_like_something_come_first_then_the_newest():
    old, new = topic("b/log", sample=b"hello"), topic("a/x", sample=b"up")
    new = msgspec.structs.replace(new, first_us=AT_US)
    made = unknowns(
        [
            old,
            topic(),
            new,
            msgspec.structs.replace(topic("c"), outcome="understood"),
            msgspec.structs.replace(topic("d"), outcome="ignored"),
        ]
    )
    assert [row.topic for row in made.rows] == ["shellies/attic/relay/0/power", "a/x", "b/log"]
    assert (made.topics, made.messages) == (3, 123)


@pytest.mark.parametrize(
    ("name", "sample", "looks"),
    [
        ("hall/temperature", b"21.5", "temperature, °C"),
        ("hall/humidity", b" 44 ", "humidity, %"),
        ("meter/total_kwh", b"1,5", "energy, kWh"),
        ("x/y", b"-7", "a number"),
        ("x/power", b"on", ""),
        ("x/y", b'{"a":1,"Voltage":230}', "voltage, V"),
        ("x/y", b'{"power":"off"}', ""),
        ("x/y", b'{"power":true}', ""),
        ("x/y", b'{"cut', ""),
        ("x/y", b"", ""),
        ("x/y", b"\xff\xfe", ""),
    ],
)
def test_a_guess_is_made_of_form_and_words_only(name, sample, looks):
    assert guess(name, sample) == looks


def test_bytes_are_shown_as_they_are():
    assert dump(b"\x1b[31m") == "1b 5b 33 31 6d           ·[31m"
    assert dump(b"") == "no bytes: the payload was empty"
    assert dump(b"a" * 500).endswith("the first 64 of at least 500 bytes")


@pytest.mark.parametrize(
    ("name", "made"),
    [("-x/y", "heatledger discover --map=-x/y"), ("a b/$(rm)", "heatledger discover --map 'a b/$(rm)'")],
)
def test_a_command_is_safe_to_paste(name, made):
    assert command(name) == made


@pytest.mark.parametrize("name", ["a\nb", "a\x00", "a/{b}", "\u202eb", "", "(further topics)", "x" * 1000])
def test_a_topic_that_no_command_can_take_has_none(name):
    assert command(name) == ""


def test_blocks_of_another_day_are_left_out():
    where = key("plug1", "power")
    start_s = np.array([0, 300, SPAN_S, SPAN_S + 300])
    ones, none, zeros = np.ones(4), np.full(4, np.nan), np.zeros(4, dtype=np.int64)
    block = Intervals(where, start_s, none, none, none, none, none, ones, zeros)
    (made,) = strips([block], [Series(where, "W", "gauge", "", 0, 1)], {}, end_s=SPAN_S + 600).values()
    assert len(made.gaps) == 1
    assert made.coverage == pytest.approx(2 / 288)
