"""Home Assistant's discovery messages: `<prefix>/<component>/[<node>/]<object>/config` and the device form.

A reading is of the device that `device.name` names (else its first identifier, else the node, else the object); its
channel is the object id of the topic, or the component's key in the device form, empty where that names the device.
Both stay as long as the publisher keeps them, and both can be read. Where a device file knows the state topic but not
the meaning of its values, the family's device and channel are used instead, so that nothing changes its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from heatledger.emits import Emit
from heatledger.quantities import QUANTITIES
from heatledger.vocabulary import TEMPERATURE_UNIT
from ingest.discovery.abbreviations import expanded, expanded_device
from ingest.discovery.chapter import MOST_TOLD, Chapter, name, parse, table, text, topic
from ingest.discovery.meaning import Meaning, meaning_of, words_of
from ingest.discovery.sandbox import emit_parts, reader
from ingest.discovery.told import Entity, Identity, Linear, Told

FAMILY: Final = "ha"

OWN_TOPICS: Final = "heatledger/"
LARGEST: Final = 262_144
_MOST_TOPICS: Final = 8
_INHERITED: Final = (
    *("availability", "availability_mode", "availability_topic", "availability_template", "payload_available"),
    *("payload_not_available", "command_topic", "state_topic", "~"),
)
_NO_RELAY: Final = frozenset(
    "lock led mode detection schedule boost eco alarm auto calibration indicator update buzzer beep display".split()  # noqa: SIM905 - reads as the list it is
)
_ASKED: Final = ("temperature_state_topic", "temperature_state_template")
_FELT: Final = ("current_temperature_topic", "current_temperature_template")
_ACTIONS: Final = {"preheating": "heating", "defrost": "defrosting"}


class _Value(NamedTuple):
    """One value of an entity: where it is, how it is read and what it means."""

    topic_key: str
    template_key: str
    meaning: Meaning
    words: Mapping[str, str] = MappingProxyType({})
    command_key: str = ""


class Source(NamedTuple):
    """One entity's configuration, its abbreviations written out, and whose it is."""

    config: Mapping[str, object]
    component: str
    identity: Identity
    owner: str
    words: frozenset[str]


def read(place: list[str], payload: bytes, *, templates: bool) -> Chapter | None:
    """Return what a discovery message tells.

    Parameters
    ----------
    place : list of str
        The levels of its topic between prefix and ``config``.
    payload : bytes
        The message.
    templates : bool
        Whether templates of uncommon shapes may run in the sandbox.

    Returns
    -------
    Chapter or None
        Nothing where the message is no discovery.
    """
    root = parse(payload, LARGEST)
    if not isinstance(root, dict) or len(place) not in (2, 3):
        return None
    told: list[Told] = []
    for source in sources(place, expanded(root)):
        told += _told(source, templates=templates)
        if len(told) > MOST_TOLD:
            return None
    return Chapter(tuple(told))


def sources(place: list[str], root: dict[str, object]) -> Iterator[Source]:
    """Yield the entities of a discovery message, its keys written out."""
    device = expanded_device(table(root.get("device")))
    component, object_id, node = place[0], place[-1], place[1] if len(place) == 3 else ""
    if component != "device":
        yield _source(root, component, device, object_id, node)
        return
    shared: dict[str, object] = {key: root[key] for key in _INHERITED if key in root}
    base: dict[str, object] = {"~": root["~"]} if "~" in root else {}
    for key, part in table(root.get("components")).items():
        config = {**shared, **expanded({**base, **table(part)})}
        yield _source(config, text(config.get("platform")), device, key, object_id)


def _source(
    config: dict[str, object], component: str, device: Mapping[str, object], object_id: str, node: str
) -> Source:
    given = device.get("identifiers")
    listed = given if isinstance(given, list) else [given]
    ids = [found for found in map(name, listed) if found]
    connections = device.get("connections")
    if not ids and isinstance(connections, list):
        ids = [name(pair[-1]) for pair in connections if isinstance(pair, list) and pair and name(pair[-1])]
    called = name(device.get("name")) or (ids[0] if ids else "") or name(node) or name(object_id)
    own = set(map(_slug, (called, node, *ids)))
    channel = "" if _slug(object_id) in own else name(object_id)
    names = (config.get("name"), config.get("object_id"), config.get("default_entity_id"), object_id)
    return Source(config, component, Identity(FAMILY, called, channel), ids[0] if ids else node, words_of(names))


