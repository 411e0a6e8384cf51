"""Reads from a home's books what the rules of the alerts look at: where the bill is heading, prices, heat pumps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from heatledger.alerts.drift import heat_days
from heatledger.alerts.observed import Budget, Machine, Observed, Prices
from heatledger.cycles import cycle_at
from heatledger.days import Day, midnight
from heatledger.home import HeatPump, Home
from heatledger.ledger import Ledger
from heatledger.outlook import HISTORY_D
from heatledger.prices import usual_peak
from heatledger.rounding import exactly
from heatledger.summary import Summary

_RUN_D: Final = 4
_QUARTERS_A_DAY: Final = 96


def with_books(seen: Observed, book: Ledger) -> tuple[Observed, Summary]:
    """Add what the books say to what was observed of a home, and return the running cycle's Summary too.

    Parameters
    ----------
    seen : Observed
        The home and the moment.
    book : Ledger
        Its books.

    Raises
    ------
    StoreError, BillError
        If the store does not answer, or a file of prices cannot be used.
    """
    home, now = seen.home, seen.now
    cycle = cycle_at(home.cycle, _today(home, now))
    summary = book.summary(*book.bounds(cycle), now=now)
    days, price = _days(home, book, now), summary.bill.price
    found = seen._replace(
        budget=_budget(home, summary),
        machines=tuple(_machine(pump, days) for pump in home.heat_pumps),
        prices=_prices(home, book, summary, now),
        price_now=price.rate if price else None,
    )
    return found, summary


def _today(home: Home, now: datetime) -> date:
    return now.astimezone(ZoneInfo(home.timezone)).date()


def _budget(home: Home, summary: Summary) -> Budget | None:
    if home.budget is None:
        return None
    seen, bill = summary.bill.outlook, summary.bill
    chance = seen.chance if seen else None
    return Budget(
        start=summary.period.start.date(),
        end=summary.period.end.date(),
        budget=home.budget,
        over=None if chance is None else 1.0 - chance,
        so_far=exactly(bill.total),
        low=exactly(bill.projected.p10),
        middle=exactly(bill.projected.p50),
        high=exactly(bill.projected.p90),
    )


def _prices(home: Home, book: Ledger, summary: Summary, now: datetime) -> Prices | None:
    ahead = summary.bill.price.ahead if summary.bill.price else ()
    plan = book.plan(now - timedelta(days=9), now)
    if plan is None or not ahead:
        return None
    cycle = cycle_at(home.cycle, _today(home, now))
    start, end = book.bounds(cycle)
    days = {cycle.start + timedelta(days=number): day for number, day in enumerate(book.days(start, end, now))}
    return Prices(ahead, usual_peak(home, plan, cycle, days, now))


def _days(home: Home, book: Ledger, now: datetime) -> list[tuple[date, Day]]:
    """Return the days that the rules about heat pumps need: many, where any heat is measured."""
    if not home.heat_pumps:
        return []
    measured = any(pump.heat_meter or pump.air_flow for pump in home.heat_pumps)
    today, zone = _today(home, now), ZoneInfo(home.timezone)
    first = today - timedelta(days=HISTORY_D if measured else _RUN_D)
    made = book.days(midnight(first, zone), now, now)
    return [(first + timedelta(days=number), day) for number, day in enumerate(made)]


def _machine(pump: HeatPump, days: Sequence[tuple[date, Day]]) -> Machine:
    recent = days[-_RUN_D - 1 :]
    return Machine(
        id=pump.id,
        name=pump.name or pump.id,
        days=tuple((day, row.running[pump.id]) for day, row in recent if pump.id in row.running),
        heating=heat_days(pump.id, days[:-1], "heating"),
        cooling=heat_days(pump.id, days[:-1], "cooling"),
        backup_kwh=_backup(pump, [row for _, row in recent]),
    )


def _backup(pump: HeatPump, days: Sequence[Day]) -> float | None:
    """Return what a back-up heater took in the last 24 hours; None where it was not heard. [kWh]."""
    heard = [day for day in days[-2:] if pump.backup and day.meters.get(pump.backup) is not None]
    quarters = [kwh for day in heard for kwh in day.profile.meters.get(pump.backup or "", [])]
    return sum(quarters[-_QUARTERS_A_DAY:]) if heard else None
