"""The record of a commissioning: who, which units, what was found; and what has changed since an earlier one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from heatledger.commissioning.budget import Doubt
from heatledger.commissioning.finding import WORST_FIRST, Finding, Result
from heatledger.commissioning.trial.course import Trial
from heatledger.marks import worded

_MOVED: Final = 0.1
"""Of the width of what is expected: less is the same figure. [1]"""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One machine as its plate says; `heat_pump` is its id in the home file."""

    heat_pump: str
    model: str = ""
    serial: str = ""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks themselves cannot know; empty where nobody said it."""

    address: str = ""
    reference: str = ""
    installer: str = ""
    note: str = ""
    units: tuple[Unit, ...] = ()


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that is not what it was: `before` is what an earlier run found at the same place, without charts."""

    before: Finding
    now: Finding


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """What has changed since the home was commissioned: since version `version`, made at `made_at`."""

    version: int
    made_at: datetime
    changed: tuple[Drift, ...]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the checks.

    Attributes
    ----------
    home, name : str
        Its id and what it is called.
    version : int
        1 for the first that was kept; 0 where this one was not.
    made_at, start, end : datetime
        When it was made, and the span that was looked at.
    job : Job
        Who, where, and which machines.
    findings : tuple of Finding
        Worst first, the verdicts of test runs among them.
    budget : tuple of Doubt
        How far each heat pump's COP is known, and what would narrow it.
    since : Since or None
        What has changed since the first run that was kept; None where this is the first.
    trials : tuple of Trial
        The newest guided test run of each heat pump: who made it, when, and how its steps went.
    """

    home: str
    name: str
    made_at: datetime
    start: datetime
    end: datetime
    findings: tuple[Finding, ...]
    version: int = 0
    job: Job = Job()
    budget: tuple[Doubt, ...] = ()
    since: Since | None = None
    trials: tuple[Trial, ...] = ()

    @property
    def counts(self) -> dict[Result, int]:
        """How many findings there are of each result."""
        found = Counter(one.result for one in self.findings)
        return {result: found[result] for result in WORST_FIRST}

    @property
    def ready(self) -> bool:
        """Whether nothing fails and nothing still runs; what cannot be tested stands in nobody's way."""
        return not self.counts["fail"] and not self.counts["running"]


def compared(record: Record, earlier: Sequence[Record]) -> Record:
    """Return a record with what has changed since the first that was kept, and what was said of the job before.

    Parameters
    ----------
    record : Record
        A run that was not kept yet.
    earlier : sequence of Record
        The home's, by version.

    Returns
    -------
    Record
        What the job does not say is as it was last said, but for the note, which is of one run.
    """
    if not earlier:
        return record
    first, last = earlier[0], earlier[-1].job
    plates = {unit.heat_pump: unit for unit in (*last.units, *record.job.units)}
    job = Job(
        address=record.job.address or last.address, reference=record.job.reference or last.reference,
        installer=record.job.installer or last.installer, note=record.job.note, units=tuple(plates.values()),
    )  # fmt: skip
    since = Since(version=first.version, made_at=first.made_at, changed=tuple(drift(first, record)))
    return msgspec.structs.replace(record, job=job, since=since)


def drift(earlier: Record, later: Record) -> list[Drift]:
    """Return what changed between two runs: other results, and figures that moved by a tenth of their range.

    Parameters
    ----------
    earlier, later : Record
        Of one home.

    Returns
    -------
    list of Drift
        In the order of the later one.
    """
    was = {(one.check, one.at): one for one in earlier.findings}
    pairs = [(was[one.check, one.at], one) for one in later.findings if (one.check, one.at) in was]
    changed = [(before, now) for before, now in pairs if before.result != now.result or _moved(before, now)]
    return [Drift(before=_plain(before), now=_plain(now)) for before, now in changed]


def _plain(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, chart=None)


def _moved(before: Finding, now: Finding) -> bool:
    if before.value is None or now.value is None or before.unit != now.unit:
        return False
    edges = [edge for edge in (now.low, now.high) if edge is not None]
    width = edges[1] - edges[0] if len(edges) == 2 else abs(edges[0]) if edges else 0.0
    return width > 0 and abs(now.value - before.value) > _MOVED * width


def headline(findings: Sequence[Finding]) -> str:
    """Return whether a home is ready, and the one thing that is in the way.

    Examples
    --------
    >>> headline([])
    'Nothing could be looked at yet.'
    """
    fails = [one for one in findings if one.result == "fail"]
    warns = sum(one.result == "warn" for one in findings)
    if fails:
        first = fails[0]
        what = f"{first.at or first.name}: {first.evidence}"
        if len(fails) == 1:
            return worded("Not ready: {what}.", what=what)
        return worded("Not ready: {what}, and {n} more.", what=what, n=len(fails) - 1)
    if not any(one.result in ("pass", "warn") for one in findings if one.group != "home"):
        return worded("Nothing could be looked at yet.")
    if warns == 1:
        return worded("Ready, with one thing to look at.")
    return worded("Ready, with {n} things to look at.", n=warns) if warns else worded("Ready.")