def _slug(text: str) -> str:
    """Return a name as ids write it."""
    return re.sub(r"\W+", "_", text).strip("_").lower()


def _told(source: Source, *, templates: bool) -> list[Told]:
    if not source.identity.device:
        return []
    config = source.config
    availability = _availability(source, templates=templates)
    about = Entity(
        name(config.get("unique_id")),
        topic(config.get("command_topic")),
        tuple(one.topic for one in availability),
        text(config.get("availability_mode")),
        topic(config.get("json_attributes_topic")),
        source.owner,
    )
    judge = _JUDGES.get(source.component)
    values = judge(source, about) if judge else []
    told = [one for value in values if (one := _one(source, about, value, templates=templates)) is not None]
    heard = {one.topic for one in told if one.emit.quantity == "online"}
    return [*told, *(one for one in _proving(about, availability) if one.topic not in heard)] if told else []


def _one(source: Source, about: Entity, value: _Value, *, templates: bool) -> Told | None:
    config = source.config
    where = topic(config.get(value.topic_key))
    found = reader(config.get(value.template_key), templates=templates)
    if where.startswith(OWN_TOPICS):  # what we publish ourselves is derived: read back it would feed on itself
        return None
    if not where or found is None or where == about.unique_id:  # a firmware's mistake: the id in place of a topic
        return None
    paths, scale, read_by = emit_parts(found)
    if QUANTITIES[value.meaning.quantity].kind == "state" and (scale != 1.0 or isinstance(read_by, Linear)):
        return None
    try:
        emit = value.meaning.emit(paths, scale, value.words)
    except ValueError:
        return None
    command = topic(config.get(value.command_key)) if value.command_key else about.command_topic
    entity = Entity(
        about.unique_id, command, about.availability, about.availability_mode, about.attributes_topic, about.owner
    )
    own = Identity(FAMILY, source.identity.device) if where in about.availability else source.identity
    return Told(where, own, emit, read_by, entity)


def _sensor(source: Source, about: Entity) -> list[_Value]:
    config = source.config
    where = topic(config.get("state_topic"))
    if where and where in about.availability:
        return [_Value("state_topic", "value_template", Meaning("online", None), _reachable(config))]
    found = reader(config.get("value_template"), templates=False)
    paths = emit_parts(found)[0] if found is not None else ()
    words = source.words | words_of(path.rpartition(".")[2] for path in paths)
    kind, state = text(config.get("device_class")).lower(), text(config.get("state_class")).lower()
    meaning = meaning_of(config.get("unit_of_measurement"), kind, state, words)
    inside = config.get("entity_category") and meaning is not None and meaning.quantity == "temperature"
    return [_Value("state_topic", "value_template", meaning)] if meaning and not inside else []


_CONTACTS: Final = frozenset(("window", "door", "opening"))
_PRESENCES: Final = frozenset(("presence", "occupancy"))


def _binary_sensor(source: Source, _about: Entity) -> list[_Value]:
    config = source.config
    kind = text(config.get("device_class")).lower()
    on, off = _word(config.get("payload_on"), "on"), _word(config.get("payload_off"), "off")
    if kind == "connectivity":
        return [_Value("state_topic", "value_template", Meaning("online", None), {off: "false", on: "true"})]
    if kind in _CONTACTS:
        return [_Value("state_topic", "value_template", Meaning("contact", None), {off: "closed", on: "open"})]
    if kind in _PRESENCES:
        return [_Value("state_topic", "value_template", Meaning("presence", None), {off: "off", on: "on"})]
    quantity = "defrost" if source.words & {"defrost", "defrosting"} and kind in ("", "running", "cold") else ""
    return (
        [_Value("state_topic", "value_template", Meaning(quantity, None), {off: "off", on: "on"})] if quantity else []
    )


