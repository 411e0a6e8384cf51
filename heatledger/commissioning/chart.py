"""A small chart as evidence: values over time, or over the outdoor temperature, few enough to be kept in a record."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from heatledger.readings import INTERVAL_S, Floats

MOST: Final = 96
"""Points of a chart: an hour and three quarters each of a week, a quarter of an hour of a day."""
_DIGITS: Final = 4


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A small chart.

    Attributes
    ----------
    what, unit : str
        What is drawn, and its unit.
    values : tuple of float or None
        None where nothing was heard: the line is broken there.
    start_s, step_s : int or None
        Start of the first value and from each to the next, where they follow time. [s]
    at : tuple of float
        Else the outdoor temperature of each. [°C]
    beside : tuple of float or None
        A second line of the same unit and times.
    beside_what : str
        What that is.
    marks_s : tuple of int
        When something began, since the start of the first value. [s]
    """

    what: str
    unit: str
    values: tuple[float | None, ...]
    start_s: int | None = None
    step_s: int | None = None
    at: tuple[float, ...] = ()
    beside: tuple[float | None, ...] = ()
    beside_what: str = ""
    marks_s: tuple[int, ...] = ()


def over_time(
    what: str,
    unit: str,
    column: Floats,
    start_s: int,
    *,
    interval_s: int = INTERVAL_S,
    beside: Floats | None = None,
    beside_what: str = "",
    marks_s: tuple[int, ...] = (),
) -> Chart | None:
    """Return a chart of a column of intervals, in means of so many that it has `MOST` points at most.

    Parameters
    ----------
    what, unit : str
        What is drawn.
    column : array, shape (n,)
        One value an interval, NaN where none was heard.
    start_s : int
        Start of the first, UTC. [s]
    interval_s : int
        Length of each. [s]
    beside : array, shape (n,), optional
        A second line.
    beside_what : str
        What that is.
    marks_s : tuple of int
        When something began, since the start. [s]

    Returns
    -------
    Chart or None
        None where hardly anything was heard.
    """
    wide = max(1, -(-len(column) // MOST))
    values = _means(column, wide)
    if sum(value is not None for value in values) < 2:
        return None
    return Chart(
        what=what, unit=unit, values=values, start_s=start_s, step_s=wide * interval_s, marks_s=marks_s,
        beside=() if beside is None else _means(beside, wide), beside_what="" if beside is None else beside_what,
    )  # fmt: skip


def over_weather(what: str, unit: str, column: Floats, outdoor_c: Floats) -> Chart | None:
    """Return a chart over the outdoor temperature, every k-th of what is known; None with fewer than two."""
    known = np.flatnonzero(np.isfinite(column) & np.isfinite(outdoor_c))
    some = known[:: max(1, -(-len(known) // MOST))]
    if len(some) < 2:
        return None
    return Chart(
        what=what, unit=unit, values=tuple(_short(value) for value in column[some].tolist()),
        at=tuple(_short(value) for value in outdoor_c[some].tolist()),
    )  # fmt: skip


def _means(column: Floats, wide: int) -> tuple[float | None, ...]:
    rows = np.full(-(-len(column) // wide) * wide, np.nan)
    rows[: len(column)] = column
    cut = rows.reshape(-1, wide)
    known = np.isfinite(cut)
    total = np.where(known, cut, 0.0).sum(axis=1)
    return tuple(
        _short(part / count) if count else None
        for part, count in zip(total.tolist(), known.sum(axis=1).tolist(), strict=True)
    )


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
