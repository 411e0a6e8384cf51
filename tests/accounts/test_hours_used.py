"""A period hour by hour: hours add up to the day, a clock change has 23 or 25, and silence is no zero."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.columns import Column
from heatledger.days import QUARTER_S, Profile, midnight
from heatledger.hours_used import hours_used
from tests.billing.homes import day

CHICAGO = ZoneInfo("America/Chicago")
JAN_20 = dt.date(2026, 1, 20)
SPRING, AUTUMN = dt.date(2026, 3, 8), dt.date(2026, 11, 1)  # clocks move at 2 am in the United States


def of(when, used, *, heard=(), estimated=(), late_s=0):
    begins = int(midnight(when, CHICAGO).timestamp()) + late_s
    profile = Profile(
        start_s=begins,
        imported=Column(),
        exported=Column(),
        zones={},
        used=Column(used),
        heard=Column(heard),
        estimated=Column(estimated),
    )
    (made,) = hours_used({when: msgspec.structs.replace(day(when, 1.0), profile=profile)}, CHICAGO)
    return made


@pytest.mark.parametrize(("when", "hours"), [(JAN_20, 24), (SPRING, 23), (AUTUMN, 25)])
def test_a_day_has_as_many_hours_as_the_clock_gives_it(when, hours):
    made = of(when, [0.25] * (hours * 4))
    assert made.kwh == [1.0] * hours
    assert made.heard == made.estimated_kwh == []


@given(st.lists(st.floats(0, 5), min_size=96, max_size=96))
def test_hours_add_up_to_the_day(used):
    made = of(JAN_20, used)
    assert sum(made.kwh) == pytest.approx(sum(used), abs=24 * 1e-4)


def test_an_hour_that_was_not_heard_is_none_and_one_heard_in_part_says_how_much():
    heard = [1.0] * 96
    heard[40:44], heard[44:48] = [0.0] * 4, [0.0, 0.0, 1.0, 1.0]
    used = [0.5 * part for part in heard]
    made = of(JAN_20, used, heard=heard)
    assert made.kwh[9:13] == [2.0, None, 1.0, 2.0]
    assert (made.heard_of(9), made.heard_of(10), made.heard_of(11)) == (1.0, 0.0, 0.5)


def test_what_a_register_bridged_is_told_as_an_estimate():
    heard = [1.0] * 96
    heard[40:44] = [0.0] * 4
    estimated = [0.0] * 96
    estimated[40:44] = [0.5] * 4
    made = of(JAN_20, [0.5] * 96, heard=heard, estimated=estimated)
    assert (made.kwh[10], made.estimated_of(10), made.estimated_of(11)) == (2.0, 2.0, 0.0)


def test_a_day_so_far_ends_with_the_hour_that_has_begun_and_a_late_start_is_a_gap():
    made = of(JAN_20, [0.25] * 6, late_s=5 * 3600 + 2 * QUARTER_S)
    assert made.kwh == [None] * 5 + [0.5, 1.0]
    assert made.heard_of(5) == 0.5


def test_a_day_without_any_reading_is_all_gap():
    assert of(AUTUMN, []).kwh == [None] * 25
