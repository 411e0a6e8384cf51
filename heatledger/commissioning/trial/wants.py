"""What each step waits for: how the indoor units are set and what the unit draws, read off what is heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from heatledger.commissioning.trial.course import Leg, Trial
from heatledger.commissioning.trial.subject import MODE_OF, WARMER, Subject
from heatledger.commissioning.trial.traces import HeadHeard, Heard, value_at, word_at
from heatledger.formatting import power as watts
from heatledger.formatting import temperature
from heatledger.marks import worded
from heatledger.modes import MODE_WORDS

ASK_K: Final = 2.0
"""A set-point so far beyond the room's temperature makes a unit do its most. [K]"""
_NEAR_K: Final = 0.9
"""A set-point so near to the room's is the room's: rounded to half degrees, or set while the room still moved. [K]"""


class Want(NamedTuple):
    """One thing that a step waits for.

    Attributes
    ----------
    words : str
        What is awaited.
    met : callable
        Instant [s] → whether the readings show it; None where nothing was heard that could.
    of_power : bool
        Whether it is the machine's doing, not the person's.
    """

    words: str
    met: Callable[[float], bool | None]
    of_power: bool = False


def wants(trial: Trial, leg: Leg, heard: Heard, unit: Subject) -> list[Want]:
    """Return what a step waits for.

    Parameters
    ----------
    trial : Trial
        The run.
    leg : Leg
        Its step.
    heard : Heard
        What was heard.
    unit : Subject
        The unit.
    """
    mode = "off" if leg.step == "rest" else MODE_OF[trial.work]
    found = [_mode(head, mode) for head in heard.heads]
    if leg.step == "rest":
        if says_mode(heard):  # what it draws then is what the run is to find out
            return found
        below = unit.rests_below_w
        return [*found, _power(heard, worded("its power below {power}", power=watts(below)), lambda w: w < below)]
    if leg.step == "full":
        found += [_most(trial, leg, head, heard) for head in heard.heads]
        least = unit.rests_below_w
        return [*found, _power(heard, worded("its power above {power}", power=watts(least)), lambda w: w >= least)]
    return found + [_target(head, heard, unit) for head in heard.heads]


def says_mode(heard: Heard) -> bool:
    """Return whether every indoor unit that takes part says how it is set."""
    return bool(heard.heads) and all(len(head.mode.at_s) for head in heard.heads)


def unmet(found: list[Want], at_s: float) -> list[str]:
    """Return what is still awaited of what can be heard, at an instant [s]."""
    return [want.words for want in found if want.met(at_s) is False]


def decided(found: list[Want], at_s: float) -> bool:
    """Return whether what decides a step, which is the last of its wants, is heard at an instant [s].

    Off the mode shows, else the power; at its most the power; holding a temperature only a set-point does. Else the
    person has to say it.
    """
    return bool(found) and found[-1].met(at_s) is not None


def begun(leg: Leg, found: list[Want], at_s: float) -> bool:
    """Return whether all that is awaited is there at an instant [s]."""
    said = leg.confirmed_s is not None and at_s >= leg.confirmed_s
    return (said or decided(found, at_s)) and not unmet(found, at_s)


def asked_by(found: list[Want], times_s: list[float]) -> float | None:
    """Return the first of some instants at which the person had done all that is theirs. [s]."""
    own = [want for want in found if not want.of_power]
    return next((at for at in times_s if own and all(want.met(at) is True for want in own)), None)


def _mode(head: HeadHeard, mode: str) -> Want:
    def met(at_s: float) -> bool | None:
        word = word_at(head.mode, at_s)
        return None if word is None else word == mode

    return Want(worded("{room} set to {mode}", room=head.name, mode=MODE_WORDS[mode]), met)


def _power(heard: Heard, words: str, fits: Callable[[float], bool]) -> Want:
    def met(at_s: float) -> bool | None:
        value = value_at(heard.power, at_s)
        return None if value is None else fits(value)

    return Want(words, met, of_power=True)


def _most(trial: Trial, leg: Leg, head: HeadHeard, heard: Heard) -> Want:
    """Return the want of a set-point well beyond the room's temperature when it was asked for."""
    sign = WARMER[trial.work]
    room = value_at(heard.room, leg.asked_s)
    edge = (room if room is not None else 22.0) + sign * ASK_K

    def met(at_s: float) -> bool | None:
        value = value_at(head.setpoint, at_s)
        return None if value is None else sign * (value - edge) >= 0.0

    said = temperature(edge)
    if sign > 0:
        return Want(worded("{room} set to {temperature} or more", room=head.name, temperature=said), met)
    return Want(worded("{room} set to {temperature} or less", room=head.name, temperature=said), met)


def _target(head: HeadHeard, heard: Heard, unit: Subject) -> Want:
    """Return the want of a set-point near the room's own temperature, whatever that is by the time somebody sets it."""

    def met(at_s: float) -> bool | None:
        value, room = value_at(head.setpoint, at_s), value_at(heard.room, at_s)
        return None if value is None or room is None else abs(value - unit.thermostat(room)) <= _NEAR_K

    return Want(worded("{room} set to the temperature it has", room=head.name), met)


def changes(heard: Heard, start_s: float, end_s: float) -> list[float]:
    """Return every instant of a span (its end included) at which something that is waited for was heard. [s]."""
    told = [at for head in heard.heads for at in (head.setpoint.at_s, head.mode.at_s)]
    every = np.unique(np.concatenate([heard.power.at_s, *told]))
    return [start_s, *every[(every > start_s) & (every <= end_s)].tolist()]
