"""What discovery messages say of commands becomes data, and a thermostat found that way obeys and confirms."""

from __future__ import annotations

import json

import pytest

from heatledger.config import read_toml, shipped_dir
from heatledger.control import CommandError, Known, Wanted, messages, offers
from heatledger.devices import DeviceFile
from heatledger.readings import SeriesKey
from ingest.decode import Decoder
from ingest.discovery import Catalogue, learn, learned

WHERE = "homeassistant/climate/attic/config"
CLIMATE = {
    "~": "hvac/attic",
    "name": "Attic",
    "uniq_id": "attic_hvac",
    "dev": {"ids": ["attic_hvac"], "name": "Attic"},
    "temp_cmd_t": "~/target/set",
    "temp_stat_t": "~/target",
    "min_temp": 15,
    "max_temp": 28,
    "temp_step": 0.5,
    "temp_unit": "C",
    "mode_cmd_t": "~/mode/set",
    "mode_stat_t": "~/mode",
    "modes": ["off", "heat", "cool", "turbo"],
    "fan_mode_cmd_t": "~/fan/set",
    "fan_mode_stat_t": "~/fan",
    "fan_modes": ["Low", "High"],
}


def told(config, where=WHERE, *, templates=False, said=(("target", "20"), ("mode", "heat"), ("fan", "Low"))):
    """The device files that a message gives, and what is known once the device has said its state."""
    payload = json.dumps(config).encode()
    catalogue, decoder = learn(Catalogue(), where, payload), Decoder([])
    values = {}
    for attribute, text in said:
        topic = f"hvac/attic/{attribute}"
        decoded = decoder.decode(topic, text.encode(), retain=False, received_us=0, learned=catalogue.on(topic))
        values |= {reading.key: reading.value for reading in decoded.readings}
    return learned({where: payload}, templates=templates), Known(values)


def sent(config, what, value, **options):
    files, known = told(config, **options)
    return [(one.topic, one.payload.decode()) for one in messages([Wanted("ha:Attic", what, value)], files, known)]


def test_a_climate_is_told_on_its_own_topics_and_confirms_by_its_state():
    files, known = told(CLIMATE)
    found = {one.what: one for one in offers("Attic", files, known)}
    assert set(found) == {"setpoint", "mode", "fan"}
    assert (found["setpoint"].low, found["setpoint"].high, found["setpoint"].step) == (15, 28, 0.5)
    assert found["mode"].words == ("off", "heat", "cool")
    (message,) = messages([Wanted("Attic", "setpoint", 21.3)], files, known)
    assert (message.topic, message.payload) == ("hvac/attic/target/set", b"21.5")
    assert message.takes[0].confirmed_by[:4] == ("ha", "Attic", "", "setpoint")
    assert sent(CLIMATE, "mode", "cool") == [("hvac/attic/mode/set", "cool")]
    assert sent(CLIMATE, "fan", "low") == [("hvac/attic/fan/set", "Low")]
    with pytest.raises(CommandError, match="setpoint 30 °C is out of range; it takes 15 to 28 °C"):
        sent(CLIMATE, "setpoint", 30)


def test_a_climate_in_fahrenheit_is_told_fahrenheit():
    warm = CLIMATE | {"temp_unit": "F", "min_temp": 59, "max_temp": 86, "temp_step": 1}
    assert sent(warm, "setpoint", 21, said=[("target", "68")]) == [("hvac/attic/target/set", "70")]


def test_a_plain_command_template_is_filled_without_running_anything():
    wrapped = CLIMATE | {"temp_cmd_tpl": '{"setpoint": {{ value }}}'}
    assert sent(wrapped, "setpoint", 21) == [("hvac/attic/target/set", '{"setpoint": 21}')]


def test_other_templates_are_tried_in_the_sandbox_only_where_the_user_allows_it():
    numbered = CLIMATE | {"mode_cmd_tpl": "{% if value == 'heat' %}1{% else %}0{% endif %}"}
    with pytest.raises(CommandError, match="cannot be told mode"):
        sent(numbered, "mode", "heat")
    assert sent(numbered, "mode", "heat", templates=True) == [("hvac/attic/mode/set", "1")]


@pytest.mark.parametrize("template", ["{{ value | float * 10 }}", "{{ states('x') }}", "fixed"])
def test_a_number_that_a_template_turns_into_another_is_not_offered(template):
    files, known = told(CLIMATE | {"temp_cmd_tpl": template}, templates=True)
    assert "setpoint" not in {one.what for one in offers("Attic", files, known)}


def test_without_a_state_topic_nothing_confirms_it():
    blind = {key: value for key, value in CLIMATE.items() if key not in ("temp_stat_t",)}
    files, known = told(blind)
    (found,) = [one for one in offers("Attic", files, known) if one.what == "setpoint"]
    assert found.confirmed_by is None


