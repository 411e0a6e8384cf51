"""What a heat pump does in each interval, and what shows it: said by its units, else seen in temperatures and power."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from heatledger.home import HeatPump, Home
from heatledger.marks import marked
from heatledger.meters import Grid
from heatledger.readings import Floats, Ints

MODES: Final = ("heating", "cooling", "dhw", "defrost", "standby", "other", "unknown")
HEATING, COOLING, DHW, DEFROST, STANDBY, OTHER, UNKNOWN = range(len(MODES))
UNSAID: Final = -1

EVIDENCE: Final = (
    marked("what the unit says it does"),
    marked("the mode it is set to, and its power"),
    marked("its power alone"),
    marked("the power of a reverse-cycle defrost"),
    marked("the water of its tank"),
    marked("the air or water it supplies"),
    marked("the weather, and its power"),
    marked("its units say different things"),
    marked("nothing says"),
)
"""What a mode is known by, the best first; the last two leave it unknown."""
SAID, SET, POWER, SIGNATURE, TANK, SUPPLY, WEATHER, DISAGREE, NOTHING = range(len(EVIDENCE))

QUANTITIES: Final = (
    "mode",
    "action",
    "defrost",
    "compressor_freq",
    "supply_temp",
    "flow_temp",
    "return_temp",
    "dhw_temp",
)

_BY_ACTION: Final = {
    "heating": HEATING,
    "cooling": COOLING,
    "drying": COOLING,
    "defrosting": DEFROST,
    "fan": STANDBY,
    "idle": STANDBY,
    "off": STANDBY,
}
_BY_MODE: Final = {
    "heat": HEATING,
    "cool": COOLING,
    "dry": COOLING,
    "dhw": DHW,
    "fan_only": STANDBY,
    "off": STANDBY,
    "heat+dhw": HEATING,
    "cool+dhw": COOLING,
}
_WATER_TOO: Final = {"heat+dhw": 1, "cool+dhw": 1, "heat_cool+dhw": 1}
_DEFROSTS: Final = {"on": 1, "true": 1, "1": 1}
_WORK: Final = (HEATING, COOLING, DHW, DEFROST)

_WARMER_K, _COLDER_K = 5.0, 3.0  # supplied air beside the room's: running coils are 10–30 K off, a resting one 1–2 K
_LEG_K: Final = 0.7  # flow beside return: a resting circuit's two strap-on sensors differ by half a kelvin
_COLD_C, _HOT_C = 12.0, 26.0  # nobody cools a home below the one, or heats it above the other
_TANK_K: Final = 0.5  # half an hour of hot-water making warms any tank by more
_TANK_STEPS: Final = 3
_HOT_WATER_C: Final = 40.0  # water for a tank of 45 °C and more leaves the unit warmer than this
_WATER: Final = frozenset(("air_to_water", "ground_source"))

Bools = npt.NDArray[np.bool_]
_Sign = tuple[int, Bools, int]


class Doing(NamedTuple):
    """What a heat pump does.

    Attributes
    ----------
    mode, evidence : array, shape (n,)
        Numbers into `MODES` and `EVIDENCE`.
    heads : array, shape (heads, n)
        What each indoor unit says of itself, a number into `MODES`, `UNSAID` where it says nothing.
    """

    mode: Ints
    evidence: Ints
    heads: Ints


class Seen(NamedTuple):
    """What a heat pump's meter and the weather show.

    Attributes
    ----------
    outdoor_c : array, shape (n,)
        [°C]
    runs, defrosts : array, shape (n,)
        1 where it does so by its power, NaN where that is not heard.
    """

    outdoor_c: Floats
    runs: Floats
    defrosts: Floats


def doing(home: Home, pump: HeatPump, grid: Grid, seen: Seen) -> Doing:
    """Say what a heat pump does in each interval of a grid.

    Its units' own words come first: actions and defrosting as said; a mode that is set counts while its power (or the
    compressor) shows that it runs. Where no word decides, supplied air or water does, then the weather where it leaves
    no doubt. Units of one outdoor unit that say heating and cooling at once leave the mode unknown.

    Parameters
    ----------
    home : Home
        For the zones' thermometers.
    pump : HeatPump
        As the home file states it.
    grid : Grid
        The home's intervals.
    seen : Seen
        What its meter and the weather show.

    Returns
    -------
    Doing
        A mode for every interval.
    """
    heads, acts = _said(pump, grid)
    mode, evidence = _agreed(heads, acts, grid.size)
    resting = seen.runs == 0
    works = np.isin(mode, (HEATING, COOLING, DHW))
    mode, evidence = _put(mode, evidence, works & resting, STANDBY, POWER)
    mode, evidence = _tank(pump, grid, mode, evidence)
    blank = evidence == NOTHING
    mode, evidence = _put(mode, evidence, blank & resting, STANDBY, POWER)
    for kind, shown, why in (*_of_air(home, pump, grid), *_of_water(pump, grid), *_of_weather(pump, seen.outdoor_c)):
        runs = seen.runs == 1 if why == WEATHER else ~resting
        mode, evidence = _put(mode, evidence, (evidence == NOTHING) & runs & shown, kind, why)
    says_defrosts = bool((heads == DEFROST).any())
    signs = (seen.defrosts == 1) & np.isin(mode, (HEATING, STANDBY)) & (not says_defrosts)
    mode, evidence = _put(mode, evidence, signs, DEFROST, SIGNATURE)
    return Doing(mode, evidence, heads)


def _put(mode: Ints, evidence: Ints, where: Bools, kind: int, why: int) -> tuple[Ints, Ints]:
    return np.where(where, kind, mode), np.where(where, why, evidence)


def _said(pump: HeatPump, grid: Grid) -> tuple[Ints, Ints]:
    """Return what each unit says, and whether it says so of what it does (1) or of what it is set to (0)."""
    heads = np.full((max(len(pump.heads), 1), grid.size), UNSAID)
    acts = np.zeros_like(heads)
    for row, head in enumerate(pump.heads):
        did = grid.codes(head.device, "action", _BY_ACTION)
        frost = grid.codes(head.device, "defrost", _DEFROSTS) == 1
        asked = grid.codes(head.device, "mode", _BY_MODE)
        what = np.where(frost, DEFROST, np.where(did != UNSAID, did, asked))
        speed = grid.find(head.device, "compressor_freq")
        still = grid.lay(speed, speed.max) == 0 if speed is not None else np.zeros(grid.size, dtype=bool)
        heads[row] = np.where(np.isin(what, (HEATING, COOLING, DHW)) & still, STANDBY, what)
        acts[row] = frost | (did != UNSAID)
    return heads, acts


def _agreed(heads: Ints, acts: Ints, size: int) -> tuple[Ints, Ints]:
    """Return what the units together do: defrosting is the outdoor unit's; one that runs outweighs those that rest."""
    says = {kind: (heads == kind).any(axis=0) for kind in (*_WORK, STANDBY)}
    kinds = sum(says[kind].astype(np.int64) for kind in (HEATING, COOLING, DHW))
    mode, evidence = np.full(size, UNKNOWN), np.full(size, NOTHING)
    for kind in (HEATING, COOLING, DHW):
        mode = np.where((kinds == 1) & says[kind], kind, mode)
    mode = np.where((kinds == 0) & says[STANDBY] & ((heads == STANDBY) | (heads == UNSAID)).all(axis=0), STANDBY, mode)
    mode = np.where(says[DEFROST], DEFROST, mode)
    told = ((heads == mode) & (acts == 1)).any(axis=0)
    evidence = np.where(mode == UNKNOWN, np.where(kinds > 1, DISAGREE, NOTHING), np.where(told, SAID, SET))
    return mode, evidence


