"""Drawings of a record on paper: a figure against what is expected of it, and small charts, each with its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from heatledger.commissioning.chart import Chart
from heatledger.commissioning.drawing import Layer, chart_svg, placed, strip_svg
from heatledger.commissioning.finding import Finding, Result
from heatledger.home import Home
from heatledger.statement.record_words import captioned, expected

_PLAIN: Final[dict[Layer, str]] = {"rule": "#C9C4BA", "band": "#5A646E", "beside": "#8A939B", "line": "#14181D"}
_LOUD: Final[dict[Layer, str]] = {**_PLAIN, "line": "#9C0F65"}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing and what it shows, in words."""

    svg: str
    said: str


def place(one: Finding, home: Home) -> Drawing | None:
    """Return where a finding's figure lies against what is expected; None without both."""
    span = placed(one)
    if span is None or one.value is None:
        return None
    return Drawing(strip_svg(span, one.value, _inks(one.result)), expected(one, home))


def evidence(one: Finding, home: Home) -> Drawing | None:
    """Return a finding's chart, what is expected marked in it; None where it has none."""
    if one.chart is None:
        return None
    same = one.chart.unit == one.unit
    drawn = chart_svg(one.chart, _inks(one.result), low=one.low if same else None, high=one.high if same else None)
    return Drawing(drawn, captioned(one.chart, home))


def course(chart: Chart, home: Home) -> Drawing:
    """Return a chart that stands by itself."""
    return Drawing(chart_svg(chart, _PLAIN), captioned(chart, home))


def _inks(result: Result) -> dict[Layer, str]:
    return _LOUD if result in ("fail", "warn") else _PLAIN
