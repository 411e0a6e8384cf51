"""What the prices ahead make of each zone: a part of `state.db`, written by what sends, read by the page."""

from __future__ import annotations

from typing import Final

import msgspec

from heatledger.control.planned import Planned
from heatledger.store.database import Database

STEP: Final = (
    """CREATE TABLE planned (
        home TEXT NOT NULL, zone TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (home, zone)) WITHOUT ROWID""",
)


class PlannedZones:
    """The newest plan of each zone.

    Parameters
    ----------
    database : Database
        The file `state.db`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def tell(self, home: str, zone: str, planned: Planned) -> None:
        """Keep a zone's plan in place of the one before."""
        with self._database.write() as connection:
            row = (home, zone, msgspec.json.encode(planned))
            connection.execute("INSERT OR REPLACE INTO planned VALUES (?, ?, ?)", row)

    def of(self, home: str) -> dict[str, Planned]:
        """Return a home's plans by zone; what another version kept is left out, until it is planned again."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT zone, body FROM planned WHERE home = ?", (home,)).fetchall()
        found = {zone: _planned(body) for zone, body in rows}
        return {zone: planned for zone, planned in found.items() if planned is not None}


def _planned(body: bytes) -> Planned | None:
    try:
        return msgspec.json.decode(body, type=Planned)
    except msgspec.MsgspecError:
        return None
