"""Starts, defrosts and rest of a compressor from its power alone, where that was read often enough to show them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from heatledger.home import HeatPump, Meter
from heatledger.meters import Grid
from heatledger.readings import INTERVAL_S, Floats

QUANTITIES: Final = ("power", "energy", "compressor_freq")
BEFORE_S: Final = 7200
"""How far before a span a compressor's past is looked at, so that a day made alone is the day made among others. [s]"""

_REST_W: Final = 80.0
"""Below it a mini-split's compressor rests: electronics 5–15 W and a crankcase heater 15–50 W lie under it (OCHRE's
defaults), the slowest compressor above. [W]"""
_REST_SHARE: Final = 0.02  # of a large unit's rated power, whose pumps and controls draw more
_MOST_REST_W: Final = 250.0
_TURNS_HZ: Final = 1.0
_KWH_TO_W: Final = 3.6e6 / INTERVAL_S
_FINE_KWH: Final = 0.004  # a register of whole watt-hours tells 50 W from 100 W in an interval; one of 0.1 kWh does not
_REMEMBER: Final = 3  # intervals that a compressor's state is carried over silence

FROST_C: Final = 5.0
"""Above it no coil freezes. [°C]"""
_STEADY: Final = 6  # intervals of steady heating before a defrost: it comes every 40–120 min
_DIP: Final = 0.4  # the compressor stops for the valve: power falls below this share of what it was
_SURGE: Final = 1.06  # and after it works harder than before, the coil being cold and the room having cooled
_LONGEST: Final = 3  # intervals; a defrost takes 2–10 min
_SPARED: Final = 0.24  # intervals of full power that a defrost spares at least; a hiccup of a minute spares less

Bools = npt.NDArray[np.bool_]


class Trace(NamedTuple):
    """A compressor's intervals; numbers are NaN where nothing tells.

    Attributes
    ----------
    runs : array, shape (n,)
        1 where it runs for the most part, 0 where it rests.
    starts : array, shape (n,)
        1 where it starts.
    defrosts : array, shape (n,)
        1 where its power shows a reverse-cycle defrost.
    fine : array, shape (n,)
        1 where it runs and more than one reading fell into the interval, 0 where one did.
    brief : array, shape (n,)
        1 where the interval's last value says other than those before and after: a run, or a rest, that may be one of
        many between readings.
    rest_w : array, shape (n,)
        Power where it rests all through. [W]
    """

    runs: Floats
    starts: Floats
    defrosts: Floats
    fine: Floats
    brief: Floats
    rest_w: Floats


class _Level(NamedTuple):
    """What tells of a compressor: mean, least, most and last value of each interval, and above what it runs."""

    mean: Floats
    low: Floats
    high: Floats
    last: Floats
    above: float


def trace(pump: HeatPump, meter: Meter, grid: Grid, outdoor_c: Floats) -> Trace:
    """Follow a compressor through a span.

    A start is counted where the last value of one interval and least, most and last of the next show that it was off
    and came on: one in five minutes at most, which no compressor exceeds (they wait three minutes before a restart).

    Parameters
    ----------
    pump, meter : HeatPump, Meter
        The unit, and what measures its circuit.
    grid : Grid
        The home's intervals.
    outdoor_c : array, shape (n,)
        Outdoor temperature of the grid's intervals. [°C]

    Returns
    -------
    Trace
        Of the grid's intervals.
    """
    early = Grid(list(grid.blocks.values()), grid.start_s - BEFORE_S, grid.start_s + grid.size * INTERVAL_S)
    skip = BEFORE_S // INTERVAL_S
    outdoors = np.concatenate((np.full(skip, outdoor_c[0] if len(outdoor_c) else np.nan), outdoor_c))
    power, speed = _power(meter, early, rests_below(pump, meter)), _speed(pump, early)
    level = speed if speed is not None and (power is None or _is_coarse(power)) else power
    drawn = power or level
    if level is None or drawn is None:
        return Trace(*(np.full(grid.size, np.nan) for _ in range(len(Trace._fields))))
    heard = np.isfinite(level.mean)
    runs = np.where(heard, (level.mean >= level.above).astype(np.float64), np.nan)
    defrosts = _defrosts(drawn, outdoors)
    starts = np.where(defrosts | _after(defrosts), 0.0, _starts(level))
    fine = np.where(runs == 1, (level.high > level.low).astype(np.float64), np.nan)
    rest_w = np.where((runs == 0) & (drawn.high < drawn.above), drawn.mean, np.nan)
    frosted = np.where(heard, defrosts.astype(np.float64), np.nan)
    return Trace(*(column[skip:] for column in (runs, starts, frosted, fine, _brief(level), rest_w)))


def rests_below(pump: HeatPump, meter: Meter) -> float:
    """Return the power under which a heat pump's compressor rests. [W]."""
    rated = max(meter.rated_w or 0.0, (pump.rated_w or 0.0) / 3.0)
    return min(max(_REST_W, _REST_SHARE * rated), _MOST_REST_W)


