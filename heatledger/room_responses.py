"""How each room of a home follows its heat and the weather, read from what was heard of it in the last weeks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from heatledger import accounts
from heatledger.accounts import Account
from heatledger.cuts import Cuts, mean_known
from heatledger.days import midnight, spans
from heatledger.heat.delivered import delivered
from heatledger.heat.flows import Flow
from heatledger.heat.ladder import STEPS
from heatledger.heat.room import RoomResponse
from heatledger.heat.room_fit import STEP_S, NotKnown, fit
from heatledger.heat.strongest import peaks_of
from heatledger.heat.system import System
from heatledger.heat_days import INTERVALS_OF
from heatledger.home import HeatPump, Home
from heatledger.meters import Grid
from heatledger.readings import INTERVAL_S, Floats, Intervals, Ints
from heatledger.store import Store, StoreError

Responses = Mapping[str, RoomResponse | NotKnown]
"""By zone id."""

QUANTITIES: Final = (*INTERVALS_OF, "contact")
"""What they are read from."""
_DAYS: Final = 42
"""So far back: long enough for cold and mild days, short enough for the sun of one season. [d]"""
_STATE_LOOKBACK_S: Final = 86_400
_KNOWN: Final = 0.8
"""Share of a heat pump's heating of which a rung must know the heat. [1]"""
_NARROW: Final = STEP_S // INTERVAL_S
_TO_W: Final = 3.6e6 / STEP_S
_METER_SD: Final = 0.03
"""What a meter, and one room for all others, leave open, relative. [1]"""
_SPLIT_SD: Final = 0.10
"""What the shares of several heads on one unit leave open, relative. [1]"""
_AGAIN_S: Final = 3600.0
_AIRED: Final = 4
"""Intervals after a window was shut in which the air is not the room's yet. [intervals]"""


class _Given(NamedTuple):
    """A heat pump's heat per its electricity by interval, NaN where not known; None where no rung says it. [1]."""

    ratio: Floats | None
    doubt: float


class RoomResponses:
    """The responses of one home's rooms, read again each day.

    Parameters
    ----------
    home : Home
        The household.
    systems : mapping
        Maps by name.
    """

    def __init__(self, home: Home, systems: Mapping[str, System]) -> None:
        self._home, self._systems = home, systems
        self._lock = threading.Lock()
        self._kept: tuple[date, Responses] | None = None
        self._due = 0.0

    def known(self, open_it: Callable[[], Store], now: datetime) -> Responses | None:
        """Return what `at` would, without waiting for it: None while it is being read for the first time.

        Parameters
        ----------
        open_it : callable
            Opens a store, which is closed after it was read; a store that does not answer is asked again in an hour.
        now : datetime
            The present.
        """
        today = now.astimezone(ZoneInfo(self._home.timezone)).date()
        kept = self._kept
        stale = kept is None or kept[0] != today
        if stale and self._due <= time.monotonic():
            self._due = time.monotonic() + _AGAIN_S
            threading.Thread(target=self._read, args=(open_it, now), name="room responses", daemon=True).start()
        return kept[1] if kept else None

    def _read(self, open_it: Callable[[], Store], now: datetime) -> None:
        try:
            with closing(open_it()) as store:
                self.at(store, now)
        except StoreError as error:
            logging.getLogger(__name__).warning("how fast rooms warm up is not read: %s", error)

    def at(self, store: Store, now: datetime) -> Responses:
        """Return what the weeks up to the last midnight say.

        Raises
        ------
        StoreError
            If the store does not answer.
        """
        today = now.astimezone(ZoneInfo(self._home.timezone)).date()
        with self._lock:
            if self._kept is None or self._kept[0] != today:
                self._kept = (today, read(self._home, self._systems, store, today))
            return self._kept[1]


def read(home: Home, systems: Mapping[str, System], store: Store, today: date) -> Responses:
    """Return what the weeks before a local day say of each room.

    Parameters
    ----------
    home : Home
        The household.
    systems : mapping
        Maps by name.
    store : Store
        Intervals.
    today : date
        In the home's own time; nothing from it on is used.

    Raises
    ------
    StoreError
        If the store does not answer.
    """
    zone = ZoneInfo(home.timezone)
    start, end = (int(midnight(day, zone).timestamp()) for day in (today - timedelta(days=_DAYS), today))
    start, end = start // STEP_S * STEP_S, end // STEP_S * STEP_S
    blocks = store.intervals(home.id, start_s=start - _STATE_LOOKBACK_S, end_s=end, quantities=QUANTITIES)
    return of_blocks(home, systems, blocks, start_s=start, end_s=end)


