"""Calendar months as they are written: a bill is called by one."""

from __future__ import annotations

import re
from datetime import date


class NoMonthError(ValueError):
    """What was written is no month; the message is one line."""


def parse(text: str) -> date:
    """Return the first day of a month written as year and month.

    Parameters
    ----------
    text : str
        Such as 2026-10.

    Returns
    -------
    date
        Its first day.

    Raises
    ------
    NoMonthError
        If it is written otherwise or there is no such month.

    Examples
    --------
    >>> parse("2026-10")
    datetime.date(2026, 10, 1)
    """
    found = re.fullmatch(r"(19[7-9]\d|2\d{3})-(0[1-9]|1[0-2])", text, re.ASCII)
    if found is None:
        raise NoMonthError(f"month {text!r}: write year and month, such as 2026-10")
    return date(int(found[1]), int(found[2]), 1)


def label(month: date) -> str:
    """Return a month as it is written: 2026-10."""
    return f"{month:%Y-%m}"
