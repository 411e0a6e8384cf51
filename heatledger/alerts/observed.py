"""What the rules look at, as values: read once by whoever has store, state and disk at hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from heatledger.home import Home

if TYPE_CHECKING:  # a look at who is silent needs neither calendars nor arithmetic
    from heatledger.alerts.drift import HeatDay
    from heatledger.run_day import RunDay
    from heatledger.tariff.marginal import Step


class Budget(NamedTuple):
    """Where the running cycle is heading beside its budget.

    Attributes
    ----------
    start, end : date
        The cycle, half-open.
    budget : Decimal
        As the home file states it. [currency]
    over : float or None
        Chance that the bill ends above it; None while nothing is projected. [1]
    so_far, low, middle, high : Decimal or None
        The bill so far, and its P10, P50 and P90 at the end. [currency]
    """

    start: date
    end: date
    budget: Decimal
    over: float | None
    so_far: Decimal | None
    low: Decimal | None
    middle: Decimal | None
    high: Decimal | None


class Silence(NamedTuple):
    """How long a device of the home file has been quiet; None where it was never heard. [s].

    `usual_s` is the gap that it usually leaves, None where that was not needed or not learned [s]; `speaks_for` names
    the rooms, meters and heat pumps it stands for.
    """

    device: str
    quiet_s: float | None
    usual_s: float | None
    speaks_for: tuple[str, ...]


class Machine(NamedTuple):
    """One heat pump's days.

    Attributes
    ----------
    id, name : str
        As in the home file.
    days : tuple of (date, RunDay)
        Whole days up to yesterday, in order, then today so far.
    heating, cooling : tuple of HeatDay
        Measured heat of whole days by outdoor temperature, in order; empty where none is measured.
    backup_kwh : float or None
        What its back-up heater took in the last 24 hours; None where nothing meters it. [kWh]
    """

    id: str
    name: str
    days: tuple[tuple[date, RunDay], ...]
    heating: tuple[HeatDay, ...]
    cooling: tuple[HeatDay, ...]
    backup_kwh: float | None


class Prices(NamedTuple):
    """Prices of the hours ahead, and the middle one of the daily peaks of the seven days before; None if not known."""

    ahead: tuple[Step, ...]
    usual_peak: Decimal | None


class Caveat(NamedTuple):
    """What stands against commanding a zone, by its name too: what it is about, a sentence, and since when. [min]."""

    zone: str
    name: str
    about: str
    note: str
    minutes: float


class Waiting(NamedTuple):
    """What waits in the spool: since when [s], how many readings, how much of what it may hold. [bytes]."""

    oldest_s: float
    readings: int
    bytes: int
    limit_bytes: int


class Disk(NamedTuple):
    """The disk of the data folder. [bytes]."""

    folder: str
    total: int
    free: int


class Observed(NamedTuple):
    """A home at one moment; None for what could not be looked at, of which no rule then says anything.

    The machine that all of it runs on is observed with the first home.
    """

    home: Home
    now: datetime
    budget: Budget | None = None
    devices: tuple[Silence, ...] | None = None
    machines: tuple[Machine, ...] | None = None
    prices: Prices | None = None
    price_now: Decimal | None = None
    caveats: tuple[Caveat, ...] | None = None
    spool: Waiting | None = None
    disk: Disk | None = None
