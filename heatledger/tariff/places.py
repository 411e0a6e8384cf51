"""Where in a rate plan's file each of its lines stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from heatledger.tariff.lines import BillLine

_TABLE: Final = re.compile(r"^[ \t]*\[\[\s*lines\s*\]\]", re.MULTILINE)


def sourced(lines: Sequence[BillLine], name: str, text: str) -> list[BillLine]:
    r"""Say of bill lines where in the plan's file they stand.

    Parameters
    ----------
    lines : sequence of BillLine
        Of one bill.
    name, text : str
        The file, and what stands in it.

    Returns
    -------
    list of BillLine
        With ``tariffs/flat.toml, line 5``; with the file alone where its lines are not tables of their own.

    Examples
    --------
    >>> from heatledger.tariff.lines import BillLine
    >>> line = BillLine(kind="energy", label="Energy", quantity="1", unit="kWh", rate="0.2", amount="0.20",
    ...     tariff="flat", start="2026-01-01", end="2026-02-01", entry=1)
    >>> sourced([line], "flat.toml", 'name = "Flat"\n[[lines]]\nkind = "energy"')[0].source
    'flat.toml, line 2'
    """
    starts = [text.count("\n", 0, match.start()) + 1 for match in _TABLE.finditer(text)]
    return [msgspec.structs.replace(line, source=_source(line, name, starts)) for line in lines]


def _source(line: BillLine, name: str, starts: Sequence[int]) -> str:
    if line.entry is None:
        return ""
    return f"{name}, line {starts[line.entry - 1]}" if line.entry <= len(starts) else name
