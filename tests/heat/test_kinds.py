"""Every kind of system as a monitored one, from intervals to the Summary: its boundary, its lines, its words."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from heatledger.config import read_toml, shipped_dir
from heatledger.heat.kinds import KINDS, boundary
from heatledger.heat.system import System
from heatledger.home import HeatPump, Home
from heatledger.ledger import Ledger
from heatledger.store import open_store
from heatledger.store.state import State
from tests.accounts.homes import HOME, block

T0, DAYS = 1_767_247_200, 2  # 2026-01-01 00:00 in Chicago
SIZE = 288 * DAYS
SYSTEMS = {path.stem: read_toml(path, System) for path in (shipped_dir() / "systems").glob("*.toml")}
HEADS = [{"zone": "living", "device": "unit"}]


@pytest.fixture
def summed(tmp_path):
    """Return the Summary's word on one heat pump of a home that heard two days."""
    store, state = open_store(f"sqlite:///{tmp_path / 'h.db'}"), State(tmp_path / "state.db")

    def of(pump, power_w, outdoor_c, *blocks, mode="heat", room_c=21.1, backup_w=None):
        meters = [*HOME["meters"][:2], {"id": "strip", "role": "circuit", "parent": "split", "points": ["strip"]}]
        pump = {"id": "hp", "meter": "split", "heads": HEADS, **pump}
        zone = {"id": "living", "name": "Living", "temperature": "room"}
        place = msgspec.convert({**HOME, "tariff": None, "zones": [zone], "meters": meters, "heat_pumps": [pump]}, Home)
        power, words = np.broadcast_to(power_w, SIZE), mode if isinstance(mode, list) else [mode] * SIZE
        strip = np.zeros(SIZE) if backup_w is None else np.full(SIZE, backup_w)
        store.write_intervals([
            block("main", "energy", (power + strip) / 12e3, start_s=T0),
            block("plug", "energy", (power + strip) / 12e3, start_s=T0),
            *([] if backup_w is None else [block("strip", "energy", strip / 12e3, start_s=T0)]),
            block("weather", "outdoor_temp", last=np.full(SIZE, outdoor_c), start_s=T0),
            block("room", "temperature", last=np.full(SIZE, room_c), start_s=T0),
            block("unit", "mode", state=words, start_s=T0),
            *blocks,
        ])  # fmt: skip
        config = SimpleNamespace(tariffs={}, tariff_files={}, systems=SYSTEMS, alternatives={})
        start = datetime.fromtimestamp(T0, UTC)
        end = start + timedelta(days=DAYS)
        books = Ledger(config, place, store=store, state=state)
        return books.summary(start, end, now=end).heat_pumps["hp"]

    yield of
    store.close()
    state.close()


def gauge(device, quantity, value):
    return block(device, quantity, last=np.full(SIZE, value), start_s=T0)


def test_a_mini_split_by_its_makers_table_is_one_boundary(summed):
    # demo_mini_split: 3,200 W for 790 W at 8.3 °C; 21.1 °C indoors, no defrosting above 5 °C
    found = summed({"kind": "mini_split", "unit": "demo_mini_split"}, 790.0, 8.3)
    assert (found.cop.rung, found.cop.boundary) == ("D", "H4")
    assert found.cop.value == pytest.approx(3200 / 790, rel=1e-6)
    assert "H2, H3 and H4 are the same" in found.counts


def test_a_multi_split_is_one_machine_with_one_cop(summed):
    heads = [*HEADS, {"zone": "living", "device": "other"}]
    other = block("other", "mode", state=["heat"] * SIZE, start_s=T0)
    found = summed({"kind": "multi_split", "unit": "demo_mini_split", "heads": heads}, 790.0, 8.3, other)
    assert found.cop.value == pytest.approx(3200 / 790, rel=1e-6)
    assert "what one room got is an allotment" in found.counts


def test_an_air_conditioner_has_a_cop_of_cooling_alone(summed):
    # cooling_window: 10 kW for 2,843 W at 35 °C (CEER 12 / 3.412 = 3.52), scaled to 3 kW
    pump = {"kind": "air_conditioner", "unit": "cooling_window", "rated_w": 3000.0}
    found = summed(pump, 852.9, 35.0, mode="cool", room_c=26.7)
    assert (found.cop.work, found.cop.rung) == ("cooling", "E")
    assert found.cop.value == pytest.approx(3.517, rel=1e-3)
    assert (set(found.seasonal), found.heat_kwh) == ({"cooling"}, None)
    assert "moisture" in found.counts


def test_one_that_heats_and_cools_nets_nothing(summed):
    words = ["heat"] * 288 + ["cool"] * 288
    pump = {"kind": "air_conditioner", "unit": "cold_climate_mini_split", "rated_w": 5000.0}
    power, outdoor = np.repeat([1276.0, 1000.0], 288), np.repeat([8.3, 30.0], 288)
    found = summed(pump, power, outdoor, mode=words)
    heating, cooling = found.seasonal["heating"], found.seasonal["cooling"]
    assert heating.cop.value == pytest.approx(5000 / 1276, rel=1e-3)  # cold_climate_mini_split, rated at 8.3 °C
    assert 3.0 < cooling.cop.value < 6.0
    assert (heating.kwh, cooling.kwh) == (pytest.approx(1.276 * 24), pytest.approx(24.0))
    assert heating.heat_kwh + cooling.heat_kwh == pytest.approx(found.heat_kwh + found.cooling_kwh)


