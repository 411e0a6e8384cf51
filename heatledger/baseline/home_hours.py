"""From a home's days to what its load is made of: its rooms, its hours, and what its own machines drew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from heatledger.baseline.hours import Hours
from heatledger.baseline.rooms import Plan, Room
from heatledger.baseline.whole_home import Given
from heatledger.days import Day
from heatledger.heat.anchor import Factor
from heatledger.heat.flows import Z90, Work
from heatledger.heat.ladder import STEPS, Step, half_width, kept, realize, whole_of
from heatledger.home import Comparison, HeatPump, Home
from heatledger.readings import Floats, Ints

_HOUR_S: Final = 3600
_AREA_M2: Final = 20.0
"""A room whose floor is not stated. [m²]"""
_HEATER_SD: Final = 0.01
_NO_SD: Final = 0.15


class Heated(NamedTuple):
    """A home hour by hour, with what drew its electricity.

    Attributes
    ----------
    plan, hours, given : Plan, Hours, Given
        For the load.
    day : array of int, shape (n,)
        Which of `days` each hour belongs to.
    days : tuple of date
        Local days, in order.
    heating_kwh, cooling_kwh : array, shape (n, k)
        Electricity of either work by source, the sources being heat pumps and then heaters. [kWh]
    sources : tuple of str
        Their ids.
    meters : tuple of str
        Whose meters they are behind.
    """

    plan: Plan
    hours: Hours
    given: Given
    day: Ints
    days: tuple[date, ...]
    heating_kwh: Floats
    cooling_kwh: Floats
    sources: tuple[str, ...]
    meters: tuple[str, ...]


def heated(
    home: Home, days: Mapping[date, Day], stated: Comparison | None, factors: Mapping[str, Factor | None]
) -> Heated | None:
    """Lay a home's days on hours without gaps.

    Parameters
    ----------
    home : Home
        Its zones, heat pumps and heaters.
    days : mapping of date to Day
        What was measured.
    stated : Comparison or None
        For the common set-point.
    factors : mapping of str to Factor or None
        What measured heat says of each heat pump's map.

    Returns
    -------
    Heated or None
        None where no day has hours, nothing heats, or no room is described.
    """
    known = {when: row for when, row in sorted(days.items()) if row.hours is not None}
    pumps, heaters = home.heat_pumps, [meter for meter in home.meters if meter.heater]
    if not known or not home.zones or not (pumps or heaters):
        return None
    frame = _Frame(known)
    steps = {pump.id: _steps(pump, list(known.values()), factors.get(pump.id)) for pump in pumps}
    warm = [frame.heat(pump.id, "heat_w", steps[pump.id][0], factors.get(pump.id)) for pump in pumps]
    cold = [frame.heat(pump.id, "cool_w", steps[pump.id][1], None) for pump in pumps]
    heater_w = [frame.column(lambda row, name=meter.id: row.hours.heating_kwh.get(name)) * 1e3 for meter in heaters]
    none = np.zeros(frame.size)
    sources = (*(pump.id for pump in pumps), *(meter.id for meter in heaters))
    hours = Hours(
        start_s=frame.start_s,
        outdoor_c=frame.column(lambda row: row.hours.outdoor_c),
        sun_w_m2=frame.column(lambda row: row.hours.sun_w_m2),
        other_w=frame.column(lambda row: row.hours.other_kwh) * 1e3,
        room_c=frame.by_zone(home, "room_c"),
        own_c=frame.by_zone(home, "asked_c"),
        own_cool_c=frame.by_zone(home, "asked_cool_c"),
        heat_w=np.column_stack([*warm, *heater_w]),
        cool_w=np.column_stack([*cold, *(none for _ in heaters)]),
        latent_w=np.full((frame.size, len(sources)), np.nan),
    )
    doubts = [steps[pump.id] for pump in pumps]
    return Heated(
        plan=_plan(home),
        hours=hours,
        given=Given(
            heat_sd=np.array([*(row.heat_sd for row in doubts), *(_HEATER_SD for _ in heaters)]),
            cool_sd=np.array([*(row.cool_sd for row in doubts), *(_HEATER_SD for _ in heaters)]),
            setpoint_c=stated.thermostat if stated else None,
            cool_setpoint_c=stated.cool_thermostat if stated else None,
            source=_said(pumps, doubts),
        ),
        day=frame.day,
        days=tuple(known),
        heating_kwh=np.column_stack([frame.drawn(name, "heating_kwh") for name in sources]),
        cooling_kwh=np.column_stack([frame.drawn(name, "cooling_kwh") for name in sources]),
        sources=sources,
        meters=(*(pump.meter for pump in pumps), *(meter.id for meter in heaters)),
    )


class _Steps(NamedTuple):
    """Of one heat pump: which step answers for its heat and its cold, and how sure each is. [1]."""

    heat: Step | None
    cool: Step | None
    heat_sd: float
    cool_sd: float


def _steps(pump: HeatPump, days: Sequence[Day], factor: Factor | None) -> _Steps:
    own = [row.pumps[pump.id] for row in days if pump.id in row.pumps]
    found: list[tuple[Step | None, float]] = []
    work: Work
    for work in ("heating", "cooling"):
        by = factor if work == "heating" else None
        name = realize(own, work, by).method
        step = next((step for step in STEPS if step.method == name), None)
        whole = None if step is None else whole_of(step, own, work, by)
        found.append((step, _NO_SD if whole is None else half_width(whole) / Z90))
    (heat, heat_sd), (cool, cool_sd) = found
    return _Steps(heat, cool, heat_sd, cool_sd)


def _said(pumps: Sequence[HeatPump], steps: Sequence[_Steps]) -> str:
    said = [f"{pump.name or pump.id}: {row.heat.method}" for pump, row in zip(pumps, steps, strict=True) if row.heat]
    return "; ".join(said)


def _plan(home: Home) -> Plan:
    """Return the rooms; the one thermostat hangs in the largest that a heat pump serves."""
    served = [[head.zone for head in pump.heads] for pump in home.heat_pumps]
    served += [[meter.zone or ""] for meter in home.meters if meter.heater]
    area = [zone.area_m2 or _AREA_M2 for zone in home.zones]
    with_unit = {name for row in served for name in row}
    first = max(range(len(area)), key=lambda at: (home.zones[at].id in with_unit, area[at]))
    rooms = tuple(Room(zone.id, floor, zone.open_to, zone.name) for zone, floor in zip(home.zones, area, strict=True))
    return Plan(rooms, first, np.array([[zone.id in row for zone in home.zones] for row in served]))


class _Frame:
    """Days laid on hours; an hour that a clock change adds or takes away shifts what follows by one."""

    def __init__(self, days: Mapping[date, Day]) -> None:
        self._rows = [row for row in days.values() if row.hours is not None]
        begins = [row.hours.start_s for row in self._rows if row.hours is not None]
        last = self._rows[-1].hours
        end = begins[-1] + _HOUR_S * (len(last.outdoor_c) if last else 0)
        self.size = (end - begins[0]) // _HOUR_S
        self.start_s: Ints = begins[0] + np.arange(self.size, dtype=np.int64) * _HOUR_S
        self._at = [(begin - begins[0]) // _HOUR_S for begin in begins]
        ends = [*(min(a + 0, b) for a, b in pairwise([*self._at, int(self.size)])), int(self.size)]
        self.day: Ints = np.searchsorted(self._at, np.arange(self.size), side="right").astype(np.int64) - 1
        self._ends = ends

    def column(self, of: object) -> Floats:
        """Return a column of the days' hours, NaN between them."""
        out = np.full(self.size, np.nan)
        for at, row in zip(self._at, self._rows, strict=True):
            values = of(row)  # type: ignore[operator]
            if values is not None:
                part = out[at : at + len(values)]
                part[:] = values[: len(part)]
        return out

    def by_zone(self, home: Home, name: str) -> Floats:
        """Return a column a zone."""
        return np.column_stack([self.column(lambda row, z=z.id: getattr(row.hours, name).get(z)) for z in home.zones])

    def drawn(self, source: str, name: str) -> Floats:
        """Return what a source drew for a work, 0 where it is not its work. [kWh]."""
        return np.nan_to_num(self.column(lambda row: getattr(row.hours, name).get(source)))

    def heat(self, pump: str, name: str, step: Step | None, factor: Factor | None) -> Floats:
        """Return a heat pump's heat by the step that answers for it, NaN where none does. [W]."""
        if step is None:
            return self.column(lambda row: [0.0 if not kwh else np.nan for kwh in _drawn(row, pump, name)])
        scale = factor.value if step.key == "C" and factor is not None else 1.0
        return scale * self.column(lambda row: getattr(row.hours, name).get(pump, {}).get(kept(step)))


def _drawn(row: Day, pump: str, name: str) -> list[float]:
    hours = row.hours
    if hours is None:
        return []
    kind = hours.heating_kwh if name == "heat_w" else hours.cooling_kwh
    return [kwh if kwh > 0.05 else 0.0 for kwh in kind.get(pump, [])]
