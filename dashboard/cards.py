"""The card and its states: one function draws all of them, so that what is not known looks the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from dash import html
from dash.development.base_component import Component

from dashboard.components import Children, aria, icon, text
from dashboard.shown import children
from heatledger import formatting
from heatledger.retelling import retold
from heatledger.wording import say

Kind = Literal["good", "loading", "empty", "too soon", "stale", "estimated", "partial", "refused", "error"]


class State(NamedTuple):
    """How a card stands.

    Attributes
    ----------
    kind : str
        One of `Kind`.
    says : str
        Its first line: when the first figure comes, how old it is, how much is estimated or missing, what failed.
    reason : str
        Why, in a sentence.
    settles : str
        What would make it known; of an error what happens next.
    progress : float or None
        How far towards the rule, where it is too soon. [0–1]
    """

    kind: Kind = "good"
    says: str = ""
    reason: str = ""
    settles: str = ""
    progress: float | None = None


GOOD: Final = State()
LOADING: Final = State("loading")
_INSTEAD: Final = ("empty", "too soon", "refused", "error")
_BESIDE: Final = {"stale": "silent", "estimated": "hatch", "partial": "hatch"}


def refused(reason: str | None, settles: str = "") -> State:
    """Return the state of what cannot be known; a reason that names its own mend after a semicolon is split there."""
    why, _, mend = retold(reason).replace(" ; ", "; ").partition("; ")
    return State("refused", formatting.not_known(), _sentence(why), settles or mend)


def card(
    state: State,
    title: str,
    *body: Component | str,
    aside: Children | None = None,
    at: str | None = None,
    kind: str = "",
) -> html.Section:
    """Return a card.

    Parameters
    ----------
    state : State
        Decides what stands in it: `body`, `body` with a doubt beside it, or a sentence in its place.
    title : str
        Its heading.
    body : Component or str
        What it shows when it can.
    aside : list, optional
        Beside the heading: a key, a chip.
    at : str, optional
        The id of the card.
    kind : str
        Further classes.
    """
    head = html.Div([html.H2(title, className="card-title"), *_aside(aside)], className="card-head")
    given: dict[str, Any] = {"id": at} if at else {}
    return html.Section(
        [head, *_inside(state, body)],
        className=f"card is-{state.kind.replace(' ', '-')} {kind}".strip(),
        **given,
        **(aria(busy="true") if state.kind == "loading" else {}),
    )


def _aside(aside: Children | None) -> list[Component]:
    return [html.Div(aside, className="card-aside")] if aside else []


def _inside(state: State, body: Sequence[Component | str]) -> list[Component | str]:
    if state.kind == "loading":
        return [html.Div([html.Span(className="bone tall"), html.Span(className="bone")], className="bones")]
    if state.kind in _INSTEAD:
        return [_instead(state)]
    if state.kind in _BESIDE:
        doubt = [
            icon(_BESIDE[state.kind]),
            html.Span([html.B(children(state.says)), f" {_dot(state)}", *children(state.reason)]),
        ]
        return [*body, html.P(doubt, className="doubt")]
    return list(body)


def _dot(state: State) -> str:
    return "· " if state.reason else ""


def _instead(state: State) -> html.Div:
    said: Children = [html.P([*_alert(state), text(state.says)], className="state-says")]
    if state.reason:
        said.append(html.P(children(state.reason), className="state-reason"))
    if state.settles:
        label: Children = [] if state.kind == "error" else [html.B(say("Would settle it:") + " ")]
        said.append(html.P([*label, state.settles], className="state-settles"))
    if state.progress is not None:
        said.append(progress(state.progress, state.says))
    return html.Div(said, className="card-state")


def _alert(state: State) -> list[Component]:
    return [icon("alert")] if state.kind == "error" else []


def progress(share: float, label: str) -> html.Div:
    """Return a bar that says how far something has come [0–1]."""
    percent = f"{max(0.0, min(share, 1.0)) * 100:.0f}"
    return html.Div(
        html.Div(className="progress-done", style={"width": f"{percent}%"}),
        className="progress",
        role="progressbar",
        **aria(valuenow=percent, valuemin="0", valuemax="100", label=label),
    )


def _sentence(words: str) -> str:
    """Return words that begin as a sentence does and end with a full stop."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""


def heading(strong: str, rest: str = "") -> html.H1:
    """Return the answer of a page: its one first heading, figures in the strong part."""
    said: Children = [text(strong, "strong-part")]
    return html.H1([*said, " ", text(rest, "rest-part")] if rest else said, className="answer")
