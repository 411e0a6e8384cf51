"""The decoder: one MQTT message in, readings in canonical units out, by the rules of device files; it never raises."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from heatledger.devices import DeviceFile, Reject
from heatledger.emits import DecodeConfig, MapEntry
from heatledger.readings import Flag, Reading
from heatledger.topics import compile_shape
from ingest.index import Index
from ingest.rows import Message, Row
from ingest.rules import CompiledRule, Entry, RuleOnTopic, compile_file

if TYPE_CHECKING:  # what runs templates is loaded where catalogues are
    from ingest.discovery import OnTopic

LARGEST_PAYLOAD: Final = 1_000_000
"""Longer payloads are not looked at. [bytes]"""

_REMEMBERED_TOPICS: Final = 4096
_LONGEST_INTEGER: Final = 400
_BROKER, _OURS = "$SYS/", "heatledger/"

Outcome = Literal["understood", "ignored", "unknown", "malformed"]


class Decoded(NamedTuple):
    """What became of a message: its readings, and one line on why they are what they are."""

    readings: list[Reading]
    outcome: Outcome
    note: str = ""


_NOTHING_SAID: Final = DecodeConfig()


class _Candidate:
    """What a topic may mean: a rule for one form of payload, made ready when first used."""

    __slots__ = ("captures", "entry", "on_topic", "rule")

    def __init__(self, entry: Entry, rule: CompiledRule, captures: dict[str, str]) -> None:
        self.entry, self.rule, self.captures = entry, rule, captures
        self.on_topic: RuleOnTopic | None = None

    def document(self, parsed: object) -> object:
        """Return the payload in the form the rule wants, None where it has another or fails its conditions."""
        if isinstance(parsed, _Unreadable) or self.entry.bare != isinstance(parsed, str):
            return None
        document = parsed
        if self.rule.source.fold:
            document = _folded(parsed)
        elif self.rule.lines is not None and isinstance(parsed, str):
            found = [self.rule.lines.match(line.strip()) for line in parsed.splitlines()]
            document = {line["key"]: line for line in found if line}
        return document if self.entry.holds(document) else None

    def ready(self) -> RuleOnTopic:
        """Return the rule with the topic's captures filled in."""
        if self.on_topic is None:
            self.on_topic = RuleOnTopic(self.rule, self.captures)
        return self.on_topic


class _Ignored(NamedTuple):
    """A topic known to hold no readings; a catalogue knows better where its last level may be anything."""

    firm: bool


class _Topic(NamedTuple):
    """What a topic may mean, the likeliest first, and what the user says of it."""

    candidates: tuple[_Candidate | _Ignored, ...]
    said: DecodeConfig


class Decoder:
    """Decodes messages by the rules of device files, compiled once.

    Parameters
    ----------
    files : sequence of DeviceFile
        The families that are understood.
    """

    def __init__(self, files: Sequence[DeviceFile]) -> None:
        entries = [entry for file in files for entry in compile_file(file)]
        self._said = [(compile_shape(shape), said) for file in files for said in file.config for shape in said.topics]
        self._index = Index(sorted(entries, key=lambda entry: (entry.shape.rank, entry.rule is None), reverse=True))
        self._candidates = lru_cache(maxsize=_REMEMBERED_TOPICS)(self._match)

    def decode(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool,
        received_us: int,
        home: str = "home",
        config: DecodeConfig | None = None,
        learned: OnTopic | None = None,
    ) -> Decoded:
        """Decode one message; pure, and total: whatever the bytes, it answers.

        Parameters
        ----------
        topic : str
            The topic, without the home's prefix.
        payload : bytes
            The payload as it came.
        retain : bool
            Whether the broker had kept the message; flagged on every reading.
        received_us : int
            When it came. [µs UTC]
        home : str
            The home it belongs to.
        config : DecodeConfig, optional
            What the user says of this device.
        learned : OnTopic, optional
            What catalogues tell of the topic; where a device file says it itself, the file stands.

        Returns
        -------
        Decoded
            Readings in canonical units, the outcome, and a line for a human.
        """
        known = self._candidates(topic)
        if isinstance(known, Decoded):
            if learned is None:
                return Decoded([], known.outcome, known.note)
            known = _UNKNOWN
        if not payload:
            return Decoded([], "ignored", "empty payload: a retained message was cleared")
        message = Message(home, received_us, int(Flag.RETAINED) if retain else 0)
        try:
            return _decode(known.candidates, payload, message, config or known.said, learned)
        except RecursionError:
            return Decoded([], "malformed", "JSON nested too deeply")

    def _match(self, topic: str) -> Decoded | _Topic:
        """Return what may be done on a topic, the most literal shape first, and what the user says of it."""
        if topic.startswith((_BROKER, _OURS)):
            return Decoded([], "ignored", "the broker's own topics and ours are not decoded")
        try:
            topic.encode()
        except UnicodeEncodeError:
            return Decoded([], "unknown", "the topic is not UTF-8")
        found: list[_Candidate | _Ignored] = []
        settled = set[bool]()  # forms of payload for which a rule without conditions stands already
        for entry in self._index.find(topic):
            if entry.rule is not None and entry.bare in settled:
                continue
            captures = entry.shape.match(topic)
            if captures is None:
                continue
            firm = bool(entry.shape.lasts)
            found.append(_Candidate(entry, entry.rule, captures) if entry.rule else _Ignored(firm))
            if entry.rule is None:
                break
            if not entry.guards:
                settled.add(entry.bare)
        if not found:
            return Decoded([], "unknown", "no device file knows this topic")
        said = [said for shape, said in self._said if shape.match(topic) is not None]
        return _Topic(tuple(found), _together(said) if said else _NOTHING_SAID)