def test_a_switch_is_told_its_own_words():
    config = {
        "name": "Pump",
        "dev": {"ids": ["p1"], "name": "Attic"},
        "cmd_t": "hvac/attic/relay/set",
        "stat_t": "hvac/attic/relay",
        "pl_on": "1",
        "pl_off": "0",
    }
    where = "homeassistant/switch/pump/config"
    assert sent(config, "switch", "off", where=where, said=[("relay", "1")]) == [("hvac/attic/relay/set", "0")]


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{", b'{"temp_cmd_t": 3}', b'{"temp_cmd_t": "a/{x}", "dev": {"ids": ["a"]}}']
)
def test_what_is_no_description_gives_no_command(payload):
    assert learned({WHERE: payload}) == ()


def test_what_we_publish_ourselves_is_never_commanded():
    own = CLIMATE | {"temp_cmd_t": "heatledger/home/set", "mode_cmd_t": "heatledger/home/mode"}
    files, known = told(own)
    assert {one.what for one in offers("Attic", files, known)} == {"fan"}


def valve(*features, called="attic/valve"):
    return [{"friendly_name": called, "definition": {"exposes": [{"type": "climate", "features": list(features)}]}}]


CURRENT = {
    "name": "current_heating_setpoint",
    "property": "current_heating_setpoint",
    "access": 7,
    "unit": "°C",
    "value_min": 5,
    "value_max": 35,
    "value_step": 1,
}
MODE = {"name": "system_mode", "property": "system_mode", "access": 7, "values": ["auto", "heat", "off", "emergency"]}


class TestZigbee:
    """A bridge's list of devices says what each of them calls its set-point, and its range."""

    HEARD = Known({SeriesKey("home", "zigbee2mqtt", "attic/valve", "", name): 20.0 for name in ("setpoint", "mode")})

    def files(self, *features, base="zigbee"):
        shipped = read_toml(shipped_dir() / "devices" / "zigbee2mqtt.toml", DeviceFile)
        return [shipped, *learned({f"{base}/bridge/devices": json.dumps(valve(*features)).encode()})]

    def test_it_is_told_by_the_name_range_and_base_that_its_bridge_says(self):
        (message,) = messages([Wanted("attic/valve", "setpoint", 21.4)], self.files(CURRENT, MODE), self.HEARD)
        assert message.topic == "zigbee/attic/valve/set"
        assert message.payload == b'{"current_heating_setpoint": 21}'
        found = {one.what: one for one in offers("attic/valve", self.files(CURRENT, MODE), self.HEARD)}
        assert (found["setpoint"].low, found["setpoint"].high, found["setpoint"].step) == (5, 35, 1)
        assert found["mode"].words == ("auto", "heat", "off")

    def test_what_may_only_be_read_or_says_no_range_stays_the_family_s(self):
        for feature in (CURRENT | {"access": 1}, {**CURRENT, "value_max": None}, CURRENT | {"property": 'a"b'}):
            (message,) = messages([Wanted("attic/valve", "setpoint", 21)], self.files(feature), self.HEARD)
            assert message.payload == b'{"occupied_heating_setpoint": 21}'

    def test_a_sensor_elsewhere_is_told_to_a_valve_that_takes_it(self):
        feature = CURRENT | {"name": "external_temperature_input", "property": "external_temperature_input"}
        (message,) = messages([Wanted("attic/valve", "room_temperature", 21)], self.files(feature), self.HEARD)
        assert message.payload == b'{"external_temperature_input": 21}'
        assert message.takes[0].confirmed_by is None

    @pytest.mark.parametrize("payload", [b"", b"{}", b"[1]", b'[{"friendly_name": "a+b"}]', b'[{"friendly_name": 3}]'])
    def test_what_is_no_list_gives_no_command(self, payload):
        assert learned({"zigbee2mqtt/bridge/devices": payload}) == ()


@pytest.mark.reference
def test_the_climate_of_the_reference_is_told_where_it_says(shared):
    lines = map(json.loads, (shared / "mqtt" / "corpus" / "ha_discovery.jsonl").read_text().splitlines())
    (line,) = [line for line in lines if "/climate/" in line["topic"]]
    (file,) = learned({line["topic"]: line["payload"].encode()})
    commands = {one.what: one for one in file.commands}
    expected = {one["quantity"]: one.get("command_topic") for one in line["expect_discovery"]}
    assert commands["setpoint"].topic == expected["setpoint"]
    assert (commands["setpoint"].min, commands["setpoint"].max, commands["setpoint"].step) == (16, 32, 0.5)
    assert commands["power"].words == {"on": "1", "off": "0"}
