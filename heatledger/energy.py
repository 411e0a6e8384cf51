"""Readings → five-minute intervals: counter differences, power integration, resets, refused jumps and gaps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heatledger.readings import INTERVAL_S, Flag, Floats, Intervals, Ints, Samples, States

GAP_S = 900
"""Silence longer than this is a gap: power is not integrated across it, a counter's timing across it is a guess. [s]"""

DENSE_S = 120
"""Power read at least this often is measured: a day of a unit that starts and stops every twenty minutes is then right
to 1 %, as IEC 62053-21 allows a meter of class 1. Read more rarely it is integrated too, and called estimated. [s]"""

LIMIT_W = 30_000.0
"""Power above which a counter's rise is not believed where no rated power is known. [W]"""

_RESOLUTION_KWH = 1.001  # a meter that counts in whole kilowatt-hours steps by one at once
_LATE_H = 0.25  # a register may be published this much later than the energy it counts
_US = 1_000_000
_J_PER_KWH = 3.6e6
_INTEGRATED = frozenset(("power", "power_returned", "heat_power"))


class Steps(NamedTuple):
    """Energy between consecutive accepted readings; `kwh` is NaN where it cannot be known.

    Attributes
    ----------
    start_us, end_us : array, shape (n,)
        [µs]
    kwh : array, shape (n,)
        [kWh]
    flags : array, shape (n,)
        `Flag` bits.
    """

    start_us: Ints
    end_us: Ints
    kwh: Floats
    flags: Ints


def intervals(
    series: Samples | States, *, start_s: int, end_s: int, limit_w: float = LIMIT_W, gap_s: int = GAP_S
) -> Intervals:
    """Reduce one series' readings to five-minute intervals.

    Parameters
    ----------
    series : Samples or States
        Readings sorted by time; one before `start_s` and one after `end_s` belong to it where they exist.
    start_s, end_s : int
        Half-open span, multiples of `INTERVAL_S`. [s]
    limit_w : float
        Rated power; a counter that rises faster is refused. [W]
    gap_s : int
        Silence longer than this is a gap. [s]

    Returns
    -------
    Intervals
        Rows only for intervals in which something was heard, is bridged, or is missing between two readings.

    Raises
    ------
    ValueError
        If the span is not made of whole intervals.
    """
    if start_s % INTERVAL_S or end_s % INTERVAL_S or end_s < start_s:
        raise ValueError(f"span {start_s}–{end_s} is not made of whole intervals of {INTERVAL_S} s")
    edges = np.arange(start_s, end_s + 1, INTERVAL_S, dtype=np.int64) * _US
    if isinstance(series, States):
        return _state_intervals(series, edges)
    live = _live(series)
    if live.kind == "counter":
        block = _counter_intervals(live, edges, limit_w, gap_s)
    else:
        block = _gauge_intervals(live, edges, gap_s)
    return _only_heard(block)


def counter_steps(samples: Samples, *, limit_w: float = LIMIT_W, gap_s: int = GAP_S) -> Steps:
    """Turn a counter's readings into energy between them.

    The first reading only sets a reference. A drop begins a new baseline: of a ``reboot`` or ``daily`` counter the new
    value is energy since the reset, of a ``never`` counter nothing is known; a small drop is an older count said again
    and no energy. A rise above the rated power is refused. A single reading that fits neither before nor after is
    dropped. A ``delta`` is energy by itself.

    Parameters
    ----------
    samples : Samples
        One counter's readings, sorted by time. [kWh]
    limit_w : float
        Rated power. [W]
    gap_s : int
        Silence longer than this makes the timing a guess. [s]

    Returns
    -------
    Steps
        In order; Σ kwh over known steps is the energy counted.
    """
    if samples.reset == "delta":
        return _delta_steps(samples, limit_w, gap_s)
    rise = np.diff(samples.value)
    if np.all((rise >= 0) & (rise <= _allowed(np.diff(samples.time_us), limit_w))):
        rows = Steps(samples.time_us[:-1], samples.time_us[1:], rise, np.zeros(len(rise), dtype=np.int64))
    else:
        rows = _guarded_steps(samples, limit_w)
    return rows._replace(flags=rows.flags | _gap_flags(rows.end_us - rows.start_us, gap_s))


def _live(samples: Samples) -> Samples:
    """Leave out what a retained message said: it is of unknown age."""
    keep = ((samples.flags & Flag.RETAINED) == 0) & np.isfinite(samples.value)
    if keep.all():
        return samples
    return samples._replace(time_us=samples.time_us[keep], value=samples.value[keep], flags=samples.flags[keep])


def _allowed(elapsed_us: Ints, limit_w: float) -> Floats:
    """Bound the energy that may have passed: rated power × (elapsed + lateness), never less than one count."""
    hours: Floats = elapsed_us / (3600.0 * _US)
    return np.maximum(_RESOLUTION_KWH, (hours + _LATE_H) * limit_w / 1000)


def _gap_flags(elapsed_us: Ints, gap_s: int) -> Ints:
    return np.where(elapsed_us > gap_s * _US, int(Flag.GAP | Flag.ESTIMATED), 0).astype(np.int64)


