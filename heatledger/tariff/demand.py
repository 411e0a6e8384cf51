"""Demand: the highest mean power of a window, over one bill or several, with floors, ratchets and caps."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heatledger.marks import worded
from heatledger.tariff.ladder import fill
from heatledger.tariff.lines import Row, exact, plain
from heatledger.tariff.load import Floats
from heatledger.tariff.schedule import DAY_S, Ints
from heatledger.tariff.terms import Terms, periods

if TYPE_CHECKING:
    from heatledger.tariff.model import Demand

_KEPT = 24
_HOUR_S = 3600


class Windows(NamedTuple):
    """The demand windows of a load.

    Attributes
    ----------
    first : array of int
        The interval with which each begins.
    kw : array of float
        Mean power in each, or what the meter measured. [kW]
    """

    first: Ints
    kw: Floats


def windows(terms: Terms, minutes: int | None) -> Windows:
    """Return the mean power in windows of the local clock, by default of the load's own step. [kW]."""
    grid = terms.grid
    load, width = grid.load, minutes * 60 if minutes else grid.own_step_s
    width = min(max(width, grid.own_step_s), DAY_S)
    if not load.start_s.size:
        return Windows(load.start_s, load.import_kwh)
    begins = load.start_s - (grid.minute * 60 + load.start_s % 60) % width
    first = np.concatenate(([0], np.flatnonzero(np.diff(begins)) + 1))
    if load.kw is not None:
        return Windows(first, np.maximum.reduceat(np.nan_to_num(load.kw), first))
    return Windows(first, np.add.reduceat(np.nan_to_num(load.import_kwh), first) * (_HOUR_S / width))


def peaks(terms: Terms, line: Demand, found: Windows, bill: int) -> tuple[Decimal, Ints] | None:
    """Return a bill's peak under a line and the windows that make it, or None where it counts none. [kW]."""
    grid = terms.grid
    part = grid.slices[bill]
    low, high = np.searchsorted(found.first, (part.start, part.stop))
    at = np.arange(low, high)[grid.mask(line, found.first[low:high])]
    if not at.size:
        return None
    order = at[np.argsort(-found.kw[at], kind="stable")]
    if line.distinct_days:
        _, newest = np.unique(grid.day[found.first[order]], return_index=True)
        order = order[np.sort(newest)]
    chosen = order[: line.top]
    return exact(float(found.kw[chosen].mean())), chosen


def billed(line: Demand, peak: Decimal, month: int, history: Sequence[tuple[int, Decimal]]) -> tuple[Decimal, str]:
    """Return the demand that is billed, and why it is not the peak. [kW].

    Parameters
    ----------
    line : Demand
        Floor, ratchet and mean.
    peak, month : Decimal, int
        This bill's. [kW]
    history : sequence of tuple
        ``(month, peak)`` of the bills before, newest last. [kW]

    Examples
    --------
    >>> from heatledger.tariff.model import Demand, Ratchet
    >>> line = Demand(label="Demand", rate="9", ratchet=Ratchet(percent="80"))
    >>> billed(line, Decimal(3), 2, [(1, Decimal(10))])
    (Decimal('8'), '80 % of the highest of the last 11 bills')
    """
    floor = Decimal(line.minimum_kw)
    if line.mean_bills > 1:
        values = [max(kw, floor) for _, kw in [*history, (month, peak)][-line.mean_bills :]]
        mean = sum(values, Decimal(0)) / len(values)
        return mean, worded("mean of {values} bills, this one {peak} kW", values=len(values), peak=plain(peak))
    if line.ratchet:
        kept = history[-line.ratchet.bills :]
        before = [kw for at, kw in kept if not line.ratchet.months or at in line.ratchet.months]
        least = max(before, default=Decimal(0)) * Decimal(line.ratchet.percent) / 100
        if least > max(peak, floor):
            note = worded(
                "{percent} % of the highest of the last {bills} bills",
                percent=line.ratchet.percent,
                bills=line.ratchet.bills,
            )
            return least.normalize(), note
    return (floor, worded("at least {power} kW", power=line.minimum_kw)) if floor > peak else (peak, "")


def demand_rows(
    terms: Terms, line: Demand, found: Windows, bill: int, peaks_kw: dict[str, list[tuple[int, Decimal]]]
) -> list[Row]:
    """Price a demand line on one bill.

    Parameters
    ----------
    terms, line, bill : Terms, Demand, int
        The matter, the line, which of the cycles.
    found : Windows
        Of the line's width.
    peaks_kw : dict
        Peaks of the bills so far by label; brought up to date. [kW]

    Returns
    -------
    list of Row
        One for each step of its ladder; none where no window counts.
    """
    cycle = terms.grid.cycles[bill]
    start, end = terms.span(line, cycle)
    peak = peaks(terms, line, found, bill)
    if peak is None or start >= end:
        return []
    history = peaks_kw.setdefault(line.label, [])
    kw, note = billed(line, peak[0], start.month, history)
    history.append((start.month, peak[0]))
    del history[:-_KEPT]
    if line.window_minutes and line.window_minutes * 60 < terms.grid.own_step_s and terms.grid.load.kw is None:
        note = f"{note}; " * bool(note) + worded(
            "the load has only {minutes}-minute means", minutes=terms.grid.own_step_s // 60
        )
    coarse = "only" in note
    quantity = terms.quantity(line.quantity, kw)
    steps = fill(quantity, [Decimal(tier.up_to) for tier in line.tiers if tier.up_to]) if line.tiers else [quantity]
    rates = [Decimal(tier.rate) for tier in line.tiers] or [Decimal(line.rate or 0)]
    share = periods(line, cycle, start, end)
    rows = [
        Row(
            line,
            worded("{label}, tier {number}", label=line.label, number=number) if line.tiers else line.label,
            step,
            "kW",
            rate * share,
            terms.money(line, step * rate * share),
            start,
            end,
            note,
            coarse,
        )
        for number, (step, rate) in enumerate(zip(steps, rates, strict=True), 1)
        if step or number == 1
    ]
    return _capped(terms, line, rows, bill)


def _capped(terms: Terms, line: Demand, rows: list[Row], bill: int) -> list[Row]:
    if line.cap_per_kwh is None:
        return rows
    used = exact(float(np.nansum(terms.grid.load.import_kwh[terms.grid.slices[bill]])))
    cap = terms.money(line, used * Decimal(line.cap_per_kwh))
    if sum((row.amount for row in rows), Decimal(0)) <= cap:
        return rows
    first = rows[0]
    note = worded("capped at {price} for each of {used} kWh", price=line.cap_per_kwh, used=plain(used))
    return [
        first._replace(
            label=line.label, quantity=used, unit="kWh", rate=Decimal(line.cap_per_kwh), amount=cap, note=note
        )
    ]
