"""Lines by the kilowatt-hour: energy and credit, in schedules, ladders and price series, registers or net."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

import numpy as np

from heatledger.marks import worded
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.grid import codes, sums
from heatledger.tariff.ladder import Ladder, share_in_proportion, share_in_time, thresholds
from heatledger.tariff.lines import Row, exact
from heatledger.tariff.load import BillError, Floats
from heatledger.tariff.netting import settle_kwh
from heatledger.tariff.schedule import Ints
from heatledger.tariff.series import prices_at
from heatledger.tariff.terms import Terms

_RATE_DIGITS = Decimal("0.000001")
_WAYS: Final[dict[str, Callable[[Floats], Floats]]] = {
    "half_even": np.rint,
    "half_up": lambda scaled: np.floor(scaled + 0.5),
    "down": np.floor,
    "up": np.ceil,
}


class Family(NamedTuple):
    """Lines that price every hour together, with what each bill used under each of them.

    Attributes
    ----------
    name, lines : str, list
        What the plan calls them.
    codes, kwh : array
        Which line prices each interval, and the energy that it prices there. [kWh]
    energy, missing, intervals : array
        By bill and line: energy [kWh], intervals without a value, intervals.
    """

    name: str
    lines: list[Any]
    codes: Ints
    kwh: Floats
    energy: Floats
    missing: Floats
    intervals: Floats


def families(terms: Terms, kind: str) -> list[Family]:
    """Return the families of a kind of line, with their energy.

    Raises
    ------
    BillError
        If a family prices nothing in some interval.
    """
    groups: dict[str, list[Any]] = defaultdict(list)
    for line in terms.plan.lines:
        if line.kind == kind:
            groups[getattr(line, "family", "")].append(line)
    return [_family(terms, name, lines) for name, lines in groups.items()]


def _family(terms: Terms, name: str, lines: list[Any]) -> Family:
    grid = terms.grid
    which = codes(lines, grid, name=name)
    register = _register(terms, lines[0])
    unknown = np.isnan(register)
    kwh = np.where(unknown, 0.0, register) if unknown.any() else register
    if terms.digits is not None:
        kwh = _rounded_intervals(kwh, which, lines)
    count, energy = sums(grid, which, len(lines), np.ones(kwh.size)), sums(grid, which, len(lines), kwh)
    missing = sums(grid, which, len(lines), unknown.astype(np.float64)) if unknown.any() else np.zeros_like(count)
    return Family(name, lines, which, kwh, energy, missing, count)


def _register(terms: Terms, line: Any) -> Floats:  # noqa: ANN401 - a line by the kilowatt-hour
    load = terms.grid.load
    if line.kind == "credit":
        return load.export_kwh
    net = terms.plan.export.scheme == "net_metering" and line.basis == "net"
    return load.import_kwh - load.export_kwh if net else load.import_kwh


def _rounded_intervals(kwh: Floats, which: Ints, lines: Sequence[Any]) -> Floats:
    for number, line in enumerate(lines):
        rule = line.quantity
        if rule.each == "interval" and rule.mode != "none":
            scale, mine = 10.0**rule.digits, which == number
            scaled = np.round(kwh * scale, 6)  # 0.145 × 100 is 14.499999…
            kwh = np.where(mine, _WAYS[rule.mode](scaled) / scale, kwh)
    return kwh


def family_rows(terms: Terms, family: Family, bill: int, bank: dict[str, Decimal]) -> list[Row]:
    """Price a family's lines on one bill.

    Parameters
    ----------
    terms : Terms
        The matter of the bills.
    family : Family
        Of `families`.
    bill : int
        Which of the cycles.
    bank : dict
        Kilowatt-hours left over so far, by name; brought up to date. [kWh]

    Returns
    -------
    list of Row
        In the plan's order, a line's steps in theirs.
    """
    energies = [exact(value) for value in family.energy[bill]]
    if terms.plan.export.scheme == "net_metering" and getattr(family.lines[0], "basis", "") == "net":
        energies = settle_kwh(terms.plan.export, family.name, [line.label for line in family.lines], energies, bank)
    steps = _ladders(terms, family, bill, energies)
    rows: list[Row] = []
    for number, line in enumerate(family.lines):
        if family.intervals[bill, number]:
            made = (
                _series_rows(terms, family, bill, number)
                if line.series
                else _rate_rows(terms, line, steps.get(number, [energies[number]]), terms.grid.cycles[bill])
            )
            rows.extend(_doubted(row, int(family.missing[bill, number])) for row in made)
    return rows


def _doubted(row: Row, missing: int) -> Row:
    if not missing:
        return row
    note = worded("{missing} intervals have no energy reading", missing=missing)
    return row._replace(estimated=True, note=f"{row.note}; {note}" if row.note else note)


def _ladders(terms: Terms, family: Family, bill: int, energies: Sequence[Decimal]) -> dict[int, list[Decimal]]:
    """Return each tiered line's energy by step; lines with the same ladder fill it together."""
    pools: dict[Ladder, list[int]] = defaultdict(list)
    for number, line in enumerate(family.lines):
        if getattr(line, "tiers", ()) and family.intervals[bill, number]:
            pools[Ladder.of(line)].append(number)
    found: dict[int, list[Decimal]] = {}
    for ladder, numbers in pools.items():
        lines, cycle = [family.lines[number] for number in numbers], terms.grid.cycles[bill]
        days = ladder_days(terms, family, ladder, cycle)
        limits = thresholds(
            ladder, None if terms.digits is None else lines[0].threshold, days=days, whole_days=cycle.whole_days
        )
        if lines[0].allocation == "chronological":
            part = terms.grid.slices[bill]
            mine = np.isin(family.codes[part], numbers)
            local = np.searchsorted(numbers, family.codes[part][mine])
            shares = share_in_time(family.kwh[part][mine], local, len(numbers), limits)
        else:
            shares = share_in_proportion([energies[number] for number in numbers], limits)
        found.update(zip(numbers, shares, strict=True))
    return found


