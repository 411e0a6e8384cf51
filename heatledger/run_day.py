"""One heat pump's days: its starts, defrosts and rest, counted from its trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from heatledger.cuts import Cuts
from heatledger.cycling import FROST_C
from heatledger.doing import DEFROST, EVIDENCE, MODES, Bools
from heatledger.readings import INTERVAL_S, Floats

_HOUR: Final = 3600 // INTERVAL_S
_REST_ROWS: Final = 6
_TIMES: Final = ("heard_s", "runs_s", "fine_s", "cold_s", "cold_fine_s", "bare_s")


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


def run_days(columns: Mapping[str, Floats], outdoor_c: Floats, kwh: Floats, cuts: Cuts) -> list[RunDay]:
    """Sum up one heat pump's spans of at most a day.

    Parameters
    ----------
    columns : mapping
        Those of `cycling.Trace`; ``mode`` and ``evidence``, numbers into `MODES` and `EVIDENCE`; ``told``, 1 where it
        says itself that it defrosts; ``unshared``, what stays with an outdoor unit of several heads [kWh].
    outdoor_c, kwh : array, shape (n,)
        Outdoor temperature [°C] and electricity [kWh].
    cuts : Cuts
        The spans among the n rows.

    Returns
    -------
    list of RunDay
        Counts and sums, one a span.
    """
    works, fine = columns["runs"] == 1, columns["fine"] == 1
    starts = np.nan_to_num(columns["starts"])
    cold = works & (outdoor_c < FROST_C)
    times = (np.isfinite(columns["runs"]), works, fine, cold, cold & fine, works & ~np.isfinite(outdoor_c))
    seconds = (cuts.sum(np.array(times)) * INTERVAL_S).T.tolist()
    counted = np.array((starts, columns["brief"] == 1, _begins(columns["mode"] == DEFROST, cuts), columns["told"] == 1))
    counts = cuts.sum(counted).astype(np.int64).T.tolist()
    rest_kwh = cuts.sum(np.where(columns["runs"] == 0, kwh, 0.0)).tolist()
    evidence = _by_code(columns["evidence"], kwh, EVIDENCE, cuts)
    unshared = _by_code(columns["mode"], columns["unshared"], MODES, cuts)
    peaks = _peaks(starts, cuts)
    return [
        RunDay(
            starts=counts[day][0],
            peak=peaks[day],
            periods_min=(np.diff(np.flatnonzero(starts[part])) * (INTERVAL_S / 60.0)).tolist(),
            brief=counts[day][1],
            defrosts=counts[day][2],
            rest_w=_rest(columns["rest_w"][part]),
            rest_kwh=rest_kwh[day],
            **dict(zip(_TIMES, seconds[day], strict=True)),
            says_defrosts=counts[day][3] > 0,
            evidence=evidence[day],
            unshared=unshared[day],
        )
        for day, part in enumerate(cuts.slices())
    ]


def _rest(rest_w: Floats) -> float | None:
    """Return the 5th percentile of a power at rest; None where it rested too little. [W]."""
    known = rest_w[np.isfinite(rest_w)]
    at = len(known) // 20
    return float(np.partition(known, at)[at]) if len(known) >= _REST_ROWS else None


def _by_code(codes: Floats, kwh: Floats, names: Sequence[str], cuts: Cuts) -> list[dict[str, float]]:
    sums = cuts.sum(np.where(codes == np.arange(len(names))[:, None], kwh, 0.0)).T.tolist()
    return [{name: amount for name, amount in zip(names, row, strict=True) if amount} for row in sums]


def _begins(where: Bools, cuts: Cuts) -> Bools:
    """Return where a run begins; one that goes on over an edge of spans is a run of each."""
    before = np.concatenate(([False], where[:-1]))
    before[cuts.low[cuts.low < len(where)]] = False
    return where & ~before


def _peaks(starts: Floats, cuts: Cuts) -> list[int]:
    """Return the most starts in any 60 minutes inside each span."""
    counted = np.concatenate(([0.0], np.cumsum(starts)))
    rows = cuts.rows()
    first = np.maximum(rows + 1 - _HOUR, np.repeat(cuts.low, cuts.sizes))
    within = np.zeros(len(starts))
    within[rows] = counted[rows + 1] - counted[first]
    return [int(most) for most in cuts.most(within)]
