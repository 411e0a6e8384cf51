"""The running bill: days priced by the rate plan, cycle by cycle, and what of it belongs to a span or a zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from heatledger.apportion import (
    NOBODY,
    Names,
    QuarterUse,
    credited,
    guessed_money,
    periods_of,
    quantity_parts,
    unused_money,
)
from heatledger.days import QUARTER_S, Day, midnight
from heatledger.readings import Floats, Ints
from heatledger.tariff.attribution import spread
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.lines import Bill, Row
from heatledger.tariff.load import Load
from heatledger.tariff.model import Demand, Tariff
from heatledger.tariff.pricing import Priced, bills_of, price_rows
from heatledger.tariff.series import PriceSeries

_LOOKBACK: Final = 12


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
    parts : array, shape (parts, n + 1)
        The money of each of `Names.all`, before each instant. [currency]
    unused, credit : array, shape (n + 1,)
        The money of no use at all, and of it what is fed in, before each instant. [currency]
    periods, by_period : list of str, array, shape (periods, n + 1)
        The plan's price periods, and what was used in each, before each instant. [currency]
    guessed : array, shape (n + 1,)
        What was priced without knowing the price, before each instant. [currency]
    """

    cycle: Cycle
    bill: Bill
    rows: list[Row]
    start_s: Ints
    money: Floats
    share: Floats
    parts: Floats
    unused: Floats
    credit: Floats
    periods: list[str]
    by_period: Floats
    guessed: Floats


def lookback(tariff: Tariff) -> int:
    """Return how many bills before have a say in one: by their peaks, credit or balance."""
    demands = [line for line in tariff.lines if isinstance(line, Demand)]
    bills = [line.mean_bills - 1 for line in demands] + [line.ratchet.bills for line in demands if line.ratchet]
    carries = tariff.export.rollover != "none" or tariff.budget is not None
    return max([*bills, _LOOKBACK if carries else 0], default=0)


def load_of_days(days: Days, first: date, last: date, zone: ZoneInfo, names: Names = NOBODY) -> tuple[Load, Floats]:
    """Lay days on quarters of an hour without a gap.

    Parameters
    ----------
    days : mapping of date to Day
        What was measured; where nothing was heard nothing is billed, which `bill` says.
    first, last : date
        First local day, and the day after the last.
    zone : ZoneInfo
        Of the home.
    names : Names
        Zones and meters.

    Returns
    -------
    tuple
        The load, and energy by zone or meter and quarter; the last row is what the whole home used. [kWh]
    """
    begins, ends = (int(midnight(day, zone).timestamp()) // QUARTER_S for day in (first, last))
    bought, sold = np.zeros(ends - begins), np.zeros(ends - begins)
    used = np.zeros((len(names.all) + 1, ends - begins))
    day = first
    while day < last:
        found = days.get(day)
        if found is not None and found.profile.imported:
            seen = found.profile
            at = seen.start_s // QUARTER_S - begins
            until = at + len(seen.imported)
            bought[at:until], sold[at:until] = seen.imported, seen.exported
            rows = [
                *(seen.zones.get(name, 0.0) for name in names.zones),
                *(seen.meters.get(m, 0.0) for m in names.meters),
            ]
            for number, row in enumerate(rows):
                used[number, at:until] = row
            used[-1, at:until] = seen.used or seen.imported
        day += timedelta(days=1)
    return Load(np.arange(begins, ends, dtype=np.int64) * QUARTER_S, QUARTER_S, bought, sold), used


def book(plan: Plan, days: Days, cycles: Sequence[Cycle], *, now: datetime, names: Names = NOBODY) -> list[Booked]:
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
    names : Names
        Zones and meters.

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
    at_quarter = QuarterUse(names, used, int(load.start_s[0]))
    return [_booked(priced, number, bills[number], at_quarter) for number in range(len(begun))]


def _booked(priced: Priced, number: int, bill: Bill, use: QuarterUse) -> Booked:
    grid, rows = priced.terms.grid, priced.rows[number]
    part, step_s = grid.slices[number], grid.load.step_s
    start_s = grid.load.start_s[part]
    money = spread(priced, number)
    unused = unused_money(rows, money)
    used = money.sum(axis=0) - unused
    periods, code = periods_of(priced, part)
    return Booked(
        cycle=grid.cycles[number],
        bill=bill,
        rows=rows,
        start_s=np.append(start_s, start_s[-1] + step_s if start_s.size else use.base_s),
        money=_before(money),
        share=_before(np.array([quantity_parts(priced, part, row, money[at]) for at, row in enumerate(rows)])),
        parts=_before(use.shares(start_s, step_s) * used),
        unused=_before(unused[None, :])[0],
        credit=_before(credited(rows, money)[None, :])[0],
        periods=periods,
        by_period=_before(np.where(code == np.arange(len(periods))[:, None], used, 0.0)),
        guessed=_before(guessed_money(priced, part, rows, money)[None, :])[0],
    )


def _before(amounts: Floats) -> Floats:
    return np.concatenate((np.zeros((len(amounts), 1)), np.cumsum(amounts, axis=1)), axis=1)
