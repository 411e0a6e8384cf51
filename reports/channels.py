"""Where alerts go: ntfy, Telegram, Pushover, mail, webhooks and the rest that Apprise speaks; its only importer.

A channel is a name of your own in settings.toml. Its address holds a secret, so that it is read from the environment
or from a file of the data folder only, and stands in no message.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_TIMEOUT_S: Final = 10
_SECRET: Final = re.compile(r"[^\W_][\w.~+%-]{5,}")
_EXAMPLE: Final = "ntfys://ntfy.example.org/topic"


class ChannelError(Exception):
    """A channel that cannot be used, or did not take a message: one line (what, where, the mend), no secret."""


def variable(channel: str) -> str:
    """Return the environment variable of a channel's address; with _FILE behind it, it names a file.

    Examples
    --------
    >>> variable("phone")
    'HEATLEDGER_ALERT_PHONE'
    """
    return f"HEATLEDGER_ALERT_{channel.upper()}"


def secret_file(channel: str, data: Path) -> Path:
    """Return the file of a channel's address, where no variable says it."""
    return data / "secrets" / f"alert_{channel}"


def address(channel: str, data: Path, environ: Mapping[str, str]) -> str:
    """Return the address of a channel.

    Parameters
    ----------
    channel : str
        Its name.
    data : Path
        The data folder.
    environ : mapping
        The environment, which wins.

    Raises
    ------
    ChannelError
        If it stands nowhere, or cannot be read.
    """
    name = variable(channel)
    if said := environ.get(name):
        return said
    path = Path(environ.get(f"{name}_FILE") or secret_file(channel, data))
    try:
        found = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise ChannelError(
            f"channel {channel}: no address; write it into {path}, readable by you alone, such as {_EXAMPLE}"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ChannelError(f"channel {channel}: {path} cannot be read; make it a text file that may be") from error
    if not found:
        raise ChannelError(f"channel {channel}: {path} is empty; write its address, such as {_EXAMPLE}")
    return found


def send(channel: str, address: str, title: str, body: str) -> None:
    """Send a message, and return once the service has taken it.

    Parameters
    ----------
    channel : str
        Its name, for the words.
    address : str
        As Apprise writes it: ``ntfys://…``, ``tgram://…``, ``pover://…``, ``mailtos://…``, ``jsons://…``.
    title, body : str
        What is sent; a service without titles has both as text.

    Raises
    ------
    ChannelError
        If there is no such service, or it did not take the message.
    """
    import apprise  # 15 MB that a process which never sends need not have

    with _heard() as lines:
        try:
            service = apprise.Apprise.instantiate(address)
        except Exception as error:  # an address may trip a plugin in ways of its own
            raise ChannelError(f"channel {channel}: its address is not understood; compare docs/alerts.md") from error
        if not isinstance(service, apprise.NotifyBase):
            raise ChannelError(f"channel {channel}: its address is not understood; compare docs/alerts.md")
        service.socket_connect_timeout = service.socket_read_timeout = _TIMEOUT_S
        try:
            taken = service.notify(body=body, title=title)
        except Exception as error:
            raise ChannelError(f"channel {channel}: {_without(str(error) or type(error).__name__, address)}") from error
    if not taken:
        why = _without(lines[-1].replace(".,", ","), address) if lines else "the service did not take it"
        raise ChannelError(f"channel {channel}: {why.rstrip('.')}; it is tried again")


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Gather what Apprise warns of on this thread: channels are told side by side."""
    lines: list[str] = []
    mine = threading.get_ident()

    class _Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == mine:
                lines.append(" ".join(record.getMessage().split()))

    listening, logger = _Listening(logging.WARNING), logging.getLogger("apprise")
    logger.addHandler(listening)
    propagated, logger.propagate = logger.propagate, False
    try:
        yield lines
    finally:
        logger.removeHandler(listening)
        logger.propagate = propagated


def _without(said: str, address: str) -> str:
    """Return what a service said, without any part of its address that could be a secret.

    Examples
    --------
    >>> _without("Error 401 for s3cretToken at ntfy", "ntfys://s3cretToken@ntfy/topic")
    'Error 401 for … at ntfy'
    """
    for part in sorted(set(_SECRET.findall(address.partition("://")[2])), key=len, reverse=True):
        said = said.replace(part, "…")
    return said
