"""What the page of a guided test run says: the sentence on top, its steps, what is awaited, the verdicts."""

from __future__ import annotations

from typing import NamedTuple

from dashboard.trial_curves import Curve, curves
from heatledger import formatting
from heatledger.commissioning.finding import Finding
from heatledger.commissioning.own_units import in_own_units
from heatledger.commissioning.trial.advance import ends_s
from heatledger.commissioning.trial.books import Shown
from heatledger.commissioning.trial.course import STEPS, StepName
from heatledger.commissioning.trial.verdicts import judged
from heatledger.commissioning.trial.wants import decided, unmet, wants
from heatledger.commissioning.trial.words import TITLES, put_back, told
from heatledger.retelling import retold
from heatledger.statement.record_words import RESULTS
from heatledger.wording import say


class StepRow(NamedTuple):
    """A step in the list: its title, whether it is done, now or to come, and how long it takes."""

    title: str
    state: str
    minutes: str


class VerdictRow(NamedTuple):
    """A verdict: its result for styles, the word for it, its name, evidence and mend."""

    result: str
    word: str
    name: str
    evidence: str
    mend: str


class TrialView(NamedTuple):
    """The page's live part.

    Attributes
    ----------
    title, under : str
        The sentence that answers first, and the line below it.
    left : str
        Time left of the step under way, as on a clock.
    awaited : tuple of str
        What the readings do not show yet.
    asks : bool
        Whether somebody has to say that the step is done, as no reading can tell.
    running : bool
        Whether the run goes on.
    put_back : str
        What to set when it is over.
    """

    title: str
    under: str
    left: str
    awaited: tuple[str, ...]
    asks: bool
    running: bool
    put_back: str
    steps: tuple[StepRow, ...]
    curves: tuple[Curve, ...]
    verdicts: tuple[VerdictRow, ...]
    measured: bool


def view(shown: Shown) -> TrialView:
    """Return what the page says of a run; pure."""
    trial = shown.trial
    findings = trial.findings or judged(trial, shown.heard, shown.unit)
    said = _running(shown) if trial.running else _ended(shown, findings)
    rows = wants(trial, trial.leg, shown.heard, shown.unit)
    waits = trial.running and trial.leg.began_s is None
    return TrialView(
        title=said[0],
        under=said[1],
        left=_left(shown),
        awaited=tuple(_own(shown, words) for words in unmet(rows, shown.now_s)) if waits else (),
        asks=waits and trial.leg.confirmed_s is None and not decided(rows, shown.now_s),
        running=trial.running,
        put_back="" if trial.running else _own(shown, put_back(trial)),
        steps=tuple(_step(shown, row.id) for row in STEPS),
        curves=tuple(curves(shown)),
        verdicts=tuple(_verdict(shown, one) for one in findings),
        measured=bool(shown.heard.heat_rung),
    )


def _own(shown: Shown, words: str) -> str:
    """Say again in the reader's language and unit of temperature what the library said."""
    return in_own_units(retold(words), shown.unit.home)


def _running(shown: Shown) -> tuple[str, str]:
    trial, leg = shown.trial, shown.trial.leg
    if leg.began_s is None:
        return _own(shown, told(trial, leg, shown.heard, shown.unit, shown.now_s)), say(
            "It goes on by itself once the readings show it."
        )
    under = say("Leave it as it is. You may lock the phone: the run goes on.")
    return say("{step}: under way.", step=say(TITLES[leg.step])), under


def _ended(shown: Shown, findings: tuple[Finding, ...]) -> tuple[str, str]:
    trial = shown.trial
    if trial.outcome == "stopped":
        return say("Stopped: {reason}.", reason=_own(shown, trial.reason)), say(
            "What was over by then is judged below."
        )
    bad = [one for one in findings if one.result in ("fail", "warn")]
    if bad:
        return say("{name}: {evidence}.", name=say(bad[0].name), evidence=_own(shown, bad[0].evidence)), say(
            "The run is over."
        )
    untested = sum(one.result == "not_testable" for one in findings)
    rest = say("{n} of {all} questions could not be tested.", n=untested, all=len(findings)) if untested else ""
    return say("Nothing wrong was found."), rest or say("Every question was tested.")


def _left(shown: Shown) -> str:
    """Print the time left of the step as minutes and seconds; nothing while none is under way."""
    ends = ends_s(shown.trial, shown.heard, shown.now_s) if shown.trial.running else None
    if ends is None:
        return ""
    seconds = max(0, round(ends - shown.now_s))
    return f"{seconds // 60}:{seconds % 60:02d}"


def _step(shown: Shown, step: StepName) -> StepRow:
    trial = shown.trial
    leg = trial.find(step)
    over = leg is not None and leg.ended_s is not None
    state = "done" if over else "now" if leg is not None and trial.running else "ahead"
    length = trial.lasts_s(step) + (leg.extended_s if leg else 0.0)
    return StepRow(say(TITLES[step]), state, formatting.duration(length))


def _verdict(shown: Shown, one: Finding) -> VerdictRow:
    mend = _own(shown, one.mend)
    if one.result == "not_testable":
        mend = say("needs {what}", what=mend)
    return VerdictRow(one.result, say(RESULTS[one.result]), say(one.name), _own(shown, one.evidence), mend)
