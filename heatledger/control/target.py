"""The device that is to be told something: who the home file means, how it is addressed, what it said last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from heatledger.commands import Command, Need
from heatledger.devices import DeviceFile
from heatledger.home import names
from heatledger.readings import SeriesKey, Value
from heatledger.topics import compile_shape, render, template_names
from heatledger.vocabulary import nearest

_UNSAFE: Final = re.compile(r'["\\\x00-\x1f\x7f]')


class CommandError(ValueError):
    """A command that is not sent; the message is one line: what, where, the mend."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the devices of a home when one is to be told something.

    Attributes
    ----------
    values : mapping of SeriesKey to float, str or bool
        The newest value of every series heard.
    topics : mapping of str to str
        Topics that were heard, and the family each belongs to: a user's own base topic is learned from them.
    """

    values: Mapping[SeriesKey, Value] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)


class Confirmation(NamedTuple):
    """What the device must say for a command to be confirmed: which series, and what value.

    Attributes
    ----------
    family, device, channel, quantity : str
        The series, but for the home.
    value : float or str
        What it must read, in the canonical unit.
    tolerance : float
        How far a number may lie from it.
    but : bool
        Any other word than `value` confirms.
    """

    family: str
    device: str
    channel: str
    quantity: str
    value: float | str
    tolerance: float = 0.0
    but: bool = False

    def holds(self, said: Value) -> bool:
        """Whether what the device says confirms the command.

        Examples
        --------
        >>> Confirmation("esphome", "den", "ac", "setpoint", 21.0, 0.25).holds(21.2)
        True
        >>> Confirmation("faikin", "den", "", "mode", "off", but=True).holds("heat")
        True
        """
        if isinstance(self.value, str):
            return (said == self.value) != self.but
        if isinstance(said, (str, bool)):
            return False
        return abs(said - self.value) <= self.tolerance


@dataclass(frozen=True, slots=True)
class Target:
    """One device, resolved: its identity, what it said last, and what fills its templates."""

    point: str
    family: str
    device: str
    channel: str | None
    """The channel the home file names; None where it names the device only."""
    said: Mapping[tuple[str, str], Value]
    """By channel and quantity."""
    commands: tuple[Command, ...]
    needs: Mapping[str, Need]
    fills: Mapping[str, str]
    degrees: Literal["C", "F"] | None
    """The unit of its temperatures, None where it cannot be told."""

    @property
    def channels(self) -> frozenset[str]:
        """The channels it was heard on."""
        return frozenset(channel for channel, _ in self.said)

    def says(self, channel: str, quantity: str) -> Value | None:
        """Return what the device last said of a quantity on a channel; None where it never did."""
        return self.said.get((channel, quantity))

    def fill(self, template: str, more: Mapping[str, str]) -> str:
        """Return a payload's template, filled; what is no name in braces stays as it is."""
        known = {**self.fills, **more}
        return re.sub(r"\{([a-z_][a-z0-9_]*)\}", lambda name: self._one(name[1], known), template)

    def address(self, template: str, more: Mapping[str, str]) -> str:
        """Return a topic's template, filled; a level that is left empty is left out."""
        known = {**self.fills, **more}
        topic = render(template, {name: self._one(name, known) for name in template_names(template)})
        topic = f"/{topic}" if template.startswith("/") else topic
        if "+" in topic or "#" in topic:
            raise CommandError(f"{self.point}: nothing can be published on {topic!r}; a topic holds no + and no #")
        return topic

    def _one(self, name: str, known: Mapping[str, str]) -> str:
        if name in known:
            return known[name]
        need = self.needs.get(name)
        if need is None or need.default is None:
            about = f" ({need.about})" if need else ""
            raise CommandError(
                f"{self.point}: its {name} is not known{about}; say it in a device file: [[given]] "
                f'device = "{self.family}:{self.device}", says = {{ {name} = "…" }}'
            )
        return re.sub(r"\{([a-z_]+)\}", lambda inner: self._one(inner[1], known), need.default)


