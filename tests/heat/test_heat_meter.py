"""Rung A: water and glycol by the table, signed heat, the meter's words in order, what a clipped meter hides."""

import csv
from pathlib import Path

import numpy as np
import pytest

from heatledger.heat.fluids import heat_capacity
from heatledger.heat.heat_meter import hydronic, metered
from heatledger.home import Glycol, HeatMeter
from heatledger.meters import Grid
from tests.accounts.homes import T0, block

SHARED = Path(__file__).parents[3] / "shared" / "physics" / "data" / "truth"


@pytest.mark.parametrize(
    ("kind", "fraction", "temp_c", "mj_per_m3_k"),
    # CoolProp 8.0.0, INCOMP, mass fraction
    [("propylene", 0.0, 35, 4.15418), ("propylene", 0.2, 20, 4.03553), ("ethylene", 0.2, 45, 3.99743)],
)
def test_heat_capacity_by_coolprop(kind, fraction, temp_c, mj_per_m3_k):
    found = heat_capacity(np.array(float(temp_c)), Glycol(kind=kind, fraction=fraction))
    assert float(found) == pytest.approx(mj_per_m3_k, rel=0.002)


@pytest.mark.reference
def test_heat_capacity_over_the_whole_table():
    path = SHARED / "hydronic_fluid_rho_cp.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            mixed = Glycol(kind=row["glycol"], fraction=float(row["mass_fraction"]))
            found = float(heat_capacity(np.array(float(row["t_C"])), mixed))
            assert found == pytest.approx(float(row["rho_cp_MJ_m3K"]), rel=0.002)


def test_glycol_taken_for_water_reads_too_much():
    # 30 % propylene glycol at 35 °C: 4.9 %
    flow = np.array(10.0), np.array(40.0), np.array(35.0)
    water, mixed = hydronic(*flow), hydronic(*flow, glycol=Glycol(kind="propylene", fraction=0.3))
    assert float(water / mixed) == pytest.approx(1.049, abs=0.002)


def test_defrosting_takes_heat_back():
    assert float(hydronic(np.array(12.0), np.array(25.0), np.array(30.0))) < 0


def read(meter, *blocks):
    grid = Grid(blocks, T0, T0 + 900)
    return metered(meter, None, grid, np.array([2.0, 2.0, 8.0])).tolist()


def test_the_counter_speaks_before_flow_and_temperatures():
    counted = block("pump", "heat_energy", [0.5, np.nan, 0.4])
    flow, warm, back = (
        block("pump", name, last=[x] * 3) for name, x in (("flow", 12.0), ("flow_temp", 35.0), ("return_temp", 30.0))
    )
    found = read(HeatMeter(point="pump"), counted, flow, warm, back)
    assert found == pytest.approx([0.5, 4.161 / 12, 0.4], rel=1e-3)


def test_a_clipped_meter_is_not_believed_where_it_freezes():
    counted = block("pump", "heat_energy", [0.5, 0.5, 0.5])
    assert read(HeatMeter(point="pump", clipped=True), counted) == pytest.approx([0.485, 0.485, 0.5])
