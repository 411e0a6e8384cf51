"""The ground: Kusuda and Achenbach's wave, and what comes back from a loop."""

import math

import numpy as np
import pytest

from heatledger.baseline.ground import LOOP_APPROACH_K, Surface, entering, surface_of, temperature

CHICAGO = Surface(10.0, 14.0, 25.0)


def test_the_surface_is_coldest_on_its_coldest_day_and_a_half_year_later_warmest():
    assert temperature(CHICAGO, 0.0, np.array([25.0, 25.0 + 182.5])).tolist() == pytest.approx([-4.0, 24.0])


def test_damping_and_lag_at_a_depth():
    # by hand: α 0.055 m²/d, z 2 m: √(π/(365·0.055)) = 0.39559, e^−0.79118 = 0.45331; lag 1·√(365/(π·0.055)) = 45.96 d
    assert math.sqrt(math.pi / (365 * 0.055)) == pytest.approx(0.39559, abs=1e-5)
    coldest = temperature(CHICAGO, 2.0, np.array([25.0 + 45.96]))
    assert coldest.tolist() == pytest.approx([10.0 - 14.0 * 0.45331], abs=1e-3)


def test_deep_ground_keeps_the_mean():
    assert temperature(CHICAGO, 20.0, np.linspace(1, 365, 12)).tolist() == pytest.approx([10.0] * 12, abs=0.01)


def test_a_year_of_air_gives_back_its_sine():
    day = np.arange(1.0, 366.0)
    air = temperature(Surface(9.0, 13.0, 25.0), 0.0, day)
    found = surface_of(day, air, 42.0)
    assert (found.mean_c, found.amplitude_k, found.coldest_d) == pytest.approx((9.0, 13.0, 25.0))


def test_half_a_winter_is_held_to_a_climate():
    day = np.arange(1.0, 45.0)
    found = surface_of(day, np.full(44, -3.0), 42.0)
    assert found.amplitude_k == 12.0
    assert 6.0 < found.mean_c < 10.0


def test_the_south_is_coldest_in_july():
    assert surface_of(np.arange(1.0, 366.0), np.full(365, 15.0), -37.8).coldest_d == 207.0


def test_a_loop_comes_back_colder_the_more_it_is_asked():
    at = np.full(3, 1_768_000_000)  # 2026-01-09
    idle, half, full = entering(at, CHICAGO, np.array([0.0, 0.5, 1.0])).tolist()
    assert idle - full == pytest.approx(LOOP_APPROACH_K)
    assert idle - half == pytest.approx(LOOP_APPROACH_K / 2)
