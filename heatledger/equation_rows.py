"""A row of the table of equations, and what several rows say alike."""

from __future__ import annotations

from typing import Final, NamedTuple


class Row(NamedTuple):
    """How the figures at one place of the Summary are found.

    Attributes
    ----------
    place : str
        Dotted; ``*`` is any one key, a last ``**`` anything below.
    what, unit, equation : str
        In words; the unit is empty for a ratio or a count, ``currency`` for money.
    inputs : tuple of str
        Dotted places, beside the figure, from the top where they begin with a slash, one step up after ``../``.
    worked : str
        The equation with its numbers, for `worked.worked`.
    within : tuple of str
        The figures beside it that are its interval, and how much that encloses; empty without one.
    when : tuple of str
        A key beside it and its value, where the row holds for that alone.
    """

    place: str
    what: str
    unit: str
    equation: str
    inputs: tuple[str, ...] = ()
    worked: str = ""
    within: tuple[str, str, str] | tuple[()] = ()
    when: tuple[str, str] | tuple[()] = ()


KWH: Final = "kWh"
MONEY: Final = "currency"
BOUNDS: Final = ("low", "high", "90 %")
QUANTILES: Final = ("p10", "p90", "P10–P90")
