"""A home's days: taken from the cache where they are kept, else made from intervals and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from heatledger import accounts
from heatledger.day_sums import sum_days
from heatledger.days import Day, decoded, encoded, midnight
from heatledger.heat.system import System
from heatledger.heat_days import INTERVALS_OF, heat_of
from heatledger.home import Home
from heatledger.readings import INTERVAL_S, Intervals
from heatledger.store import Store
from heatledger.store.state import State

_STATE_LOOKBACK_S: Final = 86_400
_SETTLED: Final = timedelta(minutes=15)
_AT_ONCE_D: Final = 31
"""So many days are made from intervals at once: a year of them would fill the memory. [d]"""
_AT_HAND_D: Final = 400
"""So many days stay decoded: a year, and what a projection looks back. [d]"""


class DayBook:
    """The days of one home over a store and its state.

    Parameters
    ----------
    home : Home
        The household.
    systems : mapping
        Maps by name.
    key : str
        What kept days depend on beside their readings, as `days.days_key` says.
    store : Store
        Readings and intervals.
    state : State
        The cache of days.
    """

    def __init__(self, home: Home, systems: Mapping[str, System], key: str, *, store: Store, state: State) -> None:
        self._home, self._systems, self._key = home, systems, key
        self._store, self._state = store, state
        self._zone = ZoneInfo(home.timezone)
        self._at_hand = OrderedDict[date, tuple[int, Day]]()

    def of(self, pieces: Sequence[tuple[datetime, datetime]], now: datetime) -> list[Day]:
        """Return the day of each of a span's pieces; whole days that are over are kept.

        Parameters
        ----------
        pieces : sequence of tuple
            Half-open spans of at most a local day, in order, UTC.
        now : datetime
            Nothing after it is expected to have been heard.
        """
        if not pieces:
            return []
        local = [start.astimezone(self._zone).date() for start, _ in pieces]
        kept = self.kept(local[0], local[-1] + timedelta(days=1))
        made = [kept.get(day) if self._is_whole(piece) else None for day, piece in zip(local, pieces, strict=True)]
        for first, last in _runs(made):
            fresh = self._make(pieces[first:last], now)
            made[first:last] = fresh
            self.keep(
                {
                    local[first + number]: day
                    for number, day in enumerate(fresh)
                    if self._is_whole(pieces[first + number]) and pieces[first + number][1] < now - _SETTLED
                }
            )
        return [day for day in made if day is not None]

    def kept(self, first: date, until: date) -> dict[date, Day]:
        """Return the kept days from a local day up to, not including, another."""
        rows = self._state.days(self._home.id, self._key, first, until)
        return {day: self._decoded(day, body) for day, body in rows.items()}

    def keep(self, days: Mapping[date, Day]) -> None:
        """Keep whole local days."""
        rows = {day: encoded(row) for day, row in days.items()}
        self._state.write_days(self._home.id, self._key, rows)

    def days_of(
        self,
        blocks: Sequence[Intervals],
        start_s: int,
        end_s: int,
        pieces: Sequence[tuple[datetime, datetime]],
        *,
        now: datetime,
    ) -> list[Day]:
        """Make days from intervals at hand.

        Parameters
        ----------
        blocks : sequence of Intervals
            Of `INTERVALS_OF`; states may begin up to a day before the span.
        start_s, end_s : int
            Half-open span that holds every piece, multiples of an interval. [s]
        pieces : sequence of tuple
            Half-open spans of at most a local day, UTC.
        now : datetime
            Nothing after it is expected to have been heard.

        Returns
        -------
        list of Day
            One a piece.
        """
        whole = accounts.account(self._home, blocks, start_s=start_s, end_s=end_s)
        heat = heat_of(self._home, self._systems, blocks, whole, pieces)
        return sum_days(whole, pieces, now=now, home=self._home, heat=heat)

    def _decoded(self, day: date, body: bytes) -> Day:
        """Return a kept day, decoded once as long as what is kept of it stays the same."""
        mark = hash(body)
        known = self._at_hand.get(day)
        if known is None or known[0] != mark:
            known = (mark, decoded(body))
            while len(self._at_hand) >= _AT_HAND_D:
                self._at_hand.popitem(last=False)
            self._at_hand[day] = known
        return known[1]

    def _is_whole(self, piece: tuple[datetime, datetime]) -> bool:
        day = piece[0].astimezone(self._zone).date()
        return piece == (midnight(day, self._zone), midnight(day + timedelta(days=1), self._zone))

    def _make(self, pieces: Sequence[tuple[datetime, datetime]], now: datetime) -> list[Day]:
        start_s = int(pieces[0][0].timestamp()) // INTERVAL_S * INTERVAL_S
        end_s = -int(-pieces[-1][1].timestamp() // INTERVAL_S) * INTERVAL_S
        blocks = self._store.intervals(
            self._home.id, start_s=start_s - _STATE_LOOKBACK_S, end_s=end_s, quantities=INTERVALS_OF
        )
        return self.days_of(blocks, start_s, end_s, pieces, now=now)


def _runs(made: Sequence[Day | None]) -> list[tuple[int, int]]:
    """Return the half-open runs of days that are missing, none longer than `_AT_ONCE_D`."""
    runs: list[tuple[int, int]] = []
    for number, day in enumerate(made):
        if day is None:
            if runs and runs[-1][1] == number and number - runs[-1][0] < _AT_ONCE_D:
                runs[-1] = (runs[-1][0], number + 1)
            else:
                runs.append((number, number + 1))
    return runs
