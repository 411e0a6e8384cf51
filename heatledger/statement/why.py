"""Why the bill is not what an earlier one was: cause by cause, in whole units that add up to the whole difference."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from heatledger import formatting as fmt
from heatledger.billed import CAUSES, Before, BillSummary, Cause
from heatledger.rounding import rounded
from heatledger.statement.headline import because, called_by
from heatledger.statement.tables import column
from heatledger.wording import say, say_many


@dataclass(frozen=True, slots=True)
class Why:
    """A comparison with an earlier bill: its heading, what was then, its causes, and what they come to together."""

    title: str
    sentence: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    together: str = ""


def whys(bill: BillSummary) -> list[Why]:
    """Return the comparisons with the bill before and with that of a year before, where there is anything to say.

    Parameters
    ----------
    bill : BillSummary
        Of a cycle.

    Returns
    -------
    list of Why
        The causes are modelled, so they are in whole units; they add up to the printed difference.
    """
    return [_why(bill, was) for was in (bill.before, bill.year_before) if was is not None and _says(was)]


def _says(was: Before) -> bool:
    return was.difference is not None or was.reason is not None


def _why(bill: BillSummary, was: Before) -> Why:
    last = was.end - timedelta(days=1)
    month = called_by(was.start, last)
    name = fmt.month(month) if month else f"{fmt.day(was.start)} – {fmt.day(last, year=True)}"
    if was.difference is None:
        return Why(say("Against {month}", month=name), because(was.reason))
    off = Decimal(was.difference)
    whole = fmt.whole_money(abs(off), bill.currency)
    if rounded(off, 0) == 0:
        title = say("As much as {month}", month=name)
    elif off > 0:
        title = say("Why it is {amount} more than {month}", amount=whole, month=name)
    else:
        title = say("Why it is {amount} less than {month}", amount=whole, month=name)
    rows = _rows(was, bill.currency)
    return Why(title, " ".join(_sentences(bill, was)), rows, _signed(off, bill.currency))


def _rows(was: Before, currency: str) -> list[tuple[str, str]]:
    """Return the causes; one that cannot be told apart is part of another, and says so below."""
    known = [cause for cause in was.because if cause.amount is not None]
    amounts, rest = column([cause.amount for cause in known], was.difference, 0)
    rows = [(_name(cause), _signed(Decimal(amount), currency)) for cause, amount in zip(known, amounts, strict=True)]
    return rows if rest is None else [*rows, (say("Everything else"), _signed(Decimal(rest), currency))]


def _name(cause: Cause) -> str:
    return say(CAUSES[cause.cause]) if cause.cause in CAUSES else cause.cause


def _signed(amount: Decimal, currency: str) -> str:
    return ("+" if rounded(amount, 0) > 0 else "") + fmt.whole_money(amount, currency)


def _sentences(bill: BillSummary, was: Before) -> list[str]:
    then, now = fmt.money(was.compared, bill.currency), fmt.money(was.now, bill.currency)
    said = [say_many("{then} then, after {n} day; {now} now.", "{then} then, after {n} days; {now} now.", was.days,
                     then=then, now=now)]  # fmt: skip
    weather = next((cause for cause in was.because if cause.cause == "weather"), None)
    if weather is not None and weather.amount is not None and was.compared is not None:
        normal = fmt.whole_money(Decimal(was.compared) + Decimal(weather.amount), bill.currency)
        said.append(say("With this bill’s weather that would have been about {amount}.", amount=normal))
    elif weather is not None:
        said.append(say("The part of the weather is not known: {reason}", reason=because(weather.reason)))
    return said
