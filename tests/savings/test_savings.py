"""What an automation saved: against the same days without it, never told where it cannot be told from zero."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from heatledger.heat.room_draw import RESISTANCE, Weather, course
from heatledger.savings import Beside, Lived, Range, Room, saved
from tests.savings.test_setpoint_cost import response

HELD = np.full(24, 21.0)
NIGHT = np.where((np.arange(24) < 6) | (np.arange(24) >= 22), 17.0, 21.0)
PRICE = np.where((np.arange(24) >= 17) & (np.arange(24) < 21), 0.5, 0.2)


def day(number, asked, *, noise=0.0, room=None, beside_c=None):
    """A day that draws what the room would, and so much more. [kWh]"""
    outdoor = 2.0 + 4.0 * np.cos(np.arange(24) / 24 * 2 * np.pi) + 0.2 * number
    weather = Weather(outdoor, beside_c, np.arange(24.0))
    made = room or Room(response(), RESISTANCE)
    used = course(made.response, made.unit, weather, asked, 21.0).kwh.mean(axis=0)
    kwh = float(used.sum()) + noise
    cost = Decimal(repr(float((used * PRICE).sum() + noise * 0.2)))
    return Lived(date(2026, 1, 1) + timedelta(days=number), weather, asked, HELD, 21.0, PRICE, kwh, cost)


def true(lived):
    made = Room(response(), RESISTANCE)
    return sum(float(course(made.response, made.unit, one.weather, HELD, 21.0).kwh.mean(axis=0).sum()) for one in lived)


def weeks(asked, noises, first=0, **says):
    return [day(first + number, asked, noise=noise, **says) for number, noise in enumerate(noises)]


SMALL = np.random.default_rng(4).normal(0.0, 0.3, 28).tolist()
LARGE = np.random.default_rng(5).normal(0.0, 6.0, 28).tolist()


def test_a_setback_is_what_the_days_without_would_have_drawn_less_what_was_measured():
    without, lived = weeks(HELD, SMALL), weeks(NIGHT, SMALL[:14], first=28)
    found = saved(Room(response(), RESISTANCE), lived, without, without + lived).realized
    should = true(lived) - sum(one.kwh for one in lived)
    assert should > 5.0
    assert found.kwh_low < should < found.kwh_high
    assert found.kwh == pytest.approx(should, abs=2.0)
    assert found.told


def test_the_money_is_by_the_price_of_the_hour():
    without, lived = weeks(HELD, [0.0] * 28), weeks(NIGHT, [0.0] * 14, first=28)
    found = saved(Room(response(), RESISTANCE), lived, without, without + lived).realized
    made, cost = Room(response(), RESISTANCE), Decimal(0)
    for one in lived:
        used = course(made.response, made.unit, one.weather, HELD, 21.0).kwh.mean(axis=0)
        cost += Decimal(repr(float((used * PRICE).sum())))
    should = cost - sum(one.cost for one in lived)
    assert Decimal(found.cost) == pytest.approx(should, abs=Decimal("0.05"))
    assert Decimal(found.cost_low) < Decimal(found.cost) < Decimal(found.cost_high)


def test_days_that_scatter_widen_it_until_it_cannot_be_told_from_zero():
    wild = saved(
        Room(response(), RESISTANCE), weeks(NIGHT, LARGE[:7], first=28), weeks(HELD, LARGE), weeks(HELD, LARGE)
    )
    calm = saved(
        Room(response(), RESISTANCE), weeks(NIGHT, SMALL[:7], first=28), weeks(HELD, SMALL), weeks(HELD, SMALL)
    )
    width = [one.realized.kwh_high - one.realized.kwh_low for one in (calm, wild)]
    assert width[1] > 2 * width[0]
    assert not wild.realized.told


def test_a_model_that_misses_its_days_without_is_brought_to_them():
    """The room draws a fifth more than its response says: on the days without it did so too."""
    lossy = Room(response(loss=60.0), RESISTANCE)
    without = weeks(HELD, SMALL, room=lossy)
    lived = weeks(HELD, SMALL[:14], first=28, room=lossy)  # an automation that changed nothing
    found = saved(Room(response(), RESISTANCE), lived, without, without + lived).realized
    assert found.kwh_low < 0 < found.kwh_high
    assert not found.told


def test_what_the_other_rooms_gave_it_is_taken_off():
    """A room that its neighbours keep warm saves little of the home's energy: they draw it in its stead."""
    open_ = Room(response(beside=100.0), RESISTANCE, Beside(1.0, 0.0))
    warm = np.full(24, 21.0)
    without, lived = (weeks(asked, [0.0] * 14, room=open_, beside_c=warm) for asked in (HELD, NIGHT))
    alone = saved(open_._replace(beside=Beside()), lived, without, without + lived).realized
    whole = saved(open_, lived, without, without + lived).realized
    assert whole.kwh < 0.6 * alone.kwh


def test_without_any_day_without_it_is_known_but_wider():
    lived = weeks(NIGHT, SMALL[:14])
    none = saved(Room(response(), RESISTANCE), lived, [], lived).realized
    some = saved(Room(response(), RESISTANCE), lived, weeks(HELD, SMALL), lived).realized
    assert none.kwh_high - none.kwh_low > some.kwh_high - some.kwh_low


def test_what_saves_money_and_no_energy_is_told_by_its_money_and_the_other_way_round_not():
    shifts = {"kwh": -0.5, "kwh_low": -2.0, "kwh_high": 1.0, "cost": "3.00", "cost_low": "2.00", "cost_high": "4.00"}
    assert Range(**shifts).told
    wastes = {"kwh": 1.5, "kwh_low": 0.5, "kwh_high": 2.5, "cost": "0.10", "cost_low": "-0.20", "cost_high": "0.40"}
    assert not Range(**wastes).told
