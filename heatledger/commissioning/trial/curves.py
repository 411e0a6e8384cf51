"""The small curves of a test run, kept with it: power, room, supplied air, outdoors, and COP where heat is measured."""

from __future__ import annotations

from typing import Final

import numpy as np

from heatledger.commissioning.chart import Chart, over_time
from heatledger.commissioning.trial.course import Trial
from heatledger.commissioning.trial.subject import Subject
from heatledger.commissioning.trial.traces import GRID_S, TEMPERATURE_HELD_S, Heard, Trace, known_mean, window
from heatledger.marks import marked
from heatledger.readings import Floats

POWER: Final = marked("Power of the whole unit")
ROOM: Final = marked("Room")
SUPPLY: Final = marked("Supplied air")
OUTDOORS: Final = marked("Outdoors")
COP: Final = {"A": marked("COP by heat meter"), "B": marked("COP by air enthalpy")}
"""What the curves are called; COP by the rung that measures its heat."""
_HONEST_S: Final = {"A": 300.0, "B": 900.0}
"""Over how long a measured COP is honest (`heatledger.heat.ladder.STEPS`). [s]"""
_MINUTE_S: Final = 60.0


def cop(heard: Heard, unit: Subject, upto_s: float) -> Trace:
    """Return measured heat over power, each minute over as long before as is honest; nothing while it rests.

    Parameters
    ----------
    heard : Heard
        What was heard for a run.
    unit : Subject
        What it was made with.
    upto_s : float
        End on the run's clock. [s]

    Returns
    -------
    Trace
        Empty where no heat is measured. [1]
    """
    span_s = _HONEST_S.get(heard.heat_rung)
    at, values = [], []
    for end in [] if span_s is None else np.arange(span_s, upto_s + 1.0, _MINUTE_S).tolist():
        heat = known_mean(window(heard.heat, end - span_s, end), 0.9)
        power = known_mean(window(heard.power, end - span_s, end), 0.9)
        if heat is not None and power is not None and power >= unit.rests_below_w:
            at.append(end)
            values.append(max(heat, 0.0) / power)
    return Trace(np.array(at), np.array(values))


def curves(trial: Trial, heard: Heard, unit: Subject) -> tuple[Chart, ...]:
    """Return what was heard of a run that has ended, few enough points to be kept with it.

    Parameters
    ----------
    trial : Trial
        The run.
    heard : Heard
        What was heard for it.
    unit : Subject
        What it was made with.

    Returns
    -------
    tuple of Chart
        In seconds of the run's clock since it began; none of what was not heard.
    """
    ends_s = trial.ended_s or 0.0
    rung = COP.get(heard.heat_rung, "")
    rows = (
        (POWER, "W", _column(heard.power, ends_s), None),
        (ROOM, "°C", _column(heard.room, ends_s, TEMPERATURE_HELD_S), _target(trial, ends_s)),
        (SUPPLY, "°C", _column(heard.supply, ends_s, TEMPERATURE_HELD_S), None),
        (OUTDOORS, "°C", _column(heard.outdoor, ends_s, TEMPERATURE_HELD_S), None),
        (rung, "", _column(cop(heard, unit, ends_s), ends_s, _MINUTE_S), None),
    )
    start_s, marks = int(trial.started_at.timestamp()), tuple(round(leg.asked_s) for leg in trial.legs[1:])
    drawn = (
        over_time(
            what, measure, column, start_s, interval_s=int(GRID_S), marks_s=marks,
            beside=beside, beside_what="" if beside is None else marked("Set-point"),
        )
        for what, measure, column, beside in rows
    )  # fmt: skip
    return tuple(chart for chart in drawn if chart is not None)


def _column(trace: Trace, ends_s: float, longest_s: float = 300.0) -> Floats:
    return window(trace, 0.0, ends_s, longest_s=longest_s)


def _target(trial: Trial, ends_s: float) -> Floats | None:
    """Return the set-point while it was held; None where the run never came to that. [°C]."""
    leg = trial.find("hold")
    if leg is None or leg.began_s is None or leg.target_c is None:
        return None
    at_s = np.arange(0.0, ends_s, GRID_S)
    return np.where(at_s >= leg.began_s, leg.target_c, np.nan)
