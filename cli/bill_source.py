"""What `heatledger bill` prices: a load in a file, or a home's own intervals; and the plans by file or by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

import msgspec

from cli.options import CommandError, utc_now
from cli.tariff_file import find_cycles, find_load, find_prices, find_zone, given_prices, text_of
from heatledger import formatting
from heatledger import home as home_file
from heatledger.days import midnight
from heatledger.home import Home
from heatledger.ledger import Ledger, span
from heatledger.running import Plan
from heatledger.tariff.cycle import dates_of, day_of_cycle
from heatledger.tariff.lines import Bill
from heatledger.tariff.load import BillError
from heatledger.tariff.model import Tariff
from heatledger.tariff.pricing import price
from heatledger.what_if import bills_under

_HEARD_S = 600.0
"""A home's silence is told from so long on. [s]"""


class Source(Protocol):
    """Energy that can be priced by any plan."""

    def bills(self, tariff: Tariff, path: Path) -> list[Bill]:
        """Price it: one bill a cycle."""

    def notes(self) -> list[str]:
        """Say what is missing of it."""


class FileLoad(NamedTuple):
    """A load in a file of its own."""

    load: Path
    cycle: str
    timezone: str | None
    prices: Sequence[str]
    rounding: bool

    def bills(self, tariff: Tariff, path: Path) -> list[Bill]:
        """Price it on the plan's clock."""
        zone = find_zone(self.timezone, tariff, text_of(self.load).splitlines() if self.timezone is None else ())
        try:
            use = find_load(self.load, zone)
        except BillError as error:
            raise CommandError(str(error)) from error
        series = find_prices(tariff, path.parent, self.prices)
        spans = find_cycles(self.cycle, use, zone)
        return price(tariff, use, spans, zone, rounding=self.rounding, series=series, tariff_id=path.stem)

    def notes(self) -> list[str]:
        """Nothing: a load with a gap is refused."""
        return []


class HomeIntervals(NamedTuple):
    """A span of a home's own intervals."""

    ledger: Ledger
    home: Home
    start: datetime
    end: datetime
    now: datetime
    prices: Sequence[str]

    def bills(self, tariff: Tariff, path: Path) -> list[Bill]:
        """Price it as if the plan had been the home's all along."""
        days = self.ledger.billed_days(self.home, tariff, self.start, self.end, self.now)
        zone = ZoneInfo(self.home.timezone)
        begins = midnight(min(days), zone) if days else self.start
        known = self.ledger.prices(tariff, path.parent, begins, self.now)
        plan = Plan(tariff, path.stem, zone, {**known, **given_prices(tariff, self.prices)})
        return bills_under(self.home, plan, days, self.start, self.end, now=self.now)

    def notes(self) -> list[str]:
        """Say for how long nothing was heard: what was used then is in no plan's price."""
        rows = self.ledger.days(self.start, self.end, self.now)
        silent_s = sum(max(row.seconds - row.covered_s, 0.0) for row in rows)
        if not any(row.covered_s > 0 for row in rows):
            raise CommandError(f"nothing was heard of {self.home.name} in this period; name another with --period")
        if silent_s < _HEARD_S:
            return []
        return [f"nothing was heard for {formatting.duration(silent_s)}; what was used then is in no plan's price"]


def home_intervals(
    ledger: Ledger, period: str | None, since: str | None, until: str | None, cycle: str | None, prices: Sequence[str]
) -> HomeIntervals:
    """Return the span of a home that was asked for, its billing cycle another where that is asked for.

    Raises
    ------
    CommandError
        If that is not a span or not a cycle.
    """
    now, home = utc_now(), ledger.home
    try:
        if cycle is not None:
            home = msgspec.structs.replace(home, cycle=_cycle(cycle))
        start, end = span(home, period, since, until, now)
    except ValueError as error:
        raise CommandError(str(error)) from error
    if start >= now:
        raise CommandError(f"the period begins on {start.date()}, which is to come; give one that has begun")
    return HomeIntervals(ledger, home, start, end, now, prices)


def _cycle(spec: str) -> home_file.Cycle:
    if spec == "calendar":
        return home_file.Cycle(calendar=True)
    if spec.startswith("day="):
        return home_file.Cycle(day=day_of_cycle(spec))
    return home_file.Cycle(read_dates=tuple(dates_of(text_of(Path(spec)).splitlines())))


def plan_path(ledger: Ledger, asked: Path | None) -> Path:
    """Return the file of a plan: as given, else that of the plan of this name, else the home's own.

    Raises
    ------
    CommandError
        If the home has none.
    """
    if asked is not None:
        return asked if asked.exists() else ledger.tariff_files.get(str(asked), asked)
    own = ledger.home.tariff
    if own is None or own not in ledger.tariff_files:
        raise CommandError("the home names no tariff; give one with --tariff, or write tariff = in the home file")
    return ledger.tariff_files[own]
