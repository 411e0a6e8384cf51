"""The cards of `/compare`: what was assumed, every other system on one axis, and how far the COP moves the saving."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from dash import html

from dashboard.cards import GOOD, State, card, refused
from dashboard.components import Children, aria, icon, text
from dashboard.desk_view import View
from dashboard.figures import draw
from dashboard.figures_compare import running_cost, waterfall
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
        says = say("Day {day} of {days}", day=formatting.number(base.days, 0), days=DAYS_NEEDED)
        return State(
            "too soon",
            says,
            f"{_sentence(retold(base.refused))} {say('Fewer days would be a guess.')}",
            progress=base.days / DAYS_NEEDED,
        )
    return refused(base.refused)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def name_of(base: BaselineSummary) -> str:
    """Return what the compared system is called in a sentence."""
    names = (say(other.name) for other in base.alternatives if other.system == base.system)
    return next(names, base.system or say("another system"))


def assumed(view: View) -> html.Div:
    """Return what was taken for granted, a chip each, with the key of the home file that says otherwise."""
    base = view.summary.baseline
    chips = [
        html.Li(
            [text(f"{retold(one.label)}: ", "chip-label"), retold(one.value), text(f"  {one.key}", "chip-key")],
            title=say("Change it with {key} in the home file", key=one.key),
        )
        for one in base.assumptions
    ]
    name = html.B(name_of(base), className="compared-with")
    return html.Div(
        [name, html.Ul(chips, className="assumptions", **aria(label=say("What was assumed")))], className="assumed"
    )


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
    base, currency = view.summary.baseline, view.summary.bill.currency
    title = say("Saved, against each alternative")
    known = [other for other in base.alternatives if other.saving.p10 is not None and other.saving.p90 is not None]
    if not base.alternatives:
        return card(
            state(base) if base.refused else refused(say("no other system is named")), title, at="compare-others"
        )
    ends = [float(value or 0) for other in known for value in (other.saving.p10, other.saving.p90)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    scale = _Scale(low - (high - low) * 0.04, high + (high - low) * 0.04) if high > low else _Scale(-1.0, 1.0)
    rows = [_other(other, base, scale, currency) for other in base.alternatives]
    table = html.Table([html.Caption(title, className="hidden"), html.Tbody(rows)], className="ledger others")
    aside: Children = [text(say("P10 · P50 · P90; grey: could be either way"))]
    return card(GOOD, title, table, aside=aside, at="compare-others")


def _other(other: Other, base: BaselineSummary, scale: _Scale, currency: str) -> html.Tr:
    label = html.Th(html.B(say(other.name)) if other.system == base.system else say(other.name), scope="row")
    if other.fuel is not None:
        fuel, price = say(_FUELS.get(other.fuel.fuel, other.fuel.fuel)), formatting.money(other.fuel.price, currency)
        label.children = [label.children, text(f" {fuel} {price}/{other.fuel.unit}", "set-to")]
    low, middle, high = other.saving.p10, other.saving.p50, other.saving.p90
    if low is None or middle is None or high is None:
        return html.Tr([label, html.Td(retold(other.refused) or formatting.not_known(), colSpan=2, className="quiet")])
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
    figures = html.Span([text(ends[0]), html.B(ends[1]), text(ends[2])], className="three fig")
    return html.Tr([label, html.Td(line, className="axis-cell"), html.Td(figures)])


def sensitivity(view: View) -> html.P | None:
    """Return what an error of the COP would change."""
    base, currency = view.summary.baseline, view.summary.bill.currency
    if base.cop_error is None:
        return None
    moved = formatting.whole_money(base.cop_error.saving.lstrip("-"), currency)
    return html.P(
        [
            icon("info"),
            say(
                "A COP error of 10% moves this saving by {moved}, because the comparison delivers the same heat.",
                moved=moved,
            ),
        ],
        className="aside-line",
    )
