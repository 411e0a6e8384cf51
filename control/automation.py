"""What a home does by itself: programme, rooms warm by the stated time, holds while a window is open or it is empty."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from control.conditions import Conditions
from control.telling import Teller
from heatledger.ahead import Ahead, Seen, rooms_seen, soonest
from heatledger.config import Config
from heatledger.control.envelope import By, Refused, Request, Told
from heatledger.control.events import Event, Log
from heatledger.control.holds import Condition, Hold, chosen_since, due, holding, kept, to_set_back
from heatledger.control.loop import Loop
from heatledger.control.moment import Moment, at_least_s
from heatledger.control.seen import Heard
from heatledger.hearing import LiveValue
from heatledger.home import Home, Zone
from heatledger.programme import Change, changes
from heatledger.readings import SeriesKey
from heatledger.room_responses import Responses

_WEEK_S: Final = 7 * 86_400.0
_HOLD_S: Final = 25 * 3600.0
"""Worth doing for so long, longer than any choice of somebody stands against it; its end takes its place. [s]"""
_READS_S: Final = 600.0
"""So long after a start prices may not count yet where they did before it. [s]"""

Priced = Callable[[Zone, Mapping[str, Heard], Change | None, Moment | None, Moment], bool]
"""Takes a zone, what is heard of all, what its programme is at, when somebody last chose, and now."""


class Around(NamedTuple):
    """What surrounds one look at a home: what is heard of its zones, the closed loop, and who tells its devices."""

    heard: Mapping[str, Heard]
    loop: Loop
    teller: Teller
    now: Moment

    @property
    def at(self) -> datetime:
        """The present, UTC."""
        return datetime.fromtimestamp(self.now.time_us / 1e6, UTC)


class Automation:
    """Asks for what a home's programme, windows and presence want; each change once, all of it in the log.

    Parameters
    ----------
    config : Config
        The settings.
    home : Home
        The household.
    log : Log
        Keeps what is asked.
    responses : callable
        Returns how the rooms follow heat and weather, None while that is being read.
    priced : callable, optional
        Returns whether the prices ahead count in a zone instead of its programme, and asks for what they make cheapest.
    """

    def __init__(
        self,
        config: Config,
        home: Home,
        log: Log,
        responses: Callable[[], Responses | None],
        priced: Priced = lambda *_: False,
    ) -> None:
        self._config, self._home, self._log, self._responses, self._priced = config, home, log, responses, priced
        rows = log.since(home.id, 0)
        self._asked = {row.key for row in rows if row.key}
        self._held = holding(rows) | to_set_back(rows)
        newest = {row.zone: row.by for row in rows if row.kind in ("asked", "person")}
        by_price = {one.id: one.control.price for one in home.zones if newest.get(one.id) == "price"}
        self._left = {zone for zone, band in by_price.items() if band is None}
        self._awaited: set[str] = by_price.keys() - self._left  # a start reads for a while what prices need
        self._began: Moment | None = None
        self._conditions = Conditions(home)
        self._warms_ahead = any(step.ahead for step in home.programme) or any(away.ahead for away in home.away)

    def ask(self, own: Mapping[SeriesKey, LiveValue], around: Around) -> None:
        """Look at every zone, and write what is wanted into the log.

        Parameters
        ----------
        own : mapping
            The newest values of the home's series.
        around : Around
            What surrounds this look.
        """
        if not self._config.settings.control.on:
            return
        self._began = self._began or around.now
        self._conditions.look(own, around.heard, around.now)
        zones = [zone for zone in self._home.zones if zone.control.on]
        seen = rooms_seen(self._home, own, around.now.time_us) if self._warms_ahead else {}
        for zone in zones:
            self._zone(zone, seen, around)

    def _zone(self, where: Zone, seen: Mapping[str, Seen], around: Around) -> None:
        home, at, zone = self._home, around.at, where.id
        held, coming = changes(zone, home.programme, home.away, home.timezone, at)
        soon = self._begun(zone, seen, at)
        heard, chose = around.heard.get(zone, Heard()), around.loop.chose(zone)
        counts = None if held is not None and _is_since(chose, held.at) else held
        conditions = self._conditions.of(zone, heard, counts, self._held.get(zone), awaited=soon is not None)
        stands_s = where.control.person_min * 60
        cause = due(conditions, self._held.get(zone), chose, around.now, stands_s=stands_s)
        if cause is not None:
            self._hold(zone, cause, heard, around)
            return
        if zone in self._held:
            self._release(zone, held, chose, around)
        if self._priced(where, around.heard, held, chose, around.now):
            self._awaited.discard(zone)
            return
        if zone in self._awaited and at_least_s(self._began or around.now, around.now) < _READS_S:
            return
        if soon is not None:
            if not _is_since(chose, soon.begins):
                self._ask_ahead(zone, soon, held, around)
        elif held is not None and (zone in self._left or not _is_since(chose, held.at)):
            left_s = (coming.at - at).total_seconds() if coming else _WEEK_S
            self._once(zone, self._key_of(zone, held, around), Told(held.setpoint, held.mode), held.why, left_s, around)

    def _key_of(self, zone: str, held: Change, around: Around) -> str:
        """Return what a change is known by; by another where prices counted last and do so no more."""
        over = " without price" if zone in self._left else ""
        self._left.discard(zone)
        return _key(zone, held, around.now) + over

    def _begun(self, zone: str, seen: Mapping[str, Seen], at: datetime) -> Ahead | None:
        """Return the change for which heating has to have begun by now."""
        if not self._warms_ahead:
            return None
        soon = soonest(self._home, zone, at, seen, self._responses())
        return soon if soon is not None and soon.begins <= at < soon.change.at else None

    def _ask_ahead(self, zone: str, soon: Ahead, held: Change | None, around: Around) -> None:
        change = soon.change
        key = f"ahead {_key(zone, change, around.now)} {held.at.isoformat() if held else ''}"
        left_s = (change.at - around.at).total_seconds()
        self._once(zone, key, Told(change.setpoint, change.mode), soon.why, left_s, around)

    def _once(self, zone: str, key: str, told: Told, why: str, valid_s: float, around: Around) -> None:
        if key not in self._asked:
            self._asked.add(key)
            mode = told.mode or around.loop.coming(zone).mode  # a set-point takes the place of what switches it on
            told = Told(told.setpoint, told.mode if mode == "off" else mode)
            self._add(zone, "programme", told, why, valid_s, around, key=key)

    def _hold(self, zone: str, cause: Condition, heard: Heard, around: Around) -> None:
        """Set a zone to what it is held at; what it was set to before is kept in the log."""
        current = self._held.get(zone)
        if (current is not None and current.by == cause.by) or not heard.heard:
            return  # of a room that is not heard nobody knows what it would go back to
        before = current.before if current else _becomes(heard, around.loop.coming(zone))
        if before is None or before.mode == "off":
            self._held[zone] = Hold(cause.by, around.now, None, cause.afterwards)
            return
        wanted = [_on_again(one, before) if current else one for one in cause.settings]
        told = next((one for one in wanted if _is_taken(zone, one, around)), None)
        if told is None:
            logging.getLogger(__name__).warning("%s: %s, but its device takes nothing that would do", zone, cause.why)
            before = None
        else:
            self._add(zone, cause.by, told, cause.why, _HOLD_S, around, note=kept(before))
        self._held[zone] = Hold(cause.by, around.now, before, cause.afterwards)

    def _release(self, zone: str, held: Change | None, chose: Moment | None, around: Around) -> None:
        """Set a zone back: to what it was, or to what its programme came to meanwhile."""
        hold = self._held.pop(zone)
        if hold.before is None or chosen_since(hold, chose, around.now):
            return
        told = hold.before
        key = "" if held is None else _key(zone, held, around.now)
        if held is not None and key not in self._asked:
            self._asked.add(key)
            told = Told(None if held.mode == "off" else held.setpoint or told.setpoint, held.mode or told.mode)
        why = hold.afterwards or self._conditions.over(hold.by)
        if held is not None and hold.by == "presence" and self._conditions.stands(zone, "presence"):
            why = held.why  # it asks for less than an empty home
        self._add(zone, hold.by, told, why, _HOLD_S, around)

    def _add(
        self, zone: str, by: By, told: Told, why: str, valid_s: float, around: Around, *, key: str = "", note: str = ""
    ) -> None:
        self._log.add(
            Event(
                kind="asked", home=self._home.id, zone=zone, at=around.now, setpoint=told.setpoint, mode=told.mode,
                by=by, why=why, valid_s=valid_s, key=key, note=note,
            )
        )  # fmt: skip


def _is_since(chose: Moment | None, at: datetime) -> bool:
    """Return whether somebody chose something since a time: that stands until the next change."""
    return chose is not None and chose.time_us >= at.timestamp() * 1e6


def _becomes(heard: Heard, coming: Told) -> Told:
    """Return what a zone is set to once what is asked of it is done."""
    return Told(heard.setpoint if coming.setpoint is None else coming.setpoint, coming.mode or heard.mode)


def _on_again(told: Told, before: Told) -> Told:
    """Return a setting for a room that another hold may have switched off: its set-point with the mode it had."""
    return told if told.setpoint is None else Told(told.setpoint, told.mode or before.mode)


def _is_taken(zone: str, told: Told, around: Around) -> bool:
    request = Request(zone=zone, at=around.now, valid_s=_HOLD_S, setpoint=told.setpoint, mode=told.mode)
    return not isinstance(around.teller.render(zone, request), Refused)


def _key(zone: str, change: Change, now: Moment) -> str:
    """Return what a change is known by: asked for once, and anew after a restart of the machine."""
    return f"{zone} {change.at.isoformat()} {change.setpoint} {change.mode} {now.boot}"
