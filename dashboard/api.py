"""What programs ask over HTTP: `/healthz` and `/api/v1/summary`."""

from __future__ import annotations

import sqlite3
import time
from typing import Annotated

import msgspec
from fastapi import FastAPI, Query, Response
from fastapi.responses import JSONResponse

from dashboard import metrics
from dashboard.feed import Feed, Ingest
from dashboard.forms import Who
from dashboard.queries import AskError, Queries
from heatledger.store import StoreError


def register(server: FastAPI, queries: Queries, feed: Feed) -> None:
    """Add the routes to the FastAPI application."""
    metrics.register(server, queries, feed)

    @server.get("/healthz", summary="Whether the dashboard can do its work: 200 or 503")
    def healthz(who: Who) -> JSONResponse:
        state = health(queries, feed)
        told = state if who.may("look") else {"ok": state["ok"]}
        return JSONResponse(told, status_code=200 if state["ok"] else 503)

    @server.get("/api/v1/summary", summary="The Summary of a period: the one object that everything shows")
    def summary(
        period: str | None = None,
        begin: Annotated[str | None, Query(alias="from")] = None,
        to: str | None = None,
        home: str | None = None,
    ) -> Response:
        try:
            asked = queries.home(home)
            span = queries.span(asked, period=period, begin=begin, end=to)
            made = queries.summary(asked, *span)
        except AskError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except (StoreError, sqlite3.Error) as error:
            return JSONResponse({"error": f"the store is not answering: {error}"}, status_code=503)
        return Response(msgspec.json.encode(made), media_type="application/json")


def health(queries: Queries, feed: Feed) -> dict[str, object]:
    """Return whether store and broker are reached and ingest is online, and the age of the last reading [s]."""
    try:
        queries.store.homes()
        store = True
    except (StoreError, sqlite3.Error):
        store = False
    said = feed.ingest or Ingest()
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
