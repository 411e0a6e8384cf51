"""What a self-described value measures, judged by its unit first, then by its class and the words of its name.

What is not clear is nothing: a value that is left out can be mapped by hand, a wrong one spoils a bill.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from heatledger.emits import Emit
from heatledger.quantities import QUANTITIES, Reset

_OURS: Final = (
    *("W", "kW", "Wh", "kWh", "MWh", "Wmin", "Ws", "J", "kJ", "MJ", "GJ", "K", "°C", "°F", "L/min", "L/h", "L/s"),
    *("m³/h", "m³/s", "m³", "L", "%", "Hz", "rpm", "V", "A", "mA", "W/m²"),
)
_OTHERS: Final = {
    **dict.fromkeys(("c", "℃", "degc", "celsius"), "°C"),
    **dict.fromkeys(("f", "℉", "degf", "fahrenheit"), "°F"),
    **dict.fromkeys(("lpm", "l/minute"), "L/min"),
    "m3/h": "m³/h",
    "m3/s": "m³/s",
    "m3": "m³",
    "w/m2": "W/m²",
    "r/min": "rpm",
}
UNITS: Final = {unit.lower(): unit for unit in _OURS} | _OTHERS
"""Units in lower case to ours; those where the case decides (mW and MW, mV and MV) stand in `_CASED`."""

_CASED: Final = {"mW": "mW", "mV": "mV", "mWh": "mWh", "MWh": "MWh"}
_CURRENCIES: Final = {"€": "EUR", "£": "GBP"}
_PRICE: Final = re.compile(r"([A-Z]{3}|€|£)/(kWh|day)")

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")
_LONGEST_NAME: Final = 200


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that make a value something other than what was measured now, or measured at a place we have no name for.
_NOT_NOW: Final = _set(
    "max maximum min minimum average avg mean peak limit threshold rated nominal forecast predicted "
    "remaining last yesterday previous"
)
_PERIOD: Final = _set(
    "hour hourly week weekly month monthly year yearly annual annually quarter period interval trip session"
)
_STORED: Final = _set("storage stored capacity reserve reactive apparent")
_CHIP: Final = _set(
    "chip cpu mcu esp soc core processor board pcb internal device module controller driver heatsink "
    "inverter mosfet bms battery cell transformer ntc dongle"
)
_PIPE: Final = _set(
    "pipe coil refrigerant discharge suction evaporator condenser compressor exhaust liquid gas evi flue "
    "defrost hotgas brine source ground soil collector solar buffer mixer injection"
)
_DERIVED: Final = _set(
    "dew dewpoint chill feels feel apparent index calibration correction offset delta difference diff "
    "hysteresis differential curve slope alarm trigger wet bulb"
)
_FOREIGN: Final = _set("freezer fridge refrigerator oven pool spa aquarium grill bbq probe meat sauna")
_STOREY: Final = _set("ground first second third 1 2 3 1st 2nd 3rd top upper lower main")
_SET: Final = _set("set setpoint target desired setting requested request")
_DHW: Final = _set("dhw cylinder tank ww hwc hotwater")
_OUTSIDE: Final = _set("outdoor outdoors outside exterior")
_NO_HEATING: Final = _set("tap gas cold rain irrigation garden hot air fan")
_TURNING: Final = _set("fan pump motor rotor inverter pwm cpu radio wifi heartbeat")
_RETURNED: Final = _set("returned export exported feedin injected backfeed produced")
_YIELD: Final = _set("output produced production generated delivered yield supplied")


_UNSET_C: Final = (-127.0, -8000.0, -80.0, -3276.8, -327.68, -32768.0)  # what sensors say that have no temperature


class Meaning(NamedTuple):
    """What a value is: a quantity, the unit of the source, and for a counter how it starts again."""

    quantity: str
    unit: str | None
    reset: Reset = "never"

    def emit(self, path: tuple[str, ...] = ("@",), scale: float = 1.0, words: Mapping[str, str] | None = None) -> Emit:
        """Return the row that makes the reading.

        Raises
        ------
        ValueError
            If a path is none.
        """
        reject = _UNSET_C if QUANTITIES[self.quantity].unit == "°C" else ()
        quantity, unit, reset = self
        return Emit(
            quantity=quantity, unit=unit, reset=reset, path=path, scale=scale, words=dict(words or {}), reject=reject
        )


def words_of(names: Iterable[object]) -> frozenset[str]:
    """Return the words of names in lower case, also out of camelCase.

    Examples
    --------
    >>> sorted(words_of(["LiveMonitorPower", "outdoor_temp-2"]))
    ['2', 'live', 'monitor', 'outdoor', 'power', 'temp']
    """
    texts = (name[:_LONGEST_NAME] for name in names if isinstance(name, str))
    return frozenset(word.lower() for text in texts for word in _WORDS.findall(text))


def unit_of(text: object) -> str | None:
    """Return a unit as `quantities` writes it, None where it is none of ours.

    Examples
    --------
    >>> unit_of("l/min"), unit_of("€/kWh"), unit_of(" "), unit_of("VA")
    ('L/min', 'EUR/kWh', None, None)
    """
    if not isinstance(text, str):
        return None
    said = text.strip()
    if said in _CASED:
        return _CASED[said]
    price = _PRICE.fullmatch(said)
    if price:
        return f"{_CURRENCIES.get(price[1], price[1])}/{price[2]}"
    return None if said in ("MW", "MV", "Mw", "Mv", "KV") else UNITS.get(said.lower())


def meaning_of(unit: object, kind: str, state_class: str, words: frozenset[str]) -> Meaning | None:
    """Return what a number measures, None where that is not clear.

    Parameters
    ----------
    unit : object
        The unit it is published in, as the catalogue says; it decides, whatever the class.
    kind : str
        The catalogue's class of it (Home Assistant's ``device_class``), empty where there is none.
    state_class : str
        Home Assistant's ``state_class``, empty where there is none.
    words : frozenset of str
        The words of its names (`words_of`).

    Returns
    -------
    Meaning or None
        Quantity, unit and reset.

    Examples
    --------
    >>> meaning_of("kWh", "power", "", frozenset({"meter", "energy"}))
    Meaning(quantity='energy', unit='kWh', reset='never')
    """
    source = unit_of(unit)
    if source is None:
        ratio = kind == "power_factor" and not (isinstance(unit, str) and unit.strip())
        return Meaning("power_factor", "1") if ratio else None
    if words & _NOT_NOW:
        return None
    for units, judge in _JUDGES:
        if source in units:
            return judge(source, kind, state_class, words)
    if source.endswith("/kWh"):
        return None if words & _RETURNED else Meaning("price", source)
    return Meaning("standing_charge", source) if source.endswith("/day") and "standing" in words else None


def _power(unit: str, _kind: str, _state: str, words: frozenset[str]) -> Meaning | None:
    if words & (_STORED | _PERIOD | _SET | {"factor"}):
        return None
    if "thermal" in words or _is_heat_output(words):
        return Meaning("heat_power", unit)
    return Meaning("power_returned" if words & _RETURNED else "power", unit)


def _energy(unit: str, kind: str, _state: str, words: frozenset[str]) -> Meaning | None:
    if kind == "energy_storage" or words & (_STORED | _PERIOD | _SET):
        return None
    reset: Reset = "daily" if words & {"daily", "today", "day"} else "never"
    if kind == "gas" or "gas" in words:
        return Meaning("gas_energy", unit, reset)
    if "thermal" in words or _is_heat_output(words):
        return Meaning("cooling_energy" if words & {"cooling", "cool"} else "heat_energy", unit, reset)
    if unit in ("GJ", "MJ", "kJ"):  # electricity is not sold in joules
        return Meaning("heat_energy", unit, reset) if words & {"heat", "heating"} else None
    return Meaning("energy_returned" if words & _RETURNED else "energy", unit, reset)


def _is_heat_output(words: frozenset[str]) -> bool:
    return bool(words & {"heat", "heating", "cooling"} and words & _YIELD and not words & {"consumption", "consumed"})


def _temperature(unit: str, kind: str, _state: str, words: frozenset[str]) -> Meaning | None:
    if words & (_CHIP | _DERIVED | _FOREIGN) or (unit == "K" and kind != "temperature"):
        return None
    asked = bool(words & _SET)
    if words & _DHW or {"hot", "water"} <= words:
        return Meaning("dhw_setpoint" if asked else "dhw_temp", unit)
    if words & {"flow", "leaving", "lwt", "supply", "outlet"}:
        if "air" in words:
            return None if asked else Meaning("supply_temp", unit)
        return Meaning("flow_setpoint" if asked else "flow_temp", unit)
    if words & {"return", "entering", "ewt", "inlet"}:
        return None if asked else Meaning("return_temp", unit)
    if words & (_PIPE | {"water"}):
        return None
    if words & _OUTSIDE:
        return None if asked or "unit" in words else Meaning("outdoor_temp", unit)
    if "floor" in words and not words & _STOREY:
        return None if asked else Meaning("floor_temp", unit)
    clear = kind == "temperature" or words & {"temperature", "temp", "room", "indoor", "setpoint"}
    return Meaning("setpoint" if asked else "temperature", unit) if clear and "ambient" not in words else None


def _percent(unit: str, kind: str, _state: str, words: frozenset[str]) -> Meaning | None:
    if words & (_SET | {"soil", "moisture", "calibration"}):
        return None
    if kind == "humidity" or words & {"humidity", "rh"}:
        return Meaning("outdoor_humidity" if words & _OUTSIDE else "humidity", unit)
    if words & {"valve"} and words & {"position", "opening", "open"}:
        return Meaning("valve_position", unit)
    return Meaning("heating_demand", unit) if {"heating", "demand"} <= words else None


def _flow(unit: str, _kind: str, _state: str, words: frozenset[str]) -> Meaning | None:
    strange = words & {
        *_DHW,
        *_SET,
        *_STORED,
        "tap",
        "gas",
        "cold",
        "rain",
        "irrigation",
        "garden",
        "hot",
        "air",
        "fan",
    }
    return Meaning("flow", unit) if words & {"flow", "flowrate"} and not strange else None


def _air_flow(unit: str, _kind: str, _state: str, words: frozenset[str]) -> Meaning | None:
    return Meaning("air_flow", unit) if words & {"air", "airflow"} and not words & _SET else None


def _frequency(unit: str, kind: str, _state: str, words: frozenset[str]) -> Meaning | None:
    if words & _SET:
        return None
    if words & {"compressor", "comp"}:
        return Meaning("compressor_freq", unit)
    mains = words & {"mains", "grid", "line", "ac"} or (kind == "frequency" and not words & _TURNING)
    return Meaning("frequency", unit) if mains and unit == "Hz" else None


def _voltage(unit: str, _kind: str, _state: str, words: frozenset[str]) -> Meaning | None:
    return None if words & (_CHIP | _SET | {"dc", "panel", "pv"}) else Meaning("voltage", unit)


def _current(unit: str, _kind: str, _state: str, words: frozenset[str]) -> Meaning | None:
    return None if words & (_CHIP | _SET | {"dc", "panel", "pv", "leakage"}) else Meaning("current", unit)


def _volume(unit: str, kind: str, _state: str, words: frozenset[str]) -> Meaning | None:
    gas = kind == "gas" or (not kind and "gas" in words)
    if not gas or words & _PERIOD:
        return None
    return Meaning("gas_volume", unit, "daily" if words & {"daily", "today", "day"} else "never")


def _irradiance(unit: str, _kind: str, _state: str, _words: frozenset[str]) -> Meaning | None:
    return Meaning("solar_irradiance", unit)


_JUDGES: Final = (
    (("W", "kW", "mW"), _power),
    (("kWh", "Wh", "MWh", "mWh", "Wmin", "Ws", "J", "kJ", "MJ", "GJ"), _energy),
    (("°C", "°F", "K"), _temperature),
    (("%",), _percent),
    (("L/min", "L/h", "L/s", "m³/h"), _flow),
    (("m³/s",), _air_flow),
    (("Hz", "rpm"), _frequency),
    (("V", "mV"), _voltage),
    (("A", "mA"), _current),
    (("m³", "L"), _volume),
    (("W/m²",), _irradiance),
)
