"""Whether the rooms get what is asked: set-points met and held, supplied air warm enough, heads of one mind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from heatledger.commissioning.evidence import HOUR, Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.cycling import FROST_C
from heatledger.formatting import number, signed
from heatledger.formatting import share as shared
from heatledger.heat import delivered
from heatledger.heat.day_hours import held
from heatledger.heat.map_ends import most
from heatledger.home import HeatPump, Home
from heatledger.marks import marked, worded
from heatledger.readings import INTERVAL_S, Floats

_SHORT_K, _SHORT_SHARE = 1.5, 0.25
_OVER_K: Final = 2.0
_SUPPLY_K: Final = 8.0
_LEAST_H: Final = 5.0
_HARD, _HARD_H = 0.5, 2.0
_TURNS_H: Final = 1.0
_HEATER_W: Final = 50.0
_MODES: Final = {"heating": 1, "defrosting": 1, "cooling": 2, "drying": 2}
_SETTINGS: Final = {"heat": 1, "cool": 2, "dry": 2}


def _column(seen: Evidence, zone: str, what: str) -> Floats | None:
    return seen.account.rooms.get(f"{zone}:{what}")


def _gaps(seen: Evidence) -> Iterator[tuple[str, Floats | None, str]]:
    """Return how far each served room is beyond its set-point while it is heated or cooled; None if unknown [K]."""
    for zone in seen.home.zones:
        served = [pump for pump in seen.home.heat_pumps if any(head.zone == zone.id for head in pump.heads)]
        if not served:
            continue
        room, asked = _column(seen, zone.id, "temperature"), _column(seen, zone.id, "setpoint")
        if room is None or asked is None:
            yield zone.name, None, worded("its temperature or set-point is not heard")
            continue
        beyond = room - held(asked)
        rows = [sign * beyond[_driven(seen, zone.id, work)] for work, sign in (("heating", 1.0), ("cooling", -1.0))]
        gaps = np.concatenate(rows)
        gaps = gaps[np.isfinite(gaps)]
        few = len(gaps) < _LEAST_H * HOUR
        yield zone.name, None if few else gaps, worded("it was heated or cooled for less than five hours so far")


def _driven(seen: Evidence, zone: str, work: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return where electricity heated, or cooled, a room."""
    drawn = _column(seen, zone, work)
    return np.zeros(seen.grid.size, dtype=np.bool_) if drawn is None else np.nan_to_num(drawn) > 0


def _reached(seen: Evidence) -> Iterator[Seen]:
    """Judge whether rooms reach their set-points."""
    for name, gaps, why in _gaps(seen):
        if gaps is None:
            yield Seen(name, why, good=None)
            continue
        share = float((gaps < -_SHORT_K).mean())
        said = worded(
            "more than 1.5 K short of its set-point for {share} of the time it is heated or cooled", share=shared(share)
        )
        yield Seen(
            name, said, good=share <= _SHORT_SHARE, value=100 * share, low=0.0, high=100 * _SHORT_SHARE, unit="%"
        )


def _overshot(seen: Evidence) -> Iterator[Seen]:
    """Judge whether rooms get warmer than asked while they are heated, or cooler while they are cooled."""
    for name, gaps, why in _gaps(seen):
        if gaps is None:
            yield Seen(name, why, good=None)
            continue
        over = float(np.percentile(gaps, 90))
        said = worded(
            "{over} K beyond its set-point in the furthest tenth of the time it is heated or cooled",
            over=signed(over, 1),
        )
        yield Seen(name, said, good=over <= _OVER_K, value=over, high=_OVER_K, unit="K")


def _supplied(seen: Evidence) -> Iterator[Seen]:
    """Judge whether supplied air is warm enough while the unit works hard: at its least it need not be."""
    called = {zone.id: zone.name for zone in seen.home.zones}
    for pump in seen.home.heat_pumps:
        heats = seen.mode(pump, "heating") & (seen.running(pump, "runs") == 1) & _hard(seen, pump)
        for head in pump.heads:
            air = seen.mean((head.device,), "supply_temp")
            room = seen.mean((head.device,), "temperature")
            if air is None or room is None:
                continue
            rises = (air - room)[heats & np.isfinite(air) & np.isfinite(room)]
            rises = rises[rises > 2.0]  # of several heads those that rest supply the room's own air
            if len(rises) < _HARD_H * HOUR:
                few = worded("it heated at half of its most and more for less than two hours so far")
                yield Seen(called[head.zone], few, good=None)
                continue
            typical = float(np.median(rises))
            said = worded("supplies air {typical} K warmer than the room's", typical=number(typical, 0))
            yield Seen(called[head.zone], said, good=typical >= _SUPPLY_K, value=typical, low=_SUPPLY_K, unit="K")


