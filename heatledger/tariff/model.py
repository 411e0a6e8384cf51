"""The rate plan as frozen values: a list of typed lines, rates as exact decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line of the rate plan.

    Attributes
    ----------
    kind : str
        ``energy``: `rate` is per imported kilowatt-hour; ``fixed``: `rate` is per day; ``credit``: `rate` is per
        exported kilowatt-hour and lowers the bill.
    label : str
        The utility's own words.
    rate : Decimal
        [currency/kWh or currency/day]
    """

    kind: Literal["energy", "fixed", "credit"]
    label: str
    rate: Decimal


class Tariff(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rate plan.

    Attributes
    ----------
    name, currency : str
        What it is called; ISO 4217 code.
    source : str
        Where the figures come from: a document and its date.
    lines : tuple of Line
        In the utility's own order.
    """

    name: str
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    source: str
    lines: tuple[Line, ...]

    @property
    def marginal_rate(self) -> Decimal | None:
        """What one more imported kilowatt-hour costs now; None without an energy line [currency/kWh]."""
        rates = [line.rate for line in self.lines if line.kind == "energy"]
        return sum(rates, Decimal(0)) if rates else None
