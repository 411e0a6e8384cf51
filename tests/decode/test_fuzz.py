"""Whatever comes over the wire: no exception, no number that is not one, and nothing from what is no reading."""

from __future__ import annotations

import json
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.quantities import ACTIONS, MODES, QUANTITIES
from tests.decode.conftest import PATHS

NOW_US = 1_772_352_060_000_000
OUTCOMES = {"understood", "ignored", "unknown", "malformed"}
KEYS = (
    *("ENERGY", "Power", "Total", "StatusSNS", "TempUnit", "Temperature", "Time", "POWER", "POWER1", "OPENTHERM", "TB"),
    *("params", "ts", "switch:0", "apower", "aenergy", "total", "output", "em:0", "total_act_power", "thermostat:0"),
    *("power", "energy", "state", "linkquality", "local_temperature", "occupied_heating_setpoint", "system_mode"),
    *("online", "home", "temp", "target", "mode", "fan", "ts", "roomTemperature", "temperature", "tempin", "dateutc"),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(["nan", "None", "---", "??", "ON", "off", "heat", "auto", "12,5", "0x10", "1e999", "-8000", "Z"]),
)
PAYLOADS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=6)), inner, max_size=6),
    ),
    max_leaves=20,
)
LEVELS = st.one_of(
    st.sampled_from(
        [
            *(
                "tele",
                "stat",
                "SENSOR",
                "STATE",
                "STATUS8",
                "LWT",
                "POWER2",
                "shellies",
                "relay",
                "emeter",
                "0",
                "energy",
            ),
            *(
                "power",
                "total",
                "events",
                "rpc",
                "status",
                "switch:0",
                "online",
                "zigbee2mqtt",
                "bridge",
                "availability",
            ),
            *("state", "settings", "Faikin", "", "é", " "),
        ]
    ),
    st.text(max_size=8),
)
TOPICS = st.lists(LEVELS, min_size=1, max_size=6).map("/".join)
BYTES = st.one_of(
    st.binary(max_size=200),
    PAYLOADS.map(lambda value: json.dumps(value).encode()),
    PAYLOADS.map(lambda value: json.dumps(value).encode()[:-1]),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
)


def check(decoded):
    assert decoded.outcome in OUTCOMES
    assert decoded.outcome == "understood" or not decoded.readings
    assert "\n" not in decoded.note
    for reading in decoded.readings:
        kind = QUANTITIES[reading.quantity].kind
        assert reading.kind == kind
        assert reading.device
        reading.device.encode()
        reading.channel.encode()
        if kind == "state":
            assert reading.unit is None
            known = {"mode": MODES, "action": ACTIONS, "online": {True, False}, "switch": {"on", "off"}}
            assert reading.quantity == "fan" or reading.value in known[reading.quantity]
        else:
            assert isinstance(reading.value, float)
            assert math.isfinite(reading.value)
            assert kind != "counter" or reading.value >= 0


@settings(max_examples=400, deadline=None)
@given(topic=TOPICS, payload=BYTES, retain=st.booleans())
def test_no_message_raises_or_gives_what_is_no_value(decoder, topic, payload, retain):
    check(decoder.decode(topic, payload, retain=retain, received_us=NOW_US))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), payload=BYTES)
def test_no_payload_raises_on_a_topic_that_is_known(decoder, files, data, payload):
    file = data.draw(st.sampled_from(list(files.values())))
    example = data.draw(st.sampled_from(file.examples))
    check(decoder.decode(example.topic, payload, retain=False, received_us=NOW_US))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_payload_with_any_byte_changed_still_gives_only_values(decoder, files, data):
    file = data.draw(st.sampled_from(list(files.values())))
    example = data.draw(st.sampled_from(file.examples))
    raw = bytearray(example.payload.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw))) % len(raw)] = data.draw(st.integers(0, 255))
    check(decoder.decode(example.topic, bytes(raw), retain=False, received_us=NOW_US))


NAMES = st.text(st.characters(exclude_characters="/#+\0", exclude_categories=["Cs"]), min_size=1, max_size=10)
QUIET = (
    *("cmnd/{0}/POWER", "cmnd/{0}/IRHVAC", "command/{0}/control", "zigbee2mqtt/{0}/set", "zigbee2mqtt/{0}/{0}/get"),
    *(
        "{0}/rpc",
        "shellies/{0}/relay/0/command",
        "shellies/announce",
        "shellies/{0}/info",
        "tasmota/discovery/{0}/config",
    ),
    *("tasmota/discovery/{0}/sensors", "zigbee2mqtt/bridge/logging", "zigbee2mqtt/bridge/devices", "$SYS/broker/{0}"),
    *(
        "zigbee2mqtt/bridge/request/{0}",
        "heatledger/{0}/live/x/y",
        "mitsubishi2mqtt/{0}/temp/set",
        "homeassistant/status",
    ),
    *("mitsubishi2mqtt/{0}/debug/packets", "shellies/{0}/temperature", "shellies/{0}/emeter/0/energy", "{0}/debug"),
    *("homeassistant/sensor/{0}/config", "OTGW/set/{0}/setpoint", "ebusd/700/{0}/set", "ASHP/Command/{0}"),
)
TEMPTING = [
    b"21.5",
    b"online",
    b"on",
    b"heat",
    b'{"power":9999,"energy":5,"state":"ON","mode":"heat","temperature":21,"occupied_heating_setpoint":19}',
    b'{"ENERGY":{"Power":5,"Total":9},"POWER":"ON"}',
    b'{"params":{"switch:0":{"apower":5,"output":true}}}',
]


@settings(max_examples=200, deadline=None)
@given(shape=st.sampled_from(QUIET), name=NAMES, payload=st.sampled_from(TEMPTING), retain=st.booleans())
def test_commands_logs_and_catalogues_give_nothing(decoder, shape, name, payload, retain):
    decoded = decoder.decode(shape.format(name), payload, retain=retain, received_us=NOW_US)
    assert decoded.readings == []


@settings(max_examples=100, deadline=None)
@given(data=st.data(), received_us=st.integers(0, 4_000_000_000_000_000))
def test_a_message_gives_the_same_readings_whenever_and_as_often_as_it_comes(decoder, files, data, received_us):
    example = data.draw(st.sampled_from([one for file in files.values() for one in file.examples]))
    first, again = (
        decoder.decode(example.topic, example.payload.encode(), retain=kept, received_us=received_us).readings
        for kept in (False, True)
    )
    assert [(one.key, one.value, one.time_us) for one in first] == [(one.key, one.value, one.time_us) for one in again]


def test_there_are_families_to_fuzz():
    assert len(PATHS) >= 7
