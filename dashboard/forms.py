"""Pages that are plain HTML: what they share with the others, how they are drawn, and what a form sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import jinja2
import segno
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboard.address import Seen
from dashboard.doors import Visitor, set_cookie
from heatledger import formatting
from heatledger.marks import marked
from heatledger.reader import reader
from heatledger.retelling import retold
from heatledger.wording import say, say_in, say_many

_ROLES: Final = {
    "owner": marked("owner"),
    "installer": marked("installer"),
    "viewer": marked("viewer"),
    "wall": marked("wall tablet"),
    "nobody": marked("nobody"),
}


def role_name(role: str) -> str:
    """Return what a role is called."""
    return say(_ROLES[role])


_TEMPLATES: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals |= {"say": say, "say_many": say_many, "say_in": say_in, "retold": retold, "role_name": role_name}


class Forms:
    """Draws the plain pages.

    Parameters
    ----------
    path : str
        Under which a proxy shows them.
    build : str
        Which program makes them: another one's styles have other addresses.
    """

    def __init__(self, path: str, build: str = "") -> None:
        self.path, self.build = path, build

    def page(self, template: str, /, *, status: int = 200, **given: object) -> HTMLResponse:
        """Return a page.

        Parameters
        ----------
        template : str
            Its name, without the ending.
        status : int
            Of HTTP.
        given : object
            What the template shows.
        """
        known = {"path": self.path, "build": self.build, "reader": reader()}
        html = _TEMPLATES.get_template(f"{template}.html.j2").render(**known, **given)
        return HTMLResponse(html, status_code=status)

    def go(self, to: str, seen: Seen, *, secret: str | None = None) -> RedirectResponse:
        """Send the browser on to a page of ours; `secret` is its new session, empty to end the one it has."""
        inside = to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/"
        answer = RedirectResponse(self.path.rstrip("/") + inside, status_code=303)
        if secret is not None:
            answer.headers["set-cookie"] = set_cookie(secret, secure=seen.secure, path=self.path)
        return answer

    def address(self, seen: Seen, to: str) -> str:
        """Return a page's address as another device would ask for it."""
        return f"{'https' if seen.secure else 'http'}://{seen.host}{self.path.rstrip('/')}{to}"


def qr(text: str) -> str:
    """Return a QR code as an inline drawing, dark on light in either scheme."""
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(scale=6, border=3, dark="#000", light="#fff", omitsize=True)
    return str(drawn)


def when(us: int, zone: str) -> str:
    """Print a time [µs UTC] of the audit in the home's own time."""
    at = datetime.fromtimestamp(us / 1e6, UTC).astimezone(ZoneInfo(zone))
    return f"{formatting.day(at.date(), year=True)}, {at:%H:%M}"


async def _sent(request: Request) -> Mapping[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=200))


def _visitor(request: Request) -> Visitor:
    found: Visitor = request.state.visitor
    return found


def _seen(request: Request) -> Seen:
    found: Seen = request.state.seen
    return found


Sent = Annotated[Mapping[str, str], Depends(_sent)]
"""The fields of a form, as the browser sent them."""
Who = Annotated[Visitor, Depends(_visitor)]
"""Who asks, as the gate found."""
Whence = Annotated[Seen, Depends(_seen)]
"""From where, as the gate found."""
