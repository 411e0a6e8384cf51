"""What each zone used over a period: energy and how it is known, money, heat, hours, degree-hours, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from heatledger.bill import Costs, is_heard
from heatledger.days import Day
from heatledger.home import Home
from heatledger.marks import worded
from heatledger.rooms import RoomDay

_CENT: Final = Decimal("0.0001")
_HEARD: Final = 0.8
"""Share of a period's hours that must be heard for a sum over them to be told. [1]"""
_PART: Final = 0.005
"""A method that gave less of a zone's energy is not named. [1]"""


class ZoneHeat(msgspec.Struct, frozen=True, kw_only=True):
    """What a heat pump gave.

    Attributes
    ----------
    heat_kwh : float or None
        Heat delivered. [kWh]
    cop, low, high : float or None
        Its COP with the 90 % interval, of the work (heating, or cooling) that it mostly did.
    work : str
        Which that is.
    reason : str or None
        Why the COP is not known.
    """

    heat_kwh: float | None
    cop: float | None
    low: float | None
    high: float | None
    work: str
    reason: str | None


class ZoneDay(msgspec.Struct, frozen=True, kw_only=True):
    """One zone's local day; what was not heard is None.

    Attributes
    ----------
    day : date
        In the home's own time.
    kwh, hours_on, degree_hours, temperature_c, setpoint_c : float or None
        Electricity [kWh], time that something heated or cooled there [h], room above outdoor temperature by time
        [K·h], mean room temperature and set-point [°C].
    """

    day: date
    kwh: float | None
    hours_on: float | None
    degree_hours: float | None
    temperature_c: float | None
    setpoint_c: float | None


class ZoneUse(msgspec.Struct, frozen=True, kw_only=True):
    """What one zone used. Money is a decimal string; what cannot be known is None.

    Attributes
    ----------
    kwh, cost : float or None, str or None
        Electricity, and its part of the bill. [kWh, currency]
    cost_of_heat_per_kwh, cost_of_heat_low, cost_of_heat_high : str or None
        What a kilowatt-hour of heat costs there, with its 90 % interval. [currency/kWh]
    split : str or None
        How its electricity is known, as it was in this period: the methods by falling share, such as
        ``demand, run time``; None where nothing measures it.
    split_kwh : dict
        The same in numbers; Σ = kwh. [kWh]
    heat_kwh, heat_low_kwh, heat_high_kwh : float or None
        Heat delivered, with its 90 % interval; of several heads on one unit by their shares of its electricity. [kWh]
    heat_reason : str or None
        Why it is not known.
    heat_per_degree_day, heat_per_degree_day_low, heat_per_degree_day_high : float or None
        Heat over degree-days: how large or leaky it is, whatever the weather. [kWh/(K·d)]
    share : float or None
        Its part of what all zones cost. [0–1]
    hours_on, degree_hours : float or None
        Time that something heated or cooled there [h]; room above outdoor temperature by time [K·h].
    temperature_c, setpoint_c : float or None
        Mean room temperature and set-point. [°C]
    daily : list of ZoneDay
        Day by day.
    """

    kwh: float | None
    cost: str | None
    cost_of_heat_per_kwh: str | None
    split: str | None
    cost_of_heat_low: str | None = None
    cost_of_heat_high: str | None = None
    split_kwh: dict[str, float] = {}
    heat_kwh: float | None = None
    heat_low_kwh: float | None = None
    heat_high_kwh: float | None = None
    heat_reason: str | None = None
    heat_per_degree_day: float | None = None
    heat_per_degree_day_low: float | None = None
    heat_per_degree_day_high: float | None = None
    share: float | None = None
    hours_on: float | None = None
    degree_hours: float | None = None
    temperature_c: float | None = None
    setpoint_c: float | None = None
    daily: list[ZoneDay] = []


def zone_uses(
    home: Home, days: Sequence[Day], costs: Costs, heats: Mapping[str, ZoneHeat], *, start: datetime
) -> dict[str, ZoneUse]:
    """Sum up a period by zone.

    Parameters
    ----------
    home : Home
        The household.
    days : sequence of Day
        The period's days so far, in order, whether heard or not.
    costs : Costs
        The period's bill by zone.
    heats : mapping
        By heat pump id, what it gave.
    start : datetime
        Of the first day.

    Returns
    -------
    dict
        By zone id, in the home's order.
    """
    first = start.astimezone(ZoneInfo(home.timezone)).date()
    found = {zone.id: _zone(home, zone.id, days, costs, heats, first) for zone in home.zones}
    whole = sum((Decimal(use.cost) for use in found.values() if use.cost is not None), Decimal(0))
    if whole <= 0:
        return found
    return {
        name: use if use.cost is None else msgspec.structs.replace(use, share=float(Decimal(use.cost) / whole))
        for name, use in found.items()
    }


