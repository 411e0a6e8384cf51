"""What is the household's own: everything in one archive to take along, and the home deleted, after a typed word."""

from __future__ import annotations

import html
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Final

from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse

from dashboard.doors import Doors
from dashboard.forms import Forms, Sent, Whence, Who
from heatledger.archive import archive
from heatledger.config import Config
from heatledger.marks import marked
from heatledger.misfit import ConfigError
from heatledger.reader import Reader, reader, reading
from heatledger.removal import Done, holdings, remove
from heatledger.store import Store, StoreError
from heatledger.store.state import State
from heatledger.wording import say

_STEPS: Final = {
    "readings": marked("Readings and intervals deleted: {n}"),
    "bills": marked("Days, closed bills, statements and topics forgotten: {n}"),
    "files": marked("Files deleted: {n}"),
    "late": marked("What came in meanwhile deleted: {n}"),
    "broker": marked("Values that the broker kept cleared: {n}"),
    "people": marked("Access taken from others: {n}"),
}
_AGAIN: Final = marked("What is deleted stays so; try again for the rest.")


def register(
    server: FastAPI, config: Config, books: tuple[Store, State], doors: Doors, forms: Forms, shown: Callable[[], str]
) -> None:
    """Add the routes to the FastAPI application.

    Parameters
    ----------
    server : FastAPI
        The application.
    config : Config
        The homes.
    books : (Store, State)
        What is kept of them.
    doors : Doors
        For the audit.
    forms : Forms
        Draws the pages.
    shown : callable
        Returns the id of the home that is shown.
    """
    store, state = books

    def page(home: str, *, line: str = "", status: int = 200) -> Response:
        name = config.homes[home].name if home in config.homes else home
        found = holdings(config, store, state, home)
        return forms.page("yours", status=status, home=home, name=name, found=found, line=line)

    @server.get("/yours", include_in_schema=False)
    def yours() -> Response:
        return page(shown())

    @server.get("/yours/export", include_in_schema=False)
    def export() -> Response:
        home = shown()
        named = {"content-disposition": f'attachment; filename="heatledger-{home}.zip"'}
        return StreamingResponse(archive(config, store, state, home), media_type="application/zip", headers=named)

    @server.post("/yours/delete", include_in_schema=False)
    def delete(sent: Sent, who: Who, seen: Whence) -> Response:
        home = shown()
        if sent.get("typed", "").strip() != home:
            return page(home, line=say("Nothing is deleted: type {word}.", word=home), status=400)
        doors.note(who, seen, f"began to delete the home {home}")
        steps = _beside(remove(config, store, state, home), lambda: doors.note(who, seen, f"deleted the home {home}"))
        return StreamingResponse(_told(forms, home, steps, reader()), media_type="text/html")


def _beside(steps: Iterator[Done], finished: Callable[[], None]) -> Iterator[Done]:
    """Yield what a thread of its own does: it goes on to the end, whether or not somebody still looks."""
    done: queue.Queue[Done | None] = queue.Queue()

    def work() -> None:
        try:
            for step in steps:
                done.put(step)
            finished()
        except (StoreError, ConfigError, OSError) as error:
            done.put(Done("", trouble=str(error)))
        finally:
            done.put(None)

    threading.Thread(target=work, name="removal").start()
    return iter(done.get, None)


def _told(forms: Forms, home: str, steps: Iterator[Done], who: Reader) -> Iterator[str]:
    """Yield a page that grows with the work."""
    with reading(who):
        page = bytes(forms.page("yours_deleted", home=home).body).decode()
    begin, _, end = page.partition("<!-- steps -->")
    yield begin
    trouble = ""
    for step in steps:
        with reading(who):
            said = say(_STEPS[step.what], n=step.number) if step.what in _STEPS else say(_AGAIN)
        trouble = trouble or ("" if step.what in _STEPS else step.trouble)
        yield f"<li>{html.escape(said)}{f' ({html.escape(step.trouble)})' if step.trouble else ''}</li>\n"
    with reading(who):
        over = say("The home is not deleted to the end.") if trouble else say("The home is deleted.")
    yield f'</ul><p class="{"said" if trouble else "done"}" id="over">{html.escape(over)}</p>{end}'
