"""The two sides of a comparison: the home's own work as it was billed, and a system's in its place, in every draw."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from heatledger.baseline import ducts, plant
from heatledger.baseline.draws import CENTRE, LOADS, WORKED, Drawn, Factors, Nodes, drawn
from heatledger.baseline.load import Part
from heatledger.baseline.money import Bills
from heatledger.baseline.plant import Energy, Hours, Machine
from heatledger.readings import Floats, Ints

_ANCHORS: Final = tuple(number for number, _ in enumerate(LOADS))[1:-1]
"""Loads at which the bill engine itself prices a system; between them money follows the energy's own price."""


class Span(NamedTuple):
    """What every system of a comparison shares, by whole hours.

    Attributes
    ----------
    bills : Bills
        The bills with the work's own electricity, which may be replaced.
    hours : Hours
        What a system works in.
    part : Part
        The load of the work.
    share : array, shape (n,)
        Which part of each hour belongs to this work: a system's standby is that of heating in winter only. [1]
    day, month : array of int, shapes (n,) and (days,)
        Local day of each hour, and the bill that each day belongs to.
    price : array, shape (n,)
        Mean price of each hour. [currency/kWh]
    actual, nothing : list of Decimal
        Each bill as it is, and with none of the work's electricity. [currency]
    cools : bool
        Whether the work is cooling.
    hot_kwh : array or None, shape (n,)
        Of a water heater whose work a system with hot water would do too. [kWh]
    """

    bills: Bills
    hours: Hours
    part: Part
    share: Floats
    day: Ints
    month: Ints
    price: Floats
    actual: list[Decimal]
    nothing: list[Decimal]
    cools: bool = False
    hot_kwh: Floats | None = None

    @property
    def days(self) -> int:
        """How many local days there are."""
        return len(self.month)


class Side(NamedTuple):
    """A system in the home's place.

    Attributes
    ----------
    energy : Energy
        On the P50 path, by hour.
    kwh : array, shape (n,)
        All its electricity there. [kWh]
    bills : list of Decimal
        Each bill with it, fuel not included. [currency]
    fuel_kwh : float
        Heat of combustion on the P50 path. [kWh]
    more : array, shape (200, days)
        By how much it costs more than the home's own work, fuel included, by draw and day. [currency]
    middle : array, shape (days,)
        The same on the P50 path.
    nodes, priced : Nodes, dict
        As it was worked out, and as the bill engine priced it, by node.
    """

    energy: Energy
    kwh: Floats
    bills: list[Decimal]
    fuel_kwh: float
    more: Floats
    middle: Floats
    nodes: Nodes
    priced: dict[int, list[Decimal]]


def load_of(part: Part, load: float = 1.0, restored: float = 1.0) -> tuple[Floats, Floats]:
    """Return sensible and latent load of a multiple of both parts. [W]."""
    sensible = part.whole(load, restored)
    whole = part.whole()
    scale = np.divide(sensible, whole, out=np.full_like(whole, load), where=whole > 0)
    return sensible, part.latent_w * scale


def side(span: Span, machine: Machine, draws: Factors, *, fuel_price: Decimal = Decimal(0), tied: bool = False) -> Side:
    """Work a system out in the home's place.

    Parameters
    ----------
    span : Span
        What is shared.
    machine : Machine
        The system.
    draws : Factors
        What is not known.
    fuel_price : decimal
        Of a kilowatt-hour of combustion. [currency/kWh]
    tied : bool
        Whether its map is the home's own: what is wrong with one is then wrong with the other.

    Returns
    -------
    Side

    Raises
    ------
    BillError
        If the plan cannot price it.
    """
    energies = [_energy(span, machine, *pair) for pair in WORKED]
    nodes, centre = _nodes(span, energies), energies[CENTRE]
    priced = {number: span.bills.totals(_kwh(span, energies[number])) for number in _ANCHORS}
    load = np.ones_like(draws.month) if tied else draws.month * draws.measured[:, None]
    load = load * _leak(machine, centre, draws)[:, None]
    sure = 0.0 if tied else machine.kind.performance_sd
    performance = np.maximum(1.0 + sure * draws.machine, 0.3)
    found = drawn(nodes, load, draws.restored, performance, span.month)
    more = money(span, nodes, priced, found) - own_money(span) + found.fuel_kwh * float(fuel_price)
    middle = _if(span, nodes, priced, 1.0, fuel_price)
    fuel_kwh = float(nodes.fuel_kwh[CENTRE].sum())
    return Side(centre, _kwh(span, centre), priced[CENTRE], fuel_kwh, more, middle, nodes, priced)


def if_load_were(span: Span, found: Side, scale: float, fuel_price: Decimal) -> float:
    """Return how much more a system costs than the home's own work, were its load another. [currency].

    Parameters
    ----------
    span, found : Span, Side
        As `side` was given, and what it returned.
    scale : float
        Over the load as it is. [1]
    fuel_price : decimal
        [currency/kWh]
    """
    return float(_if(span, found.nodes, found.priced, scale, fuel_price).sum())


def _if(span: Span, nodes: Nodes, priced: dict[int, list[Decimal]], scale: float, fuel_price: Decimal) -> Floats:
    one = np.ones(1)
    at = drawn(nodes, np.full((1, len(span.actual)), scale), one, one, span.month)
    cost: Floats = money(span, nodes, priced, at) + at.fuel_kwh * float(fuel_price) - own_money(span)
    return np.asarray(cost[0], dtype=np.float64)


