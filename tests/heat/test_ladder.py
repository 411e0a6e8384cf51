"""The ladder: the best rung whose checks pass, ratios of sums, intervals that widen over gaps, anchors that hold."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.cuts import Cuts
from heatledger.heat.anchor import factor
from heatledger.heat.flows import Flow, HeatSum, PumpDay, add, pump_days
from heatledger.heat.ladder import half_width, learn, method, realize
from heatledger.home import HeatMeter
from tests.accounts.homes import home

GOOD = HeatSum(electricity_kwh=10.0, heat_kwh=30.0, systematic_kwh=3.6, variance_kwh2=1.0, seconds=86_400.0)


def day(**heating):
    drawn = max((row.electricity_kwh for row in heating.values()), default=0.0)
    return PumpDay(use={"heating": drawn}, heating=heating)


def test_the_best_rung_answers_alone():
    meter = msgspec.structs.replace(GOOD, heat_kwh=28.0, systematic_kwh=0.85)
    found = realize([day(A=meter, D=GOOD)])
    assert (found.rung, found.value, found.method) == ("A", 2.8, "heat meter")


def test_a_clipped_meter_says_what_was_taken_off():
    found = realize([day(A=GOOD)])
    pump = home().heat_pumps[0]
    clipped = msgspec.structs.replace(pump, heat_meter=HeatMeter(point="meter", clipped=True))
    assert method(pump, found) == "heat meter"
    assert method(clipped, found) == "heat meter, less 3% for defrosting below 5 °C"


def test_a_rung_that_fails_its_checks_gives_way():
    gone = HeatSum(missing_kwh=10.0)
    assert realize([day(A=gone, D=GOOD)]).rung == "D"


def test_cop_is_a_ratio_of_sums():
    small = HeatSum(electricity_kwh=1.0, heat_kwh=5.0, systematic_kwh=0.6, seconds=86_400.0)
    assert realize([day(D=GOOD), day(D=small)]).value == pytest.approx(35 / 11)


@pytest.mark.parametrize(
    ("sums", "says"),
    [
        ({"D": msgspec.structs.replace(GOOD, seconds=1800.0)}, "needs an hour"),
        ({"E": msgspec.structs.replace(GOOD, seconds=7200.0)}, "needs a whole day"),
        ({"D": msgspec.structs.replace(GOOD, beyond_kwh=5.0)}, "draws more than its map knows"),
        ({"D": HeatSum(missing_kwh=8.0)}, "not heard"),
        ({}, "it has not run"),
    ],
)
def test_what_is_not_known_says_why(sums, says):
    found = realize([day(**sums)])
    assert found.value is None
    assert says in found.reason


@given(
    st.lists(st.tuples(st.floats(0.5, 50), st.floats(1, 5), st.floats(0.01, 0.2)), min_size=1, max_size=9),
    st.floats(0, 20),
)
def test_a_gap_never_makes_it_surer(rows, missing):
    sums = add(
        HeatSum(electricity_kwh=e, heat_kwh=e * c, systematic_kwh=e * c * s, variance_kwh2=(0.05 * e * c) ** 2)
        for e, c, s in rows
    )
    assert half_width(msgspec.structs.replace(sums, missing_kwh=missing)) >= half_width(sums)


def test_what_is_random_averages_out_and_what_is_systematic_does_not():
    one = HeatSum(electricity_kwh=10, heat_kwh=30, systematic_kwh=3.0, variance_kwh2=9.0)
    assert half_width(one) == pytest.approx(1.645 * np.hypot(0.1, 0.1))
    assert half_width(add([one] * 100)) == pytest.approx(1.645 * np.hypot(0.1, 0.01))


def test_standby_is_shared_as_the_day_worked():
    use = {"heating": np.array([3.0, 0, 0]), "cooling": np.array([0, 1.0, 0]), "standby": np.array([0, 0, 0.4])}
    flow = Flow("D", np.array([9.0, 4.0, np.nan]), np.full(3, 0.1), 0.0, np.zeros(3))
    (found,) = pump_days(use, np.array([10.0, 20.0, 15.0]), [flow], Cuts.one(3))
    assert found.heating["D"].electricity_kwh == pytest.approx(3.3)
    assert found.cooling["D"].electricity_kwh == pytest.approx(1.1)
    assert (found.heating["D"].heat_kwh, found.cooling["D"].heat_kwh) == (9.0, 4.0)


def test_a_rating_needs_a_day_of_hearing_not_a_day_of_running():
    runs = np.r_[np.full(60, 0.1), np.zeros(228)]
    flow = Flow("E", np.where(runs > 0, runs * 3, np.nan), np.full(288, 0.18), 0.0, np.zeros(288))

    def after(count):
        return realize(pump_days({"heating": runs}, np.zeros(288), [flow], Cuts.one(count)))

    assert after(288).rung == "E"
    assert "needs a whole day" in after(144).reason


def test_fourteen_days_anchor_a_map_and_thirteen_do_not():
    rng = np.random.default_rng(1)
    mapped = rng.uniform(20, 60, 14)
    measured = mapped * 0.88 * rng.normal(1, 0.03, 14)
    assert factor(measured[:13], mapped[:13]) is None
    found = factor(measured, mapped)
    assert found.value == pytest.approx(0.88, abs=0.03)
    assert 0.005 < np.hypot(found.systematic, found.random) < 0.08


@given(st.floats(0.2, 3.0))
def test_a_factor_stays_within_what_is_believed(ratio):
    assert 0.7 <= factor(np.full(20, 10 * ratio), np.full(20, 10.0)).value <= 1.2


def test_an_anchored_map_outranks_the_map():
    days = [day(A=msgspec.structs.replace(GOOD, heat_kwh=27.0, systematic_kwh=0.82), D=GOOD) for _ in range(20)]
    learnt = learn(days)
    assert (learnt.days, learnt.by) == (20, "heat meter")
    found = realize([day(D=GOOD)], factor=learnt.factor)
    assert found.rung == "C"
    assert found.value == pytest.approx(2.7, rel=0.01)
    assert found.high - found.low < 0.5 * (realize([day(D=GOOD)]).high - realize([day(D=GOOD)]).low)
