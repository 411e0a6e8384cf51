"""The chart of the COP against the outdoor temperature, with its intervals and what is normal for the weather."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dashboard.figures import Chart, Figure, figure
from dashboard.shown import Shown, sentence
from dashboard.tokens import Scheme, faded, tokens
from heatledger import formatting
from heatledger.heat_pumps import Bin, Seasonal
from heatledger.home import Home
from heatledger.marks import marked
from heatledger.reader import temperature_unit
from heatledger.wording import say

_LEAST_DOT, _MOST_DOT = 9.0, 24.0
_MADE: Final = {"heating": "heat", "cooling": "cooling", "dhw": "hot water"}
_SAYS: Final = {
    "heating": marked("Between {worst} one unit of electricity made {least} of heat, between {best} {most}."),
    "cooling": marked("Between {worst} one unit of electricity took away {least} of heat, between {best} {most}."),
    "dhw": marked("Between {worst} one unit of electricity made {least} of hot water, between {best} {most}."),
}
_DOT: Final = {
    "heating": marked(
        "Between {span} outdoors one unit of electricity<br>made {cop} of heat ({low}–{high}), from {kwh}."
    ),
    "cooling": marked(
        "Between {span} outdoors one unit of electricity<br>took away {cop} of heat ({low}–{high}), from {kwh}."
    ),
    "dhw": marked(
        "Between {span} outdoors one unit of electricity<br>made {cop} of hot water ({low}–{high}), from {kwh}."
    ),
}


def cop_by_outdoor(
    home: Home, seen: Seasonal, scheme: Scheme, *, at: str, now_c: float | None = None, height: int = 360
) -> Chart | None:
    """Return the COP by bin of the outdoor temperature; None where no bin has one.

    Parameters
    ----------
    home : Home
        For the unit of temperature.
    seen : Seasonal
        One kind of work of one heat pump.
    scheme : str
        dark or light.
    at : str
        Where in the Summary the work stands.
    now_c : float, optional
        The outdoor temperature of this moment. [°C]
    """
    bins = [one for one in seen.bins if one.cop is not None and one.from_c is not None]
    if not bins:
        return None
    colours, work = tokens(scheme), seen.cop.work
    places = [f"{at}.bins.{seen.bins.index(one)}" for one in bins]
    colour = colours["cool-fill" if work == "cooling" else "heat-fill"]
    dots = _dots(home, bins, work, colour, colours["ink"]) | {"customdata": [f"{place}.cop" for place in places]}
    data = [*_band(home, seen.bins, colours["grey"]), dots]
    low, high = (shown(home, value) for value in (min(b.from_c or 0.0 for b in bins), max(b.to_c or 0.0 for b in bins)))
    top = max([one.high or 0.0 for one in bins] + [one.expected.high for one in bins if one.expected]) * 1.05
    lines, notes = _now(home, now_c, (low, high), top, colours["ink"])
    drawn = figure(
        scheme,
        data,
        height=height,
        left=28,
        shapes=lines,
        annotations=notes,
        xaxis={
            "range": [low - 0.03 * (high - low), high],
            "ticksuffix": "°",
            "dtick": 10 if temperature_unit(home) == "F" else 5,
        },
        yaxis={"range": [0, top], "dtick": 1},
    )
    best, worst = max(bins, key=lambda b: b.cop or 0.0), min(bins, key=lambda b: b.cop or 0.0)
    says = sentence(
        say(_SAYS[work]),
        worst=_span(home, worst, places[bins.index(worst)]),
        least=Shown(formatting.number(worst.cop, 1), f"{places[bins.index(worst)]}.cop"),
        best=_span(home, best, places[bins.index(best)]),
        most=Shown(formatting.number(best.cop, 1), f"{places[bins.index(best)]}.cop"),
    )
    rows = [
        [
            _span(home, one, place),
            Shown(formatting.cop(one.cop, one.low, one.high), f"{place}.cop"),
            Shown(_expected(one), f"{place}.expected.low") if one.expected else "",
            Shown(formatting.energy(one.kwh), f"{place}.kwh"),
        ]
        for one, place in zip(bins, places, strict=True)
    ]
    raw = [[one.from_c, one.to_c, one.cop, one.low, one.high, one.kwh, one.heat_kwh] for one in bins]
    columns = ["from, °C", "to, °C", "COP", "low (90%)", "high (90%)", "electricity, kWh", f"{_MADE[work]}, kWh"]
    return Chart("cop", drawn, says, (say("Outdoors"), "COP", say("Expected"), say("Electricity")), rows, raw, columns)


def shown(home: Home, celsius: float) -> float:
    """Return a temperature in the unit the home counts in."""
    return celsius * 9 / 5 + 32 if temperature_unit(home) == "F" else celsius


def _middle(home: Home, one: Bin) -> float:
    return shown(home, ((one.from_c or 0.0) + (one.to_c or 0.0)) / 2)


def _span(home: Home, one: Bin, at: str) -> str:
    low, high = (formatting.temperature(end, unit=temperature_unit(home), wall=True) for end in (one.from_c, one.to_c))
    words = say("{from_degrees} and {to_degrees}")
    return sentence(words, from_degrees=Shown(low, f"{at}.from_c"), to_degrees=Shown(high, f"{at}.to_c"))


def _expected(one: Bin) -> str:
    if one.expected is None:
        return ""
    return f"{formatting.number(one.expected.low, 1)}–{formatting.number(one.expected.high, 1)}"


def _band(home: Home, bins: Sequence[Bin], grey: str) -> list[Figure]:
    rows = [one for one in bins if one.expected is not None and one.from_c is not None]
    if not rows:
        return []
    edge = {
        "type": "scatter",
        "mode": "lines",
        "line": {"width": 0, "shape": "spline"},
        "hoverinfo": "skip",
        "x": [_middle(home, one) for one in rows],
    }
    low = [one.expected.low for one in rows if one.expected]
    high = [one.expected.high for one in rows if one.expected]
    return [{**edge, "y": low}, {**edge, "y": high, "fill": "tonexty", "fillcolor": faded(grey, 0.25)}]


def _dots(home: Home, bins: Sequence[Bin], work: str, colour: str, ink: str) -> Figure:
    most = max(one.kwh for one in bins) or 1.0
    said = [
        say(
            _DOT[work],
            span=_span(home, one, ""),
            cop=formatting.number(one.cop, 1),
            low=formatting.number(one.low, 1),
            high=formatting.number(one.high, 1),
            kwh=formatting.energy(one.kwh),
        )
        + ("<br>" + say("{range} is expected in this weather.", range=_expected(one)) if one.expected else "")
        for one in bins
    ]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [_middle(home, one) for one in bins],
        "y": [one.cop for one in bins],
        "text": [f"<b>{formatting.number(one.cop, 1)}</b>   " for one in bins],
        "textposition": "middle left",
        "textfont": {"color": ink, "size": 13},
        "hovertext": said,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {
            "color": colour,
            "opacity": 0.85,
            "line": {"width": 0},
            "size": [max(_LEAST_DOT, _MOST_DOT * (one.kwh / most) ** 0.5) for one in bins],
        },
        "error_y": {
            "type": "data",
            "symmetric": False,
            "color": colour,
            "thickness": 2,
            "width": 5,
            "array": [(one.high or 0.0) - (one.cop or 0.0) for one in bins],
            "arrayminus": [(one.cop or 0.0) - (one.low or 0.0) for one in bins],
        },
    }


def _now(
    home: Home, now_c: float | None, within: tuple[float, float], top: float, ink: str
) -> tuple[list[Figure], list[Figure]]:
    if now_c is None or not within[0] <= shown(home, now_c) <= within[1]:
        return [], []
    x = shown(home, now_c)
    words = say("now {temperature}", temperature=formatting.temperature(now_c, unit=temperature_unit(home), wall=True))
    line = {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": top * 0.97, "line": {"color": ink, "width": 1}}
    return [line], [
        {
            "text": words,
            "x": x,
            "y": top * 0.98,
            "showarrow": False,
            "yanchor": "bottom",
            "font": {"color": ink, "size": 13},
        }
    ]
