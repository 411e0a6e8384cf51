"""A December by hand, Dec 3 – Jan 2: figures chosen so that lines, rooms and days each add up to $340.17.

1,335.48 kWh: 391.93 at 14.18 ¢ = 55.58, 703.13 at 22.36 ¢ = 157.22, 240.42 at 36.18 ¢ = 86.98; the rider 1,335.48 at
1.258 ¢ = 16.80, 31 days at 49.31 ¢ = 15.29; 2.5 % tax on 331.87 = 8.30.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from heatledger.baseline.compared import BaselineSummary, Other
from heatledger.billed import Before, BillSummary, Cause, LineDifference, Period, Quantiles, Reconciled
from heatledger.by_day import DayCost
from heatledger.heat_pumps import Cop, PumpUse
from heatledger.home import Head, HeatPump, Home, Meter, Zone
from heatledger.operation import Cycling, Defrosting, Standby
from heatledger.quality import Issue
from heatledger.summary import Electricity, Summary
from heatledger.tariff.lines import BillLine
from heatledger.zone_use import ZoneUse

ZONE = ZoneInfo("America/Chicago")
FIRST, END = date(2025, 12, 3), date(2026, 1, 3)
ISSUED = datetime(2026, 1, 4, 13, 0, tzinfo=UTC)
ROOMS = {
    "living": ("Living room", 299.2, "70.04", "head demand"),
    "bedroom": ("Bedroom", 137.3, "31.38", "head demand"),
    "kids": ("Kids’ room", 130.2, "30.12", "own meter"),
    "study": ("Study", 99.8, "23.31", "head demand"),
    "guest": ("Guest room", 82.0, "18.82", "own meter"),
}
HOME = Home(
    id="maple",
    name="Maple Street 14",
    timezone="America/Chicago",
    currency="USD",
    tariff="tou_3",
    compare="ducted",
    temperature_unit="F",
    zones=tuple(Zone(id=name, name=row[0]) for name, row in ROOMS.items()),
    meters=(
        Meter(id="main", role="import", name="Main meter", points=("main",)),
        Meter(id="multi", role="outdoor_unit", name="Outdoor unit", parent="main", points=("pm1",)),
        Meter(id="mini", role="circuit", name="Mini-split plug", parent="main", points=("plug",)),
    ),
    heat_pumps=(
        HeatPump(id="multi", kind="multi_split", meter="multi", name="Multi-split, 3 rooms",
                 heads=tuple(Head(zone=zone, device=zone) for zone in ("living", "bedroom", "study"))),
        HeatPump(id="mini", kind="multi_split", meter="mini", name="Kids’ and guest room",
                 heads=tuple(Head(zone=zone, device=zone) for zone in ("kids", "guest"))),
    ),
)  # fmt: skip


def line(kind: str, label: str, quantity: str, unit: str, rate: str, amount: str) -> BillLine:
    return BillLine(kind=kind, label=label, quantity=quantity, unit=unit, rate=rate, amount=amount, tariff="tou_3",
                    start="2025-12-03", end="2026-01-03")  # fmt: skip


LINES = [
    line("energy", "Energy, off-peak", "391.93", "kWh", "0.14180", "55.58"),
    line("energy", "Energy, mid-peak", "703.13", "kWh", "0.22360", "157.22"),
    line("energy", "Energy, peak", "240.42", "kWh", "0.36180", "86.98"),
    line("adjustment", "Delivery rider", "1335.48", "kWh", "0.01258", "16.80"),
    line("fixed", "Fixed charge", "31", "day", "0.49310", "15.29"),
    line("percent", "City utility tax", "331.87", "USD", "0.025", "8.30"),
]


def _days() -> list[DayCost]:
    """31 days that get colder, weekends without a peak price; what is left over lies on the last day."""
    periods = {"Energy, off-peak": Decimal("60.53"), "Energy, mid-peak": Decimal("171.22"),
               "Energy, peak": Decimal("92.75")}  # fmt: skip
    fixed, count = Decimal("15.67"), (END - FIRST).days
    dates = [FIRST + timedelta(days=at) for at in range(count)]
    weights = {
        name: [Decimal(0) if name.endswith(", peak") and day.weekday() > 4 else Decimal(20 + at + at % 3)
               for at, day in enumerate(dates)]
        for name in periods
    }  # fmt: skip
    cent = Decimal("0.01")
    parts = {name: [(whole * row / sum(weights[name])).quantize(cent) for row in weights[name]]
             for name, whole in periods.items()}  # fmt: skip
    charges = [(fixed / count).quantize(cent)] * count
    for row, whole in ((charges, fixed), *((parts[name], whole) for name, whole in periods.items())):
        row[-1] += whole - sum(row)
    rows, total = [], Decimal(0)
    for at, day in enumerate(dates):
        cost = charges[at] + sum(row[at] for row in parts.values())
        total += cost
        silent = 10_800.0 if day == date(2025, 12, 19) else 0.0
        rows.append(DayCost(day=day, kwh=43.08, cost=str(cost), total=str(total), fixed=str(charges[at]), credit="0.00",
                            by_period={name: str(row[at]) for name, row in parts.items()},
                            estimated="0.62" if silent else "0.00", silent_s=silent))  # fmt: skip
    return rows


BILL = BillSummary(
    currency="USD",
    total="340.17",
    lines=LINES,
    estimated=True,
    projected=Quantiles(),
    reason=None,
    estimated_amount="0.62",
    notes=["3 h of Dec 19 were silent; the counter bridged them"],
    by_day=_days(),
    before=Before(
        start=date(2025, 11, 3), end=FIRST, total="241.08", days=30, compared="241.08", now="340.17",
        difference="99.09",
        because=[Cause(cause="weather", amount="81.40"), Cause(cause="use", amount="6.67"),
                 Cause(cause="days", amount="11.02"), Cause(cause="price", amount="0.00")],
    ),
    year_before=Before(
        start=date(2024, 12, 3), end=date(2025, 1, 3), total="372.10", days=31, compared="372.10", now="340.17",
        difference="-31.93",
        because=[Cause(cause="weather", amount="-20.12"), Cause(cause="use", amount="-30.11"),
                 Cause(cause="days", amount="0.00"), Cause(cause="price", amount="18.30")],
    ),
)  # fmt: skip
RECONCILED = Reconciled(
    total="340.17",
    difference="0.00",
    likely="equal to the cent",
    lines=[LineDifference(row.label, row.amount, row.amount, "0.00", "") for row in LINES],
)


def pump(kwh: float, heat_kwh: float, value: float, low: float, high: float, rung: str) -> PumpUse:
    return PumpUse(
        electricity_kwh=kwh,
        heat_kwh=heat_kwh,
        cooling_kwh=None,
        cop=Cop(value=value, low=low, high=high, method="unit map", boundary="H4", reason=None, rung=rung),
        starts=612,
        defrosts=231,
        standby_w=11.4,
        cycling=Cycling(starts=612, peak_starts_per_hour=3, short_cycling=False),
        defrosting=Defrosting(count=231, kwh=40.1, cost="10.22", evidence="its own word"),
        standby=Standby(watts=11.4, mean_watts=38.0, hours=210.0, kwh=8.0, cost="2.04"),
    )


def _other(system: str, name: str, low: str, middle: str, high: str) -> Other:
    return Other(system=system, name=name, saving=Quantiles(p10=low, p50=middle, p90=high), chance=0.8)


SUMMARY = Summary(
    home="maple",
    period=Period(start=datetime(2025, 12, 3, tzinfo=ZONE), end=datetime(2026, 1, 3, tzinfo=ZONE)),
    as_of=ISSUED.astimezone(ZONE),
    electricity=Electricity(
        kwh=1335.48,
        by_meter={"main": 1335.48, "multi": 585.3, "mini": 232.2},
        by_zone={
            name: ZoneUse(kwh=kwh, cost=cost, cost_of_heat_per_kwh=None, split=split)
            for name, (_, kwh, cost, split) in ROOMS.items()
        },
        unallocated_kwh=586.98,
        unallocated_cost="150.83",
        by_mode={"heating": 748.5, "other": 586.98},
        coverage=0.996,
        estimated_kwh=2.6,
        fixed_cost="15.67",
        by_meter_cost={"main": "324.50", "multi": "136.80", "mini": "53.09"},
    ),
    heat_pumps={"multi": pump(585.3, 1469.2, 2.5, 2.0, 3.0, "D"), "mini": pump(232.2, 632.2, 2.7, 2.4, 3.1, "C")},
    bill=BILL,
    baseline=BaselineSummary(
        system="ducted",
        refused=None,
        bill=Quantiles(p10="346", p50="386", p90="428"),
        saving=Quantiles(p10="6.20", p50="46.40", p90="88.10"),
        because=[{"cause": "ducts", "amount": "40.10"}, {"cause": "idle_rooms", "amount": "21.90"},
                 {"cause": "machine", "amount": "-18.20"}, {"cause": "timing", "amount": "2.60"}],
        alternatives=[
            _other("ducted", "a ducted heat pump", "6.20", "46.40", "88.10"),
            _other("resistance", "resistance heat", "191", "263", "337"),
            _other("gas", "a gas furnace", "-48", "-17", "13"),
        ],
    ),
    issues=[
        Issue(name="meter.gap", severity="info", message="Outdoor unit was silent for 3 h", data={}, fix=""),
    ],
)  # fmt: skip


def reconciled(summary: Summary = SUMMARY) -> Summary:
    """The same December, after the utility's bill was entered."""
    return msgspec.structs.replace(summary, bill=msgspec.structs.replace(summary.bill, utility=RECONCILED))
