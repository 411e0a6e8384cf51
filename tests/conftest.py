"""Real servers on free loopback ports, each in its own temporary directory."""

from __future__ import annotations

import getpass
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("patient", deadline=None)  # how long an example takes is the machine's affair
settings.load_profile("patient")

SHARED = Path(__file__).parents[1].parent / "shared"


def free_port() -> int:
    """Return a loopback TCP port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    """Whether something listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Mosquitto:
    """A real mosquitto of our own: start, orderly stop, start again on the same port with the same persistence."""

    def __init__(self, directory: Path, *, port: int | None = None, extra: str = "allow_anonymous true\n") -> None:
        self.port = port or free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.config = directory / "mosquitto.conf"
        self.log = directory / "mosquitto.log"
        self.process: subprocess.Popen[bytes] | None = None
        limits = "max_queued_messages 0\nmax_queued_bytes 0\nmax_inflight_messages 0\nset_tcp_nodelay true\n"
        keeps = f"persistence true\npersistence_location {directory}/\nautosave_interval 1800\n"
        user = f"user {getpass.getuser()}\n"  # started by root, it would give up the right to its own directory
        self.config.write_text(f"{user}listener {self.port} 127.0.0.1\n{extra}{limits}{keeps}")

    def start(self) -> Mosquitto:
        """Start, and return once it accepts connections."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([_mosquitto(), "-c", str(self.config)], stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not accepts(self.port):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """Stop in order: what it holds is saved."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=60)
            self.process = None


def _mosquitto() -> str:
    found = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")
    if found is None:
        pytest.skip("mosquitto is not installed: apt-get install mosquitto")
    return found


@pytest.fixture
def broker_dir(tmp_path: Path) -> Path:
    """A directory for a broker's configuration and persistence."""
    directory = tmp_path / "broker"
    directory.mkdir()
    return directory


@pytest.fixture
def make_mosquitto(broker_dir: Path, socket_enabled: None) -> Iterator[Callable[..., Mosquitto]]:
    """Make brokers that are not started yet; those started are stopped at the end (needs no `enable_socket`)."""
    made: list[Mosquitto] = []

    def make(**options: object) -> Mosquitto:
        made.append(Mosquitto(broker_dir, **options))
        return made[-1]

    yield make
    for broker in made:
        broker.stop()


@pytest.fixture
def mosquitto(make_mosquitto: Callable[..., Mosquitto]) -> Mosquitto:
    """A running mosquitto on a free loopback port."""
    return make_mosquitto().start()


_PACE_S = 0.07  # what the reference work takes on the machine the tests' bars were set on


def _reference_work() -> None:
    """Half interpreted, half vectorized, as the product's own work is."""
    held: dict[int, float] = {}
    for number in range(60_000):
        held[number % 997] = held.get(number % 997, 0.0) + number * 0.5
    rows = np.linspace(0.0, 1.0, 50_000)
    for _ in range(40):
        rows = np.sort(np.sin(rows) + 0.001)


@pytest.fixture
def bar_s() -> Callable[[float], float]:
    """Make a bar in seconds one for this machine as it is now: longer where reference work takes longer, never shorter.

    The bars are measured in `benchmarks/`; a test that breaks one says that something grew several times slower.
    """

    def taken(clock: Callable[[], float]) -> float:
        began = clock()
        _reference_work()
        return clock() - began

    found = [max(taken(time.process_time), taken(time.perf_counter)) for _ in range(5)]
    slower = max(1.0, statistics.median(found) / _PACE_S)
    return lambda seconds: seconds * slower


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data beside the repository, where it is."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is absent: reference data is not part of the repository")
    return SHARED
