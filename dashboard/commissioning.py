"""Commissioning behind the page: a home is looked at when somebody asks, and what is found may be kept."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec
from fastapi import FastAPI, Response

from dashboard.api import ANSWERS
from dashboard.build import program
from dashboard.doors import Doors
from dashboard.feed import Feed
from dashboard.forms import Forms, Sent, Whence, Who
from dashboard.queries import AskError, Queries
from heatledger import hearing
from heatledger.commissioning import fleet
from heatledger.commissioning.gather import SPAN, found, keep, kept
from heatledger.commissioning.record import Job, Record, Unit, compared
from heatledger.commissioning.trial.books import TrialBooks
from heatledger.commissioning.trial.course import Trial
from heatledger.days import days_key
from heatledger.home import Home
from heatledger.reader import ENGLISH, reading
from heatledger.store import StoreError
from heatledger.store.state import State

_FRESH_S: Final = 20.0
"""A look at a home is shown for so long before it is looked at again. [s]"""
_LONGEST: Final = 200


class Look(msgspec.Struct, frozen=True):
    """What the page shows: a home as it is found now.

    Attributes
    ----------
    home, record : Home, Record
        As its file states it; what the checks found.
    kept : tuple of Record
        The runs of the checks that were kept, by version.
    homes : dict of str to str
        The names of all homes by id.
    tried : tuple of Trial
        Every guided test run that has ended, the newest first.
    """

    home: Home
    record: Record
    kept: tuple[Record, ...]
    homes: dict[str, str]
    tried: tuple[Trial, ...] = ()


class Commissioning:
    """Looks at homes, one at a time.

    Parameters
    ----------
    queries : Queries
        The books.
    feed : Feed
        What is heard.
    state : State
        Where runs are kept.
    """

    def __init__(self, queries: Queries, feed: Feed, state: State) -> None:
        self._queries, self._feed, self._state = queries, feed, state
        self._lock = threading.Lock()
        self._made: dict[str, tuple[float, Record, fleet.Row]] = {}

    def look(self, name: str | None) -> Look:
        """Return a home as it is found.

        Raises
        ------
        AskError
            If there is no such home, or the store does not answer.
        """
        home = self._queries.home(name)
        homes = {one: row.name for one, row in sorted(self._queries.config.homes.items())}
        earlier = tuple(kept(self._state, home.id))
        record = compared(self._found(home)[0], earlier)
        return Look(home, record, earlier, homes, tuple(self.trials(home).past()))

    def run(self, name: str | None, run: str | None) -> tuple[Home, Record]:
        """Return a home and one of its runs: by number as it was kept, else as it is found now.

        Raises
        ------
        AskError
            If no run of that number was kept, or as `look`.
        """
        home = self._queries.home(name)
        if not run:
            return home, self.look(name).record
        found = next((one for one in kept(self._state, home.id) if str(one.version) == run), None)
        if found is None:
            raise AskError(f"run {run[:20]!r} of {home.name} was never kept")
        return home, found

    def keep(self, name: str | None, job: Job) -> Record:
        """Keep a home as it is found, with what the checks cannot know."""
        found = self.look(name).record
        return keep(self._state, msgspec.structs.replace(found, job=job))

    def home(self, name: str | None) -> Home:
        """Return a described home: by its id, else the first one.

        Raises
        ------
        AskError
            If there is none.
        """
        return self._queries.home(name)

    def trials(self, home: Home) -> TrialBooks:
        """Return a home's guided test runs."""
        return TrialBooks(home, self._queries.config.systems, self._queries.store, self._state)

    def forget(self, home: Home) -> None:
        """Look at a home anew at the next question: a test run of it began or ended."""
        with self._lock:
            self._made.pop(home.id, None)

    def row(self, home: Home) -> fleet.Row:
        """Return a home's row of the list, as the home is found.

        Raises
        ------
        AskError
            If the store does not answer.
        """
        return self._found(home)[1]

    def key(self, home: Home) -> str:
        """Return what a row of a home depends on beside readings and time: the program, its file, plan and maps."""
        tariff = self._queries.config.tariffs.get(home.tariff or "")
        return f"{program()}-{days_key(home, tariff, self._queries.config.systems)}"

    def known(self, home: Home, *, reason: str = "") -> fleet.Row:
        """Return a home's row without looking at it: what its last kept run said."""
        return fleet.unseen(home, kept(self._state, home.id), reason=reason)

    def _found(self, home: Home) -> tuple[Record, fleet.Row]:
        with self._lock:
            at_s, record, row = self._made.get(home.id, (-1e9, None, None))
            if record is None or row is None or time.monotonic() - at_s >= _FRESH_S:
                record, row = self._run(home)
                self._made[home.id] = (time.monotonic(), record, row)
            return record, row

    def _run(self, home: Home) -> tuple[Record, fleet.Row]:
        now, store = datetime.now(UTC), self._queries.store
        heard = {key: value for key, value in self._feed.latest().items() if key.home == home.id}
        try:
            known = hearing.heard(store.latest(home.id))
            with reading(ENGLISH):
                ledger, latest = self._queries.ledger_of(home), known | heard
                seen, record = found(ledger, store, start=now - SPAN, now=now, latest=latest)
                return record, fleet.row(seen, record, kept(self._state, home.id))
        except (StoreError, sqlite3.Error) as error:
            raise AskError("the store is not answering") from error


def register(server: FastAPI, commissioning: Commissioning, doors: Doors, forms: Forms) -> None:
    """Add the routes beside the page: keeping a run, and the record for a program."""

    @server.post("/commissioning/keep", include_in_schema=False)
    def save(sent: Sent, who: Who, seen: Whence) -> Response:
        name = sent.get("home") or None
        record = commissioning.keep(name, stated(commissioning.look(name).home, sent))
        doors.note(who, seen, f"kept run {record.version} of {record.home}")
        return forms.go(f"/commissioning?home={record.home}", seen)

    @server.get("/commissioning/handover.pdf", include_in_schema=False)
    def handover(home: str | None = None, run: str | None = None) -> Response:
        # typst and its fonts take 46 MB: only a dashboard that is asked for paper loads them
        from heatledger.statement.typeset import record_pdf

        chosen, record = commissioning.run(home, run)
        name = f"{chosen.id}-commissioning-{f'run-{record.version}' if run else f'{record.made_at:%Y-%m-%d}'}.pdf"
        held = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(record_pdf(record, chosen), media_type="application/pdf", headers=held)

    @server.get(
        "/api/v1/commissioning",
        summary="Every check of a home: result, evidence, expected range, mend",
        responses=ANSWERS,
    )
    def checked(home: str | None = None) -> Response:
        record = commissioning.look(home).record
        return Response(msgspec.json.encode(record), media_type="application/json")


def stated(home: Home, sent: Mapping[str, str]) -> Job:
    """Return what a form says of the job.

    Parameters
    ----------
    home : Home
        For its heat pumps.
    sent : mapping
        ``address``, ``installer``, ``reference``, ``note``, and ``model.<id>`` and ``serial.<id>`` of each heat pump.
    """
    units = tuple(
        Unit(heat_pump=pump.id, model=sent.get(f"model.{pump.id}", ""), serial=sent.get(f"serial.{pump.id}", ""))
        for pump in home.heat_pumps
    )
    said = {name: sent.get(name, "")[:_LONGEST] for name in ("address", "installer", "reference", "note")}
    return Job(**said, units=tuple(unit for unit in units if unit.model or unit.serial))
