"""What catalogues say of how devices are told something: Home Assistant's discovery and Zigbee2MQTT's list of devices.

Command templates become data: the text for every word is written down when the message is read, and a number's template
is tried with one number, so that nothing foreign runs when a command is sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from heatledger.commands import KINDS, Command, What
from heatledger.devices import DeviceFile
from heatledger.quantities import MODES
from heatledger.topics import template_names
from heatledger.vocabulary import TEMPERATURE_UNIT
from ingest.discovery import zigbee
from ingest.discovery.abbreviations import expanded
from ingest.discovery.chapter import parse, text, topic
from ingest.discovery.homeassistant import FAMILY, LARGEST, OWN_TOPICS, Source, sources
from ingest.discovery.sandbox import Sandboxed, allowed

_PLAIN: Final = re.compile(r"\{\{-?\s*value\s*-?\}\}")
_COMPONENTS: Final = frozenset(("climate", "device", "switch", "water_heater"))
_SHAPED: Final = re.compile(r"[{}#+]")
_UNIT: Final = {"C": "°C", "F": "°F"}
_RANGES: Final = {"climate": (7.0, 35.0), "water_heater": (43.3, 60.0)}
"""Home Assistant's own where a message gives none [°C]."""


def learned(
    told: Mapping[str, bytes],
    *,
    prefix: str = "homeassistant",
    templates: bool = False,
    twins: Collection[str] = (),
) -> tuple[DeviceFile, ...]:
    """Return what catalogues say of commands, as device files of the families ``ha`` and ``zigbee2mqtt``.

    Parameters
    ----------
    told : mapping of str to bytes
        Topics of catalogues (discovery, ``<base>/bridge/devices``) and their newest messages.
    prefix : str
        Where they are.
    templates : bool
        Whether command templates of uncommon shapes may run, in the sandbox.
    twins : collection of str
        Names that several devices have: these are called by their owner's id too, as in their readings.

    Returns
    -------
    tuple of DeviceFile
        Their commands name their device and stand before those of its family; what cannot be understood is left out.
    """
    rows: list[Command] = []
    for where, payload in sorted(told.items()):
        root = parse(payload, LARGEST) if where.startswith(f"{prefix}/") and where.endswith("/config") else None
        place = where.removeprefix(f"{prefix}/").removesuffix("/config").split("/")
        if isinstance(root, dict) and len(place) in (2, 3):
            for source in sources(place, expanded(root)):
                rows += _of_source(source, twins, templates=templates)
    bridged = [
        row
        for where, payload in sorted(told.items())
        if where.endswith("/bridge/devices")
        for row in zigbee.commands(where.removesuffix("/bridge/devices"), payload)
    ]
    found = {FAMILY: rows, zigbee.FAMILY: bridged}
    return tuple(DeviceFile(family=family, commands=tuple(some)) for family, some in found.items() if some)


def tells_commands(where: str, prefix: str) -> bool:
    """Whether messages on a topic may say of commands.

    Examples
    --------
    >>> tells_commands("homeassistant/climate/attic/config", "homeassistant")
    True
    >>> tells_commands("homeassistant/sensor/attic/config", "homeassistant")
    False
    """
    if where.endswith("/bridge/devices"):
        return True
    component = where.removeprefix(f"{prefix}/").partition("/")[0]
    return where.endswith("/config") and where.startswith(f"{prefix}/") and component in _COMPONENTS


def _of_source(source: Source, twins: Collection[str], *, templates: bool) -> list[Command]:
    """Return the commands of one entity, none where it says something that cannot be."""
    called, channel = source.identity.device, source.identity.channel
    if not called or _SHAPED.search(channel):
        return []
    if called in twins and source.owner:
        source = source._replace(identity=source.identity._replace(device=f"{called} ({source.owner})"))
    try:
        return list(_rows(source, templates=templates))
    except ValueError:
        return []


