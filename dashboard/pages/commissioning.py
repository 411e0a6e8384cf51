"""The page `/commissioning`: whether all is wired, mapped and measuring right, and the machine works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard import shell
from dashboard.cards import heading
from dashboard.commission_cards import changed, checks, counts, job, narrowing, runs
from dashboard.commissioning import Commissioning, Look
from dashboard.desk import kept_of, refusal
from dashboard.markup import drawn
from dashboard.queries import AskError
from dashboard.trial_cards import tried
from heatledger.commissioning.own_units import in_own_units
from heatledger.commissioning.record import headline
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.wording import say

NAME: Final = "commissioning"
PATH: Final = "/commissioning"
TITLE: Final = marked("heatledger · commissioning")


def render(look: Look) -> list[Component]:
    """Return the page below its first line; pure."""
    return [
        answer(look),
        counts(look.record),
        drawn([tried(look), *filter(None, [changed(look)]), *checks(look), *filter(None, [narrowing(look.record)])]),
        job(look),
        *filter(None, [runs(look)]),
    ]


def answer(look: Look) -> html.H1:
    """Return whether the home is ready, and the one thing in the way."""
    untested = look.record.counts["not_testable"]
    said = say("Not everything could be tested.") if untested else ""
    return heading(in_own_units(retold(headline(look.record.findings)), look.home), said)


def register(app: Dash, commissioning: Commissioning) -> Callable[..., Component]:
    """Register the page's wiring; return its layout."""

    @app.callback(Output(f"{NAME}-body", "children"), Input(f"{NAME}-question", "data"))
    def body(query: dict[str, str]) -> list[Component]:
        try:
            look = commissioning.look(query.get("home"))
        except AskError as error:
            return refusal(NAME, say("Commissioning"), str(error))
        again = html.A(say("Run again"), href=f"./{NAME}{kept_of(query)}", className="button")
        controls: list[Component] = []
        if len(look.homes) > 1:
            controls.append(html.A(say("All homes"), href="./fleet", className="button"))
        number = len(look.kept) + 1
        said = say("Commissioning · {home} · run {n}", home=look.home.name, n=number)
        paper = html.A(
            say("Hand-over PDF"), href=f"./commissioning/handover.pdf?home={look.home.id}", className="button"
        )
        return [shell.eyebrow(NAME, said, [*controls, again, paper]), *render(look)]

    app.clientside_callback(  # type: ignore[no-untyped-call] # Dash leaves it untyped
        "function(page) { return page; }",
        Output("shell-page", "data", allow_duplicate=True),
        Input(f"{NAME}-mount", "data"),
        prevent_initial_call="initial_duplicate",
    )

    def layout(**query: str) -> html.Div:
        stores = [dcc.Store(id=f"{NAME}-mount", data=NAME), dcc.Store(id=f"{NAME}-question", data=query)]
        return html.Div([*stores, shell.frame(NAME, shell.skeleton(), query=kept_of(query))])

    return layout
