"""What a power factor tells: a clamp on another phase, a load that is not what it is called."""

from __future__ import annotations

import numpy as np
import pytest

from heatledger.commissioning.checks import examine
from tests.commissioning import weeks

PLUG, SPLIT = "living room/AC plug", "Mini-split, living room"
HEATER, PANEL = "Kids room/panel heater", "Panel heater, kids’ room"
MAIN = "fuse box/whole home"


@pytest.fixture(scope="module")
def healthy():
    return weeks.winter()


def found(healthy, check, *series):
    blocks, start = healthy
    return [one for one in examine(weeks.evidence([*blocks, *series], start)) if one.check == check]


def beside(healthy, device, quantity, value, channel=None):
    """A series beside a device's power, of one value or made from the power."""
    power = next(
        b
        for b in healthy[0]
        if b.key.device == device and b.key.quantity == "power" and channel in (None, b.key.channel)
    )
    mean = value(power.mean) if callable(value) else np.full(len(power.mean), value)
    return power._replace(key=power.key._replace(quantity=quantity), mean=mean)


@pytest.mark.parametrize(
    ("factor", "result", "mend"),
    [
        (0.5, "warn", "it reads as a clamp at 60°"),  # cos 60°: another phase, and turned round
        (-0.4, "warn", "it reads as a clamp at 120°"),  # cos (120° − 6°)
        (0.92, "pass", ""),
        (1.0, "pass", ""),
    ],
)
def test_a_clamp_on_another_phase_reads_a_poor_power_factor(healthy, factor, result, mend):
    (one,) = found(healthy, "meter.phase", beside(healthy, PLUG, "power_factor", factor))
    assert (one.at, one.result) == (SPLIT, result)
    assert one.mend.startswith(mend)


def test_of_a_meter_of_three_phases_the_channel_is_named(healthy):
    said = [
        beside(healthy, MAIN, "power_factor", each, name) for name, each in (("a", 0.97), ("b", -0.48), ("c", 0.95))
    ]
    wrong = [one for one in found(healthy, "meter.phase", *said) if one.result != "pass"]
    assert [(one.at, one.result) for one in wrong] == [("Whole home, b", "warn")]


def test_a_power_factor_that_is_not_told_is_made_from_voltage_and_current(healthy):
    volts = beside(healthy, PLUG, "voltage", 230.0)
    for apparent, result in ((2.0, "warn"), (1.1, "pass")):
        amperes = beside(healthy, PLUG, "current", lambda watts, by=apparent: watts * by / 230.0)
        (one,) = found(healthy, "meter.phase", volts, amperes)
        assert (one.result, round(one.value, 2)) == (result, round(1 / apparent, 2))


@pytest.mark.parametrize(
    ("device", "at", "factor", "result"),
    [
        (PLUG, SPLIT, 0.95, "pass"),
        (PLUG, SPLIT, 0.7, "warn"),  # a capacitor that is worn, or a second load
        (PLUG, SPLIT, 0.5, "not_testable"),  # its phase comes first
        (HEATER, PANEL, 0.99, "pass"),
        (HEATER, PANEL, 0.85, "warn"),  # a resistance has 1
    ],
)
def test_each_load_has_the_power_factor_of_its_kind(healthy, device, at, factor, result):
    (one,) = found(healthy, "meter.power_factor", beside(healthy, device, "power_factor", factor))
    assert (one.at, one.result) == (at, result)
    assert (one.mend == "") is (result == "pass")


def test_without_power_factors_neither_is_testable(healthy):
    assert [one.result for one in found(healthy, "meter.phase")] == ["not_testable"]
    assert [one.result for one in found(healthy, "meter.power_factor")] == ["not_testable"]
