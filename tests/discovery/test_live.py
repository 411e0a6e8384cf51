"""A real broker that kept the catalogues, ingest started after them, then what the devices say: stored as told."""

from __future__ import annotations

import json

import pytest

from heatledger.readings import Flag

pytestmark = pytest.mark.server

CATALOGUES = (
    (
        "homeassistant/sensor/cellar_meter/sum/config",
        {
            "~": "cellar/meter",
            "stat_t": "~/tele",
            "val_tpl": "{{ value_json.sum | float / 1000 | round(1) }}",
            "unit_of_meas": "MWh",
            "stat_cla": "total_increasing",
            "avty_t": "~/lwt",
            "dev": {"ids": ["cm1"], "name": "Cellar meter"},
        },
    ),
    (
        "homeassistant/sensor/porch/draw/config",
        {"stat_t": "porch/sensor/draw/state", "unit_of_meas": "W", "dev": {"ids": "porch"}},
    ),
    (
        "homeassistant/climate/loft/config",
        {
            "mode_stat_t": "loft/ac",
            "mode_stat_tpl": "{{ value_json.m }}",
            "curr_temp_t": "loft/ac",
            "curr_temp_tpl": "{{ value_json['t'] }}",
            "temp_unit": "F",
            "dev": {"name": "Loft"},
        },
    ),
    ("homeassistant/sensor/heat_sum/unit_of_measurement", '"kWh"'),
    (
        "homie/5/boiler-room/$description",
        {"nodes": {"m": {"properties": {"draw": {"unit": "kW", "datatype": "float"}}}}},
    ),
    ("homie/old/m/Import/$unit", "Wh"),
    (
        "radio/bridge/devices",
        [
            {
                "type": "Router",
                "friendly_name": "den/plug",
                "definition": {"exposes": [{"name": "power", "property": "power", "unit": "W", "access": 5}]},
            }
        ],
    ),
)
SAID = (
    ("cellar/meter/tele", '{"sum":"1500"}'),
    ("cellar/meter/lwt", "online"),
    ("porch/sensor/draw/state", "81.5"),
    ("loft/ac", '{"m":"heat","t":68}'),
    ("homeassistant/sensor/heat_sum/state", "4711.5"),
    ("homie/5/boiler-room/m/draw", "1.25"),
    ("homie/old/m/Import", "2500"),
    ("radio/den/plug", '{"power":12}'),
    ("radio/bridge/state", "offline"),
)
STORED = {
    ("ha", "Cellar meter", "sum", "energy", 1500.0, "kWh", "counter", "never"),
    ("ha", "Cellar meter", "", "online", True, None, "state", ""),
    ("esphome", "porch", "draw", "power", 81.5, "W", "gauge", ""),
    ("ha", "Loft", "", "mode", "heat", None, "state", ""),
    ("ha", "Loft", "", "temperature", 20.0, "°C", "gauge", ""),
    ("ha_statestream", "sensor.heat_sum", "", "energy", 4711.5, "kWh", "counter", "never"),
    ("homie", "boiler-room", "m/draw", "power", 1250.0, "W", "gauge", ""),
    ("homie", "old", "m/Import", "energy", 2.5, "kWh", "counter", "never"),
    ("zigbee2mqtt", "den/plug", "", "power", 12.0, "W", "gauge", ""),
    ("zigbee2mqtt", "radio", "", "online", False, None, "state", ""),
    ("zigbee2mqtt", "den/plug", "", "online", False, None, "state", ""),
}


def written(payload: object) -> str:
    return payload if isinstance(payload, str) else json.dumps(payload)


def test_what_is_retained_as_catalogue_explains_what_comes_after(mosquitto, make_ingest, publisher):
    publisher.send(*((topic, written(payload)) for topic, payload in CATALOGUES), retain=True)
    ingest = make_ingest(mosquitto.url).start()
    publisher.send(*SAID)
    publisher.send(("tele/the-last/LWT", "Online"))
    publisher.wait(lambda: any(one.device == "the-last" for one in ingest.latest()))
    found = {
        (one.family, one.device, one.channel, one.quantity, one.value, one.unit, one.kind, one.reset)
        for one in ingest.readings()
        if one.device != "the-last"
    }
    assert found == STORED
    [lost] = [one for one in ingest.readings() if one.device == "den/plug" and one.quantity == "online"]
    assert lost.flags == Flag.ESTIMATED
    ingest.stop()
    outcomes = {topic: ingest.topics()[topic].outcome for topic, _ in CATALOGUES}
    assert set(outcomes.values()) == {"ignored"}, outcomes


def test_a_catalogue_heard_while_running_counts_from_then_on(mosquitto, make_ingest, publisher):
    ingest = make_ingest(mosquitto.url).start()
    publisher.send(("cellar/meter/tele", '{"sum":"1"}'))
    publisher.send((CATALOGUES[0][0], written(CATALOGUES[0][1])), ("cellar/meter/tele", '{"sum":"2000"}'))
    publisher.send((CATALOGUES[0][0], ""), ("cellar/meter/tele", '{"sum":"3000"}'), ("tele/the-last/LWT", "Online"))
    publisher.wait(lambda: any(one.device == "the-last" for one in ingest.latest()))
    assert [one.value for one in ingest.readings() if one.device == "Cellar meter"] == [2000.0]
