"""One outdoor unit, several heads: shared by the best that is heard of all that run, and conserved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.accounts import account
from heatledger.allotment import METHODS
from tests.accounts.homes import HOME, T0, block, home

MULTI = HOME["heat_pumps"][1]
UNIT = block("pm", "energy", [0.2])


def of(*blocks, size=1, pump=MULTI, **changes):
    meters = [HOME["meters"][0], HOME["meters"][2]]
    place = home(**{"meters": meters, "heat_pumps": [pump], "outdoor_temperature": "garden", **changes})
    return account(place, [UNIT, *blocks], start_s=T0, end_s=T0 + 300 * size)


def heads(quantity, bed, study, **more):
    kind = "state" if isinstance(bed, str) else "last"
    return [block(name, quantity, **{kind: [value]}, **more) for name, value in (("bed", bed), ("study", study))]


BOTH = heads("action", "heating", "heating")
WARM = [*heads("supply_temp", 40.0, 30.0), *heads("temperature", 20.0, 20.0)]  # 20 K and 10 K above the room
AIR = heads("air_flow", 0.10, 0.15)  # m³/s: 2.0 and 1.5
FAN = heads("fan", "low", "high")  # steps 2 and 4: 40 and 40
TABLE = {**MULTI, "air_flow": {"steps": {"low": 0.08, "high": 0.12}}}  # m³/s: 1.6 and 1.2
ASKED = heads("heating_demand", 30.0, 70.0)


@pytest.mark.parametrize(
    ("heard", "pump", "method", "bed"),
    [
        ([*BOTH, *WARM, *AIR, *FAN, *ASKED], MULTI, "demand", 0.3),
        ([*BOTH, *WARM, *AIR, *FAN], MULTI, "air-side heat", 2.0 / 3.5),
        ([*BOTH, *WARM, *FAN], TABLE, "air-side heat", 1.6 / 2.8),
        ([*BOTH, *WARM, *FAN], MULTI, "fan × ΔT", 0.5),
        ([*BOTH, *FAN, *AIR], MULTI, "run time", 0.5),
        ([*BOTH, *WARM, *heads("fan", "low", "auto")], MULTI, "run time", 0.5),
        ([*BOTH, ASKED[0]], MULTI, "run time", 0.5),
        ([*heads("action", "heating", "idle"), *ASKED], MULTI, "only one ran", 1.0),
        ([*heads("action", "cooling", "cooling"), *AIR, *heads("supply_temp", 10.0, 15.0),
          *heads("temperature", 25.0, 25.0)], MULTI, "air-side heat", 1.5 / 3.0),
    ],
)  # fmt: skip
def test_the_best_that_is_heard_of_every_head_that_runs_decides(heard, pump, method, bed):
    books = of(*heard, pump=pump)
    assert books.zones["bed"].tolist() == pytest.approx([0.2 * bed])
    assert books.zones["study"].tolist() == pytest.approx([0.2 * (1 - bed)])
    assert books.shares[f"bed:{method}"].tolist() == pytest.approx([0.2 * bed])


def test_a_head_may_name_who_tells_its_demand():
    rows = [{"zone": "bed", "device": "bed", "demand": "stat"}, {"zone": "study", "device": "study"}]
    asked = [block("stat", "heating_demand", last=[60.0]), block("study", "heating_demand", last=[20.0])]
    books = of(*BOTH, *asked, pump={**MULTI, "heads": rows})
    assert books.zones["bed"].tolist() == pytest.approx([0.15])


@pytest.mark.parametrize(
    ("words", "mode"), [(("idle", "off"), "standby"), (("defrosting", "heating"), "defrost"), ((), "unknown")]
)
def test_standby_defrosting_and_what_nobody_ran_for_stay_with_the_unit(words, mode):
    books = of(*(heads("action", *words) if words else ()))
    assert sum(books.zones[name].sum() for name in ("bed", "study")) == 0
    assert books.pumps[f"multi:{mode}"].tolist() == [0.2]
    assert books.running["multi:unshared"].tolist() == [0.2]


def test_heads_that_say_nothing_are_shared_by_what_their_air_shows():
    books = of(*heads("supply_temp", 45.0, 20.5), *heads("temperature", 20.0, 20.0))
    assert books.zones["bed"].tolist() == [0.2]
    assert books.modes["heating"].tolist() == [0.2]


def test_heads_that_disagree_leave_the_mode_unknown_and_are_still_shared():
    books = of(*heads("action", "heating", "cooling"))
    assert books.pumps["multi:unknown"].tolist() == [0.2]
    assert [books.zones[name].tolist() for name in ("bed", "study")] == [[0.1], [0.1]]


def test_indoor_units_with_meters_of_their_own_are_the_heat_pumps_too():
    fans = [{"id": f"{name}_fan", "role": "head", "parent": "outdoor", "points": [f"{name}f"], "zone": name}
            for name in ("bed", "study")]  # fmt: skip
    meters = [HOME["meters"][0], HOME["meters"][2], *fans]
    books = of(block("bedf", "energy", [0.01]), block("studyf", "energy", [0.03]), *BOTH, meters=meters)
    assert books.zones["bed"].tolist() == pytest.approx([0.01 + 0.08])
    assert books.pumps["multi:heating"].tolist() == pytest.approx([0.2])
    assert books.modes["other"].tolist() == pytest.approx([0.0])


SIZE = 5
number = st.one_of(st.just(float("nan")), st.floats(-5, 100))
column = st.lists(number, min_size=SIZE, max_size=SIZE)
word = st.sampled_from(["heating", "cooling", "idle", "off", "defrosting", "drying", "fan"])
words = st.lists(word, min_size=SIZE, max_size=SIZE)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.one_of(st.just(float("nan")), st.floats(0, 5)), min_size=SIZE, max_size=SIZE),
    st.dictionaries(
        st.sampled_from([(name, quantity) for name in ("bed", "study")
                         for quantity in ("heating_demand", "supply_temp", "temperature", "air_flow")]), column),
    st.dictionaries(st.sampled_from(["bed", "study"]), words),
    column,
)  # fmt: skip
def test_whatever_is_heard_heads_and_unit_are_the_meter_and_modes_and_methods_the_whole(kwh, said, told, outdoor):
    blocks = [block("pm", "energy", kwh), block("garden", "outdoor_temp", last=outdoor)]
    blocks += [block(name, quantity, last=values) for (name, quantity), values in said.items()]
    blocks += [block(name, "action", state=values) for name, values in told.items()]
    place = home(meters=[HOME["meters"][2]], heat_pumps=[MULTI], outdoor_temperature="garden")
    books = account(place, blocks, start_s=T0, end_s=T0 + 300 * SIZE)
    meter = np.nan_to_num(np.array(kwh))
    zones = sum(books.zones.values())
    assert zones + books.running["multi:unshared"] == pytest.approx(meter, abs=1e-9)
    assert sum(books.pumps.values()) == pytest.approx(meter, abs=1e-9)
    assert sum(books.shares.values()) == pytest.approx(zones, abs=1e-9)
    assert all((column >= 0).all() for column in books.zones.values())
    assert {str(name).partition(":")[2] for name in books.shares} <= set(METHODS)
