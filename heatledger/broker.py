"""What a message is, where the broker is, when to try it again, and one clear line for each trouble with it."""

from __future__ import annotations

import logging
import random
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

OnState = Callable[[bool, str], None]
"""Takes (connected, one line to show)."""

_DELAY_S: Final = (0.5, 10.0)
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}

# what the system or TLS says (a part of it, in lower case) -> what the user can do
_MENDS: Final = (
    ("not valid for", "use the name that its certificate is made out to."),
    ("mismatch", "use the name that its certificate is made out to."),
    ("expired", "its certificate is over: renew it."),
    ("self-signed", "give the certificate of its authority (?ca_file=/path behind the address)."),
    ("unable to get", "give the certificate of its authority (?ca_file=/path behind the address)."),
    ("wrong version number", "that port speaks without TLS: write mqtt:// before it."),
    ("wrong_version_number", "that port speaks without TLS: write mqtt:// before it."),
    ("name or service", "check the broker's name."),
    ("name resolution", "check the broker's name, and this machine's network."),
    ("no address", "check the broker's name."),
    ("no route", "check the address, and this machine's network."),
    ("timed out", "check the address; a firewall may be in the way."),
    ("it closed the connection", "is it an MQTT broker, and does that port want TLS (mqtts://)?"),
    ("does not answer", "is it an MQTT broker, and does that port want TLS (mqtts://)?"),
)


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
    """A broker's address and our credentials; `shown` is the address without them.

    `ca_file` holds the certificates of the authorities that are trusted over TLS; None: those the system trusts.
    """

    shown: str
    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None
    ca_file: str | None = None


def endpoint(url: str) -> Endpoint:
    """Read a broker URL.

    Parameters
    ----------
    url : str
        ``mqtt://user:secret@host:1883``, ``mqtts://host:8883`` or ``mqtts://host:8883?ca_file=/path/to/ca.pem``.

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
    ca_file = _ca_file(parts, bare)
    tls = parts.scheme == "mqtts"
    return Endpoint(f"{parts.scheme}://{host}:{port}", parts.hostname, port, tls, user, password, ca_file)


def _ca_file(parts: SplitResult, bare: str) -> str | None:
    try:
        asked = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        asked = {parts.query: ""}
    ca_file = asked.pop("ca_file", None)
    if asked or parts.fragment or parts.path not in {"", "/"}:
        raise BusError(f"broker URL {bare!r}: nothing but ?ca_file=/path may follow host and port; leave the rest out")
    if ca_file is None:
        return None
    if parts.scheme != "mqtts":
        raise BusError(f"broker URL {bare!r}: ca_file is for TLS; write mqtts://, or leave it out")
    if not Path(ca_file).is_file():
        raise BusError(f"broker URL {bare!r}: {ca_file} is no file; name the certificate of the broker's authority")
    return ca_file


def written(where: Endpoint) -> str:
    """Return the URL of a broker without the password of its user.

    Examples
    --------
    >>> written(endpoint("mqtt://ann%40home:secret@broker"))
    'mqtt://ann%40home@broker:1883'
    """
    scheme, _, address = where.shown.partition("://")
    user = f"{quote(where.user, safe='')}@" if where.user else ""
    return f"{scheme}://{user}{address}{'?' + urlencode({'ca_file': where.ca_file}) if where.ca_file else ''}"


def wants_password(url: str) -> bool:
    """Return whether a broker URL names a user and no password.

    Examples
    --------
    >>> wants_password("mqtt://ann@broker"), wants_password("mqtt://ann:pw@broker"), wants_password("mqtt://broker")
    (True, False, False)
    """
    user, colon, _ = urlsplit(url).netloc.rpartition("@")[0].partition(":")
    return bool(user) and not colon


def with_password(url: str, password: str) -> str:
    """Return a broker URL with the password of the user that it names.

    Examples
    --------
    >>> with_password("mqtt://ann@broker:1883", "p@ss/word")
    'mqtt://ann:p%40ss%2Fword@broker:1883'
    """
    parts = urlsplit(url)
    user, _, where = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{where}").geturl()


def trusting(broker: Endpoint) -> ssl.SSLContext:
    """Return what a broker is known by over TLS: its own authorities' certificates, or the system's.

    Raises
    ------
    BusError
        If its file holds none.
    """
    try:
        return ssl.create_default_context(cafile=broker.ca_file)
    except (OSError, ssl.SSLError) as error:
        why = getattr(error, "reason", None) or error.strerror or error
        raise BusError(f"{broker.ca_file}: {why}; name a file of certificates in PEM") from error


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
        mend = next((mend for part, mend in _MENDS if part in why.lower()), "is the broker running?")
        self._tell("unreachable", f"cannot reach {self._broker.shown} ({why}): {mend} Trying again")

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
