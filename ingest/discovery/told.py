"""What catalogues tell of one topic, made ready to run beside the rules of device files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from heatledger.devices import Reject
from heatledger.emits import Emit
from ingest.rows import Message, Row
from ingest.selectors import as_number, compile_selector

Read = Callable[[object], object]
"""Picks a value out of a payload; None where there is none."""

_NOTHING_REFUSED: Final = Reject()


class Identity(NamedTuple):
    """What readings are of."""

    family: str
    device: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Linear:
    """A number picked and moved: value × scale + offset, in the source's unit."""

    paths: tuple[str, ...]
    scale: float
    offset: float

    def __call__(self, document: object) -> object:
        """Return the number, None where no path leads to one."""
        for path in self.paths:
            number = as_number(compile_selector(path)(document))
            if number is not None:
                return number * self.scale + self.offset
        return None


@dataclass(frozen=True, slots=True)
class Entity:
    """What a catalogue says beside the value: its id, how to command it, and what tells whether it can be reached."""

    unique_id: str = ""
    command_topic: str = ""
    availability: tuple[str, ...] = ()
    availability_mode: str = ""
    attributes_topic: str = ""
    owner: str = ""
    """What tells two devices of one name apart."""


@dataclass(frozen=True, slots=True)
class Told:
    """One value of a topic as a catalogue explains it.

    Attributes
    ----------
    topic : str
        Where it is published.
    identity : Identity
        Family, device and channel; on a topic of a family that leaves the meaning of its values open, the family's.
    emit : Emit
        The row that makes the reading.
    read : callable, optional
        Picks the value where the row's path alone cannot.
    entity : Entity
        What else the catalogue says of it.
    """

    topic: str
    identity: Identity
    emit: Emit
    read: Read | None = None
    entity: Entity = Entity()


class OnTopic:
    """What is told of one topic; its rows are compiled when its first message comes.

    Parameters
    ----------
    told : tuple of Told
        The values of the topic.
    twins : frozenset of str
        Names that several devices have; these are told apart by their owner's id.
    """

    def __init__(self, told: tuple[Told, ...], twins: frozenset[str] = frozenset()) -> None:
        self.told, self._twins = told, twins

    @cached_property
    def _rows(self) -> list[tuple[Row, Read | None, Identity]]:
        rows = [Row(one.emit, _NOTHING_REFUSED, "", contested=True) for one in self.told]
        return [(row, one.read, self._identity(one)) for row, one in zip(rows, self.told, strict=True)]

    def _identity(self, one: Told) -> Identity:
        family, device, channel = one.identity
        twin = one.entity.owner and device in self._twins
        return Identity(family, f"{device} ({one.entity.owner})", channel) if twin else one.identity

    def run(self, document: object, message: Message, identity: tuple[str, str, str] | None) -> None:
        """Append the readings of a payload; what is there already stands.

        Parameters
        ----------
        document : object
            The payload, parsed.
        message : Message
            The message; gets the readings.
        identity : tuple of str or None
            Family, device and channel, where a family says so; else what the catalogue says.
        """
        message.seen.update((one.device, one.channel, one.quantity) for one in message.readings)
        message.time_us = message.time_us or message.received_us
        for row, read, told in self._rows:
            message.family, device, channel = identity or told
            row.run(document if read is None else read(document), device, channel, message)
