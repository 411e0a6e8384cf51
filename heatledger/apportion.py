"""Whose money a bill is: zones, the tree of meters, price periods, what no use causes, and what is a guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from heatledger.days import QUARTER_S
from heatledger.home import Home
from heatledger.readings import Floats, Ints
from heatledger.rounding import largest_remainder
from heatledger.tariff.charges import in_base
from heatledger.tariff.energy_lines import prices_of
from heatledger.tariff.lines import Row
from heatledger.tariff.model import Adjustment, Credit, Fixed, Percent
from heatledger.tariff.pricing import Priced

_CONSUMERS: Final = frozenset(("circuit", "outdoor_unit", "head", "ev"))


class Names(NamedTuple):
    """Among whom a home's money is apportioned.

    Attributes
    ----------
    zones : tuple of str
        Ids.
    parents : mapping of str to str or None
        Of each meter that consumes, the one it stands below; None for those side by side below the main meter.
    mains : tuple of str
        Import meters.
    """

    zones: tuple[str, ...] = ()
    parents: Mapping[str, str | None] = {}
    mains: tuple[str, ...] = ()

    @property
    def meters(self) -> tuple[str, ...]:
        """Meters that consume, then import meters."""
        return (*self.parents, *self.mains)

    @property
    def all(self) -> tuple[str, ...]:
        """Zones, then meters."""
        return (*self.zones, *self.meters)

    def below(self, parent: str | None) -> list[str]:
        """Return the meters side by side below one, or below the main meter."""
        return [name for name, above in self.parents.items() if above == parent]


NOBODY: Final = Names()
"""Of a bill whose money is apportioned among nobody."""


def names_of(home: Home) -> Names:
    """Return the zones and meters of a home; a duplicate has no money of its own."""
    used = {meter.id: meter.parent for meter in home.meters if meter.role in _CONSUMERS}
    return Names(
        zones=tuple(zone.id for zone in home.zones),
        parents={name: parent if parent in used else None for name, parent in used.items()},
        mains=tuple(meter.id for meter in home.meters if meter.role == "import"),
    )


class QuarterUse(NamedTuple):
    """What each zone and meter, and in the last row the whole home, used by quarter from `base_s` on. [kWh]."""

    names: Names
    used: Floats
    base_s: int

    def shares(self, start_s: Ints, step_s: int) -> Floats:
        """Return each part's share of what the home used in each interval. [1].

        Zones share the home's use; so do the meters side by side below the main one, and those below each of them that
        meter's share; main meters share what came through them.
        """
        used = np.maximum(self._within(start_s, step_s), 0.0)
        found = np.zeros_like(used[:-1])
        count = len(self.names.zones)
        found[:count] = _of(used[:count], used[-1])
        self._add_below(None, used[-1], np.ones(used.shape[1]), used, found)
        mains = found.shape[0] - len(self.names.mains)
        found[mains:] = _of(used[mains:-1], np.zeros(used.shape[1]))
        return found

    def _add_below(self, parent: str | None, whole: Floats, share: Floats, used: Floats, found: Floats) -> None:
        children = self.names.below(parent)
        rows = [self.names.all.index(name, len(self.names.zones)) for name in children]
        found[rows] = _of(used[rows], whole) * share
        for row, name in zip(rows, children, strict=True):
            self._add_below(name, used[row], found[row], used, found)

    def _within(self, start_s: Ints, step_s: int) -> Floats:
        at = (start_s - self.base_s) // QUARTER_S
        if step_s > QUARTER_S and at.size:
            return np.asarray(np.add.reduceat(self.used[:, : int(at[-1]) + step_s // QUARTER_S], at, axis=1))
        return self.used[:, at]


def _of(parts: Floats, whole: Floats) -> Floats:
    """Return parts over the whole, or over their sum where that is more."""
    whole = np.maximum(whole, parts.sum(axis=0))
    shares: Floats = np.divide(parts, whole, out=np.zeros_like(parts), where=whole > 0)
    return shares


def by_meter(names: Names, money: Mapping[str, Decimal], used: Decimal, digits: int) -> tuple[dict[str, str], str]:
    """Print the money of each meter, and of what no meter below the main one has.

    Parameters
    ----------
    names : Names
        The home's meters.
    money : mapping of str to Decimal
        By meter, exact. [currency]
    used : Decimal
        The printed total less what no use causes. [currency]
    digits : int
        Decimals of the currency.

    Returns
    -------
    tuple
        Amounts by meter, and the rest: meters side by side and the rest add up to `used`, and those below one meter
        to no more than that meter's.
    """
    found: dict[str, Decimal] = {}
    rest = _print_below(names, None, used, money, found, digits)
    if len(names.mains) == 1:
        found[names.mains[0]] = used
    elif names.mains:
        mains = _with_rest([money[name] for name in names.mains], used, digits)
        found |= dict(zip(names.mains, mains[:-1], strict=True))
    return {name: str(amount) for name, amount in found.items()}, str(rest)


def _print_below(
    names: Names,
    parent: str | None,
    whole: Decimal,
    money: Mapping[str, Decimal],
    found: dict[str, Decimal],
    digits: int,
) -> Decimal:
    children = names.below(parent)
    *amounts, rest = _with_rest([money[name] for name in children], whole, digits)
    found |= dict(zip(children, amounts, strict=True))
    for name in children:
        _print_below(names, name, found[name], money, found, digits)
    return rest


def _with_rest(amounts: Sequence[Decimal], whole: Decimal, digits: int) -> list[Decimal]:
    return largest_remainder([*amounts, whole - sum(amounts, Decimal(0))], whole, digits)


def unused_money(rows: Sequence[Row], money: Floats) -> Floats:
    """Return, by interval, what no use causes: charges by time, credits and what is added to them. [currency].

    Parameters
    ----------
    rows : sequence of Row
        A bill's.
    money : array, shape (rows, n)
        Of `attribution.spread`.
    """
    fixed = np.zeros_like(money)
    for number, row in enumerate(rows):
        if isinstance(row.line, Fixed | Credit | Adjustment):
            fixed[number] = money[number]
        elif isinstance(row.line, Percent):
            mine = [at for at in range(number) if in_base(rows[at], row.line.base)]
            base = np.abs(money[mine]).sum(axis=0)
            part = np.divide(np.abs(fixed[mine]).sum(axis=0), base, out=np.zeros_like(base), where=base > 0)
            fixed[number] = money[number] * part
    total: Floats = fixed.sum(axis=0)
    return total


def credited(rows: Sequence[Row], money: Floats) -> Floats:
    """Return, by interval, what is paid for energy fed in, below zero. [currency]."""
    mine = [number for number, row in enumerate(rows) if isinstance(row.line, Credit)]
    total: Floats = money[mine].sum(axis=0)
    return total


def quantity_parts(priced: Priced, part: slice, row: Row, money: Floats) -> Floats:
    """Return which part of a row's quantity each interval of a bill has. [1]."""
    weights = np.abs(money)
    for family in priced.families:
        for number, line in enumerate(family.lines):
            if line is row.line:
                weights = np.where(family.codes[part] == number, np.abs(family.kwh[part]), 0.0)
    whole = weights.sum()
    if not whole:
        return np.full(weights.size, 1.0 / max(weights.size, 1))
    parts: Floats = weights / whole
    return parts


def periods_of(priced: Priced, part: slice) -> tuple[list[str], Ints]:
    """Return the labels of the plan's price periods, and which of them each interval of a bill lies in.

    The periods are the lines of the family with the most of them; a plan without energy lines has one, unnamed.
    """
    bought = [family for family in priced.families if family.lines[0].kind == "energy"]
    main = max(bought, key=lambda family: len(family.lines), default=None)
    if main is None:
        return [""], np.zeros(part.stop - part.start, dtype=np.int64)
    labels = list(dict.fromkeys(line.label for line in main.lines))
    # an interval that none of the lines prices, as a surcharge's hours may leave, counts with the first
    number = np.array([*(labels.index(line.label) for line in main.lines), 0], dtype=np.int64)
    return labels, number[main.codes[part]]


def guessed_money(priced: Priced, part: slice, rows: Sequence[Row], money: Floats) -> Floats:
    """Return, by interval, what was priced without knowing the price: at the mean of those that were known."""
    found = np.zeros(money.shape[1])
    start_s = priced.terms.grid.load.start_s[part]
    for number, row in enumerate(rows):
        if row.estimated and getattr(row.line, "series", None):
            found += np.where(np.isnan(prices_of(priced.terms, row.line, start_s)), money[number], 0.0)
    return found
