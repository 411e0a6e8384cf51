"""The tables of the SQLite store, and what is asked of them on one connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from heatledger.readings import Intervals, SeriesKey, Value
from heatledger.store import Delivery, packed
from heatledger.store.rows import SeriesRow, merge, unpack

DELIVERIES: Final = 8192
"""How many of the last deliveries are kept."""
HOUR_US: Final = 3_600_000_000
"""Width of what the table `heard` notes: the hours in which a series spoke. [µs]"""
DELETED_AT_ONCE: Final = 20_000
"""How many rows one transaction of a retention job deletes."""

STEPS: Final = (
    (
        """CREATE TABLE device (
            id INTEGER PRIMARY KEY, home TEXT NOT NULL, family TEXT NOT NULL, name TEXT NOT NULL,
            UNIQUE (home, family, name))""",
        """CREATE TABLE series (
            id INTEGER PRIMARY KEY, device_id INTEGER NOT NULL REFERENCES device (id),
            channel TEXT NOT NULL, quantity TEXT NOT NULL, unit TEXT, kind TEXT NOT NULL, reset TEXT NOT NULL,
            first_us INTEGER, last_us INTEGER,
            oldest_us INTEGER, newest_us INTEGER, newest BLOB,
            UNIQUE (device_id, channel, quantity))""",
        """CREATE TABLE reading (
            device_id INTEGER NOT NULL, time_us INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (device_id, time_us)) WITHOUT ROWID""",
        """CREATE TABLE interval (
            series_id INTEGER NOT NULL, start_s INTEGER NOT NULL,
            energy REAL, mean REAL, min REAL, max REAL, last REAL, coverage REAL, flags INTEGER NOT NULL, state TEXT,
            PRIMARY KEY (series_id, start_s)) WITHOUT ROWID""",
        """CREATE TABLE heard (
            series_id INTEGER NOT NULL, hour INTEGER NOT NULL, PRIMARY KEY (series_id, hour)) WITHOUT ROWID""",
        "CREATE TABLE delivery (seq INTEGER PRIMARY KEY, packet_id INTEGER NOT NULL UNIQUE, digest BLOB NOT NULL)",
    ),
    (
        """CREATE TABLE packed (
            series_id INTEGER NOT NULL, day INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (series_id, day)) WITHOUT ROWID""",
    ),
)
"""The schema's history; a released step is never changed, a new one is added."""

WRITE_ROW: Final = """INSERT INTO reading VALUES (?, ?, ?) ON CONFLICT (device_id, time_us)
    DO UPDATE SET body = merge_rows(body, excluded.body) WHERE body != excluded.body"""
NOTE_SERIES: Final = """UPDATE series SET
    first_us = min(coalesce(first_us, :oldest), :oldest), last_us = max(coalesce(last_us, :newest), :newest),
    oldest_us = min(coalesce(oldest_us, :oldest), :oldest), newest_us = max(coalesce(newest_us, :newest), :newest),
    newest = CASE WHEN newest_us > :newest THEN newest ELSE :body END WHERE id = :id"""
FIND_SERIES: Final = """SELECT s.id, s.device_id, s.unit, s.kind, s.reset FROM series s
    JOIN device d ON d.id = s.device_id
    WHERE d.home = ? AND d.family = ? AND d.name = ? AND s.channel = ? AND s.quantity = ?"""
SERIES: Final = """SELECT s.id, d.home, d.family, d.name, s.channel, s.quantity, s.unit, s.kind, s.reset,
    s.oldest_us, s.newest_us, s.newest, s.first_us, s.last_us FROM device d JOIN series s ON s.device_id = d.id"""
BY_KEY: Final = "ORDER BY d.family, d.name, s.channel, s.quantity"
_NOTE_INTERVALS: Final = """UPDATE series SET first_us = min(coalesce(first_us, :first), :first),
    last_us = max(coalesce(last_us, :last), :last) WHERE id = :id RETURNING last_us"""

Meaning = tuple[str | None, str, str]
"""Unit, kind and reset of a series."""
Point = tuple[int, Value | None, int]
"""Time, value (None for NaN) and flags."""
Column = list[Point]


