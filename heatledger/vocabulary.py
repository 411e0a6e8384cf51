"""The words a device file may use: its units, paths and shapes, checked with one line that names the mend."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import NamedTuple

import jmespath
import jmespath.exceptions

from heatledger.quantities import QUANTITIES, conversion
from heatledger.topics import compile_shape

TEMPERATURE_UNIT = "°C or °F"
"""Source unit of a temperature whose unit the message or the user says; °C where neither does."""


class Conversion(NamedTuple):
    """canonical = (source + offset) × factor, in `unit`."""

    factor: float
    offset: float
    unit: str


def unit_conversion(unit: str, quantity: str) -> Conversion:
    """Return how a source unit of a numeric quantity becomes canonical; prices keep their currency.

    Parameters
    ----------
    unit : str
        The source's unit, `TEMPERATURE_UNIT` (taken as °C) or, for prices, one like ``GBP/kWh``.
    quantity : str
        A name of `QUANTITIES`.

    Returns
    -------
    Conversion
        Factor, offset and the unit that results.

    Raises
    ------
    ValueError
        If the unit is unknown or belongs to another quantity.

    Examples
    --------
    >>> unit_conversion("Wh", "energy")
    Conversion(factor=0.001, offset=0.0, unit='kWh')
    """
    canonical = QUANTITIES[quantity].unit or ""
    if canonical.startswith("currency/"):
        if not re.fullmatch("[A-Z]{3}" + canonical.removeprefix("currency"), unit):
            raise ValueError(f"unit {unit!r} is no price; write one like {canonical.replace('currency', 'EUR')}")
        return Conversion(1.0, 0.0, unit)
    factor, offset = conversion("°C" if unit == TEMPERATURE_UNIT else unit, quantity)
    return Conversion(factor, offset, canonical)


def check_path(key: str, path: str | None) -> None:
    """Refuse text that is no JMESPath."""
    if path is None:
        return
    try:
        jmespath.compile(path)
    except jmespath.exceptions.JMESPathError as error:
        what = str(error).splitlines()[0].rstrip(": ")
        raise ValueError(f"{key}: {path!r} is no JMESPath ({what}); quote keys that hold colons or spaces") from error


def check_shape(key: str, text: str) -> None:
    """Refuse text that is no topic shape."""
    try:
        compile_shape(text)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from error


def check_unit(unit: str, quantity: str) -> None:
    """Refuse a unit that does not measure the quantity."""
    try:
        unit_conversion(unit, quantity)
    except ValueError as error:
        raise ValueError(f"unit: {error}") from error


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the hint for a misspelt word: the nearest known one, else all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
