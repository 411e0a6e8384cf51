"""Days written by hand, and plans to bill them by."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from heatledger.columns import Column
from heatledger.days import Day, Profile, midnight
from heatledger.home import Home
from heatledger.running import Plan
from heatledger.tariff.model import Tariff

CHICAGO = ZoneInfo("America/Chicago")
ZONES = ("living", "bed")
HOME = {
    "id": "home",
    "name": "Test",
    "timezone": "America/Chicago",
    "currency": "USD",
    "latitude": 41.9,
    "tariff": "plan",
    "cycle": {"day": 3},
    "zones": [{"id": name, "name": name.title()} for name in ZONES],
    "meters": [{"id": "main", "role": "import", "points": ["main"]}],
}
LINES = {
    "fixed": {"kind": "fixed", "label": "Customer charge", "rate": "0.52"},
    "energy": {"kind": "energy", "label": "Energy", "rate": "0.16"},
    "tiers": {"kind": "energy", "label": "Energy", "tiers": [{"rate": "0.10", "up_to": "100"}, {"rate": "0.20"}]},
    "peak": {
        "kind": "energy",
        "label": "Peak",
        "rate": "0.40",
        "when": [{"days": ["weekday"], "hours": ["16:00-21:00"]}],
    },
    "off_peak": {"kind": "energy", "label": "Off-peak", "rate": "0.10", "otherwise": True},
    "demand": {"kind": "demand", "label": "Demand", "rate": "5", "window_minutes": 30},
    "minimum": {"kind": "minimum", "label": "Minimum", "rate": "30"},
    "credit": {"kind": "credit", "label": "Feed-in", "rate": "0.05"},
    "tax": {"kind": "percent", "label": "Tax", "rate": "8"},
    "real_time": {"kind": "energy", "label": "Real time", "series": "market"},
}


def home(**changes):
    return msgspec.convert({**HOME, **changes}, Home)


def tariff(*names, lines=(), **changes):
    rows = [*(LINES[name] for name in names), *lines]
    return msgspec.convert(
        {"name": "Plan", "currency": "USD", "source": "invented for the tests", "lines": rows, **changes}, Tariff
    )


def plan(*names, prices=None, **changes):
    """Price series come by name; the plan says that they come by MQTT."""
    series = [{"name": "market", "mqtt": "grid:price"}] if prices is not None else []
    return Plan(tariff(*names, series=series, **changes), "plan", CHICAGO, prices or {})


def day(when, kwh, *, shape=None, living=0.5, exported=0.0, covered=1.0, estimated=0.0, outdoor_c=None, meters=None):
    """A day whose energy is spread over its quarters; `living` of it in one zone, a part of it on each of `meters`."""
    start = midnight(when, CHICAGO)
    seconds = (midnight(when + dt.timedelta(days=1), CHICAGO) - start).total_seconds()
    quarters = int(seconds) // 900
    spread = np.full(quarters, 1.0) if shape is None else np.resize(np.array(shape, dtype=float), quarters)
    bought = kwh * spread / spread.sum()
    return Day(
        use=kwh,
        imported=kwh,
        exported=exported,
        unallocated=kwh * (1 - living),
        estimated=estimated,
        meters={"main": kwh, **{name: kwh * part for name, part in (meters or {}).items()}},
        zones={"living": kwh * living, "bed": 0.0},
        modes={"other": kwh},
        doubts={},
        seconds=seconds,
        covered_s=seconds * covered,
        outdoor_c=outdoor_c,
        profile=Profile(
            start_s=int(start.timestamp()),
            imported=Column(bought),
            exported=Column(exported * spread / spread.sum()),
            used=Column(bought),
            zones={"living": Column(bought * living), "bed": Column([0.0] * quarters)},
            meters={name: Column(bought * part) for name, part in {"main": 1.0, **(meters or {})}.items()},
        ),
    )


def days(first, amounts, **options):
    return {
        first + dt.timedelta(days=number): day(first + dt.timedelta(days=number), kwh, **options)
        for number, kwh in enumerate(amounts)
    }


def at(year, month, day_, hour=0, minute=0):
    return dt.datetime(year, month, day_, hour, minute, tzinfo=CHICAGO)
