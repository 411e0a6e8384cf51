"""Where a cycle is heading, in money: the rest of it drawn from the home's own days, each draw priced by the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from heatledger.bill import Outlook, Quantiles, bills_before
from heatledger.days import QUARTER_S, Day, midnight
from heatledger.home import Home
from heatledger.projection import MIN_DAYS, PastDay, draw_rest
from heatledger.readings import Floats
from heatledger.running import Days, Plan, book, load_of_days
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.lines import Carry
from heatledger.tariff.load import BillError, Load
from heatledger.tariff.pricing import price

HISTORY_D: Final = 400
"""How far back the draws look: a year, and the season around it. [d]"""
_WHOLE: Final = 0.9
_EXPORT_D: Final = 14
_CENT: Final = Decimal("0.01")


def outlook(home: Home, plan: Plan, days: Days, cycle: Cycle, *, now: datetime) -> Outlook:
    """Project a running cycle's total.

    Parameters
    ----------
    home : Home
        For its latitude and budget.
    plan : Plan
        The rate plan and its prices.
    days : mapping of date to Day
        What was measured: the cycle, the bills before that have a say in it, and as far back as is known.
    cycle : Cycle
        The one that is running.
    now : datetime
        Aware.

    Returns
    -------
    Outlook
        Of 200 draws; not known, with the reason and the day it will be, before two weeks were measured.
    """
    today = now.astimezone(plan.zone).date()
    past = [_past(day, row) for day, row in sorted(days.items()) if day < today and _is_whole(row)]
    ahead = [today + timedelta(days=number) for number in range((cycle.end - today).days)]
    lengths = [_quarters(day, plan) for day in ahead]
    draws = draw_rest(past, ahead, lengths=lengths, latitude=home.latitude, seed=cycle.start.toordinal())
    if draws is None:
        missing = MIN_DAYS - len(past)
        return Outlook(
            reason=f"too soon: {len(past)} of the {MIN_DAYS} days it takes are measured",
            known_from=today + timedelta(days=missing),
        )
    load = _so_far(plan, days, cycle, now)
    gone = int(now.timestamp()) // QUARTER_S - int(load.start_s[0]) // QUARTER_S
    try:
        carry = _carried(plan, days, bills_before(home, plan, days, cycle.start), now)
        totals = np.array([_total(plan, load, gone, np.concatenate(one), cycle, carry) for one in draws])
    except BillError as error:
        return Outlook(reason=str(error))
    low, middle, high = (
        str(Decimal(repr(float(value))).quantize(_CENT)) for value in np.quantile(totals, (0.1, 0.5, 0.9))
    )
    chance = None if home.budget is None else float((totals <= float(home.budget)).mean())
    return Outlook(projected=Quantiles(p10=low, p50=middle, p90=high), chance=chance)


def _past(day: date, row: Day) -> PastDay:
    outdoor = float("nan") if row.outdoor_c is None else row.outdoor_c
    return PastDay(day, np.array(row.profile.imported), outdoor)


def _is_whole(row: Day) -> bool:
    return row.seconds > 0 and row.covered_s >= _WHOLE * row.seconds and row.imported > 0


def _quarters(day: date, plan: Plan) -> int:
    length = midnight(day + timedelta(days=1), plan.zone) - midnight(day, plan.zone)
    return int(length.total_seconds()) // QUARTER_S


def _carried(plan: Plan, days: Days, before: Sequence[Cycle], now: datetime) -> Carry | None:
    booked = book(plan, days, before, now=now)
    return booked[-1].bill.carry if booked else None


def _so_far(plan: Plan, days: Days, cycle: Cycle, now: datetime) -> Load:
    """Return the cycle's load, what is fed in from now on being what was, on average, at each time of the day."""
    load, _ = load_of_days(days, cycle.start, cycle.end, plan.zone)
    today = now.astimezone(plan.zone).date()
    recent = [days[day] for day in sorted(days) if day < today][-_EXPORT_D:]
    fed = [np.array(row.profile.exported) for row in recent if len(row.profile.exported) == _DAY_QUARTERS]
    if not any(row.any() for row in fed):
        return load
    mean, sold = np.mean(fed, axis=0), load.export_kwh.copy()
    later = load.start_s >= now.timestamp()
    since_midnight = (load.start_s - int(midnight(today, plan.zone).timestamp())) // QUARTER_S
    sold[later] = mean[since_midnight[later] % _DAY_QUARTERS]
    return load._replace(export_kwh=sold)


_DAY_QUARTERS: Final = 96


def _total(plan: Plan, load: Load, gone: int, rest: Floats, cycle: Cycle, carry: Carry | None) -> float:
    """Price the cycle with its rest drawn: the energy so far, then the last of the drawn quarters."""
    bought = load.import_kwh.copy()
    drawn = rest[rest.size - (bought.size - gone) :]
    bought[gone:] = np.maximum(bought[gone:], drawn)
    (bill,) = price(plan.tariff, load._replace(import_kwh=bought), [cycle], plan.zone, series=plan.series, carry=carry)
    return float(bill.total)
