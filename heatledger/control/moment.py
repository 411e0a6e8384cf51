"""Time for limits: a clock that nobody can set, beside the one that people read."""

from __future__ import annotations

import math
import secrets
import time
from pathlib import Path
from typing import Final, NamedTuple

_BOOT_FILE: Final = Path("/proc/sys/kernel/random/boot_id")


class Moment(NamedTuple):
    """An instant: by the wall clock [µs UTC], and by the steady clock of one run of the machine [s].

    Limits are measured by the steady clock: setting the wall clock neither shortens nor lengthens them.
    """

    time_us: int
    boot: str
    steady_s: float


def at_least_s(then: Moment, now: Moment) -> float:
    """Return the time that has surely passed [s]; after a restart of the machine, that since its start.

    Parameters
    ----------
    then, now : Moment
        Earlier and later.

    Examples
    --------
    >>> at_least_s(Moment(0, "a", 100.0), Moment(0, "a", 160.0)), at_least_s(Moment(0, "a", 1e9), Moment(0, "b", 5.0))
    (60.0, 5.0)
    """
    return max(0.0, now.steady_s - then.steady_s if then.boot == now.boot else now.steady_s)


def at_most_s(then: Moment, now: Moment) -> float:
    """Return the time that may have passed [s]; unknown, and so endless, across a restart of the machine.

    Parameters
    ----------
    then, now : Moment
        Earlier and later.

    Examples
    --------
    >>> at_most_s(Moment(0, "a", 100.0), Moment(0, "a", 160.0)), at_most_s(Moment(0, "a", 1.0), Moment(0, "b", 5.0))
    (60.0, inf)
    """
    return max(0.0, now.steady_s - then.steady_s) if then.boot == now.boot else math.inf


def is_lately(then: Moment, now: Moment, span_s: float) -> bool:
    """Return whether something was within a span of time [s]; across a restart of the machine both clocks decide.

    Parameters
    ----------
    then, now : Moment
        Earlier and later.
    span_s : float
        [s]

    Examples
    --------
    >>> is_lately(Moment(0, "a", 9.0), Moment(60_000_000, "b", 5.0), 90.0)
    True
    >>> is_lately(Moment(0, "a", 9.0), Moment(99_000_000, "b", 5.0), 90.0)
    False
    """
    same = then.boot == now.boot
    return at_least_s(then, now) < span_s and (same or now.time_us - then.time_us < span_s * 1e6)


class Clock:
    """Reads both clocks. Where the system does not say which run of the machine this is, each process is its own."""

    def __init__(self) -> None:
        try:
            self._boot, self._zero_s = _BOOT_FILE.read_text(encoding="ascii").strip(), 0.0
        except OSError:
            self._boot, self._zero_s = secrets.token_hex(8), time.monotonic()

    def now(self) -> Moment:
        """Return the present."""
        return Moment(time.time_ns() // 1000, self._boot, time.monotonic() - self._zero_s)
