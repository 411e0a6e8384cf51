"""Readings: written in any order, kept as they were, found again by span and neighbour."""

import itertools
import math
import random

import msgspec
import numpy as np
import pytest

from heatledger.readings import Flag, Reading, Samples, States
from tests.store.parts import T0, S, block, kept, plain, plains, reading


def test_an_empty_store_answers_everything_with_nothing(store):
    assert store.homes() == []
    assert store.series("home") == []
    assert list(store.readings("home")) == []
    assert store.latest("home") == []
    assert store.samples("home", "tasmota", "plug", start_us=0, end_us=T0 * S) == []
    assert store.intervals("home", start_s=0, end_s=T0) == []
    assert dict(store.deliveries()) == {}
    assert store.expire_readings(T0 * S) == 0


def test_writing_nothing_is_nothing(store):
    store.write([])
    store.write_intervals([])
    store.delete_intervals(reading().key, start_s=0, end_s=T0)
    assert store.homes() == []


def test_readings_come_back_by_device_then_time_whatever_the_order_of_writing(store):
    batch = [reading(T0 + n % 7, float(n), device=f"plug {n % 3}") for n in range(21)]
    random.Random(4).shuffle(batch)
    store.write(batch[:11])
    store.write(batch[11:])
    found = list(store.readings("home"))
    assert [(one.device, one.time_us) for one in found] == sorted((one.device, one.time_us) for one in batch)
    assert plains(found) == plains(batch)


def test_writing_again_changes_nothing(store):
    batch = [reading(T0 + n, float(n)) for n in range(5)] + [reading(T0, 20.5, "temperature")]
    store.write(batch)
    once = (kept(store), plains(store.latest("home")), store.series("home"))
    store.write(batch)
    store.write(batch[:3])
    assert (kept(store), plains(store.latest("home")), store.series("home")) == once


def test_writes_of_one_device_and_time_merge(store):
    power, energy, room = (
        reading(value=900.0),
        reading(value=12.5, quantity="energy"),
        reading(value=21.0, quantity="temperature"),
    )
    store.write([power, energy])
    store.write([room])
    store.write([power])
    assert sorted(kept(store)) == plains([power, energy, room])


def test_a_second_value_for_the_same_key_replaces_the_first(store):
    store.write([reading(value=1.0), reading(value=7.0, quantity="energy")])
    store.write([reading(value=2.0, flags=int(Flag.ESTIMATED))])
    expected = [reading(value=2.0, flags=int(Flag.ESTIMATED)), reading(value=7.0, quantity="energy")]
    assert sorted(kept(store)) == plains(expected)
    assert plains(store.latest("home")) == plains(expected)


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        ("power", 1.0),
        ("power", -0.1),
        ("power", 1e-300),
        ("energy", 123456.789012345),
        ("power", math.nan),
        ("mode", "heat_cool"),
        ("fan", "0"),
        ("fan", "1.0"),
        ("fan", "true"),
        ("fan", "½ 暖"),
        ("online", True),
        ("online", False),
    ],
)
def test_a_value_comes_back_as_it_was(store, quantity, value):
    store.write([reading(value=value, quantity=quantity)])
    (found,) = store.readings("home")
    assert type(found.value) is type(value)
    assert plain(found) == plain(reading(value=value, quantity=quantity))
    assert plains(store.latest("home")) == [plain(found)]


@pytest.mark.parametrize(
    "name",
    [
        "Living room",
        "küche",
        "a/b",
        "a,b=c",
        'say "hi"',
        "it's",
        "back\\slash",
        "寝室",
        "🔥",
        " led",
        "trail ",
        "a:b",
        "%",
        "$x",
        "#",
        "\\",
    ],
)
def test_names_are_kept_verbatim(store, name):
    batch = [reading(device=name), reading(device="other"), reading(device=name, channel=name, value=2.0)]
    store.write(batch)
    assert sorted(kept(store)) == plains(batch)
    assert sorted(kept(store, device=name)) == plains([batch[0], batch[2]])
    assert {one.key for one in store.samples("home", "tasmota", name, start_us=0, end_us=2 * T0 * S)} == {
        batch[0].key,
        batch[2].key,
    }
    store.write_intervals([block(batch[2].key, [T0], energy=[0.1])])
    assert [found.key for found in store.intervals("home", start_s=T0, end_s=T0 + 1)] == [batch[2].key]


