"""From what is wanted of a device to the messages that ask it, in the device's own words; nothing else is ever sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from heatledger.commands import KINDS, What
from heatledger.control.rows import Row, choose, rows
from heatledger.control.target import CommandError, Confirmation, Known, Target, target
from heatledger.control.values import told_number, told_word, written
from heatledger.devices import DeviceFile
from heatledger.topics import template_names

_ORDER: Final = {what: place for place, what in enumerate(KINDS)}


class Wanted(msgspec.Struct, frozen=True):
    """What is wanted of one device.

    Attributes
    ----------
    device : str
        As the home file names it.
    what : str
        A key of `heatledger.commands.KINDS`.
    value : float or str
        A number in °C or K, or a word.
    unit : str
        Of a temperature: °C or °F.
    """

    device: str
    what: What
    value: float | str
    unit: Literal["°C", "°F"] = "°C"


class Taken(msgspec.Struct, frozen=True):
    """One thing that a message tells, as the device will have it.

    Attributes
    ----------
    what : str
        What was wanted.
    value : float or str
        Its value after rounding to the device's step, in the canonical unit. [°C or K]
    note : str
        What was rounded, in a sentence; empty where nothing was.
    confirmed_by : Confirmation or None
        What the device must say; None where nothing it says confirms it (sent, not confirmed).
    """

    what: What
    value: float | str
    note: str = ""
    confirmed_by: Confirmation | None = None


class Message(msgspec.Struct, frozen=True):
    """One MQTT message to a device, and what it tells: nothing where it is the second half of the one before it."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False
    takes: tuple[Taken, ...] = ()


class _Part(msgspec.Struct, frozen=True):
    """One thing wanted, in the device's text."""

    row: Row
    text: str
    taken: Taken


def messages(wanted: Sequence[Wanted], files: Sequence[DeviceFile], known: Known) -> tuple[Message, ...]:
    """Return the messages that ask one device for all that is wanted of it.

    Parameters
    ----------
    wanted : sequence of Wanted
        What is wanted, of one device.
    files : sequence of DeviceFile
        The families, what the user says of single devices, and what catalogues tell of commands.
    known : Known
        What was heard: whole-state senders fill the rest of the state from it.

    Returns
    -------
    tuple of Message
        In the order in which they are to be sent; never retained, so that nothing is told again to a device that
        comes back later.

    Raises
    ------
    CommandError
        One line, if anything cannot be sent: out of range, unsupported, unknown word, contradictory.
    """
    if not wanted:
        return ()
    points = {one.device for one in wanted}
    if len(points) > 1:
        raise CommandError(f"{', '.join(sorted(points))}: one device at a time")
    who = target(wanted[0].device, files, known)
    meant = [inner for one in wanted for inner in _meant(who, one)]
    parts = [_part(who, one) for one in sorted(meant, key=lambda one: _ORDER.get(one.what, 0))]
    _check_together(who, parts)
    out: list[Message] = []
    together: dict[tuple[str, str, str], list[_Part]] = {}
    for part in parts:
        command = part.row.command
        whole = is_whole(command.payload)
        place = (command.topic, command.payload, part.row.channel if whole else f"{part.row.channel}/{command.what}")
        together.setdefault(place, []).append(part)
    for some in together.values():
        out += _sent(who, some, parts)
    return tuple(out)


def is_whole(payload: str) -> bool:
    """Whether a payload's template carries more of the state than the one value.

    Examples
    --------
    >>> is_whole('{"power":"{power}","temp":{setpoint}}'), is_whole("{value}")
    (True, False)
    """
    return bool(template_names(payload) & frozenset(KINDS))


def _meant(who: Target, one: Wanted) -> list[Wanted]:
    """Return what a mode means to a device that has no mode off but is switched by itself: its power, told too."""
    if one.what != "mode" or not isinstance(one.value, str):
        return [one]
    taken = {row.command.what: row.command for row in reversed(list(rows(who)))}  # a device's own stand before
    if "power" not in taken or ("mode" in taken and "off" in taken["mode"].words):
        return [one]
    if one.value == "off":
        return [msgspec.structs.replace(one, what="power")]
    return [one, msgspec.structs.replace(one, what="power", value="on")]


