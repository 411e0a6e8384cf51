"""Who is heard: the rhythm of each device learned from what it sent, and who has fallen silent against it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from heatledger.home import Home, names
from heatledger.readings import Flag, Reading, SeriesKey, Value

SILENT_AFTER: Final = 3
"""A device is silent when it was not heard for this many times its usual rhythm …"""
SILENT_AT_LEAST_S: Final = 60.0
"""… and at least this long [s]."""
_CLOCK_LOST: Final = int(Flag.CLOCK_LOST)
_LEARNED_AFTER: Final = 3
_TRUSTED_AFTER: Final = 8
_FORGET: Final = 0.98
# What is presumed until a rhythm is learned: what measures power speaks often, the rest may be a battery sensor. [s]
_PRESUMED: Final = {"power": 300.0}
_PRESUMED_OTHER_S: Final = 3600.0


class LiveValue(msgspec.Struct, frozen=True):
    """The newest value of a series, and what is known of how often it comes.

    Attributes
    ----------
    value : float, str or bool
        In the canonical unit of the quantity.
    time_us : int
        When it was read, UTC. [µs]
    flags : int
        `readings.Flag` bits.
    gaps, gap_s, gap_s2 : float
        Number, sum [s] and sum of squares [s²] of the gaps between values, older ones fading.
    lost_us : int or None
        When its device last said it with a clock that was not set; other messages of it may carry no time. [µs]
    """

    value: Value
    time_us: int
    flags: int = 0
    gaps: float = 0.0
    gap_s: float = 0.0
    gap_s2: float = 0.0
    lost_us: int | None = None

    @property
    def usual_s(self) -> float | None:
        """The gap a random moment falls into, Σ gap² / Σ gap: bursts of messages do not shorten it [s]."""
        return self.gap_s2 / self.gap_s if self.gaps >= _LEARNED_AFTER * _FORGET**2 and self.gap_s else None


class Source(msgspec.Struct, frozen=True):
    """One device as the page lists it.

    Attributes
    ----------
    family, device : str
        Who; the device's verbatim name.
    heard_us : int or None
        When it was last heard, None where never. [µs]
    usual_s : float or None
        Its learned rhythm, None while too little was heard. [s]
    silent : bool
        Whether it should have been heard by now, or says itself that it is offline.
    mapped : bool
        Whether the home file names it.
    """

    family: str
    device: str
    heard_us: int | None
    usual_s: float | None
    silent: bool
    mapped: bool


def heard(readings: Iterable[Reading]) -> dict[SeriesKey, LiveValue]:
    """Return the newest value of every series, its rhythm learned from what was stored before it, oldest first."""
    found: dict[SeriesKey, LiveValue] = {}
    for row in readings:
        found[row.key] = follow(found.get(row.key), row.value, time_us=row.time_us, flags=row.flags)
    return found


def follow(previous: LiveValue | None, value: Value, *, time_us: int, flags: int = 0) -> LiveValue:
    """Return the newest value after another arrived, its rhythm learned from the gap.

    A retained message is state of unknown age and teaches nothing. Once a rhythm is known, a gap is learned up to
    twice the limit of silence, so that an outage does not pass for a habit.

    Parameters
    ----------
    previous : LiveValue or None
        What was known.
    value : float, str or bool
        What arrived.
    time_us : int
        When it was read. [µs]
    flags : int
        `readings.Flag` bits.

    Returns
    -------
    LiveValue
        What is known now; `previous` where what arrived is older.

    Examples
    --------
    >>> follow(LiveValue(1.0, 0), 2.0, time_us=10_000_000).gap_s
    10.0
    """
    lost_us = time_us if flags & _CLOCK_LOST else None if previous is None else previous.lost_us
    if previous is None:
        return LiveValue(value, time_us, flags, lost_us=lost_us)
    if time_us < previous.time_us:
        return previous
    gap_s = (time_us - previous.time_us) / 1e6
    retained = (flags | previous.flags) & Flag.RETAINED
    if retained or gap_s == 0:
        return msgspec.structs.replace(previous, value=value, time_us=time_us, flags=flags, lost_us=lost_us)
    usual = previous.usual_s
    if usual is not None and previous.gaps >= _TRUSTED_AFTER * _FORGET**_TRUSTED_AFTER:
        gap_s = min(gap_s, 2 * max(SILENT_AT_LEAST_S, SILENT_AFTER * usual))
    return LiveValue(
        value,
        time_us,
        flags,
        gaps=previous.gaps * _FORGET + 1,
        gap_s=previous.gap_s * _FORGET + gap_s,
        gap_s2=previous.gap_s2 * _FORGET + gap_s * gap_s,
        lost_us=lost_us,
    )


def limit_s(usual_s: float | None, quantities: Iterable[str]) -> float:
    """Return how long a device may be quiet before it counts as silent [s]."""
    presumed = min((_PRESUMED.get(quantity, _PRESUMED_OTHER_S) for quantity in quantities), default=_PRESUMED_OTHER_S)
    return max(SILENT_AT_LEAST_S, SILENT_AFTER * (presumed if usual_s is None else usual_s))


def sources(home: Home, latest: Mapping[SeriesKey, LiveValue], *, at_us: int) -> list[Source]:
    """List every device heard or named by the home file: silent ones first, then the rest by name.

    Parameters
    ----------
    home : Home
        The household.
    latest : mapping
        The newest value of every series of this home.
    at_us : int
        Now, UTC. [µs]

    Returns
    -------
    list of Source
        One a device.
    """
    devices: dict[tuple[str, str], dict[SeriesKey, LiveValue]] = {}
    for key, value in latest.items():
        devices.setdefault((key.family, key.device), {})[key] = value
    points = _points(home)
    found = [_source(who, values, points, at_us) for who, values in devices.items()]
    answered = {name for key in latest for name in names(key)}
    missing = [Source("", point, None, None, silent=True, mapped=True) for point in sorted(points - answered)]
    return sorted(
        [*found, *missing], key=lambda row: (not (row.silent and row.mapped), row.device.casefold(), row.family)
    )


def _source(who: tuple[str, str], values: Mapping[SeriesKey, LiveValue], points: frozenset[str], at_us: int) -> Source:
    spoken = {key: value for key, value in values.items() if key.quantity != "online"}
    live = [value.time_us for value in spoken.values() if not value.flags & Flag.RETAINED]
    heard_us = max(live or [value.time_us for value in spoken.values()], default=None)
    usual_s = min((value.usual_s for value in spoken.values() if value.usual_s is not None), default=None)
    quiet_s = math.inf if heard_us is None else (at_us - heard_us) / 1e6
    gone = any(
        key.quantity == "online" and value.value is False and value.time_us >= (heard_us or 0)
        for key, value in values.items()
    )
    mapped = not points or any(name in points for key in values for name in names(key))
    silent = gone or quiet_s > limit_s(usual_s, {key.quantity for key in spoken})
    return Source(*who, heard_us=heard_us, usual_s=usual_s, silent=silent, mapped=mapped)


def _points(home: Home) -> frozenset[str]:
    """Return every point the home file names."""
    zones = [point for zone in home.zones for point in (zone.temperature, zone.humidity, zone.window, zone.presence)]
    meters = [point for meter in home.meters for point in (*meter.points, *meter.sum)]
    heads = [point for pump in home.heat_pumps for head in pump.heads for point in (head.device, head.demand)]
    people = home.presence.devices if home.presence else ()
    heat = [pump.heat_meter for pump in home.heat_pumps if pump.heat_meter]
    water = [point for meter in heat for point in (meter.point, meter.flow, meter.flow_temp, meter.return_temp)]
    grounds = [point for pump in home.heat_pumps for point in (pump.source, pump.source_return)]
    return frozenset(
        point for point in (*zones, *meters, *heads, *water, *grounds, *people, home.outdoor_temperature) if point
    )
