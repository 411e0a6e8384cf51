"""Homie, Zigbee2MQTT and statestream as they describe themselves."""

from __future__ import annotations

import json

import pytest

from tests.discovery.conftest import heard, values

DESCRIPTION = {
    "homie": "5.0",
    "version": 7,
    "name": "Boiler room",
    "nodes": {
        "meter": {
            "name": "Meter",
            "properties": {
                "draw": {"name": "Power", "datatype": "float", "unit": "kW"},
                "import": {"name": "Import", "datatype": "float", "unit": "kWh"},
                "phase": {"name": "Phase angle", "datatype": "float", "unit": "°"},
            },
        },
        "relay": {"type": "switch", "properties": {"state": {"datatype": "boolean", "settable": True}}},
        "unit": {"properties": {"mode": {"datatype": "enum", "format": "off,heat,cool", "settable": True}}},
    },
}


@pytest.mark.parametrize("base", ["homie", "my/home"])
def test_homie_5_describes_a_device_at_once(say, base):
    catalogue = heard((f"{base}/5/boiler-room/$description", DESCRIPTION))
    said = [
        ("meter/draw", "1.5"),
        ("meter/import", "230.5"),
        ("meter/phase", "3"),
        ("relay/state", "true"),
        ("unit/mode", "heat"),
    ]
    found = set().union(*(values(say(catalogue, f"{base}/5/boiler-room/{rest}", payload)) for rest, payload in said))
    assert found == {
        ("homie", "boiler-room", "meter/draw", "power", 1500.0, "W", "gauge", ""),
        ("homie", "boiler-room", "meter/import", "energy", 230.5, "kWh", "counter", "never"),
        ("homie", "boiler-room", "relay/state", "switch", "on", None, "state", ""),
        ("homie", "boiler-room", "unit/mode", "mode", "heat", None, "state", ""),
    }
    states = [say(catalogue, f"{base}/5/boiler-room/$state", word).readings for word in ("ready", "init", "lost")]
    assert [[one.value for one in readings] for readings in states] == [[True], [], [False]]


@pytest.mark.parametrize("base", ["homie", "site/homie"])
def test_homie_4_describes_a_property_attribute_by_attribute(say, base):
    place = f"{base}/box/meter/Import"
    attributes = [("$name", "Imported"), ("$datatype", "float"), ("$unit", "Wh")]
    for order in (attributes, attributes[::-1]):
        catalogue = heard(*((f"{place}/{key}", value) for key, value in order))
        assert values(say(catalogue, place, "1830")) == {
            ("homie", "box", "meter/Import", "energy", 1.83, "kWh", "counter", "never")
        }
    gone = heard(*((f"{place}/{key}", value) for key, value in attributes), (f"{place}/$unit", ""))
    assert gone.on(place) is None


@pytest.mark.reference
def test_lines_of_the_corpus_decode_without_config_once_their_catalogue_was_heard(say, shared):
    catalogues = [
        (
            "homie/5/super-car/$description",
            {"nodes": {"engine": {"properties": {"temperature": {"unit": "°C", "datatype": "float"}}}}},
        ),
        ("homie/sdm1-1/meter/Import/$unit", "kWh"),
        ("homeassistant/sensor/heat_pump_power/unit_of_measurement", '"W"'),
        ("homeassistant/sensor/heat_pump_power/device_class", '"power"'),
        *(
            (
                f"homeassistant/sensor/{device}/{sensor}/config",
                {"stat_t": f"{device}/sensor/{sensor}/state", "unit_of_meas": unit, "name": sensor},
            )
            for device, sensor, unit in (
                ("aircon", "power", "W"),
                ("home-assistant-glow", "house_-_power_consumption", "W"),
                ("home-assistant-glow", "house_-_total_energy", "kWh"),
                ("emporiavue2", "circuit_3_power", "W"),
                ("emporiavue2", "circuit_3_daily_energy", "kWh"),
                ("lounge-ac", "compressor_frequency", "Hz"),
                ("lounge-ac", "energy_usage", "kWh"),
            )
        ),
        (
            "homeassistant/device/33333333/config",
            {
                "cmps": {
                    "r": {
                        "p": "sensor",
                        "stat_t": "rtlamr/33333333/state",
                        "val_tpl": "{{ value_json.reading|float }}",
                        "unit_of_meas": "kWh",
                    }
                }
            },
        ),
    ]
    catalogue, seen = heard(*catalogues), 0
    for family in ("esphome", "homie", "ha_statestream", "rtlamr2mqtt"):
        for line in map(json.loads, (shared / "mqtt" / "corpus" / f"{family}.jsonl").read_text().splitlines()):
            if not line.get("needs_discovery"):
                continue
            seen += 1
            for topic_free in (heard(),):
                assert say(topic_free, line["topic"], line["payload"]).readings == []
            found = {one[1:7] for one in values(say(catalogue, line["topic"], line["payload"]))}
            assert found == {
                (one["device"], one.get("channel", ""), one["quantity"], one["value"], one["unit"], one["kind"])
                for one in line["expect"]
            }, line["topic"]
    assert seen == 11


