"""What stands around every page of the books: the eyebrow, the periods, the homes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.cards import LOADING, card
from dashboard.components import Children, aria, icon, text
from dashboard.question import PERIODS, WORKS, Question, address, after, before, day_of, words
from dashboard.rail import rail
from heatledger.home import Home
from heatledger.marks import marked
from heatledger.periods import period
from heatledger.wording import say


def frame(page: str, body: Sequence[Component], *, query: str, skip: str = marked("To the answer")) -> html.Div:
    """Return a page of the books: its rail, and what stands beside it."""
    live: Children = [
        html.Div([icon("dot", at=f"{page}-live-icon"), text("", at=f"{page}-live")]),
        text("", "clock", at=f"{page}-time"),
    ]
    return html.Div(
        [
            html.A(say(skip), href=f"#{page}-body", className="skip"),
            rail(page, query=query, live=live),
            html.Main(list(body), id=f"{page}-body", className="page-body", tabIndex="-1"),
            text("", "beat", at=f"{page}-beat"),
        ],
        className="page",
    )


def eyebrow(page: str, first: str, controls: Sequence[Component]) -> html.Div:
    """Return the first line of a page: what it is about, whether it is connected, and its controls."""
    said = html.P([html.Span(first), html.Span(id=f"{page}-link", role="status", className="link attn")])
    return html.Div([said, html.Div(list(controls), className="controls")], className="eyebrow with-controls")


def controls(question: Question, home: Home, homes: Mapping[str, str], now: datetime) -> list[Component]:
    """Return the pickers of a page: kind of work where it has one, homes where there are several, period."""
    found: list[Component] = []
    if question.work:
        found.append(
            _segments(
                say("Kind of work"),
                [(say(word), address(question, work=name), name == question.work) for name, word in WORKS.items()],
            )
        )
    else:
        found.append(_quick(question, home, now))
    if len(homes) > 1:
        found.append(_homes(question, home, homes))
    return [*found, _periods(question, home, now)]


def _segments(label: str, rows: Sequence[tuple[str, str, bool]], kind: str = "") -> html.Div:
    links = [
        dcc.Link(word, href=href, className="segment chosen" if chosen else "segment") for word, href, chosen in rows
    ]
    return html.Div(links, className=f"segments {kind}".strip(), role="group", **aria(label=label))


def _quick(question: Question, home: Home, now: datetime) -> html.Div:
    """Return the three periods that are asked most: this bill, the last one, this year."""
    running = Question(home.id, "cycle", *period(home, "cycle", now), running=True)
    last = before(running)
    this = question.name == "cycle" and question.running
    was = question.name == "cycle" and question.end == running.start
    rows = [
        (say("This bill"), address(question, period="cycle"), this),
        (say("Last bill"), last, was),
        (say("Year"), address(question, period="year"), question.name == "year" and question.running),
    ]
    return _segments(say("Period"), rows, "quick")


def _homes(question: Question, home: Home, homes: Mapping[str, str]) -> html.Details:
    links = [
        dcc.Link(name, href=address(question, home=one), className="choice chosen" if one == home.id else "choice")
        for one, name in homes.items()
    ]
    return _menu("home", say("Home"), "house", home.name, links)


def _periods(question: Question, home: Home, now: datetime) -> html.Details:
    later = after(question)
    steps = html.Div(
        [
            dcc.Link(say("‹ Before"), href=before(question), className="choice"),
            dcc.Link(say("After ›"), href=later, className="choice") if later else text(say("After ›"), "choice off"),
        ],
        className="steps",
    )
    chosen = [
        dcc.Link(
            say(word),
            href=address(question, period=name),
            className="choice chosen" if name == question.name else "choice",
        )
        for name, word in PERIODS.items()
    ]
    return _menu(
        "period",
        say("Period"),
        "clock",
        words(question, now),
        [steps, html.Div(chosen, className="choices"), _custom(question, home)],
        kind="period",
    )


def _custom(question: Question, home: Home) -> html.Form:
    """Return the form of any other span: it asks by the page's address, so that it needs no callback."""
    fields: list[Component] = []
    for name, label, day in (("from", say("From"), question.start.date()), ("through", say("Through"), question.last)):
        field = dcc.Input(
            id=f"period-{name}",
            name=name,
            value=day.isoformat(),
            className="day-field",
            required=True,
            pattern=r"\d{4}-\d{2}-\d{2}",
        )
        fields.append(html.Label([label, field]))
    kept = [("home", home.id), ("work", question.work), ("pump", question.pump)]
    hidden = [dcc.Input(type="hidden", name=name, value=value, id=f"period-{name}") for name, value in kept if value]
    return html.Form(
        [*fields, *hidden, html.Button(say("Show"), type="submit", className="button")],
        method="get",
        className="custom",
    )


def _menu(name: str, label: str, sign: str, now_shown: str, body: Sequence[Component], kind: str = "") -> html.Details:
    return html.Details(
        [
            html.Summary(
                [icon(sign), text(say("{label}:", label=label) + " ", "hidden"), text(now_shown, "shown")],
                className="menu-button",
            ),
            html.Div(list(body), className="menu-sheet"),
        ],
        id=f"menu-{name}",
        className=f"menu {kind}".strip(),
    )


def skeleton(number: int = 3) -> list[Component]:
    """Return a page that waits: the shape of its cards, no spinner."""
    return [card(LOADING, " ") for _ in range(number)]


def eyebrow_words(name: str, question: Question, now: datetime) -> str:
    """Return what a page is about: Bill · Jan 3 – Feb 2, day 18 of 31."""
    return f"{name} · " + ", ".join(filter(None, (words(question, now), day_of(question, now))))
