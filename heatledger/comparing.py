"""A home's comparison, kept for a while: what was learnt of the home, until when, and what was compared by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from heatledger.baseline.changepoint import before, by_bills
from heatledger.baseline.compare import Asked, Known, compare, refused
from heatledger.baseline.compared import BaselineSummary, Source
from heatledger.baseline.home_hours import Heated, heated
from heatledger.baseline.kinds import Alternative
from heatledger.baseline.load import Load, Missing
from heatledger.baseline.machines import Place, chosen, design_temperature, fitted, stated_of
from heatledger.baseline.marginal import Now, heat_now
from heatledger.baseline.whole_home import learn, whole_home
from heatledger.days import Day
from heatledger.heat.anchor import Factor
from heatledger.heat.flows import Z90
from heatledger.heat.system import System
from heatledger.home import Comparison, Ducts, Home
from heatledger.marks import worded
from heatledger.running import Days, Plan

_FRESH_S: Final = 300
_LEARNT_S: Final = 3600
"""What was learnt of a home stands for so long; a comparison for `_FRESH_S`. [s]"""
_ALL_D: Final = 7
"""A shorter span is compared with the chosen system alone. [d]"""
_KEPT: Final = 8
_NOW_H: Final = 3
"""How old the last outdoor temperature may be. [h]"""

_Learnt = tuple[Heated, Load] | Missing
PLACES: Final = ("inside", "basement", "attic_good", "attic_typical")
"""Where the ducts of a ducted system may run, as a reader may say."""


class Against(NamedTuple):
    """What a reader compares with instead of the home file's choice: a system, and where its ducts run."""

    system: str
    ducts: str | None = None


def against(home: Home, asked: Against, alternatives: Mapping[str, Alternative]) -> Home:
    """Return a home as if its file named another system, all else that it says of that one kept.

    Parameters
    ----------
    home : Home
        The household.
    asked : Against
        The system, by a file of `comparisons/`, and one of `PLACES`.
    alternatives : mapping of str to Alternative
        All there are.

    Raises
    ------
    ValueError
        If there is no such system or place, or it has no ducts: one line with the mend.
    """
    kind = alternatives.get(asked.system)
    if kind is None:
        raise ValueError(f"against: no system {asked.system!r}; known: {', '.join(sorted(alternatives))}")
    named = msgspec.structs.replace(home, compare=kind.id)
    if asked.ducts is None:
        return named
    if asked.ducts not in PLACES:
        raise ValueError(f"ducts: {asked.ducts!r} is no place of ducts; known: {', '.join(PLACES)}")
    stated = stated_of(home, kind.id) or Comparison(system=kind.id)
    if kind.ducts is None and stated.ducts is None:
        raise ValueError(f"ducts: {kind.name} has none; leave ducts out")
    moved = msgspec.structs.replace(stated, ducts=msgspec.convert({"place": asked.ducts}, Ducts))
    others = [row for row in home.comparison if row.system != kind.id]
    return msgspec.structs.replace(named, comparison=(*others, moved))


