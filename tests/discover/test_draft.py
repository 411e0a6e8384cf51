"""A drafted home: what betrays what, nothing dropped, and no name that can break the file."""

import json
import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.config import read_toml, shipped_dir
from heatledger.home import Home, resolve
from heatledger.plain import quoted, shown
from heatledger.quantities import QUANTITIES
from heatledger.readings import Reading
from heatledger.survey import draft, guess
from heatledger.survey.heard import Surveyor
from ingest.decode import Decoder

FRAME = Home(id="home", name="My home", timezone="UTC", currency="EUR")
HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.sampled_from(
        ['"', '"""', "]]", "[[meters]]", "a\nb", "\\", "#", "'''", "a:b", "é", "\x7f", "\x00", "\u2028", "= 1", "/"]
    ),
)


def survey(*rows):
    """What was heard, as (family, device, channel, quantity, value)."""
    heard = Surveyor()
    for number, (family, device, channel, quantity, value) in enumerate(rows):
        unit, kind = QUANTITIES[quantity].unit, QUANTITIES[quantity].kind
        heard.recall([Reading("home", family, device, channel, quantity, number, value, unit, kind)])
    return heard.survey()


def drafted(*rows):
    return guess.draft(survey(*rows), FRAME)


def plug(device, watts=10.0, kwh=1.0, family="tasmota", channel=""):
    return (family, device, channel, "power", watts), (family, device, channel, "energy", kwh)


def meters(made):
    return {meter.id: meter for meter in made.home.meters}


def test_tariff_registers_of_a_smart_meter_are_summed_into_the_main_meter():
    rows = [("dsmr_reader", "p1", f"tariff_{n}", "energy", 800.0 + n) for n in (1, 2)]
    made = drafted(*rows, ("dsmr_reader", "p1", "", "power", 300.0), *plug("fridge"))
    assert meters(made)["main"].sum == ("p1:tariff_1", "p1:tariff_2")
    assert meters(made)["fridge"].parent == "main"


def test_three_clamps_are_one_main_meter_and_two_are_two_circuits():
    def clamp(device, n):
        returned = ("shelly_gen1", device, str(n), "energy_returned", 0.0)
        return *plug(device, 100.0 + n, 50.0, "shelly_gen1", str(n)), returned

    made = drafted(*(row for n in range(3) for row in clamp("em", n)), *plug("fridge", 1.0, 900.0))
    assert meters(made)["main"].sum == ("em:0", "em:1", "em:2")
    made = drafted(*(row for n in range(2) for row in clamp("em", n)), *plug("main grid", 500.0, 900.0))
    assert meters(made)["main"].points == ("main grid",)
    assert {meters(made)[name].points for name in ("em_0", "em_1")} == {("em:0",), ("em:1",)}


def test_one_plug_is_no_main_meter_and_the_file_says_so():
    made = drafted(*plug("kettle"))
    assert meters(made)["kettle"].role == "circuit"
    assert "No meter was taken for the whole home's" in draft.render(made)


def test_one_register_told_by_two_families_is_a_duplicate():
    made = drafted(
        *plug("main grid", 900.0, 5000.0), *plug("washer", 10.0, 77.7), *plug("ha washer", 10.0, 77.75, "ha")
    )
    twin = meters(made)["washer"]
    assert (twin.role, twin.of) == ("duplicate_of", "ha_washer")


@pytest.mark.parametrize(
    ("name", "role"), [("PV roof", "solar"), ("wallbox", "ev"), ("powerwall", "battery"), ("dryer", "circuit")]
)
def test_a_word_in_a_name_gives_the_role(name, role):
    made = drafted(*plug("main grid", 900.0, 5000.0), *plug(name))
    assert [meter.role for meter in made.home.meters if meter.id != "main"] == [role]