def ladder_days(terms: Terms, family: Family, ladder: Ladder, cycle: Cycle) -> int:
    """Count the days of a bill on which a ladder holds: all of them where the family has no other. [d]."""
    holds = [bool(getattr(line, "tiers", ())) and Ladder.of(line) == ladder for line in family.lines]
    if all(holds) and not family.lines[0].partial:
        return cycle.days
    days = terms.grid.days_of(family.lines, cycle)
    mine = np.logical_or.reduce([row for row, held in zip(days, holds, strict=True) if held])
    return int(np.count_nonzero(mine))


def _rate_rows(terms: Terms, line: Any, steps: Sequence[Decimal], cycle: Cycle) -> list[Row]:  # noqa: ANN401
    start, end = terms.span(line, cycle)
    sign = -1 if line.kind == "credit" else 1
    tiers = getattr(line, "tiers", ())
    rates = [tier.rate for tier in tiers] or [line.rate]
    rows = []
    for number, (energy, rate) in enumerate(zip(steps, rates, strict=True), 1):
        if energy == 0 and (number > 1 or any(steps)):
            continue
        quantity = terms.quantity(line.quantity, energy)
        label = worded("{label}, tier {number}", label=line.label, number=number) if tiers else line.label
        amount = terms.money(line, sign * quantity * Decimal(rate))
        rows.append(Row(line, label, quantity, "kWh", Decimal(rate), amount, start, end))
    return rows


def _series_rows(terms: Terms, family: Family, bill: int, number: int) -> list[Row]:
    line, part = family.lines[number], terms.grid.slices[bill]
    mine = family.codes[part] == number
    kwh = family.kwh[part][mine]
    price = prices_of(terms, line, terms.grid.load.start_s[part][mine])
    unknown = np.isnan(price) & (kwh != 0)
    note = ""
    if unknown.any():
        known = ~np.isnan(price)
        if not known.any():
            cycle = terms.grid.cycles[bill]
            raise BillError(f"{line.label!r}: series {line.series!r} has no price from {cycle.start} to {cycle.end}")
        weights = kwh[known] if kwh[known].sum() > 0 else None
        price = np.where(np.isnan(price), np.average(price[known], weights=weights), price)
        note = worded(
            "{missing} of {size} prices are missing: their energy is priced at the mean of the rest",
            missing=int(unknown.sum()),
            size=price.size,
        )
    price = np.nan_to_num(price)
    signs = [price >= 0, price < 0] if line.split_negative and (price < 0).any() else [np.ones(price.size, np.bool_)]
    rows = [_series_row(terms, line, kwh[sign], price[sign], bill) for sign in signs]
    names = [line.label, worded("{label}, prices below zero", label=line.label)]
    return [row._replace(label=name, note=note, estimated=bool(note)) for row, name in zip(rows, names, strict=False)]


def _series_row(terms: Terms, line: Any, kwh: Floats, price: Floats, bill: int) -> Row:  # noqa: ANN401
    quantity, money = exact(float(kwh.sum())), exact(float(np.dot(kwh, price)))
    start, end = terms.span(line, terms.grid.cycles[bill])
    rate = (money / quantity).quantize(_RATE_DIGITS) if quantity else Decimal(0)
    signed = -money if line.kind == "credit" else money
    shown = terms.quantity(line.quantity, quantity)
    return Row(line, line.label, shown, "kWh", rate, terms.money(line, signed), start, end)


def prices_of(terms: Terms, line: Any, start_s: Ints) -> Floats:  # noqa: ANN401 - a line by the kilowatt-hour
    """Return a series line's price at instants, NaN where not known. [currency/kWh].

    Raises
    ------
    BillError
        If the series was not handed over.
    """
    if line.series not in terms.series:
        raise BillError(f"{line.label!r}: the prices of series {line.series!r} are not at hand; give the file or topic")
    price = (prices_at(terms.series[line.series], start_s) + float(line.add)) * float(line.multiply)
    return price if line.floor is None else np.maximum(price, float(line.floor))
