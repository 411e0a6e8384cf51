"""When a price holds: local days and minutes, seasons, holidays and windows, as masks over days and over minutes."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from heatledger.tariff.model import Holidays, When

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

WINDOW: Final = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
DAY_S: Final = 86_400
DAY_MINUTES: Final = 1440
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FRIDAY: Final = 4
_EPOCH: Final = date(1970, 1, 1).toordinal()


class DayTable(NamedTuple):
    """Local days as columns: what a schedule asks of a day.

    Attributes
    ----------
    month, month_day, weekday : array of int
        1 to 12; month × 100 + day; Monday is 0.
    holiday : array of bool
        By the plan's holidays.
    """

    month: Ints
    month_day: Ints
    weekday: Ints
    holiday: Mask


def day_number(day: date) -> int:
    """Return a day as days since 1 January 1970."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """Return the day of a day number."""
    return date.fromordinal(int(number) + _EPOCH)


def day_table(first: int, last: int, holidays: Holidays | None) -> DayTable:
    """Describe the local days ``[first, last)``, given as day numbers."""
    numbers = np.arange(first, last, dtype=np.int64)
    days = numbers.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64) % 12 + 1
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    years = range(day_of(first).year, day_of(max(last - 1, first)).year + 1)
    found = holiday_days(holidays, tuple(years)) if holidays else frozenset[int]()
    holiday = np.isin(numbers, np.fromiter(found, dtype=np.int64, count=len(found)))
    return DayTable(month, month * 100 + day, (numbers + 3) % 7, holiday)


def season_days(season: Sequence[str]) -> tuple[int, int]:
    """Return a season's first day and the day after its last, as month × 100 + day.

    Examples
    --------
    >>> season_days(("06-01", "10-01"))
    (601, 1001)
    """
    numbers = []
    for text in season:
        found = re.fullmatch(r"(\d\d)-(\d\d)", text)
        try:
            day = date(2000, int(found[1]), int(found[2])) if found else None
        except ValueError:
            day = None
        if day is None:
            raise ValueError(f'season: {text!r} is not a day of the year; write ["06-01", "10-01"]')
        numbers.append(day.month * 100 + day.day)
    if len(numbers) != 2 or numbers[0] == numbers[1]:
        raise ValueError('season: needs a first day and another, the day after the last; write ["06-01", "10-01"]')
    return numbers[0], numbers[1]


def window_minutes(window: str) -> tuple[int, int]:
    """Return a window's first minute of the day and the minute after its last.

    Examples
    --------
    >>> window_minutes("22:00-06:30")
    (1320, 390)
    """
    start, end = (int(text[:2]) * 60 + int(text[3:]) for text in window.split("-"))
    return start, end


def days_mask(when: When, table: DayTable) -> Mask:
    """Return on which days a row of a schedule may hold."""
    found = np.ones(table.month.size, dtype=np.bool_)
    if when.months:
        found &= np.isin(table.month, when.months)
    if when.season:
        start, end = season_days(when.season)
        after, before = table.month_day >= start, table.month_day < end
        found &= (after & before) if start < end else (after | before)
    if when.days:
        named = {
            "weekday": (table.weekday <= _FRIDAY) & ~table.holiday,
            "weekend": table.weekday > _FRIDAY,
            "holiday": table.holiday,
            **{name: table.weekday == number for number, name in enumerate(WEEKDAYS)},
        }
        found &= np.logical_or.reduce([named[name] for name in when.days])
    return found


def minutes_mask(when: When) -> Mask:
    """Return in which minutes of the day a row of a schedule may hold."""
    found = np.zeros(DAY_MINUTES, dtype=np.bool_)
    if not when.hours:
        return ~found
    for window in when.hours:
        start, end = window_minutes(window)
        if start < end:
            found[start:end] = True
        else:
            found[start:] = True
            found[:end] = True
    return found


def edges(whens: Sequence[When]) -> set[int]:
    """Return the minutes of the day at which windows begin or end."""
    return {minute % DAY_MINUTES for when in whens for window in when.hours for minute in window_minutes(window)}


@functools.lru_cache(maxsize=64)
def offsets(first_s: int, last_s: int, zone: ZoneInfo) -> tuple[Ints, Ints]:
    """Return the instants at which a zone's offset changes, and the offset from each on, not to be written to. [s].

    Kept, as every system that a year is compared with is priced on the same clock.

    Returns
    -------
    tuple of array
        Unix time, the first of them `first_s`; seconds east of Greenwich.
    """
    starts, values = [first_s], [_offset(first_s, zone)]
    at = first_s
    while at < last_s:
        following = min(at + DAY_S, last_s)
        if _offset(following, zone) != values[-1]:
            low, high = at, following
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(middle, zone) == values[-1] else (low, middle)
            starts.append(high)
            values.append(_offset(high, zone))
            following = high
        at = following
    found = np.array(starts, dtype=np.int64), np.array(values, dtype=np.int64)
    for column in found:
        column.flags.writeable = False
    return found


def _offset(at_s: int, zone: ZoneInfo) -> int:
    delta = datetime.fromtimestamp(at_s, tz=timezone.utc).astimezone(zone).utcoffset() or timedelta()  # noqa: UP017
    return int(delta.total_seconds())


def local_seconds(start_s: Ints, zone: ZoneInfo) -> Ints:
    """Return what a clock on the wall shows at each instant, as seconds since 1 January 1970."""
    if not start_s.size:
        return start_s
    starts, values = offsets(int(start_s[0]), int(start_s[-1]), zone)
    return start_s + values[np.searchsorted(starts, start_s, side="right") - 1]


@functools.lru_cache(maxsize=64)
def holiday_days(holidays: Holidays, years: tuple[int, ...]) -> frozenset[int]:
    """Return the holidays of some years, as day numbers.

    Raises
    ------
    ValueError
        If the set is unknown: key and mend.
    """
    found = {day: name for day, name in _named(holidays, years).items() if _wanted(name, holidays.only)}
    return frozenset(day_number(day) for day in (*found, *holidays.add))


def check_holidays(holidays: Holidays) -> None:
    """Refuse a set of holidays, or a name in it, that the holidays package does not know."""
    names = {part.strip() for name in _named(holidays, tuple(range(2022, 2032))).values() for part in name.split(";")}
    for name in holidays.only:
        if not any(_wanted(known, (name,)) for known in names):
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(names))}"
            raise ValueError(f"holidays.only: {name!r} is not a holiday of {holidays.country}; {hint}")


def _named(holidays: Holidays, years: tuple[int, ...]) -> dict[date, str]:
    import holidays as calendar

    country = holidays.country
    try:
        return dict(
            calendar.country_holidays(
                country,
                subdiv=holidays.subdivision,
                years=years,
                categories=holidays.categories,
                observed=holidays.observed,
                language="en_US" if "en_US" in getattr(calendar, country, _NONE).supported_languages else None,
            )
        )
    except (RuntimeError, ValueError) as error:  # the package raises a RuntimeError for what it has not
        raise ValueError(
            f"holidays: {str(error).rstrip('.')}; name a country, subdivision and categories of the holidays package"
        ) from error


class _NONE:
    supported_languages: tuple[str, ...] = ()


def _wanted(name: str, only: Sequence[str]) -> bool:
    parts = {part.strip().removesuffix(" (observed)").casefold() for part in name.split(";")}
    return not only or any(wanted.casefold() in parts for wanted in only)
