"""What a period's name, or a user's from and to, means: a half-open span in the home's own time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from heatledger.cycles import cycle_at
from heatledger.days import midnight
from heatledger.home import Home

WEEK_D: Final = 7
"""Local days of a week. [d]"""


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
    cycle = cycle_at(home.cycle, today)
    bounds = {
        "day": (today, today + timedelta(days=1)),
        "week": (today - timedelta(days=today.weekday()), today + timedelta(days=WEEK_D - today.weekday())),
        "month": (today.replace(day=1), _month_after(today.replace(day=1), 1)),
        "cycle": (cycle.start, cycle.end),
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
