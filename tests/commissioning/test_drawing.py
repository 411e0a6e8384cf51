"""Small charts keep what was measured, and their drawings stay inside their frame and put a figure where it lies."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.commissioning.chart import MOST, Chart, over_time, over_weather
from heatledger.commissioning.drawing import CHART, LAYERS, STRIP, Span, chart_svg, placed, strip_svg
from heatledger.commissioning.finding import Finding
from heatledger.commissioning.own_units import in_own_units
from heatledger.home import Home
from heatledger.reader import Reader, reading
from heatledger.statement.record_words import captioned, expected

INKS = dict.fromkeys(LAYERS, "#000000")
START_S = int(datetime(2026, 1, 12, 6, tzinfo=UTC).timestamp())
HOME = Home(id="h", name="H", timezone="America/Chicago", currency="USD", temperature_unit="F")
figures = st.floats(-4000, 4000)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def finding(value, low, high, unit="W"):
    return Finding(check="x", group="machine", name="X", question="?", rule="r", source="s", at="", result="warn",
                   evidence="e", value=value, low=low, high=high, unit=unit)  # fmt: skip


@given(st.lists(figures | st.just(math.nan), min_size=2, max_size=600))
def test_a_chart_keeps_the_mean_of_what_was_heard(column):
    values = np.array(column)
    drawn = over_time("Power", "W", values, START_S)
    if drawn is None:
        assert np.isfinite(values).sum() < 2 * -(-len(values) // MOST) or len(values) <= MOST
        return
    wide = drawn.step_s // 300
    assert len(drawn.values) == -(-len(values) // wide) <= MOST
    for number, value in enumerate(drawn.values):
        part = values[number * wide : (number + 1) * wide]
        heard = part[np.isfinite(part)]
        assert (value is None) == (len(heard) == 0)
        if value is not None:
            assert value == pytest.approx(heard.mean(), rel=1e-3, abs=1e-3 * max(1.0, np.abs(heard).max()))


def drawn_points(svg):
    """Every point of every path and circle of a drawing, which must be well-formed XML."""
    for part in ET.fromstring(svg).iter():
        if part.tag.endswith("path"):
            for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", part.get("d")):
                yield tuple(map(float, pair))
        elif part.tag.endswith("circle"):
            yield float(part.get("cx")), float(part.get("cy"))


@given(st.lists(figures | st.none(), min_size=2, max_size=MOST).filter(lambda row: sum(v is not None for v in row) > 1),
       figures, st.floats(0, 2000))  # fmt: skip
def test_every_line_stays_in_its_frame_whatever_was_measured_and_expected(values, low, width):
    chart = Chart(what="Power", unit="W", values=tuple(values), start_s=START_S, step_s=300, beside=tuple(values))
    for x, y in drawn_points(chart_svg(chart, INKS, low=low, high=low + width)):
        assert 0 <= x <= CHART[0]
        assert 0 <= y <= CHART[1]


@given(figures, figures, st.floats(0.1, 2000))
def test_a_mark_lies_in_its_band_exactly_where_the_figure_is_what_is_expected(value, low, width):
    span = placed(finding(value, low, low + width))
    drawing = ET.fromstring(strip_svg(span, value, {"band": "#000", "line": "#000"}))
    band, mark = (part for part in drawing.iter() if part.tag.endswith("rect"))
    left, wide, at = (float(number) for number in (band.get("x"), band.get("width"), mark.get("x")))
    assert 0 <= at + 2 <= STRIP[0]
    inside = left - 0.2 <= at + 2 <= left + wide + 0.2
    assert inside or not low <= value <= low + width
    far = min(abs(value - low), abs(value - low - width)) > 0.05 * (span.right - span.left)
    assert inside == (low <= value <= low + width) or not far


def test_what_was_not_heard_breaks_the_line():
    chart = Chart(what="Power", unit="W", values=(1.0, 2.0, None, 3.0, 4.0), start_s=START_S, step_s=300)
    svg = chart_svg(chart, {"line": "#000"})
    assert svg.count("M") == 2


def test_what_began_is_marked_where_it_did():
    """Half an hour of a value a minute is drawn from edge to edge: a third of the way is ten minutes."""
    chart = Chart(what="Power", unit="W", values=(1.0,) * 31, start_s=START_S, step_s=60, marks_s=(600, 1800))
    places = [float(x) for x in re.findall(r"M([\d.]+) 0V", chart_svg(chart, {"rule": "#000"}))]
    assert places == [pytest.approx(3 + 234 / 3, abs=0.1), pytest.approx(237, abs=0.1)]


def test_a_brief_chart_says_how_long_it_is_and_from_when():
    run = Chart(what="Power", unit="W", values=(0.0, 9.0), start_s=START_S, step_s=1800)
    assert captioned(run, HOME) == "Power 0 to 9 W; 1 h from Jan 12, 00:00"


def test_what_was_not_asked_for_is_not_drawn():
    assert "<g" not in chart_svg(Chart(what="P", unit="W", values=(1.0, 2.0), start_s=0, step_s=300), {})
    assert placed(finding(None, 0.0, 1.0)) is None
    assert placed(finding(1.0, None, None)) is None


def test_over_the_weather_each_point_keeps_its_temperature():
    air = np.linspace(-10, 10, 500)
    drawn = over_weather("Flow temperature", "°C", 40.0 - air, air)
    assert len(drawn.values) == len(drawn.at) <= MOST
    assert all(value + at == pytest.approx(40.0, abs=0.02) for value, at in zip(drawn.values, drawn.at, strict=True))
    assert over_weather("Flow temperature", "°C", np.full(5, np.nan), air[:5]) is None


def test_a_caption_says_what_is_drawn_in_the_home_s_units_and_time():
    chart = Chart(what="Room", unit="°C", values=(20.0, 21.0), start_s=START_S, step_s=4 * 86_400)
    assert captioned(chart, HOME) == "Room 68 to 70 °F; Jan 12 to Jan 20"  # midnight in Chicago
    weather = Chart(what="Flow temperature", unit="°C", values=(30.0, 40.0), at=(10.0, -5.0))
    assert captioned(weather, HOME) == "Flow temperature 86 to 104 °F; outdoors 23 °F to 50 °F"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.0, 50.0, "61 W, expected 0 to 50 W"),
        (None, 50.0, "61 W, expected at most 50 W"),
        (100.0, None, "61 W, expected at least 100 W"),
        (None, None, ""),
    ],
)
def test_a_figure_is_said_against_what_is_expected(low, high, said):
    assert expected(finding(61.0, low, high), HOME) == said


def test_a_span_has_the_ends_of_what_is_expected():
    assert placed(finding(5.0, None, 10.0)) == Span(left=5 - 1.75, right=10 + 1.75, low=5 - 1.75, high=10.0)


@pytest.mark.parametrize(
    ("language", "said", "own"),
    [
        ("en", "between 8 and 18 °C", "between 46 and 64 °F"),
        ("en", "20.0 °C at the median, +1.5 K beside", "68 °F at the median, +2.7 °F beside"),
        ("de", "zwischen −8,0 und 18 °C", "zwischen 18 und 64 °F"),
        ("fr", "entre 8 et 18 °C", "entre 46 et 64 °F"),
        ("en", "loses 240 W/K, 3 kWh", "loses 240 W/K, 3 kWh"),
        ("en", "−0.50 K/K", "−0.50 K/K"),  # kelvin by kelvin: the same number in any degree
    ],
)
def test_temperatures_of_a_sentence_are_the_reader_s(language, said, own):
    with reading(Reader(language)):
        assert in_own_units(said, HOME) == own
    with reading(Reader(language, units="metric")):
        assert in_own_units(said, HOME) == said
