"""What stands beside a cycle's bill: the version that was closed, the utility's own bill, and the doubt they raise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

import msgspec

from heatledger.bill import Closed, Reconciled
from heatledger.quality import Issue
from heatledger.reconcile import shown
from heatledger.store.state import State


class Beside(NamedTuple):
    """A cycle's closed bill and the utility's, where there are any."""

    closed: Closed | None
    utility: Reconciled | None


class _Total(msgspec.Struct, frozen=True):
    total: str | None


class _Kept(msgspec.Struct, frozen=True):
    bill: _Total


def beside(state: State, home: str, start: date, end: date) -> Beside:
    """Return what was kept of a cycle.

    Parameters
    ----------
    state : State
        Where it is kept.
    home : str
        The home.
    start, end : date
        The cycle, half-open.
    """
    closed = [row for row in state.bills(home) if (row.start, row.end) == (start, end)]
    theirs = state.reconciliations(home).get((start, end))
    return Beside(
        closed=Closed(
            version=closed[-1].version,
            closed_at=closed[-1].closed_at,
            total=msgspec.json.decode(closed[-1].summary, type=_Kept).bill.total,
            reason=closed[-1].reason,
        )
        if closed
        else None,
        utility=shown(theirs) if theirs else None,
    )


def differs(utility: Reconciled | None) -> list[Issue]:
    """Return the doubt that the utility's bill raises: none where it is ours to the cent."""
    if utility is None or not Decimal(utility.difference):
        return []
    return [
        Issue(
            name="bill.differs",
            severity="warn",
            message=f"the utility's bill of this cycle is {utility.total}, ours less theirs {utility.difference}",
            data={"theirs": utility.total, "difference": utility.difference},
            fix=f"most likely {utility.likely}",
        )
    ]
