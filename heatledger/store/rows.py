"""How readings lie in the file: one row per device and time, its body the msgpack array [series, value, flags]*."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from heatledger.readings import Reading, Samples, SeriesKey, States, Value

Points = dict[int, tuple[Value | None, int]]
"""Series id -> value (None for NaN) and flags: the body of one row, unpacked."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[int | float | str | bool | None]).decode

NUMERIC = (float, int)


class SeriesRow(NamedTuple):
    """A row of the table `series` with its device's name; `oldest`, `newest`: of the readings still kept."""

    id: int
    key: SeriesKey
    unit: str | None
    kind: str
    reset: str
    oldest_us: int | None
    newest_us: int | None
    newest: bytes | None

    def reading(self, time_us: int, value: Value | None, flags: int) -> Reading:
        """Return one point of this series as a reading."""
        number = math.nan if value is None else value
        return Reading(*self.key, time_us, number, self.unit, self.kind, self.reset, flags)  # type: ignore[arg-type]


def storable(value: Value) -> Value | None:
    """Return what is stored for a value: words and truths as they are, numbers as floats, NaN as None.

    Examples
    --------
    >>> storable(3), storable(float("nan")), storable(True), storable("heat")
    (3.0, None, True, 'heat')
    """
    if isinstance(value, str | bool):
        return value
    number = float(value)
    return None if math.isnan(number) else number


def pack(points: Points) -> bytes:
    """Return a row's body; the same points always give the same bytes.

    Examples
    --------
    >>> unpack(pack({2: ("heat", 0), 1: (20.5, 4)}))
    [(1, 20.5, 4), (2, 'heat', 0)]
    """
    return _encode([item for series_id in sorted(points) for item in (series_id, *points[series_id])])


def unpack(body: bytes) -> list[tuple[int, Value | None, int]]:
    """Return a row's points: series id, value (None for NaN), flags."""
    items = iter(_decode(body))
    return list(zip(items, items, items, strict=True))  # type: ignore[arg-type]


def merge(old: bytes, new: bytes) -> bytes:
    """Return the body of a row written twice: the series of both; where both have one, the later write's.

    Examples
    --------
    >>> unpack(merge(pack({1: (1.0, 0)}), pack({2: (2.0, 0)})))
    [(1, 1.0, 0), (2, 2.0, 0)]
    """
    return pack({series_id: (value, flags) for body in (old, new) for series_id, value, flags in unpack(body)})


def columns(row: SeriesRow, points: list[tuple[int, Value | None, int]]) -> Samples | States:
    """Return one series' points (time, value, flags) as columns; a state that is a truth becomes a word."""
    time_us = np.array([point[0] for point in points], dtype=np.int64)
    flags = np.array([point[2] for point in points], dtype=np.int64)
    if row.kind == "state":
        return States(row.key, time_us, [word(value) for _, value, _ in points], flags)
    value = np.array([value if isinstance(value, NUMERIC) else math.nan for _, value, _ in points], dtype=np.float64)
    return Samples(row.key, row.kind, row.reset, time_us, value, flags)  # type: ignore[arg-type]


def word(value: Value | None) -> str:
    """Return a state's value as the word it is compared by.

    Examples
    --------
    >>> word(True), word("heat"), word(None)
    ('true', 'heat', '')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def readings(series: dict[int, SeriesRow], time_us: int, body: bytes) -> Iterator[Reading]:
    """Yield the readings of one row."""
    for series_id, value, flags in unpack(body):
        yield series[series_id].reading(time_us, value, flags)
