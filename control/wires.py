"""Listens on the topics on which commanded devices take commands: for what others tell them, and what is kept there.

A message that the broker keeps on a command topic is told to the device again at each of its reconnections: it is
named, with the mend. What somebody else tells the device counts as somebody at the device.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import Final

from control.telling import Teller
from heatledger.broker import Message
from heatledger.bus import Connection
from heatledger.control.loop import Loop
from heatledger.control.moment import Moment
from heatledger.home import Home
from heatledger.marks import worded

_REFRESH_S: Final = 2.0
_KEPT_AFTER_S: Final = 10.0
"""So long after a subscription everything has come that the broker keeps there. [s]"""
_ECHO_S: Final = 30.0
_ECHOES: Final = 64
_SHOWN: Final = 60
_log = logging.getLogger(__name__)


class Wires:
    """The command topics of one home.

    Parameters
    ----------
    home : Home
        The household.
    teller : Teller
        Knows on which topics its devices listen.
    loop : Loop
        Takes in what others tell them.
    """

    def __init__(self, home: Home, teller: Teller, loop: Loop) -> None:
        self._zones = [zone.id for zone in home.zones if zone.control.on]
        self._teller, self._loop = teller, loop
        self._topics: dict[str, tuple[str, ...]] = {}
        self._since: dict[str, float] = {}
        self._kept: set[str] = set()
        self._sent: deque[tuple[str, bytes, float]] = deque(maxlen=_ECHOES)
        self._due = 0.0

    def refresh(self, connection: Connection, now: Moment) -> None:
        """Follow which topics there are, and what is kept on them no longer."""
        if time.monotonic() < self._due or not connection.subscribed:
            return
        self._due = time.monotonic() + _REFRESH_S
        self._follow(connection)
        for zone in self._zones:
            for topic in self._loop.retained(zone):
                listened = time.monotonic() - self._since.get(topic, time.monotonic()) >= _KEPT_AFTER_S
                if topic not in self._topics or (listened and topic not in self._kept):
                    self._mend(topic, now)

    def hear(self, message: Message, now: Moment) -> None:
        """Take a message on one of the topics."""
        topic, payload = message.topic, message.payload
        if topic not in self._topics or self._is_ours(topic, payload):
            return
        if not payload:
            self._kept.discard(topic)
            self._mend(topic, now)
            return
        shown = payload.decode("utf-8", "backslashreplace")[:_SHOWN]
        if message.retain:
            self._kept.add(topic)
            self._warn(topic, shown, now)
            return
        for zone in self._topics[topic]:
            told = self._teller.overheard(zone, topic, payload)
            note = worded("somebody else sent {shown} to {topic}", shown=shown, topic=topic)
            if self._loop.overhear(zone, told, note, now):
                _log.warning("%s: somebody else sent %s to %s", zone, shown, topic)

    def sent(self, topic: str, payload: bytes) -> None:
        """Note what we send ourselves: a broker of MQTT 3.1.1 sends it back."""
        self._sent.append((topic, payload, time.monotonic()))

    def _follow(self, connection: Connection) -> None:
        found: dict[str, tuple[str, ...]] = {}
        for zone in self._zones:
            for topic in self._teller.listens(zone):
                found[topic] = (*found.get(topic, ()), zone)
        new, gone = found.keys() - self._topics.keys(), self._topics.keys() - found.keys()
        self._topics = found
        if gone:
            connection.unsubscribe(gone)
        if new:
            connection.subscribe(sorted(new))
            self._since |= dict.fromkeys(new, time.monotonic())

    def _is_ours(self, topic: str, payload: bytes) -> bool:
        since = time.monotonic() - _ECHO_S
        found = next((one for one in self._sent if one[:2] == (topic, payload) and one[2] >= since), None)
        if found is not None:
            self._sent.remove(found)
        return found is not None

    def _warn(self, topic: str, shown: str, now: Moment) -> None:
        note = worded(
            "the broker keeps {shown} on {topic} and repeats it to the device each time it connects; clear it: "
            "mosquitto_pub -r -n -t '{topic}', and publish there without retain",
            shown=shown,
            topic=topic,
        )
        for zone in self._topics[topic]:
            if self._loop.warn(zone, "retained", topic, note, now):
                _log.warning("%s: the broker keeps %s on %s: mosquitto_pub -r -n -t '%s'", zone, shown, topic, topic)

    def _mend(self, topic: str, now: Moment) -> None:
        for zone in self._zones:
            if self._loop.mend(zone, topic, now):
                _log.warning("%s: nothing is kept on %s any more", zone, topic)
