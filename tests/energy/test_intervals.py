"""Counters, gauges and gaps: what the readings say, the intervals add up to."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger import energy
from heatledger.readings import Flag, Samples, SeriesKey, States

T0 = 1_760_000_100 // 300 * 300
US = 1_000_000


def samples(points, *, quantity="energy", kind="counter", reset="never", flags=None):
    times, values = zip(*points, strict=True) if points else ((), ())
    return Samples(
        SeriesKey("home", "tasmota", "plug", "", quantity),
        kind,
        reset if kind == "counter" else "",
        np.array([int((T0 + t) * US) for t in times], dtype=np.int64),
        np.array(values, dtype=float),
        np.array(flags if flags is not None else [0] * len(points), dtype=np.int64),
    )


def reduce(series, hours=2, **options):
    return energy.intervals(series, start_s=T0, end_s=T0 + hours * 3600, **options)


def test_first_reading_only_sets_a_reference():
    block = reduce(samples([(10, 500.0)]))
    assert np.isnan(block.energy).all()
    assert block.last[0] == 500.0


def test_energy_between_readings_is_spread_over_the_intervals_it_spans():
    block = reduce(samples([(0, 1.0), (600, 1.2)]))
    assert block.energy[:2] == pytest.approx([0.1, 0.1])
    assert block.coverage[:2] == pytest.approx([1.0, 1.0])
    assert not block.flags.any()


def test_a_never_counter_that_drops_begins_a_new_baseline():
    block = reduce(samples([(0, 100.0), (300, 100.5), (600, 3.0), (900, 3.2)]))
    assert np.nansum(block.energy) == pytest.approx(0.7)
    assert (block.flags & Flag.RESET).any()


@pytest.mark.parametrize("reset", ["reboot", "daily"])
def test_a_counter_that_starts_again_counts_what_it_shows_since(reset):
    block = reduce(samples([(0, 100.0), (300, 100.5), (600, 0.25), (900, 0.5)], reset=reset))
    assert np.nansum(block.energy) == pytest.approx(1.0)
    assert block.flags[1] & Flag.RESET
    assert block.flags[1] & Flag.ESTIMATED


def test_a_glitch_to_zero_is_neither_negative_nor_double():
    block = reduce(samples([(0, 100.0), (300, 0.0), (600, 100.2)]))
    assert np.nansum(block.energy) == pytest.approx(0.2)


def test_a_jump_above_the_rated_power_is_refused_and_reported():
    # the 2^32/1e5 wrap of Tasmota's Today, issue 7674: +42 949 kWh in one step
    block = reduce(samples([(0, 1.0), (300, 42950.672), (600, 42950.7), (900, 42950.8)]))
    assert np.nansum(block.energy) == pytest.approx(0.128)
    assert block.flags[0] & Flag.REFUSED


def test_a_spike_that_comes_back_costs_nothing():
    block = reduce(samples([(0, 1.0), (300, 5.5e9), (600, 1.2)]))
    assert np.nansum(block.energy) == pytest.approx(0.2)
    assert (block.flags & Flag.REFUSED).any()


def test_a_counter_that_bridges_a_gap_gives_its_energy_flagged():
    block = reduce(samples([(0, 1.0), (3600, 3.0)]))
    assert np.nansum(block.energy) == pytest.approx(2.0)
    assert (block.flags[:12] & Flag.GAP).all()
    assert (block.flags[:12] & Flag.ESTIMATED).all()
    assert (block.coverage[:12] == 0).all()


def test_power_is_not_integrated_across_a_gap_and_the_gap_is_flagged():
    block = reduce(
        samples([(0, 1000.0), (300, 1000.0), (3900, 1000.0), (4200, 1000.0)], quantity="power", kind="gauge")
    )
    assert np.nansum(block.energy) == pytest.approx(2 * 1000 * 300 / 3.6e6)
    silent = (block.start_s >= T0 + 300) & (block.start_s < T0 + 3900)
    assert silent.sum() == 12
    assert (block.flags[silent] & Flag.GAP).all()
    assert np.isnan(block.energy[silent]).all()


def test_a_retained_power_is_not_integrated():
    series = samples([(0, 1000.0), (300, 1000.0)], quantity="power", kind="gauge", flags=[int(Flag.RETAINED), 0])
    assert np.isnan(reduce(series).energy).all()


def test_a_delta_is_energy_by_itself():
    block = reduce(samples([(10, 0.2), (310, 0.3), (610, 0.1)], reset="delta"))
    assert np.nansum(block.energy) == pytest.approx(0.6)


def test_the_mean_of_a_gauge_is_weighted_by_time():
    block = reduce(samples([(0, 10.0), (100, 10.0), (101, 20.0), (300, 20.0)], quantity="temperature", kind="gauge"))
    assert block.mean[0] == pytest.approx((10 * 100 + 15 * 1 + 20 * 199) / 300)
    assert (block.min[0], block.max[0], block.last[0]) == (10.0, 20.0, 20.0)


def test_a_state_keeps_its_last_word():
    key = SeriesKey("home", "faikin", "Living", "", "mode")
    times = np.array([(T0 + t) * US for t in (5, 10, 400)], dtype=np.int64)
    block = energy.intervals(
        States(key, times, ["cool", "heat", "off"], np.zeros(3, dtype=np.int64)), start_s=T0, end_s=T0 + 900
    )
    assert block.state == ["heat", "off"]
    assert block.start_s.tolist() == [T0, T0 + 300]


def test_a_span_of_broken_intervals_is_refused():
    with pytest.raises(ValueError, match="whole intervals"):
        energy.intervals(samples([]), start_s=T0 + 1, end_s=T0 + 301)


def test_no_readings_no_rows():
    assert len(reduce(samples([])).start_s) == 0


steady = st.lists(st.tuples(st.integers(1, 2000), st.floats(0, 0.4)), min_size=2, max_size=40).map(
    lambda rows: [
        (t, v)
        for t, v in zip(
            itertools.accumulate(dt for dt, _ in rows), itertools.accumulate(de for _, de in rows), strict=True
        )
    ]
)


@given(steady)
def test_intervals_conserve_what_the_register_counted(points):
    block = energy.intervals(samples(points), start_s=T0, end_s=T0 + 24 * 3600)
    assert np.nansum(block.energy) == pytest.approx(points[-1][1] - points[0][1], abs=1e-9)
    assert (block.coverage <= 1).all()
    assert (block.coverage >= 0).all()


@given(steady, st.data())
def test_repeating_readings_never_changes_the_energy(points, data):
    again = data.draw(st.lists(st.sampled_from(points), max_size=10))
    repeated = sorted(points + [(t + 0.000_001 * n, v) for n, (t, v) in enumerate(again, 1)])
    once = np.nansum(energy.intervals(samples(points), start_s=T0, end_s=T0 + 86_400).energy)
    twice = np.nansum(energy.intervals(samples(repeated), start_s=T0, end_s=T0 + 86_400).energy)
    assert twice == pytest.approx(once, abs=1e-9)


@given(steady, st.integers(0, 200))
def test_splitting_a_span_never_changes_the_energy(points, cut):
    series = samples(points)
    middle = T0 + 300 * cut
    whole = energy.intervals(series, start_s=T0, end_s=T0 + 86_400)
    first = energy.intervals(series, start_s=T0, end_s=middle)
    second = energy.intervals(series, start_s=middle, end_s=T0 + 86_400)
    joined = np.concatenate((first.energy, second.energy))
    assert joined == pytest.approx(whole.energy, nan_ok=True, abs=1e-9)
    assert np.concatenate((first.flags, second.flags)).tolist() == whole.flags.tolist()


@given(
    st.lists(st.tuples(st.integers(1, 1200), st.floats(0, 0.3), st.booleans()), min_size=2, max_size=40),
    st.sampled_from(["reboot", "daily"]),
)
def test_a_reset_never_yields_negative_or_double_energy(rows, reset):
    """A true consumption with reboots: what is counted is never more than the truth, and never negative."""
    points, clock, shown, truth = [], 0, 0.0, 0.0
    for dt, used, reboot in rows:
        clock += dt
        truth += used
        shown = used if reboot else shown + used
        points.append((clock, shown))
    block = energy.intervals(samples(points, reset=reset), start_s=T0, end_s=T0 + 86_400)
    counted = np.nansum(block.energy)
    assert counted <= truth + 1e-9
    assert np.nan_to_num(block.energy).min(initial=0) >= 0


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.sampled_from(["never", "reboot", "daily", "delta"]))
def test_any_garbage_gives_finite_non_negative_energy_below_the_limit(values, reset):
    points = [(30 * n, v) for n, v in enumerate(values)]
    block = energy.intervals(samples(points, reset=reset), start_s=T0, end_s=T0 + 86_400, limit_w=2000)
    known = block.energy[np.isfinite(block.energy)]
    assert (known >= 0).all()
    assert known.sum() <= len(values) * 1.001 + 1e-9


@given(st.lists(st.tuples(st.integers(1, 800), st.floats(-3000, 3000)), min_size=2, max_size=40))
def test_integrated_power_is_the_trapezoid(rows):
    clock = list(itertools.accumulate(dt for dt, _ in rows))
    points = list(zip(clock, (p for _, p in rows), strict=True))
    block = energy.intervals(
        samples(points, quantity="power", kind="gauge"), start_s=T0, end_s=T0 + 40 * 900, gap_s=900
    )
    expected = sum((a[1] + b[1]) / 2 * (b[0] - a[0]) for a, b in itertools.pairwise(points)) / 3.6e6
    assert np.nansum(block.energy) == pytest.approx(expected, abs=1e-9)


def cycling(seed, every_s, *, hours=24):
    """Readings of a unit of 1 kW that runs and rests for 8 to 12 minutes in turn, and the energy it takes [kWh]."""
    rng = np.random.default_rng(seed)
    turns = T0 - rng.uniform(0, 720) + np.concatenate([[0.0], np.cumsum(rng.uniform(480, 720, 200))])
    at = np.arange(0, hours * 3600 + 1, every_s)
    running = np.searchsorted(turns, T0 + at, side="right") % 2 == 1
    ends = np.clip(turns, T0, T0 + hours * 3600)
    kwh = (ends[1::2] - ends[:-1:2]).sum() / 3600
    return samples(
        list(zip(at.tolist(), (1000.0 * running).tolist(), strict=True)), quantity="power", kind="gauge"
    ), kwh


def test_power_read_every_two_minutes_counts_a_cycling_unit_as_a_meter_of_class_1_does():
    """IEC 62053-21 allows a class 1 meter 1 %."""
    errors = []
    for seed in range(40):
        series, kwh = cycling(seed, energy.DENSE_S)
        block = reduce(series, hours=24)
        assert not (block.flags & Flag.ESTIMATED).any()
        errors.append(np.nansum(block.energy) / kwh - 1)
    assert np.sqrt(np.mean(np.square(errors))) < 0.0105
    assert max(map(abs, errors)) < 0.04


def test_power_read_more_rarely_is_integrated_and_called_estimated_where_it_is():
    dense = [(at, 1000.0) for at in range(0, 1801, 60)]
    rare = [(at, 1000.0) for at in range(2100, 3601, 300)]
    block = reduce(samples(dense + rare, quantity="power", kind="gauge"), hours=1)
    assert np.nansum(block.energy) == pytest.approx(1.0)
    assert ((block.flags & Flag.ESTIMATED) > 0).tolist() == [False] * 6 + [True] * 6
    warm = reduce(samples(rare, quantity="temperature", kind="gauge"), hours=1)
    assert not (warm.flags & Flag.ESTIMATED).any(), "a temperature has no energy to be wrong about"
