"""The controls of `/zones`: set-point, mode and off of a room, and what came of what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.clocks import since
from dashboard.components import Children, aria, data, icon, plain, text
from dashboard.zone_commands import LastCommand, ZoneCommands
from dashboard.zone_plan import planned
from heatledger import formatting
from heatledger.home import Home
from heatledger.live import Now
from heatledger.modes import MODE_WORDS
from heatledger.reader import temperature_unit
from heatledger.retelling import retold
from heatledger.wording import say

_SHOWN_US: Final = 3_600_000_000
"""What came of a command is shown for so long. [µs]"""
_PENDING: Final = frozenset(("asked", "sent"))


def controls(home: Home, zone: str, commands: Mapping[str, ZoneCommands], now: Now | None) -> Component | str:
    """Return what a room is set by, empty where it may not be commanded.

    Who may not command does not see it: the style of the page hides it, and the route refuses.

    Parameters
    ----------
    home : Home
        Whose room it is.
    zone : str
        Which of its rooms.
    commands : mapping of str to ZoneCommands
        By zone, what was asked.
    now : Now or None
        The home this minute.
    """
    known = commands.get(zone)
    if known is None or not known.on:
        return ""
    options = [html.Option(say("Mode"), value="")]
    options += [html.Option(_mode(mode), value=mode) for mode in known.modes if mode != "off"]
    name = known.name
    buttons = [
        _button("−", say("{name}: cooler", name=name), step=-1),
        _button("+", say("{name}: warmer", name=name), step=1),
        html.Select(options, className="sets-mode", **aria(label=say("{name}: mode", name=name))),
        _button(_mode("off"), say("{name}: switch off", name=name), mode="off"),
    ]
    told = html.Div(said(home, known, now), id=_id(home, zone), className="said", role="status")
    problem = html.Div(className="problem", role="alert")
    named = data(home=home.id, zone=zone, unit=temperature_unit(home))
    kind = "zone-control wall-too" if known.wall else "zone-control"
    return html.Div([html.Div(buttons, className="buttons"), told, problem], className=kind, **named)


def _mode(mode: str) -> str:
    return say(MODE_WORDS.get(mode, mode))


def _button(words: str, label: str, **asks: object) -> html.Button:
    return html.Button(words, type="button", className="step", **data(**asks), **aria(label=label))


def said(home: Home, known: ZoneCommands, now: Now | None) -> Children:
    """Return what came of what was last asked; it holds the set-point from which a step counts [°C]."""
    last = known.last
    seen = next((one for one in now.zones if one.id == known.zone), None) if now else None
    setpoint = last.setpoint if last is not None and not last.over and last.setpoint is not None else None
    if setpoint is None and seen is not None:
        setpoint = seen.setpoint
    begins = html.Span(className="begins", **data(celsius=setpoint)) if setpoint is not None else ""
    if known.trouble:
        return [begins, icon("alert"), retold(known.trouble)]
    at_us = now.at_us if now else 0
    more = [*_caveats(known), *planned(home, known.plan, at_us), *_next(home, known, at_us)]
    if last is None or (last.over and not last.held and at_us - last.at.timestamp() * 1e6 > _SHOWN_US):
        return [begins, *more]
    by_price = known.plan is not None and bool(known.plan.ahead)  # it says why itself
    why = [html.Div(retold(last.why), className="coming")] if last.why and not (last.who or by_price) else []
    return [begins, *_outcome(home, last, at_us), *why, *more]


def _caveats(known: ZoneCommands) -> Children:
    return [html.Div([icon("alert"), retold(note)], className="caveat undone") for note in known.caveats]


def _next(home: Home, known: ZoneCommands, at_us: int) -> Children:
    coming = known.coming
    if coming is None:
        return []
    at = since(home, int(coming.at.timestamp() * 1e6), at_us)
    what = asked_words(home, coming.mode, coming.setpoint)
    told = say("From {time}: {what}, {why}", time=at, what=what, why=retold(coming.why))
    if coming.begins is not None and coming.begins < coming.at:
        begins = since(home, int(coming.begins.timestamp() * 1e6), at_us)
        told = say("Heating from {begins} to be at {what} at {time}", begins=begins, what=what, time=at)
    because = [html.Div(retold(coming.because), className="coming")] if coming.because else []
    return [html.Div(told, className="coming"), *because]


def asked_words(home: Home, mode: str | None, setpoint: float | None) -> str:
    """Return what was asked for: a mode, a set-point [°C], or both."""
    warm = "" if setpoint is None else formatting.temperature(setpoint, unit=temperature_unit(home))
    return " ".join(filter(None, (_mode(mode) if mode else "", warm)))


def _outcome(home: Home, last: LastCommand, at_us: int) -> Children:
    what = asked_words(home, last.mode, last.setpoint)
    at = since(home, int(last.at.timestamp() * 1e6), at_us)
    if last.state in _PENDING:
        return [icon("clock"), text(say("{what}: waiting for the device", what=what), "pending")]
    if last.state == "waits":
        return [icon("clock"), text(say("{what}: not yet, {why}", what=what, why=retold(last.note)), "pending")]
    if last.state == "confirmed":
        return [icon("check"), text(say("{what}: confirmed at {time}", what=what, time=at), "done")]
    if last.state == "unconfirmed":
        return [icon("check"), text(say("{what}: sent at {time}, not confirmed", what=what, time=at), "done")]
    return [icon("alert"), text(say("{what}: not done, {why}", what=what, why=retold(last.note)), "undone")]


def pushed(home: Home, commands: Mapping[str, ZoneCommands], now: Now | None) -> dict[str, object]:
    """Return what came of what was asked, by the ids of its places, as it goes over the wire."""
    return {_id(home, zone): plain(said(home, known, now)) for zone, known in commands.items() if known.on}


def _id(home: Home, zone: str) -> str:
    return f"zones-said-{home.id}-{zone}"
