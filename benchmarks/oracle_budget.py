"""Whether the sensor that the uncertainty budget ranks first is the one to buy: simulated houses whose heat is known.

`python benchmarks/oracle_budget.py --data DIR --json`: DIR is laid out as one folder of CASE_home.csv.gz,
CASE_card.json and CASE_published_maps.csv. Each unit is commissioned week by week of winter with what its home has
(electricity, rooms, weather, and at most a generic map by its rating); each sensor that the budget can promise a width
of is then fitted, and what the ladder says with it is held against the promise, the other sensors, and the heat.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import oracle
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from heatledger.commissioning.budget import Doubt, budget
from heatledger.heat.system import System
from heatledger.heat.unit_map import table
from heatledger.home import AirFlow, Head, HeatPump, Home, Meter, Zone
from heatledger.readings import Floats, Intervals, SeriesKey
from heatledger.summary import Cop
from tests.commissioning import weeks

DAYS: Final = 7
FIRST: Final = 31
"""The first thirty days of winter belong to the anchors."""
STEPS: Final = 8
RATIO: Final = 1.25
M3_PER_KG: Final = 0.84
CATALOGUE_M3_H: Final = 60.0
"""A catalogue's airflow is a round number. [m³/h]"""
HOMES: Final[dict[str, str | None]] = {"no map": None, "a generic map": "cold_climate_mini_split"}
_REPEATS: Final = 3
_QUARTERS: Final = 96
_SELDOM: Final = 0.05
_FITTED: Final = ("air", "catalogue_air", "table", "map")


class Case(NamedTuple):
    """A house of the folder: its winter, its units with the maps their maker publishes."""

    name: str
    winter: pd.DataFrame
    units: list[oracle.Unit]


def case(path: Path) -> Case:
    """Read one house; of its card only areas and rated sizes."""
    stem = path.with_name(path.name.removesuffix("_home.csv.gz"))
    card = json.loads(Path(f"{stem}_card.json").read_text(encoding="utf-8"))
    home = pd.read_csv(path)
    units = oracle.units(stem, {key: card[key] for key in ("unit_rated_kw", "areas_m2")})
    return Case(stem.name, home[home["season"] == "winter"].reset_index(drop=True), units)


class Fan(NamedTuple):
    """A head's fan: its step in each quarter of an hour, and the airflow that an anemometer finds at each. [m³/s]."""

    told: list[str]
    steps: dict[str, float]


def running(one: Case, unit: oracle.Unit) -> Floats:
    """Return how much of each quarter of an hour a unit ran: below its least power it goes on and off. [0–1]."""
    power, least = one.winter[f"{unit.stem}_power_w"].to_numpy(float), table(unit.system.heating)
    slow = np.interp(one.winter["outdoor_temp_c"].to_numpy(float), least.outdoor_c, least.power_w[:, 0])
    rest = float(np.percentile(power, 1))
    return np.clip((power - rest) / (slow - rest), _SELDOM, 1.0)


def fan(one: Case, room: str, share: Floats) -> Fan:
    """Return what a head's fan does while its unit runs: the simulated ones turn at any speed, a step is 25 % of it."""
    mean = one.winter[f"{room}_airflow_kg_s"].fillna(0.0).to_numpy(float) * M3_PER_KG
    moved = mean / share
    most = float(np.percentile(moved, 99.9)) or 1.0
    lowest = RATIO ** (1 - STEPS) * most
    at = np.rint(np.log(np.clip(moved, lowest, most) / lowest) / np.log(RATIO)).astype(int)
    found = {}
    for n in range(STEPS):
        rows = (at == n) & (mean > 0)
        found[f"{room} {n}"] = float(mean[rows].sum() / share[rows].sum()) if rows.any() else lowest * RATIO**n
    return Fan([f"{room} {n}" for n in at], found)


