"""Ducts against ASHRAE 152: the evaluated cases to 1e-3, limits, and what places stand for."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.baseline import ducts
from heatledger.baseline.ducts import PRESETS, Run, around, cooling, effective_r, heating, run_of
from heatledger.home import Ducts

SHARED = Path(__file__).parents[3] / "shared" / "physics" / "data" / "truth"
FT2, CFM, W_PER_BTUH, R_IP = 0.09290304, 4.71947e-4, 0.29307107, 5.678263
ROOM_C = 20.0  # 68 °F, prescribed by ASHRAE 152P, page 9

# NREL OCHRE 0.9.2's ASHRAE 152 heating formula, evaluated: supply and return kept, areas [ft²], nominal R, ft³/min,
# Btu/h, zone [°F], delivery effectiveness
CASES = [
    (0.96, 0.96, 270, 90, 8, 1200, 36_000, 35, 0.8423),
    (0.90, 0.90, 270, 90, 6, 1200, 36_000, 35, 0.7150),
    (0.85, 0.85, 350, 120, 4, 1200, 36_000, 30, 0.5507),
    (0.90, 0.90, 270, 90, 4, 1200, 36_000, 55, 0.7948),
    (1.00, 1.00, 270, 90, 4, 1200, 36_000, 68, 0.9547),
    (0.90, 0.90, 270, 90, 6, 600, 18_000, 35, 0.6403),
]


def celsius(fahrenheit):
    return (fahrenheit - 32) / 1.8


def evaluated(kept_s, kept_r, area_s, area_r, nominal, cfm, btuh, zone_f):
    run = Run(
        area_s * FT2,
        area_r * FT2,
        effective_r(nominal / R_IP, "supply"),
        effective_r(nominal / R_IP, "return"),
        1 - kept_s,
        1 - kept_r,
        "attic",
    )
    return float(heating(run, btuh * W_PER_BTUH, cfm * CFM, celsius(zone_f), ROOM_C))


@pytest.mark.parametrize("case", CASES)
def test_the_evaluated_cases_hold_to_a_thousandth(case):
    assert evaluated(*case[:-1]) == pytest.approx(case[-1], abs=1e-3)


@pytest.mark.reference
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is absent")
def test_the_truth_table_holds_to_a_thousandth():
    with (SHARED / "duct_delivery_effectiveness.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = ("a_s", "a_r", "A_supply_ft2", "A_return_ft2", "R_nominal", "cfm", "cap_btuh", "T_zone_F")
    assert len(rows) == 6
    for row in rows:
        assert evaluated(*(float(row[name]) for name in names)) == pytest.approx(float(row["DE"]), abs=1e-3)


def test_the_resistances_are_those_of_round_ducts_measured():
    # Palmiter and Kruse 2006, as OpenStudio-HPXML's airflow.rb states them: R-8 wrap is 6.7 supply and 7.7 return
    assert effective_r(8 / R_IP, "supply") * R_IP == pytest.approx(6.74, abs=0.005)
    assert effective_r(8 / R_IP, "return") * R_IP == pytest.approx(7.68, abs=0.005)


@pytest.mark.parametrize(("place", "zone_f"), [("basement", 55), ("attic_good", 35), ("attic_typical", 35)])
def test_a_place_loses_what_it_says_at_the_conditions_it_says(place, zone_f):
    # field seeds: 15 % basement and good attic, 25 % typical attic (DOE, Better Duct Systems: 25–40 % in attics)
    run = run_of(Ducts(place=place), 1000 * FT2)
    found = float(heating(run, 36_000 * W_PER_BTUH, 1200 * CFM, celsius(zone_f), ROOM_C))
    assert 1 - found == pytest.approx(PRESETS[place].lost, abs=1e-3)


def test_nothing_is_lost_inside_with_full_regain():
    run = run_of(Ducts(place="inside"), 120.0)
    zone = around(run, np.array([-20.0, 5.0]), ROOM_C)
    assert heating(run, 8000.0, 0.4, zone, ROOM_C).tolist() == pytest.approx([1.0, 1.0])


def test_regain_follows_equation_6_34():
    # by hand: R-8 attic, 4 % leaks: B_s 0.9743, B_r 0.9910, ΔT_e 27.78 °F, ΔT_r 33 °F; DE 0.84227; F 0.1
    base = Run(270 * FT2, 90 * FT2, 6.739 / R_IP, 7.681 / R_IP, 0.04, 0.04, "attic")
    back = base._replace(regain=0.1)
    plain, regained = (float(heating(r, 36_000 * W_PER_BTUH, 1200 * CFM, celsius(35), ROOM_C)) for r in (base, back))
    assert regained == pytest.approx(plain + 0.1 * (1 - plain) - 0.1 * 0.9910 * 0.04 * 33 / 27.78, abs=1e-4)


def test_half_the_air_loses_more():
    # a variable-speed unit at half speed in the same attic: 0.715 becomes 0.640
    assert evaluated(*CASES[5][:-1]) < evaluated(*CASES[1][:-1]) - 0.05


def test_cooling_loses_as_the_standard_says():
    # by hand, R-6 attic at 110 °F, room 78 °F, 10 % leaks, 36,000 Btu/h, 1,200 ft³/min, supply 55 °F, dry:
    # B_s 0.9636, B_r 0.9890; ṁ/Q 5400/36000 lb/Btu; returns: 0.1·0.24·32 = 0.768, conduction 0.9·0.24·(−0.0110)·(−32)
    # = 0.0760, supply 0.24·(−0.0364)·(−55) = 0.4805; DE = 0.9 − 0.9·0.15·1.3245 = 0.7212
    run = Run(270 * FT2, 90 * FT2, effective_r(6 / R_IP, "supply"), effective_r(6 / R_IP, "return"), 0.1, 0.1, "attic")
    found = cooling(run, 36_000 * W_PER_BTUH, 1200 * CFM, celsius(110), celsius(78), supply_c=celsius(55))
    assert float(found) == pytest.approx(0.7212, abs=1e-3)


def test_damp_attic_air_costs_more_cooling():
    run = run_of(Ducts(), 120.0)
    dry, damp = (float(cooling(run, 8000.0, 0.45, 43.0, 25.5, damp_j_kg=d)) for d in (0.0, 15_000.0))
    assert damp < dry


@given(
    leak=st.floats(0, 0.4), more=st.floats(0.01, 0.3), heat=st.floats(2000, 20_000), outdoor=st.floats(-35, 15)
)  # fmt: skip
def test_what_is_delivered_falls_with_leakage_and_stays_a_share(leak, more, heat, outdoor):
    tight = run_of(Ducts(supply_leak=leak, return_leak=leak), 120.0)
    leaky = run_of(Ducts(supply_leak=leak + more, return_leak=leak + more), 120.0)
    zone = around(tight, np.array([outdoor]), ROOM_C)
    one, two = (float(heating(r, heat, heat * ducts.FLOW_M3S_PER_W, zone, ROOM_C)[0]) for r in (tight, leaky))
    assert 0 < two <= one <= 1


def test_none_is_no_ducts():
    assert run_of(Ducts(place="none"), 100.0) is None
    assert run_of(None, 100.0) is None


def test_half_of_what_supplies_lose_beyond_returns_comes_back_as_cold_air():
    run = Run(25.0, 8.0, 1.0, 1.0, 0.09, 0.07, "attic")
    even = run._replace(return_leak=0.09)
    # by hand: 2 % of 0.58 m³/s is 0.0116; half of it, 0.0058 · 1207 J/(m³·K) · 24 K = 168 W of 11,000 W
    assert float(ducts.infiltration(run, 11_000.0, 0.58, np.array(-4.0), ROOM_C)) == pytest.approx(0.0153, abs=1e-4)
    assert float(ducts.infiltration(even, 11_000.0, 0.58, np.array(-4.0), ROOM_C)) == 0.0
