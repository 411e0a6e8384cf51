"""What is republished for whoever shows live values: one retained JSON a device, the newest of every series in it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import Final

import msgspec

from heatledger.announcements import LiveDevice, LiveValue, device_topic
from heatledger.readings import Flag, Reading

PERIOD_S: Final = 0.25
"""Shortest time between two publications for one device. [s]"""

_RETAINED: Final = int(Flag.RETAINED)  # a plain number: an enumeration's & takes a microsecond
_LONGEST_NAME: Final = 2_000

Device = tuple[str, str, str]
"""Home, family, device."""
Publish = Callable[[str, bytes], object]
"""Takes a topic and a payload; publishes retained."""


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
        self._newest: dict[Device, dict[tuple[str, str], Reading]] = {}
        self._sent: dict[Device, float] = {}
        self._waiting: dict[Device, float] = {}
        self.know(known)

    def know(self, known: Iterable[Reading]) -> None:
        """Learn of readings kept earlier; what was heard since is newer."""
        for reading in known:
            device = self._newest.get((reading.home, reading.family, reading.device), {})
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
        for device in self._newest:
            self._send(device, now)

    def forget(self, homes: Container[str]) -> None:
        """Publish no more of homes that are described no longer."""
        for device in [device for device in self._newest if device[0] in homes]:
            for kept in (self._newest, self._sent, self._waiting):
                kept.pop(device, None)

    def _keep(self, reading: Reading) -> Device:
        device = (reading.home, reading.family, reading.device)
        series = self._newest.setdefault(device, {})
        key = (reading.channel, reading.quantity)
        old = series.get(key)
        stale = reading.flags & _RETAINED and old is not None and not old.flags & _RETAINED
        if not stale:  # a message the broker had kept is never newer than one that was heard live
            series[key] = reading
        return device

    def _send(self, device: Device, now: float) -> None:
        self._waiting.pop(device, None)
        self._sent[device] = now
        if len(device[2]) <= _LONGEST_NAME:
            said = tuple(_said(reading) for reading in self._newest[device].values())
            self._publish(device_topic(*device), msgspec.json.encode(LiveDevice(*device, said)))


def _said(reading: Reading) -> LiveValue:
    series = (reading.channel, reading.quantity)
    return LiveValue(*series, reading.value, reading.unit, reading.time_us, int(reading.flags))
