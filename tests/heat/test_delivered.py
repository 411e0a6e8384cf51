"""Which rungs a home's own sensors give: air by fan step, calibrated or not, and a share of Carnot's COP for water."""

import numpy as np
import pytest

from heatledger.cuts import Cuts
from heatledger.heat.delivered import delivered, rest_power
from heatledger.meters import Grid
from tests.accounts.homes import HOME, T0, block, home

KWH = np.array([0.05, 0.05, 0.05])
OUTDOOR = np.array([2.0, 2.0, 2.0])
USE = {"heating": KWH, "cooling": np.zeros(3)}


def flows(pump, *blocks, use=USE):
    place = home(heat_pumps=[{**HOME["heat_pumps"][0], **pump}])
    found = delivered(place, place.heat_pumps[0], None, Grid(blocks, T0, T0 + 900), use, OUTDOOR)
    return {flow.rung: flow for flow in found}


def heard():
    return (
        block("Living", "temperature", last=[20.0] * 3, family="faikin"),
        block("Living", "supply_temp", last=[42.0, 42.0, 42.0], family="faikin"),
        block("Living", "humidity", last=[50.0] * 3, family="faikin"),
        block("Living", "fan", state=["low", "high", "auto"], family="faikin"),
    )


@pytest.mark.parametrize(("calibrated", "rung", "width"), [(True, "B", 0.15), (False, "B?", 0.30)])
def test_air_by_fan_step_and_how_far_it_is_believed(calibrated, rung, width):
    flow = flows({"air_flow": {"steps": {"low": 0.10, "high": 0.15}, "calibrated": calibrated}}, *heard())[rung]
    assert flow.heat_kwh[:2] / 12**-1 == pytest.approx([2.6697, 4.0046], rel=1e-3)
    assert np.isnan(flow.heat_kwh[2])  # the airflow of "auto" is not known
    assert flow.systematic * 1.645 == pytest.approx([width] * 3)


def test_cooling_by_air_counts_what_was_removed_and_is_less_sure():
    cold = (heard()[0], block("Living", "supply_temp", last=[12.0] * 3, family="faikin"), *heard()[2:])
    use = {"heating": np.zeros(3), "cooling": KWH}
    flow = flows({"air_flow": {"steps": {"low": 0.1, "high": 0.1}, "calibrated": True}}, *cold, use=use)["B"]
    assert (flow.heat_kwh[:2] > 0.05).all()
    assert flow.systematic[0] * 1.645 == pytest.approx(0.20)


def test_water_alone_gives_a_share_of_carnot():
    pump = {"kind": "air_to_water", "heads": [{"zone": "living", "device": "pump"}]}
    found = flows(pump, block("pump", "flow_temp", last=[35.0] * 3))["K"]
    # 0.461·(35 + 2 + 273.15)/(37 − (2 − 6))
    assert found.heat_kwh == pytest.approx(0.05 * 0.461 * 310.15 / 41.0)


def test_nothing_heard_gives_no_rung():
    assert flows({}, heard()[0]) == {}


def test_standby_is_learnt_and_a_crankcase_heater_taken_in_the_cold():
    power, outdoor = np.array([6.0] * 50 + [900.0] * 50), np.array([-5.0] * 50 + [15.0] * 50)
    assert rest_power(power, outdoor, Cuts.one(100)).tolist() == [36.0] * 50 + [6.0] * 50
    assert rest_power(power, outdoor, Cuts.one(100), 9.0).tolist() == [39.0] * 50 + [9.0] * 50
    assert rest_power(np.full(9, 400.0), np.full(9, 15.0), Cuts.one(9)).tolist() == [15.0] * 9


def test_each_day_learns_its_standby_from_itself_alone():
    rests, runs = np.array([6.0] * 50 + [900.0] * 50), np.full(100, 400.0)
    both = rest_power(np.concatenate([rests, runs]), np.full(200, 15.0), Cuts(np.array([0, 100]), np.array([100, 200])))
    alone = [rest_power(day, np.full(100, 15.0), Cuts.one(100)) for day in (rests, runs)]
    assert both.tolist() == np.concatenate(alone).tolist() == [6.0] * 100 + [15.0] * 100