def _rows(source: Source, *, templates: bool) -> Iterator[Command]:
    """Yield the commands of one entity."""
    config = source.config
    switched = {"on": text(config.get("payload_on")) or "ON", "off": text(config.get("payload_off")) or "OFF"}
    if source.component == "switch" and not config.get("entity_category"):
        yield from _worded(source, "switch", "", switched, templates=templates)
    elif source.component == "water_heater":
        yield from _numbered(source, "dhw_setpoint", templates=templates)
    elif source.component == "climate":
        modes = {word: word for word in _listed(config, "modes") if word in MODES}
        yield from _worded(source, "mode", "mode_", modes, templates=templates)
        yield from _worded(source, "power", "power_", switched, templates=templates)
        yield from _numbered(source, "setpoint", templates=templates)
        fans = {word.lower(): word for word in _listed(config, "fan_modes")}
        yield from _worded(source, "fan", "fan_mode_", fans, templates=templates)


def _listed(config: Mapping[str, object], key: str) -> list[str]:
    found = config.get(key)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _place(source: Source, key: str) -> str | None:
    """Return a command's topic; None where there is none, or one that we publish or cannot fill."""
    where = topic(source.config.get(key))
    return None if not where or "{" in where or "}" in where or where.startswith(OWN_TOPICS) else where


def _worded(source: Source, what: What, key: str, words: dict[str, str], *, templates: bool) -> Iterator[Command]:
    where, template = _place(source, f"{key}command_topic"), source.config.get(f"{key}command_template")
    texts = {ours: _filled(template, theirs, templates=templates) for ours, theirs in words.items()}
    told = {ours: written for ours, written in texts.items() if written is not None}
    if where and told:
        state = {"power_": "mode_state_topic"}.get(key, f"{key}state_topic")
        yield Command(
            what=what,
            topic=where,
            words=told,
            device=source.identity.device,
            channel=source.identity.channel,
            one_way=not source.config.get(state),
        )


def _numbered(source: Source, what: What, *, templates: bool) -> Iterator[Command]:
    config = source.config
    step = _step(config.get("temp_step"))
    where, payload = _place(source, "temperature_command_topic"), _payload(config, step, templates=templates)
    unit = _UNIT.get(text(config.get("temperature_unit")).upper(), TEMPERATURE_UNIT)
    low, high = (_limit(config.get(key), unit) for key in ("min_temp", "max_temp"))
    usual = _RANGES[source.component]
    low, high = usual[0] if low is None else low, usual[1] if high is None else high
    if where and payload is not None and low < high:
        yield Command(
            what=what,
            topic=where,
            payload=payload,
            unit=unit,
            min=low,
            max=high,
            step=step,
            device=source.identity.device,
            channel=source.identity.channel,
            one_way=not config.get("temperature_state_topic"),
        )


def _step(value: object) -> float:
    """Return a step; Home Assistant's own, 1, where it is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 1.0


def _limit(value: object, unit: str) -> float | None:
    """Return a limit in °C; None where it is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return (value - 32.0) / 1.8 if unit == "°F" else float(value)


def _payload(config: Mapping[str, object], step: float, *, templates: bool) -> str | None:
    """Return a number's payload with ``{value}`` in it; None where the template does something else to the number."""
    for tried in ("17.5", "17") if step.is_integer() else ("17.5",):
        written = _filled(config.get("temperature_command_template"), tried, templates=templates)
        payload, count = re.subn(rf"(?<![\d.]){re.escape(tried)}(?![\d.])", "{value}", written or "")
        if count == 1:
            return None if template_names(payload) & frozenset(KINDS) else payload
    return None


def _filled(template: object, value: str, *, templates: bool) -> str | None:
    """Return what a command template writes for a value; None where it is not understood or not allowed."""
    if template is None or template == "":
        return value
    if not isinstance(template, str):
        return None
    plain = _PLAIN.sub(lambda _: value, template)
    if "{{" not in plain and "{%" not in plain:
        return plain
    return _written(template, value) if templates and allowed(template) else None


def _written(template: str, value: str) -> str | None:
    found = Sandboxed(template)(value)
    return found if isinstance(found, str) else None
