"""What was heard on which topic: counted in memory, bounded, and noted in the state file every few seconds."""

from __future__ import annotations

from typing import Final

import msgspec

from heatledger.store.state import SAMPLE_BYTES, State, Topic

MOST_UNKNOWN: Final = 2_000
"""How many topics that mean nothing to us are noted one by one."""

THE_REST: Final = "(further topics)"
"""Under this name the others are counted together."""

_MOST_WAITING: Final = 10_000


class Heard:
    """Counts messages by topic between two notes to the state file."""

    def __init__(self) -> None:
        self._waiting: dict[str, Topic] = {}
        self._unknown: set[str] = set()
        self._families: dict[str, str] = {}

    def count(self, topic: str, payload: bytes, now_us: int, *, family: str, outcome: str, note: str) -> None:
        """Count one message.

        Parameters
        ----------
        topic : str
            As it came, with the home's prefix.
        payload : bytes
            Its start is kept as a sample.
        now_us : int
            When it came. [µs UTC]
        family, outcome, note : str
            What the decoder made of it; no family where it gave no reading.
        """
        family = self._family(topic, family)
        name = topic if family or self._may_name(topic) else THE_REST
        old = self._waiting.get(name)
        count, first_us = (1, now_us) if old is None else (old.count + 1, old.first_us)
        self._waiting[name] = Topic(name, family, outcome, count, first_us, now_us, payload[:SAMPLE_BYTES], note)

    @property
    def full(self) -> bool:
        """Whether the counts should be noted now."""
        return len(self._waiting) >= _MOST_WAITING

    def note(self, state: State) -> None:
        """Add the counts to the state file; they stay here if that fails."""
        if self._waiting:
            state.note_topics([msgspec.structs.replace(row, topic=_text(row.topic)) for row in self._waiting.values()])
            self._waiting = {}

    def _family(self, topic: str, family: str) -> str:
        """Return the family a topic is known by, for not every message on it gives readings."""
        if family and (topic in self._families or len(self._families) < _MOST_WAITING):
            self._families[topic] = family
        return family or self._families.get(topic, "")

    def _may_name(self, topic: str) -> bool:
        if topic not in self._unknown and len(self._unknown) < MOST_UNKNOWN:
            self._unknown.add(topic)
        return topic in self._unknown


def _text(topic: str) -> str:
    return topic.encode("utf-8", "backslashreplace").decode()
