"""Intervals × tariff → bill lines, and who the money goes to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from heatledger.formatting import largest_remainder, money_digits
from heatledger.tariff.lines import BillLine
from heatledger.tariff.model import Line, Tariff

__all__ = ["BillLine", "Usage", "attribute", "bill_lines", "total"]


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What a bill is made from.

    Attributes
    ----------
    imported_kwh, exported_kwh : float
        Through the utility's meter. [kWh]
    days : int
        Local days begun in the span.
    start, end : date
        Half-open span of local days.
    """

    imported_kwh: float
    exported_kwh: float
    days: int
    start: date
    end: date


def bill_lines(usage: Usage, tariff: Tariff, *, tariff_id: str) -> list[BillLine]:
    """Price a span's use under a flat plan (`Tariff.is_flat`), each line rounded once, half up, to the currency's coin.

    The quantity is rounded to a hundredth of a kilowatt-hour before it is priced, so that what is printed multiplies.

    Parameters
    ----------
    usage : Usage
        The span's energy and days.
    tariff : Tariff
        The rate plan.
    tariff_id : str
        Its id, printed on each line.

    Returns
    -------
    list of BillLine
        In the plan's order; Σ amount is the total.
    """
    return [_price(line, usage, tariff.currency, tariff_id) for line in tariff.lines]


def total(lines: list[BillLine]) -> Decimal:
    """Add up the lines' amounts. [currency]."""
    return sum((Decimal(line.amount) for line in lines), Decimal(0))


def attribute(amount: Decimal, kwh: Mapping[str, float], *, currency: str) -> dict[str, Decimal]:
    """Divide an amount by energy, to the coin, so that the parts add up to it.

    Parameters
    ----------
    amount : Decimal
        What is to be divided. [currency]
    kwh : mapping
        Energy by name; a negative remainder counts as nothing. [kWh]
    currency : str
        ISO 4217 code.

    Returns
    -------
    dict
        Amounts by name, by largest remainder; empty where no energy was used and so nothing can be divided.

    Examples
    --------
    >>> attribute(Decimal("10.00"), {"living": 1.0, "rest": 2.0}, currency="USD")
    {'living': Decimal('3.33'), 'rest': Decimal('6.67')}
    """
    weights = {name: Decimal(repr(max(value, 0.0))) for name, value in kwh.items()}
    whole = sum(weights.values(), Decimal(0))
    if not whole:
        return {}
    parts = [amount * weight / whole for weight in weights.values()]
    return dict(zip(weights, largest_remainder(parts, amount, money_digits(currency)), strict=True))


def _price(line: Line, usage: Usage, currency: str, tariff_id: str) -> BillLine:
    rate = Decimal(getattr(line, "rate", None) or 0)
    quantity, unit, sign = {
        "energy": (_hundredths(usage.imported_kwh), "kWh", 1),
        "credit": (_hundredths(usage.exported_kwh), "kWh", -1),
        "fixed": (Decimal(usage.days), "day", 1),
    }[line.kind]
    coin = Decimal(1).scaleb(-money_digits(currency))
    return BillLine(
        kind=line.kind,
        label=line.label,
        quantity=str(quantity),
        unit=unit,
        rate=str(rate),
        amount=str((sign * quantity * rate).quantize(coin, rounding=ROUND_HALF_UP)),
        tariff=tariff_id,
        start=usage.start.isoformat(),
        end=usage.end.isoformat(),
    )


def _hundredths(kwh: float) -> Decimal:
    return Decimal(repr(kwh)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
