"""What an influxdb:// URL says: the server, the bucket, and how to be let in."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from heatledger.store import UnusableStoreError, shown

_OPTIONS: Final = {"org", "prefix", "timeout", "retry", "ca"}


class Place(msgspec.Struct, frozen=True):
    """What a store URL says: ``influxdb://[user:secret@]host[:port]/bucket?org=…``.

    Attributes
    ----------
    shown : str
        The URL without its secrets, for messages.
    base : str
        The server, http or https.
    bucket, org, token : str
        The bucket (in 1.x the database), its organization and what lets us in; a user and secret of 1.x are one token.
    prefix : str
        What the names of our measurements begin with, where several share a bucket.
    timeout_s : float
        How long the server may take over a write. [s]
    retry_s : float
        For how long a request that failed in passing is tried again. [s]
    ca : str
        A file of certificates to trust, for a server with one of its own.
    """

    shown: str
    base: str
    bucket: str
    org: str = ""
    token: str = ""
    prefix: str = ""
    timeout_s: float = 10.0
    retry_s: float = 2.0
    ca: str = ""


def place(url: str, patience_s: float | None = None) -> Place:
    """Return what a store URL says.

    Parameters
    ----------
    url : str
        The URL.
    patience_s : float, optional
        What bounds `retry_s`. [s]

    Raises
    ------
    StoreError
        If it names no server or no bucket, or says something unknown.
    """
    given = urlsplit(url)
    asked = dict(parse_qsl(given.query, keep_blank_values=True))
    try:
        host, port, bucket = given.hostname, given.port or 8086, unquote(given.path.removeprefix("/"))
        timeout_s, retry_s = float(asked.get("timeout", 10.0)), float(asked.get("retry", 2.0))
    except ValueError:
        host = None
    if not host or not bucket or asked.keys() - _OPTIONS:
        raise UnusableStoreError(
            f"store URL {shown(url)!r}: write influxdb://host:8086/bucket?org=name (influxdbs:// for TLS); "
            f"after the ? may stand {', '.join(sorted(_OPTIONS))}"
        )
    user, secret = unquote(given.username or ""), unquote(given.password or "")
    return Place(
        shown=shown(url),
        base=f"{'https' if given.scheme == 'influxdbs' else 'http'}://{f'[{host}]' if ':' in host else host}:{port}",
        bucket=bucket,
        org=asked.get("org", ""),
        token=f"{user}:{secret}" if user and secret else user or secret,
        prefix=asked.get("prefix", ""),
        timeout_s=timeout_s,
        retry_s=retry_s if patience_s is None else min(retry_s, patience_s),
        ca=asked.get("ca", ""),
    )
