"""What goes over the wire: each device at its own rhythm, its availability, and what a fault makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from ingest.simulate import formats
from ingest.simulate.devices import (
    BRIDGE,
    HEADS,
    MAIN,
    OUTDOOR,
    PANEL,
    PLUG,
    SPLIT,
    STATION,
    THERMOSTAT,
    WATER,
    WINDOW,
    Device,
)
from ingest.simulate.faults import Fault, Kind, now_wrong, schedule
from ingest.simulate.formats import Body, Said, Scene, encode
from ingest.simulate.people import local_days
from ingest.simulate.truth import State


class Rhythm(NamedTuple):
    """What is said how often: name, device, period, offset within it [s], and the words."""

    name: str
    device: Device
    every_s: int
    offset_s: int
    says: Callable[[Scene], Said]


RHYTHMS: Final = (
    Rhythm("tasmota", PLUG, 10, 1, formats.tasmota_sensor),
    Rhythm("tasmota_state", PLUG, 60, 21, formats.tasmota_state),
    Rhythm("faikin", SPLIT, 10, 3, formats.faikin),
    Rhythm("faikin_status", SPLIT, 60, 33, formats.faikin_status),
    Rhythm("mitsubishi", HEADS["bedroom"], 10, 5, formats.mitsubishi),
    Rhythm("outdoor", OUTDOOR, 10, 7, formats.outdoor_event),
    Rhythm("outdoor_minute", OUTDOOR, 60, 0, formats.outdoor_minute),
    Rhythm("main", MAIN, 5, 2, formats.main_power),
    Rhythm("main_energy", MAIN, 60, 0, formats.main_energy),
    Rhythm("panel", PANEL, 15, 4, formats.panel),
    Rhythm("thermostat", THERMOSTAT, 30, 9, formats.thermostat),
    Rhythm("window", WINDOW, 30, 13, formats.window),
    Rhythm("water", WATER, 10, 6, formats.water),
    Rhythm("station", STATION, 30, 11, formats.station),
)

ONLINE: Final = (
    (f"tele/{PLUG.topic}/LWT", "Online", "Offline"),
    *((f"{head.topic}/availability", "online", "offline") for head in HEADS.values()),
    (f"{OUTDOOR.topic}/online", "true", "false"),
    (f"{MAIN.topic}/online", "true", "false"),
    (f"{PANEL.topic}/availability", '{"state":"online"}', '{"state":"offline"}'),
    (f"{THERMOSTAT.topic}/availability", '{"state":"online"}', '{"state":"offline"}'),
    (f"{WINDOW.topic}/availability", '{"state":"online"}', '{"state":"offline"}'),
    (f"{BRIDGE.topic}/state", '{"state":"online"}', '{"state":"offline"}'),
    (f"{WATER.topic}/online", "true", "false"),
)
"""Retained availability: topic, what it says while all is well, and what its last will says."""


_KEEPING_TIME: Final = (PLUG, OUTDOOR, MAIN)
_STALE_W: Final = "2950.00"


class Wire(NamedTuple):
    """One MQTT message and when it is sent [µs]."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    time_us: int


def announce(now_us: int) -> list[Wire]:
    """Return what every device publishes, retained, when it comes up."""
    return [Wire(topic, up.encode(), 1, True, now_us) for topic, up, _ in ONLINE]


def farewell(now_us: int) -> list[Wire]:
    """Return every device's last will."""
    return [Wire(topic, down.encode(), 1, True, now_us) for topic, _, down in ONLINE]


def messages(state: State, now_us: int) -> list[Wire]:
    """Return what the devices say now, each at its own rhythm; faults bend or silence them.

    Parameters
    ----------
    state : State
        After at least one step; remembers what was said.
    now_us : int
        UTC. [µs]

    Returns
    -------
    list of Wire
        Empty where nothing is due.
    """
    if not state.view:
        return []
    wrong = now_wrong(state.simulation.faults_from_us, now_us)
    out = _incidents(state, now_us) + _silence(state, wrong.get("gap"), now_us)
    for rhythm in RHYTHMS:
        slot = (now_us // 1_000_000 - rhythm.offset_s) // rhythm.every_s
        if state.sent.get(rhythm.name) == slot or _hits(wrong.get("gap"), rhythm.device):
            continue
        if rhythm.device == SPLIT and not state.view["living:on"]:  # what speaks for it hangs on its plug too
            continue
        state.sent[rhythm.name] = slot
        said = rhythm.says(_scene(state, rhythm.device, wrong, now_us))
        out += [Wire(topic, encode(body), 1, False, now_us) for topic, body in said]
    return out + _changed(state, formats.mitsubishi_settings(Scene(state.view, now_us)), now_us)


def _hits(fault: Fault | None, device: Device) -> bool:
    return fault is not None and fault.device == device.name


def _scene(state: State, device: Device, wrong: dict[Kind, Fault], now_us: int) -> Scene:
    """Return what a device sees: the truth, less what a fault or a boot took from it."""
    seen = dict(state.view)
    if device == THERMOSTAT:
        if "stuck" in wrong:
            seen["kids:temp"] = state.held.setdefault("stuck", seen["kids:temp"])
        else:
            state.held.pop("stuck", None)
    if device == WATER:
        seen["water:kwh"] -= state.held.get("water:boot", 0.0)
    if device == PLUG:
        seen["living:midnight"] = _midnight(state, now_us)
    return Scene(seen, now_us, lost="clock" in wrong and device in _KEEPING_TIME)


def _midnight(state: State, now_us: int) -> float:
    """Return the plug's counter at the last local midnight it lived through [kWh]."""
    day = local_days(now_us)
    if state.sent.get("day") != day:
        state.sent["day"] = day
        state.held["living:midnight"] = state.view["living:kwh"]
    return state.held["living:midnight"]


def _incidents(state: State, now_us: int) -> list[Wire]:
    """Return what the faults that began since the last call say, and do what they do."""
    since = int(state.sent.get("incidents", now_us))
    state.sent["incidents"] = now_us
    out: list[Wire] = []
    for fault in schedule(state.simulation.faults_from_us, since, now_us):
        if fault.start_us < since:
            continue
        if fault.kind == "reboot":
            state.held["water:boot"] = state.view["water:kwh"]
            out.append(Wire(f"{WATER.topic}/online", b"true", 1, True, now_us))
        elif fault.kind == "stale":
            out.append(Wire(f"{WATER.topic}/relay/0/power", _STALE_W.encode(), 1, True, now_us))
    return out


def _silence(state: State, gap: Fault | None, now_us: int) -> list[Wire]:
    """Return the plug's last will when its silence begins, and its greeting when it ends."""
    silent = int(gap is not None)
    if state.sent.get("silent", 0) == silent:
        return []
    state.sent["silent"] = silent
    topic, up, down = ONLINE[0]
    return [Wire(topic, (down if silent else up).encode(), 1, True, now_us)]


def _changed(state: State, said: list[tuple[str, Body]], now_us: int) -> list[Wire]:
    """Return the retained messages whose text is not what was last sent."""
    out = []
    for topic, body in said:
        payload = encode(body)
        if state.sent.get(topic) != payload.decode():
            state.sent[topic] = payload.decode()
            out.append(Wire(topic, payload, 1, True, now_us))
    return out
