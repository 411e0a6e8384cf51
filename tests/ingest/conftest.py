"""A real ingest process on a real broker, and someone who publishes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from heatledger import bus
from heatledger.store import open_store
from heatledger.store.state import State

PATIENCE_S = 180
"""How long a busy machine may take over what an idle one does at once. [s]"""


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Wait for something another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class Ingest:
    """A `heatledger ingest` process and the data directory it works in."""

    def __init__(self, data: Path, url: str) -> None:
        self.data, self.url, self.output = data, url, data / "ingest.log"
        data.mkdir(exist_ok=True)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, ready: bool = True) -> Ingest:
        environ = {**os.environ, "HEATLEDGER_DATA": str(self.data), "HEATLEDGER_MQTT_URL": self.url}
        already = self.lines().count("listening")
        with self.output.open("ab") as output:
            command = [sys.executable, "-m", "cli", "ingest"]
            self.process = subprocess.Popen(command, env=environ, stdout=output, stderr=subprocess.STDOUT)
        if ready:
            wait_until(lambda: self.lines().count("listening") > already)
        return self

    def lines(self) -> str:
        return self.output.read_text() if self.output.exists() else ""

    def kill(self) -> None:
        """Like a power cut."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE_S)

    def store(self):
        return open_store(f"sqlite:///{self.data / 'heatledger.db'}")

    def readings(self, home: str = "home"):
        with closing(self.store()) as store:
            return list(store.readings(home))

    def latest(self, home: str = "home"):
        with closing(self.store()) as store:
            return store.latest(home)

    def topics(self):
        with closing(State(self.data / "state.db")) as state:
            return {row.topic: row for row in state.topics()}


@pytest.fixture
def make_ingest(tmp_path):
    made = []

    def make(url: str) -> Ingest:
        made.append(Ingest(tmp_path / "data", url))
        return made[-1]

    yield make
    for each in made:
        if each.process and each.process.poll() is None:
            each.process.kill()
            each.process.wait()


@pytest.fixture
def ingest(mosquitto, make_ingest):
    """Ingest, subscribed to the broker of this test."""
    return make_ingest(mosquitto.url).start()


class Publisher:
    """Publishes at QoS 1 and returns once the broker has everything."""

    def __init__(self, url: str, name: str = "publisher") -> None:
        self.received: list[bus.Message] = []
        self.connection = bus.connect(url, client_id=name, clean=True)
        self.wait(lambda: self.connection.connected)

    def wait(self, condition: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"it did not happen in time; received {self.received[-5:]}"
            self.received += self.connection.poll(0.01)

    def hears(self, words: bytes) -> bool:
        """Whether the last message that came says something."""
        return bool(self.received) and words in self.received[-1].payload

    def listen(self, *topics: str) -> None:
        self.connection.subscribe(topics)
        self.wait(lambda: self.connection.subscribed)

    def send(self, *messages: tuple[str, bytes | str], retain: bool = False) -> None:
        for topic, payload in messages:
            assert self.connection.publish(topic, payload, 1, retain=retain)
        self.flush()

    def flush(self) -> None:
        self.wait(lambda: not self.connection.unacknowledged)


@pytest.fixture
def make_publisher():
    made = []

    def make(url: str, name: str = "publisher") -> Publisher:
        made.append(Publisher(url, name))
        return made[-1]

    yield make
    for each in made:
        each.connection.close()


@pytest.fixture
def publisher(mosquitto, make_publisher):
    """Someone connected to the broker of this test."""
    return make_publisher(mosquitto.url)
