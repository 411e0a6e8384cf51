"""What the processes tell one another on the broker, and on which topics: live values, changed intervals, status."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from heatledger.readings import Value

OURS: Final = "heatledger/"
"""What every topic of them begins with."""
STATUS_TOPIC: Final = "heatledger/ingest"
"""Retained: whether ingest runs, and what it has counted."""

TOPICS: Final = ("heatledger/+/live/#", "heatledger/+/intervals", "heatledger/+/history", STATUS_TOPIC)
"""What to subscribe to to hear all of it."""

_RESERVED: Final = str.maketrans({"%": "%25", "+": "%2B", "#": "%23", "\x00": "%00"})


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


class History(msgspec.Struct, frozen=True):
    """The payload under `history_topic`: how far back a home's history reaches while it is being imported."""

    back_to: datetime
    complete: bool


class Status(msgspec.Struct, frozen=True):
    """The payload under `STATUS_TOPIC`: messages heard and not understood, readings stored, since a time [µs UTC].

    `since_us` is 0 where nothing was counted, as in a last will. `spool_readings` wait in `spool_bytes` for the store,
    the oldest from `spool_oldest_us` [µs UTC; 0: none]; while `refusing`, neither store nor spool takes any more and
    nothing is acknowledged. `trouble` is why, in one line.
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


Announcement = LiveDevice | Changed | History | Status


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


def history_topic(home: str) -> str:
    """Return the topic on which the import of a home's history is told."""
    return f"heatledger/{home}/history"


def read(topic: str, payload: bytes) -> Announcement | None:
    """Return what a message on one of `TOPICS` tells; None for an empty one, which clears what was retained.

    Raises
    ------
    msgspec.MsgspecError
        If it is not what the topic promises.

    Examples
    --------
    >>> read("heatledger/home/intervals", b'{"start_s":0,"end_s":300}')
    Changed(start_s=0, end_s=300)
    """
    if not payload:
        return None
    if topic == STATUS_TOPIC:
        return msgspec.json.decode(payload, type=Status)
    level = topic.split("/")[2:]
    if level == ["intervals"]:
        return msgspec.json.decode(payload, type=Changed)
    if level == ["history"]:
        return msgspec.json.decode(payload, type=History)
    return msgspec.json.decode(payload, type=LiveDevice)
