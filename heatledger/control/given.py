"""What a room's heat draws over the steps ahead: its unit's map as pieces of heat, each dearer than the one before."""

from __future__ import annotations

from typing import Final

import numpy as np

from heatledger.control.plan import Unit
from heatledger.heat import power_for
from heatledger.heat.system import System
from heatledger.readings import Floats

_LOADS: Final = np.array([0.0, 0.15, 0.35, 0.6, 0.8, 1.0])
"""Shares of what a unit can give at which its map is read; it is straight between. [1]"""


def resistance(strongest_w: Floats) -> Unit:
    """Return what draws a watt for a watt, or whose COP is not known and whose heat is its electricity.

    Parameters
    ----------
    strongest_w : array, shape (n,)
        The most that it gives, by step. [W]
    """
    return Unit(np.maximum(strongest_w, 0.0)[:, None], np.ones((strongest_w.size, 1)))


def heat_pump(system: System, outdoor_c: Floats, room_c: Floats, strongest_w: Floats, *, scale: float = 1.0) -> Unit:
    """Return what a heat pump draws, by its map.

    Where a map's power does not rise ever faster with its heat (cycling at small loads) the lowest line that does is
    taken: a unit that is told a set-point runs and rests in turns, and its mean lies on that line.

    Parameters
    ----------
    system : System
        Its map, with heating points.
    outdoor_c, room_c : array, shape (n,)
        Outdoor and room air (or flow water), by step. [°C]
    strongest_w : array, shape (n,)
        The most that this room gets of it. [W]
    scale : float
        The part of the map that is this room's. [1]

    Returns
    -------
    Unit
        Nothing below the lock-out.

    Examples
    --------
    >>> from heatledger.heat.system import Published
    >>> unit = System(id="u", name="u", source="s", evidence="unit", defrost_included=True, heating=(
    ...     Published(outdoor_c=8.3, level="min", capacity_w=1000, power_w=200),
    ...     Published(outdoor_c=8.3, level="max", capacity_w=6000, power_w=2000)))
    >>> found = heat_pump(unit, np.array([8.3]), np.array([21.1]), np.array([5000.0]))
    >>> float(found.heat_w.sum().round()), bool((np.diff(found.draws) >= 0).all())
    (5000.0, True)
    """
    none = np.zeros(outdoor_c.size)
    full = power_for.heating(system, none + 1e9, outdoor_c, room_c, scale=scale).capacity_w
    most = np.minimum(full, np.maximum(strongest_w, 0.0))
    loads = _LOADS[:, None] * most
    each = [np.tile(column, _LOADS.size) for column in (outdoor_c, room_c)]
    asked = power_for.heating(system, loads.ravel(), *each, standby_w=system.standby_w, scale=scale)
    return Unit(np.diff(loads, axis=0).T, lowest(loads, asked.power_w.reshape(loads.shape)).T)


def lowest(heat_w: Floats, power_w: Floats) -> Floats:
    """Return the slopes of the largest convex curve below another, piece by piece.

    The slope over a piece is the largest, of all points before it, of the least slope to any point behind it.

    Parameters
    ----------
    heat_w, power_w : array, shape (m + 1, n)
        n curves as columns of rising heat. [W]

    Returns
    -------
    array, shape (m, n)
        Rising; 1 where no heat is given. [1]

    Examples
    --------
    >>> lowest(np.array([[0.0], [1.0], [2.0]]), np.array([[0.0], [3.0], [4.0]])).ravel().tolist()
    [2.0, 2.0]
    """
    found = np.full((heat_w.shape[0] - 1, heat_w.shape[1]), -np.inf)
    for begin in range(len(found)):
        width = heat_w[begin + 1 :] - heat_w[begin]
        slopes = np.divide(power_w[begin + 1 :] - power_w[begin], width, out=np.ones_like(width), where=width > 0)
        least = np.minimum.accumulate(slopes[::-1], axis=0)[::-1]
        found[begin:] = np.maximum(found[begin:], least)
    return found
