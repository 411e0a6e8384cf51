"""The four rate plans of the price benchmark, and the hourly prices of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from heatledger.control.course import Band
from heatledger.tariff.model import Tariff
from heatledger.tariff.series import PriceSeries
from ingest.simulate.people import TIMEZONE
from ingest.simulate.weather import noise

ZONE: Final = ZoneInfo(TIMEZONE)
SETPOINT_C: Final = 20.5
BAND: Final = Band(below=0.5, above=1.0, lowest_c=8.0, highest_c=24.0)
STEP: Final = timedelta(minutes=30)
STEPS: Final = 48
TICK_S: Final = 300
HEATING: Final = ("living", "upstairs", "kids")
SEED: Final = 7
PLANS: Final = ("flat", "time of use", "hourly", "demand")


class Rates(NamedTuple):
    """A rate plan with its prices, and the rate of its demand. [currency/kW]."""

    tariff: Tariff
    series: Mapping[str, PriceSeries] = {}
    demand: float = 0.0


def rates(name: str, start: datetime, days: int) -> Rates:
    """Return one of the four plans; their figures are invented, of the size that households pay."""
    lines: list[dict[str, Any]] = {
        "flat": [{"kind": "energy", "label": "Energy", "rate": "0.20"}],
        "time of use": [
            {"kind": "energy", "label": "Peak", "rate": "0.39", "when": [{"hours": ["07:00-10:00", "17:00-21:00"]}]},
            {"kind": "energy", "label": "Night", "rate": "0.13", "when": [{"hours": ["23:00-06:00"]}]},
            {"kind": "energy", "label": "Day", "rate": "0.21", "otherwise": True},
        ],
        "hourly": [{"kind": "energy", "label": "Energy", "series": "market", "add": "0.08"}],
        "demand": [
            {"kind": "energy", "label": "Energy", "rate": "0.14"},
            {"kind": "demand", "label": "Demand", "rate": "12.00", "window_minutes": 60},
        ],
    }[name]
    plan = {"name": name, "currency": "USD", "source": "invented", "timezone": TIMEZONE, "lines": lines}
    if name != "hourly":
        return Rates(msgspec.convert(plan, Tariff), demand=12.0 if name == "demand" else 0.0)
    plan["series"] = [{"name": "market", "file": "prices.csv"}]
    return Rates(msgspec.convert(plan, Tariff), {"market": market(start, days + 2)})


def market(start: datetime, days: int) -> PriceSeries:
    """Return hourly prices: morning and evening peaks, calm nights, windy days and still ones. [currency/kWh]."""
    starts = int(start.timestamp()) + np.arange(days * 24, dtype=np.int64) * 3600
    hour = np.array([datetime.fromtimestamp(at, ZONE).hour for at in starts.tolist()])
    peaks = np.exp(-(((hour - 8.0) / 1.8) ** 2)) + 1.3 * np.exp(-(((hour - 18.5) / 2.2) ** 2))
    level = 1.0 + 0.45 * noise(SEED, 91, starts.astype(np.float64), 1.6 * 86_400)
    rough = 0.015 * noise(SEED, 92, starts.astype(np.float64), 3600.0)
    return PriceSeries(starts, starts + 3600, np.maximum((0.06 + 0.11 * peaks) * level + rough, -0.02))
