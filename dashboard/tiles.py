"""The zones of the page Now, and its last row: COP, saving, today."""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfo

from dash import html

from dashboard.clocks import since
from dashboard.components import Children, aria, doorway, icon, placed, text
from dashboard.heroes import Page, Split
from dashboard.shown import Shown, opens, sentence
from dashboard.states import state_word
from heatledger import formatting
from heatledger.live import ZoneNow
from heatledger.reader import temperature_unit
from heatledger.retelling import retold
from heatledger.wording import say

# what a unit does -> (icon, edge of the tile)
_LOOKS: Final = {
    "heating": ("flame", "heat"),
    "cooling": ("snow", "cool"),
    "drying": ("drop", "cool"),
    "fan": ("fan", ""),
    "defrosting": ("snow", "heat"),
}
_NOTICED_W: Final = 2.0
_ONE_ROW: Final = 6
_PLACES: Final = {"now-saved": "baseline.saving.p50", "now-today": "day:bill.total"}
"""Where in the Summary the figures of the last row stand: of the cycle, or of the day."""
_DOORS: Final = {"now-cop": "./performance", "now-saved": "./compare", "now-today": "./bill"}
MOST = 10
"""As many zones as the wall shows; the rest are counted."""


def zones(page: Page, parts: Split) -> html.Section:
    """Return a tile for each zone: running ones first where there are more than fit."""
    rooms = list(page.now.zones)
    if len(rooms) > MOST:
        rooms = sorted(rooms, key=lambda zone: zone.action not in _LOOKS)
    hidden = say("+{n} more", n=len(rooms) - MOST) if len(rooms) > MOST else ""
    made = [tile(page, zone, parts) for zone in rooms[:MOST]]
    return html.Section(
        [*made, text(hidden, "more-rooms", at="now-zones-more")] if hidden else made,
        className=f"zones zones-{len(made)}" + (" many" if len(made) > _ONE_ROW else ""),
        **aria(label=say("Zones"), live="off"),
    )


def tile(page: Page, zone: ZoneNow, parts: Split) -> html.Article:
    """Return the tile of one zone."""
    unit, known = temperature_unit(page.home), zone.celsius is not None
    shown = formatting.temperature(zone.celsius, unit=unit, wall=True)
    aside = (
        say("set {wanted}", wanted=formatting.temperature(zone.setpoint, unit=unit, wall=True))
        if zone.setpoint is not None
        else ""
    )
    name, edge = _LOOKS.get(zone.action or "", ("", ""))
    if zone.stale:
        name, edge, aside = "silent", "stale", say("was {shown}", shown=shown) if known else ""
    at = f"now-zone-{zone.id}"
    figure = "" if zone.stale else shown if known else say("no sensor")
    beside = "celsius" if zone.stale else "setpoint"
    return html.Article(
        [
            html.H3(doorway(zone.name, "./zones"), className="zone-name"),
            html.Div(
                [
                    opens(
                        f"now.zones.{zone.id}.celsius",
                        figure,
                        "degrees dash" if zone.stale else "degrees" if known else "degrees words",
                        at=f"{at}-temp",
                    ),
                    opens(f"now.zones.{zone.id}.{beside}", aside, "aside", at=f"{at}-set"),
                ],
                className="zone-line",
            ),
            html.Div(
                [icon(name, at=f"{at}-icon"), html.Span(_doing(page, zone, parts), id=f"{at}-cost", className="doing")],
                className="zone-foot",
            ),
        ],
        id=at,
        className=f"tile {edge}".strip(),
    )


def _doing(page: Page, zone: ZoneNow, parts: Split) -> Children:
    if zone.stale:
        if zone.heard_us is None:
            return [text(say("no data yet"), "attn")]
        return [text(say("no data since {time}", time=since(page.home, zone.heard_us, page.now.at_us)), "attn")]
    word = state_word(zone.action or "")
    group = next((group for group in page.now.groups if group.id == zone.group), None)
    running = zone.action in _LOOKS
    if group is not None and running and group.part.watts is not None:
        return placed(say("shares {cost}"), cost=_money(page, parts, group.id, group.part.watts)[0])
    own = zone.part.watts
    if own is None or (not running and abs(own) < _NOTICED_W) or (not running and zone.action in ("idle", "off")):
        return [
            word
            or (
                "" if zone.celsius is None and own is None else say("not metered") if own is None else state_word("off")
            )
        ]
    return _money(page, parts, zone.id, own)


