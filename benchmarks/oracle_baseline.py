"""The modelled whole-home baseline against simulated houses that were run twice: load, ducts, machine, winter kWh.

The estimator reads what a home can see (`CASE_home.csv.gz` without its columns of truth, the published maps, areas and
the whole-home machine of the card), the measured heat only in the thirty anchored days; the judge reads the twin house
(`CASE_truth.csv.gz`). "as_seen": only rooms with a thermostat have a thermometer; "every_room": all have.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from heatledger.baseline import plant
from heatledger.baseline.ducts import Run
from heatledger.baseline.hours import Hours
from heatledger.baseline.kinds import Alternative
from heatledger.baseline.load import Load, Missing
from heatledger.baseline.rooms import Plan, Room
from heatledger.baseline.whole_home import Given, learn, whole_home
from heatledger.heat import anchor, balance
from heatledger.heat.system import Published, System
from heatledger.readings import Floats

STEPS_H: Final = 4
_CYCLING: Final = 0.18
"""C_d of the whole-home machine (README)."""
_DRAWS: Final = 200
_MACHINE_SD: Final = 0.07
"""What rating points leave open: cycling, defrost, the air it draws. [1]"""
_DUCT_SD: Final = 0.04
"""What measured ducts leave open: the temperature around them, and what the rooms regain. [1]"""
_OPEN: Final = "kitchen"
"""Open to the living room in every case (README); in a house of two rooms the other one is, through an open door."""


Mapped = Callable[[Path, pd.DataFrame], Sequence[tuple[str, tuple[str, ...], Floats, Any]]]
"""A case's units: stem of its columns, rooms, heat by the published map [W], and where it cools."""


class Heat(NamedTuple):
    """What a source's rung says: heat and sensible cooling [W] by step, and its systematic standard deviations [1]."""

    heat_w: Floats
    cool_w: Floats
    heat_sd: float
    cool_sd: float


def hourly(column: Any) -> Floats:  # noqa: ANN401 - a column of pandas or an array
    """Return hourly means of a column of quarters of an hour."""
    values = np.asarray(column, dtype=np.float64)
    whole = len(values) // STEPS_H * STEPS_H
    return np.asarray(values[:whole].reshape(-1, STEPS_H).mean(axis=1))


def known_heat(mapped_w: Floats, cools: Floats, frame: pd.DataFrame, stem: str) -> Heat:
    """Return a unit's heat by the best rung that a home has: the meter on loan, then the map as it corrected it."""
    heats = np.where(cools, 0.0, mapped_w)
    loan = frame["anchor"].to_numpy() == 1
    by = None
    if loan.any():
        measured = frame[f"{stem}_heat_w"].to_numpy(float)
        days = loan.reshape(-1, 96).all(axis=1)
        daily = [column.reshape(-1, 96).sum(axis=1)[days] / STEPS_H / 1e3 for column in (measured, heats)]
        by = anchor.factor(*daily)
        heats = np.where(loan, measured, heats * (by.value if by else 1.0))
    return Heat(heats, np.where(cools, mapped_w, 0.0), by.systematic if by else 0.12, 0.12)


def plan_of(card: dict[str, Any], served: Sequence[Sequence[str]]) -> Plan:
    """Return the rooms of a case."""
    names = list(card["areas_m2"])
    rooms = tuple(
        Room(name, area, "living" if name == _OPEN or (len(names) == 2 and name != "living") else None)
        for name, area in card["areas_m2"].items()
    )
    return Plan(rooms, names.index("living"), np.array([[name in row for name in names] for row in served]))


def hours_of(frame: pd.DataFrame, plan: Plan, heats: Sequence[Heat], *, every_room: bool) -> Hours:
    """Return a season as a home's hours."""
    when = pd.to_datetime(frame["time"].str.slice(0, 16))
    size = len(frame) // STEPS_H
    none = np.full(size, np.nan)

    def column(name: str) -> Floats:
        return hourly(frame[name]) if name in frame else none

    names = [room.id for room in plan.rooms]
    seen = [every_room or f"{name}_setpoint_heat_c" in frame for name in names]
    return Hours(
        start_s=np.arange(size, dtype=np.int64) * 3600 + int(when[0].timestamp()),
        outdoor_c=column("outdoor_temp_c"),
        sun_w_m2=hourly(on_walls(frame, when)),
        other_w=column("other_power_w"),
        room_c=np.column_stack([column(f"{n}_temp_c") if s else none for n, s in zip(names, seen, strict=True)]),
        own_c=np.column_stack([column(f"{name}_setpoint_heat_c") for name in names]),
        own_cool_c=np.column_stack([column(f"{name}_setpoint_cool_c") for name in names]),
        heat_w=np.column_stack([hourly(heat.heat_w) for heat in heats]),
        cool_w=np.column_stack([hourly(heat.cool_w) for heat in heats]),
        latent_w=np.full((size, len(heats)), np.nan),
    )


