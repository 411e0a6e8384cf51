"""The demo as its first visitor meets it: one command, a page within 15 s, a clean end, and its data found again."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from cli.demo_place import Place, broker
from heatledger.bus import connect
from heatledger.readings import Flag
from heatledger.store import open_store
from tests.conftest import free_port

pytestmark = [pytest.mark.server, pytest.mark.enable_socket, pytest.mark.slow]


class Demo:
    def __init__(self, data: Path, *arguments: str, path: str | None = None) -> None:
        self.data, self.port, self.log = data, free_port(), data.parent / f"demo-{time.monotonic_ns()}.log"
        env = {name: value for name, value in os.environ.items() if not name.startswith("HEATLEDGER_")}
        env |= {"HEATLEDGER_DATA": str(data), **({"PATH": path} if path is not None else {})}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli", "demo", "--no-browser", "--port", str(self.port), *arguments],
                env=env, stdout=log, stderr=log,
            )  # fmt: skip

    def wait_for_page(self, seconds: float = 120) -> float:
        until = time.monotonic() + seconds
        while "the page: " not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.1)
        return float(re.search(r"after (\d+) s", self.log.read_text())[1])

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return json.load(answer)

    def stop(self) -> None:
        children = psutil.Process(self.process.pid).children(recursive=True)
        assert children
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(40) == 0, self.log.read_text()
        assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
def demo(tmp_path):
    """Starts demos on one folder; whatever of them a failed test leaves behind is ended."""
    started: list[Demo] = []

    def start() -> Demo:
        started.append(Demo(tmp_path / "data"))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.terminate()
            each.process.wait(40)


def test_the_demo_lives_stops_cleanly_and_is_found_again(demo, bar_s):
    first = demo()
    data = first.data
    took = first.wait_for_page()
    assert took <= bar_s(15) * 2, f"the page took {took} s"  # other tests run beside it
    health = first.get("/healthz")
    assert health["ok"]
    assert health["last_reading_age_s"] < 30
    now = datetime.now(UTC)
    summary = first.get("/api/v1/summary?period=cycle")
    assert summary["electricity"]["coverage"] > 0.99
    assert set(summary["electricity"]["by_zone"]) == {"living", "bedroom", "study", "kids"}
    year = first.get(f"/api/v1/summary?from={now - timedelta(days=380):%Y-%m-%d}&to={now:%Y-%m-%d}")
    assert year["electricity"]["coverage"] > 0.99
    assert year["electricity"]["kwh"] > 5000
    first.stop()
    assert "Traceback" not in first.log.read_text()

    command = [sys.executable, "-m", "cli", "summary", "--period", "month", "--json"]
    found = subprocess.run(command, env={**os.environ, "HEATLEDGER_DATA": str(data)}, capture_output=True, text=True)
    assert json.loads(found.stdout)["home"] == "demo", found.stderr

    second = demo()
    second.wait_for_page()
    assert "simulating" not in second.log.read_text()
    time.sleep(6)
    second.stop()
    store = open_store(f"sqlite:///{data / 'heatledger.db'}")
    start = int(now.timestamp()) - 7200
    blocks = store.intervals("demo", start_s=start // 300 * 300, end_s=start + 14_400, quantities=["energy"])
    store.close()
    assert blocks
    for block in blocks:
        assert not (block.flags & int(Flag.RESET | Flag.REFUSED)).any(), block.key


def test_the_embedded_broker_carries_readings_to_the_store(tmp_path):
    """Where mosquitto is not installed the demo starts this broker; ingest falls back to the protocol it speaks."""
    port = free_port()
    env = {**os.environ, "HEATLEDGER_DATA": str(tmp_path), "HEATLEDGER_MQTT_URL": f"mqtt://127.0.0.1:{port}"}
    started = [
        subprocess.Popen([sys.executable, "-m", "cli", "_broker", str(port)]),
        subprocess.Popen([sys.executable, "-m", "cli", "ingest"], env=env, stdout=subprocess.PIPE, text=True),
    ]
    try:
        assert "listening" in started[1].stdout.readline()
        bus = connect(env["HEATLEDGER_MQTT_URL"], client_id="test", clean=True, on_state=lambda *_: None)
        until = time.monotonic() + 60
        store = open_store(f"sqlite:///{tmp_path / 'heatledger.db'}")
        while not store.latest("home"):
            assert time.monotonic() < until
            if bus.connected:
                bus.publish("shellies/plug/relay/0/power", b"12.5", qos=1)
            bus.poll(0.5)
        assert store.latest("home")[0].value == 12.5
        store.close()
        bus.close()
    finally:
        for process in reversed(started):
            process.terminate()
            process.communicate(timeout=60)


def test_mosquitto_is_preferred_and_its_absence_is_no_obstacle(tmp_path, monkeypatch):
    place = Place(tmp_path)
    place.claim(fresh=False)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    assert "_broker" in broker(place, 1234).command
    monkeypatch.setattr("shutil.which", lambda *_, **__: "/somewhere/mosquitto")
    assert broker(place, 1234).command[0] == "/somewhere/mosquitto"
    assert "listener 1234 127.0.0.1" in (place.own / "mosquitto.conf").read_text()


def test_a_port_in_use_is_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "cli", "demo", "--no-browser", "--port", str(taken.getsockname()[1])]
        env = {**os.environ, "HEATLEDGER_DATA": str(tmp_path / "data")}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "choose another with --port" in done.stderr


def test_a_real_home_is_never_mixed_with_the_demo(tmp_path):
    homes = tmp_path / "config" / "homes"
    homes.mkdir(parents=True)
    (homes / "ours.toml").write_text("")
    (tmp_path / "heatledger.db").write_text("precious")
    command = [sys.executable, "-m", "cli", "demo", "--fresh", "--no-browser"]
    env = {**os.environ, "HEATLEDGER_DATA": str(tmp_path)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "'ours'" in done.stderr
    assert (tmp_path / "heatledger.db").read_text() == "precious"
