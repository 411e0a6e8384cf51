"""The curves of a test run: what was heard of power, rooms, outdoors and COP, as small drawings of numbers alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from heatledger import formatting
from heatledger.commissioning.trial.books import Shown
from heatledger.commissioning.trial.course import STEPS
from heatledger.commissioning.trial.curves import COP, OUTDOORS, POWER, ROOM, SUPPLY, cop
from heatledger.commissioning.trial.traces import TEMPERATURE_HELD_S, Trace, window
from heatledger.reader import temperature_unit
from heatledger.readings import Floats
from heatledger.wording import say

WIDE, HIGH = 320.0, 72.0
_POINTS: Final = 160
_ROOM: Final = 0.1


class Curve(NamedTuple):
    """One curve: what it is of, its newest value, the ends of its scale, its drawn lines, and where steps begin."""

    title: str
    value: str
    low: str
    high: str
    lines: tuple[str, ...]
    marks: tuple[float, ...]


def curves(shown: Shown) -> list[Curve]:
    """Return the curves of a run, as far as there is anything to draw."""
    heard = shown.heard
    unit = temperature_unit(shown.unit.home)

    def degrees(value: float) -> str:
        return formatting.temperature(value, unit=unit)

    rows = [
        _curve(shown, say(POWER), heard.power, formatting.power, 300.0, floor=0.0),
        _curve(shown, say(ROOM), heard.room, degrees, TEMPERATURE_HELD_S),
        _curve(shown, say(SUPPLY), heard.supply, degrees, TEMPERATURE_HELD_S),
        _curve(shown, say(OUTDOORS), heard.outdoor, degrees, TEMPERATURE_HELD_S),
    ]
    title = COP.get(heard.heat_rung)
    if title is not None:
        measured = cop(heard, shown.unit, shown.now_s)
        rows.append(_curve(shown, say(title), measured, lambda value: formatting.number(value, 1), 300.0, floor=0.0))
    return [row for row in rows if row is not None]


def _curve(
    shown: Shown,
    title: str,
    trace: Trace,
    printed: Callable[[float], str],
    longest_s: float,
    *,
    floor: float | None = None,
) -> Curve | None:
    """Return a gauge from the run's beginning up to now, on a scale as long as the run will be."""
    if not len(trace.at_s):
        return None
    whole = _whole_s(shown)
    values = window(trace, 0.0, max(shown.now_s, 10.0), longest_s=longest_s)
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    low, high = float(known.min()), float(known.max())
    edge = max((high - low) * _ROOM, 0.5 if floor is None else 1.0)
    bottom, top = (low - edge if floor is None else floor), high + edge
    every = max(1, round(len(values) / _POINTS))
    across: Floats = np.arange(len(values), dtype=np.float64)[::every] * (10.0 / whole * WIDE)
    up = np.asarray(HIGH * (1.0 - (values[::every] - bottom) / (top - bottom)), dtype=np.float64)
    marks = tuple(round(leg.asked_s / whole * WIDE, 1) for leg in shown.trial.legs[1:])
    return Curve(title, printed(float(known[-1])), printed(low), printed(high), _lines(across, up), marks)


def _lines(across: Floats, up: Floats) -> tuple[str, ...]:
    """Return a curve as the points of one line for each stretch that was heard."""
    breaks = np.flatnonzero(~np.isfinite(up))
    pieces = zip(np.split(across, breaks), np.split(up, breaks), strict=True)
    joined = (
        " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs.tolist(), ys.tolist(), strict=True) if np.isfinite(y))
        for xs, ys in pieces
    )
    return tuple(points for points in joined if points)


def _whole_s(shown: Shown) -> float:
    """Return how long the run is, or will be if all goes on at once. [s]."""
    trial = shown.trial
    if not trial.running:
        return max(trial.ended_s or 0.0, 60.0)
    ahead = [row for row in STEPS if trial.find(row.id) is None]
    leg = trial.leg
    ends = (shown.now_s if leg.began_s is None else leg.began_s) + trial.lasts_s(leg.step) + leg.extended_s
    return max(ends, shown.now_s) + sum(trial.lasts_s(row.id) for row in ahead)
