"""The bill of a period as values: what page, e-mail, API and CLI show of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import msgspec

from heatledger.by_day import DayCost
from heatledger.marks import marked
from heatledger.tariff.lines import BillLine
from heatledger.tariff.marginal import Marginal


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Quantiles(_Value, frozen=True):
    """P10, P50 and P90, as decimal strings; None where not known."""

    p10: str | None = None
    p50: str | None = None
    p90: str | None = None


class DayOutlook(_Value, frozen=True):
    """The running total that is expected at the end of a local day. [currency]."""

    day: date
    p10: str
    p50: str
    p90: str


class Outlook(_Value, frozen=True):
    """Where a cycle is heading, of 200 draws.

    Attributes
    ----------
    projected : Quantiles
        Its total at the end. [currency]
    chance : float or None
        That the budget holds; None without a budget. [1]
    reason, known_from : str or None, date or None
        Why it is not known, and the day it will be.
    by_day : list of DayOutlook
        The running total at the end of today and of every day ahead; the last is `projected`.
    next_hour : Quantiles
        What the next hour's energy will cost, at the price of the next kilowatt-hours. [currency]
    notes : list of str
        What the projection takes for granted.
    """

    projected: Quantiles = Quantiles()
    chance: float | None = None
    reason: str | None = None
    known_from: date | None = None
    by_day: list[DayOutlook] = []
    next_hour: Quantiles = Quantiles()
    notes: list[str] = []


class Closed(_Value, frozen=True):
    """The bill as it was closed: its newest version, and why that was made."""

    version: int
    closed_at: datetime
    total: str | None
    reason: str


class Version(_Value, frozen=True):
    """One version of a closed bill; difference is to the version before, None of the first. [currency]."""

    version: int
    closed_at: datetime
    total: str | None
    difference: str | None
    reason: str


class LineDifference(msgspec.Struct, frozen=True):
    """One line of both bills; None where one has it not. Difference is ours less theirs. [currency]."""

    label: str
    ours: str | None
    theirs: str | None
    difference: str
    likely: str


class Reconciled(_Value, frozen=True):
    """The utility's bill of the cycle beside ours: difference is ours less theirs; lines where theirs were entered."""

    total: str
    difference: str
    likely: str
    lines: list[LineDifference] = []


class Carried(_Value, frozen=True):
    """What a bill so far hands to the next; None where the plan keeps no such balance.

    Attributes
    ----------
    kwh : dict or None
        Energy fed in that is left over, by group of lines. [kWh]
    money : str or None
        Credit that is left over. [currency]
    budget_balance : str or None
        What budget billing is behind: above zero it is owed, below zero paid ahead. [currency]
    """

    kwh: dict[str, str] | None = None
    money: str | None = None
    budget_balance: str | None = None


class Period(_Value, frozen=True):
    """A half-open span, aware, in the home's own time."""

    start: datetime
    end: datetime


CAUSES: Final = {
    "weather": marked("The weather"),
    "use": marked("How it was used"),
    "days": marked("The number of days"),
    "price": marked("The price"),
    "other": marked("Amounts of one bill only"),
}
"""What the causes of a difference between two bills are called."""


class Cause(_Value, frozen=True):
    """What a part of a difference comes from; the amount is None, with the reason, where it cannot be told apart.

    `cause` is ``weather``, ``use`` (whatever else moved the energy), ``days``, ``price`` (rates, seasons and series),
    or ``other`` (amounts brought forward and one-off amounts). [currency]
    """

    cause: str
    amount: str | None
    reason: str | None = None


class Before(_Value, frozen=True):
    """The bill before this one, and why this one differs from it.

    Attributes
    ----------
    start, end : date
        The whole cycle before, half-open.
    total : str or None
        Its bill. [currency]
    days : int
        How many of its days are compared: as many as this one has whole days so far. [d]
    compared, now : str or None
        What the bill before had come to after those days, and what this one has after its own. [currency]
    difference : str or None
        `now` less `compared`; Σ amount of `because` = difference. [currency]
    because : list of Cause
        In the order in which one bill is turned into the other.
    reason : str or None
        Why there is no comparison.
    utility : Reconciled or None
        What the utility asked for the bill before.
    """

    start: date
    end: date
    total: str | None = None
    days: int = 0
    compared: str | None = None
    now: str | None = None
    difference: str | None = None
    because: list[Cause] = []
    reason: str | None = None
    utility: Reconciled | None = None


class BillSummary(_Value, frozen=True):
    """The bill of the period; Σ amount of the lines = total.

    Attributes
    ----------
    currency, total, lines : str, str or None, list of BillLine
        As printed.
    estimated, estimated_amount, notes : bool, str or None, list of str
        Whether a part is estimated, how much of the total that is, and what is.
    projected, outlook : Quantiles, Outlook or None
        Where the cycle ends; of other periods and of cycles that are over not known.
    budget : str or None
        For a cycle. [currency]
    price : Marginal or None
        What one more kilowatt-hour costs now and in the hours ahead, of the running cycle.
    closed, utility : Closed or None, Reconciled or None
        The closed bill of a cycle, and what the utility asked.
    versions : list of Version
        Of a cycle: every version of its closed bill, oldest first; more than one where it was recalculated.
    by_day : list of DayCost
        Of any period: what each of its days costs by price period, with the running total; Σ cost = total.
    before, year_before : Before or None
        Of a cycle: the bill before it, and, of one that is over, that of a year before; why this one differs.
    payable : str or None
        Of a cycle under budget billing: the payment that is asked for; without it None, the total is to be paid.
    carried : Carried or None
        Of a cycle: what it hands to the next; None where the plan keeps no balance.
    reason : str or None
        Why there is no bill.
    """

    currency: str
    total: str | None
    lines: list[BillLine]
    estimated: bool
    projected: Quantiles
    reason: str | None
    estimated_amount: str | None = None
    notes: list[str] = []
    outlook: Outlook | None = None
    budget: str | None = None
    price: Marginal | None = None
    closed: Closed | None = None
    utility: Reconciled | None = None
    versions: list[Version] = []
    by_day: list[DayCost] = []
    before: Before | None = None
    year_before: Before | None = None
    payable: str | None = None
    carried: Carried | None = None
