"""Spans cut out of rows: sums of every span in one pass over a column, not a pass a span."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heatledger.readings import Floats, Ints

Bools = npt.NDArray[np.bool_]


class Cuts(NamedTuple):
    """Where spans begin and end among rows, half-open.

    Attributes
    ----------
    low, high : array, shape (k,)
        First row of each span, and the row after its last.
    """

    low: Ints
    high: Ints

    @classmethod
    def one(cls, size: int) -> Cuts:
        """Return the one span of all of `size` rows."""
        return cls(np.zeros(1, dtype=np.int64), np.array([size]))

    @classmethod
    def at(cls, start_s: Ints, pieces: Sequence[tuple[datetime, datetime]]) -> Cuts:
        """Return half-open spans of time among rows that begin at `start_s` [s, ascending]."""
        edges = np.array([[at.timestamp() for at in piece] for piece in pieces]).reshape(-1, 2)
        return cls(*np.searchsorted(start_s, edges).T)

    @property
    def sizes(self) -> Ints:
        """How many rows each span has, shape (k,)."""
        return self.high - self.low

    def slices(self) -> list[slice]:
        """Return each span as a slice of the rows."""
        return [slice(low, high) for low, high in zip(self.low.tolist(), self.high.tolist(), strict=True)]

    def sum(self, rows: npt.NDArray[np.generic]) -> Floats:
        """Sum rows over each span: shape (…, n) → (…, k); of an empty span 0.

        Examples
        --------
        >>> Cuts(np.array([0, 2, 2]), np.array([2, 2, 3])).sum(np.array([1.0, 2.0, 4.0])).tolist()
        [3.0, 0.0, 4.0]
        """
        return self._reduce(np.add, np.asarray(rows, dtype=np.float64))

    def known(self, rows: Floats) -> tuple[Floats, Floats]:
        """Return the sum of what is known in each span, and of how many rows that is: shape (…, n) → (…, k)."""
        told = np.isfinite(rows)
        return self.sum(np.where(told, rows, 0.0)), self.sum(told)

    def mean(self, rows: Floats) -> Floats:
        """Return the mean of what is known in each span, NaN where nothing is: shape (…, n) → (…, k)."""
        total, count = self.known(rows)
        found = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
        return np.asarray(found, dtype=np.float64)

    def most(self, rows: Floats) -> Floats:
        """Return the largest of each span, of an empty one 0: shape (…, n) → (…, k)."""
        return self._reduce(np.maximum, rows)

    def owner(self, size: int) -> Ints:
        """Return for each of `size` rows which span has it, −1 where none does."""
        owner = np.full(size, -1)
        inside = np.repeat(np.arange(len(self.low)), self.sizes)
        owner[self.rows()] = inside
        return owner

    def rows(self) -> Ints:
        """Return the numbers of the rows inside spans, in order."""
        first = np.repeat(self.low - np.concatenate(([0], np.cumsum(self.sizes)[:-1])), self.sizes)
        return np.asarray(first + np.arange(len(first)), dtype=np.int64)

    def _reduce(self, how: np.ufunc, rows: Floats) -> Floats:
        """Reduce by the edges in turn, first row and end of each span: every other result is a span's."""
        if not len(self.low):
            return np.zeros((*rows.shape[:-1], 0))
        if self.high.max() >= rows.shape[-1]:  # the end of the rows is no row
            rows = np.concatenate((rows, np.zeros((*rows.shape[:-1], 1))), axis=-1)
        reduced = how.reduceat(rows, np.column_stack((self.low, self.high)).ravel(), axis=-1)[..., ::2]
        return np.where(self.sizes > 0, reduced, 0.0)


def mean_known(rows: Floats, axis: int = 0) -> Floats:
    """Return the mean of what is known along an axis, NaN where nothing is.

    Parameters
    ----------
    rows : array
        NaN where not known.
    axis : int
        Along which.

    Examples
    --------
    >>> mean_known(np.array([[20.0, np.nan], [22.0, np.nan]])).tolist()
    [21.0, nan]
    """
    known = np.isfinite(rows)
    count = known.sum(axis=axis)
    total = np.where(known, rows, 0.0).sum(axis=axis)
    return np.asarray(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0), dtype=np.float64)