def _tank(pump: HeatPump, grid: Grid, mode: Ints, evidence: Ints) -> tuple[Ints, Ints]:
    """Tell hot-water making from heating where a unit is set to do both and does not say which."""
    if pump.kind not in _WATER:
        return mode, evidence
    both = np.zeros(grid.size, dtype=bool)
    for head in pump.heads:
        both |= grid.codes(head.device, "mode", _WATER_TOO) == 1
    told = (evidence == SAID) & (mode == COOLING)  # a unit that says it cools makes no hot water
    running = both & np.isin(mode, (HEATING, COOLING, UNKNOWN)) & (evidence != DISAGREE) & ~told
    if not running.any():
        return mode, evidence
    rise = _tank_rise(pump, grid)
    mode, evidence = _put(mode, evidence, running & (rise >= _TANK_K), DHW, TANK)
    return _put(mode, evidence, running & ~np.isfinite(rise), UNKNOWN, NOTHING)


def _tank_rise(pump: HeatPump, grid: Grid) -> Floats:
    """Return by how much the tank warms in the half hour around each interval, NaN where it is not heard. [K]."""
    tank = _first(pump, grid, "dhw_temp")
    rise = np.full(grid.size, np.nan)
    rise[_TANK_STEPS:-_TANK_STEPS] = tank[2 * _TANK_STEPS :] - tank[: -2 * _TANK_STEPS]
    return rise


