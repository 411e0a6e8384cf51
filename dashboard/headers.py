"""What every answer tells the browser: whose scripts may run, who may frame it, what it may keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_POLICY: Final = (
    "default-src 'self'",
    "script-src 'self' {hashes}",
    "style-src 'self' 'unsafe-inline'",  # Dash, Mantine and plotly write style attributes and elements
    "img-src 'self' data: blob:",  # plotly's pictures
    "font-src 'self' data:",
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
_ALWAYS: Final = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_STATIC: Final = ("/assets/", "/_dash-component-suites/", "/_favicon.ico")

Headers = list[tuple[bytes, bytes]]


def secured(path: str, *, secure: bool, hashes: Sequence[str]) -> Headers:
    """Return the headers of an answer.

    Parameters
    ----------
    path : str
        What was asked for.
    secure : bool
        Whether it was asked for by TLS.
    hashes : sequence of str
        Of the inline scripts that may run, as a policy writes them.
    """
    rows = [*_ALWAYS, ("content-security-policy", "; ".join(_POLICY).format(hashes=" ".join(hashes)))]
    if not path.startswith(_STATIC):
        rows.append(("cache-control", "no-store"))  # what was seen with a right is not seen again without it
    if secure:
        rows.append(("strict-transport-security", "max-age=31536000"))
        rows.append(("cross-origin-opener-policy", "same-origin"))
    return [(name.encode(), value.encode()) for name, value in rows]
