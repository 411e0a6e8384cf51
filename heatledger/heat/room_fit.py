"""Fit a room's response to what was heard of it: the balance summed over two hours, least squares, days as blocks.

Over a window the room's equation reads ΔT = loss/C·∫(T_out − T) + beside/C·∫(T_beside − T) + 1/C·∫heat + ∫gain/C:
linear in what is asked for, and a sensor's coarse step averages out of the sums.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from heatledger.heat.room import RoomResponse
from heatledger.heat.strongest import HEATS_W, Peaks, peaks_of
from heatledger.marks import worded
from heatledger.readings import Floats, Ints

STEP_S: Final = 900
"""Width of the intervals a response is fitted on. [s]"""
LEAST_DAYS: Final = 5
"""Fewer days with heat say nothing that holds on another."""
_WINDOW: Final = 8
"""Steps of a window: two hours, about as long as a room is heated up. [steps]"""
_BRIDGED: Final = 4
"""A silence so long is bridged by a straight line. [steps]"""
_STUCK: Final = 96
"""A thermometer that says the very same so long is not believed. [steps]"""
_LEAP_K: Final = 3.0
"""No room's air changes so much within a step: a glitch, or a sensor that was carried away. [K]"""
_LEAST_SWING_K: Final = 0.8
"""Half the days must have moved so far, coarse steps of half a kelvin counted. [K]"""
_OTHERWISE: Final = 4.0
"""A day whose mean squared error is so many times the median's went otherwise, by open windows or a stove. [1]"""
_LEFT_OUT: Final = 0.25
"""At most this share of the days is left out. [1]"""
_DRAWS: Final = 200
_WIDEST: Final = 4.0
"""A time constant of which not even a factor of four is known, high over low, is not known."""
_LONGEST_H: Final = 500.0
_HARMONICS: Final = 2


class NotKnown(NamedTuple):
    """Why a room's response cannot be known yet, and what would make it known."""

    reason: str
    mend: str


def fit(
    times_s: Ints,
    celsius: Floats,
    outdoor_c: Floats,
    heat_w: Floats,
    *,
    beside_c: Floats | None = None,
    hour: Floats | None = None,
    electric: bool = False,
    doubt: float = 0.0,
) -> RoomResponse | NotKnown:
    """Fit a response.

    Parameters
    ----------
    times_s : array, shape (n,)
        Start of each interval, UTC, `STEP_S` apart without gaps. [s]
    celsius, outdoor_c : array, shape (n,)
        Means of the room and outdoors; NaN where not heard, or where a window stood open. [°C]
    heat_w : array, shape (n,)
        Heat into the room, NaN where not known. [W]
    beside_c : array, shape (n,), optional
        Mean of the home's other rooms. [°C]
    hour : array, shape (n,), optional
        Hour of the home's day, for its free heat by the hour. [h]
    electric : bool
        `heat_w` is electricity, for no COP is known.
    doubt : float
        Standard deviation of what all of `heat_w` may be off by, relative: it scales a response's watts, no time. [1]

    Returns
    -------
    RoomResponse or NotKnown
        The sums are those of Bacher and Madsen's model Ti; draws resample whole days (block bootstrap, Künsch 1989).
    """
    room = _believed(celsius)
    heated = _days_heated(times_s, room, heat_w)
    missing = _missing(times_s, room, outdoor_c, heat_w, heated)
    if missing is not None:
        return missing
    rows = _rows(times_s, room, outdoor_c, heat_w, beside_c, hour)
    kept = _alike(rows)
    found = _solved(kept)
    if found is None and rows.beside:
        kept = _alike(rows.alone())
        found = _solved(kept)
    if found is None:
        return _unclear()
    return _told(kept, found, peaks_of(times_s, outdoor_c, heat_w), electric=electric, doubt=doubt)


def _believed(celsius: Floats) -> Floats:
    """Return a room's temperature, short silences bridged, without what a stuck or moved sensor said."""
    room = celsius.copy()
    known = np.flatnonzero(np.isfinite(room))
    if len(known) < 2:
        return room
    breaks = np.flatnonzero(np.diff(room[known]) != 0.0) + 1
    for run in np.split(known, breaks):
        if run[-1] - run[0] >= _STUCK:
            room[run] = np.nan
    leaps = np.flatnonzero(np.abs(np.diff(room)) > _LEAP_K)
    room[np.unique(np.concatenate([leaps, leaps + 1]))] = np.nan
    return _bridged(room)


