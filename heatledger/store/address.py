"""A store's URL put together from what settings, environment and secret files say of it."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit


def complete(url: str, *, org: str = "", bucket: str = "", token: str = "") -> str:
    """Return an influxdb:// URL with the bucket, organization and token it does not say itself; others as they are.

    Parameters
    ----------
    url : str
        A store URL.
    org, bucket, token : str
        What stands beside it; empty where nothing does.

    Examples
    --------
    >>> complete("influxdb://nas:8086", org="home", bucket="heat ledger", token="a/b==")
    'influxdb://:a%2Fb%3D%3D@nas:8086/heat%20ledger?org=home'
    >>> complete("influxdb://me:mine@nas/own?org=x", org="home", bucket="b", token="t")
    'influxdb://me:mine@nas/own?org=x'
    >>> complete("sqlite:///x.db", token="t")
    'sqlite:///x.db'
    """
    given = urlsplit(url)
    if given.scheme not in {"influxdb", "influxdbs"}:
        return url
    login = f":{quote(token, safe='')}@" if token and "@" not in given.netloc else ""
    named = f"org={quote(org, safe='')}" if org and "org" not in parse_qs(given.query) else ""
    return given._replace(
        netloc=login + given.netloc,
        path=given.path if given.path.strip("/") else "/" + quote(bucket, safe=""),
        query="&".join(part for part in (given.query, named) if part),
    ).geturl()