def test_the_device_as_a_whole_and_its_channels_are_different_series(store):
    batch = [reading(channel=channel, value=value) for channel, value in (("", 3.0), ("a", 1.0), ("b", 2.0))]
    store.write(batch)
    assert sorted(kept(store)) == plains(batch)


def test_homes_and_families_are_kept_apart(store):
    one, two = reading(home="annex"), reading(home="home", value=2.0)
    same_name = Reading("home", "faikin", "plug", "", "power", T0 * S, 3.0, "W", "gauge")
    store.write([two, one, same_name])
    assert store.homes() == ["annex", "home"]
    assert kept(store, "annex") == [plain(one)]
    assert kept(store) == [plain(same_name), plain(two)]
    assert kept(store, family="faikin") == [plain(same_name)]
    assert kept(store, family="faikin", device="nobody") == []


def test_a_span_is_half_open(store):
    store.write([reading(T0 + n, float(n)) for n in range(5)])
    found = store.readings("home", start_us=(T0 + 1) * S, end_us=(T0 + 3) * S)
    assert [one.value for one in found] == [1.0, 2.0]


def test_readings_stream_while_others_are_written(store):
    count = 12_000
    store.write([reading(T0 + n, float(n)) for n in range(count)])
    stream = store.readings("home")
    first = next(stream)
    store.write([reading(T0 - 1, device="zz later")])
    values = [first.value, *(one.value for one in stream if one.device == "plug")]
    assert values == [float(n) for n in range(count)]


def test_a_series_that_changes_its_meaning_takes_the_new_one(store):
    before, after = reading(T0, 1.0, "energy"), reading(T0 + 1, 2.0, "energy")
    store.write([before])
    store.write([msgspec.structs.replace(after, reset="never")])
    assert [row.reset for row in store.series("home")] == ["never"]
    assert {one.reset for one in store.readings("home")} == {"never"}


def test_series_tell_what_was_heard_and_when(store):
    store.write([reading(T0 + n, float(n)) for n in (3, 1, 2)] + [reading(T0, "heat", "mode", device="head")])
    head, plug = store.series("home")
    assert (head.key.device, head.unit, head.kind, head.first_us, head.last_us) == (
        "head",
        None,
        "state",
        T0 * S,
        T0 * S,
    )
    assert (plug.key, plug.unit, plug.kind, plug.reset) == (reading().key, "W", "gauge", "")
    assert (plug.first_us, plug.last_us) == ((T0 + 1) * S, (T0 + 3) * S)


def test_latest_is_the_newest_by_time_not_by_arrival(store):
    store.write([reading(T0 + 10, 10.0)])
    store.write([reading(T0 + 5, 5.0), reading(T0 + 7, 7.0)])
    assert [one.value for one in store.latest("home")] == [10.0]
    store.write([reading(T0 + 12, 12.0), reading(T0 + 11, 11.0)])
    assert [one.value for one in store.latest("home")] == [12.0]


def test_a_retained_reading_counts_but_hides_no_newer_live_one(store):
    retained = int(Flag.RETAINED)
    store.write([reading(T0, "off", "switch", flags=retained)])
    assert [(one.value, one.flags) for one in store.latest("home")] == [("off", retained)]
    store.write([reading(T0 + 1, "on", "switch")])
    store.write([reading(T0 + 0.5, "off", "switch", flags=retained)])
    assert [(one.value, one.flags) for one in store.latest("home")] == [("on", 0)]


def test_latest_has_one_reading_a_series_sorted_by_key(store):
    keys = itertools.product(["b", "a"], ["", "x"], ["power", "temperature"])
    store.write(
        [
            reading(T0 + n, 1.0, quantity, device=device, channel=channel)
            for n in range(3)
            for device, channel, quantity in keys
        ]
    )
    found = [one.key for one in store.latest("home")]
    assert found == sorted(set(found))
    assert len(found) == 8


