"""Finding the few entries a topic may fit among thousands, by the levels a shape begins and ends with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from heatledger.topics import Shape
from ingest.rules import Entry

Ends = tuple[str | None, str | None]


class _Place(NamedTuple):
    """An entry, its turn among all, and what a topic that fits it has: so many levels, and this one among them."""

    turn: int
    least: int
    most: float
    inner: str | None
    entry: Entry


class Index:
    """Entries in the order they are tried, found by topic.

    Parameters
    ----------
    entries : sequence of Entry
        In the order they are to be tried: of two that fit a topic the earlier one comes first.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._whole: dict[str, list[_Place]] = defaultdict(list)
        self._by_ends: dict[Ends, list[_Place]] = defaultdict(list)
        for turn, entry in enumerate(entries):
            shape = entry.shape
            place = _Place(turn, shape.least, shape.most, shape.inner, entry)
            if shape.literal:
                self._whole[shape.text].append(place)
                continue
            for ends in _ends(shape):
                self._by_ends[ends].append(place)

    def find(self, topic: str) -> list[Entry]:
        """Return the entries that may fit a topic, in the order to try them."""
        levels = topic.split("/")
        first, last, count = levels[0], levels[-1], len(levels)
        places = list(self._whole.get(topic, ()))
        for ends in ((first, last), (first, None), (None, last), (None, None)):
            places += self._by_ends.get(ends, ())
        places.sort()
        return [
            entry
            for _, least, most, inner, entry in places
            if least <= count <= most and (inner is None or inner in levels)
        ]


def _ends(shape: Shape) -> list[Ends]:
    """Return every pair of first and last level a topic of this shape can have; None where it may be anything."""
    return [(shape.first, last) for last in shape.lasts or (None,)]
