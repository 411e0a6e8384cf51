"""What the dashboard holds resident with ten pages open: once over a year of twenty devices, once over the demo's home.

    .venv/bin/python benchmarks/memory.py [--seconds 90] [--place devices|demo] [--json]

Broker, ingest, dashboard and Chromium are real, and devices speak each second. Ten pages of one browser stand open:
every page, and those of the books for a year, a month and a week as well. Then those of the books are led through the
other periods, as somebody who looks around would lead them. The figures are the dashboard process's resident memory
(RSS), the most that was seen at any moment of it, and its processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil
from playwright.sync_api import Browser, Page

from benchmarks.live import chromium, running
from benchmarks.soak import Talk
from tests.conftest import free_port

BAR_MB = 250.0
ADDRESSES = (
    "",
    "devices",
    "commissioning",
    "zones",
    "bill",
    "performance",
    "compare?period=year",
    "bill?period=year",
    "performance?period=month",
    "zones?period=week",
)
LOOKS = ("day", "month", "year", "cycle")
PATIENCE_MS = 600_000


class Place(NamedTuple):
    """Where a dashboard answers, and its process."""

    url: str
    dashboard: psutil.Process


class Watch:
    """The resident memory of a process, looked at ten times a second. [MB]."""

    def __init__(self, process: psutil.Process) -> None:
        self._process, self._ended = process, threading.Event()
        self.most_mb = 0.0
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    @property
    def now_mb(self) -> float:
        """What it holds this moment. [MB]."""
        return float(self._process.memory_info().rss / 1e6)

    def _look(self) -> None:
        while not self._ended.wait(0.1):
            self.most_mb = max(self.most_mb, self.now_mb)

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()


@contextmanager
def devices(folder: Path) -> Iterator[Place]:
    """Run a home of twenty devices with a year of intervals; all of them speak each second."""
    with running(folder) as house:
        talk = Talk(house)
        try:
            yield Place(house.url, psutil.Process(house.dashboard.process.pid))
        finally:
            talk.end()


@contextmanager
def demo(folder: Path) -> Iterator[Place]:
    """Run `heatledger demo`: thirteen months of its home, in a folder of its own."""
    port = free_port()
    environ = {**os.environ, "HEATLEDGER_DATA": str(folder)}
    environ.pop("HEATLEDGER_CONFIG", None)
    command = [sys.executable, "-m", "cli", "demo", "--no-browser", "--port", str(port)]
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        log_path = folder / "demo.log"
        until(lambda: "the page: " in log_path.read_text(), process)
        children = psutil.Process(process.pid).children(recursive=True)
        yield Place(
            f"http://127.0.0.1:{port}", next(child for child in children if "dashboard" in child.cmdline()[1:4])
        )
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()


def until(holds: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float = 600) -> None:
    """Wait for a condition while a process lives."""
    ended = time.monotonic() + seconds
    while not holds():
        assert process.poll() is None, "the demo ended"
        assert time.monotonic() < ended, "the demo is not ready"
        time.sleep(0.2)


def stands(page: Page, url: str) -> None:
    """Open an address, once its body stands and its WebSocket is live."""
    page.goto(url)
    page.locator(".answer, #now-cost, #devices-body h1").first.wait_for(timeout=PATIENCE_MS)


def measure(place: Place, browser: Browser, seconds: float) -> dict[str, float]:
    """Open ten pages, lead them through the periods, let them stand; return what the dashboard held. [MB]."""
    watch = Watch(place.dashboard)
    try:
        found = {"alone_mb": watch.now_mb}
        context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
        pages = [context.new_page() for _ in ADDRESSES]
        for page, address in zip(pages, ADDRESSES, strict=True):
            stands(page, f"{place.url}/{address}")
        found["ten_open_mb"] = watch.now_mb
        pages[0].wait_for_timeout(1000 * seconds / 2)
        found["ten_standing_mb"] = watch.now_mb
        for period in LOOKS:
            for page, address in zip(pages, ADDRESSES, strict=True):
                name = address.partition("?")[0]
                if name in ("zones", "bill", "performance", "compare"):
                    stands(page, f"{place.url}/{name}?period={period}")
        found["looked_around_mb"] = watch.now_mb
        pages[0].wait_for_timeout(1000 * seconds / 2)
        context.close()
    finally:
        watch.end()
    times = place.dashboard.cpu_times()
    return found | {"at_the_end_mb": watch.now_mb, "most_mb": watch.most_mb, "cpu_s": times.user + times.system}


def main() -> int:
    """Measure and print; 1 where the bar is not held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=90, help="how long the pages stand open beside what is done")
    parser.add_argument("--place", choices=("devices", "demo"), action="append")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    places = {"devices": devices, "demo": demo}
    found: dict[str, dict[str, float]] = {}
    for name in given.place or places:
        with tempfile.TemporaryDirectory() as folder, places[name](Path(folder)) as place, chromium() as browser:
            found[name] = measure(place, browser, given.seconds)
        if not given.json:
            print(name, *(f"{figure} {value:.0f}" for figure, value in found[name].items()), sep="  ")
    if given.json:
        print(json.dumps(found))
    return int(max(row["most_mb"] for row in found.values()) > BAR_MB)


if __name__ == "__main__":
    raise SystemExit(main())
