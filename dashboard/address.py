"""Who asks, by address: what a reverse proxy says counts only if the proxy is trusted."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any, Final, NamedTuple

from heatledger.misfit import ConfigError

Scope = MutableMapping[str, Any]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
_HOST: Final = re.compile(r"[\w.~-]+(:\d{1,5})?|\[[0-9a-fA-F:.]+\](:\d{1,5})?", re.ASCII)
_SECURE: Final = {"http": "https", "ws": "wss", "https": "https", "wss": "wss"}


class Seen(NamedTuple):
    """A request's sender: address, the host it was asked by, whether by TLS, and whether it is surely this machine."""

    address: str
    host: str
    secure: bool
    here: bool

    @property
    def network(self) -> str:
        """The address; of IPv6 the 64 bits that one subscriber has."""
        found = _address(self.address)
        if isinstance(found, ipaddress.IPv6Address) and not found.is_loopback:
            return str(ipaddress.IPv6Network((found, 64), strict=False))
        return self.address


def networks(written: Iterable[str]) -> list[Network]:
    """Return the trusted proxies as networks.

    Raises
    ------
    ConfigError
        If one is no address and no network.
    """
    found = []
    for text in written:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError as error:
            mend = "write one like 192.0.2.7 or 10.0.0.0/8"
            raise ConfigError(f"settings.toml: dashboard.trusted_proxies: {text!r} is no address; {mend}") from error
    return found


def headers(scope: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of a request by lower-case name; the same twice is joined by a comma."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]},{text}" if key in found else text
    return found


def seen(scope: Mapping[str, Any], trusted: Sequence[Network]) -> Seen:
    """Return who asks.

    Parameters
    ----------
    scope : mapping
        Of ASGI.
    trusted : sequence
        The networks whose forwarded headers count.
    """
    given = headers(scope)
    address = str((scope.get("client") or ("", 0))[0])
    host, secure, proxied = given.get("host", ""), scope.get("scheme") in {"https", "wss"}, False
    if any(name in given for name in _FORWARDED):
        if _within(address, trusted):
            address = _client(address, given.get("x-forwarded-for", ""), trusted)
            host = given.get("x-forwarded-host", host).partition(",")[0].strip()
            secure = given.get("x-forwarded-proto", "").partition(",")[0].strip().lower() == "https" or secure
        else:
            proxied = True
    if not _HOST.fullmatch(host):
        host = ""
    return Seen(address, host, secure, not proxied and _loopback(address) and _names_here(host))


def rewritten(scope: Scope, seen: Seen, path: str) -> Scope:
    """Return the scope as it would be had the sender asked directly, `path` taken off where it is still there."""
    asked: str = scope["path"]
    inside = asked.removeprefix(path.rstrip("/")) if path != "/" and f"{asked}/".startswith(path) else asked
    kept = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
    return {
        **scope,
        "client": (seen.address, (scope.get("client") or ("", 0))[1]),
        "scheme": _SECURE[scope["scheme"]] if seen.secure else scope["scheme"],
        "headers": [*kept, (b"host", seen.host.encode("latin-1"))],
        "path": inside or "/",
        "raw_path": (inside or "/").encode(),
    }


def _client(address: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Return the last address that no trusted proxy has: what stands before it may be made up."""
    for part in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        given = part.removeprefix("[").partition("]")[0] if part.startswith("[") else part
        if _address(given) is None:
            return "unknown"
        address = given
        if not _within(address, trusted):
            break
    return address


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _within(text: str, trusted: Sequence[Network]) -> bool:
    found = _address(text)
    return found is not None and any(found in network for network in trusted if network.version == found.version)


def _loopback(text: str) -> bool:
    found = _address(text)
    return found is not None and found.is_loopback


def _names_here(host: str) -> bool:
    """Return whether a host is this machine's own name for itself: a name that DNS may turn about is none."""
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) and not host.endswith("]") else host
    return name == "localhost" or _loopback(name.strip("[]"))
