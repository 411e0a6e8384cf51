"""Price-aware heating: plans each half hour what a zone's thermostat is told, or says why its programme counts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from heatledger import outdoor
from heatledger.config import Config
from heatledger.control.course import Band, Wish, edges, wish
from heatledger.control.day_ahead import HALF_HOUR_S, asks_for_heat, half_hours, prices, wanted
from heatledger.control.events import Event
from heatledger.control.given import heat_pump, resistance
from heatledger.control.moment import Moment, is_lately
from heatledger.control.plan import Ahead, NoPlanError, Unit
from heatledger.control.planned import Planned, Told
from heatledger.control.seen import Heard
from heatledger.control.weather_ahead import like_yesterday
from heatledger.cycles import cycle_at
from heatledger.heat.room import RoomResponse, strongest
from heatledger.home import Home, Zone
from heatledger.ledger import Ledger
from heatledger.marks import worded
from heatledger.meters import Grid
from heatledger.prices import price_now
from heatledger.programme import Change
from heatledger.readings import INTERVAL_S, Floats
from heatledger.room_responses import Responses
from heatledger.store import Store, StoreError, open_store
from heatledger.store.state import State
from heatledger.tariff.load import BillError
from heatledger.tariff.model import Energy

_BEFORE_S: Final = 27 * 3600
"""Weather is read so far back: yesterday's, and some hours for a gap. [s]"""
_AGAIN: Final = timedelta(minutes=1)
"""What could not be planned is looked at again after so long."""
_OTHER_K: Final = 0.3
"""What a thermostat says of its set-point differs by more: half a step of the coarsest. [K]"""
_log = logging.getLogger(__name__)


class _NotNow(Exception):  # noqa: N818 - no error: the programme counts
    """Why prices do not count just now, in one line."""


class _Day(NamedTuple):
    """The day ahead of a home: instants [Unix time, s], prices [currency/kWh], outdoors [°C]; or why not known."""

    made_s: float
    instants: Floats
    price: Floats
    outdoor_c: Floats
    why: str = ""


class _Look(NamedTuple):
    """One look at a zone.

    Attributes
    ----------
    zone : Zone
        Which.
    heard : mapping of str to Heard
        What is heard of every zone.
    held : Change or None
        What its programme is at.
    chose : Moment or None
        When somebody last chose something for it.
    now : Moment
        The present.
    """

    zone: Zone
    heard: Mapping[str, Heard]
    held: Change | None
    chose: Moment | None
    now: Moment

    @property
    def at(self) -> datetime:
        """The present, UTC."""
        return datetime.fromtimestamp(self.now.time_us / 1e6, UTC)

    @property
    def seen(self) -> Heard:
        """What is heard of the zone."""
        return self.heard.get(self.zone.id, Heard())

    @property
    def beside_c(self) -> float | None:
        """Mean of the other rooms; this one's where none is heard. [°C]."""
        others = [one.celsius for name, one in self.heard.items() if name != self.zone.id and one.heard]
        known = [celsius for celsius in others if celsius is not None]
        return sum(known) / len(known) if known else self.seen.celsius

    def refusal(self) -> str:
        """Return why prices do not count where a person, the programme or the device says otherwise; else nothing."""
        seen, chose = self.seen, self.chose
        if chose is not None and is_lately(chose, self.now, self.zone.control.person_min * 60):
            return worded("somebody chose otherwise")
        if self.held is None:
            return worded("it has no programme, and the band lies around a programme's set-point")
        if asks_for_heat(self.held) is None:
            return worded("its programme asks for no heat now")
        if not seen.heard or seen.celsius is None:
            return worded("it is not heard how warm the room is")
        if seen.mode != "heat":
            return worded("the unit is not heating: it is off, in another mode, or not heard")
        return ""


