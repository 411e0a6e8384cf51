"""What a view of a year reads: kept days, and of intervals no more than the open day's, however long the history is."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from heatledger.config import load
from heatledger.ledger import Ledger
from heatledger.readings import Intervals, SeriesKey
from heatledger.store import open_store
from heatledger.store.state import State

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOME = """
id = "home"
name = "Home"
timezone = "UTC"
currency = "USD"
[[meters]]
id = "main"
role = "import"
points = ["main"]
"""


class Counting:
    """A store that notes the spans it was asked for and how many rows it gave."""

    def __init__(self, store):
        self._store, self.spans_d, self.rows = store, [], 0

    def intervals(self, home, *, start_s, end_s, quantities=None):
        found = list(self._store.intervals(home, start_s=start_s, end_s=end_s, quantities=quantities))
        self.spans_d.append((end_s - start_s) / 86_400)
        self.rows += sum(len(block.start_s) for block in found)
        return found

    def __getattr__(self, name):
        return getattr(self._store, name)


@pytest.fixture
def read(tmp_path):
    """Look at the last year of a home with so many days of history, twice; what the second look read, and the first."""

    def look(days):
        data = tmp_path / str(days)
        (data / "config" / "homes").mkdir(parents=True)
        (data / "config" / "homes" / "home.toml").write_text(HOME)
        config = load(data_dir=data, environ={})
        store = open_store(config.store_url)
        end_s = int(NOW.timestamp())
        start_s = np.arange(end_s - days * 86_400, end_s, 300)
        level, none = np.full(len(start_s), 600.0), np.zeros(len(start_s), dtype=np.int64)
        key = SeriesKey("home", "tasmota", "main", "", "power")
        store.write_intervals([Intervals(key, start_s, level / 12_000, *[level] * 4, np.ones(len(level)), none)])
        first, second = Counting(store), Counting(store)
        state = State(config.state_path)
        year = NOW - timedelta(days=365)
        made = [Ledger(config, config.homes["home"], store=counted, state=state).summary(year, NOW, now=NOW)
                for counted in (first, second)]  # fmt: skip
        assert msgspec.to_builtins(made[0]) == msgspec.to_builtins(made[1])
        store.close()
        state.close()
        return first, second

    return look


def test_a_year_is_made_a_month_at_a_time_and_then_read_as_days(read):
    first, second = read(400)
    assert max(first.spans_d) <= 32  # 31 days and the day before them
    assert sum(first.spans_d) > 365
    assert sum(second.spans_d) < 5  # the day cut by the beginning, and the open one


def test_a_year_reads_the_same_of_a_longer_history(read):
    (_, short), (_, long) = read(400), read(800)
    assert (long.rows, long.spans_d) == (short.rows, short.spans_d)
