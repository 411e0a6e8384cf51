"""The rate plan as a frozen value: a dated list of typed lines, what they rest on, and bills worked by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from heatledger.tariff.check import check_plan
from heatledger.tariff.parts import (
    Adjustment,
    Credit,
    Demand,
    Energy,
    Figure,
    Fixed,
    Frozen,
    Line,
    Minimum,
    Percent,
    Ratchet,
    Rounding,
    Tier,
    When,
)

__all__ = [
    "Adjustment",
    "Budget",
    "Credit",
    "Demand",
    "Energy",
    "Example",
    "Export",
    "Figure",
    "Fixed",
    "Holidays",
    "Line",
    "Minimum",
    "Percent",
    "Price",
    "Ratchet",
    "Rounding",
    "Series",
    "Tariff",
    "Tier",
    "Usage",
    "When",
]


class Holidays(Frozen, frozen=True, kw_only=True):
    """Which days are holidays, by the names of the holidays package; `only` keeps some, `add` adds days."""

    country: str
    subdivision: str | None = None
    categories: tuple[str, ...] = ("public",)
    only: tuple[str, ...] = ()
    observed: bool = True
    add: tuple[date, ...] = ()


class Export(Frozen, frozen=True, kw_only=True):
    """How export is set against import.

    Attributes
    ----------
    scheme : str
        ``registers``: each as metered; ``net_billing``: within `netting_minutes`; ``net_metering``: over the bill.
    rollover : str
        What a bill leaves over goes to the next as kilowatt-hours, as money, or not at all.
    bank : str
        Whether kilowatt-hours left over are kept for each line of a group or for all together.
    offsets : str
        Whether money left over may pay the whole bill, or its energy only.
    true_up_month : int
        What is left after the bill that ends this month is settled: at `true_up_rate` per kWh, or paid out or lost.
    """

    scheme: Literal["registers", "net_billing", "net_metering"] = "registers"
    netting_minutes: Annotated[int, Meta(ge=1, le=1440)] = 60
    rollover: Literal["none", "kwh", "money"] = "none"
    bank: Literal["pooled", "by_line"] = "pooled"
    offsets: Literal["bill", "energy"] = "bill"
    true_up_month: Annotated[int, Meta(ge=1, le=12)] | None = None
    true_up_rate: Figure | None = None
    pay_out: bool = False


class Budget(Frozen, frozen=True, kw_only=True):
    """Budget billing: the same payment every bill, the difference kept and settled in one month. [currency]."""

    monthly: Figure
    settle_month: Annotated[int, Meta(ge=1, le=12)] | None = None


class Price(Frozen, frozen=True, kw_only=True):
    """One price of a series, over a half-open span; an open end lasts until the next."""

    valid_from: datetime
    valid_to: datetime | None = None
    price: Figure


class Series(Frozen, frozen=True, kw_only=True):
    """Prices by time, from exactly one place: written here, a CSV or Octopus file beside, or MQTT price readings."""

    name: str
    prices: tuple[Price, ...] = ()
    file: str | None = None
    mqtt: str | None = None


class Usage(Frozen, frozen=True, kw_only=True):
    """Energy between two instants of an example, spread evenly; `peak_kw` is the demand that was measured."""

    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")
    kwh: Figure
    export_kwh: Figure = "0"
    peak_kw: Figure | None = None


class Example(Frozen, frozen=True, kw_only=True):
    """A bill worked by hand: what was used, the cycle's bounds, what each line and the whole come to."""

    usage: tuple[Usage, ...]
    total: Figure
    lines: tuple[Figure, ...] = ()
    cycle: tuple[date, ...] = ()
    timezone: str = "UTC"
    note: str = ""


class Tariff(Frozen, frozen=True, kw_only=True):
    """A rate plan.

    Attributes
    ----------
    name, currency : str
        What it is called; ISO 4217 code.
    source : str
        Where the figures come from: a document and its date.
    lines : tuple of Line
        In the utility's own order.
    timezone : str
        The plan's clock where no home says one.
    """

    name: str
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    source: str
    lines: tuple[Line, ...]
    timezone: str | None = None
    holidays: Holidays | None = None
    export: Export = Export()
    budget: Budget | None = None
    series: tuple[Series, ...] = ()
    examples: tuple[Example, ...] = ()
    notes: str = ""

    def __post_init__(self) -> None:
        """Refuse a plan that leaves hours unpriced or cannot be computed: key and mend."""
        check_plan(self)

    @property
    def is_flat(self) -> bool:
        """Whether every line is one rate per kWh or per day, all year and for ever."""
        return all(
            (line.kind in ("energy", "credit") and getattr(line, "rate", None) and not getattr(line, "when", ()))
            or (isinstance(line, Fixed) and line.per == "day" and line.times == "1")
            for line in self.lines
        ) and not any(line.start or line.end for line in self.lines)

    @property
    def marginal_rate(self) -> Decimal | None:
        """What one more imported kilowatt-hour costs, where that is one figure at all times [currency/kWh]."""
        return self._flat_rate("energy")

    @property
    def credit_rate(self) -> Decimal | None:
        """What one more exported kilowatt-hour earns, where that is one figure at all times [currency/kWh]."""
        return self._flat_rate("credit")

    def _flat_rate(self, kind: str) -> Decimal | None:
        rates = [line.rate for line in self.lines if line.kind == kind]
        return sum((Decimal(rate) for rate in rates if rate), Decimal(0)) if rates and self.is_flat else None