def _delta_steps(samples: Samples, limit_w: float, gap_s: int) -> Steps:
    start = np.concatenate((samples.time_us[:1], samples.time_us[:-1]))
    elapsed = samples.time_us - start
    believed = (samples.value >= 0) & (samples.value <= _allowed(elapsed, limit_w))
    kwh = np.where(believed, samples.value, np.nan)
    flags = np.where(believed, 0, int(Flag.REFUSED)) | _gap_flags(elapsed, gap_s)
    return Steps(start, samples.time_us, kwh, flags.astype(np.int64))


class _Point(NamedTuple):
    time_us: int
    kwh: float


def _guarded_steps(samples: Samples, limit_w: float) -> Steps:
    """Walk a counter that drops or jumps; a doubtful reading waits for the next one to decide."""
    starts_again = samples.reset in ("reboot", "daily")
    rows: list[tuple[int, int, float, int]] = []
    ref: _Point | None = None
    doubt: _Point | None = None
    for time_us, value in zip(samples.time_us.tolist(), samples.value.tolist(), strict=True):
        point = _Point(time_us, value)
        if ref is None:
            ref = point
        elif _is_said_again(ref, point, limit_w, starts_again=starts_again):
            continue
        elif _follows(ref, point, limit_w):
            flag = 0 if doubt is None else int(Flag.REFUSED)
            rows.append((ref.time_us, time_us, value - ref.kwh, flag))
            ref, doubt = point, None
        elif starts_again and value < ref.kwh and _follows(_Point(ref.time_us, 0.0), point, limit_w):
            rows.append((ref.time_us, time_us, value, int(Flag.RESET | Flag.ESTIMATED)))
            ref, doubt = point, None
        elif doubt is not None and _follows(doubt, point, limit_w):
            why = Flag.RESET if doubt.kwh < ref.kwh else Flag.REFUSED
            rows.append((ref.time_us, doubt.time_us, float("nan"), int(why)))
            rows.append((doubt.time_us, time_us, value - doubt.kwh, 0))
            ref, doubt = point, None
        else:
            doubt = point
    table = list(zip(*rows, strict=True)) or [(), (), (), ()]
    start, end, flags = (np.array(table[i], dtype=np.int64) for i in (0, 1, 3))
    return Steps(start, end, np.array(table[2], dtype=np.float64), flags)


def _follows(before: _Point, after: _Point, limit_w: float) -> bool:
    most = max(_RESOLUTION_KWH, ((after.time_us - before.time_us) / 3600 / _US + _LATE_H) * limit_w / 1000)
    return 0 <= after.kwh - before.kwh <= most


def _is_said_again(ref: _Point, point: _Point, limit_w: float, *, starts_again: bool) -> bool:
    """Whether a drop is an older count published again, as a bridge does from its cache: a reset falls towards zero."""
    near = ref.kwh / 2 <= point.kwh < ref.kwh and ref.kwh - point.kwh <= _LATE_H * limit_w / 1000
    since_reset_kwh = (point.time_us - ref.time_us) / 3600 / _US * limit_w / 1000
    return near and (not starts_again or point.kwh > since_reset_kwh)


def _counter_intervals(samples: Samples, edges: Ints, limit_w: float, gap_s: int) -> Intervals:
    steps = counter_steps(samples, limit_w=limit_w, gap_s=gap_s)
    known = np.isfinite(steps.kwh)
    heard = known & (steps.end_us - steps.start_us <= gap_s * _US)
    energy = _spread(steps, np.where(known, steps.kwh, 0.0), edges)
    bridged = _spread(steps, np.where(known, (steps.end_us - steps.start_us).astype(float), 0.0), edges)
    covered = _spread(steps, np.where(heard, (steps.end_us - steps.start_us).astype(float), 0.0), edges)
    flags = _flag_bins(steps, edges)
    instant = (energy != 0) | (bridged > 0)
    return _block(samples, edges, np.where(instant, energy, np.nan), covered / (INTERVAL_S * _US), flags)


def _gauge_intervals(samples: Samples, edges: Ints, gap_s: int) -> Intervals:
    time_us, value = _with_edges(samples, edges, gap_s)
    elapsed = np.diff(time_us)
    heard = elapsed <= gap_s * _US
    area = np.where(heard, (value[:-1] + value[1:]) / 2 * elapsed, 0.0)
    steps = Steps(time_us[:-1], time_us[1:], area, np.where(heard, _coarse(samples, time_us), int(Flag.GAP)))
    total = _spread(steps, area, edges)
    covered = _spread(steps, np.where(heard, elapsed.astype(float), 0.0), edges)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(covered > 0, total / covered, np.nan)
    energy = np.full(len(mean), np.nan)
    if samples.key.quantity in _INTEGRATED:
        energy = np.where(covered > 0, total / _US / _J_PER_KWH, np.nan)
    block = _block(samples, edges, energy, covered / (INTERVAL_S * _US), _flag_bins(steps, edges))
    return block._replace(mean=np.where(np.isfinite(mean), mean, _plain_mean(samples, edges)))


