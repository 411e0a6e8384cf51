"""Which series says how cold it is outside: the home's own sensor, then a weather source, then a unit's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from heatledger.home import Home, names, resolve
from heatledger.meters import Grid
from heatledger.readings import Floats, Intervals, SeriesKey


def sources(home: Home, heard: Iterable[SeriesKey]) -> list[SeriesKey]:
    """Return the series that may tell the outdoor temperature, the most trusted first.

    Parameters
    ----------
    home : Home
        For its sensor, and for the devices that are indoor units.
    heard : iterable of SeriesKey
        What was heard of it.

    Returns
    -------
    list of SeriesKey
        The named sensor, then weather, then what heat pumps say themselves (their sensor hangs in their own air).
    """
    known = list(heard)
    units = {head.device for pump in home.heat_pumps for head in pump.heads}
    others = sorted(
        (key for key in known if key.quantity == "outdoor_temp"),
        key=lambda key: (not units.isdisjoint(names(key)), key),
    )
    point = home.outdoor_temperature
    named = [resolve(point, quantity, known) for quantity in ("outdoor_temp", "temperature")] if point else []
    return list(dict.fromkeys([*(key for key in named if key is not None), *others]))


def temperature(home: Home, blocks: Sequence[Intervals], grid: Grid) -> Floats:
    """Return the outdoor temperature of each interval of a grid, NaN where nobody said it. [°C].

    Parameters
    ----------
    home : Home
        The household.
    blocks : sequence of Intervals
        Its intervals.
    grid : Grid
        The span.

    Returns
    -------
    array, shape (n,)
        Of the most trusted source heard in that interval.
    """
    by_key = {block.key: block for block in blocks}
    out = np.full(grid.size, np.nan)
    for key in sources(home, by_key):
        laid = grid.lay(by_key[key], by_key[key].mean)
        out = np.where(np.isfinite(out), out, laid)
    return out
