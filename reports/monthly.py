"""`render(summary, home) → Body`: a bill as subject, plain text, HTML and pictures, the same figures in all."""

from __future__ import annotations

from collections.abc import Sequence

from heatledger.home import Home
from heatledger.statement.content import Content, content
from heatledger.statement.typeset import days_png
from heatledger.summary import Summary
from heatledger.tariff.lines import BillLine
from reports.letter import Body
from reports.printing import ALONE, Around, printed


def render(
    summary: Summary,
    home: Home,
    *,
    before: Sequence[BillLine] | None = None,
    around: Around = ALONE,
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
    made = printed("statement", said, around, names)
    return Body(subject=said.head.subject, text=made.text, html=made.html, pictures=pictures)


def _pictures(said: Content, home: Home) -> dict[str, bytes]:
    """Return the pictures by their names in the mail: one for each scheme, of which one is seen."""
    days = said.each_day
    if days is None:
        return {}
    return {f"days-{scheme}@{home.id}": days_png(days, scheme) for scheme in ("light", "dark")}


def has_data(summary: Summary) -> bool:
    """Say whether anything of the span was heard: without, there is no statement."""
    return summary.electricity.kwh is not None or summary.electricity.coverage > 0
