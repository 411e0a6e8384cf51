"""What was kept of a cycle: the bill that was closed, its comparison, the utility's own, and the doubt it raises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import msgspec

from heatledger.baseline.compared import BaselineSummary
from heatledger.billed import Closed, Reconciled, Version
from heatledger.home import Home
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


class _Compared(msgspec.Struct, frozen=True):
    baseline: BaselineSummary


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


def last_reconciled(state: State, home: str) -> Reconciled | None:
    """Return the utility's bill of the newest cycle that one was entered of, beside the bill as it was closed last.

    Parameters
    ----------
    state : State
        Where it is kept.
    home : str
        The home.
    """
    cycles = state.reconciliations(home)
    if not cycles:
        return None
    cycle = max(cycles)
    versions = beside(state, home, *cycle, None).versions
    return shown(cycles[cycle], versions[-1].total if versions else None)


def frozen(state: State, home: Home, start: date, end: date, systems: Sequence[str]) -> BaselineSummary | None:
    """Return the comparison as it was when a cycle's bill was closed: what is learnt later does not rewrite it.

    Parameters
    ----------
    state : State
        Where it is kept.
    home : Home
        The home; where it is compared with another system now, nothing was kept that answers.
    start, end : date
        The cycle, half-open.
    systems : sequence of str
        Systems that are asked for.

    Returns
    -------
    BaselineSummary or None
        Of the newest version; None where none was closed, or that one had no figure for what is asked.
    """
    closed = [row.summary for row in state.bills(home.id) if (row.start, row.end) == (start, end)]
    if not closed:
        return None
    try:
        found = msgspec.json.decode(closed[-1], type=_Compared).baseline
    except msgspec.ValidationError:  # closed by a program that compared in another way
        return None
    known = {row.system for row in found.alternatives}
    asked = {*systems, *([home.compare] if home.compare else [])}
    return found if found.refused is None and found.saving.p50 is not None and asked <= known else None


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
