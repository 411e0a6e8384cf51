"""The card "What automation saved" of `/zones`, the cost of a degree beside the controls, and both by the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from dash import html
from fastapi import FastAPI, Query, Response

from dashboard.api import ANSWERS, Span
from dashboard.cards import GOOD, card
from dashboard.components import Children, text
from dashboard.desk_view import View
from dashboard.queries import Queries
from dashboard.room_books import RoomBooks
from dashboard.zone_commands import Which
from heatledger import formatting
from heatledger.automation_savings import ZoneSaving
from heatledger.home import Home
from heatledger.live import Now
from heatledger.marks import marked
from heatledger.reader import temperature_unit
from heatledger.retelling import retold
from heatledger.savings import Range
from heatledger.setpoint_cost import MoreADay
from heatledger.wording import say

WORDS: Final = {
    "programme": marked("weekly programme"),
    "away": marked("away"),
    "window": marked("open window"),
    "presence": marked("presence"),
    "price": marked("price"),
}
"""What each automation is called."""


def register(server: FastAPI, queries: Queries, rooms: RoomBooks, now: Callable[[], Now]) -> None:
    """Add the routes.

    Parameters
    ----------
    server : FastAPI
        The application.
    queries : Queries
        The homes.
    now : callable
        Returns the home this minute.
    rooms : RoomBooks
        The rooms.
    """
    told: dict[int | str, dict[str, Any]] = {**ANSWERS, 404: {"description": "No such zone."}}

    @server.get(
        "/api/v1/zones/{zone}/savings",
        summary="What each automation of a zone was foretold to save in a period, and saved, with intervals",
        responses=told,
    )
    def savings(zone: str, span: Span) -> Response:
        if _unknown(span.home, zone):
            return _json(404, _none(zone))
        return _json(200, [row for row in rooms.savings(*span) if row.zone == zone])

    @server.get(
        "/api/v1/zones/{zone}/cost",
        summary="What a day at another set-point costs more, before it is asked for; for heating",
        responses=told,
    )
    def cost(
        zone: str,
        setpoint: Annotated[float, Query(description="the set-point that is thought of [°C]", ge=4, le=32)],
        instead_of: Annotated[float | None, Query(description="by default what is set now [°C]", ge=4, le=32)] = None,
        outdoor: Annotated[float | None, Query(description="by default what is heard now [°C]", ge=-50, le=50)] = None,
        home: Which = None,
    ) -> Response:
        whose = queries.home(home)
        if _unknown(whose, zone):
            return _json(404, _none(zone))
        heard = now()
        seen = set_now(heard, zone) if heard.home == whose.id else (None, None)
        steps = (seen[0] if instead_of is None else instead_of, setpoint)
        return _json(200, rooms.cost(whose, zone, steps, seen[1] if outdoor is None else outdoor))


def set_now(now: Now, zone: str) -> tuple[float | None, float | None]:
    """Return what a zone is set to for heating, and the temperature outdoors; None where that is not heard. [°C]."""
    seen = next((one for one in now.zones if one.id == zone), None)
    heats = seen is not None and not seen.stale and seen.mode not in ("off", "cool", "dry", "fan_only")
    outdoor = None if now.outdoor.stale else now.outdoor.celsius
    return (seen.setpoint if seen is not None and heats else None), outdoor


def a_degree(home: Home, rooms: RoomBooks, now: Now, zone: str) -> MoreADay | None:
    """Return what a step warmer costs, of a degree or two of Fahrenheit; None while it is read, or nothing heats."""
    begins, outdoor = set_now(now, zone)
    if begins is None:
        return None
    warmer = begins + (1.0 if temperature_unit(home) == "C" else 2 / 1.8)
    return rooms.cost_known(home, zone, (begins, round(warmer, 3)), outdoor)


def _unknown(home: Home, zone: str) -> bool:
    return zone not in {one.id for one in home.zones}


def _none(zone: str) -> dict[str, str]:
    return {"error": f"no zone {zone!r}; its id is the one in the home file"}


def _json(status: int, value: object) -> Response:
    return Response(msgspec.json.encode(value), status_code=status, media_type="application/json")


def saved_card(view: View) -> html.Section | None:
    """Return what each automation saved in the period; None where there was none."""
    title, found = say("What automation saved"), view.savings
    if found is None:
        words = html.P(say("It is being reckoned from the last weeks."), className="card-sub")
        return card(GOOD, title, words, at="zones-saved")
    if not found:
        return None
    names = {zone.id: zone.name for zone in view.home.zones}
    heads = (say("Zone"), say("By"), say("Days"), say("Without it"), say("Expected"), say("Measured"))
    head = html.Tr([html.Th(name, scope="col") for name in heads])
    rows = [_row(view.home, names, row) for row in found]
    made = html.Table([html.Thead(head), html.Tbody(rows)], className="ledger saved-rows")
    why = say(
        "Against the same days with the room held at its usual set-point, with the 90% interval; what other rooms "
        "had to give it is taken off."
    )
    return card(GOOD, title, html.P(why, className="card-sub"), made, at="zones-saved")


def _row(home: Home, names: dict[str, str], row: ZoneSaving) -> html.Tr:
    first = [names.get(row.zone, row.zone), automation_words(row.automation)]
    if row.reason is not None:
        why = html.Td(retold(row.reason), colSpan=4, className="s-why set-to")
        return html.Tr([*(html.Td(cell, className=f"s-{at}") for at, cell in enumerate(first)), why])
    held = formatting.temperature(row.against_c, unit=temperature_unit(home))
    cells: list[Any] = [*first, str(row.days), held, _figure(home, row.predicted), _figure(home, row.realized)]
    return html.Tr([html.Td(cell, className=f"s-{at}") for at, cell in enumerate(cells)])


def automation_words(automation: str) -> str:
    """Return what automations are called, joined by a plus."""
    return " + ".join(say(WORDS[name]) if name in WORDS else name for name in automation.split(" + "))


def _figure(home: Home, saving: Range | None) -> Children:
    """Return a saving with its interval: money, else energy; where the interval holds zero, that it cannot be told."""
    if saving is None:
        return [formatting.not_known()]
    low, middle, high = _printed(home, saving)
    if not saving.told:
        return [text(say("not to be told from zero"), "untold"), " ", text(f"{low} – {high}", "set-to")]
    return [text(middle, "strong-figure fig"), " ", text(f"{low} – {high}", "set-to")]


def _printed(home: Home, saving: Range) -> tuple[str, str, str]:
    if saving.cost is not None:
        low, middle, high = (
            formatting.difference(edge, home.currency) for edge in (saving.cost_low, saving.cost, saving.cost_high)
        )
    else:
        low, middle, high = (
            f"{formatting.signed(edge, 1)} kWh" for edge in (saving.kwh_low, saving.kwh, saving.kwh_high)
        )
    return low, middle, high


def more_words(home: Home, found: MoreADay) -> str:
    """Return in a sentence what another set-point costs; else why that is not known."""
    unit = temperature_unit(home)
    to = formatting.temperature(found.to_c, unit=unit)
    if found.from_c is None or found.kwh is None:
        return say("{to}: its cost is not known: {why}", to=to, why=retold(found.reason))
    begin = formatting.temperature(found.from_c, unit=unit).removesuffix(f"°{unit}").strip()
    if found.cost is None:
        low, middle, high = (formatting.number(edge, 1) for edge in (found.kwh_low, found.kwh, found.kwh_high))
        return say(
            "{begin} → {to}: about {middle} kWh more a day ({low}–{high}) at the present outdoor temperature",
            begin=begin, to=to, middle=middle, low=low, high=high,
        )  # fmt: skip
    edges = (found.cost_low, found.cost, found.cost_high)
    low, middle, high = (formatting.money(edge, home.currency) for edge in edges)
    return say(
        "{begin} → {to}: about {middle} more a day ({low}–{high}) at the present outdoor temperature",
        begin=begin, to=to, middle=middle, low=low, high=high,
    )  # fmt: skip
