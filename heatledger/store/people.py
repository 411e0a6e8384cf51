"""People, sessions, codes, tokens and the audit: a part of `state.db`; of every secret only a digest is kept."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from heatledger.marks import worded
from heatledger.people import Invitation, Look, PeopleError, Person, Role, Session, Token, Way, code, digest, typed
from heatledger.store.database import Database

STEP: Final = (
    "CREATE TABLE person (name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL, made_us INTEGER NOT NULL)",
    """CREATE TABLE session (
        number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL,
        way TEXT NOT NULL, made_us INTEGER NOT NULL, seen_us INTEGER NOT NULL, agent TEXT NOT NULL,
        address TEXT NOT NULL)""",
    """CREATE TABLE invitation (
        digest BLOB PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, until_us INTEGER NOT NULL)""",
    """CREATE TABLE token (
        name TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, role TEXT NOT NULL, made_us INTEGER NOT NULL,
        used_us INTEGER NOT NULL)""",
    """CREATE TABLE look (
        id INTEGER PRIMARY KEY, time_us INTEGER NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
        address TEXT NOT NULL, what TEXT NOT NULL, times INTEGER NOT NULL)""",
    "CREATE INDEX look_time ON look (time_us)",
)
IDLE_US: Final[dict[str, int]] = {"password": 30 * 86_400_000_000, "paired": 400 * 86_400_000_000}
"""After so long unseen a session is over. [µs] A screen's is that of a paired browser."""
_LOOKS_KEPT: Final = 20_000
_SAME_LOOK_US: Final = 600_000_000
_SESSION: Final = """SELECT s.number, s.name, coalesce(p.role, s.role), s.way, s.made_us, s.seen_us, s.agent, s.address
    FROM session s LEFT JOIN person p ON p.name = s.name AND s.way = 'password'"""


