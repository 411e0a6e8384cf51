"""A whole-home load from the fuel bills of before: it owes nothing to any heat pump's COP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from heatledger.anchors import Anchor
from heatledger.baseline.load import Load, Missing, Part
from heatledger.baseline.restoration import DAY_H, FAST, SLOW_H, decayed, mean_day
from heatledger.marks import worded
from heatledger.readings import Floats, Ints
from heatledger.weather_response import MIN_BILLS, Response, fit_bills

_FUEL_SD: Final = 0.08
"""What a burner's efficiency and its ducts leave open, relative. [1]"""
_MOST_SLOPE_SD: Final = 0.25
"""A slope less sure than this says nothing. [1]"""
_MONTH_SD: Final = 0.05
"""What wind, sun and habits make of a month, relative. [1]"""


class Before(NamedTuple):
    """How a home's heat followed the weather before its heat pumps.

    Attributes
    ----------
    response : Response
        Heat by the day's mean temperature; its base is hot water and cooking, no heat of rooms. [kWh/d]
    indoor_c : float
        Mean temperature of the rooms then. [°C]
    bills : int
        How many there are.
    first, last : date
        Their span, half open.
    slope_sd : float
        Standard deviation of the slope, relative. [1]
    """

    response: Response
    indoor_c: float
    bills: int
    first: date
    last: date
    slope_sd: float


def before(anchors: Sequence[Anchor], daily_c: Mapping[date, float] | None = None) -> Before | Missing:
    """Fit the five-parameter change-point model, without its cooling side, to fuel bills of before the heat pumps.

    Parameters
    ----------
    anchors : sequence of Anchor
        As the home file states them; those that are no fuel bills are passed over.
    daily_c : mapping of date to float, optional
        Mean outdoor temperatures of days; a bill all of whose days are there is fitted day by day, others by the mean
        that the bill states. [°C]

    Returns
    -------
    Before or Missing
        Missing with fewer than `MIN_BILLS` bills, where two of them overlap, or where heat does not follow the cold.
    """
    bills = sorted((row for row in anchors if row.kind == "fuel"), key=lambda row: row.start)
    days = float(sum((row.end - row.start).days for row in bills))
    if len(bills) < MIN_BILLS:
        return Missing(
            days,
            0.0,
            worded(
                "{bills} fuel bills from before the heat pumps; {least} are needed", bills=len(bills), least=MIN_BILLS
            ),
        )
    for early, late in pairwise(bills):
        if early.end > late.start:
            return Missing(
                days,
                0.0,
                worded(
                    "the fuel bills of {early} and {late} overlap; keep one of them",
                    early=early.start,
                    late=late.start,
                ),
            )
    temps = np.concatenate([_days_of(row, daily_c or {}) for row in bills])
    length = np.array([(row.end - row.start).days for row in bills], dtype=np.int64)
    heat = np.array([row.heat_kwh or 0.0 for row in bills])
    found = fit_bills(temps, length, heat, cools=False)
    slope_sd = _slope_sd(found, temps, length) if found is not None and found.heating > 0 else 1.0
    if found is None or slope_sd > _MOST_SLOPE_SD:
        return Missing(
            days, 0.0, worded("the fuel bills do not follow the cold; bills of whole winters and a summer would")
        )
    indoor = float(np.average([row.indoor_c or 0.0 for row in bills], weights=length))
    return Before(found, indoor, len(bills), bills[0].start, bills[-1].end, slope_sd)


def by_bills(told: Before, load: Load) -> Load:
    """Return a load with its heating from fuel bills in place of the zones' heat.

    What was burnt for each degree, at the common set-point of now; hours by the weather as rooms answer it.

    Parameters
    ----------
    told : Before
        The bills' fit.
    load : Load
        From the zones: its hours, its comfort and its cooling stay.

    Returns
    -------
    Load
        Its heating has nothing restored; its error is the bills', shared with no COP.
    """
    heat_w = heat_of(told, load.outdoor_c, load.setpoint_c)
    whole = float(np.nansum(np.where(np.isfinite(heat_w), load.heating.whole(), 0.0)))
    eased = float(np.nansum(np.where(np.isfinite(heat_w), load.set_back_w, 0.0))) / whole if whole > 0 else 1.0
    none = np.where(np.isfinite(heat_w), 0.0, np.nan)
    part = Part(heat_w, none, none, none, float(np.hypot(_FUEL_SD, told.slope_sd)), 0.0, _MONTH_SD)
    slope_w_k = told.response.heating * 1e3 / DAY_H
    return load._replace(
        heating=part,
        set_back_w=heat_w * eased,
        loss_w_k=slope_w_k,
        loss_sd=part.measured_sd,
        gains_w=slope_w_k * (told.indoor_c - told.response.heats_below_c),
        source=worded("{bills} fuel bills from {first} to {last}", bills=told.bills, first=told.first, last=told.last),
    )


def heat_of(told: Before, outdoor_c: Floats, setpoint_c: Floats) -> Floats:
    """Return the heat that rooms take at a set-point, hour by hour. [W].

    slope·(T_h + set-point − rooms then − T_out)⁺ of each day, spread over its hours.

    Parameters
    ----------
    told : Before
        The bills' fit.
    outdoor_c, setpoint_c : array, shape (n,)
        [°C]

    Returns
    -------
    array, shape (n,)
        NaN where the outdoor temperature is not known.
    """
    known = np.isfinite(outdoor_c)
    if not known.any():
        return np.full(len(outdoor_c), np.nan)
    line = np.interp(np.arange(len(outdoor_c)), np.flatnonzero(known), outdoor_c[known])
    slope_w_k = told.response.heating * 1e3 / DAY_H
    balance = told.response.heats_below_c + setpoint_c - told.indoor_c
    daily = slope_w_k * np.maximum(balance - mean_day(line), 0.0)
    answered = FAST * line + (1.0 - FAST) * decayed(line, SLOW_H)
    hourly = np.where(daily > 0, np.maximum(daily - slope_w_k * (answered - mean_day(answered)), 0.0), 0.0)
    total = float(hourly.sum())
    return np.where(known, hourly * (float(daily.sum()) / total if total > 0 else 0.0), np.nan)


def _days_of(bill: Anchor, daily_c: Mapping[date, float]) -> Floats:
    days = [bill.start + timedelta(days=number) for number in range((bill.end - bill.start).days)]
    known = [daily_c.get(day) for day in days]
    heard = [temp for temp in known if temp is not None]
    return np.array(heard) if len(heard) == len(days) else np.full(len(days), bill.outdoor_c or 0.0)


def _slope_sd(found: Response, temps: Floats, days: Ints) -> float:
    """Return the standard deviation of the slope, relative, from the bills' own scatter. [1]."""
    first = np.concatenate([[0], np.cumsum(days)[:-1]])
    cold = np.add.reduceat(np.maximum(found.heats_below_c - temps, 0.0), first) / days
    spread = float(((cold - cold.mean()) ** 2).sum())
    free = max(len(days) - 3, 1)
    scatter = float((found.residuals**2).sum()) / free
    return float(np.sqrt(scatter / spread)) / found.heating if spread > 0 else 1.0
