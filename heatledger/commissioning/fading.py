"""Whether a machine still gives the heat it gave: from the same electricity, in the same weather."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from heatledger.alerts.drift import Drift, drift, heat_days
from heatledger.commissioning.evidence import Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.formatting import cop as ratio
from heatledger.formatting import share as shared
from heatledger.marks import marked, worded

_FADED: Final = 0.1


def _fading(seen: Evidence) -> Iterator[Seen]:
    """Judge a week's heat against the machine's own curve of heat over electricity by outdoor temperature."""
    today = seen.now.astimezone(ZoneInfo(seen.home.timezone)).date()
    for pump, name in seen.pumps():
        days = heat_days(pump.id, sorted(seen.past.items()), "heating")
        found = drift(days, today)
        if found is None:
            none = worded("its heat is not measured")
            few = worded("too few days of measured heat, or a week of weather that it has not met")
            yield Seen(name, few if days else none, good=None)
        else:
            yield _beside(name, found)


def _beside(name: str, found: Drift) -> Seen:
    said = worded(
        "COP {cop} this week, {expected} by its own curve of {days} days in this weather; its weeks lie within {half}",
        cop=ratio(found.cop),
        expected=ratio(found.expected),
        days=found.past_days,
        half=shared(found.half),
    )
    good = not (found.beyond and found.below > _FADED)
    return Seen(name, said, good=good, value=-100 * found.below, low=-100 * max(_FADED, found.half), unit="%")


CHECKS: Final = (
    Check(
        id="unit.fading",
        name=marked("Heat at like conditions"),
        group="machine",
        question=marked("Does it give less heat than it did in the same weather, as with refrigerant lost?"),
        rule=marked("the last week is at most a tenth below its own curve, or within what its weeks differ by"),
        source=marked("heatledger/alerts/drift.py: Student's t on the weeks of its past, one-sided 95 %"),
        severity="warn",
        mend=marked("clean filter and coil; if it stays so, have the charge weighed and leaks looked for"),
        needs=marked("a heat meter or measured airflow, and five weeks of heating"),
        judge=_fading,
        applies=lambda home: bool(home.heat_pumps),
    ),
)
