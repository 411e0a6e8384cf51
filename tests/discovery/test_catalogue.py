"""A catalogue is a value, bounded, and takes anything."""

from __future__ import annotations

import json
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.quantities import QUANTITIES
from ingest.discovery import Catalogue, learn
from ingest.discovery import catalogue as module
from tests.discovery.conftest import NOW_US, heard, text

CONFIG = {"stat_t": "a/b", "unit_of_meas": "W", "dev": {"ids": ["x"], "name": "X"}}
TOPICS = (
    "homeassistant/sensor/x/config",
    "homeassistant/sensor/x/power/config",
    "homeassistant/switch/x/config",
    "homeassistant/climate/x/config",
    "homeassistant/binary_sensor/x/config",
    "homeassistant/water_heater/x/config",
    "homeassistant/device/x/config",
    "homie/5/x/$description",
    "homie/x/n/p/$unit",
    "homie/x/n/p/$datatype",
    "homie/x/n/p/$format",
    "zigbee2mqtt/bridge/devices",
    "homeassistant/sensor/x/unit_of_measurement",
    "homeassistant/sensor/x/device_class",
)
KEYS = st.sampled_from(
    "~ stat_t state_topic unit_of_meas dev_cla stat_cla val_tpl dev device ids name uniq_id avty avty_t avty_mode t topic cmps p platform mode_stat_t mode_stat_tpl temp_stat_t curr_temp_t act_t temp_unit pl_on pl_off pl_avail nodes properties unit datatype format settable children root friendly_name type definition exposes features property access endpoint n1 entity_category".split()  # noqa: E501, SIM905 - the keys of all catalogues
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["a/b", "~/c", "c/~", "+", "#", "$SYS/x", "W", "kWh", "°C", "float", "enum", "heat,cool", "sensor", "switch"]
    ),
    st.sampled_from(
        [
            "{{ value }}",
            "{{ value_json.a }}",
            "{% for",
            "power",
            "energy",
            "temperature",
            "mode",
            "connectivity",
            "all",
            "F",
        ]
    ),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=8)),
    max_leaves=25,
)
PAYLOADS = st.one_of(st.binary(max_size=60), TREES.map(lambda tree: json.dumps(tree).encode()))
VALUES = st.one_of(
    st.binary(max_size=20),
    SCALARS.map(lambda one: json.dumps(one).encode()),
    st.sampled_from([b"21.5", b'{"a":1e999}', b"on"]),
)


@settings(max_examples=300, deadline=None)
@given(
    messages=st.lists(st.tuples(st.sampled_from(TOPICS), PAYLOADS), max_size=6), value=VALUES, templates=st.booleans()
)
def test_whatever_is_told_nothing_is_raised_and_no_reading_is_none(decoder, messages, value, templates):
    catalogue = heard(*messages, templates=templates)
    assert catalogue.size == sum(len(on.told) for on in catalogue.topics.values())
    for topic, payload in messages:
        learned = catalogue.on(topic)
        assert decoder.decode(topic, payload, retain=True, received_us=NOW_US, learned=learned).readings == []
    for topic, on in catalogue.topics.items():
        for one in decoder.decode(topic, value, retain=False, received_us=NOW_US, learned=on).readings:
            quantity = QUANTITIES[one.quantity]
            assert one.kind == quantity.kind
            assert isinstance(one.value, bool | str) if quantity.kind == "state" else math.isfinite(one.value)
            assert one.device
            assert f"{one.device}{one.channel}".encode()


@settings(max_examples=100, deadline=None)
@given(messages=st.lists(st.tuples(st.sampled_from(TOPICS), PAYLOADS), max_size=5))
def test_what_is_taken_back_leaves_nothing(messages):
    catalogue = heard(*messages, *((topic, b"") for topic in TOPICS))
    assert (catalogue.chapters, catalogue.topics, catalogue.owners, catalogue.size) == ({}, {}, {}, 0)
    assert not catalogue.children


@settings(max_examples=60, deadline=None)
@given(
    messages=st.lists(
        st.tuples(st.sampled_from(TOPICS[:8]), TREES.map(lambda tree: json.dumps(tree).encode())), max_size=5
    ),
    data=st.data(),
)
def test_hearing_everything_again_changes_nothing(messages, data):
    last = dict(messages)
    catalogue = heard(*last.items())
    for topic, payload in data.draw(st.permutations(list(last.items()))):
        assert learn(catalogue, topic, payload) is catalogue


def test_learning_leaves_the_old_value_as_it_was():
    before = heard((TOPICS[0], CONFIG))
    after = learn(before, TOPICS[0], text({**CONFIG, "stat_t": "c/d"}))
    assert set(before.topics) == {"a/b"}
    assert set(after.topics) == {"c/d"}


def test_a_catalogue_has_its_bounds(monkeypatch):
    monkeypatch.setattr(module, "MOST_CHAPTERS", 3)
    catalogue = heard(*((f"homeassistant/sensor/x{n}/config", {**CONFIG, "stat_t": f"a/{n}"}) for n in range(9)))
    assert len(catalogue.chapters) == 3
    assert len(catalogue.topics) == 3
    changed = learn(catalogue, "homeassistant/sensor/x0/config", text({**CONFIG, "stat_t": "a/new"}))
    assert "a/new" in changed.topics
    monkeypatch.setattr(module, "MOST_TOLD", 3)
    assert (
        learn(changed, "homeassistant/sensor/x1/config", text({**CONFIG, "stat_t": "e/f", "avty_t": "g/h"})) is changed
    )


def test_topics_that_describe_nothing_cost_nothing():
    catalogue = Catalogue()
    for topic in (
        "tele/plug/SENSOR",
        "a/config",
        "homeassistant/x/config",
        "devices",
        "$SYS/a/$name",
        "x/$unit",
        "",
        "/",
    ):
        assert learn(catalogue, topic, b"{}") is catalogue
        assert not catalogue.describes(topic)
