"""What the power factor tells: whether a clamp is on the phase of its voltage, and what it is a meter of."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from heatledger.commissioning.evidence import HOUR, Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.formatting import number
from heatledger.home import Home, Meter, names
from heatledger.marks import marked, worded
from heatledger.readings import Floats

_RUNS_W: Final = 100.0
_LOADED_W: Final = 500.0
_OWN_PHASE: Final = 0.6
_TOO_MUCH: Final = 1.02
_LEAST: Final = {True: 0.95, False: 0.8}
_REVERSED: Final = marked(
    "it reads as a clamp at 120° from its voltage: give it the voltage of its own phase, or swap it with its neighbour"
)
_SIXTY: Final = marked(
    "it reads as a clamp at 60°: on another phase and turned round too; give it the voltage of its own phase first"
)


class _Phase(NamedTuple):
    """One channel of a meter: what it is called, its power [W] and its power factor [1]."""

    name: str
    power: Floats
    factor: Floats


def _phases(seen: Evidence, meter: Meter, name: str) -> Iterator[_Phase]:
    """Return each channel of a meter that tells its power factor, or its voltage and current beside its power."""
    points = {*meter.points, *meter.sum}
    told = [key for key in seen.grid.blocks if key.quantity == "power" and points & set(names(key))]
    for key in sorted(told):
        point = (f"{key.device}:{key.channel}" if key.channel else key.device,)
        power, factor = seen.mean(point, "power"), seen.mean(point, "power_factor")
        if factor is None:
            factor = _factor(power, seen.mean(point, "voltage"), seen.mean(point, "current"))
        if power is not None and factor is not None:
            yield _Phase(f"{name}, {key.channel}" if key.channel and len(told) > 1 else name, power, factor)


def _factor(power: Floats | None, voltage: Floats | None, current: Floats | None) -> Floats | None:
    """Return real over apparent power. [1]."""
    if power is None or voltage is None or current is None:
        return None
    apparent = voltage * current
    out = np.full(len(power), math.nan)
    return np.asarray(np.divide(power, apparent, out=out, where=np.nan_to_num(apparent) > 1.0), dtype=np.float64)


def _typical(phase: _Phase, least_w: float) -> float | None:
    """Return the median power factor of at least an hour above a power; None where it never was."""
    runs = phase.factor[(np.abs(np.nan_to_num(phase.power)) >= least_w) & np.isfinite(phase.factor)]
    return float(np.median(runs)) if len(runs) >= HOUR else None


def _on_phase(seen: Evidence) -> Iterator[Seen]:
    """Judge real against apparent power while something runs, on every channel."""
    both_ways = any(meter.role in ("solar", "battery") for meter in seen.home.meters)
    for meter, name in seen.meters():
        if meter.role == "import" and both_ways:
            continue
        for phase in _phases(seen, meter, name):
            typical = _typical(phase, _LOADED_W if meter.role == "import" else _RUNS_W)
            if typical is not None:
                said = worded("power factor {typical} while it runs", typical=number(typical, 2))
                yield Seen(
                    phase.name,
                    said,
                    good=_OWN_PHASE <= typical <= _TOO_MUCH,
                    value=typical,
                    low=_OWN_PHASE,
                    high=1.0,
                    mend=_REVERSED if typical < 0 else _SIXTY if typical < _OWN_PHASE else "",
                )


def _loaded(seen: Evidence) -> Iterator[Seen]:
    """Judge the power factor of one load at half its power and more."""
    for meter, name in seen.meters():
        if meter.role not in ("circuit", "outdoor_unit", "ev"):
            continue
        for phase in _phases(seen, meter, name):
            most = float(np.nanpercentile(phase.power, 98)) if np.isfinite(phase.power).any() else 0.0
            typical = _typical(phase, max(_LOADED_W, most / 2))
            if typical is None:
                continue
            said = worded("power factor {typical} at half its power and more", typical=number(typical, 2))
            if abs(typical) < _OWN_PHASE:
                again = worded("put its clamp on its own phase first")
                yield Seen(phase.name, said, good=None, value=typical, mend=again)
                continue
            least = _LEAST[meter.heater]
            yield Seen(phase.name, said, good=least <= typical <= _TOO_MUCH, value=typical, low=least, high=1.0)


def _metered(home: Home) -> bool:
    return bool(home.meters)


CHECKS: Final = (
    Check(
        id="meter.phase",
        name=marked("Clamp on its own phase"),
        group="measurement",
        question=marked("Is a clamp on another phase than the voltage it is multiplied with?"),
        rule=marked("power factor of what runs between 0.6 and 1, on every channel"),
        source=marked(
            "cos 60° = 0.5 and cos 120° = −0.5: what a clamp on another of three phases reads of power factor 1"
        ),
        severity="warn",
        mend=marked("give the clamp the voltage of its own phase, or swap it with its neighbour"),
        needs=marked("a meter that tells its power factor, or its voltage and current beside its power, while it runs"),
        judge=_on_phase,
        applies=_metered,
    ),
    Check(
        id="meter.power_factor",
        name=marked("Power factor"),
        group="measurement",
        question=marked("Has each load the power factor of its kind?"),
        rule=marked("at half its power and more: 0.95 of a heater, 0.8 of anything with a motor or an inverter"),
        source=marked(
            "resistance has 1; inverter air conditioners are corrected to 0.9 and more to meet IEC 61000-3-2"
        ),
        severity="warn",
        mend=marked(
            "look for a second load on the circuit, a worn motor capacitor, or a meter that reads apparent power"
        ),
        needs=marked("a circuit that tells its power factor, or voltage and current, above 500 W for an hour"),
        judge=_loaded,
        applies=_metered,
    ),
)
