"""The map rungs D and E: measured power entered in a unit's published performance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from heatledger.heat.carnot import ceiling_cooling, ceiling_heating, ideal_cooling, ideal_heating
from heatledger.heat.system import LEVELS, Published, System, anchor
from heatledger.readings import Floats

CYCLING_LOSS: Final = 0.25
"""C_d, AHRI 210/240's default: what a run that does not last costs. [1]"""
CLAMPED: Final = 1.05
"""Power beyond this multiple of the map's largest says that something else is on the circuit. [1]"""
_DEFROST_C: Final = (-28.9, -8.3, -2.8, 2.8, 5.0)
_DEFROST: Final = (0.075, 0.085, 0.11, 0.09, 0.0)
"""Share of capacity lost to defrosting by outdoor temperature: NIST TN 1848 (Domanski), none from 5 °C."""
PAN_C: Final = 2.0


class Mapped(NamedTuple):
    """What a map says of each interval.

    Attributes
    ----------
    heat_w : array
        Heat delivered (or removed); NaN where power or outdoor temperature is not known. [W]
    clamped : array of bool
        Where the power lay beyond the map: a resistance heater, or another unit's map.
    """

    heat_w: Floats
    clamped: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


class Table(NamedTuple):
    """A map's points completed to a grid: rows by temperature [°C], columns by level; power and capacity in W."""

    outdoor_c: Floats
    power_w: Floats
    capacity_w: Floats


def table(points: Sequence[Published], scale: float = 1.0) -> Table:
    """Complete published points to a grid, a missing level keeping its ratios to the one given everywhere.

    Parameters
    ----------
    points : sequence of Published
        Of one mode; one level stands at every temperature.
    scale : float
        By which capacity and power are multiplied. [1]

    Returns
    -------
    Table
        Published points unchanged (× scale), power rising with level.
    """
    base = anchor(points) or "max"
    temps = sorted({point.outdoor_c for point in points})
    rows = {(p.outdoor_c, p.level): p for p in points}
    power, cop = [], []
    for level in LEVELS:
        known = [(t, rows[t, level], rows[t, base]) for t in temps if (t, level) in rows]
        if not known:
            continue
        at = [t for t, _, _ in known]
        p_ratio = np.interp(temps, at, [p.power_w / b.power_w for _, p, b in known])
        c_ratio = np.interp(temps, at, [_cop(p) / _cop(b) for _, p, b in known])
        power.append(p_ratio * [rows[t, base].power_w for t in temps])
        cop.append(c_ratio * [_cop(rows[t, base]) for t in temps])
    powers = np.maximum.accumulate(np.array(power).T, axis=1)
    capacity = np.maximum.accumulate(powers * np.array(cop).T, axis=1)
    return Table(np.array(temps), powers * scale, capacity * scale)


def _cop(point: Published) -> float:
    return point.capacity_w / point.power_w


def heating(
    system: System,
    power_w: Floats,
    outdoor_c: Floats,
    sink_c: Floats,
    *,
    standby_w: float | Floats = 0.0,
    scale: float = 1.0,
    cycling_loss: float = CYCLING_LOSS,
    derate: bool = True,
) -> Mapped:
    """Return the heat that a unit's map gives for its measured power.

    Between the published points linear in temperature and monotone (PCHIP) in power; beyond them at a constant share
    of Carnot's COP; below minimum power cycling, PLF = 1 − C_d·(1 − PLR); never beyond the largest point.

    Parameters
    ----------
    system : System
        With heating points.
    power_w, outdoor_c, sink_c : array
        Power of the whole unit [W], outdoor air, and room air or flow water [°C]; an unknown sink is the map's own.
    standby_w : float or array
        What the unit draws at rest. [W]
    scale : float
        Size of the unit over the map's. [1]
    cycling_loss : float
        C_d. [1]
    derate : bool
        Whether defrosting lessens the heat of a map that does not count it.

    Returns
    -------
    Mapped
        Heat ≥ 0.
    """
    grid, sink, inside, factor = entry(system, outdoor_c, sink_c, scale=scale)
    pan = np.where(outdoor_c < PAN_C, system.pan_heater_w, 0.0)
    entered = np.where(power_w > standby_w + pan, power_w - pan, power_w)
    found = _entered(grid, entered, inside, standby_w, cycling_loss)
    heat = found.heat_w * factor
    if derate and not system.defrost_included and system.sink == "air":
        heat = heat * (1.0 - defrost_loss(outdoor_c))
    heat = np.minimum(heat, np.maximum(power_w, 0.0) * ceiling_heating(sink, outdoor_c))
    return found._replace(heat_w=np.where(outdoor_c < system.lockout_c, 0.0, heat))