def _zone(
    home: Home, zone: str, days: Sequence[Day], costs: Costs, heats: Mapping[str, ZoneHeat], first: date
) -> ZoneUse:
    heard = [day for day in days if is_heard(day)]
    rooms = [day.rooms[zone] for day in heard if zone in day.rooms]
    kwh = sum(day.zones.get(zone, 0.0) for day in heard) if heard else None
    methods = _methods(rooms)
    use = ZoneUse(
        kwh=kwh,
        cost=costs.zones.get(zone),
        cost_of_heat_per_kwh=None,
        split=_split(methods, kwh),
        split_kwh=methods,
        hours_on=_added([room.on_h for room in rooms]),
        degree_hours=_degree_hours(rooms, sum(day.seconds for day in days)),
        temperature_c=_mean([(room.temperature_h, room.temperature_heard_h) for room in rooms]),
        setpoint_c=_mean([(room.setpoint_h, room.setpoint_heard_h) for room in rooms]),
        daily=[_day(zone, day, date.fromordinal(first.toordinal() + number)) for number, day in enumerate(days)],
    )
    return _with_heat(home, zone, use, heard, heats)


def _methods(rooms: Sequence[RoomDay]) -> dict[str, float]:
    found: dict[str, float] = {}
    for room in rooms:
        for name, kwh in room.methods.items():
            found[name] = found.get(name, 0.0) + kwh
    return dict(sorted(found.items(), key=lambda item: -abs(item[1])))


def _split(methods: Mapping[str, float], kwh: float | None) -> str | None:
    return ", ".join(name for name, amount in methods.items() if abs(amount) >= _PART * abs(kwh or 0.0)) or None


def _added(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _mean(pairs: Sequence[tuple[float, float]]) -> float | None:
    hours = sum(heard for _, heard in pairs)
    return sum(total for total, _ in pairs) / hours if hours else None


def _degree_hours(rooms: Sequence[RoomDay], seconds: float) -> float | None:
    heard = sum(room.degree_heard_h for room in rooms)
    return sum(room.degree_h for room in rooms) if heard and heard >= _HEARD * seconds / 3600.0 else None


def _day(zone: str, day: Day, at: date) -> ZoneDay:
    room = day.rooms.get(zone)
    if room is None or not is_heard(day):
        return ZoneDay(day=at, kwh=None, hours_on=None, degree_hours=None, temperature_c=None, setpoint_c=None)
    return ZoneDay(
        day=at,
        kwh=day.zones.get(zone),
        hours_on=room.on_h,
        degree_hours=_degree_hours([room], day.seconds),
        temperature_c=_mean([(room.temperature_h, room.temperature_heard_h)]),
        setpoint_c=_mean([(room.setpoint_h, room.setpoint_heard_h)]),
    )


def _with_heat(home: Home, zone: str, use: ZoneUse, heard: Sequence[Day], heats: Mapping[str, ZoneHeat]) -> ZoneUse:
    """Add the heat of a zone that one heat pump serves: its own, or by its share of the pump's heating electricity."""
    pumps = [pump for pump in home.heat_pumps if any(head.zone == zone for head in pump.heads)]
    if len(pumps) != 1 or pumps[0].id not in heats:
        why = (
            worded("more than one heat pump serves it")
            if pumps
            else worded("no heat pump of its own: a heater's heat is not measured")
        )
        return msgspec.structs.replace(use, heat_reason=why)
    given = heats[pumps[0].id]
    if given.cop is None or given.low is None or given.high is None:
        return msgspec.structs.replace(use, heat_reason=given.reason)
    if given.work == "heating":
        use = _priced(use, given)
    share = _share({head.zone for head in pumps[0].heads}, zone, heard)
    if given.heat_kwh is None or share is None:
        return msgspec.structs.replace(use, heat_reason=worded("nothing was heated there in this period"))
    heat = given.heat_kwh * share
    low, high = heat * given.low / given.cop, heat * given.high / given.cop
    days = (use.degree_hours or 0.0) / 24
    per_day = [amount / days if days > 0 else None for amount in (heat, low, high)]
    return msgspec.structs.replace(
        use,
        heat_kwh=heat,
        heat_low_kwh=low,
        heat_high_kwh=high,
        heat_per_degree_day=per_day[0],
        heat_per_degree_day_low=per_day[1],
        heat_per_degree_day_high=per_day[2],
    )


def _share(zones: set[str], zone: str, heard: Sequence[Day]) -> float | None:
    """Return which part of their unit's heating electricity a zone had."""
    drawn = {each: sum(day.rooms[each].heating_kwh for day in heard if each in day.rooms) for each in zones}
    whole = sum(drawn.values())
    return drawn[zone] / whole if whole > 0 else None


def _priced(use: ZoneUse, given: ZoneHeat) -> ZoneUse:
    """Add what a kilowatt-hour of heat costs: of electricity, over the COP."""
    if use.cost is None or not use.kwh or not given.cop or not given.high:
        return use
    price = Decimal(use.cost) / Decimal(use.kwh)

    def over(cop: float | None) -> str | None:
        return str((price / Decimal(cop)).quantize(_CENT)) if cop else None

    return msgspec.structs.replace(
        use,
        cost_of_heat_per_kwh=over(given.cop),
        cost_of_heat_low=over(given.high),
        cost_of_heat_high=over(given.low),
    )
