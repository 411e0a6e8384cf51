"""Rows of a device file made ready to run: from a value in a payload to a Reading in canonical units."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from heatledger.devices import Reject
from heatledger.emits import NON_VALUES, Emit
from heatledger.quantities import ACTIONS, MODES, QUANTITIES
from heatledger.readings import Flag, Reading, Value
from heatledger.topics import render
from heatledger.vocabulary import TEMPERATURE_UNIT, Conversion, unit_conversion
from ingest.selectors import Dated, Selector, Test, as_number, as_word, compile_selector, compile_test, first_key

_LONGEST_WORD = 40
_FLAGS = {"estimated": Flag.ESTIMATED, "assumed": Flag.ASSUMED, "uncertain": Flag.UNCERTAIN}
_ON_OFF: Mapping[str, Value] = {"on": "on", "true": "on", "1": "on", "off": "off", "false": "off", "0": "off"}
_TRUE, _FALSE = ("true", "online", "connected"), ("false", "offline", "disconnected")
_WORDS: Mapping[str, Mapping[str, Value]] = {
    "mode": {word: word for word in MODES},
    "action": {word: word for word in ACTIONS},
    "contact": {"open": "open", "on": "open", "closed": "closed", "close": "closed", "off": "closed"},
    "presence": {**_ON_OFF, "home": "on", "not_home": "off", "away": "off", "present": "on", "absent": "off"},
    "online": {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)},
}


@dataclass(slots=True)
class Message:
    """What is known of the message being decoded, and the readings made from it so far."""

    home: str
    received_us: int
    flags: int
    family: str = ""
    time_us: int = 0
    fahrenheit: bool = False
    readings: list[Reading] = field(default_factory=list)
    seen: set[tuple[str, str, str]] = field(default_factory=set)

    def date(self, when: Dated) -> None:
        """Take in when what comes next was measured."""
        self.time_us = when.time_us
        lost = int(Flag.CLOCK_LOST)
        self.flags = self.flags | lost if when.lost else self.flags & ~lost


class Row:
    """One `Emit`, compiled."""

    __slots__ = (
        "channel",
        "contested",
        "flags",
        "kind",
        "lists",
        "quantity",
        "read",
        "reset",
        "selectors",
        "starts",
        "unit",
        "when",
    )

    def __init__(self, emit: Emit, reject: Reject, channel: str, *, contested: bool) -> None:
        quantity = QUANTITIES[emit.quantity]
        self.quantity, self.kind = quantity.name, quantity.kind
        self.channel = emit.channel if emit.channel is not None else channel
        self.reset = emit.reset if quantity.kind == "counter" else ""
        self.flags = int(sum(_FLAGS[name] for name in emit.flags))
        self.lists, self.contested = emit.lists, contested
        self.starts = frozenset(first_key(path) for path in emit.paths)
        self.selectors: tuple[Selector, ...] = tuple(compile_selector(path) for path in emit.paths)
        self.when: Test | None = compile_test(emit.when) if emit.when else None
        if quantity.kind == "state":
            self.unit: str | None = None
            self.read = _state_reader(emit, reject)
        else:
            self.unit = unit_conversion(emit.unit or "", emit.quantity).unit
            self.read = _number_reader(emit, reject)

    def may_start_at(self, key: str) -> bool:
        """Whether a path of this row leads through a key of the object."""
        return key in self.starts or None in self.starts

    def run(self, node: object, device: str, channel: str, message: Message) -> None:
        """Append the readings this row finds in a node of the payload.

        Parameters
        ----------
        node : object
            The object the row's paths start from.
        device, channel : str
            What the readings are of.
        message : Message
            The message they come from.
        """
        if self.when is not None and not self.when(node):
            return
        for select in self.selectors:
            value = select(node)
            if value is None:
                continue
            if type(value) is list and self.lists == "channels":
                each = [self._append(e, node, device, str(n), message) for n, e in enumerate(value, start=1)]
                found = any(each)
            else:
                said = _middle(value) if self.lists == "middle" else value
                found = self._append(said, node, device, channel, message)
            if found:
                return

    def _append(self, said: object, node: object, device: str, channel: str, message: Message) -> bool:
        """Append the reading a value gives; False where it gives none."""
        value = self.read(said, node, message)
        if value is None:
            return False
        if self.contested:
            key = (device, channel, self.quantity)
            if key in message.seen:
                return True
            message.seen.add(key)
        of = (message.home, message.family, device, channel, self.quantity)
        flags = message.flags | self.flags
        message.readings.append(Reading(*of, message.time_us, value, self.unit, self.kind, self.reset, flags))
        return True


def compile_rows(emits: Sequence[Emit], reject: Reject, channel: str, contested: frozenset[str]) -> tuple[Row, ...]:
    """Compile the rows of one object; `channel` is the template for those with none of their own."""
    return tuple(Row(emit, reject, channel, contested=emit.quantity in contested) for emit in emits)


def bind(rows: Sequence[Row], captures: Mapping[str, str]) -> tuple[tuple[Row, str], ...]:
    """Pair each row with its channel, filled from what the topic and the key captured."""
    return tuple((row, render(row.channel, captures)) for row in rows)


def _middle(value: object) -> object:
    return value[1] if isinstance(value, list) and len(value) == 3 else value


def _state_reader(emit: Emit, reject: Reject) -> Callable[[object, object, Message], Value | None]:
    words = dict(_WORDS.get(emit.quantity, {} if emit.quantity == "fan" else _ON_OFF))
    for source, ours in emit.words.items():
        words[source.lower()] = {"true": True, "false": False}[ours] if emit.quantity == "online" and ours else ours
    refused = frozenset((*NON_VALUES, *(word.lower() for word in reject.words)))
    verbatim = emit.quantity == "fan"

    def read(value: object, _node: object, _message: Message) -> Value | None:
        word = as_word(value)
        if word in words:
            return words[word] if words[word] != "" else None
        if word is None or word in refused:
            return None
        return word if verbatim and len(word) <= _LONGEST_WORD and word.isprintable() else None

    return read


def _number_reader(emit: Emit, reject: Reject) -> Callable[[object, object, Message], Value | None]:
    stated = unit_conversion(emit.unit or "", emit.quantity)
    warm = unit_conversion("°F", emit.quantity) if emit.unit == TEMPERATURE_UNIT else stated
    scale, low, high = emit.scale, *_believed(emit, reject)
    least = -sys.float_info.max if emit.min is None else emit.min
    most = sys.float_info.max if emit.max is None else emit.max
    refused = frozenset((*emit.reject, *reject.values))
    unit_at = compile_selector(emit.unit_path) if emit.unit_path else None

    def read(value: object, node: object, message: Message) -> Value | None:
        number = as_number(value)
        if number is None or number in refused or not least <= number <= most:
            return None
        said = warm if message.fahrenheit else stated
        if unit_at is not None:
            named = unit_at(node)
            other = said if named is None else _named_unit(named, emit.quantity)
            if other is None:
                return None
            said = other
        result = (number * scale + said.offset) * said.factor
        return result if low <= result <= high else None

    return read


def _believed(emit: Emit, reject: Reject) -> tuple[float, float]:
    """Return the lowest and highest canonical value to believe; a counter is never negative, nothing is infinite."""
    lowest = 0.0 if QUANTITIES[emit.quantity].kind == "counter" else -sys.float_info.max
    low, high = reject.range.get(emit.quantity, (lowest, sys.float_info.max))
    return max(low, lowest), high


def _named_unit(unit: object, quantity: str) -> Conversion | None:
    try:
        return unit_conversion(str(unit), quantity)
    except ValueError:
        return None
