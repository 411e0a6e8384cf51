"""What the InfluxDB store does a second: points in, and the questions the page and the statements ask.

python benchmarks/influx.py [--json] [--url influxdb://host:8086/bucket?org=…] [--days 30] [--devices 20]

Without a URL it starts the machine's own influxd (Debian's 1.6.7) and nginx, which adds the path of 1.8.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil

from benchmarks.store import START_S, intervals, messages, seconds
from heatledger import bus
from heatledger.store import Delivery, Served, Store, open_store
from tests.conftest import Mosquitto
from tests.store.influx_server import Influxd, Nginx

HOURS = 12
SETTLE_S = 6.0
MESSAGES = 20_000


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, Influxd]]:
    """Start influxd and nginx of our own; yield the store's URL."""
    influxd = Influxd(folder / "influxd", extra='cache-snapshot-write-cold-duration = "1s"').start()
    nginx = Nginx(folder / "nginx", influxd).start()
    try:
        yield f"influxdb://127.0.0.1:{nginx.port}/bench", influxd
    finally:
        nginx.stop()
        influxd.stop()


def writing(store: Store, devices: int) -> dict[str, float]:
    """Write half a day of readings in groups as ingest commits them."""
    groups = list(messages(devices, HOURS * 3600))
    points, cpu = sum(map(len, groups)), time.process_time()
    begun = time.perf_counter()
    for number, group in enumerate(groups):
        notes = [Delivery(n, (number * 1000 + n).to_bytes(16)) for n in range(1, len(group) // 4 + 1)]
        store.write(group, deliveries=notes)
    spent = time.perf_counter() - begun
    return {
        "points": points,
        "points_written_per_s": points / spent,
        "our_cpu_us_per_point": 1e6 * (time.process_time() - cpu) / points,
    }


def reading(store: Store, days: int) -> dict[str, float]:
    """Ask what the page asks. [ms]"""
    month = {"start_s": START_S, "end_s": START_S + days * 86_400}
    end_us = (START_S + HOURS * 3600) * 1_000_000
    half_day, recent = (
        {"start_us": start_us, "end_us": end_us} for start_us in (START_S * 1_000_000, end_us - 300_000_000)
    )
    one = {**month, "quantities": ["energy"]}
    return {
        "intervals_all_cold_ms": 1e3 * seconds(lambda: store.intervals("home", **month), 1),
        "intervals_all_ms": 1e3 * seconds(lambda: store.intervals("home", **month), 3),
        "intervals_energy_ms": 1e3 * seconds(lambda: store.intervals("home", **one), 3),
        "latest_ms": 1e3 * seconds(lambda: store.latest("home"), 20),
        "series_ms": 1e3 * seconds(lambda: store.series("home"), 5),
        "samples_half_day_ms": 1e3 * seconds(lambda: store.samples("home", "tasmota", "plug 3", **half_day)),
        "samples_5min_ms": 1e3 * seconds(lambda: store.samples("home", "tasmota", "plug 3", **recent), 20),
        "readings_streamed_per_s": 100_000 / seconds(lambda: _take(store, 100_000), 1),
    }


def _take(store: Store, count: int) -> None:
    for number, _ in enumerate(store.readings("home")):
        if number == count:
            return


def run(url: str, devices: int, days: int) -> dict[str, float]:
    """Return every figure of one server."""
    store = open_store(url)
    assert isinstance(store, Served)
    store.prepare()
    print(store.version(), file=sys.stderr)
    figures = writing(store, devices)
    blocks = intervals(devices, days)
    rows = sum(len(block.start_s) for block in blocks)
    figures["interval_rows"] = rows
    figures["interval_rows_written_per_s"] = rows / seconds(lambda: store.write_intervals(blocks), 1)
    figures |= reading(store, days)
    figures["our_peak_resident_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    store.close()
    return figures


def sizes(folder: Path, influxd: Influxd, figures: dict[str, float]) -> dict[str, float]:
    """Return what the server holds in memory, and on disk once its log has become its files."""
    assert influxd.process is not None
    resident = psutil.Process(influxd.process.pid).memory_info().rss / 1e6
    time.sleep(SETTLE_S)
    written = sum(path.stat().st_size for path in folder.rglob("*.tsm"))
    rows = figures["points"] + figures["interval_rows"]
    return {"server_resident_mb": resident, "disk_mb": written / 1e6, "bytes_a_row": written / rows}


def ingesting(folder: Path, url: str) -> dict[str, float]:
    """Publish a burst at QoS 1 through a real broker and ingest; stop the clock when all of it is stored."""
    (folder / "broker").mkdir()
    broker = Mosquitto(folder / "broker").start()
    environ = {**os.environ, "HEATLEDGER_DATA": str(folder / "data"), "HEATLEDGER_MQTT_URL": broker.url}
    environ["HEATLEDGER_STORE_URL"] = url = f"{url}?prefix=burst_"
    command = [sys.executable, "-m", "cli", "ingest"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as ingest:
        try:
            assert ingest.stdout
            ingest.stdout.readline()
            return _burst(broker.url, url, psutil.Process(ingest.pid))
        finally:
            ingest.terminate()
            ingest.wait()
            broker.stop()


def _burst(broker: str, url: str, ingest: psutil.Process) -> dict[str, float]:
    publisher, store = bus.connect(broker, client_id="benchmark", clean=True), open_store(url)
    while not publisher.connected:
        publisher.poll(0.05)
    cpu, begun = sum(ingest.cpu_times()[:2]), time.perf_counter()
    for number in range(MESSAGES):
        payload = f'{{"ENERGY":{{"Total":{number / 1000},"Power":{number % 3000},"Voltage":230}}}}'
        publisher.publish(f"tele/meter{number % 40}/SENSOR", payload, 1)
        publisher.poll(0)
    last = (MESSAGES - 1) / 1000
    while max((r.value for r in store.latest("home") if r.quantity == "energy"), default=0) < last:
        publisher.poll(0.1)
    spent = time.perf_counter() - begun
    stored = sum(r.quantity == "energy" for r in store.readings("home"))
    assert stored == MESSAGES, f"published {MESSAGES}, stored {stored}"
    publisher.close()
    store.close()
    return {
        "ingest_messages_per_s": MESSAGES / spent,
        "ingest_cpu_s_per_100k_messages": 100_000 * (sum(ingest.cpu_times()[:2]) - cpu) / MESSAGES,
        "ingest_resident_mb": ingest.memory_info().rss / 1e6,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a server to measure; by default one of our own")
    parser.add_argument("--devices", type=int, default=20, help="four series each")
    parser.add_argument("--days", type=int, default=30, help="days of intervals")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.url:
        figures = run(given.url, given.devices, given.days)
    else:
        with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as (url, influxd):
            figures = run(url, given.devices, given.days)
            figures |= sizes(Path(folder), influxd, figures)
            figures |= ingesting(Path(folder), url)
    lines = (f"{name:32} {value:14,.1f}" for name, value in figures.items())
    print(json.dumps(figures) if given.json else "\n".join(lines))


if __name__ == "__main__":
    main()
