"""The ledger of what was sent and to whom: sent.db, a file of its own: nothing else keeps it waiting."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

from heatledger.store.database import Database

State = Literal["claimed", "accepted", "waiting", "refused"]
"""Being sent (or it was when its process died), taken by the mail server, to be tried again, refused for good."""
Kind = Literal["bill", "digest", "fleet", "test"]
"""What a letter is: a bill's statement, a home's week, the week of all homes, or a try, which is never noted."""
EVERY_HOME: Final = "*"
"""Whose a letter about all homes is; no home has this id."""
_TOKEN_BYTES: Final = 24
_STEPS: Final = (
    (
        """CREATE TABLE delivery (
            kind TEXT NOT NULL, home TEXT NOT NULL, start TEXT NOT NULL, "end" TEXT NOT NULL, recipient TEXT NOT NULL,
            version INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, changed_at TEXT NOT NULL,
            again_at TEXT, said TEXT NOT NULL, total TEXT,
            PRIMARY KEY (kind, home, start, "end", recipient, version)) WITHOUT ROWID""",
        """CREATE TABLE subscriber (
            home TEXT NOT NULL, recipient TEXT NOT NULL, token TEXT NOT NULL UNIQUE, since TEXT NOT NULL,
            stopped_at TEXT, PRIMARY KEY (home, recipient)) WITHOUT ROWID""",
    ),
    (  # who stops one kind of letter goes on getting the others
        """CREATE TABLE subscription (
            kind TEXT NOT NULL, home TEXT NOT NULL, recipient TEXT NOT NULL, token TEXT NOT NULL UNIQUE,
            since TEXT NOT NULL, stopped_at TEXT, PRIMARY KEY (kind, home, recipient)) WITHOUT ROWID""",
        "INSERT INTO subscription SELECT 'bill', home, recipient, token, since, stopped_at FROM subscriber",
        "DROP TABLE subscriber",
    ),
)


class Key(NamedTuple):
    """What is sent once: a kind of letter about a home's local days from `start` up to `end`, to one recipient."""

    kind: Kind
    home: str
    start: date
    end: date
    recipient: str
    version: int


class Delivery(NamedTuple):
    """How far it is: its state, how often it was tried, when that changed, when it is tried again, what was said.

    `total` is the bill as it was sent, a decimal string. [currency]
    """

    key: Key
    state: State
    attempts: int
    changed_at: datetime
    again_at: datetime | None
    said: str
    total: str | None


class Subscriber(NamedTuple):
    """Who gets a kind of letters of a home: since when, by which secret they may stop it, and when they did."""

    kind: Kind
    home: str
    recipient: str
    token: str
    since: datetime
    stopped_at: datetime | None


