"""The colours of the three schemes, read from the one stylesheet that states them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

Scheme = Literal["dark", "light", "contrast"]

_SHEET: Final = Path(__file__).parent / "assets" / "1-tokens.css"
_BLOCKS: Final = {
    "dark": r":root \{\s*color-scheme: dark;(.*?)\}",
    "light": r':root\[data-scheme="light"\] \{(.*?)\}',
    "contrast": r':root\[data-scheme="contrast"\] \{(.*?)\}',
}


@cache
def tokens(scheme: Scheme) -> Mapping[str, str]:
    """Return a scheme's colours by the names of their tokens.

    Examples
    --------
    >>> tokens("light")["bg"], tokens("dark")["money"]
    ('#F5F3EF', '#FFD84D')
    """
    found = re.search(_BLOCKS[scheme], _SHEET.read_text(encoding="utf-8"), re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#[0-9A-Fa-f]{6});", found[1])) if found else {}


def faded(colour: str, opacity: float) -> str:
    """Return a colour of a token with an opacity [0–1].

    Examples
    --------
    >>> faded("#C08600", 0.25)
    'rgba(192,134,0,0.25)'
    """
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({','.join(map(str, parts))},{opacity:g})"
