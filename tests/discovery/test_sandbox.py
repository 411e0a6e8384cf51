"""Templates of other shapes run only where allowed, only where they must end, and never do harm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.discovery.sandbox import LARGEST_PAYLOAD, LONGEST_OUTPUT, Sandboxed, allowed, reader
from tests.discovery.conftest import heard

MODE = "{% if value_json.m == 1 %}heat{% elif value_json.m == 2 %}cool{% else %}off{% endif %}"


@pytest.mark.parametrize(
    ("template", "document", "wanted"),
    [
        (MODE, {"m": 2}, "cool"),
        ("{{ 'ON' if value_json.on else 'OFF' }}", {"on": True}, "ON"),
        ("{% set names = {'0': 'off', '4': 'heat'} %}{{ names[value] }}", "4", "heat"),
        ("{% set v = value | int %}{% if v > 3 %}heat{% else %}off{% endif %}", "4", "heat"),
        ("{{ value_json.a + value_json.b }}", {"a": 1, "b": 2.5}, "3.5"),
        ("{{ value.split(';')[1] | float / 10 }}", "12;215;3", "21.5"),
        ("{{ value_json.x | replace('W', '') | trim }}", {"x": "120 W"}, "120"),
        ("{{ iif(value_json.x > 5, 'heating', 'idle') }}", {"x": 7}, "heating"),
        ("{{ value_json.x | round(-1) }}", {"x": 17}, "20.0"),
        ("{{ value_json.x | float }}", {"x": "no"}, None),
        ("{{ value_json.y }}", {"x": 1}, None),
        ("{{ value_json.m }}", "not JSON", None),
    ],
)
def test_a_template_decides_looks_up_and_reckons(template, document, wanted):
    assert allowed(template)
    assert Sandboxed(template)(document) == wanted


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(10 ** 9) %}x{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ value.__class__.__mro__ }}",
        "{{ value_json.items() }}",
        "{{ ''.format(value) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ lipsum() }}",
        "{{ 9 ** 999999999 }}",
        "{% set a = 'x' ~ 'y' %}{{ a }}",
        "{% set a = value * 9 %}{{ a }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% filter upper %}x{% endfilter %}",
        "{{ value | map('int') | list }}",
        "{{ value | pprint }}",
        "{{ value.join(value_json) }}",
        "{{ self }}{% block a %}{{ self.a() }}{% endblock %}",
        "{{ value",
        "{{ " + " + ".join(["value"] * 400) + " }}",
        "{{ value }}" + " " * 3000,
    ],
)
def test_what_might_not_end_or_reaches_out_is_refused_before_it_runs(template):
    assert not allowed(template)


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'x' * 1000000000 }}",
        "{{ value * 1000000000 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 5 | round(-1000000000) }}",
        "{{ value | replace('a', value) | replace('a', value) | replace('a', value) }}",
        "{{ value ~ value ~ value }}",
        "{{ value_json['__class__'].x.y }}",
        "{{ value['__class__'] }}",
        "{{ value.upper.__globals__ }}",
        "{{ 1 / 0 }}",
        "{{ (value_json,) * 99999999 }}",
    ],
)
def test_what_would_grow_or_reach_out_gives_nothing_at_once(template, bar_s):
    start = time.process_time()
    result = Sandboxed(template)("a" * 40_000)
    assert time.process_time() - start < bar_s(2)
    assert result is None or len(str(result)) <= LONGEST_OUTPUT


def test_a_payload_too_large_is_not_shown():
    assert Sandboxed("{{ value | length }}")("a" * LARGEST_PAYLOAD) == str(LARGEST_PAYLOAD)
    assert Sandboxed("{{ value | length }}")("a" * (LARGEST_PAYLOAD + 1)) is None


WORDS = st.sampled_from(
    "value value_json .a ['a'] [0] | float int round replace ( ) { } {{ }} {% %} if else endif set = x 'y' 1 2.5 + * / ~ , : == in and not default lower .get .split .upper - % //".split()  # noqa: E501, SIM905 - a grammar in a row
)
DOCUMENTS = st.one_of(
    st.text(max_size=20),
    st.dictionaries(st.sampled_from("ab"), st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=9))),
)


@settings(max_examples=400, deadline=None)
@given(words=st.lists(WORDS, max_size=14), document=DOCUMENTS)
def test_whatever_is_written_nothing_is_raised(words, document):
    found = reader("{{ " + " ".join(words) + " }}", templates=True)
    if found is not None and callable(found):
        written = found(document)
        assert written is None or (isinstance(written, str) and len(written) <= LONGEST_OUTPUT)


def test_templates_run_only_where_the_user_allows_it(say):
    config = {"mode_stat_t": "den/ac", "mode_stat_tpl": MODE, "dev": {"name": "Den"}}
    message = ("homeassistant/climate/den/config", config)
    assert heard(message).on("den/ac") is None
    found = say(heard(message, templates=True), "den/ac", {"m": 1}).readings
    assert [(one.device, one.quantity, one.value) for one in found] == [("Den", "mode", "heat")]


def test_a_number_from_a_template_is_converted_like_any_other(say):
    config = {"stat_t": "den/p", "unit_of_meas": "kW", "val_tpl": "{{ value_json.a + value_json.b }}"}
    found = say(
        heard(("homeassistant/sensor/den/config", config), templates=True), "den/p", {"a": 1, "b": 0.5}
    ).readings
    assert [(one.quantity, one.value, one.unit) for one in found] == [("power", 1500.0, "W")]
