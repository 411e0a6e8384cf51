"""What a device file says, as frozen values that refuse nonsense; the engine that runs them is ingest/decode.py."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from heatledger.commands import Command, Given, Need, What
from heatledger.emits import DecodeConfig, Emit, Flags, MapEntry, Part, Text
from heatledger.quantities import QUANTITIES, Reset
from heatledger.topics import compile_shape, template_names
from heatledger.vocabulary import check_path, check_shape, nearest


class Clock(Part, frozen=True, kw_only=True):
    """Where an object says when it was measured; a clock without a zone is never used."""

    path: Text
    format: Literal["unix", "unix-ms", "iso", "iso-utc"]
    any_age: bool = False
    """The message replays old values: believe the clock however long ago it says."""

    def __post_init__(self) -> None:
        check_path("path", self.path)


class TempUnit(Part, frozen=True, kw_only=True):
    """Where a message says the unit of its temperatures, and the words that mean °F."""

    path: Text
    fahrenheit: tuple[str, ...] = ("F",)

    def __post_init__(self) -> None:
        check_path("path", self.path)


class Each(Part, frozen=True, kw_only=True):
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


class TopicIf(Part, frozen=True, kw_only=True):
    """A topic shape that is only meant where the payload fulfils a condition."""

    shape: Text
    guard: Text

    def __post_init__(self) -> None:
        check_shape("shape", self.shape)
        check_path("guard", self.guard)


class Rule(Part, frozen=True, kw_only=True):
    """How the payloads of some topics become readings."""

    topics: tuple[Text | TopicIf, ...] = ()
    """Shapes of topics whose payload is a JSON object or list."""
    bare: tuple[Text | TopicIf, ...] = ()
    """Shapes of topics whose payload is one bare value, or text that `lines` takes apart."""
    device: Text
    """Template of captures that names the device."""
    device_path: Text | None = None
    """Where the payload names its own device."""
    channel: str = ""
    guard: Text | None = None
    """JMESPath condition on the payload."""
    body: Text | tuple[Text, ...] | None = None
    """Where the object or value stands; of several, the first that is there; where none is, the payload itself."""
    wrap: Text | None = None
    """Name of a capture: the body is put under that key, so that a topic per key reads like one object."""
    lines: Text | None = None
    """Shape of one line of text, capturing ``key``, ``value`` and perhaps ``unit``; becomes {key: {value, unit}}."""
    fold: bool = False
    """Keys of the payload, and the one `wrap` captures, are compared in lower case."""
    clock: tuple[Clock, ...] = ()
    """In the body where that is an object, else in the payload."""
    temp_unit: TempUnit | None = None
    emit: tuple[Emit, ...] = ()
    each: tuple[Each, ...] = ()

    @property
    def shapes(self) -> tuple[str, ...]:
        """The shapes of all its topics."""
        return tuple(topic if isinstance(topic, str) else topic.shape for topic in (*self.topics, *self.bare))

    @property
    def bodies(self) -> tuple[str, ...]:
        """The paths of the body, in order."""
        return (self.body,) if isinstance(self.body, str) else self.body or ()

    def __post_init__(self) -> None:
        if not self.shapes:
            raise ValueError("topics: the rule has none; add topics (JSON) or bare (plain values)")
        check_path("guard", self.guard)
        for path in self.bodies:
            check_path("body", path)
        if self.lines is not None:
            check_shape("lines", self.lines)
        for shape in self.shapes:
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


class Reject(Part, frozen=True, kw_only=True):
    """What this family writes where it has no value, beside null and `NON_VALUES`."""

    words: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    range: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Quantity to the lowest and highest value believed, in its canonical unit."""

    def __post_init__(self) -> None:
        for quantity in self.range:
            if quantity not in QUANTITIES:
                raise ValueError(f"range: unknown quantity {quantity!r}; {nearest(quantity, QUANTITIES)}")


class Expect(Part, frozen=True, kw_only=True):
    """A reading that an example must give; unit and kind follow from the quantity."""

    device: str
    quantity: str
    value: float | str | bool
    channel: str = ""
    unit: str | None = None
    reset: Reset = "never"
    flags: Flags = ()


class Example(Part, frozen=True, kw_only=True):
    """A message of our own writing in a documented shape, and what it decodes to."""

    topic: str
    payload: str
    expect: tuple[Expect, ...] = ()
    retain: bool = False
    temp_unit: Literal["C", "F"] = "C"
    map: tuple[MapEntry, ...] = ()
    """What the user must say for it to decode so."""
    source: Text
    """Where the shape is documented."""
    note: str = ""


class Told(Part, frozen=True, kw_only=True):
    """An example of a command: what is wanted, and the messages that ask for it."""

    device: str
    """As a home file names it, the family left out."""
    want: dict[What, float | str]
    messages: tuple[tuple[str, str], ...]
    """Topic and payload, in order."""
    says: dict[str, str] = field(default_factory=dict)
    """What the user says of the device."""
    known: dict[str, float | str] = field(default_factory=dict)
    """What it said last, by quantity or ``channel/quantity``."""
    temp_unit: Literal["C", "F"] = "C"
    source: Text
    """Where the shape is documented."""
    note: str = ""


class Caveat(Part, frozen=True, kw_only=True):
    """Something to know before trusting the numbers, and where it was reported."""

    text: Text
    issue: str = ""


class Said(DecodeConfig, frozen=True, kw_only=True):
    """What the user says of the devices on some topics."""

    topics: tuple[Text, ...]

    def __post_init__(self) -> None:
        for shape in self.topics:
            check_shape("topics", shape)


class DeviceFile(Part, frozen=True, kw_only=True):
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
    config: tuple[Said, ...] = ()
    """What is said of topics that a family knows, this one or another."""
    needs: dict[str, Need] = field(default_factory=dict)
    """What commands need to know of a device that its messages do not tell."""
    given: tuple[Given, ...] = ()
    """The user's answers, for devices of this family or another."""
    commands: tuple[Command, ...] = ()
    told: tuple[Told, ...] = ()
    """Examples of commands."""
    examples: tuple[Example, ...] = ()
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        for shape in self.ignore:
            check_shape("ignore", shape)
        for command in self.commands:
            for missing in command.unfilled(frozenset(self.needs)):
                raise ValueError(f"commands: nothing fills {{{missing}}} of {command.what}; add it under needs")
