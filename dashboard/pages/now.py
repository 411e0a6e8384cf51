"""The page `/`: what it costs now, the bill, the zones, and who is heard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard import heroes, tiles
from dashboard.components import icon, text
from dashboard.heroes import Page
from dashboard.queries import local_now
from heatledger import formatting
from heatledger.hearing import Source

NAME: Final = "now"
PATH: Final = "/"
TITLE: Final = "heatledger · now"
MOUNT: Final = "now-mount"
BEAT: Final = "now-beat"
_HALF_DAY_CLOCKS: Final = ("America/", "Australia/", "US/", "Canada/")


def render(page: Page) -> html.Main:
    """Return the page as components; pure."""
    parts = heroes.split(page.now)
    body = (
        [
            html.Div([heroes.costing(page, parts), heroes.bill(page)], className="heroes"),
            tiles.zones(page, parts),
            tiles.footer(page),
        ]
        if page.described
        else [_undescribed(page)]
    )
    return html.Main(
        [header(page), *body, text("", "beat", at=BEAT)], className="wall" if page.described else "wall bare"
    )


def header(page: Page) -> html.Header:
    """Return the first row: time, date, outdoor temperature, who is heard."""
    at = local_now(page.home, page.now.at_us)
    when = f"{at:%a}, {formatting.day(at.date())}"
    return html.Header(
        [
            html.H1("What the home costs now", className="hidden"),
            html.Div(
                [text(_clock(page, at), "clock", at="now-time"), text(when, "date", at="now-date")], className="when"
            ),
            html.Div(_outdoor(page), className="outdoor"),
            html.Div(
                [html.Span(id="now-link", role="status", className="link attn"), _hearing(page)], className="state"
            ),
        ],
        className="head",
    )


def _clock(page: Page, at: datetime) -> str:
    return formatting.clock(at, hour12=page.home.timezone.startswith(_HALF_DAY_CLOCKS))


def _outdoor(page: Page) -> list[Component]:
    seen = page.now.outdoor
    if seen.celsius is None:
        words = ["outside not known", "", "date"]
    elif seen.stale and seen.time_us is not None:
        since = _clock(page, local_now(page.home, seen.time_us))
        words = ["", f"outside not heard since {since}", "attn strong"]
    else:
        words = [formatting.temperature(seen.celsius, unit=page.home.temperature_unit, wall=True), "outside", "date"]
    kind = "clock" if words[1] == "outside" else "date"
    return [
        icon("thermometer"),
        text(words[0], kind, at="now-outdoor"),
        text(words[1], words[2], at="now-outdoor-word"),
    ]


def _hearing(page: Page) -> html.Details:
    silent, expected = len(page.now.silent), page.now.expected
    if not page.connected:
        words, kind = "broker not reached", "badge attn"
    elif page.ingest_online is False:
        words, kind = "ingest is stopped", "badge attn"
    elif silent:
        words, kind = f"{silent} of {expected} silent", "badge attn"
    else:
        words, kind = ("Live", "badge") if page.now.sources else ("Listening", "badge")
    return html.Details(
        [
            html.Summary(
                [icon("alert" if "attn" in kind else "dot", at="now-live-icon"), text(words, at="now-live")],
                id="now-badge",
                className=kind,
                title="Who is heard, and when",
            ),
            html.Div(
                [
                    html.H2("Who is heard"),
                    html.P(_heard_line(page), id="now-heard-line"),
                    html.Div(_sources(page), id="now-sources"),
                ],
                className="sheet",
            ),
        ],
        className="hearing",
    )


def _heard_line(page: Page) -> str:
    silent, expected = len(page.now.silent), page.now.expected
    return f"{expected - silent} of {expected} sources are heard." if expected else "Nothing is heard yet."


def _sources(page: Page) -> html.Table:
    head = html.Tr([html.Th(name) for name in ("Source", "Last heard", "Usually every", "")])
    return html.Table([html.Thead(head), html.Tbody([_source(page, row) for row in page.now.sources])])


def _source(page: Page, row: Source) -> html.Tr:
    ago = "never" if row.heard_us is None else _ago((page.now.at_us - row.heard_us) / 1e6)
    usual = "learning" if row.usual_s is None else formatting.duration(max(row.usual_s, 1))
    word = "silent" if row.silent else "heard"
    note = word if row.mapped else f"{word}, not in the home file"
    return html.Tr(
        [html.Td(row.device), html.Td(ago), html.Td(usual), html.Td(note)],
        className="attn" if row.silent and row.mapped else "",
    )


def _ago(seconds: float) -> str:
    """Return an age in steps that do not tick: a listed source is either fresh or some time old."""
    return "just now" if seconds < 60 else f"{formatting.duration(seconds // 60 * 60)} ago"


def _undescribed(page: Page) -> html.Section:
    rows = [html.Tr([html.Td(name), html.Td(formatting.power(watts))]) for name, watts in page.powers]
    heard = html.Table(html.Tbody(rows)) if rows else html.P("Nothing that measures power is heard yet.")
    return html.Section(
        [
            html.H2("This home is not described yet", className="sentence"),
            html.P(
                "Write a home file (homes/<id>.toml in the configuration folder) that names your main meter, zones "
                "and heat pumps. Everything heard below is stored already and counts from its first reading.",
            ),
            html.Div(heard, id="now-powers", className="powers"),
        ],
        className="undescribed",
    )


def register(app: Dash, current: Callable[[], Page]) -> Callable[..., Component]:
    """Register the page's wiring; return its layout, asked at every load."""
    app.clientside_callback(  # type: ignore[no-untyped-call] # Dash leaves it untyped
        "function(page) { return page; }", Output("shell-page", "data"), Input(MOUNT, "data")
    )

    def layout(**_query: str) -> html.Div:
        return html.Div([dcc.Store(id=MOUNT, data=NAME), render(current())])

    return layout
