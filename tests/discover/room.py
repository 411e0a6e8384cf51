"""A room full of devices that speak, and the command as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from heatledger import bus

Words = tuple[str, bytes, bool]
"""Topic, payload, and whether the broker keeps it."""

OTHERS: tuple[Words, ...] = (
    ("p1/json", b'{"electricity_delivered_1":"1201.5","electricity_delivered_2":"980.125"}', False),
    ("tele/attic/fan plug/SENSOR", b'{"Time":"2026-01-01T10:00:00","ENERGY":{"Total":3.5,"Power":21}}', False),
    ("shellies/em/emeter/0/power", b"512.5", False),
    ("shellies/em/emeter/0/total", b"99000.0", False),
    ("plug-a/switch/relay/state", b"ON", False),
    ("plug-a/sensor/power/state", b"33.5", False),
    (
        "midea2mqtt/guest/state",
        b'{"available":true,"power":true,"mode":"cool","targetTemperature":22,"indoorTemperature":24,"fanSpeed":"low"}',
        False,
    ),
    ("panasonic_heat_pump/main/Main_Outlet_Temp", b"35.5", False),
    ("panasonic_heat_pump/main/Compressor_Freq", b"42", False),
    ("panasonic_heat_pump/main/Operating_Mode_State", b"0", False),
    ("kasa/desk/switch/emeter/power", b"14.25", False),
    ("kasa/desk/switch/emeter/total", b"7.5", False),
    ("homie/5/boiler/$state", b"ready", True),
    ("attic/probe/value", b'{"t_room":21.5,"mode":"BOOST","elec":{"sum_wh":151300}}', True),
)


@contextmanager
def speaking(url: str, words: Sequence[Words]) -> Iterator[None]:
    """Say the same words again and again until the block ends."""
    ended, ready = threading.Event(), threading.Event()

    def speak() -> None:
        connection = bus.connect(url, client_id="room", clean=True, on_state=lambda _up, _line: None)
        while not ended.is_set():
            if connection.connected:
                for topic, payload, retain in words:
                    connection.publish(topic, payload, 1, retain=retain)
                ready.set()
            connection.poll(0.2)
        connection.close()

    thread = threading.Thread(target=speak)
    thread.start()
    try:
        assert ready.wait(10)
        yield
    finally:
        ended.set()
        thread.join()


class Command:
    """Runs `heatledger` on a data folder and a broker."""

    def __init__(self, data: Path, url: str) -> None:
        self.data, self.url = data, url
        (data / "config" / "homes").mkdir(parents=True, exist_ok=True)

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HEATLEDGER_", "TZ", "LC_"))}
        said = {"HEATLEDGER_DATA": str(self.data), "HEATLEDGER_MQTT_URL": self.url, "TZ": "Europe/Berlin"}
        return {**kept, **said, "LC_ALL": "C.UTF-8"}

    def __call__(self, *arguments: str, answers: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(command, env=self.environ, input=answers, capture_output=True, text=True, timeout=90)

    def ingest(self, until: Callable[[], bool]) -> None:
        """Run ingest until something has come of it, then stop it in order."""
        self.said = ""
        process = subprocess.Popen([sys.executable, "-m", "cli", "ingest"], env=self.environ, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 120
        try:
            while not until():
                assert time.monotonic() < deadline, "ingest stored nothing in time"
                time.sleep(0.1)
        finally:
            process.terminate()
            self.said = process.communicate(timeout=120)[1].decode()
