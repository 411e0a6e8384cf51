"""The bill of a period, as everything shows it: lines, total, whose money it is, and how much of it is estimated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from heatledger.apportion import by_meter, names_of
from heatledger.billed import BillSummary, Carried, Period, Quantiles
from heatledger.by_day import by_day
from heatledger.cycles import cycle_at, cycles_before, cycles_over
from heatledger.days import Day, midnight, spans
from heatledger.formatting import duration, energy, largest_remainder, money_digits
from heatledger.home import Home
from heatledger.marks import worded
from heatledger.running import Booked, Days, Plan, book, lookback
from heatledger.spans import Part, Span, of_span
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.lines import BillLine, plain
from heatledger.tariff.load import BillError
from heatledger.tariff.model import Tariff

_OPEN_S: Final = 600.0
"""A day is not called estimated for what its last readings have yet to say. [s]"""


class Costs(NamedTuple):
    """A period's bill and who it goes to, to the coin.

    Σ zones + unallocated + fixed = total; Σ meters side by side below the main one + unmetered + fixed = total.
    """

    bill: BillSummary
    zones: Mapping[str, str]
    unallocated: str | None
    fixed: str | None
    meters: Mapping[str, str] = {}
    unmetered: str | None = None


def is_heard(day: Day) -> bool:
    """Return whether anything of a day was measured."""
    return day.covered_s > 0 or day.use != 0


def first_needed(home: Home, tariff: Tariff, start: date) -> date:
    """Return the first local day that the bill of a period from `start` is made from."""
    first = cycle_at(home.cycle, start).start
    count = lookback(tariff)
    return cycles_before(home.cycle, first, count)[0].start if count else first


def days_needed(
    home: Home, tariff: Tariff, start: datetime, end: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the local days up to now that the bill of a span is made from, as half-open spans, UTC."""
    zone = ZoneInfo(home.timezone)
    first = first_needed(home, tariff, start.astimezone(zone).date())
    last = cycle_at(home.cycle, (end.astimezone(zone) - timedelta(microseconds=1)).date()).end
    return spans(midnight(first, zone), min(midnight(last, zone), now), zone)


def booked(home: Home, plan: Plan, days: Days, start: datetime, end: datetime, *, now: datetime) -> list[Booked]:
    """Price the cycles that a span touches, after those that have a say in them.

    Raises
    ------
    BillError
        If the plan cannot price them: one line with the mend.
    """
    span = Span.of(start, end, plan.zone)
    mine = cycles_over(home.cycle, span.first, span.last)
    before = bills_before(home, plan, days, mine[0].start)
    found = book(plan, days, [*before, *mine], now=now, names=names_of(home))
    return found[len(before) :]


def bills_before(home: Home, plan: Plan, days: Days, first: date) -> list[Cycle]:
    """Return the cycles whose bills have a say in the one that begins on a day: none before anything was heard."""
    heard = min((day for day, row in days.items() if is_heard(row)), default=first)
    return [cycle for cycle in cycles_before(home.cycle, first, lookback(plan.tariff)) if cycle.end > heard]


def costs_of(
    home: Home, plan: Plan | None, days: Days, period: Period, heard: Sequence[Day], *, now: datetime
) -> Costs:
    """Make the bill of a period: a cycle's own, or what of the cycles' bills belongs to it.

    Parameters
    ----------
    home : Home
        The household.
    plan : Plan or None
        Its rate plan.
    days : mapping of date to Day
        From `first_needed` on.
    period : Period
        Half-open.
    heard : sequence of Day
        The days of the period so far.
    now : datetime
        Aware.

    Returns
    -------
    Costs
        Without a bill where that cannot be, with the reason.
    """
    reason = _refused(home, plan, heard)
    if plan is None or reason:
        return _no_bill(home, reason)
    try:
        found = booked(home, plan, days, period.start, period.end, now=now)
    except BillError as error:
        return _no_bill(home, str(error))
    span = Span.of(period.start, period.end, plan.zone)
    costs = _printed(home, of_span(found, span, money_digits(home.currency)), heard)
    seen = by_day(found, span, days, total=costs.bill.total or "0", digits=money_digits(home.currency), zone=plan.zone)
    return costs._replace(bill=msgspec.structs.replace(costs.bill, by_day=seen, **_owed(plan, found, span)))


