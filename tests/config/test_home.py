"""A point of the home file finds the series it means, whatever characters the device's own name holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.home import names, resolve
from heatledger.readings import SeriesKey


def series(device, channel="", quantity="power", family="shelly_gen2"):
    return SeriesKey("home", family, device, channel, quantity)


def test_a_device_answers_to_its_name_with_and_without_family_and_channel():
    assert set(names(series("main", "a"))) == {"main", "shelly_gen2:main", "main:a", "shelly_gen2:main:a"}
    assert set(names(series("main"))) == {"main", "shelly_gen2:main"}


WHOLE, A, B = series("main"), series("main", "a"), series("main", "b")


@pytest.mark.parametrize(
    ("point", "heard", "expected"),
    [
        ("main", [WHOLE, A, B], WHOLE),
        ("main:a", [WHOLE, A, B], A),
        ("shelly_gen2:main:b", [WHOLE, A, B], B),
        ("main", [A], A),
        ("main", [A, B], None),
        ("main:c", [WHOLE, A, B], None),
        ("Main", [WHOLE], None),
        ("main", [], None),
    ],
    ids=["whole", "channel", "family and channel", "only channel", "ambiguous", "no such", "verbatim", "none heard"],
)
def test_a_point_means_its_channel_or_the_whole_or_the_only_one(point, heard, expected):
    assert resolve(point, "power", heard) == expected


def test_the_quantity_must_be_the_one_asked_for():
    assert resolve("main", "energy", [WHOLE]) is None


def test_one_name_in_two_families_is_told_apart_by_family_only():
    other = series("main", family="tasmota")
    assert resolve("main", "power", [WHOLE, other]) is None
    assert resolve("tasmota:main", "power", [WHOLE, other]) == other


@pytest.mark.parametrize("device", ["0x00158d:1", "attic/east plug", "a:b/c", "Wohnzimmer °C", "tasmota:main"])
def test_colons_slashes_and_spaces_in_a_device_name_are_verbatim(device):
    key, channel = series(device), series(device, "1")
    assert resolve(device, "power", [key]) == key
    assert resolve(f"shelly_gen2:{device}", "power", [key]) == key
    assert resolve(f"{device}:1", "power", [key, channel]) == channel
    assert resolve(device, "power", [key, channel]) == key


def test_a_device_whose_name_ends_like_a_channel_is_the_device():
    device, channel = series("plug:1"), series("hall", "1")
    assert resolve("plug:1", "power", [device, channel]) == device


def test_a_channel_and_a_device_of_the_same_spelling_are_ambiguous_until_the_family_is_written():
    device, channel = series("plug:1", family="tasmota"), series("plug", "1")
    assert resolve("tasmota:plug:1", "power", [device, channel]) == device
    assert resolve("shelly_gen2:plug:1", "power", [device, channel]) == channel


DEVICES = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=12)


@given(DEVICES, st.sampled_from(["", "a", "1", "em:0"]), st.sampled_from(["tasmota", "shelly_gen2"]))
def test_a_series_alone_answers_to_every_one_of_its_names(device, channel, family):
    key = series(device, channel, family=family)
    assert all(resolve(name, "power", [key]) == key for name in names(key))


@given(st.lists(st.builds(series, DEVICES, st.sampled_from(["", "a", "b"])), max_size=6), DEVICES)
def test_what_is_found_was_heard_and_answers_to_the_name(heard, point):
    found = resolve(point, "power", heard)
    assert found is None or (found in heard and point in names(found))
