"""The page `/fleet`: several homes in one list, the one that needs a visit first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard import shell
from dashboard.cards import heading
from dashboard.components import Prop
from dashboard.fleet import Fleet
from dashboard.fleet_cards import ORDERS, controls, table
from dashboard.markup import drawn
from heatledger.commissioning.fleet import Order, Row, ordered, worst_first
from heatledger.home import Home
from heatledger.marks import marked
from heatledger.wording import say, say_many

NAME: Final = "fleet"
PATH: Final = "/fleet"
TITLE: Final = marked("heatledger · homes")
_OLD: Final = timedelta(hours=1)
"""A row is old then, as after a night in which nobody looked at the list."""


def render(
    rows: Sequence[Row], homes: Mapping[str, Home], at: datetime, by: Order = "visit", check: str = ""
) -> list[Component]:
    """Return the page; pure.

    Parameters
    ----------
    rows : sequence of Row
        One a home, in any order.
    homes : mapping of str to Home
        By id.
    at : datetime
        Now.
    by, check : str
        By what the list is ordered, and which check alone is looked at.
    """
    shown = ordered(rows, by, check)
    first = shell.eyebrow(NAME, say("Homes"), controls(rows, by, check))
    if not homes:
        return [
            first,
            heading(say("No home is described yet.")),
            html.A(say("Set it up"), href="./setup", className="button"),
        ]
    return [first, answer(rows, at), table(shown, homes, at, check)]


def answer(rows: Sequence[Row], at: datetime) -> html.H1:
    """Return how many homes need a visit, and which first; and of how many that is no longer new."""
    wrong = [one for one in worst_first(rows) if one.counts.get("fail") or one.reason]
    told = [one for one in rows if one.counts.get("warn") and one not in wrong]
    waiting = sum(one.looked_at is None and not one.reason for one in rows)
    old = sum(one.looked_at is not None and not one.kept and at - one.looked_at > _OLD for one in rows)
    rest = [
        say_many("{n} has something to look at.", "{n} have something to look at.", len(told)) if told else "",
        say_many("{n} was not looked at yet.", "{n} were not looked at yet.", waiting) if waiting else "",
        say_many("{n} was seen over an hour ago.", "{n} were seen over an hour ago.", old) if old else "",
    ]
    said = " ".join(filter(None, rest))
    if not wrong:
        return heading(say("No home is known to need a visit.") if waiting else say("No home needs a visit."), said)
    named = say_many(
        "{n} home needs a visit: {name}.", "{n} homes need a visit, {name} first.", len(wrong), name=wrong[0].name
    )
    return heading(named, said)


def props(fleet: Fleet) -> dict[Prop, object]:
    """Return what changes when a home was looked at."""
    fleet.watched()
    return {Prop(f"{NAME}-fresh", "data"): fleet.version()}


def register(app: Dash, fleet: Fleet) -> Callable[..., Component]:
    """Register the page's wiring; return its layout."""

    @app.callback(Output(f"{NAME}-body", "children"), Input(f"{NAME}-question", "data"), Input(f"{NAME}-fresh", "data"))
    def body(query: dict[str, str], _fresh: str) -> list[Component]:
        by, check = query.get("by"), query.get("check") or ""
        found: Order = next((name for name in ORDERS if name == by), "visit")
        *first, listed = render(fleet.rows(), fleet.homes, datetime.now(UTC), found, check)
        return [*first, *([drawn([listed])] if fleet.homes else [listed])]

    app.clientside_callback(  # type: ignore[no-untyped-call] # Dash leaves it untyped
        "function(page) { return page; }",
        Output("shell-page", "data", allow_duplicate=True),
        Input(f"{NAME}-mount", "data"),
        prevent_initial_call="initial_duplicate",
    )

    def layout(**query: str) -> html.Div:
        told = (("mount", NAME), ("question", query), ("fresh", fleet.version()))
        stores = [dcc.Store(id=f"{NAME}-{name}", data=data) for name, data in told]
        return html.Div([*stores, shell.frame(NAME, shell.skeleton(), query="", skip=marked("To the homes"))])

    return layout
