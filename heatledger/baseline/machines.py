"""The systems that this home is compared with: how large, in which ducts, and what is taken for granted of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from heatledger.anchors import FUEL_KWH
from heatledger.baseline import ducts, plant
from heatledger.baseline.compared import Assumption
from heatledger.baseline.fuels import NATIVE
from heatledger.baseline.kinds import DEFAULT, Alternative
from heatledger.baseline.load import Load
from heatledger.baseline.plant import Machine
from heatledger.formatting import number, temperature
from heatledger.formatting import share as percent
from heatledger.heat.system import System
from heatledger.home import Comparison, Ducts, Home
from heatledger.marks import marked, worded
from heatledger.readings import Floats

_DESIGN_SHARE: Final = 0.01
"""The design temperature is what a hundredth of the hours is below: ASHRAE's 99 %. [1]"""
_LEAST_W: Final = 3000.0
"""No whole-home system is smaller. [W]"""
_PLACES: Final = {
    "inside": marked("ducts inside the walls"),
    "basement": marked("ducts in the basement that lose about 15 %"),
    "attic_good": marked("good ducts in the attic that lose about 15 %"),
    "attic_typical": marked("ducts in the attic that lose about 25 %"),
}


class Place(NamedTuple):
    """What every system finds in this home.

    Attributes
    ----------
    home : Home
        The household.
    systems : mapping of str to System
        Maps.
    load : Load
        Of all that is known.
    design_c : float
        Outdoor design temperature. [°C]
    """

    home: Home
    systems: Mapping[str, System]
    load: Load
    design_c: float

    @property
    def design_w(self) -> float:
        """Load of the rooms at the design temperature. [W]."""
        setpoint = float(np.nanmedian(self.load.setpoint_c))
        return max(self.load.loss_w_k * (setpoint - self.design_c) - max(self.load.gains_w, 0.0) * 0.5, _LEAST_W)


class Fitted(NamedTuple):
    """A system in this home: the machine, its fuel's price [currency/kWh], and why it cannot be priced."""

    machine: Machine
    stated: Comparison | None
    fuel_price: Decimal
    refused: str | None


def design_temperature(outdoor_c: Floats) -> float:
    """Return what a hundredth of the hours is below; −10 °C where none is known. [°C]."""
    known = outdoor_c[np.isfinite(outdoor_c)]
    return float(np.quantile(known, _DESIGN_SHARE)) if known.size else -10.0


def stated_of(home: Home, system: str) -> Comparison | None:
    """Return what the owner says of a system."""
    return next((row for row in home.comparison if row.system == system), None)


def chosen(home: Home) -> str:
    """Return the system that the home is compared with: the owner's choice, else the likely alternative."""
    return home.compare or (home.comparison[0].system if home.comparison else DEFAULT)


def fitted(place: Place, kind: Alternative) -> Fitted:
    """Fit a system to this home.

    Parameters
    ----------
    place : Place
        The home.
    kind : Alternative
        What it is.

    Returns
    -------
    Fitted
        Sized by its owner, else for the design load through its ducts.
    """
    stated = stated_of(place.home, kind.id)
    run = ducts.run_of(stated.ducts if stated and stated.ducts else kind.ducts, _area(place.home))
    system = place.systems.get(kind.unit or "")
    size = stated.size_w if stated and stated.size_w else _size(place, kind, system, run)
    machine = plant.machine_of(
        kind, place.systems, size_w=size, run=run, efficiency=stated.efficiency if stated else None
    )
    machine = _as_said(place, machine, stated.ducts if stated and stated.ducts else kind.ducts)
    if kind.fuel is None:
        return Fitted(machine, stated, Decimal(0), None)
    if stated is None or stated.fuel_price is None:
        return Fitted(machine, stated, Decimal(0), _no_price(place.home, kind))
    held = FUEL_KWH[kind.fuel].get(unit_of(place.home, kind, stated))
    if held is None:
        return Fitted(
            machine,
            stated,
            Decimal(0),
            worded("{fuel} is not sold by the {fuel_unit}", fuel=kind.fuel, fuel_unit=stated.fuel_unit),
        )
    return Fitted(machine, stated, stated.fuel_price / Decimal(repr(held)), None)


