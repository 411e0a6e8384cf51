"""Meters that say one thing twice: twins, and heads that report their whole unit; proposed, never assumed."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.cuts import Bools, Cuts
from heatledger.formatting import energy
from heatledger.home import Home, Meter
from heatledger.marks import marked
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


def twin_days(home: Home, kwh: Mapping[str, Floats], cuts: Cuts) -> list[list[Twin]]:
    """Return which meters agreed, hour by hour, in spans of at most a day.

    Parameters
    ----------
    home : Home
        For what its meters are.
    kwh : mapping
        Energy by meter id and interval, NaN where it was not heard. [kWh]
    cuts : Cuts
        The spans among the intervals.

    Returns
    -------
    list of list of Twin
        By span, whatever agrees: what a single day shows may be chance.
    """
    meters = {meter.id: meter for meter in home.meters if meter.role in _CONSUMERS and meter.id in kwh}
    heard = {name: _heard(_hours(kwh[name], cuts), cuts) for name in meters}
    found: list[list[Twin]] = [[] for _ in cuts.low]
    for one, other in itertools.combinations(meters.values(), 2):
        kept, again = _order(one, other)
        near = np.flatnonzero(_near_days(heard[one.id], heard[other.id], head="head" in (one.role, other.role)))
        if len(near) and _may_be(one, other, meters):
            said = _compare(heard[kept.id].kwh[near], heard[again.id].kwh[near], leader=again.role == "head")
            for day, what in zip(near.tolist(), said, strict=True):
                found[day] += [Twin(what=what, meter=again.id, of=(kept.id,))] if what else []
    for day, twin in _sums({name: heard[name] for name, meter in meters.items() if meter.role == "head"}):
        found[day].append(twin)
    return found


class _Heard(NamedTuple):
    """One meter's spans: whole hours (k, most), NaN where not heard [kWh]; its total, whether all of it was heard."""

    kwh: Floats
    total: Floats
    complete: Bools

    @property
    def is_busy(self) -> Bools:
        """Where it counted enough to be compared, shape (k,)."""
        return self.total >= _LEAST_KWH


def _heard(hours: Floats, cuts: Cuts) -> _Heard:
    known = np.isfinite(hours)
    return _Heard(hours, np.where(known, hours, 0.0).sum(axis=1), known.sum(axis=1) == cuts.sizes // _HOUR)


def _near_days(one: _Heard, other: _Heard, *, head: bool) -> Bools:
    """Return on which days two totals are near enough for their hours to be compared."""
    apart = np.where(one.complete & other.complete, _LEADS if head else _NEAR, _WORTH)
    near = np.minimum(one.total, other.total) >= apart * np.maximum(one.total, other.total) - _STEP_KWH
    return np.asarray(near & one.is_busy & other.is_busy, dtype=bool)


def _hours(kwh: Floats, cuts: Cuts) -> Floats:
    """Sum each span's whole hours, those after its last NaN: shape (k, most hours of a span)."""
    count = cuts.sizes // _HOUR
    most = int(count.max(initial=0))
    first = cuts.low[:, None] + _HOUR * np.arange(most)
    inside = np.arange(most) < count[:, None]
    rows = np.where(inside, first, 0)[..., None] + np.arange(_HOUR)
    summed = kwh[rows].sum(axis=2) if most else np.zeros(inside.shape)
    return np.where(inside, summed, np.nan)


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


def _compare(kept: Floats, again: Floats, *, leader: bool) -> list[str]:
    """Say of each row of hours, shape (days, hours), what the one meter seems to be to the other."""
    both = np.isfinite(kept) & np.isfinite(again)
    count = both.sum(axis=1)
    a, b = np.where(both, kept, 0.0), np.where(both, again, 0.0)
    one, other = a.sum(axis=1), b.sum(axis=1)
    near = np.abs(one - other) <= np.maximum(_SHARE * np.maximum(one, other), _STEP_KWH)
    more = leader & (one < other) & (other - one <= _FAN_SHARE * one)
    hours = np.maximum(count, 1)
    a, b = (np.where(both, row - (mean / hours)[:, None], 0.0) for row, mean in ((a, one), (b, other)))
    moved, alike = (a * a).sum(axis=1), (a * b).sum(axis=1)
    alike = alike >= _ALIKE * np.sqrt(moved * (b * b).sum(axis=1))
    agree = (count >= _LEAST_HOURS) & (near | more) & alike & (moved > 0)
    return [(SAME if same else LEADER) if yes else "" for yes, same in zip(agree.tolist(), near.tolist(), strict=True)]


def _sums(heads: Mapping[str, _Heard]) -> Iterator[tuple[int, Twin]]:
    """Yield the days on which a head counts what all the other heads count together."""
    busy = {name: head.is_busy for name, head in heads.items()}
    many = np.flatnonzero(np.sum([*busy.values()], axis=0) > 2).tolist() if len(heads) > 2 else []
    for name, head in heads.items() if len(many) else ():
        days = [day for day in many if busy[name][day]]
        rest = [np.where(busy[other][days, None], heads[other].kwh[days], 0.0) for other in heads if other != name]
        for day, what in zip(days, _compare(np.sum(rest, axis=0), head.kwh[days], leader=True), strict=True):
            if what:
                of = tuple(other for other in heads if other != name and busy[other][day])
                yield int(day), Twin(what=SUM, meter=name, of=of)


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
    agreed = Counter(twin for twins, _ in days for twin in {(twin.what, twin.meter, twin.of) for twin in twins})
    often = sorted((twin for twin, count in agreed.items() if count >= _DAYS), key=_rank)
    named = {name for _, meter, of in often for name in (meter, *of)}
    kwh = {name: np.array([totals.get(name) or 0.0 for _, totals in days]) for name in named}
    busy = {name: row >= _LEAST_KWH for name, row in kwh.items()}
    found: dict[str, Issue] = {}
    for what, meter, of in often:
        agree, together = agreed[what, meter, of], np.all([busy[name] for name in (meter, *of)], axis=0)
        count = int(together.sum())
        if agree >= _AGREE * count and meter not in found:
            found[meter] = _issue(home, what, meter, of, (agree, count, float(kwh[meter][together].sum())))
    return [found[meter.id] for meter in home.meters if meter.id in found]


def _rank(twin: tuple[str, str, tuple[str, ...]]) -> tuple[int, str, tuple[str, ...]]:
    """Order what is said first of a meter: a sum before a twin, a twin before a leader."""
    what, meter, of = twin
    return (SUM, SAME, LEADER).index(what), meter, of


_SAID: Final = {
    SAME: (
        "meter.said_twice",
        marked("{meter} counts what {of} counts, hour by hour on {agree} of {days} days: {kwh} may be counted twice"),
        marked(
            'if it is one and the same electricity, write role = "duplicate_of" and of = "{ids}" in the [[meters]] of '
            'id = "{id}"; if not, nothing'
        ),
    ),
    LEADER: (
        "meter.leader_head",
        marked(
            "{meter} counts all that {of} counts and a little more, on {agree} of {days} days: it seems to report its "
            "whole outdoor unit, and {kwh} may be counted twice"
        ),
        marked('if so, write role = "leader_sum" and of = "{ids}" in the [[meters]] of id = "{id}"'),
    ),
    SUM: (
        "meter.leader_head",
        marked(
            "{meter} counts what {of} count together, on {agree} of {days} days: it seems to report all of them, and "
            "{kwh} may be counted twice"
        ),
        marked(
            'if so, write role = "leader_sum" in the [[meters]] of id = "{id}" and parent = "{id}" in those of {ids}'
        ),
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