def _power(meter: Meter, grid: Grid, above: float) -> _Level | None:
    """Return the power of a meter: of its first point that tells any, or of all its clamps together."""
    blocks = [grid.find(point, "power") for point in meter.points or meter.sum]
    found = [block for block in blocks if block is not None]
    if not found or (meter.sum and len(found) < len(meter.sum)):
        return _register(meter, grid, above)
    used = found if meter.sum else found[:1]
    sign = -meter.scale if meter.invert else meter.scale
    rows = [
        [sign * grid.lay(block, column) for column in (block.mean, block.min, block.max, block.last)] for block in used
    ]
    mean, low, high, last = np.sum(np.array(rows), axis=0)
    return _Level(mean, np.minimum(low, high), np.maximum(low, high), last, above)


def _register(meter: Meter, grid: Grid, above: float) -> _Level | None:
    """Return the mean power that a register of whole watt-hours tells where no power is heard."""
    block = next((b for point in meter.points if (b := grid.find(point, "energy")) is not None), None)
    if block is None or not ((block.energy > 0) & (block.energy < _FINE_KWH)).any():
        return None
    mean = grid.lay(block, block.energy) * _KWH_TO_W * meter.scale
    return _Level(mean, mean, mean, mean, above)


def _speed(pump: HeatPump, grid: Grid) -> _Level | None:
    for head in pump.heads:
        block = grid.find(head.device, "compressor_freq")
        if block is not None:
            mean, low, high, last = (
                grid.lay(block, column) for column in (block.mean, block.min, block.max, block.last)
            )
            return _Level(mean, low, high, last, _TURNS_HZ)
    return None


def _is_coarse(level: _Level) -> bool:
    """Whether most of the intervals in which it runs hold one reading."""
    runs = level.mean >= level.above
    return bool(runs.any()) and float((level.high > level.low)[runs].mean()) < 0.5


def _carried(last: Floats) -> Floats:
    """Return the value before each interval: the last that was heard, not long ago."""
    at = np.where(np.isfinite(last), np.arange(len(last)), -1)
    before = np.concatenate(([-1], np.maximum.accumulate(at)[:-1])) if len(last) else at
    near = (before >= 0) & (np.arange(len(last)) - before <= _REMEMBER)
    return np.where(near, last[np.maximum(before, 0)], np.nan)


def _starts(level: _Level) -> Floats:
    before = _carried(level.last)
    came_on = (before < level.above) & (level.high >= level.above)
    again = (before >= level.above) & (level.low < level.above) & (level.last >= level.above)
    return np.where(np.isfinite(before) & np.isfinite(level.last), (came_on | again).astype(np.float64), np.nan)


def _brief(level: _Level) -> Floats:
    """Return the intervals whose last value stands alone."""
    on = level.last >= level.above
    alone = (on[1:-1] != on[:-2]) & (on[1:-1] != on[2:]) & np.isfinite(level.last[:-2] + level.last[2:])
    return np.concatenate(([0.0], alone, [0.0])) if len(on) > 2 else np.zeros(len(on))


def _defrosts(drawn: _Level, outdoor_c: Floats) -> Bools:
    """Return the intervals of a reverse-cycle defrost: steady heating in the cold, a dip of minutes, then a surge."""
    size = len(drawn.mean)
    found = np.zeros(size, dtype=bool)
    if size <= _STEADY + _LONGEST:
        return found
    steady = np.lib.stride_tricks.sliding_window_view(np.where(drawn.low >= drawn.above, drawn.mean, np.nan), _STEADY)
    before = np.concatenate((np.full(_STEADY, np.nan), steady.mean(axis=1)))[:size]
    dips = (drawn.low < _DIP * before) & (outdoor_c < FROST_C)
    for first in np.flatnonzero(dips).tolist():
        low = drawn.low[first : first + _LONGEST] < _DIP * before[first]
        last = first + int(np.flatnonzero(low)[-1])
        after = slice(last + 1, last + 1 + _LONGEST)
        within = slice(first, last + 1)
        rests = bool((drawn.high[within] < drawn.above).any()) or _spared(drawn, within, before[first]) < _SPARED
        surges = np.fmax.reduce(drawn.mean[after], initial=0.0) >= _SURGE * before[first]
        if surges and not rests and not (drawn.low[after] < drawn.above).any():
            found[first : last + 1] = True
    return found


def _spared(drawn: _Level, within: slice, before: float) -> float:
    """Return for how many intervals' worth of its former power less was drawn. [1]."""
    return float(np.sum(1.0 - drawn.mean[within] / before))


def _after(defrosts: Bools) -> Bools:
    """Return the interval after each defrost, in which the compressor starts for no thermostat."""
    return np.concatenate(([False], defrosts[:-1])) if len(defrosts) else defrosts
