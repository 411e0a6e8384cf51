"""Intervals, deliveries and retention."""

import math

import pytest

from heatledger.readings import Flag
from heatledger.store import Delivery
from tests.store.parts import T0, S, assert_same, block, kept, plain, reading


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