def test_statestream_attributes_wear_quotes_and_a_prefix_of_their_own(say):
    catalogue = heard(
        ("homeassistant/sensor/boiler_sum/unit_of_measurement", '"Wh"'),
        ("homeassistant/sensor/boiler_sum/state_class", '"total_increasing"'),
        ("homeassistant/sensor/boiler_sum/friendly_name", '"Boiler energy"'),
    )
    assert values(say(catalogue, "homeassistant/sensor/boiler_sum/state", "4500")) == {
        ("ha_statestream", "sensor.boiler_sum", "", "energy", 4.5, "kWh", "counter", "never")
    }
    assert [one.value for one in say(catalogue, "homeassistant/sensor/boiler_sum/state", "unavailable").readings] == [
        False
    ]


EXPOSES = [
    {
        "type": "switch",
        "features": [{"type": "binary", "name": "state", "property": "state", "access": 7, "value_on": "ON"}],
    },
    {"type": "numeric", "name": "power", "property": "power", "unit": "W", "access": 5},
    {"type": "numeric", "name": "energy", "property": "energy", "unit": "Wh", "access": 1},
    {"type": "numeric", "name": "power", "property": "power_l2", "endpoint": "l2", "unit": "W", "access": 1},
    {"type": "numeric", "name": "device_temperature", "property": "device_temperature", "unit": "°C", "access": 1},
    {"type": "numeric", "name": "humidity", "property": "humidity", "unit": "%", "access": 2},
]
VALVE = [
    {
        "type": "climate",
        "features": [
            {
                "type": "numeric",
                "name": "local_temperature",
                "property": "local_temperature",
                "unit": "°C",
                "access": 5,
            },
            {
                "type": "numeric",
                "name": "occupied_heating_setpoint",
                "property": "occupied_heating_setpoint",
                "unit": "°C",
                "access": 7,
            },
            {"type": "enum", "name": "system_mode", "property": "system_mode", "access": 7, "values": ["off", "heat"]},
            {
                "type": "enum",
                "name": "running_state",
                "property": "running_state",
                "access": 5,
                "values": ["idle", "heat"],
            },
        ],
    }
]
DEVICES = [
    {"type": "Coordinator", "friendly_name": "Coordinator", "definition": None},
    {"type": "Router", "friendly_name": "wash/dryer", "definition": {"exposes": EXPOSES}},
    {"type": "EndDevice", "friendly_name": "den valve", "definition": {"exposes": VALVE}},
    {"type": "Router", "friendly_name": "off", "disabled": True, "definition": {"exposes": EXPOSES}},
]


def test_zigbee2mqtt_under_any_base_is_known_by_its_own_list(say):
    catalogue = heard(("radio/bridge/devices", DEVICES))
    plug = say(
        catalogue,
        "radio/wash/dryer",
        {"state": "ON", "power": 90, "energy": 1200, "power_l2": 5, "device_temperature": 40, "humidity": 9},
    )
    assert {one[:6] for one in values(plug)} == {
        ("zigbee2mqtt", "wash/dryer", "", "switch", "on", None),
        ("zigbee2mqtt", "wash/dryer", "", "power", 90.0, "W"),
        ("zigbee2mqtt", "wash/dryer", "", "energy", 1.2, "kWh"),
        ("zigbee2mqtt", "wash/dryer", "L2", "power", 5.0, "W"),
    }
    valve = say(
        catalogue,
        "radio/den valve",
        {"local_temperature": -8000, "occupied_heating_setpoint": 19, "system_mode": "heat", "running_state": "idle"},
    )
    assert {one[3:5] for one in values(valve)} == {("setpoint", 19.0), ("mode", "heat"), ("action", "idle")}
    assert [one.value for one in say(catalogue, "radio/den valve/availability", '{"state":"offline"}').readings] == [
        False
    ]
    assert say(catalogue, "radio/bridge/devices", DEVICES).readings == []
    assert catalogue.on("radio/off") is None
    assert catalogue.children == {("zigbee2mqtt", "radio"): {"wash/dryer", "den valve"}}
