"""A heat pump's power second by second, as plugs would report it: cycles, reverse-cycle defrosts, rest."""

import msgspec
import numpy as np

from heatledger.cuts import Cuts
from heatledger.cycling import trace
from heatledger.energy import intervals
from heatledger.home import Home
from heatledger.meters import Grid
from heatledger.readings import Samples, SeriesKey
from heatledger.run_day import run_days
from tests.accounts.homes import HOME, T0

STEP_S = 10
REST_W, RUN_W = 12.0, 900.0
KEY = SeriesKey("home", "x", "plug", "", "power")
PLACE = msgspec.convert(HOME, Home)


def cycles(on_min, off_min, hours=24, seed=0, swing=0.06):
    """A compressor that runs and rests in turns; how often it started, the first left out."""
    rng = np.random.default_rng(seed)
    watts, starts = [], 0
    while len(watts) * STEP_S < hours * 3600:
        on, off = (max(round(minutes * rng.uniform(0.85, 1.15) * 60 / STEP_S), 1) for minutes in (on_min, off_min))
        watts += [REST_W] * off + (RUN_W * rng.uniform(1 - swing, 1 + swing, on)).tolist()
        starts += 1
    return np.array(watts), starts


def winter(events, hours=24, seed=0, base=RUN_W):
    """Steady heating whose load wanders, with so many defrosts.

    The valve turns at almost no power, the compressor warms the coil at about half of it for 3–8 minutes, the valve
    turns back, and it then works harder for a while.
    """
    rng = np.random.default_rng(seed)
    size = hours * 3600 // STEP_S
    wander = np.interp(np.arange(size), np.linspace(0, size, hours * 2), rng.uniform(0.75, 1.2, hours * 2))
    watts = base * wander * rng.uniform(0.97, 1.03, size)
    gap = size // (events + 1)
    for number in range(events):
        at = int((number + 1) * gap + rng.integers(-gap // 8, gap // 8 + 1))
        valve, melt, surge = 50 // STEP_S, int(rng.uniform(180, 480)) // STEP_S, 900 // STEP_S
        for first, length, share in (
            (at, valve, 0.06),
            (at + valve, melt, rng.uniform(0.4, 0.7)),
            (at + valve + melt, valve, 0.06),
            (at + 2 * valve + melt, surge, 1.25),
        ):
            watts[first : first + length] = base * wander[first : first + length] * share
    return watts


def read_every(watts, seconds, outdoor_c=1.0, seed=0, **meter):
    """What heatledger makes of such a day, read so often: its trace and its sums."""
    step = seconds // STEP_S
    at = np.arange(np.random.default_rng(seed).integers(step) if step > 1 else 0, len(watts), step)
    samples = Samples(KEY, "gauge", "", (T0 * 10**6 + at * STEP_S * 10**6).astype(np.int64), watts[at], at * 0)
    end_s = T0 + len(watts) * STEP_S // 300 * 300
    block = intervals(samples, start_s=T0, end_s=end_s)
    grid = Grid([block], T0, end_s)
    outdoors = np.full(grid.size, outdoor_c)
    pump = PLACE.heat_pumps[0]
    found = trace(pump, msgspec.structs.replace(PLACE.meters[1], **meter), grid, outdoors)
    kwh = np.nan_to_num(grid.lay(block, block.energy))
    mode = np.where(found.defrosts == 1, 3.0, np.where(found.runs == 1, 0.0, 4.0))
    none = np.zeros(grid.size)
    columns = found._asdict() | {"mode": mode, "evidence": none, "told": none, "unshared": none}
    (day,) = run_days(columns, outdoors, kwh, Cuts.one(grid.size))
    return found, day
