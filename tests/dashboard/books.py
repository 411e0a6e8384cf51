"""A Summary of the small house as the pages get it: 18 days of a bill, three prices, two heat pumps, a comparison."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from dashboard.desk_view import View
from dashboard.question import asked
from heatledger.baseline.compared import Assumption, BaselineSummary, CopError, DayCompared, Other
from heatledger.billed import Before, BillSummary, Cause, DayOutlook, Outlook, Period, Quantiles, Reconciled, Version
from heatledger.by_day import DayCost
from heatledger.heat.rungs import Rung
from heatledger.heat_pumps import Bin, Cop, PumpUse, Range, Seasonal
from heatledger.hours_used import DayOfHours
from heatledger.operation import Cycling, Defrosting, Standby
from heatledger.summary import Electricity, Summary
from heatledger.tariff.lines import BillLine
from heatledger.zone_use import ZoneDay, ZoneUse
from tests.dashboard.house import HOUSE

ZONE = ZoneInfo(HOUSE.timezone)
AT = datetime(2026, 1, 21, 0, 42, tzinfo=UTC)  # 6:42 pm on Jan 20 in Chicago
FIRST, LAST = date(2026, 1, 3), date(2026, 2, 3)
DAYS = 18


def _day(number: int) -> DayCost:
    day = FIRST + timedelta(days=number)
    return DayCost(
        day=day,
        kwh=48.0,
        cost="12.00",
        total=f"{12 * (number + 1)}.00",
        by_period={"Energy, off-peak": "2.05", "Energy, mid-peak": "5.98", "Energy, peak": "3.48"},
        fixed="0.49",
        credit="0.00",
        estimated="0.41" if number == 8 else "0.00",
        silent_s=7200.0 if number == 8 else 0.0,
    )


def _line(label: str, quantity: str, unit: str, rate: str, amount: str, kind: str = "energy") -> BillLine:
    return BillLine(
        kind=kind,
        label=label,
        quantity=quantity,
        unit=unit,
        rate=rate,
        amount=amount,
        tariff="tou_3",
        start="2026-01-03",
        end="2026-02-03",
    )


LINES = [
    _line("Energy, off-peak", "260.87", "kWh", "0.14180", "36.99"),
    _line("Energy, mid-peak", "481.29", "kWh", "0.22360", "107.62"),
    _line("Energy, peak", "173.11", "kWh", "0.36180", "62.63"),
    _line("Customer charge", "18", "day", "0.48722", "8.76", "fixed"),
]
BILL = BillSummary(
    currency="USD",
    total="216.00",
    lines=LINES,
    estimated=True,
    projected=Quantiles(p10="346.10", p50="366.20", p90="389.00"),
    reason=None,
    estimated_amount="0.41",
    notes=["nothing was heard for 2 h"],
    budget="380.00",
    outlook=Outlook(
        projected=Quantiles(p10="346.10", p50="366.20", p90="389.00"),
        chance=0.8,
        by_day=[
            DayOutlook(
                day=date(2026, 1, 20) + timedelta(days=n),
                p10=f"{216 + 10 * n}",
                p50=f"{216 + 11.5 * n}",
                p90=f"{216 + 13 * n}",
            )
            for n in range(14)
        ],
    ),
    by_day=[_day(number) for number in range(DAYS)],
    before=Before(
        start=date(2025, 12, 3),
        end=FIRST,
        total="340.17",
        days=17,
        compared="186.00",
        now="204.00",
        difference="18.00",
        because=[
            Cause(cause="weather", amount="12.50"),
            Cause(cause="use", amount="-1.50"),
            Cause(cause="price", amount="7.00"),
        ],
        utility=Reconciled(total="340.17", difference="0.00", likely=""),
    ),
    versions=[
        Version(version=1, closed_at=AT, total="217.86", difference=None, reason="closed"),
        Version(version=2, closed_at=AT, total="216.00", difference="-1.86", reason="mid-peak rate corrected"),
    ],
)


def _zone(kwh: float, cost: str, split: str) -> ZoneUse:
    return ZoneUse(
        kwh=kwh,
        cost=cost,
        split=split,
        cost_of_heat_per_kwh="0.0887",
        cost_of_heat_low="0.0717",
        cost_of_heat_high="0.1092",
        heat_kwh=kwh * 2.5,
        heat_low_kwh=kwh * 2.1,
        heat_high_kwh=kwh * 2.9,
        degree_hours=9000.0,
        heat_per_degree_day=kwh * 2.5 / 375,
        heat_per_degree_day_low=kwh * 2.1 / 375,
        heat_per_degree_day_high=kwh * 2.9 / 375,
        share=float(cost) / 89.61,
        hours_on=120.0,
        daily=[
            ZoneDay(
                day=FIRST + timedelta(days=n),
                kwh=None if n == 8 else kwh / DAYS,
                hours_on=6.0,
                degree_hours=500.0,
                temperature_c=20.0,
                setpoint_c=20.0,
            )
            for n in range(DAYS)
        ],
    )


ELECTRICITY = Electricity(
    kwh=915.27,
    by_meter={"mains": 915.27, "split": 150.0, "multi": 198.0, "heater": 90.0},
    by_zone={
        "living": _zone(150.0, "33.10", "own meter"),
        "bedroom": _zone(96.0, "21.20", "head demand"),
        "study": _zone(70.0, "15.45", "head demand"),
        "kids": msgspec.structs.replace(
            _zone(90.0, "19.86", "own meter"),
            cost_of_heat_per_kwh=None,
            heat_kwh=None,
            heat_per_degree_day=None,
            heat_reason="no heat pump of its own: a heater's heat is not measured",
        ),
    },
    unallocated_kwh=509.27,
    unallocated_cost="117.63",
    by_mode={"heating": 316.0},
    coverage=0.995,
    estimated_kwh=1.9,
    fixed_cost="8.76",
    by_meter_cost={"mains": "207.24", "split": "33.10", "multi": "43.70", "heater": "19.86"},
    pumps_cost="76.80",
    rest_cost="130.44",
    zones_cost="89.61",
    hourly=[
        DayOfHours(
            day=FIRST + timedelta(days=n),
            kwh=[None if n == 8 and 10 <= hour < 12 else 1.0 + hour / 24 + n / 18 for hour in range(24)],
        )
        for n in range(DAYS)
    ],
)


def cop(value: float | None = 2.5, reason: str | None = None) -> Cop:
    known = value is not None
    return Cop(
        value=value,
        low=value and value - 0.4,
        high=value and value + 0.4,
        method="unit map" if known else None,
        boundary="H4" if known else None,
        reason=reason,
        rung="D" if known else None,
    )


BINS = [
    Bin(
        from_c=float(c),
        to_c=float(c + 3),
        kwh=20.0 + c,
        heat_kwh=60.0,
        cop=2.5 + c / 10,
        low=2.1 + c / 10,
        high=2.9 + c / 10,
        expected=Range(low=2.2 + c / 10, high=3.0 + c / 10),
    )
    for c in range(-9, 9, 3)
]
LADDER = [
    Rung(rung="A", method="heat meter", promise="±5%", state="not fitted", reason="heat carried by air has no meter"),
    Rung(
        rung="B",
        method="air enthalpy",
        promise="±15%",
        state="not fitted",
        reason="no supply-air sensor",
        fits="a supply-air probe",
    ),
    Rung(rung="C", method="unit map, anchored", promise="±13%", state="gathering", have=9, need=14),
    Rung(rung="D", method="unit map", promise="±20%", state="in use"),
    Rung(rung="E", method="rating map", promise="±30%", state="ready", reason="a better rung answers"),
    Rung(
        rung="F", method="heat balance of the house", promise="±25%", state="refused", reason="needs known heat first"
    ),
]


def pump(kwh: float, **changes: object) -> PumpUse:
    seen = Seasonal(cop=cop(), kwh=kwh, heat_kwh=kwh * 2.5, expected=Range(low=2.2, high=2.9), bins=BINS, rated=[])
    made = PumpUse(
        electricity_kwh=kwh,
        heat_kwh=kwh * 2.5,
        cooling_kwh=None,
        cop=cop(),
        starts=252,
        defrosts=231,
        standby_w=43.0,
        seasonal={"heating": seen},
        ladder=LADDER,
        narrower="a supply-air probe: ±15%",
        unshared={"defrosting": 20.0, "standby": 12.0},
        unshared_kwh=32.0,
        cycling=Cycling(
            starts=252,
            starts_per_day=14.0,
            peak_starts_per_hour=3,
            median_period_min=41.0,
            hours_running=240.0,
            short_cycling=False,
        ),
        defrosting=Defrosting(count=231, kwh=26.1, cost="5.96", evidence="its own word"),
        standby=Standby(watts=43.0, mean_watts=61.0, hours=192.0, kwh=11.7, cost="2.60"),
    )
    return msgspec.structs.replace(made, **changes)


def _other(system: str, name: str, low: str, middle: str, high: str) -> Other:
    return Other(system=system, name=name, saving=Quantiles(p10=low, p50=middle, p90=high), chance=0.9)


BASELINE = BaselineSummary(
    system="ducted",
    refused=None,
    bill=Quantiles(p10="220", p50="247", p90="276"),
    saving=Quantiles(p10="3", p50="31", p90="60"),
    because=[
        {"cause": "ducts", "amount": "31.2"},
        {"cause": "idle_rooms", "amount": "9.9"},
        {"cause": "machine", "amount": "-13.4"},
        {"cause": "timing", "amount": "3.3"},
    ],
    actual="216.00",
    actual_part="130.37",
    part=Quantiles(p10="133", p50="161.37", p90="190"),
    assumptions=[
        Assumption(label="Ducts", value="in the attic, 20% ±10 lost", key="[compare] ducts"),
        Assumption(label="Set-point", value="one thermostat, 68°", key="[compare] setpoint_c"),
    ],
    alternatives=[
        _other("ducted", "a ducted heat pump", "3", "31", "60"),
        _other("gas95", "a gas furnace", "-33", "-12", "9"),
        Other(system="oil85", name="an oil boiler", refused="no price of oil: name one in the home file"),
    ],
    by_day=[
        DayCompared(
            day=FIRST + timedelta(days=n),
            actual=f"{7.24 * (n + 1):.2f}",
            base=Quantiles(p10=f"{7.4 * (n + 1)}", p50=f"{8.96 * (n + 1)}", p90=f"{10.5 * (n + 1)}"),
        )
        for n in range(DAYS)
    ],
    cop_error=CopError(bill="16", saving="16", share=0.1),
    days=40.0,
    coverage=0.99,
)
SUMMARY = Summary(
    home=HOUSE.id,
    period=Period(start=datetime(2026, 1, 3, tzinfo=ZONE), end=datetime(2026, 2, 3, tzinfo=ZONE)),
    as_of=AT,
    electricity=ELECTRICITY,
    heat_pumps={"mini": pump(150.0), "duo": pump(198.0)},
    bill=BILL,
    baseline=BASELINE,
    issues=[],
)


def view(summary: Summary = SUMMARY, *, now=None, scheme="light", home=HOUSE, **query: str) -> View:
    """What a page is given: the summary of an address at 6:42 pm on Jan 20, the 18th of 31 days."""
    return View(
        home=home,
        question=asked(home, query, AT),
        summary=summary,
        at=AT,
        scheme=scheme,
        homes={home.id: home.name},
        now=now,
    )


def with_bill(**changes: object) -> Summary:
    return msgspec.structs.replace(SUMMARY, bill=msgspec.structs.replace(BILL, **changes))


def no_bill(reason: str) -> Summary:
    bill = BillSummary(currency="USD", total=None, lines=[], estimated=False, projected=Quantiles(), reason=reason)
    return msgspec.structs.replace(SUMMARY, bill=bill)


def total_of(lines: list[BillLine]) -> Decimal:
    return sum((Decimal(line.amount) for line in lines), Decimal(0))
