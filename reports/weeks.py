"""Which week a weekly letter tells of, when it may leave, and whom it is still owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, get_args
from zoneinfo import ZoneInfo

from heatledger.config import Config
from heatledger.days import midnight
from heatledger.home import Home
from heatledger.mail_settings import Weekday
from heatledger.periods import WEEK_D
from heatledger.store.sent import Key, Kind, Sent
from reports.due import recipients
from reports.post import is_due

DIGEST: Final = "digest"
"""The kind of letter that a home's week is."""
_WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
_FIRST: Final = 1
"""A week's letter has one version: what arrives late is in the bill's statement."""


def newest_end(weekday: Weekday, zone: ZoneInfo, now: datetime) -> date:
    """Return the day after the newest week: the last that was called so, today among them.

    Examples
    --------
    >>> from datetime import UTC
    >>> newest_end("monday", ZoneInfo("Europe/Berlin"), datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    datetime.date(2026, 11, 23)
    """
    today = now.astimezone(zone).date()
    return today - timedelta(days=(today.weekday() - _WEEKDAYS.index(weekday)) % WEEK_D)


def due_end(weekday: Weekday, days: int, hour: int, zone: ZoneInfo, now: datetime) -> date | None:
    """Return the day after the week whose letter may leave now; None where it is too early in the day, or too late.

    Parameters
    ----------
    weekday : str
        The day it leaves on.
    days : int
        On how many days it may leave, that one among them. [d]
    hour : int
        From when on letters leave. [h, local]
    zone : ZoneInfo
        By whose clocks.
    now : datetime
        Aware.
    """
    local, end = now.astimezone(zone), newest_end(weekday, zone, now)
    return end if local.hour >= hour and (local.date() - end).days < days else None


def owed(
    kind: Kind, home: str, people: Sequence[str], end: date, sent: Sent, *, zone: ZoneInfo, now: datetime,
    asked: bool = False,
) -> list[Key]:  # fmt: skip
    """Return the letters of a week that are to be sent now.

    Nobody gets one of a week that was over before they were entered, nor one of days that an earlier one told of, as
    after a change of the weekday.

    Parameters
    ----------
    kind, home : str, str
        Of whose week.
    people : sequence of str
        Who gets it by the settings.
    end : date
        The day after its last.
    sent : Sent
        What was sent.
    zone : ZoneInfo
        By whose clocks days end.
    now : datetime
        Aware.
    asked : bool
        A person asks for it: also to who was entered later, and before its time has come again.
    """
    start, over = end - timedelta(days=WEEK_D), midnight(end, zone)
    met = [sent.meet(kind, home, address, at=now) for address in people]
    ledger = {row.key: row for row in sent.deliveries(kind, home)}
    found = []
    for person in (one for one in met if one.stopped_at is None and (asked or one.since < over)):
        key = Key(kind, home, start, end, person.recipient, _FIRST)
        taken = [row.key for row in ledger.values() if row.state == "accepted" and row.key.recipient == key.recipient]
        told = any(other.start < end and start < other.end for other in taken)
        if not told and (asked or is_due(ledger.get(key), now)):
            found.append(key)
    return found


def people_of(config: Config, home: str) -> tuple[str, ...]:
    """Return who gets a home's week, by the settings: who is named for it, else who gets its statements; each once."""
    named = config.settings.reports.digest.to
    return tuple(dict.fromkeys(address.lower() for address in named)) or recipients(config, home)


def week_path(config: Config, home: Home, end: date) -> Path:
    """Return the file that a week is kept in."""
    return config.data_dir / "reports" / f"{home.id}-{end - timedelta(days=WEEK_D)}-week.json"


def due(config: Config, home: Home, now: datetime) -> date | None:
    """Return the day after the week whose letter may leave now; None where none may, or none is asked for."""
    settings, zone = config.settings.reports, ZoneInfo(home.timezone)
    if not settings.digest.on:
        return None
    return due_end(settings.digest.weekday, settings.digest.days, settings.hour, zone, now)


def lacks(config: Config, home: Home, sent: Sent, now: datetime) -> bool:
    """Say whether a home's week is to be made or sent now: asked every few minutes, it reads no books."""
    end = due(config, home, now)
    if end is None:
        return False
    return not week_path(config, home, end).is_file() or bool(
        config.settings.mail.host and week_keys(config, home, end, sent, now=now)
    )


def week_keys(config: Config, home: Home, end: date, sent: Sent, *, now: datetime, asked: bool = False) -> list[Key]:
    """Return the letters of a home's week that are to be sent, as `owed`."""
    people = people_of(config, home.id)
    return owed(DIGEST, home.id, people, end, sent, zone=ZoneInfo(home.timezone), now=now, asked=asked)


def newest(config: Config, home: Home, now: datetime) -> date:
    """Return the day after a home's newest week."""
    return newest_end(config.settings.reports.digest.weekday, ZoneInfo(home.timezone), now)
