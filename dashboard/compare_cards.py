"""The cards of `/compare`: what was assumed, every other system on one axis, and how far the COP moves the saving."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from dash import dcc, html

from dashboard.cards import GOOD, State, card, refused
from dashboard.components import Children, aria, icon, text
from dashboard.desk_view import View
from dashboard.figures import draw
from dashboard.figures_compare import running_cost, waterfall
from dashboard.question import address
from dashboard.shown import Shown, joined, opens, sentence
from heatledger import formatting
from heatledger.baseline.compared import BaselineSummary, Other
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.wording import say

DAYS_NEEDED: Final = 14
"""Days of heating that a comparison is learnt from. [d]"""
_FUELS: Final = {"gas": marked("gas"), "oil": marked("oil"), "propane": marked("propane")}


def state(base: BaselineSummary) -> State:
    """Return how the comparison stands: there, too soon, or refused."""
    if base.refused is None:
        return GOOD
    if base.days is not None and base.days < DAYS_NEEDED:
        days = Shown(formatting.number(base.days, 0), "baseline.days")
        says = sentence(say("Day {day} of {days}"), day=days, days=str(DAYS_NEEDED))
        return State(
            "too soon",
            says,
            _sentence(retold(base.refused)) + " " + say("Fewer days would be a guess."),
            progress=base.days / DAYS_NEEDED,
        )
    return refused(base.refused)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def name_of(base: BaselineSummary) -> str:
    """Return what the compared system is called in a sentence."""
    names = (say(other.name) for other in base.alternatives if other.system == base.system)
    return next(names, base.system or say("another system"))


def capital(words: str) -> str:
    """Return words as they begin a line."""
    return words[:1].upper() + words[1:]


def running(view: View) -> html.Section:
    """Return the running cost beside the other system's."""
    base, currency = view.summary.baseline, view.summary.bill.currency
    title = say("Running cost of heating")
    chart = running_cost(base, name_of(base), currency, view.scheme) if base.refused is None else None
    if chart is None:
        return card(
            state(base)
            if base.refused
            else State("empty", say("No whole day yet"), say("It begins with the first one.")),
            title,
        )
    return card(GOOD, title, draw(chart), aside=[text(say("band: P10–P90"))], at="compare-running")


def because(view: View) -> html.Section:
    """Return why the other system would cost what it would."""
    base, currency = view.summary.baseline, view.summary.bill.currency
    more = base.saving.p50 is None or Decimal(base.saving.p50) >= 0
    title = say("Why it would cost more") if more else say("Why it would cost less")
    chart = waterfall(base, name_of(base), currency, view.scheme) if base.refused is None else None
    if chart is None:
        return card(
            state(base) if base.refused else refused(say("the causes are not told apart in this period")), title
        )
    return card(GOOD, title, draw(chart), at="compare-because")


class _Scale(NamedTuple):
    low: float
    high: float

    def at(self, value: str | None) -> float:
        """Return where an amount lies on the axis [%]."""
        return (float(value or 0) - self.low) / (self.high - self.low) * 100


def alternatives(view: View) -> html.Section:
    """Return the saving against every other system, as a dot and a range on one axis with its zero."""
    base = view.summary.baseline
    title = say("Saved, against each alternative")
    known = [other for other in base.alternatives if other.saving.p10 is not None and other.saving.p90 is not None]
    if not base.alternatives:
        return card(
            state(base) if base.refused else refused(say("no other system is named")), title, at="compare-others"
        )
    ends = [float(value or 0) for other in known for value in (other.saving.p10, other.saving.p90)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    scale = _Scale(low - (high - low) * 0.04, high + (high - low) * 0.04) if high > low else _Scale(-1.0, 1.0)
    cheapest = sorted(range(len(base.alternatives)), key=lambda at: _cost(base.alternatives[at]))
    rows = [_other(view, at, scale) for at in cheapest]
    head = html.Tr([html.Th(word, scope="col") for word in (say("System"), say("Range"), say("Saved"), say("Odds"))])
    table = html.Table(
        [html.Caption(title, className="hidden"), html.Thead(head, className="hidden"), html.Tbody(rows)],
        className="ledger others",
    )
    aside: Children = [text(say("cheapest first; P10 · P50 · P90; grey: could be either way"))]
    return card(GOOD, title, table, aside=aside, at="compare-others")


def _cost(other: Other) -> tuple[bool, Decimal]:
    """Return how the systems are sorted: by what they would cost, those without a figure last."""
    return other.saving.p50 is None, Decimal(other.saving.p50 or 0)


def _other(view: View, number: int, scale: _Scale) -> html.Tr:
    base, currency = view.summary.baseline, view.summary.bill.currency
    other, at = base.alternatives[number], f"baseline.alternatives.{number}"
    said = capital(say(other.name))
    here = other.system == base.system
    name = html.B(said) if here else dcc.Link(said, href=address(view.question, against=other.system, ducts=None))
    label = html.Th([name], scope="row")
    if other.fuel is not None:
        price = Shown(f"{formatting.money(other.fuel.price, currency)}/{other.fuel.unit}", f"{at}.fuel.price")
        label.children = [name, text(joined(f" {say(_FUELS.get(other.fuel.fuel, other.fuel.fuel))}", price), "set-to")]
    low, middle, high = other.saving.p10, other.saving.p50, other.saving.p90
    if low is None or middle is None or high is None:
        return html.Tr([label, html.Td(retold(other.refused) or formatting.not_known(), colSpan=3, className="quiet")])
    crosses = Decimal(low) < 0 < Decimal(high)
    line = html.Div(
        [
            html.Span(className="zero", style={"left": f"{scale.at('0'):.2f}%"}),
            html.Span(
                className="range-bar",
                style={"left": f"{scale.at(low):.2f}%", "width": f"{scale.at(high) - scale.at(low):.2f}%"},
            ),
            html.Span(className="range-dot", style={"left": f"{scale.at(middle):.2f}%"}),
        ],
        className="range-axis either" if crosses else "range-axis",
        **aria(hidden="true"),
    )
    ends = [formatting.whole_money(value, currency) for value in (low, middle, high)]
    three: Children = [text(ends[0]), html.B(ends[1]), text(ends[2])]
    figures = opens(f"{at}.saving.p50", "", "three fig", children=three)
    odds = opens(f"{at}.chance", _odds(other.chance)) if other.chance is not None else ""
    return html.Tr([label, html.Td(line, className="axis-cell"), html.Td(figures), html.Td(odds, className="odds")])


def _odds(chance: float) -> str:
    """Print how likely it is that anything is saved: 9 in 10."""
    return say("{tenths} in 10", tenths=formatting.number(round(chance * 10), 0))


def sensitivity(view: View) -> html.P | None:
    """Return what an error of the COP would change."""
    base, currency = view.summary.baseline, view.summary.bill.currency
    if base.cop_error is None:
        return None
    moved = Shown(formatting.whole_money(base.cop_error.saving.lstrip("-"), currency), "baseline.cop_error.saving")
    said = say("A COP error of 10% moves this saving by {moved}, because the comparison delivers the same heat.")
    return html.P([icon("info"), text(sentence(said, moved=moved))], className="aside-line")
