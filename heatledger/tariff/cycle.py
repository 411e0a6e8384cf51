"""Billing cycles: calendar months, a day of the month, or the dates on which the meter was read."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from heatledger.tariff.load import BillError


class Cycle(NamedTuple):
    """One bill's local days, half-open.

    Attributes
    ----------
    start, end : date
        What is billed.
    whole_days : int
        Days of the whole cycle, of which less may be billed, as when moving in. [d]
    """

    start: date
    end: date
    whole_days: int

    @property
    def days(self) -> int:
        """Days billed."""
        return (self.end - self.start).days


def cycles_between(bounds: Sequence[date], first: date, last: date) -> list[Cycle]:
    """Return the cycles that a span of days touches, the outer ones cut to it.

    Parameters
    ----------
    bounds : sequence of date
        First days of the cycles, in order, and the day after the last.
    first, last : date
        First day, and the day after the last.

    Returns
    -------
    list of Cycle

    Raises
    ------
    BillError
        If the bounds are out of order or leave days out.
    """
    for early, late in pairwise(bounds):
        if early >= late:
            raise BillError(f"meter-read dates: {late} after {early}; put them in order, each once")
    if len(bounds) < 2 or first < bounds[0] or last > bounds[-1]:
        said = f"{bounds[0]} to {bounds[-1]}" if bounds else "none"
        raise BillError(f"meter-read dates ({said}) do not reach from {first} to {last}; add those before and after")
    return [
        Cycle(max(start, first), min(end, last), (end - start).days)
        for start, end in pairwise(bounds)
        if start < last and end > first
    ]


def monthly_bounds(day: int, first: date, last: date) -> list[date]:
    """Return the bounds of cycles that begin on a day of the month; where a month is shorter, on its last day.

    Examples
    --------
    >>> [str(bound) for bound in monthly_bounds(31, date(2026, 2, 1), date(2026, 3, 1))]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    months = range(first.year * 12 + first.month - 2, last.year * 12 + last.month + 1)
    found = [_in_month(month // 12, month % 12 + 1, day) for month in months]
    while len(found) > 1 and found[1] <= first:
        found.pop(0)
    while len(found) > 2 and found[-2] >= last:
        found.pop()
    return found


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def cycles(spec: str, first: date, last: date, *, read_dates: Iterable[str] = ()) -> list[Cycle]:
    """Return the cycles over a span of days by their description.

    Parameters
    ----------
    spec : str
        ``calendar``, ``day=N``, or anything else for the dates given.
    first, last : date
        First day, and the day after the last.
    read_dates : iterable of str
        ISO dates on which the meter was read, one bill beginning on each.

    Raises
    ------
    BillError
        If that is not a cycle.
    """
    if spec == "calendar":
        return cycles_between(monthly_bounds(1, first, last), first, last)
    if spec.startswith("day="):
        return cycles_between(monthly_bounds(day_of_cycle(spec), first, last), first, last)
    return cycles_between(dates_of(read_dates), first, last)


def day_of_cycle(spec: str) -> int:
    """Return the day of the month that ``day=N`` means."""
    try:
        day = int(spec.removeprefix("day="))
    except ValueError as error:
        raise BillError(f"cycle {spec!r}: {spec[4:]!r} is no day of a month; write day=15") from error
    if not 1 <= day <= 31:
        raise BillError(f"cycle day {day} is no day of a month; give 1 to 31")
    return day


def dates_of(lines: Iterable[str]) -> list[date]:
    """Return the dates of a list, one a line."""
    return [_date(text.strip()) for text in lines if text.strip()]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BillError(f"meter-read date {text!r} is not a date; write one a line, like 2026-01-31") from error


def day_after(day: date) -> date:
    """Return the next day."""
    return day + timedelta(days=1)
