"""The page `/bill`: how much so far, where it ends, whether the budget holds, and why it is not the last one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from dash import Dash, html
from dash.development.base_component import Component

from dashboard import bill_cards, bill_notes, use_cards
from dashboard.cards import GOOD, State, card, heading, refused
from dashboard.components import Children, text
from dashboard.desk import Desk, wire
from dashboard.desk_view import View
from dashboard.figures import draw, keys
from dashboard.figures_daily import daily_cost, price_ramp
from dashboard.figures_total import running_total
from dashboard.queries import local_now
from dashboard.shown import Shown, sentence
from heatledger import formatting
from heatledger.billed import BillSummary, Outlook
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.wording import say, say_many

NAME: Final = "bill"
PATH: Final = "/bill"
TITLE: Final = marked("heatledger · bill")


def render(view: View) -> list[Component]:
    """Return the page below its first line; pure."""
    left = [bill_cards.lines(view), bill_cards.who(view), bill_cards.why(view), bill_notes.notes(view)]
    right = [each_day(view), running(view)]
    return [
        answer(view),
        html.Div(
            [
                html.Div([one for one in left if one is not None], className="stack span-5"),
                html.Div(right, className="stack span-7"),
            ],
            className="columns",
        ),
        html.Div(
            [
                html.Div(use_cards.when_used(view, _today(view)), className="span-7"),
                html.Div(use_cards.how_much(view), className="span-5"),
            ],
            className="columns even",
        ),
    ]


def answer(view: View) -> html.H1:
    """Return how much it is, where it ends, and the chance that the budget holds."""
    bill = view.summary.bill
    if bill.total is None:
        return heading(say("The bill is not known."), _sentence(retold(bill.reason)))
    total = Shown(formatting.money(bill.total, bill.currency), "bill.total")
    if not view.question.running:
        return heading(sentence("{total}.", total=total), _against_last(bill))
    if view.question.name == "day":
        return heading(sentence(say("{total} today."), total=total))
    seen = bill.projected
    if seen.p50 is None:
        return heading(sentence(say("{total} so far."), total=total), _later(bill.outlook))
    end = Shown(formatting.whole_money(seen.p50, bill.currency), "bill.projected.p50")
    return heading(sentence(say("{total} so far, heading for {end}."), total=total, end=end), _budget(bill))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _later(outlook: Outlook | None) -> str:
    if outlook is None:
        return ""
    if outlook.known_from:
        return say("Where it ends is known from {day}.", day=formatting.day(outlook.known_from))
    return say("Where it ends is not known: {reason}.", reason=retold(outlook.reason)) if outlook.reason else ""


def _budget(bill: BillSummary) -> str:
    chance = bill.outlook.chance if bill.outlook else None
    if bill.budget is None or chance is None:
        seen = bill.projected
        low = Shown(formatting.whole_money(seen.p10, bill.currency), "bill.projected.p10")
        high = Shown(formatting.whole_money(seen.p90, bill.currency), "bill.projected.p90")
        return sentence(say("8 chances in 10 that it ends between {low} and {high}."), low=low, high=high)
    budget = Shown(formatting.whole_money(bill.budget, bill.currency), "bill.budget")
    if chance > 0.97:
        return sentence(say("It stays under the budget of {budget}."), budget=budget)
    if chance < 0.03:
        return sentence(say("It goes over the budget of {budget}."), budget=budget)
    tenths = round(chance * 10) or 1
    said = say_many(
        "{n} chance in 10 to stay under {budget}.",
        "{n} chances in 10 to stay under {budget}.",
        tenths,
        n="{n}",
        budget="{budget}",
    )
    return sentence(said, n=Shown(formatting.number(tenths, 0), "bill.outlook.chance"), budget=budget)


def _against_last(bill: BillSummary) -> str:
    was = bill.before
    if was is None or was.difference is None:
        return ""
    amount = Shown(formatting.money(was.difference.lstrip("-"), bill.currency), "bill.before.difference")
    if was.difference.startswith("-"):
        return sentence(say("{amount} less than the bill before."), amount=amount)
    return sentence(say("{amount} more than the bill before."), amount=amount)


def each_day(view: View) -> html.Section:
    """Return the cost of each day, stacked by price period."""
    bill = view.summary.bill
    chart = daily_cost(bill, view.scheme, last=view.question.last, today=_today(view))
    title = say("Cost of each day") if len(bill.by_day) <= 92 else say("Cost of each month")
    if chart is None:
        return card(refused(bill.reason), title, at="bill-days")
    ramp = price_ramp(bill)
    shown = [(token, label) for label, token in sorted(ramp.items(), key=lambda item: item[1], reverse=True)]
    guessed = [("hatched", say("estimated"))] if any(float(day.estimated) > 0 for day in bill.by_day) else []
    return card(GOOD, title, draw(chart), aside=keys([*shown, *guessed, ("fixed", say("fixed"))]), at="bill-days")


def running(view: View) -> html.Section:
    """Return the running total, and where it is heading."""
    bill = view.summary.bill
    chart = running_total(bill, view.scheme, last=view.question.last, today=_today(view))
    ahead = bill.outlook
    title = say("Running total and forecast") if ahead and ahead.by_day else say("Running total")
    if chart is None:
        return card(refused(bill.reason), title, at="bill-running")
    state = GOOD
    if ahead and ahead.projected.p50 is None:
        known = (
            say("The forecast comes on {day}", day=formatting.day(ahead.known_from))
            if ahead.known_from
            else say("No forecast")
        )
        state = State("partial", known, retold(ahead.reason))
    aside: Children | None = [text(say("band: 8 in 10 outcomes"))] if ahead and ahead.by_day else None
    return card(state, title, draw(chart), aside=aside, at="bill-running")


def _today(view: View) -> date | None:
    return local_now(view.home, int(view.at.timestamp() * 1e6)).date() if view.question.running else None


def register(app: Dash, desk: Desk) -> Callable[..., Component]:
    """Register the page's wiring; return its layout."""
    return wire(app, NAME, desk, render, eyebrow=marked("Bill"))
