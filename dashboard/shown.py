"""Figures as they are shown: a text that knows its place in the Summary, and the button that opens its explanation.

Both are texts, so that a sentence is one string to whoever only reads it, and a row of doors on the page.
"""

from __future__ import annotations

from itertools import groupby
from string import Formatter
from typing import Any

from dash import html
from dash.development.base_component import Component

from heatledger.wording import say


class Shown(str):
    """A figure as it is printed, and its dotted place in the Summary: on a page it opens its explanation."""

    __slots__ = ("place",)
    place: str

    def __new__(cls, figure: str, place: str) -> Shown:
        """Keep the place beside the text."""
        made = super().__new__(cls, figure)
        made.place = place
        return made

    def __deepcopy__(self, memo: object) -> Shown:
        """Return itself, for it never changes: charts copy what they are given."""
        return self


class Sentence(str):
    """A sentence, and its pieces in order: plain texts and figures."""

    __slots__ = ("pieces",)
    pieces: tuple[str, ...]

    def __new__(cls, pieces: tuple[str, ...]) -> Sentence:
        """Keep the pieces beside the text, plain ones side by side as one."""
        made = super().__new__(cls, "".join(pieces))
        runs = groupby(pieces, key=lambda piece: id(piece) if isinstance(piece, Shown) else 0)
        made.pieces = tuple(run[0] if len(run) == 1 else "".join(run) for run in (list(rows) for _, rows in runs))
        return made

    def __deepcopy__(self, memo: object) -> Sentence:
        """Return itself, for it never changes."""
        return self


def sentence(template: str, **parts: str) -> Sentence:
    """Return a sentence of a template, its figures at the places named in it.

    Parameters
    ----------
    template : str
        As for `str.format`, names only.
    parts : str
        What stands there; a `Shown` opens its explanation, a `Sentence` its figures'.

    Examples
    --------
    >>> made = sentence("{total} so far.", total=Shown("$215.94", "bill.total"))
    >>> made, [getattr(piece, "place", None) for piece in made.pieces]
    ('$215.94 so far.', ['bill.total', None])
    """
    pieces: list[str] = []
    for before, name, _, _ in Formatter().parse(template):
        pieces += [before] if before else []
        if name is not None:
            pieces += _pieces(parts[name])
    return Sentence(tuple(pieces))


def joined(*parts: str, by: str = " ") -> Sentence:
    """Return texts and sentences one after the other, empty ones left out."""
    pieces: list[str] = []
    for part in filter(None, parts):
        pieces += [by] if pieces else []
        pieces += _pieces(part)
    return Sentence(tuple(pieces))


def _pieces(part: str) -> list[str]:
    return list(part.pieces) if isinstance(part, Sentence) else [part]


def children(words: str) -> list[str | Component]:
    """Return a text as it stands on a page: its figures are buttons."""
    return [opens(piece.place, piece, "inline") if isinstance(piece, Shown) else piece for piece in _pieces(words)]


def opens(
    place: str,
    figure: str,
    kind: str = "",
    *,
    children: list[str | Component] | None = None,
    at: str | None = None,
) -> html.Button:
    """Return a figure that opens its explanation.

    Parameters
    ----------
    place : str
        Its dotted place in the Summary.
    figure : str
        As it is printed.
    kind : str
        Further classes.
    children : list, optional
        What is shown in place of the plain figure.
    at : str, optional
        Its id, where it changes live.
    """
    given: dict[str, Any] = {"data-place": place, "aria-haspopup": "dialog"} | ({"id": at} if at else {})
    return html.Button(
        children or str(figure),
        type="button",
        className=f"explains {kind}".strip(),
        title=say("How this figure was found"),
        **given,
    )
