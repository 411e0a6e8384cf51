"""The payloads: what each device of the demo home says, in the shape the real ones say it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from ingest.simulate.devices import HEADS, MAIN, OUTDOOR, PANEL, PLUG, SPLIT, STATION, THERMOSTAT, WATER, WINDOW, Device
from ingest.simulate.observe import word
from ingest.simulate.people import TIMEZONE

VOLTS: Final = 240.0
_FAIKIN_WORD: Final = {"off": "auto", "heat_cool": "auto", "fan_only": "fan"}


class Scene(NamedTuple):
    """What a device sees at the moment it speaks.

    Attributes
    ----------
    seen : dict
        Columns of `observe.columns`, one number each.
    now_us : int
        UTC. [µs]
    lost : bool
        Whether the clocks have no time yet.
    """

    seen: dict[str, float]
    now_us: int
    lost: bool = False

    @property
    def utc(self) -> datetime:
        """The moment."""
        return datetime.fromtimestamp(self.now_us / 1e6, UTC)

    @property
    def ts(self) -> float:
        """A Shelly's clock: before it has the time it counts from 1970 [s]."""
        return 1.61 if self.lost else round(self.now_us / 1e6, 2)


Body = dict[str, object] | str
Said = list[tuple[str, Body]]


def encode(body: Body) -> bytes:
    """Return a payload's bytes: text as it is, an object as JSON."""
    return body.encode() if isinstance(body, str) else msgspec.json.encode(body)


def _rounded(value: float, digits: int) -> float:
    return round(value, digits) + 0.0


def _floor(value: float, step: float) -> int:
    return int(value / step + 1e-6)


def _half(value: float) -> float:
    return round(value * 2.0) / 2.0


def _amps(watts: float) -> float:
    return _rounded(abs(watts) / VOLTS / 0.97, 3)


def tasmota_sensor(scene: Scene) -> Said:
    """Return the plug's tele message: kWh, and its wall clock without a zone."""
    watts, kwh = scene.seen["living:power"], scene.seen["living:kwh"]
    local = scene.utc.astimezone(ZoneInfo(TIMEZONE))
    today = max(0.0, kwh - scene.seen.get("living:midnight", kwh))
    energy = {
        "TotalStartTime": "2025-09-02T18:20:11",
        "Total": _floor(kwh, 1e-3) / 1000,
        "Today": _rounded(today, 3),
        "Power": round(watts),
        "ApparentPower": round(watts / 0.97),
        "ReactivePower": round(watts * 0.25),
        "Factor": 0.97,
        "Voltage": round(VOLTS),
        "Current": _amps(watts),
    }
    return [(f"tele/{PLUG.topic}/SENSOR", {"Time": _tasmota_time(scene, local), "ENERGY": energy})]


def tasmota_state(scene: Scene) -> Said:
    """Return the plug's state: its relay and its radio."""
    local = scene.utc.astimezone(ZoneInfo(TIMEZONE))
    body: Body = {
        "Time": _tasmota_time(scene, local),
        "Uptime": "12T04:11:32",
        "POWER": "ON" if scene.seen["living:on"] else "OFF",
        "Wifi": {"AP": 1, "SSId": "maple", "RSSI": 78, "Signal": -61},
    }
    return [(f"tele/{PLUG.topic}/STATE", body)]


def _tasmota_time(scene: Scene, local: datetime) -> str:
    return "1970-01-01T00:00:12" if scene.lost else f"{local:%Y-%m-%dT%H:%M:%S}"


def faikin(scene: Scene) -> Said:
    """Return the mini-split's state: ``temp`` is the room, ``target`` the set-point, energies in Wh by hundreds."""
    seen, mode = scene.seen, str(word("mode", scene.seen["living:mode"]))
    body: Body = {
        "ts": f"{scene.utc:%Y-%m-%dT%H:%M:%SZ}",
        "id": "48A1C0DE0715",
        "app": "Faikout",
        "online": True,
        "power": mode != "off",
        "target": _half(seen["living:setpoint"]),
        "temp": _half(seen["living:temp"]),
        "hum": round(seen["living:humidity"]),
        "outside": _half(seen["outdoor:temp"]),
        "energy": _floor(seen["living:kwh"], 0.1) * 100,
        "energyheat": _floor(seen["living:heat:kwh"], 0.1) * 100,
        "energycool": _floor(seen["living:cool:kwh"], 0.1) * 100,
        "consumption": round(seen["living:power"] / 10.0) * 10,
        "comp": round(seen["living:hz"]),
        "mode": _FAIKIN_WORD.get(mode, mode),
        "fan": word("fan", seen["living:fan"]),
        "quiet": False,
        "swing": "off",
    }
    return [(SPLIT.topic, body)]


