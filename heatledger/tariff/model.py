"""The rate plan as frozen values: a dated list of typed lines, every figure an exact decimal string."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from heatledger.tariff.check import check_plan
from heatledger.tariff.schedule import WINDOW, season_days

_FIGURE = re.compile(r"[+-]?\d+(\.\d+)?")
Figure = Annotated[str, Meta(description='an exact decimal, in quotes: "0.1632"; a bare number is refused')]
Mode = Literal["half_up", "half_even", "down", "up", "none"]
Per = Literal["day", "bill", "month", "year"]
Proration = Annotated[
    Literal["whole", "calendar", "average"],
    Meta(
        description="whole: every bill is one month; calendar: days by the length of their own month or year; "
        "average: a year has 365 days and a month a twelfth of them"
    ),
]
Days = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekday", "weekend", "holiday"]
Names = Annotated[
    tuple[str, ...],
    Meta(description='labels or tax groups of lines above this one; "all": every line above it'),
]


class _Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    def __post_init__(self) -> None:
        for name in FIGURES:
            text = getattr(self, name, None)
            if isinstance(text, str) and not _FIGURE.fullmatch(text):
                raise ValueError(f'{name}: {text!r} is not a decimal number; write one like {name} = "0.1632"')


FIGURES: Final = (
    *("rate", "up_to", "multiply", "add", "floor", "times", "minimum_kw", "percent", "cap_per_kwh", "true_up_rate"),
    *("monthly", "kwh", "export_kwh", "peak_kw", "total", "price"),
)
"""Keys whose values are exact decimals."""


class Rounding(_Frozen, frozen=True, kw_only=True):
    """To how many decimals, and which way; ``none`` leaves a value as it is."""

    digits: int = 2
    mode: Mode = "half_up"
    each: Annotated[
        Literal["line", "interval"], Meta(description="of a quantity: the line's, or every interval's before adding")
    ] = "line"


class When(_Frozen, frozen=True, kw_only=True):
    """Hours of the year, in local time: all that is given must hold, and what is left out always holds.

    Attributes
    ----------
    season : tuple of str
        First day and the day after the last, ``["06-01", "10-01"]``; may run over the new year.
    months : tuple of int
        1 to 12.
    days : tuple of str
        Any of these. ``weekday`` is Monday to Friday less the plan's holidays, ``weekend`` Saturday and Sunday,
        ``holiday`` the plan's holidays; ``mon`` and the others go by the calendar alone.
    hours : tuple of str
        Windows ``"16:00-21:00"``. One that runs over midnight has its early part on the next calendar day.
    """

    season: tuple[str, ...] = ()
    months: tuple[Annotated[int, Meta(ge=1, le=12)], ...] = ()
    days: tuple[Days, ...] = ()
    hours: tuple[Annotated[str, Meta(pattern=WINDOW)], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a season that is not two days of the year."""
        if self.season:
            season_days(self.season)


class Tier(_Frozen, frozen=True, kw_only=True):
    """One step of a ladder: the rate up to a threshold; the last step has none."""

    rate: Figure
    up_to: Figure | None = None


class _Line(_Frozen, frozen=True, kw_only=True, tag_field="kind"):
    """What every line has: the utility's own words, its validity ``[from, to)``, tax groups and rounding."""

    label: Annotated[str, Meta(min_length=1)]
    start: date | None = msgspec.field(name="from", default=None)
    end: date | None = msgspec.field(name="to", default=None)
    tax_groups: tuple[str, ...] = ()
    rounding: Rounding | None = None

    @property
    def kind(self) -> str:
        """The line's type, as written in the file."""
        return str(self.__struct_config__.tag)


class _PerKwh(_Line, frozen=True, kw_only=True):
    rate: Figure | None = None
    series: str | None = None
    multiply: Figure = "1"
    add: Figure = "0"
    floor: Figure | None = None
    split_negative: bool = False
    when: tuple[When, ...] = ()
    otherwise: bool = False
    group: str = ""
    partial: bool = False
    quantity: Rounding = Rounding()

    @property
    def family(self) -> str:
        """The name of the lines that price every hour together: the group, else the schedule's, else the label's."""
        if self.partial:
            return f"{self.group}/{self.label}"
        return self.group or (f"{self.kind} by schedule" if self.when or self.otherwise else self.label)


class Energy(_PerKwh, frozen=True, kw_only=True, tag="energy"):
    """Imported energy at a rate, a ladder of rates, or a series of prices. [currency/kWh].

    Attributes
    ----------
    rate, tiers, series : str, tuple of Tier, str
        Exactly one of them. A price of a series becomes ``max((price + add) × multiply, floor)``.
    when, otherwise : tuple of When, bool
        Its hours; ``otherwise`` takes the hours that no other line of its group has.
    group : str
        Lines of one group price every hour once and share one ladder.
    partial : bool
        It is meant to price its own hours only, as a surcharge does.
    tier_per : str
        A threshold is for the bill, for a day (times the days), or for a month (days × 12 / 365).
    allocation : str
        How lines share the ladder: by their share of the energy, in order of time, or each its own ladder.
    threshold : Rounding
        How a threshold is rounded before it is used.
    basis : str
        Under net metering: the net energy, or all that was imported.
    """

    tiers: tuple[Tier, ...] = ()
    tier_per: Literal["bill", "day", "month"] = "bill"
    allocation: Literal["proportional", "chronological", "own"] = "proportional"
    threshold: Rounding = Rounding(mode="none")
    basis: Literal["net", "import"] = "net"


