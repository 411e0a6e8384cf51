"""The rules: each looks at what was observed and says how bad it is, in full sentences; no clock, no store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

from heatledger.alerts.commands import control
from heatledger.alerts.episodes import Sighting
from heatledger.alerts.house import disk, silent, spool
from heatledger.alerts.machines import backup_heat, cop_drift, defrost_storm, short_cycling
from heatledger.alerts.observed import Observed
from heatledger.alerts.spending import budget, price_peak
from heatledger.alerts.table import Rule, Rules

Look = Callable[[Observed, Rule], list[Sighting] | None]
"""Returns what a rule says of each subject; None where what it needs could not be observed."""

RULES: Final[Mapping[str, Look]] = {
    "budget": budget,
    "silent": silent,
    "cop_drift": cop_drift,
    "short_cycling": short_cycling,
    "defrost_storm": defrost_storm,
    "backup_heat": backup_heat,
    "price_peak": price_peak,
    "control": control,
    "spool": spool,
    "disk": disk,
}
"""Every row of the table by its name."""
UNITS: Final[Mapping[str, str]] = {
    "budget": "%",
    "silent": "min",
    "cop_drift": "%",
    "short_cycling": "starts/h",
    "defrost_storm": "defrosts/h",
    "backup_heat": "kWh",
    "price_peak": "%",
    "control": "min",
    "spool": "min",
    "disk": "%",
}
"""The unit of each threshold."""
PERISHABLE: Final[Collection[str]] = frozenset(("price_peak",))
"""Rules whose message is worth nothing once the episode is over."""


def rows(rules: Rules) -> dict[str, Rule]:
    """Return the table by the names of its rows."""
    return {name: getattr(rules, name) for name in RULES}


def look(seen: Observed, rules: Mapping[str, Rule]) -> tuple[list[Sighting], set[str]]:
    """Ask every rule that is on.

    Parameters
    ----------
    seen : Observed
        What was observed.
    rules : mapping of str to Rule
        The table.

    Returns
    -------
    tuple
        What they say, and the names of those that could be judged.
    """
    said = {name: RULES[name](seen, rule) for name, rule in rules.items() if rule.on}
    judged = {name for name, found in said.items() if found is not None}
    return [sighting for found in said.values() for sighting in found or ()], judged