def on_walls(frame: pd.DataFrame, when: pd.Series) -> Floats:
    """Return the sun on the average wall, the latitude told from the length of the days."""
    day = when.dt.day_of_year.to_numpy(float)
    light = (frame["solar_diffuse_w_m2"] > 5.0).to_numpy().reshape(-1, 96).mean(axis=1) * 24
    latitude = balance.latitude(day[::96], light)
    height = balance.altitude(day, (when.dt.hour + when.dt.minute / 60 + 0.125).to_numpy(float), latitude)
    return balance.on_walls(
        frame["solar_direct_normal_w_m2"].to_numpy(float), frame["solar_diffuse_w_m2"].to_numpy(float), height
    )


def resisted(frame: pd.DataFrame, name: str) -> Heat:
    """Return what a room's own electric heater gives: all that it draws."""
    drawn = frame[f"{name}_resistance_w"].to_numpy(float)
    return Heat(drawn, np.zeros(len(drawn)), 0.01, 0.0)


def load_of(
    card: dict[str, Any], frame: pd.DataFrame, units: Sequence[tuple[tuple[str, ...], Heat]], *, every_room: bool
) -> Load | Missing:
    """Return a season's load by what a home can see."""
    rows = [*units]
    rows += [((n,), resisted(frame, n)) for n in card["areas_m2"] if f"{n}_resistance_w" in frame]
    plan = plan_of(card, [rooms for rooms, _ in rows])
    hours = hours_of(frame, plan, [heat for _, heat in rows], every_room=every_room)
    fitted = learn(plan, hours)
    if isinstance(fitted, Missing):
        return fitted
    doubts = (np.array([heat.heat_sd for _, heat in rows]), np.array([heat.cool_sd for _, heat in rows]))
    return whole_home(fitted, hours, Given(*doubts))


def machine_of(card: dict[str, Any]) -> plant.Machine:
    """Return the whole-home machine by its card: rating points with its fan in them, measured ducts."""
    given, pipes = card["whole_home"], card["whole_home"]["duct"]
    points = tuple(
        Published(outdoor_c=p["outdoor_temp_c"], level="max", capacity_w=p["capacity_w"], power_w=p["power_w"])
        for p in given["rating_points_heating"]
    )
    system = System(
        id="whole", name="whole", source="CASE_card.json", evidence="unit", lockout_c=given["min_temp"], heating=points
    )
    kind = Alternative(
        id="whole", name="whole", source="CASE_card.json", heats="map", unit="whole", speed="single",
        crankcase_w=given["crankcase_w"], cycling_loss=_CYCLING,
    )  # fmt: skip
    run = None
    if pipes.get("supply_m2", 0.0) > 0:
        area, leaks = (pipes["supply_m2"], pipes["return_m2"]), (pipes["leak_s"], pipes["leak_r"])
        run = Run(*area, pipes["r"], pipes["r"], *leaks, "attic")
    return plant.Machine(kind, system, None, max(point.capacity_w for point in points), run, given["flow_m3_s"])


class Winter(NamedTuple):
    """A winter by months: what was foreseen, its draws, and the truth [kWh]; and the three factors, each as foreseen.

    `factors` are heat to the rooms, heat at the air handler, and electricity [kWh]; `drawn` has a row each draw.
    """

    foreseen: Floats
    drawn: Floats
    factors: tuple[float, float, float]


def foresee(card: dict[str, Any], load: Load, month: Floats) -> Winter:
    """Return what the whole-home machine would have drawn, month by month, with 200 draws."""
    machine = machine_of(card)
    where = plant.Hours(load.outdoor_c, load.setpoint_c, np.full(len(month), 10.0))
    months = np.unique(month)

    def drawn(scale: float) -> tuple[Floats, plant.Energy, Floats]:
        wanted = load.heating.whole() * scale
        energy = plant.heating(machine, where, wanted)
        kwh = np.array([energy.electricity_w[month == number].sum() / 1e3 for number in months])
        return kwh, energy, wanted

    scales = np.linspace(0.4, 1.6, 13)
    table = np.array([drawn(float(scale))[0] for scale in scales])
    kwh, energy, wanted = drawn(1.0)
    return Winter(
        kwh,
        draws(load, [(month == number) for number in months], scales, table),
        (float(wanted.sum()) / 1e3, float((wanted / energy.delivered).sum()) / 1e3, float(kwh.sum())),
    )


