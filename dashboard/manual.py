"""The manual, served by the dashboard itself: the pages of `docs/`, readable where there is no other network."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Response
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from dashboard.forms import Forms

_FIRST: Final = ("wall-tablet", "people", "behind-a-proxy", "home-file", "the-bill", "the-baseline", "alerts")
"""What a household asks first; the others follow by name."""


def folder() -> Path:
    """Return where the pages are: in a clone ``docs``, installed a copy of them."""
    clone = Path(__file__).parent.parent / "docs"
    return clone if clone.is_dir() else Path(__file__).parent / "docs"


@cache
def names() -> tuple[str, ...]:
    """Return the pages there are, in the order in which they are shown."""
    there = sorted(file.stem for file in folder().glob("*.md"))
    return tuple(sorted(there, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST)))


@cache
def page(name: str) -> tuple[str, str]:
    """Return a page's title and its body as HTML; a link to another page leads there, one to the source is plain text.

    Parameters
    ----------
    name : str
        One of `names`.
    """
    written = (folder() / f"{name}.md").read_text(encoding="utf-8")
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = reader.parse(written)
    for token in tokens:
        token.children = _led(token.children) if token.children else token.children
    body = reader.renderer.render(tokens, reader.options, {})
    return written.partition("\n")[0].removeprefix("# ").strip(), body


def _led(tokens: list[Token]) -> list[Token]:
    """Lead the links of a line to the pages as they are served, and drop those that lead nowhere here."""
    found, dropped = [], 0
    for token in tokens:
        if token.type == "link_open":
            to = str(token.attrGet("href") or "")
            served = re.fullmatch(r"(?:\./)?([\w-]+)\.md(#.*)?", to)
            if served and served[1] in names():
                token.attrSet("href", f"{served[1]}{served[2] or ''}")
            elif not to.startswith(("https://", "http://", "#")):
                dropped += 1
                continue
        elif token.type == "link_close" and dropped:
            dropped -= 1
            continue
        found.append(token)
    return found


def register(server: FastAPI, forms: Forms) -> None:
    """Add the routes to the FastAPI application."""

    @server.get("/help", include_in_schema=False)
    def pages() -> Response:
        return forms.page("help", pages=[(name, page(name)[0]) for name in names()])

    @server.get("/help/{name}", include_in_schema=False)
    def one(name: str) -> Response:
        if name not in names():
            return forms.page("help", status=404, pages=[(known, page(known)[0]) for known in names()])
        title, body = page(name)
        return forms.page("manual", title=title, body=Markup(body))  # noqa: S704 - our own pages, raw HTML switched off
