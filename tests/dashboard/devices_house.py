"""A house of fourteen devices with a day of history: two have fallen silent, two had a gap, the rest are heard."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from dash.development.base_component import Component

from dashboard.devices_board import page
from dashboard.devices_unknown import unknowns
from dashboard.feed import Feed
from dashboard.pages import devices
from heatledger.home import Home
from heatledger.readings import Intervals, Reading
from heatledger.store import open_store
from heatledger.store.state import Topic
from tests.dashboard.house import AT_US, HOUSE, latest

DAY_S = 86_400


class Device(NamedTuple):
    """Who it is, what it says (quantity → value), how often, since when it is silent, and where it had a gap [s]."""

    family: str
    name: str
    says: dict[str, float | str]
    every_s: int = 10
    silent_s: int = 0
    gap_s: tuple[int, int] = (0, 0)


DEVICES = (
    Device(
        "tasmota",
        "main",
        {"power": 2838.5, "energy": 18_204.31, "voltage": 121.4, "current": 23.4, "power_factor": 0.97},
    ),
    Device("tasmota", "plug7", {"power": 494.8, "energy": 1204.6}, silent_s=2040),
    Device("zigbee2mqtt", "kids", {"temperature": 18.9, "humidity": 44.0}, every_s=300, silent_s=2040),
    Device("zigbee2mqtt", "guest", {"temperature": 16.1, "humidity": 41.0, "setpoint": 16.0}, every_s=300),
    Device(
        "faikin",
        "bedroom",
        {"temperature": 17.2, "setpoint": 17.0, "action": "heating"},
        every_s=15,
        gap_s=(57_600, 55_140),
    ),
    Device("zigbee2mqtt", "outdoor", {"outdoor_temp": -7.2}, every_s=120, gap_s=(32_400, 30_120)),
    Device("shelly_gen2", "shellypro3em-08", {"power": 1310.0, "energy": 4022.7}, every_s=1),
    *(Device("tasmota", f"plug{number}", {"power": 12.0 * number, "energy": 31.0 * number}) for number in range(1, 7)),
    Device("zigbee2mqtt", "hall", {"temperature": 20.4, "humidity": 47.0}, every_s=300),
)

FOURTEEN = msgspec.convert(
    {
        "id": "maple",
        "name": "Maple Street 14",
        "timezone": "America/Chicago",
        "currency": "USD",
        "temperature_unit": "F",
        "outdoor_temperature": "outdoor",
        "zones": [
            {"id": "living", "name": "Living room", "temperature": "hall"},
            {"id": "bedroom", "name": "Bedroom"},
            {"id": "kids", "name": "Kids’ room", "temperature": "kids"},
            {"id": "guest", "name": "Guest room", "temperature": "guest"},
        ],
        "meters": [
            {"id": "mains", "name": "Main meter", "role": "import", "points": ["main"]},
            {
                "id": "duo",
                "name": "Kids’ + guest outdoor",
                "role": "outdoor_unit",
                "parent": "mains",
                "points": ["plug7"],
            },
            {
                "id": "multi",
                "name": "Multi-split",
                "role": "outdoor_unit",
                "parent": "mains",
                "points": ["shellypro3em-08"],
            },
            *(
                {"id": f"c{number}", "name": name, "role": "circuit", "parent": "mains", "points": [f"plug{number}"]}
                for number, name in enumerate(("Fridge", "Oven", "Washer", "Dryer", "Desk", "Heat pump dryer"), 1)
            ),
        ],
        "heat_pumps": [
            {
                "id": "split",
                "kind": "multi_split",
                "meter": "multi",
                "heads": [{"zone": "bedroom", "device": "bedroom"}],
            }
        ],
    },
    Home,
)


def write_day(data: Path, devices: tuple[Device, ...] = DEVICES, *, home: str = "maple") -> None:
    """Write a day of intervals and the last minutes' readings of each device."""
    store = open_store(f"sqlite:///{data / 'heatledger.db'}")
    now_s = time.time()
    for device in devices:
        store.write(list(readings(device, home, now_s)))
        store.write_intervals([block for block in intervals(device, home, now_s) if block is not None])
    store.close()


def readings(device: Device, home: str, now_s: float):
    """Yield what was read lately, so that the rhythm is learned."""
    for number in range(12):
        at_us = int((now_s - device.silent_s - number * device.every_s) * 1e6)
        for quantity, value in device.says.items():
            unit, kind = (
                ("kWh", "counter")
                if quantity == "energy"
                else (None, "state")
                if isinstance(value, str)
                else ("1", "gauge")
            )
            yield Reading(
                home,
                device.family,
                device.name,
                "",
                quantity,
                at_us,
                value,
                unit,
                kind,
                "never" if kind == "counter" else "",
            )


def intervals(device: Device, home: str, now_s: float):
    """Yield a day of steady numbers, with the gap left out and nothing since it fell silent."""
    end_s = int(now_s) // 300 * 300
    start_s = np.arange(end_s - DAY_S, end_s - device.silent_s // 300 * 300, 300)
    ago_s = end_s - start_s
    start_s = start_s[(ago_s > device.gap_s[0]) | (ago_s <= device.gap_s[1])]
    none, ones, zeros = np.full(len(start_s), np.nan), np.ones(len(start_s)), np.zeros(len(start_s), dtype=np.int64)
    for quantity, value in device.says.items():
        if not isinstance(value, str):
            level = np.full(len(start_s), value)
            key = next(readings(device, home, now_s)).key._replace(quantity=quantity)
            yield Intervals(key, start_s, none, level, level, level, level, ones, zeros)


BARE = Home(id="maple", name="home", timezone="UTC", currency="USD")


def feed_of(
    values, *, connected=True, said=b'{"online":true,"heard":218406,"stored":1102930,"since_us":1768888800000000}'
):
    feed = Feed("mqtt://127.0.0.1")
    feed._latest = dict(values)
    feed.connected, feed.changed_us = connected, AT_US - 300_000_000
    if said:
        feed.hear("heatledger/ingest", said)
    return feed


def topic(
    name="shellies/attic/relay/0/power", *, count=41, sample=b"218.44", note="no device file knows this topic", ago_s=5
):
    return Topic(name, "", "unknown", count, AT_US - 9_000_000, AT_US - ago_s * 1_000_000, sample, note)


def shown(values=None, *, home=HOUSE, described=True, strips=None, heard=(), read=True, trouble="", **fed):
    feed = feed_of(latest() if values is None else values, **fed)
    unread = unknowns(heard) if read else None
    return page(home, feed, described=described, at_us=AT_US, strip=strips or {}, unread=unread, trouble=trouble)


def words(component):
    if isinstance(component, str):
        return component
    if isinstance(component, list | tuple):
        return " ".join(words(child) for child in component)
    return words(getattr(component, "children", None) or "") if isinstance(component, Component) else ""


def said(made, name):
    return words(devices.render(made)[name])


def row_of(made, device):
    (row,) = [row for row in made.rows if row.name == device]
    return row
