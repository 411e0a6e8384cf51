"""The card of guided test runs on the page of commissioning: its door, and every run that has ended."""

from __future__ import annotations

from dash import html

from dashboard.cards import GOOD, card
from dashboard.commission_cards import badge
from dashboard.commission_drawings import course
from dashboard.commissioning import Look
from heatledger.commissioning.own_units import in_own_units
from heatledger.commissioning.trial.course import Trial
from heatledger.home import Home
from heatledger.retelling import retold
from heatledger.statement.trial_steps import made, steps
from heatledger.wording import say


def tried(look: Look) -> html.Section:
    """Return the door to the guided test run, and every run with its steps, verdicts and curves, the newest first."""
    rows = [html.Li(_run(trial, look.home)) for trial in look.tried]
    goes = any(one.result == "running" for one in look.record.findings)
    word = say("Go on with the test run") if goes else say("Guided test run")
    link = html.A(word, href=f"./commissioning/run?home={look.home.id}", className="button")
    said = say("Off, at its most, then holding a temperature: you set the unit, the readings are judged.")
    listed = html.Ul(rows, className="tried") if rows else html.P(say("No run has ended yet."), className="tried")
    return card(GOOD, say("Test runs"), html.P(said, className="card-sub"), listed, link)


def _run(trial: Trial, home: Home) -> html.Details:
    told = [html.Li([html.B(row.title), " ", row.went]) for row in steps(trial, home)]
    verdicts = [
        html.Li([badge(one.result), html.Span(f"{say(one.name)}: {_own(one.evidence, home)}")])
        for one in trial.findings
    ]
    return html.Details(
        [
            html.Summary(made(trial, home)),
            html.Ol(told),
            html.Ul(verdicts),
            html.Div([course(chart, home) for chart in trial.curves], className="tried-curves"),
        ]
    )


def _own(words: str, home: Home) -> str:
    return in_own_units(retold(words), home)
