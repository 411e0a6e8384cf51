"""The embedded store: one SQLite file, readings as wide rows by device and time, intervals by series and start."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from heatledger.quantities import QUANTITIES
from heatledger.readings import Intervals, Reading, Samples, SeriesKey, States, Value
from heatledger.store import Delivery, Series, packed, tables
from heatledger.store.database import Database
from heatledger.store.rows import Points, columns, pack, readings, storable
from heatledger.store.tables import Known

_PAGE: Final = 4096
_INTERVALS_AT_ONCE: Final = 20_000
_EVER: Final = (-(2**63), 2**63 - 1)


class SqliteStore:
    """A `Store` in one SQLite file, safe for several threads and processes at once.

    Parameters
    ----------
    path : str or Path
        The file; made, with its folders, if it is not there.
    patience_s : float, optional
        How long to wait for another process that writes; by default 15 s. [s]

    Raises
    ------
    StoreError
        If it cannot be opened.
    """

    def __init__(self, path: str | Path, *, patience_s: float | None = None) -> None:
        self._database = Database(
            Path(path), kind="readings and intervals", steps=tables.STEPS, prepare=tables.prepare, patience_s=patience_s
        )
        self._known: dict[tuple[str, ...], Known] = {}
        self._deletions = ""
        self._noted: dict[int, int] = {}  # series -> an hour that the table `heard` has of it

    def write(self, readings: Sequence[Reading], *, deliveries: Sequence[Delivery] = ()) -> None:
        """Commit readings and the deliveries that brought them together: durable when it returns, repeatable."""
        if not readings and not deliveries:
            return
        try:
            with self._database.write() as connection:
                self._forget_what_was_deleted(connection)
                self._write_readings(connection, readings)
                tables.write_deliveries(connection, deliveries)
        except BaseException:
            self._known, self._noted = {}, {}  # what was noted in a transaction that was undone is not there
            raise

    def deliveries(self) -> Mapping[int, bytes]:
        """Return the digest of each of the last deliveries committed, by packet id, oldest first."""
        with self._database.read() as connection:
            return dict(connection.execute("SELECT packet_id, digest FROM delivery ORDER BY seq"))

    def homes(self) -> list[str]:
        """Return the homes that have readings or intervals, sorted."""
        with self._database.read() as connection:
            return [home for (home,) in connection.execute("SELECT DISTINCT home FROM device ORDER BY home")]

    def series(self, home: str) -> list[Series]:
        """Return every series of a home, sorted by key; first and last heard, as a reading or an interval's start."""
        with self._database.read() as connection:
            rows = connection.execute(f"{tables.SERIES} WHERE d.home = ? {tables.BY_KEY}", (home,)).fetchall()
        return [Series(SeriesKey(*row[1:6]), *row[6:9], *row[12:14]) for row in rows]

    def readings(
        self,
        home: str,
        *,
        start_us: int | None = None,
        end_us: int | None = None,
        family: str | None = None,
        device: str | None = None,
    ) -> Iterator[Reading]:
        """Yield readings by device, then time, one batch in memory at a time; no lock is held between batches."""
        after = (_EVER[0] if start_us is None else start_us) - (start_us is not None)
        before = _EVER[1] if end_us is None else end_us
        with self._database.read() as connection:
            devices = connection.execute(
                """SELECT id FROM device WHERE home = ? AND family = coalesce(?, family) AND name = coalesce(?, name)
                ORDER BY family, name""",
                (home, family, device),
            ).fetchall()
        for (device_id,) in devices:
            yield from self._device_readings(device_id, after, before)

    def samples(self, home: str, family: str, device: str, *, start_us: int, end_us: int) -> list[Samples | States]:
        """Return one device's readings in a span as columns, each series with its neighbours before and after it."""
        with self._database.read() as connection:
            series = tables.series(connection, "d.home = ? AND d.family = ? AND d.name = ?", (home, family, device))
            found = tables.span(connection, series, start_us, end_us)
        return [columns(row, found[row.id]) for row in series.values() if found[row.id]]

    def latest(self, home: str) -> list[Reading]:
        """Return the newest reading of every series of a home, by its time, retained or not."""
        with self._database.read() as connection:
            series = tables.series(connection, "d.home = ?", (home,))
        heard = ((row.newest_us, row.newest) for row in series.values())
        return [r for at, body in heard if at is not None and body is not None for r in readings(series, at, body)]

    def write_intervals(self, blocks: Sequence[Intervals]) -> None:
        """Insert or replace intervals, in transactions of bounded size; durable when it returns."""
        waiting: list[Intervals] = []
        count = 0
        for block in blocks:
            waiting.append(block)
            count += len(block.start_s)
            if count >= _INTERVALS_AT_ONCE:
                self._commit_intervals(waiting)
                waiting, count = [], 0
        if count:
            self._commit_intervals(waiting)

    def delete_intervals(self, key: SeriesKey, *, start_s: int, end_s: int) -> None:
        """Remove a series' intervals in a span, as a recomputation that finds nothing there must."""
        with self._database.write() as connection:
            found = connection.execute(tables.FIND_SERIES, key).fetchone()
            if found:
                packed.delete(connection, found[0], key, start_s, end_s)

    def intervals(
        self, home: str, *, start_s: int, end_s: int, quantities: Sequence[str] | None = None
    ) -> list[Intervals]:
        """Return a home's intervals in a span, one block a series, sorted by key and start."""
        with self._database.read() as connection:
            found = [
                packed.read(connection, row.id, row.key, start_s, end_s)
                for row in tables.series(connection, "d.home = ?", (home,)).values()
                if quantities is None or row.key.quantity in quantities
            ]
        return [block for block in found if block is not None]

    def expire_readings(self, before_us: int) -> int:
        """Delete readings older than a time; return how many rows, one per device and time, went. Intervals stay."""
        with self._database.read() as connection:
            devices = connection.execute("SELECT id FROM device").fetchall()
        self._noted = {}
        gone = sum(self._expire_device(device_id, before_us) for (device_id,) in devices)
        self._database.reclaim()
        return gone

    def delete_home(self, home: str) -> int:
        """Delete all that is kept of a home, some rows at a time so that others may write; return how many went."""
        with self._database.read() as connection:
            devices = connection.execute("SELECT id FROM device WHERE home = ?", (home,)).fetchall()
        gone = sum(self._expire_device(device_id, _EVER[1]) for (device_id,) in devices)
        with self._database.write() as connection:
            gone += tables.delete_home(connection, home)
        self._database.reclaim()
        return gone

    def damage(self) -> str | None:
        """Read the whole file and return the first thing found wrong with it, or None."""
        return self._database.damage()

    def close(self) -> None:
        """Release the file."""
        self._database.close()

    def _forget_what_was_deleted(self, connection: sqlite3.Connection) -> None:
        """Know no series by heart that another process has deleted since."""
        if (deleted := tables.deletions(connection)) != self._deletions:
            self._known, self._noted, self._deletions = {}, {}, deleted

    def _write_readings(self, connection: sqlite3.Connection, batch: Sequence[Reading]) -> None:
        rows: dict[tuple[int, int], Points] = {}
        spans: dict[int, tuple[int, int, Value | None, int]] = {}
        for reading in batch:
            known = self._identify(connection, reading)
            time_us, value, flags = reading.time_us, storable(reading.value), int(reading.flags)
            rows.setdefault((known.device_id, time_us), {})[known.id] = (value, flags)
            span = spans.get(known.id)
            if span is None:
                spans[known.id] = (time_us, time_us, value, flags)
            elif time_us >= span[1]:
                spans[known.id] = (span[0], time_us, value, flags)
            elif time_us < span[0]:
                spans[known.id] = (time_us, *span[1:])
        connection.executemany(tables.WRITE_ROW, [(*place, pack(points)) for place, points in rows.items()])
        hours = {at: at[1] // tables.HOUR_US for at in rows}
        heard = {(series_id, hours[at]) for at, points in rows.items() for series_id in points}
        fresh = [pair for pair in heard if self._noted.get(pair[0]) != pair[1]]
        connection.executemany("INSERT OR IGNORE INTO heard VALUES (?, ?)", fresh)
        self._noted.update(fresh)
        connection.executemany(
            tables.NOTE_SERIES,
            [
                {"id": series_id, "oldest": oldest, "newest": newest, "body": pack({series_id: (value, flags)})}
                for series_id, (oldest, newest, value, flags) in spans.items()
            ],
        )

    def _identify(self, connection: sqlite3.Connection, reading: Reading) -> Known:
        """Find or add the series of a reading, and correct what the store believed of its unit, kind or reset."""
        key = (reading.home, reading.family, reading.device, reading.channel, reading.quantity)
        meaning = (reading.unit, reading.kind, reading.reset)
        known = self._known.get(key)
        if known is None:
            known = tables.find_or_add(connection, SeriesKey(*key), meaning)
        if known.meaning != meaning:
            statement = "UPDATE series SET unit = ?, kind = ?, reset = ? WHERE id = ?"
            connection.execute(statement, (*meaning, known.id))
            known = known._replace(meaning=meaning)
        self._known[key] = known
        return known

    def _device_readings(self, device_id: int, after: int, before: int) -> Iterator[Reading]:
        statement = """SELECT time_us, body FROM reading WHERE device_id = ? AND time_us > ? AND time_us < ?
            ORDER BY time_us LIMIT ?"""
        while True:
            with self._database.read() as connection:
                page = connection.execute(statement, (device_id, after, before, _PAGE)).fetchall()
                series = tables.series(connection, "d.id = ?", (device_id,))
            for time_us, body in page:
                yield from readings(series, time_us, body)
            if len(page) < _PAGE:
                return
            after = page[-1][0]

    def _commit_intervals(self, blocks: Sequence[Intervals]) -> None:
        with self._database.write() as connection:
            for block in blocks:
                if len(block.start_s):
                    quantity = QUANTITIES.get(block.key.quantity)
                    meaning = (quantity.unit, quantity.kind, "") if quantity else (None, "gauge", "")
                    tables.write_block(connection, tables.find_or_add(connection, block.key, meaning).id, block)

    def _expire_device(self, device_id: int, before_us: int) -> int:
        newest = """SELECT max(time_us) FROM (SELECT time_us FROM reading WHERE device_id = ? AND time_us < ?
            ORDER BY time_us LIMIT ?)"""
        gone = 0
        while True:
            with self._database.write() as connection:
                (last,) = connection.execute(newest, (device_id, before_us, tables.DELETED_AT_ONCE)).fetchone()
                if last is None:
                    tables.forget(connection, device_id, before_us)
                    return gone
                statement = "DELETE FROM reading WHERE device_id = ? AND time_us <= ?"
                gone += connection.execute(statement, (device_id, last)).rowcount
