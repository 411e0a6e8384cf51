"""Times a year at 15 minutes on a TOU × tier × demand plan, and shows that the cost grows with the intervals."""

from __future__ import annotations

import datetime as dt
import json
import statistics
import sys
import time
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from heatledger.tariff.cycle import cycles
from heatledger.tariff.load import Load, load_of
from heatledger.tariff.model import Tariff
from heatledger.tariff.pricing import price

ZONE = ZoneInfo("America/Chicago")
BAR_MS = 100.0
PLAN = {
    "name": "TOU × tiers × demand",
    "currency": "USD",
    "source": "invented for the benchmark",
    "holidays": {"country": "US"},
    "lines": [
        {
            "kind": "energy",
            "label": label,
            "group": "supply",
            "tiers": [{"rate": low, "up_to": "400"}, {"rate": high}],
            **hours,
        }
        for label, low, high, hours in (
            ("Peak", "0.2", "0.3", {"when": [{"days": ["weekday"], "hours": ["16:00-21:00"]}]}),
            ("Night", "0.08", "0.12", {"when": [{"hours": ["23:00-06:00"]}]}),
            ("Day", "0.1", "0.16", {"otherwise": True}),
        )
    ]
    + [
        {"kind": "demand", "label": "Demand", "rate": "8.03", "window_minutes": 15,
         "when": [{"days": ["weekday"], "hours": ["07:00-21:00"]}]},
        {"kind": "fixed", "label": "Customer charge", "rate": "0.52"},
        {"kind": "percent", "label": "Tax", "rate": "6.25"},
    ],
}  # fmt: skip


def year(days: int = 365, step_s: int = 900) -> Load:
    """Return a load of so many days."""
    first = int(dt.datetime(2025, 1, 1, tzinfo=ZONE).timestamp())
    size = days * 86_400 // step_s
    kwh = np.random.default_rng(1).gamma(2.0, 0.2, size)
    return load_of(first + np.arange(size) * step_s, step_s, kwh)


def median_ms(load: Load, days: int, repeats: int = 7) -> float:
    """Return how long pricing takes: the median of some runs. [ms]."""
    plan = msgspec.convert(PLAN, Tariff)
    spans = cycles("calendar", dt.date(2025, 1, 1), dt.date(2025, 1, 1) + dt.timedelta(days=days))
    taken = []
    for _ in range(repeats):
        begin = time.perf_counter()
        price(plan, load, spans, ZONE)
        taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Print the figures; exit 1 above the bar."""
    one, four = median_ms(year(), 365), median_ms(year(4 * 365), 4 * 365)
    fine = median_ms(year(step_s=300), 365)
    found = {"year_ms": round(one, 1), "four_years_ms": round(four, 1), "year_at_5_minutes_ms": round(fine, 1)}
    print(json.dumps({**found, "growth_for_4_times_the_intervals": round(four / one, 2), "bar_ms": BAR_MS}))
    sys.exit(one > BAR_MS)


if __name__ == "__main__":
    main()
