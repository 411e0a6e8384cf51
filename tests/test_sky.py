"""Day and dark, against sunrise and sunset as NOAA's solar calculator prints them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.sky import is_day, sun_height

CHICAGO, LONDON, SYDNEY = (41.88, -87.63), (51.5, -0.13), (-33.87, 151.21)
# place, its zone, sunrise and sunset (gml.noaa.gov/grad/solcalc)
TIMES = [
    (CHICAGO, "America/Chicago", "2026-01-20 07:13", "2026-01-20 16:51"),
    (CHICAGO, "America/Chicago", "2026-06-21 05:16", "2026-06-21 20:29"),
    (LONDON, "Europe/London", "2026-03-20 06:04", "2026-03-20 18:13"),
    (SYDNEY, "Australia/Sydney", "2026-12-21 05:41", "2026-12-21 20:05"),
]


@pytest.mark.parametrize(("place", "zone", "rise", "fall"), TIMES)
def test_the_sun_rises_and_sets_when_the_almanac_says(place, zone, rise, fall):
    up, down = (datetime.fromisoformat(time).replace(tzinfo=ZoneInfo(zone)) for time in (rise, fall))
    near = timedelta(minutes=5)
    assert [is_day(at, *place) for at in (up - near, up + near, down - near, down + near)] == [False, True, True, False]


@given(st.integers(1_577_836_800, 2_208_988_800), st.floats(-90, 90), st.floats(-180, 180))
def test_the_sun_is_never_higher_than_the_tropics_allow(at_s, latitude, longitude):
    height = sun_height(datetime.fromtimestamp(at_s, UTC), latitude, longitude)
    assert -90 <= height <= min(90.0, 90 - abs(latitude) + 23.46)
