"""What a thermostat is told of a plan, and the sentence that says why: each names the change that it is for."""

from __future__ import annotations

import numpy as np
import pytest

from heatledger.control.course import Band, coasts, edges, set_points, wish
from heatledger.control.given import resistance
from heatledger.control.plan import Plan, Unit
from tests.control.test_plan import ROOM, ahead

BAND = Band(0.5, 1.0, 8.0, 24.0)
CLOCK = [f"{half // 2}:{'30' if half % 2 else '00'}" for half in range(49)]

WAITING = "waiting: the price falls from 0.39 to 0.13 by 2:00"


def asked(price, start_c=20.0, wanted_c=20.5):
    columns = ahead(price, outdoor_c=0.0)
    wanted = np.full(49, wanted_c) if np.isscalar(wanted_c) else np.asarray(wanted_c)
    columns = edges(BAND, wanted, ROOM, start_c, columns)
    return wish(ROOM, start_c, columns, resistance(np.full(48, 6000.0)), CLOCK), columns


def price(*spans):
    """Prices of half hours: pairs of the hour from which one holds, and the price."""
    found = np.zeros(48)
    for hour, value in spans:
        found[int(hour * 2) :] = value
    return found


def test_heating_ahead_names_the_rise_it_is_for():
    found, _ = asked(price((0, 0.21), (0.5, 0.39), (3, 0.21)))
    assert found.setpoint_c[0] >= 21.0
    assert found.why == "heating ahead: the price rises from 0.21 to 0.39 by 0:30"


def test_a_rest_on_stored_heat_names_the_fall_that_ends_it():
    found, columns = asked(price((0, 0.39), (2, 0.13)), start_c=21.2)
    assert found.setpoint_c[0] == columns.low_c[0]
    assert found.plan.heat_w[0] < 25.0
    assert found.coasts
    assert found.why == "living on stored heat: the price falls from 0.39 to 0.13 by 2:00"
    flat, _ = asked(price((0, 0.39)), start_c=21.2)
    assert flat.why == "resting: the room is warm enough for now"


def test_waiting_names_the_fall_it_waits_for():
    wanted = np.where(np.arange(49) < 6, 19.0, 21.0)  # from 3:00 on
    gentle = Unit(np.full((48, 2), 2500.0), np.tile([0.25, 0.6], (48, 1)))  # at an even price it takes its time
    found = []
    for prices in (price((0, 0.2)), price((0, 0.6), (0.5, 0.2))):
        columns = edges(BAND, wanted, ROOM, 19.0, ahead(prices))
        found.append(wish(ROOM, 19.0, columns, gentle, CLOCK))
    assert found[0].plan.heat_w[0] > found[1].plan.heat_w[0] + 500.0
    assert found[1].why == "waiting: the price falls from 0.60 to 0.20 by 0:30"


def test_a_price_that_stays_is_never_named():
    for start_c in (19.0, 20.0, 20.6, 21.4):
        found, _ = asked(price((0, 0.2)), start_c=start_c)
        assert "price" not in found.why or found.why.startswith("at the lower end of the band: no later price")


def test_a_rise_that_does_not_change_this_hour_is_not_named():
    found, columns = asked(price((0, 0.21), (14, 0.39), (20, 0.21)))  # fourteen hours are too early to heat ahead
    assert found.setpoint_c[0] == columns.low_c[0]
    assert found.why == "at the lower end of the band: no later price is worth heating ahead for"


def test_a_warmer_set_point_is_heated_for_in_time_and_a_cooler_one_asks_nobody_to_cool():
    wanted = np.where(np.arange(49) < 4, 18.0, 20.5)  # from 2:00 on
    found, columns = asked(price((0, 0.2)), start_c=17.6, wanted_c=wanted)
    assert found.plan.celsius[4] >= 20.0 - 1e-6
    begins = int(np.flatnonzero(np.diff(found.plan.celsius) > 0.3)[0])
    later, _ = asked(price((0, 0.2)), start_c=float(found.plan.celsius[begins]), wanted_c=np.roll(wanted, -begins))
    assert later.why == f"heating up: it is to be warmer by {CLOCK[4 - begins]}"
    down = np.where(np.arange(49) < 4, 20.5, 17.0)
    found, columns = asked(price((0, 0.2)), start_c=20.0, wanted_c=down)
    assert found.plan.celsius[3] >= 20.0 - 1e-6
    assert (np.diff(columns.high_c[4:10]) < 0).all()  # it may cool by itself
    assert columns.high_c[-1] == 18.0


def test_the_band_never_leaves_what_may_be_set_at_all():
    columns = edges(Band(2.0, 3.0, 8.0, 21.0), np.full(49, 20.5), ROOM, 20.0, ahead(price((0, 0.2))))
    assert columns.high_c.max() == 21.0
    assert columns.low_c.min() == 18.5
    cold = edges(Band(2.0, 3.0, 8.0, 21.0), np.full(49, 9.0), ROOM, 9.0, ahead(price((0, 0.2))))
    assert cold.low_c.min() == 8.0


def test_set_points_lie_on_the_thermostat_s_steps_within_the_band_and_change_little():
    found, columns = asked(price((0, 0.13), (6, 0.39), (10, 0.21), (17, 0.39), (21, 0.21)))
    assert ((found.setpoint_c * 2) % 1 == 0).all()
    assert (found.setpoint_c >= columns.low_c).all()
    assert (found.setpoint_c <= columns.high_c + 1e-9).all()
    assert (np.diff(found.setpoint_c) != 0).sum() <= 16


def test_after_living_on_stored_heat_the_thermostat_is_woken_once():
    columns = ahead(np.full(4, 0.2), low_c=20.0, high_c=21.5)
    plan = Plan(np.array([21.0, 20.5, 20.1, 20.0, 20.0]), np.array([0.0, 0.0, 800.0, 900.0]), np.zeros(4), 0.0)
    assert coasts(plan, columns, before=False) == [True, True, False, False]
    assert set_points(plan, columns).tolist() == [20.0, 20.0, 20.5, 20.0]
    assert set_points(plan._replace(celsius=plan.celsius - 0.5), columns).tolist() == pytest.approx([20.0] * 4)
