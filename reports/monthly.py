"""`render(summary, home) → Body`: a bill as subject, plain text, HTML and pictures, the same figures in all."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import jinja2

from heatledger.home import Home
from heatledger.reader import reader
from heatledger.statement.content import Content, content
from heatledger.statement.typeset import days_png
from heatledger.summary import Summary
from heatledger.tariff.lines import BillLine
from heatledger.wording import say
from reports.letter import Body

_WIDTH: Final = 78


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a statement that is sent: where its page is, sentences at its end, where to stop it."""

    page: str = ""
    said: list[str] = field(default_factory=list)
    stop: str = ""


def render(
    summary: Summary,
    home: Home,
    *,
    before: Sequence[BillLine] | None = None,
    around: Around = Around(),
) -> Body:
    """Print a bill in the reader's language.

    Parameters
    ----------
    summary : Summary
        The bill; nothing else is printed.
    home : Home
        For names and the time zone.
    before : sequence of BillLine, optional
        The lines as they were sent before, which it corrects.
    around : Around
        Links and sentences of a mail.

    Returns
    -------
    Body
        Subject, text and HTML with the same figures; the HTML needs no picture and no script.
    """
    said = content(summary, home, before=before)
    pictures = _pictures(said, home)
    names = dict(zip(("light", "dark"), pictures, strict=False))
    given = {"said": said, "around": around, "pictures": names, "lang": reader().language}
    return Body(
        subject=said.head.subject,
        text=_templates().get_template("statement.txt.j2").render(**given),
        html=_templates().get_template("statement.html.j2").render(**given),
        pictures=pictures,
    )


def _pictures(said: Content, home: Home) -> dict[str, bytes]:
    """Return the pictures by their names in the mail: one for each scheme, of which one is seen."""
    days = said.each_day
    if days is None:
        return {}
    return {f"days-{scheme}@{home.id}": days_png(days, scheme) for scheme in ("light", "dark")}


def has_data(summary: Summary) -> bool:
    """Say whether anything of the span was heard: without, there is no statement."""
    return summary.electricity.kwh is not None or summary.electricity.coverage > 0


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
