"""What a rate plan must satisfy before it may price anything: one line each, with the key and the mend."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from heatledger.tariff.schedule import (
    DAY_MINUTES,
    WEEKDAYS,
    DayTable,
    Mask,
    check_holidays,
    days_mask,
    edges,
    minutes_mask,
    season_days,
)

if TYPE_CHECKING:
    from heatledger.tariff.model import Tariff

_MONTH_STARTS: Final = tuple(month * 100 + 1 for month in range(1, 13))
_OF_SERIES: Final = {"multiply": "1", "add": "0", "floor": None, "split_negative": False}
_PRICED: Final = ("energy", "credit")


def check_plan(plan: Tariff) -> None:
    """Refuse a plan that cannot price every hour once.

    Raises
    ------
    ValueError
        One line: key, what is wrong, the mend.
    """
    if not plan.lines:
        raise ValueError("lines: there are none; a plan needs at least one, see docs/add-a-tariff.md")
    for number, line in enumerate(plan.lines):
        _check_line(f"lines[{number}] {line.label!r}", line, plan)
    _check_zones(plan)
    if plan.holidays:
        check_holidays(plan.holidays)
    for series in plan.series:
        if sum((bool(series.prices), bool(series.file), bool(series.mqtt))) != 1:
            raise ValueError(f"series {series.name!r}: give exactly one of prices, file and mqtt")
    _check_bases(plan)
    _check_export(plan)
    _check_families(plan)


def _check_families(plan: Tariff) -> None:
    for kind in ("energy", "credit", "fixed", "demand", "minimum", "percent"):
        families: dict[str, list[Any]] = defaultdict(list)
        for line in plan.lines:
            if line.kind == kind:
                families[getattr(line, "family", line.label)].append(line)
        for name, lines in families.items():
            _check_family(name, lines, has_holidays=plan.holidays is not None)


def _check_line(where: str, line: Any, plan: Tariff) -> None:  # noqa: ANN401 - a row of any kind
    if line.start and line.end and line.start >= line.end:
        raise ValueError(f"{where}: from {line.start} is not before to {line.end}; the end is the day after the last")
    if line.kind in (*_PRICED, "demand"):
        given = [name for name in ("rate", "tiers", "series") if getattr(line, name, None)]
        if len(given) != 1:
            raise ValueError(
                f"{where}: give exactly one of rate, tiers and series, not {' and '.join(given) or 'none'}"
            )
        _check_tiers(where, getattr(line, "tiers", ()))
        series = getattr(line, "series", None)
        changed = [key for key, none in _OF_SERIES.items() if getattr(line, key, none) != none]
        if changed and not series:
            raise ValueError(f"{where}: {changed[0]} changes prices of a series; leave it out, or name the series")
        if series and series not in {known.name for known in plan.series}:
            raise ValueError(f"{where}: series {series!r} is not among [[series]]; add it, or mend the name")
        if plan.holidays is None and any("holiday" in when.days for when in line.when):
            raise ValueError(f'{where}: days has "holiday" but no [holidays] says which; add country = "…"')
        if getattr(line, "otherwise", False) and line.when:
            raise ValueError(f"{where}: otherwise takes the hours no other line has; leave out when, or otherwise")
    if line.kind == "percent" and line.mode == "gross_up" and Decimal(line.rate) >= 100:
        raise ValueError(f"{where}: a gross-up of {line.rate} % cannot be; the rate is below 100")


def _check_zones(plan: Tariff) -> None:
    for name in filter(None, (plan.timezone, *(example.timezone for example in plan.examples))):
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"timezone: {name!r} is not known; write one like Europe/Berlin") from error


def _check_tiers(where: str, tiers: Sequence[Any]) -> None:
    limits = [tier.up_to for tier in tiers]
    if tiers and (limits[-1] is not None or None in limits[:-1]):
        raise ValueError(f"{where}: tiers: every step but the last needs up_to, and the last has none")
    values = [Decimal(limit) for limit in limits[:-1]]
    if any(low >= high for low, high in zip([Decimal(0), *values], values, strict=False)):
        raise ValueError(f"{where}: tiers: up_to must rise from step to step; order the ladder")


def _check_export(plan: Tariff) -> None:
    if plan.export.scheme != "net_metering":
        return
    for number, line in enumerate(plan.lines):
        where = f"lines[{number}] {line.label!r}"
        if line.kind == "credit":
            raise ValueError(f"{where}: net_metering takes export off import already; leave the credit out")
        if getattr(line, "series", None) or getattr(line, "allocation", "") == "chronological":
            raise ValueError(f'{where}: prices by time cannot be netted over a bill; use scheme = "net_billing"')


def _check_bases(plan: Tariff) -> None:
    above: set[str] = {"all"}
    for number, line in enumerate(plan.lines):
        for name in getattr(line, "base", ()):
            if name not in above:
                near = difflib.get_close_matches(name, above, n=1)
                hint = f"did you mean {near[0]!r}?" if near else "name a label or tax group of a line above, or all"
                raise ValueError(f"lines[{number}] {line.label!r}: base: {name!r} is no line or group above it; {hint}")
        above |= {line.label, *line.tax_groups}


def _check_family(name: str, lines: list[Any], *, has_holidays: bool) -> None:
    bounds = sorted({day for line in lines for day in (line.start or date.min, line.end or date.max)})
    for start, end in pairwise(bounds):
        active = [line for line in lines if (line.start or date.min) <= start and (line.end or date.max) >= end]
        where = f"lines: {name!r}"
        if not active:
            raise ValueError(f"{where}: no line is valid from {start} to {end}; close the gap between from and to")
        if active[0].kind in _PRICED:
            _check_hours(where, active, has_holidays=has_holidays)
        elif len(active) > 1 and active[0].kind in ("fixed", "demand"):
            raise ValueError(f"{where}: two lines are valid from {_said(start)} on; let one end where the next begins")


def _check_hours(where: str, lines: list[Any], *, has_holidays: bool) -> None:
    if lines[0].partial:
        return
    table = _kinds_of_day(lines, has_holidays=has_holidays)
    minutes = sorted({0, *(edge for line in lines for edge in edges(line.when))})
    masks = [_covers(line, table, minutes) for line in lines if not line.otherwise]
    times = np.sum(masks, axis=0) if masks else np.zeros((table.month.size, len(minutes)), dtype=np.int64)
    rest = sum(line.otherwise for line in lines)
    if (times > 1).any() or rest > 1:
        spot = _spot(times > 1, table, minutes) if (times > 1).any() else "what is left"
        raise ValueError(f"{where}: two lines price {spot}; narrow one, or give it a group or label of its own")
    if not rest and (times == 0).any():
        raise ValueError(
            f"{where}: no line prices {_spot(times == 0, table, minutes)}; widen a window, give one line "
            "otherwise = true, or mark a surcharge partial = true"
        )
    ladders = [line for line in lines if getattr(line, "tiers", ()) and line.allocation != "own"]
    _check_ladders(where, ladders, [_covers(line, table, minutes) for line in ladders])


def _check_ladders(where: str, lines: list[Any], masks: list[Mask]) -> None:
    """Refuse lines that are to share a ladder on the same day, but state different ones."""
    for number, line in enumerate(lines):
        for other in range(number):
            same_day = (masks[number].any(axis=1) & masks[other].any(axis=1)).any()
            steps = [[tier.up_to for tier in row.tiers] for row in (line, lines[other])]
            if same_day and (steps[0] != steps[1] or line.tier_per != lines[other].tier_per):
                raise ValueError(
                    f"{where}: {line.label!r} and {lines[other].label!r} share a ladder but not its thresholds; "
                    'make up_to the same, or set allocation = "own" on both'
                )


def _kinds_of_day(lines: Iterable[Any], *, has_holidays: bool) -> DayTable:
    """Return one day of every kind that these lines could tell apart."""
    seasons = [edge for line in lines for when in line.when if when.season for edge in season_days(when.season)]
    rows = [
        (days // 100, days, weekday, holiday)
        for days in sorted({*_MONTH_STARTS, *seasons})
        for weekday in range(7)
        for holiday in ((False, True) if has_holidays else (False,))
    ]
    month, month_day, weekday, holiday = (np.array(column) for column in zip(*rows, strict=True))
    return DayTable(month, month_day, weekday, holiday)


def _covers(line: Any, table: DayTable, minutes: Sequence[int]) -> Mask:  # noqa: ANN401 - a row of any kind
    whole = np.ones((table.month.size, len(minutes)), dtype=np.bool_)
    if not line.when:
        return whole
    rows = [np.outer(days_mask(when, table), minutes_mask(when)[list(minutes)]) for when in line.when]
    found: Mask = np.logical_or.reduce(rows)
    return found


def _spot(mask: Mask, table: DayTable, minutes: Sequence[int]) -> str:
    row, column = np.argwhere(mask)[0]
    month, day = divmod(int(table.month_day[row]), 100)
    minute = minutes[column] % DAY_MINUTES
    kind = "a holiday on a " if table.holiday[row] else ""
    return f"{kind}{WEEKDAYS[int(table.weekday[row])]} {minute // 60:02}:{minute % 60:02} from {month:02}-{day:02} on"


def _said(day: date) -> str:
    return "the beginning" if day == date.min else str(day)
