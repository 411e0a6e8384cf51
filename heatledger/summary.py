"""`summarise(home, period) → Summary`: the one object that page, e-mail, API and CLI all show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from heatledger.accounts import MODES, split_methods
from heatledger.bill import BillLine, Usage, attribute, bill_lines, total
from heatledger.days import Day
from heatledger.home import Home
from heatledger.quality import Issue, meter_issues
from heatledger.tariff.model import Tariff


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Period(_Value, frozen=True):
    """A half-open span, aware, in the home's own time."""

    start: datetime
    end: datetime


class ZoneUse(_Value, frozen=True):
    """What one zone used. Money is a decimal string."""

    kwh: float | None
    cost: str | None
    cost_of_heat_per_kwh: str | None
    split: str | None


class Electricity(_Value, frozen=True):
    """Whole-home use and where it went; Σ by_zone + unallocated_kwh = kwh."""

    kwh: float | None
    by_meter: dict[str, float | None]
    by_zone: dict[str, ZoneUse]
    unallocated_kwh: float | None
    unallocated_cost: str | None
    by_mode: dict[str, float]
    coverage: float
    estimated_kwh: float


class Cop(_Value, frozen=True):
    """The realized coefficient of performance, or why it is not known."""

    value: float | None
    low: float | None
    high: float | None
    method: str | None
    boundary: str | None
    reason: str | None


class PumpUse(_Value, frozen=True):
    """One heat pump over the period."""

    electricity_kwh: float | None
    heat_kwh: float | None
    cooling_kwh: float | None
    cop: Cop
    starts: int | None
    defrosts: int | None
    standby_w: float | None


class Quantiles(_Value, frozen=True):
    """P10, P50 and P90, as decimal strings; None where not known."""

    p10: str | None = None
    p50: str | None = None
    p90: str | None = None


class BillSummary(_Value, frozen=True):
    """The bill of the period; Σ amount of the lines = total."""

    currency: str
    total: str | None
    lines: list[BillLine]
    estimated: bool
    projected: Quantiles
    reason: str | None


class BaselineSummary(_Value, frozen=True):
    """What it would have cost otherwise, or why that is refused."""

    system: str | None
    bill: Quantiles
    saving: Quantiles
    because: list[dict[str, str]]
    refused: str | None


class Summary(_Value, frozen=True):
    """What everything shows. A number that cannot be known is None with a reason."""

    home: str
    period: Period
    as_of: datetime
    electricity: Electricity
    heat_pumps: dict[str, PumpUse]
    bill: BillSummary
    baseline: BaselineSummary
    issues: list[Issue]


_NO_HEAT = (
    "no heat is measured: power and temperatures alone cannot tell heat loss from efficiency; "
    "a heat meter, or the unit's published performance map, would settle it"
)
_NO_BASELINE = "needs the heat of each zone, which is not known yet: a comparison without it would be a guess"


def summarise(home: Home, days: Sequence[Day], *, period: Period, tariff: Tariff | None, now: datetime) -> Summary:
    """Sum a period up.

    Parameters
    ----------
    home : Home
        The household.
    days : sequence of Day
        The period's days so far, in order.
    period : Period
        Half-open, in the home's own time.
    tariff : Tariff or None
        The home's rate plan.
    now : datetime
        When this is said.

    Returns
    -------
    Summary
        Numbers that cannot be known are None with a reason.
    """
    heard = [day for day in days if _is_heard(day)]
    bill = _bill(home, days, period, tariff, now)
    electricity = _electricity(home, heard, days, bill)
    return Summary(
        home=home.id,
        period=period,
        as_of=now.astimezone(ZoneInfo(home.timezone)),
        electricity=electricity,
        heat_pumps={
            pump.id: PumpUse(
                electricity_kwh=electricity.by_meter.get(pump.meter),
                heat_kwh=None,
                cooling_kwh=None,
                cop=Cop(value=None, low=None, high=None, method=None, boundary=None, reason=_NO_HEAT),
                starts=None,
                defrosts=None,
                standby_w=None,
            )
            for pump in home.heat_pumps
        },
        bill=bill,
        baseline=BaselineSummary(
            system=home.compare, bill=Quantiles(), saving=Quantiles(), because=[], refused=_NO_BASELINE
        ),
        issues=_issues(home, heard),
    )


