"""Whether thermometers tell the air's temperature: not stuck, not warmed by electronics, not in the sun."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from heatledger.commissioning.evidence import HOUR, Evidence
from heatledger.commissioning.finding import Check, Seen
from heatledger.formatting import number, signed, temperature
from heatledger.home import Home
from heatledger.marks import marked, worded
from heatledger.outdoor import sources
from heatledger.readings import Floats

_DAY: Final = 24 * HOUR
_MOVES_K: Final = 0.05
_SWINGS_K: Final = 3.0
_ROOM: Final = (5.0, 32.0)
_WARMED_K: Final = 1.5
_SUN_K: Final = 3.0
_WEATHER: Final = (-45.0, 42.0)
_APART_K: Final = 6.0


def _rooms(seen: Evidence) -> Iterator[tuple[str, Floats]]:
    for zone in seen.home.zones:
        column = seen.mean((zone.temperature,), "temperature") if zone.temperature else None
        if column is not None and np.isfinite(column).any():
            yield zone.name, column


def _plausible(seen: Evidence) -> Iterator[Seen]:
    """Judge whether a room's temperature is one that rooms have."""
    for name, column in _rooms(seen):
        typical = float(np.nanmedian(column))
        said = worded("{temperature} at the median", temperature=temperature(typical))
        yield Seen(
            name, said, good=_ROOM[0] <= typical <= _ROOM[1], value=typical, low=_ROOM[0], high=_ROOM[1], unit="°C"
        )


def _stuck(seen: Evidence) -> Iterator[Seen]:
    """Judge whether a thermometer stood still for a day while the weather moved."""
    outdoors = seen.outdoor_c
    for name, column in _rooms(seen):
        known = np.isfinite(column)
        if np.count_nonzero(known) < _DAY:
            continue
        still = 0
        for start in range(0, seen.grid.size - _DAY + 1, HOUR):
            rows, air = column[start : start + _DAY], outdoors[start : start + _DAY]
            if np.count_nonzero(np.isfinite(rows)) < _DAY // 2 or np.count_nonzero(np.isfinite(air)) < _DAY // 2:
                continue
            moved, swung = np.nanmax(rows) - np.nanmin(rows), np.nanmax(air) - np.nanmin(air)
            still += int(moved <= _MOVES_K and swung >= _SWINGS_K)
        spread = float(np.nanmax(column) - np.nanmin(column))
        same = worded("the same value for a day, while the weather moved")
        said = same if still else worded("moved by {spread} K", spread=number(spread, 1))
        yield Seen(name, said, good=not still, value=spread, low=_MOVES_K, unit="K")


def _warmed(seen: Evidence) -> Iterator[Seen]:
    """Judge whether a room's thermometer warms with the load of the device that it sits in."""
    for zone in seen.home.zones:
        if not zone.temperature:
            continue
        column, load = seen.mean((zone.temperature,), "temperature"), seen.mean((zone.temperature,), "power")
        if column is None:
            continue
        if load is None or zone.temperature in _heaters(seen.home):
            yield Seen(zone.name, worded("its thermometer is not in a device that carries another load"), good=True)
            continue
        near = _beside(column, load)
        if near is not None:
            said = worded("{near} K within half an hour of its own load", near=signed(near, 1))
            yield Seen(zone.name, said, good=near < _WARMED_K, value=near, low=0.0, high=_WARMED_K, unit="K")


def _heaters(home: Home) -> set[str]:
    """Return the points of what is meant to warm a room: its load and the room's warmth belong together."""
    heads = {head.device for pump in home.heat_pumps for head in pump.heads}
    return heads | {point for meter in home.meters if meter.heater for point in meter.points}


def _beside(column: Floats, load: Floats) -> float | None:
    """Return by how much a thermometer rises in the half hour after its own device takes up a load. [K]."""
    wide = HOUR // 2
    heavy = np.nan_to_num(load) > 200.0
    begins = np.flatnonzero(heavy[1:] & ~heavy[:-1]) + 1
    begins = begins[(begins >= wide) & (begins + wide < len(column))]
    rises = [column[at + wide] - column[at - 1] for at in begins if heavy[at : at + wide].all()]
    known = [rise for rise in rises if np.isfinite(rise)]
    return float(np.median(known)) if len(known) >= 3 else None


