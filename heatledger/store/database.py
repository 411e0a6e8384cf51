"""One SQLite file shared by threads and processes: opened, migrated, locked, its errors told in one line."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from heatledger.store import StoreError, UnusableStoreError

BUSY_S = 15.0
"""How long one process waits for another that writes. [s]"""

_PAGES_AT_ONCE = 2000

Steps = Sequence[Sequence[str]]
"""The schema's history: step n holds the statements that turn version n into version n + 1."""

_META = "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"

# what SQLite says (a part of it) -> what the user can do
_MENDS = (
    ("not a database", "this is not a SQLite file; name another file, or restore a backup"),
    ("malformed", "the file is damaged; restore a backup, or move it away to begin anew"),
    ("locked", "another process keeps it locked; stop that process"),
    ("readonly", "the file may not be written; check its owner and its folder's"),
    ("unable to open", "the file cannot be opened; check that its folder exists and may be written"),
    ("full", "the disk is full; make room"),
    ("disk I/O", "the disk failed to read or write; check the disk and its free space"),
)


class Database:
    """A SQLite file in WAL mode whose commits are on disk when they return.

    Connections are pooled: a thread takes one for as long as it reads or writes, so a thread pool needs no more of them
    than threads that are busy at once. Writers of one process queue on a lock, those of several on SQLite's own.

    Parameters
    ----------
    path : Path
        The file; made, with its folders, if it is not there.
    kind : str
        What the file holds; a file of another kind is refused.
    steps : sequence of sequence of str
        The schema's history.
    prepare : callable, optional
        Called with every new connection, to add SQL functions.
    patience_s : float, optional
        How long to wait for another process that writes; by default `BUSY_S`. [s]

    Raises
    ------
    StoreError
        If the file cannot be opened, is damaged, of another kind, or made by a newer version.
    """

    def __init__(
        self,
        path: Path,
        *,
        kind: str,
        steps: Steps,
        prepare: Callable[[sqlite3.Connection], None] | None = None,
        patience_s: float | None = None,
    ) -> None:
        self.path = path.expanduser().absolute()
        self._kind, self._steps, self._prepare = kind, steps, prepare
        self._patience_s = BUSY_S if patience_s is None else patience_s
        self._idle: deque[sqlite3.Connection] = deque()
        self._writing = threading.Lock()
        self._closed = False
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnusableStoreError(
                f"{self.path}: {error.strerror}: {error.filename}; name a folder that may be written"
            ) from error
        with self._told():
            self._create()
        try:
            with self.write() as connection:
                self._migrate(connection)
        except StoreError:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees one unchanging state of the file."""
        with self._lent() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside a transaction: on disk when the block ends, undone if it raises."""
        with self._writing, self._lent() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def reclaim(self) -> None:
        """Give the pages that deletions freed back to the file system, some at a time so that others may write."""
        while True:
            with self._writing, self._lent() as connection:
                (free,) = connection.execute("PRAGMA freelist_count").fetchone()
                connection.executescript(
                    f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})"
                )  # execute() would free one page
            if free <= _PAGES_AT_ONCE:
                return

    def damage(self) -> str | None:
        """Read the whole file and return the first thing found wrong with it, or None."""
        with self._lent() as connection:
            said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        return None if said == "ok" else said

    def close(self) -> None:
        """Close every connection; one still lent closes when it comes back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection]:
        if self._closed:
            raise StoreError(f"{self.path}: already closed")
        with self._told():
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._connect()
            try:
                yield connection
            finally:
                if self._closed:
                    connection.close()
                else:
                    self._idle.append(connection)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            mend = next((mend for part, mend in _MENDS if part in str(error)), "see the message of SQLite")
            raise StoreError(f"{self.path}: {error}; {mend}") from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=self._patience_s, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA wal_autocheckpoint = 2000")
            if self._prepare:
                self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _create(self) -> None:
        """Set what must be set before the first table; SQLite does not wait for a lock here, so we do."""
        give_up = time.monotonic() + self._patience_s
        with closing(self._connect()) as connection:
            while True:
                try:
                    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                    connection.execute("PRAGMA journal_mode = WAL").fetchone()
                except sqlite3.OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > give_up:
                        raise
                    time.sleep(0.02)
                else:
                    return

    def _migrate(self, connection: sqlite3.Connection) -> None:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and "meta" not in tables:
            raise UnusableStoreError(f"{self.path}: a SQLite file of another program; name another file")
        connection.execute(_META)
        meta = dict(connection.execute("SELECT key, value FROM meta"))
        if meta.get("kind", self._kind) != self._kind:
            raise UnusableStoreError(f"{self.path}: holds {meta['kind']}, not {self._kind}; name another file")
        version, known = int(meta.get("version", 0)), len(self._steps)
        if version > known:
            raise UnusableStoreError(
                f"{self.path}: made by a newer version (schema {version}, known {known}); upgrade heatledger"
            )
        if version < known:
            for statement in (statement for step in self._steps[version:] for statement in step):
                connection.execute(statement)
            rows = [("kind", self._kind), ("version", str(known))]
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)