def _hard(seen: Evidence, pump: HeatPump) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return where a heat pump draws half of its most: by its map; without one, of its own most, in frost."""
    power, system = seen.power(pump), seen.systems.get(pump.unit or "")
    if system is not None and system.heating:
        outside, unknown = delivered.source(pump, seen.grid, seen.outdoor_c), np.full(seen.grid.size, system.sink_c)
        full = most(system, outside, unknown, scale=system.scale(pump.rated_w)).power_w
    else:
        own = float(np.nanpercentile(power, 98)) if np.isfinite(power).any() else np.nan
        full = np.where(seen.outdoor_c < FROST_C, own, np.nan)
    with np.errstate(invalid="ignore"):
        return np.asarray(power >= _HARD * full)


def _doing(seen: Evidence, pump: HeatPump) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    found = []
    for head in pump.heads:
        does = seen.grid.codes(head.device, "action", _MODES)
        is_set = seen.grid.codes(head.device, "mode", _SETTINGS)
        found.append(np.where(does >= 0, does, is_set))
    return found


def _fighting(seen: Evidence) -> Iterator[Seen]:
    """Judge whether heads of one outdoor unit want to heat and to cool at one time."""
    for pump, name in seen.pumps():
        if len(pump.heads) < 2:
            continue
        does = _doing(seen, pump)
        if all((row < 0).all() for row in does):
            yield Seen(name, worded("its heads do not say what they do"), good=None)
            continue
        both = np.any([row == 1 for row in does], axis=0) & np.any([row == 2 for row in does], axis=0)
        hours = np.count_nonzero(both) / HOUR
        one = worded("its heads want the same")
        said = worded("one head heats while another cools for {hours} h", hours=number(hours, 1)) if hours else one
        yield Seen(name, said, good=not hours, value=hours, low=0.0, high=0.0, unit="h")


def _against(seen: Evidence) -> Iterator[Seen]:
    """Judge whether one machine or heater warms the home while another cools it."""
    warms = {name: seen.mode(pump, "heating") for pump, name in seen.pumps()}
    cools = {name: seen.mode(pump, "cooling") for pump, name in seen.pumps()}
    for pump, name in seen.pumps():
        if not (warms[name].any() or cools[name].any()) and (seen.running(pump, "runs") == 1).any():
            yield Seen("", worded("whether {name} heats or cools is not heard", name=name), good=None)
            return
    for meter, name in seen.meters():
        if meter.heater and meter.id in seen.account.meters:
            warms[name] = np.nan_to_num(seen.account.meters[meter.id]) * 3.6e6 / INTERVAL_S > _HEATER_W
    if not any(rows.any() for rows in (*warms.values(), *cools.values())):
        return
    hours, warm, cold = max(
        ((float(np.count_nonzero(hot & chill)) / HOUR, one, other) for one, hot in warms.items()
         for other, chill in cools.items() if one != other), default=(0.0, "", ""),
    )  # fmt: skip
    none = worded("nothing heats while something else cools")
    said = worded("{warm} heats while {cold} cools for {hours} h", warm=warm, cold=cold, hours=number(hours, 1))
    yield Seen("", said if hours else none, good=hours <= _TURNS_H, value=hours, low=0.0, high=_TURNS_H, unit="h")


def _served(home: Home) -> bool:
    return any(pump.heads for pump in home.heat_pumps)


CHECKS: Final = (
    Check(
        id="room.reached",
        name=marked("Set-points reached"),
        group="machine",
        question=marked("Does each room get as warm, or as cool, as is asked?"),
        rule=marked("more than 1.5 K short for at most a quarter of the time it is heated or cooled"),
        source=marked("own rule"),
        severity="warn",
        mend=marked("look at fan step and louvre; a room that never gets there asks more than its head can give"),
        needs=marked("the room’s temperature and set-point, and five hours of heating or cooling"),
        judge=_reached,
        applies=_served,
    ),
    Check(
        id="room.overshot",
        name=marked("Set-points held"),
        group="machine",
        question=marked("Does any room get much warmer than asked while it is heated, or cooler while it is cooled?"),
        rule=marked("at most 2 K beyond in the furthest tenth of the time it is heated or cooled"),
        source=marked("own rule"),
        severity="warn",
        mend=marked("let the head follow a thermometer in the room, or take back its temperature offset"),
        needs=marked("the room’s temperature and set-point, and five hours of heating or cooling"),
        judge=_overshot,
        applies=_served,
    ),
    Check(
        id="room.supply",
        name=marked("Supplied air"),
        group="machine",
        question=marked("Is the supplied air warm enough?"),
        rule=marked("at least 8 K warmer than the room’s at the median of its heating at half of its most and more"),
        source=marked("own rule"),
        severity="warn",
        mend=marked("clean the filter; check charge and fan step"),
        needs=marked("a thermometer in the supplied air, and two hours of heating at half of its most and more"),
        judge=_supplied,
        applies=_served,
    ),
    Check(
        id="unit.fighting",
        name=marked("Heads of one mind"),
        group="machine",
        question=marked("Does one head ask for heat while another asks for cold?"),
        rule=marked("never on one outdoor unit"),
        source=marked("a two-pipe multi-split gives one or the other"),
        severity="fail",
        mend=marked("set all heads of one outdoor unit to the same mode"),
        needs=marked("heads that say what they do, or how they are set"),
        judge=_fighting,
        applies=lambda home: any(len(pump.heads) > 1 for pump in home.heat_pumps),
    ),
    Check(
        id="home.against",
        name=marked("Heating against cooling"),
        group="machine",
        question=marked("Does anything heat the home while something else cools it?"),
        rule=marked("for at most an hour in the span"),
        source=marked("own rule: what one brings the other takes away again, and both are paid for"),
        severity="warn",
        mend=marked("set both to the same mode, or their set-points three kelvins apart; switch heaters off in summer"),
        needs=marked("two heat pumps, or one and a heater with a meter of its own, that say what they do"),
        judge=_against,
        applies=lambda home: bool(home.heat_pumps) and len(home.heat_pumps) + sum(m.heater for m in home.meters) > 1,
    ),
)
