"""What an automation saves: a room's measured electricity against the same days without it, with its interval.

The days without it are reckoned by the room's response and its unit's COP (`heat.room_draw`), brought to what its days
without any automation were measured at: a measured saving as in option D of IPMVP (calibrated simulation), its interval
that of ASHRAE Guideline 14-2014, annex B, for days that are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.heat.room import RoomResponse, drawn
from heatledger.heat.room_draw import Course, Unit, Weather, course
from heatledger.readings import Floats
from heatledger.rounding import rounded

PUMP_SD: Final = 0.07
HEATER_SD: Final = 0.04
"""How far a held day lies from what days with another course say of it, relative, of a heat pump (whose COP falls with
its load) and of a heater: benchmarks/savings.py. [1]"""
_DAY_SD: Final = 0.10
_DAYS_OF_PRIOR: Final = 4
"""So much a day is taken to scatter, relative, before so many days say otherwise. [1]"""
_LASTS: Final = 0.02
_SIDE: Final = 1.645
_MOST_ALIKE: Final = 0.8
_DIGITS: Final = 4


class Lived(NamedTuple):
    """A room's day as it was; hourly columns of shape (n hours,).

    Attributes
    ----------
    day : date
        In the home's own time.
    weather : Weather
        What it brought.
    asked_c, held_c : array
        Air temperature as it was asked for, and as it would have been without the automation; NaN while off. [°C]
    start_c : float
        Its air at the first instant. [°C]
    price : array
        Of one more kilowatt-hour; NaN where not known. [currency/kWh]
    kwh : float
        Electricity that heated it. [kWh]
    cost : Decimal or None
        What that cost. [currency]
    """

    day: date
    weather: Weather
    asked_c: Floats
    held_c: Floats
    start_c: float
    price: Floats
    kwh: float
    cost: Decimal | None


class Beside(NamedTuple):
    """What the home's other rooms draw for a kilowatt-hour of heat that they give this one: mean, deviation. [1]."""

    drawn: float = 0.0
    deviation: float = 0.0


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """What is most likely, with its 90 % interval: energy [kWh], and money as decimal strings [currency]."""

    kwh: float
    kwh_low: float
    kwh_high: float
    cost: str | None = None
    cost_low: str | None = None
    cost_high: str | None = None

    @property
    def told(self) -> bool:
        """Whether it can be told from zero: the money where known, for heating in cheap hours saves that, no energy."""
        low, high = self.kwh_low, self.kwh_high
        if self.cost_low is not None and self.cost_high is not None:
            low, high = float(self.cost_low), float(self.cost_high)
        return low > 0 or high < 0


class Room(NamedTuple):
    """A room: its response, what heats it, and what the others draw for it."""

    response: RoomResponse
    unit: Unit
    beside: Beside = Beside()


class Saved(NamedTuple):
    """Of a run of days: what the response foretells, and what was measured, both positive where less was used."""

    predicted: Range
    realized: Range


class _Fit(NamedTuple):
    """By draw, the factor from reckoned to measured energy; its relative variance, a day's variance, and how alike."""

    factor: Floats
    variance: float
    day_kwh2: float
    spread: float


def saved(room: Room, lived: Sequence[Lived], without: Sequence[Lived], others: Sequence[Lived]) -> Saved:
    """Return what an automation saved over days, of the whole home: what it made other rooms draw is taken off.

    Parameters
    ----------
    room : Room
        Whose days they are.
    lived : sequence of Lived
        Its days with the automation.
    without : sequence of Lived
        Its days without any, in order.
    others : sequence of Lived
        All of its days that are at hand, for the scale.
    """
    structural = PUMP_SD if room.unit.pumps else HEATER_SD
    was, held = ([_reckoned(room, day, held=asked) for day in lived] for asked in (False, True))
    scale = _scale(room, others)
    fit = _fit(room, without, scale, structural)
    before, during = (_total(rows) for rows in (held, was))
    lent, lent_half = _lent(room, held, was)
    foretold, reckoned = scale * (before - during) - lent, fit.factor * before - lent
    half_foretold = np.hypot(_SIDE * np.hypot(foretold.std(), structural * (scale * before).mean()), lent_half)
    noise = len(lived) * fit.day_kwh2 * fit.spread
    spread = np.sqrt(reckoned.var() + fit.variance * (fit.factor * before).mean() ** 2 + noise)
    half = np.hypot(_SIDE * spread, lent_half)
    worth, cheap = _mean_price(lived, held), _mean_price(lived, was)
    now_kwh = float((scale * during).mean())
    whole = sum(day.kwh for day in lived)
    used = None if cheap is None else cheap * _decimal(now_kwh)
    return Saved(
        predicted=_range(float(foretold.mean()), float(half_foretold), worth, now_kwh, used),
        realized=_range(float(reckoned.mean()) - whole, float(half), worth, whole, _cost(lived)),
    )


