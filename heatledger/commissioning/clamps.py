"""Whether every clamp looks the right way, and counts in the unit it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from heatledger.commissioning.evidence import Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.formatting import number, signed
from heatledger.formatting import power as watts
from heatledger.formatting import share as shared
from heatledger.home import Meter
from heatledger.marks import marked, worded
from heatledger.readings import INTERVAL_S, Flag, Floats

_CONSUMERS: Final = frozenset(("circuit", "outdoor_unit", "head", "leader_sum", "ev"))
_RUNS_W: Final = 100.0
_LEAST_ROWS: Final = 12  # an hour of running says which way a clamp looks
_LEAST_KWH: Final = 0.5
_DAY: Final = 86_400 // INTERVAL_S
_W_PER_KWH: Final = 3.6e6 / INTERVAL_S
_HOME_W: Final = (50.0, 50_000.0)
_PUMP_W: Final = (2.0, 30_000.0)
"""What a home draws at its most, and a heat pump: at rest alone its electronics take 2 W and more. [W]"""
_FACTORS: Final = {
    1000.0: marked("its register counts watt-hours as kilowatt-hours, or its power kilowatts as watts"),
    100.0: marked("its register is a hundred times too large, or its power too small"),
    60.0: marked("its register counts watt-minutes as watt-hours"),
    10.0: marked("its register is ten times too large, or its power too small"),
    0.1: marked("its register is ten times too small, or its power too large"),
    1 / 60.0: marked("its register counts watt-hours as watt-minutes"),
    0.01: marked("its register is a hundred times too small, or its power too large"),
    0.001: marked("its register counts kilowatt-hours as watt-hours, or its power watts as kilowatts"),
}
"""What a register over its own power, summed up, is when a unit is wrong."""
_AGREES: Final = 0.05
"""A meter's register and its own power, integrated, differ by less than this; sampling costs 1–2 %. [1]"""
_NEAR_FACTOR: Final = 0.15
_DISAGREE: Final = marked("register and power are not of one load")


def _points(meter: Meter) -> Sequence[str]:
    return (*meter.points, *meter.sum)


def _sign(seen: Evidence) -> Iterator[Seen]:
    """Judge the sign of what only draws."""
    for meter, name in seen.meters():
        power = seen.mean(_points(meter), "power")
        if meter.role not in _CONSUMERS or power is None:
            continue
        power = -power if meter.invert else power
        runs = power[np.abs(np.nan_to_num(power)) >= _RUNS_W]
        if len(runs) < _LEAST_ROWS:
            yield Seen(name, worded("it did not run for an hour yet"), good=None, mend=worded("let it run for an hour"))
            continue
        typical = float(np.median(runs))
        back = float(np.mean(runs < 0)) > 0.5
        said = worded("reads {power} while it runs", power=watts(typical))
        yield Seen(name, said, good=not back, value=typical, low=_RUNS_W, high=_most(meter, runs), unit="W")


def _most(meter: Meter, runs: Floats) -> float:
    return meter.rated_w or float(np.abs(runs).max())


def _scale(seen: Evidence) -> Iterator[Seen]:
    """Judge a register against the same device's power, integrated."""
    for meter, name in seen.meters():
        for point in _points(meter):
            ratio = _ratio(seen, point)
            if ratio is None:
                continue
            why = next((said for factor, said in _FACTORS.items() if abs(ratio / factor - 1) < _NEAR_FACTOR), _DISAGREE)
            yield Seen(
                name, _over(ratio), good=abs(ratio - 1) <= _AGREES, value=100 * (ratio - 1), low=-100 * _AGREES,
                high=100 * _AGREES, unit="%",
                mend=worded("{why}: mend its unit in the device file, or state the scale of the meter", why=why),
            )  # fmt: skip


