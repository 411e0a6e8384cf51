"""Whether the weekly letter about all homes is due: asked every few minutes, so it reads ledgers and no books."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from heatledger.config import Config
from heatledger.home import Home
from heatledger.periods import WEEK_D
from heatledger.store.sent import EVERY_HOME, Key, Sent
from reports.weeks import due_end, newest_end, owed

FLEET: Final = "fleet"
"""The kind of letter that the week of all homes is."""


def first_home(config: Config) -> Home:
    """Return the home whose language and clocks the letter follows: the first of the installation's."""
    return next(iter(config.homes.values()))


def zone_of(config: Config) -> ZoneInfo:
    """Return by whose clocks its days end."""
    return ZoneInfo(first_home(config).timezone)


def people_of_fleet(config: Config) -> tuple[str, ...]:
    """Return who gets it, each once."""
    return tuple(dict.fromkeys(address.lower() for address in config.settings.reports.fleet.to))


def fleet_path(config: Config, end: date) -> Path:
    """Return the file that it is kept in: no home's own files are called so."""
    return config.data_dir / "reports" / f"all.{end - timedelta(days=WEEK_D)}-week.json"


def fleet_due(config: Config, now: datetime) -> date | None:
    """Return the day after the week whose letter may leave now; None where none may, or nobody is to get it."""
    settings = config.settings.reports
    if not settings.fleet.to or not config.homes:
        return None
    return due_end(settings.fleet.weekday, settings.fleet.days, settings.hour, zone_of(config), now)


def newest_fleet(config: Config, now: datetime) -> date:
    """Return the day after the newest week."""
    return newest_end(config.settings.reports.fleet.weekday, zone_of(config), now)


def fleet_keys(config: Config, end: date, sent: Sent, *, now: datetime, asked: bool = False) -> list[Key]:
    """Return the letters that are to be sent, as `weeks.owed`."""
    people = people_of_fleet(config)
    return owed(FLEET, EVERY_HOME, people, end, sent, zone=zone_of(config), now=now, asked=asked)


def fleet_lacks(config: Config, sent: Sent, now: datetime) -> bool:
    """Say whether it is to be sent now; without a mail server it goes nowhere, and is not made."""
    end = fleet_due(config, now)
    return end is not None and bool(config.settings.mail.host and fleet_keys(config, end, sent, now=now))
