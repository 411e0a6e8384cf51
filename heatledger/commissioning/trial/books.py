"""Keeps test runs: begins one, takes it on by what the store has heard, ends it, and returns those that ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from heatledger.commissioning.trial import advance as going
from heatledger.commissioning.trial.course import Trial, Work
from heatledger.commissioning.trial.curves import curves
from heatledger.commissioning.trial.hearing import hear
from heatledger.commissioning.trial.subject import Subject, subject, subject_of
from heatledger.commissioning.trial.traces import Heard, value_at, word_at
from heatledger.commissioning.trial.verdicts import judged
from heatledger.heat.system import System
from heatledger.home import Home
from heatledger.marks import worded
from heatledger.store import Store
from heatledger.store.state import State

LAG: Final = timedelta(seconds=2)
"""What was heard is in the store by then: a run is looked at so far behind the clock."""
_FRESH_S: Final = 300.0


class Choice(NamedTuple):
    """What a run may be made with: a heat pump, the rooms of its indoor units that take part, and a name."""

    heat_pump: str
    zones: tuple[str, ...]
    name: str

    @property
    def key(self) -> str:
        """How a form names it."""
        return "/".join((self.heat_pump, *self.zones))


class Shown(NamedTuple):
    """A run as it stands now.

    Attributes
    ----------
    trial, unit, heard : Trial, Subject, Heard
        The run, what it is made with, and what was heard.
    now_s : float
        On its clock. [s]
    """

    trial: Trial
    unit: Subject
    heard: Heard
    now_s: float


class TrialBooks:
    """The test runs of one home.

    Parameters
    ----------
    home : Home
        Whose.
    systems : mapping of str to System
        Units' maps by name.
    store, state : Store, State
        Where readings are, and where runs are kept.
    """

    def __init__(self, home: Home, systems: Mapping[str, System], store: Store, state: State) -> None:
        self._home, self._systems, self._store, self._state = home, systems, store, state

    def choices(self) -> list[Choice]:
        """Return what a run may be made with: every heat pump as a whole, and each of several indoor units alone."""
        rooms = {zone.id: zone.name for zone in self._home.zones}
        found = []
        for pump in self._home.heat_pumps:
            name, zones = pump.name or pump.id, tuple(head.zone for head in pump.heads)
            found.append(Choice(pump.id, zones, name))
            if len(zones) > 1:
                found += [Choice(pump.id, (zone,), f"{name}: {rooms.get(zone, zone)}") for zone in zones]
        return found

    def begin(self, choice: str, work: Work, *, brief: bool, who: str, now: datetime, pace: float = 1.0) -> Trial:
        """Begin a run and return it at its first step.

        Raises
        ------
        ValueError
            If it cannot be: one line with the mend.
        """
        chosen = next((row for row in self.choices() if row.key == choice), None)
        if chosen is None:
            raise ValueError(worded("choose a heat pump of the home file; none is named so"))
        unit = subject(self._home, self._systems, chosen.heat_pump, chosen.zones)
        trial = Trial(
            home=self._home.id, heat_pump=chosen.heat_pump, name=chosen.name, zones=chosen.zones, work=work,
            who=who, started_at=now, brief=brief, pace=pace,
        )  # fmt: skip
        heard = hear(trial, unit, self._store, now)
        if not len(heard.power.at_s) or heard.power.at_s[-1] < -_FRESH_S * pace:
            raise ValueError(worded(
                "{meter} does not tell its power: a run needs the power of the unit’s circuit once a minute",
                meter=unit.meter.name or unit.meter.id,
            ))  # fmt: skip
        head = next(iter(heard.heads), None)
        begun = going.begin(
            msgspec.structs.replace(
                trial,
                was_mode=word_at(head.mode, 0.0) if head else None,
                was_setpoint_c=value_at(head.setpoint, 0.0) if head else None,
            )
        )
        number = self._state.trials.add(self._home.id, msgspec.json.encode(begun))
        if number is None:
            raise ValueError(worded("another test run goes on: end it first"))
        return msgspec.structs.replace(begun, number=number)

    def newest(self, now: datetime) -> Shown | None:
        """Return the newest run, taken on to this moment; None where there was none."""
        return self._change(now, lambda shown: shown.trial)

    def stop(self, now: datetime, who: str) -> Shown | None:
        """Break the run off that goes on; one that has ended stays as it is."""
        said = worded("{who} stopped it", who=who)
        return self._change(now, lambda shown: going.stop(shown.trial, shown.now_s, said))

    def confirm(self, now: datetime) -> Shown | None:
        """Note that the person says the step is done, where no reading tells."""
        return self._change(now, lambda shown: going.confirm(shown.trial, shown.now_s))

    def going(self, now: datetime) -> Trial | None:
        """Return the run that goes on, taken on to this moment; None where none does."""
        rows = self._all()
        shown = self.newest(now) if rows and rows[-1].running else None
        return shown.trial if shown is not None and shown.trial.running else None

    def ended(self) -> list[Trial]:
        """Return the newest run that has ended of every heat pump, in the order of the home file."""
        newest = {trial.heat_pump: trial for trial in self._all() if not trial.running}
        return [newest[pump.id] for pump in self._home.heat_pumps if pump.id in newest]

    def past(self) -> list[Trial]:
        """Return every run that has ended, the newest first."""
        return [trial for trial in reversed(self._all()) if not trial.running]

    def _all(self) -> list[Trial]:
        return [_decoded(number, body) for number, body in self._state.trials.all(self._home.id)]

    def _change(self, now: datetime, act: Callable[[Shown], Trial]) -> Shown | None:
        """Take the newest run on, do something with it, and keep what became of it; again where another was first."""
        while rows := self._state.trials.all(self._home.id):
            number, was = rows[-1]
            trial = _decoded(number, was)
            try:
                unit = subject_of(trial, self._home, self._systems)
            except ValueError as error:  # it was taken out of the home file
                self._orphaned(trial, was, now, str(error))
                return None
            upto = max(now - LAG, trial.started_at) if trial.running else trial.at(trial.ended_s or 0.0)
            heard, now_s = hear(trial, unit, self._store, upto), max(trial.clock(upto), 0.0)
            if not trial.running:
                return Shown(trial, unit, heard, now_s)
            on = act(Shown(going.advance(trial, heard, unit, now_s), unit, heard, now_s))
            if not on.running:
                on = msgspec.structs.replace(on, findings=judged(on, heard, unit), curves=curves(on, heard, unit))
            body = msgspec.json.encode(msgspec.structs.replace(on, number=0))
            if body == was or self._state.trials.change(self._home.id, number, was=was, body=body, running=on.running):
                return Shown(on, unit, heard, now_s)
        return None

    def _orphaned(self, trial: Trial, was: bytes, now: datetime, why: str) -> None:
        """End a run whose unit the home file does not name any more: nothing can be shown of it."""
        ended = going.stop(trial, trial.clock(now), why)
        body = msgspec.json.encode(msgspec.structs.replace(ended, number=0))
        self._state.trials.change(self._home.id, trial.number, was=was, body=body, running=False)


def _decoded(number: int, body: bytes) -> Trial:
    return msgspec.structs.replace(msgspec.json.decode(body, type=Trial), number=number)
