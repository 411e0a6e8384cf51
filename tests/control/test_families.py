"""A room of every family is set through the whole chain: log, control process, broker, device, ingest, confirmation."""

# ruff: noqa: F811 - fixtures that are imported are asked for by name

from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest

from heatledger.bus import connect
from heatledger.control.events import OVER, Event
from heatledger.control.moment import Clock
from heatledger.control.rows import rows
from heatledger.control.target import target
from heatledger.emits import DecodeConfig
from heatledger.store.state import State
from ingest.decode import Decoder
from tests.control.conftest import FILES, TOLD, scene, told_device
from tests.control.pretended import Pretended
from tests.control.wired import Control
from tests.ingest.conftest import make_ingest, wait_until  # noqa: F401 - fixtures

pytestmark = pytest.mark.server

DECODER = Decoder(FILES)
NOTHING = DecodeConfig()
ASKS = frozenset(("mode", "power", "setpoint"))
BEGINS = {"mode": "heat", "power": "on", "setpoint": 20.0}
ROOM = "zigbee2mqtt/sensor"


class Whole(Pretended):
    """A device that says all that it has at once: values of one message are bent into one example."""

    def report(self):
        said: dict[str, str] = {}
        wanted: dict[str, list[tuple[str, str, str, float | str]]] = {}
        for channel, command, value in self.values():
            self.bend(said, wanted, command, (self.device, channel, command.echoed_by, value))
        return list(said.items())

    def values(self):
        """What it has; of a mode and a power that is off, the power."""
        off = any(what == "power" and value == "off" for (_, what), (_, value) in self.has.items())
        modes = {what for _, what in self.has if what == "mode"}
        for (channel, what), (command, value) in self.has.items():
            if command.echoed_by and not (what == "mode" and off) and not (what == "power" and modes and not off):
                yield channel, command, ("off" if value == "off" else "heat") if what == "power" else value

    def bend(self, said, wanted, command, want):
        for example in self.file.examples:
            for one in example.expect:
                if one.quantity != command.echoed_by or bool(one.channel) != bool(want[1]):
                    continue
                topic = example.topic.replace(one.device, self.device)
                topic = topic.replace(one.channel, want[1]) if want[1] else topic
                if topic.startswith("climate/"):  # the example's base is a user's own
                    topic = topic.replace("climate/", "mitsubishi2mqtt/")
                every = [*wanted.get(topic, []), want]
                for payload in self._bent(said.get(topic, example.payload), command, want[3]):
                    if all(self._decodes(topic, payload, each) for each in every):
                        said[topic], wanted[topic] = payload, every
                        return


class Room:
    """A zone of one family: the example that shows how it is told, and the device that takes it."""

    def __init__(self, file, told):
        self.family, self.says = file.family, told.says
        self.point = f"{file.family}:{told.device}"
        self.device = Whole(file, told_device(told), DECODER)
        files, known = scene(file, told)
        self.offers = {}
        for row in rows(target(self.point, files, known)):
            if row.command.what in ASKS and row.command.what not in self.offers:
                self.offers[row.command.what] = row.command
                self.device.has[row.channel, row.command.what] = (row.command, BEGINS[row.command.what])
        known_by = {command.heard for command in self.offers.values() if command.heard}
        for command in (one for one in file.commands if one.what in known_by):
            self.device.has["", command.what] = (command, 50.0)
        self.topics = [topic for topic, _ in self.device.report()]

    @property
    def off(self):
        """The command that switches it off."""
        mode = self.offers.get("mode")
        return mode if mode is not None and "off" in mode.words else self.offers.get("power")

    @property
    def is_known_to_heat(self):
        """Whether a set-point alone may be asked: it says its mode, or has none."""
        return "setpoint" in self.offers and ("mode" not in self.offers or self.offers["mode"].echoed_by)

    def config(self):
        """What the user says of it in a device file."""
        says = ", ".join(f"{name} = {text!r}" for name, text in self.says.items())
        given = f'[[given]]\ndevice = "{self.point}"\nsays = {{ {says} }}\n' if says else ""
        mapped = [(topic, one) for topic in self.topics for one in self.device.config.get(topic, NOTHING).map]
        rows = [
            f'[[config]]\ntopics = ["{topic}"]\nmap = [{{quantity = "{one.quantity}", unit = "{one.unit}"}}]\n'
            for topic, one in mapped
        ]
        return given + "".join(rows)


