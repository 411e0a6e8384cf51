"""What a test run is made with: the unit, its meter, its map, and the rooms that take part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from heatledger.commissioning.trial.course import Trial, Work
from heatledger.cycling import rests_below
from heatledger.heat import map_ends
from heatledger.heat.delivered import WIDTHS
from heatledger.heat.system import System
from heatledger.home import Head, HeatPump, Home, Meter

MODE_OF: Final[dict[Work, str]] = {"heating": "heat", "cooling": "cool"}
WARMER: Final[dict[Work, float]] = {"heating": 1.0, "cooling": -1.0}
"""Which way the room goes."""


class Subject(NamedTuple):
    """The unit of a run.

    Attributes
    ----------
    home, pump, meter : Home, HeatPump, Meter
        As the home file states them.
    heads : tuple of Head
        Indoor units that take part.
    system : System or None
        The unit's map.
    """

    home: Home
    pump: HeatPump
    meter: Meter
    heads: tuple[Head, ...]
    system: System | None

    @property
    def name(self) -> str:
        """What people call it."""
        return self.pump.name or self.pump.id

    @property
    def rests_below_w(self) -> float:
        """The power under which its compressor rests. [W]."""
        return rests_below(self.pump, self.meter)

    @property
    def whole(self) -> bool:
        """Whether all of its indoor units take part."""
        return len(self.heads) == len(self.pump.heads)

    def room(self, zone: str) -> str:
        """Return what people call a room."""
        return next((row.name for row in self.home.zones if row.id == zone), zone)

    def thermostat(self, celsius: float) -> float:
        """Return the set-point nearest to a temperature [°C]: half degrees, or whole Fahrenheit. [°C]."""
        return round(2.0 * celsius) / 2.0 if self.home.degrees == "C" else (round(celsius * 1.8 + 32.0) - 32.0) / 1.8


class Most(NamedTuple):
    """What a map says a unit does at its most: power and heat [W], and the map's 90 % half-width [1]."""

    power_w: float
    heat_w: float
    width: float


def subject(home: Home, systems: Mapping[str, System], pump_id: str, zones: tuple[str, ...]) -> Subject:
    """Return the unit of a run.

    Parameters
    ----------
    home : Home
        Whose.
    systems : mapping of str to System
        Units' maps by name.
    pump_id : str
        Which heat pump.
    zones : tuple of str
        The rooms whose indoor units take part.

    Raises
    ------
    ValueError
        If the home file does not name it (any more): one line with the mend.
    """
    pump = next((row for row in home.heat_pumps if row.id == pump_id), None)
    meter = next((row for row in home.meters if pump and row.id == pump.meter), None)
    if pump is None or meter is None:
        known = ", ".join(row.id for row in home.heat_pumps) or "none"
        raise ValueError(f"heat pump {pump_id!r} is not in the home file; it names: {known}")
    heads = tuple(head for head in pump.heads if head.zone in zones)
    return Subject(home, pump, meter, heads, systems.get(pump.unit or ""))


def subject_of(trial: Trial, home: Home, systems: Mapping[str, System]) -> Subject:
    """Return the unit of a run that was made."""
    return subject(home, systems, trial.heat_pump, trial.zones)


def most(unit: Subject, work: Work, outdoor_c: float, room_c: float) -> Most | None:
    """Return what a unit's map says it does at its most; None without a map, or far outside its temperatures.

    Parameters
    ----------
    unit : Subject
        The unit.
    work : str
        heating or cooling.
    outdoor_c, room_c : float
        Air outdoors, and in the room; NaN for the map's own room. [°C]
    """
    system = unit.system
    points = () if system is None else system.heating if work == "heating" else system.cooling
    if system is None or not points or system.sink == "water":
        return None
    scale, cools = system.scale(unit.pump.rated_w), work == "cooling"
    found = map_ends.most(system, np.array([outdoor_c]), np.array([room_c]), scale=scale, cools=cools)
    if not np.isfinite(found.power_w[0]):
        return None
    return Most(float(found.power_w[0]), float(found.heat_w[0]), WIDTHS[system.evidence][1])
