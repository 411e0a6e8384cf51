"""Every check, and what all of them find of a home: worst first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from heatledger.commissioning import (
    clamps,
    comfort,
    datasheet,
    fading,
    full_load,
    heard,
    house,
    liquids,
    machine,
    phases,
    sensors,
    sizing,
    tree,
    water,
)
from heatledger.commissioning.evidence import Evidence
from heatledger.commissioning.finding import WORST_FIRST, Check, Finding, Seen, found
from heatledger.marks import worded

CHECKS: Final[tuple[Check, ...]] = (
    *heard.CHECKS, *clamps.CHECKS, *phases.CHECKS, *tree.CHECKS, *sensors.CHECKS, *machine.CHECKS, *datasheet.CHECKS,
    *full_load.CHECKS, *sizing.CHECKS, *fading.CHECKS, *comfort.CHECKS, *house.CHECKS, *water.CHECKS, *liquids.CHECKS,
)  # fmt: skip


def examine(evidence: Evidence, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """Ask every question that makes sense of a home.

    Parameters
    ----------
    evidence : Evidence
        A span of it.
    checks : sequence of Check
        By default all.

    Returns
    -------
    list of Finding
        Worst first, then in the order of the table; a question that nothing could be said to is not testable, never a
        pass.
    """
    every: list[Finding] = []
    for check in checks:
        if check.applies(evidence.home):
            seen = list(check.judge(evidence)) or [Seen("", worded("nothing heard that could tell"), good=None)]
            every += [found(check, one) for one in seen]
    return sorted(every, key=lambda one: WORST_FIRST.index(one.result))
