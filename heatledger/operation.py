"""How a heat pump was run over a period: starts and short cycling, defrosts, standby, or why they are not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.marks import worded
from heatledger.run_day import RunDay

SHORT_STARTS, SHORT_MIN, SHORT_DAYS = 6, 15.0, 3
"""Short cycling: so many starts in the busiest hour, so many minutes from start to start at the median, so many days
running (github.com/alepee/hass-hitachi_yutaki pull request 441: of 14 metered units it names one, where the usual
three starts an hour name ten)."""
_FINE: Final = 0.5
_BRIEF: Final = 0.05
_HEARD: Final = 0.9
_COIN: Final = Decimal("0.01")


class Cycling(msgspec.Struct, frozen=True, kw_only=True):
    """How often a compressor starts.

    Attributes
    ----------
    starts, peak_starts_per_hour : int or None
        Of the period, and the most in any 60 minutes.
    starts_per_day : float or None
        Over the days so far; of less than a day its own.
    median_period_min : float or None
        From one start to the next. [min]
    hours_running : float or None
        [h]
    short_cycling : bool or None
        At least 6 starts in the busiest hour and at most 15 min from start to start at the median, three days running.
    short_days : int or None
        Days on which it was so.
    reason : str or None
        Why it is not known.
    """

    starts: int | None = None
    peak_starts_per_hour: int | None = None
    starts_per_day: float | None = None
    median_period_min: float | None = None
    hours_running: float | None = None
    short_cycling: bool | None = None
    short_days: int | None = None
    reason: str | None = None


class Defrosting(msgspec.Struct, frozen=True, kw_only=True):
    """Defrosts of a period, or why they are not known.

    Attributes
    ----------
    count, kwh, cost : int or None, float or None, str or None
        How many, what the intervals with one took [kWh] and cost, at the mean price of the period's energy.
    evidence : str or None
        How they are known.
    reason : str or None
        Why they are not.
    """

    count: int | None = None
    kwh: float | None = None
    cost: str | None = None
    evidence: str | None = None
    reason: str | None = None


class Standby(msgspec.Struct, frozen=True, kw_only=True):
    """What a heat pump draws at rest, or why that is not known.

    Attributes
    ----------
    watts, mean_watts : float or None
        The least, learnt (median of the days' 5th percentiles), and at the mean, crankcase heater included. [W]
    hours, kwh, cost : float or None, float or None, str or None
        How long it rested [h], what that took [kWh] and cost, at the mean price of the period's energy.
    reason : str or None
        Why it is not known.
    """

    watts: float | None = None
    mean_watts: float | None = None
    hours: float | None = None
    kwh: float | None = None
    cost: str | None = None
    reason: str | None = None


class Operated(NamedTuple):
    """How a heat pump was run over a period, and its electricity by what its mode is known by and by mode unshared."""

    cycling: Cycling
    defrosting: Defrosting
    standby: Standby
    known_by: dict[str, float]
    unshared: dict[str, float]


def is_countable(day: RunDay) -> bool:
    """Return whether a day's starts can be counted: read often, or run in stretches that one reading cannot miss."""
    return not day.runs_s or day.fine_s >= _FINE * day.runs_s or day.brief <= _BRIEF * max(day.starts, 1)


def is_short(day: RunDay) -> bool:
    """Return whether a day's compressor starts too often."""
    return day.peak >= SHORT_STARTS and bool(day.periods_min) and float(np.median(day.periods_min)) <= SHORT_MIN


def operated(days: Sequence[RunDay], seconds: float, by_mode: Mapping[str, float], price: Decimal | None) -> Operated:
    """Say how a heat pump was run over a period.

    Parameters
    ----------
    days : sequence of RunDay
        Its days, in order.
    seconds : float
        Length of the period so far. [s]
    by_mode : mapping
        Its electricity. [kWh]
    price : Decimal or None
        Of a kilowatt-hour. [currency/kWh]

    Returns
    -------
    Operated
        With the reason of each thing that is not known.
    """
    frost = defrosting(days, seconds, by_mode.get("defrost", 0.0))
    rest = standby(days, seconds, by_mode.get("standby", 0.0))
    return Operated(
        cycling=cycling(days, seconds),
        defrosting=msgspec.structs.replace(frost, cost=_cost(frost.kwh, price)),
        standby=msgspec.structs.replace(rest, cost=_cost(rest.kwh, price)),
        known_by=_added([day.evidence for day in days]),
        unshared=_added([day.unshared for day in days]),
    )


def _cost(kwh: float | None, price: Decimal | None) -> str | None:
    return None if kwh is None or price is None else str((Decimal(kwh) * price).quantize(_COIN))


def _added(rows: Iterable[Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for row in rows:
        for name, kwh in row.items():
            total[name] = total.get(name, 0.0) + kwh
    return total


def cycling(days: Sequence[RunDay], seconds: float) -> Cycling:
    """Say how often a compressor started over a period.

    Parameters
    ----------
    days : sequence of RunDay
        Its days, in order.
    seconds : float
        Length of the period so far. [s]

    Returns
    -------
    Cycling
        Counts, or the reason why they are not known.
    """
    heard, ran = sum(day.heard_s for day in days), sum(day.runs_s for day in days)
    if not days or heard < _HEARD * seconds:
        return Cycling(reason=_silent(heard, seconds))
    blurred = sum(not is_countable(day) for day in days)
    if blurred:
        why = worded(
            "its power was read once in five minutes, which hides short runs; a reading every minute shows them"
        )
        if len(days) > 1:
            why = worded(
                "on {blurred} of {days} days its power was read once in five minutes, which hides short runs; "
                "a reading every minute shows them",
                blurred=blurred,
                days=len(days),
            )
        return Cycling(hours_running=ran / 3600.0, reason=why)
    periods = [gap for day in days for gap in day.periods_min]
    short = [is_short(day) for day in days]
    whole = len(days) >= SHORT_DAYS
    starts = sum(day.starts for day in days)
    return Cycling(
        starts=starts,
        starts_per_day=starts / max(seconds / 86_400, 1.0),
        peak_starts_per_hour=max(day.peak for day in days),
        median_period_min=float(np.median(periods)) if periods else None,
        hours_running=ran / 3600.0,
        short_cycling=any(all(short[n : n + SHORT_DAYS]) for n in range(len(short) - SHORT_DAYS + 1))
        if whole
        else None,
        short_days=sum(short),
        reason=None if whole else worded("whether it cycles too fast takes {days} days to say", days=SHORT_DAYS),
    )


def _silent(heard: float, seconds: float) -> str:
    if not heard:
        return worded("its power is not heard; a meter on its circuit that tells power would show it")
    return worded(
        "its power was heard for {share} of the time: what happened in the rest is not known",
        share=format(heard / max(seconds, 1.0), ".0%"),
    )


def defrosting(days: Sequence[RunDay], seconds: float, kwh: float) -> Defrosting:
    """Say how often a heat pump defrosted over a period, and what that took.

    Parameters
    ----------
    days : sequence of RunDay
        Its days.
    seconds : float
        Length of the period so far. [s]
    kwh : float
        Its electricity in the intervals that count as defrosting. [kWh]

    Returns
    -------
    Defrosting
        Without a cost.
    """
    heard, cold = sum(day.heard_s for day in days), sum(day.cold_s for day in days)
    count = sum(day.defrosts for day in days)
    if any(day.says_defrosts for day in days):
        return Defrosting(count=count, kwh=kwh, evidence=worded("the unit says so"))
    if not days or heard < _HEARD * seconds:
        return Defrosting(reason=_silent(heard, seconds))
    if sum(day.bare_s for day in days) > (1 - _HEARD) * sum(day.runs_s for day in days):
        return Defrosting(
            reason=worded("the outdoor temperature is not heard; a weather station or the unit's own would tell")
        )
    if sum(day.cold_fine_s for day in days) < _FINE * cold:
        return Defrosting(
            reason=worded("a defrost takes minutes: its power must be read every minute, or the unit must say so")
        )
    return Defrosting(
        count=count, kwh=kwh, evidence=worded("dips and surges of its power below 5 °C, which show about eight in ten")
    )


def standby(days: Sequence[RunDay], seconds: float, kwh: float) -> Standby:
    """Say what a heat pump draws at rest.

    Parameters
    ----------
    days : sequence of RunDay
        Its days.
    seconds : float
        Length of the period so far. [s]
    kwh : float
        Its electricity of standby. [kWh]

    Returns
    -------
    Standby
        Without a cost.
    """
    heard = sum(day.heard_s for day in days)
    if not heard:
        return Standby(reason=_silent(heard, seconds))
    hours = sum(day.heard_s - day.runs_s for day in days) / 3600.0
    learnt = [day.rest_w for day in days if day.rest_w is not None]
    if not learnt:
        return Standby(hours=hours, kwh=kwh, reason=worded("it did not rest long enough to learn what it draws then"))
    return Standby(
        watts=float(np.median(learnt)),
        mean_watts=1000.0 * sum(day.rest_kwh for day in days) / hours if hours else None,
        hours=hours,
        kwh=kwh,
    )