def chosen():
    """The first example of each family that tells a room's set-point, else its mode or power."""
    found = {}
    for what in ("setpoint", "power", "mode"):
        for param in TOLD:
            file, told = param.values
            if what in told.want and told.temp_unit == "C":
                found.setdefault(file.family, (file, told))
    return [Room(*one) for one in found.values()]


HEAD = 'id = "home"\nname = "Maple"\ntimezone = "UTC"\ncurrency = "EUR"\n'
ZONE = """
[[zones]]
id = "{0}"
name = "{0}"
temperature = "sensor"
control = {{on = true, run_min = 0}}
[[meters]]
id = "{0}"
role = "circuit"
points = ["{0} plug"]
[[heat_pumps]]
id = "{0}"
kind = "mini_split"
meter = "{0}"
heads = [{{zone = "{0}", device = "{1}"}}]
"""


class Rooms(threading.Thread):
    """All of them on one connection: they hear, obey and say twice a second what they have."""

    def __init__(self, url, rooms):
        super().__init__(daemon=True)
        self.rooms, self.ended = rooms, threading.Event()
        self.bus = connect(url, client_id="rooms", clean=True, on_state=lambda *_: None)
        self.bus.subscribe(["#"])

    def run(self):
        due = 0.0
        while not self.ended.is_set():
            messages = self.bus.poll(0.05)
            for message in messages:
                if not message.topic.startswith("heatledger/"):
                    for room in self.rooms:
                        room.device.hear(message.topic, message.payload.decode())
            self.bus.ack(messages)
            if time.monotonic() >= due:
                due = time.monotonic() + 0.5
                self.bus.publish(ROOM, '{"temperature": 14.0, "linkquality": 80}')
                for room in self.rooms:
                    self.say(room.device.report())
        self.bus.close()

    def say(self, said):
        for topic, text in said:
            self.bus.publish(topic, text)


@pytest.fixture
def wired(tmp_path, mosquitto, make_ingest):
    rooms = chosen()
    home = HEAD + "".join(ZONE.format(room.family, room.point) for room in rooms)
    data = tmp_path / "data"
    mine = 'family = "mine"\n' + "".join(room.config() for room in rooms)
    for name, text in {"homes/home": home, "devices/mine": mine, "settings": "[control]\non = true\n"}.items():
        path = data / "config" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    listening = make_ingest(mosquitto.url).start()
    talking = Rooms(mosquitto.url, rooms)
    talking.start()
    made = Control(data, mosquitto.url)
    made.rooms = rooms
    try:
        speaking = {room.family for room in rooms if room.topics}
        wait_until(lambda: speaking <= {row.family for row in listening.latest()})
        made.start()
        wait_until(lambda: "commands are followed" in made.lines())
        yield made
    finally:
        talking.ended.set()
        talking.join(10)
        if made.process and made.process.poll() is None:
            made.kill()


def outcomes(control, asks):
    """Ask every family at once; return what came of each."""
    with closing(State(control.data / "state.db")) as state:
        rows = {
            family: state.commands.add(
                Event(kind="asked", home="home", zone=family, at=Clock().now(), valid_s=150.0, **what)
            )
            for family, what in asks.items()
        }
        last = lambda family: state.commands.of_request(rows[family].id)[-1]  # noqa: E731
        wait_until(lambda: all(last(family).kind in OVER for family in rows))
        return {family: (last(family).kind, last(family).note) for family in rows}


def test_a_room_of_every_family_is_set_and_switched_off_and_says_so_itself(wired):
    warm = {room.family: {"setpoint": 21.0} for room in wired.rooms if room.is_known_to_heat and room.topics}
    assert len(warm) >= 12
    assert outcomes(wired, warm) == dict.fromkeys(warm, ("confirmed", ""))
    off = {room.family: room.off for room in wired.rooms if room.off is not None}
    found = outcomes(wired, {family: {"mode": "off"} for family in off})
    kinds = {family: "confirmed" if command.echoed_by else "unconfirmed" for family, command in off.items()}
    assert {family: kind for family, (kind, _) in found.items()} == kinds, found
    families = {file.family for file in FILES for command in file.commands if command.what in ASKS}
    assert warm.keys() | off.keys() == families