def _coarse(samples: Samples, time_us: Ints) -> Ints:
    """Flag the pieces, of which `time_us` are the ends, that lie in a step of power too long to count what cycles."""
    if samples.key.quantity not in _INTEGRATED or len(time_us) < 2:
        return np.zeros(max(len(time_us) - 1, 0), dtype=np.int64)
    step = np.searchsorted(samples.time_us, time_us[:-1], side="right") - 1
    apart = np.diff(samples.time_us)[np.minimum(step, len(samples.time_us) - 2)]
    return np.where(apart > DENSE_S * _US, int(Flag.ESTIMATED), 0).astype(np.int64)


def _with_edges(samples: Samples, edges: Ints, gap_s: int) -> tuple[Ints, Floats]:
    """Insert values at the edges between two readings that are not a gap apart, so that no piece crosses an edge."""
    time_us, value = samples.time_us, samples.value
    if len(time_us) < 2:
        return time_us, value
    after = np.searchsorted(time_us, edges, side="left")
    inside = (after > 0) & (after < len(time_us))
    at = edges[inside]
    right = after[inside]
    keep = (time_us[right] != at) & (time_us[right] - time_us[right - 1] <= gap_s * _US)
    extra = at[keep]
    merged = np.concatenate((time_us, extra))
    order = np.argsort(merged, kind="stable")
    return merged[order], np.concatenate((value, np.interp(extra, time_us, value)))[order]


def _spread(steps: Steps, amount: Floats, edges: Ints) -> Floats:
    """Sum an amount that flows evenly through each step into the bins between the edges; conserves the total."""
    out = np.zeros(max(len(edges) - 1, 0))
    if not len(amount) or not len(out):
        return out
    width = (steps.end_us - steps.start_us).astype(float)
    flowing = width > 0
    if flowing.any():
        # ends stand before starts, so that where two steps meet the sum is complete before the next one begins
        knots = np.concatenate((steps.end_us[flowing], steps.start_us[flowing]))
        gained = np.concatenate((amount[flowing], np.zeros(int(flowing.sum()))))
        order = np.argsort(knots, kind="stable")
        out += np.diff(np.interp(edges, knots[order], np.cumsum(gained[order])))
    at = np.searchsorted(edges, steps.end_us[~flowing], side="right") - 1
    inside = (at >= 0) & (at < len(out))
    np.add.at(out, at[inside], amount[~flowing][inside])
    return out


def _flag_bins(steps: Steps, edges: Ints) -> Ints:
    out = np.zeros(max(len(edges) - 1, 0), dtype=np.int64)
    for index in np.flatnonzero(steps.flags):
        first = np.searchsorted(edges, steps.start_us[index], side="right") - 1
        last = np.searchsorted(edges, steps.end_us[index], side="left")
        out[max(int(first), 0) : max(int(last), 0)] |= steps.flags[index]
    return out


def _bins(time_us: Ints, edges: Ints) -> tuple[Ints, Ints]:
    """Return the positions of the readings inside the span, and the bin of each."""
    where = np.searchsorted(edges, time_us, side="right") - 1
    inside = np.flatnonzero((where >= 0) & (where < len(edges) - 1))
    return inside, where[inside]


def _plain_mean(samples: Samples, edges: Ints) -> Floats:
    inside, where = _bins(samples.time_us, edges)
    count = np.bincount(where, minlength=len(edges) - 1)
    total = np.bincount(where, weights=samples.value[inside], minlength=len(edges) - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 0, total / count, np.nan)


def _block(samples: Samples, edges: Ints, energy: Floats, coverage: Floats, flags: Ints) -> Intervals:
    size = len(edges) - 1
    low, high, last = (np.full(size, np.nan) for _ in range(3))
    inside, where = _bins(samples.time_us, edges)
    value = samples.value[inside]
    np.fmin.at(low, where, value)
    np.fmax.at(high, where, value)
    last[where] = value
    seen = flags.copy()
    np.bitwise_or.at(seen, where, samples.flags[inside])
    return Intervals(
        samples.key, edges[:-1] // _US, energy, np.full(size, np.nan), low, high, last, np.clip(coverage, 0, 1), seen
    )


def _only_heard(block: Intervals) -> Intervals:
    keep = np.isfinite(block.energy) | np.isfinite(block.last) | (block.coverage > 0) | (block.flags != 0)
    columns = (column[keep] for column in block[1:9])
    return Intervals(block.key, *columns)


def _state_intervals(states: States, edges: Ints) -> Intervals:
    inside, where = _bins(states.time_us, edges)
    last_word = dict(zip(where.tolist(), inside.tolist(), strict=True))
    bins = np.array(sorted(last_word), dtype=np.int64)
    size = len(bins)
    empty = np.full(size, np.nan)
    return Intervals(
        key=states.key,
        start_s=edges[bins] // _US,
        energy=empty,
        mean=empty,
        min=empty,
        max=empty,
        last=empty,
        coverage=np.ones(size),
        flags=np.array([states.flags[last_word[b]] for b in bins.tolist()], dtype=np.int64),
        state=[states.value[last_word[b]] for b in bins.tolist()],
    )