def airflow(one: Case, unit: oracle.Unit, *, measured: bool) -> AirFlow:
    """Return the airflow of a unit's heads by fan step, as it was measured or as a catalogue has it."""
    share = running(one, unit)
    found = {step: m3_s for room in unit.rooms for step, m3_s in fan(one, room, share).steps.items()}
    if not measured:
        round_ = CATALOGUE_M3_H / 3600.0
        found = {step: max(round(m3_s / round_), 1) * round_ for step, m3_s in found.items()}
    return AirFlow(steps=found, calibrated=measured)


def home(one: Case, generic: str | None) -> Home:
    """Return the home file of a house as an installer finds it: meters, rooms, and at most a generic map."""
    rooms = [room for unit in one.units for room in unit.rooms]
    pumps = [
        HeatPump(
            id=unit.stem, name=unit.stem, kind="multi_split" if len(unit.rooms) > 1 else "mini_split", meter=unit.stem,
            heads=tuple(Head(zone=room, device=f"{room} head") for room in unit.rooms), unit=generic,
            rated_w=unit.rated_w,
        )
        for unit in one.units
    ]  # fmt: skip
    circuits = [
        Meter(id=unit.stem, role="circuit" if len(unit.rooms) == 1 else "outdoor_unit", parent="main",
              points=(f"{unit.stem} plug",))
        for unit in one.units
    ]  # fmt: skip
    return Home(
        id="oracle", name=one.name, timezone="UTC", currency="USD", outdoor_temperature="station",
        zones=tuple(Zone(id=room, name=room, temperature=f"{room} head") for room in rooms),
        meters=(Meter(id="main", role="import", points=("main",)), *circuits), heat_pumps=tuple(pumps),
    )  # fmt: skip


def fitted(one: Case, bare: Home, sensor: str) -> Home:
    """Return the home file once a sensor was bought, for every unit."""
    made = []
    for unit, pump in zip(one.units, bare.heat_pumps, strict=True):
        change: dict[str, Any] = {
            "table": {"unit": _own(one, unit), "rated_w": None},
            "map": {"unit": HOMES["a generic map"]},
        }.get(sensor) or {"air_flow": airflow(one, unit, measured=sensor == "air")}
        made.append(msgspec.structs.replace(pump, **change))
    return msgspec.structs.replace(bare, heat_pumps=tuple(made))


def _own(one: Case, unit: oracle.Unit) -> str:
    return f"{one.name}_{unit.stem}"


def series(one: Case, start: datetime, *, probed: bool) -> list[Intervals]:
    """Return what the home's devices tell from a time on, in intervals of five minutes."""
    told: dict[tuple[str, str], Floats | list[str]] = {
        ("main", "power"): np.repeat(one.winter["home_power_w"].to_numpy(float), _REPEATS),
        ("station", "outdoor_temp"): np.repeat(one.winter["outdoor_temp_c"].to_numpy(float), _REPEATS),
    }
    for unit in one.units:
        share = running(one, unit)
        on, power = _on(share), one.winter[f"{unit.stem}_power_w"].to_numpy(float)
        rest = np.minimum(power, np.percentile(power, 1))
        told[f"{unit.stem} plug", "power"] = np.repeat(rest, _REPEATS) + np.repeat(power - rest, _REPEATS) * on
        for room in unit.rooms:
            told.update(_head(one, room, fan(one, room, share), np.repeat(share, _REPEATS) * on if probed else None))
    return [_block(*key, rows, start) for key, rows in told.items()]


def _on(share: Floats) -> Floats:
    """Return by what each third of a quarter of an hour exceeds its mean: who goes on and off is on first, then off."""
    thirds = np.ceil(np.clip(share, 1e-9, 1.0) * _REPEATS - 1e-9)[:, None]
    return np.where(np.arange(_REPEATS) < thirds, _REPEATS / thirds, 0.0).ravel()


