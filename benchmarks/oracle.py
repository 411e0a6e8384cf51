"""The COP ladder against simulated houses whose heat is known, by week; the baseline against their twins.

`python benchmarks/oracle.py --data DIR --json`: DIR is laid out as one folder of CASE_home.csv.gz, CASE_card.json and
CASE_published_maps.csv. Of a card only areas and rated sizes are read. Each rung is judged as if it were the best
there is; the thirty anchored days, in which a heat meter is on loan, teach C, B and F and are not judged for them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import oracle_baseline
import pandas as pd

from heatledger.config import read_toml, shipped_dir
from heatledger.cuts import Cuts
from heatledger.heat import air_side, anchor, balance, unit_map
from heatledger.heat.delivered import RANDOM, WIDTHS, rest_power
from heatledger.heat.flows import Z90, Flow, HeatSum, add, pump_days
from heatledger.heat.ladder import half_width
from heatledger.heat.system import Published, System, misfit
from heatledger.readings import Floats

WEEK: Final = 7
LEAST_KWH: Final = 20.0
_KWH: Final = 0.25e-3
_STEPS: Final = 96
_LIGHT_W_M2: Final = 5.0
_GENERIC: Final = "cold_climate_mini_split"


class Unit(NamedTuple):
    """One unit of a case: its column names' stem, its room, its map, and its rated size [W]."""

    stem: str
    rooms: tuple[str, ...]
    system: System
    rated_w: float


class Week(NamedTuple):
    """One judged week: the season's name, the sums of a rung, and the truth [kWh]."""

    season: str
    sums: HeatSum
    true_kwh: float


def units(case: Path, card: dict[str, Any]) -> list[Unit]:
    """Return a case's units with their published maps, validated as a file of `systems/` is."""
    maps = pd.read_csv(f"{case}_published_maps.csv")
    found = []
    for name, rows in maps.groupby("unit"):
        points = {
            mode: tuple(
                Published(outdoor_c=r.outdoor_temp_c, level=r.level, capacity_w=r.capacity_w, power_w=r.power_w)
                for r in rows[rows["mode"] == mode].itertuples()
            )
            for mode in ("heat", "cool")
        }
        system = System(
            id=str(name), name=str(name), source="CASE_published_maps.csv", evidence="unit", heating=points["heat"],
            cooling=points["cool"],
        )  # fmt: skip
        if (wrong := misfit(system)) is not None:
            print(f"{case}_published_maps.csv: {name}: a home would refuse this map: {wrong}", file=sys.stderr)
        rated = card["unit_rated_kw"]
        whole = str(name) == "outdoor"
        rooms = tuple(room for room in rated if room != "outdoor") if whole else (str(name),)
        found.append(Unit("outdoor_unit" if whole else str(name), rooms, system, 1e3 * rated[str(name)]))
    return found


def heats(frame: pd.DataFrame, unit: Unit) -> Floats:
    """Return 1 where a unit heats by what its thermostats say (nearer the heating set-point), else 0."""
    nearer = [
        (frame[f"{room}_temp_c"] - frame[f"{room}_setpoint_heat_c"]).abs()
        <= (frame[f"{room}_setpoint_cool_c"] - frame[f"{room}_temp_c"]).abs()
        for room in unit.rooms
    ]
    return np.mean(nearer, axis=0) >= 0.5


def air_side_kwh(frame: pd.DataFrame, unit: Unit) -> Floats:
    """Return the heat of a unit's heads by their probes. [kWh]."""
    total = np.zeros(len(frame))
    for room in unit.rooms:
        temp, damp = frame[f"{room}_temp_c"].to_numpy(float), frame[f"{room}_rh_pct"].to_numpy(float)
        ratio = [air_side.humidity_ratio(round(t, 1), round(h) / 100) for t, h in zip(temp, damp, strict=True)]
        room_m3 = np.array([air_side.volume(t, w) for t, w in zip(temp, ratio, strict=True)])
        moved = frame[f"{room}_airflow_kg_s"].fillna(0.0).to_numpy(float) * room_m3
        supply = frame[f"{room}_supply_temp_c"].fillna(frame[f"{room}_temp_c"]).to_numpy(float)
        total += air_side.air_heat(moved, temp, supply, damp) * _KWH
    return total


def days_of(frame: pd.DataFrame) -> Cuts:
    """Return the whole days among a frame's quarters of an hour."""
    first = np.arange(0, len(frame) - _STEPS + 1, _STEPS)
    return Cuts(first, first + _STEPS)


def by_map(frame: pd.DataFrame, unit: Unit, heating: Floats, system: System, scale: float) -> Flow:
    """Return what a map says of one unit in every step."""
    power = frame[f"{unit.stem}_power_w"].to_numpy(float)
    outdoor = frame["outdoor_temp_c"].to_numpy(float)
    room = np.mean([frame[f"{name}_temp_c"].to_numpy(float) for name in unit.rooms], axis=0)
    rest, none = rest_power(power, outdoor, days_of(frame)), np.zeros(len(frame))
    rung, width = WIDTHS[system.evidence]
    warm = unit_map.heating(system, power, outdoor, room, standby_w=rest, scale=scale).heat_w
    cold = np.full(len(frame), np.nan)
    if system.cooling:
        cold = unit_map.cooling(system, power, outdoor, room, standby_w=rest, scale=scale).heat_w
    return Flow(rung, np.where(heating, warm, cold) * _KWH, none + width / Z90, RANDOM, none)


