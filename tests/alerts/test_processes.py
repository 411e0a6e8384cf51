"""The whole way: intervals in a real store, the reports process, a web server that takes the message, the command."""

import datetime as dt
import json
import os
from contextlib import closing
from decimal import Decimal

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from heatledger.config import load
from heatledger.readings import Intervals, Reading, SeriesKey
from heatledger.store import open_store
from heatledger.store.spool import Part, Spool
from heatledger.store.state import State
from reports.schedule import looking_in_child
from reports.values import Told
from reports.watch import watch

HOME = """
id = "maple"
name = "Maple Street 14"
timezone = "America/Chicago"
currency = "USD"
tariff = "flat"
budget = "20.00"
cycle = {day = 3}
[[meters]]
id = "main"
role = "import"
points = ["main"]
[[meters]]
id = "outdoor"
role = "outdoor_unit"
parent = "main"
points = ["plug"]
[[meters]]
id = "rods"
name = "Back-up heater"
role = "circuit"
parent = "outdoor"
points = ["rods"]
[[heat_pumps]]
id = "pump"
name = "Heat pump"
kind = "air_source"
meter = "outdoor"
backup = "rods"
"""
TARIFF = """
name = "Flat"
currency = "USD"
source = "made up for this test"
[[lines]]
kind = "energy"
label = "Energy"
rate = "0.20"
"""
NOW = dt.datetime(2026, 1, 28, 18, 2, tzinfo=dt.UTC)  # noon in Chicago


@pytest.fixture
def data(tmp_path):
    for name, text in (("homes/maple.toml", HOME), ("tariffs/flat.toml", TARIFF)):
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def settings(data, text):
    (data / "config" / "settings.toml").write_text(f"[alerts]\nchannels = ['hook']\n{text}", encoding="utf-8")


def tell(data, port):
    """Say where the channel is."""
    secret = data / "secrets" / "alert_hook"
    secret.parent.mkdir()
    secret.write_text(f"json://127.0.0.1:{port}/", encoding="utf-8")


def fill(config, *, days=25, rods_kwh=0.0, silent=()):
    """The main meter counts 0.05 kWh in each five minutes, the heat pump 0.03; the back-up heater since yesterday."""
    end = int(NOW.timestamp()) // 300 * 300
    starts = np.arange(end - days * 86_400, end, 300, dtype=np.int64)
    nothing = np.full(len(starts), np.nan)
    late = np.where(starts >= end - 86_400, rods_kwh / 288, 0.0)
    store = open_store(config.store_url)
    for device, kwh in (("main", 0.05), ("plug", 0.03), ("rods", late)):
        energy = np.zeros(len(starts)) + kwh
        rows = (
            starts,
            energy,
            nothing,
            nothing,
            nothing,
            nothing,
            np.ones(len(starts)),
            np.zeros(len(starts), np.int64),
        )
        key = SeriesKey("maple", "tasmota", device, "", "energy")
        store.write_intervals([Intervals(key, *rows)])
        heard = NOW - dt.timedelta(hours=3 if device in silent else 0)
        for number in range(20, 0, -1):
            time_us = int((heard - dt.timedelta(seconds=30 * number)).timestamp() * 1e6)
            store.write(
                [Reading("maple", "tasmota", device, "", "energy", time_us, 5.0 - number / 100, "kWh", "counter")]
            )
    store.close()


def titles(server):
    return sorted(said["title"].removeprefix("Maple Street 14: ") for _, said in server.got)


QUIET_DISK = "[alerts.rules]\ndisk = {on = false}\n"


@pytest.mark.server
def test_a_home_in_which_all_is_well_sends_nothing(data, webhook):
    settings(data, QUIET_DISK + "budget = {threshold = 99.9}\n")
    (data / "config" / "homes" / "maple.toml").write_text(HOME.replace('"20.00"', '"2000.00"'), encoding="utf-8")
    tell(data, webhook.server_port)
    config = load(data_dir=data, environ={})
    fill(config)
    assert watch(config, now=NOW, books=True, environ={}) == []
    assert webhook.got == []


@pytest.mark.server
def test_what_is_wrong_is_told_once_each_from_store_and_books(data, webhook):
    settings(data, QUIET_DISK)
    tell(data, webhook.server_port)
    config = load(data_dir=data, environ={})
    fill(config, rods_kwh=6.0, silent={"rods"})
    expected = [
        "Heat pump is on back-up heat",
        "The bill is heading above the budget of $20.00",
        "rods is not heard any more",
    ]
    for number in range(3):
        watch(config, now=NOW + number * dt.timedelta(minutes=5), books=number != 1, environ={})
    assert titles(webhook) == expected
    said = {row["title"]: row["message"] for _, row in webhook.got}
    backup = said["Maple Street 14: Heat pump is on back-up heat"]
    # 95 of 96 quarters of an hour: the one that runs has just begun
    assert "took 5.9 kWh in the last 24 hours, $1.19 at the price now." in backup
    assert (
        "rods was last heard 3 h 1 min ago. It usually speaks every 30 s or so."
        in said["Maple Street 14: rods is not heard any more"]
    )
    assert "http://127.0.0.1:8050/performance" in backup


