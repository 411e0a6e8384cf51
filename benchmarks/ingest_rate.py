"""Ingest under load: a burst over a real mosquitto into SQLite, the delay of live values, and resident memory.

Run ``python -m benchmarks.ingest`` (needs mosquitto on the PATH and psutil).
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from heatledger import bus
from heatledger.store import open_store

MESSAGES = 20_000


def main() -> None:
    """Start a broker and an ingest of our own, load them, and print the figures."""
    directory = Path(tempfile.mkdtemp())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = directory / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\n"
        "set_tcp_nodelay true\n"
    )
    url = f"mqtt://127.0.0.1:{port}"
    broker = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin") or "mosquitto"
    environ = {**os.environ, "HEATLEDGER_DATA": str(directory), "HEATLEDGER_MQTT_URL": url}
    command = [sys.executable, "-m", "cli", "ingest"]
    with (
        subprocess.Popen([broker, "-c", config], stderr=subprocess.DEVNULL) as mosquitto,
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE) as ingest,
    ):
        assert ingest.stdout
        ingest.stdout.readline()
        try:
            measure(url, directory, ingest.pid)
        finally:
            ingest.terminate()
            ingest.wait()
            mosquitto.terminate()
    shutil.rmtree(directory)


def measure(url: str, directory: Path, pid: int) -> None:
    """Print delay, throughput and memory."""
    publisher = bus.connect(url, client_id="benchmark", clean=True)
    publisher.subscribe(["heatledger/home/live/#"])
    while not publisher.subscribed:
        publisher.poll(0.05)
    delays = sorted(one_delay_ms(publisher, number) for number in range(40))
    print(f"live value after publication: median {statistics.median(delays):.1f} ms, slowest of 40 {delays[-1]:.1f} ms")
    cpu_before = sum(psutil.Process(pid).cpu_times()[:2])
    began = time.perf_counter()
    for number in range(MESSAGES):
        payload = f'{{"ENERGY":{{"Total":{number / 1000},"Power":{number % 3000},"Voltage":230}}}}'
        publisher.publish(f"tele/meter{number % 40}/SENSOR", payload, 1)
        publisher.poll(0)
    store = open_store(f"sqlite:///{directory / 'heatledger.db'}")
    while sum(series.key.quantity == "energy" and 1 for series in store.series("home")) < 40 or not stored_all(store):
        publisher.poll(0.05)
    seconds = time.perf_counter() - began
    cpu_ms = 1000 * (sum(psutil.Process(pid).cpu_times()[:2]) - cpu_before) / MESSAGES
    print(
        f"{MESSAGES} messages stored in {seconds:.1f} s: {MESSAGES / seconds:.0f}/s, {cpu_ms:.2f} ms of processor each"
    )
    print(f"resident memory of ingest: {psutil.Process(pid).memory_info().rss / 1e6:.0f} MB")


def stored_all(store: object) -> bool:
    """Whether the last message of the burst is stored."""
    latest = store.latest("home")  # type: ignore[attr-defined] # a Store
    return max(r.value for r in latest if r.quantity == "energy") >= (MESSAGES - 1) / 1000


def one_delay_ms(publisher: bus.Connection, number: int) -> float:
    """Return how long after its publication a new device's value came back. [ms]."""
    began = time.perf_counter()
    publisher.publish(f"tele/fresh{number}/SENSOR", '{"ENERGY":{"Power":1}}', 1)
    while not any(message.topic.endswith(f"/fresh{number}") for message in publisher.poll(1.0)):
        pass
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
