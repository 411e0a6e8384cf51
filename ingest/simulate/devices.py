"""The devices of the demo home: their names as their owner wrote them, and every series that hearing them gives."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from heatledger.quantities import QUANTITIES


class Device(NamedTuple):
    """A device: its family, its verbatim name, and the topic it speaks under."""

    family: str
    name: str
    topic: str


PLUG: Final = Device("tasmota", "living room/AC plug", "living room/AC plug")
SPLIT: Final = Device("faikin", "Living room", "state/Living room")
BEDROOM: Final = Device("mitsubishi2mqtt", "Bedroom head", "mitsubishi2mqtt/Bedroom head")
STUDY: Final = Device("mitsubishi2mqtt", "Study head", "mitsubishi2mqtt/Study head")
OUTDOOR: Final = Device("shelly_gen2", "garden/outdoor unit", "garden/outdoor unit")
PANEL: Final = Device("zigbee2mqtt", "Kids room/panel heater", "zigbee2mqtt/Kids room/panel heater")
THERMOSTAT: Final = Device("zigbee2mqtt", "Kids room/thermostat", "zigbee2mqtt/Kids room/thermostat")
WINDOW: Final = Device("zigbee2mqtt", "Study/window", "zigbee2mqtt/Study/window")
REMOTE: Final = Device("tasmota", "living room/remote", "living room/remote")
"""An infrared sender that points at the living room's unit; it says nothing until it is used."""
BRIDGE: Final = Device("zigbee2mqtt", "zigbee2mqtt", "zigbee2mqtt/bridge")
WATER: Final = Device("shelly_gen1", "water heater", "shellies/water heater")
MAIN: Final = Device("shelly_gen2", "fuse box/whole home", "fuse box/whole home")
STATION: Final = Device("ecowitt", "ecowitt2mqtt/Garden station", "ecowitt2mqtt/Garden station")

HEADS: Final = {"bedroom": BEDROOM, "study": STUDY}
DEVICES: Final = (PLUG, SPLIT, BEDROOM, STUDY, OUTDOOR, PANEL, THERMOSTAT, WINDOW, BRIDGE, WATER, MAIN, STATION)

WORDS: Final[dict[str, dict[int, str | bool]]] = {
    "mode": {-1: "cool", 0: "off", 1: "heat", 2: "heat_cool", 3: "dry", 4: "fan_only"},
    "action": {-2: "off", -1: "cooling", 0: "idle", 1: "heating"},
    "fan": {0: "auto", 1: "1", 2: "2", 3: "3", 4: "4", 5: "5", 6: "quiet"},
    "switch": {0: "off", 1: "on"},
    "contact": {0: "closed", 1: "open"},
    "online": {1: True},
}
"""What the code of a state's column means."""


class Series(NamedTuple):
    """One series: device, channel, quantity, the truth's column it shows, and how finely the device tells it.

    `step` is the resolution in the canonical unit (0: as it is): a counter shows whole steps passed, a gauge the
    nearest; `reset` as in `heatledger.quantities`, empty for what is no counter.
    """

    device: Device
    channel: str
    quantity: str
    column: str
    step: float = 0.0
    reset: Literal["", "never", "reboot"] = ""

    @property
    def is_state(self) -> bool:
        """Whether it is a series of words."""
        return QUANTITIES[self.quantity].kind == "state"


def _counter(device: Device, channel: str, quantity: str, column: str, step: float) -> Series:
    return Series(device, channel, quantity, column, step, "never")


def _head(zone: str, device: Device) -> tuple[Series, ...]:
    return (
        Series(device, "", "temperature", f"{zone}:temp", 0.5),
        Series(device, "", "setpoint", f"{zone}:setpoint", 0.5),
        Series(device, "", "mode", f"{zone}:mode"),
        Series(device, "", "action", f"{zone}:action"),
        Series(device, "", "fan", f"{zone}:fan"),
        Series(device, "", "compressor_freq", "upstairs:hz", 1.0),
        Series(device, "", "online", "one"),
    )


