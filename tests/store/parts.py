"""Readings and intervals for the contract, and how they are compared."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from heatledger.quantities import QUANTITIES
from heatledger.readings import Intervals, Reading, SeriesKey
from heatledger.store import Store, open_store

S = 1_000_000
"""A second. [µs]"""
T0 = 1_793_000_000
"""A moment in October 2026. [s]"""
WRITER = Path(__file__).with_name("writer.py")
RESETS = {"energy": "reboot", "heat_energy": "daily"}
STEP = 700
"""Between the possible times of drawn readings: some fall in one hour, some do not. [s]"""
SPOKEN = {"mode": st.sampled_from(["off", "heat", "fan_only"]), "online": st.booleans()}
NUMBERS = st.floats(allow_nan=True, allow_infinity=False, width=64)

StoreFactory = Callable[[], str]


@pytest.fixture
def store(store_factory: StoreFactory) -> Iterator[Store]:
    opened = open_store(store_factory())
    yield opened
    opened.close()


def reading(time_s=T0, value=1.0, quantity="power", *, device="plug", channel="", home="home", flags=0):
    row = QUANTITIES[quantity]
    return Reading(
        home,
        "tasmota",
        device,
        channel,
        quantity,
        round(time_s * S),
        value,
        row.unit,
        row.kind,
        RESETS.get(quantity, ""),
        flags,
    )


def plain(one: Reading) -> tuple[object, ...]:
    """A reading that can be compared: NaN equals NaN, 1.0 is neither 1 nor True."""
    return (*one.key, one.time_us, repr(one.value), one.unit, one.kind, one.reset, int(one.flags))


def kept(store: Store, home="home", **span) -> list[tuple[object, ...]]:
    return [plain(one) for one in store.readings(home, **span)]


def plains(readings) -> list[tuple[object, ...]]:
    return sorted(plain(one) for one in readings)


def block(key: SeriesKey, starts, *, state=None, **columns) -> Intervals:
    """Intervals with NaN in every column that is not given."""
    names = ("energy", "mean", "min", "max", "last", "coverage")
    numbers = [np.array(columns.get(name, [math.nan] * len(starts)), dtype=np.float64) for name in names]
    flags = np.array(columns.get("flags", [0] * len(starts)), dtype=np.int64)
    return Intervals(key, np.array(starts, dtype=np.int64), *numbers, flags, state)


def assert_same(found: Intervals, expected: Intervals) -> None:
    assert found.key == expected.key
    assert found.state == expected.state
    for name in ("start_s", "energy", "mean", "min", "max", "last", "coverage", "flags"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)


# --- empty ---------------------------------------------------------------------------------------