def test_a_water_heat_pump_takes_its_own_count_or_a_meter_of_its_name():
    pump = [("heishamon", "aquarea", "", "flow_temp", 35.0), ("heishamon", "aquarea", "", "mode", "heat")]
    own = ("heishamon", "aquarea", "", "power", 900.0)
    made = drafted(*pump, own)
    assert [(p.kind, p.meter) for p in made.home.heat_pumps] == [("air_to_water", "aquarea")]
    made = drafted(*pump, *plug("Heat pump meter"), *plug("main grid", 900.0, 5000.0))
    assert [(p.kind, p.meter) for p in made.home.heat_pumps] == [("air_to_water", "heat_pump_meter")]
    made = drafted(*pump)
    assert made.home.heat_pumps == ()
    ((name, why),) = made.left
    assert name == "aquarea"
    assert "no meter of its circuit was heard" in why


def test_a_radiator_thermostat_is_a_zone_and_no_heat_pump():
    said = {"temperature": 20.0, "mode": "heat", "action": "idle", "valve_position": 40.0}
    made = drafted(*(("zigbee2mqtt", "Hall/thermostat", "", name, value) for name, value in said.items()))
    assert [zone.name for zone in made.home.zones] == ["Hall"]
    assert made.home.heat_pumps == ()


def test_several_climates_of_one_device_are_heads_of_their_own():
    rows = [
        ("esphome", "node", room, name, value)
        for room in ("attic", "cellar")
        for name, value in (("mode", "cool"), ("action", "cooling"), ("temperature", 21.0))
    ]
    made = drafted(*rows, *plug("outdoor unit", family="shelly_gen2"))
    (pump,) = made.home.heat_pumps
    assert pump.kind == "multi_split"
    assert {head.device for head in pump.heads} == {"node:attic", "node:cellar"}
    assert {zone.temperature for zone in made.home.zones} == {"node:attic", "node:cellar"}


def test_a_second_and_an_outdoor_thermometer_are_listed_not_zoned():
    rows = [
        ("zigbee2mqtt", name, "", "temperature", 20.0)
        for name in ("Kitchen", "Kitchen sensor", "Garden sensor", "Fridge")
    ]
    made = drafted(*rows)
    assert [zone.temperature for zone in made.home.zones] == ["Kitchen"]
    assert {name for name, _ in made.left} == {"Kitchen sensor", "Garden sensor", "Fridge"}


def test_a_name_that_two_families_have_is_written_with_its_family():
    made = drafted(*plug("attic"), *plug("attic", family="kasa_mqtt"), *plug("main grid", 900.0, 5000.0))
    points = {meter.points for meter in made.home.meters}
    assert points == {("tasmota:attic",), ("kasa_mqtt:attic",), ("main grid",)}


def test_what_a_home_file_says_already_beside_its_devices_is_kept():
    told = read_toml(shipped_dir() / "homes" / "demo.toml", Home)
    bare = {"zones": (), "meters": (), "heat_pumps": (), "outdoor_temperature": None}
    made = guess.draft(survey(*plug("kettle")), msgspec.structs.replace(told, **bare))
    again = msgspec.convert(tomllib.loads(draft.render(made)), Home)
    assert again == made.home
    assert (again.cycle, again.budget, again.tariff) == (told.cycle, told.budget, told.tariff)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["tasmota", "faikin", "heishamon", "zigbee2mqtt", "ha", "dsmr_reader", "ecowitt"]),
        HOSTILE,
        st.sampled_from(["", "", "a", "b", "c", "0", "1", "2", "L1", "tariff_1", "tariff_2", 'x"]\n']),
        st.sampled_from(["power", "energy", "temperature", "humidity", "outdoor_temp", "mode", "action", "flow_temp",
                         "compressor_freq", "fan", "online", "energy_returned", "outdoor_humidity"]),
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip
WORD = {"mode": "cool", "action": "cooling", "fan": "auto", "online": True}


