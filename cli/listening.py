"""Listening to a broker for a while as ingest would, without a trace: what is heard is taken down, nothing is sent."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cli.options import CommandError
from heatledger import bus
from heatledger.config import Config
from heatledger.probe import trouble
from heatledger.store import open_store
from heatledger.store.state import State, Topic
from heatledger.survey.heard import MOST_TOPICS, Surveyor
from ingest.decode import Decoded
from ingest.interpreter import Interpreter

CONNECT_S: Final = 6.0
"""How long a broker may take to let us in. [s]"""

_SHOWN_FROM_S: Final = 2.0
_KEPT_BYTES: Final = 65_536
_UNDERSTOOD: Final = frozenset(("understood", "ignored"))


class Ear:
    """Decodes what is heard with every device file and what catalogues tell, and takes it down.

    Parameters
    ----------
    config : Config
        Device files, homes and their topic prefixes.
    """

    def __init__(self, config: Config) -> None:
        self.surveyor, self.messages = Surveyor(), 0
        self._interpreter = Interpreter(config, bridges=False)
        self._waiting: dict[str, bus.Message] = {}

    def hear(self, message: bus.Message) -> None:
        """Take down one message; what is not understood yet is kept, for a catalogue may explain it later."""
        self.messages += 1
        decoded = self._interpreter.read(message)
        if decoded.readings:
            self.surveyor.understood(message.topic, decoded.readings, message.received_us)
        elif decoded.outcome not in _UNDERSTOOD:
            self._not_understood(message, decoded)

    def finish(self) -> None:
        """Read again what was heard before the catalogue that explains it."""
        for message in self._waiting.values():
            decoded = self._interpreter.read(message)
            if decoded.readings:
                self.surveyor.understood(message.topic, decoded.readings, message.received_us)
        self._waiting.clear()

    def _not_understood(self, message: bus.Message, decoded: Decoded) -> None:
        payload, known = message.payload, message.topic in self._waiting
        self.surveyor.unread(message.topic, payload, note=decoded.note, last_us=message.received_us)
        if len(payload) <= _KEPT_BYTES and (known or len(self._waiting) < MOST_TOPICS):
            self._waiting[message.topic] = message


def listen(
    config: Config,
    topics: tuple[str, ...],
    *,
    seconds: float,
    take: Callable[[bus.Message], None],
    done: Callable[[], bool] = lambda: False,
) -> None:
    """Hear what a broker delivers for a while, as a client of its own that leaves nothing behind.

    Parameters
    ----------
    config : Config
        Names the broker.
    topics : tuple of str
        What to subscribe to.
    seconds : float
        How long to listen once the broker has let us in. [s]
    take : callable
        Given each message.
    done : callable
        Asked after each batch whether that is enough.

    Raises
    ------
    CommandError
        If the broker cannot be reached or does not let us in.
    """
    said: list[str] = []

    def note(connected: bool, line: str) -> None:
        if connected and not line.startswith("connected"):
            sys.stderr.write(f"{line}\n")
        elif not connected:
            said.append(line)

    connection = bus.connect(
        config.settings.mqtt.url, client_id=f"heatledger-discover-{secrets.token_hex(4)}", clean=True, on_state=note
    )
    try:
        connection.subscribe(topics, qos=0)
        early = _connect(connection, said)
        with _progress(seconds, connection.shown) as tell:
            _hear(connection, early, seconds, take, done, tell)
        if not connection.connected:
            sys.stderr.write("the connection was lost while we listened: what follows may not be all\n")
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped early: this is what was heard until now\n")
    finally:
        connection.close()


def _connect(connection: bus.Connection, said: list[str]) -> list[bus.Message]:
    """Wait until the broker has let us in; return what it sent meanwhile."""
    early: list[bus.Message] = []
    until = time.monotonic() + CONNECT_S
    while not connection.subscribed:
        if time.monotonic() > until:
            raise CommandError(f"{trouble(said, connection.shown)} See mqtt.url in settings.toml")
        early += connection.poll(0.1)
    return early


def _hear(
    connection: bus.Connection,
    early: list[bus.Message],
    seconds: float,
    take: Callable[[bus.Message], None],
    done: Callable[[], bool],
    tell: Callable[[float], None],
) -> None:
    began = time.monotonic()
    batch = early
    while True:
        for message in batch:
            take(message)
        passed = time.monotonic() - began
        tell(passed)
        if passed >= seconds or done():
            return
        batch = connection.poll(min(0.25, seconds - passed))


@contextmanager
def _progress(seconds: float, where: str) -> Iterator[Callable[[float], None]]:
    """Show how far the time has gone, to a person and only if it is worth it."""
    console = Console(stderr=True)
    if not console.is_terminal or seconds <= _SHOWN_FROM_S:
        yield lambda _passed: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"listening to {where}", total=seconds)
        yield lambda passed: bar.update(task, completed=passed)


def recall(config: Config, surveyor: Surveyor) -> None:
    """Add what the store and the list of topics know from before, where there are any."""
    if not config.store_url.startswith("sqlite:") or Path(config.store_url.removeprefix("sqlite:///")).is_file():
        store = open_store(config.store_url)
        for home in store.homes():
            surveyor.recall(store.latest(home))
        store.close()
    for row in known_topics(config):
        if row.outcome not in _UNDERSTOOD and not row.family:
            surveyor.unread(row.topic, row.sample, note=row.note, last_us=row.last_us, count=row.count)


def known_topics(config: Config) -> list[Topic]:
    """Return the topics ingest has heard; none where it never ran."""
    if not config.state_path.is_file():
        return []
    state = State(config.state_path)
    rows = state.topics()
    state.close()
    return rows
