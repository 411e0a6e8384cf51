"""What a language and a currency do to a number and a date: separators, order, signs, names, decimals.

Numbers and dates are those of Unicode's CLDR, as Babel holds it; ours are the English short date without its first
comma, and what a hundredth of a currency is called on a bill.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Final

from babel import Locale as Cldr
from babel.dates import format_date

_PLACES: Final = {"en": "en_US", "de": "de_DE", "fr": "fr_FR"}
_OWN_DATES: Final = {("en", "MMMEd"): "EEE MMM d", ("en", "yMMMEd"): "EEE MMM d, y"}


@dataclass(frozen=True, slots=True)
class Locale:
    """Separators and order of one language."""

    decimal: str
    group: str
    symbol_first: bool
    before_percent: str


@cache
def cldr(language: str) -> Cldr:
    """Return what CLDR knows of a language where it is most spoken."""
    return Cldr.parse(_PLACES[language])


@cache
def locale_row(language: str) -> Locale:
    r"""Return the separators and the order of a language.

    Examples
    --------
    >>> locale_row("de")
    Locale(decimal=',', group='.', symbol_first=False, before_percent='\xa0')
    """
    known = cldr(language)
    symbols = known.number_symbols["latn"]
    percent: str = known.percent_formats[None].pattern
    return Locale(
        decimal=symbols["decimal"],
        group=symbols["group"],
        symbol_first=known.currency_formats["standard"].pattern.startswith("¤"),
        before_percent=percent.removesuffix("%").partition("0")[2],
    )


@lru_cache(4096)
def printed_date(when: date, skeleton: str, language: str) -> str:
    """Return a date by what is to be in it: of CLDR's skeletons ``MMMd`` is month and day, ``E`` with the weekday.

    Examples
    --------
    >>> printed_date(date(2026, 10, 4), "yMMMd", "de"), printed_date(date(2026, 10, 4), "MMMEd", "fr")
    ('4. Okt. 2026', 'dim. 4 oct.')
    """
    known = cldr(language)
    pattern = _OWN_DATES.get((language, skeleton)) or known.datetime_skeletons.get(skeleton, skeleton)
    return format_date(when, str(pattern), locale=known)


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
_OWN_MINOR: Final = {("fr", "EUR"): "c€", ("fr", "CHF"): "ct."}


def currency_row(code: str, language: str = "en") -> Currency:
    """Return a currency's row; one that is not in the table is written by its code.

    Examples
    --------
    >>> currency_row("EUR").minor, currency_row("EUR", "fr").minor
    ('ct', 'c€')
    """
    row = CURRENCIES.get(code, Currency(code, None))
    return Currency(row.symbol, _OWN_MINOR.get((language, code), row.minor), row.digits)
