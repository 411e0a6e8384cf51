"""Intervals kept current equal a full recomputation, whatever the batches; imported ones are left alone."""

from contextlib import closing
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger import energy
from heatledger.home import Home, Meter
from heatledger.readings import INTERVAL_S, Flag, Intervals, Reading, SeriesKey
from heatledger.store import open_store
from ingest.intervals import Keeper

START_S = 1_767_600_000  # a multiple of 300
US = 1_000_000
PACKED = dict.fromkeys(("mean", "min", "max", "coverage"), 1e-6)
"""What a store may keep in single precision; energy never is."""


@pytest.fixture
def store(tmp_path):
    with closing(open_store(f"sqlite:///{tmp_path / 'x.db'}")) as opened:
        yield opened


def reading(second: float, value, quantity="power", *, device="plug", flags=0) -> Reading:
    kinds = {"power": ("W", "gauge", ""), "energy": ("kWh", "counter", "reboot"), "mode": (None, "state", "")}
    unit, kind, reset = kinds[quantity]
    return Reading(
        "home", "tasmota", device, "", quantity, int((START_S + second) * US), value, unit, kind, reset, flags
    )


def whole(store, device="plug"):
    """Every interval of the device, computed at once from all its readings."""
    found = store.samples("home", "tasmota", device, start_us=0, end_us=2**62)
    end_s = START_S + 400 * 86_400
    return {series.key: energy.intervals(series, start_s=START_S, end_s=end_s) for series in found}


def kept(store):
    return {block.key: block for block in store.intervals("home", start_s=0, end_s=2**40)}


def assert_current(store):
    expected, stored = whole(store), kept(store)
    assert set(stored) == {key for key, block in expected.items() if len(block.start_s)}
    for key, block in stored.items():
        for name in ("start_s", "energy", "mean", "min", "max", "last", "coverage", "flags"):
            precision = PACKED.get(name, 1e-9)
            found, wanted = getattr(block, name), getattr(expected[key], name)
            np.testing.assert_allclose(found, wanted, rtol=precision, err_msg=f"{key} {name}")
        assert block.state == expected[key].state


def feed(store, keeper, *batches):
    for batch in batches:
        store.write(batch)
        keeper.touch(batch, now=0.0)
        keeper.recompute()


PAUSES = st.sampled_from([1, 10, 60, 290, 300, 310, 899, 901, 4_000, 30_000])


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(
        st.tuples(PAUSES, st.one_of(st.just(0.0), st.floats(1, 3_000)), st.sampled_from(["power", "energy", "mode"])),
        min_size=1,
        max_size=25,
    ),
    cuts=st.sets(st.integers(1, 24)),
)
def test_batches_of_any_size_give_what_a_full_recomputation_gives(tmp_path_factory, steps, cuts):
    second, total, readings = 0.0, 0.0, []
    for pause, watts, quantity in steps:
        second += pause
        total = (0.0 if watts == 0 else total) + pause * watts / 3.6e6  # it is switched off, and counts from zero again
        value = {"power": watts, "energy": total, "mode": "heat" if watts > 1_500 else "off"}[quantity]
        readings.append(reading(second, value, quantity))
    edges = [0, *sorted(cut for cut in cuts if cut < len(readings)), len(readings)]
    path = tmp_path_factory.mktemp("store") / "x.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        feed(store, Keeper(store, {}), *(readings[a:b] for a, b in pairwise(edges)))
        assert_current(store)


def test_an_outage_of_days_is_bridged_over_its_whole_length(store):
    keeper = Keeper(store, {})
    feed(store, keeper, [reading(10, 5.0, "energy")], [reading(10 + 3 * 86_400, 9.0, "energy")])
    block = kept(store)[SeriesKey("home", "tasmota", "plug", "", "energy")]
    assert np.nansum(block.energy) == pytest.approx(4.0, abs=1e-9)
    assert len(block.start_s) == 3 * 288 + 1
    assert np.all(block.flags[1:-1] & Flag.ESTIMATED)


def test_what_changed_is_announced_as_a_span(store):
    keeper = Keeper(store, {})
    batch = [reading(10, 1.0), reading(400, 2.0)]
    store.write(batch)
    keeper.touch(batch, now=100.0)
    assert not keeper.due(101.9)
    assert keeper.due(102.0)
    assert keeper.recompute() == {"home": (START_S, START_S + 600)}
    assert not keeper.due(1e9)


