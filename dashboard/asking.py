"""The drawer on every page: what a figure is made of, asked by its place and the page's address when it is pressed."""

from __future__ import annotations

from collections.abc import Mapping

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.components import aria
from dashboard.desk import Desk
from dashboard.explained import TITLE, drawer
from dashboard.queries import AskError
from heatledger.wording import say

_ASKED, _SHOWN = "shell-asked", "shell-explanation"
_PERIOD = ":"
"""Before it stands the period of a figure that is of another one than the page: ``day:bill.total``."""


def register(app: Dash, desk: Desk) -> list[Component]:
    """Register the drawer's wiring; return what stands beside every page: it is empty until a figure is pressed."""

    @app.callback(Output(_SHOWN, "children"), inputs={"asked": Input(_ASKED, "data")}, prevent_initial_call=True)
    def explanation(asked: Mapping[str, str] | None) -> list[Component]:
        if not asked:
            raise PreventUpdate
        return answered(desk, asked["place"], {key: value for key, value in asked.items() if key != "place"})

    dialog = html.Dialog(html.Div(id=_SHOWN), className="explanation", **aria(labelledby=TITLE))
    return [dcc.Store(id=_ASKED), dialog]


def answered(desk: Desk, place: str, query: Mapping[str, str]) -> list[Component]:
    """Return the explanation of a figure of the Summary that an address asks for."""
    period, _, name = place.rpartition(_PERIOD)
    close = html.Button(say("Close"), type="button", className="button closes")
    try:
        view = desk.view({**query, "period": period} if period else query, "light")
    except AskError as error:
        return [html.H2(str(error), id=TITLE), close]
    return [*drawer(view, name), close]
