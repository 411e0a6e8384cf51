"""What every rung that a heat pump has the sensors for says of its heat, interval by interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec
import numpy as np

from heatledger.cuts import Cuts, mean_known
from heatledger.heat import air_side, carnot, heat_meter, unit_map
from heatledger.heat.flows import Z90, Flow, Normal, Rung
from heatledger.heat.normal import normal as normal_of
from heatledger.heat.system import System
from heatledger.home import HeatPump, Home
from heatledger.meters import Grid
from heatledger.readings import INTERVAL_S, Floats

QUANTITIES: Final = ("temperature", *heat_meter.QUANTITIES, *air_side.QUANTITIES)
"""What the rungs are made from, beside an account's quantities."""

_KWH_PER_W: Final = INTERVAL_S / 3.6e6
_STANDBY_W: Final = 15.0
"""The most that is believed to be standby: 5–15 W for a mini-split's electronics. [W]"""
_CRANKCASE_W: Final = 30.0
"""Crankcase heater while the compressor rests in the cold: middle of the 15–50 W that OCHRE takes by default. [W]"""
_CRANKCASE_BELOW_C: Final = 10.0
CLAIM: Final = 0.20
"""90 % half-width of what a maker's own table says of a unit in the field. [1]"""
_OF_CLASS: Final = 0.105
"""How far units lie from the generic maps of their class, rms: rated and full-speed rows (26, both maps) of seven named
ductless units, 8.3 to −15 °C; at least speed a rating says little (rms 0.5). [1]"""
WIDTHS: Final[dict[str, tuple[Rung, float]]] = {
    "unit": ("D", CLAIM),
    "rating": ("E", round(float(np.hypot(CLAIM, Z90 * _OF_CLASS)), 2)),
}
"""Rung and 90 % half-width by what stands behind a map: ±20 %, and with the class's spread ±26 %. [1]"""
RANDOM: Final = 0.05
"""Day-to-day scatter of a map about its own mean. [1]"""
METER_RANDOM: Final = 0.01
"""The same of a measured heat. [1]"""
FRACTION: Final = 0.30
"""90 % half-width of one share of Carnot's COP. [1]"""

_Row = tuple[Rung, Floats, tuple[float, float]]


def delivered(
    home: Home,
    pump: HeatPump,
    system: System | None,
    grid: Grid,
    use: Mapping[str, Floats],
    outdoor_c: Floats,
    *,
    days: Cuts | None = None,
) -> list[Flow]:
    """Return what each rung says of a heat pump's intervals.

    Parameters
    ----------
    home : Home
        For its zones' thermometers.
    pump : HeatPump
        As the home file states it.
    system : System or None
        Its unit's map.
    grid : Grid
        The home's intervals.
    use : mapping
        The pump's electricity by mode. [kWh]
    outdoor_c : array
        Outdoor temperature. [°C]
    days : Cuts, optional
        The grid's days; each learns from itself alone, so that a day is the same whichever others it is made with.

    Returns
    -------
    list of Flow
        Rungs for which the home has a sensor or a map.
    """
    flows = measured(home, pump, grid, use, outdoor_c)
    outside_c = source(pump, grid, outdoor_c)
    if system is not None and np.isfinite(outside_c).any():
        flows.append(_mapped(home, pump, system, grid, use, outside_c, days or Cuts.one(grid.size)))
    flows += _fraction(pump, grid, use, outdoor_c)
    return flows


def measured(home: Home, pump: HeatPump, grid: Grid, use: Mapping[str, Floats], outdoor_c: Floats) -> list[Flow]:
    """Return what its heat meter and its probes say of a heat pump's intervals; parameters as `delivered`."""
    rows = [*_metered(pump, grid, outdoor_c), *_aired(home, pump, grid)]
    return [_signed(rung, heat, widths, use) for rung, heat, widths in rows]


