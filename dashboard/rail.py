"""The doors between the pages: a rail on a desk, a bar below on a phone, a menu on the wall."""

from __future__ import annotations

from typing import Final, NamedTuple

from dash import html
from dash.development.base_component import Component

from dashboard.components import Children, aria, icon
from dashboard.rights import Right
from heatledger.marks import marked
from heatledger.wording import say


class Door(NamedTuple):
    """A page of the rail: its name, address, word, icon, and the right that it asks for."""

    name: str
    href: str
    word: str
    icon: str
    right: Right = "look"


DOORS: Final = (
    Door("now", "./", marked("Now"), "house"),
    Door("zones", "./zones", marked("Zones"), "rooms"),
    Door("bill", "./bill", marked("Bill"), "receipt"),
    Door("performance", "./performance", marked("COP"), "dial"),
    Door("compare", "./compare", marked("Compare"), "scales"),
    Door("devices", "./devices", marked("Devices"), "waves"),
)
"""The pages of the home."""
FURTHER: Final = (
    Door("fleet", "./fleet", marked("Homes"), "house", "set_up"),
    Door("people", "./people", marked("People and devices"), "people", "own"),
    Door("setup", "./setup", marked("Set up"), "tools", "set_up"),
    Door("commissioning", "./commissioning", marked("Commissioning"), "check", "set_up"),
    Door("reading", "./reading", marked("Language, units and colours"), "words"),
    Door("help", "./help", marked("Help"), "info"),
)
"""What is about the program; the gate decides who may, the rail only does not offer what would be refused."""
_ON_A_PHONE: Final = 4
_CLOCKED: Final = {"now", "devices"}


def rail(page: str, *, query: str = "", live: Children | None = None) -> html.Nav:
    """Return the doors between the pages.

    Parameters
    ----------
    page : str
        The name of the one that is shown.
    query : str
        What the pages of the books are asked, so that a period is kept from one to the next.
    live : list, optional
        Below the doors: whether it is live, and the time.
    """
    doors: list[Component] = [_door(door, page, query) for door in DOORS[:_ON_A_PHONE]]
    doors += [_door(door, page, query, "not-on-a-phone") for door in DOORS[_ON_A_PHONE:]]
    return html.Nav(
        [
            html.Span(className="logo", **aria(hidden="true")),
            *doors,
            _more(page, query),
            html.Div(live or [], className="rail-state"),
        ],
        className="rail",
        **aria(label=say("Pages")),
    )


def _more(page: str, query: str) -> html.Details:
    """Return the door that opens on all the others: which of them it holds, the size of the window says."""
    doors: list[Component] = [_door(door, page, query, "in-bar") for door in DOORS[:_ON_A_PHONE]]
    doors += [_door(door, page, query, "in-rail") for door in DOORS[_ON_A_PHONE:]]
    doors += [_door(door, page, "", f"for-{door.right}") for door in FURTHER]
    doors += [html.Button([icon("screen"), say("This screen")], type="button", className="door opens-screen")]
    behind = page in {door.name for door in DOORS[_ON_A_PHONE:]}
    return html.Details(
        [
            html.Summary([icon("more"), html.Span(say("More"), className="word")], className="door"),
            html.Div(doors, className="more-doors"),
        ],
        className="more here" if behind else "more",
    )


def _door(door: Door, page: str, query: str, kind: str = "") -> html.A:
    # another page is loaded whole: what is pushed to a browser belongs to the page it opened
    here = door.name == page
    return html.A(
        [icon(door.icon), say(door.word)],
        href=door.href + ("" if door.name in _CLOCKED else query),
        className=f"door {'here' if here else ''} {kind}".strip(),
    )
