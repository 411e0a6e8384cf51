"""The page `/zones`: which room costs most, what heat costs there, and how a shared unit was divided."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from dash import Dash, Input, dcc, html
from dash.development.base_component import Component

from dashboard import zone_cards, zone_controls, zone_history, zone_live, zone_savings
from dashboard.cards import heading
from dashboard.components import Prop
from dashboard.desk import Desk, wire
from dashboard.desk_view import View
from dashboard.shown import Shown, sentence
from heatledger import formatting
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.rounding import largest_remainder
from heatledger.wording import say

NAME: Final = "zones"
PATH: Final = "/zones"
PACE_S: Final = 0.25
"""The rooms are looked at this often. [s]"""
_LIVE: Final = "zones-doing"
_SPREAD: Final = """function(cells) {
  for (const [id, children] of Object.entries(cells || {}))
    if (document.getElementById(id)) window.dash_clientside.set_props(id, { children });
}"""
TITLE: Final = marked("heatledger · zones")


def render(view: View) -> list[Component]:
    """Return the page below its first line; pure."""
    below = [card for pump in view.home.heat_pumps if (card := zone_cards.shared(view, pump)) is not None]
    cards = [html.Div(card, className="span-6") for card in (*below, zone_cards.heat_taken(view))]
    told = (zone_savings.saved_card(view), zone_history.asked_card(view))
    return [answer(view), zone_cards.table(view), html.Div(cards, className="columns even"), *filter(None, told)]


def answer(view: View) -> html.H1:
    """Return which room costs most, and how much of all rooms that is."""
    bill, names = view.summary.bill, {zone.id: zone.name for zone in view.home.zones}
    if not names:
        return heading(say("No room is named."), say("Name them with [[zones]] in the home file."))
    costs = {zone: Decimal(use.cost) for zone, use in view.summary.electricity.by_zone.items() if use.cost is not None}
    total = sum(costs.values(), Decimal(0))
    if total <= 0:
        reason = retold(bill.reason) or say("no room used anything that is metered in this period")
        return heading(say("No room’s cost is known."), f"{reason[:1].upper()}{reason[1:]}.")
    most = max(costs, key=lambda zone: costs[zone])
    shares = largest_remainder([100 * cost / total for cost in costs.values()], 100, 0)
    share, at = dict(zip(costs, shares, strict=True))[most], f"electricity.by_zone.{most}"
    return heading(
        sentence(
            say("{room} is {share} of what the rooms cost: {ours} of {all_rooms}."),
            room=names[most],
            share=Shown(formatting.share(share / 100), f"{at}.share"),
            ours=Shown(formatting.money(costs[most], bill.currency), f"{at}.cost"),
            all_rooms=Shown(formatting.money(total, bill.currency), "electricity.zones_cost"),
        )
    )


def props(desk: Desk) -> dict[Prop, object]:
    """Return what changes of the page by itself: beside what every such page pushes, what its rooms do now."""
    seen = desk.now()
    cells = zone_live.pushed(*seen) | zone_controls.pushed(seen[0], desk.commands.all(seen[0]), seen[1]) if seen else {}
    return desk.props(NAME) | {Prop(_LIVE, "data"): cells}


def register(app: Dash, desk: Desk) -> Callable[..., Component]:
    """Register the page's wiring; return its layout.

    The rooms' cells come in one piece, for what stands in the page's body is asked for apart and may be another home's.
    """
    app.clientside_callback(_SPREAD, Input(_LIVE, "data"))  # type: ignore[no-untyped-call] # Dash leaves it untyped
    laid_out = wire(app, NAME, desk, lambda view: render(desk.with_asked(view)), eyebrow=marked("Zones"))

    def layout(**query: str) -> html.Div:
        return html.Div([dcc.Store(id=_LIVE), laid_out(**query)])

    return layout
