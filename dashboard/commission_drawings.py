"""The drawings of commissioning on the page: the paper's own, each layer in a colour of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from dashboard.components import aria
from heatledger.commissioning.chart import Chart
from heatledger.commissioning.drawing import LAYERS, Layer, chart_svg, placed, strip_svg
from heatledger.commissioning.finding import Finding
from heatledger.home import Home
from heatledger.statement.record_words import captioned, expected


def place(one: Finding, home: Home) -> Component:
    """Return where a figure lies against what is expected of it, a strip with a band and a mark; empty without both."""
    span, value = placed(one), one.value
    if span is None or value is None:
        return html.Span()
    return _drawing("placed", expected(one, home), lambda inks: strip_svg(span, value, inks))


def chart(one: Finding, home: Home) -> Component | None:
    """Return a finding's chart with its caption; None where it has none."""
    if one.chart is None:
        return None
    same = one.chart.unit == one.unit
    return course(one.chart, home, low=one.low if same else None, high=one.high if same else None)


def course(drawn: Chart, home: Home, *, low: float | None = None, high: float | None = None) -> html.Figure:
    """Return a chart with its caption, what is expected marked in it."""
    said = captioned(drawn, home)
    made = _drawing("course", said, lambda inks: chart_svg(drawn, inks, low=low, high=high))
    return html.Figure([made, html.Figcaption(said)])


def _drawing(kind: str, label: str, draw: Callable[[Mapping[Layer, str]], str]) -> html.Div:
    """Lay a drawing's layers over each other, each the mask of a colour that the page's own scheme gives it."""
    layers = [(name, draw({name: "#000"})) for name in LAYERS]
    made = [_layer(name, svg) for name, svg in layers if "<g" in svg]
    return html.Div(made, className=kind, role="img", **aria(label=label))


def _layer(name: Layer, svg: str) -> html.Span:
    mask = f'url("data:image/svg+xml,{quote(svg)}")'
    return html.Span(className=f"layer of-{name}", style={"maskImage": mask, "WebkitMaskImage": mask})
