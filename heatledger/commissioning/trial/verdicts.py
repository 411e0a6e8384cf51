"""What a test run proves: a verdict for each question of each step, never a pass without the readings for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from heatledger.commissioning.finding import WORST_FIRST, Finding, Group, Seen, found
from heatledger.commissioning.trial import holding, working
from heatledger.commissioning.trial.course import StepName, Trial
from heatledger.commissioning.trial.subject import Subject
from heatledger.commissioning.trial.traces import Heard
from heatledger.marks import marked, worded

Judge = Callable[[Trial, Heard, Subject], Seen]


class Verdict(NamedTuple):
    """One row: a question of a step, as a check is one of the home; `judge` sees only runs that ended that step."""

    id: str
    step: StepName
    name: str
    question: str
    rule: str
    source: str
    severity: Literal["fail", "warn"]
    mend: str
    needs: str
    judge: Judge
    brief: bool = False
    """Whether a brief run shows it."""
    early: bool = False
    """Whether it can be judged of a step that was broken off."""
    group: Group = "machine"


def judged(trial: Trial, heard: Heard, unit: Subject) -> tuple[Finding, ...]:
    """Return the verdicts of a run that has ended, or of the steps that are over of one that goes on.

    Parameters
    ----------
    trial : Trial
        The run.
    heard : Heard
        What was heard since it began: the same readings give the same verdicts at any time.
    unit : Subject
        What it was made with.

    Returns
    -------
    tuple of Finding
        Worst first; of a run that has ended one for every question.
    """
    made = [found(row, seen) for row in VERDICTS if (seen := _seen(row, trial, heard, unit)) is not None]
    return tuple(sorted(made, key=lambda one: WORST_FIRST.index(one.result)))


def _seen(row: Verdict, trial: Trial, heard: Heard, unit: Subject) -> Seen | None:
    """Return what one question saw; None while its step goes on."""
    leg = trial.find(row.step)
    over = leg is not None and leg.began_s is not None and leg.ended_s is not None
    broken = trial.outcome == "stopped" and leg is trial.leg
    whole = worded("a whole run, to its end")
    if trial.brief and not row.brief:
        return None if trial.running else Seen(unit.name, worded("a brief run does not show it"), good=None, mend=whole)
    if (over and not broken) or (leg is not None and row.early and not trial.running):
        return row.judge(trial, heard, unit)
    return None if trial.running else Seen(unit.name, worded("the run was stopped before"), good=None, mend=whole)


VERDICTS: Final = (
    Verdict(
        id="trial.standby",
        step="rest",
        name=marked("Standby in the test run"),
        question=marked("What does it draw while it is off?"),
        rule=marked("at most what its data sheet says and 50 W of crankcase heater, else what its kind draws at rest"),
        source="the unit's own file of systems/; OCHRE's defaults: crankcase heater 15–50 W",
        severity="warn",
        mend=marked("is the base-pan heater always on, or another load on its circuit?"),
        needs=marked("a minute of rest with its power heard"),
        judge=working.standby,
        brief=True,
    ),
    Verdict(
        id="trial.start",
        step="full",
        name=marked("Answers"),
        question=marked("Does the compressor start when it is told to?"),
        rule=marked("within eight minutes of being set"),
        source="own rule: compressors wait three minutes before a restart, most controls no longer than five",
        severity="fail",
        mend=marked("look for a fault code at the indoor unit, and whether the outdoor unit has power"),
        needs=marked("an indoor unit whose mode and set-point are heard"),
        judge=working.start,
        brief=True,
        early=True,
    ),
    Verdict(
        id="trial.power",
        step="full",
        name=marked("Power reached"),
        question=marked("Does it draw at its most what its data sheet says?"),
        rule=marked("the largest mean of three minutes reaches its map’s interval at the outdoor temperature"),
        source="the unit's own file of systems/; ±20 % of a table, ±26 % of a rating (heatledger/heat/delivered.py)",
        severity="fail",
        mend=marked(
            "fan on high, no quiet or eco mode, the right unit file and rated_w? Then look at charge and sensors"
        ),
        needs=marked(
            "a unit file (unit of the heat pump), the outdoor temperature, and all its indoor units at their most"
        ),
        judge=working.power,
        brief=True,
    ),
    Verdict(
        id="trial.capacity",
        step="full",
        name=marked("Capacity reached"),
        question=marked("Does it move at its most the heat its data sheet says?"),
        rule=marked("the 90 % interval of the heat measured in the last ten minutes reaches that of its map"),
        source="the unit's own file of systems/; intervals of heatledger/heat/delivered.py",
        severity="fail",
        mend=marked("clean filter and coil, look at airflow and charge"),
        needs=marked("a heat meter, or supply-air probes and the airflow of every indoor unit, beside a unit file"),
        judge=working.capacity,
    ),
    Verdict(
        id="trial.rise",
        step="full",
        name=marked("Time to full power"),
        question=marked("How soon is it at its most?"),
        rule=marked("nine tenths of the largest power within 15 min"),
        source="own rule: inverters ramp up in 5–10 min",
        severity="warn",
        mend=marked("is a soft start, quiet mode or demand limit set?"),
        needs=marked("its power once a minute, and ten minutes at its most"),
        judge=working.rise,
    ),
    Verdict(
        id="trial.room",
        step="full",
        name=marked("Room response"),
        question=marked("How fast does the room answer?"),
        rule=marked("at least half a kelvin an hour"),
        source="own rule",
        severity="warn",
        mend=marked("are doors and windows shut, and does the thermometer stand in the room that is served?"),
        needs=marked("a thermometer in the room, and twenty minutes at its most"),
        judge=holding.response,
    ),
    Verdict(
        id="trial.modulation",
        step="hold",
        name=marked("Holds by modulating"),
        question=marked("Does it run slower, or on and off, to hold a temperature?"),
        rule=marked("at most three quarters of its largest power, and not more than one start"),
        source="own rule: inverters reach 20–40 % of their rating",
        severity="warn",
        mend=marked("is it too large for the room, or set to a test or high-power mode?"),
        needs=marked("a quarter of an hour of holding a temperature that the room has reached"),
        judge=holding.modulation,
    ),
    Verdict(
        id="trial.setpoint",
        step="hold",
        name=marked("Set-point held in the test run"),
        question=marked("Does the room stay at its set-point?"),
        rule=marked("within 1.5 K in the second half of holding"),
        source="own rule",
        severity="warn",
        mend=marked("let the unit follow a thermometer in the room, or take back its temperature offset"),
        needs=marked("a thermometer in the room, and ten minutes of holding"),
        judge=holding.setpoint,
    ),
)
