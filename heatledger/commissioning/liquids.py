"""Whether the liquids are right: what comes from the ground and goes back to it, and what glycol the water has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from heatledger.commissioning.evidence import HOUR, Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.commissioning.water import LEAST_H, during, hydronic_pumps
from heatledger.formatting import number, signed, temperature
from heatledger.formatting import share as shared
from heatledger.heat.fluids import freezes_at
from heatledger.heat.heat_meter import hydronic
from heatledger.home import Glycol, HeatMeter, Home
from heatledger.marks import marked, worded
from heatledger.readings import INTERVAL_S, Floats

_BRINE_C: Final = (-5.0, 20.0)
_BRINE_K: Final = (1.5, 6.0)
_APART: Final = 10.0
_LEAST_KWH: Final = 10.0
_KEEPS: Final = 0.25
"""Less glycol than this feeds bacteria, and has too little inhibitor against corrosion. [1]"""


def _brine(seen: Evidence) -> Iterator[Seen]:
    """Judge the liquid from the ground."""
    for pump, name, heats in hydronic_pumps(seen):
        if pump.kind != "ground_source":
            continue
        told = seen.mean((pump.source,), "temperature") if pump.source else None
        liquid = during(told, heats)
        if len(liquid) < LEAST_H * HOUR:
            few = worded("the liquid from the ground was heard for less than ten hours of heating")
            yield Seen(name, few, good=None)
            continue
        least = float(np.percentile(liquid, 2))
        said = worded("{temperature} from the ground at its coldest", temperature=temperature(least))
        good = _BRINE_C[0] <= least <= _BRINE_C[1]
        yield Seen(name, said, good=good, value=least, low=_BRINE_C[0], high=_BRINE_C[1], unit="°C")


def _brine_spread(seen: Evidence) -> Iterator[Seen]:
    """Judge by how much the liquid comes back from the ground warmer than it went."""
    for pump, name, heats in hydronic_pumps(seen):
        if pump.kind != "ground_source":
            continue
        ends = [seen.mean((point,), "temperature") if point else None for point in (pump.source, pump.source_return)]
        spread = during(None if ends[0] is None or ends[1] is None else ends[0] - ends[1], heats)
        if len(spread) < LEAST_H * HOUR:
            few = worded("the liquid from and to the ground was heard for less than ten hours of heating")
            yield Seen(name, few, good=None)
            continue
        typical = float(np.median(spread))
        said = worded("{typical} K warmer from the ground than to it", typical=number(typical, 1))
        good = _BRINE_K[0] <= typical <= _BRINE_K[1]
        yield Seen(name, said, good=good, value=typical, low=_BRINE_K[0], high=_BRINE_K[1], unit="K")


def _glycol(seen: Evidence) -> Iterator[Seen]:
    """Judge whether heat computed from flow knows what flows, and whether that is enough glycol to keep."""
    for pump, name, _ in hydronic_pumps(seen):
        computed = pump.heat_meter is not None and pump.heat_meter.flow is not None
        if pump.glycol is not None:
            part = pump.glycol.fraction
            told = worded("{share} {kind} glycol is stated", share=shared(part), kind=pump.glycol.kind)
            good = part == 0 or part >= _KEEPS
            yield Seen(name, told, good=good, value=100 * part, low=100 * _KEEPS if part else 0.0, unit="%")
        elif computed and pump.kind == "air_to_water":
            said = worded("heat is computed from flow, and whether there is glycol in it is not stated")
            yield Seen(name, said, good=None)
        elif computed:
            yield Seen(name, worded("heat is computed from flow, as of water"), good=True)


def _frost(seen: Evidence) -> Iterator[Seen]:
    """Judge whether the stated glycol keeps from freezing in the coldest weather that was heard or designed for."""
    colds = [*seen.outdoor_c[np.isfinite(seen.outdoor_c)].tolist()]
    colds += [seen.home.design.outdoor_c] if seen.home.design else []
    for pump, name, _ in hydronic_pumps(seen):
        if pump.kind != "air_to_water":
            continue
        if pump.glycol is None or not pump.glycol.fraction or not colds:
            none = worded("no glycol is stated: then something else must keep its water from freezing")
            yield Seen(name, none, good=None)
            continue
        ice, cold = freezes_at(pump.glycol), min(colds)
        said = worded("freezes at {ice}, and it gets as cold as {cold}", ice=temperature(ice), cold=temperature(cold))
        yield Seen(name, said, good=ice <= cold, value=ice, high=cold, unit="°C")


def _agrees(seen: Evidence) -> Iterator[Seen]:
    """Judge a counter of heat against flow, spread and what flows."""
    for pump, name, heats in hydronic_pumps(seen):
        meter = pump.heat_meter
        counter = seen.grid.find(meter.point, "heat_energy") if meter and meter.point else None
        made = _computed(seen, meter, pump.glycol) if meter else None
        if counter is None or made is None:
            continue
        counted = seen.grid.lay(counter, counter.energy)
        both = heats & np.isfinite(counted) & np.isfinite(made)
        total = float(counted[both].sum())
        if total < _LEAST_KWH:
            yield Seen(name, worded("it counted less than 10 kWh of heat so far"), good=None)
            continue
        apart = 100 * (float(made[both].sum()) / total - 1.0)
        said = worded("flow and spread make {apart} of its own counter", apart=signed(apart, 0) + "%")
        yield Seen(name, said, good=abs(apart) <= _APART, value=apart, low=-_APART, high=_APART, unit="%")


def _computed(seen: Evidence, meter: HeatMeter, glycol: Glycol | None) -> Floats | None:
    """Return the heat of each interval by flow and spread; None where one of them is not heard. [kWh]."""
    named = {"flow": meter.flow, "flow_temp": meter.flow_temp, "return_temp": meter.return_temp}
    columns = [seen.mean((point or meter.point or "",), quantity) for quantity, point in named.items()]
    flow, out, back = columns
    if flow is None or out is None or back is None:
        return None
    return hydronic(flow, out, back, leg=meter.leg, glycol=glycol) * (INTERVAL_S / 3.6e6)


def _ground(home: Home) -> bool:
    return any(pump.kind == "ground_source" for pump in home.heat_pumps)


def _outdoors(home: Home) -> bool:
    return any(pump.kind == "air_to_water" for pump in home.heat_pumps)


def _flow_metered(home: Home) -> bool:
    return any(pump.heat_meter and pump.heat_meter.flow for pump in home.heat_pumps)


def _glycolled(home: Home) -> bool:
    return _flow_metered(home) or any(pump.glycol for pump in home.heat_pumps)


CHECKS: Final = (
    Check(
        id="water.brine",
        name=marked("Liquid from the ground"),
        group="water",
        question=marked("Is the ground warm enough?"),
        rule=marked("−5 to 20 °C at its coldest"),
        source=marked("EN 14511: B0; below −5 °C most machines stop"),
        severity="warn",
        mend=marked("look at the loop's pump and strainer, and at its size"),
        needs=marked("a thermometer: source of the heat pump"),
        judge=_brine,
        applies=_ground,
    ),
    Check(
        id="water.brine_spread",
        name=marked("Liquid to and from the ground"),
        group="water",
        question=marked("Does enough liquid flow through the ground?"),
        rule=marked("comes back 1.5 to 6 K warmer than it went, at the median"),
        source=marked("EN 14511: 3 K at B0 (0 °C in, −3 °C out)"),
        severity="warn",
        mend=marked("above: bleed the loop, clean its strainer; below: lower its pump, or thermometers are swapped"),
        needs=marked("two thermometers: source and source_return of the heat pump, and ten hours of heating"),
        judge=_brine_spread,
        applies=_ground,
    ),
    Check(
        id="water.glycol",
        name=marked("Glycol"),
        group="water",
        question=marked("Does the heat meter know what flows through it, and does that keep?"),
        rule=marked("glycol is stated where heat is computed from flow: none, or 25 % and more"),
        source=marked("heatledger/heat/fluids.py; Dow on DOWFROST: 25–60 %, below it bacteria and corrosion"),
        severity="warn",
        mend=marked("measure it with a refractometer: fill up to 25 % or flush to water, or mend glycol.fraction"),
        needs=marked("glycol.kind and glycol.fraction of the heat pump, fraction 0 where it is water"),
        judge=_glycol,
        applies=_glycolled,
    ),
    Check(
        id="water.frost",
        name=marked("Protected from frost"),
        group="water",
        question=marked("Is there enough glycol for the coldest weather?"),
        rule=marked("its freezing point is below the coldest weather heard, and below the design's"),
        source=marked("freezing points of CoolProp 8.0.0 (INCOMP, after Melinder 2010)"),
        severity="warn",
        mend=marked("measure the glycol, and raise its share"),
        needs=marked("glycol of the heat pump in the home file, and the outdoor temperature"),
        judge=_frost,
        applies=_outdoors,
    ),
    Check(
        id="water.heat",
        name=marked("Heat counter against flow"),
        group="water",
        question=marked("Do the heat counter and flow with spread tell the same heat?"),
        rule=marked("within 10 % of each other over 10 kWh and more"),
        source=marked("own rule: two meters of class 2 (EN 1434), 5 % each"),
        severity="warn",
        mend=marked("look at the unit of flow, at the glycol that is stated, and where the thermometers sit"),
        needs=marked("a heat counter (heat_meter.point) beside flow, flow and return temperatures"),
        judge=_agrees,
        applies=_flow_metered,
    ),
)