def _size(seen: Evidence) -> Iterator[Seen]:
    """Judge whether a home, and a heat pump, take as much as any does: a wrong unit where nothing else is told."""
    pumps = {pump.meter for pump in seen.home.heat_pumps}
    fed = any(meter.role in ("solar", "battery") for meter in seen.home.meters)
    for meter, name in seen.meters():
        whole = meter.role == "import" and not fed
        kwh = seen.account.meters.get(meter.id)
        if not (whole or meter.id in pumps) or kwh is None or np.count_nonzero(np.isfinite(kwh)) < _DAY:
            continue
        most = float(np.nanpercentile(kwh, 98)) * _W_PER_KWH
        low, high = _HOME_W if whole else _PUMP_W
        if most <= 0:
            yield Seen(name, worded("it drew nothing so far"), good=None)
            continue
        said = worded("at most {power} in 98 % of the time", power=watts(most))
        yield Seen(
            name,
            said,
            good=low <= most <= high,
            value=most,
            low=low,
            high=high,
            unit="W",
            mend=worded(
                "its unit is wrong by a factor of 1000: mend it in the device file, or state the scale of the meter"
            ),
        )


def _over(ratio: float) -> str:
    if 0.5 < ratio < 2:
        return worded("register {share} over integrated power", share=signed(100 * (ratio - 1), 1) + "%")
    if ratio > 1:
        return worded("register {times} times its power", times=number(ratio, 0))
    return worded("register {share} of its power", share=shared(ratio, digits=1))


def _ratio(seen: Evidence, point: str) -> float | None:
    """Return what a point's register counted over what its power sums up to, where both were heard whole."""
    register, power = seen.grid.find(point, "energy"), seen.grid.find(point, "power")
    if register is None or power is None:
        return None
    kwh, flags = seen.grid.lay(register, register.energy), seen.grid.lay(register, register.flags.astype(float), 0.0)
    drawn = seen.grid.lay(power, power.mean) * (INTERVAL_S / 3.6e6)
    heard = seen.grid.lay(power, power.coverage, 0.0) > 0.95
    fit = np.isfinite(kwh) & np.isfinite(drawn) & heard & (flags.astype(np.int64) & ~int(Flag.IMPORTED) == 0)
    total = float(drawn[fit].sum())
    counted = float(kwh[fit].sum())
    if total <= 0 or counted <= 0 or max(total, counted) < _LEAST_KWH:
        return None
    return counted / total


CHECKS: Final = (
    Check(
        id="meter.sign",
        name=marked("Power sign"),
        group="measurement",
        question=marked("Is any clamp the wrong way round?"),
        rule=marked("what only draws reads above zero in most of its running"),
        source=marked("own rule: a clamp turned round reads the negative"),
        severity="fail",
        mend=marked("turn the clamp round, or set invert = true of the meter in the home file; then run again"),
        needs=marked("a circuit whose power was heard while it ran for an hour"),
        judge=_sign,
        applies=lambda home: any(meter.role in _CONSUMERS for meter in home.meters),
    ),
    Check(
        id="meter.scale",
        name=marked("Counter against power"),
        group="measurement",
        question=marked("Do register and power of a meter count in the units they say?"),
        rule=marked("within 5 % of each other where both were heard whole, over half a kilowatt-hour and more"),
        source=marked("own rule; sampling every 10 s costs 1–2 %"),
        severity="fail",
        mend=marked("mend the unit in the device file"),
        needs=marked("a meter that tells both power and a register, and half a kilowatt-hour"),
        judge=_scale,
        applies=lambda home: bool(home.meters),
    ),
    Check(
        id="meter.size",
        name=marked("Size of what is counted"),
        group="measurement",
        question=marked("Does the home, and each heat pump, draw as much as homes and heat pumps do?"),
        rule=marked("at the most 50 W to 50 kW of a home, 2 W to 30 kW of a heat pump"),
        source=marked("own rule: kilowatts told as watts, or watt-hours as kilowatt-hours, are a thousand times off"),
        severity="fail",
        mend=marked("mend the unit in the device file"),
        needs=marked("a day of the main meter’s or a heat pump’s own"),
        judge=_size,
        applies=lambda home: bool(home.meters),
    ),
)
