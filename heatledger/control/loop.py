"""The closed loop: from what is asked and heard to what is sent and what came of it; every step is in the log first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from heatledger.control.caveats import LIES, Shown
from heatledger.control.envelope import MODES, Allowed, Head, Later, Refused, Request, Situation, Told, decide, turns
from heatledger.control.events import Event, Kind, Log
from heatledger.control.moment import Moment, at_least_s, at_most_s
from heatledger.control.seen import Heard, Place, Render, Rendered, Send
from heatledger.control.zone import OVERHEARD, Memory, Unit, all_run, is_so
from heatledger.marks import worded

TRIES: Final = 3
"""How often a command is sent at most."""
_PATIENCE_S: Final = 20.0
_MOST_PATIENT_S: Final = 180.0
_RIVAL_SPAN_S: Final = 86_400.0
_RIVAL_TIMES: Final = 3
_FROST_VALID_S: Final = 900.0
_FROST_AGAIN_S: Final = 300.0
_FROST_HEAT_C: Final = 16.0
"""The lowest that most units take, and the least that a zone may be allowed. [°C]"""
_FROST_STEP_K: Final = 0.5
_TURNS, _ONE_WAY, _NO_MODE = "turns", "one way", "no mode"
"""What a row of what was sent says: it may turn the compressor; the device never answers, or never of its mode."""


class Loop:
    """Follows every request of a home to its end.

    Parameters
    ----------
    home : str
        Its id.
    places : mapping of str to Place
        The zones.
    log : Log
        Keeps what happens.
    render : callable
        What a device makes of a request.
    now : Moment
        The present.
    rested : frozenset of str
        The outdoor units of which it is known that they neither started nor stopped for longer than any limit; of the
        others it is taken that they just did.
    """

    def __init__(
        self,
        home: str,
        places: Mapping[str, Place],
        log: Log,
        render: Render,
        *,
        now: Moment,
        rested: frozenset[str] = frozenset(),
    ) -> None:
        self.home, self._places, self._log, self._render = home, places, log, render
        units = {place.unit for place in places.values()}
        self._units = {unit: Unit() for unit in units}
        self._zones = {zone: Memory() for zone in places}
        self._read_to = 0
        self._read()
        for unit in units - rested:
            self._units[unit].begin(now)

    def step(self, heard: Mapping[str, Heard], now: Moment, *, trouble: str = "") -> list[Send]:
        """Go on: take in what was asked and heard, and return what is to be sent.

        Parameters
        ----------
        heard : mapping of str to Heard
            By zone.
        now : Moment
            The present.
        trouble : str
            Why nothing can be known or sent just now; empty while all is well.
        """
        self._read()
        sends = []
        for zone in self._places:
            self._observe(zone, heard.get(zone, Heard()), now)
        for zone in self._places:
            self._doubt(zone, heard, now)
            self._guard_frost(zone, heard, now)
            self._settle(zone, heard.get(zone, Heard()), now)
            if (sent := self._go_on(zone, heard, now, trouble)) is not None:
                sends.append(sent)
        return sends

    def rival(self, zone: str, note: str, now: Moment) -> None:
        """Note that another controller sets a zone's device; once in a while only."""
        seen = self._zones[zone].rival
        if seen is None or at_least_s(seen, now) > _RIVAL_SPAN_S:
            self._add(Event(kind="rival", home=self.home, zone=zone, at=now, note=note))

    def warn(self, zone: str, kind: Kind, about: str, note: str, now: Moment) -> bool:
        """Note what stands against believing the zone; False where that is noted already."""
        if (zone, about) in self._zones[zone].caveats:
            return False
        self._add(Event(kind=kind, home=self.home, zone=zone, at=now, why=about, note=note))
        return True

    def mend(self, zone: str, about: str, now: Moment) -> bool:
        """Note that it stands no longer; False where it did not."""
        if (zone, about) not in self._zones[zone].caveats:
            return False
        self._add(Event(kind="mended", home=self.home, zone=zone, at=now, why=about))
        return True

    def retained(self, zone: str) -> tuple[str, ...]:
        """Return the topics on which the broker keeps a command for the zone, as was noted."""
        return tuple(about for (_, about), row in self._zones[zone].caveats.items() if row.kind == "retained")

    def overhear(self, zone: str, told: Told, note: str, now: Moment) -> bool:
        """Take in what somebody else tells a zone's devices; False where it is nothing that they are not already."""
        if not self._zones[zone].is_new(told):
            return False
        self._somebody(zone, told, now, note=note, why=OVERHEARD)
        return True

    def stands(self, zone: str) -> Told | None:
        """Return what the zone's device last confirmed of ours, where nobody changed it since."""
        return self._zones[zone].stands

    def coming(self, zone: str) -> Told:
        """Return what the newest request asks that is not done with; of nothing where there is none."""
        event = self._zones[zone].coming
        return Told(event.setpoint, event.mode) if event else Told(None, None)

    def chose(self, zone: str) -> Moment | None:
        """Return when somebody last chose something for a zone, at its device or here."""
        return self._zones[zone].chose

    def _read(self) -> None:
        for event in self._log.since(self.home, self._read_to):
            self._read_to = event.id
            if event.zone in self._zones:
                self._take(event)

    def _add(self, event: Event) -> Event:
        """Write a row, then take it in with whatever others wrote before it."""
        kept = self._log.add(event)
        self._read()
        return kept

    def _take(self, event: Event) -> None:
        self._zones[event.zone].take(event)
        if event.kind == "sent" and event.why == _TURNS:
            self._units[self._places[event.zone].unit].command(event.at)

    def _observe(self, zone: str, heard: Heard, now: Moment) -> None:
        memory = self._zones[zone]
        self._units[self._places[zone].unit].observe(heard.runs, now)
        changed = memory.hear(heard.devices, now)
        if changed is not None:
            self._somebody(zone, changed, now)

    def _somebody(self, zone: str, changed: Told, now: Moment, *, note: str = "", why: str = "") -> None:
        """Give way to whoever set the zone otherwise."""
        memory, (setpoint, mode) = self._zones[zone], changed
        self._add(
            Event(
                kind="person", home=self.home, zone=zone, at=now, setpoint=setpoint, mode=mode, note=note, why=why
            )
        )  # fmt: skip
        for request in list(memory.open.values()):
            self._end(request, "overruled", now, note or worded("somebody chose otherwise at the device"))
        if memory.set_back(_RIVAL_SPAN_S, now) >= _RIVAL_TIMES:
            again = worded("it is set back within minutes, again and again: stop the other controller")
            self.rival(zone, f"{again}; {note}" if note else again, now)

    def _doubt(self, zone: str, heard: Mapping[str, Heard], now: Moment) -> None:
        """Note where a device says what its power does not bear out, and where it does again."""
        place, seen = self._places[zone], heard.get(zone, Heard())
        if not (place.limits.on and seen.heard):
            return
        units = [seen, *(heard.get(other, Heard()) for other in place.others)]
        alone = all(unit.heard and {one.mode for one in unit.devices} == {"off"} for unit in units)
        shown = Shown(seen.mode, seen.setpoint, seen.celsius, seen.action, all_run(seen.drawn), alone)
        lasting = self._zones[zone].doubts.follow(shown, now)
        if lasting is None:
            self.mend(zone, LIES, now)
        elif lasting:
            self.warn(zone, "lies", LIES, lasting, now)

    def _guard_frost(self, zone: str, heard: Mapping[str, Heard], now: Moment) -> None:
        """Ask for heat where what we set lets a room get too cold."""
        memory, seen, limits = self._zones[zone], heard.get(zone, Heard()), self._places[zone].limits
        stands = memory.stands
        if seen.celsius is None or seen.celsius >= limits.frost_c or memory.open:
            return
        if not limits.on or stands is None or stands.mode in (None, "heat"):
            return
        if memory.frost is not None and at_least_s(memory.frost, now) < _FROST_AGAIN_S:
            return
        why = worded("the room is at {celsius} °C", celsius=round(seen.celsius, 1))
        self._add(
            Event(
                kind="asked", home=self.home, zone=zone, at=now, setpoint=self._frost_c(zone, now), mode="heat",
                by="frost", who="frost", why=why, valid_s=_FROST_VALID_S,
            )
        )  # fmt: skip

    def _frost_c(self, zone: str, now: Moment) -> float:
        """Return the lowest set-point for a room that gets too cold that its device takes. [°C]."""
        count = int((self._places[zone].limits.highest_c - _FROST_HEAT_C) / _FROST_STEP_K)
        for celsius in (_FROST_HEAT_C + _FROST_STEP_K * number for number in range(count + 1)):
            asked = Request(zone=zone, at=now, valid_s=_FROST_VALID_S, setpoint=celsius, mode="heat", by="frost")
            if not isinstance(self._render(zone, asked), Refused):
                return celsius
        return _FROST_HEAT_C

    def _settle(self, zone: str, heard: Heard, now: Moment) -> None:
        """End what was sent and is answered, or never will be."""
        memory = self._zones[zone]
        flying = memory.flying
        if flying is None:
            return
        last = memory.last_sent(flying.id)
        if last is None:
            return
        wanted = Told(last.setpoint, last.mode)
        shown = wanted._replace(mode=None) if last.note == _NO_MODE else wanted
        if last.note == _ONE_WAY:
            note = worded("sent by infrared or the like: the device never says whether it heard")
            self._end(flying, "unconfirmed", now, note, wanted)
        elif all(is_so(shown, *one[:2]) and memory.spoke_since(last.at, one.spoke) for one in heard.devices):
            mute = worded("its set-point; of its mode it says nothing") if shown != wanted else ""
            self._end(flying, "confirmed", now, self._doubted(zone) or mute, wanted)

    def _go_on(self, zone: str, heard: Mapping[str, Heard], now: Moment, trouble: str) -> Send | None:
        """Decide on the newest request of a zone; the ones before it are replaced."""
        memory = self._zones[zone]
        requests = sorted(memory.open.values(), key=lambda event: event.id)
        people = [event for event in requests if event.by == "person"]
        if not requests:
            return None
        newest = (people or requests)[-1]
        for event in requests:
            if event.id != newest.id:
                self._end(event, "replaced", now, worded("another request took its place"))
        return self._attempt(newest, heard, now, trouble)

    def _attempt(self, asked: Event, heard: Mapping[str, Heard], now: Moment, trouble: str) -> Send | None:
        memory, seen = self._zones[asked.zone], heard.get(asked.zone, Heard())
        tries = memory.tries(asked.id)
        last = memory.last_sent(asked.id)
        if last is not None and at_least_s(last.at, now) < _patience_s(seen.usual_s, tries):
            return None
        if tries >= TRIES:
            self._end(asked, "failed", now, _unanswered(seen, tries))
            return None
        if at_most_s(asked.at, now) >= asked.valid_s:
            self._end(asked, "expired", now, memory.waits or trouble or worded("its time is over"))
            return None
        return self._judge(asked, heard, now, trouble)

    def _judge(self, asked: Event, heard: Mapping[str, Heard], now: Moment, trouble: str) -> Send | None:
        place, memory = self._places[asked.zone], self._zones[asked.zone]
        request = asked.asked()
        known = place.limits.on and request.mode in (None, *MODES)  # else the envelope refuses it, in its words
        made = self._render(asked.zone, request) if known else Rendered(request.setpoint, request.mode)
        if isinstance(made, Refused):
            self._end(asked, "refused", now, _line(made))
            return None
        request = msgspec.structs.replace(request, setpoint=made.setpoint)
        situation = self._situation(place, heard, made, trouble, now)
        verdict = decide(request, situation, place.limits, now)
        if isinstance(verdict, Refused):
            self._end(asked, "refused", now, _line(verdict))
        elif isinstance(verdict, Later):
            if memory.waits != verdict.why:
                self._add(_of(asked, "waits", now, note=verdict.why, valid_s=(verdict.until_us - now.time_us) / 1e6))
        elif isinstance(verdict, Allowed) and verdict.same and memory.last_sent(asked.id) is None:
            self._end(asked, "confirmed", now, worded("it was so already"), Told(made.setpoint, made.mode))
        else:
            return self._send(asked, made, any(turns(request, situation)), now)
        return None

    def _send(self, asked: Event, made: Rendered, may_turn: bool, now: Moment) -> Send:
        mute = made.mode is not None and not made.says_mode
        note = _ONE_WAY if made.one_way else _NO_MODE if mute else ""
        sent = _of(asked, "sent", now, note=note, why=_TURNS if may_turn else "")
        return Send(asked.zone, self._add(msgspec.structs.replace(sent, setpoint=made.setpoint, mode=made.mode)))

    def _situation(
        self, place: Place, heard: Mapping[str, Heard], made: Rendered, trouble: str, now: Moment
    ) -> Situation:
        memory, unit = self._zones[place.zone], self._units[place.unit]
        runs, turned = unit.state(now)
        return Situation(
            head=self._head(place.zone, heard, one_way=made.one_way, heats=made.heats),
            others=tuple(self._head(zone, heard) for zone in place.others),
            runs=runs,
            turned=turned,
            sent=tuple(event.at for event in memory.sent),
            person=memory.person,
            rival=memory.rival,
            one_way=made.one_way,
            trouble=trouble,
            doubt=self._doubted(place.zone),
        )

    def _doubted(self, zone: str) -> str:
        """Return why the zone's device is not believed, empty where it is."""
        row = self._zones[zone].caveats.get((zone, LIES))
        return row.note if row else ""

    def _head(self, zone: str, heard: Mapping[str, Heard], *, one_way: bool = False, heats: bool = False) -> Head:
        seen, memory = heard.get(zone, Heard()), self._zones.get(zone, Memory())
        mode, setpoint = "heat" if heats else seen.mode, seen.setpoint
        if one_way and memory.stands:
            mode, setpoint = memory.stands.mode or mode, memory.stands.setpoint or setpoint
        told = [Told(event.setpoint, event.mode) for event in memory.unanswered]
        others = {Told(one.setpoint, one.mode) for one in seen.also} - {Told(setpoint, mode)}
        return Head(zone, mode, setpoint, seen.celsius, seen.heard, (*told, *others))

    def _end(self, asked: Event, kind: Kind, now: Moment, note: str, stands: Told | None = None) -> None:
        row = _of(asked, kind, now, note=note)
        if stands is not None:
            row = msgspec.structs.replace(row, setpoint=stands.setpoint, mode=stands.mode)
        self._add(row)


def _of(asked: Event, kind: Kind, now: Moment, *, note: str, why: str = "", valid_s: float = 0.0) -> Event:
    """Return a row about a request."""
    return msgspec.structs.replace(
        asked, kind=kind, id=0, request=asked.id, at=now, note=note, why=why, valid_s=valid_s, key=""
    )


def _line(refused: Refused) -> str:
    return f"{refused.reason}; {refused.mend}" if refused.mend else refused.reason


def _patience_s(usual_s: float, tries: int) -> float:
    """Return how long an answer is waited for: longer from try to try, and for a device that speaks seldom [s]."""
    return min(max(_PATIENCE_S, 2 * usual_s) * 2.0 ** max(0, tries - 1), _MOST_PATIENT_S)


def _unanswered(heard: Heard, tries: int) -> str:
    said = worded("the device does not say that it is so; sent {n} times", n=tries)
    if not heard.heard:
        return worded("the device is not heard; sent {n} times", n=tries)
    return said
