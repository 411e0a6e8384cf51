"""The cheapest way to keep a room within its band over the hours ahead: a linear programme over its fitted response.

Minimise Σ price·electricity + penalty·(degrees outside the band) − worth of the heat left at the end, subject to the
room's exact step (`heat.room.after`) and to what its unit can give; economic model predictive control of a heat pump
(Halvgaard et al. 2012, IEEE PES ISGT, eq. 6–8). Solved by HiGHS (Huangfu and Hall 2018, Math. Prog. Comp. 10).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import highspy
import numpy as np

from heatledger.heat.room import RoomResponse, after
from heatledger.readings import Floats, Ints

_PENALTY: Final = 4.0
"""A degree-hour outside the band costs so many times the dearest electricity that warms the room by a degree. [1/h]"""
_AFTER_H: Final = 4.0
"""The hours after the last are taken to be like the first of these: a day later, at the same time of it. [h]"""
_KEPT: Final = 0.9
"""What of the heat left at the end is still of use: the rest is lost before. [1]"""
_LEAST_PRICE: Final = 1e-3
"""So that a room is not heated beyond use where electricity costs nothing. [currency/kWh]"""


class Ahead(NamedTuple):
    """The steps ahead as columns.

    Attributes
    ----------
    hours : array, shape (n,)
        Their widths. [h]
    price : array, shape (n,)
        Of one more kilowatt-hour. [currency/kWh]
    outdoor_c, beside_c : array, shape (n,)
        Outdoors, and the home's other rooms. [°C]
    free_w : array, shape (n,)
        How far the room's free heat lies from its mean. [W]
    low_c, high_c : array, shape (n,)
        Within which the room is to be at the end of each. [°C]
    """

    hours: Floats
    price: Floats
    outdoor_c: Floats
    beside_c: Floats
    free_w: Floats
    low_c: Floats
    high_c: Floats


class Unit(NamedTuple):
    """What gives a room its heat: by step, pieces of heat each dearer than the one before.

    Attributes
    ----------
    heat_w : array, shape (n, m)
        Width of each piece. [W]
    draws : array, shape (n, m)
        Electricity for one more watt of its heat: the inverse of the marginal COP. [1]
    """

    heat_w: Floats
    draws: Floats


class Peak(NamedTuple):
    """A price of power: what one more kilowatt of the bill's peak costs, and what of it stands already.

    Attributes
    ----------
    rate : float
        [currency/kW]
    counts : array of bool, shape (n,)
        The steps in which it is measured.
    others_w : array, shape (n,)
        What else the home draws. [W]
    reached_w : float
        The bill's peak so far. [W]
    """

    rate: float
    counts: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    others_w: Floats
    reached_w: float


class Plan(NamedTuple):
    """What is cheapest.

    Attributes
    ----------
    celsius : array, shape (n + 1,)
        The room at the beginning and at the end of each step. [°C]
    heat_w, electric_w : array, shape (n,)
        [W]
    cost : float
        Of the electricity. [currency]
    """

    celsius: Floats
    heat_w: Floats
    electric_w: Floats
    cost: float


class NoPlanError(RuntimeError):
    """The solver found none."""


def plan(room: RoomResponse, start_c: float, ahead: Ahead, unit: Unit, peak: Peak | None = None) -> Plan:
    """Find the cheapest heating of a room over the steps ahead.

    Parameters
    ----------
    room : RoomResponse
        How it follows its heat.
    start_c : float
        Its temperature now. [°C]
    ahead : Ahead
        Prices, weather and band.
    unit : Unit
        What its heat draws.
    peak : Peak, optional
        A price of power.

    Returns
    -------
    Plan
        There always is one: degrees outside the band are only dear.

    Raises
    ------
    NoPlanError
        If a number is not finite, or the solver gives up.

    Examples
    --------
    >>> room = RoomResponse(100.0, 2000.0, 0.0, 3000.0, 0, np.empty((0, 4)))
    >>> dear_later = Ahead(*np.broadcast_to([[1.0], [0.1], [0.0], [20.0], [0.0], [20.0], [21.0]], (7, 6)).copy())
    >>> dear_later.price[3:] = 0.5
    >>> found = plan(room, 20.0, dear_later, Unit(np.full((6, 1), 6000.0), np.full((6, 1), 1 / 3)))
    >>> found.celsius.round(1).tolist()
    [20.0, 20.0, 20.0, 21.0, 20.0, 20.0, 20.0]
    """
    columns = [*ahead, unit.heat_w, unit.draws, np.array([start_c])]
    if not all(np.isfinite(column).all() for column in columns):
        raise NoPlanError("a price, a temperature or the room's response is not a number")
    return _solved(_Layout(room, start_c, ahead, unit, peak), start_c)


def steps_of(room: RoomResponse, ahead: Ahead) -> tuple[Floats, Floats, Floats]:
    """Return what a room is at the end of each step as keeps·T + warms·heat + rest. [1], [K/W], [°C].

    Parameters
    ----------
    room, ahead : RoomResponse, Ahead
        As for `plan`.
    """
    begins, more = np.array([[0.0], [1.0], [0.0]]), np.array([[0.0], [0.0], [1e3]])
    ends = after(room, begins, ahead.outdoor_c, ahead.free_w + more, ahead.hours, beside_c=ahead.beside_c)
    return ends[1] - ends[0], (ends[2] - ends[0]) / 1e3, ends[0]


class _Layout:
    """The linear programme. Columns: pieces of heat by step, degrees within the band, below and above it, the peak.

    The room at the end of step k is low + within − below + above; a row a step says how it follows from the one before.
    """

    def __init__(self, room: RoomResponse, start_c: float, ahead: Ahead, unit: Unit, peak: Peak | None) -> None:
        self.ahead, self.unit, self.peak = ahead, unit, peak
        self.steps, self.pieces = unit.heat_w.shape
        self.heat = self.steps * self.pieces
        self.size = self.heat + 3 * self.steps + (peak is not None)
        keeps, self.warms, rest = steps_of(room, ahead)
        self.keeps, self.known = keeps, rest - ahead.low_c + keeps * np.concatenate(([start_c], ahead.low_c[:-1]))
        self.capacity_kwh_k = float(room.capacity_wh_k) / 1e3

    def costs(self) -> Floats:
        """Return what one more of each column costs."""
        ahead, draws = self.ahead, self.unit.draws
        price = np.maximum(ahead.price, _LEAST_PRICE)
        outside = _PENALTY * self.capacity_kwh_k * float(price.max() * draws.max()) * ahead.hours
        within = np.zeros(self.steps)
        soon = np.cumsum(ahead.hours) <= max(_AFTER_H, float(ahead.hours[0]))
        within[-1] = -_KEPT * self.capacity_kwh_k * float((price * draws[:, 0])[soon].mean())
        heat = (price * ahead.hours)[:, None] * draws / 1e3
        power = [] if self.peak is None else [self.peak.rate / 1e3]
        return np.concatenate((heat.ravel(), within, outside, outside, power))

    def most(self) -> Floats:
        """Return the most of each column; the least is nothing."""
        width = self.ahead.high_c - self.ahead.low_c
        endless = np.full(self.size - self.heat - self.steps, np.inf)
        return np.concatenate((self.unit.heat_w.ravel(), width, endless))

    def rows(self) -> tuple[Ints, Ints, Floats, Floats, Floats]:
        """Return the matrix by rows (starts, columns, factors), and the rows' lower and upper bounds."""
        number = np.arange(self.steps)
        pieces = (number * self.pieces)[:, None] + np.arange(self.pieces)
        now = self.heat + number[:, None] + np.arange(3) * self.steps
        signs = np.array([1.0, -1.0, 1.0])
        columns = np.hstack((pieces, now, now - 1))
        factors = np.hstack(
            (
                np.repeat(-self.warms[:, None], self.pieces, axis=1),
                np.tile(signs, (self.steps, 1)),
                -np.outer(self.keeps, signs),
            )
        )
        used = np.ones(columns.shape, dtype=np.bool_)
        used[0, -3:] = False
        starts = np.concatenate(([0], np.cumsum(used.sum(axis=1))))
        if self.peak is None:
            return starts, columns[used], factors[used], self.known, self.known
        counts = self.peak.counts
        more = np.hstack((pieces[counts], np.full((int(counts.sum()), 1), self.size - 1)))
        drawn = np.hstack((self.unit.draws[counts], np.full((len(more), 1), -1.0)))
        starts = np.concatenate((starts, starts[-1] + np.arange(1, len(more) + 1) * more.shape[1]))
        free = (self.peak.reached_w - self.peak.others_w)[counts]
        low, high = np.concatenate((self.known, np.full(free.size, -np.inf))), np.concatenate((self.known, free))
        both = np.concatenate((columns[used], more.ravel())), np.concatenate((factors[used], drawn.ravel()))
        return starts, *both, low, high


