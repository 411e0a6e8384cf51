"""Small relational state, one SQLite file whatever the store: days, topics, reports, bills, people, alerts."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from heatledger.store import alerts, commands, home_rows, learned, people, planned, published, runs, trials
from heatledger.store.database import Database

SAMPLE_BYTES: Final = 500
"""How much of a payload is kept as a sample of its topic."""


class Topic(msgspec.Struct, frozen=True):
    """What was heard on one topic; given to `State.note_topics`, `count` is how many messages since the last note."""

    topic: str
    family: str
    outcome: str
    count: int
    first_us: int
    last_us: int
    sample: bytes = b""
    note: str = ""


class Report(NamedTuple):
    """A statement that was rendered or sent, for local days from `start` up to, not including, `end`."""

    home: str
    start: date
    end: date
    version: int
    made_at: datetime
    path: str


class Bill(NamedTuple):
    """A closed bill: the Summary and the tariff text it was closed with, and why this version was made."""

    home: str
    start: date
    end: date
    version: int
    closed_at: datetime
    summary: bytes
    tariff: str
    reason: str


def _append_only(table: str) -> tuple[str, str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return (
        f"CREATE TRIGGER {table}_is_never_changed BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_is_never_deleted BEFORE DELETE ON {table} {refuse}",
    )


_STEPS: Final = (
    (
        """CREATE TABLE day (
            home TEXT NOT NULL, day TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (home, day)) WITHOUT ROWID""",
        """CREATE TABLE topic (
            topic TEXT PRIMARY KEY, family TEXT NOT NULL, outcome TEXT NOT NULL, count INTEGER NOT NULL,
            first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, sample BLOB NOT NULL, note TEXT NOT NULL)""",
        """CREATE TABLE report (
            home TEXT NOT NULL, start TEXT NOT NULL, "end" TEXT NOT NULL, version INTEGER NOT NULL,
            made_at TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (home, start, "end", version))""",
        """CREATE TABLE bill (
            home TEXT NOT NULL, start TEXT NOT NULL, "end" TEXT NOT NULL, version INTEGER NOT NULL,
            closed_at TEXT NOT NULL, summary BLOB NOT NULL, tariff TEXT NOT NULL, reason TEXT NOT NULL,
            PRIMARY KEY (home, start, "end", version))""",
        *_append_only("report"),
        *_append_only("bill"),
    ),
    (
        """CREATE TABLE reconciliation (
            home TEXT NOT NULL, start TEXT NOT NULL, "end" TEXT NOT NULL, version INTEGER NOT NULL,
            made_at TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (home, start, "end", version))""",
        *_append_only("reconciliation"),
    ),
    people.STEP,
    runs.STEP,
    alerts.STEP,
    published.STEP,
    (*commands.STEP, *_append_only("command")),
    _append_only("commissioning"),
    trials.STEP,
    learned.STEP,
    home_rows.STEP,
    planned.STEP,
)

_NOTE_TOPIC: Final = """INSERT INTO topic VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (topic) DO UPDATE SET
    family = CASE WHEN excluded.last_us >= last_us THEN excluded.family ELSE family END,
    outcome = CASE WHEN excluded.last_us >= last_us THEN excluded.outcome ELSE outcome END,
    sample = CASE WHEN excluded.last_us >= last_us AND excluded.sample != x'' THEN excluded.sample ELSE sample END,
    note = CASE WHEN excluded.last_us >= last_us THEN excluded.note ELSE note END,
    count = count + excluded.count,
    first_us = min(first_us, excluded.first_us),
    last_us = max(last_us, excluded.last_us)"""
_NEXT_VERSION: Final = 'SELECT coalesce(max(version), 0) + 1 FROM {} WHERE home = ? AND start = ? AND "end" = ?'


class State:
    """The file `state.db`, safe for several threads and processes at once.

    Parameters
    ----------
    path : str or Path
        The file; made, with its folders, if it is not there.

    Raises
    ------
    StoreError
        If it cannot be opened.
    """

    def __init__(self, path: str | Path) -> None:
        self._database = Database(Path(path), kind="state", steps=_STEPS)
        self.people = people.People(self._database)
        """Who may look and who may change."""
        self.runs = runs.Runs(self._database)
        """What commissioning found."""
        self.trials = trials.Trials(self._database)
        """Guided test runs."""
        self.home_rows = home_rows.HomeRows(self._database)
        """What each home looked like last."""
        self.alerts = alerts.Alerts(self._database)
        """What is the matter, and who was told."""
        self.published = published.Published(self._database)
        """What stands on the broker for Home Assistant."""
        self.commands = commands.Commands(self._database)
        """What was commanded, by whom, and what came of it."""
        self.learned = learned.Learned(self._database)
        """What catalogues told of commands."""
        self.planned = planned.PlannedZones(self._database)
        """What the prices ahead make of each zone."""

    def write_days(self, home: str, key: str, days: Mapping[date, bytes]) -> None:
        """Keep computed days; whatever was kept for the same days under another key is replaced.

        Parameters
        ----------
        home : str
            The home.
        key : str
            Hash of what the days were computed from: home file, tariff, code version.
        days : mapping of date to bytes
            Local day -> encoded day.
        """
        with self._database.write() as connection:
            rows = [(home, day.isoformat(), key, body) for day, body in days.items()]
            connection.executemany("INSERT OR REPLACE INTO day VALUES (?, ?, ?, ?)", rows)

    def days(self, home: str, key: str, start: date, end: date) -> dict[date, bytes]:
        """Return the days kept under a key from `start` up to, not including, `end`, in order."""
        statement = "SELECT day, body FROM day WHERE home = ? AND day >= ? AND day < ? AND key = ? ORDER BY day"
        with self._database.read() as connection:
            rows = connection.execute(statement, (home, start.isoformat(), end.isoformat(), key)).fetchall()
        return {date.fromisoformat(day): body for day, body in rows}

    def forget_days(self, home: str, start: date, end: date) -> None:
        """Drop the days kept from `start` up to, not including, `end`: what they were made from has changed."""
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM day WHERE home = ? AND day >= ? AND day < ?", (home, start.isoformat(), end.isoformat())
            )

    def note_topics(self, rows: Sequence[Topic]) -> None:
        """Add what was heard to what is known: counts add up, spans widen, the rest is the latest word."""
        with self._database.write() as connection:
            connection.executemany(_NOTE_TOPIC, [_cut(row) for row in rows])

    def topics(self) -> list[Topic]:
        """Return every topic heard, sorted."""
        with self._database.read() as connection:
            return [Topic(*row) for row in connection.execute("SELECT * FROM topic ORDER BY topic")]

    def add_report(self, home: str, start: date, end: date, *, made_at: datetime, path: str) -> Report:
        """Note a statement as made and return it with its version, 1 for the first of its period.

        Parameters
        ----------
        home : str
            The home.
        start, end : date
            Its period, local days, half-open.
        made_at : datetime
            When; aware.
        path : str
            Where it lies.
        """
        with self._database.write() as connection:
            period = (home, start.isoformat(), end.isoformat())
            (version,) = connection.execute(_NEXT_VERSION.format("report"), period).fetchone()
            connection.execute("INSERT INTO report VALUES (?, ?, ?, ?, ?, ?)", (*period, version, _text(made_at), path))
        return Report(home, start, end, version, made_at, path)

    def reports(self, home: str) -> list[Report]:
        """Return the statements made for a home, by period, then version."""
        statement = 'SELECT * FROM report WHERE home = ? ORDER BY start, "end", version'
        with self._database.read() as connection:
            rows = connection.execute(statement, (home,)).fetchall()
        return [
            Report(home, date.fromisoformat(start), date.fromisoformat(end), version, _moment(made_at), path)
            for _, start, end, version, made_at, path in rows
        ]

    def close_bill(
        self, home: str, start: date, end: date, *, closed_at: datetime, summary: bytes, tariff: str, reason: str
    ) -> Bill:
        """Close a period's bill and return it with its version; earlier versions stay as they were.

        Parameters
        ----------
        home : str
            The home.
        start, end : date
            The billing period, local days, half-open.
        closed_at : datetime
            When; aware.
        summary : bytes
            The encoded Summary the bill was closed with.
        tariff : str
            The text of the tariff file it was computed by.
        reason : str
            Why this version was made.
        """
        with self._database.write() as connection:
            period = (home, start.isoformat(), end.isoformat())
            (version,) = connection.execute(_NEXT_VERSION.format("bill"), period).fetchone()
            row = (*period, version, _text(closed_at), summary, tariff, reason)
            connection.execute("INSERT INTO bill VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return Bill(home, start, end, version, closed_at, summary, tariff, reason)

    def bills(self, home: str) -> list[Bill]:
        """Return every version of every closed bill of a home, by period, then version."""
        statement = 'SELECT * FROM bill WHERE home = ? ORDER BY start, "end", version'
        with self._database.read() as connection:
            rows = connection.execute(statement, (home,)).fetchall()
        return [
            Bill(home, date.fromisoformat(start), date.fromisoformat(end), version, _moment(closed_at), *rest)
            for _, start, end, version, closed_at, *rest in rows
        ]

    def add_reconciliation(self, home: str, start: date, end: date, *, made_at: datetime, body: bytes) -> None:
        """Keep what a cycle's bill came to beside the utility's; earlier ones stay as they were.

        Parameters
        ----------
        home : str
            The home.
        start, end : date
            The billing period, local days, half-open.
        made_at : datetime
            When; aware.
        body : bytes
            The encoded reconciliation.
        """
        with self._database.write() as connection:
            period = (home, start.isoformat(), end.isoformat())
            (version,) = connection.execute(_NEXT_VERSION.format("reconciliation"), period).fetchone()
            row = (*period, version, _text(made_at), body)
            connection.execute("INSERT INTO reconciliation VALUES (?, ?, ?, ?, ?, ?)", row)

    def reconciliations(self, home: str) -> dict[tuple[date, date], bytes]:
        """Return the newest reconciliation of every cycle of a home, by the cycle's days."""
        statement = 'SELECT start, "end", body FROM reconciliation WHERE home = ? ORDER BY start, "end", version'
        with self._database.read() as connection:
            rows = connection.execute(statement, (home,)).fetchall()
        return {(date.fromisoformat(start), date.fromisoformat(end)): body for start, end, body in rows}

    def delete_home(self, home: str, topics: str | None) -> int:
        """Delete all that is kept of a home, closed bills too; return how many rows went. The audit stays.

        Parameters
        ----------
        home : str
            The home.
        topics : str or None
            What the topics begin with that are forgotten too; None: none of them.
        """
        with self._database.write() as connection:
            gone = sum(_delete_of_home(connection, table, home) for table in _tables_of_homes(connection))
            if topics is not None:
                span = (topics, len(topics))
                gone += connection.execute("DELETE FROM topic WHERE substr(topic, 1, ?2) = ?1", span).rowcount
        return gone

    def close(self) -> None:
        """Release the file."""
        self._database.close()


def _tables_of_homes(connection: sqlite3.Connection) -> list[str]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [
        name for (name,) in tables if "home" in {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
    ]


def _delete_of_home(connection: sqlite3.Connection, table: str, home: str) -> int:
    """Delete a home's rows; what is append-only otherwise is so again afterwards."""
    asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    triggers = connection.execute(asked, (table,)).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    gone = connection.execute(f"DELETE FROM {table} WHERE home = ?", (home,)).rowcount
    for _, statement in triggers:
        connection.execute(statement)
    return int(gone)


def _cut(row: Topic) -> tuple[object, ...]:
    return msgspec.structs.astuple(msgspec.structs.replace(row, sample=row.sample[:SAMPLE_BYTES]))


def _text(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; pass an aware time")
    return moment.astimezone(UTC).isoformat()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
