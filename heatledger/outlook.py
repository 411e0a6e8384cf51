"""Where a cycle is heading, in money: the rest of it drawn from the home's own days, each draw priced by the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from heatledger.bill import bills_before
from heatledger.billed import DayOutlook, Outlook, Quantiles
from heatledger.days import QUARTER_S, Day, midnight
from heatledger.fed_in import FedDay, draw_export
from heatledger.home import Home
from heatledger.marks import worded
from heatledger.prices import price_now
from heatledger.projection import DRAWS, MIN_DAYS, PastDay, draw_rest
from heatledger.readings import Floats
from heatledger.rounding import rounded
from heatledger.running import Days, Plan, book, load_of_days
from heatledger.tariff.attribution import spread
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.lines import Carry
from heatledger.tariff.load import BillError, Load
from heatledger.tariff.pricing import bills_of, price, price_rows

HISTORY_D: Final = 400
"""How far back the draws look: a year, and the season around it. [d]"""
_WHOLE: Final = 0.9
_EXPORT_D: Final = 14
_CENTS: Final = 2


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
            reason=worded("too soon: {past} of the {days} days it takes are measured", past=len(past), days=MIN_DAYS),
            known_from=today + timedelta(days=missing),
        )
    load, _ = load_of_days(days, cycle.start, cycle.end, plan.zone)
    ahead_of = _Ahead(load, int(now.timestamp()) // QUARTER_S - int(load.start_s[0]) // QUARTER_S)
    fed, notes = _fed(home, days, today, ahead, lengths)
    try:
        carry = _carried(plan, days, bills_before(home, plan, days, cycle.start), now)
        loads = [ahead_of.drawn(np.concatenate(one), fed[at] if fed else None) for at, one in enumerate(draws)]
        paths = _paths(plan, loads, cycle, carry, ahead_of.gone, ahead)
        next_hour = _next_hour(plan, days, cycle, loads, ahead_of.gone, now)
    except BillError as error:
        return Outlook(reason=str(error))
    bands = [_quantiles(row) for row in paths]
    chance = None if home.budget is None else float((paths[-1] <= float(home.budget)).mean())
    return Outlook(
        projected=bands[-1],
        chance=chance,
        by_day=[
            DayOutlook(day=day, p10=row.p10 or "", p50=row.p50 or "", p90=row.p90 or "")
            for day, row in zip(ahead, bands, strict=True)
        ],
        next_hour=next_hour,
        notes=notes,
    )


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


class _Ahead(NamedTuple):
    """A cycle's load so far, and how many of its quarters are gone."""

    load: Load
    gone: int

    def drawn(self, bought: Floats, sold: Floats | None) -> Load:
        """Return the cycle with its rest drawn: the energy so far, then the last of the drawn quarters."""
        imported, exported = self.load.import_kwh.copy(), self.load.export_kwh.copy()
        left = imported.size - self.gone
        imported[self.gone :] = np.maximum(imported[self.gone :], bought[bought.size - left :])
        if sold is not None:
            exported[self.gone :] = np.maximum(exported[self.gone :], sold[sold.size - left :])
        return self.load._replace(import_kwh=imported, export_kwh=exported)


def _fed(
    home: Home, days: Days, today: date, ahead: Sequence[date], lengths: Sequence[int]
) -> tuple[list[Floats] | None, list[str]]:
    """Draw what is fed in, where anything was lately."""
    rows = [
        FedDay(day, np.array(row.profile.exported))
        for day, row in sorted(days.items())
        if day < today and _is_whole(row)
    ]
    if not any(row.quarters.any() for row in rows[-_EXPORT_D:]):
        return None, []
    notes = [worded("what is fed in is drawn from your own days of this season, scaled by its sun")]
    if home.latitude is None:
        notes = [
            worded(
                "what is fed in is drawn from your own days of this season; latitude in the home file would tell how "
                "the sun changes"
            )
        ]
    drawn = draw_export(rows, ahead, lengths=lengths, latitude=home.latitude, seed=today.toordinal(), draws=DRAWS)
    return drawn, notes


def _paths(
    plan: Plan, loads: Sequence[Load], cycle: Cycle, carry: Carry | None, gone: int, days: Sequence[date]
) -> Floats:
    """Return the running total at the end of today and of every day ahead, by day and draw; the last is the bill.

    A draw's bill is laid on its intervals; the little by which its part up to now differs from the bill so far, as
    where a step of a ladder is only reached later, is spread evenly over the rest.
    """
    edges = [int(midnight(day + timedelta(days=1), plan.zone).timestamp()) for day in days]
    found = np.empty((len(days), len(loads)))
    so_far = _total_so_far(plan, loads[0], cycle, carry, gone, days[0])
    for number, load in enumerate(loads):
        priced = price_rows(plan.tariff, load, [cycle], plan.zone, series=plan.series, carry=carry)
        (bill,) = bills_of(priced)
        start_s = priced.terms.grid.load.start_s
        money = np.concatenate(([0.0], np.cumsum(spread(priced, 0).sum(axis=0))))
        bounds = np.append(start_s, start_s[-1] + priced.terms.grid.load.step_s)
        now_s = int(load.start_s[min(gone, load.start_s.size - 1)])
        at = np.interp([now_s, *edges], bounds, money)
        missing = (float(bill.total) - so_far) - float(at[-1] - at[0])
        passed = (np.array(edges) - now_s) / max(edges[-1] - now_s, 1)
        found[:, number] = so_far + (at[1:] - at[0]) + missing * passed
    return found


def _total_so_far(plan: Plan, load: Load, cycle: Cycle, carry: Carry | None, gone: int, today: date) -> float:
    quarters = np.arange(load.start_s.size) < gone
    seen = load._replace(
        import_kwh=np.where(quarters, load.import_kwh, 0.0), export_kwh=np.where(quarters, load.export_kwh, 0.0)
    )
    (bill,) = price(
        plan.tariff, seen, [cycle], plan.zone, series=plan.series, carry=carry, through=today + timedelta(days=1)
    )
    return float(bill.total)


def _next_hour(plan: Plan, days: Days, cycle: Cycle, loads: Sequence[Load], gone: int, now: datetime) -> Quantiles:
    """Return what the hour from now on will cost at its prices, less what is fed in; not known where a price is not."""
    price_ahead = price_now(plan, cycle, days, now)
    hour = slice(gone, gone + 5)
    starts = loads[0].start_s[hour]
    if price_ahead is None or starts.size < 5:
        return Quantiles()
    passed = (now.timestamp() - float(starts[0])) / QUARTER_S
    parts = np.array([1 - passed, 1.0, 1.0, 1.0, passed])
    steps = [next(step for step in price_ahead.ahead if at < step.end.timestamp()) for at in starts.tolist()]
    nets = plan.tariff.export.scheme == "net_metering"
    bought = np.array([np.nan if step.rate is None else float(step.rate) for step in steps])
    sold = bought if nets else np.array([float(step.credit or 0) for step in steps])
    costs = np.array([parts @ (load.import_kwh[hour] * bought - load.export_kwh[hour] * sold) for load in loads])
    return _quantiles(costs) if np.isfinite(costs).all() else Quantiles()


def _quantiles(values: Floats) -> Quantiles:
    low, middle, high = (
        str(rounded(Decimal(repr(float(value))), _CENTS)) for value in np.quantile(values, (0.1, 0.5, 0.9))
    )
    return Quantiles(p10=low, p50=middle, p90=high)
