"""Whether what flows is what is stated: glycol against frost, and a machine's heat against its own past."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import numpy as np
import pytest

from heatledger.commissioning.checks import examine
from heatledger.heat.flows import Binned, HeatSum, PumpDay
from heatledger.home import Design, Glycol
from tests.commissioning import weeks, wet


def said(seen, check):
    return [one for one in examine(seen) if one.check == check]


@pytest.mark.parametrize(
    ("glycol", "design_c", "result"),
    [
        (Glycol(kind="propylene", fraction=0.3), None, "pass"),  # −12.8 °C; the week was −4 °C at its coldest
        (Glycol(kind="propylene", fraction=0.1), None, "warn"),  # −2.9 °C
        (Glycol(kind="propylene", fraction=0.3), -15.0, "warn"),
        (Glycol(kind="ethylene", fraction=0.4), -15.0, "pass"),  # −23.8 °C
        (Glycol(kind="propylene", fraction=0.0), None, "not_testable"),
        (None, None, "not_testable"),
    ],
)
def test_glycol_is_enough_for_the_coldest_weather_heard_and_designed_for(glycol, design_c, result):
    home = wet.pump(glycol=glycol)
    if design_c is not None:
        home = msgspec.structs.replace(home, design=Design(outdoor_c=design_c))
    assert [one.result for one in said(weeks.evidence(wet.series(), wet.START, home=home), "water.frost")] == [result]


# Dow, DOWFROST: from 25 % on glycol keeps bacteria and corrosion off; 0 is water
@pytest.mark.parametrize(
    ("fraction", "result"), [(0.0, "pass"), (0.1, "warn"), (0.25, "pass"), (0.4, "pass"), (None, "not_testable")]
)
def test_glycol_that_is_stated_is_enough_to_keep(fraction, result):
    glycol = None if fraction is None else Glycol(kind="propylene", fraction=fraction)
    (one,) = said(weeks.evidence(wet.series(), wet.START, home=wet.pump(glycol=glycol)), "water.glycol")
    assert one.result == result, one.evidence


def test_too_little_glycol_is_named_where_no_flow_is_measured_too():
    home = wet.pump(heat_meter=None, glycol=Glycol(kind="propylene", fraction=0.1))
    assert [one.result for one in said(weeks.evidence(wet.series(), wet.START, home=home), "water.glycol")] == ["warn"]


@pytest.mark.parametrize(("fraction", "good"), [(0.0, True), (0.6, False)])
def test_a_heat_counter_disagrees_with_flow_where_far_too_much_glycol_is_stated(fraction, good):
    glycol = Glycol(kind="ethylene", fraction=fraction)
    (one,) = said(weeks.evidence(wet.series(), wet.START, home=wet.pump(glycol=glycol)), "water.heat")
    assert (one.result == "pass") is good, one.evidence


def test_brine_is_testable_only_with_both_thermometers():
    alone = wet.series({("ground back", "temperature"): None})
    (one,) = said(weeks.evidence(alone, wet.START, home=wet.ground()), "water.brine_spread")
    assert (one.result, one.mend[:16]) == ("not_testable", "two thermometers")


def past(seen, fault):
    """Ten weeks of a machine of COP 3.2 + 0.06 · °C whose weeks differ by two per cent; the last one gives less."""
    rng, days = np.random.default_rng(3), {}
    for ago in range(70, 0, -1):
        day, outdoor = (seen.now - timedelta(days=ago)).date(), 4.0 + 6.0 * np.sin(ago / 5)
        edge = int(outdoor // 5 * 5)
        cop = (3.2 + 0.06 * (edge + 2.5)) * (fault if ago <= 7 else 1.0) * rng.normal(1, 0.04)
        cell = Binned(work="heating", rung="A", from_c=edge, sums=HeatSum(electricity_kwh=9.0, heat_kwh=9.0 * cop))
        days[day] = msgspec.structs.replace(seen.days[0], pumps={"pump": PumpDay(use={"heating": 9.0}, bins=(cell,))})
    return days


@pytest.mark.parametrize(("fault", "result"), [(0.75, "warn"), (1.0, "pass"), (None, "not_testable")])
def test_a_machine_that_gives_less_heat_in_the_same_weather_is_suspected_of_lost_refrigerant(fault, result):
    seen = weeks.evidence(wet.series(), wet.START, home=wet.HOME)
    (one,) = said(seen if fault is None else seen._replace(past=past(seen, fault)), "unit.fading")
    assert (one.result, one.at) == (result, "Heat pump")


LENGTHS = {"defrosts of ten minutes": (2, "pass"), "defrosts of 25 min": (5, "warn"), "none": (0, "not_testable")}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_defrost_is_judged_by_its_length(name):
    steps, result = LENGTHS[name]
    action = ["defrosting" if n % 36 < steps else "heating" for n in range(wet.STEPS)]
    seen = weeks.evidence(wet.series({("unit", "action"): action}), wet.START, home=wet.HOME)
    assert [one.result for one in said(seen, "unit.defrost_length")] == [result]


def test_back_up_heat_at_the_heat_pumps_most_is_no_overlap():
    helped = np.where(wet.RUNS & (wet.OUTDOOR < -3), 0.05, 0.0)
    changed = {
        ("heater", "energy"): helped, ("unit", "power"): wet.POWER + helped * 12_000,
        ("unit", "energy"): wet.POWER * 300 / 3.6e6 + helped,
    }  # fmt: skip
    (one,) = said(weeks.evidence(wet.series(changed), wet.START, home=wet.HOME), "unit.backup_overlap")
    assert one.result == "pass", one.evidence
