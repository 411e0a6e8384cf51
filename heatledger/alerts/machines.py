"""The rules about heat pumps: worse than its own curve, starting too often, defrosting too often, on back-up heat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from heatledger import formatting as fmt
from heatledger.alerts.drift import Drift, HeatDay, drift
from heatledger.alerts.episodes import Sighting
from heatledger.alerts.observed import Machine, Observed
from heatledger.alerts.table import Rule
from heatledger.cycling import FROST_C
from heatledger.marks import marked
from heatledger.operation import SHORT_DAYS, SHORT_MIN, is_countable
from heatledger.reader import temperature_unit
from heatledger.run_day import RunDay
from heatledger.wording import say

COLD_S: Final = 3 * 3600.0
"""A day must have run so long below 5 °C for its defrosts to be a rate. [s]"""
_PAGE: Final = "performance"
_REACHED: Final = {
    "heating": marked("In the last seven days {pump} reached a COP of {cop} in heating."),
    "cooling": marked("In the last seven days {pump} reached a COP of {cop} in cooling."),
}
_Judge = Callable[[Machine, Observed, Rule], list[Sighting]]


def _each(seen: Observed, rule: Rule, judge: _Judge) -> list[Sighting] | None:
    return None if seen.machines is None else [row for pump in seen.machines for row in judge(pump, seen, rule)]


def cop_drift(seen: Observed, rule: Rule) -> list[Sighting] | None:
    """Say how far the COP of a week lies below the machine's own curve, where it is below its interval. [%].

    Parameters
    ----------
    seen : Observed
        With the heat pumps' measured heat.
    rule : Rule
        For the words.

    Returns
    -------
    list of Sighting or None
        One a heat pump and kind of work of which a curve is known.
    """
    return _each(seen, rule, _drifts)


def _drifts(pump: Machine, seen: Observed, rule: Rule) -> list[Sighting]:
    today = seen.now.astimezone(ZoneInfo(seen.home.timezone)).date()
    works: tuple[tuple[str, tuple[HeatDay, ...]], ...] = (("heating", pump.heating), ("cooling", pump.cooling))
    return [_drifted(pump, work, drift(days, today), rule) for work, days in works if days]


def _drifted(pump: Machine, work: str, found: Drift | None, rule: Rule) -> Sighting:
    subject = f"{pump.id} {work}"
    if found is None:
        return Sighting("cop_drift", subject, None)
    said = {
        "pump": pump.name,
        "cop": fmt.cop(found.cop),
        "expected": fmt.cop(found.expected),
        "days": fmt.number(found.past_days, 0),
        "below": fmt.share(max(found.below, 0.0)),
        "half": fmt.share(found.half),
        "threshold": fmt.share(rule.threshold / 100),
    }
    value = 100.0 * found.below if found.beyond else 0.0
    title = say("{pump} works worse than it used to", pump=pump.name)
    text = say(
        "By its own curve, from {days} days of its past, {expected} was to be expected in this weather: it is {below} "
        "below, where weeks of its past lie within {half}. A clogged filter or a dirty coil is the first thing to "
        "look at, then the charge of refrigerant. You asked to be told from {threshold}.",
        **said,
    )
    return Sighting("cop_drift", subject, value, title, f"{say(_REACHED[work], **said)} {text}", _PAGE)


def short_cycling(seen: Observed, rule: Rule) -> list[Sighting] | None:
    """Say how many starts the busiest hour had on the calmest of the last three days. [1/h].

    Parameters
    ----------
    seen : Observed
        With the heat pumps' days.
    rule : Rule
        For the words.

    Returns
    -------
    list of Sighting or None
        One a heat pump; a day on which half the starts lie more than 15 min apart counts as none.
    """
    return _each(seen, rule, _cycles)


def _cycles(pump: Machine, seen: Observed, rule: Rule) -> list[Sighting]:
    today = seen.now.astimezone(ZoneInfo(seen.home.timezone)).date()
    recent = {today - timedelta(days=number) for number in range(1, SHORT_DAYS + 1)}
    days = [row for day, row in pump.days if day in recent]
    if len(days) < SHORT_DAYS or not all(row.heard_s and is_countable(row) for row in days):
        return [Sighting("short_cycling", pump.id, None)]
    gaps = [gap for row in days for gap in row.periods_min]
    text = say(
        "{pump} started {starts} times in the last three days, up to {busiest} times within an hour; half of the "
        "starts came {apart} or less after the one before. Every start wears the compressor and costs efficiency. A "
        "unit too large for a mild day, a closed valve or vent, or a thermostat with a narrow band are the usual "
        "causes. You asked to be told from {threshold} starts in the busiest hour of each of three days.",
        pump=pump.name,
        starts=fmt.number(sum(row.starts for row in days), 0),
        busiest=fmt.number(max(row.peak for row in days), 0),
        apart=fmt.duration(60.0 * float(np.median(gaps)) if gaps else None),
        threshold=_plain(rule.threshold),
    )
    worst = float(min(_peak(row) for row in days))
    title = say("{pump} starts too often", pump=pump.name)
    return [Sighting("short_cycling", pump.id, worst, title, text, _PAGE)]


def _plain(value: float) -> str:
    return fmt.number(value, 0 if value == int(value) else 1)


def _peak(day: RunDay) -> int:
    return day.peak if day.periods_min and float(np.median(day.periods_min)) <= SHORT_MIN else 0


def defrost_storm(seen: Observed, rule: Rule) -> list[Sighting] | None:
    """Say how often a heat pump defrosts for each hour that it runs below 5 °C. [1/h].

    Parameters
    ----------
    seen : Observed
        With the heat pumps' days.
    rule : Rule
        For the words.

    Returns
    -------
    list of Sighting or None
        One a heat pump, of today once it ran for three hours in the cold, else of yesterday. Only a unit that tells
        its defrosts shows a storm: from power, those that come faster than one an hour are not told apart.
    """
    return _each(seen, rule, _defrosts)


def _defrosts(pump: Machine, seen: Observed, rule: Rule) -> list[Sighting]:
    today = seen.now.astimezone(ZoneInfo(seen.home.timezone)).date()
    recent = [(day, row) for day, row in pump.days if day >= today - timedelta(days=1)]
    chosen = next(((day, row) for day, row in reversed(recent) if row.cold_s >= COLD_S), None)
    if chosen is None:
        return [Sighting("defrost_storm", pump.id, 0.0 if recent and all(row.heard_s for _, row in recent) else None)]
    day, row = chosen
    rate = row.defrosts / (row.cold_s / 3600.0)
    text = say(
        "On {day} {pump} defrosted {count} times in {hours} of running below {cold}: every {apart}. Even a control "
        "that goes by the clock waits 30, 60 or 90 minutes. Snow or leaves before the outdoor coil, a fan that does "
        "not turn, or too little refrigerant are the usual causes. You asked to be told from {threshold} an hour.",
        day=fmt.day(day, weekday=True),
        pump=pump.name,
        count=fmt.number(row.defrosts, 0),
        hours=fmt.duration(row.cold_s),
        cold=fmt.temperature(FROST_C, unit=temperature_unit(seen.home)),
        apart=fmt.duration(3600.0 / rate if rate else None),
        threshold=_plain(rule.threshold),
    )
    title = say("{pump} defrosts too often", pump=pump.name)
    return [Sighting("defrost_storm", pump.id, rate, title, text, _PAGE)]


def backup_heat(seen: Observed, rule: Rule) -> list[Sighting] | None:
    """Say what a back-up heater took in the last 24 hours. [kWh].

    Parameters
    ----------
    seen : Observed
        With what the heaters' meters counted.
    rule : Rule
        For the words.

    Returns
    -------
    list of Sighting or None
        One a heat pump whose back-up heater has a meter.
    """
    return _each(seen, rule, _backup)


def _backup(pump: Machine, seen: Observed, rule: Rule) -> list[Sighting]:
    if not any(row.id == pump.id and row.backup for row in seen.home.heat_pumps):
        return []
    price, kwh = seen.price_now, pump.backup_kwh
    said = {"pump": pump.name, "energy": fmt.energy(kwh), "threshold": fmt.energy(rule.threshold)}
    took = say("The back-up heater of {pump} took {energy} in the last 24 hours.", **said)
    if price is not None and kwh is not None:
        cost = fmt.money(price * Decimal(kwh), seen.home.currency)
        took = say(
            "The back-up heater of {pump} took {energy} in the last 24 hours, {cost} at the price now.",
            cost=cost,
            **said,
        )
    why = say(
        "It gives as much heat as it takes electricity; a heat pump gives two to four times as much. Where it is not "
        "freezing hard, look at its set-point and its switch-over temperature. You asked to be told from {threshold}.",
        **said,
    )
    title = say("{pump} is on back-up heat", pump=pump.name)
    return [Sighting("backup_heat", pump.id, kwh, title, f"{took} {why}", _PAGE)]