class Credit(_PerKwh, frozen=True, kw_only=True, tag="credit"):
    """Exported energy at a rate or a series of prices; lowers the bill. [currency/kWh]."""


class Fixed(_Line, frozen=True, kw_only=True, tag="fixed"):
    """A charge by time, whatever is used: rate × times, per day, bill, month or year."""

    rate: Figure
    per: Per = "day"
    proration: Proration = "whole"
    times: Figure = "1"


class Ratchet(_Frozen, frozen=True, kw_only=True):
    """At least this part of the highest peak of the bills before. [%]."""

    percent: Figure
    bills: Annotated[int, Meta(ge=1, le=24)] = 11
    months: tuple[Annotated[int, Meta(ge=1, le=12)], ...] = ()


class Demand(_Line, frozen=True, kw_only=True, tag="demand"):
    """The highest mean power of a window, at a rate or a ladder of rates. [currency/kW].

    Attributes
    ----------
    window_minutes : int
        15, 30 or 60, on the local clock; left out: the load's own step.
    when : tuple of When
        Windows that begin in these hours count.
    top, distinct_days : int, bool
        The mean of so many peaks, each of another day if that is said.
    minimum_kw : str
        Less than this is billed as this. [kW]
    mean_bills : int
        The mean of this many bills' peaks, this one included (12 for a capacity tariff).
    cap_per_kwh : str
        The line is never more than this for each imported kilowatt-hour.
    """

    rate: Figure | None = None
    tiers: tuple[Tier, ...] = ()
    window_minutes: Literal[15, 30, 60] | None = None
    when: tuple[When, ...] = ()
    top: Annotated[int, Meta(ge=1)] = 1
    distinct_days: bool = False
    minimum_kw: Figure = "0"
    ratchet: Ratchet | None = None
    mean_bills: Annotated[int, Meta(ge=1, le=24)] = 1
    cap_per_kwh: Figure | None = None
    per: Per = "bill"
    proration: Proration = "whole"
    quantity: Rounding = Rounding(digits=3)


class Minimum(_Line, frozen=True, kw_only=True, tag="minimum"):
    """What the lines of `base` come to at the least; the line is what is missing."""

    rate: Figure
    base: Names = ("all",)
    per: Per = "bill"
    proration: Proration = "whole"


class Percent(_Line, frozen=True, kw_only=True, tag="percent"):
    """A tax, rider or discount. [%].

    Attributes
    ----------
    mode : str
        ``add``: base × rate; ``gross_up``: base / (1 − rate) − base; ``inclusive``: the rates hold it already, and
        the line only says how much.
    skip_negative : bool
        Lines below zero are left out of the base.
    """

    rate: Figure
    base: Names = ("all",)
    mode: Literal["add", "gross_up", "inclusive"] = "add"
    skip_negative: bool = False


class Adjustment(_Line, frozen=True, kw_only=True, tag="adjustment"):
    """One amount, on the bill that holds a day; below zero it lowers the bill. [currency]."""

    rate: Figure
    on: date


Line = Energy | Credit | Fixed | Demand | Minimum | Percent | Adjustment


class Holidays(_Frozen, frozen=True, kw_only=True):
    """Which days are holidays, by the names of the holidays package; `only` keeps some, `add` adds days."""

    country: str
    subdivision: str | None = None
    categories: tuple[str, ...] = ("public",)
    only: tuple[str, ...] = ()
    observed: bool = True
    add: tuple[date, ...] = ()


class Export(_Frozen, frozen=True, kw_only=True):
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


class Budget(_Frozen, frozen=True, kw_only=True):
    """Budget billing: the same payment every bill, the difference kept and settled in one month. [currency]."""

    monthly: Figure
    settle_month: Annotated[int, Meta(ge=1, le=12)] | None = None


class Price(_Frozen, frozen=True, kw_only=True):
    """One price of a series, over a half-open span; an open end lasts until the next."""

    valid_from: datetime
    valid_to: datetime | None = None
    price: Figure


class Series(_Frozen, frozen=True, kw_only=True):
    """Prices by time, from exactly one place: written here, a CSV or Octopus file beside, or MQTT price readings."""

    name: str
    prices: tuple[Price, ...] = ()
    file: str | None = None
    mqtt: str | None = None


class Usage(_Frozen, frozen=True, kw_only=True):
    """Energy between two instants of an example, spread evenly; `peak_kw` is the demand that was measured."""

    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")
    kwh: Figure
    export_kwh: Figure = "0"
    peak_kw: Figure | None = None


class Example(_Frozen, frozen=True, kw_only=True):
    """A bill worked by hand: what was used, the cycle's bounds, what each line and the whole come to."""

    usage: tuple[Usage, ...]
    total: Figure
    lines: tuple[Figure, ...] = ()
    cycle: tuple[date, ...] = ()
    timezone: str = "UTC"
    note: str = ""


class Tariff(_Frozen, frozen=True, kw_only=True):
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
