"""The nomenclature: every measured quantity, its canonical unit and meaning, and how source units become canonical."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Kind = Literal["gauge", "counter", "state"]
Reset = Literal["never", "reboot", "daily", "delta"]


class Quantity(msgspec.Struct, frozen=True):
    """One measured quantity: its name, canonical unit, kind and meaning."""

    name: str
    unit: str | None
    kind: Kind
    meaning: str


_ROWS: Final = (
    Quantity("power", "W", "gauge", "electric power drawn; negative where a clamp sees export"),
    Quantity("power_returned", "W", "gauge", "electric power fed back"),
    Quantity("energy", "kWh", "counter", "electric energy drawn since some start"),
    Quantity("energy_returned", "kWh", "counter", "electric energy fed back since some start"),
    Quantity("heat_power", "W", "gauge", "heat delivered; negative in defrost"),
    Quantity("heat_energy", "kWh", "counter", "heat delivered since some start"),
    Quantity("cooling_energy", "kWh", "counter", "heat removed since some start"),
    Quantity("gas_energy", "kWh", "counter", "energy of the gas burnt since some start"),
    Quantity("gas_volume", "m³", "counter", "gas burnt, by volume, since some start"),
    Quantity("temperature", "°C", "gauge", "air temperature of a room"),
    Quantity("floor_temp", "°C", "gauge", "temperature of a heated floor"),
    Quantity("outdoor_temp", "°C", "gauge", "outdoor air temperature"),
    Quantity("humidity", "%", "gauge", "relative humidity of a room"),
    Quantity("outdoor_humidity", "%", "gauge", "relative humidity outdoors"),
    Quantity("solar_irradiance", "W/m²", "gauge", "global irradiance on the horizontal"),
    Quantity("setpoint", "°C", "gauge", "room temperature asked for"),
    Quantity("flow_setpoint", "°C", "gauge", "flow (supply water) temperature asked for"),
    Quantity("dhw_setpoint", "°C", "gauge", "hot-water temperature asked for"),
    Quantity("flow_temp", "°C", "gauge", "temperature of the water leaving the heat pump"),
    Quantity("return_temp", "°C", "gauge", "temperature of the water coming back to it"),
    Quantity("dhw_temp", "°C", "gauge", "temperature of the domestic hot water"),
    Quantity("supply_temp", "°C", "gauge", "temperature of the air leaving an indoor unit"),
    Quantity("flow", "L/min", "gauge", "volume flow of the heating water"),
    Quantity("air_flow", "m³/s", "gauge", "volume flow of the air through an indoor unit"),
    Quantity("compressor_freq", "Hz", "gauge", "compressor speed"),
    Quantity("valve_position", "%", "gauge", "opening of a radiator valve"),
    Quantity("heating_demand", "%", "gauge", "heat asked for by a controller"),
    Quantity("on_fraction", "1", "gauge", "share of a report's period the unit was on"),
    Quantity("voltage", "V", "gauge", "root-mean-square voltage"),
    Quantity("current", "A", "gauge", "root-mean-square current"),
    Quantity("power_factor", "1", "gauge", "real over apparent power"),
    Quantity("frequency", "Hz", "gauge", "mains frequency"),
    Quantity("price", "currency/kWh", "gauge", "price of a kilowatt-hour as the meter states it"),
    Quantity("standing_charge", "currency/day", "gauge", "fixed charge as the meter states it"),
    Quantity("mode", None, "state", "what a unit is set to do"),
    Quantity("action", None, "state", "what a unit is doing"),
    Quantity("fan", None, "state", "fan step, in the device's own word, lower case"),
    Quantity("switch", None, "state", "a relay: on or off"),
    Quantity("contact", None, "state", "a window or door: open or closed"),
    Quantity("presence", None, "state", "whether somebody is there: on or off"),
    Quantity("online", None, "state", "whether the device says it can be reached"),
    Quantity("defrost", None, "state", "whether the outdoor unit is defrosting"),
)

QUANTITIES: Final[dict[str, Quantity]] = {row.name: row for row in _ROWS}

MODES: Final = frozenset(
    "off heat cool heat_cool dry fan_only auto dhw heat+dhw cool+dhw heat_cool+dhw".split()  # noqa: SIM905 - reads as the list it is
)
ACTIONS: Final = frozenset(("off", "idle", "heating", "cooling", "drying", "fan", "defrosting"))

# unit -> (canonical unit, factor, offset): canonical = (source + offset) × factor
_UNITS: Final[dict[str, tuple[str, float, float]]] = {
    "W": ("W", 1.0, 0.0),
    "kW": ("W", 1e3, 0.0),
    "mW": ("W", 1e-3, 0.0),
    "kWh": ("kWh", 1.0, 0.0),
    "Wh": ("kWh", 1e-3, 0.0),
    "mWh": ("kWh", 1e-6, 0.0),
    "MWh": ("kWh", 1e3, 0.0),
    "Wmin": ("kWh", 1 / 60_000, 0.0),
    "Ws": ("kWh", 1 / 3_600_000, 0.0),
    "J": ("kWh", 1 / 3_600_000, 0.0),
    "kJ": ("kWh", 1 / 3_600, 0.0),
    "MJ": ("kWh", 1 / 3.6, 0.0),
    "GJ": ("kWh", 1e3 / 3.6, 0.0),
    "°C": ("°C", 1.0, 0.0),
    "°F": ("°C", 5 / 9, -32.0),
    "K": ("°C", 1.0, -273.15),
    "L/min": ("L/min", 1.0, 0.0),
    "L/h": ("L/min", 1 / 60, 0.0),
    "L/s": ("L/min", 60.0, 0.0),
    "m³/h": ("L/min", 1e3 / 60, 0.0),
    "m³/s": ("m³/s", 1.0, 0.0),
    "m³": ("m³", 1.0, 0.0),
    "L": ("m³", 1e-3, 0.0),
    "%": ("%", 1.0, 0.0),
    "Hz": ("Hz", 1.0, 0.0),
    "rpm": ("Hz", 1 / 60, 0.0),
    "V": ("V", 1.0, 0.0),
    "mV": ("V", 1e-3, 0.0),
    "A": ("A", 1.0, 0.0),
    "mA": ("A", 1e-3, 0.0),
    "W/m²": ("W/m²", 1.0, 0.0),
    "1": ("1", 1.0, 0.0),
}


def conversion(unit: str, quantity: str) -> tuple[float, float]:
    """Return the factor and offset that turn a source unit into the quantity's canonical one.

    Parameters
    ----------
    unit : str
        The source's unit, as in the table of this module.
    quantity : str
        A name of `QUANTITIES`.

    Returns
    -------
    tuple of float
        ``(factor, offset)``: canonical = (source + offset) × factor.

    Raises
    ------
    ValueError
        If the unit is unknown or belongs to another quantity.

    Examples
    --------
    >>> conversion("Wh", "energy")
    (0.001, 0.0)
    """
    if quantity not in QUANTITIES:
        raise ValueError(f"unknown quantity {quantity!r}")
    canonical = QUANTITIES[quantity].unit
    if unit not in _UNITS:
        raise ValueError(f"unknown unit {unit!r}; known: {', '.join(_UNITS)}")
    target, factor, offset = _UNITS[unit]
    if target != canonical:
        raise ValueError(f"unit {unit!r} does not measure {quantity} (canonical unit {canonical})")
    return factor, offset


def to_canonical(value: float, unit: str, quantity: str) -> float:
    """Convert a number in a source unit to the quantity's canonical unit.

    Parameters
    ----------
    value : float
        The number as the device states it. [`unit`]
    unit : str
        Its unit.
    quantity : str
        A name of `QUANTITIES`.

    Returns
    -------
    float
        The number in the canonical unit.

    Examples
    --------
    >>> to_canonical(60_000, "Wmin", "energy")
    1.0
    >>> to_canonical(50, "°F", "outdoor_temp")
    10.0
    """
    factor, offset = conversion(unit, quantity)
    return (value + offset) * factor
