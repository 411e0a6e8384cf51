"""Units convert to the figures of the standards they come from, and only where they measure the quantity."""

from __future__ import annotations

import doctest
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import heatledger.home
import heatledger.quantities
from heatledger.quantities import ACTIONS, MODES, QUANTITIES, conversion, to_canonical

# The SI brochure, 9th edition (2019), tables 4, 7 and 8: 1 min = 60 s, 1 h = 3600 s, 1 L = 1e-3 m³,
# t/°C = T/K - 273.15, and the prefixes; hence 1 kWh = 3.6 MJ. NIST SP 811 (2008), B.8: t/°C = (t/°F - 32)/1.8.
SOURCED = [
    ("power", "kW", 1.5, 1500.0),
    ("power", "mW", 1500.0, 1.5),
    ("energy", "Wh", 1234.0, 1.234),
    ("energy", "mWh", 2_500_000.0, 2.5),
    ("energy", "MWh", 0.5, 500.0),
    ("energy", "Wmin", 60_000.0, 1.0),
    ("energy", "Ws", 3_600_000.0, 1.0),
    ("energy", "J", 3_600_000.0, 1.0),
    ("heat_energy", "kJ", 3600.0, 1.0),
    ("heat_energy", "MJ", 3.6, 1.0),
    ("heat_energy", "GJ", 3.6, 1000.0),
    ("temperature", "°F", 32.0, 0.0),
    ("temperature", "°F", 212.0, 100.0),
    ("temperature", "°F", -40.0, -40.0),
    ("outdoor_temp", "K", 273.15, 0.0),
    ("flow", "L/h", 600.0, 10.0),
    ("flow", "L/s", 0.2, 12.0),
    ("flow", "m³/h", 1.2, 20.0),
    ("gas_volume", "L", 250.0, 0.25),
    ("compressor_freq", "rpm", 3600.0, 60.0),
    ("voltage", "mV", 230_000.0, 230.0),
    ("current", "mA", 450.0, 0.45),
]
UNITS = sorted(heatledger.quantities._UNITS)
MEASURED = sorted(name for name, quantity in QUANTITIES.items() if quantity.unit)


@pytest.mark.parametrize(("quantity", "unit", "value", "expected"), SOURCED)
def test_a_source_unit_becomes_the_canonical_one(quantity, unit, value, expected):
    assert to_canonical(value, unit, quantity) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_every_unit_is_checked_against_a_figure_or_is_canonical_itself():
    canonical = {unit for unit, (target, factor, offset) in heatledger.quantities._UNITS.items() if unit == target}
    assert {unit for _, unit, _, _ in SOURCED} | canonical == set(UNITS)


@pytest.mark.parametrize("name", [name for name in MEASURED if "currency" not in str(QUANTITIES[name].unit)])
def test_the_canonical_unit_of_each_quantity_is_left_alone(name):
    assert conversion(str(QUANTITIES[name].unit), name) == (1.0, 0.0)


@given(st.sampled_from(UNITS), st.sampled_from(MEASURED), st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_a_conversion_keeps_order_or_refuses_by_name(unit, quantity, one, other):
    if heatledger.quantities._UNITS[unit][0] != QUANTITIES[quantity].unit:
        with pytest.raises(ValueError, match=f"unit '{re.escape(unit)}' does not measure {quantity}"):
            conversion(unit, quantity)
        return
    factor, _ = conversion(unit, quantity)
    assert factor > 0
    low, high = sorted((one, other))
    assert to_canonical(low, unit, quantity) <= to_canonical(high, unit, quantity)


def test_missing_stays_missing():
    assert math.isnan(to_canonical(math.nan, "°F", "temperature"))


@pytest.mark.parametrize(
    ("unit", "quantity", "says"),
    [
        ("kWh", "power", "unit 'kWh' does not measure power (canonical unit W)"),
        ("BTU", "heat_energy", "unknown unit 'BTU'; known: W, kW"),
        ("W", "wattage", "unknown quantity 'wattage'"),
        ("1", "mode", "unit '1' does not measure mode (canonical unit None)"),
    ],
)
def test_a_unit_of_something_else_is_refused(unit, quantity, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        conversion(unit, quantity)


def test_states_have_no_unit_and_numbers_have_one():
    assert {name for name, quantity in QUANTITIES.items() if quantity.kind == "state"} == {
        name for name, quantity in QUANTITIES.items() if quantity.unit is None
    }


def test_counters_are_what_adds_up():
    assert {name for name, quantity in QUANTITIES.items() if quantity.kind == "counter"} == {
        name for name, quantity in QUANTITIES.items() if quantity.unit in {"kWh", "m³"}
    }


def test_hot_water_may_join_heating_or_cooling():
    assert {mode.removesuffix("+dhw") for mode in MODES if mode.endswith("+dhw")} == {"heat", "cool", "heat_cool"}
    assert "defrosting" in ACTIONS
    assert not MODES & {"", None}


@pytest.mark.parametrize("module", [heatledger.quantities, heatledger.home], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module):
    failed, attempted = doctest.testmod(module)
    assert attempted > 0
    assert failed == 0