class _Solver(highspy.Highs):  # type: ignore[misc]
    """HiGHS without its banner, which it prints where callbacks are enabled; none is used here."""

    def enableCallbacks(self) -> None:  # noqa: N802 - its name
        """Enable none."""


def _solved(made: _Layout, start_c: float) -> Plan:
    problem = highspy.HighsLp()
    starts, columns, factors, low, high = made.rows()
    problem.num_col_, problem.num_row_ = made.size, len(low)
    problem.col_cost_, problem.col_lower_, problem.col_upper_ = made.costs(), np.zeros(made.size), made.most()
    problem.row_lower_, problem.row_upper_ = low, high
    problem.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    problem.a_matrix_.start_, problem.a_matrix_.index_, problem.a_matrix_.value_ = starts, columns, factors
    solver = _Solver()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(problem)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise NoPlanError("the solver found no plan")
    found = np.array(solver.getSolution().col_value)
    pieces = found[: made.heat].reshape(made.steps, made.pieces)
    within, below, above = found[made.heat :][: 3 * made.steps].reshape(3, made.steps)
    electric = (pieces * made.unit.draws).sum(axis=1)
    return Plan(
        celsius=np.concatenate(([start_c], made.ahead.low_c + within - below + above)),
        heat_w=pieces.sum(axis=1),
        electric_w=electric,
        cost=float(made.ahead.price @ (electric * made.ahead.hours)) / 1e3,
    )
