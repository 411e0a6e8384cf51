"""What page and paper say of a record alike: results, subjects, places, figures against what is expected, charts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from heatledger import formatting as fmt
from heatledger.commissioning.chart import Chart
from heatledger.commissioning.drawing import placed, reach
from heatledger.commissioning.finding import Finding, Group, Result
from heatledger.commissioning.own_units import quantity
from heatledger.commissioning.record import Record
from heatledger.home import Home, PumpKind
from heatledger.marks import marked
from heatledger.statement.headline import local
from heatledger.wording import say

RESULTS: Final[dict[Result, str]] = {
    "fail": marked("Fail"),
    "warn": marked("Warn"),
    "running": marked("Running"),
    "not_testable": marked("Not testable"),
    "pass": marked("Pass"),
}
"""What a result is called."""
GROUPS: Final[dict[Group, str]] = {
    "measurement": marked("What is measured"),
    "machine": marked("What the machine does"),
    "home": marked("The home"),
    "water": marked("Water"),
}
"""What a subject is called."""
KINDS: Final[dict[PumpKind, str]] = {
    "mini_split": marked("Mini-split"),
    "multi_split": marked("Multi-split"),
    "air_conditioner": marked("Air conditioner"),
    "ducted": marked("Ducted heat pump"),
    "ground_source": marked("Ground-source heat pump"),
    "air_source": marked("Central heat pump"),
    "air_to_water": marked("Air-to-water heat pump"),
}
"""What a kind of heat pump is called."""

_BRIEF: Final = timedelta(hours=6)
"""A chart of no more than this is of a test run, not of a day."""


def at_place(one: Finding) -> str:
    """Return the check's name and where: ``Standby, Multi-split``."""
    return f"{say(one.name)}, {one.at}" if one.at else say(one.name)


def sentence(words: str) -> str:
    """Return words as a sentence.

    Examples
    --------
    >>> sentence("reads 5 W"), sentence("")
    ('Reads 5 W.', '')
    """
    return f"{words[:1].upper()}{words[1:].removesuffix('.')}." if words else ""


def expected(one: Finding, home: Home) -> str:
    """Return a figure and what is expected of it, as a drawing of its place shows; empty without both."""
    span = placed(one)
    if span is None or one.value is None:
        return ""
    value = quantity(one.value, one.unit, home)
    if one.low is None and one.high is not None:
        return say("{value}, expected at most {high}", value=value, high=quantity(one.high, one.unit, home))
    if one.high is None and one.low is not None:
        return say("{value}, expected at least {low}", value=value, low=quantity(one.low, one.unit, home))
    return say(
        "{value}, expected {low} to {high}",
        value=value, low=quantity(span.low, one.unit, home, named=False), high=quantity(span.high, one.unit, home),
    )  # fmt: skip


def captioned(chart: Chart, home: Home) -> str:
    """Return what a chart shows, in a line: what, from least to most, and over which days or temperatures."""
    least, most = reach(chart)
    figures = say(
        "{what} {low} to {high}",
        what=say(chart.what), low=quantity(least, chart.unit, home, named=False),
        high=quantity(most, chart.unit, home),
    )  # fmt: skip
    if chart.beside:
        figures = say("{what}; dashed: {beside}", what=figures, beside=say(chart.beside_what))
    return f"{figures}; {_over(chart, home)}"


def _over(chart: Chart, home: Home) -> str:
    if chart.at:
        low, high = (quantity(at, "°C", home) for at in (min(chart.at), max(chart.at)))
        return say("outdoors {low} to {high}", low=low, high=high)
    start_s, step_s = chart.start_s or 0, chart.step_s or 0
    start = local(datetime.fromtimestamp(start_s, UTC), home)
    end = local(datetime.fromtimestamp(start_s + step_s * len(chart.values), UTC), home)
    if end - start <= _BRIEF:
        length = fmt.duration(step_s * len(chart.values))
        return say("{duration} from {day}, {time}", duration=length, day=fmt.day(start), time=start.strftime("%H:%M"))
    if end - start <= timedelta(days=1, hours=1):
        return say("one day from {day}, {time}", day=fmt.day(start), time=start.strftime("%H:%M"))
    return say("{start} to {end}", start=fmt.day(start), end=fmt.day(end))


def unit_rows(record: Record, home: Home) -> list[list[str]]:
    """Return each heat pump's name, kind, model and serial number as its plate says, or that nobody stated them."""
    plates = {unit.heat_pump: unit for unit in record.job.units}
    missing = say("not stated")
    rows = []
    for pump in home.heat_pumps:
        plate = plates.get(pump.id)
        said = (plate.model, plate.serial) if plate else ("", "")
        rows.append([pump.name or pump.id, say(KINDS[pump.kind]), *(word or missing for word in said)])
    return rows
