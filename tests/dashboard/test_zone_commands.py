"""Asking for a zone's set-point over HTTP: by who may, within what can be meant, noted, and told back."""

from __future__ import annotations

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from dash import html

from dashboard.app import create_app
from dashboard.zone_controls import said
from heatledger import config as configuration
from heatledger.control.events import Event
from heatledger.control.moment import Clock, Moment
from heatledger.limits import Limits
from heatledger.people import ROLES
from heatledger.programme import Step
from heatledger.store.alone import Alone
from heatledger.store.state import State
from tests.dashboard import scene
from tests.dashboard.asgi import Client
from tests.dashboard.house import HOUSE
from tests.dashboard.test_page import words

AWAY = "192.0.2.20"  # RFC 5737: an address of documentation
ZONES = "/api/v1/zones/"


def house():
    zones = tuple(msgspec.structs.replace(zone, control=Limits(on=zone.id == "living")) for zone in HOUSE.zones)
    return msgspec.structs.replace(HOUSE, zones=zones)


class Home:
    """A dashboard, tokens of every role, the lock that says that control runs, and the state behind it."""

    def __init__(self, data, *, on=True, wall=False):
        scene.write_config(data, house())
        said = f"[control]\non = {str(on).lower()}\nwall = {str(wall).lower()}\n"
        (data / "config" / "settings.toml").write_text(said, encoding="utf-8")
        config = configuration.load(data_dir=data, environ={})
        self.lock, self.state = Alone(config.control_lock), State(config.state_path)
        self.tokens = {role: self.state.people.add_token(role, role, at_us=1) for role in ROLES}
        self.app = create_app(config)

    def ask(self, method, zone, body=None, role="owner"):
        client = Client(self.app.server, address=AWAY, authorization=f"Bearer {self.tokens[role]}")
        sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = client.ask(method, ZONES + zone, params={"home": "maple"}, body=sent, content_type="application/json")
        return answer.status_code, answer.json()


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path)
    assert made.lock.claim()
    yield made
    made.lock.release()


def test_an_owner_asks_and_reads_what_came_of_it(home):
    status, told = home.ask("PATCH", "living", {"setpoint": 20.5})
    assert (status, told["last"]["state"], told["last"]["setpoint"], told["last"]["who"]) == (
        202,
        "asked",
        20.5,
        "owner",
    )
    (row,) = home.state.commands.since("maple", 0)
    assert (row.kind, row.zone, row.setpoint, row.by, row.why) == ("asked", "living", 20.5, "person", "API")
    home.state.commands.add(msgspec.structs.replace(row, kind="refused", request=row.id, note="too warm"))
    commands = home.app.server.state.commands
    commands._read.clear()  # what was read is believed for a second
    status, told = home.ask("GET", "living", role="viewer")
    assert (status, told["last"]["state"], told["last"]["note"], told["last"]["over"]) == (
        200,
        "refused",
        "too warm",
        True,
    )
    assert "asked for 20.5 °C in zone living" in [look.what for look in home.state.people.looks()]


def test_infrared_is_shown_as_sent_and_not_confirmed_never_as_done(home):
    home.ask("PATCH", "living", {"mode": "off"})
    (row,) = home.state.commands.since("maple", 0)
    note = "sent by infrared or the like: the device never says whether it heard"
    home.state.commands.add(msgspec.structs.replace(row, kind="unconfirmed", request=row.id, note=note))
    commands = home.app.server.state.commands
    commands._read.clear()
    last = home.ask("GET", "living")[1]["last"]
    assert (last["state"], last["note"], last["over"]) == ("unconfirmed", note, True)
    shown = words(html.Div(said(house(), commands.all(house())["living"], None)))
    assert shown.endswith(", not confirmed")
    assert ": confirmed" not in shown


def test_what_stands_against_a_zone_is_said_by_api_and_page_until_it_is_mended(home):
    home.ask("PATCH", "living", {"setpoint": 20.5})
    (row,) = home.state.commands.since("maple", 0)
    note = "it says off, but its circuit draws the power of a running compressor"
    for kind, why, said_of_it in (("lies", "state", note), ("retained", "a/set", "kept"), ("mended", "a/set", "")):
        home.state.commands.add(msgspec.structs.replace(row, kind=kind, request=0, why=why, note=said_of_it))
    commands = home.app.server.state.commands
    commands._read.clear()
    status, told = home.ask("GET", "living", role="viewer")
    assert (status, told["caveats"], told["last"]["state"]) == (200, [note], "asked")
    assert note in words(html.Div(said(house(), commands.all(house())["living"], None)))
    home.state.commands.add(msgspec.structs.replace(row, kind="mended", request=0, why="state"))
    commands._read.clear()
    assert home.ask("GET", "living")[1]["caveats"] == []