class People:
    """Who may look and who may change; every answer holds at once, in every process.

    Parameters
    ----------
    database : Database
        The file `state.db`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def guarded(self) -> bool:
        """Return whether anybody has a password: then nobody is let in without a session or a token."""
        with self._database.read() as connection:
            return connection.execute("SELECT 1 FROM person LIMIT 1").fetchone() is not None

    def all(self) -> list[Person]:
        """Return everybody with a password, oldest first."""
        with self._database.read() as connection:
            return [Person(*row) for row in connection.execute("SELECT * FROM person ORDER BY made_us, name")]

    def person(self, name: str) -> Person | None:
        """Return one of them."""
        return next((person for person in self.all() if person.name == name), None)

    def keep(self, name: str, role: Role, password: str, *, at_us: int) -> None:
        """Give a person access, or another role or password: their open sessions end.

        Parameters
        ----------
        name : str
            As `checked_name` returns it.
        role : Role
            What they may do.
        password : str
            Its hash.
        at_us : int
            UTC. [µs]

        Raises
        ------
        PeopleError
            If it would leave no owner.
        """
        with self._database.write() as connection:
            connection.execute(
                """INSERT INTO person VALUES (?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET role = excluded.role, password = excluded.password""",
                (name, role, password, at_us),
            )
            if not connection.execute("SELECT 1 FROM person WHERE role = 'owner'").fetchone():
                raise PeopleError(
                    worded("{name}: the first with a password must be an owner; set the owner's first", name=name)
                )
            connection.execute("DELETE FROM session WHERE name = ? AND way = 'password'", (name,))

    def revoke(self, name: str) -> int:
        """Take everything from a name: password, browsers, codes and tokens; return how many things that were.

        Raises
        ------
        PeopleError
            If it is the only owner, or nobody has that name.
        """
        with self._database.write() as connection:
            was = connection.execute("SELECT role FROM person WHERE name = ?", (name,)).fetchone()
            gone = sum(
                connection.execute(f"DELETE FROM {table} WHERE name = ?", (name,)).rowcount
                for table in ("person", "session", "invitation", "token")
            )
            owner = connection.execute("SELECT 1 FROM person WHERE role = 'owner'").fetchone()
            if was == ("owner",) and not owner:
                raise PeopleError(worded("{name} is the only owner; give another that role first", name=name))
            if not gone:
                raise PeopleError(
                    worded("{name}: nobody has that name; heatledger people list shows who there is", name=name)
                )
        return gone

    def open_session(self, name: str, role: Role, way: Way, *, at_us: int, agent: str = "", address: str = "") -> str:
        """Let a browser in; return the secret of its cookie."""
        secret = secrets.token_urlsafe(32)
        row = (digest(secret), name, role, way, at_us, at_us, agent[:200], address)
        with self._database.write() as connection:
            connection.execute("INSERT INTO session VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return secret

    def session(self, secret: str, *, at_us: int) -> Session | None:
        """Return the session a secret opens, if it is not over."""
        with self._database.read() as connection:
            row = connection.execute(f"{_SESSION} WHERE s.digest = ?", (digest(secret),)).fetchone()
        found = None if row is None else Session(*row)
        return found if found and found.seen_us + IDLE_US.get(found.way, IDLE_US["paired"]) > at_us else None

    def sessions(self) -> list[Session]:
        """Return every browser that was let in, last seen first."""
        with self._database.read() as connection:
            return [Session(*row) for row in connection.execute(f"{_SESSION} ORDER BY s.seen_us DESC")]

    def see(self, number: int, *, at_us: int, address: str) -> None:
        """Note that a session was seen."""
        with self._database.write() as connection:
            connection.execute("UPDATE session SET seen_us = ?, address = ? WHERE number = ?", (at_us, address, number))

    def end_session(self, number: int) -> None:
        """Let a browser in no longer."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM session WHERE number = ?", (number,))

    def invite(self, name: str, role: Role, *, until_us: int) -> str:
        """Return a code that lets somebody in once; an older code of the same name is void."""
        made = code(secrets.token_bytes(12))
        with self._database.write() as connection:
            connection.execute("DELETE FROM invitation WHERE name = ?", (name,))
            connection.execute("INSERT INTO invitation VALUES (?, ?, ?, ?)", (digest(made), name, role, until_us))
        return made

    def invitation(self, given: str, *, at_us: int, use: bool = False) -> Invitation | None:
        """Return what a code promises, if it still holds; `use` makes it the last time.

        Parameters
        ----------
        given : str
            The code as typed.
        at_us : int
            UTC. [µs]
        use : bool
            Whether it is used up.
        """
        key = (digest(typed(given)),)
        with self._database.write() as connection:
            row = connection.execute("SELECT name, role, until_us FROM invitation WHERE digest = ?", key).fetchone()
            if use:
                connection.execute("DELETE FROM invitation WHERE digest = ?", key)
        return Invitation(*row) if row and row[2] > at_us else None

    def invitations(self, *, at_us: int) -> list[Invitation]:
        """Return the codes that are not used yet and still hold."""
        statement = "SELECT name, role, until_us FROM invitation WHERE until_us > ? ORDER BY name"
        with self._database.read() as connection:
            return [Invitation(*row) for row in connection.execute(statement, (at_us,))]

    def add_token(self, name: str, role: Role, *, at_us: int) -> str:
        """Return a new token for a program.

        Raises
        ------
        PeopleError
            If a token of that name is there.
        """
        secret = f"hl_{secrets.token_urlsafe(32)}"
        with self._database.write() as connection:
            if connection.execute("SELECT 1 FROM token WHERE name = ?", (name,)).fetchone():
                raise PeopleError(
                    worded("{name}: a token of that name is there; revoke it first, or choose another name", name=name)
                )
            connection.execute("INSERT INTO token VALUES (?, ?, ?, ?, 0)", (name, digest(secret), role, at_us))
        return secret

    def token(self, secret: str) -> Token | None:
        """Return the token a program shows."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT name, role, made_us, used_us FROM token WHERE digest = ?", (digest(secret),)
            ).fetchone()
        return None if row is None else Token(*row)

    def see_token(self, name: str, *, at_us: int) -> None:
        """Note that a token was used."""
        with self._database.write() as connection:
            connection.execute("UPDATE token SET used_us = ? WHERE name = ?", (at_us, name))

    def tokens(self) -> list[Token]:
        """Return every token."""
        with self._database.read() as connection:
            return [Token(*row) for row in connection.execute("SELECT name, role, made_us, used_us FROM token")]

    def note(self, look: Look) -> None:
        """Add a line to the audit; the same again within ten minutes counts up."""
        key = (look.name, look.role, look.address, look.what)
        with self._database.write() as connection:
            again = connection.execute(
                """UPDATE look SET times = times + 1, time_us = ? WHERE id = (SELECT max(id) FROM look
                WHERE name = ? AND role = ? AND address = ? AND what = ? AND time_us > ?)""",
                (look.time_us, *key, look.time_us - _SAME_LOOK_US),
            ).rowcount
            if not again:
                connection.execute("INSERT INTO look VALUES (NULL, ?, ?, ?, ?, ?, 1)", (look.time_us, *key))
                connection.execute("DELETE FROM look WHERE id <= (SELECT max(id) FROM look) - ?", (_LOOKS_KEPT,))

    def looks(self, *, limit: int = 200, about: Callable[[Look], bool] | None = None) -> list[Look]:
        """Return the newest lines of the audit, newest first."""
        statement = "SELECT time_us, name, role, address, what, times FROM look ORDER BY time_us DESC, id DESC"
        with self._database.read() as connection:
            rows = (Look(*row) for row in connection.execute(statement))
            found = (row for row in rows if about is None or about(row))
            return [row for _, row in zip(range(limit), found, strict=False)]