class Pricing:
    """Plans the zones of one home whose home file gives a band for prices.

    Parameters
    ----------
    config : Config
        Tariff, maps and store.
    home : Home
        The household.
    state : State
        Where what is asked, and what is planned, is kept.
    responses : callable
        Returns how the rooms follow heat and weather, None while that is being read.
    """

    def __init__(self, config: Config, home: Home, state: State, responses: Callable[[], Responses | None]) -> None:
        self._config, self._home, self._state, self._responses = config, home, state, responses
        self._here = ZoneInfo(home.timezone)
        self._planned: dict[str, Planned] = {}
        self._day: _Day | None = None

    def counts(
        self, zone: Zone, heard: Mapping[str, Heard], held: Change | None, chose: Moment | None, now: Moment
    ) -> bool:
        """Ask for what the prices ahead make cheapest in a zone; return whether they count instead of its programme.

        Parameters
        ----------
        zone, heard, held, chose, now : Zone, mapping, Change or None, Moment or None, Moment
            As for `_Look`.
        """
        return zone.control.price is not None and self._counts(_Look(zone, heard, held, chose, now))

    def _counts(self, look: _Look) -> bool:
        zone = look.zone.id
        before = self._planned.get(zone)
        broken = before is not None and bool(before.ahead) and look.refusal() != ""
        if before is None or look.at >= before.until or broken:
            self._planned[zone] = planned = self._replanned(look, before)
            self._tell(look, before, planned)
        return bool(self._planned[zone].ahead)

    def _replanned(self, look: _Look, before: Planned | None) -> Planned:
        if refusal := look.refusal():
            return Planned(look.at, look.at + _AGAIN, refusal)
        try:
            room, day = self._room(look.zone), self._known_day(look.at)
            found, ahead = self._wish(look, room, day, coasted=before is not None and before.coasts)
        except _NotNow as reason:
            return Planned(look.at, look.at + _AGAIN, str(reason))
        changes = np.flatnonzero(np.diff(found.setpoint_c, prepend=np.nan) != 0).tolist()
        told = [
            Told(self._clock(day.instants[one]), float(found.setpoint_c[one]), round(float(ahead.price[one]), 4))
            for one in changes
        ]
        until = datetime.fromtimestamp(float(day.instants[1]), UTC)
        return Planned(look.at, until, found.why, told, found.coasts)

    def _room(self, zone: Zone) -> RoomResponse:
        responses = self._responses()
        if responses is None:
            raise _NotNow(worded("how fast the room warms up is still being read"))
        room = responses.get(zone.id)
        if not isinstance(room, RoomResponse):
            known = worded("nothing heats it that is measured") if room is None else room.reason
            raise _NotNow(worded("how fast the room warms up is not known: {reason}", reason=known))
        return room

    def _known_day(self, at: datetime) -> _Day:
        day = self._day
        now_s = at.timestamp()
        again = day is not None and day.why and now_s - day.made_s >= _AGAIN.total_seconds()
        if day is None or day.made_s // HALF_HOUR_S != now_s // HALF_HOUR_S or again:
            self._day = day = self._read(at)
        if day.why:
            raise _NotNow(day.why)
        return day

    def _read(self, at: datetime) -> _Day:
        instants, none = half_hours(at), np.zeros(0)
        try:
            with closing(open_store(self._config.store_url)) as store:
                price = self._prices(store, at, instants)
                if not price.size:
                    why = worded("the prices of the next six hours are not known")
                    return _Day(at.timestamp(), instants, none, none, why)
                outdoor_c = self._outdoors(store, at.timestamp(), instants[: price.size + 1])
        except StoreError as error:
            _log.warning("%s", error)
            return _Day(at.timestamp(), instants, none, none, worded("the store does not answer"))
        except BillError as error:
            _log.warning("%s", error)
            why = worded("the prices of the next six hours are not known")
            return _Day(at.timestamp(), instants, none, none, why)
        if outdoor_c is None:
            why = worded("the outdoor temperature of now and of the last day is not known")
            return _Day(at.timestamp(), instants, none, none, why)
        return _Day(at.timestamp(), instants[: price.size + 1], price, outdoor_c)

    def _prices(self, store: Store, at: datetime, instants: Floats) -> Floats:
        """Return the price of one more kilowatt-hour in each half hour ahead; a ladder counts with its step of now."""
        home, tariff = self._home, self._config.tariffs.get(self._home.tariff or "")
        if tariff is None:
            return np.zeros(0)
        ledger = Ledger(self._config, home, store=store, state=self._state)
        cycle = cycle_at(home.cycle, at.astimezone(self._here).date())
        start, _ = ledger.bounds(cycle)
        steps = any(isinstance(line, Energy) and line.tiers for line in tariff.lines)
        days = ledger.billed_days(home, tariff, start, at, at) if steps else {}
        plan = ledger.plan(start, at)
        found = price_now(plan, cycle, days, at) if plan else None
        return prices(found.ahead, instants) if found else np.zeros(0)

    def _outdoors(self, store: Store, now_s: float, instants: Floats) -> Floats | None:
        start_s = int(now_s - _BEFORE_S) // INTERVAL_S * INTERVAL_S
        end_s = int(now_s) // INTERVAL_S * INTERVAL_S
        blocks = store.intervals(
            self._home.id, start_s=start_s, end_s=end_s, quantities=("outdoor_temp", "temperature")
        )
        grid = Grid(blocks, start_s, end_s)
        times_s = start_s + np.arange(grid.size, dtype=np.int64) * INTERVAL_S
        middle = (instants[1:] + instants[:-1]) / 2
        return like_yesterday(times_s, outdoor.temperature(self._home, blocks, grid), now_s, middle)

    def _wish(self, look: _Look, room: RoomResponse, day: _Day, *, coasted: bool) -> tuple[Wish, Ahead]:
        limits, start_c, beside_c = look.zone.control, look.seen.celsius, look.beside_c
        if limits.price is None or start_c is None or beside_c is None:
            raise _NotNow(worded("it is not heard how warm the room is"))
        clocks, none = [self._clock(one) for one in day.instants.tolist()], np.zeros(day.price.size)
        free = none if room.sun_w is None else room.sun_w[[clock.hour for clock in clocks[:-1]]]
        bare = Ahead(np.diff(day.instants) / 3600, day.price, day.outdoor_c, none + beside_c, free, none, none)
        band = Band(limits.price.below, limits.price.above, limits.frost_c, limits.highest_c)
        asked_c = wanted(self._home, look.zone.id, limits, day.instants)
        ahead = edges(band, asked_c, room, start_c, bare)
        try:
            unit = self._unit(look.zone, room, ahead)
            return wish(room, start_c, ahead, unit, [f"{clock:%H:%M}" for clock in clocks], coasted=coasted), ahead
        except NoPlanError as error:
            raise _NotNow(worded("no plan was found")) from error

    def _clock(self, at_s: float) -> datetime:
        return datetime.fromtimestamp(at_s, self._here)

    def _unit(self, zone: Zone, room: RoomResponse, ahead: Ahead) -> Unit:
        """Return what heats a zone: its unit's map, its part of one that it shares, else a watt for a watt."""
        pump = next((one for one in self._home.heat_pumps if any(head.zone == zone.id for head in one.heads)), None)
        system = self._config.systems.get(pump.unit or "") if pump else None
        if pump is None or system is None or not system.heating or room.electric:
            return resistance(strongest(room, ahead.outdoor_c))
        scale = system.scale(pump.rated_w) / len(pump.heads)
        return heat_pump(system, ahead.outdoor_c, ahead.low_c, strongest(room, ahead.outdoor_c), scale=scale)

    def _tell(self, look: _Look, before: Planned | None, planned: Planned) -> None:
        """Write what is planned for the page, and into the log what the device is to be told."""
        zone, seen = look.zone.id, look.seen
        if before is None or planned.ahead or before.why != planned.why:
            self._state.planned.tell(self._home.id, zone, planned)
        over = before is not None and bool(before.ahead) and look.refusal() == ""
        celsius = planned.ahead[0].setpoint if planned.ahead else asks_for_heat(look.held) if over else None
        if celsius is None or (seen.setpoint is not None and abs(seen.setpoint - celsius) < _OTHER_K):
            return
        why = planned.why if planned.ahead else worded("its programme counts again: {reason}", reason=planned.why)
        self._state.commands.add(
            Event(
                kind="asked", home=self._home.id, zone=zone, at=look.now, setpoint=celsius, by="price", why=why,
                valid_s=max((planned.until - planned.at).total_seconds(), _AGAIN.total_seconds()),
            )
        )  # fmt: skip
