"""What one more kilowatt-hour costs now, all in: energy, riders, percentages; and what it will in the hours ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from heatledger.tariff.cycle import Cycle
from heatledger.tariff.energy_lines import Family, families, ladder_days, prices_of
from heatledger.tariff.grid import lay
from heatledger.tariff.ladder import Ladder, thresholds
from heatledger.tariff.load import Floats, Load
from heatledger.tariff.model import Percent, Tariff
from heatledger.tariff.schedule import Mask, day_number
from heatledger.tariff.series import PriceSeries
from heatledger.tariff.terms import Terms

_STEP_S: Final = 900
_DIGITS: Final = 9
_HOUR: Final = timedelta(hours=1)
_NONE: Final = timedelta(0)


class Context(NamedTuple):
    """What a price depends on beside the plan.

    Attributes
    ----------
    cycle : Cycle
        The bill that is running.
    zone : ZoneInfo
        The plan's clock.
    used_kwh : Decimal
        Imported (under net metering: net) in this bill so far. [kWh]
    series : mapping of str to PriceSeries
        Prices by the name of their series.
    """

    cycle: Cycle
    zone: ZoneInfo
    used_kwh: Decimal = Decimal(0)
    series: Mapping[str, PriceSeries] = {}


class Step(msgspec.Struct, frozen=True):
    """A span with one price.

    Attributes
    ----------
    start, end : datetime
        Half-open, UTC.
    rate, credit : Decimal or None
        Of one more kilowatt-hour imported, and exported; None where not known or not paid. [currency/kWh]
    period : str
        The label of the line that prices it.
    """

    start: datetime
    end: datetime
    rate: Decimal | None
    credit: Decimal | None
    period: str


class Hour(NamedTuple):
    """An hour of the clock by its start, and the price of one more kilowatt-hour in it [currency/kWh]."""

    start: datetime
    rate: Decimal | None


class Marginal(msgspec.Struct, frozen=True):
    """The price now (`rate`, `credit`, `period`), until when, and every price of the hours ahead, now's first."""

    rate: Decimal | None
    credit: Decimal | None
    period: str
    until: datetime
    ahead: tuple[Step, ...]


def marginal(plan: Tariff, at: datetime, context: Context, *, hours: int = 24) -> Marginal:
    """Say what one more kilowatt-hour costs.

    A ladder counts with the step that the energy used so far has reached. Fixed charges, demand and minimums are left
    out: a kilowatt-hour more does not change them, or only by its power.

    Parameters
    ----------
    plan : Tariff
        The rate plan.
    at : datetime
        Now, aware.
    context : Context
        The running bill.
    hours : int
        How far ahead. [h]

    Returns
    -------
    Marginal
        With None for a price that is not known.

    Raises
    ------
    BillError
        If the plan prices nothing at some hour.
    """
    terms = _hours_ahead(plan, at, context, hours)
    found, period = _unit_amounts(terms, context)
    credit = found["credit"] if any(line.kind == "credit" for line in plan.lines) else None
    starts = terms.grid.load.start_s
    begins = np.flatnonzero(_changes(found["all"], credit, period))
    ends = [*begins[1:].tolist(), starts.size]
    ahead = tuple(
        Step(
            start=_moment(int(starts[low])) if low else at.astimezone(UTC),
            end=_moment(int(starts[high - 1]) + terms.grid.load.step_s),
            rate=_figure(found["all"][low]),
            credit=None if credit is None else _figure(credit[low]),
            period=period[low],
        )
        for low, high in zip(begins.tolist(), ends, strict=True)
    )
    return Marginal(ahead[0].rate, ahead[0].credit, ahead[0].period, ahead[0].end, ahead)


def hourly(ahead: Sequence[Step], at: datetime, hours: int = 24) -> tuple[Hour, ...]:
    """Return the prices ahead by the hour, the running one first.

    Parameters
    ----------
    ahead : sequence of Step
        Every price of the hours ahead, in order.
    at : datetime
        Now, aware, in the clock whose hours are meant.
    hours : int
        How many. [h]

    Returns
    -------
    tuple of Hour
        An hour with more than one price has their mean by time from `at` on; unknown where any of it is.

    Examples
    --------
    >>> noon = datetime(2026, 1, 20, 12, 30, tzinfo=UTC)
    >>> dear = Step(noon, noon.replace(hour=13, minute=15), Decimal("0.40"), None, "Peak")
    >>> fair = Step(dear.end, noon.replace(hour=14, minute=30), Decimal("0.20"), None, "Else")
    >>> [(hour.start.hour, str(hour.rate)) for hour in hourly([dear, fair], noon, 3)]
    [(12, '0.40'), (13, '0.250000000'), (14, '0.20')]
    """
    begins = at.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    found = []
    for number in range(hours):
        start, end = begins + number * _HOUR, begins + (number + 1) * _HOUR
        spans = [(min(step.end, end) - max(step.start, start, at), step.rate) for step in ahead]
        parts = [(span.total_seconds(), rate) for span, rate in spans if span > _NONE]
        found.append(Hour(start.astimezone(at.tzinfo), _mean(parts)))
    return tuple(found)


