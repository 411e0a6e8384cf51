"""Whether the heat pump runs as it should: rest, starts, defrosts, back-up and base-pan heater."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from heatledger.commissioning.evidence import HOUR, Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.cycling import FROST_C
from heatledger.formatting import energy, number
from heatledger.formatting import power as watts
from heatledger.formatting import share as shared
from heatledger.home import HeatPump
from heatledger.marks import marked, worded
from heatledger.operation import SHORT_STARTS
from heatledger.readings import INTERVAL_S

_REST_W: Final = {"mini_split": 50.0, "multi_split": 70.0, "air_conditioner": 50.0}
_REST_OTHER_W: Final = 100.0
_COLD_H: Final = 10.0
_DEFROSTS_H: Final = 2.0
_LONGEST_MIN: Final = 15.0
_OVERLAP_C: Final = 0.0
_SPARE: Final = 0.75
_OVERLAPS: Final = 0.25
_BACKUP_KWH: Final = 0.5
_DRY_C, _WET_C, _PAN_W = 6.0, 2.0, 30.0


def rest_limit(pump: HeatPump) -> float:
    """Return the most that a unit of its kind draws at rest, its stated pan heater included. [W]."""
    return _REST_W.get(pump.kind, _REST_OTHER_W) + (pump.pan_heater_w or 0.0)


def _standby(seen: Evidence) -> Iterator[Seen]:
    """Judge what a unit draws at rest."""
    for pump, name, use in seen.uses():
        most = rest_limit(pump)
        rest = use.standby.watts
        if rest is None:
            yield Seen(name, use.standby.reason or worded("it has not rested yet"), good=None)
        else:
            said = worded("{power} at rest", power=watts(rest))
            yield Seen(name, said, good=rest <= most, value=rest, low=0.0, high=most, unit="W")


def _cycling(seen: Evidence) -> Iterator[Seen]:
    """Judge how often a compressor starts."""
    for _, name, use in seen.uses():
        run = use.cycling
        if run.short_cycling is None or run.starts is None:
            yield Seen(name, run.reason or worded("its starts cannot be counted"), good=None)
            continue
        said = worded("{n} starts in the busiest hour", n=run.peak_starts_per_hour)
        if run.median_period_min is not None:
            said = worded(
                "{n} starts in the busiest hour, {minutes} min from start to start",
                n=run.peak_starts_per_hour, minutes=number(run.median_period_min, 0),
            )  # fmt: skip
        yield Seen(name, said, good=not run.short_cycling, value=float(run.peak_starts_per_hour or 0), low=0.0,
                   high=float(SHORT_STARTS - 1), unit="starts/h")  # fmt: skip


def _defrosts(seen: Evidence) -> Iterator[Seen]:
    """Judge how often a unit defrosts."""
    for pump, name, use in seen.uses():
        if use.defrosting.count is None:
            yield Seen(name, use.defrosting.reason or worded("its defrosts are not known"), good=None)
            continue
        cold = (seen.running(pump, "runs") == 1) & (seen.outdoor_c < FROST_C)
        hours = float(np.count_nonzero(cold)) / HOUR
        if hours < _COLD_H:
            yield Seen(name, worded("it ran for less than ten hours below 5 °C so far"), good=None)
            continue
        rate = use.defrosting.count / hours
        said = worded("{n} in {hours} h below 5 °C", n=use.defrosting.count, hours=number(hours, 0))
        yield Seen(name, said, good=rate <= _DEFROSTS_H, value=rate, low=0.0, high=_DEFROSTS_H, unit="per h")


def _long_defrosts(seen: Evidence) -> Iterator[Seen]:
    """Judge how long a defrost takes."""
    for pump, name, use in seen.uses():
        if not use.defrosting.count:
            none = worded("it has not defrosted in the span")
            yield Seen(name, none if use.defrosting.count == 0 else use.defrosting.reason or none, good=None)
            continue
        does = seen.mode(pump, "defrost") | (seen.running(pump, "defrosts") == 1)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], does, [False]))))
        minutes = (edges[1::2] - edges[::2]) * (INTERVAL_S / 60)
        if not len(minutes):
            yield Seen(name, worded("it has not defrosted in the span"), good=None)
            continue
        long = float(np.percentile(minutes, 90))
        said = worded("{minutes} min and less in nine of ten defrosts", minutes=number(long, 0))
        yield Seen(name, said, good=long <= _LONGEST_MIN, value=long, low=0.0, high=_LONGEST_MIN, unit="min")


def _backup(seen: Evidence) -> Iterator[Seen]:
    """Judge whether a back-up heater runs in weather that the heat pump can serve alone."""
    for pump, name in seen.pumps():
        if pump.backup is None:
            continue
        if pump.backup not in seen.account.meters:
            yield Seen(name, worded("the meter of its back-up heater is not heard"), good=None)
            continue
        kwh = np.nan_to_num(seen.account.meters[pump.backup])
        mild = np.nan_to_num(seen.outdoor_c, nan=-99.0) > _OVERLAP_C
        total = float(kwh[mild].sum())
        said = worded("{energy} above 0 °C", energy=energy(total))
        yield Seen(name, said, good=bool(total <= _BACKUP_KWH), value=total, low=0.0, high=_BACKUP_KWH, unit="kWh")


def _overlap(seen: Evidence) -> Iterator[Seen]:
    """Judge whether a back-up heater does what the heat pump still could."""
    for pump, name in seen.pumps():
        if pump.backup is None:
            continue
        runs, own = seen.running(pump, "runs"), seen.power(pump)
        told = seen.account.meters.get(pump.backup)
        helped = np.zeros(seen.grid.size) if told is None else np.nan_to_num(told)
        own = own - helped * (3.6e6 / INTERVAL_S) if _below(seen, pump) else own
        alone = own[(runs == 1) & (helped == 0) & np.isfinite(own)]
        total = float(helped.sum())
        if told is None or len(alone) < _COLD_H * HOUR or total <= _BACKUP_KWH:
            few = worded("its back-up heater hardly ran, or the heat pump for less than ten hours without it")
            yield Seen(name, few, good=None)
            continue
        spare = np.nan_to_num(own) < _SPARE * float(np.percentile(alone, 98))
        share = float(helped[spare].sum()) / total
        said = worded(
            "{share} of {energy} back-up heat while the heat pump ran below three quarters of its most",
            share=shared(share), energy=energy(total),
        )  # fmt: skip
        yield Seen(name, said, good=share <= _OVERLAPS, value=100 * share, low=0.0, high=100 * _OVERLAPS, unit="%")


def _below(seen: Evidence, pump: HeatPump) -> bool:
    """Return whether the back-up heater's electricity is part of what the heat pump's meter counts."""
    return any(meter.id == pump.backup and meter.parent == pump.meter for meter in seen.home.meters)


def _pan(seen: Evidence) -> Iterator[Seen]:
    """Judge whether a base-pan heater is on where nothing freezes."""
    for pump, name in seen.pumps():
        rest, air = seen.running(pump, "rest_w"), seen.outdoor_c
        dry, known = rest[(air > _DRY_C) & np.isfinite(rest)], rest[np.isfinite(rest)]
        if len(dry) < HOUR:
            yield Seen(name, worded("it has not rested for an hour above 6 °C yet"), good=None)
            continue
        extra = float(np.percentile(dry, 75)) - float(np.percentile(known, 5))
        said = worded("{power} more than its least at rest, above 6 °C", power=watts(max(extra, 0.0)))
        yield Seen(name, said, good=bool(extra <= _PAN_W), value=extra, low=0.0, high=_PAN_W, unit="W")


CHECKS: Final = (
    Check(
        id="unit.standby",
        name=marked("Standby"),
        group="machine",
        question=marked("What does the unit draw at rest?"),
        rule=marked(
            "at most 50 W of a mini-split, 70 W of a multi-split, 100 W of others, its stated pan heater beside"
        ),
        source=marked("OCHRE's defaults: electronics 5–15 W and a crankcase heater 15–50 W"),
        severity="warn",
        mend=marked(
            "is the base-pan heater always on? Set it to auto below 0 °C; heads that keep their fan on rest at more"
        ),
        needs=marked("half an hour of rest with the circuit's power heard"),
        judge=_standby,
        applies=lambda home: bool(home.heat_pumps),
    ),
    Check(
        id="unit.cycling",
        name=marked("Short cycling"),
        group="machine",
        question=marked("Does the compressor start too often?"),
        rule=marked(
            "fewer than 6 starts in the busiest hour, or more than 15 min from start to start, three days running"
        ),
        source="github.com/alepee/hass-hitachi_yutaki pull request 441",
        severity="warn",
        mend=marked("widen the thermostat's band, close no heads; a unit that is too large cannot run slower"),
        needs=marked("its power once a minute"),
        judge=_cycling,
        applies=lambda home: bool(home.heat_pumps),
    ),
    Check(
        id="unit.defrost",
        name=marked("Defrosting"),
        group="machine",
        question=marked("Does it defrost too often?"),
        rule=marked("at most two an hour of running below 5 °C"),
        source=marked("every 40–120 min in frost: NEEP cold-climate meta-study"),
        severity="warn",
        mend=marked("clean the outdoor coil, look for snow and blocked air, check the charge"),
        needs=marked("its power once a minute, the outdoor temperature, and ten hours of running below 5 °C"),
        judge=_defrosts,
        applies=lambda home: bool(home.heat_pumps),
    ),
    Check(
        id="unit.defrost_length",
        name=marked("Length of defrosts"),
        group="machine",
        question=marked("Does a defrost take too long?"),
        rule=marked("15 min at most in nine of ten, told in steps of 5 min"),
        source=marked("2–10 min: heatledger/cycling.py; units end a defrost after 10–15 min whatever the coil says"),
        severity="warn",
        mend=marked("look for ice that stays on the coil or base pan, the coil's thermometer, and the charge"),
        needs=marked("its power once a minute, the outdoor temperature, and a defrost"),
        judge=_long_defrosts,
        applies=lambda home: bool(home.heat_pumps),
    ),
    Check(
        id="unit.backup",
        name=marked("Back-up heat"),
        group="machine",
        question=marked("Does the back-up heater run in weather the heat pump serves alone?"),
        rule=marked("no more than half a kilowatt-hour above 0 °C"),
        source=marked("own rule"),
        severity="warn",
        mend=marked(
            "lower the bivalence temperature, lengthen the back-up's delay, and look at the heat pump's own faults"
        ),
        needs=marked("the back-up heater's meter, and the outdoor temperature"),
        judge=_backup,
        applies=lambda home: any(pump.backup for pump in home.heat_pumps),
    ),
    Check(
        id="unit.backup_overlap",
        name=marked("Back-up heat beside a heat pump with power to spare"),
        group="machine",
        question=marked("Does the back-up heater do what the heat pump still could?"),
        rule=marked("at most a quarter of it while the heat pump draws less than three quarters of its most"),
        source=marked("own rule; EN 14825: supplementary heat is for the load above the unit's capacity"),
        severity="warn",
        mend=marked("let the back-up heater start later, at a larger shortfall; does a timer hold the heat pump down?"),
        needs=marked("half a kilowatt-hour of back-up heat on its own meter, and ten hours of running without it"),
        judge=_overlap,
        applies=lambda home: any(pump.backup for pump in home.heat_pumps),
    ),
    Check(
        id="unit.pan_heater",
        name=marked("Base-pan heater"),
        group="machine",
        question=marked("Is the base-pan heater on where nothing freezes?"),
        rule=marked("at rest above 6 °C it draws at most 30 W more than at its least"),
        source=marked("own rule: base-pan heaters draw 50–150 W"),
        severity="warn",
        mend=marked("set the base-pan heater to auto, or give it a thermostat at 2 °C"),
        needs=marked("an hour of rest above 6 °C"),
        judge=_pan,
        applies=lambda home: bool(home.heat_pumps),
    ),
)
