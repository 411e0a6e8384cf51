"""A home's week: what it cost beside the week before and the same weather, and where the running bill is heading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from heatledger.alerts.episodes import Episode
from heatledger.bill import is_heard
from heatledger.cycles import cycle_at
from heatledger.days import Day, midnight
from heatledger.formatting import share
from heatledger.ledger import Ledger
from heatledger.marks import marked, worded
from heatledger.outlook import HISTORY_D
from heatledger.periods import WEEK_D
from heatledger.rounding import rounded
from heatledger.same_weather import HEARD, Answer, Unknown, answer
from heatledger.summary import Summary

_UNKNOWN: Final[dict[Unknown, str]] = {
    "outdoor": marked(
        "the outdoor temperature of both weeks is not known; outdoor_temperature in the home file names its sensor"
    ),
    "response": marked(
        "it takes 14 whole days with an outdoor temperature to know how this home answers to the weather"
    ),
}
_UNHEARD: Final = marked("only {heard} of this week was heard; it takes {least}, or gaps would pass for savings")
_BEFORE_UNHEARD: Final = marked(
    "only {heard} of the week before was heard; it takes {least}, or gaps would pass for savings"
)
_CENTS: Final = 2


class SameWeather(msgspec.Struct, frozen=True, kw_only=True):
    """What the week before would have cost in this week's weather.

    Attributes
    ----------
    low, middle, high : str or None
        What is most likely, with its 90 % interval. [currency]
    warmer_k : float or None
        How much warmer this week was, by the mean of its days. [K]
    reason : str or None
        Why it is not known, and what would make it known.
    """

    low: str | None = None
    middle: str | None = None
    high: str | None = None
    warmer_k: float | None = None
    reason: str | None = None


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """Seven local days of a home, half-open, and what is said of them.

    Attributes
    ----------
    home : str
        Its id.
    start, end : date
        The first day, and the day after the last.
    week, before, cycle : Summary
        Of these days, of the seven before, and of the billing cycle that runs when it is made.
    difference, unlike : str or None
        What it cost more than the week before; else why the two are not compared. [currency]
    weather : SameWeather
        What the week before would have cost in this week's weather.
    episodes : list of Episode
        Alerts that are not over.
    """

    home: str
    start: date
    end: date
    week: Summary
    before: Summary
    cycle: Summary
    difference: str | None
    unlike: str | None
    weather: SameWeather
    episodes: list[Episode] = []


def week_of(ledger: Ledger, end: date, *, now: datetime, episodes: Sequence[Episode] = ()) -> Week:
    """Sum up the seven days before a day.

    Parameters
    ----------
    ledger : Ledger
        The home's books.
    end : date
        The day after the last, not after today.
    now : datetime
        Aware.
    episodes : sequence of Episode
        The home's alerts that are not over.

    Raises
    ------
    StoreError, BillError
        If the store does not answer, or a file of prices cannot be used.
    """
    home, zone = ledger.home, ZoneInfo(ledger.home.timezone)
    first, start = (midnight(end - timedelta(days=weeks * WEEK_D), zone) for weeks in (2, 1))
    week = ledger.summary(start, midnight(end, zone), now=now)
    before = ledger.summary(first, start, now=now)
    cycle = cycle_at(home.cycle, now.astimezone(zone).date())
    earlier, days = ledger.days(first, start, now), ledger.days(start, midnight(end, zone), now)
    opens = end - timedelta(days=2 * WEEK_D)
    past = ledger.day_book.kept(opens - timedelta(days=HISTORY_D), opens)
    known = [past[day] for day in sorted(past)] + earlier + days
    unlike, costs = _unlike(week, before), [summary.bill.total or "0" for summary in (week, before)]
    return Week(
        home=home.id,
        start=end - timedelta(days=WEEK_D),
        end=end,
        week=week,
        before=before,
        cycle=ledger.summary(*ledger.bounds(cycle), now=now),
        difference=None if unlike else str(Decimal(costs[0]) - Decimal(costs[1])),
        unlike=unlike,
        weather=SameWeather(reason=unlike) if unlike else same_weather(before, earlier, days, known),
        episodes=list(episodes),
    )


def _unlike(week: Summary, before: Summary) -> str | None:
    """Return why two weeks cannot be compared; None where they can."""
    for summary, said in ((week, _UNHEARD), (before, _BEFORE_UNHEARD)):
        if summary.bill.total is None:
            return summary.bill.reason
        heard = summary.electricity.coverage
        if heard < HEARD:
            return worded(said, heard=share(heard), least=share(HEARD))
    return None


def same_weather(before: Summary, earlier: Sequence[Day], days: Sequence[Day], known: Sequence[Day]) -> SameWeather:
    """Return what the week before would have cost in this week's weather.

    What its use cost is scaled by the energy that the home's own response says of both weeks' temperatures; fixed
    charges and what is fed in stay as they were.

    Parameters
    ----------
    before : Summary
        Of the week before, with its bill.
    earlier, days : sequence of Day
        Its days, and this week's.
    known : sequence of Day
        Every day that says how the home answers to the weather, in order.
    """
    both = [[day for day in rows if is_heard(day)] for rows in (earlier, days)]
    found = answer(both[0], both[1], known, days=(WEEK_D, WEEK_D))
    if not isinstance(found, Answer):
        return SameWeather(reason=_UNKNOWN[found])
    use = sum((Decimal(cost) for day in before.bill.by_day for cost in day.by_period.values()), Decimal(0))
    middle = Decimal(before.bill.total or 0) + use * Decimal(found.factor - 1)
    bought = sum(day.imported for day in both[0])
    half = use / Decimal(bought) * Decimal(found.half_kwh(WEEK_D))
    low, middle, high = (rounded(edge, _CENTS) for edge in (middle - half, middle, middle + half))
    return SameWeather(low=str(low), middle=str(middle), high=str(high), warmer_k=found.warmer_k)
