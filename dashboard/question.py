"""Which home and which period a page is asked for: what stands in its address, and the addresses beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from dashboard.queries import AskError
from heatledger import formatting
from heatledger.home import Home
from heatledger.marks import marked
from heatledger.periods import period, span
from heatledger.reader import units
from heatledger.wording import say

PERIODS: Final = {
    "day": marked("Day"),
    "week": marked("Week"),
    "month": marked("Month"),
    "cycle": marked("Bill"),
    "year": marked("Year"),
}
"""Periods by their name in the address, as the picker writes them."""
WORKS: Final = {"heating": marked("Heating"), "cooling": marked("Cooling")}


class Question(msgspec.Struct, frozen=True):
    """A home and a half-open span, aware, in the home's own time.

    `name` is one of `PERIODS` or ``custom``; `running` says that the span is not over; `work` is ``heating`` or
    ``cooling``; `pump` a heat pump's id, where one was chosen; `against` and `ducts` what it is compared with instead
    of the home file's choice.
    """

    home: str
    name: str
    start: datetime
    end: datetime
    running: bool
    work: str | None = None
    pump: str | None = None
    against: str | None = None
    ducts: str | None = None

    @property
    def last(self) -> date:
        """The last day of the span."""
        return (self.end - timedelta(microseconds=1)).date()


def asked(home: Home, query: Mapping[str, str | None], now: datetime) -> Question:
    """Return what an address asks.

    Parameters
    ----------
    home : Home
        For its time zone and billing cycle.
    query : mapping of str to str
        ``period`` of `PERIODS`, with ``at``, a day in it (today); or ``from`` and ``through``, first and last day;
        ``work``, ``pump``, ``against`` and ``ducts``.
    now : datetime
        Aware.

    Raises
    ------
    AskError
        If that is not a span: one line with the mend.
    """
    work = query.get("work")
    if work not in (None, *WORKS):
        raise AskError(f"work: {work!r} is not known; use heating or cooling")
    try:
        name, start, end = _span(home, query, now)
    except ValueError as error:
        raise AskError(str(error)) from error
    picked = {key: query.get(key) or None for key in ("pump", "against", "ducts")}
    return Question(home.id, name, start, end, running=start <= now < end, work=work, **picked)


def _span(home: Home, query: Mapping[str, str | None], now: datetime) -> tuple[str, datetime, datetime]:
    first, last = query.get("from"), query.get("through")
    if first or last:
        if not first or not last:
            raise ValueError("give both the first and the last day, as 2026-01-31")
        after = _day("through", last) + timedelta(days=1)
        return ("custom", *span(home, None, _day("from", first).isoformat(), after.isoformat(), now))
    name, at = query.get("period") or "cycle", query.get("at")
    moment = datetime.combine(_day("at", at), time(12), ZoneInfo(home.timezone)) if at else now
    return (name, *period(home, name, moment))


def _day(key: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{key}: {text!r} is not a day; write 2026-01-31") from error


def address(question: Question, **changes: str | None) -> str:
    """Return the query of an address that asks the same but for `changes`."""
    said: dict[str, str | None] = {key: getattr(question, key) for key in ("work", "pump", "against", "ducts")}
    if question.name == "custom":
        said |= {"from": question.start.date().isoformat(), "through": question.last.isoformat()}
    else:
        said |= {"period": question.name, "at": None if question.running else question.start.date().isoformat()}
    if "period" in changes:
        said |= {"from": None, "through": None, "at": None}
    said |= {"home": question.home, **changes}
    return "?" + urlencode({key: value for key, value in said.items() if value})


def before(question: Question) -> str:
    """Return the address of the period before."""
    if question.name == "custom":
        days = (question.last - question.start.date()).days + 1
        return _moved(question, -days)
    return address(question, period=question.name, at=(question.start.date() - timedelta(days=1)).isoformat())


def after(question: Question) -> str | None:
    """Return the address of the period after; None where that has not begun."""
    if question.running:
        return None
    if question.name == "custom":
        return _moved(question, (question.last - question.start.date()).days + 1)
    return address(question, period=question.name, at=question.end.date().isoformat())


def _moved(question: Question, days: int) -> str:
    first, last = question.start.date() + timedelta(days=days), question.last + timedelta(days=days)
    return address(question, **{"from": first.isoformat(), "through": last.isoformat()})


def words(question: Question, now: datetime) -> str:
    """Say which span it is, as a household would: Jan 3 – Feb 2, Tue Jan 20, December 2025, 2025.

    Examples
    --------
    >>> zone = ZoneInfo("Europe/Berlin")
    >>> first, last = datetime(2026, 1, 3, tzinfo=zone), datetime(2026, 2, 3, tzinfo=zone)
    >>> words(Question("home", "cycle", first, last, True), datetime(2026, 1, 20, tzinfo=zone))
    'Jan 3 – Feb 2'
    """
    first, last = question.start.date(), question.last
    year = last.year != now.astimezone(question.start.tzinfo).year
    if question.name == "year":
        return str(first.year)
    if question.name == "month":
        return formatting.month(first, year=year)
    if first == last:
        return formatting.day(first, weekday=True, year=year)
    return f"{formatting.day(first)} – {formatting.day(last, year=year)}"


def since(question: Question, now: datetime) -> str:
    """Say it within a sentence: since Jan 3, Jan 3 – Feb 2."""
    if question.running and question.name != "day":
        return say("since {date}", date=formatting.day(question.start.date()))
    return "today" if question.running else words(question, now)


def day_of(question: Question, now: datetime) -> str:
    """Say which day of a running span it is: day 18 of 31; empty for a day and a span that is over."""
    if not question.running or question.name == "day":
        return ""
    first = question.start.date()
    today = now.astimezone(question.start.tzinfo).date()
    return say("day {day} of {days}", day=(today - first).days + 1, days=(question.last - first).days + 1)


def unit_of_heat(home: Home) -> Literal["kWh", "kBtu"]:
    """Return what a household counts heat in: kBtu in US units."""
    return "kBtu" if units(home) == "us" else "kWh"
