"""`heatledger discover` against a real broker: what it lists, what it drafts, what it asks."""

import json
import tomllib
from contextlib import closing

import msgspec
import pytest

from heatledger.config import load, read_toml, shipped_dir
from heatledger.home import Home, resolve
from heatledger.store import open_store
from heatledger.survey.heard import Survey
from tests.discover.room import OTHERS, Command, speaking

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

DEMO = {
    ("tasmota", "living room/AC plug"),
    ("faikin", "Living room"),
    ("mitsubishi2mqtt", "Bedroom head"),
    ("mitsubishi2mqtt", "Study head"),
    ("shelly_gen2", "garden/outdoor unit"),
    ("shelly_gen2", "fuse box/whole home"),
    ("zigbee2mqtt", "Kids room/panel heater"),
    ("zigbee2mqtt", "Kids room/thermostat"),
    ("zigbee2mqtt", "Study/window"),
    ("zigbee2mqtt", "zigbee2mqtt"),
    ("shelly_gen1", "water heater"),
    ("ecowitt", "ecowitt2mqtt/Garden station"),
}
REST = {
    ("dsmr_reader", "p1"),
    ("tasmota", "attic/fan plug"),
    ("shelly_gen1", "em"),
    ("esphome", "plug-a"),
    ("midea2mqtt", "guest"),
    ("heishamon", "panasonic_heat_pump"),
    ("kasa_mqtt", "desk"),
    ("homie", "boiler"),
}
UNREAD = {"attic/probe/value", "plug-a/sensor/power/state"}


def one_line(done, code=2):
    assert done.returncode == code, done
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def series_of(data, home):
    with closing(open_store(f"sqlite:///{data / 'heatledger.db'}")) as store:
        return [row.key for row in store.series(home)] if home in store.homes() else []


def test_a_room_of_a_dozen_families_is_listed_drafted_and_resolves(heatledger: Command, demo_words):
    file = heatledger.data / "config" / "homes" / "home.toml"
    with speaking(heatledger.url, (*demo_words, *OTHERS)):
        listed = heatledger("discover", "--seconds", "2.5", "--json")
        told = heatledger("discover", "--seconds", "2.5", "--write", str(file))
        heatledger.ingest(lambda: len({(key.family, key.device) for key in series_of(heatledger.data, "home")}) >= 19)
    assert listed.returncode == told.returncode == 0, listed.stderr + told.stderr
    assert listed.stderr == ""
    heard = msgspec.json.decode(listed.stdout, type=Survey)
    assert {(device.family, device.name) for device in heard.devices} == DEMO | REST
    unread = {row.topic: row for row in heard.not_understood}
    assert set(unread) == UNREAD
    assert unread["attic/probe/value"].sample == '{"t_room":21.5,"mode":"BOOST","elec":{"sum_wh":151300}}'
    assert unread["attic/probe/value"].count >= 2
    assert "need a name" in unread["plug-a/sensor/power/state"].note
    kasa = next(device for device in heard.devices if device.family == "kasa_mqtt")
    assert kasa.values() == {"power": 14.25, "energy": 7.5}
    for line in ("Bedroom head  (mitsubishi2mqtt)", "Heard, not understood:", "outdoor_temp", "°C", "--map TOPIC"):
        assert line in told.stdout
    home = load(data_dir=heatledger.data, environ={}).homes["home"]
    assert home.timezone == "Europe/Berlin"
    assert home.currency == "EUR"
    found = json.loads(heatledger("check", "--json", "--wait", "0.5").stdout)
    assert [issue for issue in found if issue["name"] == "home.point_not_heard"] == []
    assert unresolved(home, series_of(heatledger.data, "home")) == []
    text = file.read_text(encoding="utf-8")
    placed = text.partition("# Heard, and without a place here")
    assert all(f'{name}"' in placed[0] or name in placed[2] or f"{name}:" in placed[0] for _, name in DEMO | REST)
    assert text.count("# guess: ") >= len(home.zones) + len(home.meters) + len(home.heat_pumps)
    assert next(meter for meter in home.meters if meter.role == "import").sum == ("p1:tariff_1", "p1:tariff_2")


