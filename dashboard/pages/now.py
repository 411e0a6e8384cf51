"""The page `/`: what it costs now, the bill, the zones, and who is heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard import heroes, screen, tiles
from dashboard.components import Framed, Prop, live_props, text
from dashboard.header import SOURCES, header, outdoor, source_rows
from dashboard.heroes import Page
from dashboard.night import knows, night
from dashboard.price_row import price_row
from dashboard.rail import rail
from heatledger import formatting
from heatledger.marks import marked
from heatledger.wording import say

NAME: Final = "now"
PATH: Final = "/"
TITLE: Final = marked("heatledger · now")
MOUNT: Final = "now-mount"
BEAT: Final = "now-beat"


def render(page: Page) -> html.Main:
    """Return the page as components; pure."""
    parts = heroes.split(page.now)
    body = (
        [
            html.Div([heroes.costing(page, parts), heroes.bill(page)], className="heroes"),
            price_row(page),
            tiles.zones(page, parts),
            tiles.footer(page),
        ]
        if page.described
        else [_undescribed(page)]
    )
    return html.Main(
        [header(page), *body, text("", "beat", at=BEAT), knows(page), night(page)],
        className="wall" if page.described else "wall bare",
    )


def props(page: Page) -> dict[Prop, object]:
    """Return what may change of the page; who is heard as a frame, and piece by piece what stands in it."""
    rows = source_rows(page)
    return live_props(render(page)) | {Prop(SOURCES, "children"): Framed(rows, live_props(html.Tbody(rows)))}


def moving(page: Page) -> html.Div:
    """Return the parts of the page that a reading moves; the rest moves with the clock and the books; pure."""
    if not page.described:
        return html.Div(_undescribed(page))
    parts = heroes.split(page.now)
    return html.Div([outdoor(page), heroes.costing(page, parts), tiles.zones(page, parts)])


def _undescribed(page: Page) -> html.Section:
    rows = [html.Tr([html.Td(name), html.Td(formatting.power(watts))]) for name, watts in page.powers]
    heard = html.Table(html.Tbody(rows)) if rows else html.P(say("Nothing that measures power is heard yet."))
    return html.Section(
        [
            html.H2(say("This home is not described yet"), className="sentence"),
            html.P(
                say(
                    "Say which meter is the whole home's, and which rooms and heat pumps there are. Everything heard "
                    "below is stored already and counts from its first reading."
                ),
            ),
            html.A(say("Set it up"), href="./setup", className="door strong"),
            html.Div(heard, id="now-powers", className="powers"),
        ],
        className="undescribed",
    )


def register(app: Dash, current: Callable[[], Page], *, dark: str) -> Callable[..., Component]:
    """Register the page's wiring; return its layout, asked at every load.

    Parameters
    ----------
    app : Dash
        With pages.
    current : callable
        Returns the page as it is.
    dark : str
        When a wall tablet is dark, ``22:00-06:30``; empty for never.
    """
    app.clientside_callback(  # type: ignore[no-untyped-call] # Dash leaves it untyped
        "function(page) { return page; }", Output("shell-page", "data"), Input(MOUNT, "data")
    )

    def layout(**_query: str) -> html.Div:
        stands = [dcc.Store(id=MOUNT, data=NAME), render(current()), rail(NAME), screen.panel(dark)]
        return html.Div(stands, className="now-page")

    return layout
