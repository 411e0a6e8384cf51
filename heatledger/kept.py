"""What stands beside a cycle's bill: the version that was closed, the utility's own bill, and the doubt they raise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

import msgspec

from heatledger.billed import Closed, Reconciled, Version
from heatledger.quality import Issue
from heatledger.reconcile import shown
from heatledger.store.state import State


class Beside(NamedTuple):
    """A cycle's closed bill and every version of it, and the utility's bill, where there are any."""

    closed: Closed | None
    utility: Reconciled | None
    versions: list[Version]


class _Total(msgspec.Struct, frozen=True):
    total: str | None


class _Kept(msgspec.Struct, frozen=True):
    bill: _Total


def beside(state: State, home: str, start: date, end: date, ours: str | None) -> Beside:
    """Return what was kept of a cycle.

    Parameters
    ----------
    state : State
        Where it is kept.
    home : str
        The home.
    start, end : date
        The cycle, half-open.
    ours : str or None
        Our bill of it as it now is. [currency]
    """
    closed = [row for row in state.bills(home) if (row.start, row.end) == (start, end)]
    theirs = state.reconciliations(home).get((start, end))
    totals = [msgspec.json.decode(row.summary, type=_Kept).bill.total for row in closed]
    versions = [
        Version(
            version=row.version,
            closed_at=row.closed_at,
            total=total,
            difference=_less(total, earlier),
            reason=row.reason,
        )
        for row, total, earlier in zip(closed, totals, [None, *totals], strict=False)
    ]
    return Beside(
        closed=_newest(versions[-1]) if versions else None,
        utility=shown(theirs, ours) if theirs else None,
        versions=versions,
    )


def _newest(row: Version) -> Closed:
    return Closed(version=row.version, closed_at=row.closed_at, total=row.total, reason=row.reason)


def _less(total: str | None, earlier: str | None) -> str | None:
    return None if total is None or earlier is None else str(Decimal(total) - Decimal(earlier))


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
