"""Temperatures of a sentence, and of a figure, in the unit that its reader sees the home in."""

from __future__ import annotations

import re
from typing import Final

from heatledger.formatting import number, temperature
from heatledger.home import Home
from heatledger.reader import temperature_unit

_FIGURE: Final = r"[+−-]?\d+(?:[.,]\d+)?"
_SPAN: Final = re.compile(
    rf"(?P<low>{_FIGURE})(?P<between>\s?–\s?| (?:and|to|und|bis|et|à) )(?P<high>{_FIGURE})(?P<space>[ \u00a0\u202f])°C"
)
_DEGREES: Final = re.compile(rf"(?P<figure>{_FIGURE})[ \u00a0\u202f]°C")
_KELVIN: Final = re.compile(rf"(?P<figure>{_FIGURE})(?P<space>[ \u00a0\u202f])K(?![\w/])")


def in_own_units(sentence: str, home: Home) -> str:
    """Return a sentence with its °C and K in °F where its reader sees the home so.

    Parameters
    ----------
    sentence : str
        In the reader's language, temperatures in °C and differences in K.
    home : Home
        Whose sentence it is.

    Examples
    --------
    >>> home = Home(id="h", name="H", timezone="UTC", currency="USD", temperature_unit="F")
    >>> in_own_units("20.5 °C, 1.5 K short, between 8 and 18 °C, 240 W/K", home)
    '69 °F, 2.7 °F short, between 46 and 64 °F, 240 W/K'
    """
    if temperature_unit(home) == "C":
        return sentence
    spans = _SPAN.sub(lambda m: f"{_warm(m['low'])}{m['between']}{_warm(m['high'])}{m['space']}°F", sentence)
    degrees = _DEGREES.sub(lambda m: f"{_warm(m['figure'])} °F", spans)
    return _KELVIN.sub(lambda m: f"{_apart(m['figure'])}{m['space']}°F", degrees)


def quantity(value: float, unit: str, home: Home, *, named: bool = True) -> str:
    """Print a figure of a finding with its unit; temperatures as the reader sees the home's.

    Parameters
    ----------
    value : float
        The figure.
    unit : str
        °C, K, W … or nothing.
    home : Home
        Whose it is.
    named : bool
        Whether the unit is written behind it.

    Examples
    --------
    >>> home = Home(id="h", name="H", timezone="UTC", currency="USD", temperature_unit="F")
    >>> quantity(20.0, "°C", home), quantity(2.0, "K", home), quantity(-612.0, "W", home)
    ('68 °F', '3.6 °F', '−612 W')
    """
    if unit in ("°C", "K") and temperature_unit(home) == "F":
        if unit == "°C":
            shown = temperature(round(value, 1), unit="F")  # as `in_own_units` reads it out of a sentence
            return shown if named else shown.removesuffix(" °F")
        value, unit = value * 1.8, "°F"
    most = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    printed = number(value, next(digits for digits in range(most + 1) if round(value, digits) == round(value, most)))
    return f"{printed} {unit}" if unit and named else printed


def _value(figure: str) -> float:
    return float(figure.replace(",", ".").replace("−", "-"))


def _warm(figure: str) -> str:
    return temperature(_value(figure), unit="F").removesuffix(" °F")


def _apart(figure: str) -> str:
    digits = len(re.split(r"[.,]", figure)[1]) if re.search(r"[.,]", figure) else 0
    plus = "+" if figure.startswith("+") else ""
    return plus + number(_value(figure) * 1.8, max(digits, 1))
