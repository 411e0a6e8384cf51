"""What catalogues told of commands: a part of `state.db`, written by what listens, read by what sends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from heatledger.devices import DeviceFile
from heatledger.store.database import Database

STEP: Final = ("CREATE TABLE learned (home TEXT PRIMARY KEY, body BLOB NOT NULL)",)


class Learned:
    """Device files as catalogues (Home Assistant's discovery, Zigbee2MQTT's list) tell them of now, by home.

    Parameters
    ----------
    database : Database
        The file `state.db`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[str, tuple[bytes, tuple[DeviceFile, ...]]] = {}

    def tell(self, home: str, files: Sequence[DeviceFile]) -> None:
        """Keep what is told of now; whatever was kept before is not told any more."""
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO learned VALUES (?, ?)", (home, msgspec.json.encode(files)))

    def of(self, home: str) -> tuple[DeviceFile, ...]:
        """Return what is told of a home's devices; nothing where another version kept it, until it is heard again."""
        with self._database.read() as connection:
            row = connection.execute("SELECT body FROM learned WHERE home = ?", (home,)).fetchone()
        body = row[0] if row else b"[]"
        if home not in self._read or self._read[home][0] != body:
            self._read[home] = (body, _files(body))
        return self._read[home][1]


def _files(body: bytes) -> tuple[DeviceFile, ...]:
    try:
        return msgspec.json.decode(body, type=tuple[DeviceFile, ...])
    except msgspec.MsgspecError:
        return ()
