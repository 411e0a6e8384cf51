"""What is kept up on the broker for others, and every topic that must be cleared one day: a part of `state.db`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from heatledger.store.database import Database

STEP: Final = (
    "CREATE TABLE published (topic TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE told (one INTEGER PRIMARY KEY CHECK (one = 1), body BLOB NOT NULL)",
)


class Published:
    """Topics with retained messages of ours below another program's prefix, and what is to be told there.

    Parameters
    ----------
    database : Database
        The file `state.db`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def topics(self) -> set[str]:
        """Return every topic that was noted and not forgotten since."""
        with self._database.read() as connection:
            return {topic for (topic,) in connection.execute("SELECT topic FROM published")}

    def note(self, topics: Collection[str]) -> None:
        """Note topics, before anything is published on them: a crash leaves none that nobody knows of."""
        with self._database.write() as connection:
            connection.executemany("INSERT OR IGNORE INTO published VALUES (?)", [(topic,) for topic in topics])

    def forget(self, topics: Collection[str]) -> None:
        """Forget topics that the broker has cleared."""
        with self._database.write() as connection:
            connection.executemany("DELETE FROM published WHERE topic = ?", [(topic,) for topic in topics])

    def tell(self, body: bytes | None) -> None:
        """Keep what is to be told now, in place of what was; None where nothing is."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM told")
            if body is not None:
                connection.execute("INSERT INTO told VALUES (1, ?)", (body,))

    def told(self) -> bytes | None:
        """Return what is to be told."""
        with self._database.read() as connection:
            row = connection.execute("SELECT body FROM told").fetchone()
        return None if row is None else bytes(row[0])
