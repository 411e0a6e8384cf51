"""The spool: what the store could not take yet, in order, in a file of its own until it does."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from heatledger.quantities import Kind
from heatledger.readings import Reading, Value
from heatledger.store import Delivery, StoreError
from heatledger.store.database import Database

_REMEMBERED: Final = 8_192
_QUICK: Final = 1  # compression level: a tenth of the size for a tenth of the time of the default

STEPS: Final = (
    (
        """CREATE TABLE batch (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, readings INTEGER NOT NULL, oldest_us INTEGER,
            deliveries BLOB NOT NULL, body BLOB NOT NULL)""",
        """CREATE TABLE device (
            home TEXT NOT NULL, family TEXT NOT NULL, name TEXT NOT NULL, newest_us INTEGER NOT NULL,
            PRIMARY KEY (home, family, name)) WITHOUT ROWID""",
    ),
)
"""The schema's history; a released step is never changed, a new one is added."""

_NEWEST: Final = """INSERT INTO device VALUES (?, ?, ?, ?) ON CONFLICT (home, family, name)
    DO UPDATE SET newest_us = max(newest_us, excluded.newest_us)"""
_STORED: Final = "coalesce(sum(length(body) + length(deliveries)), 0)"

Device = tuple[str, str, str]
"""Home, family, device."""

_Row = tuple[str, str, str, str, str, int, Value, str | None, Kind, str, int]
_encode = msgspec.msgpack.Encoder().encode
_parts = msgspec.msgpack.Decoder(list[tuple[list[_Row], tuple[int, bytes] | None, bool]]).decode
_deliveries = msgspec.msgpack.Decoder(list[tuple[int, bytes]]).decode


class SpoolFullError(StoreError):
    """The spool has reached the size it may have."""


class Part(NamedTuple):
    """What one message gave; `doubtful` where only the store can say whether it has that delivery already.

    `topic` names it in messages to the user and is not kept.
    """

    readings: Sequence[Reading]
    delivery: Delivery | None = None
    doubtful: bool = False
    topic: str = ""


class Size(NamedTuple):
    """How much waits: readings, bytes, and the time of the oldest reading. [µs UTC]."""

    readings: int = 0
    bytes: int = 0
    oldest_us: int | None = None


class Spool:
    """Batches of readings with the deliveries that brought them: committed in order, read in order, then removed.

    Parameters
    ----------
    path : str or Path
        The file; made, with its folders, if it is not there.
    limit_bytes : int
        How much may wait; what comes later is refused, what is there stays. [bytes]

    Raises
    ------
    StoreError
        If the file cannot be opened.
    """

    def __init__(self, path: str | Path, *, limit_bytes: int) -> None:
        self._database = Database(Path(path), kind="a spool", steps=STEPS)
        self.path, self.limit_bytes = self._database.path, limit_bytes
        self._lock = threading.Lock()
        with self._database.read() as connection:
            row = connection.execute(f"SELECT coalesce(sum(readings), 0), {_STORED}, min(oldest_us) FROM batch")
            self._size = Size(*row.fetchone())
            self._batches = connection.execute("SELECT count(*) FROM batch").fetchone()[0]

    def __len__(self) -> int:
        return int(self._batches)

    @property
    def size(self) -> Size:
        """How much waits."""
        return self._size

    def append(self, parts: Sequence[Part]) -> None:
        """Commit what some messages gave: durable when it returns.

        Raises
        ------
        SpoolFullError
            If it would no longer fit.
        StoreError
            If the file cannot be written.
        """
        readings = [reading for part in parts for reading in part.readings]
        body = zlib.compress(_encode([(_rows(p.readings), p.delivery, p.doubtful) for p in parts]), _QUICK)
        deliveries = _encode([part.delivery for part in parts if part.delivery])
        more = len(body) + len(deliveries)
        if self._size.bytes + more > self.limit_bytes:
            raise SpoolFullError(
                f"{self.path}: the spool is full ({self.limit_bytes / 1e6:.0f} MB); bring the store back, "
                "or raise store.spool_mb in settings.toml"
            )
        oldest_us = min((reading.time_us for reading in readings), default=None)
        newest = {(r.home, r.family, r.device): r.time_us for r in sorted(readings, key=lambda r: r.time_us)}
        with self._database.write() as connection:
            row = (len(readings), oldest_us, deliveries, body)
            connection.execute("INSERT INTO batch (readings, oldest_us, deliveries, body) VALUES (?, ?, ?, ?)", row)
            connection.executemany(_NEWEST, [(*device, at) for device, at in newest.items()])
        known = [at for at in (self._size.oldest_us, oldest_us) if at is not None]
        self._size = Size(self._size.readings + len(readings), self._size.bytes + more, min(known, default=None))
        self._batches += 1

    def first(self, most: int) -> tuple[int, list[Part]]:
        """Return the oldest batches, of so many readings or a little more, and what to tell `remove` afterwards."""
        parts: list[Part] = []
        last, count = 0, 0
        with self._database.read() as connection:
            for seq, readings, body in connection.execute("SELECT seq, readings, body FROM batch ORDER BY seq"):
                parts += _unpack(body)
                last, count = seq, count + readings
                if count >= most:
                    break
        return last, parts

    def remove(self, last: int) -> None:
        """Forget every batch up to one: the store has it."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM batch WHERE seq <= ?", (last,))
            row = connection.execute(f"SELECT coalesce(sum(readings), 0), {_STORED}, min(oldest_us) FROM batch")
            self._size = Size(*row.fetchone())
            self._batches = connection.execute("SELECT count(*) FROM batch").fetchone()[0]
        if not self._batches:
            self._database.reclaim()

    def deliveries(self) -> Mapping[int, bytes]:
        """Return the digest of each of the last deliveries that wait here, by packet id, oldest first."""
        found: list[tuple[int, bytes]] = []
        with self._database.read() as connection:
            for (body,) in connection.execute("SELECT deliveries FROM batch ORDER BY seq DESC"):
                found[:0] = _deliveries(body)
                if len(found) >= _REMEMBERED:
                    break
        last: dict[int, bytes] = {}
        for packet_id, digest in found:
            last.pop(packet_id, None)
            last[packet_id] = digest
        return last

    def newest(self) -> Iterator[tuple[Device, int]]:
        """Yield the newest time of every device that ever went through here. [µs UTC]."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT home, family, name, newest_us FROM device").fetchall()
        yield from (((home, family, name), at) for home, family, name, at in rows)

    def close(self) -> None:
        """Release the file."""
        self._database.close()


def _rows(readings: Sequence[Reading]) -> list[tuple[object, ...]]:
    return [msgspec.structs.astuple(reading) for reading in readings]


def _unpack(body: bytes) -> list[Part]:
    return [
        Part([Reading(*row) for row in rows], Delivery(*delivery) if delivery else None, doubtful)
        for rows, delivery, doubtful in _parts(zlib.decompress(body))
    ]
