"""What one catalogue message, or the scattered attributes of one property, tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from ingest.discovery.told import Told

MOST_TOLD: Final = 4_000
"""More values than this are not taken from one message."""

_LONGEST_TOPIC: Final = 512
_LONGEST_NAME: Final = 200
_NOT_DEVICES: Final = ("$", "heatledger/")


@dataclass(frozen=True, slots=True)
class Chapter:
    """What is known from one place of the catalogue.

    Attributes
    ----------
    told : tuple of Told
        The values explained.
    children : mapping
        Family and name of a bridge to the names of the devices that are lost with it.
    facts : mapping
        Attributes heard one by one, for the next of them.
    """

    told: tuple[Told, ...] = ()
    children: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


def parse(payload: bytes, largest: int) -> object:
    """Return a catalogue's JSON, None where it is none or too large. [bytes]."""
    if len(payload) > largest:
        return None
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return None


def attribute(payload: bytes) -> str:
    """Return an attribute published alone, with its quotes taken off where it is JSON; empty where it is no text."""
    try:
        text = payload[: 4 * _LONGEST_NAME].decode()
        said = json.loads(text) if text[:1] == '"' else text
    except (ValueError, RecursionError):
        return ""
    return name(said)


def name(value: object) -> str:
    """Return a name that can be kept, else nothing."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        value = str(value)
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_NAME:
        return ""
    return value.strip() if _storable(value) and value.isprintable() else ""


def topic(value: object) -> str:
    """Return a topic that devices may publish on, else nothing.

    Examples
    --------
    >>> topic("Faikin/Back Bedroom/state"), topic("a/+/b"), topic("$SYS/broker/load"), topic(None)
    ('Faikin/Back Bedroom/state', '', '', '')
    """
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TOPIC or value.startswith(_NOT_DEVICES):
        return ""
    return value if _storable(value) and not set(value) & set("+#\0") else ""


def table(value: object) -> dict[str, object]:
    """Return a JSON object, empty where it is none."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """Return text of any content, empty where it is none."""
    return value if isinstance(value, str) else ""


def _storable(value: str) -> bool:
    return value.isascii() or value == value.encode("utf-8", "replace").decode()
