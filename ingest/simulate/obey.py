"""The demo's devices listen: each takes its commands in the form the real one takes them, and says what it then has."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from ingest.simulate import formats
from ingest.simulate.devices import HEADS, PANEL, PLUG, REMOTE, SPLIT, THERMOSTAT, WATER
from ingest.simulate.formats import encode
from ingest.simulate.observe import word
from ingest.simulate.orders import RELAYS, code
from ingest.simulate.truth import State
from ingest.simulate.wire import Wire

_BOOLEANS: Final = {"on": True, "1": True, "true": True, "off": False, "0": False, "false": False}
_FAIKIN_MODE: Final = {"H": "heat", "C": "cool", "A": "heat_cool", "D": "dry", "F": "fan_only"}
_FAIKIN_WORD: Final = {"heat": "H", "cool": "C", "auto": "A", "dry": "D", "fan": "F"}
_HEAD_MODE: Final = {"AUTO": "heat_cool", "HEAT": "heat", "COOL": "cool", "DRY": "dry", "FAN_ONLY": "fan_only"}
_IR_MODE: Final = {"hot": "heat", "heat": "heat", "cool": "cool", "cold": "cool", "auto": "heat_cool", "dry": "dry"}
_FANS: Final = {"a": "auto", "auto": "auto", "q": "quiet", "quiet": "quiet", **{step: step for step in "12345"}}


class _Order(NamedTuple):
    """What one message tells: to which zone or relay, and the values, None where it says nothing of them."""

    zone: str
    setpoint_c: float | None = None
    mode: str | None = None
    on: bool | None = None
    fan: str | None = None
    relay: bool | None = None


def _number(text: object, low: float, high: float, step: float = 0.5) -> float | None:
    """Return a set-point as the device keeps it: at its step, within its range; None for what is no number."""
    try:
        number = float(str(text))
    except ValueError:
        return None
    if number != number:
        return None
    return min(max(round(number / step) * step, low), high)


def _object(payload: bytes) -> Mapping[str, object]:
    try:
        parsed = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _faikin(rest: str, payload: bytes) -> _Order:
    """``command/HOST/control`` with JSON, or ``/on``, ``/off``, ``/temp`` and the modes."""
    text = payload.decode(errors="replace")
    if rest == "control":
        said = _object(payload)
    elif rest == "temp":
        said = {"temp": text}
    elif rest in ("on", "off"):
        said = {"power": rest == "on"}
    else:
        said = {"mode": _FAIKIN_WORD.get(rest, "")}
    target = said.get("target")
    asked = sum(map(float, target)) / len(target) if isinstance(target, list) and target else target
    power = said.get("power")
    return _Order(
        "living",
        _number(said.get("temp", asked), 16.0, 32.0),
        _FAIKIN_MODE.get(str(said.get("mode", ""))),
        power if isinstance(power, bool) else None,
        _FANS.get(str(said.get("fan", "")).lower()),
    )


def _head(zone: str) -> Callable[[str, bytes], _Order]:
    """``…/temp/set``, ``…/mode/set``, ``…/fan/set`` with bare words."""

    def hear(rest: str, payload: bytes) -> _Order:
        text = payload.decode(errors="replace")
        if rest == "temp/set":
            return _Order(zone, _number(text, 16.0, 31.0))
        if rest in ("mode/set", "power/set"):
            return _Order(zone, mode=_HEAD_MODE.get(text.upper()), on=_BOOLEANS.get(text.lower()))
        return _Order(zone, fan=_FANS.get(text.lower()) if rest == "fan/set" else None)

    return hear


def _valve(_rest: str, payload: bytes) -> _Order:
    said = _object(payload)
    mode = str(said.get("system_mode", ""))
    return _Order("kids", _number(said.get("occupied_heating_setpoint"), 5.0, 30.0), mode or None)


def _infrared(_rest: str, payload: bytes) -> _Order:
    """Read the whole state that a remote sends."""
    said = {key.lower(): value for key, value in _object(payload).items()}
    mode = str(said.get("mode", "")).lower()
    return _Order(
        "living",
        _number(said.get("temp"), 16.0, 32.0),
        "fan_only" if mode.startswith("fan") else _IR_MODE.get(mode),
        _BOOLEANS.get(str(said.get("power", "")).lower()),
        _FANS.get(str(said.get("fanspeed", "")).lower()),
    )


def _relay(zone: str) -> Callable[[str, bytes], _Order]:
    def hear(_rest: str, payload: bytes) -> _Order:
        said = _object(payload).get("state", payload.decode(errors="replace"))
        return _Order(zone, relay=_BOOLEANS.get(str(said).lower()))

    return hear


class _Ear(NamedTuple):
    """Where a device listens, how it reads what it hears, and the rhythms in which it answers at once."""

    base: str
    hear: Callable[[str, bytes], _Order]
    answers: tuple[str, ...]


_EARS: Final = (
    _Ear(f"command/{SPLIT.name}/", _faikin, ("faikin", "faikin_status")),
    *(_Ear(f"{head.topic}/", _head(zone), ("mitsubishi",)) for zone, head in HEADS.items()),
    _Ear(f"{THERMOSTAT.topic}/set", _valve, ("thermostat",)),
    _Ear(f"{PANEL.topic}/set", _relay("kids"), ("panel",)),
    _Ear(f"cmnd/{PLUG.topic}/POWER", _relay("living"), ("tasmota_state",)),
    _Ear(f"{WATER.topic}/relay/0/command", _relay("water"), ("water",)),
    _Ear(f"cmnd/{REMOTE.topic}/IRHVAC", _infrared, ()),
)

TOPICS: Final = (
    f"command/{SPLIT.name}/+",
    *(f"{head.topic}/+/set" for head in HEADS.values()),
    *(ear.base for ear in _EARS if not ear.base.endswith("/")),
)
"""What the home subscribes to."""


def obey(state: State, topic: str, payload: bytes, now_us: int) -> list[Wire]:
    """Do what a message asks of a device; it then speaks of it with the next messages, before its time.

    Parameters
    ----------
    state : State
        Of the home; changed.
    topic : str
        Where it came.
    payload : bytes
        What came; what a device does not understand it leaves.
    now_us : int
        UTC. [µs]

    Returns
    -------
    list of Wire
        What the device repeats at once; only the infrared sender does, and that proves nothing.
    """
    ear = next((ear for ear in _EARS if topic.startswith(ear.base)), None)
    if ear is None:
        return []
    try:
        order = ear.hear(topic.removeprefix(ear.base), payload)
    except (TypeError, ValueError):  # a list of what is no number
        return []
    _take(state, order, _toggled(state, order, payload))
    for name in ear.answers:
        state.sent.pop(name, None)
    if ear.hear is not _infrared or not _object(payload):
        return []
    echo: formats.Body = {"IRHVAC": dict(_object(payload))}
    return [Wire(f"stat/{REMOTE.topic}/RESULT", encode(echo), 1, False, now_us)]


def _toggled(state: State, order: _Order, payload: bytes) -> bool | None:
    """Return how a relay is to stand, None where nothing is said of one."""
    if order.zone in RELAYS and b"toggle" in payload.lower():
        return order.zone in state.orders.off
    return order.relay


def _take(state: State, order: _Order, relay: bool | None) -> None:
    """Keep what was told, and let the devices see it at once."""
    orders, zone = state.orders, order.zone
    seen = state.view or {}
    if order.mode == "auto":  # a valve's own programme again
        orders.setpoint_c.pop(zone, None)
        orders.mode.pop(zone, None)
        return
    if order.setpoint_c is not None:
        orders.setpoint_c[zone] = seen[f"{zone}:setpoint"] = order.setpoint_c
    if order.fan is not None:
        orders.fan[zone], seen[f"{zone}:fan"] = order.fan, code("fan", order.fan)
    mode = _mode(state, order)
    if mode is not None:
        orders.mode[zone], seen[f"{zone}:mode"] = mode, code("mode", mode)
    if relay is not None:
        orders.off[:] = [name for name in orders.off if name != zone] + ([] if relay else [zone])
        seen["living:on"] = float("living" not in orders.off)


def _mode(state: State, order: _Order) -> str | None:
    """Return the mode an order leads to: off keeps the mode for the next time it is switched on."""
    zone, kept = order.zone, state.held
    if order.mode in ("heat", "cool", "heat_cool", "dry", "fan_only"):
        kept[f"{zone}:mode"] = code("mode", order.mode)
    if order.on is False or order.mode == "off":
        return "off"
    if order.on is True and order.mode is None:
        number = kept.get(f"{zone}:mode", 2.0)
        return str(word("mode", number))
    return order.mode