def _bridged(column: Floats) -> Floats:
    known = np.flatnonzero(np.isfinite(column))
    if len(known) < 2:
        return column
    at = np.arange(len(column))
    after = np.searchsorted(known, at).clip(max=len(known) - 1)
    before = (np.searchsorted(known, at, side="right") - 1).clip(min=0)
    short = known[after] - known[before] <= _BRIDGED
    inside = (at >= known[0]) & (at <= known[-1]) & short
    return np.where(inside, np.interp(at, known, column[known]), column)


def _days_heated(times_s: Ints, room: Floats, heat_w: Floats) -> Ints:
    """Return the days (of 24 h from the first instant) on which the room was heated and heard."""
    day = (times_s - times_s[0]) // 86_400 if len(times_s) else times_s
    return np.unique(day[np.isfinite(room) & (np.nan_to_num(heat_w) > HEATS_W)])


def _missing(times_s: Ints, room: Floats, outdoor_c: Floats, heat_w: Floats, heated: Ints) -> NotKnown | None:
    """Return what the fit lacks."""
    if not np.isfinite(room).any():
        mend = worded("name a thermometer with temperature in the home file, and see that it is heard")
        return NotKnown(worded("no temperature of this room is heard"), mend)
    if not np.isfinite(outdoor_c).any():
        mend = worded("name a thermometer outdoors with outdoor_temperature in the home file")
        return NotKnown(worded("the outdoor temperature is not heard"), mend)
    if not np.isfinite(heat_w).any():
        mend = worded("measure what heats it, and say so with zone or a head in the home file")
        return NotKnown(worded("nothing that heats this room is measured"), mend)
    if len(heated) < LEAST_DAYS:
        reason = worded("it was heated and heard on {n} of the last days, too few", n=len(heated))
        return NotKnown(reason, worded("{n} days with heating make it known", n=LEAST_DAYS))
    day = (times_s - times_s[0]) // 86_400
    swings = [np.ptp(known) for one in heated if len(known := room[(day == one) & np.isfinite(room)])]
    if np.median(swings) < _LEAST_SWING_K:
        reason = worded("its temperature hardly moves, so nothing shows how fast it would")
        return NotKnown(reason, worded("some nights with a set-point two degrees lower make it known"))
    return None


def _unclear() -> NotKnown:
    reason = worded("its temperature does not follow outdoors and its own heat clearly enough")
    return NotKnown(reason, worded("more days, or some nights with a set-point two degrees lower, make it known"))


class _Rows(NamedTuple):
    """The linear system: rise [K], its sums (exchange outdoors, heat, time, harmonics, beside), and each row's day."""

    rise: Floats
    sums: Floats
    day: Ints
    beside: bool
    harmonics: int

    def alone(self) -> _Rows:
        """Return it without the rooms beside."""
        return self._replace(sums=self.sums[:, :-1], beside=False)

    def of(self, days: Ints) -> _Rows:
        inside = np.isin(self.day, days)
        return self._replace(rise=self.rise[inside], sums=self.sums[inside], day=self.day[inside])


