"""What every store keeps to. An engine's test module imports all of this and defines one fixture, `store_factory`:
a function that returns the URL of a new, empty store at every call."""

import itertools
import math
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatledger.quantities import QUANTITIES
from heatledger.readings import Flag, Intervals, Reading, Samples, SeriesKey, States
from heatledger.store import Delivery, Store, open_store
from tests.store.writer import group

S = 1_000_000
"""A second. [µs]"""
T0 = 1_793_000_000
"""A moment in October 2026. [s]"""
WRITER = Path(__file__).with_name("writer.py")
RESETS = {"energy": "reboot", "heat_energy": "daily"}
STEP = 700
"""Between the possible times of drawn readings: some fall in one hour, some do not. [s]"""
SPOKEN = {"mode": st.sampled_from(["off", "heat", "fan_only"]), "online": st.booleans()}
NUMBERS = st.floats(allow_nan=True, allow_infinity=False, width=64)

StoreFactory = Callable[[], str]


@pytest.fixture
def store(store_factory: StoreFactory) -> Iterator[Store]:
    opened = open_store(store_factory())
    yield opened
    opened.close()


def reading(time_s=T0, value=1.0, quantity="power", *, device="plug", channel="", home="home", flags=0):
    row = QUANTITIES[quantity]
    return Reading(
        home,
        "tasmota",
        device,
        channel,
        quantity,
        round(time_s * S),
        value,
        row.unit,
        row.kind,
        RESETS.get(quantity, ""),
        flags,
    )


def plain(one: Reading) -> tuple[object, ...]:
    """A reading that can be compared: NaN equals NaN, 1.0 is neither 1 nor True."""
    return (*one.key, one.time_us, repr(one.value), one.unit, one.kind, one.reset, int(one.flags))


def kept(store: Store, home="home", **span) -> list[tuple[object, ...]]:
    return [plain(one) for one in store.readings(home, **span)]


def plains(readings) -> list[tuple[object, ...]]:
    return sorted(plain(one) for one in readings)


def block(key: SeriesKey, starts, *, state=None, **columns) -> Intervals:
    """Intervals with NaN in every column that is not given."""
    names = ("energy", "mean", "min", "max", "last", "coverage")
    numbers = [np.array(columns.get(name, [math.nan] * len(starts)), dtype=np.float64) for name in names]
    flags = np.array(columns.get("flags", [0] * len(starts)), dtype=np.int64)
    return Intervals(key, np.array(starts, dtype=np.int64), *numbers, flags, state)


