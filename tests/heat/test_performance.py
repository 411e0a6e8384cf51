"""How well, by weather and kind of work: bins that add up, the normal range, rated beside measured, the ladder."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger.cuts import Cuts
from heatledger.heat.anchor import Learnt
from heatledger.heat.flows import WORKS, Flow, HeatSum, Normal, PumpDay, add, pump_days
from heatledger.heat.system import Published, Rated, System
from heatledger.heat_pumps import pump_use
from tests.accounts.homes import home

MINI = home().heat_pumps[0]
WAITS = "9 of 14 days of known heat; fewer say nothing that holds"
MAP = System(
    id="u", name="U", source="its submittal", evidence="unit", rated=Rated(hspf=10.236, scop=4.1),
    heating=(Published(outdoor_c=8.3, level="max", capacity_w=6000.0, power_w=2000.0),),
)  # fmt: skip


def winter_day(outdoor=(-6.0, -4.0, 1.0, np.nan), drawn=(1.0, 2.0, 2.0, 1.0), cop=(2.0, 2.5, 3.0, 3.0), rung="D"):
    use = {"heating": np.array(drawn), "standby": np.zeros(len(drawn))}
    flow = Flow(rung, np.array(drawn) * cop, np.full(len(drawn), 0.12), 0.05, np.zeros(len(drawn)))
    size = 288 // len(drawn)
    use = {mode: np.repeat(column / size, size) for mode, column in use.items()}
    flow = Flow(rung, np.repeat(flow.heat_kwh / size, size), np.full(288, 0.12), 0.05, np.zeros(288))
    normal = Normal("heating", np.full(288, 2.4), np.full(288, 3.1))
    return pump_days(use, np.repeat(outdoor, size), [flow], Cuts.one(288), [normal])[0]


def test_five_kelvin_bins_are_ratios_of_sums_with_their_kilowatt_hours():
    seasonal = pump_use(MINI, [winter_day(), winter_day()], 12.0, system=MAP).seasonal["heating"]
    rows = [(row.from_c, row.to_c, row.kwh, row.cop) for row in seasonal.bins]
    assert rows == [
        (-10, -5, pytest.approx(2.0), pytest.approx(2.0)),
        (-5, 0, pytest.approx(4.0), pytest.approx(2.5)),
        (0, 5, pytest.approx(4.0), pytest.approx(3.0)),
        (None, None, pytest.approx(2.0), pytest.approx(3.0)),
    ]
    assert seasonal.cop.value == pytest.approx((2 + 5 + 6 + 3) / 6)
    assert all(row.low < row.cop < row.high for row in seasonal.bins)


def test_what_its_maker_states_stands_beside_and_never_in_place():
    # 10.236 Btu/(W·h) / 3.412 = 3.00
    measured = pump_use(MINI, [winter_day()], 6.0, system=MAP).seasonal["heating"]
    assert [(row.figure, row.value, round(row.cop, 3)) for row in measured.rated] == [
        ("HSPF", 10.236, 3.0),
        ("SCOP", 4.1, 4.1),
    ]
    unknown = pump_use(MINI, [PumpDay(use={"heating": 6.0})], 6.0, system=MAP).seasonal["heating"]
    assert unknown.cop.value is None
    assert unknown.rated == measured.rated


def test_the_normal_range_is_weighted_by_what_was_drawn():
    found = pump_use(MINI, [winter_day()], 6.0).seasonal["heating"].expected
    assert (found.low, found.high) == (pytest.approx(2.4), pytest.approx(3.1))


@given(
    st.lists(
        st.tuples(
            st.one_of(st.floats(-30, 40), st.just(float("nan"))),
            st.floats(0, 0.3),
            st.one_of(st.floats(-1, 6), st.just(float("nan"))),
            st.sampled_from(["heating", "cooling", "dhw", "defrost", "standby", "unknown"]),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_bins_add_up_to_the_day_and_the_day_to_what_was_drawn(rows):
    outdoor, drawn, cop = (np.array(column) for column in list(zip(*rows, strict=True))[:3])
    modes = np.array([row[3] for row in rows])
    use = {mode: np.where(modes == mode, drawn, 0.0) for mode in set(modes)}
    flow = Flow("D", drawn * cop, np.full(len(rows), 0.1), 0.05, np.zeros(len(rows)))
    (day,) = pump_days(use, outdoor, [flow], Cuts.one(len(rows)))
    judged = 0.0
    for work in WORKS:
        binned = add(row.sums for row in day.bins if row.work == work)
        whole = getattr(day, work).get("D", HeatSum())
        for name in ("electricity_kwh", "heat_kwh", "missing_kwh", "seconds", "systematic_kwh"):
            assert getattr(binned, name) == pytest.approx(getattr(whole, name), abs=1e-9)
        judged += whole.electricity_kwh + whole.missing_kwh
    assert judged == pytest.approx(sum(day.use.values()), abs=1e-9) or not day.bins


def states(use):
    return {row.rung: row.state for row in use.ladder}


def test_each_rung_says_how_it_stands():
    found = pump_use(MINI, [winter_day()], 6.0, system=MAP, learnt=Learnt(None, 9, "heat meter"), house_days=3)
    assert states(found) == {"A": "not fitted", "B": "not fitted", "C": "gathering", "D": "in use", "E": "not fitted",
                             "F": "gathering"}  # fmt: skip
    waiting = next(row for row in found.ladder if row.rung == "C")
    assert (waiting.have, waiting.need, waiting.reason) == (
        9,
        14,
        WAITS,
    )
    assert "supply-air probe" in found.narrower


def test_a_rung_that_cannot_answer_says_why_and_the_next_answers():
    day = winter_day()
    gone = msgspec.structs.replace(day, heating={"A": HeatSum(missing_kwh=6.0), **day.heating})
    found = pump_use(MINI, [gone], 6.0, system=MAP)
    assert (states(found)["A"], states(found)["D"]) == ("refused", "in use")
    assert "not heard" in next(row.reason for row in found.ladder if row.rung == "A")


def test_with_nothing_known_the_makers_table_is_the_first_step():
    found = pump_use(MINI, [PumpDay(use={"heating": 6.0})], 6.0)
    assert set(states(found).values()) == {"not fitted"}
    assert found.narrower.startswith("the maker's own performance table")


def test_water_is_not_asked_for_air_probes():
    wet = msgspec.structs.replace(MINI, kind="air_to_water")
    found = pump_use(wet, [PumpDay(use={"heating": 6.0})], 6.0)
    assert "heat meter" in found.narrower
    assert next(row for row in found.ladder if row.rung == "B").fits is None
