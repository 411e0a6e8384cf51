"""Why this bill differs from the one before: weather, use, days and price, adding up to the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.bill import bills_before
from heatledger.billed import Before, Cause
from heatledger.cycles import cycle_at
from heatledger.days import QUARTER_S, Day, midnight
from heatledger.formatting import money_digits, share
from heatledger.home import Home
from heatledger.marks import marked, worded
from heatledger.readings import Floats
from heatledger.rounding import largest_remainder, rounded
from heatledger.running import Days, Plan, book, load_of_days
from heatledger.same_weather import HEARD, Answer, Unknown, answer
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.lines import Carry, Row
from heatledger.tariff.load import BillError, Load
from heatledger.tariff.model import Adjustment, Fixed, Minimum, Percent, Tariff
from heatledger.tariff.pricing import price_rows
from heatledger.tariff.settle import SETTLED

_FRIDAY: Final = 4
_YEAR_D: Final = 365
_LAST_UNHEARD: Final = marked(
    "only {heard} of the bill before was heard; it takes {least}, or gaps would pass for savings"
)
_THEN_UNHEARD: Final = marked(
    "only {heard} of the bill of a year before was heard; it takes {least}, or gaps would pass for savings"
)
_THIS_UNHEARD: Final = marked("only {heard} of this bill was heard; it takes {least}, or gaps would pass for savings")
_UNKNOWN: Final[dict[Unknown, str]] = {
    "outdoor": marked("the outdoor temperature of both bills is not known, so it is part of use"),
    "response": marked("fewer than 14 days say how the home answers to the weather, so it is part of use"),
}


class _Side(NamedTuple):
    """One of two bills: its cycle, the day after the last that is compared, what was measured, what came before."""

    cycle: Cycle
    through: date
    days: Days
    carry: Carry | None

    @property
    def length(self) -> int:
        return (self.through - self.cycle.start).days

    @property
    def rows(self) -> list[Day]:
        """Its days that were measured."""
        span = (self.cycle.start + timedelta(days=number) for number in range(self.length))
        return [self.days[day] for day in span if day in self.days]

    def load(self, plan: Plan) -> Load:
        return load_of_days(self.days, self.cycle.start, self.through, plan.zone)[0]


def a_year_before(home: Home, cycle: Cycle) -> Cycle:
    """Return the cycle of a year before: the one that the middle of a cycle lay in 365 days earlier."""
    return cycle_at(home.cycle, cycle.start + timedelta(days=(cycle.end - cycle.start).days // 2 - _YEAR_D))


def compare(
    home: Home, plan: Plan, days: Days, cycle: Cycle, previous: Cycle | None = None, *, now: datetime
) -> Before:
    """Compare a cycle's bill with the one before it, or with another earlier one, day for day.

    One bill is turned into the other step by step, each step priced by the plan: the days of the bill before at the
    energy that this one's weather would have drawn (by the home's own response); then with this one's energy and its
    hours, laid on the days of the week before; then for as many days; what is left is the price. Where no rate, season
    or series lies between the two, the price has no part, and what is left belongs to use.

    Parameters
    ----------
    home : Home
        The household.
    plan : Plan
        The rate plan and its prices, from the bill before on.
    days : mapping of date to Day
        What was measured, both bills and what has a say in them; the more before, the better the response is known.
    cycle : Cycle
        The one that is looked at.
    previous : Cycle, optional
        What it is compared with; by default the one before it.
    now : datetime
        Aware; of a running cycle the days that are over are compared.

    Returns
    -------
    Before
        With a reason where there is no comparison.
    """
    previous = previous or cycle_at(home.cycle, cycle.start - timedelta(days=1))
    today = min(now.astimezone(plan.zone).date(), cycle.end)
    length = (today - cycle.start).days
    found = Before(start=previous.start, end=previous.end)
    if length < 1:
        return msgspec.structs.replace(found, reason=worded("the first day of this bill is not over yet"))
    ended = today == cycle.end
    until = previous.end if ended else min(previous.start + timedelta(days=length), previous.end)
    try:
        booked = book(plan, days, [*bills_before(home, plan, days, previous.start), previous], now=now)
        follows = previous.end == cycle.start
        earlier = booked if follows else book(plan, days, bills_before(home, plan, days, cycle.start), now=now)
        old = _Side(previous, until, days, booked[-2].bill.carry if len(booked) > 1 else None)
        new = _Side(cycle, today, days, earlier[-1].bill.carry if earlier else None)
        said = _unheard(old, _LAST_UNHEARD if follows else _THEN_UNHEARD) or _unheard(new, _THIS_UNHEARD)
        found = msgspec.structs.replace(found, total=booked[-1].bill.total if old.rows else None, days=old.length)
        return msgspec.structs.replace(found, reason=said) if said else _because(home, plan, found, old, new)
    except BillError as error:
        return msgspec.structs.replace(found, reason=str(error))


def _unheard(side: _Side, which: str) -> str | None:
    """Say so where too little of a bill was heard."""
    seconds = sum(row.seconds for row in side.rows)
    heard = sum(row.covered_s for row in side.rows) / seconds * len(side.rows) / side.length if seconds else 0.0
    if heard >= HEARD:
        return None
    return worded(which, heard=share(heard), least=share(HEARD))


def _because(home: Home, plan: Plan, found: Before, old: _Side, new: _Side) -> Before:
    digits = money_digits(home.currency)
    was, now = _rows(plan, old, old.load(plan)), _rows(plan, new, new.load(plan))
    factor, unknown = _weather(old, new)
    used = _rows(plan, old, _habits(plan, old, new))
    warmed = was if factor is None else _rows(plan, old, _scaled(old.load(plan), factor))
    steps = {"weather": _net(warmed) - _net(was), "use": _net(used) - _net(warmed)}
    steps["days"] = Decimal(new.length - old.length) / old.length * _taxed(used, _grows)
    rest = _net(now) - _net(was) - sum(steps.values(), Decimal(0))
    if _same_prices(plan.tariff, old.cycle.start, new.through):
        # charges by time can only differ by the days and the length of the bill; what else is left is of the energy
        daily = Decimal(new.length - old.length) / old.length * _taxed(used, _is_energy)
        steps["days"] = daily + _taxed(now, _is_by_time) - _taxed(used, _is_by_time)
        rest, steps["use"] = Decimal(0), _net(now) - _net(was) - steps["weather"] - steps["days"]
    steps["price"] = rest
    if other := _once(now) - _once(was):
        steps["other"] = other
    before, after = (sum((row.amount for row in rows), Decimal(0)) for rows in (was, now))
    amounts = dict(zip(steps, largest_remainder(list(steps.values()), after - before, digits), strict=True))
    return msgspec.structs.replace(
        found,
        compared=str(rounded(before, digits)),
        now=str(rounded(after, digits)),
        difference=str(rounded(after - before, digits)),
        because=[
            Cause(cause=name, amount=None, reason=unknown) if unknown and name == "weather" else _cause(name, amount)
            for name, amount in amounts.items()
        ],
    )


def _cause(name: str, amount: Decimal) -> Cause:
    return Cause(cause=name, amount=str(amount))


def _rows(plan: Plan, side: _Side, load: Load) -> list[Row]:
    priced = price_rows(
        plan.tariff, load, [side.cycle], plan.zone, series=plan.series, carry=side.carry, through=side.through
    )
    return priced.rows[0]


def _is_once(row: Row) -> bool:
    """Whether a row is no price of the plan: a one-off amount, what is brought forward, a true-up."""
    return isinstance(row.line, Adjustment) or row.label in SETTLED


def _net(rows: Sequence[Row]) -> Decimal:
    return sum((row.amount for row in rows if not _is_once(row)), Decimal(0))


def _once(rows: Sequence[Row]) -> Decimal:
    return sum((row.amount for row in rows if _is_once(row)), Decimal(0))


def _is_energy(row: Row) -> bool:
    return row.line.kind in ("energy", "credit")


def _is_by_time(row: Row) -> bool:
    return isinstance(row.line, Fixed | Minimum)


def _grows(row: Row) -> bool:
    """Whether a row grows with the days of a bill."""
    return _is_energy(row) or row.unit == "day"


def _taxed(rows: Sequence[Row], which: Callable[[Row], bool]) -> Decimal:
    """Return what some rows of a bill come to with their part of the percentages on it."""
    mine = sum((row.amount for row in rows if which(row) and not _is_once(row)), Decimal(0))
    taxes = sum((row.amount for row in rows if isinstance(row.line, Percent)), Decimal(0))
    untaxed = _net(rows) - taxes
    return mine * (1 + taxes / untaxed) if untaxed else mine


def _weather(old: _Side, new: _Side) -> tuple[float | None, str | None]:
    """Return what the other weather does to the energy of the bill before, as a factor; else why it is not known."""
    known = [new.days[day] for day in sorted(new.days)]
    found = answer(old.rows, new.rows, known, days=(old.length, new.length))
    return (found.factor, None) if isinstance(found, Answer) else (None, _UNKNOWN[found])


def _scaled(load: Load, factor: float) -> Load:
    return load._replace(import_kwh=load.import_kwh * factor)


def _habits(plan: Plan, old: _Side, new: _Side) -> Load:
    """Return the new bill's mean energy by day, with its hours, on the days of the old one: Mondays on Mondays."""
    load = old.load(plan)
    local = (old.cycle.start + timedelta(days=number) for number in range(old.length))
    like = [_alike(new, day, number) for number, day in enumerate(local)]
    edges = [int(midnight(old.cycle.start + timedelta(days=at), plan.zone).timestamp()) for at in range(old.length + 1)]
    counts = [(late - early) // QUARTER_S for early, late in pairwise(edges)]

    def laid(name: str) -> Floats:
        kwh = np.concatenate(
            [np.resize(np.array(getattr(row.profile, name)), count) for row, count in zip(like, counts, strict=True)]
        )
        goal = sum(getattr(row, name) for row in new.rows) / len(new.rows) * old.length
        return kwh * (goal / kwh.sum()) if kwh.sum() > 0 else kwh

    return load._replace(import_kwh=laid("imported"), export_kwh=laid("exported"))


def _alike(side: _Side, day: date, number: int) -> Day:
    """Return a measured day of the same weekday, else of the same part of the week, else any: each in its turn."""
    dates = [at for at in sorted(side.days) if side.cycle.start <= at < side.through and side.days[at].profile.imported]
    for choice in (
        [at for at in dates if at.weekday() == day.weekday()],
        [at for at in dates if (at.weekday() > _FRIDAY) == (day.weekday() > _FRIDAY)],
        dates,
    ):
        if choice:
            return side.days[choice[number // 7 % len(choice)]]
    raise BillError("nothing was heard of this bill")


def _same_prices(plan: Tariff, first: date, last: date) -> bool:
    """Return whether no rate, season or series of a plan changes between two days."""
    moving = any(
        getattr(line, "series", None)
        or getattr(line, "proration", "") == "calendar"
        or any(when.season or when.months for when in getattr(line, "when", ()))
        for line in plan.lines
    )
    edges = [edge for line in plan.lines for edge in (line.start, line.end) if edge is not None]
    return not moving and not any(first < edge < last for edge in edges)