def _head(one: Case, room: str, blower: Fan, on: Floats | None) -> dict[tuple[str, str], Floats | list[str]]:
    """Return what an indoor unit tells; the air that it supplies where that is probed."""
    air = np.repeat(one.winter[f"{room}_temp_c"].to_numpy(float), _REPEATS)
    found: dict[str, Floats | list[str]] = {
        "temperature": air,
        "setpoint": np.repeat(one.winter[f"{room}_setpoint_heat_c"].to_numpy(float), _REPEATS),
        "humidity": np.repeat(one.winter[f"{room}_rh_pct"].to_numpy(float), _REPEATS),
        "mode": ["heat"] * len(air),
        "fan": [step for step in blower.told for _ in range(_REPEATS)],
    }
    if on is not None:
        blows = np.repeat(one.winter[f"{room}_supply_temp_c"].to_numpy(float), _REPEATS)
        found["supply_temp"] = air + np.nan_to_num(blows - air) * on
    return {(f"{room} head", quantity): rows for quantity, rows in found.items()}


def _block(device: str, quantity: str, told: Floats | list[str], start: datetime) -> Intervals:
    size, words = len(told), told if isinstance(told, list) else None
    values = np.full(size, np.nan) if isinstance(told, list) else told
    energy = values * 300 / 3.6e6 if quantity == "power" else np.full(size, np.nan)
    starts = int(start.timestamp()) + np.arange(size, dtype=np.int64) * 300
    whole, none = np.ones(size), np.zeros(size, dtype=np.int64)
    key = SeriesKey("oracle", "oracle", device, "", quantity)
    return Intervals(key, starts, energy, values, values, values, values, whole, none, words)


class Bought(NamedTuple):
    """What was promised of a sensor and what the ladder said with it, of one unit in one week.

    Attributes
    ----------
    promised : float
        Half-width by the budget. [1]
    said : Cop
        With the sensor.
    true_cop : float
        Heat over electricity. [1]
    """

    promised: float
    said: Cop
    true_cop: float

    @property
    def width(self) -> float:
        """Half-width of what was said. [1]."""
        return float("inf") if not self.said.value or not self.said.high else self.said.high / self.said.value - 1.0

    @property
    def error(self) -> float:
        """How far what was said lies from the truth. [1]."""
        return float("inf") if not self.said.value else abs(self.said.value / self.true_cop - 1.0)

    @property
    def holds(self) -> bool:
        """Whether the truth lies inside."""
        low, high = self.said.low or 0.0, self.said.high or 0.0
        return low <= self.true_cop <= high


def bought(
    one: Case, generic: str | None, week: int, systems: dict[str, System]
) -> Iterator[tuple[Doubt, dict[str, Bought]]]:
    """Commission every unit in one week, fit each sensor that has a promise, and yield what came of it."""
    bare, begins = home(one, generic), datetime(2017, 12, 1, tzinfo=UTC)
    first, start = FIRST + DAYS * week, begins + timedelta(days=FIRST + DAYS * week)
    plain, probed = series(one, begins, probed=False), series(one, begins, probed=True)
    doubts = budget(weeks.evidence(plain, start, home=bare, systems=systems))
    said = {}
    for sensor in sorted({sensor for doubt in doubts for sensor in promised(doubt)}):
        heard, with_it = probed if "air" in sensor else plain, fitted(one, bare, sensor)
        said[sensor] = weeks.evidence(heard, start, home=with_it, systems=systems).summary.heat_pumps
    part = one.winter.iloc[first * _QUARTERS : (first + DAYS) * _QUARTERS]
    for unit, doubt in zip(one.units, doubts, strict=True):
        kwh, heat = (float(part[f"{unit.stem}_{what}_w"].sum()) * 0.25e-3 for what in ("power", "heat"))
        if heat >= oracle.LEAST_KWH:
            rows = promised(doubt).items()
            yield doubt, {sensor: Bought(width, said[sensor][unit.stem].cop, heat / kwh) for sensor, width in rows}


