"""The simulated past as it would have been stored: intervals and readings of the series that live messages give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from heatledger.quantities import QUANTITIES
from heatledger.readings import INTERVAL_S, Flag, Floats, Intervals, Ints, Reading, SeriesKey
from ingest.simulate.devices import DEVICES, SERIES, Series
from ingest.simulate.observe import columns, told, word
from ingest.simulate.truth import Truth
from ingest.simulate.weather import DAY_S

_US: Final = 1_000_000
_INTEGRATED: Final = "power"


def key(series: Series, home: str) -> SeriesKey:
    """Return the store's key of a device's series."""
    return SeriesKey(home, series.device.family, series.device.name, series.channel, series.quantity)


def intervals(truth: Truth, *, home: str = "demo") -> list[Intervals]:
    """Return a span's five-minute intervals, one block per series, all flagged imported.

    A counter's energy is what truly passed, finer than the counter shows; its last value is what it showed.

    Parameters
    ----------
    truth : Truth
        What happened, in steps no wider than an interval.
    home : str
        Whose readings they are.

    Returns
    -------
    list of Intervals
        In the order of `devices.SERIES`.
    """
    if not len(truth.time_us):
        return []
    seen, bins = columns(truth), _Bins(truth)
    return [_block(series, key(series, home), truth, seen[series.column], bins) for series in SERIES]


class _Bins:
    """The truth's steps by interval: where each interval's steps begin and end, and what all series share."""

    def __init__(self, truth: Truth) -> None:
        starts = truth.time_us // (INTERVAL_S * _US)
        self.first = np.flatnonzero(np.diff(starts, prepend=-1))
        self.last = np.append(self.first[1:], len(starts)) - 1
        self.start_s: Ints = starts[self.first] * INTERVAL_S
        size = len(self.first)
        self.none: Floats = np.full(size, np.nan)
        self.flags: Ints = np.full(size, int(Flag.IMPORTED), dtype=np.int64)
        self.steps = self.last - self.first + 1
        self.coverage: Floats = np.minimum(self.steps * truth.step_s / INTERVAL_S, 1.0)
        self.single = bool((self.steps == 1).all())


def _block(series: Series, name: SeriesKey, truth: Truth, column: Floats, bins: _Bins) -> Intervals:
    shown = told(series, column)
    last = shown[bins.last]
    if series.is_state:
        codes, none = last.tolist(), bins.none
        said = {code: _text(word(series.quantity, code)) for code in set(codes)}
        words = [said[code] for code in codes]
        return Intervals(name, bins.start_s, none, none, none, none, none, bins.coverage, bins.flags, words)
    mean, low, high = (last, last, last) if bins.single else _summary(shown, bins)
    energy = bins.none
    if series.reset:
        mean, energy = bins.none, _passed(series, truth, column, bins)
    elif series.quantity == _INTEGRATED:
        energy = np.add.reduceat(column, bins.first) * (truth.step_s / 3.6e6)
    return Intervals(name, bins.start_s, energy, mean, low, high, last, bins.coverage, bins.flags)


def _summary(shown: Floats, bins: _Bins) -> tuple[Floats, Floats, Floats]:
    """Return each interval's mean, minimum and maximum."""
    mean = np.add.reduceat(shown, bins.first) / bins.steps
    return mean, np.minimum.reduceat(shown, bins.first), np.maximum.reduceat(shown, bins.first)


def _passed(series: Series, truth: Truth, column: Floats, bins: _Bins) -> Floats:
    """Return the energy that passed in each interval [kWh]."""
    before = truth.before_kwh.get(series.column.removesuffix(":kwh"), 0.0)
    return np.diff(column[bins.last], prepend=before)


def _text(value: str | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def readings(truth: Truth, *, start_us: int, end_us: int, home: str = "demo") -> Iterator[Reading]:
    """Yield a span's readings at the width of the truth's steps, flagged imported: the newest day first.

    Within a day they come device by device, in order of time; a state is told when it changes and once a day.

    Parameters
    ----------
    truth : Truth
        What happened.
    start_us, end_us : int
        Half-open span of the readings' times. [µs]
    home : str
        Whose readings they are.

    Yields
    ------
    Reading
        At the end of its step, when the counters read so.
    """
    seen = columns(truth)
    time_us = truth.time_us + round(truth.step_s * _US)
    days = time_us // (DAY_S * _US)
    for day in np.unique(days)[::-1].tolist():
        rows = np.flatnonzero((days == day) & (time_us >= start_us) & (time_us < end_us))
        for device in DEVICES:
            told_now = [
                (series, key(series, home), told(series, seen[series.column][rows]))
                for series in SERIES
                if series.device == device
            ]
            yield from _told(told_now, time_us[rows].tolist())


def _told(shown: list[tuple[Series, SeriesKey, Floats]], time_us: list[int]) -> Iterator[Reading]:
    """Yield one device's readings of one day, in order of time."""
    lists = [(series, name, QUANTITIES[series.quantity], column.tolist()) for series, name, column in shown]
    for row, at_us in enumerate(time_us):
        for series, name, quantity, values in lists:
            value = values[row]
            if series.is_state:
                if row and values[row - 1] == value:
                    continue
                value = word(series.quantity, value)
            yield Reading(
                *name, at_us, value, quantity.unit, quantity.kind, reset=series.reset, flags=int(Flag.IMPORTED)
            )