def faikin_status(scene: Scene) -> Said:
    """Return its other topics: ``…/status``, where ``temp`` is the set-point, and the processor's heartbeat."""
    seen, mode = scene.seen, str(word("mode", scene.seen["living:mode"]))
    fan = str(word("fan", seen["living:fan"]))
    status: Body = {
        "protocol": "S21",
        "online": True,
        "home": _half(seen["living:temp"]),
        "outside": _half(seen["outdoor:temp"]),
        "hum": round(seen["living:humidity"]),
        "Whheating": _floor(seen["living:heat:kwh"], 0.1) * 100,
        "Whcooling": _floor(seen["living:cool:kwh"], 0.1) * 100,
        "power": mode != "off",
        "mode": _FAIKIN_WORD.get(mode, mode)[0].upper(),
        "temp": _half(seen["living:setpoint"]),
        "fan": fan[0].upper(),
        "quiet": False,
    }
    beat: Body = {"ts": f"{scene.utc:%Y-%m-%dT%H:%M:%SZ}", "id": "48A1C0DE0715", "up": True, "mem": 88012, "rssi": -57}
    return [(f"{SPLIT.topic}/status", status), (SPLIT.topic, beat)]


def _settings(scene: Scene, zone: str) -> dict[str, object]:
    mode, fan = str(word("mode", scene.seen[f"{zone}:mode"])), str(word("fan", scene.seen[f"{zone}:fan"]))
    return {
        "temperature": _half(scene.seen[f"{zone}:setpoint"]),
        "fan": fan,
        "vane": "AUTO",
        "wideVane": "|",
        "mode": "auto" if mode == "heat_cool" else mode,
    }


def mitsubishi(scene: Scene) -> Said:
    """Return both heads' states: ``temperature`` is the set-point."""
    seen = scene.seen
    return [
        (
            f"{head.topic}/state",
            {
                "roomTemperature": _half(seen[f"{zone}:temp"]),
                **_settings(scene, zone),
                "action": word("action", seen[f"{zone}:action"]),
                "compressorFrequency": round(seen["upstairs:hz"]),
            },
        )
        for zone, head in HEADS.items()
    ]


def mitsubishi_settings(scene: Scene) -> Said:
    """Return both heads' retained settings."""
    return [(f"{head.topic}/settings", dict(_settings(scene, zone))) for zone, head in HEADS.items()]


def _notify(device: Device, src: str, scene: Scene, component: str, body: dict[str, object]) -> tuple[str, Body]:
    params = {"ts": scene.ts, component: body}
    envelope: Body = {"src": src, "dst": f"{device.topic}/events", "method": "NotifyStatus", "params": params}
    return (f"{device.topic}/events/rpc", envelope)


def _meter(scene: Scene) -> dict[str, object]:
    watts = scene.seen["upstairs:power"]
    return {"id": 0, "apower": _rounded(watts, 1), "voltage": VOLTS, "current": _amps(watts), "freq": 60.0}


