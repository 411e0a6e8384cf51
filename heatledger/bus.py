"""The only door to MQTT: connect and stay connected, subscribe, poll, acknowledge, publish."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterable, Sequence
from typing import Final

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from heatledger.broker import BusError, Endpoint, Message, OnState, Outage, Will, endpoint, log_state, trusting
from heatledger.packets import Inflow

__all__ = ["RECEIVE_MAXIMUM", "BusError", "Connection", "Message", "Will", "connect"]

RECEIVE_MAXIMUM: Final = 4_000
"""Messages the broker may have on the way to us unacknowledged; must exceed a group commit."""

_NEVER: Final = 0xFFFF_FFFF
_KEEPALIVE_S: Final = 30
_CONNACK_S: Final = {
    MQTTProtocolVersion.MQTTv5: 2.0,
    MQTTProtocolVersion.MQTTv311: 10.0,
}  # old brokers may never answer 5
_BAD_LOGIN, _OLD_PROTOCOL, _TAKEN_OVER = frozenset((0x86, 0x87, 0x8A)), 0x84, 0x8E  # reason codes of MQTT 5, 2.4
_SENT: Final = frozenset((MQTTErrorCode.MQTT_ERR_SUCCESS,))
_KEPT: Final = _SENT | {MQTTErrorCode.MQTT_ERR_NO_CONN}  # QoS 1: sent again on the next connection


def connect(
    url: str, *, client_id: str, clean: bool = False, will: Will | None = None, on_state: OnState = log_state
) -> Connection:
    """Prepare a connection to a broker; `Connection.poll` makes it, and makes it again whenever it is lost.

    Parameters
    ----------
    url : str
        ``mqtt://user:secret@host:1883`` or ``mqtts://host:8883`` (TLS; trusts what the system or SSL_CERT_FILE does,
        with ``?ca_file=/path`` the authorities in that file).
    client_id : str
        Stable name of this client; a persistent session belongs to it.
    clean : bool
        True: no session is kept. False: the broker keeps the session, and what arrives meanwhile, for ever.
    will : Will, optional
        Published by the broker when this client vanishes without `Connection.close`.
    on_state : callable, optional
        Called with (connected, one line to show) at every change; by default the line is logged.

    Returns
    -------
    Connection
        To be used from one thread.

    Raises
    ------
    BusError
        If the URL cannot be used.
    """
    return Connection(endpoint(url), client_id=client_id, clean=clean, will=will, on_state=on_state)


class Connection:
    """A connection kept up for ever; all network traffic happens inside its methods, on the caller's thread."""

    def __init__(self, broker: Endpoint, *, client_id: str, clean: bool, will: Will | None, on_state: OnState) -> None:
        self._broker, self._client_id, self._clean, self._will = broker, client_id, clean, will
        self._outage = Outage(broker, client_id, on_state)
        self._topics: dict[str, int] = {}
        self._dropped: set[str] = set()
        self._inbox: list[Message] = []
        self._awaited: set[int] = set()
        self._unconfirmed: int | None = None
        self._up = self._modern_worked = self._refused = False
        self._number, self._tried = 0, 0.0
        self._client = self._make(MQTTProtocolVersion.MQTTv5)

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted us and the connection stands."""
        return self._up

    @property
    def subscribed(self) -> bool:
        """Whether the broker has confirmed every subscription on this connection."""
        return self._up and self._unconfirmed is None

    @property
    def unacknowledged(self) -> int:
        """How many QoS 1 publications the broker has not acknowledged yet."""
        return len(self._awaited)

    @property
    def shown(self) -> str:
        """The broker's address without user and secret."""
        return self._broker.shown

    def subscribe(self, topics: Iterable[str], qos: int = 1) -> None:
        """Subscribe now and on every later connection; our own publications do not come back (MQTT 5)."""
        self._topics.update(dict.fromkeys(topics, qos))
        self._dropped -= self._topics.keys()
        if self._up:
            self._send_subscriptions()

    def unsubscribe(self, topics: Iterable[str]) -> None:
        """Have what the session is subscribed to no longer, now and on every later connection."""
        self._dropped.update(topics)
        for topic in self._dropped & self._topics.keys():
            del self._topics[topic]
        if self._up:
            self._send_subscriptions()

    def poll(self, timeout_s: float, *, limit: int = 1_000) -> list[Message]:
        """Do what the network needs and return what came.

        Parameters
        ----------
        timeout_s : float
            How long to wait for a first message; 0 takes what is there. [s]
        limit : int
            Return at the latest when this many have been read.

        Returns
        -------
        list of Message
            In order of arrival; empty where nothing came or the broker is away.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            self._advance(max(0.0, deadline - time.monotonic()), limit)
            if self._inbox or time.monotonic() >= deadline:
                taken, self._inbox = self._inbox, []
                return taken

    def ack(self, messages: Sequence[Message]) -> None:
        """Acknowledge messages, in order; those of an earlier connection are left: the broker sends them again."""
        inflow = self._client.socket() if self._up else None
        if isinstance(inflow, Inflow):
            inflow.acknowledge([each.packet_id for each in messages if each.qos and each.connection == self._number])
            if not self._client.want_write():  # else half a packet may have gone: they follow it
                inflow.send_acks()

    def publish(self, topic: str, payload: bytes | str, qos: int = 0, *, retain: bool = False) -> bool:
        """Publish; False where there is no connection. QoS 1 is repeated until acknowledged (`unacknowledged`)."""
        if not self._up:
            return False
        info = self._client.publish(topic, payload, qos, retain)
        kept = info.rc in (_KEPT if qos else _SENT)
        if qos and kept:
            self._awaited.add(info.mid)
        return kept

    def close(self) -> None:
        """Send what is waiting, say goodbye (no will is published) and close."""
        if self._up:
            self._outage.on_state = lambda _connected, _line: None
            self._client.disconnect()
            deadline = time.monotonic() + 1.0
            while self._client.socket() is not None and time.monotonic() < deadline:
                self._service(0.05, 1)
        self._up = False

    def _make(self, protocol: MQTTProtocolVersion) -> Client:
        broker, modern = self._broker, protocol == MQTTProtocolVersion.MQTTv5
        client = _Client(
            CallbackAPIVersion.VERSION2,
            self._client_id,
            clean_session=None if modern else self._clean,
            protocol=protocol,
            reconnect_on_failure=False,
        )
        if broker.user is not None:
            client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            client.tls_set_context(trusting(broker))
        if self._will:
            client.will_set(self._will.topic, self._will.payload, 1, self._will.retain)
        client.on_connect, client.on_disconnect = self._connected, self._disconnected
        client.on_subscribe, client.on_publish = self._confirmed, self._published
        properties = self._session() if modern else None
        client.connect_async(broker.host, broker.port, _KEEPALIVE_S, clean_start=self._clean, properties=properties)
        return client

    def _session(self) -> Properties:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho leaves it untyped
        properties.SessionExpiryInterval = 0 if self._clean else _NEVER
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        return properties

    def _advance(self, timeout_s: float, limit: int) -> None:
        trying = self._client.socket() is not None and not self._up
        if trying and time.monotonic() - self._tried > _CONNACK_S[self._client.protocol]:
            self._hung_up(self._client, "it does not answer")
            self._reconnect_or_wait(timeout_s)
        elif self._client.socket() is None:
            self._reconnect_or_wait(timeout_s)
        else:
            self._service(min(timeout_s, 0.5), limit)

    def _reconnect_or_wait(self, timeout_s: float) -> None:
        if (wait_s := self._outage.wait_s()) > 0:
            return time.sleep(min(timeout_s, wait_s))
        self._tried = time.monotonic()
        self._outage.trying()
        self._number += 1
        try:
            self._client.reconnect()
            if isinstance(inflow := self._client.socket(), Inflow):
                inflow.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # acknowledgements are small and many
        except (OSError, UnicodeError) as error:
            why = getattr(error, "verify_message", None) or getattr(error, "strerror", None) or str(error)
            self._outage.unreachable(why)

    def _service(self, timeout_s: float, limit: int) -> None:
        """Wait for the socket, then write and read what it takes without waiting."""
        client, inflow = self._client, self._client.socket()
        if not isinstance(inflow, Inflow):
            return
        waiting = inflow.waiting
        try:
            writers = [inflow] if client.want_write() else []
            readable, writable, _ = select.select([inflow], writers, [], 0.0 if waiting else timeout_s)
        except (OSError, ValueError):  # the socket went while we looked: reading says so
            readable, writable = [inflow], []
        if writable:
            client.loop_write()
        if not client.want_write():
            inflow.send_acks()
        if readable or waiting:
            modern = client.protocol == MQTTProtocolVersion.MQTTv5
            self._inbox += inflow.messages(limit, connection=self._number, modern=modern, others=client.loop_read)
        client.loop_misc()

    def _connected(self, client: Client, _data: object, _: ConnectFlags, reason: ReasonCode, *_more: object) -> None:
        if reason.value == _OLD_PROTOCOL:
            self._refused = True
            self._try_other_protocol()
        elif reason.is_failure:
            self._refused = True
            self._outage.refused(str(reason), login=reason.value in _BAD_LOGIN)
        else:
            self._up = True
            self._modern_worked |= client.protocol == MQTTProtocolVersion.MQTTv5
            self._send_subscriptions()
            self._outage.over()

    def _disconnected(
        self, client: Client, _data: object, flags: DisconnectFlags, reason: ReasonCode, *_: object
    ) -> None:
        was_up, was_refused, self._up, self._refused = self._up, self._refused, False, False
        if flags.is_disconnect_packet_from_server and reason.value == _TAKEN_OVER:
            self._outage.taken_over()
        elif was_up:
            self._outage.unreachable("the connection was lost")
        elif not was_refused:
            self._hung_up(client, "it closed the connection")

    def _hung_up(self, client: Client, why: str) -> None:
        if client.protocol != MQTTProtocolVersion.MQTTv5 or self._modern_worked:
            self._outage.unreachable(why)
        self._try_other_protocol()

    def _try_other_protocol(self) -> None:
        """Speak 3.1.1 to a broker that refuses MQTT 5 or just hangs up, and 5 again where that fails too."""
        if not self._modern_worked:
            modern = self._client.protocol == MQTTProtocolVersion.MQTTv5
            self._client = self._make(MQTTProtocolVersion.MQTTv311 if modern else MQTTProtocolVersion.MQTTv5)
            if modern:
                self._outage.retry_now()

    def _send_subscriptions(self) -> None:
        if self._dropped:
            self._client.unsubscribe(sorted(self._dropped))
        if self._topics and self._client.protocol == MQTTProtocolVersion.MQTTv5:
            options = [(topic, SubscribeOptions(qos=qos, noLocal=True)) for topic, qos in self._topics.items()]
            self._unconfirmed = self._client.subscribe(options)[1]
        elif self._topics:
            self._unconfirmed = self._client.subscribe(list(self._topics.items()))[1]

    def _confirmed(self, _client: Client, _data: object, mid: int, reasons: list[ReasonCode], *_: object) -> None:
        for topic, reason in zip(self._topics, reasons, strict=False):
            if reason.is_failure:
                said = f"{self.shown} refuses the subscription to {topic!r} ({reason}): see its access list"
                self._outage.on_state(True, said)
        if mid == self._unconfirmed:
            self._unconfirmed = None

    def _published(self, _client: Client, _data: object, mid: int, *_: object) -> None:
        self._awaited.discard(mid)


class _Client(Client):
    """paho's client on a socket that takes the PUBLISH packets out."""

    def _create_socket(self) -> Inflow:
        sock = super()._create_socket()
        assert isinstance(sock, socket.socket)  # noqa: S101 - only WebSockets, which nobody asks for here, have another
        return Inflow(sock)
