"""The ladder: of the rungs that can answer for a span, the best whose checks pass; never a blend."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from heatledger.heat.anchor import CARRY_SD, LEAST_DAYS, Factor, Learnt, anchored, telling
from heatledger.heat.anchor import factor as factor_of
from heatledger.heat.flows import WORKS, Z90, HeatSum, PumpDay, Rung, Work, add
from heatledger.heat.heat_meter import CLIPPED
from heatledger.home import HeatPump
from heatledger.marks import marked, worded
from heatledger.readings import Floats

NO_HEAT: Final = marked("no heat is measured: power and temperatures alone cannot tell heat loss from efficiency")
NO_COLD: Final = marked("what it takes out of the rooms is not measured: power and temperatures alone cannot tell it")
_LEAST_KWH: Final = 0.05
_MOST_BEYOND: Final = 0.10
"""Share of electricity beyond the map at which the map is not believed. [1]"""
_MOST_MISSING: Final = 0.5
_GAP_WEIGHT: Final = 0.5
"""How far the COP of a gap may lie from that of what was heard around it. [1]"""
_ANCHOR_GAP: Final = 0.2
"""Electricity without an answer on a day that anchors. [kWh]"""
_HOUR_S: Final = 3600.0


class Step(NamedTuple):
    """A step of the ladder: what its sums are kept under, its rung, its name and its shortest honest window [s]."""

    key: Rung
    rung: str
    method: str
    window_s: float


STEPS: Final = (
    Step("A", "A", marked("heat meter"), 300.0),
    Step("B", "B", marked("air enthalpy"), 900.0),
    Step("C", "C", marked("unit map, anchored"), _HOUR_S),
    Step("D", "D", marked("unit map"), _HOUR_S),
    Step("F", "F", marked("heat balance of the house"), 23 * _HOUR_S),
    Step("B?", "E", marked("air enthalpy, airflow from the catalogue"), 23 * _HOUR_S),
    Step("E", "E", marked("rating map"), 23 * _HOUR_S),
    Step("K", "E", marked("share of Carnot’s COP"), 23 * _HOUR_S),
)


class Realized(NamedTuple):
    """A realized COP with its 90 % interval, or why it is not known; `step` is the ladder's that answered."""

    value: float | None
    low: float | None
    high: float | None
    rung: str | None
    method: str | None
    reason: str | None
    work: Work
    heat_kwh: float | None
    step: Step | None = None


def method(pump: HeatPump, found: Realized) -> str | None:
    """Return how a COP was found, with what had to be taken off a heat meter that does not count defrosting."""
    clipped = found.rung == "A" and pump.heat_meter is not None and pump.heat_meter.clipped
    return (
        worded("{method}, less {share} for defrosting below 5 °C", method=found.method, share=format(CLIPPED, ".0%"))
        if clipped
        else found.method
    )


def realize(days: Sequence[PumpDay], work: Work = "heating", factor: Factor | None = None) -> Realized:
    """Return the realized COP of a span, a ratio of sums, from the best rung whose checks pass.

    Parameters
    ----------
    days : sequence of PumpDay
        The span's days of one heat pump.
    work : str
        heating, cooling or dhw.
    factor : Factor, optional
        What an anchor period says of the unit's map (heating only).

    Returns
    -------
    Realized
        Not known, with the reason of the best rung that was there, where none passes.
    """
    reason = None
    for step in STEPS:
        whole = whole_of(step, days, work, factor)
        if whole is None:
            continue
        wrong = check(whole, step)
        if wrong is None:
            return _value(whole, step, work)
        reason = reason or wrong
    return Realized(None, None, None, None, None, reason or _absent(days, work), work, None)


def kept(step: Step) -> Rung:
    """Return what a step's sums are kept under: an anchored map's are the map's."""
    return "D" if step.key == "C" else step.key


def whole_of(step: Step, days: Sequence[PumpDay], work: Work, factor: Factor | None = None) -> HeatSum | None:
    """Return a step's sums over a span, what it could not judge included; None where it has nothing to say."""
    if step.key == "C" and (factor is None or work != "heating"):
        return None
    name = kept(step)
    found = [row for day in days if (row := getattr(day, work).get(name)) is not None]
    if not found:
        return None
    if step.key == "C" and factor is not None:
        found = [anchored(row, factor) for row in found]
    return _with_absent(add(found), days, work, name)


