"""One or two findings worth acting on: what they are, what they cost, and what to do; the dearest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from heatledger import formatting as fmt
from heatledger.home import HeatPump, Home
from heatledger.statement.headline import because
from heatledger.statement.tables import plain
from heatledger.summary import PumpUse, Summary
from heatledger.wording import say

MOST: Final = 2
_SHARE: Final = 0.02
"""What costs less of the bill than this is not worth a letter. [1]"""
_DEARER: Final = 0.5
"""How much dearer than the cheapest a price must be for moving use to be worth while. [1]"""


class Finding(NamedTuple):
    """What was found and what to do about it; `cost` ranks it. [currency]."""

    cost: Decimal
    said: str


def findings(summary: Summary, home: Home) -> list[str]:
    """Return what is worth acting on, at most two, the dearest first.

    Parameters
    ----------
    summary : Summary
        The bill.
    home : Home
        For names.

    Returns
    -------
    list of str
        A sentence or two each, with what it costs by the Summary.
    """
    if summary.bill.total is None:
        return []
    least = Decimal(summary.bill.total) * Decimal(str(_SHARE))
    found = [finding for look in _LOOKS for finding in look(summary, home) if finding.cost >= least]
    return [finding.said for finding in sorted(found, key=lambda row: -row.cost)[:MOST]]


def _pumps(summary: Summary, home: Home) -> Iterator[tuple[HeatPump, PumpUse]]:
    return ((pump, summary.heat_pumps[pump.id]) for pump in home.heat_pumps if pump.id in summary.heat_pumps)


def _called(pump: HeatPump) -> str:
    return plain(pump.name or pump.id)


def _standby(summary: Summary, home: Home) -> Iterator[Finding]:
    for pump, use in _pumps(summary, home):
        if use.standby.cost is None or use.standby.mean_watts is None:
            continue
        cost = Decimal(use.standby.cost)
        yield Finding(
            cost,
            say(
                "{name} drew {power} while it rested, which cost {amount}. In months without heating switch it off at "
                "its breaker, where its maker allows that.",
                name=_called(pump),
                power=fmt.power(use.standby.mean_watts),
                amount=fmt.whole_money(cost, summary.bill.currency),
            ),
        )


def _short_cycling(summary: Summary, home: Home) -> Iterator[Finding]:
    for pump, use in _pumps(summary, home):
        cost = summary.electricity.by_meter_cost.get(pump.meter)
        if use.cycling.short_cycling and use.cycling.peak_starts_per_hour is not None and cost is not None:
            said = say(
                "{name} started up to {count} times an hour, three days running: short cycling, which wears it and "
                "wastes power. Let it run longer at a lower level; have an installer look at its size and controls.",
                name=_called(pump),
                count=use.cycling.peak_starts_per_hour,
            )
            yield Finding(Decimal(cost), said)


def _defrosting(summary: Summary, home: Home) -> Iterator[Finding]:
    for pump, use in _pumps(summary, home):
        if use.defrosting.cost is None or not use.defrosting.count:
            continue
        cost = Decimal(use.defrosting.cost)
        yield Finding(
            cost,
            say(
                "{name} defrosted {count} times, about {amount}. See that leaves and snow leave its outdoor unit free.",
                name=_called(pump),
                count=fmt.number(use.defrosting.count, 0),
                amount=fmt.whole_money(cost, summary.bill.currency),
            ),
        )


def _peak(summary: Summary, home: Home) -> Iterator[Finding]:  # noqa: ARG001 - a row of the table
    """Say what the dearest price cost beyond the cheapest, and what moving a third of it would save."""
    lines = [
        line for line in summary.bill.lines if line.kind == "energy" and line.unit == "kWh" and float(line.rate) > 0
    ]
    if len({line.rate for line in lines}) < 2:
        return
    dear, cheap = max(lines, key=lambda line: Decimal(line.rate)), min(lines, key=lambda line: Decimal(line.rate))
    apart = Decimal(dear.rate) - Decimal(cheap.rate)
    if apart < Decimal(cheap.rate) * Decimal(str(_DEARER)):
        return
    cost = apart * Decimal(dear.quantity) / 3
    yield Finding(
        cost,
        say(
            "{energy} were used at the dearest price. A third of them an hour or two earlier or later, at {label}, "
            "would save up to {amount}.",
            energy=fmt.energy(dear.quantity),
            label=plain(cheap.label),
            amount=fmt.whole_money(cost, summary.bill.currency),
        ),
    )


def _issues(summary: Summary, home: Home) -> Iterator[Finding]:  # noqa: ARG001 - a row of the table
    """Say the worst doubt first of all: figures that rest on it cannot be acted on."""
    worst = next((issue for issue in summary.issues if issue.severity == "fail"), None)
    if worst is not None:
        said = " ".join(because(text) for text in (worst.message, worst.fix) if text)
        yield Finding(Decimal("Infinity"), said)


_LOOKS: Final[tuple[Callable[[Summary, Home], Iterator[Finding]], ...]] = (
    _issues,
    _peak,
    _short_cycling,
    _defrosting,
    _standby,
)