def assert_same(found: Intervals, expected: Intervals) -> None:
    assert found.key == expected.key
    assert found.state == expected.state
    for name in ("start_s", "energy", "mean", "min", "max", "last", "coverage", "flags"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


# --- empty ---------------------------------------------------------------------------------------


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


# --- readings ------------------------------------------------------------------------------------


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


# --- latest --------------------------------------------------------------------------------------


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


# --- samples -------------------------------------------------------------------------------------


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


# --- intervals -----------------------------------------------------------------------------------


def test_intervals_come_back_as_they_were_with_their_missing_numbers(store):
    starts = [T0, T0 + 300, T0 + 900]
    power = block(
        reading().key,
        starts,
        energy=[0.1, math.nan, 0.3],
        mean=[1.5, 2.5, math.nan],
        min=[-1, 0, 1],
        max=[5, 6, 7],
        last=[1, 2, 3],
        coverage=[1, 0.25, 0],
        flags=[0, int(Flag.GAP | Flag.RESET), 1],
    )
    mode = block(reading(quantity="mode").key, starts[:2], state=["heat", "fan_only"], coverage=[1, 1])
    store.write_intervals([power, mode])
    found = store.intervals("home", start_s=T0, end_s=T0 + 901)
    assert [one.key.quantity for one in found] == ["mode", "power"]
    assert_same(found[0], mode)
    assert_same(found[1], power)


def test_intervals_are_replaced_where_they_are_written_again(store):
    key = reading().key
    store.write_intervals([block(key, [T0, T0 + 300], energy=[1, 2], mean=[3, 4])])
    store.write_intervals([block(key, [T0 + 300, T0 + 600], energy=[5, 6])])
    (found,) = store.intervals("home", start_s=T0, end_s=T0 + 1000)
    assert_same(found, block(key, [T0, T0 + 300, T0 + 600], energy=[1, 5, 6], mean=[3, math.nan, math.nan]))


def test_a_span_and_a_choice_of_quantities(store):
    for quantity in ("power", "temperature", "humidity"):
        store.write_intervals([block(reading(quantity=quantity).key, [T0 + 300 * n for n in range(6)], mean=range(6))])
    chosen = store.intervals("home", start_s=T0 + 300, end_s=T0 + 900, quantities=["power", "humidity"])
    assert [one.key.quantity for one in chosen] == ["humidity", "power"]
    assert [one.mean.tolist() for one in chosen] == [[1, 2], [1, 2]]
    assert store.intervals("home", start_s=T0, end_s=T0 + 300, quantities=[]) == []
    assert store.intervals("annex", start_s=T0, end_s=T0 + 300) == []


def test_intervals_can_be_deleted_in_a_span(store):
    keys = [reading().key, reading(device="other").key]
    store.write_intervals([block(key, [T0 + 300 * n for n in range(4)], energy=range(4)) for key in keys])
    store.delete_intervals(keys[0], start_s=T0 + 300, end_s=T0 + 900)
    other, plug = store.intervals("home", start_s=T0, end_s=T0 + 1200)
    assert other.energy.tolist() == [0, 1, 2, 3]
    assert plug.energy.tolist() == [0, 3]


def test_a_home_known_by_its_intervals_alone_is_a_home(store):
    store.write_intervals([block(reading(quantity="energy").key, [T0, T0 + 300], energy=[1, 2])])
    assert store.homes() == ["home"]
    (row,) = store.series("home")
    assert (row.key, row.unit, row.kind) == (reading(quantity="energy").key, "kWh", "counter")
    assert (row.first_us, row.last_us) == (T0 * S, (T0 + 300) * S)
    assert store.latest("home") == []
    store.write([reading(T0 + 400, 3.0, "energy")])
    assert [row.reset for row in store.series("home")] == ["reboot"]


def test_many_intervals_at_once(store):
    blocks = [block(reading(device=f"d{n}").key, range(T0, T0 + 300 * 9000, 300), mean=range(9000)) for n in range(5)]
    store.write_intervals(blocks)
    found = store.intervals("home", start_s=T0, end_s=T0 + 300 * 9000)
    assert [one.mean.sum() for one in found] == [sum(range(9000))] * 5


# --- deliveries, retention -----------------------------------------------------------------------


def test_deliveries_are_kept_the_last_of_each_packet_id(store):
    store.write([reading()], deliveries=[Delivery(1, b"a" * 16), Delivery(2, b"b" * 16)])
    store.write([], deliveries=[Delivery(1, b"c" * 16)])
    assert dict(store.deliveries()) == {1: b"c" * 16, 2: b"b" * 16}


def test_at_least_eight_thousand_deliveries_are_kept_and_not_all_for_ever(store):
    for start in range(0, 30_000, 1000):
        store.write([], deliveries=[Delivery(n + 1, n.to_bytes(4)) for n in range(start, start + 1000)])
    found = store.deliveries()
    assert all(found[n + 1] == n.to_bytes(4) for n in range(22_000, 30_000))
    assert len(found) < 20_000


def test_deliveries_and_readings_are_committed_together_or_not_at_all(store):
    good, bad = reading(), reading(T0 + 1, object())
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the engine says of such a value
        store.write([good, bad], deliveries=[Delivery(7, b"x" * 16)])
    assert kept(store) == []
    assert dict(store.deliveries()) == {}
    store.write([good], deliveries=[Delivery(7, b"x" * 16)])
    assert kept(store) == [plain(good)]
    assert dict(store.deliveries()) == {7: b"x" * 16}


def test_readings_expire_and_intervals_stay(store):
    store.write(
        [reading(T0 + n, float(n), device=device) for n in range(10) for device in ("a", "b")]
        + [reading(T0, device="old")]
    )
    store.write_intervals([block(reading(device="a").key, [T0], energy=[1.0])])
    assert store.expire_readings((T0 + 4) * S) > 0
    assert {one.value for one in store.readings("home")} == {4.0, 5.0, 6.0, 7.0, 8.0, 9.0}
    assert [(one.device, one.value) for one in store.latest("home")] == [("a", 9.0), ("b", 9.0)]
    assert [one.energy.tolist() for one in store.intervals("home", start_s=T0, end_s=T0 + 1)] == [[1.0]]
    (found,) = store.samples("home", "tasmota", "a", start_us=(T0 + 5) * S, end_us=(T0 + 6) * S)
    assert found.value.tolist() == [4.0, 5.0, 6.0]
    assert store.expire_readings((T0 + 4) * S) == 0


# --- laws ----------------------------------------------------------------------------------------


def _reading(draw_value) -> st.SearchStrategy[Reading]:
    return st.builds(
        lambda time_s, device, channel, home, flags, quantity_value: reading(
            T0 + time_s * STEP,
            quantity_value[1],
            quantity_value[0],
            device=device,
            channel=channel,
            home=home,
            flags=flags,
        ),
        time_s=st.integers(0, 12),
        device=st.sampled_from(["plug", "Küche 1"]),
        channel=st.sampled_from(["", "a"]),
        home=st.sampled_from(["home", "annex"]),
        flags=st.sampled_from([0, 1, 2, 9]),
        quantity_value=draw_value,
    )


def _valued(quantity: str):
    return st.tuples(st.just(quantity), SPOKEN.get(quantity, NUMBERS))


READINGS = _reading(st.one_of([_valued(quantity) for quantity in ("power", "energy", "mode", "online")]))
BATCHES = st.lists(st.lists(READINGS, max_size=8), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=BATCHES,
    repeated=st.lists(st.integers(0, 5), max_size=4),
    start=st.integers(-1, 13),
    width=st.integers(0, 13),
)
def test_any_batches_and_repeats_read_back_as_the_set(store_factory, batches, repeated, start, width):
    written = batches + [batches[n] for n in repeated if n < len(batches)]
    expected = {(one.key, one.time_us): one for batch in written for one in batch}
    store = open_store(store_factory())
    try:
        for batch in written:
            store.write(batch)
        for home in ("home", "annex"):
            here = [one for one in expected.values() if one.key.home == home]
            assert sorted(kept(store, home)) == plains(here)
            newest = {one.key: one for one in sorted(here, key=lambda one: one.time_us)}
            assert plains(store.latest(home)) == plains(newest.values())
            for device in ("plug", "Küche 1"):
                found = store.samples(
                    home, "tasmota", device, start_us=(T0 + start * STEP) * S, end_us=(T0 + (start + width) * STEP) * S
                )
                times = {one.key: one.time_us.tolist() for one in found}
                assert times == spans(
                    [one for one in here if one.device == device], T0 + start * STEP, T0 + (start + width) * STEP
                )
    finally:
        store.close()


def spans(readings, start_s, end_s) -> dict[SeriesKey, list[int]]:
    """Times that `samples` must return, found the slow and obvious way."""
    times: dict[SeriesKey, list[int]] = {}
    for one in sorted(readings, key=lambda one: one.time_us):
        times.setdefault(one.key, []).append(one.time_us)
    return {
        key: [t for t in heard if t < start_s * S][-1:]
        + [t for t in heard if start_s * S <= t < end_s * S]
        + [t for t in heard if t >= end_s * S][:1]
        for key, heard in times.items()
    }


# --- several processes ---------------------------------------------------------------------------


def writer(url: str, name: str, groups: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(WRITER), url, name, str(groups)], stdout=subprocess.PIPE, text=True)


