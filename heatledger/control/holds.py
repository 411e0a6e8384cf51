"""Why a zone is held otherwise for a while: a window stands open, or nobody is there; and what comes afterwards."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from heatledger.control.envelope import By, Told
from heatledger.control.events import OVER, Event
from heatledger.control.moment import Moment, at_least_s, is_lately

HOLDS: Final = ("window", "presence")
"""Who holds, the first before the second."""
_DONE: Final = OVER - {"expired"}
_BEFORE: Final = "before"
_NONE: Final = "-"
_FALL_S: Final = 600.0
_RISEN_K: Final = 0.3
"""A room that warms by so much again has its window shut. [K]"""
_AIRED_S: Final = 1800.0
"""A fall of temperature counts as an open window for so long at most. [s]"""


class Condition(NamedTuple):
    """Something that may hold a zone.

    Attributes
    ----------
    by : str
        One of `HOLDS`.
    since : Moment
        Since when it is so.
    patience_s : float
        It counts after so long. [s]
    settings : tuple of Told
        What the zone is then held at: the first of them that its device takes.
    why, afterwards : str
        Why it is held, and why no longer.
    found : bool
        It was so when this process began: nobody knows since when.
    """

    by: By
    since: Moment
    patience_s: float
    settings: tuple[Told, ...]
    why: str
    afterwards: str
    found: bool = False


class Hold(NamedTuple):
    """A zone that is held: by what, since when, what it was set to before (None: it was off), why no longer one day."""

    by: By
    at: Moment
    before: Told | None
    afterwards: str = ""


def due(
    conditions: Sequence[Condition], current: Hold | None, chose: Moment | None, now: Moment, *, stands_s: float = 0.0
) -> Condition | None:
    """Return what holds a zone now.

    Parameters
    ----------
    conditions : sequence of Condition
        What is so, the strongest first.
    current : Hold or None
        What holds it already: that goes on without patience.
    chose : Moment or None
        When somebody last chose something there: it stands against whatever was so before.
    now : Moment
        The present.
    stands_s : float
        So long it stands against what was so when this process began. [s]
    """
    for one in conditions:
        if chose is not None and (_is_later(chose, one.since, now) or (one.found and is_lately(chose, now, stands_s))):
            continue
        if at_least_s(one.since, now) >= one.patience_s or (current is not None and current.by == one.by):
            return one
    return None


def chosen_since(hold: Hold, chose: Moment | None, now: Moment) -> bool:
    """Return whether somebody chose something while a zone was held."""
    return chose is not None and _is_later(chose, hold.at, now)


def kept(before: Told | None) -> str:
    """Return what a zone was set to as the log keeps it.

    Examples
    --------
    >>> kept(Told(20.5, "heat")), kept(None)
    ('before heat 20.5', 'before - -')
    """
    mode, setpoint = (before.mode, before.setpoint) if before else (None, None)
    return f"{_BEFORE} {mode or _NONE} {_NONE if setpoint is None else f'{setpoint:g}'}"


def holding(rows: Iterable[Event]) -> dict[str, Hold]:
    """Return which zones were being held when a log ends.

    Parameters
    ----------
    rows : iterable of Event
        A home's, in order.
    """
    found: dict[str, Hold] = {}
    for row in rows:
        if row.kind == "asked" and row.by in HOLDS:
            found.pop(row.zone, None)
            head, *words = row.note.split(" ")
            if head == _BEFORE and len(words) == 2:  # mode and set-point
                mode, setpoint = (None if word == _NONE else word for word in words)
                told = Told(float(setpoint) if setpoint else None, mode)
                found[row.zone] = Hold(row.by, row.at, told if mode or setpoint else None)
    return found


def to_set_back(rows: Iterable[Event]) -> dict[str, Hold]:
    """Return which zones were to be set back when a log ends, and nothing came of it yet, nor of anything after it.

    Parameters
    ----------
    rows : iterable of Event
        A home's, in order.
    """
    found: dict[str, tuple[int, Hold]] = {}
    for row in rows:
        if row.kind == "asked":
            found.pop(row.zone, None)
            if row.by in HOLDS and not row.note.startswith(_BEFORE):
                found[row.zone] = row.id, Hold(row.by, row.at, Told(row.setpoint, row.mode))
        elif row.kind in _DONE and found.get(row.zone, (0,))[0] == row.request:
            found.pop(row.zone)
    return {zone: hold for zone, (_, hold) in found.items()}


class Fall:
    """Takes a sudden fall of a room's temperature for an open window."""

    def __init__(self, fall_k: float) -> None:
        self._fall_k = fall_k
        self._lately: deque[tuple[float, float]] = deque()
        self._opened: Moment | None = None
        self._lowest = 0.0

    def hear(self, celsius: float | None, now: Moment) -> Moment | None:
        """Take in a temperature [°C]; return since when a window seems open, None where none does."""
        if celsius is None:
            return self._opened
        while self._lately and now.steady_s - self._lately[0][0] > _FALL_S:
            self._lately.popleft()
        self._lately.append((now.steady_s, celsius))
        if self._opened is None:
            if max(seen for _, seen in self._lately) - celsius >= self._fall_k:
                self._opened, self._lowest = now, celsius
        else:
            self._lowest = min(self._lowest, celsius)
            if celsius >= self._lowest + _RISEN_K or at_least_s(self._opened, now) >= _AIRED_S:
                self._opened = None
                self._lately.clear()
        return self._opened


def _is_later(one: Moment, other: Moment, now: Moment) -> bool:
    if one.boot == other.boot:
        return one.steady_s > other.steady_s
    return at_least_s(one, now) < at_least_s(other, now)