def sink(home: Home, pump: HeatPump, system: System, grid: Grid) -> Floats:
    """Return what a heat pump's map gives its heat to, NaN where nobody said it: room air, or flow water. [°C]."""
    return _water(pump, grid) if system.sink == "water" else indoor(home, pump, grid)


def normal(home: Home, pump: HeatPump, system: System | None, grid: Grid, outdoor_c: Floats) -> tuple[Normal, ...]:
    """Return what is normal for the weather in each interval; parameters as `delivered`, result as `normal.normal`."""
    water_c = _water(pump, grid)
    sink_c = water_c if system is not None and system.sink == "water" else indoor(home, pump, grid)
    return normal_of(pump, system, source(pump, grid, outdoor_c), sink_c, water_c)


def source(pump: HeatPump, grid: Grid, outdoor_c: Floats) -> Floats:
    """Return what a heat pump takes its heat from: outdoor air, of a ground-source one the liquid that enters. [°C]."""
    if pump.kind != "ground_source":
        return outdoor_c
    names = ("temperature", "outdoor_temp", "flow_temp")
    found = [b for name in names if pump.source and (b := grid.find(pump.source, name)) is not None]
    return grid.lay(found[0], found[0].mean) if found else np.full(grid.size, np.nan)


def rest_power(power_w: Floats, outdoor_c: Floats, days: Cuts, stated_w: float = 0.0) -> Floats:
    """Return what a unit draws while its compressor rests: learnt electronics, and a crankcase heater in the cold.

    Parameters
    ----------
    power_w, outdoor_c : array
        Power, 0 or NaN where nothing was drawn or heard [W], and outdoor temperature [°C].
    days : Cuts
        The days among them.
    stated_w : float
        Standby as its maker states it; where 0 learnt from each day (1st percentile, at most 15 W). [W]

    Returns
    -------
    array
        [W]
    """
    learnt = np.full(len(power_w), stated_w)
    for day in () if stated_w else days.slices():
        drawn = power_w[day][power_w[day] > 0]
        learnt[day] = min(float(np.percentile(drawn, 1)), _STANDBY_W) if len(drawn) else 0.0
    return learnt + np.where(outdoor_c < _CRANKCASE_BELOW_C, _CRANKCASE_W, 0.0)


def indoor(home: Home, pump: HeatPump, grid: Grid) -> Floats:
    """Return the mean air temperature at a pump's indoor units, NaN where nobody said it. [°C]."""
    zones = {zone.id: zone.temperature for zone in home.zones}
    laid = []
    for head in pump.heads:
        points = (zones.get(head.zone), head.device)
        block = next((b for p in points if p and (b := grid.find(p, "temperature")) is not None), None)
        if block is not None:
            laid.append(grid.lay(block, block.mean))
    return mean_known(np.array(laid)) if laid else np.full(grid.size, np.nan)


def _metered(pump: HeatPump, grid: Grid, outdoor_c: Floats) -> Iterator[_Row]:
    """Yield what a heat meter counted."""
    if pump.heat_meter is not None:
        width = heat_meter.VERIFIED if pump.heat_meter.verified else heat_meter.HALF_WIDTH
        width = width + (heat_meter.CLIPPED if pump.heat_meter.clipped else 0.0)
        yield "A", heat_meter.metered(pump.heat_meter, pump.glycol, grid, outdoor_c), (width, width)


def _aired(home: Home, pump: HeatPump, grid: Grid) -> Iterator[_Row]:
    """Yield what the air of the indoor units tells, where every one of them has its temperatures and its airflow."""
    total = np.zeros(grid.size)
    for head in pump.heads:
        supply = grid.find(head.device, "supply_temp")
        air = air_side.flow_of(head.device, pump.air_flow, grid)
        if supply is None or not np.isfinite(air).any():
            return
        alone = msgspec.structs.replace(pump, heads=(head,))
        damp = grid.find(head.device, "humidity")
        humidity = np.full(grid.size, np.nan) if damp is None else grid.lay(damp, damp.mean)
        heat_w = air_side.air_heat(air, indoor(home, alone, grid), grid.lay(supply, supply.mean), humidity)
        total = total + heat_w * _KWH_PER_W
    if pump.heads:
        measured = pump.air_flow is None or pump.air_flow.calibrated
        yield ("B", total, air_side.CALIBRATED) if measured else ("B?", total, air_side.CATALOGUE)


