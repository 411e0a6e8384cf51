"""From a sample of one topic and a few answers to a user's device file, in the format of those that ship."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from heatledger.devices import DeviceFile, Example, Expect, Rule, Said
from heatledger.emits import Emit, MapEntry
from heatledger.plain import quoted
from heatledger.quantities import QUANTITIES
from heatledger.readings import Reading

MOST_VALUES: Final = 200
"""How many values of a sample are offered."""

_BARE_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Sample(msgspec.Struct, frozen=True):
    """A message of a topic, without the home's prefix."""

    topic: str
    payload: str
    bare: bool

    @classmethod
    def of(cls, topic: str, payload: bytes) -> Sample:
        """Return a sample.

        Raises
        ------
        ValueError
            If the payload or the topic can stand in no device file; one line with the reason.
        """
        odd = sorted(set(topic) & set("{}+#"))
        if odd or not topic:
            raise ValueError(f"a device file cannot write a topic with {' '.join(odd) or 'no name'} in it")
        try:
            text = payload.decode()
        except UnicodeDecodeError as error:
            raise ValueError(f"the payload is not UTF-8 at byte {error.start}: no device file can read it") from error
        return cls(topic, text, bare=not isinstance(_parsed(text), dict | list))


class Whose(msgspec.Struct, frozen=True):
    """Whose the values are: the device, and the level of the topic that names it (None: none does)."""

    device: str
    level: int | None = None


def values(sample: Sample) -> list[tuple[str, object]]:
    """Return where each value of a sample stands, as JMESPath, and the value.

    Examples
    --------
    >>> values(Sample("a", '{"t":1,"odd key":{"x":[2]}}', bare=False))
    [('t', 1), ('"odd key".x[0]', 2)]
    """
    if sample.bare:
        return [("@", sample.payload)]
    found = []
    for row in _leaves(_parsed(sample.payload), ""):
        found.append(row)
        if len(found) == MOST_VALUES:
            break
    return found


def entries(emits: Sequence[Emit]) -> tuple[MapEntry, ...] | None:
    """Return the values as additions to what a family that knows the topic says; None where words need a meaning."""
    if any(emit.words for emit in emits):
        return None
    said = ("quantity", "unit", "scale", "channel", "reset")
    return tuple(
        MapEntry(path=emit.paths[0], **{name: getattr(emit, name) for name in said})  # one path each
        for emit in emits
    )


def draft(
    family: str, sample: Sample, emits: Sequence[Emit], whose: Whose | None, expected: Sequence[Reading] = ()
) -> DeviceFile:
    """Return the device file that the answers make.

    Parameters
    ----------
    family : str
        Its name: lower-case letters, digits and _.
    sample : Sample
        What was heard.
    emits : sequence of Emit
        What its values are.
    whose : Whose or None
        The device; None where a family that knows the topic names it.
    expected : sequence of Reading
        What the sample decodes to, for its example.

    Returns
    -------
    DeviceFile
        With one rule or one addition, and the sample as its example where readings are given.

    Raises
    ------
    ValueError
        If the answers do not fit together; one line with the mend.
    """
    example = Example(
        topic=sample.topic,
        payload=sample.payload,
        source="heard by heatledger discover",
        expect=tuple(_expect(each) for each in expected),
    )
    examples = (example,) if expected else ()
    if whose is None:
        said = Said(topics=(sample.topic,), map=entries(emits) or ())
        return DeviceFile(family=family, config=(said,), examples=examples)
    levels = sample.topic.split("/")
    if whose.level is not None:
        levels[whose.level] = "{device}"
    rule = Rule(
        topics=() if sample.bare else ("/".join(levels),),
        bare=("/".join(levels),) if sample.bare else (),
        device="{device}" if whose.level is not None else "/".join(filter(None, whose.device.split("/"))),
        emit=tuple(emits),
    )
    return DeviceFile(family=family, rules=(rule,), examples=examples)


def render(file: DeviceFile) -> str:
    """Return a drafted device file as TOML; it reads back as the same value."""
    lines = [
        "# Made by `heatledger discover --map`; docs/add-a-device.md explains every word.",
        f"family = {quoted(file.family)}",
    ]
    for rule in file.rules:
        key, shapes = ("bare", rule.bare) if rule.bare else ("topics", rule.topics)
        lines += [
            "",
            "[[rules]]",
            f"{key} = [{', '.join(quoted(shape) for shape in shapes if isinstance(shape, str))}]",
        ]
        lines += [f"device = {quoted(rule.device)}", *_rows("emit", rule.emit)]
    for said in file.config:
        lines += ["", "[[config]]", f"topics = [{', '.join(map(quoted, said.topics))}]", *_rows("map", said.map)]
    for example in file.examples:
        lines += ["", "[[examples]]"]
        lines += [f"{name} = {quoted(getattr(example, name))}" for name in ("topic", "payload", "source")]
        lines += _rows("expect", example.expect)
    return "\n".join([*lines, ""])


def _parsed(text: str) -> object:
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _leaves(node: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(node, dict):
        for key, value in node.items():
            name = key if _BARE_KEY.fullmatch(key) else json.dumps(key)
            yield from _leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _leaves(value, f"{path}[{number}]")
    elif node is not None:
        yield path, node


def _expect(reading: Reading) -> Expect:
    priced = (QUANTITIES[reading.quantity].unit or "").startswith("currency/")
    said = {
        "device": reading.device,
        "quantity": reading.quantity,
        "value": reading.value,
        "channel": reading.channel,
        "unit": reading.unit if priced else None,
        "reset": reading.reset or "never",
    }
    return msgspec.convert(said, Expect)


def _rows(key: str, rows: Sequence[Emit | MapEntry | Expect]) -> list[str]:
    return [f"{key} = [", *(f"  {_inline(row)}," for row in rows), "]"]


def _inline(row: Emit | MapEntry | Expect) -> str:
    """Return what a row states beyond its defaults as an inline table."""
    stated = []
    for field in msgspec.structs.fields(type(row)):
        given = getattr(row, field.name)
        if field.required or (given != field.default and given not in (None, {}, ())):
            stated.append(f"{field.name} = {_value(given)}")
    return f"{{ {', '.join(stated)} }}"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{quoted(key)} = {_value(one)}' for key, one in value.items())} }}"
    if isinstance(value, str):
        return quoted(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)
