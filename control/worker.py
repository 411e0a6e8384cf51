"""The worker: hears what the home says, follows every request, and is the only one that sends."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Final

import msgspec

from control.automation import Around, Automation
from control.house import heard, places, rested
from control.telling import Teller
from control.wires import Wires
from heatledger import announcements, bus
from heatledger.announcements import LiveDevice, Status
from heatledger.broker import Message
from heatledger.config import Config
from heatledger.control.envelope import Refused
from heatledger.control.loop import Loop
from heatledger.control.moment import Clock, Moment
from heatledger.control.seen import Send
from heatledger.hearing import LiveValue, follow
from heatledger.hearing import heard as heard_before
from heatledger.home import Home
from heatledger.marks import worded
from heatledger.readings import Flag, SeriesKey
from heatledger.room_responses import Responses, RoomResponses
from heatledger.store import StoreError, open_store
from heatledger.store.lately import heard_lately
from heatledger.store.state import State

_POLL_S: Final = 0.2
_STEP_S: Final = 0.5
_TOPICS_S: Final = 60.0
_SETTINGS: Final = frozenset(("mode", "setpoint"))
_log = logging.getLogger(__name__)


class Worker:
    """Follows the requests of all homes.

    Parameters
    ----------
    config : Config
        Homes, limits and device files.
    """

    def __init__(self, config: Config) -> None:
        self._clock = Clock()
        self._state = State(config.state_path)
        self._latest: dict[SeriesKey, LiveValue] = {}
        self._spoke: dict[tuple[str, str], Moment] = {}
        self._ingest: Status | None = None
        self._topics: dict[str, str] = {}
        self._overheard: list[Message] = []
        self._topics_due = self._step_due = 0.0
        self._said: str | None = None
        self._begin(config)

    def take_in(self, config: Config) -> None:
        """Go on by a changed configuration; what is under way is in the log and goes on too."""
        self._connection.close()
        self._begin(config)

    def run(self, stopping: Callable[[], bool]) -> None:
        """Work until told to stop."""
        while not stopping():
            messages = self._connection.poll(_POLL_S)
            for message in messages:
                self._hear(message)
            self._connection.ack(messages)
            if time.monotonic() >= self._step_due:
                self._step_due = time.monotonic() + _STEP_S
                self._look()
        self._connection.close()
        self._state.close()

    def _begin(self, config: Config) -> None:
        self._config = config
        self._seed(config)
        client = f"heatledger-control-{secrets.token_hex(4)}"
        self._connection = bus.connect(config.settings.mqtt.url, client_id=client, clean=True)
        self._connection.subscribe(announcements.TOPICS)
        self._tellers = {home.id: Teller(home, config.devices) for home in config.homes.values()}
        self._loops = {home.id: self._loop(home) for home in config.homes.values()}
        self._wires = {
            home.id: Wires(home, self._tellers[home.id], self._loops[home.id]) for home in config.homes.values()
        }
        self._automations = {home.id: self._automation(home) for home in config.homes.values()}

    def _loop(self, home: Home) -> Loop:
        now = self._clock.now()
        calm = frozenset[str]()
        try:
            with closing(open_store(self._config.store_url)) as store:
                calm = rested(home, store, now.time_us)
        except StoreError as error:  # then it is taken that every compressor has just turned
            _log.warning("%s", error)
        return Loop(home.id, places(home), self._state.commands, self._tellers[home.id].render, now=now, rested=calm)

    def _automation(self, home: Home) -> Automation:
        rooms, url = RoomResponses(home, self._config.systems), self._config.store_url
        log = self._state.commands

        def responses() -> Responses | None:
            return rooms.known(lambda: open_store(url), datetime.now(UTC))

        if not any(zone.control.price for zone in home.zones):
            return Automation(self._config, home, log, responses)
        from control.pricing import Pricing  # the solver and the books: only where a zone is heated by price

        pricing = Pricing(self._config, home, self._state, responses)
        return Automation(self._config, home, log, responses, pricing.counts)

    def _seed(self, config: Config) -> None:
        """Begin with what was heard before: it teaches the rhythm of each device."""
        try:
            with closing(open_store(config.store_url)) as store:
                for home in config.homes:
                    self._latest |= heard_before(heard_lately(store, home, time.time_ns() // 1000))
        except StoreError as error:
            _log.warning("%s", error)

    def _hear(self, message: Message) -> None:
        if not message.topic.startswith(announcements.OURS):
            self._overheard.append(message)
            return
        try:
            said = announcements.read(message.topic, message.payload)
        except msgspec.MsgspecError as error:
            _log.warning("%s: not understood: %s", message.topic, error)
            return
        if isinstance(said, Status):
            self._ingest = said
        elif isinstance(said, LiveDevice):
            self._take(said, live=not message.retain)

    def _take(self, said: LiveDevice, *, live: bool) -> None:
        for point in said.readings:
            key = SeriesKey(said.home, said.family, said.device, point.channel, point.quantity)
            before = self._latest.get(key)
            after = follow(before, point.value, time_us=point.time_us, flags=point.flags)
            fresh = before is None or point.time_us > before.time_us
            if live and fresh and point.quantity in _SETTINGS and not point.flags & Flag.RETAINED:
                self._spoke[said.family, said.device] = self._clock.now()
            self._latest[key] = after

    def _look(self) -> None:
        try:
            self._read_topics()
            for message in self._overheard:
                for wires in self._wires.values():
                    wires.hear(message, self._clock.now())
            self._overheard = []
            for home in self._config.homes.values():
                self._follow(home)
        except StoreError as error:  # nothing is sent that is not in the log
            self._say(f"nothing is commanded: {error}")
        else:
            self._say(self._trouble())

    def _follow(self, home: Home) -> None:
        now, teller, loop = self._clock.now(), self._tellers[home.id], self._loops[home.id]
        own = {key: value for key, value in self._latest.items() if key.home == home.id}
        teller.learn(self._state.learned.of(home.id))
        teller.know(own, self._topics)
        self._wires[home.id].refresh(self._connection, now)
        seen = heard(home, own, self._spoke, now.time_us)
        self._automations[home.id].ask(own, Around(seen, loop, teller, now))
        for send in loop.step(seen, now, trouble=self._trouble()):
            self._send(home, send)

    def _send(self, home: Home, send: Send) -> None:
        """Publish what the log says is sent: once and not kept for later, so that nothing old ever arrives."""
        event = send.event
        said = self._tellers[home.id].messages(send.zone, event.setpoint, event.mode)
        if isinstance(said, Refused):
            _log.warning("%s: %s", send.zone, said.reason)
            return
        for message in said:
            self._wires[home.id].sent(message.topic, message.payload)
            gone = self._connection.publish(message.topic, message.payload, 0)
            _log.info("%s: %s %s", send.zone, message.topic, "sent" if gone else "not sent: no connection")

    def _read_topics(self) -> None:
        """Read now and then which topics were heard: they tell where a device takes its commands."""
        if time.monotonic() >= self._topics_due:
            self._topics_due = time.monotonic() + _TOPICS_S
            self._topics = {row.topic: row.family for row in self._state.topics() if row.family}

    def _trouble(self) -> str:
        """Return why nothing can be known or sent just now."""
        if not self._config.settings.control.on:
            return worded("control is switched off in the settings")
        if not self._connection.subscribed:
            return worded("the broker is not reached")
        if self._ingest is None or not self._ingest.online:
            return worded("ingest is not running, so nothing is heard of the devices")
        if self._ingest.refusing:
            return worded("neither store nor spool takes what the devices say")
        return ""

    def _say(self, line: str) -> None:
        """Log what changed of what stands in the way."""
        if line != self._said:
            self._said = line
            _log.warning("%s", line or "commands are followed")
