"""The schema in InfluxDB: how readings, intervals and deliveries become line protocol, and how names are quoted.

Four measurements share the tags home, family, device, channel and quantity: `reading` (value, state, flags), `interval`
(energy, mean, min, max, last, coverage, state, flags), `series` (unit, kind, reset) and, without them, `delivery`.
`flags` is always written and says what the other fields mean, because a point written twice keeps the fields of both.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from heatledger.readings import Intervals, Reading, SeriesKey, Value
from heatledger.store import Delivery

TAGS: Final = SeriesKey._fields
NUMBERS: Final = ("energy", "mean", "min", "max", "last", "coverage")
"""The numeric fields of an interval, in the order of its missing bits."""

BY_SERIES: Final = 'GROUP BY "family", "device", "channel", "quantity"'

KIND_SHIFT: Final = 16
NUMBER, NAN, INFINITE, MINUS_INFINITE, FALSE, TRUE, WORD = range(7)
"""What a reading's value is: the bits of its field `flags` above the sixteen of `Flag`."""
STATED: Final = 1 << (KIND_SHIFT + len(NUMBERS))
"""An interval has a state; the bits below it, down to 16, name the numbers that are missing."""
DELETED: Final = STATED << 1
"""An interval that was deleted: no engine after 2.x deletes points."""

FLAGS_MASK: Final = (1 << KIND_SHIFT) - 1
_SPECIAL: Final = {NAN: math.nan, INFINITE: math.inf, MINUS_INFINITE: -math.inf, FALSE: False, TRUE: True}
_UNSAFE: Final = re.compile(r"[%\\\x00-\x1f\x7f]")
_ESCAPED: Final = re.compile(r"([, =])")
_HEX: Final = re.compile(r"%([0-9A-F]{2})")
_packed = msgspec.msgpack.Encoder().encode
_unpacked = msgspec.msgpack.Decoder(list[int | bytes]).decode


def tag_value(name: str) -> str:
    r"""Return how a name is kept as a tag: line protocol has no sound way for backslashes and control characters.

    Examples
    --------
    >>> tag_value("Living room"), tag_value("100 % a\\b"), name_of(tag_value("100 % a\\b\n"))
    ('Living room', '100 %25 a%5Cb', '100 % a\\b\n')
    """
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", name)


def name_of(tag: str) -> str:
    """Return the name that a tag's value stands for."""
    return _HEX.sub(lambda found: chr(int(found[1], 16)), tag) if "%" in tag else tag


def literal(name: str) -> str:
    r"""Return a name as an InfluxQL string.

    Examples
    --------
    >>> print(literal("it's"))
    'it\'s'
    """
    return "'" + tag_value(name).replace("'", "\\'") + "'"


def where(home: str, family: str | None = None, device: str | None = None) -> str:
    """Return the InfluxQL condition that a home, one of its families and one of its devices is meant.

    Examples
    --------
    >>> print(where("home", "tasmota"))
    "home" = 'home' AND "family" = 'tasmota'
    """
    asked = (("home", home), ("family", family), ("device", device))
    return " AND ".join(f'"{tag}" = {literal(name)}' for tag, name in asked if name is not None)


def head(measurement: str, key: SeriesKey) -> str:
    r"""Return the part of a line that names the series; a tag that would be empty is left out.

    Examples
    --------
    >>> head("reading", SeriesKey("home", "tasmota", "plug 1", "", "power"))
    'reading,home=home,family=tasmota,device=plug\\ 1,quantity=power'
    """
    tags = ((name, _ESCAPED.sub(r"\\\1", tag_value(value))) for name, value in zip(TAGS, key, strict=True) if value)
    return ",".join((measurement, *(f"{name}={value}" for name, value in tags)))


def text(word: str) -> str:
    r"""Return a word as a string field.

    Examples
    --------
    >>> print(text('say "hi"'))
    "say \"hi\""
    """
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def reading_fields(value: Value, flags: int) -> str:
    """Return a reading's fields.

    Examples
    --------
    >>> reading_fields(21.5, 0), reading_fields(True, 1), reading_fields("heat", 0), reading_fields(float("nan"), 8)
    ('value=21.5,flags=0i', 'state="true",flags=327681i', 'state="heat",flags=393216i', 'flags=65544i')
    """
    if isinstance(value, bool):
        return f'state="{"true" if value else "false"}",flags={flags | (TRUE if value else FALSE) << KIND_SHIFT}i'
    if isinstance(value, str):
        return f"state={text(value)},flags={flags | WORD << KIND_SHIFT}i"
    number = float(value)
    if math.isfinite(number):
        return f"value={number!r},flags={flags}i"
    kind = NAN if math.isnan(number) else INFINITE if number > 0 else MINUS_INFINITE
    return f"flags={flags | kind << KIND_SHIFT}i"


def reading_value(flags: int, number: float | None, state: str | None) -> tuple[Value, int]:
    """Return the value and the flags that a point's fields stand for.

    Examples
    --------
    >>> reading_value(327681, 3.0, "true"), reading_value(2, 3.0, None), reading_value(393216, None, None)
    ((True, 1), (3.0, 2), ('', 0))
    """
    kind = flags >> KIND_SHIFT
    if kind == NUMBER:
        return (math.nan if number is None else number), flags
    return (state or "") if kind == WORD else _SPECIAL[kind], flags & FLAGS_MASK


def series_line(measurement: str, reading: Reading) -> str:
    """Return the line that keeps what a series means, stamped like the reading that told it."""
    meaning = f"unit={text(reading.unit or '')},kind={text(reading.kind)},reset={text(reading.reset)}"
    return f"{head(measurement, reading.key)} {meaning} {reading.time_us}"


def interval_lines(measurement: str, block: Intervals) -> Iterator[str]:
    """Yield a line for each interval of a series."""
    start = head(measurement, block.key)
    columns = [getattr(block, name).tolist() for name in NUMBERS]
    words: Sequence[str | None] = block.state or [None] * len(block.start_s)
    for begins, flags, word, *numbers in zip(
        block.start_s.tolist(), block.flags.tolist(), words, *columns, strict=True
    ):
        bits, parts = flags, []
        for place, number in enumerate(numbers):
            if math.isfinite(number):
                parts.append(f"{NUMBERS[place]}={number!r}")
            else:
                bits |= 1 << (KIND_SHIFT + place)
        if word is not None:
            parts.append(f"state={text(word)}")
            bits |= STATED
        parts.append(f"flags={bits}i")
        yield f"{start} {','.join(parts)} {begins}000000"


def deleted_lines(measurement: str, key: SeriesKey, starts_us: Iterable[int]) -> Iterator[str]:
    """Yield lines that mark intervals as deleted."""
    start = head(measurement, key)
    return (f"{start} flags={DELETED}i {start_us}" for start_us in starts_us)


def delivery_line(measurement: str, deliveries: Iterable[Delivery], *, seq: int, time_us: int) -> str:
    """Return the line that notes deliveries; `seq` orders it among all others."""
    flat = [part for delivery in deliveries for part in delivery]
    return f'{measurement} seq={seq}i,body="{base64.b64encode(_packed(flat)).decode()}" {time_us}'


def deliveries_of(body: str) -> Iterator[tuple[int, bytes]]:
    """Yield the packet ids and digests that a line notes."""
    items = iter(_unpacked(base64.b64decode(body)))
    yield from zip(items, items, strict=True)
