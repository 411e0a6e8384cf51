"""A device made of its device file alone: it takes what the commands ask and answers in the shapes of the examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Literal

from heatledger.commands import KINDS, Command
from heatledger.devices import DeviceFile
from heatledger.emits import DecodeConfig
from heatledger.readings import Reading
from heatledger.topics import compile_shape, render, template_names
from ingest.decode import Decoder

Manner = Literal["obeys", "ignores", "clips", "lies"]
CLIPS_AT = 20.0
_NAME = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


class Pretended:
    """One device, and how it takes what it is told.

    `obeys`: it does, and says so. `ignores`: it goes on as it was. `clips`: no number above 20. `lies`: it repeats what
    it was told at once, and goes on as it was.
    """

    def __init__(self, file: DeviceFile, device: str, decoder: Decoder, manner: Manner = "obeys") -> None:
        self.file, self.device, self.decoder, self.manner = file, device, decoder, manner
        self.has: dict[tuple[str, str], tuple[Command, float | str]] = {}
        self.heard = 0
        self.config = {one.topic: DecodeConfig(map=one.map) for one in file.examples if one.map}

    def hear(self, topic: str, payload: str) -> list[tuple[str, str]]:
        """Take a message; return what the device says at once."""
        taken = list(self._taken(topic, payload))
        self.heard += bool(taken) or self._is_also(topic)
        if self.manner == "ignores":
            return []
        told = {(channel, command.what): (command, value) for command, channel, value in taken}
        if self.manner == "clips":
            told = {
                key: (command, value if isinstance(value, str) else min(value, CLIPS_AT))
                for key, (command, value) in told.items()
            }
        if self.manner != "lies":
            self.has |= told
        return [said for key, one in told.items() for said in self._says(key[0], *one)]

    def report(self) -> list[tuple[str, str]]:
        """Return what it says of itself in its own time."""
        return [said for key, one in self.has.items() for said in self._says(key[0], *one)]

    def read(self, topic: str, payload: str) -> list[Reading]:
        """Return what the decoder makes of a message of this device."""
        config = self.config.get(topic)
        return self.decoder.decode(topic, payload.encode(), retain=False, received_us=0, config=config).readings

    def _is_also(self, topic: str) -> bool:
        also = [one.topic for command in self.file.commands for one in command.also]
        return any(self._match(template, topic, topic=True) is not None for template in also)

    def _taken(self, topic: str, payload: str) -> Iterator[tuple[Command, str, float | str]]:
        for command in self.file.commands:
            heard = self._match(command.topic, topic, topic=True)
            if heard is None:
                continue
            said = self._match(command.payload, payload, topic=False)
            if said is None:
                continue
            values = {command.what: said["value"]} if "value" in said else said
            value = _value(command, values.get(command.what, ""))
            channel = _channel(command, heard | said)
            if value is not None and channel is not None:
                yield command, channel, value

    def _match(self, template: str, text: str, *, topic: bool) -> dict[str, str] | None:
        """Return what a template's names stand for in a text."""
        if topic:
            known = {"device": self.device} | {
                name: need.default.replace("{device}", self.device)
                for name, need in self.file.needs.items()
                if need.default is not None
            }
            named = {name: known.get(name, "{" + name + "}") for name in template_names(template)}
            template = ("/" if template.startswith("/") else "") + render(template, named)
            if "{" not in template:
                return {} if template == text else None
        pattern, at = "", 0
        for token in _NAME.finditer(template):
            pattern += re.escape(template[at : token.start()]) + f"(?P<{token[1]}>.*?)"
            at = token.end()
        found = re.fullmatch(pattern + re.escape(template[at:]), text)
        return found.groupdict() if found else None

    def _says(self, channel: str, command: Command, value: float | str) -> Iterator[tuple[str, str]]:
        """Yield the first message in the shape of an example that decodes to what the device has."""
        if not command.echoed_by:
            return
        word = ("heat" if value == "on" else "off") if command.what == "power" else value
        wanted = (self.device, channel, command.echoed_by, word)
        for example in self.file.examples:
            for one in example.expect:
                if one.quantity == command.echoed_by and bool(one.channel) == bool(channel):
                    topic = example.topic.replace(one.device, self.device)
                    topic = topic.replace(one.channel, channel) if channel else topic
                    for payload in self._bent(example.payload, command, word):
                        if self._decodes(topic, payload, wanted):
                            yield topic, payload
                            return
        raise AssertionError(f"{self.file.family}: no example can be bent to say {wanted}")

    def _bent(self, payload: str, command: Command, value: float | str) -> Iterator[str]:
        texts = list(self._texts(command, value))
        try:
            parsed = json.loads(payload)
        except ValueError:
            parsed = None
        if isinstance(parsed, dict | list):
            for text in texts:
                for path in _leaves(parsed):
                    yield json.dumps(_put(parsed, path, text))
        else:
            yield from map(str, texts)

    def _texts(self, command: Command, value: float | str) -> Iterator[object]:
        if not isinstance(value, str):
            yield value
            return
        parts = [part for rule in self.file.rules for part in (rule, *rule.each)]
        rows = [row for part in parts for row in part.emit if row.quantity == command.echoed_by]
        theirs = [key for row in rows for key, ours in row.words.items() if ours == value]
        for word in dict.fromkeys((value, value.upper(), command.words.get(value, value), *theirs)):
            yield {"true": True, "false": False}.get(word, word)
            if word.isdigit():
                yield int(word)
        yield value == "on"

    def _decodes(self, topic: str, payload: str, wanted: tuple[str, str, str, float | str]) -> bool:
        said = {(one.device, one.channel, one.quantity): one.value for one in self.read(topic, payload)}
        found = said.get(wanted[:3])
        return found is not None and (found == wanted[3] or _close(found, wanted[3]))


def _close(one: object, other: object) -> bool:
    numbers = isinstance(one, float | int) and isinstance(other, float | int)
    return numbers and abs(float(one) - float(other)) < 1e-6  # type: ignore[arg-type]


def _channel(command: Command, heard: Mapping[str, str]) -> str | None:
    """Return the channel a message is for, None where the command is for others."""
    if not command.channel:
        return ""
    template = re.sub(r":(int|path|[^{}:]*[|#][^{}]*|Zone2)\}", "}", command.channel)
    channel = _NAME.sub(lambda name: heard[name[1]], template)
    return channel if compile_shape(command.channel).match(channel) is not None else None


def _value(command: Command, text: str) -> float | str | None:
    if KINDS[command.what].words is None:
        try:
            number = float(text)
        except ValueError:
            return None
        low, high = command.min, command.max
        return number if low is not None and high is not None and low <= number <= high else None
    return next((ours for ours, theirs in command.words.items() if theirs == text), None)


def _leaves(parsed: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    items: Mapping[object, object] = (
        parsed if isinstance(parsed, dict) else dict(enumerate(parsed)) if isinstance(parsed, list) else {}
    )
    for key, value in items.items():
        yield from _leaves(value, (*path, key))
    if not items:
        yield path


def _put(parsed: object, path: tuple[object, ...], value: object) -> object:
    if not path:
        return value
    copy = dict(parsed) if isinstance(parsed, dict) else list(parsed)  # type: ignore[call-overload]
    copy[path[0]] = _put(copy[path[0]], path[1:], value)
    return copy
