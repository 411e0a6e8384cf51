import time
from datetime import datetime

import numpy as np
import pytest

from ingest import simulate
from ingest.simulate.house import PANEL_W, ZONES, lost_w, stored_j
from ingest.simulate.plant import PUMPS, capacity, cooling_cop, heating_cop

START_US = 1_767_225_600 * 1_000_000  # 2026-01-01
DAY_US = 86_400 * 1_000_000
HOUR = 12  # steps of five minutes


@pytest.mark.parametrize("step_s", [10, 300])
def test_heat_in_is_heat_lost_and_heat_stored(step_s):
    truth = simulate.advance(simulate.new(3, START_US), START_US + DAY_US, step_s)
    came_j = (truth.heat_w.sum(axis=1) + truth.doings.gain_w.sum(axis=1)) * step_s
    went_j = lost_w(truth.zone_c, truth.weather.temp_c) * step_s + stored_j(truth.before_c, truth.zone_c)
    assert np.allclose(came_j, went_j, rtol=0.0, atol=1e-6 * came_j.max())
    assert came_j.sum() == pytest.approx(went_j.sum(), rel=1e-6)


def test_the_same_seed_is_the_same_home_and_another_is_not():
    one, two, other = (simulate.advance(simulate.new(seed, START_US), START_US + DAY_US, 300) for seed in (3, 3, 4))
    assert np.array_equal(one.power_w["main"], two.power_w["main"])
    assert not np.array_equal(one.power_w["main"], other.power_w["main"])


def test_narrow_and_wide_steps_use_the_same_energy():
    narrow, wide = (simulate.advance(simulate.new(3, START_US), START_US + 7 * DAY_US, step_s) for step_s in (10, 300))
    for circuit in simulate.CIRCUITS:
        assert narrow.kwh[circuit][-1] == pytest.approx(wide.kwh[circuit][-1], rel=0.04), circuit


def test_the_circuits_are_the_whole_home_exactly(year):
    total = sum((year.power_w[circuit] for circuit in simulate.CIRCUITS), np.zeros(len(year.time_us)))
    assert np.array_equal(total, year.power_w["main"])
    assert np.allclose(year.power_w["leg_a"] + year.power_w["leg_b"], total, rtol=1e-12)
    assert sum(year.kwh[circuit][-1] for circuit in simulate.CIRCUITS) == pytest.approx(year.kwh["main"][-1], rel=1e-9)
    assert all((power_w >= 0.0).all() for power_w in year.power_w.values())


def test_counters_are_the_integral_of_power(year):
    for name, power_w in year.power_w.items():
        assert year.kwh[name][-1] == pytest.approx(power_w.sum() * 300 / 3.6e6, rel=1e-9), name


def test_no_heat_pump_beats_carnot(year):
    for pump in PUMPS:
        cop, outdoor_k = year.cop[pump.id], year.weather.temp_c + 273.15
        for zone in pump.zones:
            heat_w, indoor_k = year.heat_w[:, zone], year.zone_c[:, zone] + 273.15
            heating, cooling = (heat_w > 0) & (outdoor_k < indoor_k - 1), (heat_w < 0) & (outdoor_k > indoor_k + 1)
            assert (cop[heating] < indoor_k[heating] / (indoor_k - outdoor_k)[heating]).all()
            assert (cop[cooling] < indoor_k[cooling] / (outdoor_k - indoor_k)[cooling]).all()


def test_the_map_falls_with_cold_and_load():
    outdoor_c = np.linspace(-25.0, 15.0, 9)
    cop = heating_cop(np.full(9, 20.5), outdoor_c, np.full(9, 0.5))
    assert (np.diff(cop) > 0).all()
    assert heating_cop(np.array(20.5), np.array(-15.0), np.array(1.0)) == pytest.approx(2.2, abs=0.1)
    assert heating_cop(np.array(20.5), np.array(8.0), np.array(0.5)) == pytest.approx(4.2, abs=0.1)
    assert cooling_cop(np.array(25.0), np.array(35.0), np.array(1.0)) < cooling_cop(
        np.array(25.0), np.array(35.0), np.array(0.3)
    )


def test_winter_cop_is_worse_than_autumn_cop_and_plausible(year):
    for pump, zones in ((pump, list(pump.zones)) for pump in PUMPS):
        heat_w = np.maximum(year.heat_w[:, zones], 0.0).sum(axis=1)
        heating = heat_w > 0
        cold, mild = heating & (year.weather.temp_c < -8.0), heating & (year.weather.temp_c > 6.0)
        seasonal = [heat_w[when].sum() / year.power_w[pump.id][when].sum() for when in (cold, mild)]
        assert 1.9 < seasonal[0] < 3.0 < seasonal[1] < 4.6


def test_rooms_are_kept_where_capacity_allows(year):
    heating = year.doings.season > 0
    limits = {zone: capacity(pump, year.weather, year.doings.season) for pump in PUMPS for zone in pump.zones}
    used = {zone: year.heat_w[:, list(pump.zones)].sum(axis=1) for pump in PUMPS for zone in pump.zones}
    for number, zone in enumerate(ZONES):
        setpoint = year.doings.setpoint_c[:, number]
        settled = heating & _unchanged(setpoint, 5 * HOUR) & _unchanged(year.doings.season, 24 * HOUR)
        limit, heat_w = limits.get(number, 2 * PANEL_W), used.get(number, year.heat_w[:, 3])
        able = settled & ~_recently(heat_w > 0.97 * limit, 3 * HOUR)
        assert able.mean() > 0.1, zone.id
        assert (year.zone_c[able, number] > setpoint[able] - 1.5).all(), zone.id
        driven = able & _recently(year.heat_w[:, number] > 0, HOUR // 2)
        assert (year.zone_c[driven, number] < setpoint[driven] + 1.5).all(), zone.id


def test_summer_rooms_with_a_head_stay_cool_and_the_kids_do_not(year):
    hot = (year.doings.season < 0) & (year.weather.temp_c > 30.0)
    assert year.zone_c[hot, 0].max() < 27.5
    assert (year.heat_w[hot, 0] <= 0).all()
    assert (year.heat_w[:, 3] >= 0).all()


@pytest.mark.parametrize(("morning", "utc_hour"), [("2026-03-06", 12), ("2026-03-10", 11)])  # clocks change on the 8th
def test_night_set_back_ends_at_six_by_the_local_clock(year, morning, utc_hour):
    at_us = int(datetime.fromisoformat(f"{morning}T{utc_hour}:00+00:00").timestamp()) * 1_000_000
    row = np.flatnonzero(year.time_us == at_us)[0]
    assert year.doings.season[row] >= 0
    assert year.doings.setpoint_c[row - 1 : row + 1, 0].tolist() == [18.0, 21.0]


def test_hot_water_is_hot_and_its_element_is_on_or_off(year):
    assert set(np.unique(year.power_w["water"])) == {0.0, 3000.0}
    assert 38.0 < year.tank_c.min() < year.tank_c.max() < 59.0


def test_thirteen_months_take_seconds(bar_s):
    began = time.process_time()
    truth = simulate.advance(simulate.new(1, START_US), START_US + 396 * DAY_US, 300)
    assert len(truth.time_us) == 396 * 288
    assert time.process_time() - began < bar_s(5)


def _unchanged(column, steps):
    same = np.concatenate(([False], np.diff(column) == 0))
    return ~_recently(~same, steps)


def _recently(happened, steps):
    count = np.concatenate(([0], np.cumsum(happened)))
    index = np.arange(len(happened))
    return count[index + 1] - count[np.maximum(index + 1 - steps, 0)] > 0
