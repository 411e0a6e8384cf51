"""Spans of other widths as five-minute intervals: energy is shared out evenly, levels are repeated."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from heatledger.readings import INTERVAL_S, Flag, Intervals, SeriesKey


class Span(NamedTuple):
    """What was measured in a span: energy [kWh] or a level in the canonical unit; NaN where there is none.

    `start_s`, `width_s` [s]; `last` is a counter's value at the end.
    """

    start_s: int
    width_s: int
    energy_kwh: float = math.nan
    mean: float = math.nan
    min: float = math.nan
    max: float = math.nan
    last: float = math.nan


def spread(key: SeriesKey, spans: Iterable[Span]) -> Intervals | None:
    """Return spans as intervals; None where there are none.

    A span wider than an interval is shared out and flagged ESTIMATED; several within one interval are added up.

    Parameters
    ----------
    key : SeriesKey
        Whose they are.
    spans : iterable of Span
        In any order; a span that is repeated counts once, the last word.

    Examples
    --------
    >>> block = spread(SeriesKey("home", "greenbutton", "meter", "", "energy"), [Span(0, 900, 0.3)])
    >>> block.start_s.tolist(), block.energy.round(9).tolist()
    ([0, 300, 600], [0.1, 0.1, 0.1])
    """
    rows: dict[int, list[float]] = {}
    for span in {(each.start_s, each.width_s): each for each in spans if each.width_s > 0}.values():
        end_s = span.start_s + span.width_s
        for start_s in range(span.start_s // INTERVAL_S * INTERVAL_S, end_s, INTERVAL_S):
            heard_s = min(end_s, start_s + INTERVAL_S) - max(span.start_s, start_s)
            share = heard_s / span.width_s
            flags = Flag.IMPORTED | (Flag.ESTIMATED if span.width_s > INTERVAL_S else Flag.NONE)
            row = [span.energy_kwh * share, span.mean * heard_s, span.min, span.max, span.last, heard_s, int(flags)]
            rows[start_s] = _added(rows[start_s], row) if start_s in rows else row
    if not rows:
        return None
    starts = np.array(sorted(rows), dtype=np.int64)
    energy, weighed, low, high, last, heard, flagged = np.array([rows[start] for start in starts.tolist()]).T
    coverage = np.minimum(heard / INTERVAL_S, 1.0)
    return Intervals(key, starts, energy, weighed / heard, low, high, last, coverage, flagged.astype(np.int64))


def _added(old: list[float], new: list[float]) -> list[float]:
    energy, weighed, low, high, last, heard, flags = zip(old, new, strict=True)
    least, greatest = np.fmin(*low), np.fmax(*high)
    return [
        sum(energy),
        sum(weighed),
        float(least),
        float(greatest),
        last[1],
        sum(heard),
        int(flags[0]) | int(flags[1]),
    ]
