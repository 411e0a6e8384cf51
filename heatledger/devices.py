"""What a device file says, as frozen values that refuse nonsense; the engine that runs them is ingest/decode.py."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from heatledger.quantities import ACTIONS, MODES, QUANTITIES, Reset
from heatledger.topics import compile_shape, template_names
from heatledger.vocabulary import check_path, check_shape, check_unit, nearest

NON_VALUES = ("", "nan", "inf", "none", "null", "n/a", "---", "??", "unknown", "unavailable")
"""Words that stand for no value, in any device."""

Text = Annotated[str, Meta(min_length=1)]
Flags = tuple[Literal["estimated", "assumed", "uncertain"], ...]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a device file: unknown keys are refused."""


class Clock(_Part, frozen=True, kw_only=True):
    """Where an object says when it was measured; a clock without a zone is never used."""

    path: Text
    format: Literal["unix", "unix-ms", "iso", "iso-utc"]
    any_age: bool = False
    """The message replays old values: believe the clock however long ago it says."""

    def __post_init__(self) -> None:
        check_path("path", self.path)


class TempUnit(_Part, frozen=True, kw_only=True):
    """Where a message says the unit of its temperatures, and the words that mean °F."""

    path: Text
    fahrenheit: tuple[str, ...] = ("F",)

    def __post_init__(self) -> None:
        check_path("path", self.path)


class Emit(_Part, frozen=True, kw_only=True):
    """One reading to be made: where the value stands, what it measures and in which unit.

    The first row that yields a value for a quantity and channel stands; later ones are alternatives to it.
    """

    quantity: str
    path: Text | tuple[Text, ...] = "@"
    """JMESPath into the object; of several, the first that yields a value."""
    unit: str | None = None
    """The source's unit; none for a state."""
    unit_path: Text | None = None
    """Where the message names the unit; `unit` is used where it does not."""
    channel: str | None = None
    """Template of captures; by default the rule's."""
    reset: Reset = "never"
    flags: Flags = ()
    words: dict[str, str] = {}
    """Source word (any case) to ours, added to our own words; an empty word means nothing."""
    lists: Literal["channels", "middle"] | None = None
    """A list is one value per channel 1, 2, …, or [min, avg, max]; by default it is nothing."""
    when: Text | None = None
    """JMESPath condition on the object."""
    scale: float = 1.0
    """Multiplied first."""
    min: float | None = None
    max: float | None = None
    """Numbers of the source outside min…max are nothing."""
    reject: tuple[float, ...] = ()
    """Numbers of the source that stand for no value."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths to try, in order."""
        return (self.path,) if isinstance(self.path, str) else self.path

    def __post_init__(self) -> None:
        if self.quantity not in QUANTITIES:
            raise ValueError(f"quantity: unknown quantity {self.quantity!r}; {nearest(self.quantity, QUANTITIES)}")
        for path in (*self.paths, *([self.unit_path] if self.unit_path else [])):
            check_path("path", path)
        check_path("when", self.when)
        kind = QUANTITIES[self.quantity].kind
        if kind == "state":
            self._check_state()
        elif self.unit is None:
            raise ValueError(
                f"unit: {self.quantity} needs its source unit; add one like unit = {QUANTITIES[self.quantity].unit!r}"
            )
        else:
            check_unit(self.unit, self.quantity)
        if kind != "counter" and self.reset != "never":
            raise ValueError(f"reset: {self.quantity} is no counter; remove reset")

    def _check_state(self) -> None:
        if self.unit is not None:
            raise ValueError(f"unit: {self.quantity} is a state and has no unit; remove unit")
        allowed = {"mode": MODES, "action": ACTIONS, "online": ("true", "false"), "fan": None}
        known = allowed.get(self.quantity, ("on", "off"))
        for word in self.words.values():
            if known is not None and word and word not in known:
                raise ValueError(f"words: {word!r} is no {self.quantity}; {nearest(word, known)}")


class Each(_Part, frozen=True, kw_only=True):
    """A part of the payload visited key by key (a list counts as keys 1, 2, …)."""

    key: Text
    """Shape of the keys to visit; its captures fill the templates."""
    path: Text = "@"
    skip: tuple[str, ...] = ()
    """Keys to leave out; ``*`` stands for anything."""
    channel: str | None = None
    device: str | None = None
    device_path: Text | None = None
    """Where the visited object names its own device."""
    when: Text | None = None
    clock: tuple[Clock, ...] = ()
    emit: tuple[Emit, ...]

    def __post_init__(self) -> None:
        check_shape("key", self.key)
        for key, path in (("path", self.path), ("device_path", self.device_path), ("when", self.when)):
            check_path(key, path)


