"""What a unit does, and how its electricity and its rungs are called, in words of the pages."""

from __future__ import annotations

from typing import Final

from heatledger.marks import marked
from heatledger.wording import say

_WORDS: Final = {
    "heating": marked("heating"),
    "cooling": marked("cooling"),
    "drying": marked("drying"),
    "fan": marked("fan on"),
    "defrosting": marked("defrosting"),
    "idle": marked("idle"),
    "off": marked("off"),
    "dhw": marked("hot water"),
    "defrost": marked("defrost"),
    "standby": marked("standby"),
    "other": marked("other"),
    "unknown": marked("unknown"),
    "in use": marked("in use"),
    "ready": marked("ready"),
    "gathering": marked("gathering"),
    "not fitted": marked("not fitted"),
    "refused": marked("refused"),
}


def state_word(state: str) -> str:
    """Return what a state, a mode of the accounts or a rung's standing is called; its own name where it has no other.

    Examples
    --------
    >>> state_word("fan"), state_word("dry")
    ('fan on', 'dry')
    """
    return say(_WORDS.get(state, state))
