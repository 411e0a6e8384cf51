"""When bills are closed, and statements made and sent, by real files, a real store and real processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial

import psutil
import pytest

from heatledger.config import load
from heatledger.store.state import State
from heatledger.watching import Watch
from reports import schedule
from reports.closing import close
from reports.due import last_over, recipients
from reports.sending import make_and_send

NOW = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)


def kept(config):
    with closing(State(config.state_path)) as state:
        return state.reports("maple")


def alerted(config):
    with closing(State(config.state_path)) as state:
        return [row.episode.rule for row in state.alerts.all()]


def made(config, now=NOW):
    home = config.homes["maple"]
    close(config, home, now=now)
    return make_and_send(config, home, environ={}, now=now)[0]


def test_a_statement_is_made_once_when_its_bill_closes(config, use):
    use(config, OCTOBER)
    assert made(config, datetime(2026, 11, 1, 12, tzinfo=UTC)) == []  # a bill closes a day after its cycle
    (path,) = made(config)
    text = " ".join(path.read_text(encoding="utf-8").split())
    # 31 days of 288 × 0.05 kWh (the hour that the clocks give back is in November)
    assert "Energy 446.40 kWh × $0.1418 $63.30" in text
    assert "Customer charge 31 days × $0.4931 $15.29" in text
    assert "Your October bill: $78.59" in text
    assert "Living room 178.6 kWh $25.32 Everything else 267.8 kWh $37.98 Fixed charge $15.29" in text
    assert "$78.59" in path.with_suffix(".html").read_text(encoding="utf-8")
    assert path.with_suffix(".pdf").read_bytes()[:5] == b"%PDF-"
    assert path.with_suffix(".csv").read_text(encoding="utf-8").splitlines()[-1].startswith("Total,total,,,,78.59,USD")
    path.write_text("kept as it was", encoding="utf-8")
    assert made(config, NOW + timedelta(days=2)) == []
    assert path.read_text(encoding="utf-8") == "kept as it was"
    assert [(report.start, report.version, report.path) for report in kept(config)] == [(OCTOBER, 1, path.name)]
    assert {file.suffix for file in path.parent.iterdir()} == {".txt", ".html", ".pdf", ".csv", ".json"}


def test_a_home_without_a_rate_plan_is_told_what_it_used_and_what_a_bill_needs(config, data, use):
    path = data / "config" / "homes" / "maple.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('tariff = "flat"\n', ""), encoding="utf-8")
    config = load(data_dir=data, environ={})
    use(config, OCTOBER)
    (path,) = made(config)
    text = " ".join(path.read_text(encoding="utf-8").split())
    assert "Your October bill: Not known" in text
    assert "Electricity used: 446.4 kWh." in text
    assert made(config) == []


def test_a_month_without_data_leaves_nothing(config):
    assert made(config) == []
    assert not (config.data_dir / "reports").exists()
    assert kept(config) == []


def test_the_last_cycle_that_settled_depends_on_where_the_home_is(config):
    home = config.homes["maple"]
    assert last_over(home, datetime(2026, 11, 2, 4, 59, tzinfo=UTC)).start == date(2026, 9, 1)  # 11:59 pm in Chicago
    assert last_over(home, datetime(2026, 11, 2, 6, 1, tzinfo=UTC)).start == OCTOBER


def test_the_schedule_asks_and_has_it_done_only_where_something_is_lacking(config, use):
    use(config, OCTOBER)
    asked = []

    def child(module, home):
        asked.append(module)
        return schedule.in_child(config, os.environ)(module, home)

    watch, home = schedule.Statements(config, child), config.homes["maple"]
    close(config, home, now=NOW)
    assert [watch.ask(home, now=NOW), watch.ask(home, now=NOW)] == [0, None]
    assert asked == ["reports.sending"]
    assert len(kept(config)) == 1


def test_a_cycle_of_which_nothing_was_heard_is_looked_at_once_a_day(config):
    asked = []
    watch, home = schedule.Statements(config, lambda module, _: asked.append(module) or 1), config.homes["maple"]
    for hours in (0, 1, 23, 25, 26):
        watch.ask(home, now=NOW + timedelta(hours=hours))
    assert len(asked) == 2


def test_a_child_that_cannot_read_its_configuration_says_so_in_one_line(config, data, caplog):
    (data / "config" / "homes" / "maple.toml").write_text("id = 3", encoding="utf-8")
    with caplog.at_level("INFO"):
        assert schedule.in_child(config, os.environ)("reports.sending", config.homes["maple"]) == 2
    assert "maple: reports.sending: " in caplog.text
    assert "maple.toml: id" in caplog.text


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
                if process.poll() is not None or time.monotonic() > until:
                    process.kill()  # else its end would be waited for, for ever
                    pytest.fail(f"never said: {words}\n{log.read_text(encoding='utf-8')}")
                time.sleep(0.05)

        said("No home is described yet")
        path.write_text(whole, encoding="utf-8")
        said("maple: next bill closes ")
        path.write_text(whole.replace("America/Chicago", "Mars/Base"), encoding="utf-8")
        said("refused, the one before it stays: ")
        assert "maple.toml: timezone: 'Mars/Base' is not known" in log.read_text(encoding="utf-8")
        path.write_text(whole, encoding="utf-8")
        said("the configuration is again what it was before")
        (data / "config" / "settings.toml").write_text("[reports]\nhour = 3\n", encoding="utf-8")
        said("letters leave from 3:00 on")
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


def test_recipients_are_the_homes_own_else_everybodys_each_once(config):
    import msgspec

    settings = config.settings
    report = msgspec.structs.replace(settings.reports, to=("Ann@example.org", "ann@example.org", "bob@example.org"))
    one = msgspec.structs.replace(config, settings=msgspec.structs.replace(settings, reports=report))
    assert recipients(one, "maple") == ("ann@example.org", "bob@example.org")
    report = msgspec.structs.replace(report, homes={"maple": ("carol@example.org",), "oak": ()})
    two = msgspec.structs.replace(config, settings=msgspec.structs.replace(settings, reports=report))
    assert recipients(two, "maple") == ("carol@example.org",)
    assert recipients(two, "oak") == ()


@pytest.mark.server
def test_the_process_catches_up_stays_small_and_stops_on_sigterm(config, use, data):
    cycle = last_over(config.homes["maple"], datetime.now(UTC))
    use(config, cycle.start)
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
            name
            for name in ("pandas", "plotly", "scipy", "typst")
            if any(f"/{name}/" in m.path for m in running.memory_maps())
        }
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=120)[1].decode()
    assert process.returncode == 0
    assert (data / "reports" / f"maple-{cycle.start}-v1.txt").exists()
    assert f"maple: bill {cycle.start} to {cycle.end} closed, version 1" in said
    assert "maple: written: " in said
    assert alerted(config) == ["disk"], "the rules were looked at, too"
    assert "Traceback" not in said
    assert memory_mb < 90
    assert loaded == set()
