"""The head of a statement: subject, span, total, and the sentences that answer what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from heatledger import formatting as fmt
from heatledger.billed import BillSummary
from heatledger.home import Home
from heatledger.retelling import retold
from heatledger.statement.tables import plain
from heatledger.summary import Summary
from heatledger.wording import say, say_many

MIDDLE: Final = 15
"""A bill is called by the month whose 15th it holds: every monthly cycle holds exactly one."""


@dataclass(frozen=True, slots=True)
class Headline:
    """The head of a statement; `name` is the month it is called by, or its first and last day."""

    subject: str
    name: str
    dates: str
    title: str
    total: str
    sentence: str
    known: bool


def headline(summary: Summary, home: Home, *, corrected: bool = False) -> Headline:
    """Return subject, span, total and sentence of a bill.

    Parameters
    ----------
    summary : Summary
        A billing cycle, or any other span.
    home : Home
        For its time zone.
    corrected : bool
        It corrects what was sent before.

    Returns
    -------
    Headline
        Printed strings.
    """
    first, last = days_of(summary, home)
    month = called_by(first, last)
    name = fmt.month(month, year=False) if month else f"{fmt.day(first)} – {fmt.day(last)}"
    total = fmt.money(summary.bill.total, summary.bill.currency)
    count = (last - first).days + 1
    return Headline(
        subject=_subject(summary, name, total, corrected=corrected),
        name=fmt.month(month) if month else name,
        dates=f"{fmt.day(first)} – {fmt.day(last, year=True)} · " + say_many("{n} day", "{n} days", count),
        title=_title(summary, name, corrected=corrected),
        total=total,
        sentence=_sentence(summary, home),
        known=summary.bill.total is not None,
    )


def called_by(first: date, last: date) -> date | None:
    """Return the first day of the month that a bill is called by; None where it holds no 15th, or several.

    Examples
    --------
    >>> called_by(date(2025, 12, 3), date(2026, 1, 2)), called_by(date(2026, 1, 31), date(2026, 2, 27))
    (datetime.date(2025, 12, 1), datetime.date(2026, 2, 1))
    >>> called_by(date(2026, 1, 1), date(2026, 3, 31)) is None
    True
    """
    months = {day.replace(day=1) for at in range((last - first).days + 1)
              if (day := first + timedelta(days=at)).day == MIDDLE}  # fmt: skip
    return months.pop() if len(months) == 1 else None


def days_of(summary: Summary, home: Home) -> tuple[date, date]:
    """Return the first and the last local day of a summary's span."""
    last = local(summary.period.end, home) - timedelta(microseconds=1)
    return local(summary.period.start, home).date(), last.date()


def local(time: datetime, home: Home) -> datetime:
    """Return a time as the home's clocks show it."""
    return time.astimezone(ZoneInfo(home.timezone))


def because(reason: str | None) -> str:
    """Return a reason as a sentence; one that is missing is said to be."""
    said = plain(retold(reason) if reason else say("the reason was not stated"))
    return f"{said[0].upper()}{said[1:].rstrip('.')}."


def is_equal(bill: BillSummary) -> bool:
    """Return whether the utility's bill was entered and is ours to the cent: only then may it be called the same."""
    return bill.total is not None and bill.utility is not None and Decimal(bill.utility.difference) == 0


def _subject(summary: Summary, name: str, total: str, *, corrected: bool) -> str:
    bill = summary.bill
    if bill.total is None:
        return say("{month}: bill not known", month=name)
    if summary.as_of < summary.period.end:
        return say("{month} so far: {total}", month=name, total=total)
    if corrected:
        return say("{month}, corrected: {total}", month=name, total=total)
    if is_equal(bill):
        return say("{month}: {total}, the same as the utility", month=name, total=total)
    return f"{name}: {total}"


def _title(summary: Summary, name: str, *, corrected: bool) -> str:
    if summary.as_of < summary.period.end:
        return say("Your {month} bill so far", month=name)
    return say("Your {month} bill, corrected", month=name) if corrected else say("Your {month} bill", month=name)


def _sentence(summary: Summary, home: Home) -> str:
    """Answer in a few short sentences what it cost, or why that is not known."""
    bill, used = summary.bill, fmt.energy(summary.electricity.kwh)
    if bill.total is None:
        return because(bill.reason) + " " + say("Electricity used: {energy}.", energy=used)
    return " ".join([*_utility(bill), *_before(bill), *_used(summary, home), *_heading(summary)])


def _utility(bill: BillSummary) -> list[str]:
    if bill.utility is None or bill.total is None:
        return []
    if is_equal(bill):
        return [say("The same to the cent as your utility’s bill.")]
    off = Decimal(bill.utility.difference)
    asked, apart = fmt.money(bill.utility.total, bill.currency), fmt.money(abs(off), bill.currency)
    if off < 0:
        return [say("Your utility asked for {total}, {difference} more.", total=asked, difference=apart)]
    return [say("Your utility asked for {total}, {difference} less.", total=asked, difference=apart)]


def _before(bill: BillSummary) -> list[str]:
    if bill.before is None or bill.before.difference is None:
        return []
    off = Decimal(bill.before.difference)
    apart = fmt.money(abs(off), bill.currency)
    if off == 0:
        return [say("As much as the bill before.")]
    more = say("{amount} more than the bill before.", amount=apart)
    return [more if off > 0 else say("{amount} less than the bill before.", amount=apart)]


def _used(summary: Summary, home: Home) -> list[str]:
    bill, end = summary.bill, min(summary.as_of, summary.period.end)
    last = local(end, home) - timedelta(microseconds=1)
    days = (last.date() - local(summary.period.start, home).date()).days + 1
    energy = fmt.energy(summary.electricity.kwh)
    if summary.electricity.kwh is None:
        said = say("How much electricity was used is not known.")
    elif end < summary.period.end or bill.total is None:
        said = say_many(
            "{energy} of electricity in {n} day.", "{energy} of electricity in {n} days.", days, energy=energy
        )
    else:
        said = say_many(
            "{energy} of electricity in {n} day, {amount} a day.",
            "{energy} of electricity in {n} days, {amount} a day.",
            days,
            energy=energy,
            amount=fmt.money(Decimal(bill.total) / days, bill.currency),
        )
    return [said, say("A part of it is estimated.")] if bill.estimated else [said]


def _heading(summary: Summary) -> list[str]:
    bill = summary.bill
    if summary.as_of >= summary.period.end or bill.projected.p10 is None or bill.projected.p90 is None:
        return []
    low, high = (fmt.whole_money(edge, bill.currency) for edge in (bill.projected.p10, bill.projected.p90))
    return [say("Heading for {low}–{high}.", low=low, high=high)]
