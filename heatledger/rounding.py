"""Rounding for print: half away from zero, and parts that add up to the printed total."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

Number = Decimal | float | str
"""A number as the Summary states it: exact, measured, or a decimal string."""


def exactly(value: Number | None) -> Decimal | None:
    """Return the exact number a value stands for; None for what is not known (None, NaN).

    Examples
    --------
    >>> exactly(0.1), exactly(float("nan"))
    (Decimal('0.1'), None)
    """
    if value is None:
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact if exact.is_finite() else None


def rounded(value: Decimal, digits: int) -> Decimal:
    """Return a number rounded half away from zero, as people round; never −0.

    Examples
    --------
    >>> rounded(Decimal("-0.004"), 2)
    Decimal('0.00')
    """
    result = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return abs(result) if result.is_zero() else result


def largest_remainder(parts: Sequence[Number | None], total: Number, digits: int) -> list[Decimal]:
    """Round parts so that what is printed adds up to the printed total.

    Every part is rounded down, and the units still missing go to the parts with the largest remainders; so no part is
    off by a whole unit, and a part that needs no rounding keeps its value.

    Parameters
    ----------
    parts : sequence of Decimal, float or str
        Parts of the total, in its unit, a remainder being a part of its own.
    total : Decimal, float or str
        What the parts add up to, up to rounding.
    digits : int
        Decimals to print.

    Returns
    -------
    list of Decimal
        The printed parts, in order; their sum is the total rounded to `digits`.

    Raises
    ------
    ValueError
        If a part is not known, or the parts do not add up to the total.

    Examples
    --------
    >>> [str(part) for part in largest_remainder([1.25, 1.25, 1.25, 1.25], 5, 1)]
    ['1.3', '1.3', '1.2', '1.2']
    """
    unit = Decimal(1).scaleb(-digits)
    known = [part for part in (exactly(part) for part in parts) if part is not None]
    goal = exactly(total)
    if goal is None or len(known) < len(parts):
        raise ValueError("a part or the total is not known; print it as such, not as a share of the rest")
    goal = rounded(goal, digits)
    if abs(sum(known, Decimal(0)) - goal) > unit * (len(known) + 1) / 2:
        raise ValueError(f"parts add up to {sum(known, Decimal(0))}, not to {goal}; a remainder is a part of its own")
    floors = [part.quantize(unit, ROUND_FLOOR) for part in known]
    missing = int((goal - sum(floors, Decimal(0))) / unit)
    step = unit if missing > 0 else -unit
    order = sorted(range(len(known)), key=lambda at: known[at] - floors[at], reverse=missing > 0)
    for turn in range(abs(missing)):
        floors[order[turn % len(order)]] += step
    return [abs(part) if part.is_zero() else part for part in floors]