def flows(frame: pd.DataFrame, unit: Unit, heating: Floats, generic: System) -> list[Flow]:
    """Return what D, E and B say of one unit in every step."""
    none = np.zeros(len(frame))
    air = air_side_kwh(frame, unit)
    return [
        by_map(frame, unit, heating, unit.system, 1.0),
        by_map(frame, unit, heating, generic, unit.rated_w / (generic.rated_w or unit.rated_w)),
        Flow("B", np.where(heating, air, -air), none + air_side.CALIBRATED[0] / Z90, 0.01, none),
    ]


def mapped(case: Path, frame: pd.DataFrame) -> list[tuple[str, tuple[str, ...], Floats, Floats]]:
    """Return each unit's column stem, rooms, heat by its own map [W], and where it cools."""
    card = json.loads(Path(f"{case}_card.json").read_text(encoding="utf-8"))
    found = [(unit, heats(frame, unit)) for unit in units(case, {"unit_rated_kw": card["unit_rated_kw"]})]
    heat = [by_map(frame, unit, heating, unit.system, 1.0).heat_kwh / _KWH for unit, heating in found]
    return [(unit.stem, unit.rooms, own, ~heating) for (unit, heating), own in zip(found, heat, strict=True)]


def by_day(frame: pd.DataFrame, unit: Unit, generic: System) -> list[dict[str, dict[str, HeatSum]]]:
    """Sum one unit's days by rung, heating and cooling."""
    heating = heats(frame, unit)
    power = frame[f"{unit.stem}_power_w"].to_numpy(float) * _KWH
    said = flows(frame, unit, heating, generic)
    outdoor = frame["outdoor_temp_c"].to_numpy(float)
    use = {"heating": np.where(heating, power, 0.0), "cooling": np.where(heating, 0.0, power)}
    days = pump_days(use, outdoor, said, days_of(frame))
    return [{"heating": day.heating, "cooling": day.cooling} for day in days]


def daily(column: pd.Series | Floats) -> Floats:
    """Return the daily means of a column of quarters of an hour."""
    values = np.asarray(column, dtype=np.float64)
    whole = len(values) // _STEPS
    return np.asarray(values[: whole * _STEPS].reshape(whole, _STEPS).mean(axis=1))


