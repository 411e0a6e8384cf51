"""What every line is priced on: the plan, the load on its clock, the prices, and whether money is rounded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from heatledger.tariff.cycle import Cycle
from heatledger.tariff.grid import Grid
from heatledger.tariff.lines import rounded_by
from heatledger.tariff.series import PriceSeries

if TYPE_CHECKING:
    from heatledger.tariff.model import Line, Rounding, Tariff

_DAYS: dict[str, int] = {"year": 365, "months": 12}


class Terms(NamedTuple):
    """The matter of a bill.

    Attributes
    ----------
    plan, grid, series : Tariff, Grid, mapping
        The rate plan, the load laid on its clock, prices by name.
    digits : int or None
        Decimals of the currency; None: nothing is rounded.
    through : date or None
        Days from this one on have not begun: charges by time stop here.
    """

    plan: Tariff
    grid: Grid
    series: Mapping[str, PriceSeries]
    digits: int | None
    through: date | None = None

    def money(self, line: Line, amount: Decimal) -> Decimal:
        """Round an amount once, by its line's rule, else half up to the currency's coin."""
        return amount if self.digits is None else rounded_by(amount, line.rounding, digits=self.digits)

    def quantity(self, rule: Rounding, value: Decimal) -> Decimal:
        """Round a quantity before it is priced."""
        return value if self.digits is None or rule.each == "interval" else rounded_by(value, rule)

    def span(self, line: Line, cycle: Cycle) -> tuple[date, date]:
        """Return the part of a bill in which a line is valid; empty if its end is not after its start."""
        return max(cycle.start, line.start or cycle.start), min(cycle.end, line.end or cycle.end)


def periods(line: Any, cycle: Cycle, start: date, end: date) -> Decimal:  # noqa: ANN401 - a line by time
    """Return how many of a line's periods (days, bills, months, years) a span of a bill comes to.

    Examples
    --------
    >>> from heatledger.tariff.model import Fixed
    >>> charge = Fixed(label="Customer", rate="9.75", per="month", proration="average")
    >>> cycle = Cycle(date(2018, 12, 11), date(2019, 1, 9), 29)
    >>> round(periods(charge, cycle, cycle.start, cycle.end), 6)
    Decimal('0.953425')
    """
    days = max((end - start).days, 0)
    if line.per == "day":
        return Decimal(days)
    if line.per == "bill" or line.proration == "whole":
        part = Decimal(1) if days == cycle.whole_days else Decimal(days) / cycle.whole_days
        return part / _DAYS["months"] if line.per == "year" else part
    if line.proration == "average":
        return Decimal(days) * (_DAYS["months"] if line.per == "month" else 1) / _DAYS["year"]
    return _calendar_part(start, end, whole_year=line.per == "year")


def _calendar_part(start: date, end: date, *, whole_year: bool) -> Decimal:
    """Add up each day's part of its own month or year."""
    found, at = Decimal(0), start
    while at < end:
        following = date(at.year + 1, 1, 1) if whole_year or at.month == _DAYS["months"] else at.replace(
            month=at.month + 1, day=1
        )  # fmt: skip
        begins = at.replace(month=1, day=1) if whole_year else at.replace(day=1)
        found += Decimal((min(following, end) - at).days) / (following - begins).days
        at = following
    return found
