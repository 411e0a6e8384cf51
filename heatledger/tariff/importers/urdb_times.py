"""The 12 × 24 grids of URDB as schedules: rows of months, days and windows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

Hours = tuple[list[list[int]], list[list[int]]]
"""Period by month and hour: on weekdays, and at weekends."""
_DAYS: Final = (("mon", "tue", "wed", "thu", "fri"), ("sat", "sun"))


def whens(grid: Hours, period: int) -> list[dict[str, Any]] | None:
    """Return when a period of a grid holds, or None if it never does; no rows mean always.

    Examples
    --------
    >>> night = [1] * 6 + [0] * 18
    >>> whens(([night] * 12, [[0] * 24] * 12), 1)
    [{'days': ['mon', 'tue', 'wed', 'thu', 'fri'], 'hours': ['00:00-06:00']}]
    """
    rows: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = defaultdict(list)
    for month in range(12):
        weekday, weekend = (_windows(days[month], period) for days in grid)
        named = [((), weekday)] if weekday == weekend else [(_DAYS[0], weekday), (_DAYS[1], weekend)]
        for days, windows in named:
            if windows:
                rows[days, windows].append(month + 1)
    if not rows:
        return None
    found = [_row(months, days, windows) for (days, windows), months in rows.items()]
    return [] if found == [{}] else found


def _row(months: Sequence[int], days: Sequence[str], windows: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if len(months) < 12:
        row["months"] = list(months)
    if days:
        row["days"] = list(days)
    if tuple(windows) != ("00:00-24:00",):
        row["hours"] = list(windows)
    return row


def _windows(hours: Sequence[int], period: int) -> tuple[str, ...]:
    found, at = [], 0
    for is_in, run in groupby(value == period for value in hours):
        length = len(list(run))
        if is_in:
            found.append(f"{at:02}:00-{at + length:02}:00")
        at += length
    return tuple(found)