def test_of_a_ducted_unit_what_reaches_the_rooms_is_a_line_of_its_own(summed):
    pump = {"kind": "ducted", "unit": "ducted_single_speed", "ducts": {"place": "attic_typical"}}
    found = summed(pump, 2715.0, 8.3).seasonal["heating"]
    assert found.cop.value == pytest.approx(10_000 / 2715, rel=1e-3)
    assert found.delivered.value == pytest.approx(0.75 * found.cop.value)  # 25 % lost in a typical attic
    wide = [(cop.high - cop.low) / cop.value for cop in (found.cop, found.delivered)]
    assert wide[1] > wide[0]
    assert found.delivered.method == "rating map, after ducts (attic, typical)"


def test_a_back_up_heater_with_a_meter_enters_both_sides_at_h4_and_neither_at_h2(summed):
    pump = {"kind": "air_source", "unit": "central_air_source", "backup": "strip", "boundary": "H4"}
    found = summed(pump, 2661.0, -8.3, backup_w=3000.0).seasonal["heating"]
    bare = 6477 / 2661 * (1 - 0.085)  # NIST TN 1848: 8.5 % for defrosting at 17 °F
    assert (found.cop.value, found.cop.boundary) == (pytest.approx(bare, rel=1e-3), "H2")
    assert found.with_backup.value == pytest.approx((bare * 2661 + 3000) / 5661, rel=1e-3)
    assert found.with_backup.boundary == "H4"


def test_a_ground_source_unit_is_read_at_the_liquid_from_the_ground(summed):
    # ENERGY STAR tier 3: COP 3.6 at 0 °C entering
    pump = {"kind": "ground_source", "unit": "ground_source", "source": "brine"}
    found = summed(pump, 2222.0, -15.0, gauge("brine", "temperature", 0.0), room_c=20.0)
    assert (found.cop.value, found.cop.boundary) == (pytest.approx(3.6, rel=1e-3), "H2")
    assert found.seasonal["heating"].bins[0].from_c == -15  # bins are of the weather


def test_a_ground_source_unit_whose_liquid_is_not_heard_is_not_read_at_the_air(summed):
    found = summed({"kind": "ground_source", "unit": "ground_source"}, 2222.0, -15.0)
    assert found.cop.value is None
    assert "the temperature of the liquid from the ground (source)" in found.cop.reason
    assert "liquid from the ground" in next(row.reason for row in found.ladder if row.rung == "E")


def test_hot_water_has_a_cop_of_its_own(summed):
    words = (["heat"] * 12 + ["dhw"] * 4) * (SIZE // 16)
    flow = block("unit", "flow_temp", last=np.where(np.array(words) == "dhw", 53.0, 35.0), start_s=T0)
    meter = block("unit", "heat_energy", np.where(np.array(words) == "dhw", 2.8, 4.0) * 1.2 / 12, start_s=T0)
    pump = {"kind": "air_to_water", "heat_meter": {"point": "unit"}}
    found = summed(pump, 1200.0, 5.0, flow, meter, mode=words)
    assert found.seasonal["heating"].cop.value == pytest.approx(4.0)
    assert found.seasonal["dhw"].cop.value == pytest.approx(2.8)
    assert (found.cop.rung, found.cop.boundary) == ("A", "H2")
    assert "hot water has a COP of its own" in found.counts


def test_without_a_meter_hot_water_is_judged_at_its_own_flow(summed):
    words = (["heat"] * 12 + ["dhw"] * 4) * (SIZE // 16)
    flow = block("unit", "flow_temp", last=np.where(np.array(words) == "dhw", 53.0, 35.0), start_s=T0)
    found = summed({"kind": "air_to_water"}, 1200.0, 5.0, flow, mode=words).seasonal
    # 0.461·T_c/(T_c − T_e): (37 + 273.15)/(37 + 1), (55 + 273.15)/(55 + 1)
    assert found["heating"].cop.value == pytest.approx(0.461 * 310.15 / 38, rel=1e-3)
    assert found["dhw"].cop.value == pytest.approx(0.461 * 328.15 / 56, rel=1e-3)
    assert found["dhw"].expected.low < found["dhw"].cop.value < found["dhw"].expected.high


def test_a_pan_heater_is_in_the_plug_and_not_in_the_map(summed):
    # demo_mini_split at −8.3 °C: 2,600 W for 980 W, less 8.5 % for defrosting
    pump = {"kind": "mini_split", "unit": "demo_mini_split"}
    with_pan = summed({**pump, "pan_heater_w": 80.0}, 1060.0, -8.3)
    assert with_pan.heat_kwh == pytest.approx(2.6 * 0.915 * 48, rel=1e-6)
    assert with_pan.cop.value == pytest.approx(2600 * 0.915 / 1060, rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_known_names_what_would_settle_it(summed, kind):
    found = summed({"kind": kind}, 1000.0, 0.0)
    assert found.cop.value is None
    assert "power and temperatures alone cannot tell heat loss from efficiency" in found.cop.reason
    assert found.cop.reason.endswith(KINDS[kind].settles)


@pytest.mark.parametrize(
    ("given", "says"),
    [({"kind": "mini_split"}, "H4"), ({"kind": "air_to_water"}, "H2"), ({"kind": "ducted", "boundary": "H3"}, "H3")],
)
def test_boundaries_by_kind_unless_stated(given, says):
    pump = msgspec.convert({"id": "x", "meter": "m", **given}, HeatPump)
    assert boundary(pump) == says
    if says != "H2":
        assert boundary(msgspec.structs.replace(pump, backup="strip")) == "H2"
