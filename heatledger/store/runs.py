"""Commissioning records: a part of `state.db`; each kept as it was made."""

from __future__ import annotations

from typing import Final

from heatledger.store.database import Database

STEP: Final = (
    """CREATE TABLE commissioning (
        home TEXT NOT NULL, version INTEGER NOT NULL, made_at TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (home, version))""",
)


class Runs:
    """Records by home and version, encoded.

    Parameters
    ----------
    database : Database
        The file `state.db`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, home: str, *, made_at: str, body: bytes) -> int:
        """Keep a record and return its version, 1 for the home's first."""
        with self._database.write() as connection:
            (version,) = connection.execute(
                "SELECT coalesce(max(version), 0) + 1 FROM commissioning WHERE home = ?", (home,)
            ).fetchone()
            connection.execute("INSERT INTO commissioning VALUES (?, ?, ?, ?)", (home, version, made_at, body))
        return int(version)

    def all(self, home: str) -> list[tuple[int, bytes]]:
        """Return a home's records by version."""
        statement = "SELECT version, body FROM commissioning WHERE home = ? ORDER BY version"
        with self._database.read() as connection:
            return [(int(version), body) for version, body in connection.execute(statement, (home,))]
