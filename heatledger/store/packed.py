"""Finished days of intervals: one compressed body for a series and a UTC day, in place of its 288 rows.

A body is msgpack ``[count, words or nil, kind, columns]``; `columns` is zlib over three groups of columns, the bytes of
each transposed: energy and last as float64, mean, min, max and coverage as `kind`, start, flags and word as int32.
Energy and the last value so keep all their digits; the others keep seven, which is more than any sensor has.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from heatledger.readings import Intervals, Ints, SeriesKey

DAY_S: Final = 86_400
LINGER_S: Final = 3_600
"""A day is packed once its series has an interval so long after the day's end; until then it is rows. [s]"""

_EXACT: Final = ("energy", "last")
_ROUNDED: Final = ("mean", "min", "max", "coverage")
_COLUMNS: Final = ("start_s", *_EXACT, *_ROUNDED, "flags")
_LARGEST: Final = float(np.finfo(np.float32).max)
_LEVEL: Final = 1
_SWEPT_AT_ONCE: Final = 8

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, list[str] | None, str, bytes]).decode

_LOOSE: Final = """SELECT start_s, energy, mean, min, max, last, coverage, flags, state FROM interval
    WHERE series_id = ? AND start_s >= ? AND start_s < ? ORDER BY start_s"""
_PACKED: Final = "SELECT day, body FROM packed WHERE series_id = ? AND day >= ? AND day <= ? ORDER BY day"


def pack(block: Intervals) -> bytes:
    """Return the body of intervals that lie in one UTC day.

    Parameters
    ----------
    block : Intervals
        At least one interval.
    """
    starts = block.start_s - int(block.start_s[0]) // DAY_S * DAY_S
    words = None if block.state is None else sorted(set(block.state))
    numbers = {word: number for number, word in enumerate(words or ())}
    said = [] if block.state is None else [np.array([numbers[word] for word in block.state])]
    rounded = np.array([getattr(block, name) for name in _ROUNDED])
    too_large = np.isfinite(rounded) & (np.abs(rounded) > _LARGEST)
    kind = "<f8" if too_large.any() else "<f4"
    groups = (
        (np.array([getattr(block, name) for name in _EXACT]), "<f8"),
        (rounded, kind),
        (np.array([starts, block.flags, *said]), "<i4"),
    )
    laid = b"".join(_transposed(columns, as_kind) for columns, as_kind in groups)
    return _encode((len(block.start_s), words, kind, zlib.compress(laid, _LEVEL)))


def unpack(key: SeriesKey, bodies: Iterable[tuple[int, bytes]]) -> Intervals | None:
    """Return the intervals of days as columns; None where there are none.

    Parameters
    ----------
    key : SeriesKey
        Whose they are.
    bodies : iterable of (int, bytes)
        Day since 1970 and body, in order.
    """
    exact, rounded, whole = [], [], []
    state: list[str] = []
    spoken = False
    for day, body in bodies:
        count, words, kind, laid = _decode(body)
        raw = np.frombuffer(zlib.decompress(laid), dtype=np.uint8)
        first = 8 * len(_EXACT) * count
        second = first + int(kind[-1]) * len(_ROUNDED) * count
        exact.append(_columns(raw[:first], "<f8", count))
        rounded.append(_columns(raw[first:second], kind, count))
        numbers = _columns(raw[second:], "<i4", count).astype(np.int64)
        numbers[0] += day * DAY_S
        whole.append(numbers[:2])
        spoken = spoken or words is not None
        state += [""] * count if words is None else [words[number] for number in numbers[2].tolist()]
    if not whole:
        return None
    floats = np.concatenate([np.concatenate(exact, axis=1), np.concatenate(rounded, axis=1).astype(np.float64)])
    named = dict(zip((*_EXACT, *_ROUNDED), floats, strict=True))
    start_s, flags = np.concatenate(whole, axis=1)
    return Intervals(key, start_s=start_s, flags=flags, state=state if spoken else None, **named)


def _transposed(columns: npt.NDArray[Any], kind: str) -> bytes:
    """Return the bytes of equal rank together: they resemble one another more than those of one number do."""
    return columns.astype(kind).view(np.uint8).reshape(-1, int(kind[-1])).T.tobytes()


def _columns(raw: npt.NDArray[np.uint8], kind: str, count: int) -> npt.NDArray[Any]:
    return np.ascontiguousarray(raw.reshape(int(kind[-1]), -1).T).view(kind).reshape(-1, count)


def rows(key: SeriesKey, found: Sequence[tuple[Any, ...]]) -> Intervals | None:
    """Return rows (start, energy, mean, min, max, last, coverage, flags, state) as columns; None without any."""
    if not found:
        return None
    start, *numbers, flags, words = zip(*found, strict=True)
    state = ["" if word is None else str(word) for word in words] if any(word is not None for word in words) else None
    energy, mean, low, high, last, coverage = (np.array(column, dtype=np.float64) for column in numbers)
    starts, bits = np.array(start, dtype=np.int64), np.array(flags, dtype=np.int64)
    return Intervals(key, starts, energy, mean, low, high, last, coverage, bits, state)


def overlay(*blocks: Intervals | None) -> Intervals | None:
    """Return blocks of one series as one, sorted by start; of two intervals with one start the later block's stays."""
    given = [block for block in blocks if block is not None and len(block.start_s)]
    if len(given) < 2:
        return given[0] if given else None
    return _in_order(_joined(given))


