"""Draws small charts, and a figure's place against its expected range, as SVG: the same on paper and on the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from heatledger.commissioning.chart import Chart
from heatledger.commissioning.finding import Finding

Height = Callable[[float], float]
Layer = Literal["rule", "band", "beside", "line"]
LAYERS: Final[tuple[Layer, ...]] = ("rule", "band", "beside", "line")
"""From the ground up: the axis, what is expected, a second line, what was measured."""
CHART: Final = (240.0, 56.0)
STRIP: Final = (150.0, 16.0)
"""Width and height of either drawing. [px]"""
_EDGE: Final = 3.0
_OVERHANG: Final = 0.35
_FAR: Final = 1.5
"""A band that lies further off than this many ranges of the values is left out of their chart. [1]"""


class Span(NamedTuple):
    """Ends of a scale, and of what is expected on it."""

    left: float
    right: float
    low: float
    high: float


def chart_svg(chart: Chart, inks: Mapping[Layer, str], *, low: float | None = None, high: float | None = None) -> str:
    """Draw a chart.

    Parameters
    ----------
    chart : Chart
        What is drawn.
    inks : mapping of str to str
        A colour for each layer that is drawn.
    low, high : float or None
        What is expected, in the chart's unit.

    Returns
    -------
    str
        An SVG of `CHART` size, without a word in it: what it shows is said beside it.
    """
    wide, tall = CHART
    bottom, top = _scale(chart, low, high)

    def y(value: float) -> float:
        return tall - _EDGE - (value - bottom) / (top - bottom) * (tall - 2 * _EDGE)

    x = _places(chart, wide)
    ends = [bottom if low is None else max(low, bottom), top if high is None else min(high, top)]
    banded = (low is not None or high is not None) and ends[0] < ends[1]
    base = y(0.0) if bottom < 0.0 < top else tall - _EDGE + 1
    parts: dict[Layer, str] = {
        "rule": f'<path d="M0 {base:.1f}H{wide:g}{_marks(chart, x, tall)}" stroke-width="1"/>',
        "band": _rect(0, y(ends[1]), wide, y(ends[0]) - y(ends[1]), 0.35) if banded else "",
        "beside": f'<path d="{_line(x, chart.beside, y)}" stroke-width="1.2" stroke-dasharray="4 3"/>',
        "line": _dots(x, chart.values, y) if chart.at else _stroke(_line(x, chart.values, y)),
    }
    return _svg(CHART, parts, inks)


def strip_svg(span: Span, value: float, inks: Mapping[Layer, str]) -> str:
    """Draw where a figure lies: a scale, the band that is expected, and a mark.

    Parameters
    ----------
    span : Span
        As `placed` returns it.
    value : float
        The figure.
    inks : mapping of str to str
        A colour for each layer that is drawn.
    """
    wide, tall = STRIP

    def x(at: float) -> float:
        return min(max((at - span.left) / (span.right - span.left), 0.0), 1.0) * (wide - 4) + 2

    middle = tall / 2
    parts: dict[Layer, str] = {
        "rule": f'<path d="M0 {middle:g}H{wide:g}" stroke-width="1.5"/>',
        "band": _rect(x(span.low), middle - 3, max(x(span.high) - x(span.low), 2.0), 6, 0.6, round_px=3),
        "beside": "",
        "line": _rect(x(value) - 2, 1, 4, tall - 2, 1.0, round_px=2),
    }
    return _svg(STRIP, parts, inks)


def placed(finding: Finding) -> Span | None:
    """Return the scale of a finding's figure; a band with one end is drawn to the scale's; None without both."""
    value, low, high = finding.value, finding.low, finding.high
    if value is None or (low is None and high is None):
        return None
    known = [edge for edge in (low, high, value) if edge is not None]
    reach = max(max(known) - min(known), abs(max(known, key=abs)) * 0.1, 1e-9) * _OVERHANG
    left, right = min(known) - reach, max(known) + reach
    return Span(left, right, left if low is None else low, right if high is None else high)


def reach(chart: Chart) -> tuple[float, float]:
    """Return the least and the most of what a chart measured."""
    known = [value for value in chart.values if value is not None]
    return min(known), max(known)


def _scale(chart: Chart, low: float | None, high: float | None) -> tuple[float, float]:
    """Return the ends of the upright scale: of what is drawn, and of what is expected where that is near."""
    drawn = [value for value in (*chart.values, *chart.beside) if value is not None]
    least, most = min(drawn), max(drawn)
    if chart.unit in ("W", "L/min"):
        least, most = min(least, 0.0), max(most, 0.0)
    wide = max(most - least, abs(most) * 0.02, 1e-6)
    near = [edge for edge in (low, high) if edge is not None and least - _FAR * wide <= edge <= most + _FAR * wide]
    bottom, top = min([least, *near]), max([most, *near])
    return (bottom, top) if top - bottom >= wide else (bottom - wide / 2, top + wide / 2)


def _places(chart: Chart, wide: float) -> list[float]:
    along = chart.at or range(len(chart.values))
    least, most = min(along), max(along)
    return [_EDGE + (wide - 2 * _EDGE) * (at - least) / max(most - least, 1e-9) for at in along]


def _marks(chart: Chart, x: Sequence[float], tall: float) -> str:
    """Return an upright stroke where something began."""
    if not chart.marks_s or not chart.step_s or len(x) < 2:
        return ""
    each = (x[-1] - x[0]) / (len(x) - 1) / chart.step_s
    return "".join(f"M{x[0] + at * each:.1f} 0V{tall:g}" for at in chart.marks_s)


def _stroke(path: str) -> str:
    return f'<path d="{path}" stroke-width="1.6"/>'


def _line(x: Sequence[float], values: Sequence[float | None], y: Height) -> str:
    made, pen = list[str](), "M"
    for at, value in zip(x, values, strict=False):
        if value is None or not math.isfinite(value):
            pen = "M"
            continue
        made.append(f"{pen}{at:.1f} {y(value):.1f}")
        pen = "L"
    return "".join(made)


def _dots(x: Sequence[float], values: Sequence[float | None], y: Height) -> str:
    rows = [(at, y(value)) for at, value in zip(x, values, strict=True) if value is not None]
    ink = 'r="1.6" fill="currentColor" stroke="none"'
    return "".join(f'<circle cx="{at:.1f}" cy="{up:.1f}" {ink}/>' for at, up in rows)


def _rect(x: float, y: float, wide: float, tall: float, shade: float, *, round_px: float = 0.0) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="{round_px:g}" '
        f'fill="currentColor" stroke="none" opacity="{shade:g}"/>'
    )


def _svg(size: tuple[float, float], parts: Mapping[Layer, str], inks: Mapping[Layer, str]) -> str:
    wide, tall = size
    layers = "".join(
        f'<g fill="none" stroke="{inks[name]}" stroke-linejoin="round">{part}</g>'.replace("currentColor", inks[name])
        for name in LAYERS
        if name in inks and (part := parts[name]) and 'd=""' not in part
    )
    frame = f'viewBox="0 0 {wide:g} {tall:g}" width="{wide:g}" height="{tall:g}" preserveAspectRatio="none"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>{layers}</svg>'
