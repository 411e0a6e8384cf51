"""The guided test run as values: its steps, and how one run went so far."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

import msgspec

from heatledger.commissioning.chart import Chart
from heatledger.commissioning.finding import Finding

Work = Literal["heating", "cooling"]
StepName = Literal["rest", "full", "hold"]
Outcome = Literal["running", "finished", "stopped"]


class Step(NamedTuple):
    """A step and how long it lasts once it has begun, in a whole run and in a brief one. [s]."""

    id: StepName
    whole_s: float
    brief_s: float


STEPS: Final = (Step("rest", 600.0, 120.0), Step("full", 1800.0, 480.0), Step("hold", 1800.0, 300.0))
"""Off, then at its most, then at the room's own temperature."""
START_S: Final = 900.0
"""A step that has not begun after so long ends the run: three minutes of a compressor's own, the rest is the person's
walk to the remote. [s]"""
SILENT_S: Final = 300.0
"""The circuit's power not heard for so long ends the run. [s]"""
LONGEST_EXTENSION_S: Final = 1200.0
"""Defrosts prolong a step by no more than this: two of the longest. [s]"""
_HAND_S, _LINE_S = 120.0, 30.0


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """A step of one run, in seconds of the run's clock. [s].

    Attributes
    ----------
    step : str
        rest, full or hold.
    asked_s : float
        When the person was told.
    target_c : float or None
        The set-point that is held: as the thermostat says, else as the room was when the person set it. [°C]
    confirmed_s : float or None
        When the person said that it is done, where no reading tells.
    began_s : float or None
        From when on the readings show it.
    extended_s : float
        What defrosts took, and it lasted longer for.
    ended_s : float or None
        When it was over.
    """

    step: StepName
    asked_s: float
    target_c: float | None = None
    confirmed_s: float | None = None
    began_s: float | None = None
    extended_s: float = 0.0
    ended_s: float | None = None


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One guided test run.

    Attributes
    ----------
    home, heat_pump, name : str
        Whose, and what the unit is called.
    zones : tuple of str
        The rooms whose indoor units take part.
    work : str
        heating or cooling.
    brief : bool
        Whether it only looks if the unit answers.
    who : str
        Who started it.
    started_at : datetime
        Zero of its clock, aware.
    pace : float
        How many times faster than real its clock runs: 1, but for a home that is simulated so. [1]
    was_mode, was_setpoint_c : str, float or None
        What was set before, to be put back. [°C]
    legs : tuple of Leg
        Steps so far; of a run that goes on the last one is under way.
    outcome : str
        running, finished or stopped.
    ended_s : float or None
        When it ended, on its clock. [s]
    reason : str
        Why it was stopped.
    findings : tuple of Finding
        Its verdicts, once it has ended.
    curves : tuple of Chart
        What was heard of it, small, once it has ended: readings are not kept for ever.
    number : int
        1 for the home's first.
    """

    home: str
    heat_pump: str
    name: str
    zones: tuple[str, ...]
    work: Work
    who: str
    started_at: datetime
    brief: bool = False
    pace: float = 1.0
    was_mode: str | None = None
    was_setpoint_c: float | None = None
    legs: tuple[Leg, ...] = ()
    outcome: Outcome = "running"
    ended_s: float | None = None
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    curves: tuple[Chart, ...] = ()
    number: int = 0

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.outcome == "running"

    @property
    def leg(self) -> Leg:
        """The step it is at, or was at when it ended."""
        return self.legs[-1]

    def find(self, step: StepName) -> Leg | None:
        """Return how a step went; None where it never came to it."""
        return next((leg for leg in self.legs if leg.step == step), None)

    def clock(self, at: datetime) -> float:
        """Return an instant on the run's clock. [s]."""
        return (at - self.started_at).total_seconds() * self.pace

    def at(self, clock_s: float) -> datetime:
        """Return an instant of the run's clock [s] as a time."""
        return self.started_at + timedelta(seconds=clock_s / self.pace)

    def lasts_s(self, step: StepName) -> float:
        """Return how long a step lasts in this run. [s]."""
        row = next(row for row in STEPS if row.id == step)
        return row.brief_s if self.brief else row.whole_s

    @property
    def start_limit_s(self) -> float:
        """How long a step may wait to begin; a person needs two real minutes whatever the pace. [s]."""
        return max(START_S, _HAND_S * self.pace)

    @property
    def silence_s(self) -> float:
        """How long the power may be silent; broker and store have thirty real seconds whatever the pace. [s]."""
        return max(SILENT_S, _LINE_S * self.pace)


def bound_s(trial: Trial) -> float:
    """Return when a run has ended for certain, whatever was heard. [s].

    Parameters
    ----------
    trial : Trial
        Any.
    """
    return sum(trial.start_limit_s + trial.lasts_s(row.id) + LONGEST_EXTENSION_S for row in STEPS)
