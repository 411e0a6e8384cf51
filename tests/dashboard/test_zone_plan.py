"""What the page says of a room that is heated by price: why now, what follows, or why its programme counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from dash import html

from dashboard.zone_plan import planned
from heatledger.control.planned import Planned, Told
from heatledger.reader import Reader, reading
from heatledger.store.state import State
from tests.dashboard.house import HOUSE
from tests.dashboard.test_page import words

AT = datetime(2026, 1, 20, 11, 0, tzinfo=UTC)  # 5:00 in Chicago
WHY = "heating ahead: the price rises from 0.21 to 0.39 by 07:00"
HOME = msgspec.structs.replace(HOUSE, timezone="America/Chicago", temperature_unit="C")
PLAN = Planned(AT, AT + timedelta(minutes=30), WHY, [Told(AT, 21.5, 0.21), Told(AT + timedelta(hours=2), 20.0, 0.39)])


def shown(plan):
    return words(html.Div(planned(HOME, plan, int(AT.timestamp() * 1e6))))


def test_it_says_for_which_price_and_what_follows_in_the_readers_language():
    said = shown(PLAN)
    assert "21.5 °C: heating ahead: the price rises from 0.21 to 0.39 by 07:00" in said
    assert "Then 20.0 °C from 7:00" in said
    with reading(Reader("de")):
        assert "heizt vor: Der Preis steigt bis 07:00 Uhr von 0,21 auf 0,39" in shown(PLAN)


def test_it_says_why_the_programme_counts_instead():
    assert shown(Planned(AT, AT, "its programme asks for no heat now")) == (
        "Not by price: its programme asks for no heat now"
    )
    assert shown(None) == ""


def test_the_newest_plan_of_a_zone_is_kept(tmp_path):
    state = State(tmp_path / "state.db")
    state.planned.tell("maple", "living", PLAN)
    state.planned.tell("maple", "living", msgspec.structs.replace(PLAN, why="later"))
    assert state.planned.of("maple") == {"living": msgspec.structs.replace(PLAN, why="later")}
    assert state.planned.of("oak") == {}
    state.close()
