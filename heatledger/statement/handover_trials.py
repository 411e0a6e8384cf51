"""Guided test runs on paper: who made each and when, its steps with their times, its curves; or that there is none."""

from __future__ import annotations

from dataclasses import dataclass

from heatledger.commissioning.record import Record
from heatledger.commissioning.trial.course import Trial
from heatledger.home import Home
from heatledger.statement.drawn import Drawing, course
from heatledger.statement.trial_steps import StepTold, made, steps
from heatledger.wording import say


@dataclass(frozen=True, slots=True)
class Tried:
    """One run: whose, when, by whom and how it ended in a sentence; its steps, its curves."""

    made: str
    steps: list[StepTold]
    curves: list[Drawing]


@dataclass(frozen=True, slots=True)
class Trials:
    """The newest run of each heat pump; `lead` says that there is none, or how the curves are read."""

    title: str
    lead: str
    runs: list[Tried]


def trials(record: Record, home: Home) -> Trials:
    """Put a record's test runs on paper, in the reader's language and units.

    Parameters
    ----------
    record : Record
        A run of the checks, kept or not.
    home : Home
        For its clock, units and heat pumps.
    """
    return Trials(say("Guided test run"), _lead(record, home), [_tried(trial, home) for trial in record.trials])


def _lead(record: Record, home: Home) -> str:
    if any(trial.curves for trial in record.trials):
        return say("In the curves an upright line stands where the next step was asked for.")
    if record.trials:
        return ""
    if not home.heat_pumps:
        return say("None can be made: the home file names no heat pump.")
    return say(
        "No run has ended yet. One takes an hour and a quarter beside the unit, on a phone: the page Commissioning, "
        "Guided test run."
    )


def _tried(trial: Trial, home: Home) -> Tried:
    return Tried(
        made=made(trial, home),
        steps=steps(trial, home),
        curves=[course(chart, home) for chart in trial.curves],
    )
