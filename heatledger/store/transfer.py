"""What a store holds as lines of JSON, to be written into another store: complete, in order, with its own proof.

The first line says what follows, then come lines of readings and of intervals, and the last one counts them and sums
their fingerprints, whatever their order.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from heatledger.quantities import Kind
from heatledger.readings import Intervals, Reading, SeriesKey, Value
from heatledger.store import Store

AT_ONCE: Final = 1_000
"""Readings in a line."""

_WEEK_S: Final = 7 * 86_400
_COLUMNS: Final = ("energy", "mean", "min", "max", "last", "coverage")
_MODULUS: Final = 2**64
_packed = msgspec.msgpack.Encoder().encode

_Row = tuple[str, str, str, str, int, Value | None, str | None, Kind, str, int]


class Begin(msgspec.Struct, frozen=True, tag="begin"):
    """What follows: a home's readings in a half-open span [µs UTC], None: without an end, and its intervals or not."""

    home: str
    start_us: int | None
    end_us: int | None
    intervals: bool


class Readings(msgspec.Struct, frozen=True, tag="readings"):
    """Rows of family, device, channel, quantity, time, value (null: NaN), unit, kind, reset, flags."""

    rows: list[_Row]


class Block(msgspec.Struct, frozen=True, tag="intervals"):
    """Intervals of one series: family, device, channel, quantity; starts [s]; six columns (null: NaN); flags; words."""

    key: tuple[str, str, str, str]
    start_s: list[int]
    columns: list[list[float | None]]
    flags: list[int]
    state: list[str] | None


class End(msgspec.Struct, frozen=True, tag="end"):
    """How many readings and intervals went before, and the sum of the fingerprints of the readings."""

    readings: int
    intervals: int
    checksum: str


Line = Begin | Readings | Block | End
encode = msgspec.json.Encoder().encode
_decoder: Final[msgspec.json.Decoder[Line]] = msgspec.json.Decoder(Line)


def decode(raw: bytes) -> Line:
    """Return a line of an export; raises `msgspec.MsgspecError` where it is none."""
    return _decoder.decode(raw)


class Tally(NamedTuple):
    """Count and checksum of readings, the same in any order."""

    number: int = 0
    total: int = 0

    def add(self, readings: Iterable[Reading]) -> Tally:
        """Return the tally with more readings in it."""
        prints = [_fingerprint(reading) for reading in readings]
        return Tally(self.number + len(prints), (self.total + sum(prints)) % _MODULUS)

    @property
    def checksum(self) -> str:
        """The sum as text."""
        return f"{self.total:016x}"


def lines(store: Store, begin: Begin) -> Iterator[Line]:
    """Yield what a store holds of a home, in bounded memory."""
    yield begin
    tally, intervals = Tally(), 0
    found = store.readings(begin.home, start_us=begin.start_us, end_us=begin.end_us)
    while group := list(itertools.islice(found, AT_ONCE)):
        tally = tally.add(group)
        yield Readings([_row(reading) for reading in group])
    for block in blocks(store, begin) if begin.intervals else ():
        intervals += len(block.start_s)
        columns = [[None if math.isnan(n) else n for n in getattr(block, name).tolist()] for name in _COLUMNS]
        yield Block(block.key[1:], block.start_s.tolist(), columns, block.flags.tolist(), block.state)
    yield End(tally.number, intervals, tally.checksum)


def readings_of(home: str, line: Readings) -> list[Reading]:
    """Return the readings of a line."""
    return [Reading(home, *row[:5], math.nan if row[5] is None else row[5], *row[6:]) for row in line.rows]


def intervals_of(home: str, line: Block) -> Intervals:
    """Return the intervals of a line."""
    columns: dict[str, Any] = dict(zip(_COLUMNS, np.array(line.columns, dtype=np.float64), strict=True))
    starts, flags = (np.array(numbers, dtype=np.int64) for numbers in (line.start_s, line.flags))
    return Intervals(SeriesKey(home, *line.key), start_s=starts, flags=flags, state=line.state, **columns)


def tally_of(store: Store, begin: Begin) -> Tally:
    """Return count and checksum of what a store holds of the same home and span."""
    return Tally().add(store.readings(begin.home, start_us=begin.start_us, end_us=begin.end_us))


def blocks(store: Store, begin: Begin) -> Iterator[Intervals]:
    """Yield the intervals of a home and span, a week of a series at a time."""
    known = store.series(begin.home)
    if not known:
        return
    first_us = min(row.first_us for row in known) if begin.start_us is None else begin.start_us
    last_us = max(row.last_us for row in known) + 1 if begin.end_us is None else begin.end_us
    for start_s in range(first_us // 1_000_000, -(-last_us // 1_000_000) + 1, _WEEK_S):
        end_s = min(start_s + _WEEK_S, -(-last_us // 1_000_000) + 1)
        yield from store.intervals(begin.home, start_s=start_s, end_s=end_s)


def _row(reading: Reading) -> _Row:
    value = reading.value
    number = None if isinstance(value, float) and math.isnan(value) else value
    key = (reading.family, reading.device, reading.channel, reading.quantity)
    return (*key, reading.time_us, number, reading.unit, reading.kind, reading.reset, reading.flags)


def _fingerprint(reading: Reading) -> int:
    row = _row(reading)
    value = row[5] if isinstance(row[5], str | bool) or row[5] is None else float(row[5])
    said = _packed((reading.home, *row[:5], value, row[9]))
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest())
