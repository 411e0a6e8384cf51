"""Whether a machine can run as slowly as the home asks: hours in which the load lies below its map's least output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from heatledger.commissioning.evidence import Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.commissioning.house import loss_of
from heatledger.days import Day
from heatledger.formatting import number, temperature
from heatledger.formatting import share as shared
from heatledger.heat.map_ends import least
from heatledger.home import HeatPump
from heatledger.marks import marked, worded
from heatledger.readings import Floats

_MOST: Final = 0.6
_LEAST_H: Final = 300
_COLD_C: Final = 7.0
"""Who is too large in hours this cold is so over a season: 5.1 °C on the mean of EN 14825's average climate. [°C]"""
_MILD_C: Final = 8.0
"""Who is large enough in hours whose mildest tenth is colder than this may still be too large in spring. [°C]"""


class _Hours(NamedTuple):
    """Hours of days that the house's balance knows: outdoor air [°C], rooms less that [K], other gains [W]."""

    outdoor_c: Floats
    apart_k: Floats
    gain_w: Floats


def _hours(aperture_m2: float, days: Sequence[Day]) -> _Hours:
    """Return every whole hour of days that were heard well enough, gains spread over their day: walls keep them."""
    rows = []
    for day in days:
        if day.house is not None and day.hours is not None:
            outdoor = np.asarray(day.hours.outdoor_c, dtype=np.float64)
            outdoor = outdoor[np.isfinite(outdoor)]
            gain = (aperture_m2 * day.house.sun_kwh_m2 + day.house.other_kwh) * 3.6e6 / day.seconds
            rows.append(np.stack([outdoor, day.house.indoor_c - outdoor, np.full(len(outdoor), gain)]))
    return _Hours(*np.concatenate(rows, axis=1)) if rows else _Hours(*np.zeros((3, 0)))


def _part(days: Sequence[Day], pump: HeatPump) -> float:
    """Return a heat pump's part of the electricity of all of them that heats. [0–1]."""
    heats = {name: 0.0 for day in days for name in day.pumps}
    for day in days:
        for name, row in day.pumps.items():
            heats[name] += row.use.get("heating", 0.0)
    total = sum(heats.values())
    return heats.get(pump.id, 0.0) / total if total > 0 else 0.0


def _below(seen: Evidence) -> Iterator[Seen]:
    """Judge in how many of the hours that ask for heat a unit cannot run as slowly as they ask."""
    loss, days = loss_of(seen), [day for _, day in sorted(seen.past.items())] or list(seen.days)
    if loss is None or seen.house is None:
        return
    hours = _hours(float(seen.house.found[1]), days)
    for pump, name in seen.pumps():
        system = seen.systems.get(pump.unit or "")
        slow = least(system, hours.outdoor_c, scale=system.scale(pump.rated_w)) if system and system.heating else None
        part = _part(days, pump)
        if slow is None or pump.kind == "ground_source":
            yield Seen(name, worded("no map of its unit that tells its least output by outdoor temperature"), good=None)
        elif part == 0:
            yield Seen(name, worded("it has not heated so far"), good=None)
        else:
            yield _judged(name, hours, loss, part, slow)


def _judged(name: str, hours: _Hours, loss: tuple[float, float], part: float, slow: Floats) -> Seen:
    value, width = loss
    loads = [part * (each * hours.apart_k - hours.gain_w) for each in (value, value + width, value - width)]
    air = hours.outdoor_c[loads[0] > 0]
    if len(air) < _LEAST_H:
        few = worded("the home asked for heat in {n} hours so far that are known, less than 300", n=len(air))
        return Seen(name, few, good=None)
    share, low, high = (float((load[load > 0] < slow[load > 0]).mean()) if (load > 0).any() else 1.0 for load in loads)
    said = worded(
        "the load was below its least output in {share} of {hours} h of heating ({low}–{high}), at {mean} on the mean",
        share=shared(share), hours=number(len(air), 0), low=shared(low), high=shared(high),
        mean=temperature(float(air.mean())),
    )  # fmt: skip
    good = low <= _MOST
    open_ = float(np.percentile(air, 90)) < _MILD_C if good else float(air.mean()) > _COLD_C
    wait = worded("a whole heating season: so far the weather was only mild, or only cold") if open_ else ""
    return Seen(
        name, said, good=None if open_ else good, value=100 * share, low=0.0, high=100 * _MOST, unit="%", mend=wait
    )


CHECKS: Final = (
    Check(
        id="unit.least_output",
        name=marked("Least output"),
        group="machine",
        question=marked("Can it run as slowly as the home mostly asks?"),
        rule=marked(
            "its part of the load (heat loss by the home’s own balance, less sun and appliances) is below the least its"
            " map gives at that temperature in at most 60 % of the hours that ask for heat"
        ),
        source=marked("EN 14825: below its least output a unit goes on and off; 60 %: own rule"),
        severity="warn",
        mend=marked("serve more rooms from it; a smaller unit, or one that runs slower, when it is replaced"),
        needs=marked(
            "the home’s heat loss (fourteen days of known heat), a unit file with its least output, and 300 hours that"
            " ask for heat"
        ),
        judge=_below,
        applies=lambda home: bool(home.heat_pumps),
    ),
)
