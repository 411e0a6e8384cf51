"""Topics that were heard and not understood: what they look like, what their bytes are, and what to do about each."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from typing import Final

import msgspec

from dashboard.devices_words import mark
from heatledger.marks import marked, worded
from heatledger.plain import shown
from heatledger.store.state import SAMPLE_BYTES, Topic

MOST: Final = 200
"""How many topics the page lists."""

_SETTLED: Final = frozenset(("understood", "ignored"))
_TOGETHER: Final = "(further topics)"  # how ingest notes what is beyond the topics it tells apart
_SAMPLE: Final = 140
_BYTES, _A_LINE = 64, 8
_LONGEST_TOPIC: Final = 400
_NUMBER: Final = re.compile(rb"\s*[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\s*")
# words of a topic or of a key -> what such a number may be, the likeliest first
_LOOKS: Final = (
    (re.compile("power|watt|leistung|puissance|_w$", re.IGNORECASE), marked("power, W")),
    (re.compile("energy|kwh|consum|energie", re.IGNORECASE), marked("energy, kWh")),
    (re.compile("setpoint|target", re.IGNORECASE), marked("a temperature asked for, °C")),
    (re.compile("temp", re.IGNORECASE), marked("temperature, °C")),
    (re.compile("humid|feucht", re.IGNORECASE), marked("humidity, %")),
    (re.compile("volt|spannung", re.IGNORECASE), marked("voltage, V")),
    (re.compile("current|amp|strom", re.IGNORECASE), marked("current, A")),
    (re.compile("flow|debit|durchfluss", re.IGNORECASE), marked("flow, L/min")),
)


class Unknown(msgspec.Struct, frozen=True):
    """A topic that was heard and not understood.

    Attributes
    ----------
    id : str
        A short name for it.
    topic : str
        As it may be shown: nothing invisible in it.
    count : int
        Messages.
    first_us, last_us : int
        When it was first and last heard. [µs]
    sample : str
        The start of the last payload, as it may be shown.
    guess : str
        What it looks like, empty where it looks like nothing we know.
    note : str
        What the decoder says.
    command : str
        What makes a device file of it, empty where none can be made.
    bytes : str
        The first bytes of the payload, in hexadecimal and as text.
    """

    id: str
    topic: str
    count: int
    first_us: int
    last_us: int
    sample: str
    guess: str
    note: str
    command: str
    bytes: str


class Unknowns(msgspec.Struct, frozen=True):
    """The topics that were not understood: those that look like something first, then the newest; how many in all."""

    rows: tuple[Unknown, ...] = ()
    topics: int = 0
    messages: int = 0


def unknowns(heard: Iterable[Topic]) -> Unknowns:
    """Return the topics whose last word was not understood."""
    left = [row for row in heard if row.outcome not in _SETTLED]
    order = sorted(left, key=lambda row: (not guess(row.topic, row.sample), -row.first_us, row.topic))
    return Unknowns(tuple(_unknown(row) for row in order[:MOST]), len(left), sum(row.count for row in left))


def _unknown(row: Topic) -> Unknown:
    sample = row.sample[: 4 * _SAMPLE].decode("utf-8", "backslashreplace")
    return Unknown(
        id=f"topic-{mark(row.topic)}",
        topic=shown(row.topic, _LONGEST_TOPIC),
        count=row.count,
        first_us=row.first_us,
        last_us=row.last_us,
        sample=shown(sample, _SAMPLE),
        guess=guess(row.topic, row.sample),
        note=shown(row.note),
        command=command(row.topic),
        bytes=dump(row.sample),
    )


def guess(topic: str, sample: bytes) -> str:
    """Return what a payload looks like, judged by its form and the words of its topic; empty where it is anyone's.

    Examples
    --------
    >>> guess("shellies/attic/relay/0/power", b"218.44"), guess("x/state", b'{"temp": 21, "id": 3}'), guess("x", b"7")
    ('power, W', 'temperature, °C', 'a number')
    """
    if _NUMBER.fullmatch(sample):
        return _look([level for level in reversed(topic.split("/")) if level]) or marked("a number")
    if sample[:1] == b"{":
        try:
            document = json.loads(sample)
        except (ValueError, RecursionError):
            return ""
        numbers = [
            key for key, value in document.items() if isinstance(value, int | float) and not isinstance(value, bool)
        ]
        return _look(numbers)
    return ""


def _look(words: list[str]) -> str:
    return next((what for word in words[:_BYTES] for fits, what in _LOOKS if fits.search(word)), "")


def command(topic: str) -> str:
    r"""Return the command that drafts a decoder, empty where no shell takes the topic or no device file can hold it.

    Examples
    --------
    >>> command("ems-esp/it's"), command("odd\x1b")
    ('heatledger discover --map \'ems-esp/it\'"\'"\'s\'', '')
    """
    if not topic.isprintable() or set(topic) & set("{}+#") or len(topic) > _LONGEST_TOPIC or topic in ("", _TOGETHER):
        return ""
    joint = "=" if topic.startswith("-") else " "
    return f"heatledger discover --map{joint}{shlex.quote(topic)}"


def dump(sample: bytes) -> str:
    """Return the first bytes, eight a line, in hexadecimal and as text."""
    lines = []
    for start in range(0, min(len(sample), _BYTES), _A_LINE):
        part = sample[start : start + _A_LINE]
        seen = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
        lines.append(f"{part.hex(' '):<{3 * _A_LINE}} {seen}")
    if len(sample) >= SAMPLE_BYTES:
        lines.append(worded("the first {shown} of at least {size} bytes", shown=_BYTES, size=SAMPLE_BYTES))
    elif len(sample) > _BYTES:
        lines.append(worded("the first {shown} of {size} bytes", shown=_BYTES, size=len(sample)))
    return "\n".join(lines) or worded("no bytes: the payload was empty")
