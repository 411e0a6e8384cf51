"""What the checks look at: a span of a home, as it was heard and as it was accounted for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

import numpy as np

from heatledger.accounts import Account
from heatledger.days import Day
from heatledger.hearing import LiveValue, Source
from heatledger.heat.balance import House
from heatledger.heat.system import System
from heatledger.home import HeatPump, Home, Meter
from heatledger.meters import Grid
from heatledger.readings import INTERVAL_S, Floats, Intervals, SeriesKey
from heatledger.summary import PumpUse, Summary

HOUR: Final = 3600 // INTERVAL_S
"""Intervals of an hour."""


class Evidence(NamedTuple):
    """A span of a home.

    Attributes
    ----------
    home : Home
        As its file states it.
    now : datetime
        When this is asked.
    grid : Grid
        The span's intervals.
    account : Account
        The same, accounted for.
    days : sequence of Day
        The same by the day.
    summary : Summary
        The same summed up.
    sources : sequence of Source
        Who is heard.
    latest : mapping of SeriesKey to LiveValue
        The newest value of every series.
    systems : mapping of str to System
        Units' maps by name.
    house : House or None
        What days of known heat say of the house.
    past : mapping of date to Day
        Whole days before today, as far back as a machine is held against itself.
    """

    home: Home
    now: datetime
    grid: Grid
    account: Account
    days: Sequence[Day]
    summary: Summary
    sources: Sequence[Source]
    latest: Mapping[SeriesKey, LiveValue]
    systems: Mapping[str, System]
    house: House | None = None
    past: Mapping[date, Day] = {}

    def meters(self) -> Iterator[tuple[Meter, str]]:
        """Return every meter with the name people know it by."""
        return ((meter, meter.name or meter.id) for meter in self.home.meters)

    def pumps(self) -> Iterator[tuple[HeatPump, str]]:
        """Return every heat pump with the name people know it by."""
        return ((pump, pump.name or pump.id) for pump in self.home.heat_pumps)

    def uses(self) -> Iterator[tuple[HeatPump, str, PumpUse]]:
        """Return every heat pump with its name and what the Summary says of it."""
        return ((pump, name, self.summary.heat_pumps[pump.id]) for pump, name in self.pumps())

    def block(self, points: Sequence[str], quantity: str) -> Intervals | None:
        """Return what the first of some points says of a quantity."""
        return next((b for point in points if (b := self.grid.find(point, quantity)) is not None), None)

    def mean(self, points: Sequence[str], quantity: str) -> Floats | None:
        """Return a quantity's mean in each interval, NaN where it was not heard; None where it never was."""
        block = self.block(points, quantity)
        return None if block is None else self.grid.lay(block, block.mean)

    def running(self, pump: HeatPump, column: str) -> Floats:
        """Return a column of a heat pump's trace, shape (n,); all NaN where its meter is not heard."""
        name = f"{pump.id}:{column}"
        frame = self.account.running
        return frame[name] if name in frame else np.full(self.grid.size, np.nan)

    def power(self, pump: HeatPump) -> Floats:
        """Return a heat pump's power in each interval, NaN where its meter was not heard. [W]."""
        if pump.meter not in self.account.meters:
            return np.full(self.grid.size, np.nan)
        watts: Floats = self.account.meters[pump.meter] * (3.6e6 / INTERVAL_S)
        return watts

    def mode(self, pump: HeatPump, mode: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Return where a heat pump's electricity went into a mode."""
        name = f"{pump.id}:{mode}"
        if name not in self.account.pumps:
            return np.zeros(self.grid.size, dtype=np.bool_)
        found: np.ndarray[tuple[int], np.dtype[np.bool_]] = self.account.pumps[name] > 0
        return found

    @property
    def outdoor_c(self) -> Floats:
        """The outdoor temperature of each interval. [°C]."""
        outdoor: Floats = self.account.home["outdoor_c"]
        return outdoor
