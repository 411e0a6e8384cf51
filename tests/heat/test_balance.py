"""Rung F: a house is recovered from days of known heat, and refused from too few."""

import numpy as np
import pytest

from heatledger.heat import balance


def house(count, seed=3):
    rng = np.random.default_rng(seed)
    outdoor = rng.uniform(-12, 10, count)
    days = balance.Days(
        indoor_c=rng.normal(20, 0.5, count),
        outdoor_c=outdoor,
        before_c=np.append(outdoor[0], outdoor[:-1]),
        sun_kwh_m2=rng.uniform(0.2, 3.0, count),
        rise_k=rng.normal(0, 0.4, count),
        other_kwh=rng.uniform(3, 8, count),
    )
    felt = 0.7 * days.outdoor_c + 0.3 * days.before_c
    heat = 4.0 * (days.indoor_c - felt) - 5.0 * days.sun_kwh_m2 + 2.0 * days.rise_k - days.other_kwh
    return days, heat + rng.normal(0, 1.0, count)


def cut(days, where):
    return balance.Days(*(column[where] for column in days))


def test_thirty_days_tell_the_rest_of_the_winter():
    days, heat = house(100)
    learnt = balance.fit(cut(days, slice(0, 30)), heat[:30], area_m2=100.0)
    found, doubt = balance.heat(learnt, cut(days, slice(30, 100)))
    assert found.sum() == pytest.approx(heat[30:].sum(), rel=0.02)
    assert learnt.found[0] == pytest.approx(4.0, rel=0.05)
    assert (doubt > 0).all()


def test_thirteen_days_are_refused():
    days, heat = house(13)
    assert balance.fit(days, heat, area_m2=100.0) is None


def test_the_sun_at_noon_of_midsummer():
    # 90° − 42° + 23.45°
    assert np.degrees(balance.altitude(np.array([172.0]), np.array([12.0]), 42.0))[0] == pytest.approx(71.45, abs=0.02)
