"""Which machine should heat now: what one more kilowatt-hour of heat costs from each source of the home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.baseline import plant
from heatledger.baseline.compared import Source
from heatledger.baseline.machines import Fitted
from heatledger.formatting import temperature
from heatledger.heat import power_for
from heatledger.heat.system import System
from heatledger.home import HeatPump, Home
from heatledger.marks import worded

_DIGITS: Final = Decimal("0.0001")
_PART_LOAD: Final = 0.5
"""Share of its capacity that a source is taken to run at. [1]"""
_WIDTHS: Final = {"unit": 0.20, "rating": 0.30}
"""90 % half-width of a map's COP by what stands behind it. [1]"""
_BURNER_WIDTH: Final = 0.05


class Now(NamedTuple):
    """What a moment brings.

    Attributes
    ----------
    price : decimal or None
        Of one more kilowatt-hour of electricity. [currency/kWh]
    outdoor_c : float
        NaN where nobody says it. [°C]
    factors : mapping of str to tuple
        By heat pump, what measured heat says of its map, and its 90 % half-width. [1]
    burners : sequence of Fitted
        Comparison systems that are installed in the home.
    """

    price: Decimal | None
    outdoor_c: float
    factors: Mapping[str, tuple[float, float]]
    burners: Sequence[Fitted]


def heat_now(home: Home, systems: Mapping[str, System], now: Now) -> list[Source]:
    """Return what one more kilowatt-hour of heat costs from every source of a home, the cheapest first.

    Parameters
    ----------
    home : Home
        Its heat pumps and heaters.
    systems : mapping of str to System
        Maps.
    now : Now
        Price and weather.

    Returns
    -------
    list of Source
        Unknown ones last, with what would make them known; `best` on the cheapest, and on those that its interval
        does not tell from it where they lie within a hundredth.
    """
    rows = [_pump(pump, systems.get(pump.unit or ""), now) for pump in home.heat_pumps]
    rows += [
        _priced(meter.id, meter.name or meter.id, [meter.zone or ""], now.price, (1.0, 1.0, 1.0))
        for meter in home.meters
        if meter.heater
    ]
    rows += [_burner(found) for found in now.burners]
    known = sorted((row for row in rows if row.cost is not None), key=lambda row: Decimal(row.cost or "0"))
    least = Decimal(known[0].cost or "0") * Decimal("1.01") if known else Decimal(0)
    best = [msgspec.structs.replace(row, best=Decimal(row.cost or "0") <= least) for row in known]
    return [*best, *(row for row in rows if row.cost is None)]


def _pump(pump: HeatPump, system: System | None, now: Now) -> Source:
    zones, name = [head.zone for head in pump.heads], pump.name or pump.id
    if system is None or not system.heating:
        why = worded('its COP at this temperature is not known: unit = "…" names its performance map')
        return _unknown(pump.id, name, zones, why)
    if not np.isfinite(now.outdoor_c):
        return _unknown(pump.id, name, zones, worded("the outdoor temperature is not known now"))
    scale = system.scale(pump.rated_w)
    at, room = np.array([now.outdoor_c]), np.array([system.sink_c])
    most = power_for.heating(system, np.array([1e9]), at, room, scale=scale)
    if most.capacity_w[0] <= 0:
        return _unknown(
            pump.id, name, zones, worded("it rests below {temperature}", temperature=temperature(system.lockout_c))
        )
    drawn = power_for.heating(system, _PART_LOAD * most.capacity_w, at, room, scale=scale)
    factor, width = now.factors.get(pump.id, (1.0, _WIDTHS[system.evidence]))
    cop = factor * float(drawn.given_w[0] / drawn.power_w[0])
    return _priced(pump.id, name, zones, now.price, (cop, cop * (1 - width), cop * (1 + width)))


def _burner(found: Fitted) -> Source:
    kind, machine = found.machine.kind, found.machine
    if found.refused is not None:
        return _unknown(kind.id, kind.name, [], found.refused)
    one = plant.heating(
        machine, plant.Hours(*(np.array([c]) for c in (0.0, 20.0, 10.0))), np.array([_PART_LOAD * machine.size_w])
    )
    given = _PART_LOAD * machine.size_w / float(one.fuel_w[0])
    return _priced(
        kind.id,
        kind.name,
        [],
        found.fuel_price,
        (given, given * (1 - _BURNER_WIDTH), given * (1 + _BURNER_WIDTH)),
    )


def _priced(source: str, name: str, zones: list[str], price: Decimal | None, cop: tuple[float, float, float]) -> Source:
    if price is None:
        return _unknown(source, name, zones, worded("the price of the next kilowatt-hour is not known"))
    cost, high, low = (str((price / Decimal(repr(value))).quantize(_DIGITS)) for value in cop)
    return Source(id=source, name=name, zones=zones, cost=cost, low=low, high=high, best=False, reason=None)


def _unknown(source: str, name: str, zones: list[str], why: str) -> Source:
    return Source(id=source, name=name, zones=zones, cost=None, low=None, high=None, best=False, reason=why)
