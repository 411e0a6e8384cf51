"""When a bill's money was spent: every line laid on the intervals that caused it."""

from __future__ import annotations

import numpy as np

from heatledger.tariff.charges import in_base
from heatledger.tariff.demand import peaks
from heatledger.tariff.energy_lines import Family, prices_of
from heatledger.tariff.lines import Row
from heatledger.tariff.load import Floats
from heatledger.tariff.model import Adjustment, Demand, Fixed, Minimum, Percent
from heatledger.tariff.pricing import Priced
from heatledger.tariff.schedule import day_number


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
