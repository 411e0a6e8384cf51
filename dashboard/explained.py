"""The drawer that any figure opens: what it is, by which equation, from what, how surely, by which rate plan."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components import text
from dashboard.desk_view import View
from heatledger import formatting
from heatledger.explain import Explained, explain, row_of
from heatledger.retelling import retold
from heatledger.wording import say


def drawer(view: View, place: str) -> list[Component]:
    """Return the explanation of a figure; of one that is no longer there, that."""
    try:
        found = explain(view.summary, place)
    except KeyError:
        return [
            html.H2(say("This figure is not in the books any more.")),
            html.P(say("They were made anew since the page was drawn.")),
        ]
    currency = view.summary.bill.currency
    said = formatting.not_known() if found.value is None else _printed(found.value, found.unit, currency)
    body: list[Component] = [html.H2(retold(found.what)), html.P(said, className="number")]
    if found.reason:
        body.append(html.P(retold(found.reason)))
    body.append(html.P(retold(found.equation), className="equation"))
    if found.inputs:
        rows = [_input(name, value, currency) for name, value in found.inputs.items()]
        body.append(html.Table([html.Caption(say("From"), className="caption"), html.Tbody(rows)], className="figures"))
    return [*body, html.Dl(_trust(found)), html.P(found.name, className="mono faint")]


def _trust(found: Explained) -> list[Component]:
    plan = ", ".join(found.tariff)
    rung = say("rung {letter}, {method}", letter=found.rung, method=retold(found.method)) if found.rung else ""
    rows = (
        (say("Heard"), formatting.coverage(found.coverage)),
        (say("COP by"), rung),
        (say("Boundary"), found.boundary or ""),
        (say("Rate plan"), plan),
    )
    return [part for name, value in rows if value for part in (html.Dt(name), html.Dd(value))]


def _input(place: str, value: str | float | bool | None, currency: str) -> html.Tr:
    row = row_of(place)
    what = retold(row.what) if row else place
    unit = (currency if row.unit == "currency" else row.unit) if row else ""
    shown = formatting.not_known() if value is None else _printed(value, unit, currency)
    return html.Tr(
        [html.Th([place.rpartition(".")[2].replace("_", " "), text(what, "line-note")], scope="row"), html.Td(shown)]
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
    if unit == "kWh":
        return formatting.energy(number, line=True)
    if unit == "W":
        return formatting.power(number)
    digits = 0 if number == round(number) else 4 if abs(number) < 1 else 2
    return f"{formatting.number(number, digits)} {unit}".strip()
