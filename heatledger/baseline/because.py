"""Why the other system costs more or less: cause after cause, each priced by the bill engine, adding up exactly."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Final

import numpy as np

from heatledger.baseline.sides import Side, Span, own
from heatledger.readings import Floats

CAUSES: Final = ("ducts", "idle_rooms", "machine", "timing")
"""In the order in which they are taken: what comes first is priced at the home's own hours and COP."""


def because(span: Span, found: Side, fuel_cost: Decimal) -> list[dict[str, str]]:
    """Attribute what a system costs more to its causes, along the P50 path.

    The home's own machines are first given what ducts lose; then the load of one thermostat; then the other machine's
    energy, month by month, at the hours of before (its fuel with it); and last its own hours.

    Parameters
    ----------
    span : Span
        What both sides share.
    found : Side
        The system.
    fuel_cost : decimal
        Of its fuel. [currency]

    Returns
    -------
    list of dict
        ``cause`` and ``amount`` in the order of `CAUSES`; they add up to its bills, fuel included, less the home's own.
        ``before`` and ``after`` are what the work costs without and with the cause, ``kwh_before`` and ``kwh_after``
        its electricity. [currency] [kWh]
    """
    lossy = span.bills.work.kwh / found.energy.delivered
    everywhere = own(span) / found.energy.delivered
    steps = (lossy, everywhere, _as_much(span, everywhere, found.kwh))
    nothing = sum(span.nothing, Decimal(0))
    bills = (span.actual, *(span.bills.totals(kwh) for kwh in steps), found.bills)
    fuel = dict.fromkeys(range(CAUSES.index("machine") + 1, len(bills)), fuel_cost)  # it comes with the machine
    costs = [sum(row, Decimal(0)) - nothing + fuel.get(at, Decimal(0)) for at, row in enumerate(bills)]
    drawn = [f"{float(kwh.sum()):.2f}" for kwh in (span.bills.work.kwh, *steps, found.kwh)]
    return [
        {"cause": cause, "amount": str(after - before), "before": str(before), "after": str(after)}
        | {"kwh_before": less, "kwh_after": more}
        for cause, (before, after), (less, more) in zip(CAUSES, pairwise(costs), pairwise(drawn), strict=True)
    ]


def _as_much(span: Span, shape: Floats, wanted: Floats) -> Floats:
    """Scale each bill's electricity to another's total, keeping its hours. [kWh]."""
    month, counts = span.month[span.day], span.bills.work.counts
    size = len(span.actual)
    mine, theirs = (np.bincount(month[counts], weights=row[counts], minlength=size) for row in (shape, wanted))
    return np.where(
        (mine > 0)[month], shape * np.divide(theirs, mine, out=np.ones(size), where=mine > 0)[month], wanted
    )
