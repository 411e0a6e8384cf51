"""Every device file that ships proves itself, and the pages written from them are up to date."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import jmespath
import pytest

from heatledger.config import load, read_toml
from heatledger.devices import DeviceFile
from heatledger.emits import DecodeConfig
from heatledger.quantities import QUANTITIES
from heatledger.readings import Flag
from heatledger.topics import compile_shape
from ingest.decode import Decoder
from tests.decode.conftest import PATHS

ROOT = Path(__file__).parents[2]
NOW_US = 1_772_352_060_000_000
EXAMPLES = [
    pytest.param(path, number, id=f"{path.stem}-{number}")
    for path in PATHS
    for number in range(len(read_toml(path, DeviceFile).examples))
]


def outcome(decoder, example):
    """The readings an example gives, and the ones it must give, in one form."""
    config = DecodeConfig(temp_unit=example.temp_unit, map=example.map)
    decoded = decoder.decode(
        example.topic, example.payload.encode(), retain=example.retain, received_us=NOW_US, config=config
    )
    given = {
        (reading.device, reading.channel, reading.quantity): (
            reading.value if isinstance(reading.value, str | bool) else pytest.approx(reading.value, rel=1e-9),
            reading.unit,
            reading.reset,
            reading.flags & ~(Flag.RETAINED | Flag.CLOCK_LOST),  # of the message, not of the file
        )
        for reading in decoded.readings
    }
    wanted = {
        (one.device, one.channel, one.quantity): (
            one.value,
            one.unit or QUANTITIES[one.quantity].unit,
            one.reset if QUANTITIES[one.quantity].kind == "counter" else "",
            sum(Flag[flag.upper()] for flag in one.flags),
        )
        for one in example.expect
    }
    return given, wanted


@pytest.mark.parametrize(("path", "number"), EXAMPLES)
def test_every_example_decodes_to_what_its_file_says(files, decoder, path, number):
    given, wanted = outcome(decoder, files[path.stem].examples[number])
    assert given == wanted


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_file_has_examples_a_home_page_and_its_own_name(files, path):
    file = files[path.stem]
    assert file.family == path.stem
    assert file.name
    assert file.about.startswith("https://")
    assert any(example.expect for example in file.examples) == bool(file.rules)
    assert any(not example.expect for example in file.examples)
    assert file.caveats


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_quantity_of_a_file_is_shown_by_one_of_its_examples(files, path):
    file = files[path.stem]
    shown = {one.quantity for example in file.examples for one in example.expect}
    rules = [row for rule in file.rules for row in (*rule.emit, *(row for each in rule.each for row in each.emit))]
    assert {row.quantity for row in rules} - shown == set()


def test_every_command_is_known_to_hold_no_readings(files, decoder):
    told = [message for file in files.values() for example in file.told for message in example.messages]
    assert len(told) > 60
    for topic, payload in told:
        decoded = decoder.decode(topic, payload.encode(), retain=False, received_us=NOW_US)
        assert (decoded.readings, decoded.outcome) == ([], "ignored"), topic


def test_no_path_compares_with_a_field_called_null(files):
    texts = [path.read_text(encoding="utf-8") for path in PATHS]
    assert [text for text in texts if re.search(r"[!=]= null", text)] == []
    assert jmespath.search("a == `null`", {}) is True


def test_no_family_is_named_in_the_engine(files):
    makers = {"tasmota", "shelly", "zigbee", "daikin", "faikin", "mitsubishi", "ecowitt", "esphome", "homie", "midea"}
    makers |= {
        "altherma",
        "ebusd",
        "ecodan",
        "heishamon",
        "nibe",
        "opentherm",
        "panasonic",
        "vaillant",
        "homeassistant",
    }
    engine = [ROOT / "heatledger" / name for name in ("devices.py", "topics.py", "vocabulary.py")]
    engine += [ROOT / "ingest" / name for name in ("decode.py", "rules.py", "rows.py", "selectors.py")]
    code = [re.sub(r'"""(?:[^"]|"(?!""))*"""', "", path.read_text(encoding="utf-8")).lower() for path in engine]
    assert [maker for maker in makers for text in code if maker in text] == []


def script(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_supported_page_is_what_the_files_say(files):
    module = script("supported")
    assert module.PAGE.read_text(encoding="utf-8") == module.render(list(files.values())), "run scripts/supported.py"


def test_the_schema_is_what_the_code_says():
    module = script("schema")
    written = (module.FOLDER / "device.schema.json").read_text(encoding="utf-8")
    assert written == module.schema(DeviceFile), "run scripts/schema.py"


def test_the_page_on_adding_a_device_works_step_by_step(tmp_path):
    page = (ROOT / "docs" / "add-a-device.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d)\.", page, re.MULTILINE) == ["1", "2", "3", "4", "5"]
    folder = tmp_path / "config" / "devices"
    folder.mkdir(parents=True)
    (folder / "ventos.toml").write_text(re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1], encoding="utf-8")
    devices = load(data_dir=tmp_path, environ={}).devices
    mine = next(file for file in devices if file.family == "ventos")
    assert len(devices) == len(PATHS) + 1
    decoder = Decoder(devices)
    given, wanted = outcome(decoder, mine.examples[0])
    assert given == wanted
    heard = re.findall(r"^    (attic/\S+) (.*)$", page, re.MULTILINE)
    assert len(heard) == 2
    for topic, payload in heard:
        assert decoder.decode(topic, payload.encode(), retain=False, received_us=NOW_US).readings, topic


def test_what_the_page_says_of_values_without_a_name_works(tmp_path):
    page = (ROOT / "docs" / "add-a-device.md").read_text(encoding="utf-8")
    folder = tmp_path / "config" / "devices"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[1], encoding="utf-8")
    decoder = Decoder(load(data_dir=tmp_path, environ={}).devices)
    heard = re.findall(r"^    ((?:emon|tuya|mitsubishi2mqtt)/\S+) (.*)$", page, re.MULTILINE)
    readings = [
        (one.family, one.device, one.channel, one.quantity, one.value, one.reset)
        for topic, payload in heard
        for one in decoder.decode(topic, payload.encode(), retain=False, received_us=NOW_US).readings
    ]
    assert readings == [
        ("emonhub", "heatpump", "", "power", 870.5, ""),
        ("emonhub", "heatpump", "", "heat_power", 3300.0, ""),
        ("emonhub", "emontx", "E2", "energy", 120.5, "reboot"),
        ("tuya_mqtt", "boiler", "1", "switch", "on", ""),
        ("tuya_mqtt", "boiler", "boiler", "power", 2140.0, ""),
        ("mitsubishi2mqtt", "Den", "", "temperature", 20.0, ""),
    ]


def test_every_word_of_the_page_is_a_key_of_a_device_file():
    from heatledger import devices as module

    page = (ROOT / "docs" / "add-a-device.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
    words = {word for row in rows for word in re.findall(r"`(\w+)`", row)}
    structs = (module.DeviceFile, module.Rule, module.Each, module.Emit, module.TopicIf)
    assert words - {field for struct in structs for field in struct.__struct_fields__} == set()


def test_most_literal_shape_wins():
    shapes = [
        "{device:path}",
        "{base}/{device:path}",
        "{base:z*}/{device:path}",
        "{base}/bridge/state",
        "state/{device}",
    ]
    ranks = [compile_shape(shape).rank for shape in shapes]
    assert ranks == sorted(ranks)
