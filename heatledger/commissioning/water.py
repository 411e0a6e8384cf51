"""Whether the water is right: flow, spread, weather compensation, hot water and legionella."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from heatledger.commissioning.evidence import HOUR, Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.formatting import number, signed, temperature
from heatledger.formatting import share as shared
from heatledger.home import HeatPump, Home
from heatledger.marks import marked, worded
from heatledger.readings import Floats

_WATER: Final = frozenset(("air_to_water", "ground_source"))
LEAST_H: Final = 10.0
"""Fewer hours of heating say nothing of its water. [h]"""
_SPREAD_K: Final = (2.0, 12.0)
_COLD_C: Final = 12.0  # nobody cools below it: whose return is warmer then has its thermometers swapped
_SLOPE: Final = -0.1
_VARIES_K: Final = 6.0
_HOT_C: Final = (43.0, 65.0)
_KILLS_C: Final = 60.0
_WEEK: Final = 7 * 24 * HOUR


def hydronic(home: Home) -> bool:
    """Return whether a home is heated by water."""
    return any(pump.kind in _WATER for pump in home.heat_pumps)


def points(pump: HeatPump) -> tuple[str, ...]:
    """Return who tells of a heat pump's water."""
    meter = pump.heat_meter
    own = (meter.point, meter.flow, meter.flow_temp, meter.return_temp) if meter else ()
    return tuple(point for point in (*own, *(head.device for head in pump.heads)) if point)


def hydronic_pumps(seen: Evidence) -> Iterator[tuple[HeatPump, str, np.ndarray[tuple[int], np.dtype[np.bool_]]]]:
    """Return hydronic heat pumps with where they run for the rooms."""
    for pump, name in seen.pumps():
        if pump.kind in _WATER:
            yield pump, name, seen.mode(pump, "heating") & (seen.running(pump, "runs") == 1)


