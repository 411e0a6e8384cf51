"""What stands against believing that a zone does as it was told: a device that lies, a command the broker keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from heatledger.control.envelope import RIVAL_S
from heatledger.control.events import Event
from heatledger.control.moment import Moment, at_least_s
from heatledger.marks import worded

CAVEATS: Final = frozenset(("lies", "retained", "rival"))
"""Rows of the log that stand until one of kind ``mended`` about the same (its `why`) comes; a rival for a time."""
LIES: Final = "state"
"""What a row about a device that lies is about."""
_COLD_K: Final = 1.5
_HEATS, _COOLS = frozenset(("heat",)), frozenset(("cool", "dry"))
_WORKS: Final = frozenset(("heating", "cooling", "drying"))
_LONG_S: Final = {True: 600.0, False: 1800.0}
"""So long a compressor may go on after "off" (it runs on, it defrosts), and rest while the room waits. [s]"""


class Shown(NamedTuple):
    """What a zone's device says, and what else is known of it: room [°C], its action, whether the compressor runs.

    `alone_off` is whether every other head of its outdoor unit says off too: only then is the compressor's running its
    own affair.
    """

    mode: str | None = None
    setpoint: float | None = None
    celsius: float | None = None
    action: str | None = None
    runs: bool | None = None
    alone_off: bool = True


def doubt(shown: Shown) -> str:
    """Return what speaks against a device's own state, empty where nothing does, or nothing can be known.

    Parameters
    ----------
    shown : Shown
        The device this moment.

    Examples
    --------
    >>> bool(doubt(Shown("off", runs=True))), bool(doubt(Shown("heat", 21.0, 18.0, runs=False)))
    (True, True)
    >>> doubt(Shown("heat", 21.0, 20.0, runs=False))
    ''
    """
    if shown.mode == "off":
        if shown.action in _WORKS:
            return worded("it says off and that it is at work at once; see what it does, and switch it off there")
        if shown.runs and shown.alone_off:
            return worded(
                "it says off, but its circuit draws the power of a running compressor; see what it does, and whether "
                "the home file names the right meter"
            )
        return ""
    if shown.setpoint is None or shown.celsius is None or shown.runs is not False:
        return ""
    short_k = shown.setpoint - shown.celsius if shown.mode in _HEATS else shown.celsius - shown.setpoint
    if shown.mode not in _HEATS | _COOLS or short_k < _COLD_K:
        return ""
    return worded(
        "it says {mode}, but its circuit is at standby although the room is at {celsius} °C and it is set to "
        "{setpoint} °C; see whether the unit shows a fault, and whether the home file names the right meter",
        mode=shown.mode or "",
        celsius=round(shown.celsius, 1),
        setpoint=round(shown.setpoint, 1),
    )


class Doubts:
    """Follows one zone: a doubt counts once it has lasted, and is over once it has been gone for as long."""

    def __init__(self) -> None:
        self._off: bool | None = None
        self._since: Moment | None = None
        self._gone: Moment | None = None

    def follow(self, shown: Shown, now: Moment) -> str | None:
        """Return the doubt that has lasted; None where it has been gone for long; empty while it is not decided."""
        said = doubt(shown)
        off = shown.mode == "off"
        if not said:
            self._since, self._gone = None, self._gone or now
            known = shown.mode is not None and shown.runs is not None
            return None if known and at_least_s(self._gone, now) >= _LONG_S[True] else ""
        if self._since is None or off != self._off:
            self._since, self._off = now, off
        self._gone = None
        return said if at_least_s(self._since, now) >= _LONG_S[off] else ""


Standing = Mapping[tuple[str, str], Event]
"""By zone and what it is about."""


def standing(rows: Iterable[Event], before: Standing | None = None) -> dict[tuple[str, str], Event]:
    """Return what stands after more rows of a log.

    Parameters
    ----------
    rows : iterable of Event
        In order.
    before : mapping, optional
        What stood before them.
    """
    found = dict(before or {})
    for row in rows:
        if row.kind in CAVEATS:
            found[row.zone, row.why] = row
        elif row.kind == "mended":
            found.pop((row.zone, row.why), None)
    return found


def notes(known: Standing, zone: str, at_us: int) -> tuple[str, ...]:
    """Return in sentences what stands of a zone.

    Parameters
    ----------
    known : mapping
        As `standing` returns it.
    zone : str
        Which zone.
    at_us : int
        Now: another controller is given way to for a time. [µs UTC]
    """
    rows = [row for (where, _), row in known.items() if where == zone]
    return tuple(row.note for row in rows if row.kind != "rival" or at_us - row.at.time_us < RIVAL_S * 1e6)
