"""Episodes of alerts and what is to be told of them: a part of `state.db`, so that a crash neither loses nor doubles.

Two processes may look at once: an episode begins in one transaction, and who sends a message claims it first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from heatledger.alerts.episodes import Episode
from heatledger.store.database import Database

STEP: Final = (
    """CREATE TABLE alert (
        id INTEGER PRIMARY KEY, home TEXT NOT NULL, rule TEXT NOT NULL, subject TEXT NOT NULL, closed_at TEXT,
        body BLOB NOT NULL)""",
    "CREATE UNIQUE INDEX alert_lasts_once ON alert (home, rule, subject) WHERE closed_at IS NULL",
    """CREATE TABLE alert_message (
        alert INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE, channel TEXT NOT NULL, sent_at TEXT,
        tries INTEGER NOT NULL, not_before TEXT NOT NULL, error TEXT NOT NULL, PRIMARY KEY (alert, channel))
        WITHOUT ROWID""",
)
CLAIMED: Final = timedelta(minutes=10)
"""So long a message belongs to who took it; one that died meanwhile is sent by the next."""
WORTH: Final = timedelta(days=3)
"""A message that no channel took for so long is given up."""
_KEPT: Final = timedelta(days=400)

Step = Callable[[Sequence[Episode]], Sequence[Episode]]
"""Takes the episodes that last, gives what has become of them, then new ones (`episodes.follow`)."""


class Told(NamedTuple):
    """What became of a message on one channel; `sent_at` None while it waits, `error` why the last try failed."""

    channel: str
    sent_at: datetime | None
    tries: int
    error: str


class Kept(NamedTuple):
    """An episode as it is kept, and its messages."""

    id: int
    home: str
    episode: Episode
    told: tuple[Told, ...]


class Message(NamedTuple):
    """A message that is due on a channel, claimed by who asked for it; `tries` before this one."""

    id: int
    home: str
    channel: str
    episode: Episode
    tries: int


class Alerts:
    """The episodes of all homes.

    Parameters
    ----------
    database : Database
        The file `state.db`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def follow(self, home: str, step: Step, channels: Callable[[Episode], Collection[str]], *, now: datetime) -> None:
        """Take what was seen of a home into its episodes, all or nothing.

        Parameters
        ----------
        home : str
            Whose.
        step : callable
            As `Step`.
        channels : callable
            Returns which channels are told of an episode that has just begun.
        now : datetime
            Aware.
        """
        with self._database.write() as connection:
            rows = connection.execute(
                "SELECT id, body FROM alert WHERE home = ? AND closed_at IS NULL ORDER BY id", (home,)
            ).fetchall()
            found = list(step([_episode(body) for _, body in rows]))
            for (number, _), episode in zip(rows, found, strict=False):
                connection.execute(
                    "UPDATE alert SET closed_at = ?, body = ? WHERE id = ?",
                    (_text(episode.closed_at), *_body(episode), number),
                )
            for episode in found[len(rows) :]:
                row = (home, episode.rule, episode.subject, _text(episode.closed_at), *_body(episode))
                number = connection.execute(
                    "INSERT INTO alert (home, rule, subject, closed_at, body) VALUES (?, ?, ?, ?, ?)", row
                ).lastrowid
                connection.executemany(
                    "INSERT INTO alert_message VALUES (?, ?, NULL, 0, ?, '')",
                    [(number, channel, _text(now)) for channel in sorted(channels(episode))],
                )
            old = _text(now - _KEPT)
            connection.execute(
                "DELETE FROM alert_message WHERE alert IN (SELECT id FROM alert WHERE closed_at < ?)", (old,)
            )
            connection.execute("DELETE FROM alert WHERE closed_at < ?", (old,))

    def keep(self, homes: Collection[str], *, now: datetime) -> None:
        """Let the episodes of homes that are no longer described be over."""
        for home in {row.home for row in self.all() if row.episode.closed_at is None} - set(homes):
            self.follow(
                home,
                lambda lasting: [msgspec.structs.replace(episode, closed_at=now) for episode in lasting],
                lambda _episode: (),
                now=now,
            )

    def all(self) -> list[Kept]:
        """Return every episode that is kept, the newest last."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT id, home, body FROM alert ORDER BY id").fetchall()
            told: dict[int, list[Told]] = {}
            for number, *row in connection.execute("SELECT alert, channel, sent_at, tries, error FROM alert_message"):
                told.setdefault(number, []).append(Told(row[0], _moment(row[1]), row[2], row[3]))
        return [Kept(number, home, _episode(body), tuple(told.get(number, ()))) for number, home, body in rows]

    def claim(
        self, wanted: Callable[[str, Episode], bool], channels: Collection[str], *, now: datetime
    ) -> list[Message]:
        """Take the messages that are due: nobody else is given them for `CLAIMED`.

        Parameters
        ----------
        wanted : callable
            Takes home and episode; says whether it may be told now (quiet hours, rules that are off).
        channels : collection of str
            Those that can be told.
        now : datetime
            Aware.
        """
        question = """SELECT alert.id, home, channel, body, tries FROM alert_message JOIN alert ON alert.id = alert
            WHERE sent_at IS NULL AND not_before <= ? ORDER BY alert.id, channel"""
        with self._database.write() as connection:
            rows = connection.execute(question, (_text(now),)).fetchall()
            found = [
                Message(number, home, channel, _episode(body), tries) for number, home, channel, body, tries in rows
            ]
            due = [
                row
                for row in found
                if row.channel in channels and now - row.episode.opened_at < WORTH and wanted(row.home, row.episode)
            ]
            connection.executemany(
                "UPDATE alert_message SET not_before = ? WHERE alert = ? AND channel = ?",
                [(_text(now + CLAIMED), row.id, row.channel) for row in due],
            )
        return due

    def sent(self, message: Message, *, at: datetime) -> None:
        """Note that a channel took a message: it is never sent there again."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE alert_message SET sent_at = ?, tries = tries + 1, error = '' WHERE alert = ? AND channel = ?",
                (_text(at), message.id, message.channel),
            )

    def failed(self, message: Message, error: str, *, again_at: datetime) -> None:
        """Note why a channel did not take a message, and when it is tried again."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE alert_message SET tries = tries + 1, error = ?, not_before = ? WHERE alert = ? AND channel = ?",
                (error, _text(again_at), message.id, message.channel),
            )


def _body(episode: Episode) -> tuple[bytes]:
    return (msgspec.json.encode(episode),)


def _episode(body: bytes) -> Episode:
    return msgspec.json.decode(body, type=Episode)


def _text(moment: datetime | None) -> str | None:
    """Return a moment so that texts compare as moments do."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
