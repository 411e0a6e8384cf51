"""How a home's daily energy follows the outdoor temperature: the five-parameter change-point fit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heatledger.readings import Floats, Ints

MIN_DAYS = 14
"""Fewer days say nothing about a response to weather."""

MIN_BILLS = 6
"""Fewer bills say as little: half a year shows a cold side and a rest. [1]"""

_STEP_C = 0.5
_LOWEST_C, _HIGHEST_C = 4.0, 26.0
_MIN_SIDE = 5
_MIN_SIDE_BILLS = 3
_MIN_FOR_BOTH = 9


class Response(NamedTuple):
    """Daily energy as a function of the day's mean outdoor temperature.

    E = base + heating·(T_h − T)⁺ + cooling·(T − T_c)⁺, T_h ≤ T_c (ASHRAE Guideline 14-2014, annex D, five-parameter
    change-point model).

    Attributes
    ----------
    base : float
        [kWh/d]
    heating, cooling : float
        Slopes, never negative. [kWh/(d·K)]
    heats_below_c, cools_above_c : float
        Balance points. [°C]
    residuals : array, shape (n,)
        Measured less fitted, in the order of the days. [kWh/d]
    cv_rmse : float
        Root-mean-square residual over mean energy. [1]
    """

    base: float
    heating: float
    cooling: float
    heats_below_c: float
    cools_above_c: float
    residuals: Floats
    cv_rmse: float


def energy(response: Response, outdoor_c: Floats) -> Floats:
    """Return the fitted daily energy.

    Parameters
    ----------
    response : Response
        The fit.
    outdoor_c : array
        Daily mean outdoor temperature. [°C]

    Returns
    -------
    array
        [kWh/d]

    Examples
    --------
    >>> home = Response(10.0, 2.0, 1.0, 15.0, 22.0, np.array([]), 0.0)
    >>> energy(home, np.array([5.0, 18.0, 25.0])).tolist()
    [30.0, 10.0, 13.0]
    """
    cold = np.maximum(response.heats_below_c - outdoor_c, 0.0)
    hot = np.maximum(outdoor_c - response.cools_above_c, 0.0)
    return np.asarray(response.base + response.heating * cold + response.cooling * hot)


def fit(outdoor_c: Floats, kwh: Floats) -> Response | None:
    """Fit a home's response to weather by least squares over a grid of balance points.

    Parameters
    ----------
    outdoor_c : array, shape (n,)
        Daily mean outdoor temperature. [°C]
    kwh : array, shape (n,)
        Daily energy. [kWh/d]

    Returns
    -------
    Response or None
        None with fewer than `MIN_DAYS` days: a fit would be a guess. A slope that would be negative, or that fewer than
        five days speak for, is 0.
    """
    known = np.isfinite(outdoor_c) & np.isfinite(kwh)
    if np.count_nonzero(known) < MIN_DAYS:
        return None
    count = np.count_nonzero(known)
    return _search(outdoor_c[known], np.arange(count), np.ones(count), kwh[known], _MIN_SIDE)


def fit_bills(outdoor_c: Floats, days: Ints, kwh: Floats, *, cools: bool = True) -> Response | None:
    """Fit the same to bills of many days, each day of which answers to its own temperature.

    Parameters
    ----------
    outdoor_c : array, shape (Σ days,)
        Daily mean outdoor temperature of every billed day, one bill's after another's. [°C]
    days : array, shape (n,)
        Length of each bill. [d]
    kwh : array, shape (n,)
        Energy of each bill. [kWh]
    cools : bool
        Whether it can cool: fuel cannot, and a slope for it would only follow chance.

    Returns
    -------
    Response or None
        None with fewer than `MIN_BILLS` bills, or with a temperature missing. Its residuals are per day of a bill.
        Fewer than nine bills have one slope, not two.
    """
    if len(days) < MIN_BILLS or not (np.isfinite(outdoor_c).all() and np.isfinite(kwh).all()):
        return None
    first = np.concatenate([[0], np.cumsum(days)[:-1]])
    return _search(outdoor_c, first, days.astype(np.float64), kwh, _MIN_SIDE_BILLS, cools=cools)


def _search(
    temps: Floats, first: Ints, days: Floats, used: Floats, least: int, *, cools: bool = True
) -> Response | None:
    """Return the best of all pairs of balance points; a bill of many days weighs as many days do."""
    points = np.arange(_LOWEST_C, _HIGHEST_C + _STEP_C / 2, _STEP_C)
    root = np.sqrt(days)
    cold, hot = (
        {p: np.add.reduceat(np.maximum(sign * (p - temps), 0.0), first) / root for p in points.tolist()}
        for sign in (1.0, -1.0)
    )
    best: tuple[float, Floats, float, float] | None = None
    for low, below in cold.items():
        for high in points[points >= low].tolist() if cools else (_HIGHEST_C,):
            error, factors = _solve(root, below, hot[high], used / root, least)
            if best is None or error < best[0] - 1e-12:
                best = (error, factors, low, high)
    if best is None:
        return None
    error, (base, heating, cooling), low, high = best
    found = Response(float(base), float(heating), float(cooling), low, high, np.array([]), 0.0)
    residuals = (used - np.add.reduceat(energy(found, temps), first)) / days
    mean = float(used.sum() / days.sum())
    spread = float(np.sqrt(np.average(residuals**2, weights=days))) / mean if mean > 0 else float("nan")
    return found._replace(residuals=residuals, cv_rmse=spread)


def _solve(ones: Floats, below: Floats, above: Floats, used: Floats, least: int) -> tuple[float, Floats]:
    """Least squares with base and slopes ≥ 0: the fullest of the models that come out so."""
    rows = [(below, above), (below, None), (None, above), (None, None)][len(used) < _MIN_FOR_BOTH :]
    for first, second in rows:
        if any(side is not None and np.count_nonzero(side) < least for side in (first, second)):
            continue
        columns = [ones, *(side for side in (first, second) if side is not None)]
        factors = _normal_equations(np.column_stack(columns), used)
        if factors is None or (factors < 0).any():
            continue
        slopes = iter(factors[1:].tolist())
        whole = np.array([factors[0], *(0.0 if side is None else next(slopes) for side in (first, second))])
        return float(np.sum((used - np.column_stack(columns) @ factors) ** 2)), whole
    return float("inf"), np.zeros(3)


def _normal_equations(matrix: Floats, used: Floats) -> Floats | None:
    try:
        return np.asarray(np.linalg.solve(matrix.T @ matrix, matrix.T @ used), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