def cooling(
    system: System,
    power_w: Floats,
    outdoor_c: Floats,
    room_c: Floats,
    *,
    standby_w: float | Floats = 0.0,
    scale: float = 1.0,
    cycling_loss: float = CYCLING_LOSS,
) -> Mapped:
    """Return the heat that a unit removes for its measured power, by its map; parameters as `heating`."""
    grid, room, inside, factor = entry(system, outdoor_c, room_c, scale=scale, cools=True)
    found = _entered(grid, power_w, inside, standby_w, cycling_loss)
    most = np.maximum(power_w, 0.0) * ceiling_cooling(room, outdoor_c)
    return found._replace(heat_w=np.minimum(found.heat_w * factor, most))


def cop_by_level(system: System, outdoor_c: Floats, sink_c: Floats, *, cools: bool = False) -> Floats:
    """Return what a map publishes for the weather, defrosting taken off: COP of steady running by level.

    Parameters
    ----------
    system : System
        With points of the mode that is asked for.
    outdoor_c, sink_c : array, shape (n,)
        Outdoor air, and room air or flow water; an unknown sink is the map's own. [°C]
    cools : bool
        Whether cooling is asked for.

    Returns
    -------
    array, shape (levels, n)
        [1]
    """
    grid, _, inside, factor = entry(system, outdoor_c, sink_c, cools=cools)
    if not (cools or system.defrost_included or system.sink == "water"):
        factor = factor * (1.0 - defrost_loss(outdoor_c))
    rows = zip(grid.power_w.T, grid.capacity_w.T, strict=True)
    at = [np.interp(inside, grid.outdoor_c, q) / np.interp(inside, grid.outdoor_c, p) * factor for p, q in rows]
    return np.array(at, dtype=np.float64)


class Entry(NamedTuple):
    """Where a map is entered.

    Attributes
    ----------
    grid : Table
        What the map publishes.
    sink_c : array, shape (n,)
        Room air or flow water; the map's own where it is not known. [°C]
    inside_c : array, shape (n,)
        Outdoor temperature, held inside the published range. [°C]
    factor : array, shape (n,)
        Carnot's COP there over Carnot's COP of what is published: what heat for the same power changes by. [1]
    """

    grid: Table
    sink_c: Floats
    inside_c: Floats
    factor: Floats


def entry(system: System, outdoor_c: Floats, sink_c: Floats, *, scale: float = 1.0, cools: bool = False) -> Entry:
    """Return where a map is entered for the weather; parameters as `cop_by_level`."""
    grid = table(system.cooling if cools else system.heating, scale)
    own = system.cooled_c if cools else system.sink_c
    sink = np.where(np.isfinite(sink_c), sink_c, own)
    inside = np.clip(outdoor_c, grid.outdoor_c[0], grid.outdoor_c[-1])
    if cools:
        return Entry(grid, sink, inside, ideal_cooling(sink, outdoor_c) / ideal_cooling(own, inside))
    ideal = ideal_heating(own, inside, system.sink)
    return Entry(grid, sink, inside, ideal_heating(sink, outdoor_c, system.sink) / ideal)


