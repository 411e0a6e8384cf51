"""A zone's days as savings are reckoned from them: weather, what was asked and would have been, energy, money."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from heatledger.cuts import mean_known
from heatledger.days import QUARTER_S, Day
from heatledger.heat.day_hours import DayHours
from heatledger.heat.room_draw import Weather
from heatledger.home import Home
from heatledger.readings import Floats
from heatledger.savings import Lived
from heatledger.tariff.marginal import Step

_HEARD: Final = 0.9
_COMFORT_D: Final = 28
_STEADY_H: Final = 3
_LEAST_KWH: Final = 0.1
"""More electricity than this is heating, or cooling. [kWh]"""


class Comfort(NamedTuple):
    """How a room is held without an automation: its set-point, and how its air lies to a set-point. [°C] [K]."""

    asked_c: float
    above_k: float


def comfort(
    days: Mapping[date, Day], zone: str, last: date, away: Collection[date], programme: Mapping[date, float]
) -> Comfort | None:
    """Return how a zone is held without an automation: at its usual warmest set-point of the weeks up to a day.

    Parameters
    ----------
    days : mapping of date to Day
        Weeks of them.
    zone : str
        Which.
    last : date
        The day.
    away : collection of date
        Days away: they do not say how it is held.
    programme : mapping of date to float
        The programme's warmest set-point on days on which prices moved it: it counts instead. [°C]

    Returns
    -------
    Comfort or None
        None where no set-point was heard.
    """
    warmest, apart = [], []
    for day, row in days.items():
        hours = row.hours
        if hours is None or zone not in hours.asked_c or not last - timedelta(days=_COMFORT_D) < day <= last:
            continue
        asked, air = np.asarray(hours.asked_c[zone]), np.asarray(hours.room_c[zone]) if zone in hours.room_c else None
        if not np.isfinite(asked).any():
            continue
        top = float(np.nanmax(asked))
        if day not in away:
            warmest.append(programme.get(day, top))
        if air is not None:
            steady = (asked[_STEADY_H:] == top) & (asked[:-_STEADY_H] == top)
            apart += [float(gap) for gap in (air[_STEADY_H:] - asked[_STEADY_H:])[steady] if np.isfinite(gap)]
    if not warmest:
        return None
    return Comfort(float(np.median(warmest)), float(np.median(apart)) if apart else 0.0)


def lived_day(home: Home, zone: str, day: tuple[date, Day], held: Comfort, prices: Sequence[Step]) -> Lived | None:
    """Return a zone's day.

    Parameters
    ----------
    home : Home
        The household.
    zone : str
        Which of its zones.
    day : tuple of date and Day
        The day.
    held : Comfort
        How it would be held.
    prices : sequence of Step
        Of the day.

    Returns
    -------
    Lived or None
        None where it was not heard whole, or cooled.
    """
    row, kwh = day[1], _heated_kwh(home, day[1], zone)
    hours = row.hours
    if hours is None or row.covered_s < _HEARD * row.seconds or kwh is None or _cooled(home, hours, zone):
        return None
    air, asked = (np.asarray(columns.get(zone, ())) for columns in (hours.room_c, hours.asked_c))
    outdoor = np.asarray(hours.outdoor_c)
    unsaid = not np.isfinite(asked).any() and kwh > _LEAST_KWH
    if not (_heard(air) and _heard(outdoor)) or len(asked) != len(air) or unsaid:
        return None
    return Lived(
        day=day[0],
        weather=Weather(_filled(outdoor), _beside(hours, zone), _clock(home, hours.start_s, len(air))),
        asked_c=asked + held.above_k,
        held_c=np.full(len(air), held.asked_c + held.above_k),
        start_c=float(_filled(air)[0]),
        price=_price(prices, hours.start_s, len(air)),
        kwh=kwh,
        cost=_cost(row, zone, kwh, prices),
    )


def _beside(hours: DayHours, zone: str) -> Floats | None:
    others = [np.asarray(column) for name, column in hours.room_c.items() if name != zone]
    beside = mean_known(np.array(others)) if others else np.zeros(0)
    return _filled(beside) if _heard(beside) else None


def _clock(home: Home, start_s: int, size: int) -> Floats:
    here = ZoneInfo(home.timezone)
    return np.array([datetime.fromtimestamp(start_s + 3600 * n, here).hour for n in range(size)], dtype=np.float64)


def _heard(column: Floats) -> bool:
    return len(column) > 0 and bool(np.isfinite(column).mean() >= _HEARD)


def _filled(column: Floats) -> Floats:
    known = np.flatnonzero(np.isfinite(column))
    return np.interp(np.arange(len(column)), known, column[known])


def _cooled(home: Home, hours: DayHours, zone: str) -> bool:
    return any(
        float(np.nansum(np.asarray(hours.cooling_kwh[pump.id]))) > _LEAST_KWH
        for pump in home.heat_pumps
        if pump.id in hours.cooling_kwh and any(head.zone == zone for head in pump.heads)
    )


def _heated_kwh(home: Home, day: Day, zone: str) -> float | None:
    """Return what heated a zone; None where one of its meters was not heard. [kWh]."""
    pumps = [pump for pump in home.heat_pumps if any(head.zone == zone for head in pump.heads)]
    heaters = [day.meters.get(meter.id) for meter in home.meters if meter.heater and meter.zone == zone]
    heard = [day.meters.get(pump.meter) for pump in pumps]
    if any(kwh is None for kwh in (*heaters, *heard)) or not (heaters or heard):
        return None
    own = day.rooms[zone].heating_kwh if pumps and zone in day.rooms else 0.0
    return own + sum(kwh for kwh in heaters if kwh is not None)


def _price(prices: Sequence[Step], start_s: int, size: int) -> Floats:
    """Return the price at the beginning of each hour, NaN where not known. [currency/kWh]."""
    found, begins = np.full(size, np.nan), start_s + 3600 * np.arange(size)
    for step in prices:
        if step.rate is not None:
            found[(begins >= step.start.timestamp()) & (begins < step.end.timestamp())] = float(step.rate)
    return found


def _cost(day: Day, zone: str, kwh: float, prices: Sequence[Step]) -> Decimal | None:
    """Return the money of what heated a zone, at the mean price of all that it used by the quarter of an hour."""
    column = day.profile.zones.get(zone)
    if column is None:
        return None
    used, begins = np.asarray(column), day.profile.start_s + QUARTER_S * np.arange(len(np.asarray(column)))
    total, priced = Decimal(0), 0.0
    for step in prices:
        inside = float(used[(begins >= step.start.timestamp()) & (begins < step.end.timestamp())].sum())
        if inside > 0 and step.rate is None:
            return None
        total += Decimal(repr(round(inside, 9))) * (step.rate or Decimal(0))
        priced += inside
    return total * Decimal(repr(round(kwh / priced, 9))) if priced > 0 else None
