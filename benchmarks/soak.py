"""Two hours of reconnects, compressed: does anything grow while broker, browsers and networks come and go?

    .venv/bin/python benchmarks/soak.py [--minutes 10] [--json]

Broker, ingest, dashboard and Chromium are real. Twenty devices speak each second all the while. In turn the broker is
started again, a browser loses its network, a tablet sleeps, a page is loaded anew, browsers and bare WebSockets come
and are cut off, programs ask. After each the wall page must be live again; after each turn memory, open files, threads
and WebSocket sessions of ingest and dashboard are counted. What they grow by is a straight line through the samples
after the first third. A turn takes a minute; the last one is finished.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import paho.mqtt.client as paho
import psutil
from playwright.sync_api import Browser, Page

from benchmarks.live import House, chromium, devices, open_wall, running
from tests.dashboard.tablet import asleep

EACH_S = 1.0
PATIENCE_MS = 60_000
ASLEEP_S = 20.0
GROWTH = {"resident_mb": 6.0, "files": 1.5, "threads": 1.5, "sessions": 0.5}
"""By what is counted, what it may grow by over the measured time. Memory comes in arenas: one more is no growth."""
FRESH = """(before) => document.querySelector('.link')?.textContent === ''
  && Number(document.querySelector('#now-beat')?.textContent) > before"""


class Sample(NamedTuple):
    """What a process holds."""

    at_s: float
    resident_mb: float
    files: float
    threads: float
    sessions: float


class Talk:
    """The devices, on a thread of their own, whatever becomes of the broker."""

    def __init__(self, house: House) -> None:
        self._house, self._ended = house, threading.Event()
        self.said = 0
        self._thread = threading.Thread(target=self._speak)
        self._thread.start()

    def _speak(self) -> None:
        client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        client.reconnect_delay_set(0.2, 1)
        client.connect("127.0.0.1", self._house.broker.port)
        client.loop_start()
        rows = devices(0.3)
        while not self._ended.wait(EACH_S):
            for device, (_, says) in rows.items():
                client.publish(f"tele/{device}/SENSOR", says(self.said)[0])
            self.said += 1
        client.loop_stop()

    def end(self) -> None:
        """Let them fall silent."""
        self._ended.set()
        self._thread.join()


class Soak:
    """One wall page that stays, and all that happens around it."""

    def __init__(self, house: House, browser: Browser) -> None:
        self.house, self.browser = house, browser
        self.page: Page = open_wall(browser, house.url)
        self.faults: tuple[Callable[[], None], ...] = (
            self.broker_again,
            self.offline,
            self.asleep,
            self.loaded_anew,
            self.visitors,
            self.cut_off,
            self.programs,
        )

    def live(self) -> None:
        """Wait until the page is connected and its beat moves."""
        beat = self.page.evaluate("Number(document.querySelector('#now-beat')?.textContent ?? 0)")
        self.page.wait_for_function(FRESH, arg=beat, timeout=PATIENCE_MS)

    def broker_again(self) -> None:
        """Stop the broker in order, and start it."""
        self.house.broker.stop()
        self.house.broker.start()

    def offline(self) -> None:
        """Take the browser's network away for longer than a beat."""
        self.page.context.set_offline(True)
        self.page.wait_for_timeout(4000)
        self.page.context.set_offline(False)

    def loaded_anew(self) -> None:
        """Load the page again."""
        self.page.reload()

    def asleep(self) -> None:
        """Let the tablet sleep: nothing in it runs, and its connections stay."""
        with asleep(self.page):
            time.sleep(ASLEEP_S)

    def visitors(self) -> None:
        """Let three browsers come, each to two pages, and go without a word."""
        for _ in range(3):
            page = open_wall(self.browser, self.house.url)
            page.goto(f"{self.house.url}/devices")
            page.close()

    def cut_off(self) -> None:
        """Open WebSockets by hand and break them off."""
        host, port = self.house.url.removeprefix("http://").split(":")
        for _ in range(20):
            with socket.create_connection((host, int(port)), timeout=10) as line:
                line.sendall(
                    f"GET /_dash-ws-callback HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {self.house.url}\r\n"
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
                )
                answer = line.recv(64)
                assert b" 101 " in answer, answer

    def programs(self) -> None:
        """Ask the API as programs do, a connection each."""
        for path in ("/api/v1/live", "/api/v1/devices", "/api/v1/summary?period=day", "/healthz", "/metrics") * 5:
            with suppress(OSError):
                urllib.request.urlopen(self.house.url + path, timeout=30).close()  # noqa: S310 - our own address


def counted(process: psutil.Process, port: int, begun: float) -> Sample:
    """Return what a process holds now; its sessions are connections to the dashboard's port."""
    lines = process.net_connections("tcp")
    open_now = sum(line.status == psutil.CONN_ESTABLISHED and line.laddr.port == port for line in lines)
    resident = process.memory_info().rss / 1e6
    return Sample(time.monotonic() - begun, resident, process.num_fds(), process.num_threads(), open_now)


def grown(samples: list[Sample]) -> dict[str, float]:
    """Return by how much each count grew after the first third, along a straight line."""
    rows = np.array([row for row in samples if row.at_s >= samples[-1].at_s / 3])
    span = rows[-1, 0] - rows[0, 0]
    slopes = np.polyfit(rows[:, 0], rows[:, 1:], 1)[0]
    return {name: float(slope * span) for name, slope in zip(Sample._fields[1:], slopes, strict=True)}


def soak(house: House, browser: Browser, minutes: float) -> dict[str, dict[str, object]]:
    """Let everything happen for some minutes; return what was counted."""
    port = int(house.url.rpartition(":")[2])
    watched = {
        "ingest": psutil.Process(house.ingest.process.pid),
        "dashboard": psutil.Process(house.dashboard.process.pid),
    }
    samples: dict[str, list[Sample]] = {name: [] for name in watched}
    stage, begun, turns = Soak(house, browser), time.monotonic(), 0
    while time.monotonic() < begun + 60 * minutes or turns < 2:
        for fault in stage.faults:
            fault()
            stage.live()
        turns += 1
        stage.page.wait_for_timeout(3000)
        for name, process in watched.items():
            samples[name].append(counted(process, port, begun))
        told = "; ".join(f"{name} {_told(rows[-1])}" for name, rows in samples.items())
        print(f"turn {turns}: {told}", file=sys.stderr, flush=True)
    return {
        name: {"turns": turns, "minutes": rows[-1].at_s / 60, "last": rows[-1]._asdict(), "grown": grown(rows)}
        for name, rows in samples.items()
    }


def _told(row: Sample) -> str:
    return f"{row.resident_mb:.1f} MB, {row.files:.0f} files, {row.threads:.0f} threads, {row.sessions:.0f} sessions"


def main() -> int:
    """Soak and print; 1 where something grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="begin no turn after so many")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as house, chromium() as browser:
        talk = Talk(house)
        try:
            found = soak(house, browser, given.minutes)
        finally:
            talk.end()
        lost = [process.process.poll() for process in (house.ingest, house.dashboard)] != [None, None]
    worst = [
        f"{name}: {count} grew by {by:.1f}"
        for name, row in found.items()
        for count, by in row["grown"].items()  # type: ignore[attr-defined]
        if by > GROWTH[count]
    ]
    print(json.dumps(found) if given.json else "\n".join(f"{name}: {row}" for name, row in found.items()))
    print("; ".join([*worst, "a process ended"] if lost else worst) or "no growth", file=sys.stderr)
    return int(bool(worst) or lost)


if __name__ == "__main__":
    raise SystemExit(main())
