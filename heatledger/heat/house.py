"""The house as a heat meter: which of its days have known heat, and the heat of all others (rung F)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.anchors import Anchor
from heatledger.heat import balance, sun
from heatledger.heat.anchor import Learnt
from heatledger.heat.balance import House
from heatledger.heat.flows import BIN_K, Binned, HeatSum, PumpDay
from heatledger.heat.house_day import DAY_S, HouseDay
from heatledger.heat.ladder import learn
from heatledger.home import Home

_AT_REST_KWH: Final = 0.5
"""More electricity of heat pumps than this, and resistance heaters did not hold the rooms alone. [kWh]"""
_FUEL_SD: Final = 0.08
"""What a boiler's efficiency and a bill's dates leave open, relative. [1]"""
_FUEL_SCATTER: Final = 0.15
"""How far a day lies from the mean of a fuel bill, relative to its heat. [1]"""
_AREA_M2: Final = 100.0
"""Heated floor where the home file gives no zone's, for the prior of what windows let in. [m²]"""


class Dated(NamedTuple):
    """A local day with what was summed of it."""

    day: date
    house: HouseDay | None
    pumps: Mapping[str, PumpDay]


class Taught(NamedTuple):
    """What a home's own past says: its house as a heat meter, and how each heat pump's map stands to measured heat.

    Attributes
    ----------
    house : House or None
        None while fewer than `balance.LEAST_DAYS` days have known heat.
    days : int
        How many have.
    maps : dict
        By heat pump.
    """

    house: House | None = None
    days: int = 0
    maps: Mapping[str, Learnt] = {}


def teach(home: Home, days: Sequence[Dated]) -> Taught:
    """Learn from a home's past what it says of house and maps.

    Parameters
    ----------
    home : Home
        The household.
    days : sequence of Dated
        Its past days.

    Returns
    -------
    Taught
        A map learns from the heat measured at its heat pump, else from the house's balance.
    """
    house, count = anchored_house(home, days)
    told = [dict(row.pumps) for row in days] if house is None else by_house(home, house, days)
    maps = {pump.id: learn(row[pump.id] for row in told if pump.id in row) for pump in home.heat_pumps}
    return Taught(house, count, maps)


def anchored_house(home: Home, days: Sequence[Dated]) -> tuple[House | None, int]:
    """Learn a house from its days of known heat.

    Parameters
    ----------
    home : Home
        For its floor, its heat pumps and its stated anchors.
    days : sequence of Dated
        What is known of it.

    Returns
    -------
    house : House or None
        None with fewer than `balance.LEAST_DAYS`.
    count : int
        How many days of known heat there are.
    """
    rows = [(row.house, *known) for row in days if row.house and (known := _known(home, row)) is not None]
    fuel = [anchor for anchor in home.anchors if anchor.kind == "fuel"]
    rows += [row for anchor in fuel for row in _of_bill(anchor, home)]
    if not rows:
        return None, 0
    said, heat, doubt = zip(*rows, strict=True)
    heat_kwh = np.array(heat)
    area = sum(zone.area_m2 or 0.0 for zone in home.zones) or _AREA_M2
    lasting = float(np.sum(doubt) / max(np.abs(heat_kwh).sum(), 1e-9))
    billed = sum((anchor.end - anchor.start).days for anchor in fuel)
    scatter = _FUEL_SCATTER * float(heat_kwh.mean()) if billed > len(rows) / 2 else 0.0
    house = balance.fit(_columns(said), heat_kwh, area, lasting=lasting, least_scatter_kwh=scatter)
    return house, len(rows)


def _known(home: Home, row: Dated) -> tuple[float, float] | None:
    """Return a day's heat and its lasting doubt where it is known: metered at every heat pump, or all of them off."""
    drawn = sum(kwh for pump in row.pumps.values() for mode, kwh in pump.use.items() if mode != "standby")
    alone = any(a.kind == "resistance" and a.start <= row.day < a.end for a in home.anchors)
    if alone:
        return (0.0, 0.0) if drawn < _AT_REST_KWH else None
    sums = [measured(row.pumps[pump.id]) for pump in home.heat_pumps if pump.id in row.pumps]
    known = [one for one in sums if one is not None]
    if not known or len(known) < len(home.heat_pumps) or sum(one.heat_kwh for one in known) <= 0:
        return None
    return sum(one.heat_kwh for one in known), sum(one.systematic_kwh for one in known)


