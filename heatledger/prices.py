"""The prices that a home's plan goes by: series from files beside it or from MQTT, and what one more kWh costs now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median_low
from typing import Final

import msgspec
import numpy as np

from heatledger.cycles import cycle_at
from heatledger.days import midnight, spans
from heatledger.home import Home, resolve
from heatledger.readings import INTERVAL_S, Floats, Ints
from heatledger.running import Days, Plan
from heatledger.store import Store
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.load import BillError
from heatledger.tariff.marginal import Context, Marginal, Step, marginal
from heatledger.tariff.model import Tariff
from heatledger.tariff.series import PriceSeries, plan_series

_USUAL_D: Final = 7
_HOLDS_S: Final = 3600
"""A price that was published holds until the next, but no longer than this. [s]"""


def series_of(
    home: Home, tariff: Tariff, folder: Path | None, store: Store, start: datetime, end: datetime
) -> Mapping[str, PriceSeries]:
    """Return a plan's prices by the name of their series.

    Parameters
    ----------
    home : Home
        Whose price readings count.
    tariff : Tariff
        The rate plan.
    folder : Path or None
        Where its file lies.
    store : Store
        Where price readings are kept.
    start, end : datetime
        What is to be priced, aware.

    Returns
    -------
    mapping of str to PriceSeries
        A series whose topic was not heard is empty.

    Raises
    ------
    BillError
        If a file of prices cannot be used.
    """
    found = plan_series(tariff, folder)
    heard = [row for row in tariff.series if row.mqtt]
    if not heard:
        return found
    blocks = store.intervals(
        home.id,
        start_s=int(start.timestamp()) // INTERVAL_S * INTERVAL_S - _HOLDS_S // INTERVAL_S * INTERVAL_S,
        end_s=-int(-end.timestamp() // INTERVAL_S) * INTERVAL_S,
        quantities=("price",),
    )
    by_key = {block.key: block for block in blocks}
    for row in heard:
        key = resolve(row.mqtt or "", "price", by_key)
        times, last = ((), ()) if key is None else (by_key[key].start_s, by_key[key].last)
        found[row.name] = held(np.asarray(times, dtype=np.int64), np.asarray(last, dtype=np.float64))
    return found


def held(start_s: Ints, price: Floats) -> PriceSeries:
    """Make a series of the last price of each interval: it holds until the next, at most an hour.

    Parameters
    ----------
    start_s : array of int
        Beginnings of the intervals. [Unix time, s]
    price : array of float
        NaN where none was heard. [currency/kWh]

    Returns
    -------
    PriceSeries
        A price said again is one span.
    """
    known = np.isfinite(price)
    starts, values = start_s[known], price[known]
    if not starts.size:
        return PriceSeries(starts, starts, values)
    ends = np.minimum(np.append(starts[1:], starts[-1] + _HOLDS_S), starts + _HOLDS_S)
    begins = np.ones(starts.size, dtype=np.bool_)
    begins[1:] = (values[1:] != values[:-1]) | (starts[1:] != ends[:-1])
    first = np.flatnonzero(begins)
    last = np.append(first[1:], starts.size) - 1
    return PriceSeries(starts[first], ends[last], values[first])


def price_now(plan: Plan, cycle: Cycle, days: Days, now: datetime) -> Marginal | None:
    """Return what one more kilowatt-hour costs now and in the hours ahead; None where the plan does not say.

    Parameters
    ----------
    plan : Plan
        The rate plan and its prices.
    cycle : Cycle
        The one that is running.
    days : mapping of date to Day
        Its days so far, for the step of a ladder that has been reached.
    now : datetime
        Aware.
    """
    try:
        return marginal(plan.tariff, now, _context(plan, cycle, days))
    except BillError:
        return None


def prices_between(home: Home, plan: Plan, days: Days, start: datetime, end: datetime) -> tuple[Step, ...]:
    """Return what one more kilowatt-hour cost, or will, through a span; hours without a price are left out.

    Parameters
    ----------
    home : Home
        For its billing cycles.
    plan : Plan
        The rate plan and its prices.
    days : mapping of date to Day
        The days before in the cycles: a ladder counts with the step that a day began with.
    start, end : datetime
        Half-open, aware.

    Returns
    -------
    tuple of Step
        In order.
    """
    found: list[Step] = []
    for low, high in spans(start, end, plan.zone):
        day = low.astimezone(plan.zone).date()
        cycle = cycle_at(home.cycle, day)
        before = {other: row for other, row in days.items() if other < day}
        hours = -int((low - high).total_seconds() // 3600) + 1
        try:
            ahead = marginal(plan.tariff, low, _context(plan, cycle, before), hours=hours).ahead
        except BillError:
            continue
        found += [msgspec.structs.replace(step, end=min(step.end, high)) for step in ahead if step.start < high]
    return tuple(found)


def usual_peak(home: Home, plan: Plan, cycle: Cycle, days: Days, now: datetime) -> Decimal | None:
    """Return the middle one of the highest prices of the seven local days before this one; None where none is known.

    Parameters
    ----------
    home : Home
        For its billing cycles.
    plan : Plan
        The rate plan and its prices, from eight days ago.
    cycle : Cycle
        The one that is running.
    days : mapping of date to Day
        Its days so far: a ladder counts with the step that has been reached now.
    now : datetime
        Aware.
    """
    context, today = _context(plan, cycle, days), now.astimezone(plan.zone).date()
    peaks: list[Decimal] = []
    for number in range(1, _USUAL_D + 1):
        day = today - timedelta(days=number)
        try:
            found = marginal(plan.tariff, midnight(day, plan.zone), context._replace(cycle=cycle_at(home.cycle, day)))
        except BillError:
            continue
        peaks += [max(rates)] if (rates := [step.rate for step in found.ahead if step.rate is not None]) else []
    return median_low(peaks) if peaks else None


def _context(plan: Plan, cycle: Cycle, days: Days) -> Context:
    mine = [row for day, row in days.items() if cycle.start <= day < cycle.end]
    used = sum(row.imported for row in mine)
    if plan.tariff.export.scheme == "net_metering":
        used = max(used - sum(row.exported for row in mine), 0.0)
    return Context(cycle, plan.zone, Decimal(repr(round(float(used), 9))), plan.series)
