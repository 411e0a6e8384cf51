"""What the rooms of `/zones` do this moment: what runs, what it draws, how warm it is; silence with its time."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.clocks import since
from dashboard.components import Children, icon, live_props, text
from dashboard.shown import Shown, sentence
from dashboard.states import state_word
from heatledger import formatting
from heatledger.home import Home
from heatledger.live import Now, ZoneNow
from heatledger.reader import temperature_unit
from heatledger.wording import say

RUNNING: Final = {
    "heating": ("flame", "heat"),
    "cooling": ("snow", "cool"),
    "drying": ("drop", "cool"),
    "fan": ("fan", ""),
    "defrosting": ("snow", "heat"),
}
"""What a unit does: its icon, and its colour."""


def cells(home: Home, zone: str, now: Now | None) -> tuple[Component, Component]:
    """Return what a room does now, and how warm it is; both empty where nothing is heard of this home.

    Parameters
    ----------
    home : Home
        Whose room it is.
    zone : str
        Which of its rooms.
    now : Now or None
        The home this minute.
    """
    at = f"zones-now-{home.id}-{zone}"
    seen = next((one for one in now.zones if one.id == zone), None) if now else None
    if now is None or seen is None:
        return text("", at=at), text("", at=f"{at}-warm")
    doing = _silent(home, seen, now.at_us) if seen.stale else [*_doing(seen), *_drawing(seen, now)]
    return html.Span(doing, id=at, className="now-cell"), html.Span(_warm(home, seen), id=f"{at}-warm")


def pushed(home: Home, now: Now) -> dict[str, object]:
    """Return the cells of every room by their ids, as they go over the wire."""
    rows = html.Div([cell for zone in home.zones for cell in cells(home, zone.id, now)])
    return {prop.id: value for prop, value in live_props(rows).items() if prop.name == "children"}


def _silent(home: Home, seen: ZoneNow, at_us: int) -> Children:
    if seen.heard_us is None:
        words = say("no data yet")
    else:
        words = say("no data since {time}", time=since(home, seen.heard_us, at_us))
    return [html.Span([icon("silent"), words], className="chip full")]


def _doing(seen: ZoneNow) -> Children:
    if not seen.action:
        return []
    sign, colour = RUNNING.get(seen.action, ("", ""))
    said: Children = [icon(sign), state_word(seen.action)] if sign else [state_word(seen.action)]
    return [html.Span(said, className=f"doing-chip {colour}")]


def _drawing(seen: ZoneNow, now: Now) -> Children:
    """Return the power of a room's own circuit, or of the unit that it shares while that runs for it."""
    if seen.part.watts is not None:
        return [text(Shown(formatting.power(seen.part.watts), f"now.zones.{seen.id}.part.watts"), "drawing")]
    group = next((one for one in now.groups if one.id == seen.group and seen.action in RUNNING), None)
    if group is None or group.part.watts is None:
        return []
    shared = Shown(formatting.power(group.part.watts), f"now.groups.{group.id}.part.watts")
    return [text(sentence(say("shares {cost}"), cost=shared), "drawing")]


def _warm(home: Home, seen: ZoneNow) -> Children:
    """Return how warm it is beside what is asked for; of a silent room what it was, and no figure that looks new."""
    unit = temperature_unit(home)
    if seen.celsius is None:
        return [text(say("no sensor"), "set-to")]
    at = f"now.zones.{seen.id}"
    shown = Shown(formatting.temperature(seen.celsius, unit=unit, wall=True), f"{at}.celsius")
    if seen.stale:
        return [text("–", "warm"), text(sentence(say("was {shown}"), shown=shown), "set-to")]
    if seen.setpoint is None:
        return [text(shown, "warm")]
    wanted = Shown(formatting.temperature(seen.setpoint, unit=unit, wall=True), f"{at}.setpoint")
    return [text(shown, "warm"), text(sentence(say("set {wanted}"), wanted=wanted), "set-to")]
