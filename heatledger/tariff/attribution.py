"""Whose money a bill is: every line laid on the intervals that caused it, and from there on zones or spans of time."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import numpy as np

from heatledger.tariff.charges import in_base
from heatledger.tariff.demand import peaks
from heatledger.tariff.energy_lines import Family, prices_of
from heatledger.tariff.lines import Row
from heatledger.tariff.load import Floats
from heatledger.tariff.model import Adjustment, Demand, Fixed, Minimum, Percent
from heatledger.tariff.pricing import Priced
from heatledger.tariff.schedule import day_number

FIXED: Final = "fixed"
"""The part of a division among zones that no zone causes."""


def spread(priced: Priced, bill: int) -> Floats:
    """Lay a bill's rows on its intervals. [currency].

    Energy goes where it was used, a ladder by pooled share; charges by time in equal parts to the line's days; demand
    to the windows that made the peak; a percentage, a minimum and an adjustment in proportion to the lines they are
    made of.

    Parameters
    ----------
    priced : Priced
        Of `price_rows`.
    bill : int
        Which of the bills.

    Returns
    -------
    array of float
        One row a bill line, one column an interval of the bill; a row adds up to the line's amount.
    """
    rows = priced.rows[bill]
    size = priced.terms.grid.slices[bill]
    found = np.zeros((len(rows), size.stop - size.start))
    for number, row in enumerate(rows):
        weights = _weights(priced, bill, row, found[:number], rows[:number])
        whole = weights.sum()
        if not whole:
            weights, whole = np.ones(weights.size), float(weights.size)
        found[number] = float(row.amount) * (weights / whole) if weights.size else weights
    return found


def _weights(priced: Priced, bill: int, row: Row, above: Floats, rows: list[Row]) -> Floats:
    line, part = row.line, priced.terms.grid.slices[bill]
    if isinstance(line, Fixed):
        return _days(priced, bill, row)
    if isinstance(line, Demand):
        return _peak(priced, bill, line)
    if isinstance(line, Percent | Minimum):
        mine = [number for number, other in enumerate(rows) if in_base(other, line.base)]
        return np.abs(above[mine].sum(axis=0)) if mine else np.zeros(part.stop - part.start)
    if isinstance(line, Adjustment):
        summed: Floats = np.abs(above.sum(axis=0))
        return summed
    for family in priced.families:
        if any(line is one for one in family.lines):
            return _energy(priced, bill, row, family)
    exported: Floats = np.nan_to_num(priced.terms.grid.load.export_kwh[part])
    return exported


def _energy(priced: Priced, bill: int, row: Row, family: Family) -> Floats:
    part = priced.terms.grid.slices[bill]
    number = next(at for at, line in enumerate(family.lines) if line is row.line)
    kwh = np.where(family.codes[part] == number, family.kwh[part], 0.0)
    if row.line.kind == "energy":
        kwh = np.maximum(kwh, 0.0)
    if not family.lines[number].series:
        return kwh
    price = prices_of(priced.terms, family.lines[number], priced.terms.grid.load.start_s[part])
    known = ~np.isnan(price)
    price = np.where(known, price, price[known].mean() if known.any() else 1.0)
    if row.label != row.line.label:
        return kwh * np.minimum(price, 0.0)
    return kwh * (np.maximum(price, 0.0) if family.lines[number].split_negative else price)


def _days(priced: Priced, bill: int, row: Row) -> Floats:
    grid = priced.terms.grid
    part = grid.slices[bill]
    days = grid.day[part] + grid.first_day
    in_span = (days >= day_number(row.start)) & (days < day_number(row.end))
    if not days.size:
        return np.zeros(0)
    of_day = np.bincount(days - days[0])
    shares: Floats = np.where(in_span, 1.0 / of_day[days - days[0]], 0.0)
    return shares


def _peak(priced: Priced, bill: int, line: Demand) -> Floats:
    grid = priced.terms.grid
    part, found = grid.slices[bill], priced.windows[line.window_minutes]
    weights = np.zeros(grid.load.start_s.size)
    peak = peaks(priced.terms, line, found, bill)
    ends = np.append(found.first[1:], grid.load.start_s.size)
    for window in peak[1] if peak else ():
        inside = slice(int(found.first[window]), int(ends[window]))
        kwh = np.nan_to_num(grid.load.import_kwh[inside])
        weights[inside] = kwh / kwh.sum() if kwh.sum() else 1.0 / kwh.size
    return weights[part]


def divide(amount: Decimal, weights: Mapping[str, float]) -> dict[str, Decimal]:
    """Divide an amount exactly: the parts add up to it, the last digit of them going to the largest.

    Parameters
    ----------
    amount : Decimal
        What is to be divided. [currency]
    weights : mapping
        By name; they may be of either sign, but their sum must not be 0.

    Returns
    -------
    dict
        Parts by name, unrounded; print them with `rounding.largest_remainder`.

    Examples
    --------
    >>> parts = divide(Decimal("10.00"), {"living": 1.0, "rest": 2.0})
    >>> sum(parts.values()) == Decimal("10.00"), round(parts["living"], 4)
    (True, Decimal('3.3333'))
    """
    exact = {name: Decimal(repr(float(weight))) for name, weight in weights.items()}
    whole = sum(exact.values(), Decimal(0))
    parts = {name: (amount * weight / whole).quantize(Decimal("1e-15")) for name, weight in exact.items()}
    largest = max(parts, key=lambda name: abs(parts[name]))
    parts[largest] += amount - sum(parts.values(), Decimal(0))
    return parts


def by_span(priced: Priced, bill: int, spans_s: Mapping[str, tuple[int, int]]) -> dict[str, Decimal]:
    """Divide a bill among spans of time that make it up, as days do.

    Parameters
    ----------
    priced, bill : Priced, int
        Of `price_rows`, and which bill.
    spans_s : mapping of str to tuple
        Half-open spans by name, without overlap. [Unix time, s]

    Returns
    -------
    dict
        Unrounded amounts by name; where the spans make up the bill they add up to its total. [currency]
    """
    part = priced.terms.grid.slices[bill]
    start_s = priced.terms.grid.load.start_s[part]
    money = spread(priced, bill)
    bounds = {name: np.searchsorted(start_s, span) for name, span in spans_s.items()}
    found = {name: Decimal(0) for name in spans_s}
    for number, row in enumerate(priced.rows[bill]):
        weights = {name: float(money[number, low:high].sum()) for name, (low, high) in bounds.items()}
        rest = float(row.amount) - sum(weights.values())
        for name, amount in _parts(row.amount, weights, rest).items():
            found[name] += amount
    return found


_NOTHING = 1e-9


def _parts(amount: Decimal, weights: dict[str, float], rest: float) -> dict[str, Decimal]:
    if not amount:
        return {}
    outside = {} if abs(rest) < _NOTHING else {"": rest}
    parts = divide(amount, {**weights, **outside})
    parts.pop("", None)
    return parts


def by_part(priced: Priced, bill: int, kwh: Mapping[str, Floats]) -> dict[str, Decimal]:
    """Divide a bill among zones (and the rest that is in none) by what each used when the money was spent.

    Charges by time belong to no zone and come back as `FIXED`; what is left of a line in intervals where no part used
    anything is divided by the parts' energy over the whole bill.

    Parameters
    ----------
    priced, bill : Priced, int
        Of `price_rows`, and which bill.
    kwh : mapping of str to array
        Energy of each part in the bill's intervals as the priced grid has them. [kWh]

    Returns
    -------
    dict
        Unrounded amounts by part, and `FIXED`; they add up to the bill's total. [currency]
    """
    names = list(kwh)
    used = np.maximum(np.array([kwh[name] for name in names]), 0.0)
    whole = used.sum(axis=0)
    overall = used.sum(axis=1)
    overall = overall / overall.sum() if overall.sum() else np.full(len(names), 1.0 / max(len(names), 1))
    share = np.where(whole > 0, used / np.where(whole > 0, whole, 1.0), overall[:, None])
    money = spread(priced, bill)
    found = dict.fromkeys([*names, FIXED], Decimal(0))
    for row, amounts, fixed in zip(priced.rows[bill], money, _fixed_parts(priced, bill, money), strict=True):
        if not row.amount:
            continue
        weights = dict(zip(names, (share @ (amounts - fixed)).tolist(), strict=True))
        for name, amount in divide(row.amount, {**weights, FIXED: float(fixed.sum())}).items():
            found[name] += amount
    return found


def _fixed_parts(priced: Priced, bill: int, money: Floats) -> Floats:
    """Return what of every row, interval by interval, comes from charges by time: those and what is made of them."""
    rows, fixed = priced.rows[bill], np.zeros_like(money)
    for number, row in enumerate(rows):
        if isinstance(row.line, Fixed):
            fixed[number] = money[number]
        elif isinstance(row.line, Percent):
            mine = [at for at in range(number) if in_base(rows[at], row.line.base)]
            base = np.abs(money[mine].sum(axis=0))
            part = np.divide(np.abs(fixed[mine].sum(axis=0)), base, out=np.zeros_like(base), where=base > 0)
            fixed[number] = money[number] * np.minimum(part, 1.0)
    return fixed
