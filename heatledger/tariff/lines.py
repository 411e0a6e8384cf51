"""Bills as values: what is printed, what is carried to the next bill, and the rows they are made from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

if TYPE_CHECKING:
    from heatledger.tariff.model import Line, Rounding

_MODES: Final = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "down": ROUND_DOWN,
    "up": ROUND_UP,
}
_NOISE: Final = Decimal("1e-12")


class BillLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line as the utility would print it: quantity × rate = amount; numbers are decimal strings.

    `note` says why a line is estimated, or what it includes; `entry` which table of the plan's lines it is from, the
    first is 1, None where it is from none; `source` where in the plan's file that stands.
    """

    kind: str
    label: str
    quantity: str
    unit: str
    rate: str
    amount: str
    tariff: str
    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")
    estimated: bool = False
    note: str = ""
    entry: int | None = None
    source: str = ""


class Carry(msgspec.Struct, frozen=True, kw_only=True):
    """What one bill hands to the next.

    Attributes
    ----------
    peaks : dict
        By demand line: ``[month, kW]`` of each bill so far, newest last.
    bank_kwh : dict
        Exported kilowatt-hours left over, by group of lines. [kWh]
    bank_money, budget_balance : Decimal
        Credit left over; what budget billing is behind (above zero: owed). [currency]
    paid : Decimal or None
        The payment that budget billing asks for with this bill. [currency]
    """

    peaks: dict[str, list[tuple[int, Decimal]]] = msgspec.field(default_factory=dict)
    bank_kwh: dict[str, Decimal] = msgspec.field(default_factory=dict)
    bank_money: Decimal = Decimal(0)
    budget_balance: Decimal = Decimal(0)
    paid: Decimal | None = None


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """One bill; Σ amount of the lines = total.

    Attributes
    ----------
    start, end : date
        Half-open span of local days.
    days : int
        Days billed. [d]
    lines : list of BillLine
        In the plan's order.
    total : str
        What is owed for the span. [currency]
    payable : str
        What is to be paid now: the total, or the payment of budget billing. [currency]
    estimated : bool
        Whether anything in it is; the lines' notes say why.
    carry : Carry
        For the next bill.
    """

    start: date
    end: date
    days: int
    lines: list[BillLine]
    total: str
    payable: str
    estimated: bool
    carry: Carry


class Row(NamedTuple):
    """A bill line before it is printed, exact."""

    line: Line
    label: str
    quantity: Decimal
    unit: str
    rate: Decimal
    amount: Decimal
    start: date
    end: date
    note: str = ""
    estimated: bool = False


def rounded_by(value: Decimal, rule: Rounding | None, *, digits: int | None = None) -> Decimal:
    """Round by a rule; without one half up to `digits`, or not at all.

    Examples
    --------
    >>> rounded_by(Decimal("26.125"), None, digits=2)
    Decimal('26.13')
    """
    if rule is None:
        return value if digits is None else value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    if rule.mode == "none":
        return value
    return value.quantize(Decimal(1).scaleb(-rule.digits), _MODES[rule.mode])


def exact(value: float) -> Decimal:
    """Return a sum of energies as a decimal, freed of the noise of binary addition: rounded to 1e-9."""
    return Decimal(repr(round(float(value), 9)))


def plain(value: Decimal) -> str:
    """Print a decimal without an exponent, and without more than twelve decimals.

    Examples
    --------
    >>> plain(Decimal("1E+2")), plain(Decimal("9.30")), plain(Decimal(1) / 3)
    ('100', '9.30', '0.333333333333')
    """
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -12:
        value = value.quantize(_NOISE, ROUND_HALF_EVEN).normalize()
    text = f"{value:f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def printed(row: Row, tariff_id: str, plan: Sequence[Line] = ()) -> BillLine:
    """Return a row as it is printed; `plan` are the lines of its rate plan, in order."""
    return BillLine(
        kind=row.line.kind,
        label=row.label,
        quantity=plain(row.quantity),
        unit=row.unit,
        rate=plain(row.rate),
        amount=plain(row.amount),
        tariff=tariff_id,
        start=row.start.isoformat(),
        end=row.end.isoformat(),
        estimated=row.estimated,
        note=row.note,
        entry=next((number for number, line in enumerate(plan, 1) if line is row.line), None),
    )
