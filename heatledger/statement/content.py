"""What a statement says, in printed words and figures: the one source of its text, its HTML and its PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heatledger import formatting as fmt
from heatledger.closing import Change, changed
from heatledger.home import Home
from heatledger.statement.each_day import EachDay, each_day
from heatledger.statement.figures import Figure, figures
from heatledger.statement.findings import findings
from heatledger.statement.headline import Headline, headline
from heatledger.statement.notes import doubts, measured, pumps
from heatledger.statement.tables import Part, causes, lines, parts, plain
from heatledger.statement.why import Why, whys
from heatledger.summary import Summary
from heatledger.tariff.lines import BillLine
from heatledger.wording import say


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a statement prints, in its order; strings only.

    `changes` is what a corrected version changed, line by line, with what it was and is; empty of a first version.
    """

    home: str
    head: Headline
    figures: list[Figure]
    changes: list[tuple[str, str, str]]
    each_day: EachDay | None
    parts: list[Part]
    parts_total: Part
    why: list[Why]
    causes: list[tuple[str, str]]
    lines: list[tuple[str, str, str]]
    findings: list[str]
    pumps: list[tuple[str, str]]
    doubts: list[tuple[str, str, str]]
    measured: list[str]


def content(summary: Summary, home: Home, *, before: Sequence[BillLine] | None = None) -> Content:
    """Put a Summary into printed words, in the reader's language.

    Parameters
    ----------
    summary : Summary
        Of a billing cycle, or any other span.
    home : Home
        For the names of zones, meters and heat pumps, and its time zone.
    before : sequence of BillLine, optional
        The lines as they were sent before, which it corrects.

    Returns
    -------
    Content
        Printed strings only; parts add up to their printed totals.
    """
    rows, total = parts(summary, home)
    return Content(
        home=plain(home.name),
        head=headline(summary, home, corrected=before is not None),
        figures=figures(summary, home),
        changes=[] if before is None else changes(changed(before, summary.bill.lines), summary.bill.currency),
        each_day=each_day(summary.bill),
        parts=rows,
        parts_total=total,
        why=whys(summary.bill),
        causes=causes(summary),
        lines=lines(summary),
        findings=findings(summary, home),
        pumps=pumps(summary, home),
        doubts=doubts(summary),
        measured=measured(summary, home),
    )


def changes(found: Sequence[Change], currency: str) -> list[tuple[str, str, str]]:
    """Return each line that is not what it was: its label, what it was, what it is."""
    return [(plain(row.label), _amount(row.before, currency), _amount(row.after, currency)) for row in found]


def _amount(amount: str | None, currency: str) -> str:
    return say("not there") if amount is None else fmt.money(amount, currency)
