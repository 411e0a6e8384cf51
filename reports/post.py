"""Sends letters so that each is taken once: claimed on disk, given to the server, noted as taken; tried again later.

Only one process sends at a time: it holds a lock that the kernel lets go when it dies, however it dies. So a letter
that is found claimed was being sent by a process that is no more, and whether the server took it cannot be known: it
is sent again under the same Message-ID. No clock has a say in that.
"""

from __future__ import annotations

import fcntl
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from heatledger.store.sent import Delivery, Key, Sent
from reports.smtp import UndeliveredError

FIRST: Final = timedelta(minutes=5)
"""After the first failure it is tried again within so long, after each further one twice as long."""
LONGEST: Final = timedelta(hours=6)
BUSY: Final = 3
"""A process that sends ends so where another is at it."""


class Letter(NamedTuple):
    """What is to be sent: its key, the bill it tells of [currency], and what writes it."""

    key: Key
    total: str | None
    write: Callable[[], EmailMessage]


class Outcome(NamedTuple):
    """What became of a letter: its state in the ledger, and a line that says so."""

    key: Key
    state: str
    said: str


class Box(Protocol):
    """What takes letters: `reports.smtp.Postbox`."""

    def send(self, letter: EmailMessage, recipient: str) -> str:
        """Give a letter to the server; raises UndeliveredError."""


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Hold the lock of whoever makes and sends statements; False where another process holds it.

    Parameters
    ----------
    path : Path
        The lock's file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def is_due(known: Delivery | None, now: datetime) -> bool:
    """Return whether a letter is to be sent now, by its line of the ledger.

    Parameters
    ----------
    known : Delivery or None
        None where it was never tried.
    now : datetime
        Aware. A clock that was set back does not keep a letter waiting.
    """
    if known is None or known.state == "claimed":
        return True
    if known.state != "waiting" or known.again_at is None:
        return False
    return known.again_at <= now or known.again_at - now > LONGEST


def again(attempt: int, now: datetime) -> datetime:
    """Return when a letter is tried again: later each time, never at the same moment as the others."""
    wait = min(FIRST * 2.0 ** min(attempt - 1, 10), LONGEST)
    return now + wait * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, guards nothing


def deliver(letters: Sequence[Letter], sent: Sent, box: Box, *, now: Callable[[], datetime]) -> list[Outcome]:
    """Send letters one by one; what becomes of one is nothing to the others.

    Parameters
    ----------
    letters : sequence of Letter
        Those that are due; the caller is `alone`.
    sent : Sent
        The ledger.
    box : Box
        The mail server.
    now : callable
        The time, aware.

    Returns
    -------
    list of Outcome
        One a letter that was tried.
    """
    made, unreachable = list[Outcome](), ""
    for letter in letters:
        attempt = sent.claim(letter.key, at=now())
        if attempt is None:
            continue
        if unreachable:
            made.append(_failed(letter, sent, unreachable, attempt, now()))
            continue
        try:
            said = box.send(letter.write(), letter.key.recipient)
        except UndeliveredError as error:
            unreachable = str(error) if error.unreachable else ""
            made.append(_failed(letter, sent, str(error), None if error.final else attempt, now()))
        else:
            sent.accepted(letter.key, at=now(), said=said, total=letter.total)
            made.append(Outcome(letter.key, "accepted", f"taken by {said}"))
    return made


def _failed(letter: Letter, sent: Sent, said: str, attempt: int | None, now: datetime) -> Outcome:
    when = None if attempt is None else again(attempt, now)
    sent.failed(letter.key, at=now, said=said, again_at=when)
    return Outcome(letter.key, "refused" if when is None else "waiting", said)
