"""Home Assistant's discovery messages, as publishers write them."""

from __future__ import annotations

import json

import pytest

from heatledger.quantities import QUANTITIES
from tests.discovery.conftest import heard, values

SENSOR = "homeassistant/sensor/shed_meter/power/config"
POWER = {
    "~": "shed/meter",
    "name": "Power",
    "uniq_id": "shed_meter_power",
    "stat_t": "~/tele",
    "val_tpl": "{{ value_json.p }}",
    "unit_of_meas": "kW",
    "dev_cla": "power",
    "stat_cla": "measurement",
    "avty_t": "~/alive",
    "pl_avail": "yes",
    "pl_not_avail": "no",
    "dev": {"ids": ["shed_meter"], "name": "Shed meter"},
}


@pytest.mark.reference
def test_every_discovery_message_of_the_corpus_is_read_as_it_expects(shared):
    lines = (shared / "mqtt" / "corpus" / "ha_discovery.jsonl").read_text().splitlines()
    assert len(lines) == 8
    for line in map(json.loads, lines):
        catalogue = heard((line["topic"], line["payload"]))
        told = [one for on in catalogue.topics.values() for one in on.told if one.entity.unique_id]
        assert len(told) == len(line["expect_discovery"]), line["topic"]
        for expected in line["expect_discovery"]:
            [found] = [one for one in told if one.emit.quantity == expected["quantity"]]
            assert described(found, expected) == expected


def described(told, expected: dict) -> dict:
    """What a told value is, as far as the corpus asks."""
    entity = told.entity
    factor = told.emit.scale
    facts = {
        "unique_id": entity.unique_id,
        "quantity": told.emit.quantity,
        "unit": told.emit.unit,
        "kind": QUANTITIES[told.emit.quantity].kind,
        "state_topic": told.topic,
        "path": told.emit.paths[0],
        "transform": f"value/{round(1 / factor)}" if abs(factor * round(1 / factor) - 1) < 1e-9 else "",
        "command_topic": entity.command_topic,
        "availability": list(entity.availability),
        "availability_mode": entity.availability_mode,
        "attributes_topic": entity.attributes_topic,
    }
    return {key: facts[key] for key in expected}


def test_abbreviations_and_the_base_topic_are_written_out(say):
    catalogue = heard((SENSOR, POWER))
    assert values(say(catalogue, "shed/meter/tele", {"p": 0.25})) == {
        ("ha", "Shed meter", "power", "power", 250.0, "W", "gauge", "")
    }
    assert values(say(catalogue, "shed/meter/alive", "no")) == {
        ("ha", "Shed meter", "", "online", False, None, "state", "")
    }
    assert say(catalogue, SENSOR, POWER).readings == []


def test_a_base_topic_may_stand_at_the_end():
    catalogue = heard((SENSOR, {**POWER, "~": "meter/tele", "stat_t": "shed/~"}))
    assert "shed/meter/tele" in catalogue.topics


def test_long_keys_say_the_same_as_short_ones():
    long = {
        "state_topic": "shed/meter/tele",
        "name": "Power",
        "unique_id": "shed_meter_power",
        "value_template": "{{ value_json.p }}",
        "unit_of_measurement": "kW",
        "device_class": "power",
        "state_class": "measurement",
        "availability": [{"topic": "shed/meter/alive", "payload_available": "yes", "payload_not_available": "no"}],
        "device": {"identifiers": "shed_meter", "name": "Shed meter"},
    }
    assert [on.told for on in heard((SENSOR, long)).topics.values()] == [
        on.told for on in heard((SENSOR, POWER)).topics.values()
    ]


def test_an_empty_payload_takes_everything_back(say):
    catalogue = heard((SENSOR, POWER), (SENSOR, ""))
    assert not catalogue.topics
    assert not catalogue.chapters
    assert not catalogue.owners
    assert say(catalogue, "shed/meter/tele", {"p": 0.25}).readings == []


def test_the_device_form_gives_its_components_what_they_share(say):
    catalogue = heard(
        (
            "homeassistant/device/attic_box/config",
            {
                "dev": {"ids": "attic_box", "name": "Attic box"},
                "o": {"name": "boxes"},
                "~": "attic/box",
                "stat_t": "~/all",
                "avty_t": "~/lwt",
                "cmps": {
                    "sum": {
                        "p": "sensor",
                        "unit_of_meas": "Wh",
                        "val_tpl": "{{ value_json['sum'] }}",
                        "name": "Energy",
                    },
                    "t": {"p": "sensor", "unit_of_meas": "°F", "stat_t": "~/t", "dev_cla": "temperature"},
                    "relay": {"p": "switch", "stat_t": "~/relay", "cmd_t": "~/relay/set", "pl_on": "1", "pl_off": "0"},
                    "gone": {"p": "sensor"},
                },
            },
        )
    )
    said = [
        ("attic/box/all", {"sum": 1500}),
        ("attic/box/t", "68"),
        ("attic/box/relay", "1"),
        ("attic/box/lwt", "offline"),
    ]
    assert set().union(*(values(say(catalogue, *one)) for one in said)) == {
        ("ha", "Attic box", "sum", "energy", 1.5, "kWh", "counter", "never"),
        ("ha", "Attic box", "t", "temperature", 20.0, "°C", "gauge", ""),
        ("ha", "Attic box", "relay", "switch", "on", None, "state", ""),
        ("ha", "Attic box", "", "online", False, None, "state", ""),
    }


