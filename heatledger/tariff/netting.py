"""Export set against import over bills: kilowatt-hours and money that are left over, and what true-up makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heatledger.tariff.model import Export


def settle_kwh(
    export: Export, family: str, labels: Sequence[str], net: Sequence[Decimal], bank: dict[str, Decimal]
) -> list[Decimal]:
    """Net a family's lines over a bill and against what earlier bills left over.

    Parameters
    ----------
    export : Export
        The plan's scheme.
    family, labels : str, sequence of str
        Names under which energy is kept.
    net : sequence of Decimal
        Import less export by line. [kWh]
    bank : dict
        Left over so far; brought up to date. [kWh]

    Returns
    -------
    list of Decimal
        What is billed by line, never below zero. [kWh]

    Examples
    --------
    >>> from heatledger.tariff.model import Export
    >>> bank = {"supply": Decimal(30)}
    >>> [str(e) for e in settle_kwh(Export(rollover="kwh"), "supply", ["a", "b"], [Decimal(60), Decimal(-10)], bank)]
    ['20', '0']
    >>> bank
    {'supply': Decimal('0')}
    """
    keeps = export.rollover == "kwh"
    if export.bank == "by_line":
        return [
            _settle(f"{family}/{label}", [energy], bank, keeps=keeps)[0]
            for label, energy in zip(labels, net, strict=True)
        ]
    return _settle(family, net, bank, keeps=keeps)


def _settle(name: str, net: Sequence[Decimal], bank: dict[str, Decimal], *, keeps: bool) -> list[Decimal]:
    bought = sum((energy for energy in net if energy > 0), Decimal(0))
    left = sum(net, Decimal(0)) - bank.get(name, Decimal(0))
    if keeps:
        bank[name] = max(-left, Decimal(0))
    if left <= 0 or bought == 0:
        return [Decimal(0) for _ in net]
    if left == bought:
        return [max(energy, Decimal(0)) for energy in net]
    return [max(energy, Decimal(0)) * left / bought for energy in net]
