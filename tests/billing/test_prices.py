"""Prices by MQTT, and a bill on them; what a page asks of a year of days is quick."""

import datetime as dt
import time
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from heatledger.ledger import Ledger
from heatledger.prices import held
from heatledger.readings import Intervals, SeriesKey
from heatledger.store import open_store
from heatledger.store.state import State
from heatledger.tariff.series import prices_at
from tests.billing.homes import at, days, home, tariff
from tests.billing.test_closing import block

START = int(at(2026, 10, 3).timestamp())


def price_block(prices, every=12):
    values = np.full(len(prices) * every, np.nan)
    values[::every] = prices
    empty = np.full(values.size, np.nan)
    starts = START + 300 * np.arange(values.size)
    zeros = np.zeros(values.size, dtype=np.int64)
    key = SeriesKey("home", "grid", "market", "", "price")
    return Intervals(key, starts, empty, values, values, values, values, np.ones(values.size), zeros, None)


def test_a_price_holds_until_the_next_and_no_longer_than_an_hour():
    starts = np.array([0, 1800, 3600, 10_800])
    series = held(starts, np.array([0.1, 0.1, 0.3, 0.2]))
    assert series.start_s.tolist() == [0, 3600, 10_800]
    assert series.end_s.tolist() == [3600, 7200, 14_400]
    assert np.isnan(prices_at(series, np.array([7200, 14_400]))).all()
    assert held(starts, np.full(4, np.nan)).start_s.size == 0


@pytest.fixture
def place(tmp_path):
    store, state = open_store(f"sqlite:///{tmp_path}/store.db"), State(tmp_path / "state.db")

    def ledger(plan):
        config = SimpleNamespace(tariffs={"plan": plan}, systems={}, alternatives={}, tariff_files={})
        return Ledger(config, home(), store=store, state=state)

    ledger.store, ledger.state = store, state
    yield ledger
    state.close()
    store.close()


def test_a_day_at_hourly_prices_by_hand(place):
    """0.6 kWh an hour: twelve at 0.10 and twelve at 0.30 are 0.72 + 2.16."""
    place.store.write_intervals([block(at(2026, 10, 3), 1), price_block([0.1] * 12 + [0.3] * 12)])
    plan = tariff("real_time", series=[{"name": "market", "mqtt": "market"}])
    bill = place(plan).summary(at(2026, 10, 3), at(2026, 11, 3), now=at(2026, 10, 3, 23, 59)).bill
    assert bill.total == "2.88"
    assert str(bill.price.rate) == "0.3"
    assert not bill.estimated


def test_a_ladder_decides_the_price_of_the_next_kilowatt_hour(place):
    place.store.write_intervals([block(at(2026, 10, 3), 8)])
    for day_, rate in ((7, "0.1"), (11, "0.2")):  # 57.6 kWh, then 115.2: the first 100 are cheaper
        bill = place(tariff("tiers")).summary(at(2026, 10, 3), at(2026, 11, 3), now=at(2026, 10, day_)).bill
        assert str(bill.price.rate) == rate


def test_a_month_of_kept_days_is_quick(place, bar_s):
    book = place(tariff("fixed", "peak", "off_peak", "demand", "tax"))
    kept = days(dt.date(2026, 8, 1), [20.0] * 95)
    book.day_book.keep(kept)
    start, end, now = at(2026, 10, 1), at(2026, 11, 1), at(2026, 11, 2)
    book.summary(start, end, now=now)
    began = time.process_time()
    found = book.summary(start, end, now=now)
    assert time.process_time() - began < bar_s(0.2)  # the promise is 0.1
    assert found.bill.total is not None
    assert msgspec.json.encode(found) == msgspec.json.encode(book.summary(start, end, now=now))
