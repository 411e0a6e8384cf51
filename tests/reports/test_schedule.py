"""When statements are made, by real files, a real store and real processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime
from functools import partial

import psutil
import pytest

from heatledger.config import ReportSettings, load
from heatledger.home import Home
from heatledger.store.state import State
from heatledger.watching import Watch
from reports import schedule
from reports.months import after, due, label
from reports.publish import publish

NOW = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)


def kept(config):
    state = State(config.state_path)
    reports = state.reports("maple")
    state.close()
    return reports


def alerted(config):
    state = State(config.state_path)
    rules = [row.episode.rule for row in state.alerts.all()]
    state.close()
    return rules


def home_in(timezone):
    return Home(id="home", name="Home", timezone=timezone, currency="USD")


@pytest.mark.parametrize(
    ("timezone", "day", "hour", "now", "expected"),
    [
        ("America/Chicago", 2, 7, (2026, 10, 20), "2026-11-02T13:00:00+00:00"),  # after the clocks went back
        ("America/Chicago", 2, 7, (2026, 9, 20), "2026-10-02T12:00:00+00:00"),  # before
        ("Pacific/Auckland", 1, 0, (2026, 10, 20), "2026-10-31T11:00:00+00:00"),  # still October in UTC
        ("Asia/Kathmandu", 28, 23, (2026, 2, 1), "2026-02-28T17:15:00+00:00"),
    ],
)
def test_the_hour_is_the_homes_own(timezone, day, hour, now, expected):
    found = schedule.trigger(home_in(timezone), ReportSettings(day=day, hour=hour))
    assert found.get_next_fire_time(None, datetime(*now, tzinfo=UTC)).astimezone(UTC).isoformat() == expected


@pytest.mark.parametrize(
    ("day", "hour", "first"),
    [
        (8, 2, datetime(2026, 3, 1, tzinfo=UTC)),  # Chicago, Mar 8, 2026: 2 am does not exist
        (1, 1, datetime(2026, 10, 30, tzinfo=UTC)),  # Chicago, Nov 1, 2026: 1 am comes twice
    ],
)
def test_a_clock_change_neither_loses_nor_doubles_a_month(day, hour, first):
    home, settings = home_in("America/Chicago"), ReportSettings(day=day, hour=hour)
    found, at, before, months_due = schedule.trigger(home, settings), first, None, []
    for _ in range(3):
        before = found.get_next_fire_time(before, at)
        at = before.astimezone(UTC)
        months_due.append(label(due(at, home.timezone, day=day, hour=hour)))
    expected = date(first.year, first.month if day == 8 else 11, 1)
    assert sorted(set(months_due))[:2] == [label(after(expected, -1)), label(expected)]


def test_a_month_is_made_once(config, use):
    use(config, OCTOBER)
    home = config.homes["maple"]
    path = publish(config, home, OCTOBER, now=NOW)
    text = " ".join(path.read_text(encoding="utf-8").split())
    # 31 days of 288 × 0.05 kWh (the hour that the clocks give back is in November)
    assert "Energy 446.40 kWh × $0.1418 $63.30" in text
    assert "Customer charge 31 days × $0.4931 $15.29" in text
    assert "Your October bill: $78.59" in text
    assert "Living room 178.6 kWh $25.32 Everything else 267.8 kWh $37.98 Fixed charge $15.29" in text
    assert "$78.59" in path.with_suffix(".html").read_text(encoding="utf-8")
    path.write_text("kept as it was", encoding="utf-8")
    assert publish(config, home, OCTOBER, now=NOW) == path
    assert path.read_text(encoding="utf-8") == "kept as it was"
    assert [(report.start, report.version, report.path) for report in kept(config)] == [(OCTOBER, 1, str(path))]
    assert sorted(file.name for file in path.parent.iterdir()) == ["maple-2026-10.html", "maple-2026-10.txt"]


def test_a_month_without_data_leaves_nothing(config):
    assert publish(config, config.homes["maple"], OCTOBER, now=NOW) is None
    assert not (config.data_dir / "reports").exists()
    assert kept(config) == []


def test_what_is_due_is_made_in_a_child_and_not_again(config, use, caplog):
    use(config, OCTOBER)
    made = []

    def make(home, month):
        made.append(month)
        return schedule.in_child(config, os.environ)(home, month)

    with caplog.at_level("INFO"):
        assert schedule.make_due(config, config.homes["maple"], now=NOW, make=make) == 0
        assert schedule.make_due(config, config.homes["maple"], now=NOW, make=make) == 0
    assert made == [OCTOBER]
    assert f"maple 2026-10: written: {config.data_dir}/reports/maple-2026-10.txt" in caplog.text
    assert len(kept(config)) == 1


def test_a_child_that_cannot_read_its_configuration_says_so_in_one_line(config, data, caplog):
    (data / "config" / "homes" / "maple.toml").write_text("id = 3", encoding="utf-8")
    with caplog.at_level("INFO"):
        assert schedule.in_child(config, os.environ)(config.homes["maple"], OCTOBER) == 2
    assert "maple 2026-10: not made: " in caplog.text
    assert "maple.toml: id" in caplog.text


def test_without_data_it_is_tried_again_later(config, caplog):
    with caplog.at_level("INFO"):
        assert schedule.in_child(config, os.environ)(config.homes["maple"], OCTOBER) == 1
    assert "nothing was heard in it, so there is no statement" in caplog.text


def test_it_stops_when_told_to(data):
    stop = threading.Event()
    stop.set()
    schedule.run(Watch(partial(load, data_dir=data, environ={})), stop, environ=os.environ)


@pytest.mark.server
def test_a_home_that_is_described_while_it_runs_gets_its_statements(data, tmp_path):
    """Another hour, another home, a broken file and its mend: no restart in between."""
    path = data / "config" / "homes" / "maple.toml"
    whole = path.read_text(encoding="utf-8")
    path.unlink()
    log = tmp_path / "log"
    environ = {**os.environ, "HEATLEDGER_DATA": str(data)}
    with (
        log.open("wb") as sink,
        subprocess.Popen([sys.executable, "-m", "cli", "reports"], env=environ, stderr=sink) as process,
    ):

        def said(words):
            until = time.monotonic() + 60
            while words not in log.read_text(encoding="utf-8"):
                assert process.poll() is None
                assert time.monotonic() < until, log.read_text(encoding="utf-8")
                time.sleep(0.05)

        path.write_text(whole, encoding="utf-8")
        said("maple: next statement ")
        path.write_text(whole.replace("America/Chicago", "Mars/Base"), encoding="utf-8")
        said("refused, the one before it stays: ")
        assert "maple.toml: timezone: 'Mars/Base' is not known" in log.read_text(encoding="utf-8")
        path.write_text(whole, encoding="utf-8")
        said("the configuration is again what it was before")
        (data / "config" / "settings.toml").write_text("[reports]\nday = 9\nhour = 3\n", encoding="utf-8")
        said("-09T03:00:00")
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


@pytest.mark.server
def test_the_process_catches_up_stays_small_and_stops_on_sigterm(config, use, data):
    month = due(datetime.now(UTC), "America/Chicago", day=2, hour=7)
    use(config, month)
    (data / "config" / "settings.toml").write_text(
        "[alerts.rules]\ndisk = {threshold = 1e-6, hysteresis = 0}\n", encoding="utf-8"
    )
    environ = {**os.environ, "HEATLEDGER_DATA": str(data)}
    with subprocess.Popen([sys.executable, "-m", "cli", "reports"], env=environ, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 180
        while not (kept(config) and alerted(config)) and time.monotonic() < until:
            time.sleep(0.1)
        running = psutil.Process(process.pid)
        memory_mb = running.memory_info().rss / 1e6
        loaded = {
            name for name in ("pandas", "plotly", "scipy") if any(f"/{name}/" in m.path for m in running.memory_maps())
        }
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 0
    assert (data / "reports" / f"maple-{label(month)}.txt").exists()
    assert f"maple {label(month)}: written: " in said
    assert alerted(config) == ["disk"], "the rules were looked at, too"
    assert "Traceback" not in said
    assert memory_mb < 90
    assert loaded == set()
