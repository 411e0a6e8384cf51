"""What a step warmer will cost and what automations saved, as the page tells it and the API answers."""

from __future__ import annotations

import msgspec
import pytest
from dash import html

from dashboard.app import create_app
from dashboard.zone_savings import more_words, saved_card
from heatledger import config as configuration
from heatledger.automation_savings import ZoneSaving
from heatledger.savings import Range
from heatledger.setpoint_cost import MoreADay
from heatledger.store.state import State
from tests.dashboard import scene
from tests.dashboard.asgi import Client
from tests.dashboard.books import view
from tests.dashboard.house import HOUSE, key
from tests.dashboard.test_page import words

COST = MoreADay(
    from_c=20.5,
    to_c=21.5,
    outdoor_c=0.0,
    kwh=1.1,
    kwh_low=0.8,
    kwh_high=1.5,
    cost="0.34",
    cost_low="0.25",
    cost_high="0.45",
)
METRIC = msgspec.structs.replace(HOUSE, temperature_unit="C", currency="EUR")


def test_a_degree_says_what_it_will_cost_with_its_interval():
    said = more_words(METRIC, COST)
    assert said == "20.5 → 21.5 °C: about €0.34 more a day (€0.25–€0.45) at the present outdoor temperature"
    fahrenheit = more_words(HOUSE, msgspec.structs.replace(COST, cost=None))
    assert fahrenheit == "69 → 71 °F: about 1.1 kWh more a day (0.8–1.5) at the present outdoor temperature"


def test_what_is_not_known_says_what_would_make_it_known():
    said = more_words(METRIC, MoreADay(to_c=21.5, reason="too few days; five days with heating make it known"))
    assert said == "21.5 °C: its cost is not known: too few days; five days with heating make it known"


def saving(low, middle, high, money=("−",)):
    known = money != ("−",)
    edges = {"cost_low": money[0], "cost": money[1], "cost_high": money[2]} if known else {}
    return Range(kwh=middle, kwh_low=low, kwh_high=high, **edges)


def row(realized, **says):
    foretold = saving(1.0, 4.0, 7.0, ("0.20", "0.90", "1.60"))
    whole = {"zone": "living", "automation": "programme", "days": 6, "left_out": 1, "against_c": 21.0, "without": 14}
    whole |= {"predicted": foretold, "realized": realized, "told": realized.told}
    return ZoneSaving(**{**whole, **says})


def shown(*rows):
    return words(html.Div(saved_card(msgspec.structs.replace(view(), savings=rows))))


def test_what_was_saved_stands_beside_what_was_expected():
    told = shown(row(saving(1.5, 3.0, 4.5, ("0.40", "0.80", "1.20"))))
    assert "Living room" in told
    assert "weekly programme" in told
    assert "+$0.90 +$0.20 – +$1.60" in told
    assert "+$0.80 +$0.40 – +$1.20" in told


def test_what_cannot_be_told_from_zero_is_no_saving():
    told = shown(row(saving(-1.0, 3.0, 7.0, ("-0.20", "0.80", "1.80"))))
    assert "not to be told from zero −$0.20 – +$1.80" in told
    assert "+$0.80 " not in told


def test_two_automations_of_the_same_days_stand_together_and_an_unknown_one_says_why():
    told = shown(row(saving(1.5, 3.0, 4.5), automation="price + programme"))
    assert "price + weekly programme" in told
    assert "+3.0 kWh +1.5 kWh – +4.5 kWh" in told
    unknown = ZoneSaving(zone="kids", automation="away", days=0, left_out=3, reason="its meter was not heard")
    assert "awayits meter was not heard" in shown(unknown)


def test_nothing_stands_where_nothing_was_automated_and_what_is_read_still_says_so():
    assert saved_card(view()) is None
    assert "being reckoned" in words(html.Div(saved_card(msgspec.structs.replace(view(), savings=None))))


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    data = tmp_path_factory.mktemp("saved")
    scene.write_config(data)
    scene.write_history(data, {key("em", "power", "a"): 900.0, key("em", "power", "b"): 400.0}, days=2)
    config = configuration.load(data_dir=data, environ={})
    token = State(config.state_path).people.add_token("viewer", "viewer", at_us=1)
    return Client(create_app(config).server, address="192.0.2.20", authorization=f"Bearer {token}")


def test_the_api_answers_what_a_set_point_costs_and_why_not(client):
    asked = {"home": "maple", "setpoint": 21.5, "instead_of": 20.5, "outdoor": 0}
    told = client.ask("GET", "/api/v1/zones/living/cost", params=asked).json()
    assert (told["from_c"], told["to_c"], told["kwh"]) == (20.5, 21.5, None)
    assert told["reason"].startswith("no temperature of this room is heard; name a thermometer with temperature")
    assert client.ask("GET", "/api/v1/zones/cellar/cost", params=asked).status_code == 404
    assert client.ask("GET", "/api/v1/zones/living/cost", params={**asked, "setpoint": 99}).status_code == 422


def test_the_api_tells_of_no_saving_where_nothing_was_automated(client):
    asked = {"home": "maple", "period": "cycle"}
    assert client.ask("GET", "/api/v1/zones/living/savings", params=asked).json() == []
    assert client.ask("GET", "/api/v1/zones/cellar/savings", params=asked).status_code == 404