def told(data):
    with closing(State(data / "state.db")) as state:
        body = state.published.told()
    return None if body is None else msgspec.json.decode(body, type=Told)


def test_the_books_are_told_to_home_assistant_while_that_is_wanted(data):
    wanted = QUIET_DISK + "[home_assistant]\non = true\n"
    settings(data, wanted)
    config = load(data_dir=data, environ={})
    fill(config)
    watch(config, now=NOW, books=True, environ={})
    (figures,) = told(data).homes
    by_key = {value.key: value for value in figures.values}
    # all of it at $0.20
    assert by_key["bill", ""].value == pytest.approx(by_key["energy", ""].value * 0.20, abs=0.01)
    assert by_key["bill", ""].last_reset == "2026-01-03T00:00:00-06:00"
    assert by_key["cop", "pump"].value is None
    assert by_key["cop", "pump"].attributes["reason"]
    assert figures.prices[0].rate == Decimal("0.20")
    watch(config, now=NOW + dt.timedelta(minutes=5), books=False, environ={})
    assert told(data).homes == (figures,), "what was told stands until the books are asked again"
    settings(data, QUIET_DISK)
    watch(load(data_dir=data, environ={}), now=NOW + dt.timedelta(minutes=10), books=False, environ={})
    assert told(data) is None


@pytest.mark.server
def test_readings_that_wait_and_a_store_that_is_away_are_told(data, webhook):
    settings(data, QUIET_DISK)
    tell(data, webhook.server_port)
    config = load(data_dir=data, environ={"HEATLEDGER_STORE_URL": "sqlite:////proc/nowhere/heatledger.db"})
    spool = Spool(data / "spool.db", limit_bytes=1_000_000)
    old_us = int((NOW - dt.timedelta(minutes=40)).timestamp() * 1e6)
    spool.append([Part([Reading("maple", "tasmota", "main", "", "power", old_us, 5.0, "W", "gauge")])])
    spool.close()
    watch(config, now=NOW, books=True, environ={})
    assert titles(webhook) == ["Readings wait for the store"]
    assert "has not taken readings for 40 min: 1 wait on this machine's disk" in webhook.got[0][1]["message"]


@pytest.mark.server
def test_the_schedule_looks_by_what_the_settings_say_now(data, webhook, caplog):
    settings(data, QUIET_DISK)
    tell(data, webhook.server_port)
    environ = {**os.environ, "HEATLEDGER_DATA": str(data)}
    look = looking_in_child(load(data_dir=data, environ={}), environ)
    with caplog.at_level("INFO"):
        look()
        assert webhook.got == []
        settings(data, "[alerts.rules]\ndisk = {threshold = 0.001, hysteresis = 0.0005}\n")  # every disk is that full
        look()
    assert titles(webhook) == ["The disk is nearly full"]
    assert "maple: The disk is nearly full: sent to hook" in caplog.messages
    shown = CliRunner().invoke(app, ["alerts"], env={"HEATLEDGER_DATA": str(data)})
    assert "maple: The disk is nearly full (" in shown.output
    assert "hook: sent " in shown.output


@pytest.mark.server
def test_the_command_shows_the_table_and_tries_the_channels(data, webhook):
    settings(data, "[alerts.rules]\nsilent = {threshold = 120}\n")
    environ = {"HEATLEDGER_DATA": str(data)}
    shown = CliRunner().invoke(app, ["alerts"], env=environ)
    assert "silent         yes  120 min         90 min          22:00-07:00  all" in shown.output
    assert "Nothing is the matter." in shown.output
    assert "channel hook: no address; write it into" in shown.output
    failed = CliRunner().invoke(app, ["alerts", "--test"], env=environ)
    assert (failed.exit_code, "channel hook: no address" in failed.output) == (1, True)
    tell(data, webhook.server_port)
    tried = CliRunner().invoke(app, ["alerts", "--test"], env=environ)
    assert (tried.exit_code, tried.output) == (0, "channel hook: taken\n")
    assert webhook.got[0][1]["title"] == "heatledger: this channel works"
    plain = json.loads(CliRunner().invoke(app, ["alerts", "--json"], env=environ).output)
    assert plain["rules"]["silent"] == {
        "unit": "min", "on": True, "threshold": 120.0, "hysteresis": 30.0, "quiet": "22:00-07:00", "channels": [],
    }  # fmt: skip
    assert plain["episodes"] == []