def draws(load: Load, months: Sequence[Any], scales: Floats, table: Floats) -> Floats:
    """Return draws of each month's kWh: load error by its parts, ducts and machine by what their figures leave open."""
    rng = np.random.default_rng(1)
    part, out = load.heating, np.empty((_DRAWS, len(months)))
    whole = [part.whole()[where].sum() for where in months]
    for row in range(_DRAWS):
        measured, restored = 1 + part.measured_sd * rng.normal(), 1 + part.restored_sd * rng.normal()
        other = (1 + _MACHINE_SD * rng.normal()) / (1 + _DUCT_SD * rng.normal())
        varied = part.whole(measured, restored)
        for number, where in enumerate(months):
            scale = varied[where].sum() / whole[number] * (1 + part.month_sd * rng.normal())
            out[row, number] = np.interp(scale, scales, table[:, number]) * other
    return out


def judged(winters: dict[str, tuple[Winter, pd.DataFrame]]) -> dict[str, object]:
    """Return errors of winters and how often a month's truth lies within P10–P90."""
    if not winters:
        return {"cases": 0}
    errors, held = [], []
    for winter, truth in winters.values():
        kwh = truth.groupby("month", sort=True)["base_power_w"].sum().to_numpy() / STEPS_H / 1e3
        errors.append(abs(winter.foreseen.sum() / kwh.sum() - 1.0))
        low, high = np.percentile(winter.drawn, (10, 90), axis=0)
        held += list((low <= kwh) & (kwh <= high))
    return {
        "cases": len(winters),
        "abs_error_median": round(float(np.median(errors)), 4),
        "abs_error_max": round(float(np.max(errors)), 4),
        "coverage80": round(float(np.mean(held)), 4),
    }


def steps(winter: Winter, load: Load, frame: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    """Return the errors of the three factors of B over A: heat to rooms, ducts, and A's COP over B's machine."""
    heat_a = sum(
        frame[name].sum() for name in frame if name.endswith(("_heat_w", "_resistance_w")) and "_head_" not in name
    )
    true = [truth[name].clip(lower=0).sum() / STEPS_H / 1e3 for name in ("base_delivered_w", "base_heat_w")]
    kwh = float(truth["base_power_w"].sum()) / STEPS_H / 1e3
    heat_a, seen_a = float(heat_a) / STEPS_H / 1e3, float(np.nansum(load.heating.measured_w)) / 1e3
    rooms, handler, drawn = winter.factors
    return {
        "load": round(float((rooms / seen_a) / (true[0] / heat_a) - 1.0), 4),
        "ducts": round(float((handler / rooms) / (true[1] / true[0]) - 1.0), 4),
        "machine": round(float((drawn / handler * seen_a) / (kwh / true[1] * heat_a) - 1.0), 4),
    }


def judge(paths: Sequence[Path], mapped: Mapped) -> dict[str, object]:
    """Judge a folder's winters in which a home was heated more than cooled; `mapped` gives its units by rung D."""
    winters: dict[str, dict[str, tuple[Winter, pd.DataFrame]]] = {"as_seen": {}, "every_room": {}}
    found: dict[str, dict[str, float]] = {}
    for path in paths:
        case = path.with_name(path.name.removesuffix("_home.csv.gz"))
        if not Path(f"{case}_truth.csv.gz").exists():
            continue
        card, frame, truth = read(case)
        if len(frame) == 0:
            continue
        units = [(rooms, known_heat(heat, cools, frame, stem)) for stem, rooms, heat, cools in mapped(case, frame)]
        if sum(heat.heat_w.sum() for _, heat in units) <= sum(heat.cool_w.sum() for _, heat in units):
            continue
        month = truth["month"].to_numpy()[::STEPS_H]
        for name, rows in winters.items():
            load = load_of(card, frame, units, every_room=name == "every_room")
            if not isinstance(load, Missing):
                rows[case.name] = (foresee(card, load, month), truth)
            if name == "as_seen" and case.name in rows and not isinstance(load, Missing):
                found[case.name] = steps(rows[case.name][0], load, frame, truth)
    return {**{name: judged(rows) for name, rows in winters.items()}, "steps": found}


def read(case: Path) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]:
    """Return what an estimator may read of a card, and the winters of the home and of its twin."""
    card = json.loads(Path(f"{case}_card.json").read_text(encoding="utf-8"))
    parts = []
    for name in ("home", "truth"):
        whole = pd.read_csv(f"{case}_{name}.csv.gz")
        parts.append(whole[whole["season"] == "winter"].reset_index(drop=True))
    frame, truth = parts
    truth["month"] = truth["time"].str.slice(0, 7)
    return {key: card[key] for key in ("areas_m2", "unit_rated_kw", "whole_home")}, frame, truth
