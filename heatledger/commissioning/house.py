"""Whether the home itself is known: heat loss, balance temperature, its coldest day, tariff and bill."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import numpy as np

from heatledger.commissioning.evidence import Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.formatting import money, number, temperature
from heatledger.formatting import power as watts
from heatledger.heat.balance import BLIND_SD, MODEL_SD
from heatledger.heat.flows import Z90
from heatledger.heat.map_ends import BEYOND_K
from heatledger.heat.unit_map import table
from heatledger.home import HeatPump
from heatledger.marks import marked, worded

_PER_KWH_DAY: Final = 1000.0 / 24.0
_WANTED_C: Final = 20.0
_BALANCE: Final = (8.0, 18.0)
_MARGIN: Final = 1.0


def loss_of(seen: Evidence) -> tuple[float, float] | None:
    """Return the home's heat loss and the half-width of its 90 % interval: its fit's and its model's. [W/K]."""
    if seen.house is None:
        return None
    value = float(seen.house.found[0]) * _PER_KWH_DAY
    own = float(math.sqrt(seen.house.covariance[0, 0])) * _PER_KWH_DAY
    known = [day.house.sun_heard for day in seen.days if day.house is not None]
    left_out = MODEL_SD if known and all(known) else BLIND_SD
    return value, Z90 * math.hypot(own, left_out * value, seen.house.lasting * value)


def _heat_loss(seen: Evidence) -> Iterator[Seen]:
    """Judge the heat loss against what the heating was designed for."""
    known, design = loss_of(seen), seen.home.design
    if known is None:
        return
    value, width = known
    figures = {"value": number(value, 0), "low": number(value - width, 0), "high": number(value + width, 0)}
    if design is None or design.heat_loss_w is None:
        said = worded("loses {value} W/K ({low}–{high})", **figures)
        yield Seen("", said, good=None, value=value, unit="W/K",
                   mend=worded("state design.outdoor_c and design.heat_loss_w in the home file"))  # fmt: skip
        return
    meant = design.heat_loss_w / (_WANTED_C - design.outdoor_c)
    said = worded("loses {value} W/K ({low}–{high}), designed for {meant} W/K", **figures, meant=number(meant, 0))
    yield Seen("", said, good=value - width <= meant, value=value, low=0.0, high=meant,
               unit="W/K")  # fmt: skip


def _balance(seen: Evidence) -> Iterator[Seen]:
    """Judge the outdoor temperature at which the house needs no heat."""
    rows = [day.house for day in seen.days if day.house is not None]
    if seen.house is None or not rows:
        return
    loss, aperture = float(seen.house.found[0]), float(seen.house.found[1])
    gain = float(np.mean([aperture * row.sun_kwh_m2 + row.other_kwh for row in rows]))
    value = float(np.mean([row.indoor_c for row in rows])) - gain / loss
    low, high = _BALANCE
    said = worded("needs no heat above {temperature}", temperature=temperature(value))
    yield Seen("", said, good=low <= value <= high, value=value, low=low, high=high, unit="°C")


def _capacity_w(seen: Evidence, pump: HeatPump, outdoor_c: float) -> float | None:
    """Return the most heat a unit's map gives at an outdoor temperature, below its coldest point as there. [W]."""
    system = seen.systems.get(pump.unit or "")
    if system is None or not system.heating:
        return None
    if outdoor_c < system.lockout_c:
        return 0.0
    scale = system.scale(pump.rated_w)
    grid = table(system.heating, scale)
    return float(np.interp(outdoor_c, grid.outdoor_c, grid.capacity_w[:, -1]))


def _margin(seen: Evidence) -> Iterator[Seen]:
    """Judge what the heat pumps can give on the design day against what the home then loses."""
    design, known = seen.home.design, loss_of(seen)
    if design is None:
        return
    if known is not None:
        needed = known[0] * (_WANTED_C - design.outdoor_c)
    elif design.heat_loss_w is not None:
        needed = design.heat_loss_w
    else:
        return
    each = [_capacity_w(seen, pump, design.outdoor_c) for pump in seen.home.heat_pumps]
    if not each or any(one is None for one in each):
        yield Seen("", worded("the map of a unit is not known"), good=None)
        return
    given = sum(one for one in each if one is not None)
    said = worded(
        "gives {given} at {temperature}, needed {needed}",
        given=watts(given),
        temperature=temperature(design.outdoor_c),
        needed=watts(needed),
    )
    enough = given >= _MARGIN * needed
    if enough and any(_colder(seen, pump, design.outdoor_c) for pump in seen.home.heat_pumps):
        unknown = worded("its map says nothing of {temperature} outdoors", temperature=temperature(design.outdoor_c))
        yield Seen("", unknown, good=None, mend=worded("a unit file with a point at the design temperature"))
        return
    yield Seen("", said, good=enough, value=given, low=needed, unit="W")