@settings(deadline=None, max_examples=200)
@given(ROWS)
def test_whatever_was_heard_the_file_reads_back_points_resolve_and_nothing_is_dropped(rows):
    heard = survey(*((*row, WORD.get(row[3], 12.5)) for row in rows))
    made = guess.draft(heard, FRAME)
    text = draft.render(made)
    assert msgspec.convert(tomllib.loads(text), Home) == made.home
    home, keys = made.home, heard.keys()
    means(home, keys)
    lines = [line for line in text.splitlines() if line.startswith("#")]
    named = [point for meter in home.meters for point in (*meter.points, *meter.sum)]
    named += [point for zone in home.zones for point in (zone.temperature, zone.humidity) if point]
    named += [head.device for pump in home.heat_pumps for head in pump.heads] + [home.outdoor_temperature or ""]
    for device in heard.devices:
        listed = any(shown(device.name) in line for line in lines)
        assert listed or any(device.name in point for point in named), device


def means(home, keys):
    for point, quantities in (
        *((zone.temperature, ["temperature"]) for zone in home.zones),
        *((zone.humidity, ["humidity"]) for zone in home.zones),
        *((point, ["energy", "power"]) for meter in home.meters for point in (*meter.points, *meter.sum)),
        *((head.device, ["mode", "action", "compressor_freq"]) for pump in home.heat_pumps for head in pump.heads),
        (home.outdoor_temperature, ["outdoor_temp"]),
    ):
        assert point is None or any(resolve(point, quantity, keys) for quantity in quantities), point
    twice = [point for meter in home.meters if meter.role != "duplicate_of" for point in (*meter.points, *meter.sum)]
    assert len(twice) == len(set(twice))
    ids = {meter.id for meter in home.meters}
    assert all(meter.parent is None or meter.parent in ids for meter in home.meters)
    assert all(pump.meter in ids for pump in home.heat_pumps)
    assert all(head.zone in {zone.id for zone in home.zones} for pump in home.heat_pumps for head in pump.heads)


@given(st.text())
def test_a_quoted_text_reads_back_and_a_shown_one_stays_on_its_line(text):
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert tomllib.loads(f"a = {quoted(text)}")["a"] == whole
    assert tomllib.loads(f"a = 1  # {shown(text)}\n") == {"a": 1}
    assert shown(text).isprintable()


@pytest.mark.reference
def test_every_device_of_the_reference_has_its_place_or_is_listed(shared: Path, shipped):
    decoder, heard = Decoder(shipped.devices), Surveyor()
    files = sorted((shared / "mqtt" / "corpus").glob("*.jsonl"))
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    for number, line in enumerate(map(json.loads, lines)):
        if isinstance(line.get("payload"), str) and "topic" in line:
            payload = line["payload"].encode("utf-8", "surrogateescape")
            found = decoder.decode(line["topic"], payload, retain=False, received_us=number * 1_000_000)
            heard.understood(line["topic"], found.readings, number * 1_000_000)
    result = heard.survey()
    assert len(result.devices) > 100
    made = guess.draft(result, FRAME)
    assert msgspec.convert(tomllib.loads(draft.render(made)), Home) == made.home
    means(made.home, result.keys())
    assert {"mini_split", "air_to_water"} <= {pump.kind for pump in made.home.heat_pumps}


def test_a_main_meter_in_phases_is_one_meter_and_no_circuit_beside_it():
    phases = [("heishamon", "grid", channel, "power", 400.0) for channel in ("a", "b")]
    made = drafted(*phases, *plug("kettle"))
    assert [(meter.role, meter.sum) for meter in made.home.meters] == [
        ("import", ("grid:a", "grid:b")),
        ("circuit", ()),
    ]


def test_heads_whose_registers_stand_at_one_figure_report_one_outdoor_unit_which_is_counted_once():
    def head(name, kwh):
        said = (("mode", "heat"), ("compressor_freq", 40.0), ("energy", kwh))
        return [("faikin", name, "", quantity, value) for quantity, value in said]

    made = drafted(*plug("main grid", 900.0, 5000.0), *head("Bed", 812.4), *head("Study", 812.4), *head("Den", 95.1))
    assert [(pump.kind, len(pump.heads)) for pump in made.home.heat_pumps] == [("multi_split", 2), ("mini_split", 1)]
    counted = [meter.points for meter in made.home.meters if meter.role != "import"]
    assert counted == [("Bed",), ("Den",)]
    assert "stand at the same 812.4 kWh" in draft.render(made)
