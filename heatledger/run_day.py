"""One heat pump's day: its starts, defrosts and rest, counted from its trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from heatledger.cycling import FROST_C
from heatledger.doing import DEFROST, EVIDENCE, MODES, Bools
from heatledger.readings import INTERVAL_S, Floats

_HOUR: Final = 3600 // INTERVAL_S
_REST_ROWS: Final = 6


class RunDay(msgspec.Struct, frozen=True, kw_only=True):
    """One heat pump's day.

    Attributes
    ----------
    starts, peak : int
        Starts of the compressor, and the most in any 60 minutes.
    periods_min : list of float
        From one start to the next. [min]
    brief : int
        Runs and rests that one reading alone tells of.
    defrosts : int
        Runs of intervals in which it defrosts.
    rest_w, rest_kwh : float or None, float
        The 5th percentile of its power at rest [W], and what it took while its compressor rested [kWh].
    heard_s, runs_s, fine_s, cold_s, cold_fine_s, bare_s : float
        How long it was heard, ran, ran with more than one reading an interval; ran below 5 °C, and so with more than
        one reading; ran while nobody told the outdoor temperature. [s]
    says_defrosts : bool
        Whether it tells itself that it defrosts.
    evidence : dict
        Its electricity by what its mode is known by. [kWh]
    unshared : dict
        By mode, the electricity that stays with an outdoor unit of several heads. [kWh]
    """

    starts: int
    peak: int
    periods_min: list[float]
    brief: int
    defrosts: int
    rest_w: float | None
    rest_kwh: float
    heard_s: float
    runs_s: float
    fine_s: float
    cold_s: float
    cold_fine_s: float
    bare_s: float
    says_defrosts: bool
    evidence: dict[str, float]
    unshared: dict[str, float]


def run_day(columns: Mapping[str, Floats], outdoor_c: Floats, kwh: Floats) -> RunDay:
    """Sum up one heat pump's span of at most a day.

    Parameters
    ----------
    columns : mapping
        Those of `cycling.Trace`; ``mode`` and ``evidence``, numbers into `MODES` and `EVIDENCE`; ``told``, 1 where it
        says itself that it defrosts; ``unshared``, what stays with an outdoor unit of several heads [kWh].
    outdoor_c, kwh : array, shape (n,)
        Outdoor temperature [°C] and electricity [kWh].

    Returns
    -------
    RunDay
        Counts and sums.
    """
    runs, starts, fine = columns["runs"], np.nan_to_num(columns["starts"]), columns["fine"] == 1
    cold = (runs == 1) & (outdoor_c < FROST_C)
    rest = columns["rest_w"][np.isfinite(columns["rest_w"])]
    return RunDay(
        starts=int(starts.sum()),
        peak=_peak(starts),
        periods_min=[float(gap) for gap in np.diff(np.flatnonzero(starts)) * (INTERVAL_S / 60.0)],
        brief=int(np.count_nonzero(columns["brief"] == 1)),
        defrosts=_runs_of(columns["mode"] == DEFROST),
        rest_w=float(np.sort(rest)[len(rest) // 20]) if len(rest) >= _REST_ROWS else None,
        rest_kwh=float(kwh[runs == 0].sum()),
        heard_s=_seconds(np.isfinite(runs)),
        runs_s=_seconds(runs == 1),
        fine_s=_seconds(fine),
        cold_s=_seconds(cold),
        cold_fine_s=_seconds(cold & fine),
        bare_s=_seconds((runs == 1) & ~np.isfinite(outdoor_c)),
        says_defrosts=bool((columns["told"] == 1).any()),
        evidence=_by_code(columns["evidence"], kwh, EVIDENCE),
        unshared=_by_code(columns["mode"], columns["unshared"], MODES),
    )


def _by_code(codes: Floats, kwh: Floats, names: Sequence[str]) -> dict[str, float]:
    sums = np.bincount(codes.astype(np.int64), weights=kwh, minlength=len(names))
    return {name: float(amount) for name, amount in zip(names, sums, strict=True) if amount}


def _seconds(where: Bools) -> float:
    return float(np.count_nonzero(where)) * INTERVAL_S


def _peak(starts: Floats) -> int:
    if not len(starts):
        return 0
    return int(np.convolve(starts, np.ones(_HOUR)).max())


def _runs_of(where: Bools) -> int:
    return int(np.count_nonzero(np.diff(where.astype(np.int64), prepend=0) == 1))
