"""What a zone used while a command counted, and what that cost: measured energy at the price of each hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.accounts import Account
from heatledger.allotment import METHODS, ONLY_ONE, OWN_METER
from heatledger.home import HeatPump, Home
from heatledger.marks import worded
from heatledger.readings import INTERVAL_S, Floats
from heatledger.rounding import rounded
from heatledger.tariff.marginal import Step

SHARED_SD: Final = 0.25
"""A head's share of its outdoor unit is right within so much of what the unit drew: what simulated heads that say only
whether they run come within (tests/accounts/test_demo_truth.py). [1]"""
_HEARD: Final = 0.9
"""Of a span of which a meter was heard less, its energy is not told: the gaps would pass for savings. [1]"""
_DIGITS: Final = 4
_CONSUMERS: Final = frozenset(("circuit", "outdoor_unit", "head"))


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """Energy and money of a span in a zone; what cannot be known is None, and `reason` says why and the mend.

    Attributes
    ----------
    kwh, kwh_low, kwh_high : float or None
        What the zone used, with its interval. [kWh]
    cost, cost_low, cost_high : str or None
        At the price of each hour. [currency]
    how : str or None
        How the energy is known: own meter, or how it was shared.
    reason : str or None
        Why energy or money is not known, and what would make it known.
    """

    kwh: float | None = None
    kwh_low: float | None = None
    kwh_high: float | None = None
    cost: str | None = None
    cost_low: str | None = None
    cost_high: str | None = None
    how: str | None = None
    reason: str | None = None


class _Rows(NamedTuple):
    """A span's rows of an account: which, and how much of each lies in it [0–1]."""

    part: slice
    inside: Floats

    @classmethod
    def of(cls, account: Account, start: datetime, end: datetime) -> _Rows:
        starts, low_s, high_s = account.start_s, start.timestamp(), end.timestamp()
        first = int(np.searchsorted(starts, low_s - INTERVAL_S, side="right"))
        last = int(np.searchsorted(starts, high_s, side="left"))
        begins = starts[first:last].astype(np.float64)
        inside = np.minimum(begins + INTERVAL_S, high_s) - np.maximum(begins, low_s)
        return cls(slice(first, last), np.clip(inside / INTERVAL_S, 0.0, 1.0))


def cost(home: Home, account: Account, zone: str, start: datetime, end: datetime, prices: Sequence[Step]) -> Cost:
    """Say what a zone used in a span, and what that cost.

    Of the intervals that a span cuts its part counts; the interval has them once left out and once whole, and of a unit
    that zones share the share within `SHARED_SD`. Energy of an interval in which the home fed in costs what would have
    been paid for it.

    Parameters
    ----------
    home : Home
        The household.
    account : Account
        Holds the span.
    zone : str
        Which of its zones.
    start, end : datetime
        Half-open, aware.
    prices : sequence of Step
        Of the span.
    """
    rows = _Rows.of(account, start, end)
    if not rows.inside.size or end <= start:
        return Cost(reason=worded("it is not five minutes since"))
    if (wrong := _unheard(home, account, zone, rows)) is not None:
        return Cost(reason=wrong)
    used, doubt = account.zones[zone][rows.part], _doubt(home, account, zone, rows.part)
    whole = np.where(rows.inside >= 1.0, used, 0.0)
    edges = [np.maximum(whole - doubt, 0.0), used * rows.inside, used + doubt]
    kwh_low, kwh, kwh_high = (float(edge.sum()) for edge in edges)
    money = [_money(account, edge, rows.part, prices) for edge in edges]
    if money[0] is not None and money[2] is not None and money[0] > money[2]:
        money.reverse()  # at a negative price more energy costs less
    known = [None if amount is None else str(rounded(amount, _DIGITS)) for amount in money]
    reason = None if money[1] is not None else worded("the price of some hour is not known; name a tariff that has it")
    return Cost(
        kwh=kwh, kwh_low=kwh_low, kwh_high=kwh_high, cost_low=known[0], cost=known[1], cost_high=known[2],
        how=_how(account, zone, rows.part), reason=reason,
    )  # fmt: skip


def _unheard(home: Home, account: Account, zone: str, rows: _Rows) -> str | None:
    """Return why a zone's energy is not known; None where its meters were heard."""
    pumps = {pump.meter for pump in home.heat_pumps if any(head.zone == zone for head in pump.heads)}
    names = {meter.id: meter.name or meter.id for meter in home.meters}
    own = {meter.id for meter in home.meters if meter.zone == zone and meter.role in _CONSUMERS}
    counted = sorted((pumps | own) & account.meters.keys())
    if not counted:
        why = worded("nothing measures what this zone uses")
        mend = worded("name its circuit’s meter, with zone, in the home file")
        return f"{why}; {mend}"
    total = float(rows.inside.sum())
    for meter in counted:
        heard = float((rows.inside * np.isfinite(account.meters[meter][rows.part])).sum())
        if heard < _HEARD * total:
            why = worded("{meter} was not heard in that time", meter=names[meter])
            mend = worded("see that it is heard (heatledger check)")
            return f"{why}; {mend}"
    return None


def _doubt(home: Home, account: Account, zone: str, part: slice) -> Floats:
    """Return how far a zone's share of the units that it shares may be off, interval by interval. [kWh]."""
    found = np.zeros(part.stop - part.start)
    for pump in home.heat_pumps:
        if _is_shared(pump, zone):
            mine, unit = (_shared(account, zones, part) for zones in ({zone}, {head.zone for head in pump.heads}))
            found += np.where(mine > 0, SHARED_SD * unit, 0.0)
    return found


def _is_shared(pump: HeatPump, zone: str) -> bool:
    zones = {head.zone for head in pump.heads}
    return zone in zones and len(zones) > 1


def _shared(account: Account, zones: set[str], part: slice) -> Floats:
    """Return what zones had of units while more than one ran. [kWh]."""
    found = np.zeros(part.stop - part.start)
    for zone in zones:
        for method in METHODS:
            column = account.shares.get(f"{zone}:{method}")
            if column is not None and method != ONLY_ONE:
                found += column[part]
    return found


def _how(account: Account, zone: str, part: slice) -> str | None:
    sums = {method: float(account.shares[name][part].sum()) for method in (OWN_METER, *METHODS)
            if (name := f"{zone}:{method}") in account.shares}  # fmt: skip
    named = sorted((method for method, kwh in sums.items() if kwh > 0), key=lambda method: -sums[method])
    return ", ".join(named) or None


def _money(account: Account, kwh: Floats, part: slice, prices: Sequence[Step]) -> Decimal | None:
    """Return the money of energy by interval; None where a price that it takes is not known."""
    starts = account.start_s[part]
    feeding = np.nan_to_num(account.home["exported"][part]) > np.nan_to_num(account.home["imported"][part])
    total, left = Decimal(0), kwh > 0
    for step in prices:
        mine = (starts >= step.start.timestamp()) & (starts < step.end.timestamp())
        for where, rate in ((mine & ~feeding, step.rate), (mine & feeding, step.credit or Decimal(0))):
            amount = float(kwh[where].sum())
            if amount > 0 and rate is None:
                return None
            total += Decimal(repr(round(amount, 9))) * (rate or Decimal(0))
        left &= ~mine
    return None if left.any() else total
