"""What each day cost, as bars by price: the figures of a drawing, and the sentence that says the same in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from heatledger import formatting as fmt
from heatledger.billed import BillSummary
from heatledger.by_day import DayCost
from heatledger.wording import say

_WEEK: Final = 7
_LEVELS: Final = 2
"""The dearest of the three steps of the price colours: 0 off-peak, 1 mid, 2 peak."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A day: its label where there is room for one, and the height of each price from below. [1 = the tallest day]."""

    label: str
    parts: list[float]


@dataclass(frozen=True, slots=True)
class EachDay:
    """The days of a bill; `keys` are the prices' labels from below with their step of colour, from 0 to 2."""

    keys: list[tuple[str, int]]
    bars: list[Bar]
    tallest: str
    sentence: str


def each_day(bill: BillSummary) -> EachDay | None:
    """Return what each day cost by price; None where no day has a cost.

    Parameters
    ----------
    bill : BillSummary
        Of the span.
    """
    days = bill.by_day
    if bill.total is None or len(days) < 2:
        return None
    names = _by_price(bill, list(dict.fromkeys(name for day in days for name in day.by_period)))
    used = [[max(float(day.by_period.get(name, 0)), 0.0) for name in names] for day in days]
    most = max(sum(parts) for parts in used)
    if not most:
        return None
    bars = [
        Bar(_label(day, at), [part / most for part in parts])
        for at, (day, parts) in enumerate(zip(days, used, strict=True))
    ]
    steps = [round(_LEVELS * at / (len(names) - 1)) if len(names) > 1 else 1 for at in range(len(names))]
    tallest = fmt.money(Decimal(str(most)), bill.currency)
    return EachDay(list(zip(names, steps, strict=True)), bars, say("tallest {amount}", amount=tallest), _sentence(bill))


def _by_price(bill: BillSummary, names: list[str]) -> list[str]:
    """Order price periods from the cheapest: by their lines' mean rates, else as the plan has them."""
    rates: dict[str, float] = {}
    for name in names:
        rows = [line for line in bill.lines if line.label == name and float(line.quantity)]
        if rows:
            rates[name] = sum(float(row.amount) for row in rows) / sum(float(row.quantity) for row in rows)
    return sorted(names, key=lambda name: rates[name]) if len(rates) == len(names) else names


def _label(day: DayCost, number: int) -> str:
    """Label the first day with its month, and every seventh after it."""
    if number % _WEEK:
        return ""
    return fmt.day(day.day) if number == 0 or day.day.day <= _WEEK else str(day.day.day)


def _sentence(bill: BillSummary) -> str:
    costs = [(Decimal(day.cost), day.day) for day in bill.by_day]
    dearest, cheapest = max(costs), min(costs)
    return say(
        "Dearest: {day}, {amount}. Cheapest: {other}, {less}.",
        day=fmt.day(dearest[1], weekday=True),
        amount=fmt.money(dearest[0], bill.currency),
        other=fmt.day(cheapest[1], weekday=True),
        less=fmt.money(cheapest[0], bill.currency),
    )


def silent_days(bill: BillSummary, least: timedelta = timedelta(hours=1)) -> list[DayCost]:
    """Return the days of which so much was not heard."""
    return [day for day in bill.by_day if day.silent_s >= least.total_seconds()]
