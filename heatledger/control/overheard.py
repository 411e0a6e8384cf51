"""What others tell a device: the topics on which it takes commands, and what a message there asks of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from heatledger.commands import KINDS, Command, What
from heatledger.control.rows import Row, rows
from heatledger.control.target import CommandError, Known, Target, target
from heatledger.control.values import from_device
from heatledger.devices import DeviceFile

_FIRST: Final = 7_100_200_300
_MARKS: Final = {name: str(_FIRST + at) for at, name in enumerate(("value", *KINDS))}
"""Numbers that no payload holds stand for the names of a template: they are JSON with quotes and without."""


def listens(device: str, files: Sequence[DeviceFile], known: Known) -> frozenset[str]:
    """Return the topics on which a device takes commands, as far as they are known.

    Parameters
    ----------
    device : str
        As the home file names it.
    files : sequence of DeviceFile
        The families, what the user says of single devices, and what catalogues tell of commands.
    known : Known
        What was heard. A topic that gives readings is none of commands alone, and is left out.
    """
    try:
        who = target(device, files, known)
        topics = [_address(who, row) for row in rows(who)]
    except CommandError:
        return frozenset()
    return frozenset(where for where in topics if where and where not in known.topics)


def overheard(
    device: str, topic: str, payload: bytes, files: Sequence[DeviceFile], known: Known
) -> dict[What, float | str]:
    """Return what a message on a command topic asks of a device, in our words and units [°C]; nothing where unclear.

    Parameters
    ----------
    device : str
        As the home file names it.
    topic : str
        One of `listens`.
    payload : bytes
        By whomever.
    files, known
        As for `listens`.
    """
    found: dict[What, float | str] = {}
    try:
        who, text = target(device, files, known), payload.decode()
        for row in rows(who):
            said = _said(who, row, text) if _address(who, row) == topic else None
            value = None if said is None else _ours(who, row.command, said)
            if value is not None:
                found.setdefault(row.command.what, value)
    except (CommandError, UnicodeDecodeError):
        return {}
    return found


def _address(who: Target, row: Row) -> str:
    try:
        return who.address(row.command.topic, row.captures)
    except CommandError:
        return ""


def _said(who: Target, row: Row, text: str) -> object:
    """Return what stands in a payload where a command's template has its value; None where nothing does."""
    captured = {name: str(_FIRST + len(_MARKS) + at) for at, name in enumerate(row.captures)}
    try:
        template = who.fill(row.command.payload, {**_MARKS, **captured})
    except CommandError:
        return None
    if template == _MARKS["value"]:
        return text
    marks = (_MARKS["value"], _MARKS[row.command.what])
    form, said = _parsed(template), _parsed(text)
    if not isinstance(form, dict):
        pattern = "(.+)".join(map(re.escape, template.split(_MARKS["value"])))
        bare = re.fullmatch(pattern, text)
        return bare[1] if bare and bare.groups() else None
    places = _leaves(form)
    held = {path: str(value) for path, value in _leaves(said).items()}
    ours = {captured[name]: text for name, text in row.captures.items()}
    if any(held.get(path) not in (None, ours[mark]) for path, mark in places.items() if mark in ours):
        return None
    return next((_leaves(said).get(path) for path, mark in places.items() if mark in marks), None)


def _ours(who: Target, command: Command, said: object) -> float | str | None:
    """Return a value in our words, or in °C."""
    if KINDS[command.what].words is None:
        try:
            return from_device(who, command, float(str(said)))
        except ValueError:
            return None
    fits = [word for word, theirs in command.words.items() if _is(theirs, said)]
    return max(fits, key=lambda word: len(command.words[word]), default=None)


def _is(theirs: str, said: object) -> bool:
    """Whether a device's text for a word is what was said, or a part of it where that is JSON."""
    text = said if isinstance(said, str) else json.dumps(said)
    form, whole = _parsed(theirs), _parsed(text)
    if isinstance(form, dict):
        return isinstance(whole, dict) and bool(form) and form.items() <= whole.items()
    return theirs.strip('"') == text.strip('"')


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _leaves(form: object, path: tuple[str, ...] = ()) -> Mapping[tuple[str, ...], object]:
    """Return the single values of a JSON object by their paths; integers as text, as marks are."""
    if isinstance(form, dict):
        return {where: leaf for key, one in form.items() for where, leaf in _leaves(one, (*path, key)).items()}
    if isinstance(form, list) or not path:
        return {}
    return {path: str(form) if isinstance(form, int) and not isinstance(form, bool) else form}
