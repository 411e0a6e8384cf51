"""A dashboard of the small house on real servers: mosquitto, a store with history, and processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import tomlkit

from heatledger.hearing import LiveValue
from heatledger.home import Home
from heatledger.readings import Intervals, SeriesKey
from heatledger.store import open_store
from tests.dashboard.house import HOUSE

TARIFF = """
name = "Flat"
currency = "USD"
source = "invented for the tests"
[[lines]]
kind = "energy"
label = "Energy"
rate = "0.3840"
[[lines]]
kind = "fixed"
label = "Customer charge"
rate = "0.42"
"""


def priced_by_the_hour(home: Home = HOUSE) -> str:
    """Return a plan that costs now, an hour ago and in two hours what the flat one costs, and less at other times."""
    now = datetime.now(ZoneInfo(home.timezone))
    first, last = ((now + timedelta(hours=hours)).strftime("%H:00") for hours in (-1, 3))
    cheap = (now + timedelta(hours=7)).strftime("%H:00")
    when = f'label = "Peak"\nwhen = [{{hours = ["{first}-{last}"]}}]'
    other = f'[[lines]]\nkind = "energy"\nlabel = "Night"\nrate = "0.151"\nwhen = [{{hours = ["{cheap}-{first}"]}}]\n'
    rest = '[[lines]]\nkind = "energy"\nlabel = "Day"\nrate = "0.242"\notherwise = true\n'
    return TARIFF.replace('label = "Energy"', when) + other + rest


def write_config(data: Path, home: Home = HOUSE, tariff: str = TARIFF) -> None:
    """Write the user's layer: the home with a rate plan, flat unless given, whose cycle began seventeen days ago."""
    for folder in ("homes", "tariffs"):
        (data / "config" / folder).mkdir(parents=True, exist_ok=True)
    begins = datetime.now(ZoneInfo(home.timezone)) - timedelta(days=17)
    raw = msgspec.to_builtins(home) | {"tariff": "flat", "cycle": {"day": min(begins.day, 28)}}
    (data / "config" / "homes" / f"{home.id}.toml").write_text(tomlkit.dumps(_without_none(raw)), encoding="utf-8")
    (data / "config" / "tariffs" / "flat.toml").write_text(tariff, encoding="utf-8")


def _without_none(value):
    if isinstance(value, dict):
        return {key: _without_none(inner) for key, inner in value.items() if inner is not None}
    return [_without_none(inner) for inner in value] if isinstance(value, list | tuple) else value


def write_history(data: Path, watts: dict[SeriesKey, float], *, days: int = 20) -> None:
    """Write five-minute intervals of steady power up to now."""
    end_s = int(time.time()) // 300 * 300
    start_s = np.arange(end_s - days * 86_400, end_s, 300)
    size = len(start_s)
    store = open_store(f"sqlite:///{data / 'heatledger.db'}")
    for key, mean in watts.items():
        level = np.full(size, mean)
        zeros = np.zeros(size, dtype=np.int64)
        store.write_intervals(
            [Intervals(key, start_s, level / 12_000, level, level, level, level, np.ones(size), zeros)]
        )
    store.close()


def live_messages(values: dict[SeriesKey, LiveValue]) -> dict[str, bytes]:
    """Return what ingest republishes: topic → payload, one a device."""
    devices: dict[tuple[str, str, str], list[dict]] = {}
    for key, live in values.items():
        devices.setdefault(key[:3], []).append(
            {
                "channel": key.channel,
                "quantity": key.quantity,
                "value": live.value,
                "unit": None,
                "time_us": live.time_us,
                "flags": live.flags,
            }
        )
    return {
        f"heatledger/{home}/live/{family}/{device}": json.dumps(
            {"home": home, "family": family, "device": device, "readings": readings}
        ).encode()
        for (home, family, device), readings in devices.items()
    }


class Process:
    """A process of heatledger on a free port, ended by its own id."""

    def __init__(self, data: Path, broker: str, *arguments: str, log: Path) -> None:
        environ = {**os.environ, "HEATLEDGER_DATA": str(data), "HEATLEDGER_MQTT_URL": broker}
        environ.pop("HEATLEDGER_CONFIG", None)
        with log.open("ab") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli", *arguments], env=environ, stdout=sink, stderr=sink
            )
        self.log = log

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def listening(ingest: Process, *, seconds: float = 120) -> Process:
    """Wait until ingest is subscribed: what is said before is nobody's."""
    deadline = time.monotonic() + seconds
    while "listening on" not in ingest.log.read_text():
        assert time.monotonic() < deadline, ingest.log.read_text()
        time.sleep(0.05)
    return ingest


def wait_until_served(url: str, process: Process, *, seconds: float = 120) -> None:
    """Wait for any answer, 503 included."""
    deadline = time.monotonic() + seconds
    while True:
        assert process.process.poll() is None, process.log.read_text()
        assert time.monotonic() < deadline, process.log.read_text()
        try:
            urllib.request.urlopen(url, timeout=10).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return


def utc_us() -> int:
    return int(datetime.now(UTC).timestamp() * 1e6)
