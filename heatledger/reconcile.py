"""Reconciliation: the utility's bill beside ours, line by line, and what the difference most likely is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from typing import Final

import msgspec

from heatledger.billed import LineDifference, Reconciled
from heatledger.marks import worded, worded_many
from heatledger.tariff.lines import BillLine

_CENT: Final = Decimal("0.01")
_ALIKE: Final = 0.6
_METERING: Final = Decimal("0.02")
_MOST_DAYS: Final = 5


class UtilityLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the utility's bill; amount [currency], quantity in its own unit where it is stated."""

    label: str
    amount: Decimal
    quantity: Decimal | None = None


class UtilityBill(msgspec.Struct, frozen=True, kw_only=True):
    """What the utility asked for a cycle: its total [currency], its lines and its energy [kWh] where they are known."""

    total: Decimal
    lines: tuple[UtilityLine, ...] = ()
    kwh: Decimal | None = None


class Reconciliation(msgspec.Struct, frozen=True):
    """Both bills of a cycle compared. [currency]."""

    start: date
    end: date
    ours: str
    theirs: str
    difference: str
    likely: str
    lines: list[LineDifference]


def reconcile(start: date, end: date, ours: Sequence[BillLine], theirs: UtilityBill, *, kwh: Decimal) -> Reconciliation:
    """Compare a cycle's bill with the utility's.

    Parameters
    ----------
    start, end : date
        The cycle, half-open.
    ours : sequence of BillLine
        Our lines.
    theirs : UtilityBill
        As it was sent.
    kwh : Decimal
        What we counted through the utility's meter. [kWh]

    Returns
    -------
    Reconciliation
        Difference, by line where theirs are known, and what each most likely is.
    """
    total = sum((Decimal(line.amount) for line in ours), Decimal(0))
    off = total - theirs.total
    return Reconciliation(
        start=start,
        end=end,
        ours=str(total),
        theirs=str(theirs.total),
        difference=str(off),
        likely=_likely(off, ours, theirs, kwh),
        lines=_by_line(ours, theirs.lines) if theirs.lines else [],
    )


def accuracy(found: Sequence[Reconciliation]) -> Decimal | None:
    """Return how near our bills are to the utility's: 1 less the share of money by which they differ. [1].

    Examples
    --------
    >>> one = Reconciliation(date(2026, 1, 1), date(2026, 2, 1), "99.00", "100.00", "-1.00", "", [])
    >>> accuracy([one])
    Decimal('0.9900')
    """
    whole = sum((abs(Decimal(row.theirs)) for row in found), Decimal(0))
    off = sum((abs(Decimal(row.difference)) for row in found), Decimal(0))
    return (1 - off / whole).quantize(Decimal("0.0001"), ROUND_HALF_UP) if whole else None


def shown(body: bytes, ours: str | None) -> Reconciled:
    """Return a kept reconciliation as the Summary shows it, against our bill as it now is. [currency]."""
    found = msgspec.json.decode(body, type=Reconciliation)
    if ours is not None and Decimal(ours) != Decimal(found.ours):
        off = Decimal(ours) - Decimal(found.theirs)
        likely = (
            worded("our bill has changed since it was compared; reconcile it again")
            if off
            else worded("equal to the cent")
        )
        return Reconciled(total=found.theirs, difference=str(off), likely=likely)
    return Reconciled(total=found.theirs, difference=found.difference, likely=found.likely, lines=found.lines)


def _energy(off: Decimal, ours: Sequence[BillLine], theirs: UtilityBill, kwh: Decimal) -> str | None:
    """Say so where the energy differs, and at our mean price by as much."""
    if theirs.kwh is None:
        return None
    apart = kwh - theirs.kwh
    price = _price(ours, kwh)
    if abs(apart * price - off) > max(abs(off) / 4, _CENT):
        return None
    more = worded("energy: we counted {kwh} kWh more than their meter", kwh=abs(apart).quantize(_CENT))
    less = worded("energy: we counted {kwh} kWh less than their meter", kwh=abs(apart).quantize(_CENT))
    return more if apart > 0 else less


def _price(ours: Sequence[BillLine], kwh: Decimal) -> Decimal:
    """Return the mean price of our energy. [currency/kWh]."""
    return (
        sum((Decimal(line.amount) for line in ours if line.kind == "energy"), Decimal(0)) / kwh if kwh else Decimal(0)
    )


def _days(off: Decimal, ours: Sequence[BillLine], _theirs: UtilityBill, _kwh: Decimal) -> str | None:
    """Say so where the difference is a few days of the daily charges."""
    daily = sum((Decimal(line.rate) for line in ours if line.kind == "fixed" and line.unit == "day"), Decimal(0))
    if not daily:
        return None
    count = (off / daily).quantize(Decimal(1), ROUND_HALF_UP)
    if not 1 <= abs(count) <= _MOST_DAYS or abs(count * daily - off) > _CENT:
        return None
    more = worded_many(
        "days: we billed {n} day more; check the meter-read dates",
        "days: we billed {n} days more; check the meter-read dates",
        abs(int(count)),
    )
    fewer = worded_many(
        "days: we billed {n} day fewer; check the meter-read dates",
        "days: we billed {n} days fewer; check the meter-read dates",
        abs(int(count)),
    )
    return more if count > 0 else fewer