CLIMATE = {
    "~": "loft/ac",
    "uniq_id": "loft_ac",
    "mode_stat_t": "~/state",
    "mode_stat_tpl": "{{ value_json.m }}",
    "temp_stat_t": "~/state",
    "temp_stat_tpl": "{{ value_json.want }}",
    "temp_cmd_t": "~/want",
    "curr_temp_t": "~/state",
    "curr_temp_tpl": "{{ value_json.is | float }}",
    "act_t": "~/action",
    "fan_mode_stat_t": "~/state",
    "fan_mode_stat_tpl": "{{ value_json.f | lower }}",
    "temp_unit": "F",
    "dev": {"ids": ["loft_ac"], "name": "Loft"},
}


def test_a_climate_entity_gives_mode_action_room_and_setpoint(say):
    catalogue = heard(("homeassistant/climate/loft_ac/config", CLIMATE))
    state = say(catalogue, "loft/ac/state", {"m": "heat_cool", "want": 68, "is": "66.2", "f": "Quiet"})
    assert {(one.device, one.channel, one.unit) for one in state.readings} == {("Loft", "", None), ("Loft", "", "°C")}
    found = {one.quantity: one.value for one in state.readings}
    assert found.pop("temperature") == pytest.approx(19.0)
    assert found == {"mode": "heat_cool", "setpoint": 20.0, "fan": "quiet"}
    assert {one.value for one in say(catalogue, "loft/ac/action", "preheating").readings} == {"heating"}


def test_a_topic_that_is_the_id_is_a_mistake_and_left_out():
    catalogue = heard(("homeassistant/climate/loft_ac/config", {**CLIMATE, "act_t": "loft_ac"}))
    assert "loft_ac" not in catalogue.topics
    assert "loft/ac/state" in catalogue.topics


def test_temperatures_without_a_unit_follow_what_the_user_says(say, decoder):
    from heatledger.emits import DecodeConfig

    config = {key: value for key, value in CLIMATE.items() if key != "temp_unit"}
    catalogue = heard(("homeassistant/climate/loft_ac/config", config))
    for unit, wanted in (("C", 50.0), ("F", 10.0)):
        said = say(catalogue, "loft/ac/state", {"want": 50}, config=DecodeConfig(temp_unit=unit))
        assert [one.value for one in said.readings] == [pytest.approx(wanted)]


@pytest.mark.parametrize(
    ("config", "quantity", "unit"),
    [
        ({"unit_of_meas": "kWh", "dev_cla": "power"}, "energy", "kWh"),  # the unit decides
        ({"unit_of_meas": "A", "dev_cla": "power"}, "current", "A"),
        ({"unit_of_meas": "MWh", "name": "Export total"}, "energy_returned", "MWh"),
        ({"unit_of_meas": "W", "name": "Heat output"}, "heat_power", "W"),
        ({"unit_of_meas": "°C", "dev_cla": "temperature"}, "temperature", "°C"),
        ({"unit_of_meas": "°C", "name": "Outdoor temperature"}, "outdoor_temp", "°C"),
        ({"unit_of_meas": "°C", "name": "Flow temperature"}, "flow_temp", "°C"),
        ({"unit_of_meas": "°C", "name": "Outlet water temperature"}, "flow_temp", "°C"),
        ({"unit_of_meas": "Hz", "dev_cla": "frequency"}, "frequency", "Hz"),
        ({"unit_of_meas": "°C", "name": "returnTemp"}, "return_temp", "°C"),
        ({"unit_of_meas": "°C", "name": "Hot water temperature"}, "dhw_temp", "°C"),
        ({"unit_of_meas": "°C", "name": "Target room temperature"}, "setpoint", "°C"),
        ({"unit_of_meas": "%", "dev_cla": "humidity"}, "humidity", "%"),
        ({"unit_of_meas": "l/min", "name": "Flow rate"}, "flow", "L/min"),
        ({"unit_of_meas": "Hz", "name": "Compressor frequency"}, "compressor_freq", "Hz"),
        ({"unit_of_meas": "m3", "dev_cla": "gas"}, "gas_volume", "m³"),
        ({"unit_of_meas": "€/kWh", "name": "Price"}, "price", "EUR/kWh"),
        ({"unit_of_meas": "mW", "name": "Power"}, "power", "mW"),
    ],
)
def test_what_a_sensor_measures_follows_from_unit_class_and_name(config, quantity, unit):
    catalogue = heard(("homeassistant/sensor/x1/config", {"stat_t": "a/b", **config}))
    [told] = catalogue.on("a/b").told
    assert (told.emit.quantity, told.emit.unit) == (quantity, unit)


