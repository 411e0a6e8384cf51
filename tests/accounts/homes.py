"""A small home and intervals for it, written by hand."""

import msgspec
import numpy as np

from heatledger.home import Home
from heatledger.readings import Intervals, SeriesKey

T0 = 1_767_250_800  # 2026-01-01 07:00 UTC, a whole interval

HOME = {
    "id": "home",
    "name": "Test",
    "timezone": "America/Chicago",
    "currency": "USD",
    "tariff": "flat",
    "zones": [{"id": "living", "name": "Living"}, {"id": "bed", "name": "Bed"}, {"id": "study", "name": "Study"}],
    "meters": [
        {"id": "main", "role": "import", "points": ["main"]},
        {"id": "split", "role": "circuit", "parent": "main", "points": ["plug"], "zone": "living"},
        {"id": "outdoor", "role": "outdoor_unit", "parent": "main", "points": ["pm"]},
        {"id": "tank", "role": "circuit", "parent": "main", "points": ["tank"]},
    ],
    "heat_pumps": [
        {
            "id": "mini",
            "kind": "mini_split",
            "meter": "split",
            "heads": [{"zone": "living", "device": "faikin:Living"}],
        },
        {
            "id": "multi",
            "kind": "multi_split",
            "meter": "outdoor",
            "heads": [{"zone": "bed", "device": "bed"}, {"zone": "study", "device": "study"}],
        },
    ],
}


def home(**changes):
    return msgspec.convert({**HOME, **changes}, Home)


def block(device, quantity, energy=None, *, state=None, last=None, flags=0, family="x", channel="", start_s=T0):
    size = len(state if state is not None else energy if energy is not None else last)
    empty = np.full(size, np.nan)
    numbers = np.array(last, dtype=float) if last is not None else empty
    return Intervals(
        SeriesKey("home", family, device, channel, quantity),
        start_s + 300 * np.arange(size),
        empty if energy is None else np.array(energy, dtype=float),
        numbers,
        numbers,
        numbers,
        numbers,
        np.ones(size),
        np.full(size, flags, dtype=np.int64),
        state,
    )
