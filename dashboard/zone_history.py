"""`/api/v1/zones/{id}/commands` and the card "What was asked": each request, who, why, what came of it, its cost."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from dash import html
from fastapi import FastAPI, Response

from dashboard.api import ANSWERS, Span
from dashboard.cards import GOOD, card, refused
from dashboard.clocks import since
from dashboard.components import Children, text
from dashboard.desk_view import View
from dashboard.queries import Queries
from dashboard.zone_controls import asked_words
from heatledger import formatting
from heatledger.command_costs import Costed, costed
from heatledger.control.cost import Cost
from heatledger.control.history import Asked, history
from heatledger.home import Home
from heatledger.marks import marked
from heatledger.retelling import retold
from heatledger.wording import say

_SHOWN: Final = 20
_STANDS_S: Final = 60.0
_KEPT: Final = 8
_OVER: Final = {
    "confirmed": marked("confirmed"),
    "unconfirmed": marked("sent, not confirmed"),
}
_ENDED: Final = {
    "command": marked("until {time}, when the next one counted"),
    "person": marked("until {time}, when somebody chose otherwise at the device"),
    "day": marked("for a day, the longest that is counted"),
}


class Past:
    """What was asked of a home's zones in a span and what it cost; what was found stands for a minute.

    Parameters
    ----------
    queries : Queries
        The log, the store and the books.
    """

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._lock = threading.Lock()
        self._found: dict[tuple[str, datetime, datetime], tuple[float, list[Costed]]] = {}

    def of(self, home: Home, start: datetime, end: datetime) -> list[Costed]:
        """Return what was asked in a half-open span, in order.

        Raises
        ------
        StoreError
            If the store does not answer.
        """
        key = (home.id, start, end)
        with self._lock:
            due, found = self._found.get(key, (0.0, []))
            if time.monotonic() >= due:
                found = self._read(home, start, end)
                self._found = dict(list(self._found.items())[-_KEPT:])
                self._found[key] = (time.monotonic() + _STANDS_S, found)
            return found

    def _read(self, home: Home, start: datetime, end: datetime) -> list[Costed]:
        now = datetime.now(UTC)
        asked = [row for row in history(self._queries.state.commands.since(home.id, 0), now) if start <= row.at < end]
        return costed(self._queries.ledger_of(home), self._queries.store, asked, now=now)


def register(server: FastAPI, past: Past) -> None:
    """Add the route.

    Parameters
    ----------
    server : FastAPI
        The application.
    past : Past
        What was asked.
    """
    told: dict[int | str, dict[str, Any]] = {**ANSWERS, 404: {"description": "No such zone."}}

    @server.get(
        "/api/v1/zones/{zone}/commands",
        summary="Everything that was asked of a zone in a period: who, why, what came of it, energy and cost",
        responses=told,
    )
    def asked(zone: str, span: Span) -> Response:
        if zone not in {one.id for one in span.home.zones}:
            error = {"error": f"no zone {zone!r}; its id is the one in the home file"}
            return Response(msgspec.json.encode(error), status_code=404, media_type="application/json")
        found = [row for row in past.of(*span) if row.asked.zone == zone]
        return Response(msgspec.json.encode(found), media_type="application/json")


def asked_card(view: View) -> html.Section | None:
    """Return what was asked in the period, the newest first; None where nothing was."""
    home, found, at = view.home, view.asked, view.at
    if view.unread:
        return card(refused(view.unread), say("What was asked"), at="zones-asked")
    if not found:
        return None
    names = {zone.id: zone.name for zone in home.zones}
    head = html.Tr([html.Th(name, scope="col") for name in _heads()])
    rows = [_row(home, names, row, at) for row in reversed(found[-_SHOWN:])]
    made = html.Table([html.Thead(head), html.Tbody(rows)], className="ledger asked-rows")
    more = len(found) - _SHOWN
    said = [html.P(say("{n} older ones: heatledger commands", n=more), className="card-sub")] if more > 0 else []
    why = say("What a zone used from the moment a command counted until the next one, at the price of each hour.")
    return card(GOOD, say("What was asked"), html.P(why, className="card-sub"), made, *said, at="zones-asked")


def _heads() -> tuple[str, ...]:
    return say("When"), say("Zone"), say("Asked"), say("By"), say("What came of it"), "kWh", say("Cost")


def _row(home: Home, names: dict[str, str], row: Costed, at: datetime) -> html.Tr:
    asked, cost = row.asked, row.cost
    cells: list[Children | str] = [
        since(home, _us(asked.at), _us(at)),
        names.get(asked.zone, asked.zone),
        asked_words(home, asked.mode, asked.setpoint),
        by_words(asked),
        _outcome(home, asked, at),
        _kwh(cost),
        _cost(home, cost),
    ]
    return html.Tr([html.Td(cell, className=f"a-{number}") for number, cell in enumerate(cells)])


def by_words(asked: Asked) -> str:
    """Return who asked and why."""
    who = asked.who if asked.by == "person" else ""
    return ", ".join(filter(None, (who, retold(asked.why))))


def _outcome(home: Home, asked: Asked, at: datetime) -> Children:
    if asked.state not in _OVER:
        return [text(retold(asked.note) or say("waiting for the device"), "undone" if asked.over else "pending")]
    said = say(_OVER[asked.state])
    if asked.ended is None or asked.end is None:
        still = say("counts still")
        return [text(f"{said}, {still}", "done")]
    until = say(_ENDED[asked.ended], time=since(home, _us(asked.end), _us(at)))
    return [text(f"{said}, {until}", "done")]


def _kwh(cost: Cost) -> str:
    return formatting.number(cost.kwh, 2) if cost.kwh is not None else ""


def _cost(home: Home, cost: Cost) -> Children:
    """Return what it cost, with its interval where that is wider than a cent; else why that is not known."""
    if cost.cost is None:
        return [text(retold(cost.reason), "set-to")]
    return [
        text(formatting.money(cost.cost, home.currency), "strong-figure fig"),
        " ",
        text(between(home, cost), "set-to"),
    ]


def between(home: Home, cost: Cost) -> str:
    """Return the interval of a cost as words; empty where both ends are printed alike."""
    low, high = (formatting.money(end, home.currency) for end in (cost.cost_low, cost.cost_high))
    return "" if low == high else f"{low}–{high}"


def _us(at: datetime) -> int:
    return int(at.timestamp() * 1e6)
