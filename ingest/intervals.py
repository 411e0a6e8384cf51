"""Keeps five-minute intervals current: what a batch of readings touched is recomputed a few seconds later."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from heatledger import energy
from heatledger.home import Home, names
from heatledger.readings import INTERVAL_S, Flag, Intervals, Reading, Samples, SeriesKey, States
from heatledger.store import Store

DELAY_S: Final = 2.0
"""How long after a reading its interval is recomputed. [s]"""

_RETAINED: Final = int(Flag.RETAINED)  # a plain number: an enumeration's & takes a microsecond
_SHARE: Final = 10.0  # a slow store is given this many times the pause a recomputation took
_US: Final = 1_000_000
_STEP_US: Final = INTERVAL_S * _US
_CONTEXT_US: Final = 3 * _STEP_US  # readings before the span, so that a doubtful counter value can be judged
_NEAR_S: Final = 3_600
_LONGEST_US: Final = 92 * 86_400 * _US

_COLUMNS: Final = ("start_s", "energy", "mean", "min", "max", "last", "coverage", "flags")

Device = tuple[str, str, str]
"""Home, family, device."""

_log = logging.getLogger(__name__)


class Touched(NamedTuple):
    """The times of the first and the last new reading of a series. [µs]."""

    first_us: int
    last_us: int


class Keeper:
    """Remembers which series have new readings and brings their intervals up to date.

    Parameters
    ----------
    store : Store
        Read for readings, written with intervals.
    homes : mapping of str to Home
        Home files by id, for the rated power of meters.
    delay_s : float
        Pause between a reading and the recomputation. [s]
    """

    def __init__(self, store: Store, homes: Mapping[str, Home], *, delay_s: float = DELAY_S) -> None:
        self._store, self._homes, self._delay_s = store, homes, delay_s
        self._dirty: dict[Device, dict[tuple[str, str], Touched]] = {}
        self._due: float | None = None
        self._pause_s = delay_s
        self._limits: dict[SeriesKey, float] = {}
        self._told: set[SeriesKey] = set()

    def describe(self, homes: Mapping[str, Home]) -> None:
        """Go by other home files from now on."""
        self._homes, self._limits = homes, {}

    def touch(self, readings: Iterable[Reading], now: float) -> None:
        """Note new readings at a monotonic time; those that change no interval (retained numbers) are left out. [s]."""
        for reading in readings:
            if reading.flags & _RETAINED and reading.kind != "state":
                continue
            series = self._dirty.setdefault((reading.home, reading.family, reading.device), {})
            at, key = reading.time_us, (reading.channel, reading.quantity)
            old = series.get(key)
            if old is None:
                series[key] = Touched(at, at)
            elif not old.first_us <= at <= old.last_us:
                series[key] = Touched(min(old.first_us, at), max(old.last_us, at))
        if self._dirty and self._due is None:
            self._due = now + self._pause_s

    def due(self, now: float) -> bool:
        """Whether a recomputation should be made at this monotonic time."""
        return self._due is not None and now >= self._due

    def took(self, seconds: float) -> None:
        """Note how long a recomputation took, so that the next ones leave the processor to the readings."""
        self._pause_s = max(self._delay_s, _SHARE * seconds)

    def recompute(self) -> dict[str, tuple[int, int]]:
        """Recompute what is dirty.

        Returns
        -------
        dict of str to (int, int)
            The half-open span of intervals that changed, by home. [s]

        Raises
        ------
        StoreError
            If the store fails; what is dirty stays so.
        """
        blocks = [block for device, touched in self._dirty.items() for block in self._device(device, touched)]
        kept = self._sparing_imported(blocks)
        self._store.write_intervals(kept)
        self._dirty, self._due = {}, None
        return _spans(kept)

    def postpone(self, now: float) -> None:
        """Try again after a pause, where the store failed."""
        self._due = now + self._pause_s

    def _device(self, device: Device, touched: Mapping[tuple[str, str], Touched]) -> list[Intervals]:
        start_us = min(span.first_us for span in touched.values()) // _STEP_US * _STEP_US - _CONTEXT_US
        end_us = (max(span.last_us for span in touched.values()) // _STEP_US + 1) * _STEP_US
        found = {each.key: each for each in self._store.samples(*device, start_us=start_us, end_us=end_us)}
        blocks = []
        for series, span in touched.items():
            key = SeriesKey(*device, *series)
            if key in found:
                columns, from_us = self._back_to_previous(found[key], span, start_us)
                blocks.append(self._compute(columns, from_us, span.last_us))
        return [block for block in blocks if block is not None and len(block.start_s)]

    def _back_to_previous(
        self, series: Samples | States, span: Touched, fetched_us: int
    ) -> tuple[Samples | States, int]:
        """Return the series, and when its last live reading before the span was: what lies between changes too."""
        oldest_us = span.last_us - _LONGEST_US
        while isinstance(series, Samples):
            live = (series.flags & Flag.RETAINED) == 0
            before = series.time_us[live & (series.time_us < span.first_us)]
            first_us = int(series.time_us[0]) if len(series.time_us) else span.first_us
            wanted_us = int(before[-1]) if len(before) else first_us
            if wanted_us >= fetched_us or fetched_us <= oldest_us:
                return series, max(wanted_us if len(before) else int(span.first_us), oldest_us)
            fetched_us = max(wanted_us // _STEP_US * _STEP_US, oldest_us // _STEP_US * _STEP_US)
            end_us = (span.last_us // _STEP_US + 1) * _STEP_US
            again = self._store.samples(*series.key[:3], start_us=fetched_us, end_us=end_us)
            series = next(each for each in again if each.key == series.key)
        return series, span.first_us

    def _compute(self, series: Samples | States, from_us: int, last_us: int) -> Intervals | None:
        start_s, end_s = from_us // _STEP_US * INTERVAL_S, (last_us // _STEP_US + 1) * INTERVAL_S
        try:
            return energy.intervals(series, start_s=start_s, end_s=end_s, limit_w=self._limit_w(series.key))
        except (ValueError, ArithmeticError, IndexError):  # one odd series must not stop the others
            if series.key not in self._told:
                self._told.add(series.key)
                _log.exception("intervals of %s cannot be computed", ":".join(series.key))
            return None

    def _limit_w(self, key: SeriesKey) -> float:
        """Return the rated power of the meter this series belongs to, as the device counts it."""
        if key not in self._limits:
            home = self._homes.get(key.home)
            ours = set(names(key))
            rated = (
                [m.rated_w / m.scale for m in home.meters if m.rated_w and ours & {*m.points, *m.sum}] if home else []
            )
            self._limits[key] = max(rated, default=energy.LIMIT_W)
        return self._limits[key]

    def _sparing_imported(self, blocks: Sequence[Intervals]) -> list[Intervals]:
        """Leave out rows that would replace an imported interval by one less well covered."""
        groups: dict[object, list[Intervals]] = {}
        for block in blocks:
            start_s, end_s = int(block.start_s[0]), int(block.start_s[-1])
            together = end_s - start_s <= 2 * INTERVAL_S
            groups.setdefault((block.key.home, start_s // _NEAR_S) if together else block.key, []).append(block)
        kept = []
        for group in groups.values():
            span = {
                "start_s": min(int(b.start_s[0]) for b in group),
                "end_s": max(int(b.start_s[-1]) for b in group) + 1,
            }
            quantities = sorted({block.key.quantity for block in group})
            stored = {b.key: b for b in self._store.intervals(group[0].key.home, **span, quantities=quantities)}
            kept += [_spare(block, stored.get(block.key)) for block in group]
        return [block for block in kept if len(block.start_s)]


def _spare(block: Intervals, stored: Intervals | None) -> Intervals:
    if stored is None or not (stored.flags & Flag.IMPORTED).any():
        return block
    imported = (stored.flags & Flag.IMPORTED) != 0
    covered = dict(zip(stored.start_s[imported].tolist(), stored.coverage[imported].tolist(), strict=True))
    rows = zip(block.start_s.tolist(), block.coverage.tolist(), strict=True)
    keep = np.array(
        [start not in covered or (share > 0 and share >= covered[start]) for start, share in rows], dtype=bool
    )
    words = None if block.state is None else [word for word, kept in zip(block.state, keep, strict=True) if kept]
    return block._replace(**{name: getattr(block, name)[keep] for name in _COLUMNS}, state=words)


def _spans(blocks: Iterable[Intervals]) -> dict[str, tuple[int, int]]:
    spans: dict[str, tuple[int, int]] = {}
    for block in blocks:
        start, end = int(block.start_s[0]), int(block.start_s[-1]) + INTERVAL_S
        old = spans.get(block.key.home, (start, end))
        spans[block.key.home] = (min(old[0], start), max(old[1], end))
    return spans
