"""Doubts as values: gaps, counters that started again, jumps that were refused, sources that are silent."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from heatledger.cuts import Cuts
from heatledger.formatting import duration
from heatledger.marks import marked
from heatledger.readings import INTERVAL_S, Flag, Ints


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """A doubt with the data that shows it; severity is info, warn or fail."""

    name: str
    severity: str
    message: str
    data: dict[str, str | float]
    fix: str


class _Doubt(msgspec.Struct, frozen=True):
    flag: Flag
    name: str
    severity: str
    message: str
    fix: str


_DOUBTS = (
    _Doubt(
        Flag.GAP,
        "meter.gap",
        "warn",
        marked("{meter} was not heard for about {duration}; what its register counted is kept, its timing is a guess"),
        marked("see that {meter} has power and reaches the broker"),
    ),
    _Doubt(
        Flag.RESET,
        "meter.reset",
        "info",
        marked("the counter of {meter} started again {count} times; what it used just before is not known"),
        marked("nothing, unless it keeps happening: then look at its power supply"),
    ),
    _Doubt(
        Flag.REFUSED,
        "meter.jump_refused",
        "warn",
        marked("{meter} jumped {count} times by more than its rated power allows; the jump was not counted"),
        marked("if the energy was real, raise rated_w of the meter in the home file"),
    ),
)

_DOUBTED = sum(doubt.flag for doubt in _DOUBTS)


def meter_flags(flags: Ints, cuts: Cuts) -> list[dict[str, int]]:
    """Count the intervals in which each doubt stands.

    Parameters
    ----------
    flags : array, shape (n,)
        `Flag` bits of one meter's intervals.
    cuts : Cuts
        The spans among them.

    Returns
    -------
    list of dict
        Of each span, intervals by issue name; only those that occur.
    """
    if not np.bitwise_or.reduce(flags, initial=0) & _DOUBTED:
        return [{} for _ in cuts.low]
    counts = {doubt.name: cuts.sum(flags & int(doubt.flag) != 0).astype(np.int64).tolist() for doubt in _DOUBTS}
    return [{name: row[span] for name, row in counts.items() if row[span]} for span in range(len(cuts.low))]


def meter_issues(doubts: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> list[Issue]:
    """Put the doubts about a home's meters into sentences.

    Parameters
    ----------
    doubts : mapping
        Intervals by issue name, by meter id, as `meter_flags` counts them.
    names : mapping
        What the household calls each meter.

    Returns
    -------
    list of Issue
        By meter, then in the order of the table.
    """
    found = []
    for meter, counts in doubts.items():
        for doubt in _DOUBTS:
            count = counts.get(doubt.name, 0)
            if count:
                words = {"meter": names.get(meter, meter), "count": count, "duration": duration(count * INTERVAL_S)}
                found.append(
                    Issue(
                        name=doubt.name,
                        severity=doubt.severity,
                        message=doubt.message.format_map(words),
                        data={"meter": meter, "intervals": float(count), "seconds": float(count * INTERVAL_S)},
                        fix=doubt.fix.format_map(words),
                    )
                )
    return found
