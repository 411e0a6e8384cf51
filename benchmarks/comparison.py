"""Times a comparison of thirteen months with every system and 200 draws on a time-of-use plan with steps and demand."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from bill import PLAN

from cli.demo_past import Past
from heatledger.baseline.compare import Asked, Known, compare
from heatledger.baseline.home_hours import heated
from heatledger.baseline.load import Missing
from heatledger.baseline.machines import Place, design_temperature
from heatledger.baseline.whole_home import learn, whole_home
from heatledger.config import load, shipped_dir
from heatledger.days import Day
from heatledger.ledger import Ledger
from heatledger.running import Plan
from heatledger.store import open_store
from heatledger.store.state import State
from heatledger.tariff.model import Tariff

BAR_S = 5.0
ZONE = ZoneInfo("America/Chicago")
NOW = dt.datetime(2026, 3, 10, 18, tzinfo=dt.UTC)
SPAN = (dt.datetime(2025, 2, 3, tzinfo=ZONE), dt.datetime(2026, 3, 3, tzinfo=ZONE))


def main() -> None:
    """Print the figures; exit 1 above the bar."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        (where / "config" / "homes").mkdir(parents=True)
        shipped = (shipped_dir() / "homes" / "demo.toml").read_text(encoding="utf-8")
        (where / "config" / "homes" / "demo.toml").write_text(shipped, encoding="utf-8")
        config = load(data_dir=where, environ={})
        home = config.homes["demo"]
        ledger = Ledger(config, home, store=open_store(config.store_url), state=State(config.state_path))
        past = Past(home, now=NOW, seed=1, readings_days=1)
        days: dict[dt.date, Day] = {at.astimezone(ZONE).date(): day for at, day in past.days(ledger)}
    began = time.perf_counter()
    hours = heated(home, days, None, {})
    assert hours is not None
    fitted = learn(hours.plan, hours.hours)
    assert not isinstance(fitted, Missing)
    found = whole_home(fitted, hours.hours, hours.given)
    assert not isinstance(found, Missing)
    learnt, idle = time.perf_counter(), time.process_time()
    place = Place(home, config.systems, found, design_temperature(hours.hours.outdoor_c))
    plan = Plan(msgspec.convert(PLAN, Tariff), "plan", ZONE, {})
    known = Known(place, hours, found, plan, days, Decimal(0), "benchmark")
    made = compare(known, Asked(*SPAN, NOW, tuple(config.alternatives.values())), config.alternatives)
    ended, worked = time.perf_counter(), time.process_time()
    priced = sum(row.saving.p50 is not None for row in made.alternatives)
    print(
        json.dumps(
            {
                "systems": priced,
                "seconds": round(ended - learnt, 2),
                "learning_s": round(learnt - began, 2),
                "bar_s": BAR_S,
            }
        )
    )
    sys.exit(worked - idle > BAR_S)  # one thread: what an idle machine takes


if __name__ == "__main__":
    main()
