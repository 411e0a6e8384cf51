"""The cards that say when the home used its electricity, and how much at once."""

from __future__ import annotations

from datetime import date

from dash import html

from dashboard.cards import GOOD, State, card, refused
from dashboard.components import Children, text
from dashboard.desk_view import View
from dashboard.figures import draw
from dashboard.figures_hours import ends, hours_by_days
from dashboard.figures_load import load_duration
from dashboard.shown import Shown
from heatledger import formatting
from heatledger.wording import say


def when_used(view: View, today: date | None) -> html.Section:
    """Return the heat map of hours and days."""
    used, title = view.summary.electricity, say("When it was used")
    until = min(view.question.end, view.at)
    chart = hours_by_days(view.home, used.hourly, view.scheme, until=until, today=today)
    if chart is None:
        return card(_none(view), title, at="bill-hours")
    seen = ends(view.home, used.hourly, until)
    aside: Children = []
    if seen is not None:
        aside = [html.Span(className="key use-low"), text(seen[0]), html.Span(className="key use-high"), text(seen[1])]
    return card(_estimated(view), title, draw(chart), aside=aside, at="bill-hours")


def how_much(view: View) -> html.Section:
    """Return the load-duration curve."""
    used, title = view.summary.electricity, say("How much at once, and how often")
    chart = load_duration(view.home, used.hourly, view.scheme, until=min(view.question.end, view.at))
    if chart is None:
        return card(_none(view), title, at="bill-load")
    return card(GOOD, title, draw(chart), at="bill-load")


def _none(view: View) -> State:
    if view.summary.electricity.kwh is None:
        return refused(say("nothing was heard in this period"))
    return State("empty", say("No whole hour yet"), say("It begins with the first hour that is over."))


def _estimated(view: View) -> State:
    used = view.summary.electricity
    if used.estimated_kwh < 0.05:
        return GOOD
    guess = Shown(formatting.energy(used.estimated_kwh), "electricity.estimated_kwh")
    return State("estimated", guess, say("are estimated, in amount or in time; the total is right"))