def _rows(
    times_s: Ints, room: Floats, outdoor_c: Floats, heat_w: Floats, beside_c: Floats | None, hour: Floats | None
) -> _Rows:
    beside = beside_c is not None and bool(np.isfinite(beside_c).any())
    count = _HARMONICS if hour is not None else 0
    turns = [2 * np.pi * k * (hour if hour is not None else 0.0) / 24.0 for k in range(1, count + 1)]
    waves = [wave(turn) for turn in turns for wave in (np.cos, np.sin)]
    columns = [_bridged(outdoor_c) - room, heat_w, np.ones(len(room)), *waves]
    columns += [_bridged(beside_c) - room] if beside and beside_c is not None else []
    sums = np.column_stack([_over(column) for column in columns])
    rise = room[_WINDOW:] - room[:-_WINDOW]
    known = np.isfinite(sums).all(axis=1) & np.isfinite(rise)
    day = ((times_s - times_s[0]) // 86_400)[: len(rise)]
    return _Rows(rise[known], sums[known], day[known], beside, count)


def _over(column: Floats) -> Floats:
    """Return the integral over each window, from the middle of its first step to the middle of its last. [· h]."""
    pairs = (column[1:] + column[:-1]) / 2 * (STEP_S / 3600.0)
    total = np.concatenate([[0.0], np.cumsum(np.nan_to_num(pairs))])
    blind = np.concatenate([[0], np.cumsum(~np.isfinite(pairs))])
    return np.where(blind[_WINDOW:] == blind[:-_WINDOW], total[_WINDOW:] - total[:-_WINDOW], np.nan)


def _alike(rows: _Rows) -> _Rows:
    """Return the days that go by one law: those that went quite otherwise left out."""
    days = np.unique(rows.day)
    if len(days) < LEAST_DAYS:
        return rows
    factors = np.linalg.lstsq(rows.sums, rows.rise, rcond=None)[0]
    squares = (rows.rise - rows.sums @ factors) ** 2
    errors = np.array([squares[rows.day == day].mean() for day in days])
    limit = max(_OTHERWISE * float(np.median(errors)), float(np.quantile(errors, 1.0 - _LEFT_OUT)))
    return rows.of(days[errors <= limit])


def _solved(rows: _Rows) -> Floats | None:
    """Return loss, capacity, gain, beside and the harmonics' heat; None where that is no room. [W/K, Wh/K, W]."""
    if len(np.unique(rows.day)) < LEAST_DAYS:
        return None
    found, _, rank, _ = np.linalg.lstsq(rows.sums, rows.rise, rcond=None)
    factors = np.asarray(found, dtype=np.float64)
    if rank < rows.sums.shape[1] or not _is_room(factors, rows):
        return None
    return np.asarray(_physical(factors[None, :], rows)[0], dtype=np.float64)


def _is_room(factors: Floats, rows: _Rows) -> bool:
    beside = factors[-1] if rows.beside else 0.0
    whole = factors[0] + beside
    return bool(factors[0] > 0 and factors[1] > 0 and beside >= 0 and 1.0 / whole <= _LONGEST_H)


def _physical(factors: Floats, rows: _Rows) -> Floats:
    """Return factors as a room's numbers, shape (k, 4 + 2·harmonics)."""
    capacity = 1.0 / factors[:, 1]
    waves = factors[:, 3 : 3 + 2 * rows.harmonics]
    beside = factors[:, -1] if rows.beside else np.zeros(len(factors))
    heats = np.column_stack([factors[:, 0], np.ones(len(factors)), factors[:, 2], beside, waves])
    return np.asarray(heats * capacity[:, None], dtype=np.float64)


def _draws(rows: _Rows, found: Floats, strongest_w: Floats, doubt: float) -> Floats:
    """Return resampled responses, each with one window's own free heat and one day's strongest: (k, 5)."""
    chance = np.random.default_rng(0)
    days = np.unique(rows.day)
    parts = [rows.of(np.array([day])) for day in days]
    left = np.array([part.sums.T @ part.sums for part in parts])
    right = np.array([part.sums.T @ part.rise for part in parts])
    picks = np.array(
        [np.bincount(chance.integers(0, len(days), len(days)), minlength=len(days)) for _ in range(_DRAWS)]
    )
    ridge = 1e-9 * np.trace(left.sum(axis=0)) / left.shape[1] * np.eye(left.shape[1])
    factors = np.linalg.solve(np.tensordot(picks, left, 1) + ridge, np.tensordot(picks, right, 1)[:, :, None])[:, :, 0]
    good = factors[[_is_room(row, rows) for row in factors]]
    made = _physical(good, rows)[:, :4]
    own = np.linalg.lstsq(rows.sums, rows.rise, rcond=None)[0]
    beyond_w = (rows.rise - rows.sums @ own) * found[1] / (_WINDOW * STEP_S / 3600.0)
    made[:, 2] += chance.choice(beyond_w, len(made))
    whole = np.column_stack([made, chance.choice(strongest_w, len(made))])
    return np.asarray(whole * np.exp(doubt * chance.standard_normal((len(made), 1))), dtype=np.float64)


def _told(rows: _Rows, found: Floats, peaks: Peaks, *, electric: bool, doubt: float) -> RoomResponse | NotKnown:
    draws = _draws(rows, found, peaks.heat_w, doubt)
    constants = draws[:, 1] / (draws[:, 0] + draws[:, 3]) if len(draws) >= _DRAWS // 2 else np.array([1.0, np.inf])
    low, high = np.percentile(constants, (5, 95))
    if not np.isfinite(high) or high > _WIDEST * low:
        return _unclear()
    turns = 2 * np.pi * (np.arange(24) + 0.5) / 24.0
    waves = np.array([wave(k * turns) for k in range(1, rows.harmonics + 1) for wave in (np.cos, np.sin)])
    return RoomResponse(
        loss_w_k=float(found[0]),
        capacity_wh_k=float(found[1]),
        gain_w=float(found[2]),
        strongest_w=float(np.median(peaks.heat_w)),
        strongest_at_c=peaks.at_c,
        weaker_w_k=peaks.weaker_w_k,
        steps=len(rows.rise),
        draws=draws,
        beside_w_k=float(found[3]),
        sun_w=np.asarray(found[4:] @ waves, dtype=np.float64) if rows.harmonics else None,
        days=len(np.unique(rows.day)),
        electric=electric,
    )
