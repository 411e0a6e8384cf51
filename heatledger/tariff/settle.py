"""The end of a bill: credit brought forward and carried on, true-up, and what budget billing asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from heatledger.marks import marked, worded
from heatledger.tariff.cycle import Cycle
from heatledger.tariff.lines import Carry, Row, plain, rounded_by
from heatledger.tariff.model import Adjustment, Credit
from heatledger.tariff.terms import Terms

SETTLED: Final = (marked("True-up of energy left over"),)
"""Labels of rows that settle what other bills left over, and are no price of this one's energy."""


def settle(
    terms: Terms,
    bill: int,
    rows: Sequence[Row],
    before: Carry,
    bank: dict[str, Decimal],
    peaks: dict[str, list[tuple[int, Decimal]]],
) -> tuple[list[Row], Carry]:
    """Bring credit forward, carry on what is left, true up, and keep the budget's account.

    Parameters
    ----------
    terms, bill : Terms, int
        The matter, and which of the cycles.
    rows : sequence of Row
        Every line of the plan.
    before : Carry
        What the bill before handed on.
    bank, peaks : dict
        Kilowatt-hours left over and peaks, this bill included. [kWh] [kW]

    Returns
    -------
    tuple
        All rows, and what this bill hands on.
    """
    cycle, export = terms.grid.cycles[bill], terms.plan.export
    is_last = export.true_up_month == (cycle.end - timedelta(days=1)).month
    found = list(rows)
    if is_last and any(bank.values()):
        found += _paid_for(terms, cycle, bank)
        bank = {}
    money = Decimal(0)
    if export.rollover == "money":
        extra, money = _carried(terms, cycle, found, before.bank_money, is_last=is_last)
        found += extra
    total = rounded_by(sum((row.amount for row in found), Decimal(0)), None, digits=terms.digits)
    paid, balance = _budgeted(terms, cycle, total, before.budget_balance)
    return found, Carry(peaks=peaks, bank_kwh=bank, bank_money=money, budget_balance=balance, paid=paid)


def _paid_for(terms: Terms, cycle: Cycle, bank: dict[str, Decimal]) -> list[Row]:
    """Pay for the kilowatt-hours left over at true-up, or say that they are lost."""
    by_family: dict[str, Decimal] = defaultdict(Decimal)
    for name, kwh in bank.items():
        by_family[name.partition("/")[0]] += kwh
    left, rate = max(by_family.values()), Decimal(terms.plan.export.true_up_rate or 0)
    line = Credit(label=SETTLED[0], rate=plain(rate))
    amount = terms.money(line, -left * rate)
    note = "" if terms.plan.export.true_up_rate else worded("lost: the plan pays nothing for it")
    return [Row(line, line.label, left, "kWh", rate, amount, cycle.start, cycle.end, note)]


def _carried(
    terms: Terms, cycle: Cycle, rows: Sequence[Row], brought: Decimal, *, is_last: bool
) -> tuple[list[Row], Decimal]:
    export = terms.plan.export
    due = sum((row.amount for row in rows), Decimal(0))
    energy = sum((row.amount for row in rows if row.line.kind in ("energy", "credit")), Decimal(0))
    least = Decimal(0) if export.offsets == "bill" else due - energy
    found = [_moved(cycle, worded("Credit brought forward"), -brought)] if brought else []
    left = max(least - (due - brought), Decimal(0))
    if left and is_last and export.pay_out:
        return found, Decimal(0)
    if left:
        found.append(
            _moved(cycle, worded("Credit lost at true-up") if is_last else worded("Credit carried forward"), left)
        )
    return found, Decimal(0) if is_last else left


def _moved(cycle: Cycle, label: str, amount: Decimal) -> Row:
    line = Adjustment(label=label, rate=plain(amount), on=cycle.start)
    return Row(line, label, Decimal(1), "bill", amount, amount, cycle.start, cycle.end)


def _budgeted(terms: Terms, cycle: Cycle, total: Decimal, balance: Decimal) -> tuple[Decimal | None, Decimal]:
    """Return the payment of budget billing and the balance after it; no payment without it."""
    budget = terms.plan.budget
    if budget is None:
        return None, Decimal(0)
    owed = balance + total
    if budget.settle_month == (cycle.end - timedelta(days=1)).month:
        return owed, Decimal(0)
    paid = rounded_by(Decimal(budget.monthly) * cycle.days / cycle.whole_days, None, digits=terms.digits)
    return paid, owed - paid
