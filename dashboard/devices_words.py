"""The words of the page of devices: a value in its unit, what a device is in the home file, names that are safe."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from heatledger import formatting
from heatledger.home import Home, Meter, names
from heatledger.marks import marked
from heatledger.plain import shown
from heatledger.quantities import QUANTITIES
from heatledger.reader import temperature_unit
from heatledger.readings import SeriesKey, Value
from heatledger.wording import say

_LONGEST: Final = 60
_LABELS: Final = {
    **dict.fromkeys(("power", "energy", "voltage", "current", "frequency"), ""),  # their unit says it
    "power_returned": marked("fed back"),
    "energy_returned": marked("energy fed back"),
    "heat_power": marked("heat"),
    "temperature": marked("room"),
    "outdoor_temp": marked("outdoors"),
    "outdoor_humidity": marked("humidity outdoors"),
    "floor_temp": marked("floor"),
    "flow_temp": marked("flow"),
    "return_temp": marked("return"),
    "supply_temp": marked("supply air"),
    "dhw_temp": marked("hot water"),
    "dhw_setpoint": marked("hot water asked for"),
    "flow_setpoint": marked("flow asked for"),
    "setpoint": marked("asked for"),
    "flow": marked("water flow"),
    "solar_irradiance": marked("sun"),
    "compressor_freq": marked("compressor"),
    "valve_position": marked("valve"),
    "online": marked("reachable"),
    "humidity": marked("humidity"),
    "mode": marked("mode"),
    "action": marked("does"),
    "fan": marked("fan"),
    "switch": marked("switch"),
    "defrost": marked("defrost"),
    "contact": marked("window or door"),
    "presence": marked("somebody there"),
    "heat_energy": marked("heat"),
    "cooling_energy": marked("cooling"),
    "gas_energy": marked("gas"),
    "gas_volume": marked("gas"),
    "price": marked("price"),
    "standing_charge": marked("standing charge"),
    "power_factor": marked("power factor"),
    "air_flow": marked("air flow"),
    "heating_demand": marked("heating demand"),
}
_DIGITS: Final = {"%": 0, "Hz": 1, "V": 0, "A": 2, "L/min": 1, "m³/s": 2, "m³": 2, "W/m²": 0, "1": 2}
_ROLES: Final = {
    "import": marked("main meter"),
    "export": marked("feed-in meter"),
    "solar": marked("solar meter"),
    "battery": marked("battery"),
    "ev": marked("car charger"),
    "circuit": marked("circuit"),
    "outdoor_unit": marked("outdoor unit"),
    "head": marked("indoor unit"),
    "leader_sum": marked("indoor unit that reports the whole unit"),
    "duplicate_of": marked("a second reading"),
}
_POINTS: Final = {
    "temperature": marked("{room}: temperature"),
    "humidity": marked("{room}: humidity"),
    "window": marked("{room}: window"),
    "presence": marked("{room}: presence"),
}


def mark(*parts: str) -> str:
    """Return a short name for texts of any kind, fit for an id.

    Examples
    --------
    >>> mark("a", "b") == mark("a", "b") != mark("ab")
    True
    """
    whole = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2s(whole, digest_size=6).hexdigest()


def name(text: str) -> str:
    """Return a device's own name as it may be shown: on one line, nothing invisible in it, not too long."""
    return shown(text, _LONGEST)


def label(quantity: str, channel: str) -> str:
    """Return what a value is called.

    Examples
    --------
    >>> label("power", ""), label("temperature", "probe 2")
    ('', 'room probe 2')
    """
    known = _LABELS.get(quantity, quantity.replace("_", " "))
    said = say(known) if known else ""
    return f"{said} {shown(channel, 24)}".strip()


def printed(value: Value, quantity: str, home: Home) -> str:
    """Return a value in the units of the home.

    Parameters
    ----------
    value : float, str or bool
        In the canonical unit of the quantity.
    quantity : str
        A name of `QUANTITIES`.
    home : Home
        For its currency and its scale of temperature.

    Returns
    -------
    str
        Figure and unit, or the word of a state.
    """
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, str):
        return shown(value, 40)
    row = QUANTITIES.get(quantity)
    unit = row.unit if row else None
    if unit == "W":
        return formatting.power(value)
    if unit == "kWh":
        return formatting.energy(value)
    if unit == "°C":
        return formatting.temperature(value, unit=temperature_unit(home))
    if unit == "currency/kWh":
        return formatting.price(value, home.currency)
    if unit == "currency/day":
        return say("{amount}/day", amount=formatting.money(value, home.currency))
    figure = formatting.number(value, _DIGITS.get(unit or "", 1))
    if unit in (None, "1") or figure == formatting.not_known():
        return figure
    return formatting.share(value / 100) if unit == "%" else f"{figure} {unit}"


def places(home: Home) -> dict[str, tuple[str, ...]]:
    """Return what each point that the home file names is there."""
    found: dict[str, list[str]] = {}
    for meter in home.meters:
        for point in (*meter.points, *meter.sum):
            found.setdefault(point, []).append(_of_meter(meter))
    for zone in home.zones:
        said = {"temperature": zone.temperature, "humidity": zone.humidity, "window": zone.window}
        for what, at in (said | {"presence": zone.presence}).items():
            if at:
                found.setdefault(at, []).append(say(_POINTS[what], room=name(zone.name)))
    for at in home.presence.devices if home.presence else ():
        found.setdefault(at, []).append(say("tells who is at home"))
    rooms = {zone.id: name(zone.name) for zone in home.zones}
    for pump in home.heat_pumps:
        for head in pump.heads:
            found.setdefault(head.device, []).append(say("{room}: indoor unit", room=rooms.get(head.zone, head.zone)))
    if home.outdoor_temperature:
        found.setdefault(home.outdoor_temperature, []).append(say("outdoor temperature"))
    return {point: tuple(words) for point, words in found.items()}


def _of_meter(meter: Meter) -> str:
    role, own = say(_ROLES[meter.role]), name(meter.name)
    return f"{own}: {role}" if own and own.casefold() != role else role


def role(keys: Iterable[SeriesKey], known: Mapping[str, tuple[str, ...]]) -> str:
    """Return what a device is in the home file, empty where it is not named there."""
    points = dict.fromkeys(point for key in keys for point in names(key))
    said = dict.fromkeys(word for point in points for word in known.get(point, ()))
    return ", ".join(said)
