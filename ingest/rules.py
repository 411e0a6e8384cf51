"""Rules of a device file made ready to run: from a parsed payload to the readings of one message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from heatledger.devices import DeviceFile, Each, Rule
from heatledger.topics import Shape, compile_shape, render
from ingest.rows import Message, Row, bind, compile_rows
from ingest.selectors import Selector, Test, as_word, compile_selector, compile_test, dated, first_key

_LONGEST_NAME = 256
_REMEMBERED_KEYS = 64

Bound = tuple[tuple[Row, str], ...]


class Visit:
    """One `Each`, compiled, on one topic; remembers the keys it has seen."""

    def __init__(self, each: Each, rows: tuple[Row, ...], device: str, captures: Mapping[str, str]) -> None:
        self._select = compile_selector(each.path)
        self._when: Test | None = compile_test(each.when) if each.when else None
        self._name: Selector | None = compile_selector(each.device_path) if each.device_path else None
        self._device, self._skip, self._rows = each.device or device, each.skip, rows
        self._own_device = each.device is not None
        self._shape, self._captures = compile_shape(each.key), captures
        self._clock = each.clock
        self._objects = all("@" not in emit.paths for emit in each.emit)
        self._keys: dict[str, tuple[str, Bound] | None] = {}
        self._only = each.key if not self._shape.names else None
        self._fruitful: dict[tuple[str, ...], list[tuple[str, str, Bound]]] = {}
        self.needs = self._only if each.path == "@" else first_key(each.path)
        """A key without which nothing is found; None where that cannot be said beforehand."""

    def run(self, body: object, message: Message, named: str | None) -> None:
        """Append the readings of every key that fits; `named` is the device as the payload names it."""
        named = None if self._own_device else named
        part = self._select(body)
        if isinstance(part, list):
            part = {str(number): each for number, each in enumerate(part, start=1)}
        if not isinstance(part, dict):
            return
        keys = (self._only,) if self._only is not None else tuple(part)
        for key, device, rows in self._fitting(keys):
            node = part.get(key)
            if key in part and (self._only is not None or not self._objects or type(node) is dict):
                self._visit(node, named or device, rows, message)

    def _fitting(self, keys: tuple[str, ...]) -> list[tuple[str, str, Bound]]:
        """Return those of an object's keys that fit, with device and rows; objects mostly have the same ones again."""
        known = self._fruitful.get(keys)
        if known is not None:
            return known
        found = [(key, *bound) for key in keys if (bound := self._keys[key] if key in self._keys else self._bound(key))]
        if len(keys) <= _REMEMBERED_KEYS:
            if len(self._fruitful) >= _REMEMBERED_KEYS:
                self._fruitful.clear()
            self._fruitful[keys] = found
        return found

    def _visit(self, node: object, device: str, rows: Bound, message: Message) -> None:
        if self._when is not None and not self._when(node):
            return
        if self._name is not None:
            device = _name(self._name(node)) or device
        before = message.time_us, message.flags
        if self._clock:
            message.date(dated(self._clock, node, message.received_us))
        for row, channel in rows:
            row.run(node, device, channel, message)
        message.time_us, message.flags = before

    def _bound(self, key: str) -> tuple[str, Bound] | None:
        if len(self._keys) >= _REMEMBERED_KEYS:
            self._keys.clear()
        if len(key) > _LONGEST_NAME:
            return None
        captured = None if any(fnmatchcase(key, skip) for skip in self._skip) else self._shape.match(key)
        found = None
        if captured is not None and _is_text(key):
            captures = {**self._captures, **captured}
            found = (render(self._device, captures), bind(self._rows, captures))
        self._keys[key] = found
        return found


