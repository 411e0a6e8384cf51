"""Which command of a device file is meant for a device, and on which of its channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from heatledger.commands import Command, What
from heatledger.control.target import CommandError, Target
from heatledger.topics import compile_shape, template_names


class Row(NamedTuple):
    """A command on one channel of a device, what the channel's shape captures, and where it is echoed.

    Attributes
    ----------
    command : Command
        As the device file has it.
    channel : str
        Which channel; empty for the device as a whole.
    captures : mapping of str to str
        What fills the templates.
    echo : tuple of str or None
        Channel and quantity that confirm it.
    """

    command: Command
    channel: str
    captures: Mapping[str, str]
    echo: tuple[str, str] | None


def rows(who: Target) -> Iterator[Row]:
    """Yield every command the device takes, channel by channel.

    A command that needs something no message tells (a vendor) is for devices of which the user says it; one that is
    echoed is for devices that were heard to say what echoes it. Of a device never heard nothing is known, and every
    other command of its family may be for it.
    """
    channels = sorted(who.channels | {who.channel or ""})
    for command in who.commands:
        for channel in channels if command.channel else [""]:
            captures = compile_shape(command.channel).match(channel) if command.channel else {}
            if captures is None or who.channel not in (None, channel):
                continue
            echo = (channel, command.echoed_by) if command.echoed_by else None
            if _is_for(who, command, channel, echo):
                yield Row(command, channel, captures, echo)


def _is_for(who: Target, command: Command, channel: str, echo: tuple[str, str] | None) -> bool:
    asked = {name for text in command.templates for name in template_names(text)}
    must = [name for name, need in who.needs.items() if name in asked and need.default is None]
    if must:
        return all(name in who.fills for name in must)
    if not who.said:
        return True
    if echo is not None:
        return echo in who.said
    if not command.heard:
        return True
    return any((where, command.heard) in who.said for where in (channel, ""))


def choose(who: Target, what: What) -> Row:
    """Return the one command that tells a device something.

    Raises
    ------
    CommandError
        If it cannot be told that, or the channel must be named.
    """
    every = list(rows(who))
    fits = [row for row in every if row.command.what == what]
    if not fits:
        takes = ", ".join(dict.fromkeys(row.command.what for row in every))
        raise CommandError(f"{who.point}: it cannot be told {what}; {_instead(who, what, takes)}")
    if len({row.channel for row in fits}) > 1:
        several = ", ".join(f"{who.family}:{who.device}:{row.channel}" for row in fits if row.channel)
        raise CommandError(f"{who.point}: it can be told {what} on several channels; say which: {several}")
    return fits[0]


def _instead(who: Target, what: What, takes: str) -> str:
    """Return what to do where a device cannot be told something."""
    wants = [name for name, need in who.needs.items() if need.default is None and name not in who.fills]
    lacks = [command for command in who.commands if command.what == what and wants]
    if lacks:
        return f"say its {wants[0]} first ({who.needs[wants[0]].about}), under [[given]] in a device file"
    return f"it takes: {takes}" if takes else f"no command of {who.family} is known for it"
