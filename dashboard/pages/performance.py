"""The page `/performance`: how well the heat pumps work, whether that is normal, and how surely it is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dash import Dash, html
from dash.development.base_component import Component

from dashboard import pump_cards
from dashboard.cards import heading
from dashboard.desk import Desk, wire
from dashboard.desk_view import View
from dashboard.shown import Shown, joined, sentence
from heatledger import formatting
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.wording import say

NAME: Final = "performance"
PATH: Final = "/performance"
TITLE: Final = marked("heatledger · COP")
_MADE: Final = {
    "heating": marked("One unit of electricity made {cop} of heat"),
    "cooling": marked("One unit of electricity took away {cop} of heat"),
}


def render(view: View) -> list[Component]:
    """Return the page below its first line; pure."""
    found = pump_cards.chosen(view)
    if found is None:
        return [heading(say("No heat pump is named."), say("Name one with [[heat_pumps]] in the home file."))]
    pump, use = found
    strips = [html.Div(card, className="span-4") for card in pump_cards.run(view, pump, use)]
    return [
        answer(view),
        html.Div(
            [
                html.Div(pump_cards.against_outdoor(view, pump, use), className="span-8"),
                html.Div(pump_cards.ladder(pump, use), className="span-4"),
            ],
            className="columns even",
        ),
        html.Div(strips, className="columns even"),
    ]


def answer(view: View) -> html.H1:
    """Return what one unit of electricity made, and whether that is normal for the weather."""
    found, work = pump_cards.chosen(view), pump_cards.work_of(view)
    if found is None:
        return heading(say("No heat pump is named."))
    pump, use = found
    name = "" if len(view.summary.heat_pumps) == 1 else pump.name or pump.id
    seen = use.seasonal.get(work)
    if seen is None:
        return heading(_of(name, say(pump_cards.IDLE[work]) + "."))
    if seen.cop.value is None:
        why, _, mend = (seen.cop.reason or "").partition("; ")
        why, mend = retold(why), retold(mend)
        return heading(
            _of(name, say("The COP is not known.")),
            f"{why[:1].upper()}{why[1:]}.{' ' + mend[:1].upper() + mend[1:] + '.' if mend else ''}",
        )
    figure, _, interval = formatting.cop(seen.cop.value, seen.cop.low, seen.cop.high).partition(" ")
    at = f"heat_pumps.{pump.id}.seasonal.{work}"
    made = sentence(say(_MADE[work]), cop=Shown(figure, f"{at}.cop.value"))
    bounds = Shown(interval, f"{at}.cop.low")
    return heading(_of(name, made), sentence("{said}.", said=joined(bounds, pump_cards.normal(seen, at), by=", ")))


def _of(name: str, said: str) -> str:
    return joined(f"{name}:", said) if name else said


def register(app: Dash, desk: Desk) -> Callable[..., Component]:
    """Register the page's wiring; return its layout."""
    return wire(app, NAME, desk, render, eyebrow=marked("Performance"), works=True)
