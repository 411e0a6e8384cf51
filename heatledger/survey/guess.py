"""A household guessed from what was heard: its zones, meters and heat pumps, each guess with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from heatledger.home import Head, HeatPump, Home, Meter, Zone
from heatledger.survey import pumps
from heatledger.survey.heard import Device, Survey
from heatledger.survey.loads import Load, Points, loads
from heatledger.survey.pumps import Unit
from heatledger.survey.rooms import OUTDOORS, identifier, room, telling, words

_STATION = frozenset(("outdoor_humidity", "solar_irradiance"))
_MAIN_WORDS = frozenset("main mains whole house home grid utility smartmeter fuse total netz haus zähler".split())  # noqa: SIM905
_ROLE_WORDS = (
    ("solar", frozenset(("solar", "pv", "inverter", "photovoltaic", "photovoltaik", "wechselrichter"))),
    ("ev", frozenset(("ev", "wallbox", "evse", "charger"))),
    ("battery", frozenset(("battery", "powerwall"))),
)
_NO_ROOM = frozenset("fridge freezer pool aquarium boiler tank cylinder oven".split())  # noqa: SIM905
_SMART_METERS = frozenset(
    "dsmr_reader dsmr_api glow smlreader tibber_pulse ams_reader rtlamr2mqtt emonhub mbmd".split()  # noqa: SIM905
)
_SAME_SHARE, _SAME_FROM_KWH = 0.002, 5.0


class Draft(msgspec.Struct, frozen=True):
    """A drafted home.

    Attributes
    ----------
    home : Home
        The guesses as a home file states them.
    why : mapping
        Reason by place, such as ``meters.main``.
    left : tuple of (str, str)
        Each device, or part of one, that has no place in it, and why.
    """

    home: Home
    why: Mapping[str, str]
    left: tuple[tuple[str, str], ...]


def draft(survey: Survey, frame: Home) -> Draft:
    """Guess a household.

    Parameters
    ----------
    survey : Survey
        What was heard of one home.
    frame : Home
        What is known of it: id, name, time zone, currency.

    Returns
    -------
    Draft
        Every device heard is in the home or among those left.
    """
    return _Drafter(survey.devices, frame).made()


class _Drafter:
    def __init__(self, devices: Sequence[Device], frame: Home) -> None:
        self.devices, self.frame = devices, frame
        self.points = Points(devices)
        self.zones: list[Zone] = []
        self.meters: list[Meter] = []
        self.pumps: list[HeatPump] = []
        self.why: dict[str, str] = {}
        self.zone_of: dict[str, str] = {}
        self.placed: set[tuple[str, str]] = set()
        self.left: list[tuple[str, str]] = []
        self.units = [unit for device in devices for unit in pumps.units(device, self.points)]
        of_units = {_who(unit.device) for unit in self.units}
        measured = [(device, *loads(device, self.points)) for device in devices]
        self.own = {_who(device): found for device, found, _ in measured if _who(device) in of_units and found}
        self.loads = [load for device, found, _ in measured if _who(device) not in of_units for load in found]
        for device, _, rest in measured:
            for channel in rest:
                why = "it measures electricity that something of the same device has already"
                self._leave(device, f"{device.name}:{channel}", why)

    def made(self) -> Draft:
        outdoor = self._outdoor()
        self._main()
        for unit in self.units:
            self._zone_of_unit(unit)
        self._zones_of_thermometers()
        for made in pumps.matched(self.units, self.loads, self.own):
            self._pump(made)
        for load in self.loads:
            if not any(load.points in (meter.points, meter.sum) for meter in self.meters):
                self._circuit(load)
        self._list_the_rest()
        home = msgspec.structs.replace(
            self.frame,
            outdoor_temperature=outdoor,
            zones=tuple(self.zones),
            meters=tuple(self.meters),
            heat_pumps=tuple(self.pumps),
        )
        return Draft(home, self.why, tuple(self.left))

    def _outdoor(self) -> str | None:
        """Choose who says the outdoor temperature: a weather station before a heat pump."""
        saying = [device for device in self.devices if "outdoor_temp" in device.values()]
        stations = [device for device in saying if _STATION & set(device.values())]
        units = {_who(unit.device) for unit in self.units}
        for device in (*stations, *sorted(saying, key=lambda one: _who(one) in units)):
            channels = [each.channel for each in device.heard if each.quantity == "outdoor_temp"]
            point = self.points.write(device, ("outdoor_temp",), channels[0])
            if point is not None:
                says = "a weather station" if device in stations else f"{device.family} says an outdoor temperature"
                self._place(device, "outdoor_temperature", says)
                return point
        return None

    def _main(self) -> None:
        chosen, why = _main_of(self.loads)
        if chosen is not None:
            meter = self._meter(chosen, "import", "Whole home", why, name="main")
            for load in self.loads:
                if load is not chosen and _same(load, chosen):
                    self._meter(load, "duplicate_of", load.label, "its register stands where the main one does", meter)

    def _zone_of_unit(self, unit: Unit) -> None:
        if unit.kind == "air":
            name = room(unit.label)
            zone = next((zone for zone in self.zones if zone.name.casefold() == name.casefold()), None)
            why = "the room in the name of an indoor unit"
            self.zone_of[unit.point] = self._zone(name, unit.device, unit.channel, zone, why)

    def _zones_of_thermometers(self) -> None:
        """Give every other thermometer its room, or a room of its own."""
        units = {_who(unit.device) for unit in self.units}
        for device in self.devices:
            channels = [each.channel for each in device.heard if each.quantity == "temperature"]
            if _who(device) in units or _STATION & set(device.values()):
                continue
            for channel in channels:
                self._thermometer(device, channel, device.name if len(channels) == 1 else f"{device.name} {channel}")

    def _thermometer(self, device: Device, channel: str, label: str) -> None:
        if words(label) & OUTDOORS:
            why = 'it stands outdoors, and speaks as if in a room: `heatledger discover --map` can say "outdoor_temp"'
            self._leave(device, label, why)
        elif words(label) & _NO_ROOM:
            self._leave(device, label, "it measures the temperature of a thing, not of a room")
        else:
            zone = self._zone_for(label)
            if zone is not None and zone.temperature is not None:
                self._leave(device, label, f"a second thermometer of zone {zone.id}")
            else:
                self._zone(room(label), device, channel, zone, "the room in the name of a thermometer")

    def _zone(self, name: str, device: Device, channel: str | None, zone: Zone | None, why: str) -> str:
        """Add a zone, or what a device says of it to one that is there; return its id."""
        warm, damp = (self._said(device, channel, quantity) for quantity in ("temperature", "humidity"))
        if zone is None:
            taken = [each.id for each in self.zones]
            made = Zone(id=identifier(name, taken, otherwise="zone"), name=name, temperature=warm, humidity=damp)
            self.zones.append(made)
            self._place(device, f"zones.{made.id}", why)
            return made.id
        if zone.temperature is None and warm is not None:
            self.zones[self.zones.index(zone)] = msgspec.structs.replace(zone, temperature=warm, humidity=damp)
            self._place(device, f"zones.{zone.id}", f"{self.why[f'zones.{zone.id}']}; its temperature by another's")
        return zone.id

    def _said(self, device: Device, channel: str | None, quantity: str) -> str | None:
        spoken = [each.channel for each in device.heard if each.quantity == quantity]
        own = [each for each in spoken if channel in (None, each)] or spoken
        return self.points.write(device, (quantity,), own[0]) if own else None

    def _zone_for(self, label: str) -> Zone | None:
        """Return the zone whose telling words a name holds, the one with most of them."""
        said = words(label)
        fits = [(len(mark), zone) for zone in self.zones if (mark := telling(zone.name)) and mark <= said]
        return max(fits, key=lambda fit: fit[0])[1] if fits else None

    def _pump(self, made: pumps.Match) -> None:
        zoned = [(unit, self.zone_of.get(unit.point)) for unit in made.units]
        heads = tuple(Head(zone=zone, device=unit.point) for unit, zone in zoned if zone is not None)
        for unit in made.units:
            self.placed.add(_who(unit.device))
        if made.load is None:
            for unit in made.units:
                self._leave(unit.device, unit.label, f"{unit.why}, but no meter of its circuit was heard")
            return
        multi = len(made.units) > 1
        name = "Multi-split" if multi else room(made.units[0].label)
        role = "outdoor_unit" if multi else "circuit"
        meter = next((each for each in self.meters if each.points == made.load.points), None)
        if meter is None:
            zone = heads[0].zone if len(heads) == 1 else None
            meter = self._meter(made.load, role, made.load.label, made.why, zone=zone)
        taken = [pump.id for pump in self.pumps]
        pump = HeatPump(
            id=identifier(name, taken, otherwise="pump"), kind=made.kind, meter=meter.id, name=name, heads=heads
        )
        self.pumps.append(pump)
        self.why[f"heat_pumps.{pump.id}"] = made.units[0].why

    def _circuit(self, load: Load) -> None:
        twin = next((meter for meter in self.meters if _same(load, self._load_of(meter))), None)
        if twin is not None:
            self._meter(load, "duplicate_of", load.label, "its register stands where the other's does", twin)
            return
        role, why = next(
            ((role, "the word in its name") for role, mark in _ROLE_WORDS if mark & words(load.label)),
            ("circuit", "a device that measures electricity"),
        )
        zone = self._zone_for(load.label) if role == "circuit" else None
        why = f"{why}; the room in its name" if zone else why
        self._meter(load, role, load.label, why, zone=zone.id if zone else None)

    def _load_of(self, meter: Meter) -> Load | None:
        every = [*self.loads, *(load for own in self.own.values() for load in own)]
        return next((load for load in every if load.points == (meter.points or meter.sum)), None)

    def _meter(
        self,
        load: Load,
        role: str,
        label: str,
        why: str,
        of: Meter | None = None,
        *,
        zone: str | None = None,
        name: str = "",
    ) -> Meter:
        main = next((each.id for each in self.meters if each.role == "import"), None)
        under = role in ("circuit", "outdoor_unit", "head", "ev")
        said = {
            "id": identifier(name or label, [each.id for each in self.meters], otherwise="meter"),
            "role": role,
            "name": label,
            "parent": main if under else None,
            "zone": zone,
            "of": of.id if of else None,
            "sum" if len(load.points) > 1 else "points": load.points,
        }
        meter = msgspec.convert(said, Meter)
        self.meters.append(meter)
        self._place(load.device, f"meters.{meter.id}", why)
        return meter

    def _place(self, device: Device, where: str, why: str) -> None:
        self.placed.add(_who(device))
        self.why[where] = why

    def _leave(self, device: Device, label: str, why: str) -> None:
        self.placed.add(_who(device))
        self.left.append((label, why))

    def _list_the_rest(self) -> None:
        """List the devices that have no place."""
        for device in self.devices:
            said = sorted({each.quantity for each in device.heard})
            if _who(device) not in self.placed:
                why = "it says only whether it can be reached" if said == ["online"] else f"it says {', '.join(said)}"
                self._leave(device, f"{device.family}:{device.name}", why)


def _who(device: Device) -> tuple[str, str]:
    return device.family, device.name


def _main_of(found: Sequence[Load]) -> tuple[Load | None, str]:
    """Choose the whole home's meter: by kind, by phases, by name, else by size."""
    others = [load for load in found if not any(mark & words(load.label) for _, mark in _ROLE_WORDS)]
    rules = (
        ("it reads a utility's meter", [one for one in others if one.device.family in _SMART_METERS]),
        ("its name says the whole home", [one for one in others if _MAIN_WORDS & words(one.label) and one.parts]),
        ("it measures in phases or tariffs", [one for one in others if one.parts]),
        ("its name says the whole home", [one for one in others if len(_MAIN_WORDS & words(one.label)) > 1]),
        ("it also counts energy fed back", [one for one in others if one.returned]),
        ("it counts most of all", others if len(others) > 1 else []),
    )
    for why, fits in rules:
        if fits:
            return max(fits, key=lambda one: (one.kwh or 0.0, one.watts or 0.0)), why
    return None, ""


def _same(load: Load, other: Load | None) -> bool:
    """Whether two families tell of one register."""
    if other is None or load.device.family == other.device.family or load.kwh is None or other.kwh is None:
        return False
    return min(load.kwh, other.kwh) >= _SAME_FROM_KWH and abs(load.kwh - other.kwh) <= _SAME_SHARE * other.kwh
