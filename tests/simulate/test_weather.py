import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest.simulate.weather import chance, noise, outdoors

JANUARY_US = 1_767_225_600 * 1_000_000
DAY_US = 86_400 * 1_000_000


@given(st.integers(0, 2**31), st.integers(0, 4_000_000_000))
def test_any_instant_can_be_asked_alone_and_answers_the_same(seed, second):
    around = (second + np.arange(-2, 3)) * 1_000_000
    together, alone = outdoors(seed, around), outdoors(seed, around[2:3])
    for many, one in zip(together, alone, strict=True):
        assert many[2] == one[0]


@given(st.integers(0, 1000), st.integers(0, 50))
def test_noise_is_bounded_and_smooth(seed, stream):
    level = noise(seed, stream, np.arange(0.0, 7200.0), 600.0)
    assert np.abs(level).max() <= 3.0
    assert np.abs(np.diff(level)).max() < 0.02


def test_chance_is_fair_and_streams_differ():
    drawn = chance(3, 1, np.arange(20_000))
    assert abs(drawn.mean() - 0.5) < 0.01
    assert abs(np.corrcoef(drawn, chance(3, 2, np.arange(20_000)))[0, 1]) < 0.03


def test_winters_are_cold_and_summers_hot(year):
    temp_c = year.weather.temp_c
    winter, summer = temp_c[30 * 288 : 120 * 288], temp_c[212 * 288 : 302 * 288]
    assert -8.0 < winter.mean() < 1.0
    assert winter.min() < -12.0
    assert 19.0 < summer.mean() < 27.0
    assert summer.max() > 31.0


def test_the_sun_is_highest_at_noon_and_down_at_night():
    july = JANUARY_US + 190 * DAY_US + np.arange(288) * 300 * 1_000_000
    sun = outdoors(5, july).irradiance
    local_noon, local_midnight = int(17.85 * 12), int(5.85 * 12)
    assert sun[local_noon - 24 : local_noon + 24].max() == sun.max() > 250.0
    assert sun[local_midnight] == 0.0
    assert outdoors(5, july).humidity.min() >= 22.0
    assert outdoors(5, july).humidity.max() <= 99.0
