"""What a page of the books shows: an address answered by one Summary, and the wiring that all such pages share."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

import msgspec
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard import shell
from dashboard.cards import State as CardState
from dashboard.cards import card, heading
from dashboard.clocks import clock
from dashboard.components import Prop, icon, live_props, text
from dashboard.desk_view import View
from dashboard.feed import Feed
from dashboard.queries import AskError, Queries, local_now
from dashboard.question import WORKS, asked
from dashboard.room_books import RoomBooks
from dashboard.tokens import Scheme
from dashboard.zone_commands import Commands
from dashboard.zone_history import Past
from dashboard.zone_savings import a_degree
from heatledger.comparing import Against
from heatledger.home import Home
from heatledger.live import Now
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.store import StoreError
from heatledger.summary import Summary
from heatledger.wording import say

_KEPT: Final = ("home", "period", "at", "from", "through", "against", "ducts")
Render = Callable[[View], list[Component]]


class Desk:
    """Answers the pages of the books.

    Parameters
    ----------
    queries : Queries
        The books.
    feed : Feed
        Whether it is live.
    shown : Home or None
        The home of the page Now, which is asked where an address names none; None where none is described.
    now : callable
        What is heard of it this moment.
    commands : Commands
        What was asked of its zones.
    past : Past, optional
        What that cost.
    rooms : RoomBooks, optional
        What set-points cost and automations save.
    """

    def __init__(
        self,
        queries: Queries,
        feed: Feed,
        shown: Home | None,
        now: Callable[[], Now],
        commands: Commands,
        past: Past | None = None,
        rooms: RoomBooks | None = None,
    ) -> None:
        self._queries, self._feed, self._shown, self._now, self.commands = queries, feed, shown, now, commands
        self._past, self._rooms = past or Past(queries), rooms or RoomBooks(queries)

    def view(self, query: Mapping[str, str | None], scheme: Scheme) -> View:
        """Return what an address asks for.

        Raises
        ------
        AskError
            If that cannot be answered: one line with the mend.
        """
        home = self._home(query)
        at = datetime.now(UTC)
        question = asked(home, query, at)
        try:
            summary = self._queries.answers.get(home, question.start, question.end)
            if question.against is not None:
                summary = self._queries.against(home, summary, Against(question.against, question.ducts))
        except (StoreError, sqlite3.Error) as error:
            raise AskError("the store is not answering") from error
        return View(
            home=home,
            question=question,
            summary=summary,
            at=at,
            scheme=scheme,
            homes={name: one.name for name, one in sorted(self._queries.config.homes.items())},
            now=self._now() if home is self._shown else None,
            systems=self._queries.config.alternatives,
            commands=self.commands.all(home),
        )

    def with_asked(self, view: View) -> View:
        """Return a view with what was asked of the zones in its period, and what that cost."""
        try:
            found = self._past.of(view.home, view.question.start, view.question.end)
        except (StoreError, sqlite3.Error):
            return msgspec.structs.replace(view, unread=marked("the store is not answering"))
        on = [zone for zone, known in view.commands.items() if known.on]
        if not on:
            return msgspec.structs.replace(view, asked=found)
        now = view.now
        costs = {zone: a_degree(view.home, self._rooms, now, zone) for zone in on} if now else {}
        return msgspec.structs.replace(
            view,
            asked=found,
            savings=self._rooms.savings_known(view.home, view.question.start, view.question.end),
            warmer={zone: cost for zone, cost in costs.items() if cost is not None},
        )

    def _home(self, query: Mapping[str, str | None]) -> Home:
        name = query.get("home")
        return self._shown if name is None and self._shown else self._queries.home(name)

    def now(self) -> tuple[Home, Now] | None:
        """Return the home of the page Now and what is heard of it this moment; None where none is described."""
        return (self._shown, self._now()) if self._shown else None

    def version(self) -> str:
        """Return what changes when the books do."""
        return self._queries.version(self._shown)

    def props(self, page: str) -> dict[Prop, object]:
        """Return what changes of a page by itself: whether it is live, the time, and when it is to be asked again."""
        return self.state(page) | {Prop(f"{page}-fresh", "data"): self.version()}

    def state(self, page: str) -> dict[Prop, object]:
        """Return what stands below the doors: whether it is live, and the time."""
        live = self._feed.connected and self._feed.ingest_online is not False
        at = clock(self._shown, local_now(self._shown, time.time_ns() // 1000)) if self._shown else ""
        tree = html.Div(
            [
                icon("dot" if live else "alert", at=f"{page}-live-icon"),
                text(say("Live") if live else say("Not live"), at=f"{page}-live"),
                text(at, at=f"{page}-time"),
            ]
        )
        return {prop: value for prop, value in live_props(tree).items() if prop.name == "children" or "icon" in prop.id}


def wire(
    app: Dash, page: str, desk: Desk, render: Render, *, eyebrow: str, works: bool = False
) -> Callable[..., Component]:
    """Register what a page of the books needs; return its layout.

    Parameters
    ----------
    app : Dash
        With pages.
    page : str
        The page's name: its ids begin with it.
    desk : Desk
        Answers it.
    render : callable
        Makes the components below the eyebrow; pure.
    eyebrow : str
        What the page is called in its first line.
    works : bool
        Whether it looks at heating and cooling apart.
    """
    app.clientside_callback(  # type: ignore[no-untyped-call] # Dash leaves it untyped
        "function(page) { return [page, document.documentElement.dataset.scheme]; }",
        Output("shell-page", "data", allow_duplicate=True),
        Output(f"{page}-scheme", "data"),
        Input(f"{page}-mount", "data"),
        prevent_initial_call="initial_duplicate",
    )

    @app.callback(
        Output(f"{page}-body", "children"),
        Output(f"{page}-shown", "data"),
        inputs={
            "query": Input(f"{page}-question", "data"),
            "scheme": Input(f"{page}-scheme", "data"),
            "fresh": Input(f"{page}-fresh", "data"),
            "shown": State(f"{page}-shown", "data"),
        },
    )
    def body(query: dict[str, str], scheme: Scheme | None, fresh: str, shown: list[object]) -> tuple[object, object]:
        wanted = [query, scheme, fresh]
        if scheme is None or wanted == shown:  # the picture stands already
            raise PreventUpdate
        return answer(page, desk, render, query, scheme, eyebrow=eyebrow, works=works), wanted

    def layout(**query: str) -> html.Div:
        stores = [
            dcc.Store(id=f"{page}-{name}", data=data)
            for name, data in (
                ("mount", page),
                ("question", query),
                ("scheme", None),
                ("fresh", desk.version()),
                ("shown", None),
            )
        ]
        return html.Div([*stores, shell.frame(page, shell.skeleton(), query=kept_of(query))])

    return layout


def kept_of(query: Mapping[str, str]) -> str:
    """Return what of an address goes on to the other pages: the home, the period, and what is compared with."""
    kept = {name: query[name] for name in _KEPT if name in query}
    return f"?{urlencode(kept)}" if kept else ""


def answer(
    page: str,
    desk: Desk,
    render: Render,
    query: Mapping[str, str],
    scheme: Scheme,
    *,
    eyebrow: str,
    works: bool = False,
) -> list[Component]:
    """Return the body of a page: what it was asked, or in one line why that cannot be answered."""
    try:
        view = desk.view(query, scheme)
    except AskError as error:
        return refusal(page, say(eyebrow), str(error))
    if works and view.question.work is None:
        question = msgspec.structs.replace(view.question, work=_mostly(view.summary))
        view = msgspec.structs.replace(view, question=question)
    said = shell.eyebrow_words(say(eyebrow), view.question, view.at)
    return [shell.eyebrow(page, said, shell.controls(view.question, view.home, view.homes, view.at)), *render(view)]


def _mostly(summary: Summary) -> str:
    """Return which kind of work drew more."""
    used = [use.seasonal for use in summary.heat_pumps.values()]
    return max(WORKS, key=lambda work: sum(seen[work].kwh for seen in used if work in seen))


def refusal(page: str, eyebrow: str, why: str) -> list[Component]:
    """Return the body of a page that cannot be shown: why, in one line, and what happens next."""
    what, _, mend = why.partition("; ")
    state = CardState(
        "error",
        retold(f"{what[:1].upper()}{what[1:]}."),
        settles=retold(mend) or say("Nothing is lost: what is heard is kept."),
    )
    again = dcc.Link(say("This bill"), href=f"./{page}", className="button")
    return [shell.eyebrow(page, eyebrow, []), heading(say("That cannot be shown.")), card(state, eyebrow), again]