def house_days(frame: pd.DataFrame) -> balance.Days:
    """Return a season's days as the heat balance wants them, from what a home can see."""
    rooms = [name[:-7] for name in frame if name.endswith("_temp_c") and not name.startswith("outdoor")]
    rooms = [room for room in rooms if not room.endswith("_supply")]
    indoor = np.mean([frame[f"{room}_temp_c"].to_numpy(float) for room in rooms], axis=0)
    when = frame["time"].str.slice(0, 16).pipe(pd.to_datetime)
    light = daily(frame["solar_diffuse_w_m2"] > _LIGHT_W_M2) * 24
    latitude = balance.latitude(when.dt.day_of_year.to_numpy(float)[::_STEPS][: len(light)], light)
    height = balance.altitude(when.dt.day_of_year.to_numpy(float), when.dt.hour + when.dt.minute / 60 + 0.125, latitude)
    sun = balance.on_walls(frame["solar_direct_normal_w_m2"], frame["solar_diffuse_w_m2"], height)
    outdoor, midnight = daily(frame["outdoor_temp_c"]), indoor[::_STEPS][: len(frame) // _STEPS]
    other = sum(frame[name] for name in frame if name.endswith("_resistance_w") or name == "other_power_w")
    return balance.Days(
        indoor_c=daily(indoor),
        outdoor_c=outdoor,
        before_c=np.append(outdoor[0], outdoor[:-1]),
        sun_kwh_m2=daily(sun) * 0.024,
        rise_k=np.append(np.diff(midnight), 0.0),
        other_kwh=daily(other) * 0.024,
    )


def of_house(frame: pd.DataFrame, true_kwh: Floats, learning: Floats, area_m2: float) -> list[HeatSum] | None:
    """Return each day by the heat balance, None where too few days anchor it."""
    days = house_days(frame)
    house = balance.fit(balance.Days(*(column[learning] for column in days)), true_kwh[learning], area_m2)
    if house is None:
        return None
    found, doubt = balance.heat(house, days)
    rows = zip(found.tolist(), doubt.tolist(), strict=True)
    return [
        HeatSum(electricity_kwh=1.0, heat_kwh=q, systematic_kwh=sd, variance_kwh2=house.scatter_kwh**2)
        for q, sd in rows
    ]


def learnt(
    days: list[dict[str, dict[str, HeatSum]]], rung: str, true_kwh: Floats, learning: Floats
) -> list[HeatSum] | None:
    """Return a rung's days as the anchored ones correct them."""
    own = np.array([day["heating"][rung].heat_kwh if rung in day["heating"] else 0.0 for day in days])
    carry_sd = anchor.CARRY_SD if rung == "D" else 0.0
    by = anchor.factor(true_kwh[learning], own[learning], carry_sd=carry_sd)
    if by is None:
        return None
    return [anchor.anchored(day["heating"].get(rung, HeatSum()), by) for day in days]


def judge(case: Path, weeks: dict[str, dict[str, list[Week]]], cooling: dict[str, list[Week]], generic: System) -> None:
    """Judge every rung on one case, season by season."""
    card = json.loads(Path(f"{case}_card.json").read_text(encoding="utf-8"))
    card = {key: card[key] for key in ("unit_rated_kw", "areas_m2")}
    home = pd.read_csv(f"{case}_home.csv.gz")
    for season, part in home.groupby("season", sort=False):
        frame = part.reset_index(drop=True)
        learning = daily(frame["anchor"]) == 1
        rows: dict[str, list[list[HeatSum]]] = defaultdict(list)
        cold: list[list[HeatSum]] = []
        true, true_cold = np.zeros(len(frame) // _STEPS), np.zeros(len(frame) // _STEPS)
        for unit in units(case, card):
            days = by_day(frame, unit, generic)
            heat = daily(frame[f"{unit.stem}_heat_w"]) * 0.024
            true, true_cold = true + heat, true_cold + daily(frame[f"{unit.stem}_cool_w"]) * 0.024
            for rung in ("D", "E"):
                rows[rung].append([day["heating"].get(rung, HeatSum()) for day in days])
            cold.append([day["cooling"].get("D", HeatSum()) for day in days])
            for rung, source in (("C", "D"), ("B", "B")):
                found = learnt(days, source, heat, learning)
                if found is not None:
                    rows[rung].append(found)
        balanced = of_house(frame, true, learning, sum(card["areas_m2"].values()))
        if balanced is not None:
            rows["F"].append(balanced)
        for rung, found in rows.items():
            first = int(learning.sum()) if rung in ("B", "C", "F") else 0
            weeks[rung][case.name] += cut(str(season), found, true, first)
        cooling[case.name] += cut(str(season), cold, true_cold, 0)


def cut(season: str, found: list[list[HeatSum]], true_kwh: Floats, first: int) -> list[Week]:
    """Cut a season into whole weeks, the sums of every unit together."""
    starts = range(first, len(true_kwh) - WEEK + 1, WEEK)
    return [
        Week(season, add(day for unit in found for day in unit[at : at + WEEK]), float(true_kwh[at : at + WEEK].sum()))
        for at in starts
    ]


def figures(cases: dict[str, list[Week]]) -> dict[str, object]:
    """Return a rung's coverage and errors, as fractions, over the weeks with enough heat."""
    kept = {case: [week for week in rows if week.true_kwh >= LEAST_KWH] for case, rows in cases.items()}
    judged = [week for rows in kept.values() for week in rows]
    if not judged:
        return {"weeks": 0}
    error = np.array([week.sums.heat_kwh / week.true_kwh - 1.0 for week in judged])
    truth = np.array([week.true_kwh / week.sums.heat_kwh if week.sums.heat_kwh > 0 else np.inf for week in judged])
    width = np.array([half_width(week.sums) if week.sums.heat_kwh > 0 else 0.0 for week in judged])
    season = {
        case: round(sum(w.sums.heat_kwh for w in rows) / sum(w.true_kwh for w in rows) - 1.0, 4)
        for case, rows in kept.items()
        if rows
    }
    return {
        "weeks": len(judged),
        "coverage90": round(float(np.mean(np.abs(truth - 1.0) <= width)), 4),
        "weekly_abs_error_median": round(float(np.median(np.abs(error))), 4),
        "weekly_abs_error_p90": round(float(np.percentile(np.abs(error), 90)), 4),
        "half_width_median": round(float(np.median(width)), 4),
        "season_error": season,
    }


def of_rungs(paths: list[Path]) -> dict[str, object]:
    """Return coverage and errors of every rung, and of cooling, over the cases of a folder."""
    weeks: dict[str, dict[str, list[Week]]] = defaultdict(lambda: defaultdict(list))
    cooling: dict[str, list[Week]] = defaultdict(list)
    generic = read_toml(shipped_dir() / "systems" / f"{_GENERIC}.toml", System)
    for path in paths:
        judge(path.with_name(path.name.removesuffix("_home.csv.gz")), weeks, cooling, generic)
    return {"rungs": {rung: figures(cases) for rung, cases in sorted(weeks.items())}, "cooling": figures(cooling)}


def main() -> None:
    """Judge a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of cases")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    given = parser.parse_args()
    paths = sorted(given.data.glob("*_home.csv.gz"))
    if not paths:
        raise SystemExit(f"{given.data}: no CASE_home.csv.gz here; name a folder of cases")
    began = time.perf_counter()
    out = {**of_rungs(paths), "baseline": oracle_baseline.judge(paths, mapped)}
    out = {**out, "seconds": round(time.perf_counter() - began, 2)}
    print(json.dumps(out, indent=None if given.json else 2, ensure_ascii=False))


if __name__ == "__main__":
    main()
