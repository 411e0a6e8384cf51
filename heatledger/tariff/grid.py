"""A load laid on a plan's clock: for every interval its bill, local day and minute, and which line prices it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from heatledger.tariff.cycle import Cycle
from heatledger.tariff.load import BillError, Floats, Load, common_step, netted, split
from heatledger.tariff.schedule import (
    DAY_MINUTES,
    DAY_S,
    DayTable,
    Ints,
    Mask,
    day_number,
    day_of,
    day_table,
    days_mask,
    edges,
    local_seconds,
    minutes_mask,
)
from heatledger.tariff.series import PriceSeries, boundaries

if TYPE_CHECKING:
    from heatledger.tariff.model import Tariff


class Grid(NamedTuple):
    """A load, cut so that nothing changes within an interval.

    Attributes
    ----------
    load : Load
        Its intervals that belong to a bill, in order of time.
    day, minute : array of int
        Local day of each interval, counted from `first_day`, and minute of that day.
    cycle : array of int
        Which of `cycles` each interval belongs to.
    cycles : sequence of Cycle
        The bills.
    first_day : int
        Day number of the first bill's first day.
    table : DayTable
        All days of all bills.
    own_step_s : int
        The load's interval before it was cut. [s]
    """

    load: Load
    day: Ints
    minute: Ints
    cycle: Ints
    cycles: Sequence[Cycle]
    first_day: int
    table: DayTable
    own_step_s: int

    @property
    def slices(self) -> list[slice]:
        """The intervals of each bill."""
        ends = np.searchsorted(self.cycle, np.arange(len(self.cycles) + 1))
        return [slice(int(low), int(high)) for low, high in pairwise(ends)]

    def valid_days(self, line: Any) -> Mask:  # noqa: ANN401 - a line of any kind
        """Return on which days a line is valid."""
        found = np.ones(self.table.month.size, dtype=np.bool_)
        if line.start:
            found[: max(day_number(line.start) - self.first_day, 0)] = False
        if line.end:
            found[max(day_number(line.end) - self.first_day, 0) :] = False
        return found

    def mask(self, line: Any, at: Ints | None = None) -> Mask:  # noqa: ANN401 - a line of any kind
        """Return in which intervals, of all or of those named, a line's validity and schedule hold."""
        day, minute = (self.day, self.minute) if at is None else (self.day[at], self.minute[at])
        valid = self.valid_days(line)
        if not line.when:
            return np.ones(day.size, dtype=np.bool_) if valid.all() else valid[day]
        found = np.zeros(day.size, dtype=np.bool_)
        for when in line.when:
            days = valid & days_mask(when, self.table)
            found |= days[day] & minutes_mask(when)[minute] if when.hours else days[day]
        return found

    def days_of(self, lines: Sequence[Any], cycle: Cycle) -> list[Mask]:
        """Return on which days of a bill each line of a family prices anything."""
        first = day_number(cycle.start) - self.first_day
        part = slice(first, first + cycle.days)
        whole = self.table
        table = DayTable(whole.month[part], whole.month_day[part], whole.weekday[part], whole.holiday[part])
        found, taken = [], np.zeros((cycle.days, DAY_MINUTES), dtype=np.bool_)
        for line in lines:
            valid = self.valid_days(line)[part]
            rows = [(valid & days_mask(when, table), minutes_mask(when)) for when in line.when]
            for days, minutes in rows:
                taken[days] |= minutes
            if not rows and not line.otherwise:
                taken[valid] = True
            found.append(np.logical_or.reduce([days for days, _ in rows]) if rows else valid)
        full = taken.all(axis=1)
        return [days & ~full if line.otherwise else days for line, days in zip(lines, found, strict=True)]


def lay(plan: Tariff, load: Load, cycles: Sequence[Cycle], zone: ZoneInfo, series: Mapping[str, PriceSeries]) -> Grid:
    """Lay a load on a plan's clock.

    Parameters
    ----------
    plan : Tariff
        For its windows, holidays and netting.
    load : Load
        Intervals outside the bills are left aside.
    cycles : sequence of Cycle
        The bills, in order, without overlap.
    zone : ZoneInfo
        The home's.
    series : mapping of str to PriceSeries
        Their boundaries cut intervals too.

    Returns
    -------
    Grid

    Raises
    ------
    BillError
        If there are no bills, or intervals begin between minutes.
    """
    if not cycles:
        raise BillError("no bill to make: the load is empty")
    if plan.export.scheme == "net_billing" and load.start_s.size:
        load = netted(load, plan.export.netting_minutes, zone)
    own_step_s = load.step_s
    if load.start_s.size:
        changes = {edge for line in plan.lines for edge in edges(getattr(line, "when", ()))}
        instants = [at for row in series.values() for at in boundaries(row)]
        load = split(load, common_step(load, zone, changes, instants))
    first, last = day_number(cycles[0].start), day_number(cycles[-1].end)
    local = local_seconds(load.start_s, zone)
    day = local // DAY_S - first
    of_day = np.full(last - first, -1, dtype=np.int64)
    for number, cycle in enumerate(cycles):
        begins = day_number(cycle.start) - first
        of_day[begins : begins + cycle.days] = number
    inside = (day >= 0) & (day < last - first)
    inside[inside] = of_day[day[inside]] >= 0
    if not inside.all():
        kw = None if load.kw is None else load.kw[inside]
        load = Load(load.start_s[inside], load.step_s, load.import_kwh[inside], load.export_kwh[inside], kw)
        local, day = local[inside], day[inside]
    table = day_table(first, last, plan.holidays)
    return Grid(load, day, local % DAY_S // 60, of_day[day], cycles, first, table, own_step_s)


def codes(lines: Sequence[Any], grid: Grid, *, name: str) -> Ints:
    """Return which of a family's lines prices each interval, −1 where a surcharge does not apply.

    Raises
    ------
    BillError
        If no line prices an interval: never a silent 0.
    """
    found = np.full(grid.day.size, -1, dtype=np.int64)
    for number, line in enumerate(lines):
        if not line.otherwise:
            found[grid.mask(line)] = number
    for number, line in enumerate(lines):
        if line.otherwise:
            found[(found < 0) & grid.mask(line)] = number
    if not lines[0].partial and (found < 0).any():
        day = day_of(grid.first_day + int(grid.day[found < 0][0]))
        raise BillError(f"{name!r} prices nothing on {day}; add the line that was valid then, with its from and to")
    return found


def sums(grid: Grid, codes_: Ints, count: int, weights: Floats) -> Floats:
    """Add up weights by bill and line.

    Returns
    -------
    array of float
        One row a bill, one column a line.
    """
    size = len(grid.cycles) * count
    priced = codes_ >= 0
    if priced.all():
        found = np.bincount(grid.cycle * count + codes_, weights=weights, minlength=size)
    else:
        found = np.bincount((grid.cycle * count + codes_)[priced], weights=weights[priced], minlength=size)
    rows: Floats = found.reshape(len(grid.cycles), count).astype(np.float64)
    return rows