def _register(scene: Scene) -> dict[str, object]:
    minute = scene.seen["upstairs:power"] / 60.0 * 1000.0
    total = _floor(scene.seen["upstairs:kwh"], 1e-6) / 1000
    return {"total": total, "by_minute": [_rounded(minute, 3)] * 3, "minute_ts": int(scene.ts // 60 * 60)}


def outdoor_event(scene: Scene) -> Said:
    """Return the outdoor unit's meter as a partial change: power only."""
    return [_notify(OUTDOOR, "shellypmminig3-0715c0de48a1", scene, "pm1:0", _meter(scene))]


def outdoor_minute(scene: Scene) -> Said:
    """Return the same meter's register, as a change and as the component's whole status."""
    register = _register(scene)
    event = _notify(OUTDOOR, "shellypmminig3-0715c0de48a1", scene, "pm1:0", {"id": 0, "aenergy": register})
    return [event, (f"{OUTDOOR.topic}/status/pm1:0", {**_meter(scene), "aenergy": register})]


def main_power(scene: Scene) -> Said:
    """Return the whole-home meter's power: two legs of a split phase, the third clamp unused."""
    body: dict[str, object] = {"id": 0, "n_current": None}
    for letter, watts in _clamps(scene, "power"):
        amps = _rounded(watts / (VOLTS / 2) / 0.97, 3)
        body |= {f"{letter}_act_power": _rounded(watts, 1), f"{letter}_voltage": VOLTS / 2, f"{letter}_current": amps}
    body["total_act_power"] = _rounded(scene.seen["main:power"], 1)
    return [_notify(MAIN, "shellypro3em-c0de071548a1", scene, "em:0", body)]


def main_energy(scene: Scene) -> Said:
    """Return the whole-home meter's registers [Wh]."""
    body: dict[str, object] = {"id": 0}
    for letter, kwh in _clamps(scene, "kwh"):
        body |= {f"{letter}_total_act_energy": _floor(kwh, 1e-5) / 100, f"{letter}_total_act_ret_energy": 0.0}
    body |= {"total_act": _floor(scene.seen["main:kwh"], 1e-5) / 100, "total_act_ret": 0.0}
    return [(f"{MAIN.topic}/status/emdata:0", body)]


def _clamps(scene: Scene, what: str) -> list[tuple[str, float]]:
    return [("a", scene.seen[f"leg_a:{what}"]), ("b", scene.seen[f"leg_b:{what}"]), ("c", 0.0)]


def panel(scene: Scene) -> Said:
    """Return the panel heater's plug: the whole cached state at every change."""
    watts = scene.seen["kids:power"]
    body: Body = {
        "child_lock": "UNLOCK",
        "current": _rounded(watts / VOLTS * 2, 2),
        "energy": _floor(scene.seen["kids:kwh"], 0.01) / 100,
        "linkquality": 104,
        "power": round(watts),
        "power_outage_memory": "on",
        "state": "ON" if scene.seen["kids:switch"] else "OFF",
        "voltage": 120,
    }
    return [(PANEL.topic, body)]


def window(scene: Scene) -> Said:
    """Return the study's window contact: a reed that touches says true."""
    body: Body = {
        "battery": 94,
        "battery_low": False,
        "contact": not scene.seen["study:open"],
        "linkquality": 88,
        "tamper": False,
        "voltage": 3000,
    }
    return [(WINDOW.topic, body)]


def thermostat(scene: Scene) -> Said:
    """Return the kids' room thermostat in the shape of a radiator valve."""
    seen = scene.seen
    body: Body = {
        "battery": 81,
        "linkquality": 76,
        "local_temperature": _rounded(seen["kids:temp"], 2),
        "occupied_heating_setpoint": _half(seen["kids:setpoint"]),
        "pi_heating_demand": round(seen["kids:demand"]),
        "running_state": "heat" if seen["kids:action"] > 0 else "idle",
        "system_mode": word("mode", seen["kids:mode"]),
        "external_measured_room_sensor": -8000,
        "window_open": False,
    }
    return [(THERMOSTAT.topic, body)]


def water(scene: Scene) -> Said:
    """Return the water heater's relay: watts, watt-minutes since its last boot, and the relay itself."""
    seen, base = scene.seen, f"{WATER.topic}/relay/0"
    minutes = _floor(seen["water:kwh"], 1 / 60_000)
    switch = str(word("switch", seen["water:switch"]))
    return [(f"{base}/power", f"{seen['water:power']:.2f}"), (f"{base}/energy", str(minutes)), (base, switch)]


def station(scene: Scene) -> Said:
    """Return the weather station's upload: everything strings, °F, UTC without saying so."""
    seen = scene.seen
    body: Body = {
        "PASSKEY": "none",
        "stationtype": "EasyWeatherV1.6.4",
        "dateutc": f"{scene.utc:%Y-%m-%d %H:%M:%S}",
        "tempinf": _fahrenheit(seen["living:temp"]),
        "humidityin": f"{seen['living:humidity']:.0f}",
        "tempf": _fahrenheit(seen["outdoor:temp"]),
        "humidity": f"{seen['outdoor:humidity']:.0f}",
        "solarradiation": f"{seen['outdoor:sun']:.1f}",
        "model": "WS2900",
    }
    return [(STATION.topic, body)]


def _fahrenheit(temp_c: float) -> str:
    return f"{temp_c * 1.8 + 32.0:.1f}"
