"""The balance of rooms: what it conserves, what it infers, and what it learns of a house whose losses are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from heatledger.baseline.load import Missing
from heatledger.baseline.rooms import conductance, drive, gains, unseen
from heatledger.baseline.whole_home import learn
from tests.baseline.houses import PLAN, held, house, lived_in, weather


def test_a_room_without_heat_of_its_own_is_where_its_gains_and_its_losses_meet():
    # by hand: box room 15 m², 18 + 4.5 W/K, door 45 W/K to a living room at 20 °C, 0 °C outdoors, ground 9 °C, no
    # gains but 100 W of people of whom it has 0.35·15/35 = 15 W: (45·20 + 4.5·9 + 15)/(45 + 18 + 4.5) = 14.16 °C
    room = np.array([[20.0, 20.0, 20.0, np.nan]])
    free = gains(house(), np.zeros(1), np.zeros(1))
    assert unseen(house(), room, np.zeros(1), free)[0, 3] == pytest.approx(955.5 / 67.5)


@given(st.floats(0.4, 2.5), st.floats(5.0, 300.0), st.floats(-30.0, 15.0))
def test_what_rooms_pass_to_one_another_adds_up_to_nothing(loss, door, outdoor):
    of = house(loss=loss, door_w_k=door)
    temps = np.array([[20.0, 18.0, 16.0, 9.0]])
    heat = temps @ conductance(of) - drive(of, np.array([outdoor]), np.zeros((1, 4)))
    lost = temps @ of.loss_w_k - outdoor * of.loss_w_k.sum() + (temps - of.ground_c) @ of.floor_w_k
    assert heat.sum() == pytest.approx(lost[0], abs=1e-6)


@given(st.floats(5.0, 300.0))
def test_an_unheated_room_is_never_warmer_than_its_warmest_neighbour_nor_colder_than_all(door):
    of = house(door_w_k=door)
    found = unseen(of, np.array([[20.0, 19.0, 18.0, np.nan]]), np.array([-10.0]), np.zeros((1, 4)))[0, 3]
    assert -10.0 < found < 20.0


def test_without_the_rooms_that_nobody_sees_the_balance_still_finds_how_warm_they_are():
    hours, temp = lived_in()
    fitted = learn(PLAN, hours)
    found = unseen(fitted.house(), hours.room_c, hours.outdoor_c, gains(fitted.house(), hours.other_w, hours.sun_w_m2))
    assert np.abs(found.mean(axis=0) - temp.mean(axis=0)).max() < 1.5  # the box room lies 6 K under the living room
    assert found[:, 3].mean() < found[:, 0].mean() - 3.0


@pytest.mark.parametrize("loss", [0.6, 1.2, 2.0])
def test_the_loss_of_a_house_is_found_from_its_heat(loss):
    of = house(loss=loss)
    hours, _ = lived_in(of=of, every_room=True)
    found = learn(PLAN, hours).house()
    assert found.response_w_k.sum() == pytest.approx(of.response_w_k.sum(), rel=0.12)


def test_less_than_a_fortnight_of_heat_teaches_nothing_and_says_so():
    hours, _ = lived_in(days=13)
    found = learn(PLAN, hours)
    assert isinstance(found, Missing)
    assert found.days == 13
    assert "14 are needed" in found.reason


def test_a_day_with_five_hours_missing_does_not_teach():
    hours, _ = lived_in(days=14)
    heat = hours.heat_w.copy()
    heat[3:8, 0] = np.nan
    assert isinstance(learn(PLAN, hours._replace(heat_w=heat)), Missing)
    heat = hours.heat_w.copy()
    heat[3:6, 0] = np.nan
    assert not isinstance(learn(PLAN, hours._replace(heat_w=heat)), Missing)


def test_without_a_sensor_of_the_sun_its_mean_is_part_of_what_is_learnt():
    hours, _ = lived_in(every_room=True)
    blind = hours._replace(sun_w_m2=np.full(len(hours.start_s), np.nan))
    seeing, blindly = learn(PLAN, hours).house(), learn(PLAN, blind).house()
    assert blindly.people_w > seeing.people_w
    assert_allclose(blindly.response_w_k.sum(), seeing.response_w_k.sum(), rtol=0.15)


def test_a_home_that_is_only_cooled_teaches_by_what_was_taken_from_it():
    of = house()
    outdoor, sun, other = weather(40, mean_c=30.0)
    free = gains(of, other, sun)
    asked = np.tile(np.array([24.0, np.nan, 24.0, np.nan]), (len(outdoor), 1))
    temp, heat = held(of, outdoor, free, asked)
    hours, _ = lived_in(days=40)
    hours = hours._replace(
        outdoor_c=outdoor, room_c=temp, heat_w=np.zeros((len(outdoor), 2)), cool_w=np.maximum(-heat[:, [0, 2]], 0.0)
    )
    assert learn(PLAN, hours).house().response_w_k.sum() == pytest.approx(of.response_w_k.sum(), rel=0.25)