def unresolved(home, keys):
    """Points of a home that mean nothing, or more than one thing, for what they are there for."""
    wanted = [(zone.temperature, ("temperature",)) for zone in home.zones]
    wanted += [(zone.humidity, ("humidity",)) for zone in home.zones]
    wanted += [(point, ("energy", "power")) for meter in home.meters for point in (*meter.points, *meter.sum)]
    wanted += [(head.device, ("mode", "compressor_freq")) for pump in home.heat_pumps for head in pump.heads]
    wanted.append((home.outdoor_temperature, ("outdoor_temp",)))
    return [point for point, names in wanted if point and not any(resolve(point, name, keys) for name in names)]


def test_the_demo_home_is_drafted_as_its_home_file_has_it(heatledger: Command, demo_words, tmp_path):
    with speaking(heatledger.url, demo_words):
        done = heatledger("discover", "--seconds", "2", "--write", str(tmp_path / "demo.toml"), "--json")
    assert done.returncode == 0, done.stderr
    heard = msgspec.json.decode(done.stdout, type=Survey).keys()
    true = read_toml(shipped_dir() / "homes" / "demo.toml", Home)
    drafted = read_toml(tmp_path / "demo.toml", Home)
    assert places(drafted, heard) == places(true, heard)
    assert resolve(drafted.outdoor_temperature, "outdoor_temp", heard) == resolve(
        true.outdoor_temperature, "outdoor_temp", heard
    )


def places(home, heard):
    """What a home says by what it means, not by what it is called: rooms are known by their thermometer."""
    zones = {zone.id: resolve(zone.temperature, "temperature", heard) for zone in home.zones}
    meters = {meter.id: resolve(meter.points[0], "power", heard) for meter in home.meters}
    return (
        set(zones.values()),
        {(meters[m.id], m.role, meters.get(m.parent), zones.get(m.zone)) for m in home.meters},
        {
            (
                pump.kind,
                meters[pump.meter],
                frozenset((resolve(h.device, "mode", heard), zones[h.zone]) for h in pump.heads),
            )
            for pump in home.heat_pumps
        },
    )


def test_a_file_that_is_there_is_kept_unless_forced_and_then_beside(heatledger: Command, demo_words, tmp_path):
    file = tmp_path / "home.toml"
    file.write_text("# mine\n")
    line = one_line(heatledger("discover", "--seconds", "1", "--write", str(file)))
    assert "--force" in line
    assert file.read_text() == "# mine\n"
    with speaking(heatledger.url, demo_words):
        done = heatledger("discover", "--seconds", "2", "--write", str(file), "--force")
    assert done.returncode == 0, done.stderr
    assert tomllib.loads(file.read_text(encoding="utf-8"))["id"] == "home"
    assert (tmp_path / "home.toml.old").read_text() == "# mine\n"


def test_nothing_heard_says_what_to_do(heatledger: Command, tmp_path):
    done = heatledger("discover", "--seconds", "1")
    assert done.returncode == 0
    assert "nothing was heard in 1 s" in done.stdout
    assert "--seconds" in done.stdout
    assert done.stderr == ""
    one_line(heatledger("discover", "--seconds", "0", "--write", str(tmp_path / "home.toml")))
    assert not (tmp_path / "home.toml").exists()
    assert "nothing was heard on a/b" in one_line(heatledger("discover", "--seconds", "1", "--map", "a/b"))


def test_what_was_stored_before_is_listed_without_being_heard(heatledger: Command, demo_words):
    with speaking(heatledger.url, (*demo_words, *OTHERS)):
        heatledger.ingest(lambda: len(series_of(heatledger.data, "home")) > 60)
    done = heatledger("discover", "--seconds", "0", "--json")
    heard = msgspec.json.decode(done.stdout, type=Survey)
    assert {(device.family, device.name) for device in heard.devices} >= DEMO
    assert {row.topic for row in heard.not_understood} == UNREAD


