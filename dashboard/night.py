"""What a wall tablet shows at night, and what its own script must know of the home: the time there, day or dark."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from dash import html

from dashboard.clocks import clock
from dashboard.components import placed, text
from dashboard.heroes import Page
from dashboard.queries import local_now
from heatledger import formatting
from heatledger.home import Home
from heatledger.reader import temperature_unit
from heatledger.sky import is_day
from heatledger.wording import say


def sky(home: Home, at_us: int) -> Literal["day", "dark", ""]:
    """Return whether the sun is up at a home; empty where the home file does not say where it stands."""
    if home.latitude is None or home.longitude is None:
        return ""
    return "day" if is_day(datetime.fromtimestamp(at_us / 1e6, UTC), home.latitude, home.longitude) else "dark"


def knows(page: Page) -> html.Span:
    """Return what the wall's script reads, unseen: the time of day at the home, and whether it is day there."""
    at = local_now(page.home, page.now.at_us)
    return text(f"{at:%H:%M} {sky(page.home, page.now.at_us)}".strip(), "beat-of-day", at="now-sky")


def night(page: Page) -> html.Div:
    """Return the page of the night: the clock, two temperatures and what it costs now, small and dim on black."""
    unit, now = temperature_unit(page.home), page.now
    rooms = [zone.celsius for zone in now.zones if zone.celsius is not None and not zone.stale]
    found = [
        (say("{degrees} outside"), None if now.outdoor.stale else now.outdoor.celsius, "outside"),
        (say("{degrees} inside"), sum(rooms) / len(rooms) if rooms else None, "inside"),
    ]
    told = [
        html.Span(
            placed(words, degrees=formatting.temperature(celsius, unit=unit, wall=True)) if celsius is not None else "",
            id=f"now-night-{name}",
        )
        for words, celsius, name in found
    ]
    total = now.total
    cost = "" if total.cost is None else f"{formatting.money_per_hour(total.cost, page.home.currency)}/h"
    silent = say("{silent} of {expected} silent", silent=len(now.silent), expected=now.expected) if now.silent else ""
    hands = clock(page.home, local_now(page.home, now.at_us)).partition(" ")[0]  # at night nobody asks which half
    body = [
        text(hands, "night-clock", at="now-night-time"),
        html.Div([*told, text(cost, at="now-night-cost"), text(silent, at="now-night-silent")], className="night-line"),
    ]
    return html.Div(html.Div(body, className="night-body"), className="night-page")
