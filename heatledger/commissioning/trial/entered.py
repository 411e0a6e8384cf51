"""What of test runs enters the commissioning record: the verdicts of the newest of each unit, or that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from heatledger.commissioning.finding import Finding, Seen, found
from heatledger.commissioning.trial.course import Trial
from heatledger.commissioning.trial.verdicts import VERDICTS, Verdict
from heatledger.home import Home
from heatledger.marks import marked, worded


def _nothing(*_: object) -> Seen:
    return Seen("", "", good=None)


_ROW: Final = Verdict(
    id="trial",
    step="rest",
    name=marked("Guided test run"),
    question=marked("Has the unit shown what it can?"),
    rule=marked("off, at its most, and holding a temperature"),
    source="docs/commissioning.md",
    severity="warn",
    mend="",
    needs=marked("a guided test run, an hour and a quarter beside the unit"),
    judge=_nothing,
)

_CHECKS: Final = frozenset((_ROW.id, *(row.id for row in VERDICTS)))


def of_trials(finding: Finding) -> bool:
    """Return whether a finding is of a test run, or says that there is none."""
    return finding.check in _CHECKS


def entered(home: Home, ended: Sequence[Trial], going: Trial | None = None) -> list[Finding]:
    """Return what the record says of test runs.

    Parameters
    ----------
    home : Home
        For its heat pumps.
    ended : sequence of Trial
        The newest of each heat pump that has ended.
    going : Trial or None
        One that goes on.

    Returns
    -------
    list of Finding
        The verdicts as they were made; one that is running; and for each unit without any that none was made.
    """
    made = [finding for trial in ended for finding in trial.findings]
    tried = {trial.heat_pump for trial in ended}
    if going is not None:
        tried.add(going.heat_pump)
        begun = found(_ROW, Seen(going.name, worded("a test run goes on"), good=None))
        made.append(msgspec.structs.replace(begun, result="running", mend=""))
    untried = [pump.name or pump.id for pump in home.heat_pumps if pump.id not in tried]
    return made + [found(_ROW, Seen(name, worded("none was made yet"), good=None)) for name in untried]
