"""Columns of numbers, as days keep them: eight bytes a number at hand and in the cache, where a list takes forty."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from typing import Self, cast

import msgspec


class Column(array):  # type: ignore[type-arg] # of float; not to be written so before Python 3.12
    """Numbers side by side; read like a list of float, and by numpy without copying.

    Parameters
    ----------
    values : iterable of float, or bytes
        Numbers, or the bytes of an array of them.
    """

    __slots__ = ()

    def __new__(cls, values: Iterable[float] | bytes = ()) -> Self:
        """Make a column of numbers."""
        return cast("Self", super().__new__(cls, "d", values))


def kept(value: object) -> bytes:
    """Return a column as it is kept: IEEE 754, 64 bits, little-endian.

    Raises
    ------
    TypeError
        Of anything else.
    """
    if not isinstance(value, Column):
        raise TypeError(f"{type(value).__name__} is not kept")
    return _in_order(value).tobytes()


def taken(kind: type, value: object) -> Column:
    """Return a column of what was kept; a list of numbers is one too.

    Raises
    ------
    TypeError, msgspec.ValidationError
        If something else is asked for, or was kept.
    """
    if kind is not Column:
        raise TypeError(f"{kind.__name__} is not kept")
    if not isinstance(value, bytes | list):
        raise msgspec.ValidationError(f"a column is bytes or a list of numbers, not {type(value).__name__}")
    return _in_order(Column(value)) if isinstance(value, bytes) else Column(value)


def _in_order(column: Column) -> Column:
    """Return a column from this machine's order of bytes to the kept one, or back."""
    if sys.byteorder == "big":
        column = Column(column)
        column.byteswap()
    return column
