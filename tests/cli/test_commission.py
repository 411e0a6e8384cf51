"""`heatledger commission` on a home with a week of intervals: what it says, what it keeps, how it exits."""

from __future__ import annotations

import json
import shutil
import subprocess
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
                for block in BLOCKS if block.key.quantity in ("power", "temperature", "mode", "outdoor_temp", "contact")
            ]
        )  # fmt: skip
    store.close()

    def commission(*words):
        home = () if "--all" in words else ("--home", "demo")
        with time_machine.travel(NOW, tick=True):
            return CliRunner().invoke(app, ["commission", *home, *words])

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


def test_the_record_is_printed_as_it_is_told_and_a_kept_run_again_as_it_was(run, tmp_path):
    paper, again = tmp_path / "hand-over.pdf", tmp_path / "again.pdf"
    first = json.loads(run("--save", "--json", "--address", "1 Example Street", "--pdf", str(paper)).output)
    text = printed(paper)
    assert "1ExampleStreet" in text
    for one in first["findings"]:
        assert "".join(one["name"].split()) in text
    assert {one["heat_pump"] for one in first["budget"]} == {"living", "upstairs"}
    home = tmp_path / "config" / "homes" / "demo.toml"
    home.write_text(home.read_text().replace('points = ["living room/AC plug"]', 'points = ["gone"]'))
    kept = run("--run", "1", "--json", "--pdf", str(again))
    assert kept.exit_code == 0, "what failed since does not change what was kept"
    assert json.loads(kept.output) == first
    assert again.read_bytes() == paper.read_bytes()
    later = run("--pdf", str(again), "--since", "2026-01-16")
    assert later.exit_code == 1
    assert f"Written: {again}" in later.output
    assert "Sincerun1of" in printed(again)
    assert "1ExampleStreet" in printed(again), "said once, and stands"


def printed(paper):
    if shutil.which("pdftotext") is None:
        pytest.skip("apt-get install poppler-utils")
    done = subprocess.run(["pdftotext", "-raw", paper, "-"], capture_output=True, check=True, timeout=60)
    return "".join(done.stdout.decode().split())


def test_what_would_narrow_a_cop_is_said_by_price(run):
    said = run().output
    assert "What would narrow a COP:" in said
    assert "Mini-split, living room: COP 2.7 (2.2–3.3)" in said
    assert "A supply-air probe and its airflow measured once would narrow Mini-split, living room’s COP from" in said
    assert "(up to €200, the best at that price)" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--unit", "nobody=M"), "heat pumps: living, upstairs"),
        (("--since", "yesterdayish"), "yesterdayish"),
        (("--run", "7"), "--run 7: never kept; kept: none (keep one with --save)"),
        (("--run", "1", "--save"), "--run shows a run as it was kept: leave out --since, --save"),
        (("--pdf", "/no/such/folder/x.pdf"), "/no/such/folder/x.pdf: No such file or directory; name a file"),
        (("--pdf", "/"), "--pdf /: Is a directory; name a file"),
        (("--all", "--save"), "leave out --home, --save, --unit, --run and --pdf"),
    ],
)
def test_a_question_that_is_none_is_one_line(run, words, said):
    found = run(*words)
    assert found.exit_code != 0
    assert said in str(found.exception) + found.output
    assert "\n" not in str(found.exception)


def test_every_home_is_listed_the_neediest_first_and_any_fail_is_an_exit(run, tmp_path):
    homes = tmp_path / "config" / "homes"
    alone = run("--all")
    assert alone.exit_code == 0, alone.output
    assert alone.output.startswith("1 home · 0 need a visit\n")
    text = (homes / "demo.toml").read_text()
    (homes / "birch.toml").write_text(text.replace('id = "demo"', 'id = "birch"').replace("Demo home", "Birch Lane 2"))
    found = run("--all")
    assert found.exit_code == 1
    lines = found.output.splitlines()
    assert lines[0] == "2 homes · 1 needs a visit"
    assert lines[2].startswith("Birch Lane 2 ")
    assert lines[3].startswith("    Every device is heard, ")
    assert [line[:9] for line in lines if line.startswith("Demo home")] == ["Demo home"]
    rows = json.loads(run("--all", "--json").output)
    assert [row["home"] for row in rows] == ["birch", "demo"]
    assert rows[0]["wrong"][0]["check"] == "device.heard"
    assert {"counts", "silent", "cops", "commissioned", "version", "drifted", "looked_at"} <= rows[1].keys()
