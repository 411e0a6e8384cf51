"""What a machine gives when its rooms ask for all of it: power and measured heat of ordinary days beside its map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from heatledger.commissioning.evidence import HOUR, Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.formatting import number, temperature
from heatledger.formatting import power as watts
from heatledger.formatting import share as shared
from heatledger.heat import delivered
from heatledger.heat.day_hours import held
from heatledger.heat.flows import Z90, Flow, Work
from heatledger.heat.map_ends import most
from heatledger.heat.unit_map import defrost_loss
from heatledger.home import HeatPump
from heatledger.marks import marked, worded
from heatledger.readings import INTERVAL_S, Floats

_SHORT_K: Final = 1.5
_LASTS: Final = 4  # a quarter of an hour before, and the interval itself: inverters ramp up in 5–10 min
_LEAST: Final = HOUR
_TOP: Final = 90.0
_AT_TOP: Final = 0.9
_HALF: Final = (0.4, 0.6)
_W_PER_KWH: Final = 3.6e6 / INTERVAL_S
_SIGNS: Final[dict[Work, float]] = {"heating": 1.0, "cooling": -1.0}
_SETTINGS: Final = {
    "heating": {"heat": 1, "heat+dhw": 1, "heat_cool": 1, "heat_cool+dhw": 1, "auto": 1},
    "cooling": {"cool": 1, "cool+dhw": 1, "heat_cool": 1, "heat_cool+dhw": 1, "auto": 1},
}
_LEGS: Final = marked(
    "about half: is the other leg of its circuit, or a second outdoor unit, on another meter? Name both (sum)"
)
_NEVER: Final = marked(
    "a cold morning after a set-back, on which all of its rooms are 1.5 K short for an hour, or a guided test run"
    " (/commissioning/run)"
)


class _Full(NamedTuple):
    """Intervals in which every room that a unit serves asked for all of it.

    Attributes
    ----------
    rows : array
        Which. [bool]
    power_w, most_w, most_heat_w : array
        Drawn; and power and heat of its map at its most, defrosting taken off. [W]
    width : float
        90 % half-width of the map. [1]
    """

    rows: np.ndarray[tuple[int], np.dtype[np.bool_]]
    power_w: Floats
    most_w: Floats
    most_heat_w: Floats
    width: float

    @property
    def hours(self) -> float:
        """How long. [h]."""
        return float(np.count_nonzero(self.rows)) / HOUR

    @property
    def reached(self) -> Floats:
        """Power over the map's largest, in those intervals. [1]."""
        return self.power_w[self.rows] / self.most_w[self.rows]


def _short(seen: Evidence, pump: HeatPump, work: Work) -> np.ndarray[tuple[int], np.dtype[np.bool_]] | None:
    """Return where every room that a unit serves is short of its set-point; None where one of them is not heard."""
    every = np.ones(seen.grid.size, dtype=np.bool_)
    for head in pump.heads:
        columns = [seen.account.rooms.get(f"{head.zone}:{what}") for what in ("temperature", "setpoint")]
        room, asked = columns
        if room is None or asked is None:
            return None
        is_set = seen.grid.codes(head.device, "mode", _SETTINGS[work], other=0)
        with np.errstate(invalid="ignore"):
            every &= (_SIGNS[work] * (held(asked) - room) >= _SHORT_K) & (is_set != 0)
    return every if pump.heads else None


def _full(seen: Evidence, pump: HeatPump, work: Work) -> _Full | str:
    """Return when a unit ran with all of its rooms short; why nobody can say where nobody can."""
    system = seen.systems.get(pump.unit or "")
    points = () if system is None else system.heating if work == "heating" else system.cooling
    short = _short(seen, pump, work)
    if system is None or not points:
        return worded("no map of its unit")
    if short is None:
        return worded("temperature or set-point of a room that it serves is not heard")
    works = short & seen.mode(pump, work) & (seen.running(pump, "runs") == 1)
    lasting = np.convolve(works, np.ones(_LASTS), mode="full")[: seen.grid.size] >= _LASTS
    outside, power = delivered.source(pump, seen.grid, seen.outdoor_c), seen.power(pump)
    sink = delivered.sink(seen.home, pump, system, seen.grid)
    cools = work == "cooling"
    end = most(system, outside, sink, scale=system.scale(pump.rated_w), cools=cools)
    lost = 0.0 if cools or system.defrost_included or system.sink == "water" else defrost_loss(outside)
    rows = lasting & (seen.running(pump, "defrosts") != 1) & np.isfinite(power) & np.isfinite(end.power_w)
    return _Full(rows, power, end.power_w, end.heat_w * (1.0 - lost), delivered.WIDTHS[system.evidence][1])


def _met(seen: Evidence, pump: HeatPump) -> list[tuple[Work, _Full]] | str:
    """Return the works in which a unit ran at its most for an hour; why nobody can say where there is none."""
    found = [(work, _full(seen, pump, work)) for work in _SIGNS]
    enough = [(work, full) for work, full in found if isinstance(full, _Full) and full.hours * HOUR >= _LEAST]
    if enough:
        return enough
    why = [full for _, full in found if isinstance(full, str)]
    if len(why) == len(found):
        return why[0]
    hours = max(full.hours for _, full in found if isinstance(full, _Full))
    return worded(
        "all of its rooms were far from their set-points for {hours} h only, in weather that its map knows",
        hours=number(hours, 1),
    )