def defrost_loss(outdoor_c: Floats) -> Floats:
    """Return the share of capacity lost to defrosting (NIST TN 1848).

    Examples
    --------
    >>> defrost_loss(np.array([-2.8, 8.0])).tolist()
    [0.11, 0.0]
    """
    return np.asarray(np.interp(outdoor_c, _DEFROST_C, _DEFROST), dtype=np.float64)


def _entered(grid: Table, power_w: Floats, outdoor_c: Floats, standby_w: float | Floats, loss: float) -> Mapped:
    """Enter a grid with power, at temperatures inside it."""
    at_p = [np.interp(outdoor_c, grid.outdoor_c, column) for column in grid.power_w.T]
    at_q = [np.interp(outdoor_c, grid.outdoor_c, column) for column in grid.capacity_w.T]
    running = _monotone(at_p, at_q, np.clip(power_w, at_p[0], at_p[-1]))
    rest = np.minimum(standby_w, 0.9 * at_p[0])
    share = np.clip((power_w - rest) / (at_p[0] - rest), 0.0, 1.0)
    cycling = at_q[0] * share * (1.0 - loss) / (1.0 - loss * share)
    known = np.isfinite(power_w) & np.isfinite(outdoor_c)
    heat = np.where(known, np.where(power_w < at_p[0], cycling, running), np.nan)
    return Mapped(heat, known & (power_w > CLAMPED * at_p[-1]))


def _monotone(x: Sequence[Floats], y: Sequence[Floats], at: Floats) -> Floats:
    """Interpolate monotonically (PCHIP) through one to three points, each point a column."""
    if len(x) == 1:
        return np.broadcast_to(y[0], at.shape).astype(np.float64)
    if len(x) == 2:
        slope = _slope(x[1] - x[0], y[1] - y[0])
        return np.asarray(y[0] + slope * (at - x[0]), dtype=np.float64)
    first, middle, last = slopes(x, y)
    low = _hermite(x[0], x[1] - x[0], (y[0], y[1]), (first, middle), at)
    high = _hermite(x[1], x[2] - x[1], (y[1], y[2]), (middle, last), at)
    return np.where(at < x[1], low, high)


def slopes(x: Sequence[Floats], y: Sequence[Floats]) -> tuple[Floats, Floats, Floats]:
    """Return PCHIP's slopes at three points, each point a column of x [W] and y [W]: none overshoots. [1]."""
    h0, h1 = x[1] - x[0], x[2] - x[1]
    d0, d1 = _slope(h0, y[1] - y[0]), _slope(h1, y[2] - y[1])
    w0, w1 = 2 * h1 + h0, h1 + 2 * h0
    both = (d0 > 0) & (d1 > 0)
    middle = np.where(both, (w0 + w1) / (w0 / np.where(both, d0, 1.0) + w1 / np.where(both, d1, 1.0)), 0.0)
    return _end(h0, h1, d0, d1), middle, _end(h1, h0, d1, d0)


def _slope(width: Floats, rise: Floats) -> Floats:
    return np.divide(rise, width, out=np.zeros_like(rise), where=width > 0)


def _end(near: Floats, far: Floats, d_near: Floats, d_far: Floats) -> Floats:
    """Return PCHIP's one-sided end slope: three-point, never of the wrong sign, never overshooting."""
    whole = near + far
    slope = np.divide((2 * near + far) * d_near - near * d_far, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.where(slope <= 0, 0.0, np.where(far > 0, np.minimum(slope, 3 * d_near), d_near))


def _hermite(
    start: Floats, width: Floats, ends: tuple[Floats, Floats], slopes: tuple[Floats, Floats], at: Floats
) -> Floats:
    s = np.clip(np.divide(at - start, width, out=np.ones_like(width), where=width > 0), 0.0, 1.0)
    return np.asarray(
        (1 + 2 * s) * (1 - s) ** 2 * ends[0]
        + s * (1 - s) ** 2 * width * slopes[0]
        + s * s * (3 - 2 * s) * ends[1]
        + s * s * (s - 1) * width * slopes[1],
        dtype=np.float64,
    )
