"""Both sides through one bill engine: the same hours and the same tariff, with other electricity for the same work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from heatledger.days import QUARTER_S
from heatledger.readings import Floats, Ints
from heatledger.running import Days, Plan, load_of_days
from heatledger.tariff.attribution import spread
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.lines import Row
from heatledger.tariff.load import Load
from heatledger.tariff.pricing import price_rows

_HOUR_S = 3600
_QUARTERS = _HOUR_S // QUARTER_S


class Work(NamedTuple):
    """One work's electricity, hour by hour, as it was measured.

    Attributes
    ----------
    start_s : array of int, shape (n,)
        Start of each hour. [s]
    kwh : array, shape (n,)
        What the home's own machines drew for it. [kWh]
    counts : array of bool, shape (n,)
        In which hours it may be replaced: of the span, and known.
    """

    start_s: Ints
    kwh: Floats
    counts: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


class Bills:
    """The bills that a span touches, priced again and again with other electricity for one work.

    Parameters
    ----------
    plan : Plan
        The rate plan and its prices.
    days : mapping of date to Day
        Every day of the bills, and of those before that have a say in them.
    cycles : sequence of Cycle
        Those before first.
    before : int
        How many of them only have a say.
    now : datetime
        Charges by time are counted up to the end of this local day.
    work : Work
        What is replaced.
    meters : sequence of str
        Behind which its machines are.
    """

    def __init__(
        self,
        plan: Plan,
        days: Days,
        cycles: Sequence[Cycle],
        before: int,
        now: datetime,
        work: Work,
        meters: Sequence[str],
    ) -> None:
        self._plan = plan
        self._through = now.astimezone(plan.zone).date() + timedelta(days=1)
        begun = [cycle for cycle in cycles if cycle.start < self._through]
        self._cycles, self._before = begun, before
        self._load, _ = load_of_days(days, begun[0].start, min(begun[-1].end, self._through), plan.zone)
        self._at = (work.start_s - int(self._load.start_s[0])) // QUARTER_S
        inside = (self._at >= 0) & (self._at + _QUARTERS <= self._load.start_s.size)
        self.work = work._replace(counts=work.counts & inside)
        self._shape = self._within(days, meters)

    @property
    def cycles(self) -> Sequence[Cycle]:
        """The bills that count, in order."""
        return self._cycles[self._before :]

    def cycle_of_hour(self) -> Ints:
        """Return which of `cycles` each hour belongs to, −1 for none, shape (n,)."""
        edges = [int(datetime.combine(c.start, datetime.min.time(), self._plan.zone).timestamp()) for c in self.cycles]
        found = np.searchsorted(edges, self.work.start_s, side="right") - 1
        return np.where(self.work.counts, found, -1).astype(np.int64)

    def totals(self, kwh: Floats) -> list[Decimal]:
        """Return each bill with a work's electricity replaced.

        Parameters
        ----------
        kwh : array, shape (n,)
            By hour; laid on its quarters as the home's own was. [kWh]

        Returns
        -------
        list of Decimal
            Totals as they would be printed. [currency]

        Raises
        ------
        BillError
            If the plan cannot price them.
        """
        priced = price_rows(
            self._plan.tariff,
            self._replaced(kwh),
            self._cycles,
            self._plan.zone,
            series=self._plan.series,
            through=self._through,
        )
        return [sum((row.amount for row in rows), Decimal(0)) for rows in priced.rows[self._before :]]

    def prices(self, kwh: Floats) -> Floats:
        """Return the mean price of each hour's energy, by which money is laid on hours. [currency/kWh]."""
        load = self._replaced(kwh)
        priced = price_rows(
            self._plan.tariff, load, self._cycles, self._plan.zone, series=self._plan.series, through=self._through
        )
        grid = priced.terms.grid
        money = np.concatenate([_by_use(spread(priced, number), rows) for number, rows in enumerate(priced.rows)])
        at = np.clip((grid.load.start_s - int(load.start_s[0])) // QUARTER_S, 0, load.start_s.size - 1)
        cost = np.bincount(at, weights=money, minlength=load.start_s.size).astype(np.float64)
        hourly = [self._by_hour(column) for column in (cost, load.import_kwh)]
        mean = hourly[0].sum() / max(hourly[1].sum(), 1e-9)
        found: Floats = np.divide(hourly[0], hourly[1], out=np.full(self._at.size, mean), where=hourly[1] > 1e-6)
        return found

    def metered(self, days: Days, meter: str) -> Floats:
        """Return what a meter counted in each hour of the work. [kWh]."""
        begins = int(self._load.start_s[0]) // QUARTER_S
        return self._by_hour(self._laid_out(days, [meter], begins))

    def _by_hour(self, column: Floats) -> Floats:
        found = np.zeros(self._at.size)
        inside = (self._at >= 0) & (self._at + _QUARTERS <= column.size)
        for quarter in range(_QUARTERS):
            found[inside] += column[self._at[inside] + quarter]
        return found

    def _within(self, days: Days, meters: Sequence[str]) -> Floats:
        """Return how the work's own electricity lay within its hours, shape (n, 4); evenly where there was none."""
        whole = self._laid_out(days, meters, int(self._load.start_s[0]) // QUARTER_S)
        laid = np.zeros((self._at.size, _QUARTERS))
        counts = self.work.counts
        for quarter in range(_QUARTERS):
            laid[counts, quarter] = np.maximum(whole[self._at[counts] + quarter], 0.0)
        total = laid.sum(axis=1, keepdims=True)
        found: Floats = np.divide(laid, total, out=np.full_like(laid, 1.0 / _QUARTERS), where=total > 0)
        return found

    def _laid_out(self, days: Days, meters: Sequence[str], begins: int) -> Floats:
        whole = np.zeros(self._load.start_s.size)
        for row in days.values():
            at = row.profile.start_s // QUARTER_S - begins
            for meter in meters:
                column = np.asarray(row.profile.meters.get(meter, ()))
                if at >= 0 and column.size and at + column.size <= whole.size:
                    whole[at : at + column.size] += column
        return whole

    def _replaced(self, kwh: Floats) -> Load:
        counts = self.work.counts
        more = (np.where(counts, kwh, 0.0) - np.where(counts, self.work.kwh, 0.0))[:, None] * self._shape
        added = np.zeros(self._load.start_s.size)
        for quarter in range(_QUARTERS):
            np.add.at(added, self._at[counts] + quarter, more[counts, quarter])
        both = np.minimum(self._load.import_kwh, self._load.export_kwh)
        net = self._load.import_kwh - self._load.export_kwh + added
        bought = np.where(added == 0.0, self._load.import_kwh, np.maximum(net, 0.0) + both)
        sold = np.where(added == 0.0, self._load.export_kwh, np.maximum(-net, 0.0) + both)
        return self._load._replace(import_kwh=bought, export_kwh=sold)


def _by_use(money: Floats, rows: Sequence[Row]) -> Floats:
    """Return the money of the lines by the kilowatt-hour, and of what is added to them in percent, by interval."""
    mine = [at for at, row in enumerate(rows) if row.line.kind in ("energy", "percent")]
    return np.asarray(money[mine].sum(axis=0), dtype=np.float64)
