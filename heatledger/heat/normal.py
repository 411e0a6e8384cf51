"""What is normal for the weather: between which COPs a sound machine of its kind runs at that outdoor temperature."""

from __future__ import annotations

from typing import Final

import numpy as np

from heatledger.heat import carnot, unit_map
from heatledger.heat.flows import Normal
from heatledger.heat.system import System
from heatledger.home import HeatPump
from heatledger.readings import Floats

_FIELD: Final[dict[str, tuple[float, float]]] = {"unit": (0.80, 1.0), "rating": (0.70, 1.3)}
"""How far the field lies from a map, least and most: a maker's own table is the best it does (CARB found less, CEE
Minnesota as much); a rating tells single points within a third. [1]"""
_FLEET: Final = 0.134
"""Error of one share of Carnot's COP for nine of ten among 300 metered systems, heatpumpmonitor.org. [1]"""


def normal(
    pump: HeatPump, system: System | None, outdoor_c: Floats, sink_c: Floats, water_c: Floats
) -> tuple[Normal, ...]:
    """Return the normal COP of each interval, for each kind of work that something is known of.

    Parameters
    ----------
    pump : HeatPump
        For its kind.
    system : System or None
        Its map: from full speed to least, defrosting taken off, cycling and standby not.
    outdoor_c, sink_c, water_c : array
        Outdoor air; what the map heats (or the room that it cools); flow water, NaN where not known. [°C]

    Returns
    -------
    tuple of Normal
        Empty where neither a map nor the temperature of the water says anything.
    """
    if system is None:
        return _of_fleet(pump, outdoor_c, water_c)
    least, most = _FIELD[system.evidence]
    found = []
    if system.heating:
        cop = unit_map.cop_by_level(system, outdoor_c, sink_c)
        found.append(Normal("heating", cop.min(axis=0) * least, cop.max(axis=0) * most))
        if system.sink == "water":
            found.append(found[0]._replace(work="dhw"))
    if system.cooling:
        cop = unit_map.cop_by_level(system, outdoor_c, sink_c, cools=True)
        found.append(Normal("cooling", cop.min(axis=0) * least, cop.max(axis=0) * most))
    return tuple(found)


def _of_fleet(pump: HeatPump, outdoor_c: Floats, water_c: Floats) -> tuple[Normal, ...]:
    if pump.kind != "air_to_water" or not np.isfinite(water_c).any():
        return ()
    cop = carnot.fraction_cop(water_c, outdoor_c)
    heating = Normal("heating", cop * (1.0 - _FLEET), cop * (1.0 + _FLEET))
    return heating, heating._replace(work="dhw")
