"""What discovery messages say of commands becomes data, and a thermostat found that way obeys and confirms."""

from __future__ import annotations

import json

import pytest

from heatledger.control import CommandError, Known, Wanted, messages, offers
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
    return [learned({where: payload}, templates=templates)], Known(values)


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
    assert learned({WHERE: payload}).commands == ()


def test_what_we_publish_ourselves_is_never_commanded():
    own = CLIMATE | {"temp_cmd_t": "heatledger/home/set", "mode_cmd_t": "heatledger/home/mode"}
    files, known = told(own)
    assert {one.what for one in offers("Attic", files, known)} == {"fan"}


@pytest.mark.reference
def test_the_climate_of_the_reference_is_told_where_it_says(shared):
    lines = map(json.loads, (shared / "mqtt" / "corpus" / "ha_discovery.jsonl").read_text().splitlines())
    (line,) = [line for line in lines if "/climate/" in line["topic"]]
    commands = {one.what: one for one in learned({line["topic"]: line["payload"].encode()}).commands}
    expected = {one["quantity"]: one.get("command_topic") for one in line["expect_discovery"]}
    assert commands["setpoint"].topic == expected["setpoint"]
    assert (commands["setpoint"].min, commands["setpoint"].max, commands["setpoint"].step) == (16, 32, 0.5)
    assert commands["power"].words == {"on": "1", "off": "0"}
