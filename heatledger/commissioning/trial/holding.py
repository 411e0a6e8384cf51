"""Verdicts on the room: how fast it answers, and how the unit holds a temperature."""

from __future__ import annotations

from typing import Final

import numpy as np

from heatledger.commissioning.finding import Seen
from heatledger.commissioning.trial.course import Trial
from heatledger.commissioning.trial.subject import WARMER, Subject
from heatledger.commissioning.trial.traces import GRID_S, TEMPERATURE_HELD_S, Heard, defrosts, known_mean, window
from heatledger.commissioning.trial.working import largest, span
from heatledger.formatting import number, signed, temperature
from heatledger.formatting import power as watts
from heatledger.formatting import share as shared
from heatledger.marks import worded
from heatledger.readings import Floats

_RESPONSE_S: Final = 1200.0
_RESPONSE_K_H: Final = 0.5
_SETTLE_S: Final = 300.0
_HELD_FOR_S: Final = 900.0
_HELD_LEAST_S: Final = 600.0
_SLOW: Final = 0.75
_MOST_STARTS: Final = 1
_HELD_K: Final = 1.5
_REACHED_K: Final = 0.5


def response(trial: Trial, heard: Heard, unit: Subject) -> Seen:
    """Judge how fast the room goes the way it should: a straight line through the time at its most."""
    _, begins, ends = span(trial, "full")
    rows = window(heard.room, begins, ends, longest_s=TEMPERATURE_HELD_S)
    if ends - begins < _RESPONSE_S or known_mean(rows, 0.9) is None:
        return Seen(unit.name, worded("the room’s temperature was not heard for twenty minutes at its most"), good=None)
    known = np.isfinite(rows)
    hours = np.arange(len(rows))[known] * GRID_S / 3600.0
    slope = float(np.polyfit(hours, rows[known], 1)[0])
    said = worded("the room changes by {slope} K an hour", slope=signed(slope, 1))
    good = WARMER[trial.work] * slope >= _RESPONSE_K_H
    edge = WARMER[trial.work] * _RESPONSE_K_H
    low, high = (edge, None) if edge > 0 else (None, edge)
    return Seen(unit.name, said, good=good, value=slope, low=low, high=high, unit="K/h")


def _starts(rows: Floats, above_w: float) -> int:
    """Count how often a power comes up from rest."""
    runs = rows >= above_w
    return int(np.count_nonzero(runs[1:] & ~runs[:-1]))


def modulation(trial: Trial, heard: Heard, unit: Subject) -> Seen:
    """Judge whether it runs slower than at its most once the room is where it should be, and does not go on and off."""
    leg, begins, ends = span(trial, "hold")
    full = largest(trial, heard)
    rows = window(heard.power, begins + _SETTLE_S, ends, without=defrosts(heard, begins, ends))
    if full is None or known_mean(rows) is None or ends - begins < _HELD_FOR_S:
        return Seen(unit.name, worded("it held a temperature for less than a quarter of an hour with its power heard"),
                    good=None)  # fmt: skip
    known = rows[np.isfinite(rows)]
    runs = known[known >= unit.rests_below_w]
    if not len(runs):
        said = worded("it rested all the time: the room did not ask for anything")
        return Seen(unit.name, said, good=None, mend=worded("hold for longer, or on a day that asks for more"))
    starts, share = _starts(known, unit.rests_below_w), float(runs.mean()) / full
    figures = {"value": 100.0 * share, "low": 0.0, "high": 100.0 * _SLOW, "unit": "%"}
    if starts > _MOST_STARTS:
        said = worded(
            "goes on and off: {n} starts in {minutes} min", n=starts, minutes=number((ends - begins) / 60.0, 0)
        )
        return Seen(unit.name, said, good=False, **figures)  # type: ignore[arg-type] # figures by name
    said = worded("holds with {power}, {share} of its largest", power=watts(float(runs.mean())), share=shared(share))
    if share > _SLOW and _short(trial, heard, leg.target_c, begins, ends):
        said = worded("the room had not reached its set-point, so it had no reason to run slower")
        return Seen(unit.name, said, good=None)
    return Seen(unit.name, said, good=share <= _SLOW, **figures)  # type: ignore[arg-type] # figures by name


def _short(trial: Trial, heard: Heard, target_c: float | None, begins: float, ends: float) -> bool:
    """Return whether the room is still on its way to the set-point at the end, as far as anybody knows."""
    room = known_mean(window(heard.room, (begins + ends) / 2.0, ends, longest_s=TEMPERATURE_HELD_S))
    return room is None or target_c is None or WARMER[trial.work] * (target_c - room) > _REACHED_K


def setpoint(trial: Trial, heard: Heard, unit: Subject) -> Seen:
    """Judge how far from the set-point the room is in the second half of holding."""
    leg, begins, ends = span(trial, "hold")
    rows = window(heard.room, (begins + ends) / 2.0, ends, longest_s=TEMPERATURE_HELD_S)
    if leg.target_c is None or known_mean(rows, 0.9) is None or ends - begins < _HELD_LEAST_S:
        return Seen(unit.name, worded("the room’s temperature was not heard for ten minutes of holding"), good=None)
    gaps = rows[np.isfinite(rows)] - leg.target_c
    low, high = float(gaps.min()), float(gaps.max())
    worst = high if abs(high) >= abs(low) else low
    said = worded(
        "stays between {low} and {high} K of {target}",
        low=signed(low, 1), high=signed(high, 1), target=temperature(leg.target_c),
    )  # fmt: skip
    return Seen(unit.name, said, good=abs(worst) <= _HELD_K, value=worst, low=-_HELD_K, high=_HELD_K, unit="K")
