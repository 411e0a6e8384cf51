"""What the home is compared with, as this reader picks it: a system, where its ducts run, and what else was assumed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.cards import GOOD
from dashboard.compare_cards import capital, name_of, state
from dashboard.components import Children, aria, icon, text
from dashboard.desk_view import View
from dashboard.question import address
from heatledger.baseline.compared import Assumption
from heatledger.baseline.machines import chosen
from heatledger.comparing import PLACES
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.wording import say

_DUCTS: Final = "Ducts"
_PLACES: Final = {
    "inside": marked("inside the walls, nothing lost"),
    "basement": marked("in the basement, about 15% lost"),
    "attic_good": marked("good ones in the attic, about 15% lost"),
    "attic_typical": marked("usual ones in the attic, about 25% lost"),
}


def picker(view: View) -> html.Div:
    """Return the systems to choose from, and a chip for each thing that was taken for granted of the chosen one."""
    base = view.summary.baseline
    rows = [html.Li(_chip(view, one)) for one in base.assumptions if one.key != "compare"]
    chips = html.Ul(rows, className="assumptions", **aria(label=say("What was assumed")))
    return html.Div([_systems(view), chips], className="assumed")


def _systems(view: View) -> html.Details:
    base, own = view.summary.baseline, chosen(view.home)
    known = {name: kind.name for name, kind in view.systems.items()}
    known |= {other.system: other.name for other in base.alternatives}
    order = sorted(known, key=lambda name: (name != own, say(known[name]).casefold()))
    links: list[Component] = []
    for name in order:
        words: Children = [capital(say(known[name]))]
        if name == own:
            words.append(text(say("as in the home file"), "choice-note"))
        picked = None if name == own else name
        kind = "choice chosen" if name == base.system else "choice"
        links.append(dcc.Link(words, href=address(view.question, against=picked, ducts=None), className=kind))
    now_shown = capital(name_of(base) if state(base) == GOOD else say(known.get(base.system or own, own)))
    return _menu("system", say("Compared with"), now_shown, links, "compared-with")


def _chip(view: View, one: Assumption) -> Component:
    said: Children = [text(f"{retold(one.label)}: ", "chip-label"), retold(one.value)]
    key = html.P(say("Change it for everyone with {key} in the home file.", key=one.key), className="choice-note")
    if one.label != _DUCTS or not _has_ducts(view):
        return _menu(one.key, "", "", [key], "chip-menu", summary=said)
    base = view.summary.baseline
    links = [
        dcc.Link(
            capital(say(words)),
            href=address(view.question, against=base.system, ducts=place),
            className="choice chosen" if view.question.ducts == place else "choice",
        )
        for place, words in _PLACES.items()
        if place in PLACES
    ]
    return _menu(one.key, "", "", [*links, key], "chip-menu", summary=said)


def _has_ducts(view: View) -> bool:
    kind = view.systems.get(view.summary.baseline.system or "")
    stated = any(row.ducts for row in view.home.comparison if row.system == view.summary.baseline.system)
    return stated or (kind is not None and kind.ducts is not None)


def _menu(
    name: str,
    label: str,
    now_shown: str,
    body: Sequence[Component],
    kind: str,
    *,
    summary: Children | None = None,
) -> html.Details:
    shown: Children = summary or [text(f"{label}: ", "hidden"), text(now_shown, "shown"), icon("down")]
    return html.Details(
        [html.Summary(shown, className="menu-button"), html.Div(list(body), className="menu-sheet")],
        id=f"menu-compare-{name.replace('[', '-').replace(']', '').replace('.', '-')}",
        className=f"menu {kind}",
    )
