"""Zigbee2MQTT's own catalogue, `<base>/bridge/devices`: every device with what it exposes, in which unit.

The device file decodes what is published under a base called zigbee2mqtt; this makes other bases known too, and tells
which devices are lost when their bridge is. Names and channels are those of the device file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

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
    for device in map(table, listed):
        called = name(device.get("friendly_name"))
        if not called or device.get("type") == "Coordinator" or device.get("disabled") is True:
            continue
        names.add(called)
        if len(told) < MOST_TOLD and topic(f"{base}/{called}"):
            told += _of_device(base, called, table(device.get("definition")).get("exposes"))
    return Chapter(tuple(told), {(FAMILY, base): frozenset(names)})


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


def _emit(expose: dict[str, object], kind: str) -> Emit | None:
    called, access = name(expose.get("name")), expose.get("access")
    quantity = _QUANTITIES.get(called, "")
    published = isinstance(access, int) and access & _READABLE
    path, endpoint = key_path(name(expose.get("property")) or called), name(expose.get("endpoint"))
    if not quantity or not published or path is None or kind not in _SPECIFIC.get(called, (kind,)):
        return None
    unit = None
    if QUANTITIES[quantity].kind != "state":
        unit = unit_of(expose.get("unit")) or (
            "1" if quantity == "power_factor" else "°C" if kind == "climate" else None
        )
        if quantity == "valve_position" and unit is None:
            unit = "%"
    channel = _PHASES.get(endpoint, _PHASES_OF_LINES.get(endpoint, endpoint))
    reject = _UNSET if unit == "°C" else ()
    try:
        return Emit(
            quantity=quantity, path=path, unit=unit, channel=channel, words=_WORDS.get(quantity, {}), reject=reject
        )
    except ValueError:
        return None