def test_samples_bring_the_neighbours_of_the_span(store):
    store.write([reading(T0 + n, float(n)) for n in range(0, 100, 10)])
    (found,) = store.samples("home", "tasmota", "plug", start_us=(T0 + 25) * S, end_us=(T0 + 50) * S)
    assert isinstance(found, Samples)
    assert (found.key, found.kind, found.reset) == (reading().key, "gauge", "")
    assert found.value.tolist() == [20.0, 30.0, 40.0, 50.0]
    assert found.time_us.tolist() == [(T0 + n) * S for n in (20, 30, 40, 50)]
    assert found.flags.tolist() == [0] * 4


def test_each_series_has_its_own_neighbours(store):
    store.write([reading(T0 + n, float(n)) for n in range(100)])
    store.write([reading(T0 + n, float(n), "energy") for n in (3, 97)])
    store.write([reading(T0 + n, word, "mode") for n, word in ((1, "off"), (2, "heat"))])
    store.write([reading(T0 + 98, 5.0, "temperature")])
    found = {
        one.key.quantity: one
        for one in store.samples("home", "tasmota", "plug", start_us=(T0 + 50) * S, end_us=(T0 + 52) * S)
    }
    assert found["power"].value.tolist() == [49.0, 50.0, 51.0, 52.0]
    assert found["energy"].value.tolist() == [3.0, 97.0]
    assert found["energy"].reset == "reboot"
    assert isinstance(found["mode"], States)
    assert found["mode"].value == ["heat"]
    assert found["temperature"].value.tolist() == [5.0]


def test_neighbours_are_found_however_far_away(store):
    store.write([reading(T0 + 60 * n, float(n)) for n in range(3000)])
    rare = [reading(T0 + hours * 3600, hours, "setpoint") for hours in (1.0, 1.5, 24.0, 25.0, 45.0, 46.0)]
    store.write(rare)
    for start, end, expected in (
        (26, 27, [25, 45]),
        (1.2, 1.3, [1, 1.5]),
        (24, 25, [1.5, 24, 25]),
        (0, 1, [1]),
        (47, 48, [46]),
    ):
        found = store.samples(
            "home", "tasmota", "plug", start_us=round(T0 + start * 3600) * S, end_us=round(T0 + end * 3600) * S
        )
        assert [one.value.tolist() for one in found if one.key.quantity == "setpoint"] == [expected]
    store.expire_readings((T0 + 23 * 3600) * S)
    assert [
        one.value.tolist()
        for one in store.samples("home", "tasmota", "plug", start_us=(T0 + 84_000) * S, end_us=(T0 + 86_000) * S)
        if one.key.quantity == "setpoint"
    ] == [[24]]


def test_samples_show_words_truths_and_missing_numbers(store):
    store.write([reading(T0, True, "online"), reading(T0 + 1, False, "online"), reading(T0 + 1, math.nan, flags=8)])
    power_or_online = store.samples("home", "tasmota", "plug", start_us=T0 * S, end_us=(T0 + 2) * S)
    found = {one.key.quantity: one for one in power_or_online}
    assert found["online"].value == ["true", "false"]
    assert np.isnan(found["power"].value).tolist() == [True]
    assert found["power"].flags.tolist() == [8]


def test_a_home_that_is_deleted_is_gone_and_begins_anew(store):
    """Another home stays as it was, and a writer that knew the old series writes on."""
    old, other = reading(value=1.0), reading(home="cabin", value=2.0)
    store.write([old, other])
    assert store.delete_home(old.home) > 0
    assert store.homes() == ["cabin"]
    assert (list(store.readings(old.home)), store.series(old.home), store.latest(old.home)) == ([], [], [])
    later = reading(value=3.0)
    store.write([later])
    assert [row.value for row in store.readings(old.home)] == [3.0]
    assert [row.value for row in store.readings("cabin")] == [2.0]
    assert store.delete_home("nowhere") == 0
