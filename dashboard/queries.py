"""The data of the pages: the Summary of the bill's cycle and of today, asked again when intervals are announced."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from dashboard import heap
from dashboard.answers import Answers
from heatledger import ledger
from heatledger.comparing import Against
from heatledger.config import Config
from heatledger.home import Home
from heatledger.readings import Reading
from heatledger.store import Store, StoreError
from heatledger.store.lately import heard_lately
from heatledger.store.state import State
from heatledger.summary import Summary

REFRESH_S = 30.0
"""The Summary is asked for at most this often. [s]"""
_FIRST_YEAR, _LAST_YEAR = 1971, 2999
_LIKELY = ("cycle", "month", "week", "day", "year")
_KEPT = 8
_A_MOMENT = timedelta(microseconds=1)


class Books(msgspec.Struct, frozen=True):
    """What the page shows of the books; None, with the reason, where the store does not answer."""

    cycle: Summary | None = None
    today: Summary | None = None
    reason: str = ""


class AskError(ValueError):
    """A question that cannot be answered; the message is one line: what, and the mend."""


class Queries:
    """The books of the configured homes, behind a short cache.

    Parameters
    ----------
    config : Config
        Homes and tariffs.
    store : Store
        Readings and intervals.
    state : State
        The cache of days.
    """

    def __init__(self, config: Config, store: Store, state: State) -> None:
        self.config, self.store, self.state = config, store, state
        self._lock = threading.Lock()
        self._books: dict[str, tuple[float, Books]] = {}
        self._ledgers: dict[str, ledger.Ledger] = {}
        self._against: dict[tuple[str, datetime, datetime, datetime, Against], Summary] = {}
        self.answers = Answers(self.summary)
        """What the pages of the books show."""

    def home(self, home_id: str | None = None) -> Home:
        """Return a described home: by its id, else the first one.

        Raises
        ------
        AskError
            If there is none.
        """
        homes = self.config.homes
        if home_id is None and homes:
            return homes[min(homes)]
        if home_id is None or home_id not in homes:
            known = (
                f"known: {', '.join(sorted(homes))}"
                if homes
                else "no home file yet: write one in homes/ of the configuration"
            )
            raise AskError(f"home: {home_id or 'none'!s} is not described; {known}")
        return homes[home_id]

    def summary(self, home: Home, start: datetime, end: datetime) -> Summary:
        """Return the Summary of a half-open span."""
        return self.ledger_of(home).summary(start, end, now=datetime.now(UTC))

    def against(self, home: Home, summary: Summary, asked: Against) -> Summary:
        """Return a Summary as one that is compared with another system.

        Raises
        ------
        AskError
            If there is no such system, or it has no such ducts.
        """
        key = (home.id, summary.period.start, summary.period.end, summary.as_of, asked)
        if key not in self._against:
            try:
                made = self.ledger_of(home).against(summary, asked, now=summary.as_of)
            except ValueError as error:
                raise AskError(str(error)) from error
            self._against = dict(list(self._against.items())[-_KEPT:])
            self._against[key] = made
        return self._against[key]

    def version(self, home: Home | None) -> str:
        """Return what changes when a page of the books is to be asked again."""
        asked = f"{self._books[home.id][0]:.0f}" if home and home.id in self._books else ""
        return f"{asked}.{self.answers.renewed}"

    def prepare(self, home: Home) -> None:
        """Make what the pages are likely to be asked for, so that nobody waits for it."""
        now = datetime.now(UTC)
        try:
            for name in _LIKELY:
                start, end = ledger.period(home, name, now)
                self.answers.prepare(home, start, end)
            self.answers.prepare(home, *ledger.period(home, "cycle", ledger.period(home, "cycle", now)[0] - _A_MOMENT))
        except (StoreError, sqlite3.Error) as error:
            logging.getLogger(__name__).warning("the store does not answer: %s", error)
        heap.give_back()

    def span(self, home: Home, *, period: str | None, begin: str | None, end: str | None) -> tuple[datetime, datetime]:
        """Return the span a question means.

        Parameters
        ----------
        home : Home
            For its zone and cycle.
        period : str or None
            day, week, month, cycle or year.
        begin, end : str or None
            ISO 8601 dates or times; without a zone they are the home's own time.

        Raises
        ------
        AskError
            If the question is not one of these.
        """
        try:
            start, stop = ledger.span(home, period, begin, end, datetime.now(UTC))
        except ValueError as error:
            raise AskError(str(error)) from error
        if start.year < _FIRST_YEAR or stop.year > _LAST_YEAR:
            raise AskError(f"from {begin} to {end}: ask for years from {_FIRST_YEAR} to {_LAST_YEAR}")
        return start, stop

    def books(self, home: Home, *, fresh: bool = False) -> Books:
        """Return the books of the cycle and of today; asked again when `fresh` is wanted and they are 30 s old."""
        known = self._books.get(home.id)
        if known is not None and not fresh:  # a page never waits for a projection
            return known[1]
        with self._lock:
            asked, kept = self._books.get(home.id, (-1e9, None))
            age_s = time.monotonic() - asked
            if kept is not None and (not fresh or age_s < REFRESH_S):
                return kept
            made = self._ask(home)
            self._books[home.id] = (time.monotonic(), made)
            return made

    def _ask(self, home: Home) -> Books:
        now = datetime.now(UTC)
        book = self.ledger_of(home)
        try:
            cycle, today = (book.summary(*ledger.period(home, name, now), now=now) for name in ("cycle", "day"))
        except (StoreError, sqlite3.Error) as error:
            logging.getLogger(__name__).warning("the store does not answer: %s", error)
            return Books(reason="the store is not answering")
        return Books(cycle, today)

    def ledger_of(self, home: Home) -> ledger.Ledger:
        """Return the books of a home, opened once."""
        if home.id not in self._ledgers:
            self._ledgers[home.id] = ledger.Ledger(self.config, home, store=self.store, state=self.state)
        return self._ledgers[home.id]

    def heard_lately(self) -> Iterator[Reading]:
        """Yield what was stored in the last hour, home by home, and the newest of every series."""
        for home in self.store.homes():
            yield from heard_lately(self.store, home, time.time_ns() // 1000)


def marginal_rates(config: Config, home: Home, books: Books, at_us: int) -> tuple[Decimal | None, Decimal | None]:
    """Return what one more imported kWh costs at a moment, and what an exported one earns; None where not known.

    Parameters
    ----------
    config : Config
        For the rate plan, where the books do not answer.
    home : Home
        The household.
    books : Books
        With the prices of the hours ahead.
    at_us : int
        UTC. [µs]
    """
    price = books.cycle.bill.price if books.cycle else None
    for step in price.ahead if price else ():
        if step.start.timestamp() * 1e6 <= at_us < step.end.timestamp() * 1e6:
            return step.rate, step.credit
    tariff = config.tariffs.get(home.tariff) if home.tariff else None
    return (None, None) if tariff is None else (tariff.marginal_rate, tariff.credit_rate)


def cycle_day(summary: Summary, now: datetime) -> tuple[int, int]:
    """Return which day of its period it is, and of how many, as local days."""
    first: date = summary.period.start.date()
    today = now.astimezone(summary.period.start.tzinfo).date()
    return (today - first).days + 1, (summary.period.end.date() - first).days


def local_now(home: Home, at_us: int) -> datetime:
    """Return a moment [µs] in the home's own time."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).astimezone(ZoneInfo(home.timezone))
