"""emoncms: the CSV of one feed, a time and a value in each line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from heatledger import energy
from heatledger.importers import ImportFileError
from heatledger.quantities import QUANTITIES, conversion
from heatledger.readings import INTERVAL_S, Flag, Intervals, Samples, SeriesKey

FAMILY: Final = "emoncms"
_MILLISECONDS: Final = 1e11
_US: Final = 1_000_000
_EMPTY: Final = frozenset({"", "null", "nan"})


def read(path: Path, home: str, *, device: str, quantity: str, unit: str, zone: str) -> Iterator[Intervals]:
    """Yield the intervals of a feed.

    Parameters
    ----------
    path : Path
        Lines of time and value: Unix seconds or milliseconds, or a date and time; a heading may stand above.
    home, device, quantity : str
        What the series is to be called.
    unit : str
        What the values are in; empty for the canonical unit.
    zone : str
        IANA name of the zone that dates without one are in.

    Raises
    ------
    ImportFileError
        If a line cannot be read: its number and what is wrong.
    """
    row = QUANTITIES.get(quantity)
    if row is None or row.kind == "state":
        raise ImportFileError(f"--quantity {quantity}: is no measured number; see docs/nomenclature.md")
    points = sorted(set(_points(path, ZoneInfo(zone))))
    if not points:
        raise ImportFileError(f"{path}: holds no values")
    try:
        factor, offset = conversion(unit or row.unit or "", quantity)
    except ValueError as error:
        raise ImportFileError(f"--unit {unit}: {error}") from error
    times = np.array([at for at, _ in points], dtype=np.int64)
    values = np.array([value for _, value in points]) * factor + offset
    reset = "reboot" if row.kind == "counter" else ""
    key = SeriesKey(home, FAMILY, device, "", quantity)
    samples = Samples(key, row.kind, reset, times, values, np.zeros(len(times), dtype=np.int64))
    start_s, end_s = (
        int(times[0]) // _US // INTERVAL_S * INTERVAL_S,
        (int(times[-1]) // _US // INTERVAL_S + 1) * INTERVAL_S,
    )
    block = energy.intervals(samples, start_s=start_s, end_s=end_s)
    yield block._replace(flags=block.flags | int(Flag.IMPORTED))


def _points(path: Path, zone: ZoneInfo) -> Iterator[tuple[int, float]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for number, row in enumerate(csv.reader(lines), start=1):
                point = _point(path, number, row, zone)
                if point is not None:
                    yield point
    except (OSError, UnicodeDecodeError) as error:
        raise ImportFileError(f"{path}: {error}; name the CSV file of one feed") from error


def _point(path: Path, number: int, row: list[str], zone: ZoneInfo) -> tuple[int, float] | None:
    if len(row) < 2 or row[1].strip().lower() in _EMPTY:
        return None
    try:
        return _time_us(row[0].strip(), zone), float(row[1])
    except ValueError as error:
        if number == 1:  # a heading
            return None
        raise ImportFileError(f"{path}, line {number}: {','.join(row)[:60]!r} is not a time and a value") from error


def _time_us(text: str, zone: ZoneInfo) -> int:
    try:
        seconds = float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return round((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp() * _US)
    return round((seconds / 1000 if seconds > _MILLISECONDS else seconds) * _US)