def own(span: Span, load: float = 1.0, restored: float = 1.0) -> Floats:
    """Return the electricity that the home's own machines would draw for the load of the common set-point. [kWh].

    Hour by hour at their own COP; in hours in which they rested, at that of the span. A load that is what they gave
    leaves them as they were.
    """
    kwh, gave = span.bills.work.kwh, span.part.measured_w
    wanted = span.part.whole(load, restored)
    total = float(np.nansum(gave[span.bills.work.counts]))
    mean = float(kwh[span.bills.work.counts].sum()) / total if total > 0 else 0.0
    rate = np.divide(kwh, gave, out=np.full_like(kwh, mean), where=gave > 0)
    rest = np.where(gave > 0, 0.0, kwh)
    return np.where(wanted == gave, kwh, rest + np.nan_to_num(wanted) * rate)


def _energy(span: Span, machine: Machine, load: float, restored: float) -> Energy:
    sensible, latent = load_of(span.part, load, restored)
    if span.cools:
        return plant.cooling(machine, span.hours, sensible, latent)
    found = plant.heating(machine, span.hours, sensible)
    if span.hot_kwh is None or machine.kind.hot_water_cop is None:
        return found
    return found._replace(beside_w=found.beside_w + span.hot_kwh * 1e3 * (1.0 / machine.kind.hot_water_cop - 1.0))


def _kwh(span: Span, energy: Energy) -> Floats:
    return _worked(span, energy.electricity_w)


def _worked(span: Span, watts: Floats) -> Floats:
    """Return a column in kWh; in hours without load, the work's share of what is drawn at rest."""
    idle = span.part.whole() <= 0
    found: Floats = np.nan_to_num(np.where(idle, span.share, 1.0) * watts) / 1e3
    return found


def _nodes(span: Span, energies: list[Energy]) -> Nodes:
    machine, rest, fuel = (
        [_worked(span, watts) for watts in column]
        for column in (
            [energy.machine_w for energy in energies],
            [energy.beside_w + energy.backup_w for energy in energies],
            [energy.fuel_w for energy in energies],
        )
    )

    def summed(columns: list[Floats], *, priced: bool = False) -> Floats:
        return np.array([_by_day(span, column, priced=priced) for column in columns])

    return Nodes(summed(machine), summed(rest), summed(fuel), summed(machine, priced=True), summed(rest, priced=True))


def _by_day(span: Span, kwh: Floats, *, priced: bool = False) -> Floats:
    counted = np.where(span.bills.work.counts, kwh * (span.price if priced else 1.0), 0.0)
    return np.asarray(np.bincount(span.day, weights=counted, minlength=span.days), dtype=np.float64)


def _leak(machine: Machine, centre: Energy, draws: Factors) -> Floats:
    """Return by what the load on the machine is multiplied where ducts lose more or less than their place says."""
    if machine.run is None or machine.run.zone == "inside":
        return np.ones_like(draws.ducts)
    kept = float(np.nanmean(centre.delivered))
    return np.asarray(kept / np.clip(kept - ducts.LOST_SD * draws.ducts, 0.1, 1.0), dtype=np.float64)


def own_money(span: Span) -> Floats:
    """Return what the home's own work costs by day: each bill's part laid by the hours' prices, shape (days,)."""
    weights = _by_day(span, span.bills.work.kwh, priced=True)
    part = np.array([float(a - b) for a, b in zip(span.actual, span.nothing, strict=True)])
    return np.asarray(_laid(span, weights[None, :], part[None, :])[0], dtype=np.float64)


def money(span: Span, nodes: Nodes, priced: dict[int, list[Decimal]], found: Drawn) -> Floats:
    """Return what a system's electricity costs, by draw and day: each bill by the engine, laid by the hours' prices."""
    weights = nodes.machine_money + nodes.rest_money
    months = len(span.actual)
    by_node = np.array([np.bincount(span.month, weights=row, minlength=months) for row in weights])
    by_draw = np.array([np.bincount(span.month, weights=row, minlength=months) for row in found.money])
    part = np.empty_like(by_draw)
    for month in range(months):
        known = [(by_node[n, month], float(priced[n][month] - span.nothing[month])) for n in _ANCHORS]
        part[:, month] = _line(by_draw[:, month], known)
    return _laid(span, found.money, part)


def _line(at: Floats, points: list[tuple[float, float]]) -> Floats:
    """Interpolate through points and go on straight beyond the last ones."""
    x, y = (np.array(column) for column in zip(*points, strict=True))
    if x[-1] - x[0] < 1e-9:
        return np.full_like(at, y[len(y) // 2])
    inside = np.interp(at, x, y)
    first = (y[1] - y[0]) / max(x[1] - x[0], 1e-12)
    last = (y[-1] - y[-2]) / max(x[-1] - x[-2], 1e-12)
    beyond = np.minimum(at - x[0], 0.0) * first + np.maximum(at - x[-1], 0.0) * last
    return np.asarray(inside + beyond, dtype=np.float64)


def _laid(span: Span, weights: Floats, part: Floats) -> Floats:
    """Lay each bill's money on its days in proportion to weights, evenly where they are none."""
    months = part.shape[1]
    total = np.array([np.bincount(span.month, weights=row, minlength=months) for row in weights])
    count = np.bincount(span.month, minlength=months)[span.month]
    mine = total[:, span.month]
    share = np.divide(weights, mine, out=np.ones_like(weights) / count, where=mine > 0)
    return np.asarray(share * part[:, span.month], dtype=np.float64)
