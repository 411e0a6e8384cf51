"""What a whole-home system draws, hour by hour, to give a load: ducts, machine, back-up and what turns beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec
import numpy as np

from heatledger.baseline import ducts
from heatledger.baseline.kinds import Alternative
from heatledger.heat import power_for
from heatledger.heat.system import System
from heatledger.readings import Floats

_CRANKCASE_BELOW_C: Final = 10.0
_LOW_STAGE: Final = 0.7
"""Capacity and air of a two-stage machine's low stage over its high one. [1]"""
_LEAST_AIR: Final = 0.4
"""The least air of a variable-speed machine over its most. [1]"""
BURNER_RISE_K: Final = 28.0
"""By how much a furnace warms its air: 50 °F. [K]"""
_ROUNDS: Final = 4
_FULL_FLOW_C: Final = (20.0, -10.0)


class Hours(NamedTuple):
    """What a system works in, hour by hour. [°C].

    Attributes
    ----------
    outdoor_c, room_c : array
        Outdoor air, and the set-point.
    ground_c : array
        Undisturbed ground at the depth of a basement or a loop.
    """

    outdoor_c: Floats
    room_c: Floats
    ground_c: Floats


class Machine(NamedTuple):
    """A whole-home system of one home.

    Attributes
    ----------
    kind : Alternative
        What it is.
    system, cooling_system : System or None
        Its maps.
    size_w : float
        Heating capacity: of a heat pump at its map's 8.3 °C, of a burner its output. [W]
    run : ducts.Run or None
        Its ducts in this home.
    flow_m3s : float
        Air at full speed. [m³/s]
    """

    kind: Alternative
    system: System | None
    cooling_system: System | None
    size_w: float
    run: ducts.Run | None
    flow_m3s: float


class Energy(NamedTuple):
    """What a system takes and gives, hour by hour; NaN where load or temperature is not known.

    Attributes
    ----------
    machine_w : array
        Electricity of what its performance map speaks of; none for burners. [W]
    beside_w : array
        Electricity of blower, pump, crankcase heater and standby. [W]
    backup_w : array
        Electricity of resistance heat. [W]
    fuel_w : array
        Heat of combustion burnt. [W]
    short_w : array
        Load that it cannot give. [W]
    delivered : array
        Share of its heat that the distribution delivers. [1]
    capacity_w : array
        The most that reaches the rooms without back-up. [W]
    """

    machine_w: Floats
    beside_w: Floats
    backup_w: Floats
    fuel_w: Floats
    short_w: Floats
    delivered: Floats
    capacity_w: Floats

    @property
    def electricity_w(self) -> Floats:
        """All electricity. [W]."""
        return self.machine_w + self.beside_w + self.backup_w


def heating(machine: Machine, hours: Hours, load_w: Floats) -> Energy:
    """Return what a system takes to heat rooms.

    Parameters
    ----------
    machine : Machine
        The system.
    hours : Hours
        What it works in.
    load_w : array, shape (n,)
        Heat that the rooms must get. [W]

    Returns
    -------
    Energy
        Back-up heat makes up what the machine cannot give where the system has it; else that is `short_w`.
    """
    how = {"map": _pumped, "resistance": _resisted, "fuel": _burnt}[machine.kind.heats]
    return how(machine, hours, load_w)


def _resisted(_machine: Machine, hours: Hours, load_w: Floats) -> Energy:
    none = np.where(np.isfinite(load_w), 0.0, np.nan)
    one = np.ones(len(load_w))
    return Energy(none, none, load_w.copy(), none, none, one, np.full(len(hours.outdoor_c), np.inf))


def _burnt(machine: Machine, hours: Hours, load_w: Floats) -> Energy:
    """Burn what the load asks; a blower's power is heat in the same air."""
    kind = machine.kind
    air = machine.size_w / (ducts.AIR_J_M3K * BURNER_RISE_K)
    share_out = _through(machine, hours, np.full(len(load_w), machine.size_w), np.full(len(load_w), air))
    wanted = load_w / share_out
    got = np.minimum(wanted, machine.size_w)
    running = got / machine.size_w
    blower = kind.blower_w_per_m3s * air * running
    beside = blower + kind.pump_w * running + kind.standby_w
    none = np.where(np.isfinite(load_w), 0.0, np.nan)
    fuel = np.maximum(got - blower, 0.0) / (kind.efficiency or 1.0)
    return Energy(none, beside, none, fuel, (wanted - got) * share_out, share_out, machine.size_w * share_out)