def _is_heard(day: Day) -> bool:
    return day.covered_s > 0 or day.use != 0


def _electricity(home: Home, heard: Sequence[Day], days: Sequence[Day], bill: BillSummary) -> Electricity:
    seconds = sum(day.seconds for day in days)
    coverage = min(sum(day.covered_s for day in days) / seconds, 1.0) if seconds else 0.0
    use = sum(day.use for day in heard) if heard else None
    zones = {zone.id: sum(day.zones.get(zone.id, 0.0) for day in heard) for zone in home.zones}
    unallocated = sum(day.unallocated for day in heard) if heard else None
    money = sum((Decimal(line.amount) for line in bill.lines if line.kind != "fixed"), Decimal(0))
    costs = attribute(money, {**zones, "": unallocated or 0.0}, currency=home.currency) if bill.lines else {}
    methods = split_methods(home)
    return Electricity(
        kwh=use,
        by_meter={meter.id: _sum_known([day.meters.get(meter.id) for day in heard]) for meter in home.meters},
        by_zone={
            name: ZoneUse(
                kwh=kwh if heard else None,
                cost=str(costs[name]) if name in costs else None,
                cost_of_heat_per_kwh=None,
                split=methods.get(name),
            )
            for name, kwh in zones.items()
        },
        unallocated_kwh=unallocated,
        unallocated_cost=str(costs[""]) if costs else None,
        by_mode={mode: sum(day.modes.get(mode, 0.0) for day in heard) for mode in MODES} if heard else {},
        coverage=coverage,
        estimated_kwh=sum(day.estimated for day in heard),
    )


def _sum_known(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _bill(home: Home, days: Sequence[Day], period: Period, tariff: Tariff | None, now: datetime) -> BillSummary:
    reason, heard = None, [day for day in days if _is_heard(day)]
    if tariff is None or home.tariff is None:
        reason = "no tariff: name one with tariff = in the home file"
    elif not tariff.is_flat:
        reason = "this plan is priced interval by interval: see heatledger bill"
    elif not any(meter.role == "import" for meter in home.meters):
        reason = 'no main meter: a meter with role = "import" is what the utility bills'
    elif not heard:
        reason = "nothing was heard in this period"
    if reason or tariff is None or home.tariff is None:
        return BillSummary(
            currency=home.currency, total=None, lines=[], estimated=False, projected=Quantiles(), reason=reason
        )
    zone = ZoneInfo(home.timezone)
    first, last = period.start.astimezone(zone), min(period.end, now).astimezone(zone)
    until = (last - timedelta(microseconds=1)).date() + timedelta(days=1)
    usage = Usage(
        imported_kwh=sum(day.imported for day in heard),
        exported_kwh=sum(day.exported for day in heard),
        days=max((until - first.date()).days, 0),
        start=first.date(),
        end=until,
    )
    lines = bill_lines(usage, tariff, tariff_id=home.tariff)
    return BillSummary(
        currency=home.currency,
        total=str(total(lines)),
        lines=lines,
        estimated=any(day.estimated > 0 or day.covered_s < day.seconds - _OPEN_S for day in days),
        projected=Quantiles(),
        reason=None,
    )


_OPEN_S = 600.0
"""A day is not called estimated for what its last readings have yet to say. [s]"""


def _issues(home: Home, heard: Sequence[Day]) -> list[Issue]:
    doubts: dict[str, dict[str, int]] = {}
    for day in heard:
        for meter, counts in day.doubts.items():
            row = doubts.setdefault(meter, {})
            for name, count in counts.items():
                row[name] = row.get(name, 0) + count
    return meter_issues(doubts, {meter.id: meter.name or meter.id for meter in home.meters})