def _mean(parts: Sequence[tuple[float, Decimal | None]]) -> Decimal | None:
    """Return the mean price of spans [s]; None where there is none, or one's price is not known."""
    known = [(Decimal(span), rate) for span, rate in parts if rate is not None]
    if not known or len(known) < len(parts):
        return None
    if len({rate for _, rate in known}) == 1:
        return known[0][1]
    weighted = sum((span * rate for span, rate in known), Decimal(0))
    return round(weighted / sum((span for span, _ in known), Decimal(0)), _DIGITS)


def _hours_ahead(plan: Tariff, at: datetime, context: Context, hours: int) -> Terms:
    first = int(at.timestamp()) // _STEP_S * _STEP_S
    starts = np.arange(first, first + hours * 3600, _STEP_S, dtype=np.int64)
    nothing = np.zeros(starts.size)
    # netting would widen the intervals, and there is nothing to net
    plan = msgspec.structs.replace(plan, export=msgspec.structs.replace(plan.export, scheme="registers"))
    last = (at.astimezone(context.zone) + timedelta(hours=hours + 1)).date() + timedelta(days=1)
    running = context.cycle
    cycles = [running]
    while cycles[-1].end < last:
        cycles.append(Cycle(cycles[-1].end, cycles[-1].end + timedelta(days=running.whole_days), running.whole_days))
    grid = lay(plan, Load(starts, _STEP_S, nothing, nothing), cycles, context.zone, context.series)
    keep = grid.load.start_s + grid.load.step_s > int(at.timestamp())
    load = Load(grid.load.start_s[keep], grid.load.step_s, grid.load.import_kwh[keep], grid.load.export_kwh[keep])
    grid = grid._replace(load=load, day=grid.day[keep], minute=grid.minute[keep], cycle=grid.cycle[keep])
    return Terms(plan, grid, context.series, None)


def _unit_amounts(terms: Terms, context: Context) -> tuple[dict[str, Floats], list[str]]:
    """Return what one more kilowatt-hour adds to the bill in every interval, and the name of the price then."""
    grid = terms.grid
    size = grid.load.start_s.size
    bought, sold = families(terms, "energy"), families(terms, "credit")
    rates: dict[int, Floats] = {}
    for family in (*bought, *sold):
        rates |= {id(family.lines[number]): row for number, row in _rates(terms, family, context)}
    unit: list[tuple[Any, Floats]] = []
    for line in terms.plan.lines:
        if id(line) in rates:
            unit.append((line, rates[id(line)]))
        elif isinstance(line, Percent) and line.mode != "inclusive":
            valid = grid.valid_days(line)[grid.day]
            base = sum((row for other, row in unit if _counts(other, line)), np.zeros(size))
            rate = float(line.rate) / 100
            unit.append((line, np.where(valid, base * (rate if line.mode == "add" else rate / (1 - rate)), 0.0)))
    total: Floats = sum((row for line, row in unit if line.kind != "credit"), np.zeros(size))
    credit: Floats = sum((row for line, row in unit if line.kind == "credit"), np.zeros(size))
    main = max(bought, key=lambda family: len(family.lines), default=None)
    named = [main.lines[code].label if code >= 0 else "" for code in main.codes.tolist()] if main else [""] * size
    return {"all": total, "credit": credit}, named


def _counts(row: Any, line: Percent) -> bool:  # noqa: ANN401 - a line of any kind
    if row.kind == "credit":
        return False
    return "all" in line.base or row.label in line.base or not set(line.base).isdisjoint(row.tax_groups)


def _rates(terms: Terms, family: Family, context: Context) -> list[tuple[int, Floats]]:
    """Return each line's rate in the intervals that it prices, 0 elsewhere."""
    found = []
    for number, line in enumerate(family.lines):
        mine: Mask = family.codes == number
        if line.series:
            rate = prices_of(terms, line, terms.grid.load.start_s)
        elif getattr(line, "tiers", ()):
            rate = _step_rate(terms, family, line, context)
        else:
            rate = np.full(mine.size, float(line.rate))
        found.append((number, np.where(mine, rate, 0.0)))
    return found


def _step_rate(terms: Terms, family: Family, line: Any, context: Context) -> Floats:  # noqa: ANN401 - an energy line
    """Return the rate of the step that has been reached: the first again once a new bill has begun."""
    ladder, cycle = Ladder.of(line), context.cycle
    days = ladder_days(terms, family, ladder, cycle)
    limits = thresholds(ladder, line.threshold, days=days, whole_days=cycle.whole_days)
    reached = sum(context.used_kwh >= limit for limit in limits)
    running = terms.grid.day + terms.grid.first_day < day_number(cycle.end)
    return np.where(running, float(line.tiers[reached].rate), float(line.tiers[0].rate))


def _changes(rate: Floats, credit: Floats | None, period: list[str]) -> Mask:
    rows = [np.nan_to_num(rate, nan=np.inf), *([] if credit is None else [np.nan_to_num(credit, nan=np.inf)])]
    found = np.zeros(rate.size, dtype=np.bool_)
    found[:1] = True
    for row in rows:
        found[1:] |= row[1:] != row[:-1]
    found[1:] |= np.array([now != before for now, before in zip(period[1:], period, strict=False)], dtype=np.bool_)
    return found


def _figure(value: float) -> Decimal | None:
    return None if np.isnan(value) else Decimal(repr(round(float(value), _DIGITS)))


def _moment(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, tz=UTC)


def whole_cycle(start: date, end: date) -> Cycle:
    """Return a complete bill's cycle."""
    return Cycle(start, end, (end - start).days)
