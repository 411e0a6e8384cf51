"""From a home's hours to its load at one set-point: exact where nothing changes, near the truth where it does."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from heatledger.baseline.hours import Hours
from heatledger.baseline.load import Missing
from heatledger.baseline.restoration import Asked, added, answered, common, decayed, mean_day, spread_out
from heatledger.baseline.rooms import Plan, conductance, drive, gains
from heatledger.baseline.whole_home import Given, learn, whole_home
from tests.baseline.houses import COMMON_C, PLAN, house, lived_in, weather

GIVEN = Given(np.array([0.05, 0.10]), np.array([0.1, 0.1]))


def load_of(hours, given_=GIVEN, plan=PLAN):
    return whole_home(learn(plan, hours), hours, given_)


def one_system(of, hours, set_c=COMMON_C):
    """Return the heat of the same house with one thermostat in its living room and air shared as rooms lose heat."""
    matrix, right = conductance(of), drive(of, hours.outdoor_c, gains(of, hours.other_w, hours.sun_w_m2))
    unknowns = np.column_stack([matrix[:, 1:], -of.response_w_k / of.response_w_k.sum()])
    return np.linalg.solve(unknowns, (right - set_c * matrix[:, 0]).T)[-1]


@pytest.mark.parametrize(("every_room", "within"), [(True, 0.03), (False, 0.08)])
@pytest.mark.parametrize(("bed_c", "loss"), [(16.0, 1.8), (18.0, 1.2), (20.5, 0.7)])
def test_the_load_of_one_thermostat_is_near_that_of_the_same_house_with_one(every_room, within, bed_c, loss):
    of = house(loss=loss)
    hours, _ = lived_in(bed_c=bed_c, every_room=every_room, of=of)
    truth = np.maximum(one_system(of, hours), 0.0).sum()
    assert load_of(hours).heating.whole().sum() == pytest.approx(truth, rel=within)


def all_held(hours, every=COMMON_C):
    """Return the same with a thermometer in every room, each held by its own thermostat at one set-point."""
    return hours._replace(room_c=np.full(hours.room_c.shape, every), own_c=np.full(hours.own_c.shape, every))


def test_with_no_idle_room_and_no_unseen_one_nothing_at_all_is_restored():
    hours = all_held(lived_in(days=30)[0])
    load = load_of(hours)
    assert_array_equal(load.heating.idle_w, 0.0)
    assert_array_equal(load.heating.unseen_w, 0.0)
    assert_array_equal(load.heating.whole(), hours.heat_w.sum(axis=1))
    assert load.heating.restored_sd == 0.0


def test_a_thermometer_a_little_beside_its_thermostat_is_no_set_back():
    hours = all_held(lived_in(days=30)[0])
    load = load_of(hours._replace(room_c=hours.room_c - 0.3))
    assert_array_equal(load.heating.idle_w, 0.0)


@settings(max_examples=8, deadline=None)
@given(st.floats(18.5, 23.0), st.floats(0.2, 2.0))
def test_what_is_restored_grows_with_the_set_point(set_c, more):
    hours, _ = lived_in(days=20)
    fitted = learn(PLAN, hours)
    low, high = (
        whole_home(fitted, hours, GIVEN._replace(setpoint_c=at)).heating.whole().sum() for at in (set_c, set_c + more)
    )
    assert high > low


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 50), st.floats(14.0, 20.5))
def test_what_is_added_is_conserved_by_the_hours_and_never_negative(seed, bed_c):
    of = house()
    hours, temp = lived_in(days=12, bed_c=bed_c, every_room=True, seed=seed)
    free = gains(of, hours.other_w, hours.sun_w_m2)
    asked = Asked(temp, hours.own_c, np.full(len(temp), COMMON_C), 1.0)
    warm, works = common(of, 0, asked, hours.outdoor_c, free)
    more = added(of, asked, warm, works)
    measured = hours.heat_w.sum(axis=1)
    whole = spread_out(measured, more, answered(of, hours.outdoor_c, hours.other_w, hours.sun_w_m2))
    assert (whole >= 0).all()
    assert whole.sum() == pytest.approx(measured.sum() + more.sum())


def test_a_day_of_set_back_is_not_a_day_of_peaks():
    hours, _ = lived_in(days=30, every_room=True)
    heat = hours.heat_w.copy()
    heat[:, 0] *= np.where(np.arange(len(heat)) % 24 == 6, 4.0, 1.0)  # the morning's recovery
    load = load_of(hours._replace(heat_w=heat))
    by_hour = load.heating.whole().reshape(-1, 24).mean(axis=0)
    assert by_hour[6] < 1.3 * by_hour[[3, 4, 5]].mean()


def test_a_room_held_warmer_than_the_common_set_point_takes_something_off():
    hours, _ = lived_in(living_c=20.5, bed_c=22.5, every_room=True)
    load, as_warm = load_of(hours), load_of(lived_in(living_c=20.5, bed_c=20.5, every_room=True)[0])
    assert load.heating.idle_w.sum() < as_warm.heating.idle_w.sum()
    bed = load.comfort.rooms.index("bed")
    assert load.comfort.common_c[:, bed].mean() == pytest.approx(COMMON_C)
    assert load.comfort.actual_c[:, bed].mean() == pytest.approx(22.5)


def test_what_nobody_measures_is_told_apart_from_what_is_set_back():
    seen = load_of(lived_in(bed_c=16.0, every_room=True)[0]).heating
    blind = load_of(lived_in(bed_c=16.0)[0]).heating
    assert_array_equal(seen.unseen_w, 0.0)
    assert blind.unseen_w.sum() > 0.3 * (blind.idle_w + blind.unseen_w).sum()
    assert blind.restored_sd > seen.restored_sd


def test_the_doubt_of_the_heat_is_that_of_its_sources_by_their_share():
    hours, _ = lived_in()
    share = hours.heat_w.sum(axis=0) / hours.heat_w.sum()
    assert load_of(hours).heating.measured_sd == pytest.approx(share @ [0.05, 0.10])


def test_set_back_as_far_as_its_warmest_room_allows_one_thermostat_needs_less():
    hours, _ = lived_in(living_c=20.5)
    night = (np.arange(len(hours.start_s)) % 24 < 7)[:, None]
    own = np.where(night & np.isfinite(hours.own_c), 17.0, hours.own_c)
    hours = hours._replace(own_c=own, room_c=np.where(night & np.isfinite(hours.room_c), 17.0, hours.room_c))
    load = load_of(hours)
    measured, eased, whole = (x.sum() for x in (load.heating.measured_w, load.set_back_w, load.heating.whole()))
    assert measured < eased < 0.97 * whole


def test_hours_that_are_not_known_stay_unknown_and_too_many_of_them_refuse():
    hours, _ = lived_in(days=40)
    outdoor = hours.outdoor_c.copy()
    outdoor[100:103] = np.nan
    load = load_of(hours._replace(outdoor_c=outdoor))
    assert np.isnan(load.heating.whole()[100:103]).all()
    assert np.isfinite(load.heating.whole()[103:]).all()
    outdoor[:240] = np.nan
    found = load_of(hours._replace(outdoor_c=outdoor))
    assert isinstance(found, Missing)
    assert "75% of the span is known" in found.reason
    assert "the outdoor temperature" in found.reason


def test_a_heated_room_without_a_thermometer_is_asked_for_by_name():
    hours, _ = lived_in(days=30)
    room = hours.room_c.copy()
    room[:, 2] = np.nan
    found = learn(PLAN, hours._replace(room_c=room))
    assert isinstance(found, Missing)
    assert found.reason == "the temperature of bed is not known; name a thermometer of it in its zone"


def test_a_source_that_names_no_room_serves_those_that_are_seen():
    hours, _ = lived_in(days=30)
    one = hours._replace(heat_w=hours.heat_w.sum(axis=1)[:, None], cool_w=hours.cool_w[:, :1])
    fitted = learn(PLAN._replace(served=np.zeros((1, 4), dtype=bool)), one)
    assert_array_equal(fitted.plan.served, [[True, False, True, False]])


def test_a_home_of_one_room_has_only_its_set_back_restored():
    hours, _ = lived_in(days=40)
    night = np.arange(len(hours.start_s)) % 24 < 7
    room = np.where(night, 17.0, COMMON_C)[:, None]
    alone = hours._replace(room_c=room, own_c=room, own_cool_c=room + np.nan, heat_w=hours.heat_w[:, :1],
                           cool_w=hours.cool_w[:, :1], latent_w=hours.latent_w[:, :1])  # fmt: skip
    plan = Plan(PLAN.rooms[:1], 0, np.array([[True]]))
    load = load_of(alone, Given(np.array([0.05]), np.array([0.1])), plan)
    assert load.heating.idle_w.sum() > 0
    assert_array_equal(load.heating.unseen_w, 0.0)
    assert_allclose(load.set_back_w.sum(), load.heating.measured_w.sum())


def test_cooling_at_a_lower_set_point_takes_more_and_moisture_in_proportion():
    outdoor = weather(30, mean_c=30.0)[0]
    hours, _ = lived_in(days=30)
    rooms = np.full((len(outdoor), 4), 26.0)
    hours = hours._replace(
        outdoor_c=outdoor,
        room_c=rooms,
        own_cool_c=np.full(rooms.shape, 26.0),
        heat_w=np.zeros((len(outdoor), 2)),
        cool_w=np.full((len(outdoor), 2), 700.0),
    )
    fitted = learn(PLAN, hours)
    same = whole_home(fitted, hours, GIVEN).cooling
    cooler = whole_home(fitted, hours, GIVEN._replace(cool_setpoint_c=24.0)).cooling
    assert_allclose(same.whole(), 1400.0)
    assert_allclose(same.latent_w, 1400.0 / 3.0)  # a sensible heat ratio of 0.75
    assert cooler.whole().sum() > 1.1 * same.whole().sum()
    wet = whole_home(fitted, hours._replace(latent_w=np.full((len(outdoor), 2), 70.0)), GIVEN).cooling
    assert_allclose(wet.latent_w, 140.0)


def test_a_lag_ends_where_its_driving_does_and_a_days_mean_keeps_the_sum():
    step = np.concatenate([np.zeros(5), np.ones(200)])
    assert decayed(step, 5.0)[-1] == pytest.approx(1.0)
    assert decayed(step, 5.0)[9] == pytest.approx(1 - np.exp(-1.0))  # one time constant after the step
    periodic = np.tile(np.arange(24.0), 5)
    assert_allclose(mean_day(periodic)[24:-24], 11.5)


def test_thirteen_months_of_hours_take_well_under_a_second(bar_s):
    hours, _ = lived_in(days=395)
    assert isinstance(hours, Hours)
    began = time.process_time()  # other work of the machine is not its own
    load_of(hours)
    assert time.process_time() - began < bar_s(1.5)
