"""Zigbee2MQTT's own catalogue, `<base>/bridge/devices`: every device with what it exposes, in which unit.

The device file decodes what is published under a base called zigbee2mqtt; this makes other bases known too, and tells
which devices are lost when their bridge is. Names and channels are those of the device file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from heatledger.commands import KINDS, Command, What
from heatledger.emits import Emit
from heatledger.quantities import QUANTITIES
from ingest.discovery.chapter import MOST_TOLD, Chapter, name, parse, table, topic
from ingest.discovery.meaning import unit_of
from ingest.discovery.templates import key_path
from ingest.discovery.told import Identity, Told

FAMILY: Final = "zigbee2mqtt"

_LARGEST: Final = 16_000_000
_DEPTH: Final = 4
_READABLE: Final = 1  # bit of `access`: found in the published state
_SETTABLE: Final = 2  # the same: taken by …/set
_PROPERTY: Final = re.compile(r"\w+")
_SPACED: Final = re.compile(r"[{}#+]")
_QUANTITIES: Final = {
    "power": "power",
    "energy": "energy",
    "produced_energy": "energy_returned",
    "energy_produced": "energy_returned",
    "voltage": "voltage",
    "current": "current",
    "power_factor": "power_factor",
    "ac_frequency": "frequency",
    "temperature": "temperature",
    "local_temperature": "temperature",
    "humidity": "humidity",
    "occupied_heating_setpoint": "setpoint",
    "current_heating_setpoint": "setpoint",
    "system_mode": "mode",
    "running_state": "action",
    "pi_heating_demand": "heating_demand",
    "position": "valve_position",
    "state": "switch",
}
_TOLD: Final[dict[str, What]] = {
    "occupied_heating_setpoint": "setpoint",
    "current_heating_setpoint": "setpoint",
    "system_mode": "mode",
    "state": "switch",
    "external_temperature_input": "room_temperature",
    "remote_temperature": "room_temperature",
}
_UNSET: Final = (-8000.0, -80.0, -3276.8, -327.68)
_WORDS: Final[Mapping[str, dict[str, str]]] = {
    "action": {"heat": "heating", "cool": "cooling", "fan_only": "fan"},
    "switch": {"true": "", "false": "", "0": "", "1": ""},
}
_SPECIFIC: Final = {"state": ("switch",), "position": ("climate",)}
"""Names that mean something else outside these types: a light's state is no relay, a blind's position no valve."""

_PHASES: Final = {"a": "L1", "b": "L2", "c": "L3", "phase_a": "L1", "phase_b": "L2", "phase_c": "L3"}
_PHASES_OF_LINES: Final = {"l1": "L1", "l2": "L2", "l3": "L3"}


def read(base: str, payload: bytes) -> Chapter | None:
    """Return what ``<base>/bridge/devices`` tells, nothing where it is no list of devices."""
    listed = parse(payload, _LARGEST)
    if not isinstance(listed, list):
        return None
    told: list[Told] = []
    names: set[str] = set()
    for called, exposes in _devices(listed):
        names.add(called)
        if len(told) < MOST_TOLD and topic(f"{base}/{called}"):
            told += _of_device(base, called, exposes)
    return Chapter(tuple(told), {(FAMILY, base): frozenset(names)})


def _devices(listed: list[object]) -> Iterator[tuple[str, object]]:
    """Yield every device's name and what it exposes."""
    for device in map(table, listed):
        called = name(device.get("friendly_name"))
        if called and device.get("type") != "Coordinator" and device.get("disabled") is not True:
            yield called, table(device.get("definition")).get("exposes")


def commands(base: str, payload: bytes) -> Iterator[Command]:
    """Yield what ``<base>/bridge/devices`` says its devices can be told: property, range and step, or words."""
    listed = parse(payload, _LARGEST)
    for called, exposes in _devices(listed) if isinstance(listed, list) else ():
        if topic(f"{base}/{called}/set") and not _SPACED.search(base + called):
            for expose, kind in _settable(exposes, "", _DEPTH):
                yield from _command(base, called, expose, kind)