def _pumped(machine: Machine, hours: Hours, load_w: Floats) -> Energy:
    """Give what the map can, the rest by back-up; ducts are entered at the capacity and the air of the moment."""
    kind, system = machine.kind, machine.system
    if system is None:
        raise ValueError(f"{kind.id}: a heat pump without its map")
    scale = machine.size_w / (system.rated_w or machine.size_w)
    source = hours.ground_c if kind.ground else hours.outdoor_c
    sink = hours.room_c if system.sink == "air" else flow_temp(kind, hours.outdoor_c)
    rest = kind.standby_w + np.where(hours.outdoor_c < _CRANKCASE_BELOW_C, kind.crankcase_w, 0.0)

    def drawn(asked_w: Floats) -> power_for.Drawn:
        return power_for.heating(
            system, asked_w, source, sink, standby_w=rest, scale=scale, cycling_loss=kind.cycling_loss
        )

    capacity_w = drawn(load_w).capacity_w
    share_out = _settled(machine, hours, load_w, capacity_w)
    wanted = load_w / share_out
    blower = kind.blower_w_per_m3s * machine.flow_m3s
    full = capacity_w + blower
    running = np.clip(np.divide(wanted, full, out=np.ones_like(wanted), where=full > 0), 0.0, 1.0)
    asked = np.maximum(wanted - blower * running, 0.0)
    at = drawn(asked)
    short = np.where(asked <= capacity_w, 0.0 * asked, asked - at.given_w)
    works = np.where(wanted > 0, running, 0.0)
    beside = (blower + kind.pump_w) * works
    none = np.where(np.isfinite(load_w), 0.0, np.nan)
    back, lacking = (short, none) if kind.backup else (none, short * share_out)
    return Energy(at.power_w, beside, back, none, lacking, share_out, full * share_out)


def flow_temp(kind: Alternative, outdoor_c: Floats) -> Floats:
    """Return the heating water of a system by its weather curve. [°C].

    Examples
    --------
    >>> unit = Alternative(id="a", name="a", source="s", heats="map", unit="u", flow_curve=(28.0, 45.0))
    >>> flow_temp(unit, np.array([20.0, 5.0, -10.0])).tolist()
    [28.0, 36.5, 45.0]
    """
    warm, cold = kind.flow_curve or (35.0, 35.0)
    share = (_FULL_FLOW_C[0] - outdoor_c) / (_FULL_FLOW_C[0] - _FULL_FLOW_C[1])
    return np.asarray(warm + np.clip(share, 0.0, 1.2) * (cold - warm), dtype=np.float64)


def _settled(machine: Machine, hours: Hours, load_w: Floats, capacity_w: Floats) -> Floats:
    """Find the share that ducts deliver at the heat and the air that the load itself makes them carry."""
    found = np.ones(len(load_w))
    if machine.run is None:
        return found
    for _ in range(_ROUNDS):
        found = _through(machine, hours, *_carried(machine, np.nan_to_num(load_w / found), capacity_w))
    return found


def _carried(machine: Machine, asked_w: Floats, capacity_w: Floats) -> tuple[Floats, Floats]:
    """Return heat [W] and air [m³/s] in the ducts while the machine runs for a load."""
    most = np.where(capacity_w > 0, capacity_w, machine.size_w)  # where only back-up heats, it is as large
    whole = np.maximum(asked_w, most)
    if machine.kind.speed == "single":
        return whole, np.full(len(asked_w), machine.flow_m3s)
    if machine.kind.speed == "two":
        low = asked_w <= _LOW_STAGE * capacity_w
        return np.where(low, _LOW_STAGE, 1.0) * whole, np.where(low, _LOW_STAGE, 1.0) * machine.flow_m3s
    part = np.clip(asked_w / machine.size_w, _LEAST_AIR, 1.0)
    return np.maximum(asked_w, part * machine.size_w), part * machine.flow_m3s


