"""A week of a home with an air-to-water or ground-source heat pump, made by rule: healthy, or with one thing wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import numpy as np

from heatledger.home import Head, HeatMeter, HeatPump, Home, Meter, Zone
from heatledger.readings import Intervals, SeriesKey

START = datetime(2026, 1, 12, 0, tzinfo=UTC)
STEPS = 8 * 288
FIRST_S = int(START.timestamp()) - 86_400
HOURS = np.arange(STEPS) / 12.0
OUTDOOR = 2.0 + 6.0 * np.sin(HOURS / 24 * 2 * np.pi - 2.0)
RUNS = (np.arange(STEPS) % 36) < 30  # two and a half hours on, half an hour off
FLOW_TEMP = np.where(RUNS, 38.0 - 0.5 * OUTDOOR, 25.0)
POWER = np.where(RUNS, 2000.0 - 120.0 * OUTDOOR, 12.0)
FLOW = np.where(RUNS, 3.4 * POWER / (5.0 * 4150 / 60), 0.0)  # what carries COP 3.4 at 5 K, 4.15 kJ/(L·K) [L/min]
HEALTHY = {
    ("unit", "power"): POWER,
    ("unit", "energy"): POWER * 300 / 3.6e6,
    ("unit", "flow"): FLOW,
    ("unit", "flow_temp"): FLOW_TEMP,
    ("unit", "return_temp"): FLOW_TEMP - np.where(RUNS, 5.0, 0.0),
    ("unit", "heat_energy"): np.where(RUNS, 3.4 * POWER, 0.0) * 300 / 3.6e6,
    ("unit", "dhw_temp"): 50.0 + 12.0 * ((HOURS % 168) < 1.0),
    ("ground", "temperature"): np.full(STEPS, 3.0),
    ("ground back", "temperature"): np.full(STEPS, 0.0),
    ("station", "outdoor_temp"): OUTDOOR,
    ("hall", "temperature"): np.full(STEPS, 20.5) + 0.3 * np.sin(HOURS),
    ("heater", "energy"): np.zeros(STEPS),
    ("heater", "power"): np.zeros(STEPS),
}
HOME = Home(
    id="wet", name="Wet", timezone="UTC", currency="EUR", outdoor_temperature="station",
    zones=(Zone(id="hall", name="Hall", temperature="hall"),),
    meters=(
        Meter(id="unit", role="circuit", points=("unit",), rated_w=5000.0),
        Meter(id="heater", role="circuit", parent="unit", points=("heater",), rated_w=3000.0),
    ),
    heat_pumps=(
        HeatPump(
            id="pump", name="Heat pump", kind="air_to_water", meter="unit", backup="heater", source="ground",
            heads=(Head(zone="hall", device="unit"),),
            heat_meter=HeatMeter(point="unit", flow="unit", flow_temp="unit", return_temp="unit"),
        ),
    ),
)  # fmt: skip


def ground() -> Home:
    """The same with a ground-source heat pump."""
    return pump(kind="ground_source", source_return="ground back")


def pump(**changes) -> Home:
    """The same, its heat pump stated otherwise."""
    return msgspec.structs.replace(HOME, heat_pumps=(msgspec.structs.replace(HOME.heat_pumps[0], **changes),))


def series(changed: dict[tuple[str, str], object] | None = None) -> list[Intervals]:
    """The home's intervals, some series told otherwise; a list of words makes a state, None leaves a series out."""
    rows = {**HEALTHY, **(changed or {})}
    return [block(*key, told) for key, told in rows.items() if told is not None]


def block(device: str, quantity: str, told: object) -> Intervals:
    starts = FIRST_S + np.arange(STEPS, dtype=np.int64) * 300
    nothing = np.full(STEPS, np.nan)
    key = SeriesKey("wet", "test", device, "", quantity)
    words = told if isinstance(told, list) else None
    values = nothing if words is not None else np.asarray(told, dtype=float)
    counts = quantity in ("energy", "heat_energy")
    energy = values if counts else values * 300 / 3.6e6 if quantity == "power" else nothing
    shown = nothing if counts else values
    low, high = shown * 0.98, shown * 1.02
    return Intervals(
        key, starts, energy, shown, np.minimum(low, high), np.maximum(low, high), shown, np.ones(STEPS),
        np.zeros(STEPS, dtype=np.int64), words,
    )  # fmt: skip