def test_a_broker_that_is_away_is_one_line(heatledger: Command, mosquitto):
    mosquitto.stop()
    for more in ((), ("--json",), ("--map", "a/b")):
        line = one_line(heatledger("discover", "--seconds", "30", *more))
        assert heatledger.url in line
        assert "is the broker running?" in line


def test_a_name_that_can_be_no_id_is_one_line(heatledger: Command, tmp_path):
    assert "home.toml" in one_line(heatledger("discover", "--write", str(tmp_path / "My Home.toml")))


def test_a_topic_is_mapped_by_answers_and_then_understood(heatledger: Command):
    answers = "1\ntemprature\ntemperature\n°C\n2\nmode\nfan_only\n3\nenergy\nW\nWh\nreboot\n\n2\nVentos!\nventos\n"
    with speaking(heatledger.url, OTHERS):
        done = heatledger("discover", "--map", "attic/probe/value", answers=answers)
        again = heatledger("discover", "--seconds", "2", "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "did you mean 'temperature'?" in done.stdout + done.stderr
    for line in ("probe: temperature 21.5 °C", "probe: mode fan_only", "probe: energy 151.3 kWh"):
        assert line in done.stdout
    path = heatledger.data / "config" / "devices" / "ventos.toml"
    (file,) = (each for each in load(data_dir=heatledger.data, environ={}).devices if each.family == "ventos")
    assert file.rules[0].topics == ("attic/{device}/value",)
    assert file.examples[0].payload == OTHERS[-1][1].decode()
    assert {row.quantity: (row.value, row.reset) for row in file.examples[0].expect} == {
        "temperature": (21.5, "never"),
        "mode": ("fan_only", "never"),
        "energy": (151.3, "reboot"),
    }
    heard = msgspec.json.decode(again.stdout, type=Survey)
    probe = next(device for device in heard.devices if device.family == "ventos")
    assert probe.values() == {"energy": 151.3, "temperature": 21.5, "mode": "fan_only"}
    assert [row.topic for row in heard.not_understood] == ["plug-a/sensor/power/state"]
    before = path.read_bytes()
    with speaking(heatledger.url, OTHERS):
        done = heatledger("discover", "--map", "attic/probe/value", answers="1\ntemperature\n°C\n\n2\nventos\n")
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert path.read_bytes() == before


def test_a_bare_value_is_mapped_with_a_name_of_ones_own(heatledger: Command):
    words = (("cellar/oil boiler/watts", b"1520", True),)
    with speaking(heatledger.url, words):
        done = heatledger("discover", "--map", words[0][0], answers='power\nkW\n\nBoiler "old"\nboiler\n')
    assert done.returncode == 0, done.stderr + done.stdout
    assert 'Boiler "old": power 1520000.0 W' in done.stdout
    (file,) = (each for each in load(data_dir=heatledger.data, environ={}).devices if each.family == "boiler")
    assert file.rules[0].bare == ("cellar/oil boiler/watts",)


def test_a_value_that_its_family_leaves_open_is_mapped_in_the_familys_name(heatledger: Command):
    with speaking(heatledger.url, OTHERS):
        done = heatledger("discover", "--map", "plug-a/sensor/power/state", answers="power\nW\nplug\n")
        again = heatledger("discover", "--seconds", "2", "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "plug-a [power]: power 33.5 W" in done.stdout
    heard = msgspec.json.decode(again.stdout, type=Survey)
    plug = next(device for device in heard.devices if device.name == "plug-a")
    assert plug.family == "esphome"
    assert plug.values() == {"power": 33.5, "switch": "on"}


def test_answers_that_end_too_early_write_nothing(heatledger: Command):
    with speaking(heatledger.url, OTHERS):
        done = heatledger("discover", "--map", "attic/probe/value", answers="1\ntemperature\n")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not (heatledger.data / "config" / "devices").exists()
