"""Several homes behind the list: what is known of each at once, and each looked at anew behind whoever looks.

A row is kept in `state.db` as it was found, with when: a dashboard that starts again opens the list with it.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec
from fastapi import FastAPI, Response

from dashboard.api import ANSWERS
from dashboard.commissioning import Commissioning
from dashboard.doors import Visitor
from dashboard.feed import Feed
from dashboard.queries import AskError, Queries
from heatledger.commissioning.fleet import Row, worst_first
from heatledger.home import Home
from heatledger.store import StoreError
from heatledger.store.home_rows import HomeRow
from heatledger.store.state import State

RENEW_S: Final = 900.0
"""A home is looked at again after so long, while somebody looks at the list. [s]"""
_WATCHED_S: Final = 120.0
"""Somebody looks at the list who asked for it so lately; its pages ask as long as they are open. [s]"""
_REST_S: Final = 0.05  # between two homes, so that whoever waits for one of them comes first
_TELL_S: Final = 5.0  # a browser draws fifty rows anew no more often than that
_NEVER_S: Final = -1e9


class _Seen(NamedTuple):
    """A row, and when it was made, on this process's clock [s]; `_NEVER_S` where it is due whatever its age."""

    at_s: float
    row: Row


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
    state : State
        Where rows are kept.
    """

    def __init__(self, queries: Queries, feed: Feed, checks: Commissioning, state: State) -> None:
        self._queries, self._feed, self._checks, self._state = queries, feed, checks, state
        self._lock = threading.Lock()
        self._rows: dict[str, _Seen] = self._before()
        self._told = (_NEVER_S, "")
        self._asked_s = _NEVER_S
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
        return [made[name].row if name in made else self._checks.known(home) for name, home in self.homes.items()]

    def version(self) -> str:
        """Return what changes when rows do, every few seconds at most, or once no home is due any more."""
        found = f"{sum(seen.at_s for seen in list(self._rows.values())):.2f}"
        if self._due() is None or time.monotonic() - self._told[0] >= _TELL_S:
            self._told = (time.monotonic(), found)
        return self._told[1]

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

    def _before(self) -> dict[str, _Seen]:
        """Return the rows that were kept, each as old as it is; one that the program or a file outgrew is due."""
        now, found = datetime.now(UTC), dict[str, _Seen]()
        for name, kept in self._state.home_rows.all().items():
            row = _decoded(kept.body)
            if row is None or row.looked_at is None or name not in self.homes:
                continue
            age_s = (now - row.looked_at).total_seconds()
            fresh = age_s >= 0.0 and kept.key == self._checks.key(self.homes[name])
            found[name] = _Seen(time.monotonic() - age_s if fresh else _NEVER_S, row)
        return found

    def _fill(self) -> None:
        while not self._stop.is_set() and time.monotonic() - self._asked_s < _WATCHED_S:
            due = self._due()
            if due is None:
                self._stop.wait(1.0)
                continue
            try:
                row = self._checks.row(due)
                self._state.home_rows.keep(due.id, HomeRow(self._checks.key(due), msgspec.json.encode(row)))
            except AskError as error:
                row = self._checks.known(due, reason=str(error))
            except (StoreError, sqlite3.Error) as error:
                logging.getLogger(__name__).warning("%s: what was found is not kept: %s", due.id, error)
            self._rows[due.id] = _Seen(time.monotonic(), row)
            self._feed.ring()
            self._stop.wait(_REST_S)

    def _due(self) -> Home | None:
        """Return the home that was looked at longest ago, one never looked at first; None where none is due."""
        at = {name: self._rows[name].at_s if name in self._rows else 2 * _NEVER_S for name in self.homes}
        first = min(at, key=at.__getitem__, default=None)
        return None if first is None or time.monotonic() - at[first] < RENEW_S else self.homes[first]


def _decoded(body: bytes) -> Row | None:
    """Return a row that was kept; None where another version of the program kept it otherwise."""
    try:
        return msgspec.json.decode(body, type=Row)
    except msgspec.MsgspecError:
        return None


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
