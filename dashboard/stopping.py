"""The page behind the link that stops letters: who holds its secret need not log in, and one click is enough."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, Response

from dashboard.forms import Forms
from heatledger.store.sent import Sent, Subscriber


def register(server: FastAPI, sent_path: Path, forms: Forms) -> None:
    """Add the routes to the FastAPI application.

    A look changes nothing, as programs that guard mailboxes look at every link; a POST stops it (RFC 8058).
    """

    @server.get("/stop/{token}", include_in_schema=False)
    def ask(token: str) -> Response:
        return _page(forms, _known(sent_path, token), stopped=False)

    @server.post("/stop/{token}", include_in_schema=False)
    def stop(token: str) -> Response:
        person = _known(sent_path, token)
        if person is not None and person.stopped_at is None:
            with closing(Sent(sent_path)) as sent:
                sent.stop(person.kind, person.home, person.recipient, at=datetime.now(UTC))
        return _page(forms, person, stopped=True)


def _known(sent_path: Path, token: str) -> Subscriber | None:
    if not sent_path.is_file():
        return None
    with closing(Sent(sent_path)) as sent:
        return sent.known(token)


def _page(forms: Forms, person: Subscriber | None, *, stopped: bool) -> Response:
    done = person is not None and (stopped or person.stopped_at is not None)
    return forms.page("stop", status=404 if person is None else 200, person=person, done=done)
