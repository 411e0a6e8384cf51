"""Keeps Home Assistant's entities on the broker: described, up to date, available, and gone when they are not wanted.

What is told lies in the state, where `reports.watch` puts it; so does what was published and must be cleared one day,
noted before it is published. So a crash, a restart or a home that was removed leaves nothing behind.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from heatledger import announcements, bus
from heatledger.announcements import LiveDevice
from heatledger.broker import BusError, Message, log_state
from heatledger.hearing import LiveValue, follow
from heatledger.readings import SeriesKey
from heatledger.store import StoreError
from heatledger.store.state import State
from reports.entities import AVAILABLE_TOPIC, messages, state, state_topic
from reports.values import Told, of_now

LIVE_S: Final = 10.0
"""How often what the newest readings say is published. [s]"""
_POLL_S: Final = 0.5
_READ_S: Final = 1.0
_STATUS: Final = "status"
_ONLINE, _OFFLINE = b"online", b"offline"

_log = logging.getLogger(__name__)


class Publisher:
    """Publishes what is told and clears what no longer is, on a thread of its own.

    Parameters
    ----------
    url : str
        The broker's.
    state_path : Path
        The file of the state.
    """

    def __init__(self, url: str, state_path: Path) -> None:
        self._url = self._next = url
        self._state = State(state_path)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection: bus.Connection | None = None
        self._latest: dict[SeriesKey, LiveValue] = {}
        self._told: Told | None = None
        self._body: bytes | None = None
        self._read_at = 0.0
        self._standing: dict[str, bytes] = {}
        self._live: dict[str, bytes] = {}
        self._live_at = 0.0
        self._sent: dict[str, bytes] = {}
        self._noted = self._state.published.topics()
        self._subscribed = ""

    def start(self) -> None:
        """Begin; nothing is connected to while nothing is told and nothing is to be cleared."""
        self._thread = threading.Thread(target=self._run, name="home assistant", daemon=True)
        self._thread.start()

    def move(self, url: str) -> None:
        """Go to another broker, if it is another, and leave nothing on the one before."""
        self._next = url

    def stop(self) -> None:
        """Say that the entities are no longer kept up, and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.step()
            except (OSError, BusError, StoreError) as error:
                _log.warning("Home Assistant's entities: %s", error)
                self._stop.wait(_POLL_S)
        if self._connection is not None:
            self._connection.publish(AVAILABLE_TOPIC, _OFFLINE, 1, retain=True)
            self._connection.close()
        self._state.close()

    def step(self) -> None:
        """Take what has come, and publish what is due."""
        self._read()
        if self._next != self._url:
            self._depart()
        if self._told is None and not self._noted:
            self._leave()
            self._stop.wait(_POLL_S)
            return
        connection = self._connected()
        for message in connection.poll(_POLL_S):
            self._hear(message)
        if self._told is not None and time.monotonic() >= self._live_at:
            self._live_at = time.monotonic() + LIVE_S
            self._live = self._of_now(self._told)
        if connection.connected:
            self._publish(connection)

    def _read(self) -> None:
        """Read what is told, where that changed."""
        if time.monotonic() < self._read_at:
            return
        self._read_at = time.monotonic() + _READ_S
        body = self._state.published.told()
        if body == self._body:
            return
        self._body = body
        if body is None:
            self._told, self._standing, self._live = None, {}, {}
            return
        try:
            told = msgspec.json.decode(body, type=Told)
        except msgspec.MsgspecError as error:  # kept by another version: the next look tells it anew
            _log.warning("Home Assistant's entities: not understood: %s", error)
            return
        self._told, self._live_at = told, 0.0
        configs, states = messages(told.prefix, [(row.home, row.values) for row in told.homes], page=told.page)
        self._standing = configs | states | {AVAILABLE_TOPIC: _ONLINE}

    def _of_now(self, told: Told) -> dict[str, bytes]:
        """Return the states that the newest readings give."""
        at = datetime.now(UTC)
        rows = [(row.home, of_now(row, self._of(row.home.id), at=at)) for row in told.homes]
        return {state_topic(home, *value.key): state(value) for home, values in rows for value in values}

    def _of(self, home: str) -> dict[SeriesKey, LiveValue]:
        return {key: value for key, value in self._latest.items() if key.home == home}

    def _connected(self) -> bus.Connection:
        if self._connection is None:
            client = f"heatledger-home-assistant-{secrets.token_hex(4)}"
            will = bus.Will(AVAILABLE_TOPIC, _OFFLINE)
            self._connection = bus.connect(self._url, client_id=client, clean=True, will=will, on_state=self._changed)
        if self._told is not None and self._told.prefix != self._subscribed:
            self._subscribed = self._told.prefix
            self._connection.subscribe((f"{self._subscribed}/{_STATUS}", AVAILABLE_TOPIC, *announcements.TOPICS))
        return self._connection

    def _changed(self, connected: bool, line: str) -> None:
        log_state(connected, line)
        if connected:  # by a broker that may have lost what it retained
            self._sent = {}

    def _depart(self) -> None:
        """Clear everything, where the broker is still there to be cleared, and be done with it."""
        if self._connection is not None and self._connection.connected:
            self._clear(self._connection, self._noted)
        self._leave()
        self._url, self._sent = self._next, {}

    def _leave(self) -> None:
        """Close the connection once everything is cleared."""
        if self._connection is not None:
            self._connection.close()
            self._connection, self._subscribed, self._latest = None, "", {}

    def _hear(self, message: Message) -> None:
        if message.topic == AVAILABLE_TOPIC:
            if message.payload == _OFFLINE and self._told is not None:
                self._sent.pop(AVAILABLE_TOPIC, None)  # another's last will: we are here
        elif self._told is not None and message.topic == f"{self._told.prefix}/{_STATUS}":
            if message.payload == _ONLINE:
                self._sent = {}  # Home Assistant has just started: it wants to hear all of it
        else:
            self._take(message)

    def _take(self, message: Message) -> None:
        try:
            said = announcements.read(message.topic, message.payload)
        except msgspec.MsgspecError:
            return
        if isinstance(said, LiveDevice):
            for point in said.readings:
                key = SeriesKey(said.home, said.family, said.device, point.channel, point.quantity)
                self._latest[key] = follow(self._latest.get(key), point.value, time_us=point.time_us, flags=point.flags)

    def _publish(self, connection: bus.Connection) -> None:
        """Publish what changed, and clear what nothing tells any more."""
        wanted = self._standing | self._live
        if new := set(wanted) - self._noted:
            self._state.published.note(new)
            self._noted |= new
        for topic, payload in wanted.items():
            if self._sent.get(topic) != payload and connection.publish(topic, payload, 1, retain=True):
                self._sent[topic] = payload
        self._clear(connection, self._noted - set(wanted))

    def _clear(self, connection: bus.Connection, topics: set[str]) -> None:
        """Take retained messages away; what the broker has confirmed is forgotten."""
        gone = {topic for topic in topics if connection.publish(topic, b"", 1, retain=True)}
        if gone and self._settled(connection):
            self._state.published.forget(gone)
            self._noted -= gone
            self._sent = {topic: payload for topic, payload in self._sent.items() if topic not in gone}

    def _settled(self, connection: bus.Connection) -> bool:
        """Wait a moment for the broker's acknowledgements: only what it has cleared is forgotten."""
        until = time.monotonic() + 5.0
        while connection.unacknowledged and connection.connected and time.monotonic() < until:
            for message in connection.poll(0.05):
                self._hear(message)
        return not connection.unacknowledged and connection.connected