def _total(days: Sequence[Course]) -> Floats:
    """Return the electricity of days, by draw. [kWh]."""
    return np.asarray(np.array([day.kwh.sum(axis=1) for day in days]).sum(axis=0), dtype=np.float64)


def _lent(room: Room, held: Sequence[Course], was: Sequence[Course]) -> tuple[Floats, float]:
    """Return by draw what other rooms drew for the heat they gave this one, and what their COP leaves open. [kWh]."""
    colder = sum((then.celsius - now.celsius).sum(axis=1) for then, now in zip(held, was, strict=True))
    heat_kwh = np.asarray(drawn(room.response).beside_w_k * colder / 1e3, dtype=np.float64)
    return heat_kwh * room.beside.drawn, abs(_SIDE * room.beside.deviation * float(heat_kwh.mean()))


def _range(kwh: float, half: float, worth: Decimal | None, used_kwh: float, cost: Decimal | None) -> Range:
    """Return a saving; its money is what the days would have cost without, less what they cost."""
    found = Range(kwh=kwh, kwh_low=kwh - half, kwh_high=kwh + half)
    if worth is None or cost is None:
        return found
    middle, apart = worth * _decimal(kwh + used_kwh) - cost, abs(worth) * _decimal(half)
    low, mean, high = (str(rounded(amount, _DIGITS)) for amount in (middle - apart, middle, middle + apart))
    return msgspec.structs.replace(found, cost=mean, cost_low=low, cost_high=high)


def _mean_price(lived: Sequence[Lived], days: Sequence[Course]) -> Decimal | None:
    """Return the mean price of energy by the hour; None where an hour's is not known."""
    used = np.concatenate([day.kwh.mean(axis=0) for day in days])
    price = np.concatenate([day.price for day in lived])
    if not np.isfinite(price).all() or used.sum() <= 0:
        return None
    return _decimal(float((used * price).sum() / used.sum()))


def _reckoned(room: Room, day: Lived, *, held: bool = False) -> Course:
    asked, start_c = (day.held_c, float(day.held_c[0])) if held else (day.asked_c, day.start_c)
    return course(room.response, room.unit, day.weather, asked, start_c)


def _scale(room: Room, days: Sequence[Lived]) -> Floats:
    """Return by draw what all days were measured at over what is reckoned of them."""
    total = _total([_reckoned(room, day) for day in days])
    return np.asarray(sum(day.kwh for day in days) / np.maximum(total, 1e-9), dtype=np.float64)


def _fit(room: Room, days: Sequence[Lived], scale: Floats, structural: float) -> _Fit:
    """Bring what is reckoned to days without an automation: their least squares, with `scale` as a prior."""
    if not len(days):
        return _Fit(scale, structural**2, 0.0, 1.0)
    kwh = np.array([day.kwh for day in days])
    reckoned = np.array([_reckoned(room, day).kwh.sum(axis=1) for day in days])  # (days, draws)
    middle = reckoned.mean(axis=1) * scale.mean()
    squares = float(middle @ middle)
    residuals = kwh - middle * float(kwh @ middle) / max(squares, 1e-9)
    prior = _DAYS_OF_PRIOR * (_DAY_SD * float(middle.mean())) ** 2
    day_kwh2 = (prior + float(residuals @ residuals)) / (_DAYS_OF_PRIOR + len(days))
    spread = _spread(residuals)
    weight = squares / max(day_kwh2 * spread, 1e-12)
    own = (kwh[:, None] * reckoned).sum(axis=0) / np.maximum((reckoned**2).sum(axis=0), 1e-9)
    factor = (own * weight + scale / structural**2) / (weight + 1 / structural**2)
    return _Fit(factor, 1 / (weight + 1 / structural**2) + _LASTS**2, day_kwh2, spread)


def _spread(residuals: Floats) -> float:
    """Return how many days count as one where each is like the one before: (1 + ρ)/(1 − ρ)."""
    centred = residuals - residuals.mean()
    total = float(centred @ centred)
    alike = min(max(float(centred[:-1] @ centred[1:]) / total, 0.0), _MOST_ALIKE) if total > 0 else 0.0
    return (1 + alike) / (1 - alike)


def _cost(lived: Sequence[Lived]) -> Decimal | None:
    known = [day.cost for day in lived if day.cost is not None]
    return sum(known, Decimal(0)) if len(known) == len(lived) else None


def _decimal(value: float) -> Decimal:
    return Decimal(repr(round(value, 9)))
