"""The page `/compare`: whether it paid, how surely, why, and against what else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from dash import Dash, html
from dash.development.base_component import Component

from dashboard import compare_cards
from dashboard.cards import card, heading, refused
from dashboard.desk import Desk, wire
from dashboard.desk_view import View
from dashboard.figures_compare import names
from heatledger import formatting
from heatledger.baseline.compared import BaselineSummary
from heatledger.marks import marked
from heatledger.wording import say

NAME: Final = "compare"
PATH: Final = "/compare"
TITLE: Final = marked("heatledger · compare")


def render(view: View) -> list[Component]:
    """Return the page below its first line; pure."""
    if view.question.work == "cooling":
        return [cooled(view)]
    base = view.summary.baseline
    if base.refused is not None:
        return [answer(view), card(compare_cards.state(base), say("Saved against another system"), at="compare-state")]
    foot = compare_cards.sensitivity(view)
    body = [
        html.Div(compare_cards.running(view), className="span-7"),
        html.Div(compare_cards.because(view), className="span-5"),
    ]
    made: list[Component] = [
        answer(view),
        compare_cards.assumed(view),
        html.Div(body, className="columns even"),
        compare_cards.alternatives(view),
    ]
    return [*made, foot] if foot else made


def answer(view: View) -> html.H1:
    """Return what was saved, with its range and what it mostly comes from."""
    base, currency = view.summary.baseline, view.summary.bill.currency
    if base.refused is not None:
        return heading(say("What another system would have cost is not known."))
    return saved(base, currency, compare_cards.name_of(base))


def saved(base: BaselineSummary, currency: str, name: str) -> html.H1:
    """Say a saving: about $31 saved, $12 more, or either way."""
    low, middle, high = (Decimal(value or 0) for value in (base.saving.p10, base.saving.p50, base.saving.p90))
    ends = {"low": formatting.whole_money(low, currency), "high": formatting.whole_money(high, currency)}
    mostly = say("({low} to {high}). Mostly {cause}.", **ends, cause=names(base.because)) if base.because else ""
    rest = mostly or say("({low} to {high}).", **ends)
    if low < 0 < high:
        return heading(say("Neither clearly cheaper nor dearer than {name}", name=name), rest)
    amount = formatting.whole_money(abs(middle), currency)
    return heading(
        say("About {amount} saved against {name}", amount=amount, name=name)
        if middle >= 0
        else say("About {amount} more than {name}", amount=amount, name=name),
        rest,
    )


def cooled(view: View) -> html.Div:
    """Return the ledger of cooling, which is never added to that of heating."""
    seen, currency = view.summary.baseline.cooling, view.summary.bill.currency
    if seen is None or seen.saving.p50 is None:
        state = refused(view.summary.baseline.refused or say("nothing was cooled in this period"))
        return html.Div(
            [heading(say("What other cooling would have cost is not known.")), card(state, say("Cooling"))],
            className="stack",
        )
    middle, low, high = (
        formatting.whole_money(value, currency) for value in (seen.saving.p50, seen.saving.p10, seen.saving.p90)
    )
    more = say("About {amount} more than {name}") if Decimal(seen.saving.p50) < 0 else ""
    words = (more or say("About {amount} saved against {name}")).format(amount=middle.lstrip("−"), name=say(seen.name))
    return html.Div(heading(words, say("({low} to {high}) on cooling alone.", low=low, high=high)), className="stack")


def register(app: Dash, desk: Desk) -> Callable[..., Component]:
    """Register the page's wiring; return its layout."""
    return wire(app, NAME, desk, render, eyebrow=marked("Compare"), works=True)