def _settable(exposes: object, kind: str, depth: int) -> Iterator[tuple[dict[str, object], str]]:
    for expose in map(table, exposes if isinstance(exposes, list) and depth else []):
        access = expose.get("access")
        if "features" in expose:
            yield from _settable(expose["features"], name(expose.get("type")), depth - 1)
        elif isinstance(access, int) and access & _SETTABLE:
            yield expose, kind


def _command(base: str, called: str, expose: dict[str, object], kind: str) -> Iterator[Command]:
    """Yield the command for one property, if it is one of ours and says its range or words."""
    what, key = _TOLD.get(name(expose.get("name"))), name(expose.get("property"))
    if what is None or not _PROPERTY.fullmatch(key) or kind not in _SPECIFIC.get(name(expose.get("name")), (kind,)):
        return
    where, channel = f"{base}/{called}/set", _channel(expose)
    if KINDS[what].words is not None:
        words, payload = _words_told(what, expose), f'{{"{key}": "{{value}}"}}'
        if words:
            yield Command(what=what, topic=where, payload=payload, words=words, device=called, channel=channel)
        return
    low, high, step = (expose.get(f"value_{end}") for end in ("min", "max", "step"))
    if isinstance(low, int | float) and isinstance(high, int | float) and low < high and expose.get("unit") == "°C":
        yield Command(
            what=what,
            topic=where,
            payload=f'{{"{key}": {{value}}}}',
            unit="°C",
            min=float(low),
            max=float(high),
            step=float(step) if isinstance(step, int | float) and step > 0 else 0.5,
            device=called,
            channel=channel,
        )


def _words_told(what: What, expose: dict[str, object]) -> dict[str, str]:
    if what == "switch":
        found = {word: expose.get(f"value_{word}") for word in ("on", "off", "toggle")}
        return {word: theirs for word, theirs in found.items() if isinstance(theirs, str)}
    values = expose.get("values")
    known = KINDS[what].words or frozenset()
    return {word: word for word in values if word in known} if isinstance(values, list) else {}


def _of_device(base: str, called: str, exposes: object) -> Iterator[Told]:
    identity = Identity(FAMILY, called)
    for emit in _unique(_exposed(exposes, "", _DEPTH)):
        yield Told(f"{base}/{called}", Identity(FAMILY, called, emit.channel or ""), emit)
    yield Told(f"{base}/{called}/availability", identity, Emit(quantity="online", path=("state", "@")))


def _unique(emits: Iterator[Emit]) -> list[Emit]:
    return list({(emit.quantity, emit.path): emit for emit in emits}.values())


def _exposed(exposes: object, kind: str, depth: int) -> Iterator[Emit]:
    """Yield a row for every value that is published and that we have a name for."""
    if not isinstance(exposes, list) or not depth:
        return
    for expose in map(table, exposes):
        features = expose.get("features")
        if features is not None:
            yield from _exposed(features, name(expose.get("type")), depth - 1)
            continue
        emit = _emit(expose, kind)
        if emit is not None:
            yield emit


def _channel(expose: dict[str, object]) -> str:
    endpoint = name(expose.get("endpoint"))
    return _PHASES.get(endpoint, _PHASES_OF_LINES.get(endpoint, endpoint))


def _emit(expose: dict[str, object], kind: str) -> Emit | None:
    called, access = name(expose.get("name")), expose.get("access")
    quantity = _QUANTITIES.get(called, "")
    published = isinstance(access, int) and access & _READABLE
    path = key_path(name(expose.get("property")) or called)
    if not quantity or not published or path is None or kind not in _SPECIFIC.get(called, (kind,)):
        return None
    unit = None
    if QUANTITIES[quantity].kind != "state":
        unit = unit_of(expose.get("unit")) or (
            "1" if quantity == "power_factor" else "°C" if kind == "climate" else None
        )
        if quantity == "valve_position" and unit is None:
            unit = "%"
    channel = _channel(expose)
    reject = _UNSET if unit == "°C" else ()
    try:
        return Emit(
            quantity=quantity, path=path, unit=unit, channel=channel, words=_WORDS.get(quantity, {}), reject=reject
        )
    except ValueError:
        return None
