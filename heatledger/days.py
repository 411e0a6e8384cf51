"""Days: what is known of one of a home's own days, the row that long periods are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from heatledger.columns import Column, kept, taken
from heatledger.heat.day_hours import DayHours
from heatledger.heat.flows import PumpDay
from heatledger.heat.house_day import HouseDay
from heatledger.heat.system import System
from heatledger.home import Home
from heatledger.limits import Limits
from heatledger.rooms import RoomDay
from heatledger.run_day import RunDay
from heatledger.tariff.model import Tariff
from heatledger.twins import Twin

_ARITHMETIC = "14"
"""Raised when the meaning of a day's numbers changes, so that cached ones are made again."""


QUARTER_S = 900
"""Width of a profile's steps: every tariff window and every demand window begins on one. [s]"""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """When a day's energy was used, in quarters of an hour; what is priced by the clock is priced from here. [kWh].

    Attributes
    ----------
    start_s : int
        Start of the first quarter, UTC, a multiple of `QUARTER_S`. [s]
    imported, exported : Column
        Through the utility's meter, a number each quarter.
    used : Column
        By the whole home.
    estimated : Column
        What of that is estimated; empty where nothing is.
    heard : Column
        The share of each quarter that the main meter was heard; empty where that is all of every quarter. [0–1]
    zones, meters : dict
        The same by zone id, and by meter id, 0 where a meter was not heard.
    """

    start_s: int
    imported: Column
    exported: Column
    zones: dict[str, Column]
    meters: dict[str, Column] = {}
    used: Column = Column()
    estimated: Column = Column()
    heard: Column = Column()


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What a home used in one span of at most a local day. [kWh].

    Attributes
    ----------
    use, imported, exported, unallocated, estimated : float
        Whole-home energy; Σ zones + unallocated = use, Σ modes = use.
    meters : dict
        Energy by meter id, None where it was never heard.
    zones, modes : dict
        Energy by zone id and by mode.
    doubts : dict
        Intervals by issue name, by meter id.
    seconds, covered_s : float
        Length of the span up to now, and how much of it the main meter was heard. [s]
    outdoor_c : float or None
        Mean outdoor temperature. [°C]
    profile : Profile
        When the energy was used.
    pumps : dict
        Electricity by mode and heat by rung, by heat pump id.
    house : HouseDay or None
        What the house's own heat balance needs.
    rooms, running : dict
        By zone id, how its energy is known, its hours and temperatures; by heat pump id, its starts, defrosts and rest.
    twins : list of Twin
        Meters that counted the same, hour by hour.
    hours : DayHours or None
        The home hour by hour, as far as whole hours go.
    """

    use: float
    imported: float
    exported: float
    unallocated: float
    estimated: float
    meters: dict[str, float | None]
    zones: dict[str, float]
    modes: dict[str, float]
    doubts: dict[str, dict[str, int]]
    seconds: float
    covered_s: float
    outdoor_c: float | None
    profile: Profile
    pumps: dict[str, PumpDay] = {}
    house: HouseDay | None = None
    rooms: dict[str, RoomDay] = {}
    running: dict[str, RunDay] = {}
    twins: list[Twin] = []
    hours: DayHours | None = None


_ENCODER: Final = msgspec.msgpack.Encoder(enc_hook=kept)
_DECODER: Final = msgspec.msgpack.Decoder(Day, dec_hook=taken)


def encoded(day: Day) -> bytes:
    """Return a day as the cache keeps it."""
    return _ENCODER.encode(day)


def decoded(body: bytes) -> Day:
    """Return a day that the cache kept."""
    return _DECODER.decode(body)


def days_key(home: Home, tariff: Tariff | None, systems: Mapping[str, System] | None = None) -> str:
    """Return what a cached day depends on beside its readings: home, tariff, maps and arithmetic, as a short hash."""
    maps = [(systems or {}).get(pump.unit or "") for pump in home.heat_pumps]
    rooms = tuple(msgspec.structs.replace(zone, control=Limits()) for zone in home.zones)
    measured = msgspec.structs.replace(
        home, zones=rooms, programme=(), away=(), presence=None
    )  # what is asked changes no day
    body = msgspec.json.encode([measured, tariff, maps, _ARITHMETIC], order="deterministic")
    return hashlib.sha256(body).hexdigest()[:16]


def midnight(day: date, timezone: ZoneInfo) -> datetime:
    """Return the instant a local day begins, in UTC: wall-clock arithmetic would miss clock changes."""
    return datetime.combine(day, time(), tzinfo=timezone).astimezone(UTC)


def spans(start: datetime, end: datetime, timezone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """Cut a half-open span at the midnights of a time zone.

    Returns
    -------
    list of tuple
        ``(start, end)`` of each piece, UTC; a day of a clock change has 23 or 25 hours.
    """
    pieces, at, until = [], start.astimezone(UTC), end.astimezone(UTC)
    while at < until:
        following = midnight(at.astimezone(timezone).date() + timedelta(days=1), timezone)
        pieces.append((at, min(following, until)))
        at = following
    return pieces
