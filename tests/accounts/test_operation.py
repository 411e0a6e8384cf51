"""Starts, defrosts and rest from power alone: counted where they can be, not known where they cannot."""

import numpy as np
import pytest

from heatledger.cycling import rests_below
from heatledger.home import HeatPump, Meter
from heatledger.operation import cycling, defrosting, operated, standby
from tests.accounts.traces import REST_W, cycles, read_every, winter

DAY_S = 86_400.0


@pytest.mark.parametrize(("on_min", "off_min"), [(3.5, 4), (5, 5), (6, 8), (12, 10), (40, 25), (180, 60)])
@pytest.mark.parametrize("every_s", [10, 30, 60])
def test_starts_are_counted_within_three_percent_from_power_read_each_minute(on_min, off_min, every_s):
    watts, starts = cycles(on_min, off_min, seed=round(on_min))
    _, day = read_every(watts, every_s)
    found = cycling([day], day.heard_s)
    assert found.starts == pytest.approx(starts, abs=max(1, 0.03 * starts))
    if starts > 2:
        assert found.median_period_min == pytest.approx(on_min + off_min, abs=5, rel=0.1)


@pytest.mark.parametrize(("on_min", "off_min"), [(3.5, 4), (5, 5)])
def test_of_short_runs_read_every_five_minutes_the_starts_are_not_known(on_min, off_min):
    _, day = read_every(cycles(on_min, off_min)[0], 300)
    found = cycling([day], day.heard_s)
    assert found.starts is None
    assert "read once in five minutes, which hides short runs" in found.reason


def test_long_runs_read_every_five_minutes_are_counted():
    watts, starts = cycles(90, 60)
    _, day = read_every(watts, 300)
    assert cycling([day], day.heard_s).starts == pytest.approx(starts, abs=1)


@pytest.mark.parametrize(
    ("on_min", "off_min", "short"), [(4, 5, True), (5, 12, False), (20, 10, False), (60, 40, False)]
)
def test_short_cycling_is_six_starts_an_hour_and_a_quarter_from_start_to_start_three_days_running(
    on_min, off_min, short
):
    days = [read_every(cycles(on_min, off_min, seed=day)[0], 30)[1] for day in range(4)]
    heard = sum(day.heard_s for day in days)
    assert cycling(days, heard).short_cycling is short
    calm = read_every(cycles(90, 60)[0], 30)[1]
    assert cycling([days[0], calm, days[1], calm], heard).short_cycling is False
    assert cycling(days[:2], 2 * DAY_S).short_cycling is None


def test_power_that_was_not_heard_gives_no_count():
    _, day = read_every(cycles(20, 20, hours=12)[0], 30)
    found = cycling([day], DAY_S)
    assert found.starts is None
    assert "its power was heard for 5" in found.reason
    assert "not heard" in operated([], DAY_S, {}, None).cycling.reason


@pytest.mark.parametrize("every_s", [10, 30])
def test_defrosts_are_found_by_the_dip_and_surge_of_power(every_s):
    true, found = 0, 0
    for seed in range(12):
        _, day = read_every(winter(9, seed=seed), every_s)
        true, found = true + 9, found + day.defrosts
    assert found >= 0.8 * true
    assert found <= true


@pytest.mark.parametrize("seed", range(6))
def test_steady_heating_short_cycles_and_thermostats_are_no_defrosts(seed):
    turns = ((5, 5), (25, 20), (70, 30), (50, 12), (50, 8), (50, 4))  # the last rest about as long as a defrost takes
    days = [winter(0, seed=seed), *(cycles(on, off, seed=seed)[0] for on, off in turns)]
    assert [read_every(watts, 30)[1].defrosts for watts in days] == [0] * len(days)


def test_above_five_degrees_nothing_defrosts_and_read_rarely_it_is_not_known():
    assert read_every(winter(9), 30, outdoor_c=7.0)[1].defrosts == 0
    rare = read_every(winter(9), 300)[1]
    assert defrosting([rare], DAY_S, 0.0).count is None
    assert "read every minute" in defrosting([rare], DAY_S, 0.0).reason
    bare = read_every(winter(9), 30, outdoor_c=np.nan)[1]
    assert "outdoor temperature is not heard" in defrosting([bare], DAY_S, 0.0).reason


def test_what_it_draws_at_rest_is_learnt():
    _, day = read_every(cycles(40, 25)[0], 30)
    rest = standby([day], DAY_S, 0.2)
    assert rest.watts == pytest.approx(REST_W)
    assert rest.mean_watts == pytest.approx(REST_W, rel=0.3)
    busy = read_every(winter(3), 30)[1]
    assert standby([busy], DAY_S, 0.0).watts is None
    assert "did not rest long enough" in standby([busy], DAY_S, 0.0).reason


@pytest.mark.parametrize(("rated_w", "rest_w"), [(None, 80.0), (2_000.0, 80.0), (6_000.0, 120.0), (40_000.0, 250.0)])
def test_the_controls_of_a_large_unit_are_not_its_compressor(rated_w, rest_w):
    meter = Meter(id="unit", role="outdoor_unit", points=("plug",), rated_w=rated_w)
    assert rests_below(HeatPump(id="pump", kind="ground_source", meter="unit"), meter) == rest_w