class TopicIf(_Part, frozen=True, kw_only=True):
    """A topic shape that is only meant where the payload fulfils a condition."""

    shape: Text
    guard: Text

    def __post_init__(self) -> None:
        check_shape("shape", self.shape)
        check_path("guard", self.guard)


class Rule(_Part, frozen=True, kw_only=True):
    """How the payloads of some topics become readings."""

    topics: tuple[Text | TopicIf, ...] = ()
    """Shapes of topics whose payload is a JSON object or list."""
    bare: tuple[Text | TopicIf, ...] = ()
    """Shapes of topics whose payload is one bare value, or text that `lines` takes apart."""
    device: Text
    """Template of captures that names the device."""
    channel: str = ""
    guard: Text | None = None
    """JMESPath condition on the payload."""
    body: Text | None = None
    """Where the object stands; where absent, the payload itself."""
    wrap: Text | None = None
    """Name of a capture: the payload is put under that key, so that a topic per key reads like one object."""
    lines: Text | None = None
    """Shape of one line of text, capturing ``key``, ``value`` and perhaps ``unit``; becomes {key: {value, unit}}."""
    fold: bool = False
    """Keys of the payload are compared in lower case."""
    clock: tuple[Clock, ...] = ()
    temp_unit: TempUnit | None = None
    emit: tuple[Emit, ...] = ()
    each: tuple[Each, ...] = ()

    def __post_init__(self) -> None:
        shapes = [topic if isinstance(topic, str) else topic.shape for topic in (*self.topics, *self.bare)]
        if not shapes:
            raise ValueError("topics: the rule has none; add topics (JSON) or bare (plain values)")
        for key, path in (("guard", self.guard), ("body", self.body)):
            check_path(key, path)
        if self.lines is not None:
            check_shape("lines", self.lines)
        for shape in shapes:
            check_shape("topics", shape)
            self._check_templates(shape, compile_shape(shape).names)

    def _check_templates(self, shape: str, names: frozenset[str]) -> None:
        wanted: list[tuple[str, str | None, frozenset[str]]]
        wanted = [("device", self.device, names), ("channel", self.channel, names)]
        wanted += [("emit.channel", row.channel, names) for row in self.emit]
        for each in self.each:
            inner = names | compile_shape(each.key).names
            wanted += [("each.device", each.device, inner), ("each.channel", each.channel, inner)]
            wanted += [("each.emit.channel", row.channel, inner) for row in each.emit]
        for key, template, known in wanted:
            for missing in template_names(template or "") - known:
                raise ValueError(f"{key}: nothing captures {{{missing}}} in {shape!r}; capture it there or drop it")


class Reject(_Part, frozen=True, kw_only=True):
    """What this family writes where it has no value, beside null and `NON_VALUES`."""

    words: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    range: dict[str, tuple[float, float]] = {}
    """Quantity to the lowest and highest value believed, in its canonical unit."""

    def __post_init__(self) -> None:
        for quantity in self.range:
            if quantity not in QUANTITIES:
                raise ValueError(f"range: unknown quantity {quantity!r}; {nearest(quantity, QUANTITIES)}")


class Command(_Part, frozen=True, kw_only=True):
    """How the device is told something: a topic and a payload with ``{value}`` in it."""

    topic: Text
    payload: str
    unit: str | None = None
    note: str = ""


class Expect(_Part, frozen=True, kw_only=True):
    """A reading that an example must give; unit and kind follow from the quantity."""

    device: str
    quantity: str
    value: float | str | bool
    channel: str = ""
    unit: str | None = None
    reset: Reset = "never"
    flags: Flags = ()


class Example(_Part, frozen=True, kw_only=True):
    """A message of our own writing in a documented shape, and what it decodes to."""

    topic: str
    payload: str
    expect: tuple[Expect, ...] = ()
    retain: bool = False
    temp_unit: Literal["C", "F"] = "C"
    source: Text
    """Where the shape is documented."""
    note: str = ""


class Caveat(_Part, frozen=True, kw_only=True):
    """Something to know before trusting the numbers, and where it was reported."""

    text: Text
    issue: str = ""


class DeviceFile(_Part, frozen=True, kw_only=True):
    """One family of devices: its topics, identities and readings."""

    family: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$")]
    name: str = ""
    about: str = ""
    """Where the family's own documentation is."""
    devices: tuple[str, ...] = ()
    """Makes and models known to speak it, for people."""
    ignore: tuple[Text, ...] = ()
    """Shapes of topics that are known and hold no readings: commands, logs, catalogues, chip temperatures."""
    reject: Reject = Reject()
    rules: tuple[Rule, ...] = ()
    commands: dict[str, Command] = {}
    examples: tuple[Example, ...] = ()
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        for shape in self.ignore:
            check_shape("ignore", shape)
