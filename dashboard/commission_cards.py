"""The cards of commissioning: how many of each result, every check with its evidence, what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.cards import GOOD, card
from dashboard.commissioning import Look
from dashboard.components import Children, aria, icon, text
from heatledger import formatting
from heatledger.commissioning.finding import Finding, Result
from heatledger.commissioning.record import Drift, Record, drift
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.wording import say, say_many

WORDS: Final = {
    "fail": (marked("Fail"), "alert"),
    "warn": (marked("Warn"), "alert"),
    "running": (marked("Running"), "clock"),
    "not_testable": (marked("Not testable"), "info"),
    "pass": (marked("Pass"), "check"),
}
"""What a result is called, and its icon."""
_GROUPS: Final = {
    "measurement": marked("What is measured"),
    "machine": marked("What the machine does"),
    "home": marked("The home"),
    "water": marked("Water"),
}
_OVERHANG: Final = 0.35


def counts(record: Record) -> html.Div:
    """Return how many findings there are of each result."""
    found = record.counts
    rows: list[tuple[Result, str]] = [
        ("fail", say_many("{n} fail", "{n} fail", found["fail"])),
        ("warn", say_many("{n} warning", "{n} warnings", found["warn"])),
        ("not_testable", say_many("{n} not testable", "{n} not testable", found["not_testable"])),
        ("pass", say_many("{n} pass", "{n} pass", found["pass"])),
    ]
    made: list[Component] = []
    for result, said in rows:
        figure, _, rest = said.partition(" ")
        made.append(
            html.Div(
                [html.B(figure), html.Span(rest)], className=f"count of-{result}{'' if found[result] else ' none'}"
            )
        )
    return html.Div(made, className="card counts")


def checks(record: Record) -> list[html.Section]:
    """Return a table for each part of the questions, worst first; passes of one check share a row."""
    made = []
    for group, title in _GROUPS.items():
        rows = [one for one in record.findings if one.group == group]
        if rows:
            made.append(card(GOOD, say(title), _table(rows)))
    return made


def _table(findings: Sequence[Finding]) -> html.Table:
    head = [say("Result"), say("Check"), say("Evidence"), say("Against the expected range"), say("Mend")]
    loud = [_row(one) for one in findings if one.result != "pass"]
    quiet = [one for one in findings if one.result == "pass"]
    passed = [_passed(list(rows)) for _, rows in groupby(quiet, key=lambda one: one.check)]
    return html.Table(
        [html.Thead(html.Tr([html.Th(word, scope="col") for word in head])), html.Tbody([*loud, *passed])],
        className="checks",
    )


def _passed(rows: Sequence[Finding]) -> html.Tr:
    """Return one row for what passed at several places: the figures of each stand in a list that opens."""
    if len(rows) == 1:
        return _row(rows[0])
    listed = [html.Li(f"{one.at}: {retold(one.evidence)}") for one in rows]
    number = say_many("at {n} place", "at {n} places", len(rows))
    return html.Tr(
        [
            _badge("pass"),
            html.Th([say(rows[0].name), html.Small(say(rows[0].question))], scope="row"),
            html.Td(html.Details([html.Summary(number), html.Ul(listed)]), colSpan="3"),
        ],
        className="of-pass",
    )


def _row(one: Finding) -> html.Tr:
    mend = retold(one.mend)
    if one.result == "not_testable":
        mend = say("needs {what}", what=mend)
    at: Children = [", ", text(one.at)] if one.at else []
    named: Children = [say(one.name), *at, html.Small(say(one.question))]
    return html.Tr(
        [
            _badge(one.result),
            html.Th(named, scope="row"),
            html.Td(_sentence(retold(one.evidence))),
            html.Td(place(one)),
            html.Td([_sentence(mend), html.Small(say("Rule: {rule}.", rule=say(one.rule)))]),
        ],
        className=f"of-{one.result}",
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _badge(result: str) -> html.Td:
    word, sign = WORDS[result]
    return html.Td(html.Span([icon(sign), say(word)], className=f"badge of-{result}"))


def place(one: Finding) -> Component:
    """Return where a figure lies against what is expected of it, a strip with a band and a mark; empty without both."""
    span = _span(one)
    if span is None or one.value is None:
        return html.Span()
    left, right, low, high = span
    wide = right - left

    def at(value: float) -> float:
        return 100.0 * min(max((value - left) / wide, 0.0), 1.0)

    band = {"left": f"{at(low):.1f}%", "width": f"{at(high) - at(low):.1f}%"}
    unit = f" {one.unit}" if one.unit else ""
    label = say(
        "{value}, expected {low} to {high}",
        value=formatting.number(one.value, _digits(one.value)) + unit,
        low=formatting.number(low, _digits(low)),
        high=formatting.number(high, _digits(high)) + unit,
    )
    return html.Div(
        [html.Span(className="band", style=band), html.Span(className="mark", style={"left": f"{at(one.value):.1f}%"})],
        className="placed",
        role="img",
        **aria(label=label),
    )


def _span(one: Finding) -> tuple[float, float, float, float] | None:
    """Return the ends of the strip and of the band; a band with one end is drawn to the strip's."""
    if one.value is None or (one.low is None and one.high is None):
        return None
    known = [edge for edge in (one.low, one.high, one.value) if edge is not None]
    reach = max(max(known) - min(known), abs(max(known, key=abs)) * 0.1, 1e-9) * _OVERHANG
    left, right = min(known) - reach, max(known) + reach
    return left, right, left if one.low is None else one.low, right if one.high is None else one.high


def _digits(value: float) -> int:
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2


def changed(look: Look) -> html.Section | None:
    """Return what is not as it was when the first run was kept."""
    if not look.kept:
        return None
    rows = drift(look.kept[0], look.record)
    title = say("Since run {n}", n=look.kept[0].version)
    body = html.Ul([_drifted(row) for row in rows]) if rows else html.P(say("Nothing has changed."))
    return card(GOOD, title, body)


def _drifted(row: Drift) -> html.Li:
    named = f"{say(row.now.name)}, {row.now.at}" if row.now.at else say(row.now.name)
    return html.Li([html.B(named), f": {retold(row.before.evidence)} → {retold(row.now.evidence)}"])


def job(look: Look) -> html.Section:
    """Return the form by which a run is kept, with who made it and which machines stand there."""
    last = look.kept[-1].job if look.kept else None
    plates = {unit.heat_pump: unit for unit in last.units} if last else {}
    fields = [
        _field("installer", say("Installer"), last.installer if last else ""),
        _field("reference", say("Job"), last.reference if last else ""),
    ]
    for pump in look.home.heat_pumps:
        plate, name = plates.get(pump.id), pump.name or pump.id
        fields += [
            _field(f"model.{pump.id}", say("{name}: model", name=name), plate.model if plate else ""),
            _field(f"serial.{pump.id}", say("{name}: serial number", name=name), plate.serial if plate else ""),
        ]
    fields.append(_field("note", say("Note"), ""))
    form = html.Form(
        [
            dcc.Input(type="hidden", name="home", value=look.home.id, id="commissioning-home"),
            *fields,
            html.Button(say("Keep this run"), type="submit", className="button"),
        ],
        method="post",
        action="./commissioning/keep",
        className="job",
    )
    said = say("A kept run never changes; later ones are held against the first.")
    return card(GOOD, say("For the record"), html.P(said, className="card-sub"), form)


def _field(name: str, label: str, value: str) -> html.Label:
    return html.Label([label, dcc.Input(id=f"commissioning-{name.replace('.', '-')}", name=name, value=value)])
