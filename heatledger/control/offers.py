"""What a device can be told: the ranges, steps and words of each command, and what confirms it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from heatledger.commands import KINDS, What
from heatledger.control.messages import is_whole
from heatledger.control.rows import Row, rows
from heatledger.control.target import Known, Target, target
from heatledger.control.values import is_warm, limits, step_of
from heatledger.devices import DeviceFile


class Offer(msgspec.Struct, frozen=True):
    """One thing a device can be told.

    Attributes
    ----------
    family, device, channel : str
        Who takes it.
    what : str
        A key of `heatledger.commands.KINDS`.
    low, high : float or None
        The range of a number. [°C or K]
    step : float or None
        Its step. [K]
    unit : str or None
        °C or K; None for a word.
    words : tuple of str
        The words there are; none for a number.
    confirmed_by : tuple of str or None
        Channel and quantity in which the device itself says that it obeyed; None where it never does (one way).
    whole : bool
        All of the state is sent with it.
    note : str
        What to know.
    """

    family: str
    device: str
    channel: str
    what: What
    low: float | None
    high: float | None
    step: float | None
    unit: str | None
    words: tuple[str, ...]
    confirmed_by: tuple[str, str] | None
    whole: bool
    note: str


def offers(device: str, files: Sequence[DeviceFile], known: Known) -> tuple[Offer, ...]:
    """Return all that a device can be told.

    Parameters
    ----------
    device : str
        As the home file names it.
    files : sequence of DeviceFile
        The families, what the user says of single devices, and what catalogues tell of commands.
    known : Known
        What was heard.

    Returns
    -------
    tuple of Offer
        In the order of `heatledger.commands.KINDS`; none where it can be told nothing.

    Raises
    ------
    CommandError
        If no device or more than one answers to that name.
    """
    who = target(device, files, known)
    order = list(KINDS)
    found: dict[tuple[What, str], Offer] = {}
    for row in rows(who):
        found.setdefault((row.command.what, row.channel), _offer(who, row))
    return tuple(sorted(found.values(), key=lambda one: (order.index(one.what), one.channel)))


def _offer(who: Target, row: Row) -> Offer:
    command, kind = row.command, KINDS[row.command.what]
    low = high = step = None
    if kind.words is None:
        low, high = limits(command)
        step = step_of(who, command) / (1.8 if is_warm(who, command) else 1.0)
    place, whole = (who.family, who.device, row.channel), is_whole(command.payload)
    words = tuple(command.words)
    return Offer(*place, command.what, low, high, step, kind.unit, words, row.echo, whole, command.note)
