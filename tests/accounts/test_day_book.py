"""A kept day is decoded once, until another is kept in its place; it is the same alone and among others."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from heatledger.config import load
from heatledger.days import encoded, spans
from heatledger.ledger import Ledger
from heatledger.readings import Intervals, SeriesKey
from heatledger.store import open_store
from heatledger.store.state import State

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOME = """
id = "home"
name = "Home"
timezone = "UTC"
currency = "USD"
outdoor_temperature = "station"
[[zones]]
id = "bed"
name = "Bed"
[[meters]]
id = "main"
role = "import"
points = ["main"]
[[meters]]
id = "pump"
role = "circuit"
parent = "main"
points = ["pump"]
[[heat_pumps]]
id = "bed"
kind = "mini_split"
meter = "pump"
unit = "standard_mini_split"
rated_w = 3500
[[heat_pumps.heads]]
zone = "bed"
device = "bed"
"""


@pytest.fixture
def books(tmp_path):
    """A mini-split that rests at 6 W every other day, and on the days between runs without a rest."""
    (tmp_path / "config" / "homes").mkdir(parents=True)
    (tmp_path / "config" / "homes" / "home.toml").write_text(HOME)
    config = load(data_dir=tmp_path, environ={})
    store, state = open_store(config.store_url), State(config.state_path)
    start_s = np.arange(int((NOW - timedelta(days=8)).timestamp()), int(NOW.timestamp()), 300)
    rests = (start_s // 86_400 % 2 == 0) & (start_s // 3600 % 2 == 0)
    power = np.where(rests, 6.0, 400.0)
    rows = {("pump", "power"): power, ("main", "power"): power + 200.0, ("station", "outdoor_temp"): power * 0 - 5.0}
    for (device, quantity), values in rows.items():
        energy = values / 12_000 if quantity == "power" else values * np.nan
        none = np.zeros(len(values), dtype=np.int64)
        key = SeriesKey("home", "tasmota", device, "", quantity)
        store.write_intervals([Intervals(key, start_s, energy, *[values] * 4, np.ones(len(values)), none)])
    yield Ledger(config, config.homes["home"], store=store, state=state), store
    store.close()
    state.close()


def test_a_day_is_the_same_alone_and_among_others(books):
    ledger, store = books
    pieces = spans(NOW - timedelta(days=6), NOW, ZoneInfo("UTC"))[1:-1]
    blocks = store.intervals("home", start_s=0, end_s=int(NOW.timestamp()))
    ends = [(int(start.timestamp()), int(end.timestamp())) for start, end in pieces]
    together = ledger.day_book.days_of(blocks, ends[0][0], ends[-1][1], pieces, now=NOW)
    for piece, (start_s, end_s), day in zip(pieces, ends, together, strict=True):
        assert any(row.heat_kwh > 1.0 for row in day.pumps["bed"].heating.values())
        (alone,) = ledger.day_book.days_of(blocks, start_s, end_s, [piece], now=NOW)
        assert encoded(alone) == encoded(day)


def test_a_kept_day_is_decoded_once_until_another_is_kept_in_its_place(books):
    ledger, _ = books
    start, end = NOW - timedelta(days=4), NOW
    first, again = (ledger.days(start, end, NOW)[1] for _ in range(2))
    read = ledger.days(start, end, NOW)[1]
    assert read is again
    assert encoded(read) == encoded(first)
    day = (start + timedelta(days=1)).date()
    ledger.day_book.keep({day: msgspec.structs.replace(read, use=read.use + 1.0)})
    assert ledger.days(start, end, NOW)[1].use == read.use + 1.0
    ledger.state.forget_days("home", day, day + timedelta(days=1))
    assert encoded(ledger.days(start, end, NOW)[1]) == encoded(first)
