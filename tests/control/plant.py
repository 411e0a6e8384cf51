"""A house for the laws of control: heads that obey late, never, or by their own head; the truth is kept beside."""

from __future__ import annotations

import msgspec

from heatledger.control.envelope import Request, asks
from heatledger.control.events import Event
from heatledger.control.loop import Loop
from heatledger.control.moment import Moment
from heatledger.control.seen import Heard, Place, Rendered
from heatledger.limits import Limits

LIMITS = Limits(on=True, frost_c=8.0, highest_c=24.0, coolest_c=20.0, rest_min=5, run_min=5, per_hour=4, person_min=60)
PLACES = {
    "living": Place("living", "split", (), LIMITS),
    "bedroom": Place("bedroom", "multi", ("study",), LIMITS),
    "study": Place("study", "multi", ("bedroom",), LIMITS),
}


class KeptLog:
    """A log in memory that takes every row as the file does."""

    def __init__(self):
        self.rows: list[Event] = []

    def add(self, event):
        if event.key and any(row.key == event.key for row in self.rows):
            return event
        kept = msgspec.structs.replace(event, id=len(self.rows) + 1)
        self.rows.append(kept)
        return kept

    def since(self, home, after):
        return [row for row in self.rows[after:] if row.home == home]

    def kinds(self, request):
        return [row.kind for row in self.rows if row.request == request]


class House:
    """Heads with their rooms, a log, and the loop; `true_s` is time that nobody can set."""

    def __init__(self, mode="off", celsius=18.0):
        self.true_s, self.boot, self.booted_s, self.wall_us = 10_000.0, "first", 0.0, 1_790_000_000_000_000
        self.log, self.trouble, self.metered = KeptLog(), "", True
        self.set = {zone: {"mode": mode, "setpoint": 20.0} for zone in PLACES}
        self.celsius = dict.fromkeys(PLACES, celsius)
        self.heard = dict.fromkeys(PLACES, True)
        self.deaf: set[str] = set()
        self.sent: list[tuple[float, str, float | None, str | None]] = []
        self.rested = frozenset(("split", "multi"))
        self.spoke = {}
        self.start()

    @property
    def now(self) -> Moment:
        return Moment(self.wall_us, self.boot, self.true_s - self.booted_s)

    def start(self):
        """A new process, which knows what the log says."""
        self.loop = Loop("home", PLACES, self.log, self.render, now=self.now, rested=self.rested)
        self.rested = frozenset()

    def render(self, zone, request):
        return Rendered(None if request.setpoint is None else round(request.setpoint * 2) / 2, request.mode)

    def ask(self, zone, *, setpoint=None, mode=None, by="person", valid_s=900.0, at=None, key=""):
        return self.log.add(
            Event(
                kind="asked", home="home", zone=zone, at=at or self.now, setpoint=setpoint, mode=mode, by=by,
                valid_s=valid_s, key=key,
            )
        )  # fmt: skip

    def runs(self, unit):
        heads = [self.set[zone] | {"c": self.celsius[zone]} for zone, place in PLACES.items() if place.unit == unit]
        return any(asks(head["mode"], head["setpoint"], head["c"]) is not False for head in heads)

    def hears(self):
        return {
            zone: Heard(
                self.set[zone]["mode"], self.set[zone]["setpoint"], self.celsius[zone], self.heard[zone],
                self.spoke.get(zone), 10.0, (self.runs(place.unit),),
                drawn=(self.runs(place.unit),) if self.metered else (),
            )
            for zone, place in PLACES.items()
        }  # fmt: skip

    def speak(self):
        self.spoke |= {zone: self.now for zone in PLACES if self.heard[zone]}

    def step(self, *, killed=False):
        """One look of the process; `killed` dies after the row is written and before the message leaves."""
        self.speak()
        for send in self.loop.step(self.hears(), self.now, trouble=self.trouble):
            if killed:
                continue
            event = send.event
            self.sent.append((self.true_s, send.zone, event.setpoint, event.mode))
            if send.zone not in self.deaf:
                told = {"setpoint": event.setpoint, "mode": event.mode}
                self.set[send.zone] |= {name: value for name, value in told.items() if value is not None}

    def wait(self, seconds):
        self.true_s += seconds
        self.wall_us += int(seconds * 1e6)

    def until(self, seconds, every=5.0):
        for _ in range(int(seconds / every)):
            self.wait(every)
            self.step()

    def last(self, request):
        return [row for row in self.log.rows if row.request == request.id][-1]


def request(setpoint=None, mode=None, *, at, by="person", valid_s=900.0):
    return Request(zone="living", at=at, valid_s=valid_s, setpoint=setpoint, mode=mode, by=by)
