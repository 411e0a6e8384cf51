"""The running bill: days priced by the rate plan, cycle by cycle, and what of it belongs to a span or a zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from heatledger.days import QUARTER_S, Day, midnight
from heatledger.readings import Floats, Ints
from heatledger.tariff.attribution import spread
from heatledger.tariff.charges import in_base
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.lines import Bill, BillLine, Row, plain
from heatledger.tariff.load import Load
from heatledger.tariff.model import Adjustment, Credit, Demand, Fixed, Percent, Tariff
from heatledger.tariff.pricing import Priced, bills_of, price_rows
from heatledger.tariff.series import PriceSeries

_LOOKBACK: Final = 12
_HUNDREDTH: Final = Decimal("0.01")
_RATE: Final = Decimal("0.000001")
Days = Mapping[date, Day]
"""Whole local days, the last one up to now."""


class Plan(NamedTuple):
    """What a home's days are priced by.

    Attributes
    ----------
    tariff, tariff_id : Tariff, str
        The rate plan and its id.
    zone : ZoneInfo
        Of the home.
    series : mapping of str to PriceSeries
        Prices by the name of their series.
    """

    tariff: Tariff
    tariff_id: str
    zone: ZoneInfo
    series: Mapping[str, PriceSeries]


class Booked(NamedTuple):
    """One cycle's bill, and its money laid on time.

    Attributes
    ----------
    cycle, bill, rows : Cycle, Bill, list of Row
        What it is of, as printed, and exact.
    start_s : array of int, shape (n + 1,)
        Beginnings of the intervals, and the end of the last. [Unix time, s]
    money, share : array, shape (rows, n + 1)
        Of each row, how much and which part of its quantity lies before each instant. [currency] [1]
    zones, unused : array, shape (zones, n + 1), (n + 1,)
        The money of each zone, and of no use at all, before each instant. [currency]
    """

    cycle: Cycle
    bill: Bill
    rows: list[Row]
    start_s: Ints
    money: Floats
    share: Floats
    zones: Floats
    unused: Floats


class Part(NamedTuple):
    """What of the bills belongs to a span: printed lines, and exact money by zone and of no use. [currency]."""

    lines: list[BillLine]
    zones: list[Decimal]
    unused: Decimal
    notes: list[str]


def lookback(tariff: Tariff) -> int:
    """Return how many bills before have a say in one: by their peaks, credit or balance."""
    demands = [line for line in tariff.lines if isinstance(line, Demand)]
    bills = [line.mean_bills - 1 for line in demands] + [line.ratchet.bills for line in demands if line.ratchet]
    carries = tariff.export.rollover != "none" or tariff.budget is not None
    return max([*bills, _LOOKBACK if carries else 0], default=0)


def load_of_days(days: Days, first: date, last: date, zone: ZoneInfo, names: Sequence[str] = ()) -> tuple[Load, Floats]:
    """Lay days on quarters of an hour without a gap.

    Parameters
    ----------
    days : mapping of date to Day
        What was measured; where nothing was heard nothing is billed, which `bill` says.
    first, last : date
        First local day, and the day after the last.
    zone : ZoneInfo
        Of the home.
    names : sequence of str
        Zones.

    Returns
    -------
    tuple
        The load, and energy by zone and quarter; the last row is what the whole home used. [kWh]
    """
    begins, ends = (int(midnight(day, zone).timestamp()) // QUARTER_S for day in (first, last))
    bought, sold = np.zeros(ends - begins), np.zeros(ends - begins)
    used = np.zeros((len(names) + 1, ends - begins))
    day = first
    while day < last:
        found = days.get(day)
        if found is not None and found.profile.imported:
            seen = found.profile
            at = seen.start_s // QUARTER_S - begins
            until = at + len(seen.imported)
            bought[at:until], sold[at:until] = seen.imported, seen.exported
            for number, name in enumerate(names):
                used[number, at:until] = seen.zones.get(name, 0.0)
            used[-1, at:until] = seen.used or seen.imported
        day += timedelta(days=1)
    return Load(np.arange(begins, ends, dtype=np.int64) * QUARTER_S, QUARTER_S, bought, sold), used


def book(plan: Plan, days: Days, cycles: Sequence[Cycle], *, now: datetime, names: Sequence[str] = ()) -> list[Booked]:
    """Price whole cycles so far.

    Parameters
    ----------
    plan : Plan
        The rate plan and its prices.
    days : mapping of date to Day
        Every day of the cycles so far.
    cycles : sequence of Cycle
        In order.
    now : datetime
        Charges by time are counted up to the end of this local day.
    names : sequence of str
        Zones.

    Returns
    -------
    list of Booked
        One a cycle that has begun.

    Raises
    ------
    BillError
        If the plan cannot price them: one line with the mend.
    """
    through = now.astimezone(plan.zone).date() + timedelta(days=1)
    begun = [cycle for cycle in cycles if cycle.start < through]
    if not begun:
        return []
    load, used = load_of_days(days, begun[0].start, min(begun[-1].end, through), plan.zone, names)
    priced = price_rows(plan.tariff, load, begun, plan.zone, series=plan.series, through=through)
    bills = bills_of(priced, tariff_id=plan.tariff_id)
    base_s = int(load.start_s[0])
    return [_booked(priced, number, bills[number], used, base_s) for number in range(len(begun))]


def _booked(priced: Priced, number: int, bill: Bill, used: Floats, base_s: int) -> Booked:
    grid, rows = priced.terms.grid, priced.rows[number]
    part = grid.slices[number]
    start_s = grid.load.start_s[part]
    money = spread(priced, number)
    unused = _unused(rows, money)
    shares = _zone_shares(used, start_s, grid.load.step_s, base_s)
    return Booked(
        cycle=grid.cycles[number],
        bill=bill,
        rows=rows,
        start_s=np.append(start_s, start_s[-1] + grid.load.step_s if start_s.size else base_s),
        money=_before(money),
        share=_before(np.array([_quantity(priced, part, row, money[at]) for at, row in enumerate(rows)])),
        zones=_before(shares * (money.sum(axis=0) - unused)),
        unused=_before(unused[None, :])[0],
    )


def _before(amounts: Floats) -> Floats:
    return np.concatenate((np.zeros((len(amounts), 1)), np.cumsum(amounts, axis=1)), axis=1)


def _zone_shares(used: Floats, start_s: Ints, step_s: int, base_s: int) -> Floats:
    """Return each zone's part of what the home used in each interval. [1]."""
    at = (start_s - base_s) // QUARTER_S
    if step_s > QUARTER_S and at.size:
        used = np.add.reduceat(used[:, : int(at[-1]) + step_s // QUARTER_S], at, axis=1)
    else:
        used = used[:, at]
    zones = np.maximum(used[:-1], 0.0)
    whole = np.maximum(used[-1], zones.sum(axis=0))
    shares: Floats = np.divide(zones, whole, out=np.zeros_like(zones), where=whole > 0)
    return shares


def _unused(rows: Sequence[Row], money: Floats) -> Floats:
    """Return, by interval, what no use causes: charges by time, credits and what is added to them. [currency]."""
    fixed = np.zeros_like(money)
    for number, row in enumerate(rows):
        if isinstance(row.line, Fixed | Credit | Adjustment):
            fixed[number] = money[number]
        elif isinstance(row.line, Percent):
            mine = [at for at in range(number) if in_base(rows[at], row.line.base)]
            base = np.abs(money[mine]).sum(axis=0)
            part = np.divide(np.abs(fixed[mine]).sum(axis=0), base, out=np.zeros_like(base), where=base > 0)
            fixed[number] = money[number] * part
    total: Floats = fixed.sum(axis=0)
    return total


def _quantity(priced: Priced, part: slice, row: Row, money: Floats) -> Floats:
    """Return which part of a row's quantity each interval has. [1]."""
    weights = np.abs(money)
    for family in priced.families:
        for number, line in enumerate(family.lines):
            if line is row.line:
                weights = np.where(family.codes[part] == number, np.abs(family.kwh[part]), 0.0)
    whole = weights.sum()
    if not whole:
        return np.full(weights.size, 1.0 / max(weights.size, 1))
    parts: Floats = weights / whole
    return parts


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
    zones = [_moneys(booked, [one.zones[number] for one in booked], span) for number in range(_zone_count(booked))]
    unused = _moneys(booked, [one.unused for one in booked], span)
    return Part(list(lines.values()), zones, unused, list(dict.fromkeys(notes)))


def _zone_count(booked: Sequence[Booked]) -> int:
    return len(booked[0].zones) if booked else 0


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
    amount = _coins(after, digits) - _coins(before, digits)
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


def _coins(amount: float, digits: int) -> Decimal:
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