def _part(who: Target, one: Wanted) -> _Part:
    if one.what not in KINDS:
        raise CommandError(f"{one.device}: nothing can be told {one.what!r}; known: {', '.join(KINDS)}")
    row = choose(who, one.what)
    if KINDS[one.what].words is not None:
        text, value, note = told_word(who, row.command, one.value), one.value, ""
    else:
        text, value, note = told_number(who, row.command, one.value, one.unit)
    return _Part(row, text, Taken(one.what, value, note, _confirmation(who, row, value)))


def _confirmation(who: Target, row: Row, value: float | str) -> Confirmation | None:
    """Return what confirms a value; a toggle is confirmed by nothing."""
    if row.echo is None or value == "toggle":
        return None
    identity = (who.family, who.device, *row.echo)
    if row.command.what == "power":
        return Confirmation(*identity, "off", but=value == "on")
    step = row.command.step or 0.0
    return Confirmation(*identity, value, 0.0 if isinstance(value, str) else max(0.05, step / 2.0))


def _check_together(who: Target, parts: Sequence[_Part]) -> None:
    """Refuse what contradicts itself."""
    said: dict[str, float | str] = {}
    for part in parts:
        what, value = part.taken.what, part.taken.value
        if said.setdefault(what, value) != value:
            raise CommandError(f"{who.point}: {what} both {_shown(said[what])} and {_shown(value)}; ask for one")
    if "mode" in said and "power" in said and (said["mode"] == "off") != (said["power"] == "off"):
        raise CommandError(f"{who.point}: power {said['power']} contradicts mode {said['mode']}; ask for one of them")
    low, high = said.get("setpoint_low"), said.get("setpoint_high")
    if isinstance(low, float) and isinstance(high, float) and low > high:
        raise CommandError(f"{who.point}: the band begins at {low:g} °C above its end at {high:g} °C; exchange them")


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _sent(who: Target, some: Sequence[_Part], every: Sequence[_Part]) -> list[Message]:
    """Return the message that tells some parts at once, and what must follow it."""
    row, command = some[0].row, some[0].row.command
    fills = {**row.captures, "value": some[0].text}
    if is_whole(command.payload):
        fills |= _state(who, command.payload, every)
    payload = who.fill(command.payload, fills).encode()
    told = Message(who.address(command.topic, fills), payload, takes=tuple(part.taken for part in some))
    more = [(who.address(one.topic, fills), who.fill(one.payload, fills).encode()) for one in command.also]
    return [told, *(Message(topic, text) for topic, text in more)]


def _state(who: Target, payload: str, every: Sequence[_Part]) -> dict[str, str]:
    """Return the text of every part of the state that a whole-state payload names."""
    wanted = {part.taken.what: part.text for part in every}
    values = {part.taken.what: part.taken.value for part in every}
    found: dict[str, str] = {}
    for what in KINDS:
        if what in template_names(payload):
            found[what] = wanted[what] if what in wanted else _kept(who, what, values)
    return found


def _kept(who: Target, what: What, values: Mapping[What, float | str]) -> str:
    """Return the text of a part of the state that nobody asks to change: as it is, else as the file presumes."""
    row = choose(who, what)
    command, said = row.command, who.says(row.channel, KINDS[what].echo) if KINDS[what].echo else None
    mode = values.get("mode", who.says(row.channel, "mode"))
    resting = values.get("power", mode) == "off"
    if what == "power" and (resting or mode is not None):
        said = "off" if resting else "on"
    elif what == "mode" and said is None and resting:
        said = "off"
    elif what == "mode" and said == "off" and not resting:
        said = None
    if KINDS[what].words is not None:
        word = said if isinstance(said, str) and said in command.words else command.default
        if word is not None:
            return told_word(who, command, word)
    else:
        number = said if isinstance(said, float | int) else command.at_rest if resting else None
        if number is not None:
            return written(who, command, float(number))
    raise CommandError(f"{who.point}: all of its state is sent at once, and its {what} is not known; say {what} too")
