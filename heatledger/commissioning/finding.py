"""What a check is, and what it found: a result, its evidence, where that lies, and the mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal, NamedTuple, Protocol

import msgspec

from heatledger.commissioning.chart import Chart
from heatledger.commissioning.evidence import Evidence
from heatledger.home import Home

Result = Literal["fail", "warn", "running", "not_testable", "pass"]
Group = Literal["measurement", "machine", "home", "water"]

WORST_FIRST: Final[tuple[Result, ...]] = ("fail", "warn", "running", "not_testable", "pass")


class Seen(NamedTuple):
    """What a check saw at one meter, heat pump, room or device.

    Attributes
    ----------
    at : str
        Its name, empty where the home as a whole is meant.
    evidence : str
        What was measured, in a sentence.
    good : bool or None
        None where it cannot be tested: `evidence` says why.
    value, low, high : float or None
        The figure and the range that is expected of it, in `unit`.
    mend : str
        Where this one's differs from the check's.
    """

    at: str
    evidence: str
    good: bool | None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    mend: str = ""


class Check(NamedTuple):
    """One row of the table of checks.

    Attributes
    ----------
    id, name : str
        For machines, and for people.
    group : str
        measurement, machine, home or water.
    question, rule, source : str
        What it answers; by which rule; where the rule is from.
    severity : str
        What a broken rule is: fail, or warn where it may be meant.
    mend : str
        What to do.
    needs : str
        What would make it testable.
    judge : callable
        ``Evidence`` → what was seen, one each; nothing where nothing could be tested.
    applies : callable
        ``Home`` → whether the question makes sense there.
    """

    id: str
    name: str
    group: Group
    question: str
    rule: str
    source: str
    severity: Literal["fail", "warn"]
    mend: str
    needs: str
    judge: Callable[[Evidence], Iterable[Seen]]
    applies: Callable[[Home], bool] = lambda _home: True


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found at one place of the home.

    Attributes
    ----------
    check, group, name, question, rule, source : str
        The row of the table.
    at : str
        The meter, heat pump, room or device; empty for the home.
    result : str
        fail, warn, running, not_testable or pass.
    evidence : str
        What was measured, or why nothing could be.
    value, low, high : float or None
        The figure and its expected range, in `unit`.
    mend : str
        What to do; of what is not testable, what would make it so; empty where it passes.
    chart : Chart or None
        What was measured, drawn, where that says it better.
    """

    check: str
    group: Group
    name: str
    question: str
    rule: str
    source: str
    at: str
    result: Result
    evidence: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    mend: str = ""
    chart: Chart | None = None


class Asked(Protocol):
    """What every row of a table of checks says of itself, by whatever it judges."""

    @property
    def id(self) -> str:
        """For machines."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def group(self) -> Group:
        """Which part of the questions."""

    @property
    def question(self) -> str:
        """What it answers."""

    @property
    def rule(self) -> str:
        """By which rule."""

    @property
    def source(self) -> str:
        """Where the rule is from."""

    @property
    def severity(self) -> Literal["fail", "warn"]:
        """What a broken rule is."""

    @property
    def mend(self) -> str:
        """What to do."""

    @property
    def needs(self) -> str:
        """What would make it testable."""


def found(check: Asked, seen: Seen) -> Finding:
    """Return what a check says of what it saw.

    Parameters
    ----------
    check : Asked
        The row.
    seen : Seen
        At one place.

    Returns
    -------
    Finding
        A pass has no mend; what is not testable says what would make it so.
    """
    result: Result = "not_testable" if seen.good is None else "pass" if seen.good else check.severity
    mends = {"pass": "", "not_testable": seen.mend or check.needs}
    return Finding(
        check=check.id,
        group=check.group,
        name=check.name,
        question=check.question,
        rule=check.rule,
        source=check.source,
        at=seen.at,
        result=result,
        evidence=seen.evidence,
        value=_plain(seen.value),
        low=_plain(seen.low),
        high=_plain(seen.high),
        unit=seen.unit,
        mend=mends.get(result, seen.mend or check.mend),
    )


def _plain(value: float | None) -> float | None:
    return None if value is None else float(value)
