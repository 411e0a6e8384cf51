"""A heat pump's published performance as data: what a file of `systems/` says, and what makes it believable."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from heatledger.heat.carnot import Sink, ceiling_cooling, ceiling_heating, ideal_heating

Level = Literal["min", "rated", "max"]
LEVELS: Final[tuple[Level, ...]] = ("min", "rated", "max")
LEAST_FRACTION: Final = 0.25
MOST_FRACTION: Final = 0.65
"""Between these shares of Carnot's COP lies every real machine at full speed. [1]"""

_TREND_SLACK: Final = 0.1
"""What published tables do to full-speed power from one temperature to the next. [1]"""

_Positive = Annotated[float, Meta(gt=0)]


class _Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Published(_Frozen, frozen=True):
    """One published operating point, steady state."""

    outdoor_c: Annotated[float, Meta(ge=-50, le=60)]
    level: Level
    capacity_w: _Positive
    power_w: _Positive


class Rated(_Frozen, frozen=True):
    """Seasonal figures as the maker states them.

    Attributes
    ----------
    hspf, hspf2, seer, seer2 : float or None
        AHRI 210/240. [Btu/(W·h)]
    scop, seer_eu : float or None
        EN 14825, `scop` for the average climate unless the file's source says otherwise. [1]
    """

    hspf: _Positive | None = None
    hspf2: _Positive | None = None
    seer: _Positive | None = None
    seer2: _Positive | None = None
    scop: _Positive | None = None
    seer_eu: _Positive | None = None


class System(_Frozen, frozen=True):
    """A heat pump's performance map, or a generic one by rating.

    Attributes
    ----------
    id, name, source : str
        Identifier (the file's name), name, and document with its page.
    evidence : str
        unit where the maker's own table was entered (rung D), rating where only a rating stands behind it (rung E).
    sink : str
        What is heated: air or water.
    sink_c, cooled_c : float
        Room air (or flow water) at which the heating, and the cooling, points hold. [°C]
    rated_w : float or None
        Heating capacity that the map stands for at 8.3 °C, by which a home scales a generic one. [W]
    lockout_c : float
        Below it the compressor rests. [°C]
    standby_w, pan_heater_w : float
        Drawn at rest; drawn by a base-pan heater below 2 °C, and not in the map. [W]
    defrost_included : bool
        Whether the points are net of defrosting.
    rated : Rated
        The maker's seasonal figures, shown beside what was measured and never in its place.
    heating, cooling : tuple of Published
        The points.
    """

    id: str
    name: str
    source: str
    evidence: Literal["unit", "rating"]
    sink: Sink = "air"
    sink_c: float = 21.1
    cooled_c: float = 26.7
    rated_w: _Positive | None = None
    lockout_c: float = -60.0
    standby_w: Annotated[float, Meta(ge=0)] = 0.0
    pan_heater_w: Annotated[float, Meta(ge=0)] = 0.0
    defrost_included: bool = False
    rated: Rated = Rated()
    heating: tuple[Published, ...] = ()
    cooling: tuple[Published, ...] = ()

    def scale(self, rated_w: float | None) -> float:
        """Return the size of a unit of some rating over the map's: 1 where either states none.

        Parameters
        ----------
        rated_w : float or None
            The unit's own rating, as the home file states it. [W]
        """
        return rated_w / self.rated_w if rated_w and self.rated_w else 1.0


def misfit(system: System) -> str | None:
    """Return why a map cannot be believed: what, where and the mend in one line; None where it can.

    Parameters
    ----------
    system : System
        As read.

    Returns
    -------
    str or None
        The first thing that is wrong.
    """
    if not system.heating and not system.cooling:
        return "no points: give [[heating]] or [[cooling]] rows with outdoor_c, level, capacity_w and power_w"
    for mode, points in (("heating", system.heating), ("cooling", system.cooling)):
        wrong = _doubled(points) or _reference(points) or _levels(points) or _trend(points) or _physics(system, mode)
        if wrong:
            return f"{mode}: {wrong}"
    return None


def anchor(points: Iterable[Published]) -> Level | None:
    """Return the level that stands at every temperature of the points: max by preference."""
    given = {point.outdoor_c: set[str]() for point in points}
    for point in points:
        given[point.outdoor_c].add(point.level)
    return next((level for level in ("max", "rated", "min") if all(level in row for row in given.values())), None)


def _doubled(points: tuple[Published, ...]) -> str | None:
    seen = set[tuple[float, str]]()
    for point in points:
        if (point.outdoor_c, point.level) in seen:
            return f"{point.level} at {point.outdoor_c:g} °C stands twice; keep one"
        seen.add((point.outdoor_c, point.level))
    return None


def _reference(points: tuple[Published, ...]) -> str | None:
    if points and anchor(points) is None:
        return "no level stands at every temperature; add the missing max (or rated) points, or drop that temperature"
    return None


def _levels(points: tuple[Published, ...]) -> str | None:
    """Refuse power or capacity that falls from a lower to a higher level."""
    for temp in sorted({point.outdoor_c for point in points}):
        row = sorted((p for p in points if p.outdoor_c == temp), key=lambda p: LEVELS.index(p.level))
        for low, high in itertools.pairwise(row):
            if high.power_w < low.power_w or high.capacity_w < low.capacity_w:
                return f"at {temp:g} °C {high.level} lies below {low.level}; check both against the submittal"
    return None


def _trend(points: tuple[Published, ...]) -> str | None:
    """Refuse full-speed power that turns back with temperature, and rows that repeat another temperature's powers."""
    top = anchor(points)
    power = [p.power_w for p in sorted(points, key=lambda p: p.outdoor_c) if p.level == top]
    steps = [b - a for a, b in itertools.pairwise(power)]
    slack = _TREND_SLACK * max(power, default=0.0)
    if any(step > slack for step in steps) and any(step < -slack for step in steps):
        return f"{top} power rises and falls with temperature ({', '.join(f'{p:g}' for p in power)} W); one is a slip"
    rows: dict[float, dict[str, float]] = {}
    for point in points:
        rows.setdefault(point.outdoor_c, {})[point.level] = point.power_w
    full = [(temp, row) for temp, row in sorted(rows.items()) if len(row) == len(LEVELS)]
    for (cold, low), (warm, high) in itertools.pairwise(full):
        if low == high:
            return f"the powers at {cold:g} °C repeat those at {warm:g} °C; a copying slip, check the submittal"
    return None


def _physics(system: System, mode: str) -> str | None:
    """Refuse a COP above Carnot's ceiling, and a full-speed one outside what machines reach."""
    for point in system.heating if mode == "heating" else system.cooling:
        cop, where = point.capacity_w / point.power_w, f"{point.level} at {point.outdoor_c:g} °C"
        if mode == "heating":
            most = float(ceiling_heating(system.sink_c, point.outdoor_c))
            share = cop / float(ideal_heating(system.sink_c, point.outdoor_c, system.sink))
            if point.level == "max" and not LEAST_FRACTION <= share <= MOST_FRACTION:
                return f"{where}: COP {cop:.2f} is {share:.2f} of Carnot's, not 0.25–0.65; check capacity and power"
        else:
            most = float(ceiling_cooling(system.cooled_c, point.outdoor_c))
        if cop >= most:
            return f"{where}: COP {cop:.2f} is beyond Carnot's {most:.1f}; check capacity and power"
    return None
