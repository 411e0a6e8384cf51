"""Reading a meter of the home file off the intervals that were heard: registers before integrated power."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from heatledger.home import Meter, resolve
from heatledger.readings import INTERVAL_S, Flag, Floats, Intervals, Ints, SeriesKey

_STATE_LOOKBACK_S = 86_400
_Place = tuple[slice | Ints, slice]
_Number = TypeVar("_Number", np.float64, np.int64)


class Metered(NamedTuple):
    """What one meter counted in each interval; NaN where it is not known.

    Attributes
    ----------
    kwh, returned : array, shape (n,)
        Energy drawn and fed back. [kWh]
    estimated : array, shape (n,)
        The part of `kwh` whose amount or timing is a guess. [kWh]
    coverage : array, shape (n,)
        Share of the interval that was heard. [0–1]
    flags : array, shape (n,)
        `Flag` bits.
    """

    kwh: Floats
    returned: Floats
    estimated: Floats
    coverage: Floats
    flags: Ints


class _Codes(dict[str, int]):
    """Numbers by word, and one for all words that have none."""

    def __init__(self, table: Mapping[str, int], other: int) -> None:
        super().__init__(table)
        self._other = other

    def __missing__(self, word: str) -> int:
        """Return the number of an unknown word."""
        return self._other


class Grid:
    """The intervals of a span, and a home's blocks laid on them."""

    def __init__(self, blocks: Sequence[Intervals], start_s: int, end_s: int) -> None:
        self.start_s = start_s
        self.size = (end_s - start_s) // INTERVAL_S
        self.blocks = {block.key: block for block in blocks}
        self._stood: dict[SeriesKey, Ints] = {}
        self._placed: dict[SeriesKey, _Place] = {}
        self._telling: dict[str, list[SeriesKey]] = {}
        for key in self.blocks:
            self._telling.setdefault(key.quantity, []).append(key)

    def find(self, point: str, quantity: str) -> Intervals | None:
        """Return the block that a point of the home file means for a quantity."""
        key = resolve(point, quantity, self._telling.get(quantity, ()))
        return None if key is None else self.blocks[key]

    def lay(self, block: Intervals, column: npt.NDArray[_Number], empty: float = np.nan) -> npt.NDArray[_Number]:
        """Lay a block's column on the grid; `empty` where the block has no row."""
        out = np.full(self.size, empty, dtype=column.dtype)
        where, inside = self._place(block)
        out[where] = column[inside]
        return out

    def _place(self, block: Intervals) -> _Place:
        """Return where a block's rows are on the grid, and which of them are on it."""
        known = self.blocks.get(block.key) is block
        if not known or block.key not in self._placed:
            where = (block.start_s - self.start_s) // INTERVAL_S
            low, high = np.searchsorted(where, (0, self.size)).tolist()
            place: _Place = where[low:high], slice(low, high)
            if low < high and where[high - 1] - where[low] == high - low - 1:  # no row is missing: nothing to look up
                place = slice(int(where[low]), int(where[high - 1]) + 1), slice(low, high)
            if not known:
                return place
            self._placed[block.key] = place
        return self._placed[block.key]

    def codes(self, device: str, quantity: str, table: Mapping[str, int], other: int = -1) -> Ints:
        """Lay a state as numbers of a table, each standing until the next, at most a day; −1 where nothing stands.

        A word that the table does not have is `other`.
        """
        block, at = self._standing(device, quantity)
        if block is None or block.state is None:
            return np.full(self.size, -1)
        codes = np.full(len(block.state) + 1, -1)  # the last is for −1, no row
        codes[:-1] = np.fromiter(map(_Codes(table, other).__getitem__, block.state), np.int64, len(block.state))
        return codes[at]

    def _standing(self, device: str, quantity: str) -> tuple[Intervals | None, Ints]:
        """Return a state's block and, for each interval, its row that stands there; −1 where none does."""
        block = self.find(device, quantity)
        if block is None:
            return None, np.full(self.size, -1)
        if block.key in self._stood:
            return block, self._stood[block.key]
        starts = self.start_s + np.arange(self.size, dtype=np.int64) * INTERVAL_S
        at = np.searchsorted(block.start_s, starts, side="right") - 1
        said = block.start_s[np.maximum(at, 0)] if len(block.start_s) else starts
        self._stood[block.key] = np.where((at >= 0) & (starts - said < _STATE_LOOKBACK_S), at, -1)
        return block, self._stood[block.key]


def read(meter: Meter, grid: Grid) -> Metered:
    """Read a meter off a grid: in each interval the first of its points that was heard, or the sum of its clamps.

    Parameters
    ----------
    meter : Meter
        As the home file states it.
    grid : Grid
        The home's intervals.

    Returns
    -------
    Metered
        NaN wherever no point (or not every clamp) was heard.
    """
    parts = [_read_point(point, meter, grid) for point in meter.points or meter.sum]
    flags = np.bitwise_or.reduce([part.flags for part in parts], axis=0)
    if meter.sum:
        kwh, returned, estimated = (np.sum([part[i] for part in parts], axis=0) for i in range(3))
        return Metered(kwh, returned, estimated, np.min([part.coverage for part in parts], axis=0), flags)
    best = parts[0]
    for other in parts[1:]:
        heard = np.isfinite(best.kwh)
        kwh, returned, estimated, coverage = (np.where(heard, best[i], other[i]) for i in range(4))
        best = Metered(kwh, returned, estimated, coverage, flags)
    return best._replace(flags=flags)


def _read_point(point: str, meter: Meter, grid: Grid) -> Metered:
    """Read one point; a reversed clamp counts on the other register, an export meter on the returned one."""
    drawn, fed = ("energy", "power"), ("energy_returned", "power_returned")
    forward, backward = (fed, drawn) if meter.invert or meter.role == "export" else (drawn, fed)
    heard = _register_or_power(point, forward, grid)
    kwh, returned = heard.kwh, np.zeros(grid.size)
    if meter.role in ("import", "battery"):
        returned = np.nan_to_num(_register_or_power(point, backward, grid).kwh)
    if meter.role == "import" and grid.find(point, backward[0]) is None:  # a signed power is both directions in one
        returned, kwh = returned + np.maximum(np.nan_to_num(-kwh), 0), np.where(kwh < 0, 0, kwh)
    return heard._replace(
        kwh=kwh * meter.scale, returned=returned * meter.scale, estimated=heard.estimated * meter.scale
    )


def _register_or_power(point: str, names: tuple[str, str], grid: Grid) -> Metered:
    """Take the register where it was heard, else the power, integrated; estimated is what is flagged so."""
    best: Metered | None = None
    for quantity in names:
        block = grid.find(point, quantity)
        if block is None:
            continue
        kwh = grid.lay(block, block.energy)
        flags = grid.lay(block, block.flags, 0)
        guess = flags & Flag.ESTIMATED != 0
        estimated = np.where(guess, np.abs(np.nan_to_num(kwh)), 0.0)
        row = Metered(kwh, np.zeros(grid.size), estimated, grid.lay(block, block.coverage, 0.0), flags)
        if best is None:
            best = row
        else:
            heard = np.isfinite(best.kwh)
            kwh, returned, estimated, coverage = (np.where(heard, best[i], row[i]) for i in range(4))
            best = Metered(kwh, returned, estimated, coverage, best.flags)
    if best is not None:
        return best
    empty = np.zeros(grid.size)
    return Metered(np.full(grid.size, np.nan), empty, empty, empty, np.zeros(grid.size, dtype=np.int64))
