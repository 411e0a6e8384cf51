"""How the ladder stands: what each rung promises, whether it answers, what it waits for, what would make it surer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from heatledger.heat import anchor
from heatledger.heat.anchor import Learnt
from heatledger.heat.flows import PumpDay, Work
from heatledger.heat.kinds import KINDS
from heatledger.heat.ladder import STEPS, Realized, Step, check, whole_of
from heatledger.heat.system import System
from heatledger.home import HeatPump
from heatledger.marks import marked, worded

State = Literal["in use", "ready", "gathering", "not fitted", "refused"]


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One rung of the ladder for one heat pump.

    Attributes
    ----------
    rung, method : str
        Its letter and what it is made from.
    promise : str
        Its 90 % interval before anything is measured.
    state : str
        in use; ready (it could answer, a better one does); gathering (`have` of `need` days); not fitted; refused.
    have, need : int or None
        Days it has and needs, where it learns.
    reason : str or None
        Why it does not answer.
    fits : str or None
        What would let it answer.
    """

    rung: str
    method: str
    promise: str
    state: State
    have: int | None = None
    need: int | None = None
    reason: str | None = None
    fits: str | None = None


class _Words(NamedTuple):
    """What is said of a rung: its method, promise, and what would let it answer on a unit of air, and of water."""

    method: str
    promise: str
    air: str
    water: str


_METER: Final = marked("a class 2 heat meter in the heating pipes (heat_meter)")
_PROBES: Final = marked("a supply-air probe at each indoor unit and its airflow measured once by fan step (air_flow)")
_LOAN: Final = marked(
    "14 heating days of known heat: a heat meter on loan, resistance heaters alone, or a fuel bill (anchors)"
)
_TABLE: Final = marked("the maker's own performance table, entered as docs/add-a-unit.md says (free)")
_WORDS: Final[dict[str, _Words]] = {
    "A": _Words(marked("heat meter"), marked("±5%, ±3% verified"), "", _METER),
    "B": _Words(marked("air enthalpy"), marked("±15% heating, ±20% cooling"), _PROBES, ""),
    "C": _Words(marked("unit map, anchored"), "±12–15%", _TABLE, _TABLE),
    "D": _Words(marked("unit map"), "±20%", _TABLE, _TABLE),
    "E": _Words(
        marked("rating map or share of Carnot’s COP"),
        marked("±26% (map), ±30% (Carnot)"),
        marked("a generic map by its size (unit, rated_w)"),
        _TABLE,
    ),
    "F": _Words(marked("heat balance of the house"), "±15–25%", _LOAN, _LOAN),
}


def ladder(
    pump: HeatPump,
    system: System | None,
    days: Sequence[PumpDay],
    found: Realized,
    learnt: Learnt | None,
    house_days: int = 0,
) -> list[Rung]:
    """Return how each rung stands over a span.

    Parameters
    ----------
    pump : HeatPump
        As the home file states it.
    system : System or None
        Its unit's map.
    days : sequence of PumpDay
        The span's.
    found : Realized
        What the ladder answered for the span.
    learnt : Learnt or None
        What measured heat says of its map so far.
    house_days : int
        How many days of known heat say how the house loses it.

    Returns
    -------
    list of Rung
        A to F.
    """
    have = {"C": learnt.days if learnt else 0, "F": house_days}
    return [_rung(letter, have.get(letter), pump, system, days, found, learnt) for letter in _WORDS]


def narrower(pump: HeatPump, found: Realized) -> str | None:
    """Return the one thing that would narrow the interval; None where nothing within reach does."""
    water = KINDS[pump.kind].carrier == "water"
    if found.rung == "A":
        verified = pump.heat_meter is not None and pump.heat_meter.verified
        return None if verified else worded("have the heat meter checked where it hangs (verified): ±3%")
    if water:
        return f"{_METER}: ±5%"
    if found.method == "air enthalpy, airflow from the catalogue":
        return worded("its airflow measured once by fan step at this unit (air_flow, calibrated): ±15%")
    better = {None: f"{_TABLE}: ±20%", "E": f"{_TABLE}: ±20%", "D": f"{_PROBES}: ±15%", "F": f"{_PROBES}: ±15%"}
    return better.get(found.rung)


def _rung(
    letter: str,
    have: int | None,
    pump: HeatPump,
    system: System | None,
    days: Sequence[PumpDay],
    found: Realized,
    learnt: Learnt | None,
) -> Rung:
    words, need = _WORDS[letter], None if have is None else anchor.LEAST_DAYS
    row = Rung(rung=letter, method=words.method, promise=words.promise, state="not fitted", have=have, need=need)
    if found.rung == letter and found.step is not None:
        return msgspec.structs.replace(row, method=found.step.method, state="in use")
    passed, reason = _answers(letter, days, found.work, learnt)
    if passed is not None:
        return msgspec.structs.replace(row, method=passed.method, state="ready", reason=worded("a better rung answers"))
    if reason is not None:
        return msgspec.structs.replace(row, state="refused", reason=reason)
    fits = words.water if KINDS[pump.kind].carrier == "water" else words.air
    if letter == "C" and system is not None and system.evidence == "unit":
        fits = _LOAN
    if have and need and have < need and (letter == "F" or fits == _LOAN):
        short = worded("{have} of {need} days of known heat; fewer say nothing that holds", have=have, need=need)
        return msgspec.structs.replace(row, state="gathering", reason=short)
    return msgspec.structs.replace(row, reason=_unfitted(letter, pump, system), fits=fits or None)


def _answers(letter: str, days: Sequence[PumpDay], work: Work, learnt: Learnt | None) -> tuple[Step | None, str | None]:
    """Return the first step of a rung whose checks pass, else why the first that has anything to say does not."""
    reason = None
    for step in (step for step in STEPS if step.rung == letter):
        whole = whole_of(step, days, work, learnt.factor if learnt else None)
        if whole is None:
            continue
        wrong = check(whole, step)
        if wrong is None:
            return step, None
        reason = reason or wrong
    return None, reason


def _unfitted(letter: str, pump: HeatPump, system: System | None) -> str:
    water = KINDS[pump.kind].carrier == "water"
    if letter == "A" and not water:
        return worded("heat carried by air has no meter")
    if letter == "B" and water:
        return worded("it heats water, not air")
    if letter == "F":
        return worded("0 of 14 days of known heat: nothing says how this house loses it")
    if letter in ("C", "D") and system is not None and system.evidence == "rating":
        return worded("only a rating stands behind its map")
    if letter in ("C", "D", "E") and system is not None and pump.kind == "ground_source" and pump.source is None:
        return worded("its map wants the temperature of the liquid from the ground (source)")
    return worded("nothing of the kind is stated in the home file")
