"""The weekly programme of a home's zones, and when its people are away, as the home file states them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from heatledger.marks import marked, worded

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK: Final = timedelta(days=8)
_DAY: Final = timedelta(days=1)
AWAY_UNTIL: Final = marked("away until {day}")
"""Why a zone is held as it is while nobody is at home."""


class _Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    setpoint: Annotated[float, Meta(ge=4, le=32)] | None = None
    mode: Literal["heat", "cool", "dry", "fan_only", "off"] | None = None

    def __post_init__(self) -> None:
        """Refuse one that says nothing, or two things that exclude each other."""
        if self.setpoint is None and self.mode is None:
            raise ValueError("setpoint: say a set-point, a mode, or both")
        if self.mode == "off" and self.setpoint is not None:
            raise ValueError("mode: off and a set-point contradict each other; say one of them")


class Step(_Setting, frozen=True):
    """From when on a zone is to be as it says: days, and the home's own time. [°C].

    `ahead`: it is so warm by then, for heating starts before.
    """

    zone: str
    at: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    days: tuple[Day, ...] = DAYS
    ahead: bool = False


class Away(_Setting, frozen=True):
    """First and last day on which nobody is at home, and how every zone with a programme is held then. [°C].

    `back` is when somebody comes home on the day after the last, by the home's own time; `ahead`: it is warm by then.
    """

    first: date
    last: date
    back: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "00:00"
    ahead: bool = False

    def __post_init__(self) -> None:
        """Refuse days out of order."""
        super().__post_init__()
        if self.last < self.first:
            raise ValueError("last: cannot be before first; write the last day away")


class Presence(_Setting, frozen=True):
    """What tells whether somebody is at home, and how the zones are held while nobody is. [°C].

    Attributes
    ----------
    devices : tuple of str
        Whoever of them says so, somebody is at home; a zone's own `presence` says it of that zone alone.
    minutes : float
        For so long nobody must be there. [min]
    """

    devices: tuple[Annotated[str, Meta(min_length=1)], ...] = ()
    minutes: Annotated[float, Meta(ge=5, le=1440)] = 30.0


class Change(NamedTuple):
    """What a zone is set to from a moment on, and why; `ahead`: it is to be so warm by then. [°C]."""

    at: datetime
    setpoint: float | None
    mode: str | None
    why: str
    ahead: bool = False


def changes(
    zone: str, steps: tuple[Step, ...], aways: tuple[Away, ...], timezone: str, at: datetime
) -> tuple[Change | None, Change | None]:
    """Return what is in force of a zone's programme, and what comes next; None where there is none.

    Parameters
    ----------
    zone : str
        Which zone.
    steps, aways : tuple of Step and of Away
        As the home file states them.
    timezone : str
        The home's.
    at : datetime
        Now, aware.

    Returns
    -------
    tuple of Change or None
        One that its clock skips on a day of a clock change is an hour later; of two the first counts.
    """
    rows = _changes(zone, steps, aways, timezone, at)
    past, coming = [row for row in rows if row.at <= at], [row for row in rows if row.at > at]
    return (past[-1] if past else None), (coming[0] if coming else None)


def ahead(
    zone: str, steps: tuple[Step, ...], aways: tuple[Away, ...], timezone: str, at: datetime
) -> tuple[Change, ...]:
    """Return what comes within a day that a room is to be so warm for by then; parameters as for `changes`."""
    rows = _changes(zone, steps, aways, timezone, at)
    return tuple(row for row in rows if row.ahead and at < row.at <= at + _DAY)


def _changes(
    zone: str, steps: tuple[Step, ...], aways: tuple[Away, ...], timezone: str, at: datetime
) -> tuple[Change, ...]:
    """Return a zone's changes of about a week before and after a moment, in order."""
    own = tuple(step for step in steps if step.zone == zone)
    return _around(own, aways, timezone, at.astimezone(ZoneInfo(timezone)).date()) if own else ()


@lru_cache(maxsize=256)
def _around(own: tuple[Step, ...], aways: tuple[Away, ...], timezone: str, today: date) -> tuple[Change, ...]:
    """Return a zone's changes of about a week before and after a day: the same at each of its looks twice a second."""
    here = ZoneInfo(timezone)
    ends = {day for away in aways for day in (away.first, away.last + timedelta(days=1))}
    days = {today + timedelta(days=number) for number in range(-_WEEK.days, _WEEK.days + 1)} | ends
    weekly = sorted((row for day in days for row in _of_day(own, day, here)), key=lambda row: row.at)
    spans = [(_moment(away.first, time(), here), _back(away, here)) for away in aways]
    rows = [row for row in weekly if not any(begins <= row.at < back for begins, back in spans)]
    for away, (begins, back) in zip(aways, spans, strict=True):
        until = worded(AWAY_UNTIL, day=away.last.isoformat())
        rows.append(Change(begins, away.setpoint, away.mode, until))
        held = [row for row in weekly if row.at <= back]
        if held and not any(first <= back < end for first, end in spans):
            rows.append(held[-1]._replace(at=back, why=worded("back home"), ahead=away.ahead))
    return tuple(sorted(rows, key=lambda row: row.at))


def _of_day(steps: tuple[Step, ...], day: date, here: ZoneInfo) -> list[Change]:
    why = worded("weekly programme")
    own = [(step, time.fromisoformat(step.at)) for step in steps if DAYS[day.weekday()] in step.days]
    return [Change(_moment(day, at, here), step.setpoint, step.mode, why, step.ahead) for step, at in own]


def _back(away: Away, here: ZoneInfo) -> datetime:
    return _moment(away.last + timedelta(days=1), time.fromisoformat(away.back), here)


def _moment(day: date, at: time, here: ZoneInfo) -> datetime:
    return datetime.combine(day, at, here).astimezone(UTC)