def of_blocks(
    home: Home, systems: Mapping[str, System], blocks: Sequence[Intervals], *, start_s: int, end_s: int
) -> Responses:
    """Return what intervals at hand say of each room.

    Parameters
    ----------
    home, systems : Home, mapping
        As for `read`.
    blocks : sequence of Intervals
        Of `QUANTITIES`; states may begin up to a day before the span.
    start_s, end_s : int
        Half-open span, multiples of `STEP_S`. [s]
    """
    whole = accounts.account(home, blocks, start_s=start_s, end_s=end_s)
    grid = Grid(blocks, start_s, end_s)
    given = {pump.id: _given(home, pump, systems.get(pump.unit or ""), grid, whole) for pump in home.heat_pumps}
    rooms = {zone.id: _air(whole, grid, zone.id, zone.window) for zone in home.zones}
    times_s = start_s + np.arange((end_s - start_s) // STEP_S, dtype=np.int64) * STEP_S
    here = ZoneInfo(home.timezone)
    clock = [datetime.fromtimestamp(time_s, here) for time_s in times_s.tolist()]
    hour = np.array([at.hour + at.minute / 60.0 for at in clock], dtype=np.float64)
    found: dict[str, RoomResponse | NotKnown] = {}
    for zone in home.zones:
        heat_w, doubt, electric = _heat(home, whole, given, zone.id)
        others = [air for name, air in rooms.items() if name != zone.id and np.isfinite(air).any()]
        found[zone.id] = fit(
            times_s, rooms[zone.id], _wide(whole.home["outdoor_c"]), heat_w,
            beside_c=mean_known(np.array(others)) if others else None, hour=hour, electric=electric, doubt=doubt,
        )  # fmt: skip
    return found | _together(home, whole, given, found, times_s)


def _together(
    home: Home, whole: Account, given: Mapping[str, _Given], found: Responses, times_s: Ints
) -> dict[str, RoomResponse]:
    """Return the rooms that share an outdoor unit, with what is left to each while all of them are heated up."""
    told: dict[str, RoomResponse] = {}
    outdoor_c = _wide(whole.home["outdoor_c"])
    for pump in home.heat_pumps:
        zones = {head.zone: found[head.zone] for head in pump.heads}
        known = {zone: room for zone, room in zones.items() if isinstance(room, RoomResponse)}
        if len(zones) < 2 or not known:
            continue
        drawn, ratio = whole.pumps.get(f"{pump.id}:heating", np.zeros(len(whole.start_s))), given[pump.id].ratio
        heat = drawn if ratio is None else drawn * ratio
        whole_w = heat[: len(heat) // _NARROW * _NARROW].reshape(-1, _NARROW).sum(axis=1) * _TO_W
        most = float(np.median(peaks_of(times_s, outdoor_c, whole_w).heat_w))
        wanted = sum(float(room.strongest_w) for room in known.values())
        told |= {zone: room._replace(together=min(1.0, most / wanted)) for zone, room in known.items() if wanted > 0}
    return told


def _given(home: Home, pump: HeatPump, system: System | None, grid: Grid, whole: Account) -> _Given:
    """Return what a heat pump gives per kilowatt-hour, by the best rung that knows nearly all of it."""
    use = {name.partition(":")[2]: kwh for name, kwh in whole.pumps.items() if name.startswith(f"{pump.id}:")}
    drawn = use.get("heating", np.zeros(grid.size))
    outdoor_c = whole.home["outdoor_c"]
    here = ZoneInfo(home.timezone)
    begin, end = (datetime.fromtimestamp(at, UTC) for at in (grid.start_s, grid.start_s + grid.size * INTERVAL_S))
    days = Cuts.at(whole.start_s, spans(begin, end, here))
    flows = {flow.rung: flow for flow in delivered(home, pump, system, grid, use, outdoor_c, days=days)}
    for step in STEPS:
        flow = flows.get(step.key)
        if flow is not None and _knows(flow, drawn):
            ratio = np.divide(flow.heat_kwh, drawn, out=np.zeros(grid.size), where=drawn > 0)
            works = np.isfinite(flow.systematic) & (drawn > 0)
            return _Given(ratio, float(np.median(flow.systematic[works])) if works.any() else 0.0)
    return _Given(None, 0.0)


def _knows(flow: Flow, drawn: Floats) -> bool:
    known = float(drawn[np.isfinite(flow.heat_kwh)].sum())
    return known > 0 and known >= _KNOWN * float(drawn.sum())


def _heat(home: Home, whole: Account, given: Mapping[str, _Given], zone: str) -> tuple[Floats, float, bool]:
    """Return the heat into a zone [W], its lasting doubt [1], and whether it is electricity, for no COP is known."""
    size = len(whole.start_s)
    pumps = [pump for pump in home.heat_pumps if any(head.zone == zone for head in pump.heads)]
    heaters = [meter for meter in home.meters if meter.heater and meter.zone == zone]
    if not pumps and not heaters:
        return np.full(size // _NARROW, np.nan), 0.0, False
    electric = any(given[pump.id].ratio is None for pump in pumps)
    total = sum((whole.meters.get(meter.id, np.full(size, np.nan)) for meter in heaters), np.zeros(size))
    for pump in pumps:
        column = f"{zone}:heating" if len(pumps) == 1 else f"{pump.id}:heating"  # of several each is all this zone's
        own = (whole.rooms if len(pumps) == 1 else whole.pumps).get(column, np.zeros(size))
        ratio = given[pump.id].ratio
        silent = ~np.isfinite(whole.meters.get(pump.meter, np.full(size, np.nan)))
        cools = whole.rooms.get(f"{zone}:cooling", np.zeros(size)) > 0  # what is taken out is another law
        total = total + np.where(silent | cools, np.nan, own * (1.0 if electric or ratio is None else ratio))
    heat = total[: size // _NARROW * _NARROW].reshape(-1, _NARROW).sum(axis=1) * _TO_W
    doubts = [_METER_SD, *(given[pump.id].doubt for pump in pumps)] if not electric else [_METER_SD]
    split = _SPLIT_SD if any(len(pump.heads) > 1 for pump in pumps) else 0.0
    return heat, float(np.hypot(max(doubts), split)), electric


def _air(whole: Account, grid: Grid, zone: str, window: str | None) -> Floats:
    """Return a zone's air without the time its window stood open. [°C]."""
    air = whole.rooms.get(f"{zone}:temperature", np.full(grid.size, np.nan))
    if window is not None:
        stood = grid.codes(window, "contact", {"open": 1}, other=0) == 1
        aired = np.convolve(stood, np.ones(_AIRED), mode="full")[: grid.size] > 0
        air = np.where(aired, np.nan, air)
    return _wide(air)


def _wide(column: Floats) -> Floats:
    """Return means of three intervals each, of what is known. [·]."""
    return mean_known(column[: len(column) // _NARROW * _NARROW].reshape(-1, _NARROW), axis=1)
