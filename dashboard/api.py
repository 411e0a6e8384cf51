"""What programs ask over HTTP: `/healthz`, `/api/v1/…` and the page that lists it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, NamedTuple

import msgspec
from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse

from dashboard import metrics
from dashboard.api_answers import Bill, columns, describe, heard
from dashboard.feed import Feed
from dashboard.forms import Forms, Who
from dashboard.queries import AskError, Queries
from heatledger.announcements import Status
from heatledger.comparing import Against
from heatledger.explain import explain
from heatledger.home import Home
from heatledger.live import Now
from heatledger.quantities import QUANTITIES
from heatledger.readings import INTERVAL_S, Intervals
from heatledger.store import StoreError
from heatledger.summary import Summary

LONGEST: Final = timedelta(days=31)
"""The longest span of intervals that one question may ask for."""
ANSWERS: Final[dict[int | str, dict[str, object]]] = {
    400: {"description": "The question cannot be answered; `error` says why and what to ask instead, in one line."},
    401: {"description": "Nobody is logged in, and no token was shown that is known."},
    403: {"description": "Not for this role."},
    503: {"description": "The store does not answer."},
}
"""What a question may be answered with beside what it asks for."""


class Asked(NamedTuple):
    """A home and a half-open span of its time."""

    home: Home
    start: datetime
    end: datetime


def _asked(
    request: Request,
    period: Annotated[
        str | None, Query(description="day, week, month, cycle or year", examples=["day", "month", "cycle"])
    ] = None,
    begin: Annotated[str | None, Query(alias="from", description="first day or instant, in the home's time")] = None,
    to: Annotated[str | None, Query(description="day or instant after the last")] = None,
    home: Annotated[str | None, Query(description="its id; may be left out where there is one")] = None,
) -> Asked:
    queries: Queries = request.app.state.queries
    chosen = queries.home(home)
    return Asked(chosen, *queries.span(chosen, period=period, begin=begin, end=to))


Span = Annotated[Asked, Depends(_asked)]
"""The home and the span that a question names."""


def _instead(
    against: Annotated[str | None, Query(description="compare with this system, a file of comparisons/")] = None,
    ducts: Annotated[str | None, Query(description="where its ducts run: inside, basement, attic_good …")] = None,
) -> Against | None:
    if against is None and ducts is not None:
        raise AskError("ducts: name the system that they belong to with against")
    return None if against is None else Against(against, ducts)


Instead = Annotated[Against | None, Depends(_instead)]
"""What is compared with in place of the home file's choice."""


def _seen(queries: Queries, asked: Asked, instead: Against | None) -> Summary:
    found = queries.summary(*asked)
    return found if instead is None else queries.against(asked.home, found, instead)


