"""What the statement says, in printed words and figures: the one source of its text and its HTML."""

from __future__ import annotations

from dataclasses import dataclass

from heatledger.home import Home
from heatledger.statement.headline import Figure, Headline, figures, headline
from heatledger.statement.notes import doubts, measured, pumps
from heatledger.statement.tables import Part, causes, lines, parts, plain
from heatledger.summary import Summary


@dataclass(frozen=True, slots=True)
class Content:
    """Everything the statement prints, in its order; strings only."""

    home: str
    head: Headline
    figures: list[Figure]
    pumps: list[tuple[str, str]]
    parts: list[Part]
    parts_total: Part
    causes: list[tuple[str, str]]
    lines: list[tuple[str, str, str]]
    doubts: list[tuple[str, str]]
    measured: list[str]


def content(summary: Summary, home: Home) -> Content:
    """Put a Summary of one month into printed words.

    Parameters
    ----------
    summary : Summary
        The month.
    home : Home
        For the names of zones, meters and heat pumps, and its time zone.

    Returns
    -------
    Content
        Printed strings only; parts add up to their printed totals.
    """
    head = headline(summary, home)
    rows, total = parts(summary, home)
    return Content(
        home=plain(home.name),
        head=head,
        figures=figures(summary, home),
        pumps=pumps(summary, home),
        parts=rows,
        parts_total=total,
        causes=causes(summary),
        lines=lines(summary),
        doubts=doubts(summary),
        measured=measured(summary, home, head.month),
    )
