"""What nobody can beat: one linear programme over the month that knows the house, its gains and its weather."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import highspy
import numpy as np

from benchmarks.price.house import Run, coarse
from benchmarks.price.plans import BAND, SEED, SETPOINT_C, STEP, STEPS, TICK_S, ZONE, Rates
from heatledger.control.given import lowest
from heatledger.readings import Floats
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.marginal import Context, marginal
from ingest.simulate import State
from ingest.simulate.house import ZONES, Network
from ingest.simulate.plant import PUMPS, Pump, capacity, electricity
from ingest.simulate.truth import Truth
from ingest.simulate.weather import Weather


def bound(state: State, seen: Truth, home: Rates, like: Run, given_kwh: float) -> float:
    """Return the least that the heating can add to the bill: one linear programme that knows everything.

    The simulator's own steps of five minutes, heat held for half an hour; the units' true power as the largest convex
    curve below it (running in turns included), rooms at the lower edge; as many degree-hours outside the band as
    `like` had.
    """
    return _Month(state, seen, home, like, given_kwh).least()


class _Month:
    """The month as one programme. Columns by step: pieces of both heat pumps, heat of four rooms, then within, below
    and above the band of four rooms; at the end the degree-hours too many below and above, and the peak."""

    def __init__(self, state: State, seen: Truth, home: Rates, like: Run, given_kwh: float) -> None:
        self.seen, self.home, self.like = seen, home, like
        self.width = int(STEP.total_seconds()) // TICK_S
        self.steps = seen.time_us.size // self.width
        self.start_c = np.array(state.house.zone_c)
        self.low, self.high = SETPOINT_C - BAND.below, SETPOINT_C + BAND.above
        self.each_s = float(STEP.total_seconds())
        self.worth = like.cost / given_kwh * np.array([zone.capacity for zone in ZONES]) / 3.6e6
        curves = [_curve(pump, seen, self.width, self.low) for pump in PUMPS]
        self.pieces, self.draws = [np.hstack(rows) for rows in zip(*(one[:2] for one in curves), strict=True)]
        self.rest_w = sum(one[2] for one in curves)
        self.count = self.pieces.shape[1]
        self.columns = self.count + 4 + 12
        self.size = self.steps * self.columns + 3

    def least(self) -> float:
        """Solve it. [currency]."""
        problem, solver = highspy.HighsLp(), highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("solver", "ipm")
        rows = [*self._physics(), *self._sums()]
        problem.num_col_, problem.num_row_ = self.size, len(rows)
        problem.col_cost_, problem.col_lower_, problem.col_upper_ = self._costs(), np.zeros(self.size), self._most()
        problem.row_lower_ = np.array([row[2] for row in rows])
        problem.row_upper_ = np.array([row[3] for row in rows])
        problem.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        problem.a_matrix_.start_ = np.cumsum([0, *(len(row[0]) for row in rows)])
        problem.a_matrix_.index_ = np.concatenate([row[0] for row in rows])
        problem.a_matrix_.value_ = np.concatenate([row[1] for row in rows])
        solver.passModel(problem)
        solver.run()
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return float(solver.getInfo().objective_function_value) + self._fixed()

    def _fixed(self) -> float:
        """Return what resting costs, and what of the peak there would be without heating. [currency]."""
        rest = float(self._price() @ self.rest_w) * self.each_s / 3.6e6
        return rest - self.home.demand * float(self._others().max()) / 1e3

    def _price(self) -> Floats:
        cycle = Cycle(_date(self.seen, 0), _date(self.seen, -1) + timedelta(days=1), 31)
        found = list[float]()
        for at in self.seen.time_us[::288].tolist():
            now = datetime.fromtimestamp(at / 1e6, ZONE)
            steps = marginal(self.home.tariff, now, Context(cycle, ZONE, series=self.home.series)).ahead
            ends = np.array([step.end.timestamp() for step in steps])
            starts = now.timestamp() + np.arange(STEPS) * self.each_s
            rates_ = np.array([float(step.rate or 0) for step in steps])
            found += rates_[np.searchsorted(ends, starts, side="right")].tolist()
        return np.array(found[: self.steps])

    def _others(self) -> Floats:
        """Return what else the home draws, by the hour. [W]."""
        return coarse(self.seen.power_w["base"] + self.seen.power_w["water"], 2 * self.width)

    def _costs(self) -> Floats:
        found = np.zeros((self.steps, self.columns))
        each = self._price()[:, None] * self.each_s / 3.6e6
        found[:, : self.count] = each * self.draws
        found[:, self.count + 3] = each[:, 0]  # the panel heater
        found[-1, self.count + 4 : self.count + 8] = -self.worth
        return np.concatenate((found.ravel(), [100.0, 100.0, self.home.demand / 1e3]))

    def _most(self) -> Floats:
        found = np.full((self.steps, self.columns), np.inf)
        found[:, : self.count] = self.pieces
        found[:, self.count + 3] = 1500.0
        found[:, self.count + 4 : self.count + 8] = self.high - self.low
        return np.concatenate((found.ravel(), np.full(3, np.inf)))

    def _physics(self) -> list[tuple[Any, Any, float, float]]:
        """Return how every room follows, and that what two heat pumps give goes into their three rooms."""
        keeps, warms, free = self._composed()
        rows = list[tuple[Any, Any, float, float]]()
        half = self.count // 2
        for step in range(self.steps):
            first = step * self.columns
            heats = first + self.count + np.arange(4)
            bands = first + self.count + 4 + np.arange(12)
            before = bands - self.columns
            for room in range(4):
                now = bands[room::4]
                factors = [-warms[room], [1.0, -1.0, 1.0]]
                columns = [heats, now]
                known = free[step, room] - self.low
                if step:
                    columns.append(before)
                    factors.append(np.concatenate((-keeps[room], keeps[room], -keeps[room])))
                    known += float(keeps[room].sum()) * self.low
                else:
                    known += float(keeps[room] @ self.start_c)
                rows.append((np.concatenate(columns), np.concatenate(factors), known, known))
            for pieces, rooms in ((first + np.arange(half), heats[:1]), (first + half + np.arange(half), heats[1:3])):
                signs = np.concatenate((np.ones(half), -np.ones(rooms.size)))
                rows.append((np.concatenate((pieces, rooms)), signs, 0.0, 0.0))
        return rows

    def _composed(self) -> tuple[Floats, Floats, Floats]:
        """Return the simulator's steps of five minutes composed to a half hour: keeps, warms, and what comes free."""
        network = Network(float(TICK_S))
        units = np.eye(4).tolist()
        none = [0.0] * 4
        push = np.array([network.step(none, 0.0, unit, none) for unit in units]).T
        keep = np.array([network.step(unit, 0.0, none, none) for unit in units]).T
        out = np.array(network.step(none, 1.0, none, none))
        warms, whole = np.zeros((4, 4)), np.eye(4)
        for _ in range(self.width):
            warms, whole = keep @ warms + push, keep @ whole
        free = np.zeros((self.steps, 4))
        for tick in range(self.width):
            part = slice(tick, self.steps * self.width, self.width)
            gain = self.seen.doings.gain_w[part] @ push.T + np.outer(self.seen.weather.temp_c[part], out)
            free = free @ keep.T + gain
        return whole, warms, free

    def _sums(self) -> list[tuple[Any, Any, float, float]]:
        """Return that no more degree-hours lie outside the band, and what the peak is."""
        hours = self.each_s / 3600
        rows = list[tuple[Any, Any, float, float]]()
        steps = np.arange(self.steps)[:, None] * self.columns + self.count + 8
        for number, most in enumerate((self.like.below_kh, self.like.above_kh)):
            columns = np.append((steps + 4 * number + np.arange(4)).ravel(), self.size - 3 + number)
            rows.append((columns, np.append(np.full(columns.size - 1, hours), -1.0), -np.inf, most))
        if self.home.demand:
            others = self._others() + coarse(self.rest_w, 2)
            for hour in range(self.steps // 2):
                parts = [(2 * hour + half) * self.columns + np.arange(self.count) for half in (0, 1)]
                panels = [(2 * hour + half) * self.columns + self.count + 3 for half in (0, 1)]
                draws = np.concatenate((self.draws[2 * hour], self.draws[2 * hour + 1], [1.0, 1.0])) / 2
                columns = np.concatenate((*parts, panels, [self.size - 1]))
                rows.append((columns, np.append(draws, -1.0), -np.inf, -float(others[hour])))
        return rows


def _curve(pump: Pump, seen: Truth, width: int, room_c: float) -> tuple[Floats, Floats, Floats]:
    """Return a unit's true pieces of heat [W], what they draw [1], and what it draws at rest [W], by half hour."""
    means = [coarse(column, width) for column in seen.weather]
    weather = Weather(*means)
    most = capacity(pump, weather, np.ones(means[0].size))
    loads = np.array([0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0])[:, None] * most
    indoors = np.full(most.size, room_c)
    time_s = np.zeros(most.size)
    power = np.array([electricity(pump, SEED, time_s, weather, indoor_c=indoors, heat_w=load) for load in loads])
    return np.diff(loads, axis=0).T, lowest(loads, power).T, power[0]


def _date(truth: Truth, at: int) -> date:
    return datetime.fromtimestamp(truth.time_us[at] / 1e6, ZONE).date()
