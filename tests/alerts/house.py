"""A small house, and what may be observed of it at a moment."""

import datetime as dt
from decimal import Decimal

import msgspec

from heatledger.alerts.observed import Budget, Caveat, Disk, Machine, Observed, Silence, Waiting
from heatledger.alerts.rules import rows
from heatledger.alerts.table import Rules
from heatledger.home import Home

NOW = dt.datetime(2026, 1, 14, 18, 0, tzinfo=dt.UTC)  # noon in Chicago
HOME = msgspec.convert(
    {
        "id": "maple",
        "name": "Maple Street 14",
        "timezone": "America/Chicago",
        "currency": "USD",
        "budget": "220.00",
        "tariff": "flat",
        "meters": [
            {"id": "main", "role": "import", "points": ["main"]},
            {"id": "outdoor", "role": "outdoor_unit", "parent": "main", "points": ["plug"]},
            {"id": "rods", "role": "circuit", "parent": "outdoor", "points": ["rods"]},
        ],
        "heat_pumps": [
            {"id": "split", "name": "Mini-split", "kind": "mini_split", "meter": "outdoor", "backup": "rods"}
        ],
    },
    Home,
)
RULES = rows(Rules())


def seen(at=NOW, **what):
    return Observed(HOME, at, **what)


def heading(over, *, start=dt.date(2026, 1, 3)):
    return Budget(
        start,
        start + dt.timedelta(days=31),
        Decimal(220),
        over,
        Decimal("96.20"),
        Decimal(205),
        Decimal(238),
        Decimal(271),
    )


def quiet_for(minutes, *, usual_s=None, device="attic/plug"):
    return (Silence(device, minutes * 60.0, usual_s, ("Attic",)),)


def pump(days=(), *, heating=(), backup_kwh=None):
    return (Machine("split", "Mini-split", tuple(days), tuple(heating), (), backup_kwh),)


def waiting(minutes):
    return Waiting(minutes * 60.0, 1200, 3_400_000, 512_000_000)


def full(share):
    return Disk("/data", 64 * 10**9, round(64 * 10**9 * (1 - share)))


def against(minutes):
    note = "it says off, but its circuit draws the power of a running compressor; see what it does"
    return (Caveat("living", "Living room", "state", note, minutes),) if minutes else ()