def _owed(plan: Plan, found: Sequence[Booked], span: Span) -> dict[str, Any]:
    """Return what is to be paid and what is carried on, of a span that is one whole cycle."""
    if len(found) != 1 or (span.first, span.last) != (found[0].cycle.start, found[0].cycle.end):
        return {}
    bill, rollover = found[0].bill, plan.tariff.export.rollover
    if plan.tariff.budget is None and rollover == "none":
        return {}
    carried = Carried(
        kwh={name: plain(kwh) for name, kwh in bill.carry.bank_kwh.items()} if rollover == "kwh" else None,
        money=plain(bill.carry.bank_money) if rollover == "money" else None,
        budget_balance=None if plan.tariff.budget is None else plain(bill.carry.budget_balance),
    )
    return {"carried": carried, "payable": None if plan.tariff.budget is None else bill.payable}


def _refused(home: Home, plan: Plan | None, heard: Sequence[Day]) -> str | None:
    if plan is None:
        return worded("no tariff: name one with tariff = in the home file")
    if not any(meter.role == "import" for meter in home.meters):
        return worded('no main meter: a meter with role = "import" is what the utility bills')
    return None if any(is_heard(day) for day in heard) else worded("nothing was heard in this period")


def _no_bill(home: Home, reason: str | None) -> Costs:
    bill = BillSummary(
        currency=home.currency, total=None, lines=[], estimated=False, projected=Quantiles(), reason=reason
    )
    return Costs(bill, {}, None, None)


def _printed(home: Home, part: Part, heard: Sequence[Day]) -> Costs:
    digits = money_digits(home.currency)
    exact = [Decimal(line.amount) for line in part.lines]
    total = sum(exact, Decimal(0))
    amounts = largest_remainder(exact, total, digits)
    total = sum(amounts, Decimal(0))
    share, doubts = _doubts(heard)
    lines = [_doubted(line, amount, doubts) for line, amount in zip(part.lines, amounts, strict=True)]
    names = names_of(home)
    money = dict(zip(names.all, part.parts, strict=True)) if part.parts else dict.fromkeys(names.all, Decimal(0))
    rest = total - sum((money[name] for name in names.zones), Decimal(0)) - part.unused
    *zones, unallocated, fixed = largest_remainder(
        [*(money[name] for name in names.zones), rest, part.unused], total, digits
    )
    guess = (total - fixed - part.guessed) * share + part.guessed
    bill = BillSummary(
        currency=home.currency,
        total=str(total),
        lines=lines,
        estimated=bool(doubts or part.notes),
        projected=Quantiles(),
        reason=None,
        estimated_amount=str(largest_remainder([guess], guess, digits)[0]),
        notes=[*doubts, *part.notes],
    )
    meters, unmetered = by_meter(names, money, total - fixed, digits)
    return Costs(
        bill=bill,
        zones=dict(zip(names.zones, map(str, zones), strict=True)),
        unallocated=str(unallocated),
        fixed=str(fixed),
        meters=meters,
        unmetered=unmetered,
    )


def _doubted(line: BillLine, amount: Decimal, doubts: list[str]) -> BillLine:
    if not doubts or line.unit != "kWh":
        return msgspec.structs.replace(line, amount=str(amount))
    note = "; ".join(filter(None, (line.note, *doubts)))
    return msgspec.structs.replace(line, amount=str(amount), estimated=True, note=note)


def _doubts(days: Sequence[Day]) -> tuple[Decimal, list[str]]:
    """Return which part of the energy is estimated, and what is in doubt, in words."""
    used, guessed = sum(day.use for day in days), sum(day.estimated for day in days)
    silent_s = sum(max(day.seconds - day.covered_s, 0.0) for day in days if day.covered_s < day.seconds - _OPEN_S)
    words = [worded("{energy} are estimated", energy=energy(guessed))] if guessed > 0 else []
    words += [worded("nothing was heard for {duration}", duration=duration(silent_s))] if silent_s else []
    return Decimal(repr(round(min(guessed / used, 1.0), 9))) if used > 0 else Decimal(0), words


def days_from(first: date, days: Sequence[Day]) -> dict[date, Day]:
    """Return consecutive days by their dates."""
    return {first + timedelta(days=number): day for number, day in enumerate(days)}