def test_several_processes_write_and_read_at_once(store_factory):
    url, groups = store_factory(), 25
    names = [f"writer {n}" for n in range(3)]
    writers = [writer(url, name, groups) for name in names]
    store = open_store(url)
    seen = 0
    while any(process.poll() is None for process in writers):
        count = sum(1 for _ in store.readings("home"))
        assert count >= seen
        seen = count
        store.write([reading(value=float(seen), device="reader")])
        store.latest("home")
    for process in writers:
        process.communicate()
    assert [process.returncode for process in writers] == [0, 0, 0]
    expected = [one for name in names for number in range(groups) for one in group(name, number)]
    assert sorted(one for one in kept(store) if one[2] != "reader") == plains(expected)
    store.close()


@pytest.mark.parametrize("groups_heard", [1, 7, 40])
def test_what_was_written_is_there_after_the_writer_was_killed(store_factory, groups_heard):
    url = store_factory()
    process = writer(url, "doomed", -1)
    said = [process.stdout.readline() for _ in range(groups_heard)]
    process.kill()
    said += process.communicate()[0].splitlines()
    returned = max(int(line) for line in said if line.strip().isdigit())
    store = open_store(url)
    found = kept(store)
    promised = plains(one for number in range(returned + 1) for one in group("doomed", number))
    begun = plains(group("doomed", returned + 1))
    assert set(promised) <= set(found)
    assert set(found) - set(promised) in (set(), set(begun)), "a group is there whole or not at all"
    assert store.deliveries()[returned + 1] == returned.to_bytes(8)
    store.write(group("doomed", returned + 1))
    assert sorted(kept(store)) == sorted({*promised, *begun})
    store.close()