def during(column: Floats | None, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """Return what a column says in some of its rows, where it says anything."""
    return np.empty(0) if column is None else column[rows & np.isfinite(column)]


def _flow(seen: Evidence) -> Iterator[Seen]:
    """Judge whether water flows while it heats."""
    for pump, name, heats in hydronic_pumps(seen):
        flow = during(seen.mean(points(pump), "flow"), heats)
        if len(flow) < LEAST_H * HOUR:
            yield Seen(name, worded("its flow was heard for less than ten hours of heating"), good=None)
            continue
        still = float((flow < 1.0).mean())
        said = worded(
            "{flow} L/min while it heats, none in {still} of the time",
            flow=number(np.median(flow), 0),
            still=shared(still),
        )
        yield Seen(name, said, good=still < 0.05, value=float(np.median(flow)), low=1.0, unit="L/min")


def _spread(seen: Evidence) -> Iterator[Seen]:
    """Judge flow less return."""
    for pump, name, _ in hydronic_pumps(seen):
        heats = (seen.running(pump, "runs") == 1) & (seen.outdoor_c < _COLD_C)
        out, back = (seen.mean(points(pump), quantity) for quantity in ("flow_temp", "return_temp"))
        spread = during(None if out is None or back is None else out - back, heats)
        if len(spread) < LEAST_H * HOUR:
            yield Seen(name, worded("flow and return were heard for less than ten hours of heating"), good=None)
            continue
        typical = float(np.median(spread))
        said = worded("flow {typical} K above return", typical=number(typical, 1))
        good = _SPREAD_K[0] <= typical <= _SPREAD_K[1]
        yield Seen(name, said, good=good, value=typical, low=_SPREAD_K[0], high=_SPREAD_K[1], unit="K")


def _compensated(seen: Evidence) -> Iterator[Seen]:
    """Judge whether the flow gets cooler as the weather gets warmer."""
    for pump, name, heats in hydronic_pumps(seen):
        flow = seen.mean(points(pump), "flow_temp")
        rows = heats & np.isfinite(seen.outdoor_c) & (np.isfinite(flow) if flow is not None else False)
        if flow is None or np.count_nonzero(rows) < LEAST_H * HOUR:
            yield Seen(name, worded("its flow temperature was heard for less than ten hours of heating"), good=None)
            continue
        air = seen.outdoor_c[rows]
        if np.percentile(air, 95) - np.percentile(air, 5) < _VARIES_K:
            yield Seen(name, worded("the weather hardly changed so far"), good=None)
            continue
        slope = float(np.polyfit(air, flow[rows], 1)[0])
        said = worded("flow {slope} K for each kelvin outdoors", slope=signed(slope, 2))
        yield Seen(name, said, good=slope <= _SLOPE, value=slope, high=_SLOPE, unit="K/K")


def _hot(seen: Evidence) -> Iterator[Seen]:
    """Judge the hot water's temperature."""
    for pump, name, _ in hydronic_pumps(seen):
        tank = seen.mean(points(pump), "dhw_temp")
        known = np.empty(0) if tank is None else tank[np.isfinite(tank)]
        if len(known) < 24 * HOUR:
            continue
        most = float(np.percentile(known, 95))
        said = worded("{temperature} at its warmest", temperature=temperature(most))
        yield Seen(
            name, said, good=_HOT_C[0] <= most <= _HOT_C[1], value=most, low=_HOT_C[0], high=_HOT_C[1], unit="°C"
        )


def _legionella(seen: Evidence) -> Iterator[Seen]:
    """Judge whether a tank gets hot once a week."""
    for pump, name, _ in hydronic_pumps(seen):
        tank = seen.mean(points(pump), "dhw_temp")
        if tank is None or np.count_nonzero(np.isfinite(tank)) < 0.8 * _WEEK:
            continue
        most = float(np.nanmax(tank[-_WEEK:]))
        said = worded("{temperature} at the most in a week", temperature=temperature(most))
        yield Seen(name, said, good=most >= _KILLS_C, value=most, low=_KILLS_C, unit="°C")


CHECKS: Final = (
    Check(
        id="water.flow",
        name=marked("Flow"),
        group="water",
        question=marked("Does water flow while it heats?"),
        rule=marked("no more than 5 % of its heating without flow"),
        source=marked("own rule"),
        severity="fail",
        mend=marked("look at pump, valves and strainer; if the flow is there, at the flow meter"),
        needs=marked("a flow meter: heat_meter.flow of the heat pump, and ten hours of heating"),
        judge=_flow,
        applies=hydronic,
    ),
    Check(
        id="water.spread",
        name=marked("Flow above return"),
        group="water",
        question=marked("Is the spread what it should be?"),
        rule=marked("2 to 12 K at the median"),
        source=marked("metered fleet's median 3.8 K; makers ask 5–8 K"),
        severity="warn",
        mend=marked(
            "below: lower the pump's speed, or the thermometers are swapped; above: raise it, clean the strainer"
        ),
        needs=marked("flow and return temperatures, and ten hours of heating"),
        judge=_spread,
        applies=hydronic,
    ),
    Check(
        id="water.compensation",
        name=marked("Weather compensation"),
        group="water",
        question=marked("Does the flow get cooler as the weather gets warmer?"),
        rule=marked("at least 0.1 K cooler for each kelvin outdoors"),
        source=marked("EN 14825: the heating curve of variable outlet"),
        severity="warn",
        mend=marked("switch on weather compensation, and lower the curve until the coldest room just holds"),
        needs=marked("flow and outdoor temperature over weather that changes by 6 K"),
        judge=_compensated,
        applies=hydronic,
    ),
    Check(
        id="water.hot",
        name=marked("Hot water"),
        group="water",
        question=marked("Is the hot water hot enough, and no hotter?"),
        rule=marked("43 to 65 °C at its warmest"),
        source=marked("own rule: above 65 °C the COP of any machine is poor"),
        severity="warn",
        mend=marked("set the tank to 48–55 °C"),
        needs=marked("the tank's temperature over a day"),
        judge=_hot,
        applies=hydronic,
    ),
    Check(
        id="water.legionella",
        name=marked("Legionella run"),
        group="water",
        question=marked("Does the tank get hot once a week?"),
        rule=marked("60 °C once in seven days"),
        source=marked("WHO, Legionella and the prevention of legionellosis (2007), 60 °C"),
        severity="warn",
        mend=marked("switch on the weekly disinfection, unless an installer decided otherwise"),
        needs=marked("the tank's temperature over a week"),
        judge=_legionella,
        applies=hydronic,
    ),
)
