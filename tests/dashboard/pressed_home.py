"""The simulated home, its time pressed: it lives many times faster than the clock, and speaks over a real broker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as paho

from ingest.simulate import formats
from ingest.simulate.formats import Scene, encode
from tests.commissioning.bench import STEP_S, Bench


class PressedHome:
    """Lives `pace` times faster than real on a thread of its own; `bench.remote` is in the hands of the test.

    Its plug and its unit speak at every step, ten seconds of its own time apart, in the words of the real ones.
    """

    SPEAKS = (formats.tasmota_sensor, formats.faikin, formats.station)

    def __init__(self, port: int, pace: float, bench: Bench) -> None:
        self.bench, self.pace = bench, pace
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.connect("127.0.0.1", port)
        self._stop = threading.Event()
        self._silent = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self) -> PressedHome:
        self._client.loop_start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=60)
        self._client.disconnect()
        self._client.loop_stop()

    @contextmanager
    def hardly_moving(self) -> Iterator[None]:
        """Live slowly while somebody walks to the remote: on a busy machine the walk would take hours of its time."""
        pace, self.pace = self.pace, self.pace / 20.0
        yield
        self.pace = pace

    def fall_silent(self) -> None:
        """Say nothing any more."""
        self._silent.set()

    def _live(self) -> None:
        due_s = time.monotonic()
        while not self._stop.wait(max(due_s - time.monotonic(), 0.0)):
            step_s = STEP_S / self.pace
            due_s = max(due_s + step_s, time.monotonic() - step_s)  # a slow machine's home lives slower, never in leaps
            scene = Scene(self.bench.view(self.bench.step()), time.time_ns() // 1000)
            for says in () if self._silent.is_set() else self.SPEAKS:
                for topic, body in says(scene):
                    self._client.publish(topic, encode(body), 0)
