"""Two hundred ways it may truly be: load, ducts and machine drawn once, and the load shared by both sides."""

from __future__ import annotations

from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np

from heatledger.readings import Floats, Ints

DRAWS: Final = 200
LOADS: Final = (0.6, 0.8, 1.0, 1.25, 1.6)
"""Multiples of the load at which a system is worked out hour by hour; between them energy is a straight line. [1]"""
RESTORED: Final = (0.0, 2.0)
"""Multiples of what the common set-point adds, likewise, at the load as it is. [1]"""
WORKED: Final = (*((load, 1.0) for load in LOADS), *((1.0, more) for more in RESTORED))
"""Every pair of them that is worked out."""
CENTRE: Final = WORKED.index((1.0, 1.0))
_SEED: Final = 7
_LEAST: Final = 0.3
_NORMAL: Final = np.array([NormalDist().inv_cdf((number + 0.5) / DRAWS) for number in range(DRAWS)])
"""The middles of 200 slices of a normal distribution, all as likely."""


class Factors(NamedTuple):
    """What each draw multiplies, means 1, the same draws for every system.

    Attributes
    ----------
    measured, restored : array, shape (200,)
        The measured heat (and with it the losses learnt from it); what is restored, at given measured heat. [1]
    month : array, shape (200, m)
        The load of each bill. [1]
    ducts : array, shape (200,)
        Standard normal, of the share that ducts lose. [1]
    machine : array, shape (200,)
        Standard normal, of the system's own performance. [1]
    """

    measured: Floats
    restored: Floats
    month: Floats
    ducts: Floats
    machine: Floats


class Nodes(NamedTuple):
    """A system's energy by day at every pair of `WORKED`, shape (pairs, days).

    Attributes
    ----------
    machine_kwh, rest_kwh, fuel_kwh : array
        Electricity that its performance scales; blower, pump and back-up; heat of combustion. [kWh]
    machine_money, rest_money : array
        The electricity, at each hour's mean price. [currency]
    """

    machine_kwh: Floats
    rest_kwh: Floats
    fuel_kwh: Floats
    machine_money: Floats
    rest_money: Floats


class Drawn(NamedTuple):
    """A system's energy by draw and day, shape (200, days). [kWh] [kWh] [currency]."""

    kwh: Floats
    fuel_kwh: Floats
    money: Floats


def factors(measured_sd: float, restored_sd: float, month_sd: float, months: int, *, kind: str = "") -> Factors:
    """Draw what is not known; the same arguments give the same draws.

    Parameters
    ----------
    measured_sd, restored_sd, month_sd : float
        Of the load, relative. [1]
    months : int
        How many bills.
    kind : str
        The system: its own performance is drawn for it alone.

    Returns
    -------
    Factors
        Latin hypercube: every column has one value in each of 200 slices of its distribution, so that medians are 1.
    """
    own = np.random.default_rng([_SEED, *kind.encode()])
    shared = np.random.default_rng(_SEED)
    load, more, leak = (_column(shared) for _ in range(3))
    month = np.column_stack([_column(shared) for _ in range(months)]) if months else np.zeros((DRAWS, 0))
    return Factors(
        measured=np.maximum(1.0 + measured_sd * load, _LEAST),
        restored=np.maximum(1.0 + restored_sd * more, 0.0),
        month=np.maximum(1.0 + month_sd * month, _LEAST),
        ducts=leak,
        machine=_column(own),
    )


def _column(rng: np.random.Generator) -> Floats:
    return np.asarray(rng.permutation(_NORMAL), dtype=np.float64)


def drawn(nodes: Nodes, load: Floats, restored: Floats, performance: Floats, month: Ints) -> Drawn:
    """Return a system's energy in every draw.

    Parameters
    ----------
    nodes : Nodes
        The system worked out.
    load : array, shape (200, m)
        By what its load is multiplied in each bill, what ducts lose differently included. [1]
    restored, performance : array, shape (200,)
        By what the restored part, and its performance, are multiplied. [1]
    month : array of int, shape (days,)
        Which bill each day belongs to.

    Returns
    -------
    Drawn
        Linear between nodes and beyond the last.
    """
    parts = [_at(column, load[:, month], restored[:, None]) for column in nodes]
    machine_kwh, rest_kwh, fuel_kwh, machine_money, rest_money = parts
    scale = performance[:, None]
    return Drawn(machine_kwh / scale + rest_kwh, fuel_kwh, machine_money / scale + rest_money)


def _at(column: Floats, load: Floats, restored: Floats) -> Floats:
    """Go along the load, then along what is restored, which the load scales too."""
    days, known = np.arange(column.shape[1])[None, :], np.array(LOADS)
    low = np.clip(np.searchsorted(known, load, side="right") - 1, 0, len(LOADS) - 2)
    share = (load - known[low]) / (known[low + 1] - known[low])
    along = (1.0 - share) * column[low, days] + share * column[low + 1, days]
    none, twice = column[len(LOADS)], column[len(LOADS) + 1]
    less, more = column[CENTRE] - none, twice - column[CENTRE]
    moved = load * np.where(restored < 1.0, (restored - 1.0) * less, (restored - 1.0) * more)
    least = np.minimum(column.min(axis=0), 0.0)  # hot water made more cheaply is less than nothing
    return np.asarray(np.maximum(along + moved, least), dtype=np.float64)
