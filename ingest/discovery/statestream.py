"""Home Assistant's statestream: the attributes of an entity on topics beside its state, JSON-quoted.

The unit and the classes of ``<base>/sensor/<object>`` say what ``<base>/sensor/<object>/state`` measures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ingest.discovery.chapter import Chapter, topic
from ingest.discovery.meaning import meaning_of, words_of
from ingest.discovery.told import Identity, Told

FAMILY: Final = "ha_statestream"
ATTRIBUTES: Final = frozenset(("unit_of_measurement", "device_class", "state_class", "friendly_name", "attribution"))
_OWN: Final = "heatledger"


def read_attribute(place: str, facts: Mapping[str, str]) -> Chapter:
    """Return what the attributes of one entity, heard so far, tell of its state.

    Parameters
    ----------
    place : str
        The entity's topic, ``<base>/sensor/<object>``.
    facts : mapping
        Its attributes by name.
    """
    domain, entity = place.split("/")[-2:]
    words = words_of((entity, facts.get("friendly_name")))
    kind, state = facts.get("device_class", ""), facts.get("state_class", "")
    meaning = meaning_of(facts.get("unit_of_measurement"), kind, state, words)
    where = topic(f"{place}/state")
    # our own entities come back this way: by the name they were given, or by what they say whatever they are called
    own = entity.startswith(f"{_OWN}_") or facts.get("attribution") == _OWN
    if meaning is None or not where or own:
        return Chapter(facts=facts)
    return Chapter((Told(where, Identity(FAMILY, f"{domain}.{entity}"), meaning.emit()),), facts=facts)