def _sun(seen: Evidence) -> Iterator[Seen]:
    """Judge the outdoor sensor by day against another source, as by night."""
    series = sources(seen.home, seen.grid.blocks)
    others = [key for key in series if key.device != series[0].device]
    if not others:
        return
    series = [series[0], others[0]]
    columns = [seen.grid.lay(seen.grid.blocks[key], seen.grid.blocks[key].mean) for key in series]
    apart = columns[0] - columns[1]
    days = apart[: len(apart) // _DAY * _DAY].reshape(-1, 24, HOUR)
    if not len(days) or not np.isfinite(days).any():
        return
    with np.errstate(invalid="ignore"):
        hours = np.array(
            [np.nanmedian(rows) if np.isfinite(rows).any() else np.nan for rows in days.transpose(1, 0, 2)]
        )
    if np.isfinite(hours).sum() < 24:
        return
    swing = float(hours.max() - np.median(hours))
    said = worded(
        "{warmest} K beside {device} in its warmest hour, {usual} K at the median",
        warmest=signed(hours.max(), 1),
        device=series[1].device,
        usual=signed(np.median(hours), 1),
    )
    yield Seen(series[0].device, said, good=swing < _SUN_K, value=swing, low=0.0, high=_SUN_K, unit="K")


def _outdoors(seen: Evidence) -> Iterator[Seen]:
    """Judge whether the outdoor sensor tells the weather: in its range, moving by the day, and near another source."""
    series = sources(seen.home, seen.grid.blocks)
    if not series:
        return
    columns = [seen.grid.lay(seen.grid.blocks[key], seen.grid.blocks[key].mean) for key in series]
    own, device = columns[0], series[0].device
    if np.count_nonzero(np.isfinite(own)) < _DAY:
        yield Seen(device, worded("it was heard for less than a day"), good=None)
        return
    typical = float(np.nanmedian(own))
    said, wrong = worded("{temperature} at the median", temperature=temperature(typical)), ""
    if not _WEATHER[0] <= typical <= _WEATHER[1]:
        wrong = worded("mend its unit in the device file: is it °F?")
    elif _stood(own):
        said, wrong = worded("the same value for a day"), worded("change its battery, or start it again")
    for key, column in zip(series, columns, strict=True):
        both = np.isfinite(own - column)
        if key.device == device or np.count_nonzero(both) < _DAY:
            continue
        apart = float(np.median((own - column)[both]))
        if not wrong:
            said = worded("{apart} K beside {device} at the median", apart=signed(apart, 1), device=key.device)
            yield Seen(device, said, good=abs(apart) <= _APART_K, value=apart, low=-_APART_K, high=_APART_K, unit="K")
            return
    low, high = _WEATHER
    yield Seen(device, said, good=not wrong, value=typical, low=low, high=high, unit="°C", mend=wrong)


def _stood(column: Floats) -> bool:
    """Return whether a column repeated one value for a day, which no weather does."""
    for start in range(0, len(column) - _DAY + 1, HOUR):
        rows = column[start : start + _DAY]
        known = rows[np.isfinite(rows)]
        if len(known) >= _DAY // 2 and float(known.max() - known.min()) <= _MOVES_K:
            return True
    return False


def _told_rooms(home: Home) -> bool:
    return any(zone.temperature for zone in home.zones)


CHECKS: Final = (
    Check(
        id="sensor.plausible",
        name=marked("Room temperatures"),
        group="measurement",
        question=marked("Does each room's thermometer tell a temperature that rooms have?"),
        rule=marked("between 5 and 32 °C at the median"),
        source=marked("own rule"),
        severity="fail",
        mend=marked("mend its unit in the device file, or hang it where the room's air passes"),
        needs=marked("a thermometer in a room: temperature of the zone in the home file"),
        judge=_plausible,
    ),
    Check(
        id="sensor.stuck",
        name=marked("Thermometers move"),
        group="measurement",
        question=marked("Does any thermometer repeat one value?"),
        rule=marked("moves by more than 0.05 K in a day on which the weather moved by 3 K"),
        source=marked("own rule"),
        severity="warn",
        mend=marked("change its battery, or start it again"),
        needs=marked("a day of a room's temperature beside the weather's"),
        judge=_stuck,
        applies=_told_rooms,
    ),
    Check(
        id="sensor.warmed",
        name=marked("Thermometers in the room's air"),
        group="measurement",
        question=marked("Is a thermometer warmed by the device that it sits in?"),
        rule=marked("less than 1.5 K within half an hour of a load on the same device"),
        source=marked("own rule"),
        severity="warn",
        mend=marked("name another thermometer for the zone: this one tells its own electronics' warmth"),
        needs=marked("a thermometer inside a plug or relay that carried a load three times"),
        judge=_warmed,
        applies=_told_rooms,
    ),
    Check(
        id="sensor.sun",
        name=marked("Outdoor sensor against another"),
        group="measurement",
        question=marked("Does the sun shine on the outdoor sensor?"),
        rule=marked("its warmest hour is less than 3 K further from the other source than its median hour"),
        source=marked("own rule"),
        severity="warn",
        mend=marked("hang it on the north side, or name another source as outdoor_temperature"),
        needs=marked("a second source of the outdoor temperature, and a day"),
        judge=_sun,
    ),
    Check(
        id="sensor.outdoor",
        name=marked("Outdoor temperature"),
        group="measurement",
        question=marked("Does the outdoor sensor tell the weather?"),
        rule=marked("−45 to 42 °C at the median, moving in every day, and within 6 K of another source at the median"),
        source=marked("own rule: what is read from maps, and every expectation by the weather, rests on it"),
        severity="warn",
        mend=marked(
            "is it in °F, indoors, or in the outdoor unit’s own air? Name another source as outdoor_temperature"
        ),
        needs=marked("the outdoor temperature over a day: outdoor_temperature in the home file"),
        judge=_outdoors,
    ),
)
