"""How a device file says what the family's devices can be told: topics, payloads, ranges, words, and what confirms."""

from __future__ import annotations

import math
from typing import Final, Literal, NamedTuple

from msgspec import field

from heatledger.emits import Part, Text
from heatledger.quantities import MODES, QUANTITIES
from heatledger.topics import compile_shape, template_names
from heatledger.vocabulary import TEMPERATURE_UNIT, check_shape, nearest

What = Literal[
    "mode",
    "power",
    "switch",
    "override",
    "setpoint",
    "setpoint_low",
    "setpoint_high",
    "fan",
    "vane",
    "quiet",
    "flow_setpoint",
    "flow_shift",
    "dhw_setpoint",
    "room_temperature",
    "smart_grid",
]


class Kind(NamedTuple):
    """What may be told: the canonical unit of its number or the words it has, the quantity that echoes it, its meaning.

    `words` is None for a number, and empty where the words are the device's own.
    """

    unit: str | None
    words: frozenset[str] | None
    echo: str
    meaning: str


def _number(unit: str, echo: str, meaning: str) -> Kind:
    return Kind(unit, None, echo, meaning)


def _words(words: str, echo: str, meaning: str) -> Kind:
    return Kind(None, frozenset(words.split()), echo, meaning)


KINDS: Final[dict[What, Kind]] = {
    "mode": Kind(None, MODES, "mode", "what a unit is to do; off where it is to rest"),
    "power": _words("on off", "mode", "an air conditioner or heat pump on or off, its mode kept"),
    "switch": _words("on off toggle", "switch", "a relay"),
    "override": _words("on off", "", "the set-point asked for stands, or the device's own schedule again"),
    "setpoint": _number("°C", "setpoint", "room temperature to hold"),
    "setpoint_low": _number("°C", "", "lower end of the band to hold a room in"),
    "setpoint_high": _number("°C", "", "upper end of that band"),
    "fan": _words("", "fan", "fan step, in the device's own word"),
    "vane": _words("", "", "direction of the air, in the device's own word"),
    "quiet": _words("on off", "", "slower and quieter"),
    "flow_setpoint": _number("°C", "flow_setpoint", "temperature of the heating water"),
    "flow_shift": _number("K", "", "heating curve moved up or down"),
    "dhw_setpoint": _number("°C", "dhw_setpoint", "temperature of the hot water"),
    "room_temperature": _number("°C", "", "a room's temperature, measured elsewhere, for the unit to go by"),
    "smart_grid": _words("normal blocked recommended forced", "", "SG-Ready: what the grid asks of a heat pump"),
}
"""Everything that may be told, in the order in which several are sent."""

_ALWAYS: Final = frozenset(("device", "value"))


class Need(Part, frozen=True, kw_only=True):
    """Something that a command needs to be told of a device and that no message tells: a vendor, a base topic."""

    about: Text
    default: str | None = None
    """A template; where none is, the user must say it."""
    known: tuple[str, ...] = ()
    """The words there are; none where it is free text."""
    written: str = "{said}"
    """The text that stands for what the user says."""
    texts: dict[str, str] = field(default_factory=dict)
    """The same, for single words."""

    def text(self, said: str) -> str:
        """Return what goes out for what the user says."""
        return self.texts.get(said, self.written.replace("{said}", said))


class Given(Part, frozen=True, kw_only=True):
    """What the user says of one device: ``device = "tasmota:lounge ir"``, ``says = { vendor = "DAIKIN" }``."""

    device: Text
    says: dict[str, str]


class Also(Part, frozen=True, kw_only=True):
    """A second message without which the first has no effect."""

    topic: Text
    payload: str


class Command(Part, frozen=True, kw_only=True):
    """How a device is told one thing: the topic and the payload, the range or the words, and what confirms it.

    Templates are filled from the channel's captures, the family's needs, ``{device}``, ``{value}`` and, where the whole
    state goes out at once, the names of other commands of the same topic. A whole-state payload is sent once, however
    many of its parts are wanted.
    """

    what: What
    topic: Text
    payload: str = "{value}"
    channel: str = ""
    """Shape of the channels it is for; its captures fill the templates. Empty: the device as a whole."""
    device: str = ""
    """The one device it is for, verbatim; empty: every device of the family."""
    unit: str | None = None
    """The device's unit of a number: °C, °F, ``°C or °F`` (as the user says of the device), K."""
    min: float | None = None
    max: float | None = None
    """What the device takes, in the canonical unit (°C, K)."""
    step: float | None = None
    """In the device's unit; a device in °F where the user says so moves in whole ones."""
    words: dict[str, str] = field(default_factory=dict)
    """Our word to the text that stands for it; that text may be a whole JSON object."""
    default: str | None = None
    """The word that goes out in a whole state where nobody knows better."""
    at_rest: float | None = None
    """What goes out of a number that nobody knows while the unit is off."""
    one_way: bool = False
    """Nothing the device says confirms it."""
    heard: str = ""
    """The quantity by which one knows a device that takes a command without an echo; empty: every one takes it."""
    also: tuple[Also, ...] = ()
    note: str = ""
    source: str = ""
    """Where it is documented."""

    @property
    def echoed_by(self) -> str:
        """The quantity that confirms it; empty where nothing does."""
        return "" if self.one_way else KINDS[self.what].echo

    @property
    def templates(self) -> tuple[str, ...]:
        """Every text of it that is filled in."""
        both = (text for one in self.also for text in (one.topic, one.payload))
        return (self.topic, self.payload, *both)

    def __post_init__(self) -> None:
        if self.channel:
            check_shape("channel", self.channel)
        if self.heard and self.heard not in QUANTITIES:
            raise ValueError(f"heard: unknown quantity {self.heard!r}; {nearest(self.heard, QUANTITIES)}")
        if KINDS[self.what].words is None:
            self._check_number()
        else:
            self._check_words()

    def _check_number(self) -> None:
        if self.words:
            raise ValueError(f"words: {self.what} is a number; give unit, min, max and step instead")
        if self.unit is None or self.min is None or self.max is None or self.step is None:
            raise ValueError(f"{self.what}: a number needs unit, min, max and step")
        allowed = ("K",) if KINDS[self.what].unit == "K" else ("°C", "°F", TEMPERATURE_UNIT)
        if self.unit not in allowed:
            raise ValueError(f"unit: {self.what} is told in {' or '.join(allowed)}, not in {self.unit!r}")
        if not (math.isfinite(self.min) and math.isfinite(self.max) and self.min < self.max and self.step > 0.0):
            raise ValueError("min: must lie below max, and step above 0")

    def _check_words(self) -> None:
        known = KINDS[self.what].words
        if not self.words:
            raise ValueError(f"words: {self.what} needs the device's text for each word")
        for word in self.words:
            if known and word not in known:
                raise ValueError(f"words: {word!r} is no {self.what}; {nearest(word, known)}")
        if self.default is not None and self.default not in self.words:
            raise ValueError(f"default: {self.default!r} is none of words")

    def unfilled(self, needs: frozenset[str]) -> frozenset[str]:
        """Return the names in its templates that nothing fills, given the family's needs and captures."""
        captured = compile_shape(self.channel).names if self.channel else frozenset[str]()
        asked = frozenset(name for text in self.templates for name in template_names(text) if name.isidentifier())
        return asked - captured - needs - _ALWAYS - frozenset(KINDS)
