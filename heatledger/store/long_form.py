"""Readings and intervals as rows for other programs: the long form, names verbatim, units canonical, times in UTC."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from heatledger.readings import Intervals, Reading

READINGS: Final = ("time", "device", "channel", "quantity", "value", "unit")
INTERVALS: Final = ("start", "device", "channel", "quantity", "kwh", "mean", "min", "max", "last", "coverage", "state")
_NUMBERS: Final = ("energy", "mean", "min", "max", "last", "coverage")
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


def reading_row(reading: Reading) -> tuple[str, ...]:
    """Return a reading as a row of `READINGS`."""
    value = reading.value
    text = str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)
    stamp = _stamp(reading.time_us, "microseconds")
    return stamp, reading.device, reading.channel, reading.quantity, text, reading.unit or ""


def interval_rows(block: Intervals) -> Iterator[tuple[str, ...]]:
    """Yield a series' intervals as rows of `INTERVALS`; a number that is not known is left empty."""
    columns = [getattr(block, name).tolist() for name in _NUMBERS]
    words = block.state or [""] * len(block.start_s)
    for start_s, word, *numbers in zip(block.start_s.tolist(), words, *columns, strict=True):
        figures = ("" if math.isnan(number) else repr(number) for number in numbers)
        yield _stamp(start_s * 1_000_000, "seconds"), *block.key[2:], *figures, word or ""


def _stamp(time_us: int, spec: str) -> str:
    return (_EPOCH + timedelta(microseconds=time_us)).isoformat(timespec=spec).replace("+00:00", "Z")
