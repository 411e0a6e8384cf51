"""The drawer that any figure opens: what it is, by which equation, from what, how surely, by which rate plan."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.components import Children, text
from dashboard.desk_view import View
from dashboard.shown import opens
from heatledger import formatting
from heatledger.explain import Explained, explain, is_number, row_of
from heatledger.retelling import retold
from heatledger.wording import say

TITLE: Final = "explanation-title"
"""The id of the drawer's heading."""


def drawer(view: View, place: str) -> list[Component]:
    """Return the explanation of a figure; of one that is no longer there, that."""
    try:
        found = explain(view.summary, place, view.now)
    except KeyError:
        return [
            html.H2(say("This figure is not in the books any more."), id=TITLE),
            html.P(say("They were made anew since the page was drawn.")),
        ]
    currency = view.summary.bill.currency
    said = formatting.not_known() if found.value is None else _printed(found.value, found.unit, currency)
    body: list[Component] = [html.H2(retold(found.what), id=TITLE), html.P(said, className="number")]
    if found.reason:
        body.append(html.P(retold(found.reason)))
    equation: Children = [retold(found.equation)]
    if found.worked:
        equation += [html.Br(), text(found.worked, "worked")]
    body.append(html.P(equation, className="equation"))
    if found.inputs:
        rows = [_input(name, value, currency) for name, value in found.inputs.items()]
        body.append(html.Table([html.Caption(say("From"), className="caption"), html.Tbody(rows)], className="figures"))
    return [*body, html.Dl(_trust(found, currency)), html.P(found.name, className="mono faint")]


def _trust(found: Explained, currency: str) -> list[Component]:
    plan = ", ".join(found.tariff)
    rung = say("rung {letter}, {method}", letter=found.rung, method=retold(found.method)) if found.rung else ""
    live = found.name.startswith("now.")
    rows = (
        (say("Interval"), _interval(found, currency)),
        (say("Heard"), "" if live else formatting.coverage(found.coverage)),
        (say("COP by"), rung),
        (say("Boundary"), found.boundary or ""),
        (say("Rate plan"), plan),
        (say("Written in"), found.source or ""),
    )
    return [part for name, value in rows if value for part in (html.Dt(name), html.Dd(value))]


def _interval(found: Explained, currency: str) -> str:
    if found.low is None or found.high is None:
        return ""
    ends = (_printed(end, found.unit, currency) for end in (found.low, found.high))
    return f"{' – '.join(ends)} ({found.interval})"


def _input(place: str, value: str | float | bool | None, currency: str) -> html.Tr:
    row = row_of(place)
    what = retold(row.what) if row else place
    unit = row.unit.replace("currency", currency) if row else ""
    shown = formatting.not_known() if value is None else _printed(value, unit, currency)
    figure = opens(place, shown) if row and is_number(value) else shown
    return html.Tr(
        [html.Th([place.rpartition(".")[2].replace("_", " "), text(what, "line-note")], scope="row"), html.Td(figure)]
    )


def _printed(value: str | float | bool, unit: str, currency: str) -> str:
    """Print a figure in its unit, as the pages do; a truth as a word."""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    try:
        number = float(value)
    except ValueError:
        return str(value)
    if unit == currency:  # a rate keeps every digit it was stated with
        return formatting.full_rate(str(value), currency)
    if unit == f"{currency}/h":
        return f"{formatting.money_per_hour(str(value), currency)}/h"
    if unit == "°C":
        return formatting.temperature(number)
    if unit == "kWh":
        return formatting.energy(number, line=True)
    if unit == "W":
        return formatting.power(number)
    digits = 0 if number == round(number) else 4 if abs(number) < 1 else 2
    return f"{formatting.number(number, digits)} {unit}".strip()
