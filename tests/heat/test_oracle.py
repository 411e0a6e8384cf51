"""The benchmark on simulated houses keeps its bars, and says in one line what it cannot read."""

import json
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


@pytest.mark.reference
@pytest.mark.slow
def test_the_bars():
    if not DATA.is_dir():
        pytest.skip(f"{DATA} is not here")
    done = run("--data", str(DATA), "--json")
    assert done.returncode == 0, done.stderr
    rungs = json.loads(done.stdout)["rungs"]
    for rung in "BCDEF":
        assert 0.85 <= rungs[rung]["coverage90"] <= 0.97, rung
    assert rungs["D"]["weekly_abs_error_median"] <= 0.12
    assert rungs["C"]["weekly_abs_error_p90"] <= 0.08
    assert rungs["B"]["weekly_abs_error_p90"] <= 0.03
    assert max(abs(error) for error in rungs["F"]["season_error"].values()) <= 0.12
