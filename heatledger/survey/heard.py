"""What was heard on a broker: devices with their quantities and last values, and topics that were not understood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from heatledger.hearing import LiveValue, follow
from heatledger.quantities import QUANTITIES
from heatledger.readings import Flag, Reading, SeriesKey, Value

MOST_TOPICS: Final = 10_000
"""How many topics, and how many series, are told apart."""

_SAMPLE: Final = 160
_ORDER: Final = {name: number for number, name in enumerate(QUANTITIES)}


class Heard(msgspec.Struct, frozen=True):
    """One quantity of a device, its newest value in the canonical unit."""

    channel: str
    quantity: str
    value: Value
    unit: str | None
    time_us: int
    retained: bool
    kind: str


class Device(msgspec.Struct, frozen=True):
    """A device and all it says.

    Attributes
    ----------
    home, family, name : str
        Who; the device's verbatim name.
    heard : tuple of Heard
        In the order of the nomenclature, then by channel.
    messages : int
        Messages that gave readings of it while we listened.
    usual_s : float or None
        How far apart they are, None where too few came. [s]
    heard_us : int
        When something was last heard of it. [µs]
    retained : bool
        Whether all that is known of it was kept by the broker: its age is not known.
    topics : tuple of str
        Where it speaks, as far as we listened.
    """

    home: str
    family: str
    name: str
    heard: tuple[Heard, ...]
    messages: int
    usual_s: float | None
    heard_us: int
    retained: bool
    topics: tuple[str, ...]

    def values(self, channel: str | None = None) -> dict[str, Value]:
        """Return the last value by quantity, of one channel or (the first stands) of all."""
        found: dict[str, Value] = {}
        for each in self.heard:
            if channel is None or each.channel == channel:
                found.setdefault(each.quantity, each.value)
        return found


class Unread(msgspec.Struct, frozen=True):
    """A topic that was heard and gave no reading, though it is not known to hold none."""

    topic: str
    count: int
    note: str
    sample: str
    last_us: int


class Survey(msgspec.Struct, frozen=True):
    """What was heard: devices by name, and the topics that were not understood, the busiest first."""

    devices: tuple[Device, ...]
    not_understood: tuple[Unread, ...]

    def keys(self) -> list[SeriesKey]:
        """Return every series of every device."""
        return [
            SeriesKey(device.home, device.family, device.name, each.channel, each.quantity)
            for device in self.devices
            for each in device.heard
        ]


class _Series(NamedTuple):
    unit: str | None
    kind: str
    live: LiveValue


class Surveyor:
    """Takes down what is heard and what was known before; pure: `survey` is its result so far."""

    def __init__(self) -> None:
        self._series: dict[SeriesKey, _Series] = {}
        self._topics: dict[tuple[str, str, str], dict[str, LiveValue]] = {}
        self._messages: dict[tuple[str, str, str], int] = {}
        self._unread: dict[str, Unread] = {}

    def understood(self, topic: str, readings: Sequence[Reading], received_us: int) -> None:
        """Note a message that gave readings.

        Parameters
        ----------
        topic : str
            Where it came.
        readings : sequence of Reading
            What it says.
        received_us : int
            When. [µs]
        """
        self._unread.pop(topic, None)
        self.recall(readings)
        for who in {(each.home, each.family, each.device) for each in readings}:
            topics = self._topics.setdefault(who, {})
            self._messages[who] = self._messages.get(who, 0) + 1
            if topic in topics or len(topics) < MOST_TOPICS:
                retained = readings[0].flags & Flag.RETAINED
                topics[topic] = follow(topics.get(topic), True, time_us=received_us, flags=retained)

    def recall(self, readings: Iterable[Reading]) -> None:
        """Note readings that are known without a message, the newest of each series standing."""
        for each in readings:
            old = self._series.get(each.key)
            if old is None and len(self._series) >= MOST_TOPICS:
                continue
            live = follow(old.live if old else None, each.value, time_us=each.time_us, flags=each.flags)
            self._series[each.key] = _Series(each.unit, each.kind, live)

    def unread(self, topic: str, payload: bytes, *, note: str, last_us: int, count: int = 1) -> None:
        """Note messages on a topic that gave no reading.

        Parameters
        ----------
        topic : str
            Where they came.
        payload : bytes
            The last of them.
        note : str
            Why it was not understood.
        last_us : int
            When it came. [µs]
        count : int
            How many came.
        """
        old = self._unread.get(topic)
        if old is None and len(self._unread) >= MOST_TOPICS:
            return
        text = payload[: 4 * _SAMPLE].decode("utf-8", "backslashreplace")
        self._unread[topic] = Unread(topic, count + (old.count if old else 0), note, text[:_SAMPLE], last_us)

    def survey(self, home: str | None = None) -> Survey:
        """Return what is known so far, of one home or of all."""
        devices: dict[tuple[str, str, str], list[Heard]] = {}
        for key, (unit, kind, live) in self._series.items():
            row = Heard(
                key.channel, key.quantity, live.value, unit, live.time_us, bool(live.flags & Flag.RETAINED), kind
            )
            devices.setdefault((key.home, key.family, key.device), []).append(row)
        found = [self._device(who, rows) for who, rows in devices.items() if home in (None, who[0])]
        return Survey(
            tuple(sorted(found, key=lambda each: (each.home, each.name.casefold(), each.family))),
            tuple(sorted(self._unread.values(), key=lambda each: (-each.count, each.topic))),
        )

    def _device(self, who: tuple[str, str, str], rows: list[Heard]) -> Device:
        topics = self._topics.get(who, {})
        live = [row for row in rows if not row.retained]
        return Device(
            *who,
            heard=tuple(sorted(rows, key=lambda row: (_ORDER[row.quantity], row.channel))),
            messages=self._messages.get(who, 0),
            usual_s=min((each.usual_s for each in topics.values() if each.usual_s is not None), default=None),
            heard_us=max(row.time_us for row in live or rows),
            retained=not live,
            topics=tuple(sorted(topics)),
        )
