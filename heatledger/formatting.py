"""How every number is printed, on page, e-mail, command line and API text alike.

Every function takes the number first, in the canonical unit its name says (money in the currency, energy in kWh, power
in W, temperature in °C, time in s), and prints what is not known (None, NaN) as `not_known()`. `currency` is an ISO
4217 code; `locale` (en, de, fr) is the reader's language where it is not given.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Final, Literal

from heatledger.home import Language
from heatledger.locales import currency_row, locale_row, printed_date
from heatledger.marks import marked
from heatledger.reader import reader
from heatledger.rounding import Number, exactly, rounded
from heatledger.rounding import largest_remainder as largest_remainder
from heatledger.wording import say, say_many

NOT_KNOWN: Final = marked("Not known")
KBTU_PER_KWH: Final = Decimal("3.412")
"""What a kilowatt-hour is in kBtu (3,412 Btu, as in the seasonal ratings)."""


def not_known() -> str:
    """Print what is not known."""
    return say(NOT_KNOWN)


def number(value: Number | None, digits: int, *, locale: Language | None = None) -> str:
    """Print a number with fixed decimals, thousands separators and U+2212 as its minus.

    Examples
    --------
    >>> number(-1234.5, 1)
    '−1,234.5'
    >>> number("1234.56", 2, locale="de")
    '1.234,56'
    """
    exact = exactly(value)
    if exact is None:
        return not_known()
    row = locale_row(locale or reader().language)
    swap = str.maketrans({",": row.group, ".": row.decimal, "-": "−"})
    return f"{rounded(exact, digits):,f}".translate(swap)


def signed(value: Number | None, digits: int, *, locale: Language | None = None) -> str:
    """Print a difference, its sign always shown.

    Examples
    --------
    >>> signed(1.26, 1), signed(-3, 0)
    ('+1.3', '−3')
    """
    exact = exactly(value)
    if exact is None:
        return not_known()
    return ("+" if rounded(exact, digits) >= 0 else "") + number(exact, digits, locale=locale)


def money_digits(currency: str) -> int:
    """Return the decimals of measured money: cents, where the currency has them."""
    return currency_row(currency).digits


def _with_symbol(amount: Decimal, code: str, digits: int, locale: Language | None) -> str:
    row, symbol = locale_row(locale or reader().language), currency_row(code).symbol
    printed = rounded(amount, digits)
    sign, figure = "−" if printed < 0 else "", number(abs(printed), digits, locale=locale)
    space = "\u00a0" if symbol.isalpha() or not row.symbol_first else ""
    return sign + (f"{symbol}{space}{figure}" if row.symbol_first else f"{figure}{space}{symbol}")


def money(amount: Number | None, currency: str, *, locale: Language | None = None) -> str:
    """Print measured money to the cent.

    Examples
    --------
    >>> money("215.94", "USD"), money(Decimal("-1234.5"), "USD"), money(None, "USD")
    ('$215.94', '−$1,234.50', 'Not known')
    >>> money("1234.56", "EUR", locale="de").split()
    ['1.234,56', '€']
    """
    exact = exactly(amount)
    return not_known() if exact is None else _with_symbol(exact, currency, money_digits(currency), locale)


def whole_money(amount: Number | None, currency: str, *, locale: Language | None = None) -> str:
    """Print modelled money, which has no cents.

    Examples
    --------
    >>> whole_money("31.4", "USD")
    '$31'
    """
    exact = exactly(amount)
    return not_known() if exact is None else _with_symbol(exact, currency, 0, locale)


def difference(amount: Number | None, currency: str, *, locale: Language | None = None) -> str:
    """Print a difference of measured money, signed either way.

    Examples
    --------
    >>> difference("81.4", "USD"), difference("-0.5", "USD"), difference(0, "USD")
    ('+$81.40', '−$0.50', '$0.00')
    """
    exact = exactly(amount)
    plus = "+" if exact is not None and rounded(exact, money_digits(currency)) > 0 else ""
    return plus + money(amount, currency, locale=locale)


def money_per_hour(amount: Number | None, currency: str, *, locale: Language | None = None) -> str:
    """Print what an hour costs: to the cent; under ten hundredths in tenths of one.

    Examples
    --------
    >>> money_per_hour("1.09", "USD"), money_per_hour(0.084, "USD"), money_per_hour(0, "USD")
    ('$1.09', '8.4 ¢', '$0.00')
    """
    exact, minor = exactly(amount), currency_row(currency, locale or reader().language).minor
    if exact is None or minor is None or not 0 < abs(rounded(exact * 100, 1)) < 10:
        return money(amount, currency, locale=locale)
    return f"{number(exact * 100, 1, locale=locale)} {minor}"


def price(rate: Number | None, currency: str, *, locale: Language | None = None) -> str:
    """Print the price of a kilowatt-hour.

    Examples
    --------
    >>> price("0.384", "USD"), price("0.384", "EUR", locale="de"), price("31.5", "JPY")
    ('38.4 ¢/kWh', '38,4 ct/kWh', '¥31.50/kWh')
    """
    exact, minor = exactly(rate), currency_row(currency, locale or reader().language).minor
    if exact is None:
        return not_known()
    if minor is None:
        return f"{_with_symbol(exact, currency, 2, locale)}/kWh"
    return f"{number(exact * 100, 1, locale=locale)} {minor}/kWh"


def price_of_heat(
    per_kwh: Number | None, currency: str, *, unit: Literal["kWh", "kBtu"] = "kWh", locale: Language | None = None
) -> str:
    """Print what a unit of heat costs; the unit stands in the heading. A kWh is 3.412 kBtu.

    Examples
    --------
    >>> price_of_heat("0.0887", "USD").split(), price_of_heat("0.0887", "USD", unit="kBtu").split()
    (['8.9', '¢'], ['2.6', '¢'])
    """
    exact, minor = exactly(per_kwh), currency_row(currency, locale or reader().language).minor
    if exact is None:
        return not_known()
    cost = exact / KBTU_PER_KWH if unit == "kBtu" else exact
    if minor is None:
        return _with_symbol(cost, currency, 2, locale)
    return f"{number(cost * 100, 1, locale=locale)}\u00a0{minor}"


def full_rate(rate: Number | None, currency: str, *, locale: Language | None = None) -> str:
    """Print a rate of a bill line with every digit it was stated with.

    Examples
    --------
    >>> full_rate("0.14180", "USD"), full_rate("0.5", "USD")
    ('$0.14180', '$0.50')
    """
    exact = exactly(rate)
    if exact is None:
        return not_known()
    stated = -int(exact.as_tuple().exponent)
    return _with_symbol(exact, currency, max(money_digits(currency), stated), locale)


def energy_digits(kwh: Number | None) -> int:
    """Return the decimals an energy is printed with: two under 1 kWh, one, none from 10,000 kWh.

    Examples
    --------
    >>> energy_digits(0.4), energy_digits(45.8), energy_digits(12_000)
    (2, 1, 0)
    """
    exact = abs(exactly(kwh) or Decimal(0))
    if rounded(exact, 2) < 1:
        return 2
    return 1 if rounded(exact, 1) < 10_000 else 0


def energy(kwh: Number | None, *, line: bool = False, locale: Language | None = None) -> str:
    """Print an energy.

    Examples
    --------
    >>> energy(45.84), energy(391.931, line=True), energy(0.4), energy(12345.6), energy(float("nan"))
    ('45.8 kWh', '391.93 kWh', '0.40 kWh', '12,346 kWh', 'Not known')
    """
    exact = exactly(kwh)
    if exact is None:
        return not_known()
    return f"{number(exact, 2 if line else energy_digits(exact), locale=locale)} kWh"


def power(watts: Number | None, *, locale: Language | None = None) -> str:
    """Print a power: whole watts, from a thousand in kilowatts.

    Examples
    --------
    >>> power(842.3), power(1240), power(999.7), power(-12)
    ('842 W', '1.24 kW', '1.00 kW', '−12 W')
    """
    exact = exactly(watts)
    if exact is None:
        return not_known()
    if abs(rounded(exact, 0)) < 1000:
        return f"{number(exact, 0, locale=locale)} W"
    return f"{number(exact / 1000, 2, locale=locale)} kW"


def temperature(
    celsius: Number | None, *, unit: Literal["C", "F"] = "C", wall: bool = False, locale: Language | None = None
) -> str:
    """Print a temperature: whole °F; °C with one decimal, whole on the wall, where the unit is left out.

    Examples
    --------
    >>> temperature(20.04), temperature(20.04, unit="F"), temperature(-40, unit="F", wall=True)
    ('20.0 °C', '68 °F', '−40°')
    """
    exact = exactly(celsius)
    if exact is None:
        return not_known()
    shown = exact * 9 / 5 + 32 if unit == "F" else exact
    figure = number(shown, 0 if wall or unit == "F" else 1, locale=locale)
    return f"{figure}°" if wall else f"{figure} °{unit}"


def cop(
    value: Number | None, low: Number | None = None, high: Number | None = None, *, locale: Language | None = None
) -> str:
    """Print a coefficient of performance with its interval; two decimals only when the half-width is under 0.10.

    Examples
    --------
    >>> cop(2.24, 1.81, 2.69), cop(2.236, 2.19, 2.28), cop(None)
    ('2.2 (1.8–2.7)', '2.24 (2.19–2.28)', 'Not known')
    """
    exact, least, most = exactly(value), exactly(low), exactly(high)
    if exact is None:
        return not_known()
    if least is None or most is None:
        return number(exact, 1, locale=locale)
    digits = 2 if (most - least) / 2 < Decimal("0.1") else 1
    shown, start, end = (number(part, digits, locale=locale) for part in (exact, least, most))
    return f"{shown} ({start}–{end})"


def share(fraction: Number | None, *, digits: int = 0, locale: Language | None = None) -> str:
    """Print a share of a whole. For shares side by side, round with `largest_remainder` first.

    Examples
    --------
    >>> share(0.558)
    '56%'
    """
    exact = exactly(fraction)
    if exact is None:
        return not_known()
    return f"{number(exact * 100, digits, locale=locale)}{locale_row(locale or reader().language).before_percent}%"


def coverage(fraction: Number | None, *, locale: Language | None = None) -> str:
    """Print how much was measured, rounded down: 100% is said only of everything.

    Examples
    --------
    >>> coverage(0.9999), coverage(1)
    ('99.9%', '100%')
    """
    exact = exactly(fraction)
    if exact is None:
        return not_known()
    floor = exact.quantize(Decimal("0.001"), ROUND_FLOOR)
    return share(floor, digits=0 if floor in (0, 1) else 1, locale=locale)


def duration(seconds: float | None) -> str:
    """Print a length of time.

    Examples
    --------
    >>> duration(20), duration(2040), duration(9420), duration(259_200)
    ('20 s', '34 min', '2 h 37 min', '3 days')
    """
    exact = exactly(seconds)
    if exact is None:
        return not_known()
    if exact < Decimal("59.5"):
        return f"{number(exact, 0)} s"
    hours, minutes = divmod(int(rounded(exact / 60, 0)), 60)
    if hours >= 48:
        days = int(rounded(exact / 86_400, 0))
        return say_many("{n} day", "{n} days", days, n=number(days, 0))
    return " ".join(f"{part} {unit}" for part, unit in ((hours, "h"), (minutes, "min")) if part)


def clock(time: datetime, *, hour12: bool = True) -> str:
    """Print a local time of day.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 10, 4, 12, 5, tzinfo=UTC)
    >>> clock(noon), clock(noon, hour12=False)
    ('12:05 pm', '12:05')
    """
    if not hour12:
        return f"{time:%H:%M}"
    return f"{time.hour % 12 or 12}:{time:%M} {'am' if time.hour < 12 else 'pm'}"


def day(when: date, *, weekday: bool = False, year: bool = False) -> str:
    """Print a local day.

    Examples
    --------
    >>> day(date(2026, 10, 4)), day(date(2026, 10, 4), weekday=True, year=True)
    ('Oct 4', 'Sun Oct 4, 2026')
    """
    return printed_date(when, f"{'y' if year else ''}MMM{'E' if weekday else ''}d", reader().language)


def month(when: date, *, year: bool = True) -> str:
    """Print a calendar month.

    Examples
    --------
    >>> month(date(2026, 10, 1)), month(date(2026, 10, 1), year=False)
    ('October 2026', 'October')
    """
    return printed_date(when, "yMMMM" if year else "LLLL", reader().language)


def short_month(when: date) -> str:
    """Print a month where there is little room.

    Examples
    --------
    >>> short_month(date(2026, 10, 1))
    'Oct'
    """
    return printed_date(when, "LLL", reader().language)
