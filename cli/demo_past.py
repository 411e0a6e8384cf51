"""The demo home's thirteen months: what the page needs before it opens, then the rest behind it, newest first."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from heatledger.days import Day, midnight, spans
from heatledger.heat_days import INTERVALS_OF
from heatledger.home import Home
from heatledger.ledger import Ledger, period
from heatledger.readings import Intervals
from heatledger.store import Store
from ingest import simulate
from ingest.simulate import history
from ingest.simulate.publish import save

MONTHS: Final = 13
FINE_S: Final = 7_200
"""How much of the past is simulated as finely as the present. [s]"""

_US = 1_000_000
_BATCH = 5_000


class Past:
    """The simulated past of the demo home: made once, written in two parts.

    Parameters
    ----------
    home : Home
        The demo's home file.
    now : datetime
        Where the past ends.
    seed : int
        The same seed and instant give the same past.
    readings_days : int
        How long readings are kept; older ones are not written. [d]
    """

    def __init__(self, home: Home, *, now: datetime, seed: int, readings_days: int) -> None:
        self._home = home
        self._now = now
        zone = ZoneInfo(home.timezone)
        self._start = midnight((now.astimezone(zone) - timedelta(days=365 + 31)).date().replace(day=1), zone)
        self._readings_from = now - timedelta(days=readings_days - 1)
        self.state = simulate.new(seed, _us(self._start))
        self._coarse = simulate.advance(self.state, _us(now) - FINE_S * _US, simulate.HISTORY_STEP_S)
        self._fine = simulate.advance(self.state, _us(now), simulate.LIVE_STEP_S)
        self._blocks = history.intervals(self._coarse, home=home.id)

    @property
    def start(self) -> datetime:
        """The first instant."""
        return self._start

    @property
    def recent(self) -> datetime:
        """Where the last billing cycle began: from here on intervals are there before the page is."""
        this_cycle, _ = period(self._home, "cycle", self._now)
        last_cycle, _ = period(self._home, "cycle", this_cycle - timedelta(days=1))
        return last_cycle

    def write_first(self, store: Store, ledger: Ledger, state_path: Path) -> None:
        """Write all days, the intervals of this cycle and the last, two hours of readings, and the home's state."""
        zone = ZoneInfo(self._home.timezone)
        ledger.day_book.keep({start.astimezone(zone).date(): day for start, day in self.days(ledger)})
        recent_s = int(self.recent.timestamp())
        store.write_intervals([cut(block, recent_s, None) for block in self._blocks])
        store.write_intervals(history.intervals(self._fine, home=self._home.id))
        self._write_readings(store, self._fine, _us(self._now) - FINE_S * _US, _us(self._now), threading.Event())
        save(self.state, state_path)

    def write_rest(
        self, store: Store, stop: threading.Event, *, until: datetime | None, progress: Callable[[datetime], None]
    ) -> None:
        """Write the remaining intervals and readings, newest first; `progress` is told how far back they now reach."""
        at = until or self.recent
        end_us = _us(self._now) - FINE_S * _US
        if until is None:
            self._write_readings(store, self._coarse, max(_us(self.recent), _us(self._readings_from)), end_us, stop)
        while at > self._start and not stop.is_set():
            before = max(at - timedelta(days=10), self._start)
            store.write_intervals([cut(block, int(before.timestamp()), int(at.timestamp())) for block in self._blocks])
            oldest_us = max(_us(before), _us(self._readings_from))
            if oldest_us < _us(at):
                self._write_readings(store, self._coarse, oldest_us, _us(at), stop)
            at = before
            if not stop.is_set():
                progress(at)

    def _write_readings(
        self, store: Store, truth: simulate.Truth, start_us: int, end_us: int, stop: threading.Event
    ) -> None:
        rows = history.readings(truth, start_us=start_us, end_us=end_us, home=self._home.id)
        while not stop.is_set():
            batch = list(itertools.islice(rows, _BATCH))
            if not batch:
                return
            store.write(batch)

    def days(self, ledger: Ledger) -> list[tuple[datetime, Day]]:
        """Sum the whole days of the past by the same arithmetic that sums measured ones."""
        zone = ZoneInfo(self._home.timezone)
        end = midnight((self._now - timedelta(seconds=FINE_S)).astimezone(zone).date(), zone)
        start_s, end_s = int(self._start.timestamp()), int(end.timestamp())
        read = [block for block in self._blocks if block.key.quantity in INTERVALS_OF]
        pieces = spans(self._start, end, zone)
        days = ledger.day_book.days_of(read, start_s, end_s, pieces, now=self._now)
        return list(zip((piece[0] for piece in pieces), days, strict=True))


def cut(block: Intervals, start_s: int, end_s: int | None) -> Intervals:
    """Return the rows of a block inside a half-open span. [s]."""
    low = int(np.searchsorted(block.start_s, start_s))
    high = len(block.start_s) if end_s is None else int(np.searchsorted(block.start_s, end_s))
    columns = {name: getattr(block, name)[low:high] for name in block._fields[1:9]}
    return block._replace(**columns, state=None if block.state is None else block.state[low:high])


def _us(moment: datetime) -> int:
    return int(moment.timestamp() * _US)
