"""Whether the meters add up: parts no more than the whole, nothing counted twice, registers that only rise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from heatledger.commissioning.evidence import Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.formatting import energy
from heatledger.home import Home
from heatledger.marks import marked, worded
from heatledger.readings import Flag

_SLACK, _SLACK_KWH = 0.02, 0.2
"""Two meters of class 1 differ by this at most. [1] [kWh]"""
_DAYS: Final = 3
_UNALIKE: Final = marked("{n} meters, no two of them alike day after day")
_OWN: Final = marked("{n} meters, no head among them that reports its outdoor unit")


def _parts(seen: Evidence) -> Iterator[Seen]:
    """Judge whether what lies below a meter is more than it."""
    frame = seen.account.meters
    for meter, name in seen.meters():
        below = [m.id for m in seen.home.meters if m.parent == meter.id and not m.repeats and m.id in frame]
        if not below or meter.id not in frame:
            continue
        heard = np.isfinite([frame[name] for name in (meter.id, *below)]).all(axis=0)
        if not heard.any():
            continue
        whole, parts = float(frame[meter.id][heard].sum()), float(sum(frame[name][heard].sum() for name in below))
        if meter.role == "import" and any(each.role in ("solar", "battery") for each in seen.home.meters):
            whole = float(seen.account.home["use"][heard].sum())
        said = worded("{parts} in its parts, {whole} in the whole", parts=energy(parts), whole=energy(whole))
        good = parts <= whole * (1 + _SLACK) + _SLACK_KWH
        yield Seen(name, said, good=good, value=parts, low=0.0, high=whole, unit="kWh")


def _agreeing(doubt: str, words: str) -> Callable[[Evidence], Iterator[Seen]]:
    """Repeat what the accounts say of meters that count one thing twice."""

    def judge(seen: Evidence) -> Iterator[Seen]:
        called = {meter.id: name for meter, name in seen.meters()}
        doubts = [issue for issue in seen.summary.issues if issue.name == doubt]
        for issue in doubts:
            yield Seen(called.get(str(issue.data["meter"]), ""), issue.message, good=False, mend=issue.fix)
        counted = [name for name, kwh in seen.summary.electricity.by_meter.items() if kwh is not None]
        if not doubts and len(counted) > 1 and len(seen.days) >= _DAYS:
            yield Seen("", worded(words, n=len(counted)), good=True)

    return judge


def _restarts(times: int) -> str:
    return worded("started again {n} times", n=times) if times else worded("never started again")


def _jumps(times: int) -> str:
    return worded("jumped {n} times", n=times) if times else worded("never jumped")


def _flagged(flag: Flag, words: Callable[[int], str]) -> Callable[[Evidence], Iterator[Seen]]:
    def judge(seen: Evidence) -> Iterator[Seen]:
        for meter, name in seen.meters():
            if meter.id in seen.account.meters and np.isfinite(seen.account.meters[meter.id]).any():
                times = int(np.count_nonzero(seen.account.flags[meter.id] & int(flag)))
                yield Seen(name, words(times), good=times == 0, value=float(times), low=0.0, high=0.0)

    return judge


def _has_parts(home: Home) -> bool:
    return any(meter.parent for meter in home.meters)


CHECKS: Final = (
    Check(
        id="meter.parts",
        name=marked("Meters against the main"),
        group="measurement",
        question=marked("Do the parts of a meter count more than the meter itself?"),
        rule=marked("the parts are at most the whole, 2 % and 0.2 kWh beside"),
        source=marked("EN 50470-3: two meters of class B, 1 % each"),
        severity="fail",
        mend=marked("look for a clamp on the wrong circuit, a part that is not below it (parent), or a wrong scale"),
        needs=marked("a meter and what lies below it, both heard"),
        judge=_parts,
        applies=_has_parts,
    ),
    Check(
        id="meter.twice",
        name=marked("Counted once"),
        group="measurement",
        question=marked("Do two meters count the same electricity?"),
        rule=marked("no two are alike hour by hour, day after day"),
        source=marked("own rule: heatledger/twins.py"),
        severity="warn",
        mend=marked("say in the home file which of them counts"),
        needs=marked("two meters, and three days"),
        judge=_agreeing("meter.said_twice", _UNALIKE),
        applies=lambda home: len(home.meters) > 1,
    ),
    Check(
        id="meter.leader_head",
        name=marked("Heads report themselves"),
        group="measurement",
        question=marked("Does a head report its whole outdoor unit?"),
        rule=marked("no head follows its outdoor unit hour by hour, day after day, and a little above it"),
        source=marked("own rule: heatledger/twins.py; leader heads of multi-splits report the sum"),
        severity="warn",
        mend=marked('give its meter role = "leader_sum" in the home file'),
        needs=marked("the meters of a head and of its outdoor unit, and three days"),
        judge=_agreeing("meter.leader_head", _OWN),
        applies=lambda home: any(meter.role == "head" for meter in home.meters),
    ),
    Check(
        id="meter.restarts",
        name=marked("Counters only rise"),
        group="measurement",
        question=marked("Does a counter start again?"),
        rule=marked("never in the span"),
        source=marked("own rule: what was used just before is not known"),
        severity="warn",
        mend=marked("look at its power supply"),
        needs=marked("a meter that was heard"),
        judge=_flagged(Flag.RESET, _restarts),
        applies=lambda home: bool(home.meters),
    ),
    Check(
        id="meter.jumps",
        name=marked("No impossible jumps"),
        group="measurement",
        question=marked("Does a counter jump by more than its circuit can draw?"),
        rule=marked("never more than its rated power"),
        source=marked("own rule: heatledger/energy.py"),
        severity="warn",
        mend=marked("if the energy was real, raise rated_w of the meter in the home file"),
        needs=marked("a meter that was heard"),
        judge=_flagged(Flag.REFUSED, _jumps),
        applies=lambda home: bool(home.meters),
    ),
)