@pytest.mark.parametrize(
    "config",
    [
        {"unit_of_meas": " "},
        {"unit_of_meas": "VA", "dev_cla": "apparent_power"},
        {"unit_of_meas": "dBm", "dev_cla": "signal_strength"},
        {"unit_of_meas": "%", "dev_cla": "battery"},
        {"unit_of_meas": "°C", "dev_cla": "temperature", "name": "Chip temperature"},
        {"unit_of_meas": "°C", "dev_cla": "temperature", "name": "Discharge pipe"},
        {"unit_of_meas": "°C", "dev_cla": "temperature", "name": "Dew point"},
        {"unit_of_meas": "°C", "dev_cla": "temperature", "ent_cat": "diagnostic"},  # the device's own
        {"unit_of_meas": "kWh", "name": "Energy yesterday"},
        {"unit_of_meas": "kWh", "name": "Energy this month"},
        {"unit_of_meas": "kWh", "dev_cla": "energy_storage"},
        {"unit_of_meas": "W", "name": "Max power"},
        {"unit_of_meas": "m³", "dev_cla": "water"},
        {"unit_of_meas": "MW", "name": "Power"},
        {"unit_of_meas": 5},
        {},
    ],
)
def test_what_is_not_clear_is_not_told(config):
    assert not heard(("homeassistant/sensor/x1/config", {"stat_t": "a/b", **config})).topics


def test_a_counter_of_the_day_says_so():
    catalogue = heard(
        ("homeassistant/sensor/x1/config", {"stat_t": "a/b", "unit_of_meas": "kWh", "name": "Energy today"})
    )
    assert catalogue.on("a/b").told[0].emit.reset == "daily"


def test_connectivity_and_defrost_are_states_and_other_binary_sensors_nothing(say):
    catalogue = heard(
        ("homeassistant/binary_sensor/x/link/config", {"stat_t": "x/link", "dev_cla": "connectivity"}),
        (
            "homeassistant/binary_sensor/x/defrost/config",
            {"stat_t": "x/d", "pl_on": "1", "pl_off": "0", "name": "Defrost"},
        ),
        ("homeassistant/binary_sensor/x/motion/config", {"stat_t": "x/m", "dev_cla": "motion"}),
    )
    assert [one.value for one in say(catalogue, "x/link", "OFF").readings] == [False]
    assert [(one.quantity, one.value) for one in say(catalogue, "x/d", "1").readings] == [("defrost", "on")]
    assert catalogue.on("x/m") is None


@pytest.mark.parametrize(
    ("mode", "online", "offline"),
    [("all", [], [False]), ("any", [True], []), ("latest", [True], [False])],
)
def test_of_several_availability_topics_one_message_says_only_what_it_proves(say, mode, online, offline):
    both = [{"topic": "hub/alive"}, {"topic": "x/alive"}]
    config = {"stat_t": "x/p", "unit_of_meas": "W", "avty": both, "avty_mode": mode, "dev": {"name": "X"}}
    catalogue = heard(("homeassistant/sensor/x1/config", config))
    for topic in ("hub/alive", "x/alive"):
        assert [one.value for one in say(catalogue, topic, "online").readings] == online
        assert [one.value for one in say(catalogue, topic, "offline").readings] == offline


def test_two_devices_of_one_name_are_told_apart_and_only_they(say):
    def plug(number: int) -> tuple[str, dict]:
        device = {"ids": [f"p{number}"], "name": "Plug"}
        return f"homeassistant/sensor/p{number}/power/config", {
            "stat_t": f"p/{number}",
            "unit_of_meas": "W",
            "dev": device,
        }

    one, both = heard(plug(1)), heard(plug(1), plug(2))
    assert [r.device for r in say(one, "p/1", "5").readings] == ["Plug"]
    assert [r.device for n in (1, 2) for r in say(both, f"p/{n}", "5").readings] == ["Plug (p1)", "Plug (p2)"]
    again = heard(plug(1), plug(2), (plug(2)[0], ""))
    assert [r.device for r in say(again, "p/1", "5").readings] == ["Plug"]


def test_another_prefix_is_heard_where_it_is_set():
    topic = "ha/disco/sensor/x1/config"
    config = {"stat_t": "a/b", "unit_of_meas": "W"}
    assert heard((topic, config), prefix="ha/disco").on("a/b")
    assert not heard((topic, config)).topics
    assert not heard(("homeassistant/sensor/x1/config", config), prefix="ha/disco").topics


def test_what_sensors_say_without_a_temperature_is_none(say):
    catalogue = heard(
        ("homeassistant/sensor/x1/config", {"stat_t": "a/b", "unit_of_meas": "°C", "dev_cla": "temperature"})
    )
    assert [say(catalogue, "a/b", word).readings for word in ("-127", "-8000", "nan")] == [[], [], []]
    assert [one.value for one in say(catalogue, "a/b", "-12.5").readings] == [-12.5]
