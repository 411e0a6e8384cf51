"""A device file that cannot be meant is one line: file, key, mend."""

from __future__ import annotations

import pytest

from heatledger.config import ConfigError, load, read_toml
from heatledger.devices import DeviceFile
from heatledger.topics import compile_shape, render

GOOD = """
family = "good"
[[rules]]
topics = ["g/{device}"]
device = "{device}"
emit = [{ quantity = "power", path = "p", unit = "W" }]
"""

BAD = [
    ('quantity = "power"', 'quantity = "powr"', "did you mean 'power'?", "rules[0].emit[0]"),
    ('unit = "W"', 'unit = "kw"', "unknown unit 'kw'; known: W, kW", "rules[0].emit[0]"),
    ('unit = "W"', 'unit = "kWh"', "does not measure power", "rules[0].emit[0]"),
    (', unit = "W"', "", "power needs its source unit; add one like unit = 'W'", "rules[0].emit[0]"),
    ('quantity = "power"', 'quantity = "mode"', "mode is a state and has no unit; remove unit", "rules[0].emit[0]"),
    (
        'quantity = "power", path = "p", unit = "W"',
        'quantity = "mode", words = { a = "hot" }',
        "'hot' is no mode",
        "emit[0]",
    ),
    ('unit = "W"', 'unit = "W", reset = "reboot"', "power is no counter; remove reset", "rules[0].emit[0]"),
    ('unit = "W"', 'unit = "W", scael = 2.0', "did you mean 'scale'?", "rules[0].emit[0]"),
    ('unit = "W"', 'unit = "W", reset = "sometimes"', "invalid enum value 'sometimes'", "rules[0].emit[0].reset"),
    ('path = "p"', 'path = "em:0.p"', "is no JMESPath", "rules[0].emit[0]"),
    ('path = "p"', 'path = "p[", when = "x"', "is no JMESPath", "rules[0].emit[0]"),
    (
        'quantity = "power", path = "p", unit = "W"',
        'quantity = "price", unit = "pence"',
        "like EUR/kWh",
        "rules[0].emit[0]",
    ),
    ('path = "p"', 'path = ""', "`str` of length >= 1", "rules[0].emit[0].path"),
    ('path = "p"', "path = 5", "expected", "rules[0].emit[0].path"),
    ('"g/{device}"', '"g/{device"', "cannot stand there; write captures as {name}", "rules[0]"),
    ('"g/{device}"', '"g/+/{device}"', "no + or #", "rules[0]"),
    ('"g/{device}"', '"g/{de vice}"', "is no capture; write {name}", "rules[0]"),
    ('"g/{device}"', '"g/x{device:path}"', "must be a level of its own", "rules[0]"),
    ('"g/{device}"', '"{device}/{device}"', "captures a name twice", "rules[0]"),
    ('"g/{device}"', '"g/{name}"', "nothing captures {device} in 'g/{name}'", "rules[0]"),
    ('topics = ["g/{device}"]', "", "the rule has none; add topics", "rules[0]"),
    ('device = "{device}"\n', "", "missing required field `device`", "rules[0]"),
    ('family = "good"', "", "missing required field `family`", "top level"),
    ('family = "good"', 'family = "Good One"', "matching regex", "family"),
    ('family = "good"', 'family = "good"\nfamly = "x"', "did you mean 'family'?", "top level"),
    ('family = "good"', 'family = "good"\nreject = { range = { powr = [0, 1] } }', "did you mean 'power'?", "reject"),
    ('family = "good"', 'family = "good"\nignore = ["x/{"]', "write captures as {name}", "ignore"),
    ('family = "good"', 'family = "good', "not TOML", ""),
]


@pytest.mark.parametrize(("right", "wrong", "mend", "key"), BAD)
def test_a_mistake_is_one_line_naming_file_key_and_mend(tmp_path, right, wrong, mend, key):
    assert right in GOOD
    folder = tmp_path / "config" / "devices"
    folder.mkdir(parents=True)
    path = folder / "good.toml"
    path.write_text(GOOD.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load(data_dir=tmp_path, environ={})
    line = str(error.value)
    assert line.startswith(f"{path}: ")
    assert mend in line
    assert key in line
    assert "\n" not in line


def test_the_file_without_a_mistake_is_taken(tmp_path):
    path = tmp_path / "good.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert read_toml(path, DeviceFile).family == "good"


@pytest.mark.parametrize(
    ("shape", "topic", "captures"),
    [
        ("a/{x}", "a/b", {"x": "b"}),
        ("a/{x}", "a/b/c", None),
        ("a/{x}", "a/", None),
        ("{x:path}/z", "a//b/z", {"x": "a//b"}),
        ("{x:path}/z", "z", None),
        ("{x:path?}/z", "z", {"x": ""}),
        ("{x:path?}/t/{y:path?}/S", "t/S", {"x": "", "y": ""}),
        ("{x:path?}/t/{y:path?}/S", "a/b/t/c/S", {"x": "a/b", "y": "c"}),
        ("{x:path?}/t/{y:path?}/S", "att/S", None),
        ("/{x}/e", "/den/e", {"x": "den"}),
        ("p{n:int}", "p12", {"n": "12"}),
        ("p{n:int}", "px", None),
        ("p{n:int}", "p²", None),
        ("{w:a*|b}:{n}", "abc:d:e", {"w": "abc", "n": "d:e"}),
        ("{w:a*|b}:{n}", "bc:d", None),
        ("a.b/{x}", "aXb/c", None),
        ("ä/{x}", "ä/ line\nbreak", {"x": " line\nbreak"}),
    ],
)
def test_a_shape_captures_levels_and_parts_of_levels(shape, topic, captures):
    assert compile_shape(shape).match(topic) == captures


def test_an_empty_shape_is_none():
    with pytest.raises(ValueError, match="empty; write one like"):
        compile_shape("")


@pytest.mark.parametrize(
    ("template", "captures", "text"),
    [
        ("{a}/{b}", {"a": "x", "b": "y/z"}, "x/y/z"),
        ("{a}/{b}", {"a": "", "b": "y"}, "y"),
        ("{a}/{b}", {"a": "x", "b": ""}, "x"),
        ("em1:{n}", {"n": "0"}, "em1:0"),
        ("{a}", {"a": "{b}"}, "{b}"),
        ("", {}, ""),
    ],
)
def test_a_template_keeps_captures_verbatim(template, captures, text):
    assert render(template, captures) == text
