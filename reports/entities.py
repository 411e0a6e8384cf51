"""The entities that Home Assistant is told of: what each is, its discovery message, its state; values in, JSON out.

Field names and classes are those of Home Assistant's documentation (www.home-assistant.io/integrations/sensor.mqtt and
developers.home-assistant.io/docs/core/entity/sensor): what may fall and begins anew with each bill is a `total` with
`last_reset`; money may be nothing else; what is modelled has no state class, for it is no measurement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, NamedTuple

import msgspec

from heatledger.home import Home
from heatledger.marks import marked
from heatledger.reader import of_home, reading
from heatledger.wording import say

AVAILABLE_TOPIC: Final = "heatledger/home_assistant"
"""Retained: online, or the last will: offline."""
OWN: Final = "heatledger"
"""What our entities are known by: their ids begin with it, and `attribution` says it: ingest reads none back."""


class Kind(NamedTuple):
    """What an entity is: its name, and Home Assistant's classes, unit and decimals; {currency} is the home's."""

    name: str
    device_class: str | None
    state_class: str | None
    unit: str | None
    digits: int


KINDS: Final[Mapping[str, Kind]] = {
    "bill": Kind(marked("Bill so far"), "monetary", "total", "{currency}", 2),
    "projected_bill": Kind(marked("Projected bill"), "monetary", None, "{currency}", 0),
    "saving": Kind(marked("Saving of this bill"), "monetary", None, "{currency}", 0),
    "energy": Kind(marked("Energy of this bill"), "energy", "total", "kWh", 2),
    "price": Kind(marked("Price of electricity"), None, "measurement", "{currency}/kWh", 4),
    "power": Kind(marked("Power"), "power", "measurement", "W", 0),
    "cost_now": Kind(marked("Cost now"), None, "measurement", "{currency}/h", 3),
    "cop": Kind(marked("COP of {part}"), None, "measurement", None, 2),
    "zone_energy": Kind(marked("{part}: energy of this bill"), "energy", "total", "kWh", 2),
    "zone_power": Kind(marked("{part}: power"), "power", "measurement", "W", 0),
    "zone_cost_now": Kind(marked("{part}: cost now"), None, "measurement", "{currency}/h", 3),
}
"""By its name in an entity's key."""
LIVE: Final = frozenset(("price", "power", "cost_now", "zone_power", "zone_cost_now"))
"""Kinds whose values come from the newest readings; the others come from the books."""


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """An entity's value.

    Attributes
    ----------
    kind, part : str
        A name of `KINDS`; of a zone or heat pump its id, else empty.
    value : float or None
        In the kind's unit; None where not known: `attributes` say why.
    last_reset : str or None
        Of a total: when its bill began, ISO 8601.
    attributes : dict
        What is shown beside it.
    """

    kind: str
    part: str = ""
    value: float | None = None
    last_reset: str | None = None
    attributes: dict[str, Any] = {}

    @property
    def key(self) -> tuple[str, str]:
        """Which entity of its home it is of."""
        return self.kind, self.part


def entities(home: Home) -> Iterator[tuple[str, str]]:
    """Yield the kind and part of every entity of a home.

    Parameters
    ----------
    home : Home
        As its file describes it.
    """
    for kind in KINDS:
        if kind == "cop":
            yield from ((kind, pump.id) for pump in home.heat_pumps)
        elif kind.startswith("zone_"):
            yield from ((kind, zone.id) for zone in home.zones)
        else:
            yield kind, ""


def state_topic(home: Home, kind: str, part: str) -> str:
    """Return where an entity's state is published; ingest decodes nothing below heatledger/."""
    return f"{OWN}/{home.id}/entity/{_object(kind, part)}"


def config_topic(prefix: str, home: Home, kind: str, part: str) -> str:
    """Return where an entity is described, below Home Assistant's discovery prefix."""
    return f"{prefix}/sensor/{OWN}_{home.id}/{_object(kind, part)}/config"


def discovery(home: Home, kind: str, part: str, *, page: str) -> bytes:
    """Return the message that describes an entity, named in the home's language.

    Parameters
    ----------
    home : Home
        Whose.
    kind, part : str
        As `entities` yields them.
    page : str
        The page's address, for the device's link.

    Returns
    -------
    bytes
        JSON.
    """
    row, where = KINDS[kind], state_topic(home, kind, part)
    unique = f"{OWN}_{home.id}_{_object(kind, part)}"
    with reading(of_home(home)):
        name = say(row.name, part=_called(home, kind, part))
    config = {
        "name": name,
        "unique_id": unique,
        "default_entity_id": f"sensor.{unique.replace('-', '_')}",
        "state_topic": where,
        "value_template": "{{ value_json.value }}",
        "json_attributes_topic": where,
        "json_attributes_template": "{{ value_json.attributes | tojson }}",
        "availability_topic": AVAILABLE_TOPIC,
        "device_class": row.device_class,
        "state_class": row.state_class,
        "unit_of_measurement": row.unit.format(currency=home.currency) if row.unit else None,
        "suggested_display_precision": row.digits,
        "last_reset_value_template": "{{ value_json.last_reset }}" if row.state_class == "total" else None,
        "device": {
            "identifiers": [f"{OWN}_{home.id}"],
            "name": home.name,
            "manufacturer": OWN,
            "sw_version": _version(),
            "configuration_url": page,
        },
        "origin": {"name": OWN, "sw_version": _version()},
    }
    return msgspec.json.encode({key: value for key, value in config.items() if value is not None})


def state(value: Value) -> bytes:
    """Return an entity's state as JSON; what is not known is null, which Home Assistant shows as unknown."""
    body: dict[str, Any] = {"value": value.value, "attributes": {**value.attributes, "attribution": OWN}}
    if KINDS[value.kind].state_class == "total":
        body["last_reset"] = value.last_reset
    return msgspec.json.encode(body)


def messages(
    prefix: str, homes: Iterable[tuple[Home, Iterable[Value]]], *, page: str
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return what is to stand on the broker, retained: descriptions and states by topic.

    Parameters
    ----------
    prefix : str
        Home Assistant's discovery prefix.
    homes : iterable of (Home, iterable of Value)
        Each home with the values that are known.
    page : str
        The page's address.

    Returns
    -------
    tuple of dict
        Descriptions of every entity; states of every value.
    """
    configs: dict[str, bytes] = {}
    states: dict[str, bytes] = {}
    for home, values in homes:
        for kind, part in entities(home):
            configs[config_topic(prefix, home, kind, part)] = discovery(home, kind, part, page=page)
        for value in values:
            states[state_topic(home, *value.key)] = state(value)
    return configs, states


def _object(kind: str, part: str) -> str:
    return f"{part}_{kind.removeprefix('zone_')}" if part else kind


def _called(home: Home, kind: str, part: str) -> str:
    if kind == "cop":
        return next((pump.name or pump.id for pump in home.heat_pumps if pump.id == part), part)
    return next((zone.name for zone in home.zones if zone.id == part), part)


def _version() -> str:
    try:
        return version("heatledger")
    except PackageNotFoundError:  # run from a folder that was never installed
        return ""
