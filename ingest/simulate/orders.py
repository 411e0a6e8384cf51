"""What the devices of the demo home were told, and how the house follows: a set-point or mode stands until another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from heatledger.readings import Floats
from ingest.simulate.devices import WORDS
from ingest.simulate.house import ZONES
from ingest.simulate.people import Doings

RELAYS: Final = ("living", "kids", "water")
"""Circuits that a relay switches, in the order of `people.Doings.powered`."""
_SIGNS: Final = {"heat": 1.0, "cool": -1.0}
_OWN: Final = "heat_cool"
"""The mode in which a unit heats on heating days and cools on cooling days."""


class Orders(msgspec.Struct):
    """What stands: by zone a set-point [°C], a mode and a fan step; and the circuits whose relay is off.

    A zone of which nothing was told follows the programme of its people.
    """

    setpoint_c: dict[str, float] = {}
    mode: dict[str, str] = {}
    fan: dict[str, str] = {}
    off: list[str] = []


def obeyed(driven: Doings, orders: Orders) -> Doings:
    """Return what drives the house where devices were told otherwise than people's programmes have it.

    Parameters
    ----------
    driven : Doings
        By the programmes.
    orders : Orders
        What was told.

    Returns
    -------
    Doings
        The same where nothing was told.
    """
    if orders == Orders():
        return driven
    setpoint_c, mode, fan, sign = (column.copy() for column in driven[1:5])
    for number, zone in enumerate(ZONES):
        setpoint_c[:, number] = orders.setpoint_c.get(zone.id, setpoint_c[:, number])
        fan[:, number] = code("fan", orders.fan.get(zone.id, "auto"))
        told = orders.mode.get(zone.id)
        if told is not None:
            mode[:, number] = code("mode", told)
            sign[:, number] = driven.season if told == _OWN else _SIGNS.get(told, 0.0)
    powered = np.tile([float(relay not in orders.off) for relay in RELAYS], (len(driven.season), 1))
    sign[:, 0] *= powered[:, 0]
    sign[:, 3] *= powered[:, 1]
    sign[:, 2] *= sign[:, 1] != -sign[:, 2]  # of two heads on one outdoor unit the second waits where they disagree
    return driven._replace(setpoint_c=setpoint_c, mode=mode, fan=fan, sign=sign, powered=powered)


def direction(sign: Floats, zones: Sequence[int]) -> Floats:
    """Return whether a pump heats (1), cools (−1) or neither (0): as the first of its heads that does either."""
    found = sign[:, zones[0]]
    for zone in zones[1:]:
        found = np.where(found == 0.0, sign[:, zone], found)
    return found


def code(quantity: str, word: str) -> float:
    """Return the code of a state's word.

    Examples
    --------
    >>> code("mode", "cool")
    -1.0
    """
    return float(next(number for number, known in WORDS[quantity].items() if known == word))
