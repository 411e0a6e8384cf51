"""`heatledger compare`: what it refuses, in one line, and one row a system."""

import json
import subprocess
import sys
from pathlib import Path

HOME = """
id = "home"
name = "Maple Street 14"
timezone = "America/Chicago"
currency = "USD"
tariff = "demo_flat"

[[zones]]
id = "living"
name = "Living room"

[[meters]]
id = "main"
role = "import"
points = ["fuse box"]

[[heat_pumps]]
id = "split"
kind = "mini_split"
meter = "main"
heads = [{zone = "living", device = "head"}]
"""


def compare(folder: Path, *arguments: str, home: str = HOME) -> subprocess.CompletedProcess[str]:
    (folder / "config" / "homes").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "homes" / "home.toml").write_text(home, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "cli", "compare", *arguments],
        capture_output=True,
        text=True,
        env={"HEATLEDGER_DATA": str(folder), "PATH": "/usr/bin:/bin"},
        check=False,
        cwd=Path(__file__).parents[2],
    )


def test_before_anything_is_known_it_says_what_is_missing(tmp_path):
    told = compare(tmp_path, "--json")
    found = json.loads(told.stdout)
    assert told.returncode == 0
    assert found["system"] == "ducted"
    assert found["saving"] == {"p10": None, "p50": None, "p90": None}
    assert found["refused"] == "the temperature of Living room is not known; name a thermometer of it in its zone"


def test_a_system_that_is_not_there_is_one_line(tmp_path):
    told = compare(tmp_path, "--system", "steam")
    assert told.returncode == 2
    assert told.stderr.startswith("heatledger: no system 'steam'; known: air_conditioner")
    assert told.stderr.count("\n") == 1


def test_a_comparison_with_nothing_that_ships_is_refused_by_its_key(tmp_path):
    told = compare(tmp_path, home=HOME.replace('tariff = "demo_flat"', 'tariff = "demo_flat"\ncompare = "gas_furnce"'))
    assert told.returncode == 2
    assert "compare: 'gas_furnce' is not there; did you mean 'gas_furnace'?" in told.stderr
