"""Lines by time, by the other lines, or once: fixed, minimum, percent and adjustment."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from heatledger.marks import worded
from heatledger.tariff.lines import Row, plain
from heatledger.tariff.terms import Terms, periods

if TYPE_CHECKING:
    from heatledger.tariff.model import Adjustment, Fixed, Minimum, Percent

_RATE_DIGITS = Decimal("0.00000001")


def fixed_rows(terms: Terms, line: Fixed, bill: int) -> list[Row]:
    """Price a charge by time on one bill, up to the days that have begun."""
    cycle = terms.grid.cycles[bill]
    start, end = terms.span(line, cycle)
    if start >= end:
        return []
    until = min(end, terms.through) if terms.through else end
    count = periods(line, cycle, start, until) * Decimal(line.times)
    amount = terms.money(line, count * Decimal(line.rate))
    return [Row(line, line.label, count, line.per, Decimal(line.rate), amount, start, max(start, until))]


def minimum_rows(terms: Terms, line: Minimum, bill: int, above: Sequence[Row]) -> list[Row]:
    """Add what the lines of a minimum's base lack; nothing where they come to enough."""
    cycle = terms.grid.cycles[bill]
    start, end = terms.span(line, cycle)
    until = min(end, terms.through) if terms.through else end
    least = Decimal(line.rate) * periods(line, cycle, start, until)
    lacks = terms.money(line, least - _base(above, line.base))
    if lacks <= 0 or start >= end:
        return []
    note = worded("at least {least} in all", least=plain(least))
    return [Row(line, line.label, Decimal(1), line.per, lacks, lacks, start, end, note)]


def percent_rows(terms: Terms, line: Percent, bill: int, above: Sequence[Row]) -> list[Row]:
    """Apply a tax, rider or discount to the lines of its base."""
    start, end = terms.span(line, terms.grid.cycles[bill])
    if start >= end:
        return []
    counted = [row for row in above if row.amount >= 0 or not line.skip_negative]
    base, rate = _base(counted, line.base), Decimal(line.rate) / 100
    tax = {
        "add": base * rate,
        "gross_up": base / (1 - rate) - base,
        "inclusive": base - base / (1 + rate),
    }[line.mode]
    amount = terms.money(line, tax)
    if line.mode == "inclusive":
        note = worded("{amount} of it are in the lines above already", amount=plain(amount))
        return [Row(line, line.label, base, terms.plan.currency, rate, Decimal(0), start, end, note)]
    shown = rate if line.mode == "add" else (rate / (1 - rate)).quantize(_RATE_DIGITS)
    return [Row(line, line.label, base, terms.plan.currency, shown, amount, start, end)]


def adjustment_rows(terms: Terms, line: Adjustment, bill: int) -> list[Row]:
    """Put an amount on the bill that holds its day."""
    cycle = terms.grid.cycles[bill]
    if not cycle.start <= line.on < cycle.end:
        return []
    amount = terms.money(line, Decimal(line.rate))
    return [Row(line, line.label, Decimal(1), "bill", Decimal(line.rate), amount, cycle.start, cycle.end)]


def in_base(row: Row, names: Sequence[str]) -> bool:
    """Return whether a row belongs to a base: by all, by its line's label, or by one of its tax groups."""
    return "all" in names or row.line.label in names or not set(names).isdisjoint(row.line.tax_groups)


def _base(rows: Sequence[Row], names: Sequence[str]) -> Decimal:
    return sum((row.amount for row in rows if in_base(row, names)), Decimal(0))
