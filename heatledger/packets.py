"""The two MQTT packets that come and go by the thousand, read and written many at once: PUBLISH in, PUBACK out.

Everything else of the protocol is paho's. It reads from an `Inflow` as from its socket, and meets there every packet
but PUBLISH; docs/decisions/011-publish-packets.md says what that is worth.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from heatledger.broker import Message

PATIENCE_S: Final = 5.0
"""How long a broker may leave acknowledgements unread before the connection counts as broken. [s]"""

_ANSWER: Final = b"\xd0\x00"  # PINGRESP
_ALIVE_S: Final = 5.0
_CHUNK: Final = 65_536
_LONGEST_LENGTH: Final = 4
_PUBLISH, _KIND, _MORE = 0x30, 0xF0, 0x80


class Publish(NamedTuple):
    """A PUBLISH packet: its first byte, which holds DUP, QoS and RETAIN, and the rest (MQTT 5, section 3.3)."""

    head: int
    body: bytes

    def message(self, connection: int, *, modern: bool) -> Message:
        """Return the message, received now; bytes of its topic that are not UTF-8 become backslash escapes.

        Parameters
        ----------
        connection : int
            Which connection brought it.
        modern : bool
            Whether it is MQTT 5: properties stand before the payload.

        Raises
        ------
        ValueError
            If the packet is shorter than it says.

        Examples
        --------
        >>> Publish(0x32, bytes([0, 1]) + b"t" + bytes([0, 7, 0]) + b"23.5").message(1, modern=True)[:6]
        ('t', b'23.5', 1, False, False, 7)
        """
        head, body = self
        at, qos, packet_id = 2 + int.from_bytes(body[:2]), (head & 0x06) >> 1, 0
        topic = body[2:at].decode("utf-8", "backslashreplace")
        if qos:
            packet_id = int.from_bytes(body[at : at + 2])
            at += 2
        if modern:
            length, at = _length(body, at) or (1, len(body))
            at += length
        if at > len(body):
            raise ValueError("a PUBLISH packet is shorter than it says")
        flags = (qos, bool(head & 0x01), bool(head & 0x08))
        return Message(topic, body[at:], *flags, packet_id, time.time_ns() // 1_000, connection)


class Inflow:
    """A connected socket that reads in large pieces and gives whole packets; to paho it looks like the socket itself.

    Parameters
    ----------
    sock : socket
        Connected, plain or TLS.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._data, self._at = b"", 0
        self._parts: list[bytes] = []
        self._missing = 0
        self._handed: deque[int] = deque()
        self._acks: list[int] = []
        self._ended: OSError | None = None
        self._more, self._alive = False, 0.0

    def messages(self, most: int, *, connection: int, modern: bool, others: Callable[[], object]) -> list[Message]:
        """Return what PUBLISH packets brought, in order; never waits.

        Parameters
        ----------
        most : int
            Packets to look at; fewer only where no more have come.
        connection : int
            Number of this connection, for the messages.
        modern : bool
            Whether it speaks MQTT 5.
        others : callable
            Called when `recv` has a packet of another kind to give, or the end of the connection to tell.
        """
        found: list[Message] = []
        try:
            for packet in self._take(most):
                if isinstance(packet, Publish):
                    found.append(packet.message(connection, modern=modern))
                else:
                    self._handed.extend(packet)
                    others()
        except ValueError as error:
            self._end(str(error))
        if self._ended is not None:
            others()
        elif found and time.monotonic() - self._alive > _ALIVE_S:
            self._alive = time.monotonic()
            self._handed.extend(_ANSWER)  # messages that paho does not see show as well that the broker lives
            others()
        return found

    @property
    def waiting(self) -> bool:
        """Whether packets may be here already, so that there is no sense in waiting for the network."""
        return self._more or (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending() > 0)

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """Note what `send_acks` has to send."""
        self._acks += packet_ids

    def send_acks(self) -> None:
        """Send the acknowledgements noted; nothing of an earlier packet may still wait to be sent."""
        if self._acks:
            ready, self._acks = self._acks, []
            send_whole(self.sock, pubacks(ready))

    def recv(self, size: int) -> bytes:
        """Return bytes that were handed over, as a socket that does not wait."""
        if self._handed:
            return bytes(self._handed.popleft() for _ in range(min(size, len(self._handed))))
        raise self._ended or BlockingIOError

    def send(self, data: bytes | bytearray) -> int:
        """Send like the socket."""
        return self.sock.send(data)

    def fileno(self) -> int:
        """Return the socket's."""
        return self.sock.fileno()

    def setblocking(self, flag: bool) -> None:
        """Set the socket's."""
        self.sock.setblocking(flag)

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()

    def _take(self, most: int) -> Iterator[Publish | bytes]:
        """Yield packets, those of other kinds than PUBLISH as bytes, until no more have come."""
        self._more = False
        for count in range(1, most + 1):
            packet = self._next()
            while packet is None and self._read():
                packet = self._next()
            if packet is None:
                return
            self._more = count == most
            yield packet

    def _end(self, why: str) -> None:
        """Believe nothing further of what comes."""
        self._ended = ConnectionError(why)

    def _next(self) -> Publish | bytes | None:
        """Return the next packet that is here whole."""
        data, at = self._data, self._at
        if self._missing > 0 or len(data) < at + 2:
            return None
        length, body_at = data[at + 1], at + 2
        if length & _MORE:
            found = _length(data, at + 1)
            if found is None:
                if len(data) > at + _LONGEST_LENGTH:
                    self._end("what comes is not MQTT")
                return None
            length, body_at = found
        stop = body_at + length
        if stop > len(data):
            self._missing = stop - len(data)
            return None
        self._at = stop
        if data[at] & _KIND == _PUBLISH:
            return Publish(data[at], data[body_at:stop])
        return data[at:stop]

    def _read(self) -> bool:
        """Read what the network has; False where it has nothing."""
        if self._ended is not None:
            return False
        try:
            chunk = self.sock.recv(_CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        except OSError as error:
            self._ended = error
            return False
        if not chunk:
            self._end("the other side closed the connection")
        self._parts.append(chunk)
        self._missing -= len(chunk)
        if self._missing <= 0:  # a long packet is put together once, not at every piece
            self._data, self._at = b"".join((self._data[self._at :], *self._parts)), 0
            self._parts, self._missing = [], 0
        return bool(chunk)


def pubacks(packet_ids: Sequence[int]) -> bytes:
    r"""Return one PUBACK after another (MQTT 3.1.1 and 5, section 3.4; without a reason code 5 reads success).

    Examples
    --------
    >>> pubacks([1, 258])
    b'@\x02\x00\x01@\x02\x01\x02'
    """
    return struct.pack(">" + "HH" * len(packet_ids), *(part for each in packet_ids for part in (0x4002, each)))


def send_whole(sock: socket.socket, packets: bytes, *, patience_s: float = PATIENCE_S) -> bool:
    """Send whole packets; where that fails half-way the connection is ended, for what follows could not be read.

    Parameters
    ----------
    sock : socket
        Connected, plain or TLS, not blocking, with nothing of an earlier packet still to be sent.
    packets : bytes
        What to send.
    patience_s : float
        How long to wait for a receiver that takes nothing. [s]

    Returns
    -------
    bool
        Whether all of it was handed to the network.
    """
    rest, give_up = memoryview(packets), time.monotonic() + patience_s
    while rest:
        try:
            rest = rest[sock.send(rest) :]
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError) as error:
            left_s = give_up - time.monotonic()
            if left_s <= 0:
                break
            waits_to_read = isinstance(error, ssl.SSLWantReadError)
            select.select([sock] if waits_to_read else [], [] if waits_to_read else [sock], [], left_s)
        except OSError:
            break
    if rest:
        with suppress(OSError):  # it may be gone already
            sock.shutdown(socket.SHUT_RDWR)
    return not rest


def _length(data: bytes, at: int) -> tuple[int, int] | None:
    """Return a variable byte integer (MQTT 5, section 1.5.5) and where it ends; None where it is not here whole."""
    value = 0
    for place, byte in enumerate(data[at : at + _LONGEST_LENGTH]):
        value |= (byte & 0x7F) << 7 * place
        if not byte & _MORE:
            return value, at + place + 1
    return None
