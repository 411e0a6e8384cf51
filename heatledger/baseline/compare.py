"""A home beside every other system: the comparison of a span, or why it cannot be made yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.baseline import beside, cool
from heatledger.baseline.amounts import cents, quantiles_of
from heatledger.baseline.because import because
from heatledger.baseline.compared import BaselineSummary, Cooling, CopError, DayCompared, FuelUse, Other
from heatledger.baseline.draws import Factors, factors
from heatledger.baseline.fuels import quantity
from heatledger.baseline.ground import LOOP_DEPTH_M, surface_of, temperature
from heatledger.baseline.home_hours import Heated
from heatledger.baseline.kinds import Alternative
from heatledger.baseline.load import Load, Missing, Part
from heatledger.baseline.machines import Fitted, Place, assumptions, chosen, fitted, sentence, unit_of
from heatledger.baseline.money import Bills, Work
from heatledger.baseline.plant import Hours
from heatledger.baseline.rooms import Bools
from heatledger.baseline.sides import Side, Span, if_load_were, own_money, side
from heatledger.baseline.whole_home import LEAST_COVERAGE
from heatledger.bill import bills_before
from heatledger.billed import Quantiles
from heatledger.cycles import cycles_over
from heatledger.home import Home
from heatledger.marks import worded
from heatledger.readings import Floats
from heatledger.running import Days, Plan
from heatledger.tariff.load import BillError

_HOUR_S: Final = 3600
_COP_ERROR: Final = 0.10
_LEAST_KWH: Final = 1.0
"""Less electricity for heating than this is no heating to compare. [kWh]"""


class Asked(NamedTuple):
    """What is asked: a half-open span, aware, in the home's own time; now; and which systems beside the chosen one."""

    start: datetime
    end: datetime
    now: datetime
    kinds: Sequence[Alternative]


class Known(NamedTuple):
    """What is known of the home.

    Attributes
    ----------
    place : Place
        The home, its design load and the maps.
    heated : Heated
        Its hours.
    load : Load
        By the same hours.
    plan : Plan
        Its rate plan.
    days : mapping of date to Day
        Of the bills that the span touches, and of those before that have a say.
    total : decimal or None
        The bill of the span as it is. [currency]
    version : str
        Until when it was learnt, and from what.
    """

    place: Place
    heated: Heated
    load: Load
    plan: Plan
    days: Days
    total: Decimal | None
    version: str


def refused(home: Home, why: str, missing: Missing | None = None) -> BaselineSummary:
    """Return a comparison that says why it is not there, and what would make it known."""
    return BaselineSummary(
        system=chosen(home),
        bill=Quantiles(),
        saving=Quantiles(),
        because=[],
        refused=why,
        days=None if missing is None else missing.days,
        coverage=None if missing is None else missing.coverage,
    )


