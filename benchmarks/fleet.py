"""How long the list of fifty homes takes, each with a month of data: nothing at hand, all at hand, started again.

    .venv/bin/python benchmarks/fleet.py [HOMES]

A real dashboard and a real browser: from asking for /fleet until its rows stand, and until every home has been looked
at; once for a dashboard that never looked at any, once more when it has, and after the same was started again.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.live import chromium
from heatledger import config as configuration
from heatledger.store import open_store
from tests.commissioning import weeks
from tests.conftest import Mosquitto, free_port
from tests.dashboard import scene

HOMES, DAYS = 50, 30
BAR_S = 1.0
"""Until the rows stand, whatever is known of them."""
STANDS = "n => document.querySelectorAll('table.fleet tbody tr').length === n"


def write(data: Path, homes: int) -> None:
    """Write the homes, each the simulated one of a seed of its own where that is one of the first five."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    lived = [weeks.blocks.__wrapped__(seed, now - timedelta(days=DAYS), DAYS) for seed in range(5)]
    plain = msgspec.structs.replace(weeks.demo_home(), comparison=(), compare=None)
    for number in range(homes):
        scene.write_config(data, msgspec.structs.replace(plain, id=f"home-{number:02}", name=f"Home {number:02}"))
    store = open_store(configuration.load(data_dir=data, environ={}).store_url)
    for number in range(homes):
        name = f"home-{number:02}"
        store.write_intervals([one._replace(key=one.key._replace(home=name)) for one in lived[number % len(lived)]])
    store.close()


def load(browser: Browser, url: str, homes: int) -> float:
    """Return how long a page takes from its address to its rows. [s]."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    began = time.perf_counter()
    page.goto(f"{url}/fleet", wait_until="commit")
    page.wait_for_function(STANDS, arg=homes, timeout=120_000)
    took = time.perf_counter() - began
    page.close()
    return took


def looked(url: str) -> int:
    """Return how many homes were looked at."""
    with urllib.request.urlopen(f"{url}/api/v1/fleet", timeout=60) as answer:  # noqa: S310 - of our own server
        return sum(row["looked_at"] is not None for row in json.load(answer))


def whole(url: str, homes: int) -> float:
    """Return how long it takes until every home has been looked at, while somebody looks at the list. [s]."""
    began = time.perf_counter()
    while looked(url) < homes:
        time.sleep(0.5)
    return time.perf_counter() - began


def resident_mb(process: scene.Process) -> float:
    """Return what a process holds. [MB]."""
    text = Path(f"/proc/{process.process.pid}/status").read_text(encoding="ascii")
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> int:
    """Measure and print; 1 where the bar is not held."""
    homes = int(sys.argv[1]) if len(sys.argv) > 1 else HOMES
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        data = Path(folder)
        write(data, homes)
        (data / "broker").mkdir()
        broker = Mosquitto(data / "broker").start()
        try:
            for name in ("never looked at any", "started again"):
                port = free_port()
                url = f"http://127.0.0.1:{port}"
                process = scene.Process(data, broker.url, "dashboard", "--port", str(port), log=data / "dashboard.log")
                try:
                    scene.wait_until_served(f"{url}/healthz", process)
                    first = load(browser, url, homes)
                    known = looked(url)
                    filled = whole(url, homes)
                    warm = load(browser, url, homes)
                    held = resident_mb(process)
                finally:
                    process.stop()
                worst = max(worst, first, warm)
                print(
                    f"{name}: rows after {first:.2f} s with {known} of {homes} homes known, "
                    f"all looked at {filled:.0f} s later, then rows after {warm:.2f} s; {held:.0f} MB"
                )
        finally:
            broker.stop()
    print(f"{worst:.2f} s of {BAR_S:.1f}")
    return int(worst > BAR_S)


if __name__ == "__main__":
    raise SystemExit(main())
