"""A heat meter on loan in a real ledger: while it hangs it answers, afterwards the map it anchored does."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from heatledger.config import read_toml, shipped_dir
from heatledger.heat.system import System
from heatledger.ledger import Ledger
from heatledger.store import open_store
from heatledger.store.state import State
from tests.accounts.homes import HOME, block, home

T0 = 1_767_247_200  # 2026-01-01 00:00 in Chicago
DAY, LOAN = 288, 20


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    folder = tmp_path_factory.mktemp("anchored")
    unit = read_toml(shipped_dir() / "systems" / "demo_mini_split.toml", System)
    pump = {**HOME["heat_pumps"][0], "unit": unit.id, "heat_meter": {"point": "meter", "verified": True}}
    zone = {"id": "living", "name": "Living", "temperature": "faikin:Living", "area_m2": 60.0}
    place = home(heat_pumps=[pump], zones=[zone], meters=HOME["meters"][:2], tariff=None)
    size, hours = DAY * (LOAN + 3), np.arange(DAY * (LOAN + 3)) / 12
    power = 900 + 200 * np.sin(hours / 3.8)
    rows = [
        block("main", "energy", power / 12e3, start_s=T0),
        block("plug", "energy", power / 12e3, start_s=T0),
        block("weather", "outdoor_temp", last=4 * np.sin(hours / 40), start_s=T0),
        block("Living", "temperature", last=np.full(size, 20.5), family="faikin", start_s=T0),
        block("Living", "mode", state=["heat"] * size, family="faikin", start_s=T0),
        block("meter", "heat_energy", power[: DAY * LOAN] / 12e3 * 2.4, start_s=T0),
    ]
    config = SimpleNamespace(tariffs={}, tariff_files={}, systems={unit.id: unit}, alternatives={})
    store, state = open_store(f"sqlite:///{folder / 'h.db'}"), State(folder / "state.db")
    store.write_intervals(rows)
    yield lambda **given: Ledger(config, msgspec.structs.replace(place, **given), store=store, state=state)
    store.close()
    state.close()


def of(ledger, first, last):
    start = datetime.fromtimestamp(T0, UTC)
    now = start + timedelta(days=LOAN + 3)
    return ledger.summary(start + timedelta(days=first), start + timedelta(days=last), now=now).heat_pumps["mini"]


def test_while_it_hangs_the_meter_answers_and_then_the_map_it_anchored(ledger):
    metered = of(ledger(), 0, LOAN).cop
    assert (metered.rung, metered.value) == ("A", pytest.approx(2.4))
    assert metered.high - metered.low == pytest.approx(2 * 0.03 * 2.4, rel=0.1)
    after = of(ledger(), LOAN, LOAN + 2).cop
    assert (after.rung, after.method) == ("C", "unit map, anchored")
    assert after.low < 2.4 < after.high
    assert after.value == pytest.approx(2.4, rel=0.05)


def test_without_a_map_the_house_itself_answers_when_the_meter_is_gone(ledger):
    bare = ledger()
    pump = msgspec.structs.replace(bare.home.heat_pumps[0], unit=None)
    found = of(ledger(heat_pumps=(pump,)), LOAN, LOAN + 2)
    assert (found.cop.rung, found.cop.method) == ("F", "heat balance of the house")
    assert found.cop.low < 2.4 < found.cop.high
    assert [(row.state, row.have) for row in found.ladder if row.rung == "F"] == [("in use", LOAN)]
    assert found.seasonal["heating"].bins[0].cop is not None


def test_a_house_that_is_known_too_little_says_how_many_days_it_has(ledger):
    pump = msgspec.structs.replace(ledger().home.heat_pumps[0], unit=None, heat_meter=None)
    found = of(ledger(heat_pumps=(pump,)), LOAN, LOAN + 2)
    assert found.cop.value is None
    assert next(row.reason for row in found.ladder if row.rung == "F").startswith("0 of 14 days of known heat")
