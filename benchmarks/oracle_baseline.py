"""The modelled whole-home baseline against simulated houses that were run twice: load, ducts, machine, kWh.

The estimator reads what a home can see (`CASE_home.csv.gz` without its columns of truth, the published maps, areas and
the whole-home machine of the card), the measured heat only in the thirty anchored days; the judge reads the twin house
(`CASE_truth.csv.gz`). "as_seen": only rooms with a thermostat have a thermometer; "every_room": all have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from heatledger.baseline.hours import Hours
from heatledger.baseline.load import Load, Missing
from heatledger.baseline.rooms import Plan, Room
from heatledger.baseline.whole_home import Given, learn, whole_home
from heatledger.heat import anchor, balance
from heatledger.readings import Floats

STEPS_H: Final = 4
_OPEN: Final = "kitchen"
"""Open to the living room in every case (README); in a house of two rooms the other one is, through an open door."""


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
