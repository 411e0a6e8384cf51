"""Homie's self-description: version 5 in one ``$description`` per device, versions 3 and 4 in an attribute per topic.

Device and channel are those of the device file: the device's id and ``<node>/<property>``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from heatledger.emits import Emit
from heatledger.quantities import ACTIONS, MODES
from ingest.discovery.chapter import MOST_TOLD, Chapter, name, parse, table, text, topic
from ingest.discovery.meaning import meaning_of, words_of
from ingest.discovery.told import Identity, Told

FAMILY: Final = "homie"
ATTRIBUTES: Final = frozenset(("$unit", "$datatype", "$name", "$settable", "$format"))

_LARGEST: Final = 1_000_000
_RELAYS: Final = frozenset(("switch", "relay", "outlet", "plug", "socket"))
_STATE_WORDS: Final = {"ready": "true", "disconnected": "false", "lost": "false"}
_STATES: Final[Mapping[str, frozenset[str]]] = {"mode": MODES, "action": ACTIONS}


def read_description(base: str, device: str, payload: bytes) -> Chapter | None:
    """Return what ``<base>/5/<device>/$description`` tells; `base` includes the version."""
    root = table(parse(payload, _LARGEST))
    if not root or not name(device):
        return None
    told = [Told(f"{base}/{device}/$state", Identity(FAMILY, device), _STATE)]
    for node, about in table(root.get("nodes")).items():
        described = table(about)
        kind = words_of((node, described.get("name"), described.get("type")))
        for key, facts in table(described.get("properties")).items():
            told += _property(f"{base}/{device}/{node}/{key}", device, f"{node}/{key}", table(facts), kind)
    return Chapter(tuple(told[:MOST_TOLD]), _bond(device, root))


def read_attribute(place: str, facts: Mapping[str, str]) -> Chapter:
    """Return what the attributes of one property, heard so far, tell of it.

    Parameters
    ----------
    place : str
        The property's topic.
    facts : mapping
        Its attributes by name, ``$unit`` and so on.
    """
    levels = place.split("/")
    known = {key.removeprefix("$"): value for key, value in facts.items()}
    device, channel = levels[-3], "/".join(levels[-2:])
    typed = {**known, "settable": known.get("settable") == "true"}
    return Chapter(tuple(_property(place, device, channel, typed, words_of((levels[-2],)))), facts=facts)


_STATE: Final = Emit(quantity="online", words={**_STATE_WORDS, "true": "", "false": "", "online": "", "offline": ""})


def _property(
    place: str, device: str, channel: str, facts: Mapping[str, object], node: frozenset[str]
) -> Iterator[Told]:
    called = words_of((place.rpartition("/")[2], facts.get("name")))
    kind = text(facts.get("datatype"))
    emit = None
    if kind in ("float", "integer", "percent", ""):
        meaning = meaning_of(facts.get("unit"), "", "", called)
        emit = meaning.emit() if meaning else None
    elif kind == "boolean":
        relay = called & _RELAYS or (node & _RELAYS and called & {"power", "state", "on"})
        emit = Emit(quantity="switch") if relay and facts.get("settable") is True else None
    elif kind == "enum":
        options = frozenset(text(facts.get("format")).split(","))
        named = [quantity for quantity, known in _STATES.items() if quantity in called and options <= known]
        emit = Emit(quantity=named[0]) if named else None
    if emit is not None and topic(place) and name(device) and name(channel):
        yield Told(place, Identity(FAMILY, device, channel), emit)


def _bond(device: str, root: Mapping[str, object]) -> dict[tuple[str, str], frozenset[str]]:
    """Return whose loss is this device's loss too: its root's, and its children's is its own."""
    bonds: dict[tuple[str, str], frozenset[str]] = {}
    children = root.get("children")
    if isinstance(children, list) and children:
        bonds[FAMILY, device] = frozenset(filter(None, map(name, children[:MOST_TOLD])))
    for above in (name(root.get("root")), name(root.get("parent"))):
        if above and above != device:
            bonds[FAMILY, above] = frozenset((device,))
    return bonds