def target(point: str, files: Sequence[DeviceFile], known: Known) -> Target:
    """Find the device that a point of the home file means.

    Parameters
    ----------
    point : str
        As the home file writes it: ``device``, ``device:channel``, ``family:device`` or ``family:device:channel``.
    files : sequence of DeviceFile
        The families there are, and what the user says of single devices.
    known : Known
        What was heard.

    Returns
    -------
    Target
        The device.

    Raises
    ------
    CommandError
        If no device or more than one answers to that name, or something the user says of it cannot be.
    """
    heard = [key for key in known.values if point in names(key)]
    found = {(key.family, key.device) for key in heard} or set(_never_heard(point, files))
    if not found:
        raise CommandError(f"{point}: no device of that name was heard; see what was with: heatledger discover")
    if len(found) > 1:
        several = ", ".join(sorted(f"{family}:{device}" for family, device in found))
        raise CommandError(f"{point}: more than one device answers to that name; say which: {several}")
    ((family, device),) = found
    rest = point.removeprefix(f"{family}:").removeprefix(device).removeprefix(":")
    said = {
        (key.channel, key.quantity): value
        for key, value in known.values.items()
        if (key.family, key.device) == (family, device)
    }
    own = [file for file in files if file.family == family]
    needs = {name: need for file in own for name, need in file.needs.items()}
    given = _given(files, family, device, needs)
    degrees = _degrees(files, known, (family, device), own, given)
    told = {**given, **({"temp_unit": degrees} if degrees else {})}
    fills = {"device": device, **_captured(own, family, device, known)}
    fills |= {name: needs[name].text(text) for name, text in told.items() if name in needs}
    own_first = sorted((one for file in own for one in file.commands), key=lambda one: one.device != device)
    commands = tuple(one for one in own_first if one.device in ("", device))
    return Target(point, family, device, rest or None, said, commands, needs, fills, degrees)


def _never_heard(point: str, files: Sequence[DeviceFile]) -> Iterable[tuple[str, str]]:
    """Return the device of a point that names its family too, or of which the user says something."""
    families = {file.family for file in files}
    said = [given.device for file in files for given in file.given]
    for text in (point, *(device for device in said if device.endswith(f":{point}"))):
        family, _, device = text.partition(":")
        if family in families and device:
            yield family, device


def _captured(own: list[DeviceFile], family: str, device: str, known: Known) -> dict[str, str]:
    """Return what the shapes of the family capture of the topics on which the device was heard."""
    return {
        name: text
        for captures in _matches(own, family, device, known)
        for name, text in captures.items()
        if name != "device"
    }


def _matches(own: list[DeviceFile], family: str, device: str, known: Known) -> Iterable[dict[str, str]]:
    for topic in sorted(topic for topic, whose in known.topics.items() if whose == family):
        for rule in (rule for file in own for rule in file.rules):
            for shape in map(compile_shape, rule.shapes):
                captures = shape.match(topic)
                asked = template_names(rule.device)
                if captures is not None and asked <= captures.keys() and render(rule.device, captures) == device:
                    yield captures


def _given(files: Sequence[DeviceFile], family: str, device: str, needs: Mapping[str, Need]) -> dict[str, str]:
    """Return what the user says of the device, checked."""
    said: dict[str, str] = {}
    for given in (given for file in files for given in file.given):
        if given.device in (device, f"{family}:{device}"):
            for name, text in given.says.items():
                _check_given(given.device, name, text, needs)
                said[name] = text
    return said


def _check_given(device: str, name: str, text: str, needs: Mapping[str, Need]) -> None:
    where = f"[[given]] device = {device!r}"
    if name == "temp_unit":
        if text not in ("C", "F"):
            raise CommandError(f"{where}: temp_unit {text!r} is neither C nor F")
        return
    if name not in needs:
        raise CommandError(
            f"{where}: nothing of this family needs {name!r}; known: {', '.join(sorted(needs)) or 'nothing'}"
        )
    if needs[name].known and text.lower() not in map(str.lower, needs[name].known):
        raise CommandError(f"{where}: unknown {name} {text!r}; {nearest(text, needs[name].known)}")
    if _UNSAFE.search(text):
        raise CommandError(f"{where}: {name} {text!r} holds a quote, a backslash or a control character; leave it out")


def _degrees(
    files: Sequence[DeviceFile], known: Known, who: tuple[str, str], own: list[DeviceFile], given: Mapping[str, str]
) -> Literal["C", "F"] | None:
    """Return the unit of a device's temperatures where its messages do not say: as the user says, °C where nobody does.

    Where the user says °F of some topics and those of this device were not heard, it cannot be told.
    """
    if "temp_unit" in given:
        return "F" if given["temp_unit"] == "F" else "C"
    said_f = [said for file in files for said in file.config if said.temp_unit == "F"]
    warm = [compile_shape(shape) for said in said_f for shape in said.topics]
    if not warm:
        return "C"
    family, device = who
    topics = [topic for topic, whose in known.topics.items() if whose == family and _is_of(topic, own, device)]
    if not topics:
        return None
    return "F" if any(shape.match(topic) is not None for shape in warm for topic in topics) else "C"


def _is_of(topic: str, own: list[DeviceFile], device: str) -> bool:
    one = Known(topics={topic: own[0].family})
    return any(True for _ in _matches(own, own[0].family, device, one))
