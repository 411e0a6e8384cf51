"""A split that is heard and obeys over a real broker, a real ingest, and the real process that sends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from heatledger import bus
from heatledger.control.events import OVER, Event
from heatledger.control.moment import Clock
from heatledger.store.state import State
from tests.ingest.conftest import PATIENCE_S, wait_until

HOME = """
id = "home"
name = "Maple Street"
timezone = "Europe/Berlin"
currency = "EUR"

[[zones]]
id = "living"
name = "Living room"
temperature = "Lounge"
control = {on = true, per_hour = 3}

[[zones]]
id = "attic"
name = "Attic"

[[meters]]
id = "split"
role = "circuit"
points = ["Lounge"]

[[heat_pumps]]
id = "split"
kind = "mini_split"
meter = "split"
heads = [{zone = "living", device = "Lounge"}]
"""


class Split(threading.Thread):
    """A Faikin: says its state twice a second, obeys what it is told, keeps all that it was told."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.set = {"power": True, "mode": "H", "temp": 20.0}
        self.told: list[dict[str, object]] = []
        self.obeys = True
        self._stop_asked = threading.Event()
        self._bus = bus.connect(url, client_id="split", clean=True, on_state=lambda *_: None)
        self._bus.subscribe(["command/Lounge/control"])

    def run(self):
        due = 0.0
        while not self._stop_asked.is_set():
            for message in self._bus.poll(0.05):
                if not message.payload:  # something retained was cleared
                    continue
                self.told.append(json.loads(message.payload))
                if self.obeys:
                    self.set |= self.told[-1]
            if time.monotonic() >= due:
                due = time.monotonic() + 0.5
                body = {"protocol": "S21", "online": True, "home": 17.0, "consumption": 900, **self.set}
                self._bus.publish("state/Lounge/status", json.dumps(body))
        self._bus.close()

    def end(self):
        self._stop_asked.set()
        self.join(10)


class Control:
    """A `heatledger control` process."""

    def __init__(self, data, url):
        self.data, self.output = data, data / "control.log"
        self.environ = {**os.environ, "HEATLEDGER_DATA": str(data), "HEATLEDGER_MQTT_URL": url}
        self.process = None

    def start(self):
        with self.output.open("ab") as output:
            command = [sys.executable, "-m", "cli", "control"]
            self.process = subprocess.Popen(command, env=self.environ, stdout=output, stderr=subprocess.STDOUT)
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()

    def restart(self):
        """End it like a power cut, and start it again; return once it follows commands."""
        self.kill()
        already = self.lines().count("commands are followed")
        self.start()
        wait_until(lambda: self.lines().count("commands are followed") > already)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE_S)

    def lines(self):
        return self.output.read_text()

    def set(self, *arguments):
        command = [sys.executable, "-m", "cli", "set", "--zone", *arguments]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=PATIENCE_S)

    def ask(self, zone, *, setpoint=None, mode=None, by="person", valid_s=120.0):
        """Ask as the API does, and return what came of it."""
        with closing(State(self.data / "state.db")) as state:
            asked = state.commands.add(
                Event(
                    kind="asked", home="home", zone=zone, at=Clock().now(), setpoint=setpoint, mode=mode, by=by,
                    valid_s=valid_s,
                )
            )  # fmt: skip
            wait_until(lambda: state.commands.of_request(asked.id)[-1].kind in OVER)
            return state.commands.of_request(asked.id)[-1]

    def log(self):
        with closing(State(self.data / "state.db")) as state:
            return state.commands.since("home", 0)


@pytest.fixture
def split(mosquitto):
    made = Split(mosquitto.url)
    made.start()
    yield made
    made.end()


@pytest.fixture
def written(tmp_path):
    """The configuration of a home whose living room may be commanded."""
    (tmp_path / "data" / "config" / "homes").mkdir(parents=True)
    (tmp_path / "data" / "config" / "homes" / "home.toml").write_text(HOME)
    (tmp_path / "data" / "config" / "settings.toml").write_text("[control]\non = true\n")
    return tmp_path / "data"


@pytest.fixture
def control(written, ingest, split, mosquitto):
    made = Control(written, mosquitto.url).start()
    try:
        wait_until(lambda: "commands are followed" in made.lines())
        yield made
    finally:
        if made.process.poll() is None:
            made.kill()
