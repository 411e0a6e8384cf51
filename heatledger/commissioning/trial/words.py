"""What a person is told during a test run: what to do now, what is awaited, and what to put back at its end."""

from __future__ import annotations

from typing import Final

from heatledger.commissioning.trial.course import Leg, StepName, Trial
from heatledger.commissioning.trial.subject import WARMER, Subject
from heatledger.commissioning.trial.traces import Heard, value_at
from heatledger.commissioning.trial.wants import ASK_K
from heatledger.formatting import temperature
from heatledger.marks import marked, worded
from heatledger.modes import MODE_WORDS

TITLES: Final[dict[StepName, str]] = {"rest": marked("Off"), "full": marked("At its most"), "hold": marked("Hold")}
"""What the steps are called."""


def told(trial: Trial, leg: Leg, heard: Heard, unit: Subject, now_s: float) -> str:
    """Return in one sentence what to do at the remote or thermostat for a step.

    Parameters
    ----------
    trial, leg : Trial, Leg
        The run and its step.
    heard : Heard
        For the room's temperature.
    unit : Subject
        The unit.
    now_s : float
        What is to be held is the temperature the room has now. [s]
    """
    rooms = ", ".join(unit.room(head.zone) for head in unit.heads) or unit.name
    if leg.step == "rest":
        return worded("Switch it off at the remote or thermostat: {rooms}.", rooms=rooms)
    warms = WARMER[trial.work] > 0
    if leg.step == "full":
        room = value_at(heard.room, leg.asked_s)
        edge = temperature((22.0 if room is None else room) + WARMER[trial.work] * ASK_K)
        if warms:
            return worded(
                "Set it to heating, the highest temperature it takes ({edge} or more), fan on high: {rooms}.",
                edge=edge, rooms=rooms,
            )  # fmt: skip
        return worded(
            "Set it to cooling, the lowest temperature it takes ({edge} or less), fan on high: {rooms}.",
            edge=edge, rooms=rooms,
        )  # fmt: skip
    room = value_at(heard.room, now_s)
    if room is None:
        return worded("Set it to the temperature the room has now, fan on automatic: {rooms}.", rooms=rooms)
    target = temperature(unit.thermostat(room))
    return worded("Set it to {target}, which the room has now, fan on automatic: {rooms}.", target=target, rooms=rooms)


def put_back(trial: Trial) -> str:
    """Return what to set after a run, in one sentence: what was set before it, where that was heard."""
    mode = MODE_WORDS.get(trial.was_mode or "")
    if mode is None:
        return worded("Set it back as the people here had it: how it was set before the run was not heard.")
    if trial.was_setpoint_c is None or trial.was_mode == "off":
        return worded("Set it back to {mode}, as it was before.", mode=mode)
    return worded("Set it back to {mode}, {target}.", mode=mode, target=temperature(trial.was_setpoint_c))
