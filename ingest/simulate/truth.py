"""What really happened in the demo home, step by step: the numbers that everything measured is compared with."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.readings import Floats, Ints
from ingest.simulate.faults import Fault, schedule
from ingest.simulate.house import ZONES, Indoors, Network, Step, march
from ingest.simulate.orders import Orders, direction, obeyed
from ingest.simulate.people import Doings, doings
from ingest.simulate.plant import PUMPS, capacity, electricity
from ingest.simulate.weather import DAY_S, Weather, outdoors

CIRCUITS: Final = ("living", "upstairs", "kids", "water", "base")
"""Circuits whose sum is `main`; `base` is what no meter of its own sees."""


class Simulation(msgspec.Struct, frozen=True):
    """What fixes a demo home once and for all: seed, first instant, and from when it misbehaves (None: never)."""

    seed: int
    start_us: int
    faults_from_us: int | None = None


class State(msgspec.Struct):
    """Where a demo home stands; everything a second start needs to go on without a counter going back.

    Attributes
    ----------
    simulation : Simulation
        What it is a state of.
    time_us : int
        End of the last step. [µs]
    house : Indoors
        Temperatures and thermostats.
    kwh : dict
        Energy since the start by truth counter. [kWh]
    view : dict
        The last step's columns, as the devices see them.
    sent : dict
        By rhythm or retained topic: the last slot, or text, that was sent.
    held : dict
        Values a fault holds back: stuck readings, counters at the last boot.
    orders : Orders
        What its devices were told.
    """

    simulation: Simulation
    time_us: int
    house: Indoors
    kwh: dict[str, float] = {}
    view: dict[str, float] = {}
    sent: dict[str, int | str] = {}
    held: dict[str, float] = {}
    orders: Orders = msgspec.field(default_factory=Orders)


class Truth(NamedTuple):
    """Columns of what happened, one row per step of `step_s` seconds starting at `time_us`.

    Attributes
    ----------
    time_us : array
        Start of the step, UTC. [µs]
    step_s : float
        Width of every step. [s]
    weather, doings : Weather, Doings
        What drove it.
    before_c, zone_c : array
        Zone temperatures at the step's start and end, a column per zone of `ZONES`. [°C]
    heat_w : array
        Heat delivered into each zone; negative where heat was removed. [W]
    tank_c : array
        Hot water. [°C]
    power_w : dict
        Electric power by circuit, `main` and its legs. [W]
    kwh : dict
        Counters at the step's end: by circuit, `main` and its legs; ``living:heat`` and ``living:cool`` (electricity by
        mode); ``heat:<zone>`` and ``cold:<zone>`` (heat delivered, removed). [kWh]
    before_kwh : dict
        The same counters at the first step's start. [kWh]
    cop : dict
        By heat pump; NaN while it rests. [1]
    faults : list of Fault
        What went wrong in this span.
    """

    time_us: Ints
    step_s: float
    weather: Weather
    doings: Doings
    before_c: Floats
    zone_c: Floats
    heat_w: Floats
    tank_c: Floats
    power_w: dict[str, Floats]
    kwh: dict[str, Floats]
    before_kwh: dict[str, float]
    cop: dict[str, Floats]
    faults: list[Fault]


def advance(state: State, to_us: int, step_s: int) -> Truth:
    """Run the home forward by whole steps, as far as they fit.

    Parameters
    ----------
    state : State
        Where it stands; moved on.
    to_us : int
        Not beyond this instant. [µs]
    step_s : int
        Width of a step. [s]

    Returns
    -------
    Truth
        One row per step; none where no step fits.
    """
    width_us = step_s * 1_000_000
    count = max(0, (to_us - state.time_us) // width_us)
    time_us = state.time_us + np.arange(count, dtype=np.int64) * width_us
    seed = state.simulation.seed
    weather = outdoors(seed, time_us)
    driven = obeyed(doings(seed, time_us, weather, _day_calm(seed, time_us)), state.orders)
    limits = np.column_stack([capacity(pump, weather, direction(driven.sign, pump.zones)) for pump in PUMPS])
    start_c = list(state.house.zone_c)
    steps = map(
        Step,
        driven.sign.tolist(),
        weather.temp_c.tolist(),
        driven.setpoint_c.tolist(),
        driven.gain_w.tolist(),
        limits.tolist(),
        driven.draw_w.tolist(),
        driven.powered.tolist(),
    )
    rows = np.array(march(state.house, steps, Network(step_s), (PUMPS[0].least_w, PUMPS[1].least_w))).reshape(count, 10)
    state.time_us += count * width_us
    before_c = np.vstack((start_c, rows[:, :4]))[:count]
    return _measured(state, time_us, float(step_s), weather, driven, before_c, rows)


def _day_calm(seed: int, time_us: Ints) -> Floats:
    """Return the season-and-front temperature at the middle of each instant's UTC day: the day's forecast [°C]."""
    days, back = np.unique(time_us // (DAY_S * 1_000_000), return_inverse=True)
    return outdoors(seed, days * (DAY_S * 1_000_000) + DAY_S * 500_000).calm_c[back]


def _measured(
    state: State, time_us: Ints, step_s: float, weather: Weather, driven: Doings, before_c: Floats, rows: Floats
) -> Truth:
    zone_c, heat_w = rows[:, :4], rows[:, 4:8]
    power_w, cop = _electric(state.simulation.seed, time_us / 1e6, weather, zone_c, heat_w)
    power_w["living"] = power_w["living"] * driven.powered[:, 0]
    power_w |= {"kids": heat_w[:, 3], "water": rows[:, 9], "base": driven.base_w}
    power_w["main"] = sum((power_w[name] for name in CIRCUITS), np.zeros(len(rows)))
    power_w["leg_a"] = 0.5 * (power_w["living"] + power_w["upstairs"] + power_w["water"]) + 0.45 * power_w["base"]
    power_w["leg_b"] = power_w["main"] - power_w["leg_a"]
    before_kwh = dict(state.kwh)
    kwh = _counted(state, step_s, power_w, heat_w)
    span = (int(time_us[0]), state.time_us) if len(time_us) else (state.time_us, state.time_us)
    return Truth(
        time_us=time_us,
        step_s=step_s,
        weather=weather,
        doings=driven,
        before_c=before_c,
        zone_c=zone_c,
        heat_w=heat_w,
        tank_c=rows[:, 8],
        power_w=power_w,
        kwh=kwh,
        before_kwh=before_kwh,
        cop=cop,
        faults=schedule(state.simulation.faults_from_us, *span),
    )


def _electric(
    seed: int, time_s: Floats, weather: Weather, zone_c: Floats, heat_w: Floats
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return each heat pump's power [W] and COP for the heat it moved."""
    power_w, cop = {}, {}
    for pump in PUMPS:
        moved = heat_w[:, list(pump.zones)]
        weight = np.abs(moved) + 1e-9
        indoor_c = (zone_c[:, list(pump.zones)] * weight).sum(axis=1) / weight.sum(axis=1)
        total = moved.sum(axis=1)
        power_w[pump.id] = electricity(pump, seed, time_s, weather, indoor_c=indoor_c, heat_w=total)
        cop[pump.id] = np.where(total != 0.0, np.abs(total) / power_w[pump.id], np.nan)
    return power_w, cop


def _counted(state: State, step_s: float, power_w: dict[str, Floats], heat_w: Floats) -> dict[str, Floats]:
    """Carry every counter on through these steps [kWh]."""
    flows = dict(power_w)
    flows["living:heat"] = np.where(heat_w[:, 0] > 0.0, power_w["living"], 0.0)
    flows["living:cool"] = np.where(heat_w[:, 0] < 0.0, power_w["living"], 0.0)
    for number, zone in enumerate(ZONES):
        flows[f"heat:{zone.id}"] = np.maximum(heat_w[:, number], 0.0)
        flows[f"cold:{zone.id}"] = np.maximum(-heat_w[:, number], 0.0)
    kwh = {name: state.kwh.get(name, 0.0) + np.cumsum(flow) * (step_s / 3.6e6) for name, flow in flows.items()}
    state.kwh |= {name: float(column[-1]) for name, column in kwh.items() if len(column)}
    return kwh