def _money(page: Page, parts: Split, name: str, watts: float) -> Children:
    cost = parts.zones.get(name)
    kind = "groups" if any(group.id == name for group in page.now.groups) else "zones"
    if cost is None:
        return [opens(f"now.{kind}.{name}.part.watts", formatting.power(watts), "money")]
    return [opens(f"now.{kind}.{name}.part.cost", parts.printed(cost, page.home.currency), "money"), " /h"]


def footer(page: Page) -> html.Footer:
    """Return COP, saving and today."""
    return html.Footer([_cop(page), _saved(page), _today(page)], className="foot", **aria(live="off"))


def _figure(
    at: str, title: str, figure: str, aside: str, note: str, kind: str = "", *, place: str = ""
) -> html.Section:
    """Return one figure of the last row; `place` is where in the Summary it stands, where `_PLACES` does not say."""
    long = " long" if len(figure) > 6 else ""
    size = "figure sentence" if figure == formatting.not_known() else f"figure {kind}{long}"
    return html.Section(
        [
            html.H2(doorway(title, _DOORS[at]), className="label"),
            html.Div(
                [
                    opens(place or _PLACES[at], figure, size.strip(), at=at),
                    opens(place or _PLACES[at], aside, "interval", at=f"{at}-aside"),
                ],
                className="figure-line",
            ),
            text(note, "note", at=f"{at}-note"),
        ]
    )


def _cop(page: Page) -> html.Section:
    pumps = page.books.today.heat_pumps if page.books.today else {}
    first_id = next((name for name, use in pumps.items() if use.cop.value is not None), next(iter(pumps), ""))
    place = f"day:heat_pumps.{first_id}.cop.value" if first_id else "day:electricity.kwh"
    known = [use.cop for use in pumps.values() if use.cop.value is not None]
    if not known:
        first = next((use.cop.reason for use in pumps.values() if use.cop.reason), None)
        reason = page.books.reason or first
        why = _short(reason) if reason else say("no heat pump in the home file")
        return _figure("now-cop", say("COP today"), formatting.not_known(), "", why, place=place)
    cop = known[0]
    figure, _, interval = formatting.cop(cop.value, cop.low, cop.high).partition(" ")
    note = " · ".join(word for word in (retold(cop.method), cop.boundary) if word)
    return _figure(
        "now-cop",
        say("COP today"),
        figure,
        interval.strip("()"),
        note,
        "heat-ink",
        place=place,
    )


def _saved(page: Page) -> html.Section:
    cycle = page.books.cycle
    if cycle is None or cycle.baseline.saving.p50 is None:
        reason = cycle.baseline.refused if cycle else page.books.reason
        return _figure(
            "now-saved",
            say("Saved this bill"),
            formatting.not_known(),
            "",
            _short(reason) if reason else say("no home file yet"),
        )
    saving, currency = cycle.baseline.saving, cycle.bill.currency
    middle, low, high = (formatting.whole_money(value, currency) for value in (saving.p50, saving.p10, saving.p90))
    return _figure(
        "now-saved",
        say("Saved this bill"),
        middle,
        f"{low}–{high}",
        say("vs {system}", system=cycle.baseline.system) if cycle.baseline.system else "",
    )


def _today(page: Page) -> html.Section:
    today = page.books.today
    if today is None:
        return _figure(
            "now-today",
            say("Today so far"),
            formatting.not_known(),
            "",
            _short(page.books.reason) if page.books.reason else say("no home file yet"),
        )
    kwh, total = today.electricity.kwh, today.bill.total
    if total is None:
        return _figure("now-today", say("Today so far"), formatting.energy(kwh), "", _short(today.bill.reason or ""))
    note: str = Shown(formatting.energy(kwh), "day:electricity.kwh")
    if page.filling_to is not None:
        back_to = page.filling_to.astimezone(ZoneInfo(page.home.timezone)).date()
        note = sentence(
            say("{note} · older history is being filled in, back to {day}"),
            note=note,
            day=formatting.day(back_to, year=True),
        )
    return _figure("now-today", say("Today so far"), formatting.money(total, today.bill.currency), "", note)


def _short(reason: str) -> str:
    """Return the first clause of a reason: the wall has one line for it."""
    return re.split(r"[;:,] ", retold(reason))[0].strip()
