"""The panel "This screen": whether it stays awake and why not, when it is dark, and what else is its own."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.components import aria, data
from heatledger.marks import marked
from heatledger.wording import say

_AWAKE: Final = {
    "held": marked("This screen stays awake while heatledger is shown."),
    "insecure": marked(
        "This screen may go to sleep: over plain http no browser lets a page keep it awake. Either serve heatledger by "
        "https, or tell the tablet itself to stay awake, in its own settings or a kiosk browser’s."
    ),
    "missing": marked(
        "This screen may go to sleep: this browser cannot keep it awake. Tell the tablet itself to stay awake, in its "
        "own settings or a kiosk browser’s."
    ),
    "refused": marked(
        "This screen may go to sleep: the browser refuses to keep it awake now, as it does when the battery is low or "
        "power is saved. It is asked again every minute."
    ),
}
"""By what the script found: what it means, and the mend."""
_OTHER: Final = "20:00-07:00"


def panel(night: str) -> html.Dialog:
    """Return the panel.

    Parameters
    ----------
    night : str
        When the home's screens are dark, ``22:00-06:30``; empty for never.
    """
    home = say("As the home: {hours}", hours=night.replace("-", "–")) if night else say("As the home: never")
    choices: list[Component] = [_choice(home, ""), _choice(_OTHER.replace("-", "–"), _OTHER)]
    choices += [_choice(say("Never"), "never")]
    return html.Dialog(
        [
            html.H2(say("This screen")),
            *(html.P(say(words), className=f"awake-line awake-{state}") for state, words in _AWAKE.items()),
            html.H3(say("Dark at night")),
            html.Div(choices, className="segments", role="group", **aria(label=say("Dark at night"))),
            html.P(html.A(say("Language, units and colours"), href="./reading", className="button")),
            html.P(html.A(say("How a wall tablet is set up"), href="./help/wall-tablet", className="button")),
            html.P(html.A(say("Leave the wall on this screen"), href="./?wall=off", className="button")),
            html.Button(say("Close"), type="button", className="button closes"),
        ],
        id="screen",
        className="screen",
        **aria(label=say("This screen")),
        **data(night=night),
    )


def _choice(words: str, hours: str) -> html.Button:
    return html.Button(words, type="button", className="segment night-choice", **data(night=hours))
