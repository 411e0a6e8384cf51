"""What the store does a second: readings in, and the questions the page and the statements ask, on a real file.

python benchmarks/store.py [--json] [--url sqlite:///…] [--days 30] [--devices 20]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from heatledger.readings import Intervals, Reading, SeriesKey
from heatledger.store import Delivery, Store, open_store

START_S = 1_790_000_000 // 300 * 300
GROUP = 1000
EVERY_S = 10
# what a device says at once: quantity, unit, kind, reset
SAYS = (
    ("power", "W", "gauge", ""),
    ("energy", "kWh", "counter", "never"),
    ("voltage", "V", "gauge", ""),
    ("temperature", "°C", "gauge", ""),
)


def messages(devices: int, seconds: int) -> Iterator[list[Reading]]:
    """Each device's readings every ten seconds, in order of time: a home's day in groups as ingest commits them."""
    group: list[Reading] = []
    for at in range(0, seconds, EVERY_S):
        for device in range(devices):
            time_us = (START_S + at) * 1_000_000 + device
            for number, (quantity, unit, kind, reset) in enumerate(SAYS):
                value = 100.0 * number + device + at / 3600
                row = Reading("home", "tasmota", f"plug {device}", "", quantity, time_us, value, unit, kind, reset)
                group.append(row)
        if len(group) >= GROUP:
            yield group
            group = []
    yield group


def intervals(devices: int, days: int) -> list[Intervals]:
    """A span of intervals of every series, as full as real ones are."""
    count = days * 288
    start_s = START_S + 300 * np.arange(count, dtype=np.int64)
    noise = np.random.default_rng(1).normal(500, 100, count)
    none, flags = np.full(count, np.nan), np.zeros(count, dtype=np.int64)
    blocks = []
    for device in range(devices):
        for quantity, *_ in SAYS:
            key = SeriesKey("home", "tasmota", f"plug {device}", "", quantity)
            energy = noise / 12_000 if quantity in {"power", "energy"} else none
            columns = (energy, noise, noise - 9, noise + 9, noise + 1, np.ones(count))
            blocks.append(Intervals(key, start_s, *columns, flags))
    return blocks


def seconds(work: Callable[[], object], repeat: int = 5) -> float:
    """Median time of a piece of work. [s]"""
    spent = []
    for _ in range(repeat):
        begun = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent)


def rate_of_writing(store: Store, devices: int) -> dict[str, float]:
    """Write two days of readings in groups; then the same groups again."""
    groups = list(messages(devices, 2 * 86_400))
    points = sum(map(len, groups))
    begun = time.perf_counter()
    for number, group in enumerate(groups):
        store.write(group, deliveries=[Delivery(number % 65_535 + 1, number.to_bytes(16))])
    spent = time.perf_counter() - begun
    again = seconds(lambda: [store.write(group) for group in groups[:100]], repeat=1)
    repeated = sum(map(len, groups[:100]))
    return {"points": points, "points_per_s": points / spent, "repeated_points_per_s": repeated / again}


def run(url: str, devices: int, days: int) -> dict[str, float]:
    """Return every figure of one store."""
    store = open_store(url)
    figures = rate_of_writing(store, devices)
    day = {"start_us": START_S * 1_000_000, "end_us": (START_S + 86_400) * 1_000_000}
    blocks = intervals(devices, days)
    rows = sum(len(block.start_s) for block in blocks)
    figures["interval_rows"] = rows
    figures["interval_rows_written_per_s"] = rows / seconds(lambda: store.write_intervals(blocks), repeat=1)
    store.close()
    store = open_store(url)
    span = {"start_s": START_S, "end_s": START_S + days * 86_400}
    figures["intervals_all_cold_ms"] = 1e3 * seconds(lambda: store.intervals("home", **span), repeat=1)
    figures["intervals_all_ms"] = 1e3 * seconds(lambda: store.intervals("home", **span))
    chosen = ["energy"]
    figures["intervals_energy_ms"] = 1e3 * seconds(lambda: store.intervals("home", **span, quantities=chosen))
    figures["latest_ms"] = 1e3 * seconds(lambda: store.latest("home"), repeat=50)
    figures["samples_device_day_ms"] = 1e3 * seconds(lambda: store.samples("home", "tasmota", "plug 3", **day))
    recent = {**day, "start_us": day["end_us"] - 300_000_000}
    figures["samples_device_5min_ms"] = 1e3 * seconds(lambda: store.samples("home", "tasmota", "plug 3", **recent), 50)
    store.close()
    return figures


def sizes(path: Path, figures: dict[str, float]) -> dict[str, float]:
    """Return bytes on disk, where the store is a file."""
    return {
        "file_mb": path.stat().st_size / 1e6,
        "points": figures["points"],
        "interval_rows": figures["interval_rows"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="store to measure; by default a SQLite file in a temporary folder")
    parser.add_argument("--devices", type=int, default=20, help="four series each")
    parser.add_argument("--days", type=int, default=30, help="days of intervals")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = Path(folder).absolute() / "store.db"
        figures = run(given.url or f"sqlite:///{path}", given.devices, given.days)
        if path.exists():
            figures |= sizes(path, figures)
    lines = (f"{name:32} {value:14,.1f}" for name, value in figures.items())
    print(json.dumps(figures) if given.json else "\n".join(lines))


if __name__ == "__main__":
    main()
