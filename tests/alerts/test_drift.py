"""A machine beside its own curve: a week of less heat is found, ordinary weeks and other weather are not."""

import datetime as dt

import numpy as np
import pytest

from heatledger.alerts.drift import HeatDay, drift

FIRST = dt.date(2025, 10, 1)
TODAY = dt.date(2026, 1, 28)


def winter(*, seed=0, fault=1.0, since=TODAY - dt.timedelta(days=7), offset_c=0.0, scatter=0.06):
    """Days of a machine of COP 3.2 + 0.06 · °C in weather that wanders; from a day on it gives only so much of it."""
    rng = np.random.default_rng(seed)
    days, outdoor = [], 8.0
    for number in range((TODAY - FIRST).days):
        day = FIRST + dt.timedelta(days=number)
        outdoor = 0.8 * outdoor + 0.2 * (8 - number / 12) + rng.normal(0, 1.6)
        rows = []
        for shift in (-5, 0, 5):
            edge = int((outdoor + offset_c * (day >= since) + shift) // 5 * 5)
            kwh = max(1.5, 6 - 0.25 * (edge + 2.5)) * rng.uniform(0.7, 1.3)
            cop = (3.2 + 0.06 * (edge + 2.5)) * (fault if day >= since else 1.0) * rng.normal(1, scatter)
            rows.append((edge, kwh, kwh * cop))
        days.append(HeatDay(day, tuple(rows)))
    return days


@pytest.mark.parametrize("seed", range(12))
def test_a_fifth_less_heat_is_beyond_what_weeks_of_its_past_did(seed):
    found = drift(winter(seed=seed, fault=0.8), TODAY)
    assert found.beyond
    assert found.below == pytest.approx(0.2, abs=0.05)
    assert found.days == 7


def test_a_sound_machine_is_seldom_named():
    found = [drift(winter(seed=seed), TODAY) for seed in range(60)]
    # one side of a 90 % interval: 5 %, of 60 weeks 3; nine would be one chance in three hundred
    assert sum(row.beyond for row in found) <= 9
    assert max(row.below for row in found) < 0.10, "none reaches the rule's threshold"


def test_a_slow_decay_does_not_become_its_own_curve():
    days = winter(fault=0.85, since=TODAY - dt.timedelta(days=28))
    assert drift(days, TODAY).below == pytest.approx(0.15, abs=0.05)


def test_colder_weather_alone_is_no_drift():
    found = drift(winter(offset_c=-4.0), TODAY)
    assert not found.beyond


def test_weather_it_never_met_says_nothing():
    assert drift(winter(offset_c=-40.0), TODAY) is None


def test_a_short_past_or_a_week_that_hardly_heated_says_nothing():
    assert drift(winter()[-30:], TODAY) is None
    assert drift([row for row in winter() if row.day < TODAY - dt.timedelta(days=3)], TODAY) is None
    assert drift([], TODAY) is None
