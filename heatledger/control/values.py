"""Numbers and words as a device takes them: within its range, at its step, in its unit, in its own text."""

from __future__ import annotations

import math
from typing import Final

from heatledger.commands import KINDS, Command
from heatledger.control.target import CommandError, Target
from heatledger.vocabulary import TEMPERATURE_UNIT, nearest

_FAHRENHEIT_STEP: Final = 1.0


def told_word(who: Target, command: Command, value: float | str) -> str:
    """Return the device's text for a word.

    Raises
    ------
    CommandError
        If it has none.
    """
    if not isinstance(value, str):
        raise CommandError(f"{who.point}: {command.what} is a word, not {value!r}; known: {', '.join(command.words)}")
    if value not in command.words:
        raise CommandError(f"{who.point}: it knows no {command.what} {value!r}; {nearest(value, command.words)}")
    return command.words[value]


def told_number(who: Target, command: Command, value: float | str, unit: str) -> tuple[str, float, str]:
    """Return the device's text for a number, the value it stands for, and what was rounded.

    Parameters
    ----------
    who : Target
        The device.
    command : Command
        What is told.
    value : float or str
        The number. [`unit`]
    unit : str
        °C or °F; of a difference it says nothing.

    Returns
    -------
    tuple of str, float and str
        The text; the value that the device will have, in the canonical unit; a sentence, or none.

    Raises
    ------
    CommandError
        If it is no finite number or outside the device's range.
    """
    if isinstance(value, (str, bool)) or not math.isfinite(value):
        raise CommandError(f"{who.point}: {command.what} is a number, not {value!r}; say one in {shown_range(command)}")
    canonical = KINDS[command.what].unit or ""
    asked = (value - 32.0) / 1.8 if unit == "°F" and canonical == "°C" else float(value)
    low, high = limits(command)
    if not low <= asked <= high:
        said = f"{value:g} °F ({asked:.1f} °C)" if asked != value else f"{value:g} {canonical}"
        raise CommandError(f"{who.point}: {command.what} {said} is out of range; it takes {shown_range(command)}")
    number = on_step(who, command, asked)
    got = from_device(who, command, number)
    note = ""
    if abs(got - asked) > 0.005:
        step, own = step_of(who, command), "°F" if is_warm(who, command) else canonical
        note = f"{asked:.4g} {canonical} becomes {got:.4g} {canonical}: the device moves in steps of {step:g} {own}"
    return shortest(number), got, note


def written(who: Target, command: Command, value: float) -> str:
    """Return the text of a number that is known already, brought into the device's range and step."""
    low, high = limits(command)
    return shortest(on_step(who, command, min(max(value, low), high)))


def limits(command: Command) -> tuple[float, float]:
    """Return what a command takes, in the canonical unit [°C or K]."""
    return (-math.inf if command.min is None else command.min, math.inf if command.max is None else command.max)


def shown_range(command: Command) -> str:
    """Return a command's range as text."""
    low, high = limits(command)
    return f"{low:g} to {high:g} {KINDS[command.what].unit}"


def is_warm(who: Target, command: Command) -> bool:
    """Whether a device takes this number in °F.

    Raises
    ------
    CommandError
        If that cannot be told.
    """
    if command.unit == TEMPERATURE_UNIT and who.degrees is None:
        raise CommandError(
            f"{who.point}: some devices of this home are set to °F, and whether this one is was not heard; say it in a "
            f'device file: [[given]] device = "{who.family}:{who.device}", says = {{ temp_unit = "C" }} (or "F")'
        )
    return command.unit == "°F" or (command.unit == TEMPERATURE_UNIT and who.degrees == "F")


def step_of(who: Target, command: Command) -> float:
    """Return the step of a number, in the device's unit."""
    if is_warm(who, command) and command.unit == TEMPERATURE_UNIT:
        return _FAHRENHEIT_STEP
    return command.step or 1.0


def on_step(who: Target, command: Command, value: float) -> float:
    """Return a canonical number in the device's unit, at the nearest of its steps that lies within its range."""
    step, warm = step_of(who, command), is_warm(who, command)
    low, high, wanted = (one * 1.8 + 32.0 if warm else one for one in (*limits(command), value))
    count = min(max(math.floor(wanted / step + 0.5), math.ceil(low / step - 1e-9)), math.floor(high / step + 1e-9))
    return round(count * step, 6) + 0.0


def from_device(who: Target, command: Command, number: float) -> float:
    """Return a number in the device's unit as canonical."""
    return (number - 32.0) / 1.8 if is_warm(who, command) else number


def shortest(number: float) -> str:
    """Return a number in as few digits as say it.

    Examples
    --------
    >>> shortest(22.0), shortest(21.5), shortest(-0.0)
    ('22', '21.5', '0')
    """
    return f"{number + 0.0:.10g}"
