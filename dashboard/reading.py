"""In what a browser's reader sees the pages: what they chose, else the home's language, else what their browser asks.

The choice is a cookie of this browser, as a tablet in the hall and a telephone may be read by different people.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final, cast, get_args
from urllib.parse import urlsplit

import msgspec
from babel import negotiate_locale
from fastapi import FastAPI, Request, Response

from dashboard.forms import Forms, Sent, Whence
from heatledger.home import Home, Language, Units
from heatledger.marks import marked
from heatledger.reader import LANGUAGES, Look, Reader, TemperatureUnit, reader
from heatledger.wording import say

COOKIE: Final = "heatledger-reading"
_IN_SCRIPTS: Final = (
    marked("Copied"),
    marked("Copy"),
    marked("Selected: press Ctrl C"),
    marked("reconnecting"),
    marked("not connected since {time}"),
    marked("Chart"),
    marked("Table"),
)
"""What the pages' own scripts write."""
NAMES: Final[Mapping[Language, str]] = {"en": "English", "de": "Deutsch", "fr": "Français"}
"""Each language in itself."""


class Choice(msgspec.Struct, frozen=True):
    """What somebody chose for a browser; None is what the home says, and of the language else the browser.

    `look` is the colour scheme; auto follows the browser.
    """

    language: Language | None = None
    units: Units | None = None
    temperature: TemperatureUnit | None = None
    look: Look = "auto"

    def written(self) -> str:
        """Return the choice as the cookie holds it: ``de.us.F.dark``, a dash for what is left open."""
        return ".".join((self.language or "-", self.units or "-", self.temperature or "-", self.look))


_FIELDS: Final = {"language": LANGUAGES, "units": get_args(Units), "temperature": ("C", "F"), "look": get_args(Look)}


def chosen(given: Mapping[str, str]) -> Choice:
    """Return the choice that the fields of a form make; what they do not say, or say wrongly, is left open.

    Examples
    --------
    >>> chosen({"language": "de", "units": "parsec"}).written()
    'de.-.-.auto'
    """
    said = {name: given[name] for name, known in _FIELDS.items() if given.get(name) in known}
    return msgspec.convert(said, Choice)


def kept(headers: Mapping[str, str]) -> Choice:
    """Return the choice in a browser's cookie."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        found = None
    return chosen(dict(zip(_FIELDS, found.value.split("."), strict=False))) if found else Choice()


def set_cookie(choice: Choice, *, secure: bool, path: str) -> str:
    """Return the header that has a browser keep a choice."""
    held = f"{COOKIE}={choice.written()}; Path={path}; Max-Age={400 * 86_400}; SameSite=Lax"
    return held + ("; Secure" if secure else "")


def about_reader() -> str:
    """Return what the page's first element says of the reader: language, colours, and the words of the scripts."""
    words = msgspec.json.encode({text: say(text) for text in _IN_SCRIPTS}).decode()
    return f'lang="{reader().language}" data-look="{reader().look}" data-words="{html.escape(words)}"'


def register(server: FastAPI, forms: Forms) -> None:
    """Add the routes of the choice to the FastAPI application."""

    @server.get("/reading", include_in_schema=False)
    def asked(request: Request) -> Response:
        came = urlsplit(request.headers.get("referer", ""))
        to = "/" + came.path.removeprefix(forms.path.rstrip("/")).lstrip("/") + (f"?{came.query}" if came.query else "")
        again = "/" if to.startswith("/reading") else to
        return forms.page("reading", choice=kept(request.headers), names=list(NAMES.items()), to=again)

    @server.post("/reading", include_in_schema=False)
    def keep(sent: Sent, seen: Whence) -> Response:
        answer = forms.go(sent.get("to", "/"), seen)
        answer.headers["set-cookie"] = set_cookie(chosen(sent), secure=seen.secure, path=forms.path)
        return answer


def reader_of(headers: Mapping[str, str], home: Home | None) -> Reader:
    """Return who reads the answer to a request.

    Parameters
    ----------
    headers : mapping
        Of the request, by lower-case name.
    home : Home or None
        Whose language it is where nobody chose one.

    Examples
    --------
    >>> reader_of({"accept-language": "fr-CA,fr;q=0.9,en;q=0.5"}, None).language
    'fr'
    """
    choice = kept(headers)
    language = choice.language or (home.language if home else None) or _asked(headers.get("accept-language", ""))
    return Reader(language, choice.units, choice.temperature, choice.look)


def _asked(accepted: str) -> Language:
    """Return the first of our languages that a browser asks for, in its order of preference."""
    ranked = []
    for part in accepted.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), tag))
        except ValueError:
            continue
    wanted = [tag.partition("-")[0].lower() for _, tag in sorted(ranked, key=lambda row: row[0])]
    return cast("Language", negotiate_locale(wanted, LANGUAGES) or "en")
