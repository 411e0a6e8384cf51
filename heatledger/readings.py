"""A reading (one data point), and readings as columns: what flows from the decoder to store and arithmetic."""

from __future__ import annotations

from enum import IntFlag
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from heatledger.quantities import Kind

INTERVAL_S = 300
"""Width of an interval. [s]"""

Value = float | str | bool
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Flag(IntFlag):
    """What must be said beside a number."""

    NONE = 0
    RETAINED = 1
    """A retained message: state of unknown age; never integrated."""
    ESTIMATED = 2
    """The device's or our own estimate; in an interval, its timing or amount is a guess."""
    ASSUMED = 4
    """Commanded, not measured."""
    UNCERTAIN = 8
    """Scale or meaning to be verified before use."""
    IMPORTED = 16
    """Came as history, not live."""
    GAP = 32
    """No reading for longer than the gap limit somewhere in this interval."""
    RESET = 64
    """A counter started again in this interval."""
    REFUSED = 128
    """A jump above the rated power was refused in this interval."""
    CLOCK_LOST = 256
    """The device's own clock was not set since it started; the time is that of receipt."""


class SeriesKey(NamedTuple):
    """What names one series of readings; `channel` is empty for the device as a whole."""

    home: str
    family: str
    device: str
    channel: str
    quantity: str


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One data point in canonical units.

    Attributes
    ----------
    home, family, device, channel, quantity : str
        What it is a reading of; `device` is the device's verbatim name.
    time_us : int
        UTC, microseconds since 1970. [µs]
    value : float, str or bool
        Number in the canonical unit, or a state's word; `online` is a bool.
    unit : str or None
        Canonical unit; None for a state.
    kind : str
        gauge, counter or state.
    reset : str
        For counters: never, reboot, daily or delta; else empty.
    flags : int
        `Flag` bits.
    """

    home: str
    family: str
    device: str
    channel: str
    quantity: str
    time_us: int
    value: Value
    unit: str | None
    kind: Kind
    reset: str = ""
    flags: int = 0

    @property
    def key(self) -> SeriesKey:
        """The series this reading belongs to."""
        return SeriesKey(self.home, self.family, self.device, self.channel, self.quantity)


class Samples(NamedTuple):
    """The readings of one numeric series as columns, sorted by time."""

    key: SeriesKey
    kind: Kind
    reset: str
    time_us: Ints
    value: Floats
    flags: Ints


class States(NamedTuple):
    """The readings of one state series as columns, sorted by time."""

    key: SeriesKey
    time_us: Ints
    value: list[str]
    flags: Ints


class Intervals(NamedTuple):
    """Five-minute intervals of one series as columns, sorted by start; a missing number is NaN.

    `energy` [kWh] is filled for energy counters (by difference) and for power (by integration); `mean`, `min`, `max`
    are those of the values in the canonical unit; `last` is the last value inside the interval; `state` the last word
    of a state series, else None. `coverage` is the share of the interval that was heard. [0–1]
    """

    key: SeriesKey
    start_s: Ints
    energy: Floats
    mean: Floats
    min: Floats
    max: Floats
    last: Floats
    coverage: Floats
    flags: Ints
    state: list[str] | None = None