def register(server: FastAPI, queries: Queries, feed: Feed, now: Callable[[], Now], forms: Forms) -> None:
    """Add the routes to the FastAPI application.

    Parameters
    ----------
    server : FastAPI
        The application.
    queries : Queries
        The books.
    feed : Feed
        What is heard.
    now : callable
        Returns the home this minute.
    forms : Forms
        Draws the page that lists the routes.
    """
    metrics.register(server, queries, feed)

    @server.get(
        "/healthz",
        summary="Whether the dashboard can do its work: 200 or 503",
        responses={503: {"description": "It cannot: store, broker or ingest is away, or readings are refused."}},
    )
    def healthz(who: Who) -> JSONResponse:
        state = health(queries, feed)
        told = state if who.may("look") else {"ok": state["ok"]}
        return JSONResponse(told, status_code=200 if state["ok"] else 503)

    @server.get("/api/docs", include_in_schema=False)
    def listed() -> Response:
        return forms.page("api", paths=server.openapi()["paths"])

    @server.get("/api/v1/live", summary="The home this minute: power, money, rooms, who is silent", responses=ANSWERS)
    def live() -> Response:
        return _json(now())

    @server.get("/api/v1/devices", summary="The newest value of every series that is heard", responses=ANSWERS)
    def devices() -> Response:
        return _json(heard(feed, time.time_ns() // 1000))

    _register_books(server, queries, now)
    describe(server)


def _register_books(server: FastAPI, queries: Queries, now: Callable[[], Now]) -> None:
    server.state.queries = queries

    @server.exception_handler(AskError)
    def not_asked_well(_request: object, error: AskError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=400)

    @server.exception_handler(StoreError)
    @server.exception_handler(sqlite3.Error)
    def not_answered(_request: object, error: Exception) -> JSONResponse:
        return JSONResponse({"error": f"the store is not answering: {error}"}, status_code=503)

    @server.get(
        "/api/v1/summary", summary="The Summary of a period: the one object that everything shows", responses=ANSWERS
    )
    def summary(asked: Span, instead: Instead) -> Response:
        return _json(_seen(queries, asked, instead))

    @server.get("/api/v1/explain", summary="How a figure of the Summary was found, and how sure", responses=ANSWERS)
    def explained(
        asked: Span,
        instead: Instead,
        name: Annotated[
            str,
            Query(
                description="its place, as heat_pumps.living.cop.value or now.total.cost",
                examples=["bill.total", "electricity.kwh"],
            ),
        ],
    ) -> Response:
        try:
            heard = now() if name.startswith("now.") else None
            heard = heard if heard is not None and heard.home == asked.home.id else None
            return _json(explain(_seen(queries, asked, instead), name, heard))
        except KeyError as error:
            raise AskError(str(error.args[0])) from error

    @server.get("/api/v1/bill", summary="The bill of a period, line by line", responses=ANSWERS)
    def bill(asked: Span) -> Response:
        made = queries.summary(*asked)
        return _json(Bill(made.home, made.period, made.as_of, made.bill))

    @server.get("/api/v1/intervals", summary="Five-minute intervals, as columns, 31 days at most", responses=ANSWERS)
    def intervals(
        asked: Span,
        quantity: Annotated[
            str | None, Query(description="one quantity of docs/nomenclature.md", examples=["power"])
        ] = None,
        device: Annotated[str | None, Query(description="one device, by its verbatim name")] = None,
    ) -> Response:
        return _json([columns(block) for block in _found(queries, asked, quantity, device)])


def _found(queries: Queries, asked: Asked, quantity: str | None, device: str | None) -> list[Intervals]:
    if quantity is not None and quantity not in QUANTITIES:
        raise AskError(f"quantity: {quantity!r} is not measured here; known: {', '.join(sorted(QUANTITIES))}")
    end = min(asked.end, datetime.now(UTC))
    if end - asked.start > LONGEST:
        raise AskError(
            f"{(end - asked.start).days} days are more than one answer holds; ask for {LONGEST.days} at most"
        )
    blocks = queries.store.intervals(
        asked.home.id,
        start_s=int(asked.start.timestamp()) // INTERVAL_S * INTERVAL_S,
        end_s=int(end.timestamp()),
        quantities=None if quantity is None else [quantity],
    )
    return [block for block in blocks if device is None or block.key.device == device]


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


def health(queries: Queries, feed: Feed) -> dict[str, object]:
    """Return whether store and broker are reached and ingest is online, and the age of the last reading [s]."""
    try:
        queries.store.homes()
        store = True
    except (StoreError, sqlite3.Error):
        store = False
    said = feed.ingest or Status(online=False)
    last_us = max((value.time_us for value in feed.latest().values()), default=None)
    return {
        "ok": store and feed.connected and feed.ingest_online is not False and not said.refusing,
        "store": store,
        "broker": feed.connected,
        "ingest": feed.ingest_online,
        "spool": {
            "readings": said.spool_readings,
            "bytes": said.spool_bytes,
            "age_s": round(metrics.spool_age_s(feed), 1),
            "refusing": said.refusing,
            "trouble": said.trouble,
        },
        "last_reading_age_s": None if last_us is None else round(time.time() - last_us / 1e6, 1),
    }
