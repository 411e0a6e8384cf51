"""A home as the loop sees it: which zones may be commanded by which device, and what is heard of each."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final, NamedTuple

import msgspec

from heatledger.control.moment import Moment
from heatledger.control.seen import Heard, Place
from heatledger.control.zone import Said
from heatledger.cycling import rests_below
from heatledger.draw import Heard as Draws
from heatledger.draw import as_number, net_power
from heatledger.hearing import LiveValue
from heatledger.home import HeatPump, Home, names
from heatledger.live import RUNNING, ZoneNow, now
from heatledger.readings import SeriesKey
from heatledger.store import Store

_SETTINGS: Final = ("mode", "setpoint")
_WORKS: Final = RUNNING - {"fan"}
_GAP_US: Final = 120_000_000


def devices(home: Home, zone: str) -> tuple[str, ...]:
    """Return the devices that a zone may be set by, as the home file names them: indoor units, else its thermostat."""
    heads = tuple(head.device for pump in home.heat_pumps for head in pump.heads if head.zone == zone)
    thermostat = next((one.temperature for one in home.zones if one.id == zone), None)
    return heads or ((thermostat,) if thermostat else ())


def places(home: Home) -> dict[str, Place]:
    """Return every zone with its limits; zones of one outdoor unit all have the longest rest and run of them."""
    return {zone.id: _place(home, zone.id) for zone in home.zones}


def _place(home: Home, zone: str) -> Place:
    pumps = _pumps(home, zone)
    zones = list(dict.fromkeys((zone, *(head.zone for pump in pumps for head in pump.heads))))
    limits = {one.id: one.control for one in home.zones if one.id in zones}
    own = msgspec.structs.replace(
        limits[zone],
        rest_min=max(one.rest_min for one in limits.values()),
        run_min=max(one.run_min for one in limits.values()),
    )
    unit = " ".join(pump.id for pump in pumps) or f"zone {zone}"
    return Place(zone, unit, tuple(zones[1:]), own)


def _pumps(home: Home, zone: str) -> tuple[HeatPump, ...]:
    """Return the outdoor units of a zone, and those that share a zone with them: what is told to one tells on all."""
    zones, count = {zone}, 0
    while len(zones) != count:
        count = len(zones)
        mine = [pump for pump in home.heat_pumps if any(head.zone in zones for head in pump.heads)]
        zones |= {head.zone for pump in mine for head in pump.heads}
    return tuple(mine)


def heard(
    home: Home, latest: Mapping[SeriesKey, LiveValue], spoke: Mapping[tuple[str, str], Moment], at_us: int
) -> dict[str, Heard]:
    """Return what is heard of every zone.

    Parameters
    ----------
    home : Home
        The household.
    latest : mapping
        The newest value of every series.
    spoke : mapping
        By family and device, when it last said live what it is set to.
    at_us : int
        Now. [µs]
    """
    seen = now(home, latest, rate=None, at_us=at_us)
    draws = Draws(home, latest, at_us)
    drawn = {pump.id: _drawn(home, pump, draws) for pump in home.heat_pumps}
    running = {pump.id: _runs(pump, drawn[pump.id], seen.zones) for pump in home.heat_pumps}
    found = {}
    for zone, told in zip(seen.zones, home.zones, strict=True):
        points = devices(home, zone.id)
        says = [_says(point, latest, spoke, draws) for point in points]
        keys = [key for key in latest if key.quantity in _SETTINGS and any(point in names(key) for point in points)]
        room = draws.find((told.temperature, *points), "temperature")
        first, *others = [one.said for one in says] or [Said()]
        found[zone.id] = Heard(
            mode=first.mode,
            setpoint=first.setpoint,
            celsius=zone.celsius if room and not draws.is_silent(room[0]) else None,
            heard=bool(says) and all(one.fresh for one in says),
            spoke=first.spoke,
            usual_s=max((latest[key].usual_s or 0.0 for key in keys), default=0.0),
            runs=tuple(running[pump.id] for pump in _pumps(home, zone.id)),
            also=tuple(others),
            action=zone.action,
            drawn=tuple(drawn[pump.id] for pump in _pumps(home, zone.id)),
        )
    return found


class _Says(NamedTuple):
    said: Said
    fresh: bool


def _says(
    point: str, latest: Mapping[SeriesKey, LiveValue], spoke: Mapping[tuple[str, str], Moment], draws: Draws
) -> _Says:
    """Return what one device says it is set to, and whether that is fresh."""
    keys = [key for key in latest if key.quantity in _SETTINGS and point in names(key)]
    mode, setpoint = (draws.find((point,), quantity) for quantity in _SETTINGS)
    times = [spoke[key.family, key.device] for key in keys if (key.family, key.device) in spoke]
    said = Said(
        str(mode[1].value) if mode else None,
        as_number(setpoint[1]) if setpoint else None,
        max(times, key=lambda moment: moment.steady_s, default=None),
    )
    return _Says(said, bool(keys) and not any(draws.is_silent(one[0]) for one in (mode, setpoint) if one))


def _drawn(home: Home, pump: HeatPump, draws: Draws) -> bool | None:
    """Return whether its circuit's power is that of a running compressor; None where nothing measures it now."""
    meter = next(meter for meter in home.meters if meter.id == pump.meter)
    watts = net_power(meter, draws)
    return None if watts is None else watts >= rests_below(pump, meter)


def _runs(pump: HeatPump, drawn: bool | None, zones: tuple[ZoneNow, ...]) -> bool | None:
    """Return whether a compressor runs: by its circuit's power, else by what its heads say they do."""
    if drawn is not None:
        return drawn
    own = {head.zone for head in pump.heads}
    actions = [zone.action for zone in zones if zone.id in own]
    if any(action in _WORKS for action in actions):
        return True
    return None if None in actions or not actions else False


def rested(home: Home, store: Store, at_us: int) -> frozenset[str]:
    """Return the outdoor units whose circuit's power shows that they neither started nor stopped lately.

    Parameters
    ----------
    home : Home
        The household.
    store : Store
        Where what was heard before this process began is kept.
    at_us : int
        Now. [µs]
    """
    calm = {pump.id for pump in home.heat_pumps if _is_calm(home, pump, store, at_us)}
    units = {_place(home, zone.id).unit: _pumps(home, zone.id) for zone in home.zones}
    return frozenset(unit for unit, pumps in units.items() if pumps and all(pump.id in calm for pump in pumps))


def _is_calm(home: Home, pump: HeatPump, store: Store, at_us: int) -> bool:
    place = _place(home, pump.heads[0].zone) if pump.heads else None
    return place is not None and _was_steady(home, pump, store, at_us, max(place.limits.rest_min, place.limits.run_min))


def _was_steady(home: Home, pump: HeatPump, store: Store, at_us: int, minutes: float) -> bool:
    meter = next(meter for meter in home.meters if meter.id == pump.meter)
    start_us = at_us - int(minutes * 60e6) - _GAP_US
    rows = [
        row
        for row in store.readings(home.id, start_us=start_us)
        if row.quantity == "power" and any(point in names(row.key) for point in meter.points[:1])
    ]
    times = [*(row.time_us for row in rows), at_us]
    heard = bool(rows) and times[0] <= start_us + _GAP_US
    if not heard or any(not 0 <= after - before <= _GAP_US for before, after in pairwise(times)):
        return False
    limit = rests_below(pump, meter)
    return len({float(row.value) >= limit for row in rows}) == 1
