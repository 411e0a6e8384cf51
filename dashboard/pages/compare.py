"""The page `/compare`: whether it paid, how surely, why, and against what else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from dash import Dash, html
from dash.development.base_component import Component

from dashboard import compare_cards, compare_picker
from dashboard.cards import card, heading, refused
from dashboard.desk import Desk, wire
from dashboard.desk_view import View
from dashboard.figures_compare import names
from dashboard.shown import Shown, sentence
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
        state = card(compare_cards.state(base), say("Saved against another system"), at="compare-state")
        picked = [compare_picker.picker(view), state] if view.systems else [state]
        return [answer(view), *picked]
    foot = compare_cards.sensitivity(view)
    body = [
        html.Div(compare_cards.running(view), className="span-7"),
        html.Div(compare_cards.because(view), className="span-5"),
    ]
    made: list[Component] = [
        answer(view),
        compare_picker.picker(view),
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
    ends = {
        "low": Shown(formatting.whole_money(low, currency), "baseline.saving.p10"),
        "high": Shown(formatting.whole_money(high, currency), "baseline.saving.p90"),
    }
    mostly = say("({low} to {high}). Mostly {cause}.") if base.because else say("({low} to {high}).")
    rest = sentence(mostly, **ends, cause=names(base.because) if base.because else "")
    if low < 0 < high:
        return heading(say("Neither clearly cheaper nor dearer than {name}", name=name), rest)
    said = say("About {amount} saved against {name}") if middle >= 0 else say("About {amount} more than {name}")
    amount = Shown(formatting.whole_money(abs(middle), currency), "baseline.saving.p50")
    return heading(sentence(said, amount=amount, name=name), rest)


def cooled(view: View) -> html.Div:
    """Return the ledger of cooling, which is never added to that of heating."""
    seen, currency = view.summary.baseline.cooling, view.summary.bill.currency
    if seen is None or seen.saving.p50 is None:
        state = refused(view.summary.baseline.refused or say("nothing was cooled in this period"))
        return html.Div(
            [heading(say("What other cooling would have cost is not known.")), card(state, say("Cooling"))],
            className="stack",
        )
    at = "baseline.cooling.saving"
    middle, low, high = (
        Shown(formatting.whole_money(value, currency).lstrip("−" if name == "p50" else ""), f"{at}.{name}")
        for name, value in (("p50", seen.saving.p50), ("p10", seen.saving.p10), ("p90", seen.saving.p90))
    )
    more = Decimal(seen.saving.p50) < 0
    said = say("About {amount} more than {name}") if more else say("About {amount} saved against {name}")
    words = sentence(said, amount=middle, name=say(seen.name))
    rest = sentence(say("({low} to {high}) on cooling alone."), low=low, high=high)
    return html.Div(heading(words, rest), className="stack")


def register(app: Dash, desk: Desk) -> Callable[..., Component]:
    """Register the page's wiring; return its layout."""
    return wire(app, NAME, desk, render, eyebrow=marked("Compare"), works=True)
