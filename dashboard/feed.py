"""What ingest republishes on MQTT, kept as the latest value of every series; read-only, on a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from heatledger import announcements, bus
from heatledger.announcements import Changed, History, LiveDevice, Status
from heatledger.hearing import LiveValue, follow
from heatledger.readings import Reading, SeriesKey, Value

_POLL_S = 0.5


class Feed:
    """The latest values of all homes, and a bell that rings when they change.

    Parameters
    ----------
    url : str
        The broker, as in the settings.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._latest: dict[SeriesKey, LiveValue] = {}
        self._lock = threading.Lock()
        self._bells: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.announced = threading.Event()
        """Set when ingest announces new intervals."""
        self.version = self.news = 0
        """How often anything changed; how often something else than a device's values did."""
        self.connected = False
        self.changed_us = time.time_ns() // 1000
        """When the broker was last gained or lost; until it was ever reached, when listening began. [µs UTC]"""
        self.ingest: Status | None = None
        """What ingest last counted."""
        self.ingest_online: bool | None = None
        self.history: dict[str, History] = {}
        """By home, while its history is being imported."""

    def latest(self) -> dict[SeriesKey, LiveValue]:
        """Return the newest value of every series heard, as it is now."""
        with self._lock:
            return dict(self._latest)

    def seed(self, readings: Iterable[Reading]) -> None:
        """Begin with readings already stored: they teach the rhythm of what will be heard."""
        for row in readings:
            self._take(row.key, row.value, row.time_us, row.flags)
        self.ring()

    def start(self) -> None:
        """Listen until `stop`."""
        client = f"heatledger-dashboard-{secrets.token_hex(4)}"
        connection = bus.connect(self._url, client_id=client, clean=True, on_state=self._changed)
        connection.subscribe(announcements.TOPICS)
        self._thread = threading.Thread(target=self._listen, args=(connection,), name="feed", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def ring(self, *, news: bool = True) -> None:
        """Wake everyone who waits for a change; `news` where more than a device's values changed."""
        self.version += 1
        self.news += news
        for loop, bell in tuple(self._bells):
            if not loop.is_closed():
                loop.call_soon_threadsafe(bell.set)

    @contextmanager
    def bell(self) -> Iterator[asyncio.Event]:
        """Lend an event of the running loop that is set whenever something changed."""
        mine = (asyncio.get_running_loop(), asyncio.Event())
        self._bells.add(mine)
        try:
            yield mine[1]
        finally:
            self._bells.discard(mine)

    def hear(self, topic: str, payload: bytes) -> None:
        """Take one message of ours; what does not fit is logged and left aside."""
        try:
            news = self._understand(topic, payload)
        except msgspec.MsgspecError as error:
            logging.getLogger(__name__).warning("%s: not understood: %s", topic, error)
            return
        self.ring(news=news)

    def _understand(self, topic: str, payload: bytes) -> bool:
        """Take what was said; return whether it was something else than a device's values."""
        said = announcements.read(topic, payload)
        if isinstance(said, Status):
            self.ingest_online = said.online
            self.ingest = said if said.since_us or self.ingest is None else self.ingest  # a last will counts nothing
        elif isinstance(said, Changed):
            self.announced.set()
        elif isinstance(said, History):
            self.history[topic.split("/")[1]] = said
        elif said is not None:
            for point in said.readings:
                key = SeriesKey(said.home, said.family, said.device, point.channel, point.quantity)
                self._take(key, point.value, point.time_us, point.flags)
        return not isinstance(said, LiveDevice)

    def _take(self, key: SeriesKey, value: Value, time_us: int, flags: int) -> None:
        with self._lock:
            self._latest[key] = follow(self._latest.get(key), value, time_us=time_us, flags=flags)

    def _changed(self, connected: bool, line: str) -> None:
        logging.getLogger(__name__).log(logging.INFO if connected else logging.WARNING, "%s", line)
        if connected != self.connected:
            self.connected, self.changed_us = connected, time.time_ns() // 1000
        self.ring()

    def _listen(self, connection: bus.Connection) -> None:
        while not self._stop.is_set():
            for message in connection.poll(_POLL_S):
                self.hear(message.topic, message.payload)
        connection.close()