def _tax(off: Decimal, ours: Sequence[BillLine], _theirs: UtilityBill, _kwh: Decimal) -> str | None:
    """Say so where the difference is a round percentage of everything, which no small error of energy is."""
    total = sum((Decimal(line.amount) for line in ours), Decimal(0))
    percent = -off / total * 100 if total > 0 else Decimal(0)
    near = (percent * 4).quantize(Decimal(1), ROUND_HALF_UP) / 4
    if abs(near) < 1 or abs(total * near / 100 + off) > _CENT:
        return None
    lacking = worded("a tax or rider of {percent} % that our plan lacks", percent=format(abs(near), "f"))
    extra = worded("a tax or rider of {percent} % that they do not charge", percent=format(abs(near), "f"))
    return lacking if near > 0 else extra


def _metering(off: Decimal, ours: Sequence[BillLine], _theirs: UtilityBill, kwh: Decimal) -> str | None:
    """Take a small difference for that of two meters, a large one for that of two prices."""
    price = _price(ours, kwh)
    if not price:
        return None
    as_kwh = (off / price).quantize(_CENT)
    if abs(as_kwh) <= kwh * _METERING:
        return worded(
            "metering: as much as {kwh} kWh, {percent} % of ours",
            kwh=abs(as_kwh),
            percent=abs(as_kwh / kwh * 100).quantize(Decimal("0.1")),
        )
    return worded("a rate: more than two meters differ by; compare the rates of both bills line by line (--lines)")


_Reason = Callable[[Decimal, Sequence[BillLine], UtilityBill, Decimal], str | None]
_REASONS: Final[tuple[_Reason, ...]] = (_energy, _days, _tax, _metering)


def _likely(off: Decimal, ours: Sequence[BillLine], theirs: UtilityBill, kwh: Decimal) -> str:
    if not off:
        return worded("equal to the cent")
    found = (reason(off, ours, theirs, kwh) for reason in _REASONS)
    return next((words for words in found if words), worded("not known: our bill has no energy to compare"))


def _by_line(ours: Sequence[BillLine], theirs: Sequence[UtilityLine]) -> list[LineDifference]:
    """Pair lines by their labels, the nearest where none is the same."""
    mine: dict[str, list[BillLine]] = {}
    for line in ours:
        mine.setdefault(line.label.casefold(), []).append(line)
    names = [their.label.casefold() for their in theirs]
    paired = {at: mine.pop(name) for at, name in enumerate(names) if name in mine}
    for at, their in enumerate(theirs):
        near = get_close_matches(their.label.casefold(), mine, n=1, cutoff=_ALIKE)
        if near and at not in paired:
            paired[at] = mine.pop(near[0])
    rows = [_pair(paired.get(at, []), their) for at, their in enumerate(theirs)]
    return rows + [_pair(left, None) for left in mine.values()]


def _pair(ours: Sequence[BillLine], their: UtilityLine | None) -> LineDifference:
    amount = sum((Decimal(line.amount) for line in ours), Decimal(0))
    asked = their.amount if their else Decimal(0)
    return LineDifference(
        label=their.label if their else ours[0].label,
        ours=str(amount) if ours else None,
        theirs=str(asked) if their else None,
        difference=str(amount - asked),
        likely=_why(ours, their, amount - asked),
    )


def _why(ours: Sequence[BillLine], their: UtilityLine | None, off: Decimal) -> str:
    if not ours:
        return worded("a line that our plan lacks")
    if their is None:
        return worded("a line that they do not charge")
    if not off:
        return ""
    quantity = sum((Decimal(line.quantity) for line in ours), Decimal(0))
    if their.quantity and abs(quantity - their.quantity) <= _CENT:
        return worded(
            "a rate: theirs is {rate}",
            rate=format((their.amount / their.quantity).quantize(Decimal("0.00001")).normalize(), "f"),
        )
    if their.quantity:
        return worded(
            "quantity: ours is {ours} {unit}, theirs {theirs}",
            ours=format(quantity, "f"),
            unit=ours[0].unit,
            theirs=format(their.quantity, "f"),
        )
    return (
        worded("a tax on other amounts")
        if ours[0].kind == "percent"
        else worded("a rate or a quantity: give theirs to tell")
    )


def newest(kept: Mapping[tuple[date, date], bytes]) -> list[Reconciliation]:
    """Return kept reconciliations in order of their cycles."""
    return [msgspec.json.decode(kept[cycle], type=Reconciliation) for cycle in sorted(kept)]
