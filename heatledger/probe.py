"""Tries a broker as a client that leaves nothing behind: does it let us in, what is heard there, what is wrong."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from heatledger import bus
from heatledger.announcements import STATUS_TOPIC

VERSION_TOPIC: Final = "$SYS/broker/version"
_POLL_S: Final = 0.1


class Probe(NamedTuple):
    """What a broker answered: the trouble with it in one line (empty: none), its address, and what was heard by topic.

    `messages` counts what came from devices; what the broker and ingest say of themselves is in `heard` alone.
    """

    trouble: str
    shown: str
    heard: dict[str, bytes]
    messages: int = 0

    @property
    def version(self) -> str:
        """What the broker says it is; empty where it does not."""
        return self.heard.get(VERSION_TOPIC, b"").decode(errors="replace")

    @property
    def ingest(self) -> bool:
        """Whether ingest says there that it runs."""
        return b'"online":true' in self.heard.get(STATUS_TOPIC, b"")

    @property
    def devices(self) -> list[str]:
        """The topics on which devices spoke, sorted."""
        return sorted(topic for topic in self.heard if not topic.startswith(("$SYS/", "heatledger/")))


def probe(url: str, *, topics: Iterable[str] = (), connect_s: float, listen_s: float, enough: int = 0) -> Probe:
    """Connect to a broker and listen for a moment.

    Parameters
    ----------
    url : str
        As `heatledger.bus.connect` takes it.
    topics : iterable of str
        What to listen to besides what the broker and ingest say of themselves.
    connect_s : float
        How long the broker may take to let us in and confirm the subscriptions. [s]
    listen_s : float
        How long to listen then; less where all is heard. [s]
    enough : int
        Topics of devices after which no more is waited for; 0: only what broker and ingest say is.

    Returns
    -------
    Probe
        Never an exception: a broker that cannot be used is told in `trouble`.
    """
    said: list[str] = []
    try:
        client = f"heatledger-probe-{secrets.token_hex(4)}"
        connection = bus.connect(url, client_id=client, clean=True, on_state=lambda _up, line: said.append(line))
    except bus.BusError as error:
        return Probe(str(error), "", {})
    heard = Probe("", connection.shown, {})
    connection.subscribe([VERSION_TOPIC, STATUS_TOPIC, *topics], qos=0)
    until = time.monotonic() + connect_s
    while not connection.subscribed and time.monotonic() < until:
        heard = _with(heard, connection.poll(_POLL_S))
    if not connection.subscribed:
        connection.close()
        return heard._replace(trouble=trouble(said, connection.shown))
    until = time.monotonic() + listen_s
    while time.monotonic() < until and not _all(heard, enough):
        heard = _with(heard, connection.poll(_POLL_S))
    refused = [line for line in said if "refuses the subscription" in line]
    connection.close()
    return heard._replace(trouble=refused[0] if refused and not heard.devices else "")


def _with(heard: Probe, messages: list[bus.Message]) -> Probe:
    found = {message.topic: message.payload for message in messages}
    more = sum(not message.topic.startswith(("$SYS/", "heatledger/")) for message in messages)
    return heard._replace(heard=heard.heard | found, messages=heard.messages + more)


def _all(heard: Probe, enough: int) -> bool:
    return {VERSION_TOPIC, STATUS_TOPIC} <= heard.heard.keys() and len(heard.devices) >= enough


def trouble(said: Sequence[str], shown: str) -> str:
    """Return in one line why a broker was not reached, from what the connection said of itself.

    Parameters
    ----------
    said : sequence of str
        The lines, the last one last.
    shown : str
        The broker's address.
    """
    return said[-1].removesuffix(" Trying again").rstrip(".") if said else f"no answer from {shown}: is it a broker?"
