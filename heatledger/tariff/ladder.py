"""Tier ladders: thresholds for a bill's days, and how lines that share a ladder share its steps."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heatledger.tariff.lines import exact, rounded_by
from heatledger.tariff.load import Floats
from heatledger.tariff.schedule import Ints

if TYPE_CHECKING:
    from heatledger.tariff.model import Energy, Rounding

_MONTHS, _YEAR_DAYS = Decimal(12), Decimal(365)


class Ladder(NamedTuple):
    """What lines must have in common to fill one ladder together."""

    limits: tuple[str, ...]
    tier_per: str
    digits: int
    mode: str
    own: str

    @classmethod
    def of(cls, line: Energy) -> Ladder:
        """Return the ladder that a line fills."""
        own = line.label if line.allocation == "own" else ""
        limits = tuple(tier.up_to for tier in line.tiers if tier.up_to is not None)
        return cls(limits, line.tier_per, line.threshold.digits, line.threshold.mode, own)


def thresholds(ladder: Ladder, rule: Rounding | None, *, days: int, whole_days: int) -> list[Decimal]:
    """Return a ladder's thresholds for the days that it holds. [kWh].

    Parameters
    ----------
    ladder : Ladder
        As stated, for a day, a month or a bill.
    rule : Rounding or None
        How they are rounded.
    days : int
        Days of the bill on which its lines hold.
    whole_days : int
        Days of the whole cycle, to which thresholds for a bill belong.

    Examples
    --------
    >>> thresholds(Ladder(("40",), "day", 0, "none", ""), None, days=62, whole_days=62)
    [Decimal('2480')]
    """
    factor = {
        "day": Decimal(days),
        "month": days * _MONTHS / _YEAR_DAYS,
        "bill": Decimal(1) if days == whole_days else Decimal(days) / whole_days,
    }[ladder.tier_per]
    return [rounded_by(Decimal(limit) * factor, rule) for limit in ladder.limits]


def fill(total: Decimal, limits: Sequence[Decimal]) -> list[Decimal]:
    """Pour energy into a ladder.

    Examples
    --------
    >>> [str(step) for step in fill(Decimal(903), [Decimal(250), Decimal(750)])]
    ['250', '500', '153']
    """
    if total <= 0:
        return [total, *(Decimal(0) for _ in limits)]
    edges = [Decimal(0), *limits]
    steps = [max(min(total, high) - low, Decimal(0)) for low, high in pairwise(edges)]
    return [*steps, max(total - edges[-1], Decimal(0))]


def share_in_proportion(energies: Sequence[Decimal], limits: Sequence[Decimal]) -> list[list[Decimal]]:
    """Share a ladder among lines by their part of the energy: each line's energy by step. [kWh]."""
    total = sum(energies, Decimal(0))
    steps = fill(total, limits)
    if total <= 0:
        return [[energy, *(Decimal(0) for _ in limits)] for energy in energies]
    return [steps] if len(energies) == 1 else [[step * energy / total for step in steps] for energy in energies]


def share_in_time(kwh: Floats, codes: Ints, count: int, limits: Sequence[Decimal]) -> list[list[Decimal]]:
    """Share a ladder among lines in the order in which the energy was used: each line's energy by step. [kWh].

    Parameters
    ----------
    kwh : array of float
        Energy of the intervals of one bill that fill this ladder, in order of time.
    codes, count : array of int, int
        Which line each belongs to, and how many lines there are.
    limits : sequence of Decimal
        Thresholds.
    """
    after = np.cumsum(kwh)
    before = after - kwh
    edges = [0.0, *(float(limit) for limit in limits), np.inf]
    steps = [np.clip(after, low, high) - np.clip(before, low, high) for low, high in pairwise(edges)]
    found = [np.bincount(codes, weights=step, minlength=count) for step in steps]
    return [[exact(float(step[line])) for step in found] for line in range(count)]
