"""Carnot's ceilings and fractions, against figures typed from their sources."""

import csv
from pathlib import Path

import numpy as np
import pytest

from heatledger.heat.carnot import ceiling_heating, fraction_cop, ideal_heating

SHARED = Path(__file__).parents[3] / "shared" / "physics" / "data"


@pytest.mark.parametrize(("outdoor_f", "ceiling"), [(47, 23.1), (5, 8.2), (-13, 6.4)])
def test_no_machine_beats_the_ideal_cycle(outdoor_f, ceiling):
    # 70 °F indoors; ideal air-to-air COP, no approaches
    assert float(ceiling_heating(21.1, (outdoor_f - 32) / 1.8)) == pytest.approx(ceiling, abs=0.06)


def test_a_real_unit_reaches_between_a_third_and_a_half():
    # 56 full-speed air-to-air rows: median 0.44, 10–90 % 0.36–0.51; MUZ-FH18NAH2 at 47 °F: 30,400 Btu/h, 3.40 kW
    assert 2.62 / float(ideal_heating(21.1, 8.33)) == pytest.approx(0.32, abs=0.01)


@pytest.mark.reference
def test_a_fleet_of_metered_systems_is_foretold_by_its_temperatures():
    path = SHARED / "fleet" / "fleet.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    with path.open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if "Air" in r["hp_type"] and r["running_cop"]]
    rows = [r for r in rows if r["weighted_flowT"] and r["weighted_outsideT"]]
    cop, flow, outdoor = (
        np.array([float(r[key]) for r in rows]) for key in ("running_cop", "weighted_flowT", "weighted_outsideT")
    )
    known = cop > 1
    error = np.abs(fraction_cop(flow, outdoor) / cop - 1)[known]
    assert len(error) > 250
    assert error.mean() <= 0.08
    assert np.percentile(error, 90) <= 0.15
