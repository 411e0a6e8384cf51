"""Meters that say one thing twice: twins, and heads that report their whole unit; proposed, never assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from heatledger.formatting import energy
from heatledger.home import Home, Meter
from heatledger.quality import Issue
from heatledger.readings import INTERVAL_S, Floats

SAME, LEADER, SUM = "same", "leader", "sum"

_CONSUMERS: Final = frozenset(("circuit", "outdoor_unit", "head", "leader_sum", "ev"))
_HOUR: Final = 3600 // INTERVAL_S
_LEAST_HOURS: Final = 6
_LEAST_KWH: Final = 1.0
"""A day on which a meter counted less says nothing of its being another. [kWh]"""
_ALIKE: Final = 0.95  # correlation of the hours; two units in one weather reach 0.9, registers of 0.1 kWh spoil 0.02
_SHARE, _STEP_KWH = 0.01, 0.15  # totals of one register, read twice, differ by the steps of the coarser one
_FAN_SHARE: Final = 0.15  # an indoor unit's own fan and controls on top of its outdoor unit
_WORTH, _LEADS, _NEAR = 0.8, 1 / (1 + _FAN_SHARE), 1 - _SHARE  # how near days must be for their hours to be compared
_DAYS: Final = 3
_AGREE: Final = 0.9


class Twin(msgspec.Struct, frozen=True, kw_only=True):
    """Meters that agreed on a day.

    `what` is same (it counts what `of` counts), leader (it counts its outdoor unit `of` and a little more) or sum (it
    counts what all of `of` count together).
    """

    what: str
    meter: str
    of: tuple[str, ...]


def day_twins(home: Home, kwh: Mapping[str, Floats]) -> list[Twin]:
    """Return which meters agreed, hour by hour, over a span of at most a day.

    Parameters
    ----------
    home : Home
        For what its meters are.
    kwh : mapping
        Energy by meter id and interval, NaN where it was not heard. [kWh]

    Returns
    -------
    list of Twin
        Whatever agrees: what a single day shows may be chance.
    """
    meters = {meter.id: meter for meter in home.meters if meter.role in _CONSUMERS and meter.id in kwh}
    hours = {name: _hours(kwh[name]) for name in meters}
    totals = {name: float(np.nansum(row)) for name, row in hours.items()}
    whole = {name: bool(np.isfinite(row).all()) for name, row in hours.items()}
    busy = [name for name in meters if totals[name] >= _LEAST_KWH]
    found = []
    for one, other in _near_pairs(busy, totals, whole, {name for name in busy if meters[name].role == "head"}):
        if _may_be(meters[one], meters[other], meters):
            kept, again = _order(meters[one], meters[other])
            what = _compare(hours[kept.id], hours[again.id], leader=again.role == "head")
            if what:
                found.append(Twin(what=what, meter=again.id, of=(kept.id,)))
    return found + _sums(meters, hours, busy)


def _near_pairs(
    busy: Sequence[str], totals: Mapping[str, float], whole: Mapping[str, bool], heads: set[str]
) -> list[tuple[str, str]]:
    """Return the pairs whose totals are near enough for their hours to be compared."""
    total = np.array([totals[name] for name in busy])
    complete = np.array([whole[name] for name in busy], dtype=bool)
    head = np.array([name in heads for name in busy], dtype=bool)
    apart = np.where(head[:, None] | head, _LEADS, _NEAR)
    apart = np.where(complete[:, None] & complete, apart, _WORTH)
    near = np.minimum(total[:, None], total) >= apart * np.maximum(total[:, None], total) - _STEP_KWH
    return [(busy[one], busy[other]) for one, other in np.argwhere(np.triu(near, 1)).tolist()]


def _hours(kwh: Floats) -> Floats:
    whole = len(kwh) // _HOUR * _HOUR
    summed: Floats = kwh[:whole].reshape(-1, _HOUR).sum(axis=1)
    return summed


def _may_be(one: Meter, other: Meter, meters: Mapping[str, Meter]) -> bool:
    """Leave out a branch and what hangs on it, which agree by right; a head below its own unit does not."""
    related = one.id in _above(other, meters) or other.id in _above(one, meters)
    return not related or "head" in (one.role, other.role)


def _above(meter: Meter, meters: Mapping[str, Meter]) -> set[str]:
    found, at = set[str](), meter.parent
    while at is not None and at in meters and at not in found:
        found.add(at)
        at = meters[at].parent
    return found


def _order(one: Meter, other: Meter) -> tuple[Meter, Meter]:
    """Return which of two meters to keep, and which says it again: a head, a leader, the later one."""
    again = ("head", "leader_sum")
    return (other, one) if one.role in again and other.role not in again else (one, other)


def _compare(kept: Floats, again: Floats, *, leader: bool) -> str:
    both = np.isfinite(kept) & np.isfinite(again)
    a, b = kept[both], again[both]
    one, other = float(a.sum()), float(b.sum())
    more = leader and 0 < other - one <= _FAN_SHARE * one
    if len(a) < _LEAST_HOURS or not (_near(one, other) or more):
        return ""
    a, b = a - one / len(a), b - other / len(b)
    if float(a @ b) < _ALIKE * float(np.sqrt((a @ a) * (b @ b))) or not float(a @ a):
        return ""
    return SAME if _near(one, other) else LEADER


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= max(_SHARE * max(one, other), _STEP_KWH)


def _sums(meters: Mapping[str, Meter], hours: Mapping[str, Floats], busy: Sequence[str]) -> list[Twin]:
    """Return heads that count what all the other heads count together."""
    heads = [name for name in busy if meters[name].role == "head"]
    found = []
    for name in heads if len(heads) > 2 else ():
        others = tuple(other for other in heads if other != name)
        total: Floats = np.sum([hours[other] for other in others], axis=0)
        if _compare(total, hours[name], leader=True):
            found.append(Twin(what=SUM, meter=name, of=others))
    return found


def twin_issues(home: Home, days: Sequence[tuple[Sequence[Twin], Mapping[str, float | None]]]) -> list[Issue]:
    """Propose what meters that agree day after day may be.

    Parameters
    ----------
    home : Home
        For their names.
    days : sequence of tuple
        Each day's twins, and its energy by meter. [kWh]

    Returns
    -------
    list of Issue
        One for each meter that seems to say something twice, with the line of the home file that would mend it; until
        it stands there both are counted as the file says.
    """
    seen = {(twin.what, twin.meter, twin.of) for twins, _ in days for twin in twins}
    found: dict[str, Issue] = {}
    for what, meter, of in sorted(seen, key=lambda row: ((SUM, SAME, LEADER).index(row[0]), row[1:])):
        rows = [totals for _, totals in days if all((totals.get(name) or 0.0) >= _LEAST_KWH for name in (meter, *of))]
        agree = sum(any((t.what, t.meter, t.of) == (what, meter, of) for t in twins) for twins, _ in days)
        if agree >= _DAYS and agree >= _AGREE * len(rows) and meter not in found:
            found[meter] = _issue(home, what, meter, of, (agree, len(rows), sum(row[meter] or 0.0 for row in rows)))
    return [found[meter.id] for meter in home.meters if meter.id in found]


_SAID: Final = {
    SAME: (
        "meter.said_twice",
        "{meter} counts what {of} counts, hour by hour on {agree} of {days} days: {kwh} may be counted twice",
        'if it is one and the same electricity, write role = "duplicate_of" and of = "{ids}" in the [[meters]] of '
        'id = "{id}"; if not, nothing',
    ),
    LEADER: (
        "meter.leader_head",
        "{meter} counts all that {of} counts and a little more, on {agree} of {days} days: it seems to report its "
        "whole outdoor unit, and {kwh} may be counted twice",
        'if so, write role = "leader_sum" and of = "{ids}" in the [[meters]] of id = "{id}"',
    ),
    SUM: (
        "meter.leader_head",
        "{meter} counts what {of} count together, on {agree} of {days} days: it seems to report all of them, and {kwh} "
        "may be counted twice",
        'if so, write role = "leader_sum" in the [[meters]] of id = "{id}" and parent = "{id}" in those of {ids}',
    ),
}


def _issue(home: Home, what: str, meter: str, of: tuple[str, ...], seen: tuple[int, int, float]) -> Issue:
    name, message, fix = _SAID[what]
    called = {each.id: each.name or each.id for each in home.meters}
    words = {
        "meter": called[meter],
        "of": " and ".join(called[each] for each in of),
        "id": meter,
        "ids": ", ".join(of),
        "agree": seen[0],
        "days": seen[1],
        "kwh": energy(seen[2]),
    }
    data: dict[str, str | float] = {"meter": meter, "of": ", ".join(of), "days": float(seen[0]), "kwh": seen[2]}
    return Issue(name=name, severity="warn", message=message.format_map(words), data=data, fix=fix.format_map(words))
