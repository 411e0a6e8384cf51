"""Charts: the two templates, what all figures share, and the card around one with its sentence, table and files.

A figure is plain data for plotly, built from a Summary alone; what is hovered says a whole sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components import Children, aria, data, text
from dashboard.shown import children
from dashboard.tokens import Scheme, tokens
from heatledger import formatting
from heatledger.locales import locale_row
from heatledger.reader import reader
from heatledger.wording import say

Figure = dict[str, Any]
Axis = dict[str, Any]

FONT: Final = 'Inter, system-ui, "Segoe UI", Roboto, sans-serif'
_CONFIG: Final[Any] = {
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
}


class Chart(NamedTuple):
    """A figure and what it says without its picture.

    Attributes
    ----------
    name : str
        Its id, and the name of its files.
    figure : dict
        For plotly.
    says : str
        One sentence with its main figures.
    columns, rows : sequence
        The same as a table, as printed; a `Shown` opens its explanation, as a point does by its customdata.
    raw : sequence
        The same as numbers, for a file; by default what is printed.
    raw_columns : sequence
        What its columns are, with their units.
    """

    name: str
    figure: Figure
    says: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    raw: Sequence[Sequence[object]] = ()
    raw_columns: Sequence[str] = ()


@cache
def template(scheme: Scheme) -> Figure:
    """Return plotly's template ``heatledger_light``, ``_dark`` or ``_contrast``, from the stylesheet's tokens."""
    seen = tokens(scheme)
    axis = {
        "showline": False,
        "zeroline": False,
        "ticks": "",
        "fixedrange": True,
        "automargin": False,
        "tickfont": {"size": 13, "color": seen["ink3"]},
        "title": {"text": ""},
    }
    return {
        "layout": {
            "font": {"family": FONT, "size": 13, "color": seen["ink2"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "bargap": 0.28,
            "uirevision": "kept",
            "hoverlabel": {
                "bgcolor": seen["surface2"],
                "bordercolor": seen["line"],
                "align": "left",
                "font": {"family": FONT, "size": 14, "color": seen["ink"]},
            },
            "xaxis": {**axis, "showgrid": False, "ticklabelstandoff": 6},
            "yaxis": {**axis, "showgrid": True, "gridcolor": seen["line"], "nticks": 5, "rangemode": "tozero"},
        }
    }


def figure(
    scheme: Scheme, data: Sequence[Figure], *, height: int = 260, left: int = 44, right: int = 8, **layout: object
) -> Figure:  # plotly's own words
    """Return a figure of traces in a scheme's template, with fixed margins [px]."""
    margin = {"l": left, "r": right, "t": 14, "b": 30}
    return {
        "data": list(data),
        "layout": {
            "template": template(scheme),
            "height": height,
            "margin": margin,
            "separators": _separators(),
            **layout,
        },
    }


def _separators() -> str:
    row = locale_row(reader().language)
    return row.decimal + row.group


def hatch(colour: str, behind: str) -> Figure:
    """Return the pattern of what is estimated or not settled."""
    return {"shape": "/", "fillmode": "replace", "fgcolor": colour, "bgcolor": behind, "solidity": 0.5, "size": 6}


def days_axis(days: Sequence[date], today: date | None) -> Axis:
    """Return an axis of days: sparse labels, today in bold; a position each, from 0."""
    step = max(1, -(-len(days) // 9))
    marks = list(range(0, len(days), step))
    at = days.index(today) if today in days else None
    if at is not None:
        marks = [mark for mark in marks if abs(mark - at) >= step] + [at]
    ticks = [_day_tick(days, mark, first=mark == min(marks), today=mark == at) for mark in sorted(marks)]
    return {"tickmode": "array", "tickvals": sorted(marks), "ticktext": ticks, "range": [-0.6, len(days) - 0.4]}


def _day_tick(days: Sequence[date], at: int, *, first: bool, today: bool) -> str:
    if today:
        return "<b>" + say("today") + "</b>"
    return formatting.day(days[at]) if first or days[at].day == 1 or len(days) > 62 else str(days[at].day)


def every_day(first: date, last: date) -> list[date]:
    """Return the days from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def money_axis(currency: str) -> Axis:
    """Return an axis of money, from zero, its symbol where the currency has it."""
    symbol = formatting.whole_money(0, currency)
    before, _, after = symbol.partition("0")
    return {"tickprefix": before, "ticksuffix": after, "tickformat": ",~r", "rangemode": "tozero"}


def note(words: str, x: float, y: float, colour: str) -> Figure:
    """Return a label without an arrow."""
    return {"text": words, "x": x, "y": y, "showarrow": False, "font": {"color": colour, "size": 13}}


def keys(rows: Sequence[tuple[str, str]]) -> Children:
    """Return what the colours of a chart mean, for the head of its card: a class and a word each."""
    return [html.Span([html.Span(className=f"key {kind}"), word], className="key-of") for kind, word in rows]


def draw(chart: Chart) -> html.Figure:
    """Return a chart with its sentence, and what shows it as a table or makes a file of it."""
    at = f"chart-{chart.name}"
    kept = {"columns": list(chart.raw_columns or chart.columns), "rows": [list(row) for row in chart.raw or chart.rows]}
    picture_of = {**chart.figure, "layout": {**chart.figure["layout"], "meta": kept}}
    tools = [
        html.Button(
            say("Table"), type="button", className="tool as-table", **aria(expanded="false", controls=f"{at}-table")
        ),
        html.Button("PNG", type="button", className="tool as-png", title=say("Save the picture")),
        html.Button("CSV", type="button", className="tool as-csv", title=say("Save the figures")),
    ]
    picture = html.Div(
        dcc.Graph(figure=picture_of, config=_CONFIG, id=at, style={"height": f"{chart.figure['layout']['height']}px"}),
        role="img",
        className="picture",
        style={"minHeight": f"{chart.figure['layout']['height']}px"},
        **aria(label=chart.says),
    )
    foot = html.Figcaption([text(chart.says, "says"), html.Span(tools, className="tools")])
    return html.Figure([picture, _table(f"{at}-table", chart), foot], className="chart", **data(name=chart.name))


def _table(at: str, chart: Chart) -> html.Div:
    head: list[Component] = [html.Th(name, scope="col") for name in chart.columns]
    rows = [
        html.Tr([html.Th(children(row[0]), scope="row"), *(html.Td(children(cell)) for cell in row[1:])])
        for row in chart.rows
    ]
    table = html.Table(
        [html.Caption(chart.says, className="hidden"), html.Thead(html.Tr(head)), html.Tbody(rows)], className="figures"
    )
    return html.Div(
        table, id=at, className="as-rows", tabIndex="0", role="region", **aria(label=say("The chart as a table"))
    )
