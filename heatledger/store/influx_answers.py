"""What InfluxDB answers: its rows by what was asked, and its intervals as columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Generic, NamedTuple, TypeVar

import msgspec
import numpy as np

from heatledger.readings import Intervals, SeriesKey
from heatledger.store import influx_lines as lines

Row = TypeVar("Row")

PACKED: Final = "application/x-msgpack"
"""1.x packs an answer three times faster than it writes JSON; a server that cannot, answers in JSON."""


class Word(NamedTuple):
    """A row with one string."""

    at: int
    word: str


class Count(NamedTuple):
    """A row with one whole number."""

    at: int
    number: int


class Name(NamedTuple):
    """A row that is a name."""

    name: str


class Point(NamedTuple):
    """A row of `reading`."""

    at: int
    flags: int
    value: float | None
    state: str | None


class TaggedPoint(NamedTuple):
    """A row of `reading` with the tags of its series beside it."""

    at: int
    flags: int
    value: float | None
    state: str | None
    channel: str | None
    quantity: str


class MeaningRow(NamedTuple):
    """A row of `series`."""

    at: int
    kind: str
    unit: str | None
    reset: str | None


class DeliveryRow(NamedTuple):
    """A row of `delivery`."""

    at: int
    seq: int
    body: str


class IntervalRow(NamedTuple):
    """A row of `interval`."""

    at: int
    flags: int
    energy: float | None
    mean: float | None
    min: float | None
    max: float | None
    last: float | None
    coverage: float | None
    state: str | None


class Block(msgspec.Struct, Generic[Row]):
    """One series of an answer: its tags and its rows."""

    tags: dict[str, str] = {}
    values: list[Row] = []


class _Result(msgspec.Struct, Generic[Row]):
    series: list[Block[Row]] = []
    error: str = ""
    partial: bool = False


class _Answer(msgspec.Struct, Generic[Row]):
    results: list[_Result[Row]] = []
    error: str = ""


def decode(data: bytes, content_type: str, row: type[Row]) -> _Answer[Row]:
    """Return an answer, read as what the server says it is."""
    form = msgspec.msgpack if content_type.startswith(PACKED) else msgspec.json
    answer: _Answer[Row] = form.decode(data, type=_Answer[row])  # type: ignore[valid-type]
    return answer


def series_key(home: str, tags: Mapping[str, str], family: str = "", device: str = "") -> SeriesKey:
    """Return the series that tags name; family and device are given where the answer does not repeat them."""
    return SeriesKey(
        home,
        family or lines.name_of(tags["family"]),
        device or lines.name_of(tags["device"]),
        lines.name_of(tags.get("channel", "")),
        lines.name_of(tags["quantity"]),
    )


def intervals(home: str, block: Block[IntervalRow]) -> Intervals:
    """Return one series' rows as columns, without those that were deleted."""
    at, flagged, *columns, said = zip(*block.values, strict=True)
    start_s, bits = np.array(at, dtype=np.int64) // 1_000_000, np.array(flagged, dtype=np.int64)
    numbers = np.array(columns, dtype=np.float64)
    for column, bit in zip(numbers, range(lines.KIND_SHIFT, lines.KIND_SHIFT + len(lines.NUMBERS)), strict=True):
        column[bits >> bit & 1 == 1] = np.nan  # an earlier write may have left a number there
    kept = np.flatnonzero(bits & lines.DELETED == 0)
    stated = bits & lines.STATED != 0
    words = [(said[row] or "") if stated[row] else "" for row in kept.tolist()] if stated[kept].any() else None
    named = dict(zip(lines.NUMBERS, numbers[:, kept], strict=True))
    key, flags = series_key(home, block.tags), bits[kept] & lines.FLAGS_MASK
    return Intervals(key, start_s[kept], flags=flags, state=words, **named)
