"""The change-point fit: planted homes are found again, and a public sample fits as well as the field's own tool."""

import gzip
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.weather_response import MIN_DAYS, energy, fit

RANDOM = np.random.default_rng(7)
YEAR_C = 10 - 14 * np.cos(2 * np.pi * np.arange(365) / 365) + RANDOM.normal(0, 3, 365)


@settings(max_examples=15, deadline=None)
@given(st.floats(3, 30), st.floats(0.5, 5), st.floats(0.3, 3), st.integers(10, 17), st.integers(18, 24))
def test_a_planted_home_is_found_again(base, heating, cooling, low, high):
    kwh = base + heating * np.maximum(low - YEAR_C, 0) + cooling * np.maximum(YEAR_C - high, 0)
    found = fit(YEAR_C, kwh)
    assert energy(found, YEAR_C) == pytest.approx(kwh, abs=0.02 * kwh.mean())
    assert found.heating == pytest.approx(heating, rel=0.05)
    assert found.base == pytest.approx(base, rel=0.06, abs=0.2)


def test_a_home_that_does_not_follow_the_weather_has_no_slopes():
    found = fit(YEAR_C, np.full(365, 12.0))
    assert (found.base, found.heating, found.cooling) == pytest.approx((12.0, 0.0, 0.0), abs=1e-6)


def test_less_use_when_cold_is_not_called_heating():
    found = fit(YEAR_C, 10 + 0.2 * YEAR_C)
    assert found.heating == 0.0
    assert found.cooling > 0


def test_a_fortnight_is_the_least_and_unknown_days_do_not_count():
    temps = YEAR_C[:MIN_DAYS].copy()
    assert fit(temps, np.full(MIN_DAYS, 5.0)) is not None
    temps[3] = np.nan
    assert fit(temps, np.full(MIN_DAYS, 5.0)) is None


@pytest.mark.reference
def test_a_public_sample_fits_as_well_as_opendsm_does(shared):
    """opendsm's Illinois sample (Apache-2.0): its own daily model reaches CV(RMSE) 0.254 on the baseline year."""
    folder = shared / "physics" / "data" / "opendsm-samples"
    zone = ZoneInfo("America/Chicago")
    days = {}
    with gzip.open(folder / "il-electricity-cdd-hdd-hourly.csv.gz", "rt") as lines:
        next(lines)
        for line in lines:
            start, _, value = line.strip().partition(",")
            if value:
                day = datetime.fromisoformat(start).astimezone(zone).date()
                days.setdefault(day, []).append(float(value))
    temps = {}
    with gzip.open(folder / "il-electricity-cdd-hdd-tempF.csv.gz", "rt") as lines:
        next(lines)
        for line in lines:
            start, _, value = line.strip().partition(",")
            if value:
                day = datetime.fromisoformat(start).astimezone(zone).date()
                temps.setdefault(day, []).append((float(value) - 32) / 1.8)
    both = sorted(day for day in days if len(days[day]) >= 23 and len(temps.get(day, ())) >= 20)[:365]
    found = fit(np.array([np.mean(temps[day]) for day in both]), np.array([sum(days[day]) for day in both]))
    assert len(both) == 365
    assert found.cv_rmse <= 0.254 * 1.02
    assert found.heats_below_c == pytest.approx((53.1 - 32) / 1.8, abs=1.5)
