"""What a home looked like when it was looked at last: a part of `state.db`; a list of homes opens with it."""

from __future__ import annotations

from typing import Final, NamedTuple

from heatledger.store.database import Database

STEP: Final = ("CREATE TABLE home_row (home TEXT PRIMARY KEY, key TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID",)


class HomeRow(NamedTuple):
    """What was found, encoded, and under which key: what it depends on beside readings and time."""

    key: str
    body: bytes


class HomeRows:
    """The last look at each home.

    Parameters
    ----------
    database : Database
        The file `state.db`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, home: str, row: HomeRow) -> None:
        """Keep a row in place of the home's last."""
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO home_row VALUES (?, ?, ?)", (home, *row))

    def all(self) -> dict[str, HomeRow]:
        """Return the last look at each home that was ever looked at, by home."""
        with self._database.read() as connection:
            return {home: HomeRow(key, body) for home, key, body in connection.execute("SELECT * FROM home_row")}