_UNKNOWN: Final = _Topic((), _NOTHING_SAID)


def _decode(
    candidates: tuple[_Candidate | _Ignored, ...],
    payload: bytes,
    message: Message,
    config: DecodeConfig,
    learned: OnTopic | None,
) -> Decoded:
    parsed = _parse(payload)
    for candidate in candidates:
        if isinstance(candidate, _Ignored):
            if learned is not None and not candidate.firm:
                break
            return Decoded([], "ignored", "a topic known to hold no readings")
        document = candidate.document(parsed)
        if document is None:
            continue
        rule = candidate.ready()
        if rule.silent and not config.map and learned is None:
            return Decoded([], "unknown", "its values need a name: say what they are under [[config]] in a device file")
        message.fahrenheit = config.temp_unit == "F"
        device = rule.run(document, message)
        for entry in config.map:
            channel = rule.channel if entry.channel is None else entry.channel
            _map_row(entry).run(document if candidate.rule.lines else parsed, device, channel, message)
        if learned is not None and rule.open:
            learned.run(parsed, message, (rule.family, device, rule.channel))
        return Decoded(message.readings, "understood", "" if message.readings else "no reading in this message")
    if learned is not None and not isinstance(parsed, _Unreadable):
        message.fahrenheit = config.temp_unit == "F"
        learned.run(parsed, message, None)
        return Decoded(message.readings, "understood", "" if message.readings else "no reading in this message")
    sure = any(isinstance(candidate, _Candidate) and not candidate.entry.guards for candidate in candidates)
    why = parsed.why if isinstance(parsed, _Unreadable) else "no rule fits this payload"
    return Decoded([], "malformed" if sure else "unknown", why)


def _together(said: Sequence[DecodeConfig]) -> DecodeConfig:
    """Return all that the user says of a topic."""
    warm = any(one.temp_unit == "F" for one in said)
    return DecodeConfig(temp_unit="F" if warm else "C", map=tuple(entry for one in said for entry in one.map))


class _Unreadable(NamedTuple):
    why: str


def _parse(payload: bytes) -> object:
    """Return a JSON object or list, else the text, else why it is neither."""
    if len(payload) > LARGEST_PAYLOAD:
        return _Unreadable(f"payload of {len(payload)} bytes; at most {LARGEST_PAYLOAD} are read")
    start = payload[:1] if payload[:1] in b'{["' else payload.lstrip()[:1]
    try:
        if start not in (b"{", b"[", b'"'):
            return payload.decode()
        return msgspec.json.decode(payload)
    except UnicodeDecodeError as error:
        return _Unreadable(f"not UTF-8 at byte {error.start}")
    except RecursionError:
        return _Unreadable("JSON nested too deeply")
    except msgspec.DecodeError as error:
        return _parse_odd(payload, str(error))


def _parse_odd(payload: bytes, why: str) -> object:
    """Return JSON whose numbers or characters are beyond the strict parser, else why it cannot be read."""
    try:
        return json.loads(payload, parse_constant=_refuse_constant, parse_int=_parse_integer)
    except (ValueError, RecursionError):
        return _Unreadable(why)


def _refuse_constant(word: str) -> object:
    raise ValueError(word)


def _parse_integer(digits: str) -> float | int:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float("inf")


def _folded(node: object) -> object:
    """Return a payload with its keys in lower case."""
    if isinstance(node, dict):
        return {key.lower(): _folded(value) for key, value in node.items()}
    return [_folded(value) for value in node] if isinstance(node, list) else node


@lru_cache(maxsize=1024)
def _map_row(entry: MapEntry) -> Row:
    return Row(entry.emit(), Reject(), "", contested=False)