class _Side(NamedTuple):
    """How to look away from an edge: which rows of a device, and which hours of a series, nearest first."""

    rows: str
    hours: str


_US: Final = 1_000_000
_NEAR: Final = 64
_ROWS: Final = "SELECT time_us, body FROM reading WHERE device_id = ? AND"
_EARLIER: Final = _Side("time_us < ? ORDER BY time_us DESC", f"hour * {HOUR_US} < ? ORDER BY hour DESC")
_LATER: Final = _Side("time_us >= ? ORDER BY time_us", f"(hour + 1) * {HOUR_US} > ? ORDER BY hour")


class Known(NamedTuple):
    """What is remembered of a series between writes."""

    id: int
    device_id: int
    meaning: Meaning


def prepare(connection: sqlite3.Connection) -> None:
    """Teach a connection to merge two bodies of one row."""
    connection.create_function("merge_rows", 2, merge, deterministic=True)


def find_or_add(connection: sqlite3.Connection, key: SeriesKey, meaning: Meaning) -> Known:
    """Return a series, added with this meaning if it was not there."""
    found = connection.execute(FIND_SERIES, key).fetchone()
    if not found:
        connection.execute("INSERT OR IGNORE INTO device (home, family, name) VALUES (?, ?, ?)", key[:3])
        connection.execute(
            """INSERT INTO series (device_id, channel, quantity, unit, kind, reset)
            SELECT id, ?, ?, ?, ?, ? FROM device WHERE home = ? AND family = ? AND name = ?""",
            (key.channel, key.quantity, *meaning, *key[:3]),
        )
        found = connection.execute(FIND_SERIES, key).fetchone()
    return Known(found[0], found[1], found[2:])


def series(connection: sqlite3.Connection, where: str, values: Sequence[object]) -> dict[int, SeriesRow]:
    """Return the series that answer to a condition, by id, sorted by key."""
    rows = connection.execute(f"{SERIES} WHERE {where} {BY_KEY}", values)
    return {row[0]: SeriesRow(row[0], SeriesKey(*row[1:6]), *row[6:12]) for row in rows}


def span(connection: sqlite3.Connection, device: dict[int, SeriesRow], start_us: int, end_us: int) -> dict[int, Column]:
    """Return the points of one device's series in a span, each series with its neighbour on either side.

    A neighbour is looked for only where the series' oldest and newest reading say there is one; a newest reading before
    the span is itself that neighbour.
    """
    found: dict[int, Column] = {series_id: [] for series_id in device}
    if not device:
        return found
    (device_id,) = connection.execute("SELECT device_id FROM series WHERE id = ?", (next(iter(device)),)).fetchone()
    inside = f"{_ROWS} time_us >= ? AND time_us < ? ORDER BY time_us"
    for time_us, body in connection.execute(inside, (device_id, start_us, end_us)):
        for series_id, value, flags in unpack(body):
            found[series_id].append((time_us, value, flags))
    rows = device.values()
    before = {row.id for row in rows if row.oldest_us is not None and row.oldest_us < start_us}
    after = {row.id for row in rows if row.newest_us is not None and row.newest_us >= end_us}
    at_hand = {row.id: point for row in rows if (point := _newest(row)) and point[0] < start_us}
    earlier = at_hand | _neighbours(connection, device_id, before - at_hand.keys(), start_us, _EARLIER)
    later = _neighbours(connection, device_id, after, end_us, _LATER)
    for series_id, column in found.items():
        column[:0] = [earlier[series_id]] if series_id in earlier else []
        column += [later[series_id]] if series_id in later else []
    return found


def _newest(row: SeriesRow) -> Point | None:
    if row.newest_us is None or row.newest is None:
        return None
    ((_, value, flags),) = unpack(row.newest)
    return row.newest_us, value, flags


