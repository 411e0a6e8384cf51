"""A zone as the loop sees it: its limits, what is heard of it, what its devices will have of a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from heatledger.control.envelope import Refused, Request
from heatledger.control.events import Event
from heatledger.control.moment import Moment
from heatledger.control.zone import Said
from heatledger.limits import Limits


class Place(NamedTuple):
    """A zone that may be commanded: its limits, its outdoor unit (or units), and the zones that share those."""

    zone: str
    unit: str
    others: tuple[str, ...]
    limits: Limits


class Heard(NamedTuple):
    """What was last heard of a zone.

    Attributes
    ----------
    mode, setpoint, celsius : str, float and float, each or None
        What its first device says; how warm the room is, None where that is not fresh. [°C]
    heard : bool
        Whether what its devices say is fresh.
    spoke : Moment or None
        When its first device last said live what it is set to.
    usual_s : float
        How often they say so. [s]
    runs : tuple of bool or None
        Whether the compressor of each of its outdoor units does.
    also : tuple of Said
        What its further devices say.
    action : str or None
        What it does, as it says.
    drawn : tuple of bool or None
        As `runs`, but by what the circuit of each draws alone; None where nothing measures that.
    """

    mode: str | None = None
    setpoint: float | None = None
    celsius: float | None = None
    heard: bool = False
    spoke: Moment | None = None
    usual_s: float = 0.0
    runs: tuple[bool | None, ...] = ()
    also: tuple[Said, ...] = ()
    action: str | None = None
    drawn: tuple[bool | None, ...] = ()

    @property
    def devices(self) -> tuple[Said, ...]:
        """What each device says."""
        return (Said(self.mode, self.setpoint, self.spoke), *self.also)


class Rendered(NamedTuple):
    """What a zone's devices will have of a request after rounding to their steps, and if one never says so. [°C].

    `heats` says that they know no mode at all, as a radiator's thermostat: what they have is a set-point for heating;
    `says_mode`, that they say which mode they are in.
    """

    setpoint: float | None
    mode: str | None
    one_way: bool = False
    heats: bool = False
    says_mode: bool = True


class Send(NamedTuple):
    """What is to leave now; the row of the log that says so is on disk."""

    zone: str
    event: Event


Render = Callable[[str, Request], Rendered | Refused]
"""Takes zone and request; returns what its device will have, or why it cannot be told that."""
