"""The map read backwards: the power that a unit draws for a heat it must give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from heatledger.heat.system import System
from heatledger.heat.unit_map import CYCLING_LOSS, PAN_C, Table, defrost_loss, entry, slopes
from heatledger.readings import Floats

_STEPS: Final = 40
_TINY: Final = 1e-9


class Drawn(NamedTuple):
    """What a unit does for a load, interval by interval; NaN where load or temperature is not known.

    Attributes
    ----------
    power_w : array
        Of the whole unit, standby included while it rests. [W]
    given_w : array
        Heat given (or removed): the load, or all it can. [W]
    capacity_w : array
        The most it could give, net of defrosting; 0 below its lock-out. [W]
    share : array
        Of the time that its compressor runs. [0–1]
    """

    power_w: Floats
    given_w: Floats
    capacity_w: Floats
    share: Floats


def heating(
    system: System,
    load_w: Floats,
    outdoor_c: Floats,
    sink_c: Floats,
    *,
    standby_w: float | Floats = 0.0,
    scale: float = 1.0,
    cycling_loss: float = CYCLING_LOSS,
) -> Drawn:
    """Return what a unit draws for a heating load: the inverse of `unit_map.heating`.

    Parameters
    ----------
    system : System
        With heating points.
    load_w, outdoor_c, sink_c : array
        Load [W], outdoor air (or a loop's liquid) and room air (or flow water) [°C].
    standby_w : float or array
        Drawn at rest. [W]
    scale : float
        Size of the unit over the map's. [1]
    cycling_loss : float
        C_d. [1]

    Returns
    -------
    Drawn
        Power rises with the load.

    Examples
    --------
    >>> from heatledger.heat.system import Published
    >>> unit = System(id="u", name="u", source="s", evidence="unit", defrost_included=True,
    ...               heating=(Published(outdoor_c=8.3, level="max", capacity_w=6000, power_w=2000),))
    >>> one = heating(unit, np.array([6000.0, 9000.0]), np.array([8.3, 8.3]), np.array([21.1, 21.1]))
    >>> one.power_w.round().tolist(), one.given_w.round().tolist()
    ([2000.0, 2000.0], [6000.0, 6000.0])
    """
    grid, _, inside, factor = entry(system, outdoor_c, sink_c, scale=scale)
    if not system.defrost_included and system.sink == "air":
        factor = factor * (1.0 - defrost_loss(outdoor_c))
    factor = np.where(outdoor_c < system.lockout_c, 0.0, factor)
    pan = np.where(outdoor_c < PAN_C, system.pan_heater_w, 0.0)
    return _backwards(grid, _Asked(load_w, inside, factor, standby_w, pan, cycling_loss))


def cooling(
    system: System,
    load_w: Floats,
    outdoor_c: Floats,
    room_c: Floats,
    *,
    standby_w: float | Floats = 0.0,
    scale: float = 1.0,
    cycling_loss: float = CYCLING_LOSS,
) -> Drawn:
    """Return what a unit draws for a cooling load: the inverse of `unit_map.cooling`; parameters as `heating`."""
    grid, _, inside, factor = entry(system, outdoor_c, room_c, scale=scale, cools=True)
    none = np.zeros(len(load_w))
    return _backwards(grid, _Asked(load_w, inside, factor, standby_w, none, cycling_loss))


class _Asked(NamedTuple):
    """What a map is asked: load [W], temperatures inside it [°C], factor of its heat, powers beside it [W], C_d."""

    load_w: Floats
    inside_c: Floats
    factor: Floats
    standby_w: float | Floats
    pan_w: Floats
    loss: float


def _backwards(grid: Table, asked: _Asked) -> Drawn:
    load_w, inside, factor, standby_w, pan_w, loss = asked
    at_p = [np.interp(inside, grid.outdoor_c, column) for column in grid.power_w.T]
    at_q = [np.interp(inside, grid.outdoor_c, column) for column in grid.capacity_w.T]
    works = factor > 0.0
    wanted = np.divide(load_w, factor, out=np.zeros_like(at_q[0]), where=works & (load_w > 0.0))
    got = np.minimum(wanted, at_q[-1])
    part = got / at_q[0]
    share = np.clip(part / ((1.0 - loss) + loss * part), 0.0, 1.0)
    rest = np.minimum(standby_w, 0.9 * at_p[0])
    cycling = rest + share * (at_p[0] - rest)
    drawn = np.where(part < 1.0, cycling, _inverted(at_p, at_q, np.clip(got, at_q[0], at_q[-1])))
    drawn = np.where(got > 0.0, drawn + pan_w, standby_w)
    known = np.isfinite(load_w) & np.isfinite(inside)
    return Drawn(
        power_w=np.where(known, drawn, np.nan),
        given_w=np.where(known, got * factor, np.nan),
        capacity_w=np.where(works, at_q[-1] * factor, 0.0),
        share=np.where(known, np.where(got > 0.0, share, 0.0), np.nan),
    )


def _inverted(x: Sequence[Floats], y: Sequence[Floats], at: Floats) -> Floats:
    """Find where the monotone curve through points reaches a value."""
    if len(x) == 1:
        return np.broadcast_to(x[0], at.shape).astype(np.float64)
    if len(x) == 2:
        rise = y[1] - y[0]
        part = np.divide(at - y[0], rise, out=np.zeros_like(rise), where=rise > _TINY)
        return np.asarray(x[0] + part * (x[1] - x[0]), dtype=np.float64)
    first, middle, last = slopes(x, y)
    low = at < y[1]
    x0, x1 = np.where(low, x[0], x[1]), np.where(low, x[1], x[2])
    y0, y1 = np.where(low, y[0], y[1]), np.where(low, y[1], y[2])
    begin, end = np.where(low, first, middle) * (x1 - x0), np.where(low, middle, last) * (x1 - x0)
    return np.asarray(x0 + (x1 - x0) * _root(y1 - y0, begin, end, at - y0), dtype=np.float64)


def _root(rise: Floats, begin: Floats, end: Floats, wanted: Floats) -> Floats:
    """Solve y(s) = begin·s + (3·rise − 2·begin − end)·s² + (begin + end − 2·rise)·s³ on 0–1: Newton's, in a bracket."""
    two, three = 3.0 * rise - 2.0 * begin - end, begin + end - 2.0 * rise
    low, high = np.zeros_like(rise), np.ones_like(rise)
    at = np.clip(np.divide(wanted, rise, out=np.zeros_like(rise), where=rise > _TINY), 0.0, 1.0)
    for _ in range(_STEPS):
        miss = at * (begin + at * (two + at * three)) - wanted
        low, high = np.where(miss < 0.0, at, low), np.where(miss < 0.0, high, at)
        steep = begin + at * (2.0 * two + 3.0 * three * at)
        step = at - np.divide(miss, steep, out=np.full_like(at, 2.0), where=np.abs(steep) > _TINY)
        nearer = np.where((step > low) & (step < high), step, 0.5 * (low + high))
        settled = np.abs(miss) < _TINY
        at = np.where(settled, at, nearer)
        if settled.all():
            break
    return at
