"""`summarise(home, period) → Summary`: the one object that page, e-mail, API and CLI all show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from heatledger.accounts import MODES
from heatledger.baseline.compared import BaselineSummary
from heatledger.bill import Costs, costs_of, days_from, is_heard
from heatledger.billed import BillSummary, Period, Quantiles
from heatledger.days import Day
from heatledger.heat.flows import PumpDay
from heatledger.heat.house import Dated, Taught, by_house
from heatledger.heat.system import System
from heatledger.heat_pumps import Cop, PumpUse, pump_use
from heatledger.home import HeatPump, Home
from heatledger.hours_used import DayOfHours, hours_used
from heatledger.marks import marked
from heatledger.operation import operated
from heatledger.quality import Issue, meter_issues
from heatledger.running import Days, Plan
from heatledger.tariff.model import Tariff
from heatledger.tariff.series import PriceSeries
from heatledger.twins import twin_issues
from heatledger.zone_use import ZoneHeat, ZoneUse, zone_uses

__all__ = ["BaselineSummary", "Cop", "Electricity", "Period", "PumpUse", "Quantiles", "Summary", "ZoneUse", "summarise"]


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Electricity(_Value, frozen=True):
    """Whole-home use and where it went; Σ by_zone + unallocated_kwh = kwh.

    Σ cost of by_zone + unallocated_cost + fixed_cost is the bill's total; fixed is what no use causes: charges by
    time, credits, and the taxes on them. by_meter is energy [kWh], by_meter_cost what it cost [currency]: Σ of the
    consumers side by side below the main meter + unmetered_cost + fixed_cost is the total too, those below another
    consumer are parts of it, and the main meter has all but fixed_cost. None where a meter was not heard, or neither
    consumes nor imports. pumps_cost is what the heat pumps' meters cost that were heard, rest_cost what is neither
    theirs nor fixed, zones_cost Σ cost of by_zone. hourly is the home's use hour by hour.
    """

    kwh: float | None
    by_meter: dict[str, float | None]
    by_zone: dict[str, ZoneUse]
    unallocated_kwh: float | None
    unallocated_cost: str | None
    by_mode: dict[str, float]
    coverage: float
    estimated_kwh: float
    fixed_cost: str | None = None
    by_meter_cost: dict[str, str | None] = {}
    unmetered_cost: str | None = None
    pumps_cost: str | None = None
    rest_cost: str | None = None
    zones_cost: str | None = None
    hourly: list[DayOfHours] = []


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


_NO_BASELINE = marked("needs the heat of each zone, which is not known yet: a comparison without it would be a guess")


def summarise(
    home: Home,
    days: Sequence[Day],
    *,
    period: Period,
    tariff: Tariff | None,
    now: datetime,
    cycle_days: Days | None = None,
    series: Mapping[str, PriceSeries] | None = None,
    taught: Taught | None = None,
    systems: Mapping[str, System] | None = None,
) -> Summary:
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
    cycle_days : mapping of date to Day, optional
        Every day of the billing cycles that the period touches, and of those before that have a say in their bills; by
        default the period's own.
    series : mapping of str to PriceSeries, optional
        Prices by the name of their series.
    taught : Taught, optional
        What the home's past says of its house and of its units' maps.
    systems : mapping of str to System, optional
        The units' maps by name.

    Returns
    -------
    Summary
        Numbers that cannot be known are None with a reason.
    """
    heard = [day for day in days if is_heard(day)]
    zone = ZoneInfo(home.timezone)
    plan = Plan(tariff, home.tariff, zone, series or {}) if tariff and home.tariff else None
    first = period.start.astimezone(zone).date()
    known = days_from(first, days) if cycle_days is None else cycle_days
    costs = costs_of(home, plan, known, period, days, now=now)
    seconds = sum(day.seconds for day in days)
    told = _told(home, taught or Taught(), heard, period)
    pumps = {
        pump.id: _pump(pump, told, heard, seconds, _price(costs, heard), taught or Taught(), systems or {})
        for pump in home.heat_pumps
    }
    zones = zone_uses(home, days, costs, {name: _heat(use) for name, use in pumps.items()}, start=period.start)
    return Summary(
        home=home.id,
        period=period,
        as_of=now.astimezone(zone),
        electricity=_electricity(home, heard, days, costs, zones, hours_used(days_from(first, days), zone)),
        heat_pumps=pumps,
        bill=costs.bill,
        baseline=BaselineSummary(
            system=home.compare, bill=Quantiles(), saving=Quantiles(), because=[], refused=_NO_BASELINE
        ),
        issues=_issues(home, heard),
    )


def _drawn(pump: HeatPump, heard: Sequence[Day]) -> float | None:
    """Return what a heat pump drew, its indoor units' own meters included; None where its meter was not heard [kWh]."""
    if all(day.meters.get(pump.meter) is None for day in heard):
        return None
    return sum(sum(day.pumps[pump.id].use.values()) for day in heard if pump.id in day.pumps)


