"""The cards of commissioning: how many of each result, every check with its evidence, what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.cards import GOOD, card
from dashboard.commission_drawings import chart, place
from dashboard.commissioning import Look
from dashboard.components import Children, icon, text
from heatledger import formatting
from heatledger.commissioning.budget_words import known, priced, told
from heatledger.commissioning.finding import Finding, Result
from heatledger.commissioning.own_units import in_own_units
from heatledger.commissioning.record import Drift, Record, headline
from heatledger.home import Home
from heatledger.retelling import retold
from heatledger.statement.headline import local
from heatledger.statement.record_words import GROUPS, RESULTS, at_place, sentence
from heatledger.wording import say, say_many

_ICONS: Final[dict[Result, str]] = {
    "fail": "alert", "warn": "alert", "running": "clock", "not_testable": "info", "pass": "check",
}  # fmt: skip


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


def checks(look: Look) -> list[html.Section]:
    """Return a table for each part of the questions, worst first; passes of one check share a row."""
    made = []
    for group, title in GROUPS.items():
        rows = [one for one in look.record.findings if one.group == group]
        if rows:
            made.append(card(GOOD, say(title), _table(rows, look.home)))
    return made


def _table(findings: Sequence[Finding], home: Home) -> html.Table:
    head = [say("Result"), say("Check"), say("Evidence"), say("Against the expected range"), say("Mend")]
    loud = [_row(one, home) for one in findings if one.result != "pass"]
    quiet = [one for one in findings if one.result == "pass"]
    passed = [_passed(list(rows), home) for _, rows in groupby(quiet, key=lambda one: one.check)]
    return html.Table(
        [html.Thead(html.Tr([html.Th(word, scope="col") for word in head])), html.Tbody([*loud, *passed])],
        className="checks",
    )


def _passed(rows: Sequence[Finding], home: Home) -> html.Tr:
    """Return one row for what passed at several places: figures and charts of each stand in a list that opens."""
    if len(rows) == 1:
        return _row(rows[0], home)
    listed = [html.Li([f"{one.at}: {_own(one.evidence, home)}", *_charted(one, home)]) for one in rows]
    number = say_many("at {n} place", "at {n} places", len(rows))
    return html.Tr(
        [
            html.Td(badge("pass")),
            html.Th([say(rows[0].name), html.Small(say(rows[0].question))], scope="row"),
            html.Td(html.Details([html.Summary(number), html.Ul(listed)]), colSpan="3"),
        ],
        className="of-pass",
    )


def _row(one: Finding, home: Home) -> html.Tr:
    mend = _own(one.mend, home)
    if one.result == "not_testable":
        mend = say("needs {what}", what=mend)
    at: Children = [", ", text(one.at)] if one.at else []
    named: Children = [say(one.name), *at, html.Small(say(one.question))]
    rule = html.Small(say("Rule: {rule}.", rule=in_own_units(say(one.rule), home)))
    return html.Tr(
        [
            html.Td(badge(one.result)),
            html.Th(named, scope="row"),
            html.Td([sentence(_own(one.evidence, home)), *_charted(one, home)]),
            html.Td(place(one, home)),
            html.Td([sentence(mend), rule]),
        ],
        className=f"of-{one.result}",
    )


def _own(words: str, home: Home) -> str:
    return in_own_units(retold(words), home)


def _charted(one: Finding, home: Home) -> list[Component]:
    drawn = chart(one, home)
    return [] if drawn is None else [drawn]


def badge(result: Result) -> html.Span:
    """Return what a result is called, with its sign."""
    return html.Span([icon(_ICONS[result]), say(RESULTS[result])], className=f"badge of-{result}")


def changed(look: Look) -> html.Section | None:
    """Return what is not as it was when the first run was kept."""
    since = look.record.since
    if since is None:
        return None
    title = say("Since run {n}", n=since.version)
    rows = [_drifted(row, look.home) for row in since.changed]
    return card(GOOD, title, html.Ul(rows) if rows else html.P(say("Nothing has changed.")))


def _drifted(row: Drift, home: Home) -> html.Li:
    was, now = (_own(one.evidence, home) for one in (row.before, row.now))
    return html.Li([html.B(at_place(row.now)), f": {was} → {now}"])


def narrowing(record: Record) -> html.Section | None:
    """Return how far each heat pump's COP is known, and what would narrow it, what narrows most first."""
    made: list[Component] = []
    for doubt in record.budget:
        rows = [
            html.Li([html.Span(priced(one), className="aside-of"), " ", html.Span(told(doubt, one))])
            for one in doubt.options
        ]
        made += [html.H3(known(doubt)), html.Ul(rows) if rows else html.P(say("Nothing within reach would narrow it."))]
    return card(GOOD, say("What would narrow a COP"), html.Div(made, className="narrowing")) if made else None


def runs(look: Look) -> html.Section | None:
    """Return the runs that were kept, each with its hand-over."""
    if not look.kept:
        return None
    rows = []
    for one in reversed(look.kept):
        day = formatting.day(local(one.made_at, look.home), year=True)
        said = say("Run {n} of {day}", n=one.version, day=day)
        href = f"./commissioning/handover.pdf?home={look.home.id}&run={one.version}"
        found = html.Span(f"{said}: {_own(headline(one.findings), look.home)}")
        rows.append(html.Li([found, html.A(say("Hand-over PDF"), href=href, className="button")]))
    return card(GOOD, say("Kept runs"), html.Ul(rows, className="runs"))


def job(look: Look) -> html.Section:
    """Return the form by which a run is kept, with who made it and which machines stand there."""
    last = look.kept[-1].job if look.kept else None
    plates = {unit.heat_pump: unit for unit in last.units} if last else {}
    fields = [
        _field("address", say("Address"), last.address if last else ""),
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
