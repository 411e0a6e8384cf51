"""The map rung: published points exactly, monotone, below Carnot, no jump where cycling begins."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from heatledger.config import ConfigError, load, read_toml, shipped_dir
from heatledger.heat import unit_map
from heatledger.heat.carnot import ceiling_cooling, ceiling_heating
from heatledger.heat.system import Published, System, misfit

SHARED = Path(__file__).parents[3] / "shared" / "physics" / "data" / "truth"
# Mitsubishi MUZ-FH18NAH2, AHRI 201754303: heating 47/17/5 °F, W
ROWS = [
    (8.33, "min", 2209.8, 850.0),
    (8.33, "rated", 5949.3, 1770.0),
    (8.33, "max", 8909.4, 3400.0),
    (-8.33, "min", 1260.2, 600.0),
    (-8.33, "rated", 3657.5, 1250.0),
    (-8.33, "max", 7121.6, 3390.0),
    (-15.0, "min", 1084.4, 530.0),
    (-15.0, "max", 6125.2, 2980.0),
]

# MUZ-GL15NAH2 as listed: its 47 °F powers again at 17 °F
REPEATED = [
    (8.33, "min", 1406.7, 200),
    (8.33, "rated", 5275.3, 1600),
    (8.33, "max", 6125.2, 2010),
    (-8.33, "min", 630.1, 200),
    (-8.33, "rated", 3546.2, 1600),
    (-8.33, "max", 4806.4, 2010),
]


def system(rows=ROWS, **given):
    points = tuple(Published(outdoor_c=t, level=level, capacity_w=q, power_w=p) for t, level, q, p in rows)
    return System(id="u", name="U", source="its submittal", evidence="unit", heating=points, **given)


def heat(power_w, outdoor_c, indoor_c=21.1, unit=None, **given):
    found = unit_map.heating(
        unit or system(), np.atleast_1d(float(power_w)), np.atleast_1d(float(outdoor_c)), np.array([indoor_c]), **given
    )
    return float(found.heat_w[0])


def cold(power_w, outdoor_c, room_c=26.7, unit=None):
    columns = (np.array([float(x)]) for x in (power_w, outdoor_c, room_c))
    return float(unit_map.cooling(unit or COOLS, *columns).heat_w[0])


# MUZ-GL15NAH2, AHRI 202680596: cooling 82/95 °F, W
COOLS = System(
    id="c", name="C", source="its submittal", evidence="unit",
    cooling=(
        Published(outdoor_c=27.78, level="min", capacity_w=1004.6, power_w=190.0),
        Published(outdoor_c=27.78, level="max", capacity_w=5890.1, power_w=1800.0),
        Published(outdoor_c=35.0, level="min", capacity_w=908.5, power_w=210.0),
        Published(outdoor_c=35.0, level="rated", capacity_w=4103.0, power_w=1080.0),
    ),
)  # fmt: skip


@given(st.floats(0, 2500), st.floats(0, 500), st.floats(15, 48), st.floats(18, 32))
@settings(deadline=None)
def test_cooling_too_is_monotone_and_below_carnot(p, more, outdoor, room):
    low, high = (cold(x, outdoor, room) for x in (p, p + more))
    assert 0 <= low <= high + 1e-9
    assert low <= p * float(ceiling_cooling(room, outdoor)) + 1e-9


@pytest.mark.parametrize("row", ROWS)
def test_a_published_point_comes_back_exactly(row):
    outdoor, _, capacity, power = row
    assert heat(power, outdoor, derate=False) == pytest.approx(capacity, rel=1e-12)


def test_between_levels_it_is_scipys_pchip():
    outside = PchipInterpolator([850, 1770, 3400], [2209.8, 5949.3, 8909.4])
    for power in np.linspace(850, 3400, 23):
        assert heat(power, 8.33, derate=False) == pytest.approx(float(outside(power)), rel=1e-12)


@given(
    st.floats(0, 4000), st.floats(0, 500), st.floats(-40, 20), st.floats(10, 28), st.floats(0, 60), st.floats(0, 0.5)
)
@settings(deadline=None)
def test_more_power_is_never_less_heat_and_never_more_than_carnot_allows(p, more, outdoor, indoor, standby, loss):
    low, high = (heat(x, outdoor, indoor, standby_w=standby, cycling_loss=loss) for x in (p, p + more))
    assert 0 <= low <= high + 1e-9
    assert low <= p * float(ceiling_heating(indoor, outdoor)) + 1e-9


@given(st.floats(-30, 15), st.floats(0, 60))
@settings(deadline=None)
def test_nothing_jumps_where_cycling_begins(outdoor, standby):
    table = unit_map.table(system().heating)
    least = float(np.interp(outdoor, table.outdoor_c, table.power_w[:, 0]))
    below, above = (heat(least + d, outdoor, standby_w=standby) for d in (-1e-4, 1e-4))
    assert above - below < 0.01


def test_half_the_running_time_is_less_than_half_the_heat():
    # PLF = 1 − 0.25·(1 − PLR): power share 0.5 → PLR = 0.5·0.75/(1 − 0.125) = 0.42857
    assert heat(425.0, 8.33, derate=False) == pytest.approx(2209.8 * 0.428571, rel=1e-5)


def test_below_the_coldest_point_the_share_of_carnot_stays():
    # T_c = 314.25 K; T_e −21 °C → 5.0604, −31 °C → 4.3585
    warm, cold = heat(2980, -15.0, derate=False), heat(2980, -25.0, derate=False)
    assert cold / warm == pytest.approx(4.3585 / 5.0604, rel=1e-3)


def test_colder_rooms_are_cheaper_to_heat():
    assert heat(1770, 8.33, 18.0) > heat(1770, 8.33, 21.1) > heat(1770, 8.33, 24.0)


def test_defrosting_takes_its_share_once():
    # NIST TN 1848: 11 % at 27 °F
    whole = heat(1500, -2.8, derate=False)
    assert heat(1500, -2.8) == pytest.approx(whole * 0.89)
    assert heat(1500, -2.8, unit=system(defrost_included=True)) == pytest.approx(whole)


def test_beyond_the_map_it_is_clamped_and_said():
    found = unit_map.heating(system(), np.array([3400.0, 3800.0]), np.array([8.33, 8.33]), np.array([21.1]))
    assert found.clamped.tolist() == [False, True]
    assert found.heat_w[0] == found.heat_w[1]


def test_below_lockout_there_is_no_heat():
    assert heat(2000, -21, unit=system(lockout_c=-20.0)) == 0.0


def test_what_is_not_known_stays_unknown():
    assert np.isnan(heat(np.nan, 0.0))
    assert np.isnan(heat(1000.0, np.nan))


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "no points"),
        ([(8.33, "max", 9000, 900)], "COP 10.00 is 1.23 of Carnot's"),
        ([(8.33, "max", 3400, 3400)], "0.12 of Carnot's"),
        ([(8.33, "min", 24000, 1000), (8.33, "max", 25000, 7000)], "beyond Carnot's 23.0"),
        ([(8.33, "min", 2000, 900), (8.33, "max", 1900, 1000)], "max lies below min"),
        ([(8.33, "max", 6000, 2000), (0.0, "max", 5000, 1500), (-10.0, "max", 4900, 2000)], "rises and falls"),
        ([(8.33, "max", 6000, 2000), (8.33, "max", 5000, 1500)], "stands twice"),
        ([(8.33, "max", 6000, 2000), (0.0, "min", 1000, 500)], "no level stands at every temperature"),
        (REPEATED, "repeat"),
    ],
)
def test_a_table_that_cannot_be_is_refused_by_name(rows, says):
    assert says in (misfit(system(rows)) or "")


def test_every_map_that_ships_is_believable():
    for path in (shipped_dir() / "systems").glob("*.toml"):
        found = read_toml(path, System)
        assert found.id == path.stem
        assert misfit(found) is None
        assert found.source


def test_a_map_that_cannot_be_is_refused_on_load(tmp_path):
    (tmp_path / "systems").mkdir()
    (tmp_path / "systems" / "bad.toml").write_text(
        'id = "bad"\nname = "Bad"\nsource = "s"\nevidence = "unit"\n'
        '[[heating]]\noutdoor_c = 8.33\nlevel = "max"\ncapacity_w = 9000.0\npower_w = 900.0\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError, match=r"bad.toml: heating: max at 8.33 °C: COP 10.00"):
        load(data_dir=tmp_path, config_dir=tmp_path, environ={})


@pytest.mark.reference
def test_every_point_of_the_truth_table_comes_back():
    path = SHARED / "unit_capacity_cop.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    with path.open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["mode"] == "heat" and r["capacity_kW"] and r["power_kW"]]
    tried = 0
    for unit in {row["unit"] for row in rows}:
        own = {
            (float(r["t_out_C"]), r["level"]): (float(r["capacity_kW"]) * 1e3, float(r["power_kW"]) * 1e3)
            for r in rows
            if r["unit"] == unit and r["level"] in ("min", "rated", "max")
        }
        made = system([(t, level, q, p) for (t, level), (q, p) in own.items()])
        if misfit(made) is not None:
            continue
        for (t, _), (capacity, power) in own.items():
            assert heat(power, t, unit=made, derate=False) == pytest.approx(capacity, rel=1e-9)
            tried += 1
    assert tried >= 20


@pytest.mark.reference
def test_every_cooling_point_of_the_truth_table_comes_back():
    path = SHARED / "unit_capacity_cop.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    with path.open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["mode"] == "cool" and r["capacity_kW"] and r["power_kW"]]
    tried = 0
    for unit in {row["unit"] for row in rows}:
        own = [
            (float(r["t_out_C"]), r["level"], float(r["capacity_kW"]) * 1e3, float(r["power_kW"]) * 1e3)
            for r in rows
            if r["unit"] == unit and r["level"] in ("min", "rated", "max")
        ]
        points = tuple(Published(outdoor_c=t, level=level, capacity_w=q, power_w=p) for t, level, q, p in own)
        made = System(id="u", name="U", source="s", evidence="unit", cooling=points)
        if misfit(made) is not None:
            continue
        for outdoor, _, capacity, power in own:
            assert cold(power, outdoor, unit=made) == pytest.approx(capacity, rel=1e-9)
            tried += 1
    assert tried >= 10
