"""Whether the heat pump does what its data sheet says: power, COP, how slowly it can run, and its size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from heatledger.commissioning.evidence import HOUR, Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.formatting import cop as ratio
from heatledger.formatting import number
from heatledger.formatting import power as watts
from heatledger.formatting import share as shared
from heatledger.heat.unit_map import table
from heatledger.marks import marked, worded

_RUN_H: Final = 24.0
_COLD_H: Final = 10.0
_MEASURED: Final = ("A", "B")
_STEADY_SHARE: Final = 0.75
_BEYOND: Final = 0.05
_IDLE_SHARE: Final = 0.6
_TOO_GOOD: Final = marked(
    "better than its data sheet: is its heat counted too large (unit of flow, airflow, glycol), or does part of it"
    " draw from another meter?"
)


def _modulation(seen: Evidence) -> Iterator[Seen]:
    """Judge whether an inverter runs at less than its most."""
    for pump, name, _ in seen.uses():
        power = seen.power(pump)[seen.running(pump, "runs") == 1]
        power = power[np.isfinite(power)]
        if len(power) < _RUN_H * HOUR:
            yield Seen(name, worded("it ran for less than a day so far"), good=None)
            continue
        low, high = float(np.percentile(power, 10)), float(np.percentile(power, 98))
        said = worded("runs between {low} and {high}", low=watts(low), high=watts(high))
        share = low / high
        yield Seen(
            name, said, good=share <= _STEADY_SHARE, value=100 * share, low=0.0, high=100 * _STEADY_SHARE, unit="%"
        )


def _beyond(seen: Evidence) -> Iterator[Seen]:
    """Judge power against the largest that the unit's map knows."""
    for pump, name, _ in seen.uses():
        system = seen.systems.get(pump.unit or "")
        if system is None or not system.heating:
            yield Seen(name, worded("no map of its unit"), good=None)
            continue
        scale = system.scale(pump.rated_w)
        grid = table(system.heating, scale)
        heats, power = seen.mode(pump, "heating"), seen.power(pump)
        inside = np.clip(seen.outdoor_c, grid.outdoor_c[0], grid.outdoor_c[-1])
        most = np.interp(inside, grid.outdoor_c, grid.power_w[:, -1])
        rows = heats & np.isfinite(power) & np.isfinite(most) & (seen.running(pump, "runs") == 1)
        if np.count_nonzero(rows) < _COLD_H * HOUR:
            yield Seen(name, worded("it heated for less than ten hours so far"), good=None)
            continue
        share = float((power[rows] > 1.15 * most[rows] + 50.0).mean())
        said = worded("more than its map knows of in {share} of the hours it heated", share=shared(share))
        yield Seen(name, said, good=share <= _BEYOND, value=100 * share, low=0.0, high=100 * _BEYOND, unit="%")


def _cop(seen: Evidence) -> Iterator[Seen]:
    """Judge a measured COP against what is normal for the weather."""
    for _, name, use in seen.uses():
        heating = use.seasonal.get("heating")
        found = heating.cop if heating else use.cop
        if heating is None or found.value is None or found.rung not in _MEASURED or heating.expected is None:
            yield Seen(
                name, found.reason or worded("its COP is not measured: a map cannot be tried against itself"), good=None
            )
            continue
        low, high = heating.expected.low, heating.expected.high
        said = worded(
            "COP {cop}, normal for the weather {low}–{high}",
            cop=ratio(found.value, found.low, found.high),
            low=number(low, 1),
            high=number(high, 1),
        )
        above = (found.low or found.value) > high
        good = (found.high or found.value) >= low and not above
        yield Seen(name, said, good=good, value=found.value, low=low, high=high, mend=_TOO_GOOD if above else "")


def _oversized(seen: Evidence) -> Iterator[Seen]:
    """Judge how much of its running time a unit is below its least output, and so goes on and off."""
    for pump, name, use in seen.uses():
        runs = seen.running(pump, "runs")
        count = np.count_nonzero(runs == 1)
        if count < _RUN_H * HOUR or use.starts is None:
            yield Seen(name, worded("it ran for less than a day so far, or its starts cannot be counted"), good=None)
            continue
        edge = np.convolve(np.nan_to_num(seen.running(pump, "starts")), np.ones(HOUR), mode="same") >= 1
        rests = np.convolve((runs == 0).astype(float), np.ones(HOUR), mode="same") >= 1
        share = float(np.count_nonzero(edge & rests & (runs == 1)) / count)
        said = worded("on and off in {share} of the time it runs", share=shared(share))
        yield Seen(name, said, good=share <= _IDLE_SHARE, value=100 * share, low=0.0, high=100 * _IDLE_SHARE, unit="%")


CHECKS: Final = (
    Check(
        id="unit.modulation",
        name=marked("Modulation"),
        group="machine",
        question=marked("Does an inverter run slower than at its most?"),
        rule=marked("its slow running is below three quarters of its fast"),
        source=marked("own rule: inverters reach 20–40 % of their rating"),
        severity="warn",
        mend=marked("look whether it is set to a test or high-power mode, and whether its set-point is ever reached"),
        needs=marked("a day of running"),
        judge=_modulation,
        applies=lambda home: bool(home.heat_pumps),
    ),
    Check(
        id="unit.beyond_map",
        name=marked("Power beside its data sheet"),
        group="machine",
        question=marked("Does it draw more than its data sheet knows of?"),
        rule=marked("above the map's largest power and 15 % in at most 5 % of the hours it heats"),
        source=marked("the unit's own file of systems/"),
        severity="warn",
        mend=marked(
            "is it the right unit file and rated_w? A heater on the same circuit needs a meter of its own (backup)"
        ),
        needs=marked("a unit file (unit of the heat pump), the outdoor temperature, and ten hours of heating"),
        judge=_beyond,
        applies=lambda home: bool(home.heat_pumps),
    ),
    Check(
        id="unit.cop",
        name=marked("COP beside its data sheet"),
        group="machine",
        question=marked("Is the measured COP what is normal for the weather?"),
        rule=marked("its 90 % interval reaches what is normal"),
        source="heatledger/heat/normal.py",
        severity="warn",
        mend=marked("clean filter and coil, check charge and airflow; on water: lower the flow temperature"),
        needs=marked("a heat meter or measured airflow, and a unit file"),
        judge=_cop,
        applies=lambda home: bool(home.heat_pumps),
    ),
    Check(
        id="unit.oversized",
        name=marked("Size"),
        group="machine",
        question=marked("Is it too large for what is asked of it?"),
        rule=marked("on and off within the hour for at most 60 % of its running time"),
        source=marked("own rule"),
        severity="warn",
        mend=marked("serve more rooms from it, or let it run longer at a steady set-point"),
        needs=marked("a day of running, its power once a minute"),
        judge=_oversized,
        applies=lambda home: bool(home.heat_pumps),
    ),
)
