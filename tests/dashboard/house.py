"""A small house for the tests: a main meter, a mini-split, a two-head multi-split, a room with a radiator valve."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from heatledger.hearing import LiveValue, follow
from heatledger.home import Home
from heatledger.readings import SeriesKey

AT_US = 1_768_956_120_000_000  # 2026-01-21 00:42 UTC, 18:42 the day before in Chicago
RATE = Decimal("0.384")

HOUSE = msgspec.convert(
    {
        "id": "maple",
        "name": "Maple Street 14",
        "timezone": "America/Chicago",
        "currency": "USD",
        "temperature_unit": "F",
        "cycle": {"day": 3},
        "budget": "380.00",
        "zones": [
            {"id": "living", "name": "Living room"},
            {"id": "bedroom", "name": "Bedroom"},
            {"id": "study", "name": "Study"},
            {"id": "kids", "name": "Kids’ room", "temperature": "trv1"},
        ],
        "meters": [
            {"id": "mains", "name": "Main meter", "role": "import", "sum": ["em:a", "em:b"]},
            {"id": "split", "name": "Mini-split plug", "role": "circuit", "parent": "mains", "points": ["plug1"]},
            {"id": "multi", "name": "Outdoor unit", "role": "outdoor_unit", "parent": "mains", "points": ["pm1"]},
            {
                "id": "heater",
                "name": "Kids’ heater",
                "role": "circuit",
                "parent": "mains",
                "points": ["plug2"],
                "zone": "kids",
            },
        ],
        "heat_pumps": [
            {"id": "mini", "kind": "mini_split", "meter": "split", "heads": [{"zone": "living", "device": "Living"}]},
            {
                "id": "duo",
                "kind": "multi_split",
                "meter": "multi",
                "heads": [{"zone": "bedroom", "device": "Bed"}, {"zone": "study", "device": "Desk"}],
            },
        ],
    },
    Home,
)


def key(device: str, quantity: str, channel: str = "", family: str = "tasmota") -> SeriesKey:
    return SeriesKey("maple", family, device, channel, quantity)


def spoken(value: float | str | bool, *, ago_s: float = 0, every_s: float = 10) -> LiveValue:
    """A value last read some time ago by a device with a known rhythm. [s]"""
    start = AT_US - int((ago_s + 20 * every_s) * 1e6)
    live: LiveValue | None = None
    for number in range(21):
        live = follow(live, value, time_us=start + int(number * every_s * 1e6))
    assert live is not None
    return live


def latest(**changes: LiveValue | None) -> dict[SeriesKey, LiveValue]:
    """Everything of the house, heard just now; `changes` by name replace (None removes)."""
    rows = {
        "main_a": (key("em", "power", "a"), 1500.0),
        "main_b": (key("em", "power", "b"), 1338.5),
        "split": (key("plug1", "power"), 963.5),
        "multi": (key("pm1", "power"), 494.8),
        "heater": (key("plug2", "power"), 0.0),
        "living_temp": (key("Living", "temperature"), 21.1),
        "living_set": (key("Living", "setpoint"), 21.0),
        "living_mode": (key("Living", "mode"), "heat"),
        "bed_temp": (key("Bed", "temperature"), 17.2),
        "bed_action": (key("Bed", "action"), "heating"),
        "desk_temp": (key("Desk", "temperature"), 16.1),
        "desk_action": (key("Desk", "action"), "idle"),
        "kids_temp": (key("trv1", "temperature"), 20.0),
        "outdoor": (key("station", "outdoor_temp", family="ecowitt"), -7.2),
    }
    made: dict[SeriesKey, LiveValue] = {}
    for name, (series, value) in rows.items():
        live = changes.get(name, spoken(value)) if name in changes else spoken(value)
        if live is not None:
            made[series] = live
    return made
