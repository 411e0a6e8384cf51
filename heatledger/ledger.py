"""A home's books: the door between what is kept and the arithmetic; days come from the cache, else from intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from heatledger import before, bill
from heatledger.baseline.compare import Asked
from heatledger.baseline.compared import BaselineSummary
from heatledger.billed import Before, Outlook, Period
from heatledger.comparing import Against, Comparing, among
from heatledger.config import Config
from heatledger.cycles import cycle_at
from heatledger.day_book import DayBook
from heatledger.days import Day, days_key, midnight, spans
from heatledger.heat.balance import House
from heatledger.heat.house import Dated, Taught, teach
from heatledger.home import Home
from heatledger.kept import beside, differs, frozen
from heatledger.outlook import HISTORY_D, outlook
from heatledger.periods import period, span
from heatledger.prices import price_now, series_of
from heatledger.reader import ENGLISH, reading
from heatledger.running import Days, Plan
from heatledger.store import Store
from heatledger.store.state import State
from heatledger.summary import Summary, summarise
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.model import Tariff
from heatledger.tariff.places import sourced
from heatledger.tariff.series import PriceSeries

__all__ = ["Ledger", "period", "span"]

_ANCHOR_D = 400
"""How far back a heat that was measured still says how the map stands to it. [d]"""
_KEPT = 6
"""Comparisons with other systems that are kept at hand."""
_OUTLOOK_S = 300
"""A projection is made again after so long. [s]"""


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
        self.state = state
        self._zone = ZoneInfo(home.timezone)
        self.systems = config.systems
        self.tariff_files = config.tariff_files
        self._seen: tuple[tuple[Cycle, int], Outlook] | None = None
        self._compared: dict[tuple[Cycle, Cycle, int], Before | None] = {}
        key = days_key(home, self.tariff, config.systems)
        self.day_book = DayBook(home, config.systems, key, store=store, state=state)
        self.comparing = Comparing(home, config.systems, config.alternatives)
        self._others: dict[Against, Comparing] = {}

    @reading(ENGLISH)
    def summary(
        self, start: datetime, end: datetime, *, now: datetime, beside: Sequence[str] | None = (), anew: bool = False
    ) -> Summary:
        """Sum up a half-open span.

        Parameters
        ----------
        start, end : datetime
            Aware.
        now : datetime
            Nothing after it is asked for.
        beside : sequence of str or None
            Systems to be compared with, files of `comparisons/`; by default every one, for a week or more. None: no
            comparison, which takes longest, and nothing of a whole cycle.
        anew : bool
            Compare by what is known now, also where a closed bill keeps the comparison as it was.

        Returns
        -------
        Summary
            Of the span so far.
        """
        zone = self._zone
        pieces = spans(start, min(end, now), zone)
        plan, made = None, dict[tuple[datetime, datetime], Day]()
        if self.tariff is not None:
            billed = bill.days_needed(self.home, self.tariff, start, end, now)
            made = dict(zip(billed, self.day_book.of(billed, now), strict=True))
            plan = self.plan(billed[0][0] if billed else start, now)
        other = [piece for piece in pieces if piece not in made]
        found = made | dict(zip(other, self.day_book.of(other, now), strict=True))
        days = {piece[0].astimezone(zone).date(): day for piece, day in made.items()}
        summary = summarise(
            self.home,
            [found[piece] for piece in pieces],
            period=Period(start=start.astimezone(zone), end=end.astimezone(zone)),
            tariff=self.tariff,
            now=now,
            cycle_days=days,
            series=plan.series if plan else None,
            taught=self._taught(now),
            systems=self.systems,
        )
        summary = self._sourced(summary)
        if beside is None:
            return summary
        total = None if summary.bill.total is None else Decimal(summary.bill.total)
        kinds = tuple(self.comparing.alternatives[name] for name in beside)
        kept = None if anew else self._frozen(summary.period, beside)
        asked = Asked(summary.period.start, summary.period.end, now, kinds)
        baseline = kept or self._baseline(plan, days, asked, total, self.comparing)
        summary = msgspec.structs.replace(summary, baseline=baseline)
        return summary if plan is None else self._of_cycle(summary, plan, days, now)

    def against(self, summary: Summary, asked: Against, *, now: datetime) -> Summary:
        """Return a Summary of this home as one compared with another system, its other figures as they are.

        Parameters
        ----------
        summary : Summary
            As `summary` made it.
        asked : Against
            What is compared with instead.
        now : datetime
            Nothing after it is asked for.

        Raises
        ------
        ValueError
            As `comparing.against`.
        """
        comparing, period = self._instead(asked), summary.period
        if self.tariff is None or summary.bill.total is None:
            return summary
        days = self.billed_days(self.home, self.tariff, period.start, period.end, now)
        plan = self.plan(midnight(min(days), self._zone), now)
        question = Asked(period.start, period.end, now, (comparing.alternatives[asked.system],))
        found = self._baseline(plan, days, question, Decimal(summary.bill.total), comparing)
        return msgspec.structs.replace(summary, baseline=among(found, summary.baseline))

    def _instead(self, asked: Against) -> Comparing:
        if asked not in self._others:
            made = self.comparing.instead(asked)
            self._others = dict(list(self._others.items())[-_KEPT:])
            self._others[asked] = made
        return self._others[asked]

    def _sourced(self, summary: Summary) -> Summary:
        """Say of the bill's lines where in the plan's file they stand."""
        file = self.tariff_files.get(self.home.tariff or "")
        if file is None or not summary.bill.lines:
            return summary
        lines = sourced(summary.bill.lines, f"tariffs/{file.name}", file.read_text(encoding="utf-8"))
        return msgspec.structs.replace(summary, bill=msgspec.structs.replace(summary.bill, lines=lines))

    def _frozen(self, period: Period, systems: Sequence[str]) -> BaselineSummary | None:
        cycle = cycle_at(self.home.cycle, period.start.date())
        whole = self.bounds(cycle) == (period.start, period.end)
        return frozen(self.state, self.home, cycle.start, cycle.end, systems) if whole else None

    def _baseline(
        self, plan: Plan | None, days: Days, asked: Asked, total: Decimal | None, comparing: Comparing
    ) -> BaselineSummary:
        return comparing.summary(
            plan,
            days,
            asked,
            total,
            past=lambda until: self._past(until, asked.now),
            factors=lambda: {pump: row.factor for pump, row in self._taught(asked.now).maps.items()},
        )

    def plan(self, start: datetime, now: datetime) -> Plan | None:
        """Return what the home is billed by from an instant up to a day from now; None without a tariff."""
        if self.tariff is None or self.home.tariff is None:
            return None
        file = self.tariff_files.get(self.home.tariff)
        series = self.prices(self.tariff, file.parent if file else None, start, now)
        return Plan(self.tariff, self.home.tariff, self._zone, series)

    def days(self, start: datetime, end: datetime, now: datetime) -> list[Day]:
        """Return the days of a span so far, the outer ones cut to it."""
        return self.day_book.of(spans(start, min(end, now), self._zone), now)

    def prices(self, tariff: Tariff, folder: Path | None, start: datetime, now: datetime) -> Mapping[str, PriceSeries]:
        """Return the prices of any plan's series, from an instant up to two days from now."""
        return series_of(self.home, tariff, folder, self._store, start, now + timedelta(days=2))

    def billed_days(self, home: Home, tariff: Tariff, start: datetime, end: datetime, now: datetime) -> dict[date, Day]:
        """Return the whole local days that the bill of a span is made from, by a home's cycles and a plan."""
        pieces = bill.days_needed(home, tariff, start, end, now)
        made = zip(pieces, self.day_book.of(pieces, now), strict=True)
        return {piece[0].astimezone(self._zone).date(): day for piece, day in made}

    def _of_cycle(self, summary: Summary, plan: Plan, days: Days, now: datetime) -> Summary:
        """Add to a whole cycle's bill where it is heading, what the next kilowatt-hour costs, and the budget."""
        cycle = cycle_at(self.home.cycle, summary.period.start.date())
        if self.bounds(cycle) != (summary.period.start, summary.period.end):
            return summary
        found = msgspec.structs.replace(
            summary.bill, budget=None if self.home.budget is None else str(self.home.budget)
        )
        previous = cycle_at(self.home.cycle, cycle.start - timedelta(days=1))
        earlier = self._before(cycle, previous, days, now)  # first: the outlook draws from the days it makes
        if summary.bill.total is not None and now < summary.period.end:
            seen = self._outlook(plan, days, cycle, now)
            found = msgspec.structs.replace(found, outlook=seen, projected=seen.projected)
        if summary.period.start <= now < summary.period.end:
            found = msgspec.structs.replace(found, price=price_now(plan, cycle, days, now))
            factors = {pump: row.factor for pump, row in self._taught(now).maps.items()}
            sources = self.comparing.heat_now(found.price.rate if found.price else None, days, factors)
            summary = msgspec.structs.replace(
                summary, baseline=msgspec.structs.replace(summary.baseline, heat_now=sources)
            )
        over = now >= summary.period.end
        kept = beside(self.state, self.home.id, cycle.start, cycle.end, summary.bill.total)
        found = msgspec.structs.replace(
            found,
            closed=kept.closed,
            utility=kept.utility,
            versions=kept.versions,
            before=earlier,
            year_before=self._before(cycle, before.a_year_before(self.home, cycle), days, now) if over else None,
        )
        return msgspec.structs.replace(summary, bill=found, issues=[*summary.issues, *differs(kept.utility)])

    def _outlook(self, plan: Plan, days: Days, cycle: Cycle, now: datetime) -> Outlook:
        key = (cycle, int(now.timestamp()) // _OUTLOOK_S)
        if self._seen is None or self._seen[0] != key:
            self._seen = (key, outlook(self.home, plan, {**self._past(cycle.start, now), **days}, cycle, now=now))
        return self._seen[1]

    def _before(self, cycle: Cycle, previous: Cycle, days: Days, now: datetime) -> Before | None:
        """Compare a cycle with an earlier one, whose days are made where they were not kept."""
        key = (cycle, previous, int(now.timestamp()) // _OUTLOOK_S)
        if key not in self._compared:
            self._compared = {**dict(list(self._compared.items())[-_KEPT:]), key: self._compare(*key[:2], days, now)}
        return self._compared[key]

    def _compare(self, cycle: Cycle, previous: Cycle, days: Days, now: datetime) -> Before | None:
        """Return None without a tariff, and of one that is not the one before where nothing was heard of it."""
        start, end = self.bounds(previous)
        plan = self.plan(start, now)
        if plan is None:
            return None
        earlier = self.billed_days(self.home, plan.tariff, start, end, now)
        heard = any(bill.is_heard(row) for day, row in earlier.items() if day >= previous.start)
        if previous.end != cycle.start and not heard:
            return None
        everything = {**self._past(cycle.start, now), **earlier, **days}
        found = before.compare(self.home, plan, everything, cycle, previous, now=now)
        theirs = beside(self.state, self.home.id, found.start, found.end, found.total).utility
        return msgspec.structs.replace(found, utility=theirs)

    def _past(self, until: date, now: datetime) -> dict[date, Day]:
        """Return the kept days up to a day, as far back as draws and responses look."""
        first = now.astimezone(self._zone).date() - timedelta(days=HISTORY_D)
        return self.day_book.kept(first, until)

    def _taught(self, now: datetime) -> Taught:
        """Return what the home's past says of its house and of its heat pumps' maps, where any heat was ever known."""
        if not self.home.anchors and not any(pump.heat_meter or pump.air_flow for pump in self.home.heat_pumps):
            return Taught()
        today = now.astimezone(self._zone).date()
        first = min((today - timedelta(days=_ANCHOR_D), *(anchor.start for anchor in self.home.anchors)))
        pieces = spans(midnight(first, self._zone), midnight(today, self._zone), self._zone)
        dates = [start.astimezone(self._zone).date() for start, _ in pieces]
        past = zip(dates, self.day_book.of(pieces, now), strict=True)
        return teach(self.home, [Dated(day, row.house, row.pumps) for day, row in past])

    def house(self, now: datetime) -> House | None:
        """Return what the home's past says of how it loses heat; None while too little of its heat is known."""
        return self._taught(now).house

    def tariff_text(self) -> str:
        """Return the text of the rate plan's file, to keep beside what was billed by it."""
        file = self.tariff_files.get(self.home.tariff or "")
        return file.read_text(encoding="utf-8") if file else msgspec.json.encode(self.tariff).decode()

    def bounds(self, cycle: Cycle) -> tuple[datetime, datetime]:
        """Return a cycle's span in the home's own time."""
        start, end = (midnight(day, self._zone).astimezone(self._zone) for day in (cycle.start, cycle.end))
        return start, end
