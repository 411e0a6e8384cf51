"""Who used it: parts add up to the whole, whatever is heard."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatledger.accounts import account
from heatledger.readings import Flag
from tests.accounts.homes import T0, block, home


def of(blocks, size=2, **changes):
    return account(home(**changes), blocks, start_s=T0, end_s=T0 + 300 * size)


def test_a_plug_with_a_zone_is_that_zones_and_the_rest_is_unallocated():
    books = of([block("main", "energy", [1.0, 2.0]), block("plug", "energy", [0.25, 0.5])])
    assert books.zones["living"].tolist() == [0.25, 0.5]
    assert books.home["unallocated"].tolist() == [0.75, 1.5]


def test_registers_win_over_integrated_power():
    books = of([block("main", "energy", [1.0, np.nan]), block("main", "power", [9.0, 0.5])])
    assert books.home["use"].tolist() == [1.0, 0.5]
    assert books.home["estimated"].tolist() == [0.0, 0.0]


def test_power_read_often_is_measured_and_read_rarely_estimated():
    flags = [0, int(Flag.ESTIMATED)]
    books = of([block("main", "power", [0.5, 0.5], flags=flags)])
    assert books.home["use"].tolist() == [0.5, 0.5]
    assert books.home["estimated"].tolist() == [0.0, 0.5]


def test_two_running_heads_share_the_outdoor_unit_and_standby_stays_with_it():
    books = of(
        [
            block("main", "energy", [3.0, 3.0, 3.0]),
            block("pm", "energy", [1.0, 1.0, 0.02]),
            block("bed", "action", state=["heating", "heating", "idle"]),
            block("study", "action", state=["heating", "idle", "idle"]),
        ],
        size=3,
    )
    assert books.zones["bed"].tolist() == [0.5, 1.0, 0.0]
    assert books.zones["study"].tolist() == [0.5, 0.0, 0.0]
    assert books.modes["heating"].tolist() == [1.0, 1.0, 0.0]
    assert books.modes["standby"].tolist() == pytest.approx([0.0, 0.0, 0.02])
    assert books.home["unallocated"].tolist() == pytest.approx([2.0, 2.0, 3.0])


def test_a_heat_pump_of_unknown_mode_is_unknown_not_other():
    books = of([block("main", "energy", [1.0, 1.0]), block("plug", "energy", [0.4, 0.4])])
    assert books.modes["unknown"].sum() == pytest.approx(0.8)
    assert books.modes["other"].sum() == pytest.approx(1.2)


def test_a_set_mode_with_a_still_compressor_is_standby():
    books = of(
        [
            block("plug", "energy", [0.4, 0.001]),
            block("Living", "mode", state=["heat", "heat"], family="faikin"),
            block("Living", "compressor_freq", last=[40, 0], family="faikin"),
        ]
    )
    assert books.modes["heating"].tolist() == [0.4, 0.0]
    assert books.modes["standby"].tolist() == pytest.approx([0.0, 0.001])


def test_where_the_main_meter_is_silent_use_is_what_is_metered_below():
    books = of([block("main", "energy", [1.0, np.nan]), block("plug", "energy", [0.4, 0.4])])
    assert books.home["use"].tolist() == [1.0, 0.4]
    assert books.home["unallocated"].tolist() == [0.6, 0.0]


def test_a_meter_that_was_not_heard_is_not_zero():
    assert np.isnan(of([block("main", "energy", [1.0, 1.0])]).meters["tank"]).all()


def test_use_is_import_plus_solar_plus_discharge_less_export_less_charge():
    meters = [
        {"id": "main", "role": "import", "points": ["grid"]},
        {"id": "pv", "role": "solar", "points": ["pv"]},
        {"id": "bat", "role": "battery", "points": ["bat"]},
        {"id": "car", "role": "ev", "points": ["car"]},
    ]
    books = of(
        [
            block("grid", "energy", [2.0, 0.0]),
            block("grid", "energy_returned", [0.0, 1.5]),
            block("pv", "energy", [0.5, 4.0]),
            block("bat", "energy", [0.0, 1.0]),
            block("bat", "energy_returned", [0.75, 0.0]),
            block("car", "energy", [1.0, 0.5]),
        ],
        meters=meters,
        heat_pumps=[],
    )
    assert books.home["use"].tolist() == pytest.approx([2 + 0.5 + 0.75, 4 - 1.5 - 1.0])
    assert books.home["exported"].tolist() == [0.0, 1.5]


def test_an_export_meter_beside_the_import_register_is_counted_once():
    meters = [
        {"id": "main", "role": "import", "points": ["grid"]},
        {"id": "out", "role": "export", "points": ["grid"]},
        {"id": "pv", "role": "solar", "points": ["pv"]},
    ]
    books = of(
        [
            block("grid", "energy", [0.0, 0.0]),
            block("grid", "energy_returned", [1.0, 1.0]),
            block("pv", "energy", [3.0, 3.0]),
        ],
        meters=meters,
        heat_pumps=[],
    )
    assert books.home["use"].tolist() == [2.0, 2.0]


def test_a_signed_power_is_import_and_export():
    meters = [{"id": "main", "role": "import", "points": ["grid"]}, {"id": "pv", "role": "solar", "points": ["pv"]}]
    books = of([block("grid", "power", [0.5, -1.0]), block("pv", "power", [0.0, 1.5])], meters=meters, heat_pumps=[])
    assert books.home["imported"].tolist() == [0.5, 0.0]
    assert books.home["exported"].tolist() == [0.0, 1.0]
    assert books.home["use"].tolist() == [0.5, 0.5]


def test_clamps_are_summed_and_a_reversed_one_counts_on_its_other_register():
    meters = [
        {"id": "main", "role": "import", "sum": ["em:0", "em:1"]},
        {"id": "split", "role": "circuit", "parent": "main", "points": ["em:2"], "invert": True, "zone": "living"},
    ]
    books = of(
        [
            block("em", "energy", [1.0, 1.0], channel="0"),
            block("em", "energy", [0.5, np.nan], channel="1"),
            block("em", "energy_returned", [0.25, 0.25], channel="2"),
        ],
        meters=meters,
        heat_pumps=[],
    )
    assert books.meters["main"].tolist() == pytest.approx([1.5, np.nan], nan_ok=True)
    assert books.zones["living"].tolist() == [0.25, 0.25]


def test_a_meter_below_a_circuit_is_not_counted_twice():
    meters = [
        {"id": "main", "role": "import", "points": ["main"]},
        {"id": "floor", "role": "circuit", "parent": "main", "points": ["floor"], "zone": "bed"},
        {"id": "plug", "role": "circuit", "parent": "floor", "points": ["plug"], "zone": "study"},
        {"id": "again", "role": "duplicate_of", "of": "plug", "points": ["plug2"]},
    ]
    books = of(
        [
            block("main", "energy", [3.0]),
            block("floor", "energy", [2.0]),
            block("plug", "energy", [0.5]),
            block("plug2", "energy", [0.5]),
        ],
        size=1,
        meters=meters,
        heat_pumps=[],
    )
    assert {name: column[0] for name, column in books.zones.items()} == {"living": 0.0, "bed": 1.5, "study": 0.5}
    assert books.home["unallocated"].tolist() == [1.0]


def test_a_second_point_stands_in_where_the_first_is_silent():
    meters = [{"id": "main", "role": "import", "points": ["main", "spare"]}]
    books = of(
        [block("main", "energy", [1.0, np.nan]), block("spare", "energy", [5.0, 2.0])], meters=meters, heat_pumps=[]
    )
    assert books.home["use"].tolist() == [1.0, 2.0]


amounts = st.lists(st.one_of(st.just(np.nan), st.floats(0, 5)), min_size=4, max_size=4)
words = st.lists(st.sampled_from(["heating", "cooling", "idle", "off", "defrosting", "odd"]), min_size=4, max_size=4)


@settings(max_examples=60)
@given(amounts, amounts, amounts, amounts, words, words, st.booleans())
def test_zones_and_the_rest_are_the_whole_home(main, plug, outdoor, tank, bed, study, heard):
    blocks = [block("plug", "energy", plug), block("pm", "power", outdoor), block("tank", "energy", tank)]
    blocks += [block("bed", "action", state=bed), block("study", "action", state=study)]
    blocks += [block("main", "energy", main)] if heard else []
    books = of(blocks, size=4)
    assert sum(books.zones.values()) + books.home["unallocated"] == pytest.approx(books.home["use"], abs=1e-9)
    assert sum(books.modes.values()) == pytest.approx(books.home["use"], abs=1e-9)
    assert not any(np.isnan(column).any() for name, column in books.home.items() if name != "outdoor_c")


def test_the_doubts_of_a_meter_come_with_it():
    books = of([block("main", "energy", [1.0, 1.0], flags=int(Flag.GAP | Flag.ESTIMATED))])
    assert (books.flags["main"] & int(Flag.GAP)).all()
    assert books.home["estimated"].tolist() == [1.0, 1.0]
