import time

import numpy as np
import pytest

from heatledger import energy
from heatledger.readings import Flag, Samples
from ingest import simulate
from ingest.simulate import history

START_US = 1_767_225_600 * 1_000_000
DAY_US = 86_400 * 1_000_000


@pytest.fixture(scope="module")
def truth():
    return simulate.advance(simulate.new(7, START_US), START_US + 3 * DAY_US, 300)


def test_intervals_hold_all_the_energy_there_was(truth):
    blocks = {(b.key.device, b.key.channel, b.key.quantity): b for b in history.intervals(truth)}
    main = blocks["fuse box/whole home", "", "energy"]
    assert main.energy.sum() == pytest.approx(truth.kwh["main"][-1], rel=1e-9)
    assert blocks["fuse box/whole home", "", "power"].energy.sum() == pytest.approx(main.energy.sum(), rel=1e-9)
    assert blocks["water heater", "0", "energy"].energy.sum() == pytest.approx(truth.kwh["water"][-1], rel=1e-9)
    assert main.start_s[0] == START_US // 1_000_000
    assert len(main.start_s) == 3 * 288
    assert set(main.flags) == {int(Flag.IMPORTED)}
    assert (main.coverage == 1.0).all()


def test_narrow_steps_fall_into_the_same_intervals():
    narrow = simulate.advance(simulate.new(7, START_US), START_US + DAY_US // 4, 10)
    for block in history.intervals(narrow):
        assert len(block.start_s) == 72
        assert (block.coverage == 1.0).all()
        if block.state is None and block.key.quantity != "energy" and block.key.quantity != "energy_returned":
            assert (block.min <= block.mean + 1e-9).all()
            assert (block.mean <= block.max + 1e-9).all()
    main = next(b for b in history.intervals(narrow) if b.key.device == "fuse box/whole home" and not b.key.channel)
    assert main.energy.sum() == pytest.approx(narrow.kwh["main"][-1], rel=1e-9)


def test_counters_of_a_later_span_go_on_from_the_earlier():
    state = simulate.new(7, START_US)
    simulate.advance(state, START_US + DAY_US, 300)
    before = dict(state.kwh)
    later = simulate.advance(state, START_US + 2 * DAY_US, 300)
    block = next(
        b for b in history.intervals(later) if b.key.device == "garden/outdoor unit" and b.key.quantity == "energy"
    )
    assert block.energy.sum() == pytest.approx(later.kwh["upstairs"][-1] - before["upstairs"], rel=1e-9)


def test_readings_come_newest_day_first_and_in_order_within_a_device(truth):
    readings = list(history.readings(truth, start_us=START_US + DAY_US // 2, end_us=START_US + 2 * DAY_US))
    assert {reading.flags for reading in readings} == {int(Flag.IMPORTED)}
    assert min(r.time_us for r in readings) == START_US + DAY_US // 2
    assert max(r.time_us for r in readings) < START_US + 2 * DAY_US
    days = [reading.time_us // DAY_US for reading in readings]
    assert days == sorted(days, reverse=True)
    for key in {reading.key for reading in readings}:
        one_day = [r.time_us for r in readings if r.key == key and r.time_us // DAY_US == days[0]]
        assert one_day == sorted(set(one_day))


def test_intervals_recomputed_from_the_readings_have_the_same_energy(truth):
    wanted = next(
        b for b in history.intervals(truth) if b.key.device == "living room/AC plug" and b.key.quantity == "energy"
    )
    found = sorted(
        (r.time_us, r.value) for r in history.readings(truth, start_us=0, end_us=10**18) if r.key == wanted.key
    )
    times, values = np.array([t for t, _ in found]), np.array([v for _, v in found])
    samples = Samples(wanted.key, "counter", "never", times, values, np.zeros(len(times), dtype=np.int64))
    again = energy.intervals(
        samples, start_s=int(wanted.start_s[0]), end_s=int(wanted.start_s[-1]) + 300, limit_w=3600.0
    )
    shared = np.isin(wanted.start_s, again.start_s[:-1])
    assert shared.sum() > 860
    assert again.energy[:-1] == pytest.approx(wanted.energy[shared], abs=2e-3)


def test_thirteen_months_of_intervals_take_seconds(year, bar_s):
    began = time.process_time()
    blocks = history.intervals(year)
    assert time.process_time() - began < bar_s(4)
    assert sum(len(block.start_s) for block in blocks) > 5_000_000