def _as_said(place: Place, machine: Machine, stated: Ducts | None) -> Machine:
    """Let ducts of which only the place is known lose over the season what the place says."""
    run, known = machine.run, ("supply_m2", "return_m2", "r_value", "supply_leak", "return_leak", "zone_c", "regain")
    if run is None or stated is None or any(getattr(stated, name) is not None for name in known):
        return machine
    weight = np.nan_to_num(place.load.heating.whole())
    out = np.nan_to_num(place.load.outdoor_c)
    at = np.array([float((weight * out).sum() / weight.sum()) if weight.sum() > 0 else 0.0])
    room = float(np.nanmedian(place.load.setpoint_c))
    hours = plant.Hours(at, np.array([room]), np.array([10.0]))
    full = plant.heating(machine._replace(run=None), hours, np.array([1e9])).capacity_w[0]
    heat = float(full) if np.isfinite(full) and full > 0 else machine.size_w
    air = machine.flow_m3s if machine.kind.heats == "map" else machine.size_w / (ducts.AIR_J_M3K * plant.BURNER_RISE_K)
    zone = float(ducts.around(run, at, room)[0])
    lost = ducts.PRESETS[stated.place].lost
    return machine._replace(run=ducts.seasonal(run, lost, heat, air, zone, room))


def unit_of(home: Home, kind: Alternative, stated: Comparison | None) -> str:
    """Return the unit that a system's fuel is sold by."""
    if stated is not None and stated.fuel_unit is not None:
        return stated.fuel_unit
    return NATIVE[kind.fuel or "gas"][home.degrees]


def _no_price(home: Home, kind: Alternative) -> str:
    unit = unit_of(home, kind, None)
    return worded(
        'needs the price of {fuel}: in the home file, [[comparison]] with system = "{id}" and fuel_price = "…" '
        "({currency} per {unit})",
        fuel=kind.fuel,
        id=kind.id,
        currency=home.currency,
        unit=unit,
    )


def _area(home: Home) -> float | None:
    known = [zone.area_m2 for zone in home.zones if zone.area_m2]
    return sum(known) if known and len(known) == len(home.zones) else None


def _size(place: Place, kind: Alternative, system: System | None, run: ducts.Run | None) -> float:
    load, room = place.design_w, float(np.nanmedian(place.load.setpoint_c))
    if run is not None:
        zone = ducts.around(run, np.array([place.design_c]), room)
        load = load / float(ducts.heating(run, load, load * kind.flow_m3s_per_w, zone, room)[0])
    at = 0.0 if kind.ground else place.design_c
    return plant.design_size(kind, system, load, at)


def sentence(place: Place, kind: Alternative, stated: Comparison | None) -> str:
    """Return what is compared with in one plain sentence."""
    held = temperature(float(np.nanmedian(place.load.setpoint_c)), unit=place.home.degrees)
    where = _where(stated.ducts if stated and stated.ducts else kind.ducts)
    if where:
        return worded(
            "Compared with {name}, {ducts}, every room held at {held} by one thermostat",
            name=kind.name,
            ducts=where,
            held=held,
        )
    return worded("Compared with {name}, every room held at {held} by one thermostat", name=kind.name, held=held)


def _where(stated: Ducts | None) -> str:
    return "" if stated is None else _PLACES.get(stated.place, "")


def assumptions(place: Place, found: Fitted) -> list[Assumption]:
    """Return what was taken for granted of a system, each with the key of the home file that says otherwise."""
    kind, unit = found.machine.kind, place.home.degrees
    key = f"comparison[{kind.id}]"
    rows = [
        Assumption(label=worded("System"), value=kind.name, key="compare"),
        Assumption(label=worded("Ducts"), value=_where(_ducts(found)) or worded("none"), key=f"{key}.ducts"),
        Assumption(
            label=worded("Thermostat"),
            value=temperature(float(np.nanmedian(place.load.setpoint_c)), unit=unit),
            key=f"{key}.thermostat",
        ),
        Assumption(
            label=worded("Size"),
            value=f"{number(found.machine.size_w / 1e3, 1)} kW",
            key=f"{key}.size_w",
        ),
        Assumption(label=worded("Design day"), value=temperature(place.design_c, unit=unit), key="outdoor_temperature"),
    ]
    if kind.heats == "map":
        said = worded("electric resistance") if kind.backup else worded("none")
        rows.append(Assumption(label=worded("Back-up heat"), value=said, key=f"{key}.system"))
    if kind.fuel is not None and found.stated is not None and found.stated.fuel_price is not None:
        sold = unit_of(place.home, kind, found.stated)
        rows.append(
            Assumption(
                label=worded("Fuel"),
                value=f"{found.stated.fuel_price}/{sold}",
                key=f"{key}.fuel_price",
            )
        )
        share = percent(found.machine.kind.efficiency)
        rows.append(Assumption(label=worded("Efficiency"), value=share, key=f"{key}.efficiency"))
    rows.append(
        Assumption(label=worded("Heat of the home"), value=place.load.source or worded("not named"), key="heat_pumps")
    )
    return rows


def _ducts(found: Fitted) -> Ducts | None:
    return found.stated.ducts if found.stated and found.stated.ducts else found.machine.kind.ducts
