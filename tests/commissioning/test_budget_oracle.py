"""Simulated houses whose heat is known: the sensor that the uncertainty budget ranks first is the one to buy."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "physics" / "oracle"
HOUSES = ("chicago_good_zonal", "chicago_mid_single", "chicago_poor_multi", "golden_good_multi")


def run(*arguments):
    command = [sys.executable, "benchmarks/oracle_budget.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_an_empty_folder_is_one_line(tmp_path):
    done = run("--data", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.strip() == f"{tmp_path}: no CASE_home.csv.gz here; name a folder of cases"


@pytest.mark.reference
@pytest.mark.slow
def test_what_is_ranked_first_narrows_most_as_it_promised_and_the_truth_stays_inside():
    if not DATA.is_dir():
        pytest.skip(f"{DATA} is not here")
    done = run("--data", str(DATA), "--cases", *HOUSES, "--weeks", "1", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["houses"]) == 2 * len(HOUSES)
    for name, row in found["houses"].items():
        assert row["units and weeks"] >= 1, name
        for what in ("was the narrowest", "all in the order promised", "narrower than before", "truth inside"):
            assert row[what] == row["units and weeks"], (name, what)
    for sensor in ("air", "catalogue_air", "table", "map"):
        assert found["sensors"][sensor]["furthest from its promise"] <= 0.03, sensor
    assert found["sensors"]["air"]["abs_error_median"] < found["sensors"]["map"]["abs_error_median"]
