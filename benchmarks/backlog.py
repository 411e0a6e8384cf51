"""What ingest does with all that came while it was away: how fast it takes it, that each message is there once, memory.

python -m benchmarks.backlog [--messages 1000000]   (needs mosquitto and psutil; some 200 bytes of disk a message)
"""

from __future__ import annotations

import argparse
import shutil
import socket
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.ingest_rate import DEVICES, broker, start
from heatledger import announcements, bus
from heatledger.announcements import STATUS_TOPIC, Status
from heatledger.store import open_store

AT_ONCE = 1_000
READINGS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    given = parser.parse_args()
    directory = Path(tempfile.mkdtemp())
    try:
        with broker(directory) as port:
            measure(port, directory, given.messages)
    finally:
        shutil.rmtree(directory)


def measure(port: int, directory: Path, messages: int) -> None:
    """Let the broker gather a backlog for a session that is away, then let ingest take it."""
    url = f"mqtt://127.0.0.1:{port}"
    with start(url, directory) as ingest:
        ingest.terminate()  # its session stays
    begun = time.perf_counter()
    flood(port, messages)
    print(f"{messages:,} messages wait at the broker, published at {messages / (time.perf_counter() - begun):,.0f}/s")
    with start(url, directory) as ingest:
        try:
            samples = watch(url, psutil.Process(ingest.pid), messages)
        finally:
            ingest.terminate()
    check(directory, messages)
    (first_s, first, _, _), (last_s, last, _, spent_s) = samples[0], samples[-1]
    print(
        f"taken at {(last - first) / (last_s - first_s):,.0f}/s, {spent_s * 1e5 / messages:.1f} s for 100,000 of them"
    )
    half = [resident for _, stored, resident, _ in samples if stored <= messages / 2]
    rest = [resident for _, stored, resident, _ in samples if stored > messages / 2]
    print(f"resident memory: at most {max(half):.1f} MB in the first half, {max(rest):.1f} MB in the second")
    print(f"each of the {messages:,} messages is stored, once")


def flood(port: int, messages: int) -> None:
    """Publish numbered messages as Tasmota plugs do, at QoS 1, a thousand before the broker has to answer."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        answers = sock.makefile("rb")
        sock.sendall(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x00\x00\x05flood")  # CONNECT, MQTT 3.1.1, clean, no keep-alive
        assert answers.read(4) == b"\x20\x02\x00\x00"
        for first in range(0, messages, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, messages))
            sock.sendall(b"".join(_publish(number, number - first + 1) for number in numbers))
            assert len(answers.read(4 * len(numbers))) == 4 * len(numbers)
        sock.sendall(b"\xe0\x00")


def _publish(number: int, packet_id: int) -> bytes:
    topic = b"tele/meter%d/SENSOR" % (number % DEVICES)
    payload = b'{"ENERGY":{"Total":%.3f,"Power":%d,"Voltage":230}}' % (number / 1000, number % 3000)
    body = len(topic).to_bytes(2) + topic + packet_id.to_bytes(2) + payload
    assert len(body) < 128
    return b"\x32" + bytes([len(body)]) + body


def watch(url: str, ingest: psutil.Process, messages: int) -> list[tuple[float, int, float, float]]:
    """Return time [s], messages stored, resident memory [MB], processor time [s] of ingest until it has stored all."""
    listener = bus.connect(url, client_id="watch", clean=True)
    listener.subscribe([STATUS_TOPIC])
    samples: list[tuple[float, int, float, float]] = []
    stored = 0
    while stored < READINGS * messages:
        for message in listener.poll(1.0):
            said = announcements.read(message.topic, message.payload)
            if isinstance(said, Status) and said.stored > stored:
                stored, megabytes = said.stored, ingest.memory_info().rss / 1e6
                samples.append((time.perf_counter(), stored // READINGS, megabytes, sum(ingest.cpu_times()[:2])))
                print(f"{stored // READINGS:10,} stored  {megabytes:6.1f} MB", flush=True)
    listener.close()
    return samples


def check(directory: Path, messages: int) -> None:
    """Stop where a message is not in the store, or is there twice: each has a counter of its own."""
    store = open_store(f"sqlite:///{directory / 'heatledger.db'}")
    found = bytearray(messages)
    for reading in store.readings("home"):
        if reading.quantity == "energy":
            assert isinstance(reading.value, float)
            found[round(reading.value * 1000)] += 1
    store.close()
    missing, once = found.count(0), found.count(1)
    assert once == messages, f"{missing} are missing, {messages - missing - once} are there twice"


if __name__ == "__main__":
    main()