def _legs(channel: str, column: str) -> tuple[Series, ...]:
    return (
        Series(MAIN, channel, "power", f"{column}:power", 0.1),
        _counter(MAIN, channel, "energy", f"{column}:kwh", 1e-5),
        _counter(MAIN, channel, "energy_returned", "zero", 1e-5),
    )


SERIES: Final = (
    Series(PLUG, "", "power", "living:power", 1.0),
    _counter(PLUG, "", "energy", "living:kwh", 1e-3),
    Series(PLUG, "", "switch", "living:on"),
    Series(PLUG, "", "online", "one"),
    Series(SPLIT, "", "temperature", "living:temp", 0.5),
    Series(SPLIT, "", "setpoint", "living:setpoint", 0.5),
    Series(SPLIT, "", "humidity", "living:humidity", 1.0),
    Series(SPLIT, "", "outdoor_temp", "outdoor:temp", 0.5),
    Series(SPLIT, "", "power", "living:power", 10.0),
    _counter(SPLIT, "", "energy", "living:kwh", 0.1),
    _counter(SPLIT, "heat", "energy", "living:heat:kwh", 0.1),
    _counter(SPLIT, "cool", "energy", "living:cool:kwh", 0.1),
    Series(SPLIT, "", "compressor_freq", "living:hz", 1.0),
    Series(SPLIT, "", "mode", "living:mode"),
    Series(SPLIT, "", "fan", "living:fan"),
    Series(SPLIT, "", "online", "one"),
    *_head("bedroom", BEDROOM),
    *_head("study", STUDY),
    Series(OUTDOOR, "pm1:0", "power", "upstairs:power", 0.1),
    _counter(OUTDOOR, "pm1:0", "energy", "upstairs:kwh", 1e-6),
    Series(OUTDOOR, "", "online", "one"),
    Series(PANEL, "", "power", "kids:power", 1.0),
    _counter(PANEL, "", "energy", "kids:kwh", 0.01),
    Series(PANEL, "", "switch", "kids:switch"),
    Series(PANEL, "", "online", "one"),
    Series(THERMOSTAT, "", "temperature", "kids:temp", 0.01),
    Series(THERMOSTAT, "", "setpoint", "kids:setpoint", 0.5),
    Series(THERMOSTAT, "", "mode", "kids:mode"),
    Series(THERMOSTAT, "", "action", "kids:action"),
    Series(THERMOSTAT, "", "heating_demand", "kids:demand", 1.0),
    Series(THERMOSTAT, "", "online", "one"),
    Series(WINDOW, "", "contact", "study:open"),
    Series(WINDOW, "", "online", "one"),
    Series(BRIDGE, "", "online", "one"),
    Series(WATER, "0", "power", "water:power", 0.01),
    Series(WATER, "0", "energy", "water:kwh", 1 / 60_000, "reboot"),
    Series(WATER, "0", "switch", "water:switch"),
    Series(WATER, "", "online", "one"),
    *_legs("", "main"),
    *_legs("a", "leg_a"),
    *_legs("b", "leg_b"),
    Series(MAIN, "c", "power", "zero", 0.1),
    _counter(MAIN, "c", "energy", "zero", 1e-5),
    _counter(MAIN, "c", "energy_returned", "zero", 1e-5),
    Series(MAIN, "", "online", "one"),
    Series(STATION, "", "outdoor_temp", "outdoor:temp", 0.1 / 1.8),
    Series(STATION, "", "outdoor_humidity", "outdoor:humidity", 1.0),
    Series(STATION, "", "temperature", "living:temp", 0.1 / 1.8),
    Series(STATION, "", "humidity", "living:humidity", 1.0),
    Series(STATION, "", "solar_irradiance", "outdoor:sun", 0.1),
)
"""Every series of the home, history and live alike."""
