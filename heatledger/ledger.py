"""A home's books: the door between what is kept and the arithmetic; days come from the cache, else from intervals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from heatledger import accounts
from heatledger.accounts import Account
from heatledger.config import Config
from heatledger.days import Day, days_key, midnight, spans, sum_days
from heatledger.heat import delivered
from heatledger.heat.flows import Flow
from heatledger.home import Home
from heatledger.meters import Grid
from heatledger.readings import INTERVAL_S, Intervals
from heatledger.store import Store
from heatledger.store.state import State
from heatledger.summary import Period, Summary, summarise

INTERVALS_OF = tuple(dict.fromkeys((*accounts.QUANTITIES, *delivered.QUANTITIES)))
"""The quantities whose intervals days are made of."""

_STATE_LOOKBACK_S = 86_400
_SETTLED = timedelta(minutes=15)


class Ledger:
    """The books of one home over a store and its state.

    Parameters
    ----------
    config : Config
        For the tariff and the heat pumps' maps.
    home : Home
        The household.
    store : Store
        Readings and intervals.
    state : State
        The cache of days.
    """

    def __init__(self, config: Config, home: Home, *, store: Store, state: State) -> None:
        self.home = home
        self.tariff = config.tariffs[home.tariff] if home.tariff else None
        self._store = store
        self._state = state
        self._zone = ZoneInfo(home.timezone)
        self._systems = config.systems
        self._key = days_key(home, self.tariff, config.systems)

    def summary(self, start: datetime, end: datetime, *, now: datetime) -> Summary:
        """Sum up a half-open span.

        Parameters
        ----------
        start, end : datetime
            Aware.
        now : datetime
            Nothing after it is asked for.

        Returns
        -------
        Summary
            Of the span so far.
        """
        pieces = spans(start, min(end, now), self._zone)
        found = self._days(pieces, now)
        period = Period(start=start.astimezone(self._zone), end=end.astimezone(self._zone))
        return summarise(self.home, found, period=period, tariff=self.tariff, now=now)

    def remember(self, days: dict[date, Day]) -> None:
        """Keep days made elsewhere, as an import of history does."""
        self._state.write_days(self.home.id, self._key, {day: msgspec.msgpack.encode(row) for day, row in days.items()})

    def _days(self, pieces: Sequence[tuple[datetime, datetime]], now: datetime) -> list[Day]:
        if not pieces:
            return []
        local = [start.astimezone(self._zone).date() for start, _ in pieces]
        kept = self._state.days(self.home.id, self._key, local[0], local[-1] + timedelta(days=1))
        made: list[Day | None] = [
            msgspec.msgpack.decode(kept[day], type=Day) if day in kept and self._is_whole(piece) else None
            for day, piece in zip(local, pieces, strict=True)
        ]
        for first, last in _runs(made):
            fresh = self._make(pieces[first:last], now)
            made[first:last] = fresh
            self.remember(
                {
                    local[first + number]: day
                    for number, day in enumerate(fresh)
                    if self._is_whole(pieces[first + number]) and pieces[first + number][1] < now - _SETTLED
                }
            )
        return [day for day in made if day is not None]

    def _is_whole(self, piece: tuple[datetime, datetime]) -> bool:
        day = piece[0].astimezone(self._zone).date()
        return piece == (midnight(day, self._zone), midnight(day + timedelta(days=1), self._zone))

    def _make(self, pieces: Sequence[tuple[datetime, datetime]], now: datetime) -> list[Day]:
        start_s = int(pieces[0][0].timestamp()) // INTERVAL_S * INTERVAL_S
        end_s = -int(-pieces[-1][1].timestamp() // INTERVAL_S) * INTERVAL_S
        blocks = self._store.intervals(
            self.home.id, start_s=start_s - _STATE_LOOKBACK_S, end_s=end_s, quantities=INTERVALS_OF
        )
        return self.days_of(blocks, start_s, end_s, pieces, now=now)

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
        whole = accounts.account(self.home, blocks, start_s=start_s, end_s=end_s)
        return sum_days(whole, pieces, now=now, flows=self._flows(whole, blocks, start_s, end_s))

    def _flows(self, whole: Account, blocks: Sequence[Intervals], start_s: int, end_s: int) -> dict[str, list[Flow]]:
        grid, outdoor_c = Grid(blocks, start_s, end_s), whole.home["outdoor_c"].to_numpy()
        flows = {}
        for pump in self.home.heat_pumps:
            own = [name for name in whole.pumps if str(name).startswith(f"{pump.id}:")]
            use = {str(name).partition(":")[2]: whole.pumps[name].to_numpy() for name in own}
            system = self._systems.get(pump.unit) if pump.unit else None
            flows[pump.id] = delivered.delivered(self.home, pump, system, grid, use, outdoor_c)
        return flows


def period(home: Home, name: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the span that a period's name means now, aware and in the home's own time.

    Parameters
    ----------
    home : Home
        For its time zone and billing cycle.
    name : str
        day, week (from Monday), month, cycle or year.
    now : datetime
        Aware.

    Returns
    -------
    tuple of datetime
        Half-open; the end may lie ahead.

    Raises
    ------
    ValueError
        If the name is none of these.
    """
    zone = ZoneInfo(home.timezone)
    today = now.astimezone(zone).date()
    begins = today.replace(day=home.cycle.day)
    if begins > today:
        begins = _month_after(begins, -1)
    bounds = {
        "day": (today, today + timedelta(days=1)),
        "week": (today - timedelta(days=today.weekday()), today + timedelta(days=7 - today.weekday())),
        "month": (today.replace(day=1), _month_after(today.replace(day=1), 1)),
        "cycle": (begins, _month_after(begins, 1)),
        "year": (date(today.year, 1, 1), date(today.year + 1, 1, 1)),
    }
    if name not in bounds:
        raise ValueError(f"unknown period {name!r}; use one of {', '.join(bounds)}")
    start, end = bounds[name]
    return midnight(start, zone).astimezone(zone), midnight(end, zone).astimezone(zone)


def span(
    home: Home, name: str | None, since: str | None, until: str | None, now: datetime
) -> tuple[datetime, datetime]:
    """Return the span that a user asked for, by a period's name or by its ends.

    Parameters
    ----------
    home : Home
        For its time zone and billing cycle.
    name : str or None
        As `period`; by default the billing cycle.
    since, until : str or None
        ISO dates or times; one without a zone is in the home's own time. Both or neither, and not beside a name.
    now : datetime
        Aware.

    Returns
    -------
    tuple of datetime
        Half-open, aware.

    Raises
    ------
    ValueError
        If that is not a span: one line with the mend.
    """
    if since is None and until is None:
        return period(home, name or "cycle", now)
    if name is not None or since is None or until is None:
        raise ValueError("give either a period, or both from and to")
    start, end = _moment("from", since, home), _moment("to", until, home)
    if start >= end:
        raise ValueError(f"from {since} is not before to {until}; swap them")
    return start, end


def _moment(key: str, text: str, home: Home) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{key}: {text!r} is not a date; write 2026-10-31 or 2026-10-31T18:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(home.timezone))


def _month_after(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return day.replace(year=count // 12, month=count % 12 + 1)


def _runs(made: Sequence[Day | None]) -> list[tuple[int, int]]:
    """Return the half-open runs of days that are missing."""
    runs: list[tuple[int, int]] = []
    for number, day in enumerate(made):
        if day is None:
            if runs and runs[-1][1] == number:
                runs[-1] = (runs[-1][0], number + 1)
            else:
                runs.append((number, number + 1))
    return runs
