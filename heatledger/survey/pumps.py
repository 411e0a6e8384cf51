"""Which of the devices heard are heat pumps, and which meter is on whose circuit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import msgspec

from heatledger.home import PumpKind
from heatledger.readings import Value
from heatledger.survey.heard import Device
from heatledger.survey.loads import Load, Points
from heatledger.survey.rooms import AIR_CONDITIONER, OUTDOORS, telling, words

_AIR = frozenset(("faikin", "mitsubishi2mqtt", "mitsucon", "midea2mqtt"))
_WATER = frozenset(("heishamon", "ecodan_bridge", "espaltherma", "p1p2mqtt", "nibepi"))
_DESCRIBED = frozenset(("ha", "ha_statestream", "homie", "esphome"))
_RADIATOR = frozenset(("valve_position", "heating_demand", "floor_temp"))
_COOLS = frozenset(("cool", "heat_cool", "dry", "fan_only", "cooling", "drying"))
_REGISTER_FROM_KWH = 5.0  # two registers at the same figure below this may have been started together
_ROLES = ("mode", "action", "compressor_freq")


class Unit(msgspec.Struct, frozen=True):
    """A heat pump, or an indoor unit of one, that speaks for itself; `kind` is air or water."""

    device: Device
    channel: str | None
    point: str
    label: str
    kind: str
    why: str


class Match(msgspec.Struct, frozen=True):
    """Units that draw their electricity through one meter, None where none was heard."""

    units: tuple[Unit, ...]
    load: Load | None
    kind: PumpKind
    why: str


def units(device: Device, points: Points) -> list[Unit]:
    """Return the heat pumps, or indoor units, that a device speaks for.

    Parameters
    ----------
    device : Device
        The device.
    points : Points
        How things are written.

    Returns
    -------
    list of Unit
        One, or one a channel where several channels have a mode.
    """
    modes = sorted({each.channel for each in device.heard if each.quantity == "mode"})
    whole = device.values()
    wet = _water(device.family, whole)
    channels: list[str | None] = [None] if wet or len(modes) <= 1 else [*modes]
    found = []
    for channel in channels:
        said = whole if channel is None else {**device.values(""), **device.values(channel)}
        why = wet or _air(device.family, said)
        roles = [role for role in _ROLES if role in said and (channel is None or role in device.values(channel))]
        roles = [role for role in roles if channel is not None or _once(device, role)]
        point = points.write(device, roles, channel) if roles else None
        if why and point:
            label = device.name if len(channels) == 1 or not channel else f"{device.name} {channel}"
            found.append(Unit(device, channel, point, label, "water" if wet else "air", why))
    return found


def _once(device: Device, quantity: str) -> bool:
    channels = {each.channel for each in device.heard if each.quantity == quantity}
    return len(channels) == 1 or "" in channels


def _water(family: str, said: Mapping[str, Value]) -> str:
    """Return what betrays a heat pump that heats water, nothing where nothing does."""
    if not {"flow_temp", "dhw_temp", "flow_setpoint", "heat_power"} & set(said):
        return ""
    if family in _WATER:
        return f"{family} speaks for heat pumps that heat water"
    return "it tells its compressor and its water" if {"compressor_freq", "defrost"} & set(said) else ""


def _air(family: str, said: Mapping[str, Value]) -> str:
    """Return what betrays a unit that heats air, nothing where nothing does."""
    has = set(said)
    if not has & {"mode", "compressor_freq"} or has & _RADIATOR:
        return ""
    rows = (
        ("compressor_freq" in has, "it tells the speed of its compressor"),
        (family in _AIR and "mode" in has, f"{family} speaks for indoor units"),
        (bool({"fan", "supply_temp", "air_flow", "defrost"} & has), "it has a mode and a fan"),
        (bool({said.get("mode"), said.get("action")} & _COOLS), "it can cool"),
        (family in _DESCRIBED and {"mode", "action", "temperature"} <= has, "it tells mode, action and temperature"),
    )
    return next((why for holds, why in rows if holds), "")


def matched(found: Sequence[Unit], loads: Sequence[Load], own: Mapping[tuple[str, str], Sequence[Load]]) -> list[Match]:
    """Find the meter of each heat pump: by the room in its name, an outdoor unit for several heads, else its own.

    Parameters
    ----------
    found : sequence of Unit
        Heat pumps and indoor units.
    loads : sequence of Load
        Meters of other devices.
    own : mapping
        What a unit measures itself, by family and device.

    Returns
    -------
    list of Match
        Every unit is in one of them.
    """
    free = list(loads)
    matches: list[Match] = []
    rest: list[Unit] = []
    for unit in found:
        load = _by_room(unit, free) if unit.kind == "air" else None
        if load is not None:
            free.remove(load)
            why = "its name has the unit's room and an air conditioner's word"
            matches.append(Match((unit,), load, "mini_split", why))
        else:
            rest.append(unit)
    for _, group in groupby(sorted(rest, key=_family), key=_family):
        matches += _of_family(list(group), free, own)
    return matches


def _family(unit: Unit) -> tuple[str, str]:
    return unit.kind, unit.device.family


def _by_room(unit: Unit, free: Sequence[Load]) -> Load | None:
    mark = telling(unit.label)
    fits = [load for load in free if mark & telling(load.label) and AIR_CONDITIONER & words(load.label)]
    return max(fits, key=lambda load: len(mark & telling(load.label)), default=None)


def _of_family(group: list[Unit], free: list[Load], own: Mapping[tuple[str, str], Sequence[Load]]) -> list[Match]:
    """Match units of one family that no name gives a meter."""
    counts = {unit.point: found for unit in group if (found := _own(unit, own)) is not None}
    bare = [unit for unit in group if unit.point not in counts]
    matches = []
    for together in _by_register([unit for unit in group if unit.point in counts], counts):
        first, why = counts[together[0].point], "the unit's own count, which some units only estimate"
        if len(together) > 1:
            why = f"the registers of {len(together)} units stand at the same {first.kwh:g} kWh: one outdoor unit's"
        kind: PumpKind = "multi_split" if len(together) > 1 else _kind(together[0])
        matches.append(Match(tuple(together), first, kind, why))
    load = next((load for load in free if _is_of_unit(load)), None) if bare else None
    if load is not None:
        free.remove(load)
    if bare and bare[0].kind == "air" and len(bare) > 1 and load is not None:
        why = f"{len(bare)} units of one family and one meter that is named like an outdoor unit"
        return [*matches, Match(tuple(bare), load, "multi_split", why)]
    for unit in bare:
        matches.append(Match((unit,), load, _kind(unit), "the one meter that is named like a heat pump's"))
        load = None
    return matches


def _by_register(units: Sequence[Unit], counts: Mapping[str, Load]) -> list[list[Unit]]:
    """Group the indoor units whose registers stand at the same figure: one outdoor unit's, told by each of them."""
    groups: dict[object, list[Unit]] = {}
    for unit in units:
        kwh = counts[unit.point].kwh
        shared = unit.kind == "air" and kwh is not None and kwh >= _REGISTER_FROM_KWH
        groups.setdefault(kwh if shared else unit.point, []).append(unit)
    return list(groups.values())


def _own(unit: Unit, own: Mapping[tuple[str, str], Sequence[Load]]) -> Load | None:
    """Return what a unit measures itself, of its channel where it speaks for several."""
    found = own.get((unit.device.family, unit.device.name), ())
    fits = [load for load in found if unit.channel is None or load.points[0].endswith(f":{unit.channel}")]
    return fits[0] if fits else None


def _is_of_unit(load: Load) -> bool:
    said = words(load.label)
    return bool(said & (OUTDOORS | AIR_CONDITIONER)) or {"heat", "pump"} <= said


def _kind(unit: Unit) -> PumpKind:
    if unit.kind == "air":
        return "mini_split"
    return "ground_source" if unit.device.family == "nibepi" else "air_to_water"
