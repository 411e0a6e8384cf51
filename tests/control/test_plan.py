"""The cheapest plan: against another solver, against what a household could do by hand, and against its own physics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from heatledger.control.given import heat_pump, resistance
from heatledger.control.plan import Ahead, NoPlanError, Peak, Unit, plan
from heatledger.heat.room import RoomResponse, after, hold_w
from heatledger.heat.system import Published, System

ROOM = RoomResponse(100.0, 2000.0, 150.0, 6000.0, 0, np.empty((0, 4)), 40.0)
UNIT = System(
    id="u", name="u", source="typed in", evidence="unit", defrost_included=True,
    heating=tuple(
        Published(outdoor_c=outdoor, level=level, capacity_w=capacity, power_w=power)
        for outdoor, level, capacity, power in (
            (-8.3, "min", 900, 300), (-8.3, "max", 4200, 1800), (8.3, "min", 900, 200), (8.3, "max", 5400, 1550),
        )
    ),
)  # fmt: skip


def ahead(price, outdoor_c=0.0, low_c=20.0, high_c=21.5, hours=0.5, beside_c=20.0):
    price = np.asarray(price, dtype=np.float64)
    rest = (np.full(price.size, one, dtype=np.float64) for one in (outdoor_c, beside_c, 0.0, low_c, high_c))
    return Ahead(np.full(price.size, hours), price, *rest)


PEAK = np.where((np.arange(48) >= 20) & (np.arange(48) < 28), 0.40, 0.15)


def test_it_heats_ahead_of_a_dear_span_rests_in_it_and_is_within_the_band_throughout():
    found = plan(ROOM, 20.0, ahead(PEAK), resistance(np.full(48, 6000.0)))
    assert found.celsius[20] == pytest.approx(21.5)
    assert (found.heat_w[20:23] < 100.0).all()
    assert (found.celsius >= 20.0 - 1e-6).all()
    assert (found.celsius <= 21.5 + 1e-6).all()
    steady = hold_w(ROOM, 20.0, 0.0, beside_c=20.0) / 1e3 * 0.5
    assert found.cost < float(steady * PEAK.sum())  # a thermostat at the lower end


def test_at_an_even_price_the_lower_end_is_held_and_nothing_is_stored():
    found = plan(ROOM, 20.0, ahead(np.full(48, 0.2)), resistance(np.full(48, 6000.0)))
    assert found.celsius == pytest.approx(np.full(49, 20.0))
    assert found.heat_w == pytest.approx(hold_w(ROOM, 20.0, 0.0, beside_c=20.0) * np.ones(48))


def test_a_house_is_not_run_down_at_the_end_of_the_day_ahead_where_that_is_followed_by_a_dear_morning():
    dear_first = np.where(np.arange(48) < 8, 0.40, 0.15)  # and so, a day later, after the last step
    found = plan(ROOM, 20.0, ahead(dear_first), resistance(np.full(48, 6000.0)))
    assert found.celsius[-1] == pytest.approx(21.5)


def test_what_cannot_be_held_is_still_planned_with_all_there_is():
    found = plan(ROOM, 17.0, ahead(PEAK, outdoor_c=-30.0), resistance(np.full(48, 3000.0)))
    assert found.heat_w == pytest.approx(np.full(48, 3000.0))


def test_a_price_of_power_flattens_the_load_as_far_as_the_band_lets_it():
    others = np.where((np.arange(48) >= 30) & (np.arange(48) < 36), 3000.0, 400.0)
    peak = Peak(12.0, np.ones(48, dtype=np.bool_), others, 3500.0)
    flat = ahead(np.full(48, 0.14), outdoor_c=-5.0)
    whole = [others + plan(ROOM, 20.0, flat, resistance(np.full(48, 6000.0)), one).electric_w for one in (None, peak)]
    assert whole[0].max() > 5000.0
    assert whole[1].max() < whole[0].max() - 1000.0
    assert whole[1].max() >= 3500.0 - 1e-6  # nothing is gained below what the bill has reached


@pytest.mark.parametrize("spoiled", ["price", "outdoor_c", "low_c"])
def test_what_is_not_a_number_is_not_planned_with(spoiled):
    columns = ahead(PEAK)
    getattr(columns, spoiled)[3] = np.nan
    with pytest.raises(NoPlanError, match="not a number"):
        plan(ROOM, 20.0, columns, resistance(np.full(48, 6000.0)))


prices = st.lists(st.floats(0.01, 0.8), min_size=6, max_size=16)


@settings(max_examples=40, deadline=None)
@given(price=prices, start=st.floats(19.0, 22.0), outdoor=st.floats(-20.0, 12.0), strongest=st.floats(2000.0, 8000.0))
def test_it_obeys_the_room_and_the_unit_and_costs_what_another_solver_finds(price, start, outdoor, strongest):
    columns = ahead(price, outdoor_c=outdoor, hours=1.0)
    unit = heat_pump(UNIT, columns.outdoor_c, columns.low_c, np.full(len(price), strongest))
    found = plan(ROOM, start, columns, unit)
    walked = [start]
    for heat_w in found.heat_w:
        walked.append(float(after(ROOM, walked[-1], outdoor, heat_w, 1.0, beside_c=20.0)))
    assert found.celsius == pytest.approx(walked, abs=1e-4)
    assert (found.heat_w <= unit.heat_w.sum(axis=1) + 1e-6).all()
    assert (found.heat_w >= -1e-6).all()
    assert worth(found.celsius, found.cost, columns, unit) == pytest.approx(oracle(start, columns, unit), abs=1e-5)


def penalty(columns, unit):
    return 4.0 * 2.0 * max(columns.price.max(), 1e-3) * unit.draws.max()


def end_value(columns, unit):
    return 0.9 * 2.0 * float((columns.price * unit.draws[:, 0])[:4].mean())


def worth(celsius, cost, columns, unit):
    """What is minimised: cost, degrees outside the band, less the heat left at the end within it."""
    low, high = columns.low_c, columns.high_c
    outside = np.maximum(low - celsius[1:], 0.0) + np.maximum(celsius[1:] - high, 0.0)
    left = np.clip(celsius[-1] - low[-1], 0.0, high[-1] - low[-1])
    return cost + penalty(columns, unit) * outside.sum() - end_value(columns, unit) * left


def oracle(start, columns, unit):
    """The same by scipy, in another form: temperatures as sums of all heat before, found by stepping impulses."""
    n, m = unit.heat_w.shape
    base, answers = [start], np.zeros((n, n))
    for step in range(n):
        base.append(float(after(ROOM, base[-1], columns.outdoor_c[step], 0.0, 1.0, beside_c=20.0)))
    for impulse in range(n):
        celsius = base[impulse]
        for step in range(impulse, n):
            heat = 1000.0 if step == impulse else 0.0
            celsius = float(after(ROOM, celsius, columns.outdoor_c[step], heat, 1.0, beside_c=20.0))
            answers[step, impulse] = (celsius - base[step + 1]) / 1000.0
    heats = np.repeat(answers, m, axis=1)
    none, one = np.zeros((n, n)), np.eye(n)
    last = np.zeros((1, n * m + 2 * n + 1))
    last[0, : n * m], last[0, -1] = -heats[-1], 1.0
    below = np.hstack((-heats, -one, none, np.zeros((n, 1))))
    above = np.hstack((heats, none, -one, np.zeros((n, 1))))
    start_c = np.array(base[1:])
    # the last column is what of the end's warmth counts: no more than is there above the lower end
    limits = np.concatenate((start_c - columns.low_c, columns.high_c - start_c, [start_c[-1] - columns.low_c[-1]]))
    cost = np.concatenate(
        (
            (np.maximum(columns.price, 1e-3)[:, None] * unit.draws / 1e3).ravel(),
            np.full(2 * n, penalty(columns, unit)),
            [-end_value(columns, unit)],
        )
    )
    width = columns.high_c[-1] - columns.low_c[-1]
    bounds = [*((0.0, top) for top in unit.heat_w.ravel()), *((0.0, None),) * (2 * n), (None, width)]
    found = linprog(cost, np.vstack((below, above, last)), limits, bounds=bounds)
    shortfall = min(0.0, found.x[-1])  # an end below the band is only dear, not worth less than nothing
    return found.fun + end_value(columns, unit) * shortfall


def test_a_unit_s_pieces_add_up_to_what_it_can_and_never_get_cheaper():
    outdoor = np.array([-15.0, -5.0, 2.0, 8.3])
    unit = heat_pump(UNIT, outdoor, np.full(4, 21.1), np.full(4, 4000.0))
    assert (np.diff(unit.draws, axis=1) >= -1e-9).all()
    assert unit.heat_w[3].sum() == pytest.approx(4000.0)  # the room's own most
    assert unit.heat_w[0].sum() < 4000.0  # the unit's, in the cold
    full = heat_pump(UNIT, np.array([8.3]), np.array([21.1]), np.array([9999.0]))
    assert float((full.heat_w * full.draws).sum()) == pytest.approx(1550.0, rel=1e-6)  # as published, standby none


def test_below_its_lockout_a_unit_gives_nothing():
    locked = heat_pump(
        System(id="u", name="u", source="s", evidence="unit", lockout_c=-20.0, heating=UNIT.heating),
        np.array([-25.0]), np.array([21.0]), np.array([4000.0]),
    )  # fmt: skip
    assert float(locked.heat_w.sum()) == 0.0
    assert isinstance(locked, Unit)
