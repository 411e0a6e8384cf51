"""Plans and loads for the tests."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from heatledger.tariff.cycle import Cycle, cycles
from heatledger.tariff.load import load_of
from heatledger.tariff.model import Tariff

UTC = ZoneInfo("UTC")
CHICAGO = ZoneInfo("America/Chicago")


def plan(*lines, **more) -> Tariff:
    """Return a plan of these lines; a line is a dict, its kind energy unless it says so."""
    rows = [{"kind": "energy", "label": "Energy", **line} for line in lines]
    return msgspec.convert({"name": "n", "currency": "USD", "source": "a test", "lines": rows, **more}, Tariff)


def energy(**more):
    """Return an energy line."""
    return {"rate": "0.10", **more}


def instant(text, zone=UTC) -> int:
    moment = dt.datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def load(start, kwh, *, step_s=3600, export=(), zone=UTC):
    """Return a load from a local time on."""
    first = instant(start, zone)
    return load_of(first + np.arange(len(kwh)) * step_s, step_s, kwh, export)


def cycle(start, end) -> Cycle:
    first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    return Cycle(first, last, (last - first).days)


def months(year) -> list[Cycle]:
    return cycles("calendar", dt.date(year, 1, 1), dt.date(year + 1, 1, 1))


def by_kind(bill) -> dict[str, Decimal]:
    """Add up a bill's amounts by kind."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in bill.lines:
        found[line.kind] += Decimal(line.amount)
    return found


def amounts(bill) -> list[str]:
    return [line.amount for line in bill.lines]
