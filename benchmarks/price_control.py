"""A winter month of the demo's house under four rate plans: what price-aware heating costs, and how warm it keeps.

    .venv/bin/python benchmarks/price_control.py [--days 31] [--plan flat] [--json]

The house is the simulator's (four coupled rooms, thermostats that cycle, two heat pumps whose COP falls with load and
frost), not the planner's. Each room's response is fitted to December, lived by its people's own programme; the heat of
the fit is the unit's map entered with its measured power, as in a home without a heat meter. In January every room has
one set-point day and night, and a band of 0.5 K below and 1 K above it. Compared are, from the same first state:

set-point   a thermostat at the set-point
lower edge  a thermostat at the lower end of the band: who is content with the band could save so much by hand
price       the plan of every half hour, weather as yesterday's moved to the present
price*      the same with the true weather
bound       one linear programme over the month that knows the house, its gains and its weather: what nobody can beat
            with no more degree-hours below the band than `price` had

`cost` is what the heating adds to the month's bill: the bill by the tariff engine less that of the same home with none;
heat that the rooms hold at the end beyond the lower edge is credited at the mean cost of the heat given.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))


from benchmarks.price.bound import bound
from benchmarks.price.house import Pilot, Run, judged, live, lived, responses
from benchmarks.price.plans import BAND, PLANS, SETPOINT_C, ZONE, rates
from heatledger.config import read_toml, shipped_dir
from heatledger.heat.system import System


def compared(name: str, days: int) -> dict[str, Run]:
    """Run a month under a plan in every way."""
    system = read_toml(shipped_dir() / "systems" / "demo_mini_split.toml", System)
    start = datetime(2026, 1, 1, tzinfo=ZONE)
    home = rates(name, start, days)
    state, past = lived(start)
    rooms = responses(past, system)
    seen, _ = live(state, days, SETPOINT_C)
    found = {"set-point": judged(seen, home)}
    found["lower edge"] = judged(live(state, days, SETPOINT_C - BAND.below)[0], home)
    for label, foresight in (("price", False), ("price*", True)):
        truth, changes = live(state, days, Pilot(home, rooms, system, past, foresight=foresight))
        found[label] = judged(truth, home, changes)
    given = float(truth.heat_w.sum() * truth.step_s / 3.6e6)
    least = bound(state, seen, home, found["price"], given)
    nothing = float("nan")
    found["bound"] = Run(nothing, least, nothing, found["price"].below_kh, found["price"].above_kh, nothing)
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--days", type=int, default=31)
    asked.add_argument("--plan", choices=PLANS, action="append")
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    for name in options.plan or PLANS:
        found = compared(name, options.days)
        if options.json:
            print(json.dumps({name: {label: run._asdict() for label, run in found.items()}}))
            continue
        print(f"{name}: {options.days} days")
        for label, run in found.items():
            less = 100 * (1 - run.cost / found["lower edge"].cost)
            print(
                f"  {label:<11}{run.cost:8.2f} USD {less:+6.1f} % less {run.kwh:8.1f} kWh  below {run.below_kh:6.1f}"
                f" K·h above {run.above_kh:5.1f} K·h  mean {run.mean_c:5.2f} °C  {run.changes:4.1f} changes/d"
            )


if __name__ == "__main__":
    main()
