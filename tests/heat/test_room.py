"""A room's response: what its equation says of temperatures and times."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.heat.room import Lasts, RoomResponse, after, coast, drawn, hold_w, lead, strongest

NO_DRAWS = np.empty((0, 5))
ROOM = RoomResponse(
    loss_w_k=50.0, capacity_wh_k=500.0, gain_w=100.0, strongest_w=2000.0, steps=0, draws=NO_DRAWS, beside_w_k=30.0
)

rooms = st.builds(
    RoomResponse,
    loss_w_k=st.floats(0.0, 400.0),
    capacity_wh_k=st.floats(50.0, 20000.0),
    gain_w=st.floats(-500.0, 500.0),
    strongest_w=st.just(2000.0),
    steps=st.just(0),
    draws=st.just(NO_DRAWS),
    beside_w_k=st.floats(0.0, 200.0),
    sun_w=st.none(),
    days=st.just(0),
    electric=st.just(False),
    strongest_at_c=st.just(2.0),
    weaker_w_k=st.floats(0.0, 60.0),
)
degrees, watts, spans = st.floats(-40.0, 40.0), st.floats(0.0, 9000.0), st.floats(0.0, 60.0)
beside = st.none() | degrees


@given(rooms, degrees, degrees, watts, spans, st.floats(0.0, 1.0), beside)
def test_two_part_steps_are_one_whole_step(room, celsius, outdoor, heat, hours, part, other):
    middle = after(room, celsius, outdoor, heat, part * hours, beside_c=other)
    twice = after(room, middle, outdoor, heat, (1 - part) * hours, beside_c=other)
    assert twice == pytest.approx(after(room, celsius, outdoor, heat, hours, beside_c=other), abs=1e-6, rel=1e-9)


@given(rooms, degrees, degrees, watts, st.floats(0.01, 24.0), beside)
def test_what_is_stored_is_what_came_in_less_what_went_out(room, celsius, outdoor, heat, hours, other):
    # ∫(T_out − T)dt by Gauss-Legendre quadrature of the room's own curve
    points, weights = np.polynomial.legendre.leggauss(40)
    curve = after(room, celsius, outdoor, heat, (points + 1) / 2 * hours, beside_c=other)
    exchanged = room.loss_w_k * (outdoor - curve) + (0.0 if other is None else room.beside_w_k * (other - curve))
    came_in = float(np.sum(weights / 2 * exchanged) + heat + room.gain_w) * hours
    stored = room.capacity_wh_k * (float(after(room, celsius, outdoor, heat, hours, beside_c=other)) - celsius)
    assert stored == pytest.approx(came_in, rel=1e-4, abs=1e-2 * max(1.0, hours))


@given(rooms, degrees, degrees, spans, beside)
def test_the_heat_that_holds_a_temperature_holds_it(room, celsius, outdoor, hours, other):
    heat = hold_w(room, celsius, outdoor, beside_c=other)
    assert after(room, celsius, outdoor, heat, hours, beside_c=other) == pytest.approx(celsius, abs=1e-7)


@given(rooms, st.floats(5.0, 18.0), st.floats(0.2, 6.0), st.floats(-20.0, 15.0), beside)
def test_after_its_lead_it_is_as_warm_as_it_should_be(room, from_c, rise, outdoor, other):
    lasts, heat = lead(room, from_c, from_c + rise, outdoor, beside_c=other), strongest(room, outdoor)
    if math.isfinite(lasts.hours) and lasts.hours < 1e4:
        warm = after(room, from_c, outdoor, heat, lasts.hours, beside_c=other)
        assert float(warm) == pytest.approx(from_c + rise, abs=1e-3)
    else:  # however long it heats, it stops short (or all but)
        assert float(after(room, from_c, outdoor, heat, 1e4, beside_c=other)) < from_c + rise + 1e-3


@given(rooms, st.floats(16.0, 24.0), st.floats(0.2, 6.0), st.floats(-20.0, 15.0))
def test_a_room_that_coasts_is_that_cold_after_that_long(room, from_c, fall, outdoor):
    lasts = coast(room, from_c, from_c - fall, outdoor)
    if math.isfinite(lasts.hours) and lasts.hours < 1e4:
        assert float(after(room, from_c, outdoor, 0.0, lasts.hours)) == pytest.approx(from_c - fall, abs=1e-3)


def test_a_night_without_heat_as_worked_by_hand():
    # K = 50 W/K, C = 500 Wh/K: τ = 10 h; T∞ = 0 + 100/50 = 2 °C; 20 → 2 + 18·e^(−0.8) = 10.09 °C after 8 h
    assert float(after(ROOM, 20.0, 0.0, 0.0, 8.0)) == pytest.approx(10.088, abs=1e-3)
    # heating: T∞ = (2000 + 100)/50 = 42 °C; 17 → 20 in 10·ln(25/22) = 1.278 h
    assert lead(ROOM, 17.0, 20.0, 0.0).hours == pytest.approx(1.278, abs=1e-3)
    # beside rooms at 20 °C: K = 80, τ = 6.25 h, T∞ = (2100 + 30·20)/80 = 33.75; 6.25·ln(16.75/13.75) = 1.234 h
    assert lead(ROOM, 17.0, 20.0, 0.0, beside_c=20.0).hours == pytest.approx(1.234, abs=1e-3)


def test_a_room_that_is_warm_already_takes_no_time_and_one_too_weak_never_arrives():
    assert lead(ROOM, 21.0, 20.0, 0.0) == Lasts(0.0, 0.0, 0.0)
    assert lead(ROOM, 17.0, 20.0, -25.0).hours == math.inf  # 20 °C there takes 50·45 − 100 = 2150 W
    assert coast(ROOM, 15.0, 16.0, 0.0) == Lasts(0.0, 0.0, 0.0)
    assert coast(ROOM, 20.0, 19.0, 25.0).hours == math.inf


def test_draws_give_the_interval_and_each_is_a_room_of_its_own():
    draws = np.column_stack(
        [np.full(101, 50.0), np.linspace(400.0, 600.0, 101), np.full(101, 100.0), np.zeros(101), np.full(101, 2000.0)]
    )
    room = ROOM._replace(draws=draws)
    lasts = lead(room, 17.0, 20.0, 0.0)
    assert lasts.hours == pytest.approx(1.278, abs=1e-3)
    assert (lasts.low, lasts.high) == pytest.approx((1.278 * 0.82, 1.278 * 1.18), abs=2e-3)
    assert after(drawn(room), 20.0, 0.0, 0.0, 8.0).shape == (101,)
