"""Verdicts on rest and full power: standby, start, power and heat reached against the map, and how soon."""

from __future__ import annotations

from typing import Final

import numpy as np

from heatledger.commissioning.finding import Seen
from heatledger.commissioning.machine import rest_limit
from heatledger.commissioning.trial.course import Leg, Trial
from heatledger.commissioning.trial.subject import Most, Subject, most
from heatledger.commissioning.trial.traces import (
    GRID_S,
    TEMPERATURE_HELD_S,
    Heard,
    defrosts,
    known_mean,
    window,
)
from heatledger.commissioning.trial.wants import asked_by, changes, wants
from heatledger.formatting import number, temperature
from heatledger.formatting import power as watts
from heatledger.marks import worded
from heatledger.readings import Floats

_CRANKCASE_W: Final = 50.0
_LEAST_REST_S: Final = 60.0
_PROMPT_S: Final = 480.0
_STEADY_S: Final = 600.0
_MEAN_S: Final = 180.0
_SOON_S: Final = 900.0
_NEARLY: Final = 0.9


def span(trial: Trial, step: str) -> tuple[Leg, float, float]:
    """Return a step that has begun, and from when to when it lasted. [s]."""
    leg = next(leg for leg in trial.legs if leg.step == step)
    begins = leg.asked_s if leg.began_s is None else leg.began_s
    return leg, begins, begins if leg.ended_s is None else leg.ended_s


def largest(trial: Trial, heard: Heard) -> float | None:
    """Return the largest mean of three minutes of power at its most, defrosts left out. [W]."""
    _, begins, ends = span(trial, "full")
    rows = window(heard.power, begins, ends, without=defrosts(heard, begins, ends))
    means = _means(rows)
    return float(np.nanmax(means)) if np.isfinite(means).any() else None


def _means(rows: Floats) -> Floats:
    """Return the running means of three minutes; NaN where one of their readings is missing."""
    size = round(_MEAN_S / GRID_S)
    if len(rows) < size:
        return np.full(1, np.nan)
    return np.asarray(np.convolve(rows, np.ones(size) / size, mode="valid"), dtype=np.float64)


def standby(trial: Trial, heard: Heard, unit: Subject) -> Seen:
    """Judge the power in the second half of the rest: fans have run down by then."""
    _, begins, ends = span(trial, "rest")
    middle = (begins + ends) / 2.0
    rest = known_mean(window(heard.power, middle, ends))
    if rest is None or ends - middle < _LEAST_REST_S:
        return Seen(unit.name, worded("its power was not heard for a minute of rest"), good=None)
    stated = unit.system.standby_w if unit.system is not None else 0.0
    high = stated + _CRANKCASE_W + (unit.pump.pan_heater_w or 0.0) if stated else rest_limit(unit.pump)
    said = worded("draws {power} while it is off", power=watts(rest))
    return Seen(unit.name, said, good=rest <= high, value=rest, low=0.0, high=high, unit="W")


def start(trial: Trial, heard: Heard, unit: Subject) -> Seen:
    """Judge how long after it was set the compressor started."""
    leg, _, ends = span(trial, "full")
    last = ends if leg.began_s is None else leg.began_s
    rows = wants(trial, leg, heard, unit)
    told = asked_by(rows, changes(heard, leg.asked_s, last))
    if told is None:
        return Seen(unit.name, worded("when it was set to its most was not heard"), good=None)
    minutes = (last - told) / 60.0
    figures = {"value": minutes, "low": 0.0, "high": _PROMPT_S / 60.0, "unit": "min"}
    if leg.began_s is None:
        if minutes * 60.0 < _PROMPT_S:
            return Seen(unit.name, worded("the run was stopped before"), good=None)
        said = worded("its compressor had not started {minutes} min after it was set", minutes=number(minutes, 0))
        return Seen(unit.name, said, good=False, **figures)  # type: ignore[arg-type] # figures by name
    said = worded("its compressor started {minutes} min after it was set", minutes=number(minutes, 1))
    return Seen(unit.name, said, good=last - told <= _PROMPT_S, **figures)  # type: ignore[arg-type] # figures by name


