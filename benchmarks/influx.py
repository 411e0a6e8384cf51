"""What the InfluxDB store does a second: points in, and the questions the page and the statements ask.

python benchmarks/influx.py [--json] [--url influxdb://host:8086/bucket?org=…] [--days 30] [--devices 20]

Without a URL it starts the machine's own influxd (Debian's 1.6.7) and nginx, which adds the path of 1.8.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil

from benchmarks.store import START_S, intervals, messages, seconds
from heatledger.store import Delivery, Served, Store, open_store
from tests.store.influx_server import Influxd, Nginx

HOURS = 12
SETTLE_S = 6.0


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
    lines = (f"{name:32} {value:14,.1f}" for name, value in figures.items())
    print(json.dumps(figures) if given.json else "\n".join(lines))


if __name__ == "__main__":
    main()
