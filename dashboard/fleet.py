"""Several homes behind the list: what is known of each at once, and each looked at anew behind whoever looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Final

import msgspec
from fastapi import FastAPI, Response

from dashboard.api import ANSWERS
from dashboard.commissioning import Commissioning
from dashboard.doors import Visitor
from dashboard.feed import Feed
from dashboard.queries import AskError, Queries
from heatledger.commissioning.fleet import Row, worst_first
from heatledger.home import Home

RENEW_S: Final = 900.0
"""A home is looked at again after so long, while somebody looks at the list. [s]"""
_WATCHED_S: Final = 120.0
"""Somebody looks at the list who asked for it so lately; its pages ask as long as they are open. [s]"""
_REST_S: Final = 0.05  # between two homes, so that whoever waits for one of them comes first


class Fleet:
    """The list of homes.

    Parameters
    ----------
    queries : Queries
        The homes.
    feed : Feed
        Rung when a row is new.
    checks : Commissioning
        Looks at a home.
    """

    def __init__(self, queries: Queries, feed: Feed, checks: Commissioning) -> None:
        self._queries, self._feed, self._checks = queries, feed, checks
        self._lock = threading.Lock()
        self._rows: dict[str, tuple[float, Row]] = {}
        self._asked_s = -1e9
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    @property
    def homes(self) -> Mapping[str, Home]:
        """The homes by id."""
        return self._queries.config.homes

    def rows(self) -> list[Row]:
        """Return what is known of each home, in no order, and look at those that are due behind it."""
        self.watched()
        made = dict(self._rows)
        return [made[name][1] if name in made else self._checks.known(home) for name, home in self.homes.items()]

    def version(self) -> str:
        """Return what changes when a row does."""
        return f"{sum(at_s for at_s, _ in list(self._rows.values())):.2f}"

    def waiting(self) -> int:
        """Return how many homes are still to be looked at for the first time."""
        return len(set(self.homes) - set(self._rows))

    def watched(self) -> None:
        """Note that somebody looks at the list: what is due is looked at while somebody does."""
        self._asked_s = time.monotonic()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._fill, name="fleet", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Look at no further home."""
        self._stop.set()

    def _fill(self) -> None:
        while not self._stop.is_set() and time.monotonic() - self._asked_s < _WATCHED_S:
            due = self._due()
            if due is None:
                self._stop.wait(1.0)
                continue
            try:
                row = self._checks.row(due)
            except AskError as error:
                row = self._checks.known(due, reason=str(error))
            self._rows[due.id] = (time.monotonic(), row)
            self._feed.ring()
            self._stop.wait(_REST_S)

    def _due(self) -> Home | None:
        """Return the home that was looked at longest ago, one never looked at first; None where none is due."""
        at = {name: self._rows[name][0] if name in self._rows else -1e9 for name in self.homes}
        first = min(at, key=at.__getitem__, default=None)
        return None if first is None or time.monotonic() - at[first] < RENEW_S else self.homes[first]


def first_page(visitor: Visitor, method: str, path: str, query: bytes, homes: int) -> str | None:
    """Return the page that stands at the front door instead of the home's own: an installer of several has the list.

    Parameters
    ----------
    visitor : Visitor
        Who asks.
    method, path, query : str, str, bytes
        For what; an address that asks for more than the front door is answered as it stands.
    homes : int
        How many there are.

    Examples
    --------
    >>> first_page(Visitor(role="installer"), "GET", "/", b"", 3), first_page(Visitor(role="owner"), "GET", "/", b"", 3)
    ('fleet', None)
    """
    front = method == "GET" and path == "/" and not query
    return "fleet" if front and visitor.role == "installer" and homes > 1 else None


def register(server: FastAPI, fleet: Fleet) -> None:
    """Add the list for a program."""

    @server.get(
        "/api/v1/fleet",
        summary="Every home, the one that needs a visit first: what is wrong, silent devices, COP, drift",
        responses=ANSWERS,
    )
    def listed(check: str = "") -> Response:
        return Response(msgspec.json.encode(worst_first(fleet.rows(), check)), media_type="application/json")
