"""Whose word counts when a device file and a catalogue speak of one topic, and under which name readings go."""

from __future__ import annotations

import pytest

from heatledger.emits import DecodeConfig, MapEntry
from tests.discovery.conftest import heard, values


def sensor(topic: str, unit: str, **more: object) -> tuple[str, dict]:
    device = {"ids": ["id1"], "name": "Told name"}
    return "homeassistant/sensor/told/config", {"stat_t": topic, "unit_of_meas": unit, "dev": device, **more}


def test_a_topic_no_file_knows_goes_under_the_name_the_catalogue_gives(say):
    catalogue = heard(sensor("barn/x9/w", "W"))
    assert values(say(catalogue, "barn/x9/w", "12.5")) == {("ha", "Told name", "told", "power", 12.5, "W", "gauge", "")}
    assert say(heard(), "barn/x9/w", "12.5").outcome == "unknown"


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("shellies/cellar/emeter/0/energy", "5000"),  # watt-minutes of the running minute
        ("zigbee2mqtt/cellar/set", '{"power":5000}'),
        ("zigbee2mqtt/bridge/logging", "5000"),
        ("heatledger/home/live/x", "5000"),
        ("$SYS/broker/load", "5000"),
    ],
)
def test_what_a_family_leaves_out_stays_out_whatever_is_told(say, topic, payload):
    template = {"val_tpl": "{{ value_json.power }}"} if payload.startswith("{") else {}
    assert say(heard(sensor(topic, "kWh", **template)), topic, payload).readings == []


def test_where_a_family_reads_a_message_a_catalogue_adds_nothing(say):
    catalogue = heard(
        sensor("tele/plug/SENSOR", "°C", dev_cla="temperature", val_tpl="{{ value_json.ESP32.Temperature }}")
    )
    payload = {"ENERGY": {"Power": 5}, "ESP32": {"Temperature": 61}}
    assert {one.quantity for one in say(catalogue, "tele/plug/SENSOR", payload).readings} == {"power"}


@pytest.mark.parametrize(
    ("topic", "unit", "payload", "reading"),
    [
        ("aircon/sensor/draw/state", "W", "842.5", ("esphome", "aircon", "draw", "power", 842.5)),
        (
            "homeassistant/sensor/pump_power/state",
            "kW",
            "1.25",
            ("ha_statestream", "sensor.pump_power", "", "power", 1250.0),
        ),
        ("homie/5/box/meter/draw", "W", "17", ("homie", "box", "meter/draw", "power", 17.0)),
        ("rtlamr/4711/state", "kWh", '{"reading":"000812.5"}', ("rtlamr2mqtt", "4711", "", "energy", 812.5)),
    ],
)
def test_where_a_family_leaves_the_meaning_open_its_names_stay(say, topic, unit, payload, reading):
    template = {"val_tpl": "{{ value_json.reading | float }}"} if "{" in payload else {}
    found = values(say(heard(sensor(topic, unit, **template)), topic, payload))
    assert {one[:5] for one in found} == {reading}


def test_a_message_name_the_family_does_not_know_is_read_as_told(say):
    catalogue = heard(sensor("ebusd/700/SolarYield", "kWh", val_tpl="{{ value_json.value }}"))
    assert {one[:5] for one in values(say(catalogue, "ebusd/700/SolarYield", '{"value":55.5}'))} == {
        ("ebusd", "700", "", "energy", 55.5)
    }


def test_a_device_inside_the_discovery_tree_is_heard(say):
    """https://www.home-assistant.io/integrations/mqtt/ shows a sensor that publishes under the prefix."""
    topic = "homeassistant/sensor/sensorBedroom/state"
    catalogue = heard(sensor(topic, "°C", dev_cla="temperature", val_tpl="{{ value_json.temperature }}"))
    assert {one[:5] for one in values(say(catalogue, topic, '{"temperature":21.5}'))} == {
        ("ha", "Told name", "told", "temperature", 21.5)
    }
    topic = "homeassistant/sensor/Inverter_1/Battery_power"
    assert {one.value for one in say(heard(sensor(topic, "W")), topic, "150").readings} == {150.0}


def test_the_users_word_comes_first_and_nothing_comes_twice(say):
    catalogue = heard(sensor("aircon/sensor/draw/state", "W"))
    config = DecodeConfig(map=(MapEntry(quantity="power", unit="kW"),))
    found = say(catalogue, "aircon/sensor/draw/state", "2", config=config)
    assert [(one.quantity, one.value) for one in found.readings] == [("power", 2000.0)]


@pytest.mark.parametrize("payload", ["nan", "", "unavailable", "None", "1,5", "{", '{"a":1}', b"\xff\xfe", "1e999"])
def test_non_values_give_nothing(say, payload):
    assert say(heard(sensor("barn/x9/w", "W")), "barn/x9/w", payload).readings == []
