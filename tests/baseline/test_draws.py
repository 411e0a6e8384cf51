"""The draws: medians of 1, the same every time, and exactly the worked-out path in the middle."""

import numpy as np
import pytest

from heatledger.baseline.draws import CENTRE, DRAWS, LOADS, WORKED, Nodes, drawn, factors


def nodes(sign=1.0):
    by_pair = np.array([[load * (1.0 + 0.2 * (more - 1.0)) * 10.0] for load, more in WORKED])
    return Nodes(by_pair, sign * np.full_like(by_pair, 2.0), by_pair * 0, by_pair * 0.15, by_pair * 0)


def at(load=1.0, restored=1.0, performance=1.0, sign=1.0):
    one = np.ones(1)
    found = drawn(nodes(sign), load * one[:, None], restored * one, performance * one, np.zeros(1, dtype=np.int64))
    return float(found.kwh[0, 0])


def test_every_factor_has_its_median_at_one_and_its_spread():
    found = factors(0.1, 0.2, 0.03, 2, kind="ducted")
    assert np.median(found.measured) == pytest.approx(1.0, abs=0.001)
    assert found.measured.std() == pytest.approx(0.1, rel=0.03)
    assert found.month.shape == (DRAWS, 2)


def test_the_load_is_shared_and_the_machine_is_not():
    one, other = factors(0.1, 0.2, 0.03, 1, kind="ducted"), factors(0.1, 0.2, 0.03, 1, kind="gas_boiler")
    assert (one.measured == other.measured).all()
    assert (one.machine != other.machine).any()


def test_between_what_was_worked_out_energy_is_a_straight_line():
    assert at() == 12.0
    assert at(load=LOADS[0]) == pytest.approx(8.0)
    assert at(load=0.9) == pytest.approx(11.0)
    assert at(restored=2.0) == pytest.approx(14.0)
    assert at(performance=1.25) == pytest.approx(10.0)
    assert nodes().machine_kwh[CENTRE, 0] == 10.0


def test_what_is_made_more_cheaply_is_less_than_nothing():
    assert at(sign=-1.0) == 8.0