def _signed(rung: Rung, heat_kwh: Floats, widths: tuple[float, float], use: Mapping[str, Floats]) -> Flow:
    """Turn measured heat, negative while cooling, into a flow; a defrost's stays negative."""
    cools = use.get("cooling", np.zeros(len(heat_kwh))) > 0
    width = np.where(cools, widths[1], widths[0])
    return Flow(rung, np.where(cools, -heat_kwh, heat_kwh), width / Z90, METER_RANDOM, np.zeros(len(heat_kwh)))


def _fraction(pump: HeatPump, grid: Grid, use: Mapping[str, Floats], outdoor_c: Floats) -> Iterator[Flow]:
    """Yield the share of Carnot's COP that a metered fleet reaches, for air-source units that heat water."""
    flow_c = _water(pump, grid)
    if pump.kind != "air_to_water" or not np.isfinite(flow_c).any():
        return
    none = np.zeros(grid.size)
    drawn = use.get("heating", none) + use.get("dhw", none)
    cop = carnot.fraction_cop(flow_c, outdoor_c)
    width = np.full(grid.size, FRACTION / Z90)
    yield Flow("K", np.where(drawn > 0, drawn * cop, np.nan), width, RANDOM, np.zeros(grid.size))


def _water(pump: HeatPump, grid: Grid) -> Floats:
    """Return the temperature of the water leaving a heat pump, NaN where nobody said it. [°C]."""
    point = (pump.heat_meter.flow_temp or pump.heat_meter.point) if pump.heat_meter else None
    points = (point, *(head.device for head in pump.heads))
    flow = next((b for p in points if p and (b := grid.find(p, "flow_temp")) is not None), None)
    return np.full(grid.size, np.nan) if flow is None else grid.lay(flow, flow.mean)


def _mapped(
    home: Home, pump: HeatPump, system: System, grid: Grid, use: Mapping[str, Floats], outdoor_c: Floats, days: Cuts
) -> Flow:
    """Return what the unit's map says."""
    none = np.zeros(grid.size)
    if pump.pan_heater_w is not None:
        system = msgspec.structs.replace(system, pan_heater_w=pump.pan_heater_w)
    drawn = sum(use.values(), none)
    power_w = drawn / _KWH_PER_W
    scale = system.scale(pump.rated_w)
    sink_c = sink(home, pump, system, grid)
    rest_w = rest_power(power_w, outdoor_c, days, system.standby_w)
    warms = ("heating", "defrost", "dhw") if system.sink == "water" else ("heating", "defrost")
    heats = sum((use.get(mode, none) for mode in warms), none) > 0
    cools = use.get("cooling", none) > 0
    heat_w, beyond = np.full(grid.size, np.nan), none.copy()
    if system.heating:
        found = unit_map.heating(system, power_w, outdoor_c, sink_c, standby_w=rest_w, scale=scale)
        heat_w, beyond = np.where(heats, found.heat_w, heat_w), np.where(heats, found.clamped, beyond)
    if system.cooling:
        found = unit_map.cooling(system, power_w, outdoor_c, sink_c, standby_w=rest_w, scale=scale)
        heat_w, beyond = np.where(cools, found.heat_w, heat_w), np.where(cools, found.clamped, beyond)
    rung, width = WIDTHS[system.evidence]
    return Flow(rung, heat_w * _KWH_PER_W, np.full(grid.size, width / Z90), RANDOM, beyond.astype(np.float64))
