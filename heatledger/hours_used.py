"""A period hour by hour, by the home's own days: what the heat map and the load-duration curve are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from heatledger.columns import Column
from heatledger.days import QUARTER_S, Day, Profile, midnight
from heatledger.readings import Floats

_HOUR_S: Final = 3600
_QUARTERS: Final = _HOUR_S // QUARTER_S
_DIGITS: Final = 4
"""A year has 8760 of these numbers: they are told to the tenth of a watt-hour."""


class DayOfHours(msgspec.Struct, frozen=True, kw_only=True):
    """What a home used in each hour of one local day, counted from its first instant: 23 or 25 at a clock change.

    Attributes
    ----------
    day : date
        In the home's own time.
    kwh : list of float or None
        By hour, of those that have begun; None where nothing was heard. [kWh]
    heard : list of float
        The share of each hour that the main meter was heard; empty where that is all of every hour. [0–1]
    estimated_kwh : list of float
        What of `kwh` is estimated; empty where nothing is. [kWh]
    """

    day: date
    kwh: list[float | None]
    heard: list[float] = []
    estimated_kwh: list[float] = []

    def heard_of(self, hour: int) -> float:
        """Return the share of an hour that was heard [0–1]."""
        return self.heard[hour] if self.heard else 1.0

    def estimated_of(self, hour: int) -> float:
        """Return what of an hour is estimated [kWh]."""
        return self.estimated_kwh[hour] if self.estimated_kwh else 0.0


def hours_used(days: Mapping[date, Day], zone: ZoneInfo) -> list[DayOfHours]:
    """Return what was used hour by hour.

    Parameters
    ----------
    days : mapping of date to Day
        Local days, whole or in part.
    zone : ZoneInfo
        Of the home.

    Returns
    -------
    list of DayOfHours
        In the order of the days; Σ kwh of a day is its use, to the tenth of a watt-hour each.
    """
    return [_hours(day, found.profile, zone) for day, found in days.items()]


def _hours(day: date, profile: Profile, zone: ZoneInfo) -> DayOfHours:
    begins_s, ends_s = (int(midnight(at, zone).timestamp()) for at in (day, day + timedelta(days=1)))
    count = -(-(ends_s - begins_s) // _HOUR_S)
    if not profile.used:
        return DayOfHours(day=day, kwh=[None] * count, heard=[0.0] * count)
    first = (profile.start_s - begins_s) // QUARTER_S
    count = min(count, -(-(first + len(profile.used)) // _QUARTERS))
    ours = (profile.used, profile.heard or np.ones(len(profile.used)), profile.estimated)
    used, heard, guessed = (_by_hour(row, first, count) for row in ours)
    share = np.minimum(heard / _QUARTERS, 1.0)
    known = (share > 0) | (np.abs(used) > 10.0**-_DIGITS)
    kwh = [value if here else None for value, here in zip(_told(used), known.tolist(), strict=True)]
    return DayOfHours(
        day=day,
        kwh=kwh,
        heard=[] if bool((share > 1 - 1e-6).all()) else _told(share),
        estimated_kwh=_told(guessed) if bool((guessed > 10.0**-_DIGITS).any()) else [],
    )


def _by_hour(quarters: Column | Floats, first: int, count: int) -> Floats:
    whole = np.zeros(count * _QUARTERS)
    whole[first : first + len(quarters)] = quarters[: len(whole) - first]
    return np.asarray(whole.reshape(count, _QUARTERS).sum(axis=1), dtype=np.float64)


def _told(column: Floats) -> list[float]:
    return [round(value, _DIGITS) for value in column.tolist()]
