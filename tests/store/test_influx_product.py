"""The whole product on InfluxDB: a real broker, ingest that is killed, and every command that reads what it stored."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from heatledger import bus
from heatledger.store import open_store
from tests.conftest import accepts, free_port
from tests.store.influx_server import Influxd, Nginx

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

HOME = """
id = "home"
name = "Test"
timezone = "America/Chicago"
currency = "USD"
tariff = "flat"

[[meters]]
id = "main"
role = "import"
points = ["main"]
"""
TARIFF = """
name = "Flat"
currency = "USD"
source = "invented for the tests"
[[lines]]
kind = "energy"
label = "Energy"
rate = "0.10"
"""
MESSAGES = 3_000


def wait_until(condition, seconds=120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.03)


class Product:
    """The commands over one data folder, one broker and one InfluxDB."""

    def __init__(self, folder: Path, broker: str, store: str) -> None:
        self.data, self.log, self.store_url = folder, folder / "log", store
        mine = {"HEATLEDGER_DATA": str(folder), "HEATLEDGER_MQTT_URL": broker, "HEATLEDGER_STORE_URL": store}
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith("HEATLEDGER_")} | mine
        for kind, name, text in (("homes", "home", HOME), ("tariffs", "flat", TARIFF)):
            (folder / "config" / kind).mkdir(parents=True)
            (folder / "config" / kind / f"{name}.toml").write_text(text)
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "cli", *command], env=self.environ, stdout=log, stderr=subprocess.STDOUT
            )
        self.processes.append(process)
        return process

    def run(self, *command: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "cli", *command], env=self.environ, capture_output=True, text=True, timeout=180
        )
        assert done.returncode == code, (done, self.log.read_text() if self.log.exists() else "")
        return done.stdout

    def lines(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def counts(self) -> list[int]:
        """The number each stored message carried: Tasmota's `Total` is what we wrote into it."""
        with closing(open_store(self.store_url)) as store:
            return sorted(round(r.value * 1000) for r in store.readings("home") if r.quantity == "energy")


@pytest.fixture
def influxd(tmp_path):
    server = Influxd(tmp_path / "influxd").start()
    yield server
    server.stop()


@pytest.fixture
def product(tmp_path, influxd, mosquitto):
    nginx = Nginx(tmp_path / "nginx", influxd).start()
    made = Product(tmp_path / "data", mosquitto.url, f"influxdb://127.0.0.1:{nginx.port}/heatledger")
    yield made
    for process in made.processes:
        if process.poll() is None:
            process.kill()
            process.wait()
    nginx.stop()


@pytest.fixture
def publisher(mosquitto):
    connection = bus.connect(mosquitto.url, client_id="publisher", clean=True)
    yield connection
    connection.close()


def send(connection, device: str, number: int) -> None:
    payload = f'{{"ENERGY":{{"Total":{number / 1000},"Power":{number % 3000}}}}}'
    connection.poll(0)
    wait_until(lambda: connection.poll(0) is not None and connection.connected)
    assert connection.publish(f"tele/{device}/SENSOR", payload, 1)


def flush(connection) -> None:
    deadline = time.monotonic() + 120
    while connection.unacknowledged or not connection.connected:
        assert time.monotonic() < deadline
        connection.poll(0.01)


def test_from_a_plug_to_the_bill_with_nothing_but_a_store_url(product, publisher):
    first = {issue["name"]: issue for issue in json.loads(product.run("check", "--json", "--wait", "2"))}
    assert "InfluxDB 1.6.7" in first["store.server"]["message"]
    assert "database heatledger was missing and is made" in first["store.made"]["message"]
    ingest = product.start("ingest")
    wait_until(lambda: "listening" in product.lines())
    for number in range(1, 41):
        send(publisher, "main", number)
        time.sleep(0.01)
    flush(publisher)
    wait_until(lambda: product.counts() == list(range(1, 41)))
    ingest.send_signal(signal.SIGTERM)
    assert ingest.wait(timeout=120) == 0
    summary = json.loads(product.run("summary", "--period", "day", "--json"))
    assert summary["electricity"]["kwh"] == pytest.approx(0.039)
    exported = product.run("export").splitlines()
    assert len([line for line in exported if ",main,,energy," in line]) == 40
    again = {issue["name"]: issue for issue in json.loads(product.run("check", "--json", "--wait", "2"))}
    assert "store.made" not in again
    assert "2 series" in again["store.read"]["message"]
    assert "readings.fresh" in again
    port = free_port()
    product.start("dashboard", "--port", str(port))
    wait_until(lambda: accepts(port))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/summary?period=day", timeout=60) as answer:
        assert json.load(answer)["electricity"]["kwh"] == pytest.approx(0.039)
    assert "Traceback" not in product.lines()


def test_kill_at_random_moments_loses_nothing_and_doubles_nothing(product, publisher):
    """Each message is one reading of a number of its own: its count is the count of the messages."""
    product.run("check", "--wait", "2")
    chance, kills, sent = random.Random(20260105), 0, 0
    ingest = product.start("ingest")
    wait_until(lambda: "listening" in product.lines())
    next_kill = time.monotonic() + 0.2
    while sent < MESSAGES or kills < 4:
        if sent < MESSAGES:
            send(publisher, f"meter{sent % 7}", sent)
            sent += 1
        time.sleep(0.001)
        if time.monotonic() > next_kill:
            ingest.kill()
            ingest.wait()
            kills += 1
            ingest = product.start("ingest")
            next_kill = time.monotonic() + chance.uniform(0.3, 2.0)  # some die before they have begun
    flush(publisher)
    wait_until(lambda: len(product.counts()) >= MESSAGES)
    ingest.kill()
    ingest.wait()
    product.start("ingest")
    time.sleep(2)
    assert product.counts() == list(range(MESSAGES))
    assert kills >= 4


def test_a_server_stopped_under_load_and_started_again_costs_nothing(product, publisher, influxd):
    product.run("check", "--wait", "2")
    product.start("ingest")
    wait_until(lambda: "listening" in product.lines())
    for sent in range(MESSAGES):
        if sent == 800:
            influxd.kill()
        if sent == 2_200:
            influxd.start()
        send(publisher, f"meter{sent % 7}", sent)
        time.sleep(0.001)
    flush(publisher)
    wait_until(lambda: len(product.counts()) >= MESSAGES)
    assert product.counts() == list(range(MESSAGES))
    assert "Traceback" not in product.lines()
