"""Ingest against a bare paho callback on the same backlog in one run, then the delay of live values and memory.

Run ``python -m benchmarks.ingest_rate [--messages 100000]`` (needs mosquitto and psutil).
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from paho.mqtt.client import CallbackAPIVersion, Client
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from heatledger import bus
from heatledger.store import open_store

TOPICS = "tele/#"
DEVICES = 40


def main() -> None:
    """Start a broker of our own, load it, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    given = parser.parse_args()
    directory = Path(tempfile.mkdtemp())
    try:
        with broker(directory) as port:
            measure(port, directory, given.messages)
    finally:
        shutil.rmtree(directory)


@contextmanager
def broker(directory: Path) -> Iterator[int]:
    """Run a broker of our own that keeps whatever waits for a client; yield its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = directory / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\n"
        "max_queued_bytes 0\nset_tcp_nodelay true\n"
    )
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin") or "mosquitto"
    with subprocess.Popen([program, "-c", config], stderr=subprocess.DEVNULL) as mosquitto:
        try:
            time.sleep(0.5)
            yield port
        finally:
            mosquitto.terminate()


def measure(port: int, directory: Path, messages: int) -> None:
    """Fill a backlog for both consumers, let one after the other take it, and print how fast they were."""
    url = f"mqtt://127.0.0.1:{port}"
    with start(url, directory) as ingest:
        ingest.terminate()  # its session stays
    bare(port, 0)
    backlog(url, messages)
    begun_s = time.process_time()
    plain = bare(port, messages)
    plain_s = time.process_time() - begun_s
    with start(url, directory) as ingest:
        process = psutil.Process(ingest.pid)
        begun_s = sum(process.cpu_times()[:2])
        rate = taken(directory, messages)
        cpu_s = sum(process.cpu_times()[:2])
        print(f"bare paho callback, QoS 1       {plain:10,.0f} messages/s")
        print(f"ingest, committed to SQLite     {rate:10,.0f} messages/s, {rate / plain:.2f} of that")
        print(f"its processor time, start and all {cpu_s * 1e5 / messages:8.1f} s for 100,000 messages")
        print(f"the callback's of its without the start {plain_s / (cpu_s - begun_s):8.2f}: its rate were both alone")
        print(f"its resident memory             {process.memory_info().rss / 1e6:10.0f} MB")
        delays = live_delays_ms(url)
        print(f"live value after publication: median {statistics.median(delays):.1f} ms, slowest {delays[-1]:.1f} ms")
        ingest.terminate()


def start(url: str, directory: Path) -> subprocess.Popen[bytes]:
    """Start an ingest process and wait until it listens."""
    environ = {**os.environ, "HEATLEDGER_DATA": str(directory), "HEATLEDGER_MQTT_URL": url}
    ingest = subprocess.Popen([sys.executable, "-m", "cli", "ingest"], env=environ, stdout=subprocess.PIPE)
    assert ingest.stdout
    ingest.stdout.readline()
    return ingest


def backlog(url: str, messages: int) -> None:
    """Publish numbered messages as Tasmota plugs do, at QoS 1."""
    publisher = bus.connect(url, client_id="benchmark", clean=True)
    while not publisher.connected:
        publisher.poll(0.05)
    for number in range(messages):
        payload = f'{{"ENERGY":{{"Total":{number / 1000},"Power":{number % 3000},"Voltage":230}}}}'
        publisher.publish(f"tele/meter{number % DEVICES}/SENSOR", payload, 1)
        if number % 10 == 0:
            publisher.poll(0)
    while publisher.unacknowledged:
        publisher.poll(0.05)
    publisher.close()


def bare(port: int, messages: int) -> float:
    """Return how many messages a second a callback takes that does nothing, paho acknowledging each. [1/s]."""
    times: list[float] = []
    client = Client(CallbackAPIVersion.VERSION2, "bare", protocol=5)
    client.on_message = lambda *_: times.append(time.perf_counter())
    keep = Properties(PacketTypes.CONNECT)
    keep.SessionExpiryInterval, keep.ReceiveMaximum = 3_600, bus.RECEIVE_MAXIMUM
    ready: list[object] = []
    client.on_subscribe = lambda *said: ready.append(said)
    client.connect("127.0.0.1", port, clean_start=False, properties=keep)
    client.subscribe(TOPICS, 1)
    while len(times) < messages or not ready:
        client.loop(0.5)
    client.disconnect()
    return messages / (times[-1] - times[0]) if times else 0.0


def taken(directory: Path, messages: int) -> float:
    """Wait until all is stored; return the rate from the first message's receipt to the last one's. [1/s]."""
    store = open_store(f"sqlite:///{directory / 'heatledger.db'}")
    last = (messages - 1) / 1000
    while max((r.value for r in store.latest("home") if r.quantity == "energy"), default=0.0) < last:
        time.sleep(0.2)
    times = {(r.device, r.time_us) for r in store.readings("home")}
    assert len(times) == messages, f"{len(times)} of {messages} are stored"
    store.close()
    stamps = [at for _, at in times]
    return messages / ((max(stamps) - min(stamps)) / 1e6)


def live_delays_ms(url: str) -> list[float]:
    """Return how long after its publication a new device's value came back, sorted. [ms]."""
    publisher = bus.connect(url, client_id="benchmark", clean=True)
    publisher.subscribe(["heatledger/home/live/#"])
    while not publisher.subscribed:
        publisher.poll(0.05)
    while publisher.poll(1.0):
        pass
    delays = []
    for number in range(40):
        began = time.perf_counter()
        publisher.publish(f"tele/fresh{number}/SENSOR", '{"ENERGY":{"Power":1}}', 1)
        while not any(message.topic.endswith(f"/fresh{number}") for message in publisher.poll(1.0)):
            pass
        delays.append((time.perf_counter() - began) * 1000)
    return sorted(delays)


if __name__ == "__main__":
    main()