def test_a_retained_value_makes_no_interval(store):
    feed(store, Keeper(store, {}), [reading(10, 900.0, flags=Flag.RETAINED)])
    assert kept(store) == {}


def imported(starts, energy_kwh, coverage=1.0):
    size = len(starts)
    full = np.full(size, np.nan)
    key = SeriesKey("home", "tasmota", "plug", "", "energy")
    flags = np.full(size, int(Flag.IMPORTED))
    return Intervals(
        key, np.array(starts), np.full(size, energy_kwh), full, full, full, full, np.full(size, coverage), flags
    )


def test_imported_intervals_before_the_first_live_reading_stay(store):
    starts = [START_S + n * INTERVAL_S for n in range(10)]
    store.write_intervals([imported(starts, 0.25)])
    begin = 9 * INTERVAL_S + 100
    feed(store, Keeper(store, {}), [reading(begin, 7.0, "energy")], [reading(begin + 10, 7.001, "energy")])
    (block,) = kept(store).values()
    assert block.start_s.tolist() == starts
    assert block.energy.tolist() == [0.25] * 10


def test_imported_intervals_inside_an_outage_stay(store):
    keeper = Keeper(store, {})
    feed(store, keeper, [reading(10, 7.0, "energy")])
    store.write_intervals([imported([START_S + 4 * INTERVAL_S], 0.125)])
    feed(store, keeper, [reading(8 * INTERVAL_S + 10, 8.0, "energy")])
    (block,) = kept(store).values()
    row = block.start_s.tolist().index(START_S + 4 * INTERVAL_S)
    assert block.energy[row] == 0.125
    assert block.flags[row] == Flag.IMPORTED


def test_readings_that_cover_an_imported_interval_replace_it(store):
    store.write_intervals([imported([START_S + INTERVAL_S], 0.5, coverage=0.2)])
    feed(store, Keeper(store, {}), [reading(n * 30, n / 1_000, "energy") for n in range(40)])
    (block,) = kept(store).values()
    assert block.energy[1] == pytest.approx(0.010)
    assert not block.flags[1] & Flag.IMPORTED


def test_a_meter_that_states_its_rated_power_refuses_sooner(store):
    meter = Meter(id="plug", role="circuit", points=("tasmota:plug",), rated_w=2_000)
    home = Home(id="home", name="home", timezone="UTC", currency="EUR", meters=(meter,))
    feed(
        store,
        Keeper(store, {"home": home}),
        [reading(0, 0.0, "energy"), reading(10, 5.0, "energy"), reading(20, 5.001, "energy")],
    )
    (block,) = kept(store).values()
    assert block.flags[0] & Flag.REFUSED


@pytest.mark.server
def test_a_running_ingest_keeps_intervals_that_equal_a_full_recomputation(ingest, publisher):
    publisher.listen("heatledger/home/intervals")
    for number in range(50):
        publisher.send(("tele/plug/SENSOR", f'{{"ENERGY":{{"Total":{number / 100},"Power":{number * 10}}}}}'))
    publisher.wait(lambda: bool(publisher.received))
    ingest.stop()
    with closing(ingest.store()) as store:
        found = store.samples("home", "tasmota", "plug", start_us=0, end_us=2**62)
        first = int(found[0].time_us[0]) // US // INTERVAL_S * INTERVAL_S
        expected = {series.key: energy.intervals(series, start_s=first, end_s=first + 3_600) for series in found}
        stored = kept(store)
        assert {key.quantity for key in stored} >= {"energy", "power"}
        for key, block in stored.items():
            np.testing.assert_allclose(block.energy, expected[key].energy, err_msg=str(key))
            np.testing.assert_allclose(block.coverage, expected[key].coverage, err_msg=str(key))
        energy_kwh = stored[SeriesKey("home", "tasmota", "plug", "", "energy")].energy
    assert np.nansum(energy_kwh) == pytest.approx(0.49)


@pytest.mark.server
def test_intervals_lost_to_a_kill_are_made_up_at_the_next_start(ingest, publisher):
    publisher.send(("tele/plug/SENSOR", '{"ENERGY":{"Total":1,"Power":100}}'))
    publisher.wait(lambda: bool(ingest.readings()))
    ingest.kill()
    with closing(ingest.store()) as store:
        lost = kept(store)
    ingest.start()
    publisher.wait(lambda: len(_kept_by(ingest)) == 2)
    assert lost == {}


def _kept_by(ingest):
    with closing(ingest.store()) as store:
        return kept(store)
