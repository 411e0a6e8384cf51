"""Every command of the reference is what we send for what it is meant to do."""

from __future__ import annotations

import json

import pytest

from heatledger.control import Known, Wanted, messages
from tests.control.conftest import FILES, known, saying

pytestmark = pytest.mark.reference

IR = {"mode": "heat", "fan": "medium", "setpoint": 22.5}
FAIKIN = {"setpoint_low": 22, "setpoint_high": 23, "room_temperature": 21.44}
SHELLY = "homeassistant/shellies/shellyplus1pm-XXXX"
OUR_WORD: dict[str, tuple[str, dict, Known, dict]] = {
    # intent: device, what is wanted, what was heard, what the user says of it
    "heat 22.5": ("tasmota:irbridge", IR, Known(), {"vendor": "Mitsubishi_Heavy_152"}),
    "setpoint 21.5": ("mitsubishi2mqtt:HVAC_1A2B", {"setpoint": 21.5}, Known(), {}),
    "mode heat": ("mitsubishi2mqtt:HVAC_1A2B", {"mode": "heat"}, Known(), {}),
    "auto band 22-23 with external room temp": ("faikin:DaikinWZ", FAIKIN, Known(), {}),
    "flow shift +1 K": (
        "panasonic_heat_pump:Z1",
        {"flow_shift": 1},
        known("heishamon", "panasonic_heat_pump", **{"Z1/flow_setpoint": 34.0}),
        {},
    ),
    "dhw setpoint 50": ("heishamon:panasonic_heat_pump", {"dhw_setpoint": 50}, Known(), {}),
    "SG-ready: recommended on": ("espaltherma:espaltherma", {"smart_grid": "recommended"}, Known(), {}),
    "zone 1 setpoint 20.5": ("ecodan_bridge:ASHP", {"setpoint": 20.5}, Known(), {}),
    "temporary setpoint 22": ("700:z2", {"setpoint": 22}, known("ebusd", "700", **{"z2/setpoint": 20.0}), {}),
    "temporary override on": ("700:z2", {"override": "on"}, known("ebusd", "700", **{"z2/setpoint": 20.0}), {}),
    "room setpoint 21.5 (temporary)": ("otgw:otgw", {"setpoint": 21.5}, Known(), {}),
    "setpoint 19": ("zigbee2mqtt:bedroom/radiator", {"setpoint": 19}, Known(), {}),
    "switch on": (
        "shelly_gen2:shellyplus1pm-XXXX:0",
        {"switch": "on"},
        known("shelly_gen2", "shellyplus1pm-XXXX", **{"0/switch": "off"}),
        {"src": SHELLY},
    ),
    "TRV setpoint 21": (
        "shelly_gen2:shellyblugwg3-aacdb0784278:blutrv:200",
        {"setpoint": 21.0},
        known("shelly_gen2", "shellyblugwg3-aacdb0784278", **{"blutrv:200/setpoint": 19.0}),
        {"src": "homeassistant"},
    ),
    "switch toggle": (
        "shelly_gen1:shellyplug-s-ABC123:0",
        {"switch": "toggle"},
        known("shelly_gen1", "shellyplug-s-ABC123", **{"0/switch": "off"}),
        {},
    ),
}
ITS_SPACES = {"TRV setpoint 21"}
"""Its number is written 21.0 there and 21 here: the same JSON."""


def test_every_command_of_the_reference_is_produced(shared):
    lines = [json.loads(line) for line in (shared / "mqtt" / "corpus" / "commands_out.jsonl").read_text().splitlines()]
    assert len(lines) >= 15
    for line in lines:
        device, wanted, heard, says = OUR_WORD[line["intent"]]
        named = device.split(":")[:2] if device.split(":")[0] in {file.family for file in FILES} else [device]
        files = [*FILES, saying(":".join(named), **says)] if says else FILES
        found = messages([Wanted(device, what, value) for what, value in wanted.items()], files, heard)
        assert found[0].topic == line["topic"], line["intent"]
        if line["intent"] in ITS_SPACES:
            assert json.loads(found[0].payload) == json.loads(line["payload"])
        else:
            assert found[0].payload.decode() == line["payload"], line["intent"]
        assert found[0].retain is line["retain"]