def _backup(pump: HeatPump, heard: Sequence[Day]) -> float | None:
    """Return what a heat pump's back-up heater drew; None where it has no meter that was heard. [kWh]."""
    known = [kwh for day in heard if pump.backup and (kwh := day.meters.get(pump.backup)) is not None]
    return sum(known) if known else None


def _told(home: Home, past: Taught, heard: Sequence[Day], period: Period) -> list[dict[str, PumpDay]]:
    """Return each day's heat pumps, with what the house's own heat balance says of them."""
    if past.house is None:
        return [dict(day.pumps) for day in heard]
    return by_house(home, past.house, [Dated(period.start.date(), day.house, day.pumps) for day in heard])


def _pump(
    pump: HeatPump,
    told: Sequence[Mapping[str, PumpDay]],
    heard: Sequence[Day],
    seconds: float,
    price: Decimal | None,
    past: Taught,
    systems: Mapping[str, System],
) -> PumpUse:
    """Say of one heat pump how well it worked, and how it was run."""
    days = [row[pump.id] for row in told if pump.id in row]
    use = pump_use(
        pump,
        days,
        _drawn(pump, heard),
        past.maps.get(pump.id),
        systems.get(pump.unit or ""),
        house_days=past.days,
        backup_kwh=_backup(pump, heard),
    )
    by_mode = {mode: sum(day.use.get(mode, 0.0) for day in days) for mode in MODES}
    run = operated([day.running[pump.id] for day in heard if pump.id in day.running], seconds, by_mode, price)
    return msgspec.structs.replace(
        use,
        starts=run.cycling.starts,
        defrosts=run.defrosting.count,
        standby_w=run.standby.watts,
        by_mode={mode: kwh for mode, kwh in by_mode.items() if kwh},
        unshared_kwh=sum(run.unshared.values()),
        **run._asdict(),
    )


def _heat(use: PumpUse) -> ZoneHeat:
    cop = use.cop
    return ZoneHeat(heat_kwh=use.heat_kwh, cop=cop.value, low=cop.low, high=cop.high, work=cop.work, reason=cop.reason)


def _price(costs: Costs, heard: Sequence[Day]) -> Decimal | None:
    """Return the mean price of the period's energy, fixed charges left out; None without a bill. [currency/kWh]."""
    use = sum(day.use for day in heard)
    if costs.bill.total is None or use <= 0:
        return None
    return (Decimal(costs.bill.total) - Decimal(costs.fixed or 0)) / Decimal(use)


def _electricity(
    home: Home,
    heard: Sequence[Day],
    days: Sequence[Day],
    costs: Costs,
    zones: dict[str, ZoneUse],
    hourly: list[DayOfHours],
) -> Electricity:
    seconds = sum(day.seconds for day in days)
    coverage = min(sum(day.covered_s for day in days) / seconds, 1.0) if seconds else 0.0
    use = sum(day.use for day in heard) if heard else None
    unallocated = sum(day.unallocated for day in heard) if heard else None
    meters = {meter.id: _sum_known([day.meters.get(meter.id) for day in heard]) for meter in home.meters}
    by_meter_cost = {name: None if kwh is None else costs.meters.get(name) for name, kwh in meters.items()}
    return Electricity(
        kwh=use,
        by_meter=meters,
        by_meter_cost=by_meter_cost,
        unmetered_cost=costs.unmetered,
        by_zone=zones,
        unallocated_kwh=unallocated,
        unallocated_cost=costs.unallocated,
        fixed_cost=costs.fixed,
        by_mode={mode: sum(day.modes.get(mode, 0.0) for day in heard) for mode in MODES} if heard else {},
        coverage=coverage,
        estimated_kwh=sum(day.estimated for day in heard),
        hourly=hourly,
        **_whose(home, costs, zones, by_meter_cost),
    )


def _whose(
    home: Home, costs: Costs, zones: Mapping[str, ZoneUse], by_meter: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Return what the heat pumps cost, and what is neither theirs nor fixed; the three add up to the bill."""
    if costs.bill.total is None:
        return {}
    meters = dict.fromkeys(pump.meter for pump in home.heat_pumps)
    pumps = sum((Decimal(by_meter.get(meter) or 0) for meter in meters), Decimal(0))
    rooms = [Decimal(use.cost) for use in zones.values() if use.cost is not None]
    return {
        "pumps_cost": str(pumps),
        "rest_cost": str(Decimal(costs.bill.total) - pumps - Decimal(costs.fixed or 0)),
        "zones_cost": str(sum(rooms, Decimal(0))),
    }


def _sum_known(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _issues(home: Home, heard: Sequence[Day]) -> list[Issue]:
    doubts: dict[str, dict[str, int]] = {}
    for day in heard:
        for meter, counts in day.doubts.items():
            row = doubts.setdefault(meter, {})
            for name, count in counts.items():
                row[name] = row.get(name, 0) + count
    called = {meter.id: meter.name or meter.id for meter in home.meters}
    return meter_issues(doubts, called) + twin_issues(home, [(day.twins, day.meters) for day in heard])