def _first(pump: HeatPump, grid: Grid, quantity: str) -> Floats:
    """Return a quantity of a heat pump as the first of its devices that tells it says, NaN where none does."""
    meter = pump.heat_meter
    points = (meter.point, meter.flow_temp, meter.return_temp) if meter else ()
    for point in (*points, *(head.device for head in pump.heads)):
        block = grid.find(point, quantity) if point else None
        if block is not None:
            return grid.lay(block, block.mean)
    return np.full(grid.size, np.nan)


def _of_air(home: Home, pump: HeatPump, grid: Grid) -> list[_Sign]:
    """Return where the air of an indoor unit is clearly warmer, or colder, than its room."""
    warm, cold = np.zeros(grid.size, dtype=bool), np.zeros(grid.size, dtype=bool)
    for head in pump.heads:
        supply, room = supply_c(head.device, grid), room_c(home, head.zone, head.device, grid)
        warm |= supply - room > _WARMER_K
        cold |= room - supply > _COLDER_K
    return [(HEATING, warm & ~cold, SUPPLY), (COOLING, cold & ~warm, SUPPLY)]


def _of_water(pump: HeatPump, grid: Grid) -> list[_Sign]:
    """Return where water leaves warmer, or colder, than it came: for the tank where that warms, else for the rooms."""
    flow, back = _first(pump, grid, "flow_temp"), _first(pump, grid, "return_temp")
    rise = _tank_rise(pump, grid)
    warm = flow - back > _LEG_K
    rooms = warm & ((rise < _TANK_K) | (~np.isfinite(rise) & (flow < _HOT_WATER_C)))
    return [(DHW, warm & (rise >= _TANK_K), TANK), (HEATING, rooms, SUPPLY), (COOLING, back - flow > _LEG_K, SUPPLY)]


def _of_weather(pump: HeatPump, outdoor_c: Floats) -> list[_Sign]:
    """Return where the weather leaves one kind of work; never of what may be making hot water."""
    if pump.kind in _WATER:
        return []
    return [(HEATING, outdoor_c < _COLD_C, WEATHER), (COOLING, outdoor_c > _HOT_C, WEATHER)]


def supply_c(device: str, grid: Grid) -> Floats:
    """Return the temperature of the air leaving an indoor unit, NaN where it is not heard. [°C]."""
    block = grid.find(device, "supply_temp")
    return np.full(grid.size, np.nan) if block is None else grid.lay(block, block.mean)


def room_c(home: Home, zone: str, device: str, grid: Grid) -> Floats:
    """Return the air temperature of a zone: its thermometer's, else its indoor unit's own. [°C]."""
    own = next((each.temperature for each in home.zones if each.id == zone), None)
    for point in (own, device):
        block = grid.find(point, "temperature") if point else None
        if block is not None:
            return grid.lay(block, block.mean)
    return np.full(grid.size, np.nan)
