"""The statement on paper: the words and figures of its tables, as the typesetter takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from heatledger import formatting as fmt
from heatledger.home import Home
from heatledger.reader import reader
from heatledger.rounding import exactly
from heatledger.statement.each_day import EachDay, each_day
from heatledger.statement.figures import Figure, figures
from heatledger.statement.headline import called_by, days_of, headline, is_equal, local
from heatledger.statement.notes import boundaries, coverage, estimated, not_an_invoice
from heatledger.statement.paper_tables import (
    Other,
    Table,
    against,
    bill_lines,
    heat,
    what_changed,
    zones,
)
from heatledger.statement.tables import plain
from heatledger.statement.why import Why, whys
from heatledger.summary import Summary
from heatledger.tariff.lines import BillLine
from heatledger.wording import say

_LETTER: Final = ("USD", "CAD")
"""Currencies of the places that print on US Letter."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the paper shows; strings, and lengths as shares of their scale."""

    lang: str
    paper: str
    title: str
    subject: str
    place: str
    reference: list[str]
    total_label: str
    total: str
    figures: list[Figure]
    changes: Table | None
    lines: list[Table]
    days_title: str
    each_day: EachDay | None
    zones: Table
    heat: Table | None
    against_title: str
    against: list[Other]
    why: list[Why]
    together: str
    notes: str
    page: str


def sheet(
    summary: Summary, home: Home, *, version: int, issued: datetime, before: list[BillLine] | None = None
) -> Sheet:
    """Put a Summary on paper, in the reader's language.

    Parameters
    ----------
    summary : Summary
        Of a billing cycle.
    home : Home
        For names, time zone and paper size.
    version : int
        Of the statement.
    issued : datetime
        When it was made; aware.
    before : list of BillLine, optional
        The lines of the version before.
    """
    head = headline(summary, home, corrected=before is not None)
    return Sheet(
        lang=reader().language,
        paper="us-letter" if home.currency in _LETTER else "a4",
        title=say("Electricity and heat statement"),
        subject=head.subject,
        place=f"{plain(home.name)} · {head.dates}",
        reference=_reference(summary, home, version, issued),
        total_label=say("Bill so far") if summary.as_of < summary.period.end else say("Total"),
        total=head.total,
        figures=[_energy(summary), *figures(summary, home)[-2 if home.heat_pumps else -1 :]],
        changes=what_changed(before, summary.bill) if before is not None else None,
        lines=bill_lines(summary.bill),
        days_title=say("Cost of each day"),
        each_day=each_day(summary.bill),
        zones=zones(summary, home),
        heat=heat(summary, home),
        against_title=say("Saved against other systems"),
        against=against(summary),
        why=whys(summary.bill),
        together=say("Together"),
        notes=_notes(summary, home),
        page=say("{page} of {pages}"),
    )


def _reference(summary: Summary, home: Home, version: int, issued: datetime) -> list[str]:
    first, last = days_of(summary, home)
    month = called_by(first, last)
    number = f"{month:%Y-%m}" if month else f"{first:%Y-%m-%d}"
    plans = ", ".join(dict.fromkeys(line.tariff for line in summary.bill.lines))
    return [
        say("Statement {number}, version {version}", number=number, version=version),
        *([say("Rate plan {name}", name=plans)] if plans else []),
        say("Issued {day}", day=fmt.day(local(issued, home), year=True)),
    ]


def _energy(summary: Summary) -> Figure:
    used = summary.electricity
    note = say("{share} measured", share=fmt.coverage(used.coverage))
    return Figure(say("Energy"), fmt.energy(used.kwh, line=True), "", note, known=used.kwh is not None)


def _notes(summary: Summary, home: Home) -> str:
    bill, parts = summary.bill, [not_an_invoice()]
    if is_equal(bill):
        parts.append(say("It is the same to the cent, as entered from the utility’s bill."))
    parts += [coverage(summary, home), *estimated(summary), *boundaries(summary)]
    if exactly(summary.baseline.saving.p50) is not None:
        parts.append(
            say("Savings show P10, P50 and P90 of 200 draws on the same hours, weather and tariff; they are modelled.")
        )
    return " ".join([*parts, say("A later correction becomes a new version; this page stays as it is.")])
