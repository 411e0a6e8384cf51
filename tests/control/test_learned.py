"""Devices that only a catalogue tells of are set like others, by what it says of them now; over a real broker."""

# ruff: noqa: F811 - fixtures that are imported are asked for by name

from __future__ import annotations

import json
import threading
import time
from contextlib import closing

import pytest

from heatledger import bus
from heatledger.store.state import State
from tests.control.wired import Control
from tests.ingest.conftest import ingest, make_ingest, make_publisher, publisher, wait_until  # noqa: F401 - fixtures

pytestmark = pytest.mark.server

HOME = """
id = "home"
name = "Maple Street"
timezone = "Europe/Berlin"
currency = "EUR"
topic_prefix = "maple"

[[zones]]
id = "attic"
name = "Attic"
temperature = "ha:Attic"
control = {on = true}

[[zones]]
id = "kids"
name = "Kids"
temperature = "kids/valve"
control = {on = true}
"""
WHERE = "maple/homeassistant/climate/attic/config"
CLIMATE = {
    "~": "hvac/attic",
    "dev": {"ids": ["a1"], "name": "Attic"},
    "temp_cmd_t": "~/target/set",
    "temp_stat_t": "~/target",
    "curr_temp_t": "~/now",
    "min_temp": 15,
    "max_temp": 28,
    "temp_step": 0.5,
    "temp_unit": "C",
    "mode_cmd_t": "~/mode/set",
    "mode_stat_t": "~/mode",
    "modes": ["off", "heat"],
}
SETPOINT = {
    "name": "current_heating_setpoint",
    "property": "current_heating_setpoint",
    "access": 7,
    "unit": "°C",
    "value_min": 5,
    "value_max": 22,
    "value_step": 1,
}
WARM = {"name": "local_temperature", "property": "local_temperature", "access": 5, "unit": "°C"}
MODE = {"name": "system_mode", "property": "system_mode", "access": 7, "values": ["heat", "off"]}
VALVE = [
    {
        "friendly_name": "kids/valve",
        "definition": {"exposes": [{"type": "climate", "features": [SETPOINT, WARM, MODE]}]},
    }
]


class Rooms(threading.Thread):
    """A thermostat known by discovery alone and a valve under a base of the user's own: each says what it changed."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.told: list[tuple[str, str]] = []
        self.valve = {"current_heating_setpoint": 19, "local_temperature": 17.0, "system_mode": "heat"}
        self._stop_asked = threading.Event()
        self._bus = bus.connect(url, client_id="rooms", clean=True, on_state=lambda *_: None)
        self._bus.subscribe(["maple/hvac/attic/+/set", "maple/zigbee/kids/valve/set"])

    def run(self):
        while not self._bus.subscribed:
            self._bus.poll(0.05)
        self._bus.publish(WHERE, json.dumps(CLIMATE), 1, retain=True)
        self._bus.publish("maple/zigbee/bridge/devices", json.dumps(VALVE), 1, retain=True)
        for attribute, text in (("target", "19"), ("mode", "heat")):
            self._bus.publish(f"maple/hvac/attic/{attribute}", text, 1, retain=True)
        due = 0.0
        while not self._stop_asked.is_set():
            for message in self._bus.poll(0.05):
                self._obey(message.topic, message.payload.decode())
                self._bus.ack([message])
            if time.monotonic() >= due:
                due = time.monotonic() + 0.5
                self._bus.publish("maple/hvac/attic/now", "17.0")
                self._bus.publish("maple/zigbee/kids/valve", json.dumps(self.valve))
        self._bus.close()

    def _obey(self, topic, text):
        self.told.append((topic, text))
        if topic.startswith("maple/hvac"):
            self._bus.publish(topic.removesuffix("/set"), text, 1, retain=True)
        else:
            self.valve |= json.loads(text)

    def end(self):
        self._stop_asked.set()
        self.join(10)


@pytest.fixture
def rooms(mosquitto):
    made = Rooms(mosquitto.url)
    made.start()
    yield made
    made.end()


@pytest.fixture
def control(tmp_path, rooms, mosquitto, make_ingest):
    data = tmp_path / "data"
    (data / "config" / "homes").mkdir(parents=True)
    (data / "config" / "homes" / "home.toml").write_text(HOME)
    (data / "config" / "settings.toml").write_text("[control]\non = true\n")
    listening = make_ingest(mosquitto.url).start()
    made = Control(data, mosquitto.url).start()
    try:
        wait_until(lambda: "commands are followed" in made.lines())
        wait_until(lambda: told_of(data) == {"attic": 28.0, "kids": 22.0})
        wait_until(lambda: {"setpoint", "mode"} <= {one.quantity for one in listening.latest() if one.family == "ha"})
        yield made
    finally:
        if made.process.poll() is None:
            made.kill()


def told_of(data):
    """The highest set-point of each device, as catalogues tell of it."""
    with closing(State(data / "state.db")) as state:
        rows = [row for file in state.learned.of("home") for row in file.commands if row.what == "setpoint"]
    return {row.device.partition("/")[0].lower(): row.max for row in rows}


def test_what_only_a_catalogue_tells_of_is_set_by_its_own_words_as_they_are_now(control, rooms, publisher):
    done = control.set("attic", "--setpoint", "20.3")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "Attic: 20.5 °C: done: the device says so"  # at its step
    done = control.ask("kids", setpoint=20.6)
    assert (done.kind, done.setpoint) == ("confirmed", 21.0)
    told = [
        ("maple/hvac/attic/target/set", "20.5"),
        ("maple/zigbee/kids/valve/set", '{"current_heating_setpoint": 21}'),
    ]
    assert rooms.told == told
    assert "setpoint 23 °C is out of range; it takes 5 to 22 °C" in control.ask("kids", setpoint=23.0).note
    assert "it knows no mode 'cool'" in control.ask("kids", mode="cool").note
    publisher.send((WHERE, json.dumps(CLIMATE | {"max_temp": 19})), retain=True)  # changed
    wait_until(lambda: told_of(control.data)["attic"] == 19.0)
    wait_until(lambda: "takes 15 to 19 °C" in control.ask("attic", setpoint=20.0).note)
    publisher.send((WHERE, b""), retain=True)  # and taken back
    wait_until(lambda: "attic" not in told_of(control.data))
    assert "no command of ha is known for it" in control.ask("attic", setpoint=18.5).note
    assert rooms.told == told
