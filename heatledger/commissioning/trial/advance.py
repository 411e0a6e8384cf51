"""Takes a test run on by what was heard: steps begin, last, are prolonged and end; and what ends the run itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.commissioning.trial.course import LONGEST_EXTENSION_S, STEPS, Leg, Trial, Work
from heatledger.commissioning.trial.subject import MODE_OF, Subject
from heatledger.commissioning.trial.traces import Heard, Words, defrosts, value_at
from heatledger.commissioning.trial.wants import begun, changes, says_mode, unmet, wants
from heatledger.formatting import number, temperature
from heatledger.marks import worded
from heatledger.modes import MODE_WORDS

LIMITS_C: Final[dict[Work, tuple[float, float]]] = {"heating": (10.0, 30.0), "cooling": (16.0, 35.0)}
"""A room outside these ends the run. [°C]"""
_RESTED_S: Final = 900.0
"""A compressor that rests for so long while it should do its most was stopped; a defrost is over by then. [s]"""
_RUNS_S: Final = 180.0
"""One that draws power for so long while it should be off was switched on. [s]"""


class _Event(NamedTuple):
    """What becomes of a run, and when. [s]."""

    at_s: float
    trial: Trial


def begin(trial: Trial) -> Trial:
    """Return a run at its first step."""
    return msgspec.structs.replace(trial, legs=(Leg(step=STEPS[0].id, asked_s=0.0),))


def advance(trial: Trial, heard: Heard, unit: Subject, now_s: float) -> Trial:
    """Take a run on to an instant.

    Everything happens at the time the readings give it, so that it is the same whether this is asked every second or
    once when all is over.

    Parameters
    ----------
    trial : Trial
        As it stood.
    heard : Heard
        What was heard since it began, and the last before.
    unit : Subject
        What it is made with.
    now_s : float
        On the run's clock; nothing after it is looked at. [s]

    Returns
    -------
    Trial
        As it stands; without verdicts.
    """
    while trial.running:
        due = [event for event in _events(trial, heard, unit, now_s) if event.at_s <= now_s]
        if not due:
            break
        trial = min(due, key=lambda event: event.at_s).trial
    return trial


def stop(trial: Trial, at_s: float, reason: str) -> Trial:
    """Return a run broken off at an instant [s], and why; one that has ended stays as it is."""
    if not trial.running:
        return trial
    legs = (*trial.legs[:-1], msgspec.structs.replace(trial.leg, ended_s=at_s))
    return msgspec.structs.replace(trial, legs=legs, outcome="stopped", ended_s=at_s, reason=reason)


def confirm(trial: Trial, at_s: float) -> Trial:
    """Return a run whose person says at an instant [s] that the step is done."""
    if not trial.running or trial.leg.began_s is not None:
        return trial
    return _with(trial, msgspec.structs.replace(trial.leg, confirmed_s=at_s))


def ends_s(trial: Trial, heard: Heard, upto_s: float) -> float | None:
    """Return when the step under way ends, defrosts so far included; None while it has not begun. [s]."""
    leg = trial.leg
    if leg.began_s is None:
        return None
    due = leg.began_s + trial.lasts_s(leg.step) + leg.extended_s
    return due + max(_lost_s(leg, heard, min(due, upto_s)) - leg.extended_s, 0.0)


def _events(trial: Trial, heard: Heard, unit: Subject, now_s: float) -> Iterator[_Event]:
    """Yield what may come next, each at its time; of two at one time the first named counts."""
    leg = trial.leg
    since = leg.asked_s if leg.began_s is None else leg.began_s
    yield from _silenced(trial, heard, unit, since, now_s)
    yield from _out_of_bounds(trial, heard, since, now_s)
    if leg.began_s is None:
        yield from _started(trial, heard, unit, now_s)
        return
    yield from _interfered(trial, heard, unit, leg.began_s, now_s)
    due = leg.began_s + trial.lasts_s(leg.step) + leg.extended_s
    if due > now_s:
        return
    lost = _lost_s(leg, heard, due)
    if lost > leg.extended_s:
        yield _Event(due, _with(trial, msgspec.structs.replace(leg, extended_s=lost)))
    else:
        yield _Event(due, _next_leg(trial, due))


def _silenced(trial: Trial, heard: Heard, unit: Subject, since_s: float, now_s: float) -> Iterator[_Event]:
    """Yield the end of a run whose circuit is not heard any more."""
    at = heard.power.at_s
    first = np.searchsorted(at, since_s, side="right")
    begins = max(float(at[first - 1]), 0.0) if first else 0.0
    times = np.concatenate(([begins], at[(at > since_s) & (at <= now_s)], [now_s]))
    long = np.flatnonzero(np.diff(times) > trial.silence_s)
    if len(long):
        ends = max(float(times[long[0]]) + trial.silence_s, since_s)
        name = unit.meter.name or unit.meter.id
        said = worded(
            "no reading of {meter} for {minutes} min: is it on the network, and does it report once a minute?",
            meter=name, minutes=number(trial.silence_s / trial.pace / 60.0, 0 if trial.pace == 1 else 1),
        )  # fmt: skip
        yield _Event(ends, stop(trial, ends, said))


def _out_of_bounds(trial: Trial, heard: Heard, since_s: float, now_s: float) -> Iterator[_Event]:
    """Yield the end of a run whose room gets too warm or too cold."""
    low, high = LIMITS_C[trial.work]
    times = [since_s, *heard.room.at_s[(heard.room.at_s > since_s) & (heard.room.at_s <= now_s)].tolist()]
    for at in times:
        value = value_at(heard.room, at)
        if value is not None and not low <= value <= high:
            edge = temperature(high if value > high else low)
            if value > high:
                said = worded(
                    "the room is at {room}, above the {limit} a run goes to", room=temperature(value), limit=edge
                )
            else:
                said = worded(
                    "the room is at {room}, below the {limit} a run goes to", room=temperature(value), limit=edge
                )
            yield _Event(at, stop(trial, at, said))
            return


def _started(trial: Trial, heard: Heard, unit: Subject, now_s: float) -> Iterator[_Event]:
    """Yield the beginning of the step that was asked for, or the end of a run that waits in vain."""
    leg = trial.leg
    found, last = wants(trial, leg, heard, unit), leg.asked_s + trial.start_limit_s
    times = changes(heard, leg.asked_s, min(now_s, last))
    if leg.confirmed_s is not None:
        times = sorted([*times, leg.confirmed_s])
    for at in times:
        if begun(leg, found, at):
            target = _target(heard, unit, at) if leg.step == "hold" else None
            yield _Event(at, _with(trial, msgspec.structs.replace(leg, began_s=at, target_c=target)))
            return
    awaited = ", ".join(unmet(found, last)) or worded("somebody to say that it is done")
    said = worded("the step did not begin: awaited was {awaited}", awaited=awaited)
    yield _Event(last, stop(trial, last, said))


def _interfered(trial: Trial, heard: Heard, unit: Subject, began_s: float, now_s: float) -> Iterator[_Event]:
    """Yield the end of a run in which somebody set the unit otherwise than the step asks, or its compressor rests."""
    leg = trial.leg
    wanted = "off" if leg.step == "rest" else MODE_OF[trial.work]
    for head in heard.heads:
        at = _left(head.mode, wanted, began_s, now_s)
        if at is not None:
            said = worded("{room} was set to something else than {mode}", room=head.name, mode=MODE_WORDS[wanted])
            yield _Event(at, stop(trial, at, said))
    if leg.step == "rest" and not says_mode(heard):
        at = _lasting(heard, unit, began_s, now_s, above=True, longest_s=_RUNS_S)
        if at is not None:
            yield _Event(at, stop(trial, at, worded("it draws power while it should be off: it was switched on")))
    if leg.step == "full":
        at = _lasting(heard, unit, began_s, now_s, above=False, longest_s=_RESTED_S)
        if at is not None:
            minutes = number(_RESTED_S / 60.0, 0)
            said = worded(
                "its compressor rests since {minutes} min: it was switched off, or stopped by a fault", minutes=minutes
            )
            yield _Event(at, stop(trial, at, said))


def _left(mode: Words, wanted: str, began_s: float, now_s: float) -> float | None:
    """Return when a mode first was another than a step wants it. [s]."""
    inside = (mode.at_s > began_s) & (mode.at_s <= now_s)
    return next((float(mode.at_s[row]) for row in np.flatnonzero(inside) if mode.value[row] != wanted), None)


def _lasting(
    heard: Heard, unit: Subject, began_s: float, now_s: float, *, above: bool, longest_s: float
) -> float | None:
    """Return when the power has been above (or below) rest for too long without a break. [s]."""
    power = heard.power
    inside = (power.at_s > began_s) & (power.at_s <= now_s)
    since: float | None = None
    for at, watts in zip(power.at_s[inside].tolist(), power.value[inside].tolist(), strict=True):
        wrong = (watts >= unit.rests_below_w) is above
        since = (at if since is None else since) if wrong else None
        if since is not None and at - since >= longest_s:
            return float(at)
    return None


def _lost_s(leg: Leg, heard: Heard, upto_s: float) -> float:
    """Return what defrosts took of a step, up to an instant and the most it may be prolonged. [s]."""
    if leg.step == "rest" or leg.began_s is None:
        return 0.0
    spans = defrosts(heard, leg.began_s, upto_s)
    return min(sum(ends - begins for begins, ends in spans), LONGEST_EXTENSION_S)


def _next_leg(trial: Trial, at_s: float) -> Trial:
    """Return a run whose step is over: at the next one, or finished."""
    done = _with(trial, msgspec.structs.replace(trial.leg, ended_s=at_s))
    number_ = len(done.legs)
    if number_ == len(STEPS):
        return msgspec.structs.replace(done, outcome="finished", ended_s=at_s)
    return msgspec.structs.replace(done, legs=(*done.legs, Leg(step=STEPS[number_].id, asked_s=at_s)))


def _target(heard: Heard, unit: Subject, at_s: float) -> float | None:
    """Return what is held from an instant on: the first set-point that is heard, else the room's temperature. [°C]."""
    said = next((value for head in heard.heads if (value := value_at(head.setpoint, at_s)) is not None), None)
    room = value_at(heard.room, at_s)
    return said if said is not None else unit.thermostat(room) if room is not None else None


def _with(trial: Trial, leg: Leg) -> Trial:
    return msgspec.structs.replace(trial, legs=(*trial.legs[:-1], leg))