def promised(doubt: Doubt) -> dict[str, float]:
    """Return the half-width of each sensor that can be fitted here and has one. [1]."""
    rows = ((each.sensor, each.half_width) for each in doubt.options if each.sensor in _FITTED)
    return {sensor: width for sensor, width in rows if width is not None}


def judge(paths: list[Path], count: int) -> dict[str, object]:
    """Return, by what the home had and by house, what came of buying what was ranked first; then by sensor."""
    found: dict[str, object] = {}
    sensors: dict[str, list[Bought]] = defaultdict(list)
    for path in paths:
        one = case(path)
        systems = weeks.shipped().systems | {_own(one, unit): unit.system for unit in one.units}
        for had, generic in HOMES.items():
            rows = [row for week in range(count) for row in bought(one, generic, week, systems) if row[1]]
            found[f"{one.name}, {had}"] = of_house(rows)
            for _, by in rows:
                for sensor, row in by.items():
                    sensors[sensor].append(row)
    return {"houses": found, "sensors": {sensor: figures(rows) for sensor, rows in sorted(sensors.items())}}


def of_house(rows: list[tuple[Doubt, dict[str, Bought]]]) -> dict[str, object]:
    """Return how often the sensor that was ranked first was the one to buy."""
    firsts = [next(each.sensor for each in doubt.options if each.sensor in by) for doubt, by in rows]
    chosen = [(doubt, by, by[first]) for (doubt, by), first in zip(rows, firsts, strict=True)]
    return {
        "units and weeks": len(rows),
        "ranked first": sorted(set(firsts)),
        "was the narrowest": sum(row.width <= min(each.width for each in by.values()) + 1e-3 for _, by, row in chosen),
        "all in the order promised": sum(_in_order(by) for _, by, _ in chosen),
        "narrower than before": sum(row.width < _before(doubt) for doubt, _, row in chosen),
        "truth inside": sum(row.holds for _, _, row in chosen),
        "nearest to the truth": sum(
            row.error <= min(each.error for each in by.values()) + 1e-9 for _, by, row in chosen
        ),
    }


def _in_order(by: dict[str, Bought]) -> bool:
    had = [row.width for row in sorted(by.values(), key=lambda row: row.promised)]
    return all(one <= other + 1e-3 for one, other in itertools.pairwise(had))


def _before(doubt: Doubt) -> float:
    return doubt.high / doubt.cop - 1.0 if doubt.cop and doubt.high else float("inf")


def figures(rows: list[Bought]) -> dict[str, float]:
    """Return how a sensor's promises held: widths, errors, and how often the truth lay inside."""
    return {
        "units and weeks": len(rows),
        "promised": round(float(np.median([row.promised for row in rows])), 3),
        "had": round(float(np.median([row.width for row in rows])), 3),
        "furthest from its promise": round(max(abs(row.width / row.promised - 1.0) for row in rows), 3),
        "abs_error_median": round(float(np.median([row.error for row in rows])), 3),
        "coverage90": round(float(np.mean([row.holds for row in rows])), 3),
    }


def main() -> None:
    """Judge a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of cases")
    parser.add_argument("--cases", nargs="*", default=[], help="names of cases; all of the folder without it")
    parser.add_argument("--weeks", type=int, default=8, help="how many weeks of winter after the first thirty days")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    given = parser.parse_args()
    paths = sorted(given.data.glob("*_home.csv.gz"))
    paths = [path for path in paths if not given.cases or path.name.removesuffix("_home.csv.gz") in given.cases]
    if not paths:
        raise SystemExit(f"{given.data}: no CASE_home.csv.gz here; name a folder of cases")
    began = time.perf_counter()
    out = {**judge(paths, given.weeks), "seconds": round(time.perf_counter() - began, 1)}
    print(json.dumps(out, indent=None if given.json else 2, ensure_ascii=False))


if __name__ == "__main__":
    main()
