"""What page, paper and command line say of a guided test run alike: who made it, when, and how each step went."""

from __future__ import annotations

from typing import NamedTuple

from heatledger import formatting as fmt
from heatledger.commissioning.own_units import in_own_units
from heatledger.commissioning.trial.course import STEPS, Leg, Step, Trial
from heatledger.commissioning.trial.words import TITLES
from heatledger.home import Home
from heatledger.reader import temperature_unit
from heatledger.retelling import retold
from heatledger.statement.headline import local
from heatledger.statement.record_words import sentence
from heatledger.wording import say


class StepTold(NamedTuple):
    """A step: what it is called, and when it was made and how it went."""

    title: str
    went: str


def made(trial: Trial, home: Home) -> str:
    """Return when a run was made, by whom, and how it ended, in one sentence.

    Parameters
    ----------
    trial : Trial
        A run that has ended.
    home : Home
        For its clock and unit of temperature.
    """
    began = local(trial.started_at, home)
    told = {"unit": trial.name, "day": fmt.day(began, year=True), "time": began.strftime("%H:%M"), "who": trial.who}
    if trial.outcome == "stopped":
        reason = sentence(in_own_units(retold(trial.reason), home))
        return say("{unit}, {day}, {time}, by {who}: stopped. {reason}", reason=reason, **told)
    if trial.brief:
        return say("{unit}, {day}, {time}, by {who}: a brief test run, to its end.", **told)
    return say("{unit}, {day}, {time}, by {who}: a whole test run, to its end.", **told)


def steps(trial: Trial, home: Home) -> list[StepTold]:
    """Return every step of a run that has ended, those it never came to among them.

    Parameters
    ----------
    trial : Trial
        The run.
    home : Home
        For its clock and unit of temperature.
    """
    return [StepTold(_title(row, trial, home), _went(row, trial, home)) for row in STEPS]


def _title(row: Step, trial: Trial, home: Home) -> str:
    leg = trial.find(row.id)
    if leg is None or leg.target_c is None:
        return say(TITLES[row.id])
    return say("Hold at {temperature}", temperature=fmt.temperature(leg.target_c, unit=temperature_unit(home)))


def _went(row: Step, trial: Trial, home: Home) -> str:
    leg = trial.find(row.id)
    if leg is None:
        return say("not reached")
    if leg.began_s is None:
        return say("asked for at {time}, did not begin", time=_clock(leg.asked_s, trial, home))
    ends_s = leg.began_s if leg.ended_s is None else leg.ended_s
    times = {"start": _clock(leg.began_s, trial, home), "end": _clock(ends_s, trial, home)}
    lasted = fmt.duration(ends_s - leg.began_s)
    if _broken(leg, trial):
        whole = fmt.duration(trial.lasts_s(row.id) + leg.extended_s)
        return say("{start} to {end}: broken off after {duration} of {whole}", duration=lasted, whole=whole, **times)
    if leg.extended_s:
        lost = fmt.duration(leg.extended_s)
        return say(
            "{start} to {end}: {duration}, {lost} of it to make up for defrosts", duration=lasted, lost=lost, **times
        )
    return say("{start} to {end}: {duration}", duration=lasted, **times)


def _broken(leg: Leg, trial: Trial) -> bool:
    return trial.outcome == "stopped" and leg is trial.leg


def _clock(at_s: float, trial: Trial, home: Home) -> str:
    return local(trial.at(at_s), home).strftime("%H:%M")
