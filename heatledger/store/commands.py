"""The log of commands: a part of `state.db`, only ever added to, each row on disk before what it says is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from heatledger.control.events import Event
from heatledger.control.moment import Moment
from heatledger.store.database import Database

STEP: Final = (
    """CREATE TABLE command (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, home TEXT NOT NULL, zone TEXT NOT NULL, request INTEGER NOT NULL,
        time_us INTEGER NOT NULL, boot TEXT NOT NULL, steady_s REAL NOT NULL, setpoint REAL, mode TEXT,
        asked_by TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, valid_s REAL NOT NULL, note TEXT NOT NULL,
        key TEXT UNIQUE)""",
    "CREATE INDEX command_home ON command (home, id)",
)
_COLUMNS: Final = (
    "kind, home, zone, request, time_us, boot, steady_s, setpoint, mode, asked_by, who, why, valid_s, note, key"
)
_MOST: Final = 20_000
"""So many of the newest rows are read at once; far more than the limits allow within any time they look back."""


class Commands:
    """What was asked, sent and confirmed.

    Parameters
    ----------
    database : Database
        The file `state.db`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, event: Event) -> Event:
        """Keep a row and return it with its place; place 0 where a row of its key is there already."""
        row = (
            event.kind, event.home, event.zone, event.request, *event.at, event.setpoint, event.mode,
            event.by, event.who, event.why, event.valid_s, event.note, event.key or None,
        )  # fmt: skip
        marks = ", ".join("?" * len(row))
        with self._database.write() as connection:
            done = connection.execute(f"INSERT OR IGNORE INTO command ({_COLUMNS}) VALUES ({marks})", row)
            number = done.lastrowid if done.rowcount == 1 else 0
        return msgspec.structs.replace(event, id=number or 0)

    def since(self, home: str, after: int) -> list[Event]:
        """Return a home's rows after a place, in order; of very many the newest."""
        statement = f"SELECT id, {_COLUMNS} FROM command WHERE home = ? AND id > ? ORDER BY id DESC LIMIT ?"
        with self._database.read() as connection:
            rows = connection.execute(statement, (home, after, _MOST)).fetchall()
        return [_event(row) for row in reversed(rows)]

    def every(self, home: str) -> Iterator[Event]:
        """Yield all of a home's rows, in order, some thousands at a time."""
        statement = f"SELECT id, {_COLUMNS} FROM command WHERE home = ? AND id > ? ORDER BY id LIMIT ?"
        after = 0
        while True:
            with self._database.read() as connection:
                rows = connection.execute(statement, (home, after, _MOST)).fetchall()
            if not rows:
                return
            yield from map(_event, rows)
            after = rows[-1][0]

    def of_request(self, request: int) -> list[Event]:
        """Return a request's rows, the one that asked first."""
        statement = f"SELECT id, {_COLUMNS} FROM command WHERE id = ?1 OR request = ?1 ORDER BY id"
        with self._database.read() as connection:
            return [_event(row) for row in connection.execute(statement, (request,)).fetchall()]


def _event(row: tuple[Any, ...]) -> Event:
    number, kind, home, zone, request, time_us, boot, steady_s, *rest = row
    setpoint, mode, by, who, why, valid_s, note, key = rest
    return Event(
        id=number, kind=kind, home=home, zone=zone, request=request, at=Moment(time_us, boot, steady_s),
        setpoint=setpoint, mode=mode, by=by, who=who, why=why, valid_s=valid_s, note=note, key=key or "",
    )  # fmt: skip
