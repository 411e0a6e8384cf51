"""Closing bills: a cycle closes a day after its end and stays as it was; what changes later is a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from heatledger.cycles import cycle_at
from heatledger.ledger import Ledger
from heatledger.marks import worded
from heatledger.store import state
from heatledger.summary import Summary
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.lines import BillLine

SETTLES: Final = timedelta(hours=24)
"""A cycle closes so long after its end: late data has come by then."""
_CYCLES: Final = 14
"""How many cycles back are looked at: a year, and what is due."""


class Change(msgspec.Struct, frozen=True):
    """A line that is not what it was; None where it was not there; `rate_before` where the rate changed. [currency]."""

    label: str
    rate: str
    before: str | None
    after: str | None
    rate_before: str | None = None


class Closing(msgspec.Struct, frozen=True):
    """A bill that was closed, or closed again: its version, its total, why, and what changed. [currency]."""

    start: date
    end: date
    version: int
    total: str
    reason: str
    changes: list[Change]


class _Lines(msgspec.Struct, frozen=True):
    lines: list[BillLine]


class _Kept(msgspec.Struct, frozen=True):
    bill: _Lines


def close_due(ledger: Ledger, *, now: datetime) -> list[Closing]:
    """Close every cycle of the last year that is due and was heard; what changed since gets a new version.

    A bill closed under another plan than the home's stays as it is: that the plan is another now corrects nothing.

    Parameters
    ----------
    ledger : Ledger
        The home's books.
    now : datetime
        Aware.

    Returns
    -------
    list of Closing
        What was closed now, oldest first; empty where nothing is due or changed.
    """
    kept = {(bill.start, bill.end): bill for bill in ledger.state.bills(ledger.home.id)}
    made: list[Closing] = []
    cycle = cycle_at(ledger.home.cycle, (now - SETTLES).date())
    for _ in range(_CYCLES):
        start, end = ledger.bounds(cycle)
        if end + SETTLES <= now:
            summary = ledger.summary(start, end, now=now)
            made += _close(ledger, cycle, summary, kept.get((cycle.start, cycle.end)), now)
        cycle = cycle_at(ledger.home.cycle, cycle.start - timedelta(days=1))
    return made[::-1]


def _close(ledger: Ledger, cycle: Cycle, summary: Summary, before: state.Bill | None, now: datetime) -> list[Closing]:
    total = summary.bill.total
    if total is None:
        return []
    text, changes, reason = ledger.tariff_text(), list[Change](), worded("the cycle ended")
    if before is not None:
        old = msgspec.json.decode(before.summary, type=_Kept).bill.lines
        changes = changed(old, summary.bill.lines)
        if not changes or {line.tariff for line in old} != {line.tariff for line in summary.bill.lines}:
            return []
        reason = worded("late data") if before.tariff == text else worded("the rate plan was corrected")
        summary = ledger.summary(*ledger.bounds(cycle), now=now, anew=True)
    row = ledger.state.close_bill(
        ledger.home.id,
        cycle.start,
        cycle.end,
        closed_at=now,
        summary=msgspec.json.encode(summary),
        tariff=text,
        reason=reason,
    )
    return [Closing(cycle.start, cycle.end, row.version, total, reason, changes)]


def changed(before: Sequence[BillLine], after: Sequence[BillLine]) -> list[Change]:
    """Return the lines whose amounts differ, in the order of the new bill, then those that are gone.

    Parameters
    ----------
    before, after : sequence of BillLine
        Two versions of a bill.
    """
    old, new = _amounts(before), _amounts(after)
    keys = [*new, *(key for key in old if key not in new)]
    moved = _moved(old, new)
    return [
        Change(key[1], key[2], _text(old[moved[key]]), _text(new[key]), rate_before=moved[key][2])
        if key in moved
        else Change(key[1], key[2], _text(old.get(key)), _text(new.get(key)))
        for key in keys
        if old.get(key) != new.get(key) and key not in moved.values()
    ]


_Key = tuple[str, str, str]


def _moved(old: Mapping[_Key, Decimal], new: Mapping[_Key, Decimal]) -> dict[_Key, _Key]:
    """Return the lines that only stand at another rate: one on either bill that the other has not."""
    found = {}
    for key in new.keys() - old.keys():
        here = [other for other in new.keys() - old.keys() if other[:2] == key[:2]]
        there = [other for other in old.keys() - new.keys() if other[:2] == key[:2]]
        if len(here) == len(there) == 1:
            found[key] = there[0]
    return found


def _amounts(lines: Sequence[BillLine]) -> dict[tuple[str, str, str], Decimal]:
    found: dict[tuple[str, str, str], Decimal] = {}
    for line in lines:
        key = (line.kind, line.label, line.rate if line.kind in ("energy", "credit", "demand") else "")
        found[key] = found.get(key, Decimal(0)) + Decimal(line.amount)
    return found


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
