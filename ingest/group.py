"""A group of messages on its way to the store: committed together, then acknowledged; redeliveries known again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from heatledger.bus import RECEIVE_MAXIMUM, Message
from heatledger.store.spool import Part

LARGEST: Final = 1_000
"""Readings, or messages, at which a group is committed."""

_REMEMBERED: Final = 2 * RECEIVE_MAXIMUM  # only what the broker may still have in flight can come again


class Deliveries:
    """Which packet id brought what, lately: the broker repeats what it has no acknowledgement for."""

    def __init__(self, committed: Mapping[int, bytes]) -> None:
        self._digests = dict(committed)

    def know(self, committed: Mapping[int, bytes]) -> None:
        """Learn what was committed before any of this was taken."""
        self._digests = {**committed, **self._digests}

    def again(self, message: Message, digest: bytes) -> bool:
        """Whether this is a message that was taken before; if not, it is from now on."""
        if not message.qos:
            return False
        known = self._digests.pop(message.packet_id, None)
        self._digests[message.packet_id] = digest
        if len(self._digests) > _REMEMBERED:
            del self._digests[next(iter(self._digests))]
        return message.dup and known == digest


def digest(message: Message) -> bytes:
    """Return what a delivery is known by: a hash of its topic and payload."""
    said = message.topic.encode("utf-8", "surrogatepass") + b"\x00" + message.payload
    return hashlib.blake2b(said, digest_size=16).digest()


class Group:
    """Messages taken but not committed yet, what they gave, and when the first of them came."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.parts: list[Part] = []
        self.readings = 0
        self.since: float | None = None

    def add(self, message: Message, part: Part, now: float) -> None:
        """Take a message in at a monotonic time. [s]."""
        self.messages.append(message)
        self.parts.append(part)
        self.readings += len(part.readings)
        self.since = now if self.since is None else self.since

    @property
    def full(self) -> bool:
        """Whether it should be committed now."""
        return self.readings >= LARGEST or len(self.messages) >= LARGEST
