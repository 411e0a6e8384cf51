"""What a language and a currency do to a number: separators, order, signs, decimals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Locale:
    """Separators and order of one language."""

    decimal: str
    group: str
    symbol_first: bool
    before_percent: str


LOCALES: Final = {
    "en": Locale(decimal=".", group=",", symbol_first=True, before_percent=""),
    "de": Locale(decimal=",", group=".", symbol_first=False, before_percent="\u00a0"),
    "fr": Locale(decimal=",", group="\u202f", symbol_first=False, before_percent="\u00a0"),
}


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency's sign, the name of its hundredth, and its decimals."""

    symbol: str
    minor: str | None
    digits: int = 2


CURRENCIES: Final = {
    "USD": Currency("$", "¢"),
    "CAD": Currency("CA$", "¢"),
    "AUD": Currency("A$", "¢"),
    "EUR": Currency("€", "ct"),
    "GBP": Currency("£", "p"),
    "CHF": Currency("CHF", "Rp."),
    "SEK": Currency("SEK", "öre"),
    "NOK": Currency("NOK", "øre"),
    "DKK": Currency("DKK", "øre"),
    "JPY": Currency("¥", None, 0),
    "KRW": Currency("₩", None, 0),
}

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def currency_row(code: str) -> Currency:
    """Return a currency's row; one that is not in the table is written by its code."""
    return CURRENCIES.get(code, Currency(code, None))
