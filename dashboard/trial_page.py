"""The page of the guided test run: choose a unit, follow the steps on a phone, read the verdicts."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Final

import msgspec
from fastapi import FastAPI, Response

from dashboard.api import ANSWERS
from dashboard.commissioning import Commissioning
from dashboard.doors import Doors, Visitor
from dashboard.forms import Forms, Sent, Whence, Who
from dashboard.queries import AskError
from dashboard.trial_view import view
from heatledger.commissioning.trial.books import Shown, TrialBooks
from heatledger.commissioning.trial.course import STEPS
from heatledger.formatting import duration
from heatledger.home import Home
from heatledger.store import StoreError
from heatledger.wording import say

PATH: Final = "/commissioning/run"
LIVE: Final = "/_commissioning-run"
"""The live part, which an open page asks for every other second; no look that the audit tells of."""


class TrialPage:
    """Draws the page and does what its buttons say.

    Parameters
    ----------
    commissioning : Commissioning
        The homes and their test runs.
    forms : Forms
        Draws plain pages.
    pace : float
        How many times faster than real the homes live. [1]
    """

    def __init__(self, commissioning: Commissioning, forms: Forms, pace: float) -> None:
        self._commissioning, self._forms, self._pace = commissioning, forms, pace

    def books(self, name: str | None) -> tuple[Home, TrialBooks]:
        """Return a home and its test runs.

        Raises
        ------
        AskError
            If there is no such home.
        """
        home = self._commissioning.home(name)
        return home, self._commissioning.trials(home)

    def newest(self, name: str | None) -> tuple[Home, Shown | None]:
        """Return a home and its newest run, taken on to now.

        Raises
        ------
        AskError
            If there is no such home, or the store does not answer.
        """
        home, books = self.books(name)
        try:
            return home, books.newest(datetime.now(UTC))
        except (StoreError, sqlite3.Error) as error:
            raise AskError("the store is not answering") from error

    def page(self, name: str | None, *, line: str = "", again: bool = False, status: int = 200) -> Response:
        """Return the page: the newest run, or the form that begins one where there is none, or `again`."""
        try:
            home, shown = self.newest(name)
        except AskError as error:
            return self._forms.page("trial", home=None, view=None, line=str(error), choices=(), lengths={}, status=503)
        if shown is not None and again and not shown.trial.running:
            shown = None
        books = self._commissioning.trials(home)
        return self._forms.page(
            "trial",
            status=status,
            line=line,
            home=home,
            shown=shown,
            view=None if shown is None else view(shown),
            choices=books.choices(),
            lengths={
                brief: duration(sum(row.brief_s if brief else row.whole_s for row in STEPS)) for brief in (False, True)
            },
            pace=self._pace,
            live=LIVE[1:],
        )

    def part(self, name: str | None) -> Response:
        """Return the live part alone."""
        try:
            _, shown = self.newest(name)
        except AskError as error:
            return Response(say("That cannot be shown.") + f" {error}", status_code=503, media_type="text/plain")
        if shown is None:
            return Response("", status_code=404, media_type="text/plain")
        return self._forms.page("trial_now", shown=shown, view=view(shown))

    def begin(self, sent: Sent, who: Visitor) -> tuple[Home, str]:
        """Begin a run as a form says; return its home, and what the audit says.

        Raises
        ------
        ValueError
            If it cannot be: one line with the mend.
        """
        home, books = self.books(sent.get("home") or None)
        trial = books.begin(
            sent.get("unit", ""),
            "cooling" if sent.get("work") == "cooling" else "heating",
            brief=sent.get("length") == "brief",
            who=who.name,
            now=datetime.now(UTC),
            pace=self._pace,
        )
        self._commissioning.forget(home)
        return home, f"began test run {trial.number} of {trial.name}"

    def stop(self, sent: Sent, who: Visitor) -> tuple[Home, str]:
        """Break off the run that goes on."""
        home, books = self.books(sent.get("home") or None)
        shown = books.stop(datetime.now(UTC), who.name)
        self._commissioning.forget(home)
        return home, f"stopped test run {shown.trial.number} of {shown.trial.name}" if shown else "stopped no test run"

    def confirm(self, sent: Sent, _who: Visitor) -> tuple[Home, str]:
        """Note that the person says the step is done."""
        home, books = self.books(sent.get("home") or None)
        shown = books.confirm(datetime.now(UTC))
        return home, f"confirmed a step of test run {shown.trial.number}" if shown else "confirmed no step"


def register(server: FastAPI, commissioning: Commissioning, doors: Doors, forms: Forms, pace: float) -> None:
    """Add the routes of the page and its live part, and the run for a program."""
    page = TrialPage(commissioning, forms, pace)
    acts = {"begin": page.begin, "stop": page.stop, "done": page.confirm}

    @server.get(PATH, include_in_schema=False)
    def shown(home: str | None = None, again: bool = False) -> Response:
        return page.page(home, again=again)

    @server.get(LIVE, include_in_schema=False)
    def live(home: str | None = None) -> Response:
        return page.part(home)

    @server.post(f"{PATH}/{{action}}", include_in_schema=False)
    def act(action: str, sent: Sent, who: Who, seen: Whence) -> Response:
        if action not in acts:
            return page.page(sent.get("home") or None, status=404)
        try:
            home, done = acts[action](sent, who)
        except (ValueError, StoreError, sqlite3.Error) as error:
            return page.page(sent.get("home") or None, line=str(error), again=action == "begin", status=400)
        doors.note(who, seen, done)
        return forms.go(f"{PATH}?home={home.id}", seen)

    @server.get(
        "/api/v1/commissioning/run",
        summary="The newest guided test run of a home: its steps, how it ended, its verdicts; null where none was made",
        responses=ANSWERS,
    )
    def newest(home: str | None = None) -> Response:
        _, found = page.newest(home)
        return Response(msgspec.json.encode(None if found is None else found.trial), media_type="application/json")
