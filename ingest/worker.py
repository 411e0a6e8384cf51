"""The ingest worker: messages in, decoded, committed in groups, acknowledged after that; one thread does it all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from heatledger.announcements import STATUS_TOPIC, Changed, Status, intervals_topic
from heatledger.bus import Connection, Message
from heatledger.config import Config
from heatledger.readings import Reading
from heatledger.store import Delivery, Store, StoreError
from heatledger.store.spool import Part
from heatledger.store.state import State
from ingest.clock import Clock
from ingest.group import Deliveries, Group, digest
from ingest.heard import Heard
from ingest.interpreter import Interpreter
from ingest.intervals import Keeper
from ingest.learning import Learning
from ingest.live import Live
from ingest.storing import Storing

OWN_TOPICS: Final = "heatledger/"
GROUP_S: Final = 0.25
"""How long a group may wait for its commit. [s]"""

_POLL_S: Final = 0.25
_NOTE_S: Final = 5.0
_EXPIRE_FIRST_S: Final = 60.0
_EXPIRE_S: Final = 3_600.0
_LAST_POLLS: Final = 100
_MOST_WAITING: Final = 20_000
_MOST_TOLD: Final = 1_000
_DAY_US: Final = 86_400_000_000
_RECENT_US: Final = 2 * _DAY_US

_log = logging.getLogger(__name__)


class Change(NamedTuple):
    """A changed configuration; with it another connection or store, where those are others now."""

    config: Config
    connection: Connection | None = None
    open_store: Callable[[], Store] | None = None


class Worker:
    """Takes what the broker delivers into store or spool and republishes it; acknowledges what is committed.

    Parameters
    ----------
    config : Config
        Homes, device files and settings.
    connection : Connection
        A session of the broker, not subscribed yet.
    storing : Storing
        Where readings go; intervals too, once the store answers.
    state : State
        Where it is noted which topics were heard.
    """

    def __init__(self, config: Config, *, connection: Connection, storing: Storing, state: State) -> None:
        self._config, self._connection, self._storing, self._state = config, connection, storing, state
        self._learning = Learning(config.homes, config.settings.discovery)
        self._interpreter = Interpreter(config, bridges=True, hear=self._learning.hear)
        self._clock, self._live, self._group = Clock(), Live(self._publish), Group()
        self._deliveries = Deliveries(storing.spool.deliveries())
        for device, newest_us in storing.spool.newest():
            self._clock.know(device, newest_us)
        self._heard = Heard()
        self._keeper: Keeper | None = None
        self._counted = {"heard": 0, "stored": 0, "not_understood": 0, "since_us": time.time_ns() // 1_000}
        self._note_at = time.monotonic()
        self._expire_at = self._note_at + _EXPIRE_FIRST_S
        self._told: set[str] = set()
        self._greeted = self._ready = False
        storing.on_ready, storing.on_stored = self._store_answers, self._stored
        storing.ready(self._note_at)
        connection.subscribe(config.settings.mqtt.topics)

    def run(self, stopping: Callable[[], bool], on_ready: Callable[[], None]) -> None:
        """Work until told to stop, then commit, acknowledge and bring the intervals up to date.

        Parameters
        ----------
        stopping : callable
            Asked several times a second, between two steps.
        on_ready : callable
            Called once a connection, when the broker has confirmed the subscriptions.
        """
        while not stopping():
            self.step()
            if not self._ready and self._connection.subscribed:
                self._ready = True
                on_ready()
        self._finish()

    def take_in(self, change: Change) -> None:
        """Work by another configuration from now on; what was heard before is stored as it was understood then."""
        config, before = change.config, self._config
        if change.connection is not None or change.open_store is not None:
            self._take_all_that_came()
            self._settle()
        self._config = config
        if change.connection is not None:
            self._leave()
            self._connection, self._greeted, self._ready = change.connection, False, False
            self._deliveries, self._group.messages = Deliveries({}), []  # acknowledged they can be to nobody else
        if change.open_store is not None:
            self._keeper = None
            self._storing.move(change.open_store)
        self._storing.spool.limit_bytes = config.settings.store.spool_mb * 1_000_000
        self._live.forget(before.homes.keys() - config.homes.keys())
        if self._keeper is not None:
            self._keeper.describe(config.homes)
        self._learning.take_in(config.homes, config.settings.discovery)
        self._interpreter.take_in(config)
        self._connection.unsubscribe(set(before.settings.mqtt.topics) - set(config.settings.mqtt.topics))
        self._connection.subscribe(config.settings.mqtt.topics)  # what is retained comes again, to be read anew

    def _take_all_that_came(self) -> None:
        for _ in range(_LAST_POLLS):
            if not (messages := self._connection.poll(0.0)):
                return
            for message in messages:
                self._take(message, time.monotonic())

    def step(self) -> None:
        """Take what has come, commit when it is time, and do what else is due."""
        now = time.monotonic()
        busy = self._storing.draining(now) or (self._group.messages and not self._storing.refusing)
        idle_s = 0.0 if busy else min(_POLL_S, self._live.wait_s(now))
        messages = self._connection.poll(idle_s)
        now = time.monotonic()
        for message in messages:
            self._take(message, now)
        group = self._group
        waited = group.since is not None and now - group.since >= GROUP_S
        if group.messages and (not messages or group.full or waited):
            self._commit(now)
        self._storing.drain(time.monotonic())
        self._chores(time.monotonic())

    def _take(self, message: Message, now: float) -> None:
        if message.topic.startswith(OWN_TOPICS):
            self._connection.ack([message])
            return
        if not message.qos and self._group.readings >= _MOST_WAITING:
            self._tell_once("QoS 0", f"{_MOST_WAITING} readings wait for the store: messages without QoS 1 are dropped")
            return
        self._counted["heard"] += 1
        fingerprint = digest(message)
        if self._deliveries.again(message, fingerprint):
            self._group.add(message, Part([]), now)
            return
        readings = self._decode(message)
        delivery = Delivery(message.packet_id, fingerprint) if message.qos else None
        doubtful = message.dup and self._storing.committed is None
        self._group.add(message, Part(readings, delivery, doubtful, message.topic), now)
        self._live.update(readings, now)

    def _decode(self, message: Message) -> list[Reading]:
        """Decode at the edge: whatever is in the message, nothing comes out of here but readings."""
        readings: list[Reading] = []
        try:
            decoded = self._interpreter.read(message)
            readings = self._clock.stamp(decoded.readings)
            outcome, note = str(decoded.outcome), decoded.note
        except Exception as error:
            outcome, note = "failed", f"{type(error).__name__}: {error}"
            self._tell_once(message.topic, note)
        family = readings[0].family if readings else ""
        if outcome not in ("understood", "ignored"):
            self._counted["not_understood"] += 1
        self._heard.count(
            message.topic, message.payload, message.received_us, family=family, outcome=outcome, note=note
        )
        return readings

    def _commit(self, now: float) -> None:
        group = self._group
        if not self._storing.keep(group.parts, now):
            return
        self._connection.ack(group.messages)
        self._counted["stored"] += group.readings
        self._group = Group()

    def _store_answers(self, store: Store) -> None:
        """Learn what the store has, when it answers for the first time."""
        known = [reading for home in sorted({*store.homes()}) for reading in store.latest(home)]
        for each in known:
            self._clock.know((each.home, each.family, each.device), each.time_us)
        self._live.know(known)
        self._deliveries.know(store.deliveries())
        self._keeper = Keeper(store, self._config.homes)
        recent_us = time.time_ns() // 1_000 - _RECENT_US
        self._stored([each for each in known if each.time_us > recent_us])

    def _stored(self, readings: Sequence[Reading]) -> None:
        if self._keeper is not None:
            self._keeper.touch(readings, time.monotonic())

    def _chores(self, now: float) -> None:
        self._live.flush(now)
        if self._connection.connected != self._greeted:
            self._greeted = self._connection.connected
            self._live.send_all(now)
            self._note_at = now
        try:
            if now >= self._note_at or self._heard.full:
                self._note_at = now + _NOTE_S
                self._publish(STATUS_TOPIC, msgspec.json.encode(self._status(online=True)))
                self._heard.note(self._state)
            self._learning.note(self._state, now, listening=self._connection.subscribed)
        except (StoreError, OSError) as error:
            self._tell_once(STATUS_TOPIC, str(error))
        store = self._storing.ready(now)
        if store is not None and self._keeper is not None:
            self._care(store, self._keeper, now)

    def _care(self, store: Store, keeper: Keeper, now: float) -> None:
        """Bring intervals up to date and let old readings go, when it is time."""
        try:
            if keeper.due(now) and not self._storing.draining(now):
                self._recompute(keeper, now)
            if now >= self._expire_at:
                self._expire_at = now + _EXPIRE_S
                store.expire_readings(time.time_ns() // 1_000 - self._config.settings.store.readings_days * _DAY_US)
        except (StoreError, OSError) as error:
            keeper.postpone(now)
            self._storing.failed(error, now)

    def _status(self, *, online: bool) -> Status:
        storing = self._storing
        readings, size, oldest_us = storing.spool.size
        return Status(
            online=online,
            **self._counted,
            spool_readings=readings,
            spool_bytes=size,
            spool_oldest_us=oldest_us or 0,
            refusing=storing.refusing,
            trouble=storing.trouble,
        )

    def _recompute(self, keeper: Keeper, now: float) -> None:
        for home, (start_s, end_s) in keeper.recompute().items():
            self._forget_days(home, start_s, end_s)
            self._connection.publish(intervals_topic(home), msgspec.json.encode(Changed(start_s, end_s)))
        keeper.took(time.monotonic() - now)

    def _forget_days(self, home: str, start_s: int, end_s: int) -> None:
        """Drop cached days that late readings have changed; today is never cached."""
        if home not in self._config.homes:
            return
        zone = ZoneInfo(self._config.homes[home].timezone)
        first, last = (datetime.fromtimestamp(at_s, zone).date() for at_s in (start_s, end_s - 1))
        if first < datetime.now(zone).date():
            self._state.forget_days(home, first, last + timedelta(days=1))

    def _finish(self) -> None:
        """Leave the books in order, and the broker; what cannot be stored now stays with it."""
        self._settle()
        self._leave()

    def _settle(self) -> None:
        """Commit, acknowledge, and bring the intervals up to date."""
        now = time.monotonic()
        if self._group.messages:
            self._commit(now)
        try:
            if self._keeper is not None and self._storing.ready(now):
                self._recompute(self._keeper, now)
            self._heard.note(self._state)
        except (StoreError, OSError) as error:
            self._storing.failed(error, now)

    def _leave(self) -> None:
        self._publish(STATUS_TOPIC, msgspec.json.encode(self._status(online=False)))
        self._connection.close()

    def _publish(self, topic: str, payload: bytes) -> None:
        self._connection.publish(topic, payload, retain=True)

    def _tell_once(self, topic: str, why: str) -> None:
        if topic not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(topic)
            _log.error("%s: %s", topic, why)


def status_will() -> bytes:
    """Return what the broker says of ingest when it vanishes."""
    return msgspec.json.encode(Status(online=False))
