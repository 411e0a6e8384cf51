"""`render(summary, home) → Statement`: one month as subject, plain text and HTML, the same figures in both."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import jinja2

from heatledger.home import Home
from heatledger.statement.content import content
from heatledger.summary import Summary

_WIDTH = 78


@dataclass(frozen=True, slots=True)
class Statement:
    """A month as it is printed and sent."""

    subject: str
    text: str
    html: str


def render(summary: Summary, home: Home) -> Statement:
    """Print a month.

    Parameters
    ----------
    summary : Summary
        The month; nothing else is printed.
    home : Home
        For names and the time zone.

    Returns
    -------
    Statement
        Subject, text and HTML with the same figures; the HTML needs no picture and no script.
    """
    said = content(summary, home)
    templates = _templates()
    return Statement(
        subject=said.head.subject,
        text=templates.get_template("statement.txt.j2").render(said=said),
        html=templates.get_template("statement.html.j2").render(said=said),
    )


def has_data(summary: Summary) -> bool:
    """Say whether anything of the month was heard: without, there is no statement."""
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
