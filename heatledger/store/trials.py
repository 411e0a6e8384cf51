"""Guided test runs: a part of `state.db`; each is written over as it goes on, and stays as it ended."""

from __future__ import annotations

from typing import Final

from heatledger.store.database import Database

STEP: Final = (
    """CREATE TABLE trial (
        home TEXT NOT NULL, number INTEGER NOT NULL, running INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (home, number))""",
    "CREATE UNIQUE INDEX one_trial_at_a_time ON trial (home) WHERE running",
)


class Trials:
    """Runs by home and number, encoded.

    Parameters
    ----------
    database : Database
        The file `state.db`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, home: str, body: bytes) -> int | None:
        """Keep a new run that goes on and return its number, 1 for the home's first; None while another goes on."""
        with self._database.write() as connection:
            number, running = connection.execute(
                "SELECT coalesce(max(number), 0) + 1, coalesce(max(running), 0) FROM trial WHERE home = ?", (home,)
            ).fetchone()
            if running:
                return None
            connection.execute("INSERT INTO trial VALUES (?, ?, 1, ?)", (home, number, body))
        return int(number)

    def change(self, home: str, number: int, *, was: bytes, body: bytes, running: bool) -> bool:
        """Write a run over, and return whether that was done: not where another has written it meanwhile."""
        statement = "UPDATE trial SET body = ?, running = ? WHERE home = ? AND number = ? AND body = ? AND running"
        with self._database.write() as connection:
            changed = connection.execute(statement, (body, int(running), home, number, was)).rowcount
        return bool(changed)

    def all(self, home: str) -> list[tuple[int, bytes]]:
        """Return a home's runs by number."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT number, body FROM trial WHERE home = ? ORDER BY number", (home,))
            return [(int(number), body) for number, body in rows]