def between(block: Intervals, start_s: int, end_s: int) -> Intervals:
    """Return the intervals that begin in a half-open span; the block is sorted. [s]."""
    first, last = np.searchsorted(block.start_s, (start_s, end_s))
    return block if (first, last) == (0, len(block.start_s)) else _picked(block, np.arange(first, last))


def _in_order(block: Intervals) -> Intervals:
    """Return intervals sorted by start, each start once, the last of it."""
    if (np.diff(block.start_s) > 0).all():
        return block
    _, last = np.unique(block.start_s[::-1], return_index=True)
    return _picked(block, len(block.start_s) - 1 - last)


def _joined(blocks: Sequence[Intervals]) -> Intervals:
    state = None
    if any(block.state is not None for block in blocks):
        state = [word for block in blocks for word in block.state or [""] * len(block.start_s)]
    columns: dict[str, Any] = {name: np.concatenate([getattr(block, name) for block in blocks]) for name in _COLUMNS}
    return blocks[0]._replace(**columns, state=state)


def _picked(block: Intervals, which: Ints) -> Intervals:
    state = None if block.state is None else [block.state[at] for at in which.tolist()]
    return block._replace(**{name: getattr(block, name)[which] for name in _COLUMNS}, state=state)


def read(connection: sqlite3.Connection, series_id: int, key: SeriesKey, start_s: int, end_s: int) -> Intervals | None:
    """Return a series' intervals in a span, from packed days and loose rows alike; None where there are none. [s]."""
    days = (series_id, start_s // DAY_S, (end_s - 1) // DAY_S)
    finished = unpack(key, connection.execute(_PACKED, days))
    loose = rows(key, connection.execute(_LOOSE, (series_id, start_s, end_s)).fetchall())
    found = overlay(finished, loose)
    inside = None if found is None else between(found, start_s, end_s)
    return inside if inside is not None and len(inside.start_s) else None


def write(connection: sqlite3.Connection, series_id: int, block: Intervals, newest_s: int) -> None:
    """Insert or replace a series' intervals; days finished by `newest_s` are packed, and a few older rows. [s]."""
    block = _in_order(block)
    first_loose = (newest_s - LINGER_S) // DAY_S
    days = block.start_s // DAY_S
    for day in np.unique(days[days < first_loose]).tolist():
        _fold(connection, series_id, day, _picked(block, np.flatnonzero(days == day)))
    rest = np.flatnonzero(days >= first_loose)
    if len(rest):
        _write_rows(connection, series_id, _picked(block, rest))
    for _ in range(_SWEPT_AT_ONCE):
        (oldest,) = connection.execute("SELECT min(start_s) FROM interval WHERE series_id = ?", (series_id,)).fetchone()
        if oldest is None or oldest // DAY_S >= first_loose:
            return
        _fold(connection, series_id, oldest // DAY_S, _picked(block, np.arange(0)))


def _fold(connection: sqlite3.Connection, series_id: int, day: int, block: Intervals) -> None:
    """Pack one day: what is packed of it, its loose rows over that, and new intervals, if any, over both."""
    span = (day * DAY_S, (day + 1) * DAY_S)
    whole = overlay(read(connection, series_id, block.key, *span), block)
    if whole is not None:
        connection.execute("INSERT OR REPLACE INTO packed VALUES (?, ?, ?)", (series_id, day, pack(whole)))
    _drop_rows(connection, series_id, *span)


def delete(connection: sqlite3.Connection, series_id: int, key: SeriesKey, start_s: int, end_s: int) -> None:
    """Remove a series' intervals in a span. [s]."""
    _drop_rows(connection, series_id, start_s, end_s)
    days = (series_id, start_s // DAY_S, (end_s - 1) // DAY_S)
    for day, body in connection.execute(_PACKED, days).fetchall():
        block = unpack(key, [(day, body)])
        connection.execute("DELETE FROM packed WHERE series_id = ? AND day = ?", (series_id, day))
        outside = block is not None and (block.start_s < start_s) | (block.start_s >= end_s)
        if block is not None and np.any(outside):
            rest = pack(_picked(block, np.flatnonzero(outside)))
            connection.execute("INSERT INTO packed VALUES (?, ?, ?)", (series_id, day, rest))


def _drop_rows(connection: sqlite3.Connection, series_id: int, start_s: int, end_s: int) -> None:
    """Delete a series' loose rows in a span. [s]."""
    statement = "DELETE FROM interval WHERE series_id = ? AND start_s >= ? AND start_s < ?"
    connection.execute(statement, (series_id, start_s, end_s))


def _write_rows(connection: sqlite3.Connection, series_id: int, block: Intervals) -> None:
    """Insert or replace loose rows; SQLite stores NaN as NULL by itself."""
    numbers = (block.energy, block.mean, block.min, block.max, block.last, block.coverage)
    state = block.state if block.state is not None else [None] * len(block.start_s)
    starts = block.start_s.tolist()
    found = zip(
        [series_id] * len(starts), starts, *(n.tolist() for n in numbers), block.flags.tolist(), state, strict=True
    )
    connection.executemany("INSERT OR REPLACE INTO interval VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", found)