def learn(days: Iterable[PumpDay]) -> Learnt:
    """Return what days with both a measured heat and the map's say of the map, and how many they are.

    Parameters
    ----------
    days : iterable of PumpDay
        One heat pump's whole days.

    Returns
    -------
    Learnt
        From rung A, where there is one on a day, else from rung B; from rung F where those are fewer than it needs.
    """
    rows = list(days)
    told = [_pairs(rows, rungs) for rungs in (("A", "B"), ("F",))]
    by = worded("heat balance") if len(told[1][0]) > len(told[0][0]) and len(told[0][0]) < LEAST_DAYS else ""
    heat, mapped_kwh, doubt = told[1 if by else 0]
    found = factor_of(heat, mapped_kwh, meter_sd=float(doubt.sum() / max(heat.sum(), 1e-9)), carry_sd=CARRY_SD)
    metered = any("A" in day.heating for day in rows)
    return Learnt(found, len(heat), by or (worded("heat meter") if metered else worded("air enthalpy")))


def _pairs(days: Iterable[PumpDay], rungs: tuple[Rung, ...]) -> tuple[Floats, Floats, Floats]:
    """Return measured and mapped heat, and the lasting doubt, of days that heated and have both nearly whole. [kWh]."""
    pairs = list[tuple[float, float, float]]()
    for day in days:
        measured = next((day.heating[rung] for rung in rungs if rung in day.heating), None)
        mapped = day.heating.get("D")
        if measured is None or mapped is None or measured.missing_kwh + mapped.missing_kwh > _ANCHOR_GAP:
            continue
        pairs.append((measured.heat_kwh, mapped.heat_kwh, measured.systematic_kwh))
    heat, mapped_kwh, doubt = np.array(pairs, dtype=np.float64).reshape(-1, 3).T
    tells = telling(heat, mapped_kwh)
    return heat[tells], mapped_kwh[tells], doubt[tells]


def check(whole: HeatSum, step: Step) -> str | None:
    """Return why a rung may not answer for a span, None where it may."""
    drawn = whole.electricity_kwh
    if drawn + whole.missing_kwh < _LEAST_KWH:
        return worded("it has hardly run in this span")
    if whole.missing_kwh > _MOST_MISSING * (drawn + whole.missing_kwh):
        return worded("for most of its electricity the outdoor temperature, its mode or its sensors were not heard")
    if whole.seconds < step.window_s:
        return worded("the {method} needs {span} to say anything", method=step.method, span=_span(step.window_s))
    if whole.beyond_kwh > _MOST_BEYOND * drawn:
        return worded(
            "it draws more than its map knows: another unit's map, or a resistance heater on the same circuit"
        )
    if whole.heat_kwh <= 0:
        return worded("no heat was found for its electricity")
    return None


def half_width(whole: HeatSum) -> float:
    """Return the half-width of the 90 % interval relative to the value, wider by what was not heard.

    Examples
    --------
    >>> half_width(HeatSum(electricity_kwh=1, heat_kwh=3, systematic_kwh=0.3, variance_kwh2=0.16))
    0.274...
    """
    spread = math.hypot(whole.systematic_kwh, math.sqrt(whole.variance_kwh2)) / abs(whole.heat_kwh)
    gap = whole.missing_kwh / (whole.missing_kwh + whole.electricity_kwh)
    return Z90 * spread + _GAP_WEIGHT * gap


def _value(whole: HeatSum, step: Step, work: Work) -> Realized:
    value, width = whole.heat_kwh / whole.electricity_kwh, half_width(whole)
    low, high = value * max(1 - width, 0.0), value * (1 + width)
    return Realized(value, low, high, step.rung, step.method, None, work, whole.heat_kwh, step)


def _with_absent(whole: HeatSum, days: Iterable[PumpDay], work: Work, rung: str) -> HeatSum:
    """Count as missing what was drawn on days for which the rung has nothing."""
    absent = sum(sum(day.use.get(mode, 0.0) for mode in WORKS[work]) for day in days if rung not in getattr(day, work))
    return add((whole, HeatSum(missing_kwh=absent)))


def _absent(days: Sequence[PumpDay], work: Work) -> str:
    drawn = sum(day.use.get(mode, 0.0) for day in days for mode in WORKS[work])
    unknown = sum(day.use.get("unknown", 0.0) for day in days)
    return (
        worded("it has not run in this span")
        if days and drawn + unknown < _LEAST_KWH
        else NO_COLD
        if work == "cooling"
        else NO_HEAT
    )


def _span(seconds: float) -> str:
    return (
        worded("a whole day")
        if seconds > 12 * _HOUR_S
        else worded("an hour")
        if seconds >= _HOUR_S
        else worded("{n} minutes", n=format(seconds / 60, "g"))
    )
