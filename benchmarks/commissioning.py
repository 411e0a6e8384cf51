"""How often the commissioning checks cry wolf: sixty healthy simulated home-weeks, in all seasons.

A finding that fails or warns on a week with nothing wrong is a false alarm. Each week is looked at twice: as the demo
home is, and as one that has measured longer and better, with seventy days of past, a probe with measured airflow in the
living room, a heat balance fitted to its own days of true heat, and a design.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from heatledger.commissioning.checks import examine
from heatledger.commissioning.evidence import Evidence
from heatledger.commissioning.finding import Finding
from heatledger.days import spans
from heatledger.heat import balance
from heatledger.home import AirFlow, Design, Home
from ingest import simulate
from ingest.simulate import history
from ingest.simulate.house import ZONES
from ingest.simulate.truth import Truth
from tests.commissioning import probes, weeks

SEEDS, MONTHS = range(100, 115), (1, 4, 7, 10)
PAST_D, WEEK_D = 70, 7
DESIGN_C = -15.0
LEAST_KWH = 5.0


def main() -> None:
    """Print the figures."""
    began = time.perf_counter()
    said = {name: figures(look) for name, look in (("as it is", plain), ("measured for long", measured))}
    print(json.dumps({**said, "seconds": round(time.perf_counter() - began)}, indent=2))


def figures(look: Callable[[int, datetime], Evidence]) -> dict[str, object]:
    """Count over every week what was wrong, and in how many a check could be tested at one place at least."""
    alarms, tested, spent_s = Counter[str](), Counter[str](), 0.0
    for seed in SEEDS:
        for month in MONTHS:
            seen = look(seed, datetime(2026, month, 5 + seed % 20, 6, tzinfo=UTC))
            at = time.process_time()
            found: list[Finding] = examine(seen)
            spent_s += time.process_time() - at
            alarms.update(f"{one.result}: {one.check}, {seed} in month {month}" for one in wrong(found))
            tested.update({one.check for one in found if one.result != "not_testable"})
    count = len(SEEDS) * len(MONTHS)
    return {
        "home-weeks": count,
        "false fails": sum(each for name, each in alarms.items() if name.startswith("fail")),
        "false warnings": sum(each for name, each in alarms.items() if name.startswith("warn")),
        "which": dict(alarms),
        "weeks in which a check was tested": dict(tested.most_common()),
        "checks of a week, processor": f"{1000 * spent_s / count:.0f} ms",
    }


def wrong(found: list[Finding]) -> Iterator[Finding]:
    """Return what fails or warns."""
    return (one for one in found if one.result in ("fail", "warn"))


def plain(seed: int, start: datetime) -> Evidence:
    """Return a week of the demo home."""
    return weeks.evidence(weeks.blocks.__wrapped__(seed, start), start)


def measured(seed: int, start: datetime) -> Evidence:
    """Return a week of the same home with its past, a probe, its own heat balance, and what it was designed for."""
    first = start - timedelta(days=PAST_D)
    begins_us = (int(first.timestamp()) - weeks.DAY_S) * 10**6
    end_us = int((start + timedelta(days=WEEK_D)).timestamp()) * 10**6
    truth = simulate.advance(simulate.new(seed, begins_us), end_us, 300)
    heard, home = probes.probed(tuple(history.intervals(truth, home="demo")), truth), fitted()
    before = weeks.evidence(heard, first, days=PAST_D + WEEK_D, home=home)
    pieces = spans(first, start + timedelta(days=WEEK_D), ZoneInfo(home.timezone))
    past = {
        at.astimezone(ZoneInfo(home.timezone)).date(): day for (at, _), day in zip(pieces, before.days, strict=True)
    }
    house = own_house(before, truth, [int(at.timestamp()) - begins_us // 10**6 for at, _ in pieces])
    return weeks.evidence(heard, start, home=home)._replace(past=past, house=house)


def fitted() -> Home:
    """Return the demo home with measured airflow in its living room, and the design that its simulated walls have."""
    home = weeks.demo_home()
    air = AirFlow(steps={"auto": probes.M3_S}, calibrated=True)
    living = msgspec.structs.replace(home.heat_pumps[0], air_flow=air)
    loss_w_k = sum(zone.loss for zone in ZONES)
    design = Design(outdoor_c=DESIGN_C, heat_loss_w=loss_w_k * (20.0 - DESIGN_C))
    return msgspec.structs.replace(home, heat_pumps=(living, *home.heat_pumps[1:]), design=design)


def own_house(seen: Evidence, truth: Truth, begins_s: list[int]) -> balance.House | None:
    """Return the heat balance of days that heated, fitted to the heat that their heat pumps truly gave."""
    rows, heat_kwh = [], []
    for day, at_s in zip(seen.days, begins_s, strict=True):
        steps = slice(at_s // 300, (at_s + round(day.seconds)) // 300)
        kwh = float(truth.heat_w[steps, :3].sum()) * 300 / 3.6e6
        if day.house is not None and day.seconds > 0.9 * weeks.DAY_S and kwh >= LEAST_KWH:
            rows.append([getattr(day.house, name) for name in balance.Days._fields])
            heat_kwh.append(kwh)
    if len(rows) < balance.LEAST_DAYS:
        return None
    columns = balance.Days(*np.array(rows).T)
    return balance.fit(columns, np.array(heat_kwh), sum(zone.area_m2 or 0.0 for zone in seen.home.zones))


if __name__ == "__main__":
    main()
