"""Calendar months in a home's own time: which one is meant, when it begins and ends, which one is over."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo


class NoMonthError(ValueError):
    """What was written is no month; the message is one line."""


def parse(text: str) -> date:
    """Return the first day of a month written as year and month.

    Parameters
    ----------
    text : str
        Such as 2026-10.

    Returns
    -------
    date
        Its first day.

    Raises
    ------
    NoMonthError
        If it is written otherwise or there is no such month.

    Examples
    --------
    >>> parse("2026-10")
    datetime.date(2026, 10, 1)
    """
    found = re.fullmatch(r"(19[7-9]\d|2\d{3})-(0[1-9]|1[0-2])", text, re.ASCII)
    if found is None:
        raise NoMonthError(f"month {text!r}: write year and month, such as 2026-10")
    return date(int(found[1]), int(found[2]), 1)


def label(month: date) -> str:
    """Return a month as it is written: 2026-10."""
    return f"{month:%Y-%m}"


def after(month: date, count: int) -> date:
    """Return the first day of the month so many months later.

    Examples
    --------
    >>> after(date(2026, 1, 1), -1)
    datetime.date(2025, 12, 1)
    """
    months = month.year * 12 + month.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def last_complete(now: datetime, timezone: str) -> date:
    """Return the first day of the last month that is over in a time zone."""
    return after(now.astimezone(ZoneInfo(timezone)).date(), -1)


def span(month: date, timezone: str) -> tuple[datetime, datetime]:
    """Return the half-open span of a month, aware, in its time zone."""
    zone, end = ZoneInfo(timezone), after(month, 1)
    return datetime(month.year, month.month, 1, tzinfo=zone), datetime(end.year, end.month, 1, tzinfo=zone)


def due(now: datetime, timezone: str, *, day: int, hour: int) -> date:
    """Return the newest month whose statement should be there by now.

    Parameters
    ----------
    now : datetime
        Aware.
    timezone : str
        The home's.
    day, hour : int
        When, after its end, a month's statement is made; local. [day of the month, h]

    Returns
    -------
    date
        Its first day.
    """
    local = now.astimezone(ZoneInfo(timezone))
    newest = last_complete(now, timezone)
    return newest if (local.day, local.hour) >= (day, hour) else after(newest, -1)
