"""What another set-point will cost, before it is asked for: the room's response, over its COP, times the price."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec
import numpy as np

from heatledger.heat.room_draw import more_kwh
from heatledger.marks import worded
from heatledger.rounding import rounded
from heatledger.savings import HEATER_SD, PUMP_SD, Room
from heatledger.tariff.marginal import Step

_INTERVAL: Final = (5.0, 50.0, 95.0)
_SIDE: Final = 1.645
_DIGITS: Final = 4


class MoreADay(msgspec.Struct, frozen=True, kw_only=True):
    """What a day at another set-point draws and costs more, once the room has followed; less is below zero.

    Attributes
    ----------
    from_c, to_c, outdoor_c : float or None
        Set-points, and the outdoor temperature for which it holds. [°C]
    kwh, kwh_low, kwh_high : float or None
        With its 90 % interval. [kWh/d]
    cost, cost_low, cost_high : str or None
        At the mean price of the next 24 hours. [currency/d]
    reason : str or None
        Why it is not known, and what would make it known.
    """

    from_c: float | None = None
    to_c: float | None = None
    outdoor_c: float | None = None
    kwh: float | None = None
    kwh_low: float | None = None
    kwh_high: float | None = None
    cost: str | None = None
    cost_low: str | None = None
    cost_high: str | None = None
    reason: str | None = None


def more_a_day(
    room: Room | str,
    from_c: float | None,
    to_c: float,
    outdoor_c: float | None,
    prices: Sequence[Step] | None,
    now: datetime,
) -> MoreADay:
    """Say what another set-point for heating costs.

    Parameters
    ----------
    room : Room or str
        The room; else why it is not known.
    from_c, to_c : float or None, float
        Set-points: as it is, and as it would be. [°C]
    outdoor_c : float or None
        [°C]
    prices : sequence of Step or None
        Of the next 24 hours; None without a tariff.
    now : datetime
        Aware.
    """
    said = MoreADay(from_c=from_c, to_c=to_c, outdoor_c=outdoor_c)
    if isinstance(room, str):
        return msgspec.structs.replace(said, reason=room)
    if from_c is None:
        return msgspec.structs.replace(said, reason=worded("what the room is set to now is not heard"))
    if outdoor_c is None:
        why = worded("the outdoor temperature is not heard")
        mend = worded("name a thermometer outdoors with outdoor_temperature in the home file")
        return msgspec.structs.replace(said, reason=f"{why}; {mend}")
    edges = _edges(room, from_c, to_c, outdoor_c)
    said = msgspec.structs.replace(said, kwh_low=edges[0], kwh=edges[1], kwh_high=edges[2])
    price = mean_price(prices, now)
    if price is None:
        none = worded("no tariff: name one with tariff = in the home file")
        some = worded("the price of some hour is not known; name a tariff that has it")
        return msgspec.structs.replace(said, reason=none if prices is None else some)
    amounts = sorted(rounded(price * Decimal(repr(round(kwh, 9))), _DIGITS) for kwh in edges)
    money = [str(amount) for amount in amounts]
    return msgspec.structs.replace(said, cost_low=money[0], cost=money[1], cost_high=money[2])


def _edges(room: Room, from_c: float, to_c: float, outdoor_c: float) -> tuple[float, float, float]:
    """Return the energy of a day with its interval: that of the response's draws, and what any COP leaves open."""
    draws = more_kwh(room.response, room.unit, from_c, to_c, outdoor_c)
    low, middle, high = (float(edge) for edge in np.percentile(draws, _INTERVAL))
    half = _SIDE * (PUMP_SD if room.unit.pumps else HEATER_SD) * abs(middle)
    return middle - float(np.hypot(middle - low, half)), middle, middle + float(np.hypot(high - middle, half))


def mean_price(prices: Sequence[Step] | None, now: datetime) -> Decimal | None:
    """Return the mean price of the next 24 hours; None where less than half of them is known. [currency/kWh].

    Parameters
    ----------
    prices : sequence of Step or None
        In order.
    now : datetime
        Aware.
    """
    until, spans = now + timedelta(days=1), list[tuple[Decimal, Decimal]]()
    for step in prices or ():
        seconds = (min(step.end, until) - max(step.start, now)).total_seconds()
        if seconds > 0 and step.rate is not None:
            spans.append((Decimal(repr(round(seconds, 3))), step.rate))
    known = sum((seconds for seconds, _ in spans), Decimal(0))
    if known < Decimal(12 * 3600):
        return None
    return sum((seconds * rate for seconds, rate in spans), Decimal(0)) / known
