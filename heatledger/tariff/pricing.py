"""`price(plan, load, cycles, …) → bills`: every line of the plan on every bill, each rounded once by its rule.

What is rounded, and when: sums of energy (and of energy × price of a series) are added up as binary floats and rounded
to 1e-9, which frees them of the noise of binary addition; from there on all is decimal. With `rounding`, a line's
quantity is rounded by its `quantity` rule, thresholds by their `threshold` rule, and its amount once by its `rounding`
rule, else half up to the currency's coin; percentages, minimums and the total are made of those amounts. Without
`rounding` nothing else is rounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from heatledger.formatting import money_digits
from heatledger.tariff.charges import adjustment_rows, fixed_rows, minimum_rows, percent_rows
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.demand import Windows, demand_rows, windows
from heatledger.tariff.energy_lines import Family, families, family_rows
from heatledger.tariff.grid import lay
from heatledger.tariff.lines import Bill, Carry, Row, plain, printed, rounded_by
from heatledger.tariff.load import Load
from heatledger.tariff.model import Adjustment, Demand, Fixed, Minimum, Percent, Tariff
from heatledger.tariff.series import PriceSeries
from heatledger.tariff.settle import settle
from heatledger.tariff.terms import Terms

if TYPE_CHECKING:
    from heatledger.tariff.model import Line


class Priced(NamedTuple):
    """Bills before they are printed, with the matter they were made from.

    Attributes
    ----------
    terms : Terms
        The plan, the load on its clock, prices.
    families : list of Family
        Energy and credit lines with what they priced where.
    windows : dict
        Demand windows, by width in minutes.
    rows : list of list of Row
        Of each bill, in the plan's order.
    carries : list of Carry
        What each bill hands to the next.
    """

    terms: Terms
    families: list[Family]
    windows: dict[int | None, Windows]
    rows: list[list[Row]]
    carries: list[Carry]


def price(
    plan: Tariff,
    load: Load,
    cycles: Sequence[Cycle],
    zone: ZoneInfo,
    *,
    rounding: bool = True,
    series: Mapping[str, PriceSeries] | None = None,
    carry: Carry | None = None,
    through: date | None = None,
    tariff_id: str = "",
) -> list[Bill]:
    """Price a load under a plan.

    Parameters
    ----------
    plan : Tariff
        The rate plan.
    load : Load
        Energy through the utility's meter. [kWh]
    cycles : sequence of Cycle
        The bills to make, in order; energy outside them is left aside.
    zone : ZoneInfo
        The plan's clock.
    rounding : bool
        Whether anything is rounded; see the head of this module.
    series : mapping of str to PriceSeries, optional
        Prices by the name of their series.
    carry : Carry, optional
        What the bill before the first handed on.
    through : date, optional
        Charges by time stop before this day: the running bill.
    tariff_id : str
        Printed on each line.

    Returns
    -------
    list of Bill
        One a cycle.

    Raises
    ------
    BillError
        If the plan cannot price the load: one line with the mend.
    """
    priced = price_rows(plan, load, cycles, zone, rounding=rounding, series=series, carry=carry, through=through)
    return bills_of(priced, tariff_id=tariff_id)


def price_rows(
    plan: Tariff,
    load: Load,
    cycles: Sequence[Cycle],
    zone: ZoneInfo,
    *,
    rounding: bool = True,
    series: Mapping[str, PriceSeries] | None = None,
    carry: Carry | None = None,
    through: date | None = None,
) -> Priced:
    """As `price`, with all that attribution needs."""
    prices = dict(series or {})
    digits = money_digits(plan.currency) if rounding else None
    terms = Terms(plan, lay(plan, load, cycles, zone, prices), prices, digits, through)
    found = [*families(terms, "energy"), *families(terms, "credit")]
    widths = {line.window_minutes for line in plan.lines if isinstance(line, Demand)}
    priced = Priced(terms, found, {width: windows(terms, width) for width in widths}, [], [])
    before = carry or Carry()
    for bill in range(len(cycles)):
        rows, before = _bill_rows(priced, bill, before)
        priced.rows.append(rows)
        priced.carries.append(before)
    return priced


def _bill_rows(priced: Priced, bill: int, before: Carry) -> tuple[list[Row], Carry]:
    terms, bank = priced.terms, dict(before.bank_kwh)
    peaks = {label: list(kept) for label, kept in before.peaks.items()}
    made: dict[int, list[Row]] = {}
    for family in priced.families:
        for row in family_rows(terms, family, bill, bank):
            made.setdefault(id(row.line), []).append(row)
    rows: list[Row] = []
    for line in terms.plan.lines:
        rows.extend(made[id(line)] if id(line) in made else _other_rows(priced, line, bill, rows, peaks))
    return settle(terms, bill, rows, before, bank, peaks)


def _other_rows(
    priced: Priced, line: Line, bill: int, above: Sequence[Row], peaks: dict[str, list[tuple[int, Decimal]]]
) -> list[Row]:
    terms = priced.terms
    match line:
        case Fixed():
            return fixed_rows(terms, line, bill)
        case Demand():
            return demand_rows(terms, line, priced.windows[line.window_minutes], bill, peaks)
        case Minimum():
            return minimum_rows(terms, line, bill, above)
        case Percent():
            return percent_rows(terms, line, bill, above)
        case Adjustment():
            return adjustment_rows(terms, line, bill)
    return []


def bills_of(priced: Priced, *, tariff_id: str = "") -> list[Bill]:
    """Print priced rows as bills."""
    terms, found = priced.terms, []
    for cycle, rows, carry in zip(terms.grid.cycles, priced.rows, priced.carries, strict=True):
        total = rounded_by(sum((row.amount for row in rows), Decimal(0)), None, digits=terms.digits)
        budget = terms.plan.budget
        found.append(
            Bill(
                start=cycle.start,
                end=cycle.end,
                days=cycle.days,
                lines=[printed(row, tariff_id, terms.plan.lines) for row in rows],
                total=plain(total),
                payable=plain(carry.paid if budget and carry.paid is not None else total),
                estimated=any(row.estimated for row in rows),
                carry=carry,
            )
        )
    return found