def _colder(seen: Evidence, pump: HeatPump, outdoor_c: float) -> bool:
    """Return whether a temperature lies so far below a map that its coldest point is no promise there any more."""
    system = seen.systems.get(pump.unit or "")
    known = () if system is None or pump.kind == "ground_source" else system.heating
    return bool(known) and outdoor_c < min(point.outdoor_c for point in known) - BEYOND_K


def _plan(seen: Evidence) -> Iterator[Seen]:
    """Judge whether the home has a tariff."""
    if seen.home.tariff is None:
        yield Seen("", worded("no tariff: nothing can be priced"), good=False)
    elif seen.summary.bill.total is None:
        yield Seen("", seen.summary.bill.reason or worded("the span cannot be priced"), good=False)
    else:
        cycle = seen.home.cycle
        plan = seen.home.tariff
        if cycle.read_dates:
            said = worded("{tariff}, billed by read dates", tariff=plan)
        elif cycle.calendar:
            said = worded("{tariff}, billed by calendar months", tariff=plan)
        else:
            said = worded("{tariff}, billed from day {day} of the month", tariff=plan, day=cycle.day)
        yield Seen("", said, good=True)


def _utility(seen: Evidence) -> Iterator[Seen]:
    """Judge our bill against the utility's."""
    theirs = seen.summary.bill.utility
    if theirs is None:
        return
    off, total = Decimal(theirs.difference), Decimal(theirs.total)
    currency = seen.home.currency
    said = worded("{ours} and {theirs}", ours=money(total + off, currency), theirs=money(total, currency))
    yield Seen("", said, good=off == 0, value=float(off), low=0.0, high=0.0, unit=currency)


CHECKS: Final = (
    Check(
        id="home.heat_loss",
        name=marked("Heat loss"),
        group="home",
        question=marked("Does the house lose what its heating was designed for?"),
        rule=marked("its 90 % interval reaches the design's figure or lies below"),
        source="heatledger/heat/balance.py",
        severity="warn",
        mend=marked("look for what is open or uninsulated before a larger unit is thought of"),
        needs=marked("fourteen days of known heat: a heat meter, measured airflow, or fuel bills of before"),
        judge=_heat_loss,
    ),
    Check(
        id="home.balance",
        name=marked("Balance temperature"),
        group="home",
        question=marked("From what outdoor temperature on does the house need no heat?"),
        rule=marked("between 8 and 18 °C"),
        source=marked("the range of metered homes: opendsm's change points"),
        severity="warn",
        mend=marked(
            "a house that needs heat at 18 °C loses it through something open, or a room's thermometer is wrong"
        ),
        needs=marked("fourteen days of known heat"),
        judge=_balance,
    ),
    Check(
        id="home.margin",
        name=marked("Coldest day"),
        group="home",
        question=marked("Do the heat pumps give what the home needs on its design day?"),
        rule=marked("at least what it loses"),
        source=marked("the unit's own file of systems/"),
        severity="warn",
        mend=marked("plan for back-up heat on that day, or another unit"),
        needs=marked("design.outdoor_c and design.heat_loss_w in the home file, and a unit file for each heat pump"),
        judge=_margin,
        applies=lambda home: bool(home.heat_pumps),
    ),
    Check(
        id="home.tariff",
        name=marked("Tariff and cycle"),
        group="home",
        question=marked("Can the home's electricity be priced?"),
        rule=marked("a tariff that prices the whole span"),
        source="docs/the-bill.md",
        severity="warn",
        mend=marked("choose or write a tariff: docs/add-a-tariff.md, and set cycle to the utility's read dates"),
        needs=marked("a tariff"),
        judge=_plan,
    ),
    Check(
        id="home.utility",
        name=marked("Tariff against the last bill"),
        group="home",
        question=marked("Is our bill the utility's?"),
        rule=marked("to the cent"),
        source="docs/the-bill.md",
        severity="warn",
        mend=marked("heatledger reconcile names the line that differs"),
        needs=marked("the utility's bill of a closed cycle: heatledger reconcile"),
        judge=_utility,
        applies=lambda home: home.tariff is not None,
    ),
)
