"""Sets statements and hand-overs: PDF, and the drawing of the days for a mail. The only importer of typst."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
import typst

from heatledger.commissioning.record import Record
from heatledger.home import Home
from heatledger.statement.each_day import EachDay
from heatledger.statement.handover import handover
from heatledger.statement.sheet import sheet
from heatledger.summary import Summary
from heatledger.tariff.lines import BillLine

Scheme = Literal["light", "dark"]
_TEMPLATES: Final = Path(__file__).parent / "templates"
_DOTS_PER_INCH: Final = 144.0
"""Twice the 72 points of an inch: a picture of 2×."""


def statement_pdf(
    summary: Summary,
    home: Home,
    *,
    issued: datetime,
    version: int | None = None,
    before: Sequence[BillLine] | None = None,
) -> bytes:
    """Set the statement of a bill as PDF, in the reader's language: A4, or US Letter where that is used.

    The same Summary and time of issue give the same bytes. It is tagged (PDF/UA-1), so that it can be read aloud.

    Parameters
    ----------
    summary : Summary
        Of a billing cycle, or any other span.
    home : Home
        For names, time zone and paper.
    issued : datetime
        When it is made; aware.
    version : int, optional
        Of the statement; by default that of the closed bill, else 1.
    before : sequence of BillLine, optional
        The lines of the version that it corrects.

    Returns
    -------
    bytes
        The PDF, its fonts embedded.
    """
    closed = summary.bill.closed.version if summary.bill.closed else 1
    number = closed if version is None else version
    said = sheet(summary, home, version=number, issued=issued, before=None if before is None else list(before))
    return _set("statement.typ", {"sheet": msgspec.json.encode(said).decode()}, "pdf", issued)


def record_pdf(record: Record, home: Home) -> bytes:
    """Set a commissioning record as a hand-over PDF: A4, tagged (PDF/UA-1), in the reader's language and units.

    The same record gives the same bytes: it is as old as the run.

    Parameters
    ----------
    record : Record
        A run, kept or not.
    home : Home
        For its heat pumps, time zone and units.
    """
    said = handover(record, home)
    return _set("handover.typ", {"sheet": msgspec.json.encode(said).decode()}, "pdf", record.made_at)


def days_png(days: EachDay, scheme: Scheme) -> bytes:
    """Draw the days of a bill for a mail: 596 px wide, in twice that resolution, on the scheme's own ground.

    Parameters
    ----------
    days : EachDay
        As `each_day` says them.
    scheme : str
        light or dark.
    """
    inputs = {"days": msgspec.json.encode(days).decode(), "scheme": scheme}
    return _set("days.typ", inputs, "png", datetime.fromtimestamp(0, UTC))


def _set(template: str, inputs: dict[str, str], kind: Literal["pdf", "png"], at: datetime) -> bytes:
    made = typst.compile(
        _TEMPLATES / template,
        format=kind,
        sys_inputs=inputs,
        timestamp=int(at.timestamp()),
        **({"pdf_standards": "ua-1"} if kind == "pdf" else {"ppi": _DOTS_PER_INCH}),
    )
    if not isinstance(made, bytes):
        raise TypeError(f"{template}: typst made {type(made).__name__}")
    return made
