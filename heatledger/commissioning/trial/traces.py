"""What was heard of a unit during a test run: columns on the run's clock, and windows of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from heatledger.readings import Floats

GRID_S: Final = 10.0
"""Windows are looked at this often. [s]"""
HELD_S: Final = 300.0
"""A power is believed to have stayed for so long … [s]"""
TEMPERATURE_HELD_S: Final = 3600.0
"""… and a temperature, which many devices tell only when it changes. [s]"""
_DIP, _BACK = 0.4, 0.7
_SHORTEST_S, _LONGEST_S = 60.0, 720.0
_BEFORE_S: Final = 600.0
_FROST_C: Final = 5.0

Spans = list[tuple[float, float]]
Bools = npt.NDArray[np.bool_]


class Trace(NamedTuple):
    """A gauge: times on the run's clock, sorted [s], and values in the canonical unit."""

    at_s: Floats
    value: Floats


class Words(NamedTuple):
    """A state: times on the run's clock, sorted [s], and words."""

    at_s: Floats
    value: tuple[str, ...]


NOTHING: Final = Trace(np.zeros(0), np.zeros(0))
SILENT: Final = Words(np.zeros(0), ())


class HeadHeard(NamedTuple):
    """What one indoor unit that takes part said: its room's name, how it is set and what it does."""

    name: str
    mode: Words = SILENT
    action: Words = SILENT
    setpoint: Trace = NOTHING


class Heard(NamedTuple):
    """What was heard for a run.

    Attributes
    ----------
    power : Trace
        Of the whole circuit. [W]
    room, supply, outdoor : Trace
        Mean of the rooms, and of the supplied air, that take part; outdoors. [°C]
    heat : Trace
        Measured heat, positive whichever way it is moved. [W]
    heat_rung, heat_width : str, float
        By which rung of the ladder it is measured, and the 90 % half-width. [1]
    heads : tuple of HeadHeard
        Indoor units that take part.
    defrost : Words
        What the outdoor unit says of defrosting.
    """

    power: Trace
    room: Trace = NOTHING
    supply: Trace = NOTHING
    outdoor: Trace = NOTHING
    heat: Trace = NOTHING
    heat_rung: str = ""
    heat_width: float = 0.0
    heads: tuple[HeadHeard, ...] = ()
    defrost: Words = SILENT


def held(trace: Trace, at_s: Floats, longest_s: float = HELD_S) -> Floats:
    """Return a gauge at some instants [s]: its last value, NaN before the first and where that is too old."""
    if not len(trace.at_s):
        return np.full(len(at_s), np.nan)
    last = np.searchsorted(trace.at_s, at_s, side="right") - 1
    near = np.maximum(last, 0)
    fresh = (last >= 0) & (at_s - trace.at_s[near] <= longest_s)
    return np.where(fresh, trace.value[near], np.nan)


def value_at(trace: Trace, at_s: float) -> float | None:
    """Return the last value up to an instant; None where there is none."""
    last = int(np.searchsorted(trace.at_s, at_s, side="right")) - 1
    return float(trace.value[last]) if last >= 0 else None


def word_at(words: Words, at_s: float) -> str | None:
    """Return the last word up to an instant; None where there is none."""
    last = int(np.searchsorted(words.at_s, at_s, side="right")) - 1
    return words.value[last] if last >= 0 else None


def together(traces: Sequence[Trace], of: Callable[[Floats], Floats], longest_s: float = HELD_S) -> Trace:
    """Return what several gauges make at every time one of them speaks and all are known.

    Parameters
    ----------
    traces : sequence of Trace
        All of them needed.
    of : callable
        Array of shape (traces, n) → shape (n,).
    longest_s : float
        How long a value is believed. [s]
    """
    if not traces or any(not len(trace.at_s) for trace in traces):
        return NOTHING
    at_s = np.unique(np.concatenate([trace.at_s for trace in traces]))
    rows = np.array([held(trace, at_s, longest_s) for trace in traces])
    value = of(rows)
    known = np.isfinite(value)
    return Trace(at_s[known], value[known])


def window(
    trace: Trace,
    start_s: float,
    end_s: float,
    *,
    longest_s: float = HELD_S,
    without: Sequence[tuple[float, float]] = (),
) -> Floats:
    """Return a gauge every ten seconds of a span, NaN where it was not heard and in the spans left out.

    Parameters
    ----------
    trace : Trace
        The gauge.
    start_s, end_s : float
        Half-open span. [s]
    longest_s : float
        How long a value is believed. [s]
    without : sequence of tuple
        Spans that do not count. [s]
    """
    at_s = np.arange(start_s, end_s, GRID_S)
    found = held(trace, at_s, longest_s)
    for begins, ends in without:
        found[(at_s >= begins) & (at_s < ends)] = np.nan
    return found


def known_mean(values: Floats, share: float = 0.5) -> float | None:
    """Return the mean of what is known; None where that is less than a share of the whole."""
    known = np.isfinite(values)
    return float(values[known].mean()) if len(values) and known.mean() >= share else None


def defrosts(heard: Heard, start_s: float, end_s: float) -> Spans:
    """Return the spans in which the unit defrosted: as it says itself, else by its power's dip in the cold. [s].

    A dip is one to twelve minutes below 40 % of what it drew in the ten minutes before, after which it draws at least
    70 % of that again, while it is below 5 °C outside.
    """
    at_s = np.arange(start_s, end_s, GRID_S)
    told = [words for words in (heard.defrost, *(head.action for head in heard.heads)) if len(words.at_s)]
    says = np.zeros(len(at_s), dtype=np.bool_)
    for words in told:
        last = np.searchsorted(words.at_s, at_s, side="right") - 1
        says |= np.array(
            [row >= 0 and words.value[row] in ("defrosting", "true", "on") for row in last], dtype=np.bool_
        )
    return _spans(at_s, says) or _dips(heard, at_s)


def _spans(at_s: Floats, inside: Bools) -> Spans:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inside, [False])).astype(np.int8)))
    return [(float(at_s[a]), float(at_s[b - 1] + GRID_S)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _dips(heard: Heard, at_s: Floats) -> Spans:
    power = held(heard.power, at_s)
    cold = held(heard.outdoor, at_s, TEMPERATURE_HELD_S) < _FROST_C
    rows = round(_BEFORE_S / GRID_S)
    found: Spans = []
    number = rows
    while number < len(at_s):
        before = (
            float(np.nanmean(power[number - rows : number]))
            if np.isfinite(power[number - rows : number]).all()
            else np.nan
        )
        if not (cold[number] and power[number] < _DIP * before):
            number += 1
            continue
        low = power[number:] < _BACK * before
        length = int(np.argmin(low)) if not low.all() else 0
        if length and _SHORTEST_S <= length * GRID_S <= _LONGEST_S:
            found.append((float(at_s[number]), float(at_s[number + length])))
        number += max(length, 1)
    return found
