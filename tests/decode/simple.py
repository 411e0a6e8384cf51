"""A made-up family for the tests of the engine, and how a message is given to a decoder."""

from __future__ import annotations

import json

NOW_US = 1_772_352_060_000_000  # 2026-03-01T08:01:00Z
MIN_US = 60_000_000


def say(decoder, topic, payload, **options):
    raw = (
        payload
        if isinstance(payload, bytes)
        else payload.encode()
        if isinstance(payload, str)
        else json.dumps(payload).encode()
    )
    return decoder.decode(topic, raw, **{"retain": False, "received_us": NOW_US, **options})


def values(decoded):
    return {(one.device, one.channel, one.quantity): one.value for one in decoded.readings}


SIMPLE = """
family = "simple"
[[rules]]
topics = ["s/{device}"]
bare = ["s/{device}/{attribute}"]
wrap = "attribute"
device = "{device}"
clock = [{ path = "ts", format = "unix" }, { path = "at", format = "iso" }, { path = "utc", format = "iso-utc" }]
temp_unit = { path = "unit" }
emit = [
  { quantity = "power", path = "p", unit = "W" },
  { quantity = "energy", path = "e", unit = "Wh", reset = "reboot", flags = ["uncertain"] },
  { quantity = "temperature", path = "t", unit = "°C or °F" },
  { quantity = "flow", path = "flow", unit = "L/min", unit_path = "flow_unit" },
  { quantity = "setpoint", path = ["set", "want"], unit = "°C", min = 5, max = 35, reject = [21.5] },
  { quantity = "price", path = "price", unit = "GBP/kWh" },
  { quantity = "mode", path = "on", words = { false = "off" } },
  { quantity = "mode", path = "mode", words = { auto = "heat_cool", sleep = "" } },
  { quantity = "fan", path = "fan" },
  { quantity = "switch", path = "relay" },
  { quantity = "online", path = "up" },
  { quantity = "humidity", path = "h", unit = "%", scale = 0.1, lists = "middle" },
  { quantity = "voltage", path = "v", unit = "V", lists = "channels" },
]
"""
