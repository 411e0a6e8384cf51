"""The weekly letter about all homes: looked at by the checks, sent once to each, by its own process and command."""

import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from typer.testing import CliRunner

from cli.main import app
from heatledger.config import load
from heatledger.store.sent import EVERY_HOME, Sent
from heatledger.store.state import State
from reports import schedule
from reports.fleet import send_fleet
from reports.fleet_due import fleet_lacks, fleet_path
from tests.reports.conftest import HOME
from tests.reports.mail_server import LOUD, PASSWORD
from tests.statement.week import SILENT

pytestmark = [pytest.mark.server, pytest.mark.enable_socket, *LOUD]
MONDAY = datetime(2026, 11, 9, 13, 0, tzinfo=UTC)  # 7 am in Chicago
ENTERED = datetime(2026, 10, 1, tzinfo=UTC)
ENVIRON = {"HEATLEDGER_MAIL_PASSWORD": PASSWORD}
SETTINGS = """
[dashboard]
public_url = "https://home.example.org/"
[mail]
host = "localhost"
port = {port}
user = "ann"
sender = "home@example.org"
ca_file = "{pem}"
[reports.fleet]
to = ["ivy@example.org"]
weekday = "{weekday}"
days = 7
"""


@pytest.fixture
def config(data, server, pem):
    """Two homes, of which one has an alert that lasts; nothing was heard of either."""
    other = HOME.replace('"maple"', '"oak"').replace("Maple Street 14", "Oak Lane 2")
    (data / "config" / "homes" / "oak.toml").write_text(other, encoding="utf-8")
    settings = SETTINGS.format(port=server.port, pem=pem[0], weekday="monday")
    (data / "config" / "settings.toml").write_text(settings, encoding="utf-8")
    config = load(data_dir=data, environ={})
    with closing(State(config.state_path)) as state:
        state.alerts.follow("oak", lambda _: [SILENT], lambda _: (), now=MONDAY)
    with closing(Sent(config.sent_path)) as sent:
        sent.meet("fleet", EVERY_HOME, "ivy@example.org", at=ENTERED)
    return config


def lacks(config, at):
    with closing(Sent(config.sent_path)) as sent:
        return fleet_lacks(config, sent, at)


def test_it_is_sent_once_with_a_line_a_home_worst_first(config, server):
    assert lacks(config, MONDAY)
    assert send_fleet(config, environ=ENVIRON, now=MONDAY - timedelta(minutes=1)) == []
    (done,) = send_fleet(config, environ=ENVIRON, now=MONDAY)
    assert (done.state, done.key.home, done.key.start) == ("accepted", "*", date(2026, 11, 2))
    assert not lacks(config, MONDAY)
    assert send_fleet(config, environ=ENVIRON, now=MONDAY + timedelta(hours=1)) == []
    ((to, taken),) = server.letters
    assert to == "ivy@example.org"
    assert taken["Subject"] == "Homes, week to Nov 8: 2 of 2 need a look"
    assert "mailto:home@example.org?subject=stop%20fleet%20%2A" in taken["List-Unsubscribe"]
    text = " ".join(taken.get_body(("plain",)).get_content().split())
    # both fail alike, as nothing was ever heard; the one with an alert comes first
    assert text.index("– Oak Lane 2: ") < text.index("– Maple Street 14: ")
    assert "1 alert" in text
    assert "https://home.example.org/commissioning?home=oak" in text
    page = taken.get_body(("html",)).get_content()
    assert 'href="https://home.example.org/commissioning?home=maple"' in page
    with closing(Sent(config.sent_path)) as sent:
        assert sent.deliveries("bill", "oak") == sent.deliveries("digest", "oak") == []


def test_a_letter_that_is_tried_again_says_what_it_said(config, server):
    server.answer = lambda _: "451 4.3.0 later"
    assert send_fleet(config, environ=ENVIRON, now=MONDAY)[0].state == "waiting"
    before = fleet_path(config, date(2026, 11, 9)).read_bytes()
    server.answer = lambda _: "250 OK"
    assert send_fleet(config, environ=ENVIRON, now=MONDAY + timedelta(hours=7))[0].state == "accepted"
    assert fleet_path(config, date(2026, 11, 9)).read_bytes() == before


def test_one_homes_trouble_keeps_no_other_out_of_the_letter(config, server, monkeypatch):
    from reports import fleet

    found = fleet.found

    def troubled(ledger, *given, **more):
        if ledger.home.id == "oak":
            raise RuntimeError("boom")
        return found(ledger, *given, **more)

    monkeypatch.setattr(fleet, "found", troubled)
    assert send_fleet(config, environ=ENVIRON, now=MONDAY)[0].state == "accepted"
    ((_, taken),) = server.letters
    text = " ".join(taken.get_body(("plain",)).get_content().split())
    assert "Oak Lane 2: not looked at. RuntimeError: boom." in text
    assert "Maple Street 14: " in text


def test_the_schedule_has_it_sent_by_a_process_of_its_own(config, data, server, pem, caplog):
    weekday = datetime.now(UTC).strftime("%A").lower()
    settings = SETTINGS.format(port=server.port, pem=pem[0], weekday=weekday)
    (data / "config" / "settings.toml").write_text(settings + "[reports]\nhour = 0\n", encoding="utf-8")
    now = load(data_dir=data, environ={})
    with caplog.at_level("INFO"):
        schedule.Fleet(now, {**os.environ, **ENVIRON}).ask()
        schedule.Fleet(now, {**os.environ, **ENVIRON}).ask()
    assert caplog.text.count("all homes: ivy@example.org: taken by localhost") == 1
    assert len(server.letters) == 1


def test_the_command_prints_sends_and_stops_it(config, data, server, monkeypatch):
    for name, value in {"HEATLEDGER_DATA": str(data), **ENVIRON}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("cli.reports.utc_now", lambda: MONDAY)
    run = CliRunner().invoke
    assert "WORST FIRST\n– Oak Lane 2: " in run(app, ["report", "--fleet"]).output
    assert server.letters == []
    assert (
        "eve@example.org: taken by" in run(app, ["report", "--fleet", "--send-test", "--to", "eve@example.org"]).output
    )
    assert "ivy@example.org: taken by" in run(app, ["report", "--fleet", "--send"]).output
    assert "fleet   2026-11-02  v1  ivy@example.org  accepted" in run(app, ["report", "--fleet", "--sent"]).output
    stopped = run(app, ["report", "--fleet", "--stop", "ivy@example.org"])
    assert "ivy@example.org gets no more letters about all homes" in stopped.output
    assert not lacks(config, MONDAY + timedelta(days=7))


def test_nobody_gets_it_unless_stated(data):
    (data / "config" / "settings.toml").write_text('[mail]\nhost = "localhost"\nsender = "a@b.c"\n', encoding="utf-8")
    config = load(data_dir=data, environ={})
    assert not lacks(config, MONDAY)
    refused = data / "config" / "settings.toml"
    refused.write_text('[reports.fleet]\nto = ["ivy"]\n', encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "cli", "report", "--fleet"],
        env={**os.environ, "HEATLEDGER_DATA": str(data)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "settings.toml: reports.fleet: to: 'ivy' is no e-mail address; write it as name@example.org" in told.stderr
    assert "Traceback" not in told.stderr
