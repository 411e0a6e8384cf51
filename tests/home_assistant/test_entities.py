"""The messages that describe entities and say their state, by what Home Assistant documents."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import jinja2
import msgspec
import pytest

from heatledger.hearing import LiveValue
from heatledger.readings import SeriesKey
from heatledger.summary import Quantiles
from reports.entities import AVAILABLE_TOPIC, KINDS, LIVE, Value, discovery, entities, messages, state
from reports.values import Figures, Price, of_books, of_now
from tests.home_assistant.documented import CLASSES, DEVICE, FIELDS, ORIGIN, PRICE_UNITS
from tests.reports.conftest import change, home, october  # noqa: F401 - fixtures

PAGE = "http://192.0.2.10:8050/"
NOW = datetime(2026, 10, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def described(home):  # noqa: F811
    configs, _ = messages("homeassistant", [(home, ())], page=PAGE)
    return {topic: json.loads(body) for topic, body in configs.items()}


def test_every_entity_of_a_home_has_its_description(described, home):  # noqa: F811
    # 7 of the home, 3 each of 2 rooms, 1 heat pump
    assert len(described) == len(list(entities(home))) == 14
    assert sorted(topic.split("/", 3)[3] for topic in described)[:4] == [
        "bed_cost_now/config", "bed_energy/config", "bed_power/config", "bill/config",
    ]  # fmt: skip
    assert all(topic.startswith("homeassistant/sensor/heatledger_maple/") for topic in described)


def test_only_documented_fields_are_written(described):
    for config in described.values():
        assert set(config) <= FIELDS
        assert set(config["device"]) <= DEVICE
        assert set(config["origin"]) <= ORIGIN
        assert config["device"]["identifiers"]
        assert config["state_topic"]
    for field in ("unique_id", "state_topic", "default_entity_id", "name"):
        assert len({config[field] for config in described.values()}) == len(described), field
    assert all(config["default_entity_id"].startswith("sensor.heatledger_maple_") for config in described.values())
    assert {config["availability_topic"] for config in described.values()} == {AVAILABLE_TOPIC}


def test_classes_and_units_are_those_that_go_together(described):
    for config in described.values():
        kind, state_class, unit = (config.get(key) for key in ("device_class", "state_class", "unit_of_measurement"))
        if kind is None:
            assert state_class == "measurement"
            continue
        states, units = CLASSES[kind]
        assert state_class is None or state_class in states, config
        assert unit == "USD" if units is None else unit in units
        # https://www.home-assistant.io/integrations/sensor.mqtt: with it, the state class must be total
        assert ("last_reset_value_template" in config) == (state_class == "total")


def test_the_energy_dashboard_takes_energies_the_bill_and_the_price(described):
    """Energy: class energy, a unit of energy, state class total; cost: a total; price: a unit that ends in /kWh."""
    by_kind = {
        config["default_entity_id"].removeprefix("sensor.heatledger_maple_"): config for config in described.values()
    }
    for name in ("energy", "living_energy", "bed_energy"):
        assert [by_kind[name][key] for key in ("device_class", "state_class", "unit_of_measurement")] == [
            "energy", "total", "kWh",
        ]  # fmt: skip
    assert by_kind["bill"]["state_class"] == "total"
    assert by_kind["price"]["unit_of_measurement"].endswith(PRICE_UNITS)
    assert by_kind["power"]["device_class"] == "power"


def rendered(config, body):
    """What Home Assistant makes of a state by the description's templates."""
    values = {"value_json": json.loads(body)}
    templates = jinja2.Environment(autoescape=False)
    return {
        key: templates.from_string(config[f"{key}_template"]).render(values)
        for key in ("value", "json_attributes", "last_reset_value")
        if f"{key}_template" in config
    }


def test_templates_give_the_value_its_reset_and_its_attributes(home, october):  # noqa: F811
    figures = of_books(home, october)
    by_key = {value.key: value for value in figures.values}
    bill = by_key["bill", ""]
    said = rendered(json.loads(discovery(home, "bill", "", page=PAGE)), state(bill))
    assert said["value"] == "108.2"
    assert said["last_reset_value"] == "2026-10-01T00:00:00-05:00"
    assert json.loads(said["json_attributes"])["attribution"] == "heatledger"
    living = rendered(
        json.loads(discovery(home, "zone_energy", "living", page=PAGE)), state(by_key["zone_energy", "living"])
    )
    assert (living["value"], living["last_reset_value"]) == ("199.74", "2026-10-01T00:00:00-05:00")
    cop = json.loads(state(by_key["cop", "split"]))
    assert cop["value"] == 2.6
    assert {key: cop["attributes"][key] for key in ("method", "low", "high", "boundary", "confidence")} == {
        "method": "unit map", "low": 2.1, "high": 3.0, "boundary": "H4", "confidence": 0.9,
    }  # fmt: skip
    saving = by_key["saving", ""]
    assert (saving.value, saving.attributes["low"], saving.attributes["high"]) == (31.4, 3.2, 60.1)
    assert "last_reset" not in json.loads(state(saving))


def test_what_is_not_known_is_unknown_and_says_why(home, october, change):  # noqa: F811
    dark = change(october, "bill", total=None, projected=Quantiles(), reason="no rate plan")
    dark = change(dark, "baseline", refused="fewer than 14 days")
    by_key = {value.key: value for value in of_books(home, dark).values}
    said = rendered(json.loads(discovery(home, "bill", "", page=PAGE)), state(by_key["bill", ""]))
    assert said["value"] == "None", "the word by which Home Assistant's MQTT sensor becomes unknown"
    assert by_key["bill", ""].attributes["reason"] == "no rate plan"
    assert (by_key["saving", ""].value, by_key["saving", ""].attributes["reason"]) == (None, "fewer than 14 days")


def heard(watts, *, device="plug"):
    key = SeriesKey("maple", "tasmota", device, "", "power")
    return {key: LiveValue(watts, int(NOW.timestamp() * 1e6))}


def test_now_is_priced_by_the_span_it_lies_in_and_by_none_when_that_is_over(home):  # noqa: F811
    price = Price(NOW - timedelta(hours=1), NOW + timedelta(hours=1), Decimal("0.20"), None, "Peak")
    figures = Figures(home, (), (price,))
    latest = heard(1500.0, device="main") | heard(1000.0)
    found = {value.key: value for value in of_now(figures, latest, at=NOW)}
    assert {kind for kind, _ in found} == LIVE
    assert found["price", ""].value == 0.20
    assert (found["power", ""].value, found["cost_now", ""].value) == (1500.0, 0.3)  # 1.5 kW × 0.20
    assert (found["zone_power", "living"].value, found["zone_cost_now", "living"].value) == (1000.0, 0.2)
    assert found["zone_power", "bed"].value is None
    assert found["zone_power", "bed"].attributes["reason"] == "no meter of its own"
    late = {value.key: value for value in of_now(figures, latest, at=NOW + timedelta(hours=2))}
    assert (late["price", ""].value, late["cost_now", ""].value) == (None, None)
    assert late["price", ""].attributes["reason"]


def test_names_are_in_the_homes_language(home):  # noqa: F811
    german = msgspec.structs.replace(home, language="de")
    assert json.loads(discovery(german, "bill", "", page=PAGE))["name"] == "Rechnung bisher"
    assert json.loads(discovery(home, "zone_cost_now", "living", page=PAGE))["name"] == "Living room: cost now"


def test_every_kind_of_the_table_is_some_homes():
    assert set(KINDS) > LIVE
    assert Value(kind="cop", part="split").key == ("cop", "split")