class Sent:
    """The file `sent.db`, safe for several processes at once.

    Parameters
    ----------
    path : Path
        The file; made if it is not there.

    Raises
    ------
    StoreError
        If it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, kind="sent", steps=_STEPS)

    def claim(self, key: Key, *, at: datetime) -> int | None:
        """Say that it is being sent, on disk before a byte leaves; None where the server took it before.

        Parameters
        ----------
        key : Key
            What.
        at : datetime
            Now, aware.

        Returns
        -------
        int or None
            Which attempt this is, from 1.
        """
        with self._database.write() as connection:
            row = connection.execute(f"SELECT state, attempts FROM delivery WHERE {_BY_KEY}", _cells(key)).fetchone()
            if row is not None and row[0] == "accepted":
                return None
            attempt = 1 if row is None else int(row[1]) + 1
            values = (*_cells(key), "claimed", attempt, _text(at), None, "", None)
            connection.execute(f"INSERT OR REPLACE INTO delivery VALUES ({', '.join('?' * len(values))})", values)
        return attempt

    def accepted(self, key: Key, *, at: datetime, said: str, total: str | None) -> None:
        """Say that the mail server took it: it is never sent again."""
        self._turn(key, "accepted", at, None, said, total)

    def failed(self, key: Key, *, at: datetime, said: str, again_at: datetime | None) -> None:
        """Say why it was not taken, and when it is tried again; None: never, the server refused it for good."""
        self._turn(key, "waiting" if again_at else "refused", at, again_at, said, None)

    def _turn(
        self, key: Key, state: State, at: datetime, again_at: datetime | None, said: str, total: str | None
    ) -> None:
        with self._database.write() as connection:
            connection.execute(
                f"UPDATE delivery SET state = ?, changed_at = ?, again_at = ?, said = ?, total = ? WHERE {_BY_KEY}",
                (state, _text(at), _text(again_at) if again_at else None, said, total, *_cells(key)),
            )

    def deliveries(self, kind: Kind, home: str) -> list[Delivery]:
        """Return every line of a home's letters of a kind, by period, recipient and version."""
        statement = 'SELECT * FROM delivery WHERE kind = ? AND home = ? ORDER BY start, "end", recipient, version'
        with self._database.read() as connection:
            rows = connection.execute(statement, (kind, home)).fetchall()
        return [_delivery(row) for row in rows]

    def told(self, home: str) -> list[Delivery]:
        """Return every line of a home's letters, of whatever kind, in the order they last changed."""
        statement = "SELECT * FROM delivery WHERE home = ? ORDER BY changed_at"
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(statement, (home,)).fetchall()]

    def delete_home(self, home: str) -> int:
        """Forget a home's letters and who got them; return how many rows went."""
        with self._database.write() as connection:
            tables = ("delivery", "subscription")
            return sum(connection.execute(f"DELETE FROM {table} WHERE home = ?", (home,)).rowcount for table in tables)

    def meet(self, kind: Kind, home: str, recipient: str, *, at: datetime) -> Subscriber:
        """Return who gets a kind of a home's letters, with a secret of their own from the first time they are met."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO subscription VALUES (?, ?, ?, ?, ?, NULL)",
                (kind, home, recipient, secrets.token_urlsafe(_TOKEN_BYTES), _text(at)),
            )
            statement = "SELECT * FROM subscription WHERE kind = ? AND home = ? AND recipient = ?"
            return _subscriber(connection.execute(statement, (kind, home, recipient)).fetchone())

    def known(self, token: str) -> Subscriber | None:
        """Return whose secret it is; None where it is nobody's."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM subscription WHERE token = ?", (token,)).fetchone()
        return None if row is None else _subscriber(row)

    def stop(self, kind: Kind, home: str, recipient: str, *, at: datetime) -> None:
        """Send them no more of this kind of a home's letters."""
        self._set_stopped(kind, home, recipient, _text(at))

    def resume(self, kind: Kind, home: str, recipient: str) -> None:
        """Send them this kind of a home's letters again."""
        self._set_stopped(kind, home, recipient, None)

    def _set_stopped(self, kind: Kind, home: str, recipient: str, stopped: str | None) -> None:
        with self._database.write() as connection:
            connection.execute(
                "UPDATE subscription SET stopped_at = ? WHERE kind = ? AND home = ? AND recipient = ?",
                (stopped, kind, home, recipient),
            )

    def close(self) -> None:
        """Release the file."""
        self._database.close()


_BY_KEY: Final = 'kind = ? AND home = ? AND start = ? AND "end" = ? AND recipient = ? AND version = ?'


def _cells(key: Key) -> tuple[str | int, ...]:
    return key.kind, key.home, key.start.isoformat(), key.end.isoformat(), key.recipient, key.version


def _delivery(row: tuple[str, ...]) -> Delivery:
    kind, home, start, end, recipient, version, state, attempts, changed_at, again_at, said, total = row
    key = Key(kind, home, date.fromisoformat(start), date.fromisoformat(end), recipient, int(version))  # type: ignore[arg-type]
    again = datetime.fromisoformat(again_at) if again_at else None
    return Delivery(key, state, int(attempts), datetime.fromisoformat(changed_at), again, said, total)  # type: ignore[arg-type]


def _subscriber(row: tuple[str, ...]) -> Subscriber:
    kind, home, recipient, token, since, stopped_at = row
    stopped = datetime.fromisoformat(stopped_at) if stopped_at else None
    return Subscriber(kind, home, recipient, token, datetime.fromisoformat(since), stopped)  # type: ignore[arg-type]


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
