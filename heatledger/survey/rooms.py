"""What the names people give to devices tell: words, the room meant, an id for a file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Final

AIR_CONDITIONER: Final = frozenset({
    "ac", "aircon", "airco", "conditioner", "split", "minisplit", "multisplit", "heatpump", "hp", "hvac", "klima",
    "klimaanlage", "wärmepumpe", "clim", "pac",
})  # fmt: skip
OUTDOORS: Final = frozenset({
    "outdoor", "outside", "exterior", "condenser", "compressor", "aussen", "außen", "ausseneinheit", "garden",
    "terrace", "balcony", "porch",
})  # fmt: skip
_DEVICE_WORDS: Final = AIR_CONDITIONER | {
    "head", "unit", "plug", "socket", "smart", "switch", "relay", "meter", "em", "pm", "thermostat", "trv", "valve",
    "climate", "sensor", "thermometer", "temp", "temperature", "humidity", "heater", "heat", "pump", "panel",
    "radiator", "power", "energy", "indoor", "inside", "mini", "device", "the", "of", "and",
}  # fmt: skip
_GENERIC: Final = _DEVICE_WORDS | OUTDOORS | {"room", "zimmer"}
_WORD: Final = re.compile(r"[^\W\d_]+|\d{1,2}(?!\d)")
_CAMEL: Final = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")


def words(name: str) -> frozenset[str]:
    """Return the words of a name in lower case, long numbers left out.

    Examples
    --------
    >>> sorted(words("Kids room/ACPlug2"))
    ['2', 'acplug', 'kids', 'room']
    """
    return frozenset(_WORD.findall(_CAMEL.sub(" ", name).casefold()))


def telling(name: str) -> frozenset[str]:
    """Return the words of a name that tell one room from another.

    Examples
    --------
    >>> sorted(telling("living room/AC plug"))
    ['living']
    """
    return words(name) - _GENERIC


def room(device: str) -> str:
    """Return the room that a device's name speaks of, as a person would write it; the whole name where none shows.

    Examples
    --------
    >>> room("Bedroom head"), room("Kids room/thermostat"), room("climate.guest_room_ac")
    ('Bedroom', 'Kids room', 'Guest room')
    """
    level = max(re.split(r"[/.:]", device), key=lambda part: len(telling(part)))
    kept = re.sub(r"[\s_]+", " ", _CAMEL.sub(" ", level)).strip().split(" ")
    for end in (-1, 0):
        while len(kept) > 1 and kept[end].casefold() in _DEVICE_WORDS:
            kept.pop(end)
    text = " ".join(kept).strip()
    if not telling(text):
        return device
    return text[0].upper() + text[1:] if text == text.lower() else text


def identifier(name: str, taken: Collection[str], *, otherwise: str) -> str:
    """Return an id of lower-case letters, digits and _ made from a name, unlike those taken.

    Parameters
    ----------
    name : str
        What it is called.
    taken : collection of str
        Ids that are in use.
    otherwise : str
        Where nothing of the name can stand in an id.

    Examples
    --------
    >>> identifier("Kids’ Zimmer Süd", ["kids_zimmer_sud"], otherwise="zone")
    'kids_zimmer_sud_2'
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    base = re.sub("[^a-z0-9]+", "_", plain).strip("_")[:40].strip("_") or otherwise
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base}_{number}"
    return found
