"""The benchmark on simulated houses keeps its bars, and says in one line what it cannot read."""

import json
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "physics" / "oracle"


def run(*arguments):
    command = [sys.executable, "benchmarks/oracle.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_an_empty_folder_is_one_line(tmp_path):
    done = run("--data", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.strip() == f"{tmp_path}: no CASE_home.csv.gz here; name a folder of cases"


@pytest.fixture(scope="module")
def found():
    if not DATA.is_dir():
        pytest.skip(f"{DATA} is not here")
    done = run("--data", str(DATA), "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.reference
@pytest.mark.slow
def test_the_bars(found):
    rungs = found["rungs"]
    for rung in "BCDEF":
        assert 0.85 <= rungs[rung]["coverage90"] <= 0.97, rung
    assert rungs["D"]["weekly_abs_error_median"] <= 0.12
    assert rungs["C"]["weekly_abs_error_p90"] <= 0.08
    assert rungs["B"]["weekly_abs_error_p90"] <= 0.03
    assert max(abs(error) for error in rungs["F"]["season_error"].values()) <= 0.12


@pytest.mark.reference
@pytest.mark.slow
def test_the_twin_house_is_foreseen_step_by_step(found):
    twins = found["baseline"]
    assert twins["as_seen"]["cases"] >= 9
    assert twins["as_seen"]["abs_error_median"] <= 0.10
    assert twins["as_seen"]["abs_error_max"] <= 0.18
    assert twins["every_room"]["abs_error_median"] <= 0.06
    for sight in ("as_seen", "every_room"):
        assert 0.70 <= twins[sight]["coverage80"] <= 0.90, sight
    for step in ("load", "ducts", "machine"):
        assert statistics.median(abs(row[step]) for row in twins["steps"].values()) <= 0.12, step
