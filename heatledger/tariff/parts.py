"""The typed lines of a rate plan, each with its validity; every figure an exact decimal string."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

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


class Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A table of a plan's file: unknown keys and figures that are no decimals are refused."""

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


class Rounding(Frozen, frozen=True, kw_only=True):
    """To how many decimals, and which way; ``none`` leaves a value as it is."""

    digits: int = 2
    mode: Mode = "half_up"
    each: Annotated[
        Literal["line", "interval"], Meta(description="of a quantity: the line's, or every interval's before adding")
    ] = "line"


class When(Frozen, frozen=True, kw_only=True):
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


class Tier(Frozen, frozen=True, kw_only=True):
    """One step of a ladder: the rate up to a threshold; the last step has none."""

    rate: Figure
    up_to: Figure | None = None


class _Line(Frozen, frozen=True, kw_only=True, tag_field="kind"):
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


class Ratchet(Frozen, frozen=True, kw_only=True):
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
