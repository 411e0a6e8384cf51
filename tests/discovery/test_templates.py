"""Value templates: what is translated gives what Jinja gives, or is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined

from ingest.discovery.sandbox import emit_parts
from ingest.discovery.templates import Pick, translate
from ingest.discovery.told import Linear
from ingest.selectors import as_number

JINJA = Environment(undefined=StrictUndefined)

CONSTANTS = st.one_of(st.integers(1, 5000), st.floats(0.001, 1000).map(lambda number: round(number, 4)))
SOURCES = st.sampled_from(
    [
        "value",
        "value_json.a",
        "value_json['a']",
        'value_json["b c"].d',
        "value_json.l[1]",
        "value_json.get('a')",
        "value_json.s",
    ]
)


def arithmetic(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    right = st.tuples(inner, st.sampled_from("+-*/"), CONSTANTS).map(lambda one: f"({one[0]} {one[1]} {one[2]})")
    left = st.tuples(CONSTANTS, st.sampled_from("+-*"), inner).map(lambda one: f"({one[0]} {one[1]} {one[2]})")
    return st.one_of(right, left, inner.map(lambda one: f"(-{one})"), inner.map(lambda one: f"({one}) | float"))


PIECES = (
    *(
        "value",
        "value_json",
        ".a",
        "['a']",
        "[0]",
        "|",
        "float",
        "round",
        "(",
        ")",
        "1",
        "2.5",
        "+",
        "*",
        "/",
        "{%",
        "%}",
    ),
    *("if", "else", "for", "set", "~", "'x'", "default", ",", "is_defined", ".update", "**", "lower", "abs", "-", " "),
)
EXPRESSIONS = st.recursive(SOURCES.map(lambda source: f"({source} | float)"), arithmetic, max_leaves=3)
NUMBERS = st.one_of(st.integers(-10_000, 10_000), st.floats(-1e6, 1e6).map(lambda number: round(number, 3)))


def picked(pick: Pick, document: object) -> float | None:
    paths, scale, read = emit_parts(pick)
    number = read(document) if read is not None else Linear(paths, scale, 0.0)(document)
    return as_number(number)


@settings(max_examples=300, deadline=None)
@given(expression=EXPRESSIONS, number=NUMBERS)
def test_arithmetic_is_what_jinja_reckons(expression, number):
    template = f"{{{{ {expression} }}}}"
    bare = "value_json" not in expression
    document = str(number) if bare else {"a": number, "b c": {"d": number}, "l": [0, number], "s": str(number)}
    pick = translate(template)
    assert pick is not None, template
    names = {"value": document} if bare else {"value_json": document}
    wanted = float(JINJA.from_string(template).render(names))
    assert picked(pick, document) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(number=NUMBERS, places=st.integers(0, 4), factor=CONSTANTS)
def test_rounding_is_dropped_and_nothing_else(number, places, factor):
    template = f"{{{{ (value | float / {factor}) | round({places}) }}}}"
    wanted = float(JINJA.from_string(template).render(value=str(number)))
    assert abs(picked(translate(template), str(number)) - wanted) <= 0.5 * 10**-places + 1e-9
    whole = int(JINJA.from_string("{{ value | int }}").render(value=str(number)))
    assert abs(picked(translate("{{ value | int }}"), str(number)) - whole) < 1


@settings(max_examples=300, deadline=None)
@given(
    parts=st.lists(st.sampled_from(PIECES), max_size=10),
    number=st.integers(1, 99),
)
def test_whatever_is_written_the_value_is_jinjas_or_nothing(parts, number):
    template = "{{" + " ".join(parts) + "}}"
    pick = translate(template)
    if pick is None or "is_defined" in template:
        return
    document = {"a": number}
    try:
        wanted = float(JINJA.from_string(template).render(value_json=document, value="no number"))
    except Exception:
        return  # Jinja has no value here, or it is no number
    found = picked(pick, document)
    assert found is None or math.isclose(found, wanted, rel_tol=1e-9, abs_tol=0.5)


@pytest.mark.parametrize(
    ("template", "paths", "scale", "offset"),
    [
        ("{{ value }}", ("@",), 1, 0),
        ("{{ value_json }}", ("@",), 1, 0),
        ("{{value_json.power}}", ("power",), 1, 0),
        ('{{value_json["energy"].value}}', ("energy.value",), 1, 0),
        ("{{ value_json['ENERGY']['Power'][0] }}", ("ENERGY.Power[0]",), 1, 0),
        ("{{ value_json['a-b'] }}", ('"a-b"',), 1, 0),
        ("{{ value_json['switch:0'].apower | default(0) }}", ('"switch:0".apower',), 1, 0),
        ("{{ value_json.a | default(value_json.b) }}", ("a", "b"), 1, 0),
        ("{{ value_json.a | is_defined }}", ("a",), 1, 0),
        ("{{ value_json.a | float(0) | round(1) }}", ("a",), 1, 0),
        ("{{ value | float * 1.8 + 32 }}", ("@",), 1.8, 32),
        ("{{ '%.1f' | format(value_json.t | float / 10) }}", ("t",), 0.1, 0),
        ("{{ value | multiply(0.001) }}", ("@",), 0.001, 0),
        ("{{ 100 - value_json.a | int }}", ("a",), -1, 100),
        ("{{ float(value_json.a, default=0) / (60 * 1000) }}", ("a",), 1 / 60_000, 0),
        ("{{ value_json.a | float / 1000 | round(1) }}", ("a",), 0.001, 0),
        ("{{ value_json.a if value_json.a is defined else 0 }}", ("a",), 1, 0),
        ("{{ value_json.a | float / 10 if value_json.a is defined }}", ("a",), 0.1, 0),
        ("{% if value_json.a is defined %}{{ value_json.a }}{% endif %}", ("a",), 1, 0),
        ("{%if value_json['a'] is defined%} {{ value_json['a'] | round(1) }} {%else%} {{ 0 }} {%endif%}", ("a",), 1, 0),
        ("{{- value_json.a -}}", ("a",), 1, 0),
    ],
)
def test_the_common_shapes_become_paths_and_arithmetic(template, paths, scale, offset):
    pick = translate(template)
    assert pick is not None
    assert pick.paths == paths
    assert (pick.scale, pick.offset) == pytest.approx((scale, offset))


@pytest.mark.parametrize(
    "template",
    [
        "",
        "text",
        "{{ value_json.update }}",  # Jinja finds the method of the table
        "{{ value_json._x }}",
        "{{ value.a }}",
        "{{ states('sensor.x') }}",
        "{{ value_json.a + value_json.b }}",
        "{{ 10 / value_json.a }}",
        "{{ value_json.a ** 2 }}",
        "{{ value_json.a | lower | float }}",
        "{{ value_json.a / 0 }}",
        "{{ 'x' }}",
        "{{ value_json.a }} W",
        "{% if value == '1' %}heat{% else %}off{% endif %}",
        "{{ 'ON' if value else 'OFF' }}",
        "{{ value_json.a if value_json.b is defined else 0 }}",
        "{{ value_json.a if value_json.a is defined else value_json.b }}",
        "{{ value_json.a if value_json.a is number else 0 }}",
        "{{ 5 if value_json.a is defined else 0 }}",
        "{% if value_json.a is defined %}{{ value_json.a }}{% elif value %}1{% endif %}",
        "{% if value_json.a is defined %}{{ value_json.a }} W{% endif %}",
        "{{ value_json[value] }}",
        "{{ value_json.a",
        "{{ " + "(" * 900 + "value" + ")" * 900 + " }}",
        "{{ value_json.a }}" + " " * 3000,
    ],
)
def test_every_other_shape_is_refused(template):
    assert translate(template) is None


def test_what_is_missing_is_nothing_whatever_the_default():
    for template in (
        "{{ value_json.a if value_json.a is defined else 0 }}",
        "{{ value_json.a | default(0) }}",
        "{{ value_json.a | float(0) * 2 + 1 }}",
        "{{ value_json.get('a', 0) }}",
    ):
        assert picked(translate(template), {"b": 1}) is None