def _untestable(trial: Trial, heard: Heard, unit: Subject) -> str:
    """Return why a run at its most cannot be held against a map; empty where it can."""
    _, begins, ends = span(trial, "full")
    if not unit.whole:
        return worded("one of several indoor units cannot take all that the outdoor unit gives")
    if expected(trial, heard, unit) is None:
        outdoor = known_mean(window(heard.outdoor, begins, ends, longest_s=TEMPERATURE_HELD_S))
        if unit.system is None:
            return worded("no map of its unit")
        if outdoor is None:
            return worded("the outdoor temperature was not heard")
        return worded("its map says nothing of {temperature} outdoors", temperature=temperature(outdoor))
    return ""


def expected(trial: Trial, heard: Heard, unit: Subject) -> Most | None:
    """Return what the unit's map says of its most at the temperatures of the run."""
    _, begins, ends = span(trial, "full")
    means = [
        known_mean(window(trace, begins, ends, longest_s=TEMPERATURE_HELD_S)) for trace in (heard.outdoor, heard.room)
    ]
    outdoor, room = (np.nan if mean is None else mean for mean in means)
    return most(unit, trial.work, outdoor, room)


def power(trial: Trial, heard: Heard, unit: Subject) -> Seen:
    """Judge the largest power against the map's at the outdoor temperature."""
    reached, why = largest(trial, heard), _untestable(trial, heard, unit)
    most_ = expected(trial, heard, unit)
    if reached is None:
        return Seen(unit.name, worded("its power was not heard for three minutes on end"), good=None)
    if why or most_ is None:
        said = worded("reaches {power}; {why}", power=watts(reached), why=why)
        return Seen(unit.name, said, good=None, value=reached, unit="W")
    low, (_, begins, ends) = most_.power_w * (1.0 - most_.width), span(trial, "full")
    said = worded(
        "reaches {power}, its map says {most} and at least {low}",
        power=watts(reached), most=watts(most_.power_w), low=watts(low),
    )  # fmt: skip
    if reached < low and ends - begins < _STEADY_S:
        minutes = number((ends - begins) / 60.0, 0)
        said = worded("reaches {power} within {minutes} min, too soon to say", power=watts(reached), minutes=minutes)
        whole = worded("a whole run, to its end")
        return Seen(unit.name, said, good=None, value=reached, low=low, unit="W", mend=whole)
    return Seen(unit.name, said, good=reached >= low, value=reached, low=low, unit="W")


def capacity(trial: Trial, heard: Heard, unit: Subject) -> Seen:
    """Judge the heat measured in the last ten minutes at its most against the map's."""
    _, begins, ends = span(trial, "full")
    lost = defrosts(heard, begins, ends)
    moved = known_mean(window(heard.heat, ends - _STEADY_S, ends, without=lost))
    why, most_ = _untestable(trial, heard, unit), expected(trial, heard, unit)
    if moved is None:
        return Seen(
            unit.name, why or worded("its heat is not measured: a map cannot be tried against itself"), good=None
        )
    if why or most_ is None:
        said = worded("moves {power} of heat; {why}", power=watts(moved), why=why)
        return Seen(unit.name, said, good=None, value=moved, unit="W")
    low, high = most_.heat_w * (1.0 - most_.width), most_.heat_w * (1.0 + most_.width)
    least, best = moved * (1.0 - heard.heat_width), moved * (1.0 + heard.heat_width)
    said = worded(
        "moves {heat} of heat ({least} to {best}), its map says {low} to {high}",
        heat=watts(moved), least=watts(least), best=watts(best), low=watts(low), high=watts(high),
    )  # fmt: skip
    return Seen(unit.name, said, good=best >= low, value=moved, low=low, high=high, unit="W")


def rise(trial: Trial, heard: Heard, unit: Subject) -> Seen:
    """Judge how soon nine tenths of the largest power were drawn."""
    _, begins, ends = span(trial, "full")
    reached = largest(trial, heard)
    if reached is None or ends - begins < _STEADY_S:
        return Seen(unit.name, worded("it was not at its most for ten minutes with its power heard"), good=None)
    means = _means(window(heard.power, begins, ends, without=defrosts(heard, begins, ends)))
    soon = float(np.flatnonzero(means >= _NEARLY * reached)[0]) * GRID_S
    said = worded("is at nine tenths of its largest power after {minutes} min", minutes=number(soon / 60.0, 1))
    return Seen(unit.name, said, good=soon <= _SOON_S, value=soon / 60.0, low=0.0, high=_SOON_S / 60.0, unit="min")
