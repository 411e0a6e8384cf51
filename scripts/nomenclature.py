"""Writes the tables of docs/nomenclature.md from heatledger/quantities.py; run it after a change."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Final

from heatledger.quantities import _UNITS, ACTIONS, MODES, QUANTITIES
from heatledger.readings import Flag

PAGE: Final = Path(__file__).parents[1] / "docs" / "nomenclature.md"
BEGIN, END = "<!-- {}: written by scripts/nomenclature.py -->", "<!-- end -->"


def quantities() -> str:
    """Return the table of quantities."""
    rows = [f"| `{row.name}` | {row.unit or '–'} | {row.kind} | {row.meaning} |" for row in QUANTITIES.values()]
    return "\n".join(["| quantity | unit | kind | what it is |", "|---|---|---|---|", *rows])


def units() -> str:
    """Return the table of source units and what they become."""
    into: dict[str, list[str]] = defaultdict(list)
    for unit, (canonical, factor, offset) in _UNITS.items():
        if unit != canonical:
            shifted = f"({unit} − {-offset:g})" if offset else unit
            into[canonical].append(
                f"{shifted} × {factor:.6g}".removesuffix(" × 1") if factor >= 1 else f"{shifted} ÷ {1 / factor:.8g}"
            )
    rows = [f"| {canonical} | {', '.join(sources)} |" for canonical, sources in into.items()]
    return "\n".join(["| canonical | accepted at the edge |", "|---|---|", *rows])


def words() -> str:
    """Return the lists of modes, actions and flags."""
    flags = [f"`{flag.name.lower()}` ({flag.value})" for flag in Flag if flag.name]
    lists = {"Modes": [f"`{mode}`" for mode in sorted(MODES)], "Actions": [f"`{action}`" for action in sorted(ACTIONS)]}
    return "\n\n".join(f"{title}: {', '.join(items)}." for title, items in {**lists, "Flags": flags}.items())


def render(page: str) -> str:
    """Return the page with its written parts renewed."""
    for name, part in {"quantities": quantities(), "units": units(), "words": words()}.items():
        before, marker, rest = page.partition(BEGIN.format(name))
        page = f"{before}{marker}\n{part}\n{END}{rest.partition(END)[2]}"
    return page


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
