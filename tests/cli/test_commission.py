"""`heatledger commission` on a home with a week of intervals: what it says, what it keeps, how it exits."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest
import time_machine
from typer.testing import CliRunner

from cli.main import app
from heatledger.config import shipped_dir
from heatledger.readings import Reading
from heatledger.store import open_store
from tests.commissioning import weeks

BLOCKS, START = weeks.winter()
NOW = START + timedelta(days=7)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("HEATLEDGER_DATA", str(tmp_path))
    (tmp_path / "config" / "homes").mkdir(parents=True)
    shutil.copy(shipped_dir() / "homes" / "demo.toml", tmp_path / "config" / "homes")
    store = open_store(f"sqlite:///{tmp_path / 'heatledger.db'}")
    store.write_intervals(BLOCKS)
    at_us = int(NOW.timestamp()) * 10**6
    for ago in (240, 180, 120, 60, 10):
        store.write(
            [
                Reading(*block.key, time_us=at_us - ago * 10**6, unit=None,
                        kind="state" if block.state is not None else "gauge",
                        value=block.state[-1] if block.state is not None else float(block.last[-1]))
                for block in BLOCKS if block.key.quantity in ("power", "temperature", "mode", "outdoor_temp")
            ]
        )  # fmt: skip
    store.close()

    def commission(*words):
        with time_machine.travel(NOW, tick=True):
            return CliRunner().invoke(app, ["commission", "--home", "demo", *words])

    return commission


def test_a_healthy_home_is_ready_and_says_what_could_not_be_tested(run):
    found = run()
    assert found.exit_code == 0, found.output
    assert "Demo home · Ready" in found.output
    assert "ok    Power sign (4)" in found.output
    assert "?     Heat loss: nothing heard that could tell → needs fourteen days of known heat" in found.output


def test_a_run_is_kept_and_a_later_one_says_what_changed(run, tmp_path):
    first = run("--save", "--json", "--unit", "living=M-25/0042", "--installer", "us")
    assert first.exception is None or first.exit_code == 0, first.exception
    kept = json.loads(first.output)
    assert kept["version"] == 1
    assert kept["job"]["units"] == [{"heat_pump": "living", "model": "M-25", "serial": "0042"}]
    home = tmp_path / "config" / "homes" / "demo.toml"
    home.write_text(home.read_text().replace('points = ["living room/AC plug"]', 'points = ["gone"]'))
    found = run()
    assert found.exit_code == 1
    assert "FAIL  Every device is heard, gone: was never heard → see that it has power" in found.output
    assert "Since version 1:" in found.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--unit", "nobody=M"), "heat pumps: living, upstairs"),
        (("--since", "yesterdayish"), "yesterdayish"),
    ],
)
def test_a_question_that_is_none_is_one_line(run, words, said):
    found = run(*words)
    assert found.exit_code != 0
    assert said in str(found.exception) + found.output