class RuleOnTopic:
    """One rule with the captures of one topic filled in."""

    def __init__(self, rule: CompiledRule, captures: Mapping[str, str]) -> None:
        self.family, self.rule = rule.family, rule
        source = rule.source
        wrap = captures.get(source.wrap) if source.wrap else None
        self._wrap = wrap.lower() if wrap is not None and source.fold else wrap
        self._bodies: tuple[Selector, ...] = tuple(compile_selector(path) for path in source.bodies)
        self._fahrenheit: Selector | None = compile_selector(source.temp_unit.path) if source.temp_unit else None
        self._name: Selector | None = compile_selector(source.device_path) if source.device_path else None
        self.device, self.channel = render(source.device, captures), render(source.channel, captures)
        self.rows = bind(rule.rows, captures)
        self.silent = not rule.rows and not rule.each
        self.open = not rule.each and not any(self._says(row) for row, _ in self.rows)
        self._visits = tuple(Visit(each, rows, source.device, captures) for each, rows in rule.each)

    def _says(self, row: Row) -> bool:
        """Whether a row tells what is measured on this topic; `online` beside it leaves that open."""
        wrapped = self._wrap is None or row.may_start_at(self._wrap)
        return row.quantity != "online" and wrapped

    def run(self, document: object, message: Message) -> str:
        """Append the readings of a payload.

        Parameters
        ----------
        document : object
            The payload, parsed.
        message : Message
            The message; gets the readings.

        Returns
        -------
        str
            The device they are of.
        """
        source = self.rule.source
        body = document
        for select in self._bodies:
            found = select(document)
            if found is not None:
                body = found
                break
        clocked = body if isinstance(body, dict) else document
        if self._wrap is not None:
            body = {self._wrap: body}
        if self._fahrenheit is not None and source.temp_unit is not None:
            said = as_word(self._fahrenheit(body))
            if said is not None:
                message.fahrenheit = said in self.rule.fahrenheit
        message.family = self.family
        message.date(dated(source.clock, clocked, message.received_us))
        named = _name(self._name(body)) if self._name is not None else None
        device = named or self.device
        for row, channel in self.rows:
            row.run(body, device, channel, message)
        known = body if isinstance(body, dict) else None
        for visit in self._visits:
            if known is None or visit.needs is None or visit.needs in known:
                visit.run(body, message, named)
        return device


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """One `Rule` of a family, its rows compiled."""

    family: str
    source: Rule
    rows: tuple[Row, ...]
    each: tuple[tuple[Each, tuple[Row, ...]], ...]
    fahrenheit: frozenset[str]
    lines: Shape | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A topic shape and what happens on it: a rule for payloads of one form, or (no rule) nothing."""

    shape: Shape
    family: str
    rule: CompiledRule | None = None
    bare: bool = False
    guards: tuple[Test, ...] = ()

    def holds(self, document: object) -> bool:
        """Whether a payload fulfils the conditions of rule and topic."""
        return all(guard(document) for guard in self.guards)


def compile_file(file: DeviceFile) -> list[Entry]:
    """Compile a device file.

    Parameters
    ----------
    file : DeviceFile
        The file.

    Returns
    -------
    list of Entry
        What happens on each of its topic shapes.
    """
    entries = [Entry(compile_shape(shape), file.family) for shape in file.ignore]
    for source in file.rules:
        rule = _compile_rule(source, file)
        common = (compile_test(source.guard),) if source.guard else ()
        for bare, topics in ((False, source.topics), (True, source.bare)):
            for topic in topics:
                text = topic if isinstance(topic, str) else topic.shape
                guards = common if isinstance(topic, str) else (*common, compile_test(topic.guard))
                entries.append(Entry(compile_shape(text), file.family, rule, bare, guards))
    return entries


def _compile_rule(rule: Rule, file: DeviceFile) -> CompiledRule:
    rows = [*rule.emit, *(row for each in rule.each for row in each.emit)]
    counts = Counter(row.quantity for row in rows)
    contested = frozenset(quantity for quantity, count in counts.items() if count > 1)
    each = tuple(
        (part, compile_rows(part.emit, file.reject, rule.channel if part.channel is None else part.channel, contested))
        for part in rule.each
    )
    words = rule.temp_unit.fahrenheit if rule.temp_unit else ()
    own = compile_rows(rule.emit, file.reject, rule.channel, contested)
    lines = compile_shape(rule.lines) if rule.lines else None
    return CompiledRule(file.family, rule, own, each, frozenset(word.lower() for word in words), lines)


def _name(value: object) -> str | None:
    """Return a device's name found in a payload, if it can be one."""
    text = value if isinstance(value, str) else as_word(value) if isinstance(value, int) else None
    return text if text and len(text) <= _LONGEST_NAME and _is_text(text) else None


def _is_text(text: str) -> bool:
    """Whether text can be stored: no lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
