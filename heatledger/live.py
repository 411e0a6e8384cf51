"""`now(latest readings, marginal rate)`: what the home draws and costs this minute, by zone, and who is not heard."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from heatledger.cycling import rests_below
from heatledger.draw import (
    BALANCE,
    Heard,
    Part,
    as_number,
    cost_per_watt,
    exact,
    less,
    net_of_claims,
    net_power,
    sum_known,
    tops,
    total_draw,
)
from heatledger.hearing import LiveValue, Source
from heatledger.home import HeatPump, Home, Meter, Zone
from heatledger.marks import worded
from heatledger.outdoor import sources
from heatledger.readings import SeriesKey

__all__ = ["Group", "LiveValue", "Now", "Outdoor", "Part", "ZoneNow", "now"]

RUNNING: Final = frozenset(("heating", "cooling", "drying", "fan", "defrosting"))
_ACTION_OF_MODE: Final = {"heat": "heating", "cool": "cooling", "dry": "drying", "fan_only": "fan"}
_NO_ZONE: Final = BALANCE | {"leader_sum"}


class Outdoor(msgspec.Struct, frozen=True):
    """The outdoor temperature [°C], who says so, when [µs], and whether that source has fallen silent."""

    celsius: float | None
    device: str = ""
    time_us: int | None = None
    stale: bool = False


class ZoneNow(msgspec.Struct, frozen=True):
    """One zone this minute.

    Attributes
    ----------
    id, name : str
        As in the home file.
    part : Part
        Its own draw; not known where it shares a unit (`group`) or has no meter.
    group : str
        The heat pump it shares with other zones, empty where its draw is its own.
    celsius, setpoint : float or None
        [°C]
    mode, action : str or None
        What its unit is set to do, and does.
    heard_us : int or None
        When its temperature (else its unit) was last heard. [µs]
    stale : bool
        Whether what speaks for it has fallen silent.
    """

    id: str
    name: str
    part: Part
    group: str
    celsius: float | None
    setpoint: float | None
    mode: str | None
    action: str | None
    heard_us: int | None
    stale: bool


class Group(msgspec.Struct, frozen=True):
    """The draw of one outdoor unit that several zones share, counted once."""

    id: str
    zones: tuple[str, ...]
    part: Part


class Now(msgspec.Struct, frozen=True):
    """The home this minute; Σ zones + Σ groups + unzoned = total, and heat pumps + rest = total.

    `exporting` says that the grid takes more than it gives; `reason` why money is not known where power is.
    """

    home: str
    at_us: int
    total: Part
    heat_pumps: Part
    rest: Part
    unzoned: Part
    zones: tuple[ZoneNow, ...]
    groups: tuple[Group, ...]
    outdoor: Outdoor
    sources: tuple[Source, ...]
    exporting: bool
    reason: str

    @property
    def silent(self) -> tuple[Source, ...]:
        """The devices of the home file that should have been heard by now."""
        return tuple(source for source in self.sources if source.silent and source.mapped)

    @property
    def expected(self) -> int:
        """How many devices the home file names, or were heard where there is none."""
        return sum(source.mapped for source in self.sources)


def now(
    home: Home,
    latest: Mapping[SeriesKey, LiveValue],
    *,
    rate: Decimal | None,
    at_us: int,
    credit: Decimal | None = None,
) -> Now:
    """Say what a home draws and costs this minute.

    Parameters
    ----------
    home : Home
        The household.
    latest : mapping of SeriesKey to LiveValue
        The newest value of every series; those of other homes are left aside.
    rate : Decimal or None
        What one more imported kilowatt-hour costs; None without a rate plan. [currency/kWh]
    at_us : int
        Now, UTC. [µs]
    credit : Decimal or None
        What an exported kilowatt-hour earns; None where the plan pays nothing. [currency/kWh]

    Returns
    -------
    Now
        With "not known" and the reason wherever a number cannot be known.
    """
    heard = Heard(home, latest, at_us)
    power = {meter.id: net_power(meter, heard) for meter in home.meters}
    meters = {meter.id: meter for meter in home.meters if not meter.repeats}
    grid, total = total_draw(meters, power)
    pumps = sum_known([meters[meter] for meter in tops({pump.meter for pump in home.heat_pumps}, meters)], power)
    states = {zone.id: _state(zone, home, heard, power) for zone in home.zones}
    parts, groups = _claims(home, meters, power, states)
    per_watt = cost_per_watt(grid, total, rate)
    exported = rate is not None and grid is not None and grid < 0
    whole = _priced(total, per_watt)
    return Now(
        home=home.id,
        at_us=at_us,
        total=msgspec.structs.replace(whole, cost=exact(grid) / 1000 * (credit or Decimal(0))) if exported else whole,
        heat_pumps=_priced(pumps, per_watt),
        rest=_priced(less(total, [pumps]), per_watt),
        unzoned=_priced(less(total, [*parts.values(), *(group.part for group in groups)]), per_watt),
        zones=tuple(_with_part(states[zone.id], parts.get(zone.id), per_watt) for zone in home.zones),
        groups=tuple(msgspec.structs.replace(group, part=_priced(group.part, per_watt)) for group in groups),
        outdoor=_outdoor(home, heard),
        sources=heard.sources,
        exporting=grid is not None and grid < 0,
        reason="" if rate is not None else worded("no rate plan with a price per kWh"),
    )


def _priced(part: Part, per_watt: Decimal | None) -> Part:
    if part.watts is None or per_watt is None:
        return part
    return msgspec.structs.replace(part, cost=exact(part.watts) * per_watt)


def _with_part(state: ZoneNow, part: Part | None, per_watt: Decimal | None) -> ZoneNow:
    return state if part is None else msgspec.structs.replace(state, part=_priced(part, per_watt), group="")


def _state(zone: Zone, home: Home, heard: Heard, power: Mapping[str, float | None]) -> ZoneNow:
    units = [(pump, head.device) for pump in home.heat_pumps for head in pump.heads if head.zone == zone.id]
    speakers = [*(device for _, device in units), zone.temperature]
    room = heard.find((zone.temperature, *(device for _, device in units)), "temperature")
    words = {name: heard.find(speakers, name) for name in ("setpoint", "mode", "action")}
    speaks = room or next((found for found in words.values() if found is not None), None)
    mode = str(words["mode"][1].value) if words["mode"] else None
    pumps = [pump for pump, _ in units]
    return ZoneNow(
        id=zone.id,
        name=zone.name,
        part=Part(None, bound="not known", reason=worded("no meter of its own")),
        group="",
        celsius=as_number(room[1]) if room else None,
        setpoint=as_number(words["setpoint"][1]) if words["setpoint"] else None,
        mode=mode,
        action=str(words["action"][1].value) if words["action"] else _assumed(mode, pumps, power, home),
        heard_us=speaks[1].time_us if speaks else None,
        stale=(speaks is None and any(speakers))
        or any(heard.is_silent(found[0]) for found in (room, *words.values()) if found),
    )


def _assumed(mode: str | None, pumps: list[HeatPump], power: Mapping[str, float | None], home: Home) -> str | None:
    """Return what a unit that does not say so does: what it is set to, where its circuit draws more than at rest."""
    if mode is None or mode == "off":
        return mode
    meters = {meter.id: meter for meter in home.meters}
    draws = [(power.get(pump.meter), pump) for pump in pumps]
    if any(watts is None for watts, _ in draws) or not draws:
        return None
    runs = any((watts or 0.0) >= rests_below(pump, meters[pump.meter]) for watts, pump in draws)
    return _ACTION_OF_MODE.get(mode) if runs else "idle"


def _claims(
    home: Home, meters: Mapping[str, Meter], power: Mapping[str, float | None], states: dict[str, ZoneNow]
) -> tuple[dict[str, Part], list[Group]]:
    """Give every metered watt to one zone, or to the zones that share a unit; a meter less what is claimed below it."""
    served = {pump.meter: _served(pump, states) for pump in home.heat_pumps if pump.heads and pump.meter in meters}
    zone_of = {meter.id: meter.zone for meter in meters.values() if meter.zone and meter.role not in _NO_ZONE}
    zone_of |= {meter: zones[0] for meter, zones in served.items() if len(zones) == 1}
    shared = {pump.meter: pump for pump in home.heat_pumps if pump.meter in served and pump.meter not in zone_of}
    claimed = set(zone_of) | set(shared)
    net = {meter: net_of_claims(meter, claimed, meters, power) for meter in claimed}
    own = {zone: [meters[meter] for meter, at in zone_of.items() if at == zone] for zone in states}
    for meter, pump in shared.items():
        for zone in served[meter]:
            states[zone] = msgspec.structs.replace(states[zone], group=pump.id)
    groups = [Group(pump.id, served[meter], sum_known([meters[meter]], net)) for meter, pump in shared.items()]
    return {zone: sum_known(chosen, net) for zone, chosen in own.items() if chosen}, groups


def _served(pump: HeatPump, states: Mapping[str, ZoneNow]) -> tuple[str, ...]:
    """Return the zones a unit serves now: those running, or all of its own where none is or some do not say."""
    zones = tuple(dict.fromkeys(head.zone for head in pump.heads))
    running = tuple(zone for zone in zones if states[zone].action in RUNNING)
    says = all(states[zone].action is not None and not states[zone].stale for zone in zones)
    return running if running and says else zones


def _outdoor(home: Home, heard: Heard) -> Outdoor:
    """Find the outdoor temperature: the home's sensor, then a weather source, then a unit's own."""
    keys = sources(home, heard.latest)
    key = next((key for key in keys if not heard.is_silent(key)), keys[0] if keys else None)
    if key is None:
        return Outdoor(None)
    value = heard.latest[key]
    return Outdoor(as_number(value), key.device, value.time_us, stale=heard.is_silent(key))
