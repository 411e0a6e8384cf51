"""`heatledger export --format table`: energy by the home's own clock; nothing added, nothing lost."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli.main import app
from heatledger import accounts, frames
from heatledger.config import shipped_dir
from heatledger.home import Home, Meter, Zone
from heatledger.readings import Intervals, SeriesKey
from heatledger.store import open_store

HOME = Home(
    id="maple", name="Maple", timezone="Europe/Berlin", currency="EUR", zones=(Zone(id="hall", name="Hall"),),
    meters=(Meter(id="main", role="import", points=("main",)),
            Meter(id="plug", role="circuit", parent="main", points=("plug",), zone="hall")),
)  # fmt: skip


def block(device, start_s, kwh):
    empty = np.full(len(kwh), np.nan)
    key = SeriesKey("maple", "test", device, "", "energy")
    return Intervals(key, start_s, kwh, empty, empty, empty, np.cumsum(kwh), np.ones(len(kwh)), np.zeros(len(kwh), int))


def account(start, hours, seed=0):
    start_s = int(start.timestamp()) + np.arange(hours * 12, dtype=np.int64) * 300
    drawn = np.random.default_rng(seed).uniform(0.0, 0.2, len(start_s))
    blocks = [block("main", start_s, drawn * 2), block("plug", start_s, drawn)]
    return accounts.account(HOME, blocks, start_s=int(start_s[0]), end_s=int(start_s[-1]) + 300)


@settings(max_examples=25)
@given(st.integers(0, 2**31), st.integers(1, 24 * 40), st.sampled_from(["hour", "day", "month"]))
def test_a_table_adds_up_to_the_account(seed, hours, step):
    made = account(datetime(2026, 3, 20, 5, tzinfo=UTC), hours, seed)
    table = frames.summed(frames.frame(made, HOME.timezone), step)
    assert table["home", "use"].sum() == pytest.approx(made.home["use"].sum(), rel=1e-12)
    assert table["zone", "hall"].sum() == pytest.approx(made.zones["hall"].sum(), rel=1e-12)
    assert table["mode"].sum().sum() == pytest.approx(table["home", "use"].sum(), rel=1e-9)


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 6, 1), 24)])
def test_a_day_of_the_clock_change_has_its_own_hours(day, hours):
    year, month, date = day
    utc_offset = 1 if month == 3 else 2
    made = account(datetime(year, month, date, tzinfo=UTC).replace(hour=0), 48)
    by_hour = frames.summed(frames.frame(made, HOME.timezone), "hour")
    assert sum(at.strftime("%Y-%m-%d") == f"{year}-{month:02}-{date:02}" for at in by_hour.index) == hours - utc_offset


def test_what_was_not_heard_is_empty_and_not_zero():
    made = account(datetime(2026, 6, 1, tzinfo=UTC), 48)
    made.meters["plug"][: 24 * 12] = np.nan
    table = frames.summed(frames.frame(made, "UTC"), "day")
    assert np.isnan(table["meter", "plug"].iloc[0])
    assert table["meter", "plug"].iloc[1] > 0


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HEATLEDGER_DATA", str(tmp_path))
    (tmp_path / "config" / "homes").mkdir(parents=True)
    shutil.copy(shipped_dir() / "homes" / "demo.toml", tmp_path / "config" / "homes")
    return tmp_path


def test_the_command_writes_a_row_a_day_with_local_times(home):
    start_s = int(datetime(2026, 1, 12, 6, tzinfo=UTC).timestamp()) + np.arange(48 * 12, dtype=np.int64) * 300
    made = block("fuse box/whole home", start_s, np.full(len(start_s), 0.1))
    store = open_store(f"sqlite:///{home / 'heatledger.db'}")
    store.write_intervals([made._replace(key=made.key._replace(home="demo"))])
    store.close()
    found = CliRunner().invoke(app, ["export", "--format", "table", "--by", "day"])
    assert found.exit_code == 0, found.exception
    rows = list(csv.DictReader(io.StringIO(found.output)))
    assert [row["start"] for row in rows] == ["2026-01-12T00:00:00-0600", "2026-01-13T00:00:00-0600"]
    assert [row["home use"] for row in rows] == ["28.8000", "28.8000"]
    assert [row["meter living_ac"] for row in rows] == ["", ""]


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--by", "fortnight"), "hour, day, month are what there is"), ((), "nothing is stored of demo yet")],
)
def test_what_cannot_be_tabled_is_one_line(home, words, said):
    found = CliRunner().invoke(app, ["export", "--format", "table", *words])
    assert said in str(found.exception)
