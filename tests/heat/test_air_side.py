"""Rung B: psychrometrics by the table, heat and cold of the air by hand."""

import csv
import time
from pathlib import Path

import numpy as np
import pytest

from heatledger.heat.air_side import air_heat, enthalpy, enthalpy_of, humidity_ratio, volume

SHARED = Path(__file__).parents[3] / "shared" / "physics" / "data" / "truth"


@pytest.mark.parametrize(
    ("temp_c", "humidity", "ratio", "kj_per_kg", "m3_per_kg"),
    # CoolProp 8.0.0 HumidAirProp (RP-1485), 101,325 Pa
    [(20.0, 0.5, 0.0072937, 38.6228, 0.83986), (26.7, 0.51, 0.0112202, 55.4654, 0.86445)],
)
def test_moist_air_by_coolprop(temp_c, humidity, ratio, kj_per_kg, m3_per_kg):
    found = humidity_ratio(temp_c, humidity)
    assert found == pytest.approx(ratio, rel=0.007)
    assert enthalpy(temp_c, found) == pytest.approx(kj_per_kg * 1e3, rel=0.007)
    assert volume(temp_c, found) == pytest.approx(m3_per_kg, rel=0.007)


@pytest.mark.reference
def test_moist_air_over_the_whole_table():
    path = SHARED / "psychrometrics.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            temp_c, ratio = float(row["t_C"]), humidity_ratio(float(row["t_C"]), float(row["rh"]))
            assert ratio == pytest.approx(float(row["W_coolprop"]), rel=0.007)
            assert enthalpy(temp_c, ratio) == pytest.approx(float(row["h_coolprop"]) * 1e3, rel=0.007)
            assert volume(temp_c, ratio) == pytest.approx(float(row["v_coolprop"]), rel=0.007)


def air(flow, room, supply, damp=50.0):
    return float(air_heat(*(np.array([x]) for x in (flow, room, supply, damp)))[0])


def test_heat_of_warm_air_by_hand():
    # ṁ = 0.15 m³/s / 0.84016 m³/kg; c = 1006 + 1860·0.0072617 J/(kg·K); ΔT 22 K
    assert air(0.15, 20.0, 42.0) == pytest.approx(0.15 / 0.84016 * 1019.507 * 22.0, rel=1e-4)


def test_cold_air_takes_heat_and_moisture():
    dry, wet = air(0.15, 26.7, 13.0, 20.0), air(0.15, 26.7, 13.0, 60.0)
    assert wet < dry < 0


def test_air_that_stands_still_gives_nothing_and_unknown_air_nothing_known():
    assert air(0.0, 20.0, 40.0) == 0.0
    assert np.isnan(air(np.nan, 20.0, 40.0))


def test_many_are_what_each_is_alone():
    temps, ratios = np.array([-5.0, 12.0, 26.7]), np.array([0.002, 0.008, 0.011])
    alone = [enthalpy(temp, ratio) for temp, ratio in zip(temps, ratios, strict=True)]
    assert enthalpy_of(temps, ratios) == pytest.approx(alone, rel=1e-6)


def test_a_year_of_a_head_takes_no_time(bar_s):
    rng, size = np.random.default_rng(2), 105_120
    room, damp = rng.normal(21, 1, size), rng.uniform(30, 60, size)
    began = time.process_time()
    found = air_heat(np.full(size, 0.15), room, room + rng.normal(15, 8, size), damp)
    assert time.process_time() - began < bar_s(0.5)  # psychrolib row by row: 1.5 s and more
    assert np.isfinite(found).all()
