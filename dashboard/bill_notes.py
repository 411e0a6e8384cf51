"""The notes of the page `/bill`: silences, the utility's own figure, what was closed again, what is carried on."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from dashboard.cards import GOOD, card
from dashboard.components import icon
from dashboard.desk_view import View
from dashboard.shown import Shown, children, joined, sentence
from heatledger import formatting
from heatledger.billed import BillSummary
from heatledger.formatting import difference, money
from heatledger.retelling import retold
from heatledger.wording import say


def notes(view: View) -> html.Section | None:
    """Return what else is to be known of the bill: silences, the utility's figure, what was closed again."""
    bill, rows = view.summary.bill, list[Component]()
    if bill.total is not None and bill.notes and not Decimal(bill.estimated_amount or 0):
        rows.append(_note("hatch", say("Nothing is estimated in money."), doubts(bill.notes)))
    rows += _utility(bill)
    for number, version in enumerate(bill.versions[1:], 1):
        moved = Shown(difference(version.difference or "0", bill.currency), f"bill.versions.{number}.difference")
        when = formatting.day(version.closed_at.date())
        again = sentence(say("Recalculated {when}, {moved}."), when=when, moved=moved)
        rows.append(_note("clock", again, retold(version.reason)))
    if bill.carried:
        rows += [_note("info", what, "") for what in _carried(bill)]
    granted = bill.outlook.notes if bill.outlook else []
    rows += [_note("info", say("The forecast takes for granted:"), retold(note)) for note in granted]
    return card(GOOD, say("Notes"), *rows, at="bill-notes") if rows else None


def doubts(said: Iterable[str]) -> str:
    """Return what is in doubt of a bill, in the reader's language."""
    return "; ".join(map(retold, said))


def _utility(bill: BillSummary) -> list[Component]:
    """Return the utility's figure beside ours, of this bill or else of the one before."""
    was = bill.before
    for at, label, ours, theirs in (
        ("bill", say("This bill"), bill.total, bill.utility),
        ("bill.before", say("Last bill"), was.total if was else None, was.utility if was else None),
    ):
        if theirs is not None:
            here = Shown(money(ours, bill.currency), f"{at}.total")
            there = Shown(money(theirs.total, bill.currency), f"{at}.utility.total")
            off = Shown(difference(theirs.difference, bill.currency), f"{at}.utility.difference")
            both = sentence(say("{label}: {here} here, {there} at the utility."), label=label, here=here, there=there)
            differs = sentence(say("Difference {difference}."), difference=off)
            return [_note("receipt", both, joined(differs, retold(theirs.likely)))]
    return []


def _carried(bill: BillSummary) -> list[str]:
    kept, found = bill.carried, list[str]()
    if kept is None:
        return found
    for name, kwh in (kept.kwh or {}).items():
        if Decimal(kwh):
            fed_in = Shown(formatting.energy(kwh, line=True), f"bill.carried.kwh.{name}")
            found.append(sentence(say("{kwh} of {name} fed in are carried to the next bill."), kwh=fed_in, name=name))
    if kept.money and Decimal(kept.money):
        credit = Shown(money(kept.money, bill.currency), "bill.carried.money")
        found.append(sentence(say("{money} of credit are carried to the next bill."), money=credit))
    if kept.budget_balance and Decimal(kept.budget_balance):
        owed = Decimal(kept.budget_balance) > 0
        said = say("Budget billing is {amount} behind.") if owed else say("Budget billing is {amount} ahead.")
        balance = money(abs(Decimal(kept.budget_balance)), bill.currency)
        found.append(sentence(said, amount=Shown(balance, "bill.carried.budget_balance")))
    return found


def _note(sign: str, strong: str, rest: str) -> html.P:
    return html.P([icon(sign), html.Span([html.B(children(strong)), " ", *children(rest)])], className="doubt")
