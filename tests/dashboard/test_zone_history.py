"""What was asked of the rooms, with its cost, as the API and the page tell it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import msgspec
import pytest
from dash import html

from dashboard.app import create_app
from dashboard.zone_history import asked_card
from heatledger import config as configuration
from heatledger.command_costs import Costed
from heatledger.control.cost import Cost
from heatledger.control.events import Event
from heatledger.control.history import Asked
from heatledger.control.moment import Moment
from heatledger.people import ROLES
from heatledger.store.state import State
from tests.dashboard import scene
from tests.dashboard.asgi import Client
from tests.dashboard.books import view
from tests.dashboard.house import key
from tests.dashboard.test_page import words

HOUR_US = 3_600_000_000
WATTS = {key("em", "power", "a"): 900.0, key("em", "power", "b"): 400.0, key("plug1", "power"): 600.0}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """The small house, whose mini-split draws 600 W: asked for at 21 °C ten hours ago, at 19 °C five hours ago."""
    data = tmp_path_factory.mktemp("asked")
    scene.write_config(data)
    scene.write_history(data, WATTS, days=2)
    config = configuration.load(data_dir=data, environ={})
    state, now_us = State(config.state_path), time.time_ns() // 1000 // 300_000_000 * 300_000_000
    rows = [("asked", 10, 21.0, 0), ("confirmed", 10, 21.0, 1), ("asked", 5, 19.0, 0), ("confirmed", 5, 19.0, 3)]
    for kind, ago_h, setpoint, request in rows:
        at = Moment(now_us - ago_h * HOUR_US, "", 0.0)
        state.commands.add(
            Event(
                kind=kind, home="maple", zone="living", at=at, setpoint=setpoint, request=request, who="Ada", why="page"
            )
        )
    at = Moment(now_us - HOUR_US, "", 0.0)
    state.commands.add(
        Event(kind="asked", home="maple", zone="kids", at=at, setpoint=20.0, by="programme", why="weekly programme")
    )
    state.commands.add(
        Event(kind="refused", home="maple", zone="kids", at=at, request=5, note="nothing may be commanded in this zone")
    )
    tokens = {role: state.people.add_token(role, role, at_us=1) for role in ROLES}
    return create_app(config).server, tokens


def get(asked, zone, role="viewer", **params):
    server, tokens = asked
    client = Client(server, address="192.0.2.20", authorization=f"Bearer {tokens[role]}")
    return client.ask("GET", f"/api/v1/zones/{zone}/commands", params={"home": "maple", "period": "cycle", **params})


@pytest.mark.parametrize("role", [role for role in ROLES if role != "installer"])
def test_whoever_may_look_reads_what_each_cost(asked, role):
    rows = json.loads(get(asked, "living", role).body)
    first, second = rows
    assert (first["asked"]["who"], first["asked"]["why"], first["asked"]["ended"]) == ("Ada", "page", "command")
    assert first["cost"]["kwh"] == pytest.approx(3.0)  # 600 W for five hours
    assert first["cost"]["cost"] == "1.1520"  # at 0.384 a kilowatt-hour
    assert second["asked"]["ended"] is None
    assert second["cost"]["kwh"] == pytest.approx(3.0, abs=0.11)  # up to the newest interval


def test_what_never_counted_says_so_and_another_zone_is_apart(asked):
    (row,) = json.loads(get(asked, "kids").body)
    assert (row["asked"]["state"], row["asked"]["by"], row["cost"]["kwh"]) == ("refused", "programme", None)
    assert row["cost"]["reason"] == "it never counted: nothing that came of it changed the device"


def test_a_zone_that_is_none_is_one_line_and_a_period_without_requests_is_empty(asked):
    assert get(asked, "cellar").status_code == 404
    server, tokens = asked
    client = Client(server, address="192.0.2.20", authorization=f"Bearer {tokens['viewer']}")
    span = {"home": "maple", "from": "2020-01-01", "to": "2020-01-02"}
    assert client.ask("GET", "/api/v1/zones/living/commands", params=span).json() == []


def seen(*rows):
    return msgspec.structs.replace(view(), asked=rows)


def row(**says):
    at = datetime(2026, 1, 20, 12, tzinfo=UTC)
    whole = {"id": 1, "zone": "living", "at": at, "by": "person", "who": "Ada", "why": "page", "setpoint": 21.0,
             "mode": None, "state": "confirmed", "note": "", "over": True, "start": at}  # fmt: skip
    return Asked(**{**whole, **says})


def test_the_page_lists_them_the_newest_first_with_cost_and_interval():
    cheap = Cost(
        kwh=1.2, kwh_low=1.2, kwh_high=1.2, cost="0.4608", cost_low="0.4608", cost_high="0.4608", how="own meter"
    )
    wide = Cost(kwh=1.2, kwh_low=0.6, kwh_high=1.8, cost="0.46", cost_low="0.23", cost_high="0.69", how="run time")
    later = row(id=2, setpoint=18.0, by="programme", why="weekly programme", who="")
    told = words(html.Div(asked_card(seen(Costed(asked=row(), cost=cheap), Costed(asked=later, cost=wide)))))
    assert told.index("64 °F") < told.index("70 °F")
    assert "Ada, page" in told
    assert "$0.46 $0.23–$0.69" in told
    assert "confirmed, counts still" in told


def test_what_is_not_known_says_why():
    lost = Cost(reason="split was not heard in that time; see that it is heard (heatledger check)")
    refused = row(state="refused", note="21.0 °C is outside 8.0 to 20.0 °C", start=None)
    told = words(
        html.Div(
            asked_card(
                seen(Costed(asked=row(), cost=lost), Costed(asked=refused, cost=Cost(reason="it never counted")))
            )
        )
    )
    assert "split was not heard in that time" in told
    assert "21.0 °C is outside 8.0 to 20.0 °C" in told
    assert asked_card(seen()) is None