def measured(pump: PumpDay) -> HeatSum | None:
    """Return a day's heat where it was measured nearly whole, by a heat meter before the indoor units' air."""
    for rung in ("A", "B"):
        sums = pump.heating.get(rung)
        if sums is not None and sums.missing_kwh <= 0.05 * (sums.electricity_kwh + sums.missing_kwh):
            return sums
    return None


def _of_bill(anchor: Anchor, home: Home) -> list[tuple[HouseDay, float, float]]:
    count = (anchor.end - anchor.start).days
    heat, outdoor = (anchor.heat_kwh or 0.0) / count, anchor.outdoor_c or 0.0
    mean = HouseDay(
        indoor_c=anchor.indoor_c or 0.0,
        outdoor_c=outdoor,
        before_c=outdoor,
        sun_kwh_m2=sun.season(anchor.start, anchor.end, home.latitude, home.longitude),
        sun_heard=False,
        rise_k=0.0,
        other_kwh=(anchor.electricity_kwh or 0.0) / count,
    )
    return [(mean, heat, _FUEL_SD * heat)] * count


def _columns(days: Sequence[HouseDay]) -> balance.Days:
    names = balance.Days._fields
    return balance.Days(*(np.array([getattr(day, name) for day in days], dtype=np.float64) for name in names))


def by_house(home: Home, house: House, days: Sequence[Dated]) -> list[dict[str, PumpDay]]:
    """Add to each day's heat pumps what the house's balance says of their heat.

    Heat that others measured is taken off; what is left belongs to the one heat pump that nobody measured, or is shared
    by what their maps say; days without a heating heat pump, or with a share nobody knows, stay as they are.

    Parameters
    ----------
    home : Home
        For its heat pumps.
    house : House
        As its days of known heat say it is.
    days : sequence of Dated
        Any.

    Returns
    -------
    list of dict
        The days' heat pumps, rung F added.
    """
    told = [row.house for row in days if row.house is not None]
    if not told:
        return [dict(row.pumps) for row in days]
    sunless = not all(day.sun_heard for day in told)
    heat, doubt = balance.heat(house, _columns(told), sunless=sunless)
    said = zip(heat.tolist(), doubt.tolist(), strict=True)
    return [_shared(home, row.pumps, row.house, *next(said), house) if row.house else dict(row.pumps) for row in days]


def _shared(
    home: Home, pumps: Mapping[str, PumpDay], day: HouseDay, heat_kwh: float, doubt_kwh: float, house: House
) -> dict[str, PumpDay]:
    out = dict(pumps)
    heating = [pump for pump in home.heat_pumps if pump.id in pumps and _heats(pumps[pump.id])]
    left = [pump for pump in heating if measured(pumps[pump.id]) is None]
    known = [sums for pump in heating if (sums := measured(pumps[pump.id])) is not None]
    rest = heat_kwh - sum(sums.heat_kwh for sums in known)
    for name, share in _shares({pump.id: pumps[pump.id] for pump in left}).items():
        out[name] = _with(pumps[name], day, share * rest, share * doubt_kwh, share * house.scatter_kwh)
    return out


def _shares(left: Mapping[str, PumpDay]) -> dict[str, float]:
    """Return which part of what is left each heat pump has: all if alone, else by their maps, never by a guess."""
    if len(left) == 1:
        return dict.fromkeys(left, 1.0)
    mapped = {name: pump.heating["D"].heat_kwh for name, pump in left.items() if "D" in pump.heating}
    total = sum(mapped.values())
    return {name: heat / total for name, heat in mapped.items()} if len(mapped) == len(left) and total > 0 else {}


def _heats(pump: PumpDay) -> bool:
    return pump.use.get("heating", 0.0) > 0


def _with(pump: PumpDay, day: HouseDay, heat_kwh: float, doubt_kwh: float, scatter_kwh: float) -> PumpDay:
    """Add rung F to a heat pump's day, in the bin of the day's mean temperature."""
    heats, cools, tap = (pump.use.get(mode, 0.0) for mode in ("heating", "cooling", "dhw"))
    drawn = heats + pump.use.get("defrost", 0.0)
    sums = HeatSum(
        electricity_kwh=drawn + pump.use.get("standby", 0.0) * drawn / (drawn + cools + tap),
        heat_kwh=heat_kwh,
        systematic_kwh=doubt_kwh,
        variance_kwh2=scatter_kwh**2,
        missing_kwh=pump.use.get("unknown", 0.0),
        seconds=float(DAY_S),
    )
    row = Binned(work="heating", rung="F", from_c=int(day.outdoor_c // BIN_K) * BIN_K, sums=sums)
    return msgspec.structs.replace(pump, heating={**pump.heating, "F": sums}, bins=(*pump.bins, row))
