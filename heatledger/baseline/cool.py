"""The ledger of cooling: what the compared system would draw to cool, never added to what heating saves."""

from __future__ import annotations

from decimal import Decimal

from heatledger.baseline.amounts import quantiles_of
from heatledger.baseline.compared import Cooling
from heatledger.baseline.draws import Factors
from heatledger.baseline.machines import Fitted
from heatledger.baseline.sides import Span, side
from heatledger.billed import Quantiles


def cooling(span: Span, mine: Fitted, draws: Factors, total: Decimal | None, *, tied: bool) -> Cooling:
    """Return the comparison of a span's cooling.

    Parameters
    ----------
    span : Span
        Its hours of cooling.
    mine : Fitted
        A system that cools.
    draws : Factors
        What is not known.
    total : decimal or None
        The bill of the span as it is. [currency]
    tied : bool
        Whether its map is the home's own.

    Returns
    -------
    Cooling
        Sensible and latent, through its ducts.
    """
    found = side(span, mine.machine, draws, tied=tied)
    more = found.more.sum(axis=1)
    actual, bare = (sum(bills, Decimal(0)) for bills in (span.actual, span.nothing))
    middle = sum(found.bills, Decimal(0)) - actual
    return Cooling(
        part=str(actual - bare),
        bill=Quantiles() if total is None else quantiles_of(more, middle, total),
        saving=quantiles_of(more, middle, Decimal(0)),
        chance=float((more > 0).mean()),
        kwh=float(found.kwh.sum()),
        name=mine.machine.kind.name,
    )
