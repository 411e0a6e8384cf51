"""The templates of what is printed for people: text and HTML, in the reader's language."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

import jinja2

from heatledger.reader import reader
from heatledger.wording import say

_WIDTH: Final = 78


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a letter: where its page is, sentences at its end, where to stop it."""

    page: str = ""
    said: list[str] = field(default_factory=list)
    stop: str = ""


ALONE: Final = Around()
"""Nothing: it is kept or printed, and sent to nobody."""


class Printed(NamedTuple):
    """The same in plain text and in HTML."""

    text: str
    html: str


def printed(name: str, said: object, around: Around, pictures: Mapping[str, str]) -> Printed:
    """Print what a letter says.

    Parameters
    ----------
    name : str
        Of its templates.
    said : object
        Printed strings.
    around : Around
        Links and sentences of a mail.
    pictures : mapping of str to str
        The names of its pictures by the scheme that they are for.

    Returns
    -------
    Printed
        With the same figures; the HTML needs no picture and no script.
    """
    given = {"said": said, "around": around, "pictures": pictures, "lang": reader().language}
    text, html = (_templates().get_template(f"{name}.{kind}.j2").render(**given) for kind in ("txt", "html"))
    return Printed(text, html)


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("reports"),
        autoescape=jinja2.select_autoescape(("html.j2",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"columns": _columns, "wrapped": _wrapped}
    environment.globals["say"] = say
    return environment


def _columns(rows: Sequence[Sequence[str]]) -> str:
    """Align rows of cells: the first to the left, the others to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    spare = max(2, _WIDTH - sum(widths) - 2 * (len(widths) - 2)) if len(widths) > 1 else 0
    lines = []
    for row in rows:
        figures = "  ".join(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        lines.append(f"{row[0].ljust(widths[0])}{' ' * spare}{figures}".rstrip())
    return "\n".join(lines)


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
