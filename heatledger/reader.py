"""Who reads: the language, and the units that were chosen. Set once for a request, a callback, a report or a command.

It is a context variable, as the decimal module's precision is one: what is printed depends on it, what is reckoned
never does. The library, the store and the API speak English, SI and ISO 8601 whoever reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal, get_args

import msgspec

from heatledger.home import Home, Language, Units

TemperatureUnit = Literal["C", "F"]
Look = Literal["auto", "light", "dark", "contrast"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


class Reader(msgspec.Struct, frozen=True):
    """What somebody reads.

    Attributes
    ----------
    language : str
        en, de or fr.
    units : str or None
        What they chose; None: what the home says.
    temperature : str or None
        C or F where they chose it apart from the units.
    look : str
        The colours of the pages; auto follows the browser.
    """

    language: Language = "en"
    units: Units | None = None
    temperature: TemperatureUnit | None = None
    look: Look = "auto"


ENGLISH: Final = Reader()
"""For whom the library makes its sentences, whoever reads them: ``@reading(ENGLISH)``."""
_READER: ContextVar[Reader] = ContextVar("reader", default=ENGLISH)


def reader() -> Reader:
    """Return who reads what is being made; English, and the home's own units, where nobody was named."""
    return _READER.get()


@contextmanager
def reading(who: Reader) -> Iterator[None]:
    """Let somebody read what is made within.

    Examples
    --------
    >>> with reading(Reader("de")):
    ...     reader().language
    'de'
    """
    before = _READER.set(who)
    try:
        yield
    finally:
        _READER.reset(before)


def of_home(home: Home) -> Reader:
    """Return the reader of what a home is sent: its own language and units."""
    return Reader(home.language or "en")


def units(home: Home) -> Units:
    """Return in which units the reader sees a home: what they chose, else what the home says."""
    return reader().units or home.units or ("us" if home.degrees == "F" else "metric")


def temperature_unit(home: Home) -> TemperatureUnit:
    """Return in which unit the reader sees a home's temperatures.

    Examples
    --------
    >>> home = Home(id="home", name="Home", timezone="Europe/Berlin", currency="EUR")
    >>> temperature_unit(home)
    'C'
    >>> with reading(Reader(units="us")):
    ...     temperature_unit(home)
    'F'
    """
    who = reader()
    own = who.temperature or (None if who.units else home.degrees)
    return own or ("F" if units(home) == "us" else "C")