def _power(seen: Evidence) -> Iterator[Seen]:
    """Judge the power of a unit whose rooms ask for all of it against its map's at the outdoor temperature."""
    for pump, name in seen.pumps():
        met = _met(seen, pump)
        if isinstance(met, str):
            yield Seen(name, met, good=None, mend=_NEVER if _mapped(seen, pump) else "")
            continue
        for _, full in met:
            yield _beside(seen, name, full)


def _mapped(seen: Evidence, pump: HeatPump) -> bool:
    return pump.unit in seen.systems and _short(seen, pump, "heating") is not None


def _beside(seen: Evidence, name: str, full: _Full) -> Seen:
    ratio = float(np.percentile(full.reached, _TOP))
    at = np.flatnonzero(full.rows)[int(np.argmin(np.abs(full.reached - ratio)))]
    said = worded(
        "draws {power} at {temperature} with its rooms short for {hours} h; its map says {most}",
        power=watts(float(full.power_w[at])), temperature=temperature(float(seen.outdoor_c[at])),
        hours=number(full.hours, 1), most=watts(float(full.most_w[at])),
    )  # fmt: skip
    low = 1.0 - full.width
    mend = _LEGS if ratio < low and _HALF[0] <= ratio <= _HALF[1] else ""
    return Seen(name, said, good=ratio >= low, value=100 * ratio, low=100 * low, unit="%", mend=mend)


def _capacity(seen: Evidence) -> Iterator[Seen]:
    """Judge the measured heat of a unit whose rooms ask for all of it against its map's."""
    for pump, name in seen.pumps():
        met = _met(seen, pump)
        if isinstance(met, str):
            yield Seen(name, met, good=None, mend=_NEVER if _mapped(seen, pump) else "")
            continue
        use = {key.partition(":")[2]: kwh for key, kwh in seen.account.pumps.items() if key.startswith(f"{pump.id}:")}
        flows = delivered.measured(seen.home, pump, seen.grid, use, seen.outdoor_c)
        for _, full in met:
            moved = next((found for flow in flows if (found := _moved(name, full, flow))), None)
            power = watts(float(np.percentile(full.power_w[full.rows], _TOP)))
            none = worded("draws {power}; its heat is not measured: a map cannot be tried against itself", power=power)
            measure = worded("a heat meter, or a supply-air probe and its airflow at every indoor unit")
            yield moved or Seen(name, none, good=None, mend=measure)


def _moved(name: str, full: _Full, flow: Flow) -> Seen | None:
    """Return what a measurement of heat says of the hours at its top; None where it heard less than an hour of them."""
    ratio = full.power_w / full.most_w
    top = float(np.percentile(full.reached, _TOP))
    with np.errstate(invalid="ignore"):
        rows = full.rows & (ratio >= _AT_TOP * top) & np.isfinite(flow.heat_kwh)
    if np.count_nonzero(rows) < _LEAST:
        return None
    heat, given = float(flow.heat_kwh[rows].mean()) * _W_PER_KWH, float(full.most_heat_w[rows].mean())
    own = Z90 * float(flow.systematic[rows].mean())
    said = worded(
        "moves {heat} of heat ({least} to {best}) at {share} of its map’s power; its map says {low} to {high}",
        heat=watts(heat), least=watts(heat * (1.0 - own)), best=watts(heat * (1.0 + own)), share=shared(top),
        low=watts(given * (1.0 - full.width)), high=watts(given * (1.0 + full.width)),
    )  # fmt: skip
    good = heat * (1.0 + own) >= given * (1.0 - full.width)
    return Seen(name, said, good=good, value=heat, low=given * (1.0 - full.width), unit="W")


CHECKS: Final = (
    Check(
        id="unit.below_map",
        name=marked("Power when all of it is asked for"),
        group="machine",
        question=marked("Does it draw what its data sheet says while its rooms are far from their set-points?"),
        rule=marked(
            "all of its rooms 1.5 K short for a quarter of an hour and longer: the largest tenth of its power reaches"
            " its map’s interval at the outdoor temperature"
        ),
        source=marked("the unit's own file of systems/; ±20 % of a table, ±26 % of a rating"),
        severity="warn",
        mend=marked(
            "quiet or eco mode, a limit on its power? Right unit file and rated_w, all of it on this meter? Then charge"
            " and expansion valve"
        ),
        needs=marked(
            "a unit file, the outdoor temperature, and temperature and set-point of every room that it serves"
        ),
        judge=_power,
        applies=lambda home: bool(home.heat_pumps),
    ),
    Check(
        id="unit.capacity",
        name=marked("Heat when all of it is asked for"),
        group="machine",
        question=marked("Does it move the heat its data sheet says while its rooms are far from their set-points?"),
        rule=marked("at the top of its power the 90 % interval of its measured heat reaches that of its map"),
        source=marked("the unit's own file of systems/; intervals of heatledger/heat/delivered.py"),
        severity="warn",
        mend=marked("clean filter and coil, look at airflow, then have the charge weighed"),
        needs=marked(
            "a unit file, the outdoor temperature, and temperature and set-point of every room that it serves"
        ),
        judge=_capacity,
        applies=lambda home: bool(home.heat_pumps),
    ),
)  # fmt: skip