def _neighbours(
    connection: sqlite3.Connection, device_id: int, wanted: set[int], edge_us: int, side: _Side
) -> dict[int, Point]:
    """Return the point nearest an edge of each wanted series: most are a few rows away, the others' hours are noted."""
    near = connection.execute(f"{_ROWS} {side.rows} LIMIT {_NEAR}", (device_id, edge_us)) if wanted else ()
    met = _first_of_each(near, wanted)
    for series_id in wanted - met.keys():
        hours = connection.execute(f"SELECT hour FROM heard WHERE series_id = ? AND {side.hours}", (series_id, edge_us))
        for (hour,) in hours:
            within = f"{_ROWS} time_us >= {hour * HOUR_US} AND time_us < {(hour + 1) * HOUR_US} AND {side.rows}"
            point = _first_of_each(connection.execute(within, (device_id, edge_us)), {series_id})
            if point:
                met |= point
                break
    return met


def _first_of_each(rows: Iterable[tuple[int, bytes]], wanted: set[int]) -> dict[int, Point]:
    """Walk rows until a point of every wanted series was met."""
    met: dict[int, Point] = {}
    for time_us, body in rows:
        for series_id, value, flags in unpack(body):
            if series_id in wanted:
                met.setdefault(series_id, (time_us, value, flags))
        if len(met) == len(wanted):
            break
    return met


def write_deliveries(connection: sqlite3.Connection, deliveries: Sequence[Delivery]) -> None:
    """Note deliveries as committed and forget all but the last ones."""
    if deliveries:
        statement = "INSERT OR REPLACE INTO delivery (packet_id, digest) VALUES (?, ?)"
        connection.executemany(statement, deliveries)
        connection.execute("DELETE FROM delivery WHERE seq <= (SELECT max(seq) FROM delivery) - ?", (DELIVERIES,))


def write_block(connection: sqlite3.Connection, series_id: int, block: Intervals) -> None:
    """Insert or replace one series' intervals, and note how far they reach."""
    bounds = {"id": series_id, "first": int(block.start_s.min()) * _US, "last": int(block.start_s.max()) * _US}
    (newest_us,) = connection.execute(_NOTE_INTERVALS, bounds).fetchone()
    packed.write(connection, series_id, block, newest_us // _US)


def forget(connection: sqlite3.Connection, device_id: int, before_us: int) -> None:
    """Let the series of a device no longer speak of readings that were deleted."""
    connection.execute(
        "DELETE FROM heard WHERE series_id IN (SELECT id FROM series WHERE device_id = ?) AND hour < ?",
        (device_id, before_us // HOUR_US),
    )
    connection.execute(
        "UPDATE series SET oldest_us = NULL, newest_us = NULL, newest = NULL WHERE device_id = ? AND newest_us < ?",
        (device_id, before_us),
    )
    connection.execute(
        "UPDATE series SET oldest_us = max(oldest_us, ?) WHERE device_id = ? AND oldest_us < ?",
        (before_us, device_id, before_us),
    )


_DELETIONS: Final = "deleted homes"  # a count in the table `meta`: what was remembered of series before is void
_OF_HOME: Final = "(SELECT s.id FROM series s JOIN device d ON d.id = s.device_id WHERE d.home = ?)"


def delete_home(connection: sqlite3.Connection, home: str) -> int:
    """Delete the intervals, series and devices of a home, with what readings came last; return how many rows went."""
    of_devices = "device_id IN (SELECT id FROM device WHERE home = ?)"
    gone = sum(
        connection.execute(f"DELETE FROM {table} WHERE series_id IN {_OF_HOME}", (home,)).rowcount
        for table in ("interval", "packed")
    )
    connection.execute(f"DELETE FROM heard WHERE series_id IN {_OF_HOME}", (home,))
    gone += connection.execute(f"DELETE FROM reading WHERE {of_devices}", (home,)).rowcount
    connection.execute(f"DELETE FROM series WHERE {of_devices}", (home,))
    connection.execute("DELETE FROM device WHERE home = ?", (home,))
    number = int(deletions(connection) or 0) + 1
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_DELETIONS, str(number)))
    return gone


def deletions(connection: sqlite3.Connection) -> str:
    """Return what is another after every home that was deleted."""
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (_DELETIONS,)).fetchone()
    return str(found[0]) if found else ""
