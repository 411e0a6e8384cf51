"""Which check has a chart for its evidence, and what it draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np

from heatledger.commissioning.chart import Chart, over_time, over_weather
from heatledger.commissioning.evidence import HOUR, Evidence
from heatledger.commissioning.finding import Finding
from heatledger.home import HeatPump, Zone
from heatledger.marks import marked
from heatledger.readings import INTERVAL_S, Floats

_DAY: Final = 24 * HOUR
_POWER: Final = marked("Power")
_ROOM: Final = marked("Room")
_FLOW: Final = marked("Flow temperature")
_COURSES: Final = frozenset(("unit.standby", "unit.cycling", "room.reached", "water.compensation", "water.spread"))
Draw = Callable[[Evidence, str], Chart | None]


def drawn(seen: Evidence, finding: Finding) -> Finding:
    """Return a finding with its chart, where its check has one and something was heard.

    What passes has one only where the course over time is what was asked for: of the rest a figure says all.

    Parameters
    ----------
    seen : Evidence
        What it was found in.
    finding : Finding
        What was found.
    """
    draw = CHARTS.get(finding.check)
    told = finding.result in ("fail", "warn") or (finding.result == "pass" and finding.check in _COURSES)
    return finding if draw is None or not told else msgspec.structs.replace(finding, chart=draw(seen, finding.at))


def _meter(seen: Evidence, at: str) -> Chart | None:
    """Draw a meter's power over the span, with the sign that its device gives it."""
    meter = next((meter for meter, name in seen.meters() if name == at), None)
    if meter is None:
        return None
    told = seen.mean((*meter.points, *meter.sum), "power")
    if told is None and meter.id in seen.account.meters:
        told = seen.account.meters[meter.id] * (3.6e6 / INTERVAL_S)
    return None if told is None else over_time(_POWER, "W", told, seen.grid.start_s)


def _pump(seen: Evidence, at: str) -> HeatPump | None:
    return next((pump for pump, name in seen.pumps() if name == at), None)


def _week(seen: Evidence, at: str) -> Chart | None:
    """Draw a heat pump's power over the span."""
    pump = _pump(seen, at)
    return None if pump is None else over_time(_POWER, "W", seen.power(pump), seen.grid.start_s)


def _busiest(seen: Evidence, at: str) -> Chart | None:
    """Draw a heat pump's power on the day on which it started most often."""
    pump = _pump(seen, at)
    if pump is None:
        return None
    starts = np.nan_to_num(seen.running(pump, "starts"))
    days = range(0, max(len(starts) - _DAY, 0) + 1, _DAY)
    first = max(days, key=lambda day: float(starts[day : day + _DAY].sum()))
    power = seen.power(pump)[first : first + _DAY]
    return over_time(_POWER, "W", power, seen.grid.start_s + first * INTERVAL_S)


def _room(seen: Evidence, at: str) -> Chart | None:
    """Draw a room's temperature, with its set-point where one is heard."""
    zone = _zone(seen, at)
    if zone is None:
        return None
    room, asked = (seen.account.rooms.get(f"{zone.id}:{what}") for what in ("temperature", "setpoint"))
    told = room if room is not None else seen.mean((zone.temperature,), "temperature") if zone.temperature else None
    if told is None:
        return None
    return over_time(_ROOM, "°C", told, seen.grid.start_s, beside=asked, beside_what=marked("Set-point"))


def _zone(seen: Evidence, at: str) -> Zone | None:
    return next((zone for zone in seen.home.zones if zone.name == at), None)


def _supply(seen: Evidence, at: str) -> Chart | None:
    """Draw the air that a head supplies, and the room's."""
    zone = _zone(seen, at)
    devices = [head.device for pump in seen.home.heat_pumps for head in pump.heads if zone and head.zone == zone.id]
    air, room = seen.mean(devices, "supply_temp"), seen.mean(devices, "temperature")
    if air is None:
        return None
    return over_time(marked("Supplied air"), "°C", air, seen.grid.start_s, beside=room, beside_what=_ROOM)


def _outdoors(seen: Evidence, _at: str) -> Chart | None:
    """Draw the outdoor temperature."""
    return over_time(marked("Outdoors"), "°C", seen.outdoor_c, seen.grid.start_s)


def _of_water(what: str, unit: str, quantity: str) -> Draw:
    def draw(seen: Evidence, at: str) -> Chart | None:
        column = _water(seen, at, quantity)
        return None if column is None else over_time(what, unit, column, seen.grid.start_s)

    return draw


def _water(seen: Evidence, at: str, quantity: str) -> Floats | None:
    pump = _pump(seen, at)
    if pump is None:
        return None
    meter = pump.heat_meter
    own = (meter.point, meter.flow, meter.flow_temp, meter.return_temp) if meter else ()
    points = [point for point in (*own, *(head.device for head in pump.heads)) if point]
    return seen.mean(points, quantity)


def _spread(seen: Evidence, at: str) -> Chart | None:
    """Draw the water that leaves and the water that comes back."""
    out, back = _water(seen, at, "flow_temp"), _water(seen, at, "return_temp")
    if out is None:
        return None
    return over_time(_FLOW, "°C", out, seen.grid.start_s, beside=back, beside_what=marked("Return temperature"))


def _compensated(seen: Evidence, at: str) -> Chart | None:
    """Draw the flow's temperature over the weather, while it heats."""
    pump, flow = _pump(seen, at), _water(seen, at, "flow_temp")
    if pump is None or flow is None:
        return None
    heats = seen.mode(pump, "heating") & (seen.running(pump, "runs") == 1)
    return over_weather(_FLOW, "°C", np.where(heats, flow, np.nan), seen.outdoor_c)


def _brine(seen: Evidence, at: str) -> Chart | None:
    """Draw the liquid from the ground."""
    pump = _pump(seen, at)
    told = seen.mean((pump.source,), "temperature") if pump is not None and pump.source else None
    return None if told is None else over_time(marked("From the ground"), "°C", told, seen.grid.start_s)


CHARTS: Final[dict[str, Draw]] = {
    **dict.fromkeys(("meter.sign", "meter.coverage", "meter.restarts", "meter.jumps", "meter.phase"), _meter),
    **dict.fromkeys(("unit.standby", "unit.modulation", "unit.beyond_map", "unit.below_map", "unit.pan_heater"), _week),
    **dict.fromkeys(("unit.cycling", "unit.oversized", "unit.defrost"), _busiest),
    **dict.fromkeys(("room.reached", "room.overshot", "sensor.plausible", "sensor.stuck", "sensor.warmed"), _room),
    "room.supply": _supply,
    "sensor.sun": _outdoors,
    "water.flow": _of_water(marked("Flow"), "L/min", "flow"),
    "water.spread": _spread,
    "water.compensation": _compensated,
    "water.brine": _brine,
    "water.hot": _of_water(marked("Hot water"), "°C", "dhw_temp"),
    "water.legionella": _of_water(marked("Hot water"), "°C", "dhw_temp"),
}
"""By check: how it is drawn; what is better said in a figure alone has no row."""
