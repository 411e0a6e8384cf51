"""The lines of a bill as CSV, for a spreadsheet: exact figures with a decimal point, whatever the language."""

from __future__ import annotations

import csv
import io
from typing import Final

from heatledger.summary import Summary

_HEAD: Final = ("line", "kind", "quantity", "unit", "rate", "amount", "currency", "from", "to", "tariff", "estimated",
                "note")  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def lines_csv(summary: Summary) -> str:
    """Return every line of a bill and its total.

    Parameters
    ----------
    summary : Summary
        Its amounts add up to the last row's. [currency]

    Returns
    -------
    str
        RFC 4180; a text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    bill, text = summary.bill, io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(_HEAD)
    for line in bill.lines:
        said = (_text(line.label), line.kind, line.quantity, line.unit, line.rate, line.amount, bill.currency)
        estimated = "yes" if line.estimated else "no"
        rows.writerow((*said, line.start, line.end, _text(line.tariff), estimated, _text(line.note)))
    span = (summary.period.start.date(), summary.period.end.date())
    rows.writerow(("Total", "total", "", "", "", bill.total or "", bill.currency, *span, "",
                   "yes" if bill.estimated else "no", bill.reason or ""))  # fmt: skip
    return text.getvalue()


def _text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
