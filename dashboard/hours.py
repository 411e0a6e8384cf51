"""The hours of a period by the clock on the wall: which were heard, and how an hour is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from dashboard.clocks import clock
from heatledger import formatting
from heatledger.days import midnight
from heatledger.home import Home
from heatledger.hours_used import DayOfHours
from heatledger.wording import say, say_many

HOUR: Final = timedelta(hours=1)
_HEARD: Final = 0.8
"""Less of an hour than this, and its power is not told. [1]"""


class Hour(NamedTuple):
    """One hour that is over: when it began by the home's clock, what was used, and its place in the Summary.

    `kwh` is None where nothing was heard; `heard` is a share of it, `estimated` a part of `kwh`. [kWh]
    """

    day: date
    at: datetime
    kwh: float | None
    heard: float
    estimated: float
    place: str

    @property
    def is_whole(self) -> bool:
        """Whether it was heard well enough to say its mean power, which in kW is its energy in kWh."""
        return self.kwh is not None and self.heard >= _HEARD

    @property
    def is_guess(self) -> bool:
        """Whether most of it is estimated."""
        return self.kwh is not None and self.estimated > abs(self.kwh) / 2


def hours_of(home: Home, days: Iterable[DayOfHours], until: datetime) -> list[Hour]:
    """Return the hours that are over, in order; a day of a clock change has 23 or 25."""
    zone, found = ZoneInfo(home.timezone), list[Hour]()
    for number, day in enumerate(days):
        begins = midnight(day.day, zone)
        for hour, kwh in enumerate(day.kwh):
            at = begins + hour * HOUR
            if at + HOUR <= until:
                place = f"electricity.hourly.{number}.kwh.{hour}"
                local = at.astimezone(zone)
                found.append(Hour(day.day, local, kwh, day.heard_of(hour), day.estimated_of(hour), place))
    return found


def span_of_day(home: Home, hour: int) -> str:
    """Print an hour of the day as a household says it: 6 pm to 7 pm, 18:00 to 19:00."""
    return say("{start} to {end}", start=clock_at(home, hour), end=clock_at(home, (hour + 1) % 24))


def clock_at(home: Home, hour: int) -> str:
    """Print a full hour: 6 pm, 18:00."""
    return clock(home, datetime(2000, 1, 1, hour, tzinfo=UTC)).replace(":00 ", " ")


def said(home: Home, hour: Hour) -> str:
    """Print which hour it was: Tue Jan 20, 6 pm to 7 pm."""
    return f"{formatting.day(hour.day, weekday=True)}, {span_of_day(home, hour.at.hour)}"


def counted(hours: Sequence[Hour]) -> str:
    """Print how many: 1 hour, 412 hours."""
    return say_many("{n} hour", "{n} hours", len(hours), n=formatting.number(len(hours), 0))
