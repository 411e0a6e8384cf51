"""When heating begins so that a room is as warm as it should be by the time its people stated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from heatledger.hearing import LiveValue
from heatledger.heat.room import Lasts, RoomResponse, at_hour, crowded, lead
from heatledger.heat.room_fit import NotKnown
from heatledger.home import Home
from heatledger.live import now as seen_now
from heatledger.marks import worded
from heatledger.programme import Change, ahead
from heatledger.readings import SeriesKey
from heatledger.room_responses import Responses

LONGEST: Final = timedelta(hours=6)
"""Never begun earlier than this before the time that was stated."""
_TOGETHER: Final = timedelta(hours=2)
_SHORT_K: Final = 0.3
"""So far short of its set-point a room counts as warm: thermostats start there, and go gently towards it. [K]"""
_MOST, _SPARE_H = 1.5, 0.25
"""The upper end of the interval counts no further than so many times the middle [1], and so much more [h]."""
_COOLS: Final = frozenset(("cool", "dry", "fan_only", "off"))


class Seen(NamedTuple):
    """What is heard that decides: the room, outdoors, the other rooms' mean [°C], and what its unit is set to."""

    celsius: float | None = None
    outdoor_c: float | None = None
    beside_c: float | None = None
    mode: str | None = None


class Ahead(NamedTuple):
    """A change that is to be so by its time, when heating begins for it, and why then."""

    change: Change
    begins: datetime
    why: str


def begins(change: Change, seen: Seen, response: RoomResponse | NotKnown | None, timezone: str) -> Ahead:
    """Return when heating begins for a change.

    Parameters
    ----------
    change : Change
        One that is to be so by its time.
    seen : Seen
        The room as it is heard.
    response : RoomResponse, NotKnown or None
        How it follows heat and weather; None while that is being read.
    timezone : str
        The home's, for the hour of its day.

    Returns
    -------
    Ahead
        At the stated time where it is warm enough, nothing heats, or the time it takes cannot be known.
    """
    if change.setpoint is None or (change.mode or seen.mode) in _COOLS:
        return Ahead(change, change.at, worded("only heating begins before its time"))
    if response is None:
        return Ahead(change, change.at, worded("how fast the room warms up is being read from its past"))
    if isinstance(response, NotKnown):
        why = worded("it does not begin before, for how fast the room warms up is not known: {reason}; {mend}",
                     reason=response.reason, mend=response.mend)  # fmt: skip
        return Ahead(change, change.at, why)
    if seen.celsius is None or seen.outdoor_c is None:
        why = worded("it does not begin before, for the room’s or the outdoor temperature is not heard")
        return Ahead(change, change.at, why)
    takes = lead(
        at_hour(response, change.at.astimezone(ZoneInfo(timezone)).hour),
        seen.celsius, change.setpoint - _SHORT_K, seen.outdoor_c, beside_c=seen.beside_c,
    )  # fmt: skip
    return Ahead(change, change.at - _span(takes), _because(takes, seen))


def soonest(home: Home, zone: str, at: datetime, seen: Mapping[str, Seen], responses: Responses | None) -> Ahead | None:
    """Return of a zone's changes within a day the one for which heating begins first; None where none begins ahead.

    Parameters
    ----------
    home : Home
        The household, with its programme.
    zone : str
        Which zone.
    at : datetime
        Now, aware.
    seen : mapping of str to Seen
        By zone, what is heard.
    responses : mapping or None
        By zone; None while they are being read.
    """
    coming = ahead(zone, home.programme, home.away, home.timezone, at)
    response = responses.get(zone) if responses and coming else None
    found = []
    for change in coming:
        shared = isinstance(response, RoomResponse) and _shares(home, zone, change, at)
        own = crowded(response) if shared and isinstance(response, RoomResponse) else response
        found.append(begins(change, seen.get(zone, Seen()), own, home.timezone))
    return min(found, key=lambda one: (one.begins, one.change.at), default=None)


def _shares(home: Home, zone: str, change: Change, at: datetime) -> bool:
    """Return whether another room on the same outdoor unit is to be warm at about the same time."""
    zones = {head.zone for pump in home.heat_pumps if any(h.zone == zone for h in pump.heads) for head in pump.heads}
    others = (ahead(other, home.programme, home.away, home.timezone, at) for other in zones - {zone})
    return any(abs(row.at - change.at) < _TOGETHER for rows in others for row in rows)


def rooms_seen(home: Home, own: Mapping[SeriesKey, LiveValue], at_us: int) -> dict[str, Seen]:
    """Return of every zone what decides when its heating begins; what is stale counts as not heard.

    Parameters
    ----------
    home : Home
        The household.
    own : mapping
        The newest values of its series.
    at_us : int
        Now. [µs]
    """
    seen = seen_now(home, own, rate=None, at_us=at_us)
    warm = {zone.id: zone.celsius for zone in seen.zones if zone.celsius is not None and not zone.stale}
    outdoor_c = None if seen.outdoor.stale else seen.outdoor.celsius
    found = {}
    for zone in seen.zones:
        others = [celsius for name, celsius in warm.items() if name != zone.id]
        beside_c = sum(others) / len(others) if others else None
        found[zone.id] = Seen(warm.get(zone.id), outdoor_c, beside_c, zone.mode)
    return found


def _span(takes: Lasts) -> timedelta:
    """Return how long before its time heating begins: by the upper end of the interval, within reason."""
    hours = min(takes.high, _MOST * takes.hours + _SPARE_H) if takes.hours > 0 else 0.0
    return LONGEST if not math.isfinite(hours) else min(timedelta(minutes=math.ceil(60 * hours)), LONGEST)


def _because(takes: Lasts, seen: Seen) -> str:
    outdoors = round(seen.outdoor_c or 0.0)
    if takes.hours <= 0:
        return worded("the room is as warm already")
    if not math.isfinite(takes.hours):
        return worded("at {outdoor} °C outdoors it was never seen to get that warm", outdoor=outdoors)
    low, high = (_minutes(hours) for hours in (takes.low, takes.high))
    at = round(seen.celsius or 0.0, 1)
    return worded("from {from_c} °C it takes {low} to {high} min, at {outdoor} °C outdoors",
                  from_c=at, low=low, high=high, outdoor=outdoors)  # fmt: skip


def _minutes(hours: float) -> int:
    return math.ceil(60 * min(hours, LONGEST.total_seconds() / 3600))
