"""What each day of a bill costs, by price period, with the running total: the days add up to the bill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from heatledger.days import Day, midnight
from heatledger.readings import Floats
from heatledger.rounding import largest_remainder, rounded
from heatledger.running import Booked
from heatledger.spans import Span, coins


class DayCost(msgspec.Struct, frozen=True, kw_only=True):
    """One local day of a bill, or what of it lies in the period; Σ by_period + fixed + credit = cost. [currency].

    Attributes
    ----------
    day : date
        In the home's own time; one of a clock change has 23 or 25 hours.
    kwh : float or None
        What the home used; None where nothing was heard. [kWh]
    cost, total : str
        The day's part of the bill, and the running total at its end, from the beginning of the period.
    by_period : dict
        What use cost in each price period of the plan, by its label, in the plan's order: energy,
        riders, demand at its peak, and the taxes on them.
    fixed : str
        What no use causes: charges by time, amounts brought or carried forward, and the taxes on them.
    credit : str
        What is paid for energy fed in, below zero.
    estimated : str
        How much of the cost rests on energy or prices that are estimated.
    silent_s : float
        How long nothing was heard. [s]
    """

    day: date
    kwh: float | None
    cost: str
    total: str
    by_period: dict[str, str]
    fixed: str
    credit: str
    estimated: str
    silent_s: float


class _Parts(NamedTuple):
    """Of one day, exact: line by line as it adds up, by price period, fixed, credit, guessed. [currency]."""

    day: date
    lines: Decimal
    periods: dict[str, Decimal]
    fixed: Decimal
    credit: Decimal
    guessed: Decimal

    @property
    def exact(self) -> Decimal:
        return sum(self.periods.values(), self.fixed + self.credit)


def by_day(
    booked: Sequence[Booked], span: Span, days: Mapping[date, Day], *, total: str, digits: int, zone: ZoneInfo
) -> list[DayCost]:
    """Lay a bill on its days.

    Parameters
    ----------
    booked : sequence of Booked
        The bills that the span touches.
    span : Span
        Half-open.
    days : mapping of date to Day
        What was measured.
    total : str
        Of the span, as printed. [currency]
    digits : int
        Decimals of the currency.
    zone : ZoneInfo
        Of the home.

    Returns
    -------
    list of DayCost
        Every day that has begun, in order; Σ cost = total.
    """
    rows = [row for one in booked for row in _days_of(one, span, digits, zone)]
    if not rows:
        return []
    whole = Decimal(total)
    # line by line, as a day asked for alone is printed; a line of more decimals than the coin makes that inexact
    costs = [row.lines for row in rows]
    if sum(costs, Decimal(0)) != whole:
        costs = largest_remainder(_adding_up([row.exact for row in rows], whole), whole, digits)
    found, running = list[DayCost](), Decimal(0)
    for row, cost in zip(rows, costs, strict=True):
        running += cost
        found.append(_printed(row, cost, running, days.get(row.day), digits))
    return found


def _days_of(one: Booked, span: Span, digits: int, zone: ZoneInfo) -> list[_Parts]:
    low, high = max(one.start_s[0], span.begin_s), min(one.start_s[-1], span.end_s)
    first, last = max(one.cycle.start, span.first), min(one.cycle.end, span.last)
    dates = [first + timedelta(days=number) for number in range((last - first).days)]
    edges = np.array([midnight(day, zone).timestamp() for day in [*dates, last]])
    dates = [day for day, edge in zip(dates, edges.tolist(), strict=False) if edge < high]
    edges = np.clip(edges[: len(dates) + 1], low, high)
    if not dates:
        return []
    lines = [[coins(float(at), digits) for at in np.interp(edges, one.start_s, row)] for row in one.money]

    def exact(row: Floats) -> list[Decimal]:
        return [Decimal(repr(round(float(at), 9))) for at in np.diff(np.interp(edges, one.start_s, row))]

    periods, credit, guessed = [exact(row) for row in one.by_period], exact(one.credit), exact(one.guessed)
    unused = exact(one.unused)
    return [
        _Parts(
            day=day,
            lines=sum((row[at + 1] - row[at] for row in lines), Decimal(0)),
            periods={name: row[at] for name, row in zip(one.periods, periods, strict=True)},
            fixed=unused[at] - credit[at],
            credit=credit[at],
            guessed=guessed[at],
        )
        for at, day in enumerate(dates)
    ]


def _adding_up(parts: Sequence[Decimal], whole: Decimal) -> list[Decimal]:
    """Return parts that add up to the whole, the little that is missing going to the largest."""
    largest = max(range(len(parts)), key=lambda at: abs(parts[at]))
    missing = whole - sum(parts, Decimal(0))
    return [part + missing if at == largest else part for at, part in enumerate(parts)]


def _printed(row: _Parts, cost: Decimal, running: Decimal, heard: Day | None, digits: int) -> DayCost:
    parts = _adding_up([*row.periods.values(), row.fixed, row.credit], cost)
    *amounts, fixed, credit = largest_remainder(parts, cost, digits)
    used = cost - fixed - credit
    guess = (used - row.guessed) * _estimated_share(heard) + row.guessed
    return DayCost(
        day=row.day,
        kwh=heard.use if heard is not None and (heard.covered_s > 0 or heard.use) else None,
        cost=str(cost),
        total=str(running),
        by_period={name: str(amount) for name, amount in zip(row.periods, amounts, strict=True)},
        fixed=str(fixed),
        credit=str(credit),
        estimated=str(rounded(guess, digits)),
        silent_s=max(heard.seconds - heard.covered_s, 0.0) if heard is not None else 0.0,
    )


def _estimated_share(heard: Day | None) -> Decimal:
    if heard is None or heard.use <= 0:
        return Decimal(0)
    return Decimal(repr(round(min(heard.estimated / heard.use, 1.0), 9)))
