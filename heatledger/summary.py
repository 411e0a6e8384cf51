"""`summarise(home, period) → Summary`: the one object that page, e-mail, API and CLI all show."""

from __future__ import annotations

from datetime import datetime

import msgspec


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Period(_Value, frozen=True):
    """A half-open span, aware, in the home's own time."""

    start: datetime
    end: datetime


class ZoneUse(_Value, frozen=True):
    """What one zone used. Money is a decimal string."""

    kwh: float | None
    cost: str | None
    cost_of_heat_per_kwh: str | None
    split: str | None


class Electricity(_Value, frozen=True):
    """Whole-home use and where it went; Σ by_zone + unallocated_kwh = kwh."""

    kwh: float | None
    by_meter: dict[str, float | None]
    by_zone: dict[str, ZoneUse]
    unallocated_kwh: float | None
    unallocated_cost: str | None
    by_mode: dict[str, float]
    coverage: float
    estimated_kwh: float


class Cop(_Value, frozen=True):
    """The realized coefficient of performance, or why it is not known."""

    value: float | None
    low: float | None
    high: float | None
    method: str | None
    boundary: str | None
    reason: str | None


class PumpUse(_Value, frozen=True):
    """One heat pump over the period."""

    electricity_kwh: float | None
    heat_kwh: float | None
    cooling_kwh: float | None
    cop: Cop
    starts: int | None
    defrosts: int | None
    standby_w: float | None


class BillLine(_Value, frozen=True):
    """One line as the utility would print it; numbers that are money or rates are decimal strings."""

    kind: str
    label: str
    quantity: str
    unit: str
    rate: str
    amount: str
    tariff: str
    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")


class Quantiles(_Value, frozen=True):
    """P10, P50 and P90, as decimal strings; None where not known."""

    p10: str | None = None
    p50: str | None = None
    p90: str | None = None


class BillSummary(_Value, frozen=True):
    """The bill of the period; Σ amount of the lines = total."""

    currency: str
    total: str | None
    lines: list[BillLine]
    estimated: bool
    projected: Quantiles
    reason: str | None


class BaselineSummary(_Value, frozen=True):
    """What it would have cost otherwise, or why that is refused."""

    system: str | None
    bill: Quantiles
    saving: Quantiles
    because: list[dict[str, str]]
    refused: str | None


class Issue(_Value, frozen=True):
    """A doubt with the data that shows it; severity is info, warn or fail."""

    name: str
    severity: str
    message: str
    data: dict[str, str | float]
    fix: str


class Summary(_Value, frozen=True):
    """What everything shows. A number that cannot be known is None with a reason."""

    home: str
    period: Period
    as_of: datetime
    electricity: Electricity
    heat_pumps: dict[str, PumpUse]
    bill: BillSummary
    baseline: BaselineSummary
    issues: list[Issue]
