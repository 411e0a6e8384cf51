"""What of the bills belongs to a span of time: printed lines that add up, and whose money it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from heatledger.readings import Floats, Ints
from heatledger.running import Booked
from heatledger.tariff.lines import BillLine, Row, plain

_HUNDREDTH: Final = Decimal("0.01")
_RATE: Final = Decimal("0.000001")


class Part(NamedTuple):
    """What of the bills belongs to a span: printed lines, and exact money by part, of no use, guessed. [currency]."""

    lines: list[BillLine]
    parts: list[Decimal]
    unused: Decimal
    guessed: Decimal
    notes: list[str]


class Span(NamedTuple):
    """A half-open span, by the clock and in local days."""

    begin_s: float
    end_s: float
    first: date
    last: date

    @classmethod
    def of(cls, start: datetime, end: datetime, zone: ZoneInfo) -> Span:
        """Return a span between two instants."""
        last = (end.astimezone(zone) - timedelta(microseconds=1)).date() + timedelta(days=1)
        return cls(start.timestamp(), end.timestamp(), start.astimezone(zone).date(), last)


def of_span(booked: Sequence[Booked], span: Span, digits: int) -> Part:
    """Attribute bills to a span.

    Each line is rounded as it adds up over its cycle, so the printed parts of any partition add up to the bill.

    Parameters
    ----------
    booked : sequence of Booked
        The bills that the span touches.
    span : Span
        Half-open.
    digits : int
        Decimals of the currency.

    Returns
    -------
    Part
        Lines of one kind, label and rate are one line.
    """
    lines: dict[tuple[str, ...], BillLine] = {}
    notes: list[str] = []
    for one in booked:
        for number, row in enumerate(one.rows):
            line = _line(one, number, span, digits)
            if line is None:
                continue
            key = (line.kind, line.label, line.unit, "" if _is_series(row) else line.rate)
            lines[key] = _merged(lines[key], line) if key in lines else line
            notes += [f"{line.label}: {line.note}"] if line.estimated else []
    count = len(booked[0].parts) if booked else 0
    parts = [_moneys(booked, [one.parts[number] for one in booked], span) for number in range(count)]
    unused, guessed = (_moneys(booked, [getattr(one, name) for one in booked], span) for name in ("unused", "guessed"))
    return Part(list(lines.values()), parts, unused, guessed, list(dict.fromkeys(notes)))


def _moneys(booked: Sequence[Booked], before: Sequence[Floats], span: Span) -> Decimal:
    bounds = [_between(one.start_s, row, span) for one, row in zip(booked, before, strict=True)]
    return Decimal(repr(round(sum(high - low for low, high in bounds), 9)))


def _between(start_s: Ints, before: Floats, span: Span) -> tuple[float, float]:
    low, high = np.interp((span.begin_s, span.end_s), start_s, before)
    return float(low), float(high)


def _is_series(row: Row) -> bool:
    return bool(getattr(row.line, "series", None))


def _line(one: Booked, number: int, span: Span, digits: int) -> BillLine | None:
    printed, row = one.bill.lines[number], one.rows[number]
    if span.begin_s <= one.start_s[0] and span.end_s >= one.start_s[-1]:
        return printed
    before, after = _between(one.start_s, one.money[number], span)
    low, high = _between(one.start_s, one.share[number], span)
    amount = coins(after, digits) - coins(before, digits)
    if high <= low and not amount:
        return None
    quantity = row.quantity * Decimal(repr(round(high - low, 12)))
    changed = {
        "quantity": _printed_quantity(quantity, row.unit),
        "amount": str(amount),
        "start": max(row.start, span.first).isoformat(),
        "end": min(row.end, span.last).isoformat(),
    }
    if _is_series(row) and quantity:
        changed["rate"] = plain(abs(Decimal(repr(after - before)) / quantity).quantize(_RATE))
    return msgspec.structs.replace(printed, **changed)


def coins(amount: float, digits: int) -> Decimal:
    """Round an amount as it has added up: half up to the currency's coin."""
    return Decimal(repr(round(amount, 9))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _printed_quantity(quantity: Decimal, unit: str) -> str:
    if unit == "kWh":
        return plain(quantity.quantize(_HUNDREDTH, ROUND_HALF_UP))
    return plain(quantity.quantize(_RATE, ROUND_HALF_UP).normalize())


def _merged(one: BillLine, other: BillLine) -> BillLine:
    quantity = Decimal(one.quantity) + Decimal(other.quantity)
    amount = Decimal(one.amount) + Decimal(other.amount)
    same = one.rate == other.rate
    return msgspec.structs.replace(
        one,
        quantity=plain(quantity),
        rate=one.rate if same or not quantity else plain(abs(amount / quantity).quantize(_RATE)),
        amount=plain(amount),
        start=min(one.start, other.start),
        end=max(one.end, other.end),
        estimated=one.estimated or other.estimated,
        note="; ".join(dict.fromkeys(note for note in (one.note, other.note) if note)),
    )