def test_what_the_programme_does_next_is_said_with_its_reason_where_the_zone_may_be_commanded(home):
    steps = tuple(Step(zone=zone, at="06:30", setpoint=20.5) for zone in ("living", "bedroom"))
    whose, commands = msgspec.structs.replace(house(), programme=steps), home.app.server.state.commands
    coming = {zone: known.coming for zone, known in commands.all(whose).items()}
    assert (coming["living"].setpoint, coming["living"].why) == (20.5, "weekly programme")
    assert coming["bedroom"] is None
    at = coming["living"].at
    assert at.astimezone(ZoneInfo(whose.timezone)).strftime("%H:%M") == "06:30"
    said_now = words(html.Div(said(whose, msgspec.structs.replace(commands.all(whose)["living"], trouble=""), None)))
    assert said_now.endswith("6:30 am: 69 °F, weekly programme")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
def test_nobody_else_may_and_the_wall_only_where_the_settings_allow_it(home, role):
    status, told = home.ask("PATCH", "living", {"setpoint": 20.5}, role=role)
    assert status == 403
    assert "only an owner may command" in told["error"]
    assert home.state.commands.since("maple", 0) == []


def test_the_wall_may_where_the_settings_allow_it(tmp_path):
    home = Home(tmp_path, wall=True)
    assert home.lock.claim()
    assert home.ask("PATCH", "living", {"setpoint": 20.5}, role="wall")[0] == 202
    assert home.ask("PATCH", "living", {"setpoint": 20.5}, role="viewer")[0] == 403
    home.lock.release()


@pytest.mark.parametrize(
    ("zone", "body", "status", "says"),
    [
        ("cellar", {"setpoint": 20.5}, 404, "no zone 'cellar'"),
        ("living", {}, 400, "nothing is asked for"),
        ("living", {"setpoint": 99}, 400, "99.0 is no room temperature; send one from 4 to 32 °C"),
        ("living", {"mode": "auto"}, 400, "mode: 'auto' cannot be set; known: heat"),
        ("living", {"fan": 3}, 400, "not understood"),
        ("living", b"\xff{", 400, "not understood"),
        ("living", b'{"setpoint": NaN}', 400, "not understood"),
        ("bedroom", {"setpoint": 20.5}, 409, "say control.on = true for it in the home file"),
    ],
)
def test_what_cannot_be_asked_is_one_line(home, zone, body, status, says):
    given, told = home.ask("PATCH", zone, body)
    assert given == status
    assert says in told["error"]
    assert home.state.commands.since("maple", 0) == []


def test_where_nothing_sends_nothing_is_asked(tmp_path):
    home = Home(tmp_path)
    status, told = home.ask("PATCH", "living", {"setpoint": 20.5})
    assert (status, told["error"]) == (
        409, "the control process does not run: start heatledger up, or heatledger control",
    )  # fmt: skip
    off = Home(tmp_path / "off", on=False)
    status, told = off.ask("PATCH", "living", {"setpoint": 20.5})
    assert (status, "commands are switched off" in told["error"]) == (409, True)


def test_a_page_of_another_site_commands_nothing(home):
    home.state.people.keep("ann", "owner", "a password of the test", at_us=1)
    client = Client(home.app.server)  # this machine's own browser
    answer = client.ask("PATCH", f"{ZONES}living", body=b'{"setpoint": 20.5}', origin="http://evil.example")
    assert answer.status_code == 403
    assert home.state.commands.since("maple", 0) == []


def test_heating_ahead_is_said_with_its_beginning_and_its_reason(home):
    steps = (Step(zone="living", at="06:30", setpoint=20.5, ahead=True),)
    whose, commands = msgspec.structs.replace(house(), programme=steps), home.app.server.state.commands
    known = commands.of(whose, whose.zones[0])
    assert known.coming.begins == known.coming.at, "of a room with no past nothing is known"
    assert "being read from its past" in known.coming.because
    at = known.coming.at
    early = msgspec.structs.replace(
        known.coming, begins=at - timedelta(minutes=80), because="from 17.0 °C it takes 58 to 76 min, at -4 °C outdoors"
    )
    told = words(html.Div(said(whose, msgspec.structs.replace(known, coming=early), None)))
    assert "5:10 am to be at 69 °F at" in told
    assert told.endswith("from 17.0 °C it takes 58 to 76 min, at -4 °C outdoors")


def test_a_room_that_is_held_says_why_for_as_long_as_it_is(home):
    whose, commands = house(), home.app.server.state.commands
    hours_ago = Moment(Clock().now().time_us - 5 * 3_600_000_000, "boot", 1.0)
    asked = home.state.commands.add(
        Event(
            kind="asked", home=whose.id, zone="living", at=hours_ago, mode="off", by="window",
            why="the window stands open", valid_s=900.0, note="before heat 20.5",
        )
    )  # fmt: skip
    home.state.commands.add(
        Event(kind="confirmed", home=whose.id, zone="living", at=hours_ago, request=asked.id, mode="off", by="window")
    )
    known = commands.of(whose, whose.zones[0])
    assert known.last.held
    told = words(html.Div(said(whose, known, None)))
    assert "the window stands open" in told
