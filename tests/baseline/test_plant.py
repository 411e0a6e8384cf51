"""The systems of a comparison, each against a number from a source, and the laws of their back-up."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.baseline import plant
from heatledger.baseline.ducts import run_of
from heatledger.heat import power_for, unit_map
from heatledger.home import Ducts
from tests.baseline.machines import hours, machine, shipped
from tests.baseline.ratings import celsius, hspf

SIZE_W = 10_000.0


def electricity(found, room_c=21.1):
    return lambda outdoor_c, load_w: plant.heating(found, hours(outdoor_c, room_c), load_w).electricity_w


@pytest.mark.parametrize(
    ("kind", "rating"),
    # federal minimum of 2006–2014 (10 CFR 430.32): HSPF 7.7; the others are sold by what they are called
    [("central_air_source", 7.7), ("ducted", 8.5), ("ducted_two_stage", 9.0)],
)
def test_a_ducted_heat_pump_has_its_seasonal_rating(kind, rating):
    bare = machine(kind)
    bare = bare._replace(kind=plain(bare.kind))
    assert hspf(electricity(bare), SIZE_W) == pytest.approx(rating, rel=0.005)


def plain(kind):
    return msgspec.structs.replace(kind, crankcase_w=0.0, standby_w=0.0)  # what AHRI's HSPF leaves out


@pytest.mark.parametrize(
    ("kind", "rating", "slack"),
    # OpenStudio-HPXML's regressions on HSPF, of which these maps are made
    [
        ("ducted_variable", 10.5, 0.12),
        ("cold_climate_mini_split", 12.5, 0.12),
        ("standard_mini_split", 9.5, 0.12),
        ("multi_split", 9.5, 0.12),
    ],
)
def test_a_unit_of_variable_speed_is_near_its_seasonal_rating(kind, rating, slack):
    bare = machine(kind)
    bare = bare._replace(kind=plain(bare.kind))
    assert hspf(electricity(bare), SIZE_W) == pytest.approx(rating, rel=slack)


def test_the_ground_source_unit_has_its_rated_cop():
    # ENERGY STAR geothermal 3.2, tier 3: closed loop water-to-air COP 3.6 at 0 °C entering, open loop 4.1 at 10 °C
    bare = machine("ground_source")
    for liquid_c, cop in ((0.0, 3.6), (10.0, 4.1)):
        most = plant.heating(bare, hours([0.0], ground_c=liquid_c), np.array([1e6]))
        assert float(most.capacity_w[0] / most.machine_w[0]) == pytest.approx(cop, rel=0.002)


def test_air_to_water_has_its_data_sheets_point():
    # Vaillant aroTHERM plus 5 kW: 6.2 kW at COP 2.7, −7 °C outdoors and water at 35 °C, 120 revolutions a second
    unit = shipped().systems["air_to_water"]
    found = power_for.heating(unit, np.array([6200.0]), np.array([-7.0]), np.array([35.0]))
    assert float(found.given_w[0] / found.power_w[0]) == pytest.approx(2.7, rel=0.002)


def test_hotter_water_costs_more():
    radiators = machine("air_to_water", 8000.0)
    found = plant.heating(radiators, hours([-7.0]), np.array([4000.0]))
    floor = radiators._replace(kind=plain(radiators.kind))
    floor = floor._replace(kind=msgspec.structs.replace(floor.kind, flow_curve=(28.0, 35.0)))
    assert found.machine_w[0] > 1.1 * plant.heating(floor, hours([-7.0]), np.array([4000.0])).machine_w[0]


def test_resistance_is_one_for_one():
    found = plant.heating(machine("resistance"), hours([-10.0, 5.0]), np.array([5000.0, 800.0]))
    assert found.electricity_w.tolist() == [5000.0, 800.0]
    assert plant.heating(machine("air_conditioner"), hours([-10.0]), np.array([5000.0])).electricity_w.tolist() == [
        5000
    ]


@pytest.mark.parametrize(
    ("kind", "afue"),
    [("gas_boiler", 0.90), ("oil_boiler", 0.86)],  # ENERGY STAR boilers 3.0; 10 CFR 430.32(e) of 2021
)
def test_a_boiler_burns_load_over_efficiency_and_turns_a_pump(kind, afue):
    found = plant.heating(machine(kind), hours([-5.0]), np.array([5000.0]))
    assert found.fuel_w[0] == pytest.approx(5000 / afue)
    assert found.electricity_w[0] == pytest.approx(80 * 0.5 + 8)


@pytest.mark.parametrize(
    ("kind", "afue"),
    [("gas_furnace", 0.92), ("propane_furnace", 0.92), ("oil_furnace", 0.83)],  # 10 CFR 430.32(e): oil 0.83 of 2013
)
def test_a_furnace_blows_half_a_watt_a_cubic_foot_and_the_blower_warms_too(kind, afue):
    found = plant.heating(machine(kind), hours([-5.0]), np.array([SIZE_W]))
    flow_cfm = SIZE_W / (1207.2 * 28.0) / 4.71947e-4
    assert found.beside_w[0] == pytest.approx(0.5 * flow_cfm + 8, rel=0.002)
    assert found.fuel_w[0] * afue + 0.5 * flow_cfm == pytest.approx(SIZE_W, rel=0.001)


def test_an_owner_knows_the_furnaces_efficiency():
    old = plant.heating(machine("gas_furnace", efficiency=0.78), hours([-5.0]), np.array([6000.0]))
    new = plant.heating(machine("gas_furnace", efficiency=0.97), hours([-5.0]), np.array([6000.0]))
    assert old.fuel_w[0] / new.fuel_w[0] == pytest.approx(0.97 / 0.78)


@pytest.mark.parametrize(
    ("kind", "lockout_c"),  # physics notes: cold-climate units heat to −25 °C, ordinary ones rest below −18…−20 °C
    [("cold_climate_mini_split", -25.0), ("standard_mini_split", -20.0), ("ducted", -18.0)],
)
def test_below_its_lock_out_all_heat_is_back_up(kind, lockout_c):
    unit = machine(kind)
    above, below = (plant.heating(unit, hours([lockout_c + d]), np.array([2000.0])) for d in (0.1, -0.1))
    assert above.backup_w[0] == 0
    assert below.backup_w[0] == 2000.0
    assert below.capacity_w[0] == 0


def test_without_back_up_a_cold_house_is_short():
    unit = machine("ducted")
    alone = unit._replace(kind=msgspec.structs.replace(unit.kind, backup=False))
    found = plant.heating(alone, hours([-15.0]), np.array([9000.0]))
    assert found.backup_w[0] == 0
    assert found.short_w[0] == pytest.approx(9000 - found.capacity_w[0])


@pytest.mark.parametrize(
    "kind", ["ducted", "ducted_two_stage", "ducted_variable", "standard_mini_split", "multi_split"]
)
def test_back_up_rises_as_it_gets_colder_and_is_none_above_the_balance_point(kind):
    outdoor = np.arange(15.0, -35.0, -0.25)
    load = 250.0 * np.maximum(18.0 - outdoor, 0.0)
    found = plant.heating(machine(kind, 7000.0, "attic_typical"), hours(outdoor), load)
    assert (np.diff(found.backup_w) >= -1e-9).all()
    assert (found.backup_w[load <= found.capacity_w] < 1e-6).all()
    assert found.backup_w[0] == 0 < found.backup_w[-1]


def test_the_map_read_backwards_gives_back_the_power():
    rng = np.random.default_rng(3)
    outdoor, room = rng.uniform(-28, 18, 4000), np.full(4000, 20.5)
    for system in (s for s in shipped().systems.values() if s.heating and s.sink == "air"):
        power = rng.uniform(15, 1.0 * max(p.power_w for p in system.heating), 4000)
        heat = unit_map.heating(system, power, outdoor, room, standby_w=12.0)
        back = power_for.heating(system, heat.heat_w, outdoor, room, standby_w=12.0)
        inside = (heat.heat_w > 1) & (back.given_w < 0.9999 * back.capacity_w)
        assert np.abs(back.power_w - power)[inside].max() < 1e-6


@given(load=st.floats(0, 20_000), more=st.floats(1, 2000), outdoor=st.floats(-30, 15))
def test_more_load_never_costs_less(load, more, outdoor):
    for kind in ("ducted", "ducted_two_stage", "ground_source", "cold_climate_mini_split"):
        found = plant.heating(machine(kind, 8000.0), hours([outdoor] * 2), np.array([load, load + more]))
        assert found.electricity_w[1] >= found.electricity_w[0] - 1e-6


@given(leak=st.floats(0, 0.3), more=st.floats(0.01, 0.2))
def test_leakier_ducts_draw_more(leak, more):
    drawn = []
    for share in (leak, leak + more):
        unit = machine("ducted")._replace(run=run_of(Ducts(supply_leak=share, return_leak=share), 120.0))
        drawn.append(plant.heating(unit, hours([-5.0, 3.0]), np.array([5000.0, 2500.0])).electricity_w.sum())
    assert drawn[1] > drawn[0]


def test_a_system_is_as_large_as_the_design_load_asks():
    found = shipped()
    kind = found.alternatives["ducted"]
    size = plant.design_size(kind, found.systems["ducted_single_speed"], 10_000.0, -15.0)
    most = plant.heating(machine("ducted", size), hours([-15.0], 21.1), np.array([1e6])).capacity_w[0]
    assert most == pytest.approx(kind.sizing * 10_000.0, rel=1e-6)
    assert plant.design_size(found.alternatives["gas_furnace"], None, 10_000.0, -15.0) == pytest.approx(14_000.0)


def test_standby_and_crankcase_heat_are_drawn_at_rest():
    found = plant.heating(machine("ducted"), hours([15.0, 5.0]), np.array([0.0, 0.0]))
    assert found.electricity_w.tolist() == [5.0, 45.0]


def test_what_is_not_known_stays_unknown():
    found = plant.heating(machine("ducted", ducts="attic_good"), hours([-5.0, np.nan]), np.array([np.nan, 1000.0]))
    assert np.isnan(found.electricity_w).all()


def test_the_bins_are_ahris():
    assert float(celsius(47)) == pytest.approx(8.333, abs=1e-3)
