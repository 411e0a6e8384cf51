"""From a simulated home's days to its load: hours hold the day's energy, and the house is the simulated one."""

import datetime as dt

import msgspec
import numpy as np
import pytest

from cli.demo_past import Past
from heatledger.baseline.home_hours import heated
from heatledger.baseline.whole_home import learn, whole_home
from heatledger.comparing import _learn
from heatledger.config import load, read_toml, shipped_dir
from heatledger.home import Home
from heatledger.ledger import Ledger
from heatledger.store import open_store
from heatledger.store.state import State
from ingest.simulate.house import ZONES
from tests.baseline.test_changepoint import bills

NOW = dt.datetime(2026, 3, 10, 18, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    home = read_toml(shipped_dir() / "homes" / "demo.toml", Home)
    config = load(data_dir=folder, environ={})
    ledger = Ledger(config, home, store=open_store(config.store_url), state=State(config.state_path))
    past = Past(home, now=NOW, seed=1, readings_days=1)
    days = {at.astimezone(dt.timezone(dt.timedelta(hours=-6))).date(): day for at, day in past.days(ledger)}
    return home, days


def test_the_hours_of_a_day_hold_its_heat_pumps_electricity(demo):
    _, days = demo
    for day in list(days.values())[::40]:
        for pump, used in day.pumps.items():
            hours = sum(day.hours.heating_kwh[pump]) + sum(day.hours.cooling_kwh[pump])
            assert hours == pytest.approx(sum(used.use.values()) - used.use.get("dhw", 0.0), abs=1e-6)


def test_the_demo_home_is_learnt_to_be_what_is_simulated(demo):
    home, days = demo
    found = heated(home, days, None, {})
    fitted = learn(found.plan, found.hours)
    told = whole_home(fitted, found.hours, found.given)
    assert told.loss_w_k == pytest.approx(sum(zone.loss for zone in ZONES), rel=0.15)
    assert found.sources == ("living", "upstairs", "kids_heater")
    # a panel heater's electricity is its heat
    assert np.nansum(found.hours.heat_w[:, 2]) / 1e3 == pytest.approx(found.heating_kwh[:, 2].sum())
    assert np.nansum(told.heating.idle_w) > 0  # bedroom, study and the kids' room are set back


def test_fuel_bills_of_before_take_the_place_of_the_zones_heat(demo):
    home, days = demo
    billed = msgspec.structs.replace(home, anchors=tuple(bills()))
    assert _learn(billed, days, {})[1].source == "12 fuel bills from 2023-01-01 to 2024-01-01"
    assert "fuel bills" not in _learn(home, days, {})[1].source
