"""What a message is, where the broker is, when to try it again, and one clear line for each trouble with it."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

OnState = Callable[[bool, str], None]
"""Takes (connected, one line to show)."""

_DELAY_S: Final = (0.5, 10.0)
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


class BusError(Exception):
    """A broker URL that cannot be used; the message is one line (what, where, the mend)."""


class Message(NamedTuple):
    """One MQTT message as it came.

    `received_us` is UTC [µs]; `connection` numbers the connection that brought it: only there can it be acknowledged.
    """

    topic: str
    payload: bytes
    qos: int
    retain: bool
    dup: bool
    packet_id: int
    received_us: int
    connection: int = 0


class Will(NamedTuple):
    """What the broker publishes for us when we vanish."""

    topic: str
    payload: bytes
    retain: bool = True


class Endpoint(NamedTuple):
    """A broker's address and our credentials; `shown` is the address without them."""

    shown: str
    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None


def endpoint(url: str) -> Endpoint:
    """Read a broker URL.

    Parameters
    ----------
    url : str
        ``mqtt://user:secret@host:1883`` or ``mqtts://host:8883``.

    Returns
    -------
    Endpoint
        Its parts, percent-decoded.

    Raises
    ------
    BusError
        If it is not such a URL; the secret is not in the message.

    Examples
    --------
    >>> endpoint("mqtts://ann:s3cret@broker.lan").shown
    'mqtts://broker.lan:8883'
    """
    parts = urlsplit(url)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    try:
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise BusError(f"broker URL {bare!r}: the port is not a number from 1 to 65535; mend it") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BusError(f"broker URL {bare!r}: write it as mqtt://user:secret@host:1883 or mqtts://host:8883")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    user = None if parts.username is None else unquote(parts.username)
    password = None if parts.password is None else unquote(parts.password)
    return Endpoint(f"{parts.scheme}://{host}:{port}", parts.hostname, port, parts.scheme == "mqtts", user, password)


def log_state(connected: bool, line: str) -> None:
    """Log a change of state, as `Outage` does where nobody listens."""
    logging.getLogger(__name__).log(logging.INFO if connected else logging.WARNING, "%s", line)


class Outage:
    """One outage after another: back-off of 0.5 to 10 s with jitter; each kind of trouble told once."""

    def __init__(self, broker: Endpoint, client_id: str, on_state: OnState) -> None:
        self.on_state = on_state
        self._broker, self._client_id = broker, client_id
        self._told: set[str] = set()
        self._delay_s, self._next_try = _DELAY_S[0], 0.0

    def wait_s(self) -> float:
        """Return how long until the next try may be made, in seconds."""
        return max(0.0, self._next_try - time.monotonic())

    def trying(self) -> None:
        """Note a try that is about to be made: the next one waits twice as long."""
        jitter = random.uniform(0.75, 1.25)  # noqa: S311 - spreads clients out, guards nothing
        self._next_try = time.monotonic() + self._delay_s * jitter
        self._delay_s = min(2 * self._delay_s, _DELAY_S[1])

    def retry_now(self) -> None:
        """Let the next try be made at once."""
        self._next_try = 0.0

    def over(self) -> None:
        """Note that the connection stands."""
        self._told.clear()
        self._delay_s = _DELAY_S[0]
        self.on_state(True, f"connected to {self._broker.shown}")

    def unreachable(self, why: str) -> None:
        """Tell that the broker cannot be reached."""
        self._tell("unreachable", f"cannot reach {self._broker.shown} ({why}): is the broker running? Trying again")

    def refused(self, why: str, *, login: bool) -> None:
        """Tell that the broker answers but does not let us in."""
        user = "a client without a user name" if self._broker.user is None else f"user {self._broker.user!r}"
        who = user if login else f"client {self._client_id!r}"
        mend = ": check the user and the password in the broker URL" if login else ""
        self._tell("refused", f"{self._broker.shown} does not let {who} in ({why}){mend}. Trying again")

    def taken_over(self) -> None:
        """Tell that another client uses our id, and leave it alone for a while."""
        self._delay_s = _DELAY_S[1]
        self.trying()
        mend = "stop it, or give one of them its own client_id"
        self._tell(
            "taken", f"{self._broker.shown}: another client connected as {self._client_id!r}; {mend}. Trying again"
        )

    def _tell(self, kind: str, line: str) -> None:
        if kind not in self._told:
            self._told.add(kind)
            self.on_state(False, line)