def _switch(source: Source, _about: Entity) -> list[_Value]:
    config = source.config
    if config.get("entity_category") or source.words & _NO_RELAY:
        return []
    on = _word(config.get("state_on"), _word(config.get("payload_on"), "on"))
    off = _word(config.get("state_off"), _word(config.get("payload_off"), "off"))
    return [_Value("state_topic", "value_template", Meaning("switch", None), {off: "off", on: "on"})]


def _climate(source: Source, _about: Entity) -> list[_Value]:
    said = text(source.config.get("temperature_unit")).upper()
    unit = {"C": "°C", "F": "°F"}.get(said, TEMPERATURE_UNIT)
    return [
        _Value(*_ASKED, Meaning("setpoint", unit), {}, "temperature_command_topic"),
        _Value(*_FELT, Meaning("temperature", unit), {}, "none"),
        _Value("mode_state_topic", "mode_state_template", Meaning("mode", None), {}, "mode_command_topic"),
        _Value("action_topic", "action_template", Meaning("action", None), _ACTIONS, "none"),
        _Value("fan_mode_state_topic", "fan_mode_state_template", Meaning("fan", None), {}, "fan_mode_command_topic"),
        _Value("current_humidity_topic", "current_humidity_template", Meaning("humidity", "%"), {}, "none"),
    ]


def _water_heater(source: Source, _about: Entity) -> list[_Value]:
    said = text(source.config.get("temperature_unit")).upper()
    unit = {"C": "°C", "F": "°F"}.get(said, TEMPERATURE_UNIT)
    return [
        _Value(*_ASKED, Meaning("dhw_setpoint", unit), {}, "temperature_command_topic"),
        _Value(*_FELT, Meaning("dhw_temp", unit), {}, "none"),
    ]


_JUDGES: Final[Mapping[str, Callable[[Source, Entity], list[_Value]]]] = {
    "sensor": _sensor,
    "binary_sensor": _binary_sensor,
    "switch": _switch,
    "climate": _climate,
    "water_heater": _water_heater,
}


def _availability(source: Source, *, templates: bool) -> list[Told]:
    """Return what tells whether the entity can be reached, one row per topic."""
    config = source.config
    listed = config.get("availability")
    entries = [expanded(table(one)) for one in (listed if isinstance(listed, list) else [listed])]
    alone = {**config, "topic": config.get("availability_topic"), "value_template": config.get("availability_template")}
    found: dict[str, Told] = {}
    for entry in (*entries, alone):
        where, how = topic(_based(entry.get("topic"), config)), reader(entry.get("value_template"), templates=templates)
        if not where or how is None or len(found) >= _MOST_TOPICS:
            continue
        paths, _, read_by = emit_parts(how)
        emit = Emit(quantity="online", path=paths, words=_reachable(entry))
        owner = Entity(owner=source.owner)
        found.setdefault(where, Told(where, Identity(FAMILY, source.identity.device), emit, read_by, owner))
    return list(found.values())


def _based(value: object, config: Mapping[str, object]) -> object:
    base, said = text(config.get("~")), text(value)
    if not base or "~" not in said:
        return value
    return base + said[1:] if said.startswith("~") else said[:-1] + base if said.endswith("~") else value


def _proving(about: Entity, availability: list[Told]) -> list[Told]:
    """Return the rows with what one message alone proves: of several topics that all must agree, only the bad news."""
    if len(availability) < 2 or about.availability_mode in ("", "latest"):
        return availability
    mute = "true" if about.availability_mode == "all" else "false"
    return [Told(one.topic, one.identity, _without(one.emit, mute), one.read, one.entity) for one in availability]


def _without(emit: Emit, mute: str) -> Emit:
    known = {"online": "true", "connected": "true", "true": "true"}
    known |= {"offline": "false", "disconnected": "false", "false": "false"}
    words = {word: "" if ours == mute else ours for word, ours in (known | emit.words).items()}
    return Emit(quantity="online", path=emit.path, words=words)


def _reachable(config: Mapping[str, object]) -> dict[str, str]:
    no, yes = _word(config.get("payload_not_available"), "offline"), _word(config.get("payload_available"), "online")
    return {no: "false", yes: "true"}


def _word(value: object, default: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return name(value).lower() or default
