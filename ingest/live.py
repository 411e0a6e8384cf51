"""What is republished for whoever shows live values: one retained JSON a device, the newest of every series in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from heatledger.readings import Flag, Reading, Value

PERIOD_S: Final = 0.25
"""Shortest time between two publications for one device. [s]"""

STATUS_TOPIC: Final = "heatledger/ingest"
"""Retained: whether ingest runs, and what it has counted."""

_RETAINED: Final = int(Flag.RETAINED)  # a plain number: an enumeration's & takes a microsecond
_LONGEST_NAME: Final = 2_000
_RESERVED: Final = str.maketrans({"%": "%25", "+": "%2B", "#": "%23", "\x00": "%00"})

Device = tuple[str, str, str]
"""Home, family, device."""
Publish = Callable[[str, bytes], object]
"""Takes a topic and a payload; publishes retained."""


class LiveValue(msgspec.Struct, frozen=True, gc=False):
    """The newest value of one series, in the canonical unit; `time_us` is UTC [µs], `flags` are `Flag` bits."""

    channel: str
    quantity: str
    value: Value
    unit: str | None
    time_us: int
    flags: int


class LiveDevice(msgspec.Struct, frozen=True):
    """The payload under `device_topic`: everything last heard of one device."""

    home: str
    family: str
    device: str
    readings: tuple[LiveValue, ...]


class Changed(msgspec.Struct, frozen=True):
    """The payload under `intervals_topic`: intervals in this half-open span have changed. [s]."""

    start_s: int
    end_s: int


class Status(msgspec.Struct, frozen=True):
    """The payload under `STATUS_TOPIC`: messages heard and not understood, readings stored, since a time [µs UTC].

    `spool_readings` wait in `spool_bytes` for the store, the oldest from `spool_oldest_us` [µs UTC; 0: none]; while
    `refusing`, neither store nor spool takes any more and nothing is acknowledged. `trouble` is why, in one line.
    """

    online: bool
    heard: int = 0
    stored: int = 0
    not_understood: int = 0
    since_us: int = 0
    spool_readings: int = 0
    spool_bytes: int = 0
    spool_oldest_us: int = 0
    refusing: bool = False
    trouble: str = ""


def device_topic(home: str, family: str, device: str) -> str:
    """Return the topic of a device's live values.

    Examples
    --------
    >>> device_topic("home", "tasmota", "attic/50% #1")
    'heatledger/home/live/tasmota/attic/50%25 %231'
    """
    return f"heatledger/{home}/live/{family}/{device.translate(_RESERVED)}"


def intervals_topic(home: str) -> str:
    """Return the topic on which changed intervals of a home are announced."""
    return f"heatledger/{home}/intervals"


class Live:
    """Keeps the newest value of every series, and publishes a device at once, then at most four times a second.

    Parameters
    ----------
    publish : callable
        Takes topic and payload; publishes them retained.
    known : iterable of Reading
        The newest reading of each series so far, as the store has it.
    """

    def __init__(self, publish: Publish, known: Iterable[Reading] = ()) -> None:
        self._publish = publish
        self._values: dict[Device, dict[tuple[str, str], LiveValue]] = {}
        self._sent: dict[Device, float] = {}
        self._waiting: dict[Device, float] = {}
        self.know(known)

    def know(self, known: Iterable[Reading]) -> None:
        """Learn of readings kept earlier; what was heard since is newer."""
        for reading in known:
            device = self._values.get((reading.home, reading.family, reading.device), {})
            if (reading.channel, reading.quantity) not in device:
                self._keep(reading)

    def update(self, readings: Iterable[Reading], now: float) -> None:
        """Take new readings in at a monotonic time, and publish what may be published now. [s]."""
        for device in {self._keep(reading) for reading in readings}:
            due = self._sent.get(device, -PERIOD_S) + PERIOD_S
            if now >= due:
                self._send(device, now)
            else:
                self._waiting.setdefault(device, due)

    def flush(self, now: float) -> None:
        """Publish the devices that waited long enough."""
        for device in [device for device, due in self._waiting.items() if due <= now]:
            self._send(device, now)

    def wait_s(self, now: float) -> float:
        """Return how long until a waiting device may be published; infinite where none waits. [s]."""
        return max(0.0, min(self._waiting.values()) - now) if self._waiting else float("inf")

    def send_all(self, now: float) -> None:
        """Publish every device, as to a broker that may have lost what it retained."""
        for device in self._values:
            self._send(device, now)

    def _keep(self, reading: Reading) -> Device:
        device = (reading.home, reading.family, reading.device)
        series = self._values.setdefault(device, {})
        key = (reading.channel, reading.quantity)
        old = series.get(key)
        stale = reading.flags & _RETAINED and old is not None and not old.flags & _RETAINED
        if not stale:  # a message the broker had kept is never newer than one that was heard live
            series[key] = LiveValue(*key, reading.value, reading.unit, reading.time_us, int(reading.flags))
        return device

    def _send(self, device: Device, now: float) -> None:
        self._waiting.pop(device, None)
        self._sent[device] = now
        if len(device[2]) <= _LONGEST_NAME:
            payload = msgspec.json.encode(LiveDevice(*device, tuple(self._values[device].values())))
            self._publish(device_topic(*device), payload)
