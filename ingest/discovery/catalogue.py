"""Everything that catalogues have told so far, as a value: each message gives the next one, the old one stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ingest.discovery import homeassistant, homie, statestream, zigbee
from ingest.discovery.chapter import Chapter, attribute, name
from ingest.discovery.told import OnTopic, Told

MOST_CHAPTERS: Final = 10_000
"""Catalogue messages, and properties described attribute by attribute, that are kept; later ones are not taken."""

MOST_TOLD: Final = 40_000
"""Values that are kept in all."""

_EMPTY: Final = Chapter()

Bonds = Mapping[tuple[str, str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is told of topics, learned from messages that describe others.

    Attributes
    ----------
    prefix : str
        Where Home Assistant's discovery messages are.
    templates : bool
        Whether value templates of uncommon shapes may run, in the sandbox.
    chapters : mapping
        Place in the catalogue to what was read there.
    topics : mapping
        Topic to what is told of it.
    children : mapping
        Family and name of a bridge to the names of its devices.
    owners : mapping
        Name of a device to the ids that have it, with how many values each; several ids are several devices.
    size : int
        Values told in all.
    """

    prefix: str = "homeassistant"
    templates: bool = False
    chapters: Mapping[str, Chapter] = field(default_factory=dict)
    topics: Mapping[str, OnTopic] = field(default_factory=dict)
    children: Bonds = field(default_factory=dict)
    owners: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    size: int = 0

    @property
    def twins(self) -> frozenset[str]:
        """Names that several devices have."""
        return frozenset(name for name, owners in self.owners.items() if len(owners) > 1)

    def on(self, topic: str) -> OnTopic | None:
        """Return what is told of a topic, None where nothing is."""
        return self.topics.get(topic)

    def describes(self, topic: str) -> bool:
        """Whether messages on a topic describe others."""
        return _place(self, topic) is not None


def learn(catalogue: Catalogue, topic: str, payload: bytes) -> Catalogue:
    """Return a catalogue that also knows what a message tells; the same one where it tells nothing new.

    Parameters
    ----------
    catalogue : Catalogue
        What is known.
    topic : str
        The message's topic, without the home's prefix.
    payload : bytes
        The message; an empty one takes back what its topic told.

    Returns
    -------
    Catalogue
        The next value; the one given is not changed.

    Examples
    --------
    >>> told = b'{"stat_t":"a/p","unit_of_meas":"W","dev":{"name":"Pump"}}'
    >>> learn(Catalogue(), "homeassistant/sensor/p1/config", told).on("a/p").told[0].identity
    Identity(family='ha', device='Pump', channel='p1')
    """
    place = _place(catalogue, topic)
    if place is None:
        return catalogue
    old = catalogue.chapters.get(place)
    new = _read(catalogue, topic, payload, old or _EMPTY)
    if new is None or new == old or (old is None and new == _EMPTY):
        return catalogue
    size = catalogue.size + len(new.told) - (len(old.told) if old else 0)
    if (old is None and len(catalogue.chapters) >= MOST_CHAPTERS) or size > MOST_TOLD:
        return catalogue
    chapters = dict(catalogue.chapters)
    if new == _EMPTY:
        del chapters[place]
    else:
        chapters[place] = new
    return _turned(replace(catalogue, chapters=chapters, size=size), old or _EMPTY, new)


def _place(catalogue: Catalogue, topic: str) -> str | None:
    """Return under which name a message is kept in the catalogue, None where its topic describes nothing."""
    above, _, last = topic.rpartition("/")
    if last == "config":
        within = above.startswith(f"{catalogue.prefix}/") and 2 <= above.count("/") - catalogue.prefix.count("/") <= 3
        return topic if within else None
    if last == "$description":
        return topic if above.count("/") >= 2 and above.split("/")[-2] == "5" else None
    if last in homie.ATTRIBUTES:
        return above if above.count("/") >= 3 and "$" not in above else None
    if last == "devices":
        return topic if above.endswith("/bridge") else None
    if last in statestream.ATTRIBUTES:
        return above if above.count("/") >= 2 and above.split("/")[-2] == "sensor" else None
    return None


def _read(catalogue: Catalogue, topic: str, payload: bytes, old: Chapter) -> Chapter | None:
    above, _, last = topic.rpartition("/")
    if last == "config":
        if not payload:
            return _EMPTY
        levels = above.removeprefix(f"{catalogue.prefix}/").split("/")
        return homeassistant.read(levels, payload, templates=catalogue.templates)
    if last == "$description":
        base, _, device = above.rpartition("/")
        return homie.read_description(base, device, payload) if payload else _EMPTY
    if last == "devices":
        return zigbee.read(above.removesuffix("/bridge"), payload) if payload else _EMPTY
    facts = {**old.facts, last: attribute(payload)}
    said = {key: value for key, value in facts.items() if value}
    if not said or not name(above):
        return _EMPTY
    return homie.read_attribute(above, said) if last in homie.ATTRIBUTES else statestream.read_attribute(above, said)


def _turned(catalogue: Catalogue, old: Chapter, new: Chapter) -> Catalogue:
    """Return the catalogue with its indexes as they are after one chapter became another."""
    topics, children, owners = catalogue.topics, catalogue.children, catalogue.owners
    if old.told or new.told:
        owners = _owners(owners, old.told, new.told)
        twins = replace(catalogue, owners=owners).twins
        topics = _topics(topics, old.told, new.told, twins)
        if twins != catalogue.twins:
            topics = {where: OnTopic(on.told, twins) for where, on in topics.items()}
    if old.children != new.children:
        children = _children(catalogue.chapters)
    return replace(catalogue, topics=topics, children=children, owners=owners)


def _owners(
    owners: Mapping[str, Mapping[str, int]], old: tuple[Told, ...], new: tuple[Told, ...]
) -> Mapping[str, Mapping[str, int]]:
    turned = dict(owners)
    for step, told in ((-1, old), (1, new)):
        for one in told:
            called, owner = one.identity.device, one.entity.owner
            if owner:
                counts = {**turned.get(called, {})}
                counts[owner] = counts.get(owner, 0) + step
                turned[called] = {each: count for each, count in counts.items() if count > 0}
    return {called: counts for called, counts in turned.items() if counts}


def _topics(
    topics: Mapping[str, OnTopic], old: tuple[Told, ...], new: tuple[Told, ...], twins: frozenset[str]
) -> dict[str, OnTopic]:
    turned, dropped = dict(topics), frozenset(map(id, old))
    added: dict[str, list[Told]] = {one.topic: [] for one in (*old, *new)}
    for one in new:
        added[one.topic].append(one)
    for where, told in added.items():
        before = [one for one in topics[where].told if id(one) not in dropped] if where in topics else []
        if before or told:
            turned[where] = OnTopic((*before, *told), twins)
        else:
            del turned[where]
    return turned


def _children(chapters: Mapping[str, Chapter]) -> Bonds:
    bonds: dict[tuple[str, str], frozenset[str]] = {}
    for chapter in chapters.values():
        for bridge, names in chapter.children.items():
            bonds[bridge] = bonds.get(bridge, frozenset()) | names - {bridge[1]}
    return bonds