def _through(machine: Machine, hours: Hours, heat_w: Floats, air_m3s: Floats) -> Floats:
    if machine.run is None:
        return np.ones(len(heat_w))
    zone_c = ducts.around(machine.run, hours.outdoor_c, hours.room_c, ground_c=hours.ground_c)
    drawn_in = ducts.infiltration(machine.run, heat_w, air_m3s, hours.outdoor_c, hours.room_c)
    kept = ducts.heating(machine.run, heat_w, air_m3s, zone_c, hours.room_c) - drawn_in
    return np.asarray(np.clip(kept, ducts.LEAST, 1.0), dtype=np.float64)


def machine_of(
    kind: Alternative,
    systems: Mapping[str, System],
    *,
    size_w: float,
    run: ducts.Run | None = None,
    efficiency: float | None = None,
) -> Machine:
    """Return a system of a size in a home.

    Parameters
    ----------
    kind : Alternative
        What it is.
    systems : mapping of str to System
        Maps, its own among them.
    size_w : float
        Heating capacity. [W]
    run : ducts.Run or None
        Its ducts.
    efficiency : float or None
        Of a burner, where its owner knows better than its kind.

    Returns
    -------
    Machine
    """
    if efficiency is not None:
        kind = msgspec.structs.replace(kind, efficiency=efficiency)
    maps = (systems.get(kind.unit or ""), systems.get(kind.cooling_unit or ""))
    return Machine(kind, *maps, size_w, run, kind.flow_m3s_per_w * size_w)


def design_size(kind: Alternative, system: System | None, design_w: float, design_c: float) -> float:
    """Return the capacity that a system needs so that it gives a load at the design temperature. [W].

    Parameters
    ----------
    kind : Alternative
        With `sizing`, and the share of the load that its compressor shall carry; the rest is back-up's.
    system : System or None
        Its map; None for burners and resistance.
    design_w : float
        Load on its coil or burner, what ducts lose included. [W]
    design_c : float
        Outdoor temperature, or the loop's liquid. [°C]
    """
    wanted = kind.sizing * design_w
    if system is None:
        return wanted
    rated = system.rated_w or float(max(point.capacity_w for point in system.heating))
    at = np.array([max(design_c, system.lockout_c)])
    able = power_for.heating(system, np.array([1e12]), at, np.array([system.sink_c])).capacity_w[0]
    return wanted * rated / float(able)


def cooling(machine: Machine, hours: Hours, sensible_w: Floats, latent_w: Floats) -> Energy:
    """Return what a system takes to cool rooms; what it cannot remove is `short_w`.

    Parameters
    ----------
    machine : Machine
        With a `cooling_system`.
    hours : Hours
        What it works in.
    sensible_w, latent_w : array, shape (n,)
        To be taken from the rooms, and from their air as moisture. [W]

    Returns
    -------
    Energy
        `delivered` by the cooling form of ASHRAE 152, at full air.
    """
    kind, system = machine.kind, machine.cooling_system
    if system is None:
        raise ValueError(f"{kind.id}: it does not cool")
    scale = machine.size_w / (system.rated_w or machine.size_w)
    total = sensible_w + latent_w
    source = hours.ground_c if kind.ground else hours.outdoor_c
    share_out = np.ones(len(total))
    if machine.run is not None:
        zone_c = ducts.around(machine.run, hours.outdoor_c, hours.room_c, ground_c=hours.ground_c, cooling=True)
        share_out = ducts.cooling(machine.run, machine.size_w, machine.flow_m3s, zone_c, hours.room_c)
    wanted = total / share_out
    at = power_for.cooling(
        system, wanted, source, hours.room_c, standby_w=kind.standby_w, scale=scale, cycling_loss=kind.cycling_loss
    )
    running = np.divide(at.given_w, at.capacity_w, out=np.zeros_like(wanted), where=at.capacity_w > 0)
    beside = (kind.blower_w_per_m3s * machine.flow_m3s + (kind.pump_w if kind.ground else 0.0)) * running
    none = np.where(np.isfinite(total), 0.0, np.nan)
    return Energy(
        at.power_w, beside, none, none, (wanted - at.given_w) * share_out, share_out, at.capacity_w * share_out
    )
