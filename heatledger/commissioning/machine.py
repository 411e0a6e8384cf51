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
from heatledger.marks import marked, worded
from heatledger.operation import SHORT_STARTS

_REST_W: Final = {"mini_split": 50.0, "multi_split": 70.0, "air_conditioner": 50.0}
_REST_OTHER_W: Final = 100.0
_COLD_H: Final = 10.0
_DEFROSTS_H: Final = 2.0
_OVERLAP_C: Final = 0.0
_BACKUP_KWH: Final = 0.5
_DRY_C, _WET_C, _PAN_W = 6.0, 2.0, 30.0


def _standby(seen: Evidence) -> Iterator[Seen]:
    """Judge what a unit draws at rest."""
    for pump, name, use in seen.uses():
        most = _REST_W.get(pump.kind, _REST_OTHER_W) + (pump.pan_heater_w or 0.0)
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
        source="OCHRE's defaults: electronics 5–15 W and a crankcase heater 15–50 W",
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
        source="every 40–120 min in frost: NEEP cold-climate meta-study",
        severity="warn",
        mend=marked("clean the outdoor coil, look for snow and blocked air, check the charge"),
        needs=marked("its power once a minute, the outdoor temperature, and ten hours of running below 5 °C"),
        judge=_defrosts,
        applies=lambda home: bool(home.heat_pumps),
    ),
    Check(
        id="unit.backup",
        name=marked("Back-up heat"),
        group="machine",
        question=marked("Does the back-up heater run in weather the heat pump serves alone?"),
        rule=marked("no more than half a kilowatt-hour above 0 °C"),
        source="own rule",
        severity="warn",
        mend=marked(
            "lower the bivalence temperature, lengthen the back-up's delay, and look at the heat pump's own faults"
        ),
        needs=marked("the back-up heater's meter, and the outdoor temperature"),
        judge=_backup,
        applies=lambda home: any(pump.backup for pump in home.heat_pumps),
    ),
    Check(
        id="unit.pan_heater",
        name=marked("Base-pan heater"),
        group="machine",
        question=marked("Is the base-pan heater on where nothing freezes?"),
        rule=marked("at rest above 6 °C it draws at most 30 W more than at its least"),
        source="own rule: base-pan heaters draw 50–150 W",
        severity="warn",
        mend=marked("set the base-pan heater to auto, or give it a thermostat at 2 °C"),
        needs=marked("an hour of rest above 6 °C"),
        judge=_pan,
        applies=lambda home: bool(home.heat_pumps),
    ),
)
