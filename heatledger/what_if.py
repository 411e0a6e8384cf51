"""What a home's own intervals would have cost under another rate plan, as if it had been the home's all along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from heatledger.bill import booked
from heatledger.formatting import money_digits
from heatledger.home import Home
from heatledger.rounding import largest_remainder
from heatledger.running import Booked, Days, Plan
from heatledger.spans import Span, of_span
from heatledger.tariff.lines import Bill


def bills_under(home: Home, plan: Plan, days: Days, start: datetime, end: datetime, *, now: datetime) -> list[Bill]:
    """Price a span of a home under a plan.

    Ladders, peaks and balances of the bills before count under it too. A span that is not whole cycles has what of its
    cycles' bills belongs to it, as in the Summary: under the home's own plan the total is the Summary's.

    Parameters
    ----------
    home : Home
        Its cycles and currency.
    plan : Plan
        The rate plan and its prices.
    days : mapping of date to Day
        From `bill.first_needed` on.
    start, end : datetime
        Half-open, aware.
    now : datetime
        Aware.

    Returns
    -------
    list of Bill
        One a cycle that the span touches, cut to it.

    Raises
    ------
    BillError
        If the plan cannot price them: one line with the mend.
    """
    span, digits = Span.of(start, end, plan.zone), money_digits(home.currency)
    return [_cut(one, span, digits) for one in booked(home, plan, days, start, end, now=now)]


def _cut(one: Booked, span: Span, digits: int) -> Bill:
    first, last = max(one.cycle.start, span.first), min(one.cycle.end, span.last)
    if (first, last) == (one.cycle.start, one.cycle.end):
        return one.bill
    part = of_span([one], span, digits)
    exact = [Decimal(line.amount) for line in part.lines]
    amounts = largest_remainder(exact, sum(exact, Decimal(0)), digits)
    total = str(sum(amounts, Decimal(0)))
    return Bill(
        start=first,
        end=last,
        days=(last - first).days,
        lines=[
            msgspec.structs.replace(line, amount=str(amount)) for line, amount in zip(part.lines, amounts, strict=True)
        ],
        total=total,
        payable=total,
        estimated=bool(part.notes),
        carry=one.bill.carry,
    )


def rank(found: Mapping[str, Sequence[Bill]]) -> list[tuple[str, Decimal]]:
    """Return plans with their totals, the cheapest first. [currency]."""
    totals = {name: sum((Decimal(bill.total) for bill in bills), Decimal(0)) for name, bills in found.items()}
    return sorted(totals.items(), key=lambda row: (row[1], row[0]))