def compare(known: Known, asked: Asked, kinds: Mapping[str, Alternative]) -> BaselineSummary:
    """Compare a home's heating with every system that is asked for.

    Parameters
    ----------
    known : Known
        The home.
    asked : Asked
        The question.
    kinds : mapping of str to Alternative
        All there are; the chosen one is always worked out.

    Returns
    -------
    BaselineSummary
        `refused` under 80 % coverage, without heating, or where the plan cannot price the span.
    """
    home = known.place.home
    inside = in_span(known, asked)
    known_hours = inside & np.isfinite(known.load.heating.measured_w)
    wanted = max((min(asked.end, asked.now) - asked.start).total_seconds() // _HOUR_S, 1)
    share = min(float(known_hours.sum()) / wanted, 1.0)
    if share < LEAST_COVERAGE:
        why = worded(
            "{share} of this span is known hour by hour, {least} is needed",
            share=format(share, ".0%"),
            least=format(LEAST_COVERAGE, ".0%"),
        )
        return refused(home, why, Missing(known_hours.sum() / 24, share, why))
    heating = known.heated.heating_kwh.sum(axis=1)
    try:
        if heating[known_hours].sum() < _LEAST_KWH:
            found = refused(home, worded("nothing was heated in this span"))
        else:
            span = span_of(known, asked, known_hours, cools=False)
            found = _found(known, asked, span, kinds[chosen(home)], kinds)
        cold = _cooling(known, asked, inside, kinds[chosen(home)])
    except BillError as error:
        return refused(home, str(error))
    return msgspec.structs.replace(found, coverage=share, cooling=cold)


def _cooling(known: Known, asked: Asked, inside: Bools, kind: Alternative) -> Cooling | None:
    """Return the ledger of cooling; None where nothing was cooled, or the compared system does not cool."""
    hours = inside & np.isfinite(known.load.cooling.measured_w)
    mine = fitted(known.place, kind)
    cooled = known.heated.cooling_kwh.sum(axis=1)[hours].sum()
    if cooled < _LEAST_KWH or mine.machine.cooling_system is None:
        return None
    span = span_of(known, asked, hours, cools=True)
    tied = _is_own(known.place.home, kind, mine)
    return cool.cooling(span, mine, draws_of(span, kind.id), known.total, tied=tied)


def in_span(known: Known, asked: Asked) -> Bools:
    """Return which of the home's hours lie wholly in the span so far."""
    starts = known.heated.hours.start_s
    return (starts >= asked.start.timestamp()) & (starts + _HOUR_S <= min(asked.end, asked.now).timestamp())


def span_of(known: Known, asked: Asked, hours: Bools, *, cools: bool) -> Span:
    """Return what the systems of a comparison share: the hours of one work, and the bills that they touch."""
    heated, load, place = known.heated, known.load, known.place
    warm, cold = heated.heating_kwh.sum(axis=1), heated.cooling_kwh.sum(axis=1)
    share = _share(heated, cold if cools else warm, warm if cools else cold, cools=cools)
    part = load.cooling if cools else load.heating
    keep = hours & ((share > 0) | (np.nan_to_num(part.whole()) > 0))
    start_s = heated.hours.start_s[keep]
    day = heated.day[keep]
    first, last = asked.start.date(), heated.days[int(day.max())]
    cycles = cycles_over(place.home.cycle, first, date.fromordinal(last.toordinal() + 1))
    before = bills_before(place.home, known.plan, known.days, cycles[0].start)
    work = Work(start_s, (cold if cools else warm)[keep], np.ones(len(start_s), dtype=np.bool_))
    bills = Bills(known.plan, known.days, [*before, *cycles], len(before), asked.now, work, heated.meters)
    numbers, day = np.unique(day, return_inverse=True)
    edges = [cycle.start for cycle in bills.cycles]
    month = np.array([sum(edge <= heated.days[n] for edge in edges) - 1 for n in numbers.tolist()], dtype=np.int64)
    return Span(
        bills=bills,
        hours=_climate(known, keep, cools=cools),
        part=_cut(part, keep),
        share=share[keep],
        day=day.astype(np.int64),
        month=month,
        price=bills.prices(work.kwh),
        actual=bills.totals(work.kwh),
        nothing=bills.totals(np.zeros(len(start_s))),
        cools=cools,
        hot_kwh=None if cools else _hot(known, bills),
    )


def _hot(known: Known, bills: Bills) -> Floats | None:
    """Return what the water heater drew whose work a system with hot water would do. [kWh]."""
    meter = next((row.hot_water for row in known.place.home.comparison if row.hot_water), None)
    return None if meter is None else bills.metered(known.days, meter)


def _share(heated: Heated, mine: Floats, other: Floats, *, cools: bool) -> Floats:
    """Return the work's share of each hour's day: of its electricity, by the weather where there was none."""
    size = len(heated.days)
    by_day = [np.bincount(heated.day, weights=row, minlength=size) for row in (mine, other)]
    out = np.nan_to_num(heated.hours.outdoor_c, nan=10.0)
    mean = np.bincount(heated.day, weights=out, minlength=size) / np.maximum(np.bincount(heated.day, minlength=size), 1)
    both = by_day[0] + by_day[1]
    asks = (mean >= 15.0) if cools else (mean < 15.0)
    found: Floats = np.where(both > 0, by_day[0] / np.where(both > 0, both, 1.0), asks.astype(np.float64))
    return found[heated.day]


def _climate(known: Known, keep: Bools, *, cools: bool) -> Hours:
    heated, load = known.heated, known.load
    day_of_year = (heated.hours.start_s / 86_400) % 365.2425 + 1.0
    surface = surface_of(day_of_year, heated.hours.outdoor_c, known.place.home.latitude)
    ground = temperature(surface, LOOP_DEPTH_M, day_of_year)
    room = load.cool_setpoint_c if cools else load.setpoint_c
    return Hours(*(np.asarray(row)[keep] for row in (heated.hours.outdoor_c, room, ground)))


def _cut(part: Part, keep: Bools) -> Part:
    arrays = {name: getattr(part, name)[keep] for name in ("measured_w", "idle_w", "unseen_w", "latent_w")}
    return part._replace(**arrays)


def draws_of(span: Span, kind: str) -> Factors:
    """Return a system's draws, the load's shared by all."""
    part = span.part
    return factors(part.measured_sd, part.restored_sd, part.month_sd, len(span.actual), kind=kind)


def worked(known: Known, span: Span, kind: Alternative) -> tuple[Fitted, Side | None]:
    """Fit a system to the home and work it out; None where it cannot be priced."""
    found = fitted(known.place, kind)
    if found.refused is not None:
        return found, None
    tied = _is_own(known.place.home, kind, found)
    return found, side(span, found.machine, draws_of(span, kind.id), fuel_price=found.fuel_price, tied=tied)


def _is_own(home: Home, kind: Alternative, found: Fitted) -> bool:
    """Return whether a system is what the home has: the same map without ducts, whose errors are then shared."""
    units = {pump.unit for pump in home.heat_pumps}
    return found.machine.run is None and kind.unit is not None and units == {kind.unit}


def _found(
    known: Known, asked: Asked, span: Span, kind: Alternative, kinds: Mapping[str, Alternative]
) -> BaselineSummary:
    place, names = known.place, dict.fromkeys([kind.id, *(row.id for row in asked.kinds)])
    sides = {name: worked(known, span, kinds[name]) for name in names}
    rows = [_other(known, span, kinds[name], *sides[name]) for name in names]
    mine, best = sides[kind.id]
    own = next(row for row in rows if row.system == kind.id)
    found = BaselineSummary(
        system=kind.id,
        bill=own.bill,
        saving=own.saving,
        chance=own.chance,
        part=own.part,
        because=[] if best is None else because(span, best, fuel_cost(best, mine) + _standing(span, mine)),
        refused=own.refused,
        sentence=sentence(place, kind, mine.stated),
        actual=None if known.total is None else str(known.total),
        actual_part=str(sum(span.actual, Decimal(0)) - sum(span.nothing, Decimal(0))),
        assumptions=assumptions(place, mine),
        alternatives=rows,
        version=known.version,
    )
    if best is None:
        return found
    return msgspec.structs.replace(
        found,
        by_day=_by_day(known, span, best),
        cop_error=_cop_error(known, span, mine, best),
        comfort=beside.comfort(known.load, span, best, mine, draws_of(span, kind.id)),
        cold_snap=beside.cold_snap(place, span, mine, best),
    )


def fuel_cost(found: Side, fitted_: Fitted) -> Decimal:
    """Return what a system's fuel costs on the P50 path, to the cent. [currency]."""
    return cents(Decimal(repr(found.fuel_kwh)) * fitted_.fuel_price)


def _other(known: Known, span: Span, kind: Alternative, mine: Fitted, found: Side | None) -> Other:
    if found is None:
        return Other(system=kind.id, name=kind.name, refused=mine.refused)
    fuel = fuel_cost(found, mine) + _standing(span, mine)
    middle = sum(found.bills, Decimal(0)) - sum(span.actual, Decimal(0)) + fuel
    more = found.more.sum(axis=1) + float(_standing(span, mine))
    own = sum(span.actual, Decimal(0)) - sum(span.nothing, Decimal(0))
    return Other(
        system=kind.id,
        name=kind.name,
        bill=Quantiles() if known.total is None else quantiles_of(more, middle, known.total),
        part=quantiles_of(more, middle, own),
        saving=quantiles_of(more, middle, Decimal(0)),
        chance=float((more > 0).mean()),
        kwh=float(found.kwh.sum()),
        backup_kwh=float(np.nansum(found.energy.backup_w)) / 1e3 if kind.heats == "map" else None,
        fuel=_burnt(known, span, kind, mine, found),
    )


def _standing(span: Span, mine: Fitted) -> Decimal:
    """Return what the fuel's supply costs over the days of the comparison."""
    daily = mine.stated.fuel_standing if mine.stated and mine.stated.fuel_standing else Decimal(0)
    return cents(daily * span.days)


def _burnt(known: Known, span: Span, kind: Alternative, mine: Fitted, found: Side) -> FuelUse | None:
    if kind.fuel is None or mine.stated is None or mine.stated.fuel_price is None:
        return None
    unit = unit_of(known.place.home, kind, mine.stated)
    cost = fuel_cost(found, mine) + _standing(span, mine)
    burnt = quantity(kind.fuel, found.fuel_kwh, unit)
    return FuelUse(fuel=kind.fuel, quantity=burnt, unit=unit, price=str(mine.stated.fuel_price), cost=str(cost))


def _cop_error(known: Known, span: Span, mine: Fitted, best: Side) -> CopError | None:
    """Return what a COP that is 10 % off makes of bill and saving."""
    if _is_own(known.place.home, mine.machine.kind, mine):
        return CopError(bill="0.00", saving="0.00", share=0.0)
    up, level, down = (
        if_load_were(span, best, scale, mine.fuel_price) for scale in (1 + _COP_ERROR, 1.0, 1 - _COP_ERROR)
    )
    moved = str(cents(Decimal(repr((up - down) / 2))))
    return CopError(bill=moved, saving=moved, share=abs((up - down) / 2 / level) if abs(level) >= 1 else None)


def _by_day(known: Known, span: Span, best: Side) -> list[DayCompared]:
    """Return the running cost since the span began, as it was and as it would have been."""
    numbers = np.unique(known.heated.day[np.isin(known.heated.hours.start_s, span.bills.work.start_s)])
    own = np.cumsum(own_money(span))
    low_high = np.quantile(np.cumsum(best.more, axis=1), (0.1, 0.9), axis=0)
    middle_more = np.cumsum(best.middle)
    more = (np.minimum(low_high[0], middle_more), middle_more, np.maximum(low_high[1], middle_more))
    rows = []
    for at, number in enumerate(numbers.tolist()):
        low, middle, high = (str(cents(Decimal(repr(float(own[at] + row[at]))))) for row in more)
        actual = str(cents(Decimal(repr(float(own[at])))))
        rows.append(
            DayCompared(day=known.heated.days[number], actual=actual, base=Quantiles(p10=low, p50=middle, p90=high))
        )
    return rows
