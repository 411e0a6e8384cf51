"""The first row of every wall page: local time, outdoor temperature, and who is heard."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard import silence
from dashboard.clocks import clock, since
from dashboard.components import Children, icon, text
from dashboard.heroes import Page
from dashboard.queries import local_now
from heatledger import formatting
from heatledger.hearing import Source
from heatledger.reader import temperature_unit
from heatledger.wording import say

SOURCES: Final = "now-sources-rows"
"""Where the rows of who is heard stand."""


def header(page: Page) -> html.Header:
    """Return the first row: time, date, outdoor temperature, who is heard."""
    at = local_now(page.home, page.now.at_us)
    when = formatting.day(at.date(), weekday=True)
    return html.Header(
        [
            html.H1(say("What the home costs now"), className="hidden"),
            html.Div(
                [text(clock(page.home, at), "clock", at="now-time"), text(when, "date", at="now-date")],
                className="when",
            ),
            outdoor(page),
            html.Div(
                [html.Span(id="now-link", role="status", className="link attn"), _hearing(page)], className="state"
            ),
        ],
        className="head",
    )


def outdoor(page: Page) -> html.Div:
    """Return the outdoor temperature, or since when it is not heard."""
    seen, figure, kind = page.now.outdoor, "", "date"
    words: Children = [say("outside not known")]
    if seen.celsius is not None and seen.stale and seen.time_us is not None:
        heard = text(say("since {time}", time=since(page.home, seen.time_us, page.now.at_us)), "since")
        words, kind = [say("outside not heard"), " ", heard], "attn strong"
    elif seen.celsius is not None:
        figure = formatting.temperature(seen.celsius, unit=temperature_unit(page.home), wall=True)
        words = [say("outside")]
    parts: list[Component] = [
        icon("thermometer"),
        text(figure, "clock" if figure else "icon-none icon", at="now-outdoor"),
        html.Span(words, id="now-outdoor-word", className=kind),
    ]
    return html.Div(parts, className="outdoor")


_SPOOLED_S = 60.0
"""A spool younger than this is on its way and nothing to speak of. [s]"""


def _hearing(page: Page) -> html.Details:
    silent, expected = len(page.now.silent), page.now.expected
    if not page.connected:
        words, kind = say("broker not reached"), "badge attn act-now"
    elif page.ingest_online is False:
        words, kind = say("ingest is stopped"), "badge attn act-now"
    elif page.refusing:
        words, kind = say("store and spool are full"), "badge attn act-now"
    elif page.spool_age_s > _SPOOLED_S:
        words, kind = (
            say(
                "store is away: {duration} in the spool",
                duration=formatting.duration(page.spool_age_s // 60 * 60),
            ),
            "badge attn",
        )
    elif all(source.heard_us is None for source in page.now.sources):
        words, kind = say("nothing heard yet"), "badge attn"
    elif silent:
        words, kind = say("{silent} of {expected} silent", silent=silent, expected=expected), "badge attn"
    else:
        words, kind = say("Live"), "badge"
    return html.Details(
        [
            html.Summary(
                [icon("alert" if "attn" in kind else "dot", at="now-live-icon"), text(words, at="now-live")],
                id="now-badge",
                className=kind,
                title=" ".join(silence.sentences(page)) or say("Who is heard, and when"),
            ),
            html.Div(
                [
                    html.H2(say("Who is heard")),
                    html.P(_heard_line(page), id="now-heard-line"),
                    html.Ul([html.Li(line) for line in silence.sentences(page)], id="now-silent-lines"),
                    html.Div(_sources(page), id="now-sources"),
                    html.A(say("All devices and topics"), href="./devices", className="door"),
                ],
                className="sheet",
            ),
        ],
        className="hearing",
    )


def _heard_line(page: Page) -> str:
    silent, expected = len(page.now.silent), page.now.expected
    return (
        say("{heard} of {expected} sources are heard.", heard=expected - silent, expected=expected)
        if expected
        else say("Nothing is heard yet.")
    )


def _sources(page: Page) -> html.Table:
    head = html.Tr([html.Th(name) for name in (say("Source"), say("Last heard"), say("Usually every"), "")])
    return html.Table([html.Thead(head), html.Tbody(source_rows(page), id=SOURCES)])


def source_rows(page: Page) -> list[html.Tr]:
    """Return who is heard, a row each; every cell has an id, so that what a browser draws anew is one text."""
    return [_source(page, row, f"now-source-{number}") for number, row in enumerate(page.now.sources)]


def _source(page: Page, row: Source, at: str) -> html.Tr:
    ago = say("only retained") if row.heard_us is None else _ago((page.now.at_us - row.heard_us) / 1e6)
    usual = say("learning") if row.usual_s is None else formatting.duration(max(row.usual_s, 1))
    word = say("silent") if row.silent else say("heard")
    note = word if row.mapped else say("{state}, not in the home file", state=word)
    cells = (("name", row.device), ("ago", ago), ("usual", usual), ("note", note))
    return html.Tr(
        [html.Td(words, id=f"{at}-{name}") for name, words in cells],
        id=at,
        className="attn" if row.silent and row.mapped else "",
    )


def _ago(seconds: float) -> str:
    """Return an age in steps that do not tick: a listed source is either fresh or some time old."""
    return say("just now") if seconds < 60 else say("{duration} ago", duration=formatting.duration(seconds // 60 * 60))
