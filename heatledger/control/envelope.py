"""The safety envelope: whether a request may be sent now, later or not at all; pure, and nothing is sent without it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

import msgspec

from heatledger.control.moment import Moment, at_least_s, at_most_s
from heatledger.limits import Limits
from heatledger.marks import worded

By = Literal["person", "programme", "price", "frost", "window", "presence"]
"""Who asks: a person by page, command or API; the weekly programme; the prices ahead; the protection against frost; an
open window; nobody, or somebody, at home."""
AUTOMATIC: Final = frozenset(("programme", "price", "window", "presence"))
"""What runs by itself for comfort or thrift, and gives way to another controller."""

MODES: Final = ("heat", "cool", "dry", "fan_only", "off")
"""What may be asked for; `auto` is not among them: it may heat and cool."""
_HEATS, _COOLS = frozenset(("heat",)), frozenset(("cool", "dry"))
_EITHER: Final = frozenset(("auto", "heat_cool"))
_FROST_ROOM_K: Final = 2.0
_SURE_K: Final = 1.0
_WARMEST_COOLING_C: Final = 32.0
_HOUR_S: Final = 3600.0
_MOMENT_S: Final = 0.001
_LEFT_PART: Final = 5
"""One in so many of an hour's commands is left to people and to the protection against frost. [1]"""
RIVAL_S: Final = 6 * _HOUR_S
"""How long nothing is commanded by itself where another controller sets the device back. [s]"""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a zone, by whom and why, when, and for how long that is worth doing. [°C] [s]."""

    zone: str
    at: Moment
    valid_s: float
    setpoint: float | None = None
    mode: str | None = None
    by: By = "person"
    who: str = ""
    why: str = ""


class Told(NamedTuple):
    """What a device was sent and has not answered: it may have done it, or do it yet. [°C]."""

    setpoint: float | None
    mode: str | None


class Head(NamedTuple):
    """A zone's indoor unit as it was last heard [°C], whether that is fresh, and what else may be: told, or a second's.

    `celsius` is the room's, None where that is not fresh.
    """

    zone: str
    mode: str | None = None
    setpoint: float | None = None
    celsius: float | None = None
    heard: bool = False
    told: tuple[Told, ...] = ()

    @property
    def modes(self) -> frozenset[str | None]:
        """Every mode it may be in."""
        return frozenset((self.mode, *(told.mode for told in self.told if told.mode is not None)))


class Situation(NamedTuple):
    """Everything that decides beside the request.

    Attributes
    ----------
    head : Head
        The zone's indoor unit.
    others : tuple of Head
        Those on the same outdoor unit.
    runs : bool or None
        Whether the compressor does; None where that is not known.
    turned : Moment or None
        When it last started or stopped, or may have; None: never since long ago.
    sent : tuple of Moment
        When this device was sent something.
    person, rival : Moment or None
        When somebody last chose otherwise at the device; when another controller was last seen.
    one_way : bool
        The device never answers (infrared): what it was told last stands.
    trouble : str
        Why nothing can be known or sent just now; empty while all is well.
    doubt : str
        Why what the device says is not believed; empty while it is.
    """

    head: Head
    others: tuple[Head, ...] = ()
    runs: bool | None = None
    turned: Moment | None = None
    sent: tuple[Moment, ...] = ()
    person: Moment | None = None
    rival: Moment | None = None
    one_way: bool = False
    trouble: str = ""
    doubt: str = ""


class Allowed(NamedTuple):
    """It may be sent now; `same` where the device is so already and nothing need be sent."""

    same: bool = False


class Refused(NamedTuple):
    """It is not done: why, and what mends it."""

    reason: str
    mend: str = ""


class Later(NamedTuple):
    """It may be done from a time on [µs UTC]; why not now."""

    until_us: int
    why: str


Verdict = Allowed | Refused | Later
_Rule = Callable[[Request, Situation, Limits, Moment], "Refused | _Wait | None"]


class _Wait(NamedTuple):
    seconds: float
    why: str


def decide(request: Request, situation: Situation, limits: Limits, now: Moment) -> Verdict:
    """Decide on a request.

    Parameters
    ----------
    request : Request
        What is asked.
    situation : Situation
        The device, those that share its outdoor unit, and what was done before.
    limits : Limits
        Of the zone; where zones share an outdoor unit, with the longest rest and run of them.
    now : Moment
        The present.

    Returns
    -------
    Allowed, Refused or Later
        The first rule that refuses decides; else the longest wait; else it may be sent.
    """
    waits = []
    for rule in _RULES:
        found = rule(request, situation, limits, now)
        if isinstance(found, Refused):
            return found
        if found is not None and found.seconds > 0:
            waits.append(found)
    if not waits:
        return Allowed(same=_is_so(request, situation))
    longest = max(waits)
    if longest.seconds > request.valid_s - at_most_s(request.at, now):
        minutes = math.ceil(longest.seconds / 60)
        return Refused(longest.why, worded("ask again in {minutes} min", minutes=minutes))
    return Later(now.time_us + math.ceil(longest.seconds * 1e6), longest.why)


def _is_so(request: Request, situation: Situation) -> bool:
    head = situation.head
    if situation.one_way or head.told or not head.heard:
        return False
    same_mode = request.mode in (None, head.mode)
    return same_mode and (request.setpoint is None or request.setpoint == head.setpoint)


def _switched_on(request: Request, _: Situation, limits: Limits, __: Moment) -> Refused | None:
    if limits.on:
        return None
    mend = worded("say on = true in the control table of zone {zone} in the home file", zone=request.zone)
    return Refused(worded("nothing may be commanded in this zone"), mend)


def _makes_sense(request: Request, situation: Situation, _: Limits, __: Moment) -> Refused | None:
    if request.setpoint is None and request.mode is None:
        return Refused(worded("nothing is asked for"), worded("say a set-point or a mode"))
    if request.mode is not None and request.mode not in MODES:
        mend = worded("say one of {known}", known=", ".join(MODES))
        return Refused(worded("{mode} is no mode to be set", mode=request.mode), mend)
    if request.setpoint is None:
        return None
    if not math.isfinite(request.setpoint):
        return Refused(worded("the set-point is no temperature"), worded("say it in °C, as 20.5"))
    if request.mode == "off":
        return Refused(worded("off and a set-point contradict each other"), worded("say one of them"))
    if request.mode is None and situation.head.modes & {"off", None}:
        return Refused(worded("it is off, or not known to be on"), worded("say a mode too, such as heat"))
    return None


def _is_fresh(request: Request, _: Situation, __: Limits, now: Moment) -> Refused | None:
    if at_most_s(request.at, now) <= request.valid_s and request.at.steady_s <= now.steady_s:
        return None
    return Refused(worded("it was asked too long ago and is not done any more"), worded("ask again"))


def _can_be_known(_: Request, situation: Situation, __: Limits, ___: Moment) -> Refused | _Wait | None:
    if situation.trouble:
        return _Wait(_MOMENT_S, situation.trouble)
    if not situation.one_way and not situation.head.heard:
        return _Wait(_MOMENT_S, worded("the device is not heard, and nothing is sent to it unseen"))
    return None


def _within(request: Request, situation: Situation, limits: Limits, _: Moment) -> Refused | None:
    """Refuse a set-point outside the limits of every mode it may count in."""
    modes = {request.mode} if request.mode is not None else situation.head.modes
    setpoint = request.setpoint
    if request.setpoint is None and request.mode in _HEATS | _COOLS:
        setpoint = situation.head.setpoint
        if setpoint is None or situation.one_way or situation.head.told:
            return Refused(worded("the set-point it would begin with is not known"), worded("say a set-point too"))
    if setpoint is None:
        return None
    low = max((limits.frost_c, *(limits.coolest_c for mode in modes if mode in _COOLS | _EITHER)))
    high = _WARMEST_COOLING_C if modes <= _COOLS else limits.highest_c
    if low <= setpoint <= high:
        return None
    reason = worded(
        "{setpoint} °C is outside {low} to {high} °C", setpoint=_one(setpoint), low=_one(low), high=_one(high)
    )
    return Refused(reason, worded("choose one between, or change the limits in the home file"))


def _keeps_frost_out(request: Request, situation: Situation, limits: Limits, _: Moment) -> Refused | None:
    if request.mode is None or request.mode in _HEATS:
        return None
    head, least = situation.head, limits.frost_c + _FROST_ROOM_K
    if head.celsius is None:
        mend = worded("name a thermometer with temperature in the home file, and see that it is heard")
        return Refused(worded("it is not known how warm the room is, and it could freeze unseen"), mend)
    if head.celsius >= least:
        return None
    reason = worded("the room is at {celsius} °C and must not get colder", celsius=_one(head.celsius))
    return Refused(reason, worded("let it heat; from {least} °C on it may stop", least=_one(least)))


def _one_direction(request: Request, situation: Situation, _: Limits, __: Moment) -> Refused | None:
    """Refuse heating against cooling: between the heads of one outdoor unit, and at one head without a rest."""
    if request.mode not in _HEATS | _COOLS:
        return None
    against = (_COOLS if request.mode in _HEATS else _HEATS) | _EITHER
    if situation.head.modes & against:
        return Refused(worded("it would turn from heating to cooling, or back, at once"), worded("switch it off first"))
    for other in situation.others:
        if other.modes & against:
            reason = worded("zone {zone} on the same outdoor unit does the opposite", zone=other.zone)
            return Refused(reason, worded("switch that one off first"))
        if None in other.modes:
            reason = worded("it is not known what zone {zone} on the same outdoor unit does", zone=other.zone)
            return Refused(reason, worded("wait until it is heard"))
    return None


def _lets_people_choose(request: Request, situation: Situation, limits: Limits, now: Moment) -> _Wait | None:
    if request.by not in AUTOMATIC or situation.person is None:
        return None
    left_s = limits.person_min * 60 - at_least_s(situation.person, now)
    return _Wait(left_s, worded("somebody chose otherwise at the device"))


def _is_believed(request: Request, situation: Situation, _: Limits, __: Moment) -> _Wait | None:
    return _Wait(_MOMENT_S, situation.doubt) if request.by in AUTOMATIC and situation.doubt else None


def _no_quarrel(request: Request, situation: Situation, _: Limits, now: Moment) -> _Wait | None:
    if request.by not in AUTOMATIC or situation.rival is None:
        return None
    left_s = RIVAL_S - at_least_s(situation.rival, now)
    return _Wait(left_s, worded("another controller sets this device too; stop one of the two"))


def _not_too_often(request: Request, situation: Situation, limits: Limits, now: Moment) -> _Wait | None:
    ages = sorted(at_least_s(moment, now) for moment in situation.sent)
    most = limits.per_hour - (limits.per_hour // _LEFT_PART if request.by in AUTOMATIC else 0)
    if len(ages) < most or ages[most - 1] > _HOUR_S:
        return None
    why = worded("the device had {n} commands within an hour, as many as it may", n=most)
    return _Wait(_HOUR_S - ages[most - 1] + 1.0, why)


def _one(celsius: float) -> str:
    return f"{celsius:.1f}"


def _short(minutes: float) -> str:
    return f"{minutes:g}"


def asks(mode: str | None, setpoint: float | None, celsius: float | None) -> bool | None:
    """Return whether a head so set asks for the compressor in a room so warm; None where that is not sure.

    Parameters
    ----------
    mode : str or None
        What it is set to.
    setpoint, celsius : float or None
        [°C]

    Examples
    --------
    >>> asks("heat", 22.0, 18.0), asks("cool", 24.0, 24.5), asks("off", 22.0, 18.0)
    (True, None, False)
    """
    if mode in ("off", "fan_only"):
        return False
    if mode not in _HEATS | _COOLS or setpoint is None or celsius is None or abs(setpoint - celsius) < _SURE_K:
        return None
    return (setpoint > celsius) == (mode in _HEATS)


def turns(request: Request, situation: Situation) -> tuple[bool, bool]:
    """Return whether a request may start the compressor, and whether it may stop it.

    Parameters
    ----------
    request : Request
        What is asked.
    situation : Situation
        As for `decide`.
    """
    head = situation.head
    states = (Told(head.setpoint, head.mode), *head.told)
    before = {asks(told.mode or head.mode, told.setpoint or head.setpoint, head.celsius) for told in states}
    after = asks(request.mode or head.mode, request.setpoint or head.setpoint, head.celsius)
    if after is not None and before == {after}:
        return False, False
    others = any(
        other.heard and not other.told and asks(other.mode, other.setpoint, other.celsius) for other in situation.others
    )
    starts = after is not False and situation.runs is not True
    stops = after is not True and situation.runs is not False and not others
    return starts, stops


def _spares_the_compressor(request: Request, situation: Situation, limits: Limits, now: Moment) -> _Wait | None:
    if situation.turned is None:
        return None
    passed_s = at_least_s(situation.turned, now)
    starts, stops = turns(request, situation)
    rest_s, run_s = (limits.rest_min * 60 if starts else 0.0), (limits.run_min * 60 if stops else 0.0)
    if rest_s >= run_s:
        return _Wait(rest_s - passed_s, worded("the compressor rests {n} min at least", n=_short(limits.rest_min)))
    return _Wait(run_s - passed_s, worded("the compressor runs {n} min at least", n=_short(limits.run_min)))


_RULES: Final[tuple[_Rule, ...]] = (
    _switched_on,
    _makes_sense,
    _is_fresh,
    _within,
    _one_direction,
    _keeps_frost_out,
    _can_be_known,
    _lets_people_choose,
    _no_quarrel,
    _is_believed,
    _not_too_often,
    _spares_the_compressor,
)
"""In the order a person would be told."""
