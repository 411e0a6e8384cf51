"""What a monitoring system asks: `/metrics` in the text format of Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final, NamedTuple

from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse

from dashboard.feed import Feed
from dashboard.queries import Queries
from heatledger.announcements import Status
from heatledger.live import now

_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class _Metric(NamedTuple):
    name: str
    kind: str
    help: str
    value: float


def register(server: FastAPI, queries: Queries, feed: Feed) -> None:
    """Add `/metrics` to the FastAPI application."""

    @server.get(
        "/metrics",
        summary="Spool, counts and silence in the text format of Prometheus",
        response_class=Response,  # which names no type of its own
        responses={
            200: {"content": {_TYPE: {"schema": {"type": "string"}}}},
            401: {"description": "Nobody is logged in, and no token was shown that is known."},
        },
    )
    def metrics() -> PlainTextResponse:
        rows = [*_ingest(feed), *_sources(queries, feed)]
        lines = [f"# HELP {m.name} {m.help}\n# TYPE {m.name} {m.kind}\n{m.name} {m.value:g}\n" for m in rows]
        return PlainTextResponse("".join(lines).replace(" nan\n", " NaN\n"), media_type=_TYPE)


def spool_age_s(feed: Feed) -> float:
    """Return the age of the oldest reading that waits for the store; 0 where none waits. [s]."""
    oldest_us = feed.ingest.spool_oldest_us if feed.ingest else 0
    return max(0.0, time.time() - oldest_us / 1e6) if oldest_us else 0.0


def _ingest(feed: Feed) -> Iterator[_Metric]:
    said = feed.ingest or Status(online=False)
    yield _Metric("heatledger_broker_connected", "gauge", "Whether the dashboard reaches the broker.", feed.connected)
    yield _Metric("heatledger_ingest_online", "gauge", "Whether ingest says it runs.", bool(feed.ingest_online))
    yield _Metric("heatledger_messages_heard_total", "counter", "MQTT messages since ingest began.", said.heard)
    yield _Metric("heatledger_readings_stored_total", "counter", "Readings committed since then.", said.stored)
    yield _Metric(
        "heatledger_messages_not_understood_total", "counter", "Messages that gave no reading.", said.not_understood
    )
    yield _Metric("heatledger_spool_readings", "gauge", "Readings that wait for the store.", said.spool_readings)
    yield _Metric("heatledger_spool_bytes", "gauge", "What they take on disk.", said.spool_bytes)
    yield _Metric("heatledger_spool_age_seconds", "gauge", "Age of the oldest of them.", spool_age_s(feed))
    yield _Metric("heatledger_refusing", "gauge", "Whether messages are no longer acknowledged.", said.refusing)


def _sources(queries: Queries, feed: Feed) -> Iterator[_Metric]:
    latest = feed.latest()
    newest_us = max((value.time_us for value in latest.values()), default=None)
    age_s = float("nan") if newest_us is None else time.time() - newest_us / 1e6
    yield _Metric("heatledger_last_reading_age_seconds", "gauge", "Age of the newest reading.", age_s)
    silent = expected = 0
    for home in queries.config.homes.values():
        seen = now(home, latest, rate=None, credit=None, at_us=time.time_ns() // 1000)
        silent, expected = silent + len(seen.silent), expected + seen.expected
    yield _Metric("heatledger_sources", "gauge", "Sources that home files name.", expected)
    yield _Metric("heatledger_silent_sources", "gauge", "Those of them that have fallen silent.", silent)