class Comparing:
    """The comparisons of one home.

    Parameters
    ----------
    home : Home
        The household.
    systems, alternatives : mapping
        Maps, and what it may be compared with.
    """

    def __init__(self, home: Home, systems: Mapping[str, System], alternatives: Mapping[str, Alternative]) -> None:
        self._home, self._systems, self.alternatives = home, systems, alternatives
        self._learnt: dict[tuple[date, int], _Learnt] = {}
        self._found: dict[tuple[datetime, datetime, int, tuple[str, ...]], BaselineSummary] = {}

    def instead(self, asked: Against) -> Comparing:
        """Return the comparisons with another system; what was learnt of the home holds there too where it may.

        Raises
        ------
        ValueError
            As `against`.
        """
        found = Comparing(against(self._home, asked, self.alternatives), self._systems, self.alternatives)
        mine, theirs = (stated_of(home, chosen(home)) for home in (self._home, found._home))
        held = [(row.thermostat, row.cool_thermostat) if row else (None, None) for row in (mine, theirs)]
        if held[0] == held[1]:
            found._learnt = self._learnt
        return found

    def summary(
        self,
        plan: Plan | None,
        days: Days,
        asked: Asked,
        total: Decimal | None,
        past: Callable[[date], Days],
        factors: Callable[[], Mapping[str, Factor | None]],
    ) -> BaselineSummary:
        """Compare a span.

        Parameters
        ----------
        plan : Plan or None
            The rate plan.
        days : mapping of date to Day
            Of the bills that the span touches, and of those before that have a say.
        asked : Asked
            The span, now, and the systems; without any, every one for spans of a week or more.
        total : decimal or None
            The bill of the span. [currency]
        past : callable
            Every kept day up to one.
        factors : callable
            What measured heat says of the heat pumps' maps.

        Returns
        -------
        BaselineSummary
            Of a closed span by what was known at its end, so that it stays as it was.
        """
        if plan is None:
            return refused(self._home, worded("no tariff: name one with tariff = in the home file"))
        if chosen(self._home) not in self.alternatives:
            return refused(self._home, worded("{name} is no file of comparisons/", name=repr(chosen(self._home))))
        names = tuple(kind.id for kind in asked.kinds)
        key = (asked.start, asked.end, int(asked.now.timestamp()) // _FRESH_S, names)
        if key not in self._found:
            self._found = dict(list(self._found.items())[-_KEPT:])
            self._found[key] = self._compare(plan, days, asked, total, past, factors)
        return self._found[key]

    def known(
        self,
        until: date,
        now: datetime,
        past: Callable[[date], Days],
        factors: Callable[[], Mapping[str, Factor | None]],
    ) -> tuple[Heated, Load] | Missing:
        """Return what the home's days up to one say of it."""
        key = (until, int(now.timestamp()) // _LEARNT_S)
        if key not in self._learnt:
            self._learnt = dict(list(self._learnt.items())[-_KEPT:])
            self._learnt[key] = _learn(self._home, past(until), factors())
        return self._learnt[key]

    def heat_now(self, price: Decimal | None, days: Days, known: Mapping[str, Factor | None]) -> list[Source]:
        """Return what one more kilowatt-hour of heat costs now from every source of the home, cheapest first."""
        heard = [row.hours.outdoor_c for _, row in sorted(days.items())[-2:] if row.hours is not None]
        outdoor = [value for row in heard for value in row[-_NOW_H:] if value == value]
        factors = {pump: (row.value, Z90 * row.systematic) for pump, row in known.items() if row is not None}
        newest = next((row for row in reversed(self._learnt.values()) if not isinstance(row, Missing)), None)
        burners = []
        if newest is not None:
            place = Place(self._home, self._systems, newest[1], design_temperature(newest[0].hours.outdoor_c))
            installed = [self.alternatives[row.system] for row in self._home.comparison if row.installed]
            burners = [fitted(place, kind) for kind in installed if kind.heats == "fuel"]
        now = Now(price, outdoor[-1] if outdoor else float("nan"), factors, burners)
        return heat_now(self._home, self._systems, now)

    def _compare(
        self,
        plan: Plan,
        days: Days,
        asked: Asked,
        total: Decimal | None,
        past: Callable[[date], Days],
        factors: Callable[[], Mapping[str, Factor | None]],
    ) -> BaselineSummary:
        end = min(asked.end, asked.now.astimezone(asked.end.tzinfo))
        until = date.fromordinal(end.date().toordinal() + (end.time() > datetime.min.time()))
        made = {when: day for when, day in days.items() if when < until}
        learnt = self.known(until, asked.now, lambda last: {**past(last), **made}, factors)
        if isinstance(learnt, Missing):
            return refused(self._home, learnt.reason, learnt)
        hours, load = learnt
        place = Place(self._home, self._systems, load, design_temperature(hours.hours.outdoor_c))
        version = f"learnt until {until.isoformat()} from {load.source or 'its rooms'}"
        kinds = asked.kinds or (list(self.alternatives.values()) if (asked.end - asked.start).days >= _ALL_D else ())
        known = Known(place, hours, load, plan, days, total, version)
        return compare(known, asked._replace(kinds=kinds), self.alternatives)


def _learn(home: Home, days: Mapping[date, Day], factors: Mapping[str, Factor | None]) -> _Learnt:
    hours = heated(home, days, stated_of(home, chosen(home)), factors)
    if hours is None:
        return Missing(
            0.0, 0.0, worded("nothing is known yet of the heat of this home: map its heat pumps and their rooms")
        )
    fitted = learn(hours.plan, hours.hours)
    if isinstance(fitted, Missing):
        return fitted
    load = whole_home(fitted, hours.hours, hours.given)
    if isinstance(load, Missing):
        return load
    outdoor = {when: row.outdoor_c for when, row in days.items() if row.outdoor_c is not None}
    told = before(home.anchors, outdoor)
    return hours, load if isinstance(told, Missing) else by_bills(told, load)


def among(found: BaselineSummary, others: BaselineSummary) -> BaselineSummary:
    """Return a comparison with one system, beside all those that another comparison of the same span has."""
    mine = {row.system: row for row in found.alternatives}
    rows = [mine.pop(row.system, row) for row in others.alternatives]
    return msgspec.structs.replace(found, alternatives=[*mine.values(), *rows], heat_now=others.heat_now)
