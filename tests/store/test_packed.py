"""Intervals over days and months: packed or not, they are the same; a file of the first version is taken over."""

import math
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatledger.store import open_store
from heatledger.store.packed import DAY_S, pack, unpack
from heatledger.store.sqlite import SqliteStore
from tests.store.parts import T0, assert_same, block, plain, reading

POWER, MODE = reading().key, reading(quantity="mode").key
MIDNIGHT = T0 // DAY_S * DAY_S
VALUES = st.one_of(st.just(math.nan), st.floats(-1e5, 1e5, width=32))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.db"


def counts(path) -> tuple[int, int]:
    """Loose rows and packed days."""
    with closing(sqlite3.connect(path)) as file:
        return tuple(file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("interval", "packed"))


def days(key, first, count, **columns):
    """So many whole days of intervals."""
    return block(key, range(MIDNIGHT + first * DAY_S, MIDNIGHT + (first + count) * DAY_S, 300), **columns)


ONE = st.tuples(
    st.integers(0, 4 * 288),
    VALUES,
    st.floats(-1e9, 1e9),
    VALUES,
    st.integers(0, 255),
    st.sampled_from(["", "off", "heat"]),
)
WRITE = st.tuples(st.just("write"), st.lists(ONE, min_size=1, max_size=9), st.booleans())
DELETE = st.tuples(st.just("delete"), st.integers(-1, 4 * 288), st.integers(0, 300))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(WRITE, DELETE), max_size=12), start=st.integers(-1, 4 * 288), width=st.integers(0, 700))
def test_any_writes_and_deletions_read_back_as_the_last_word_on_each_interval(tmp_path_factory, steps, start, width):
    expected: dict[tuple[bool, int], tuple] = {}
    with closing(SqliteStore(tmp_path_factory.mktemp("packed") / "x.db")) as store:
        for step, *how in steps:
            if step == "write":
                rows, spoken = how
                key = MODE if spoken else POWER
                starts, mean, energy, least, flags, words = zip(
                    *((MIDNIGHT + 300 * n, *rest) for n, *rest in rows), strict=True
                )
                columns = {"mean": mean, "energy": energy, "last": energy, "min": least, "flags": flags}
                store.write_intervals([block(key, starts, state=list(words) if spoken else None, **columns)])
                expected |= {(spoken, row[0]): row for row in rows}
            else:
                first, count = how
                span = {"start_s": MIDNIGHT + 300 * first, "end_s": MIDNIGHT + 300 * (first + count)}
                store.delete_intervals(POWER, **span)
                expected = {at: row for at, row in expected.items() if at[0] or not first <= at[1] < first + count}
        span = {"start_s": MIDNIGHT + 300 * start, "end_s": MIDNIGHT + 300 * (start + width)}
        found = {each.key: each for each in store.intervals("home", **span)}
    for spoken, key in ((False, POWER), (True, MODE)):
        wanted = sorted(row for at, row in expected.items() if at[0] == spoken and start <= at[1] < start + width)
        assert (key in found) == bool(wanted)
        if wanted:
            starts, mean, energy, least, flags, words = zip(
                *((MIDNIGHT + 300 * n, *rest) for n, *rest in wanted), strict=True
            )
            state = list(words) if spoken else None
            same = block(key, starts, state=state, mean=mean, energy=energy, last=energy, min=least, flags=flags)
            assert_same(found[key], same)


def test_energy_and_the_last_value_keep_every_digit_and_a_year_sums_to_the_same(path):
    noise = np.random.default_rng(5)
    year = days(POWER, 0, 366, energy=noise.exponential(0.04, 366 * 288), last=12_345 + noise.random(366 * 288))
    with closing(SqliteStore(path)) as store:
        store.write_intervals([year])
        (found,) = store.intervals("home", start_s=MIDNIGHT, end_s=MIDNIGHT + 366 * DAY_S)
    np.testing.assert_array_equal(found.energy, year.energy)
    np.testing.assert_array_equal(found.last, year.last)
    assert counts(path) == (288, 365)


def test_the_other_numbers_keep_seven_digits_and_what_is_larger_than_they_can_be_keeps_all():
    long = days(POWER, 0, 1, mean=[math.pi * 1e3] * 288, min=[-1e300] * 288)
    found = unpack(POWER, [(MIDNIGHT // DAY_S, pack(long))])
    np.testing.assert_allclose(found.mean, long.mean, rtol=1e-7)
    np.testing.assert_array_equal(found.min, long.min)


def test_the_newest_day_is_rows_and_an_hour_after_midnight_it_is_packed(path):
    with closing(SqliteStore(path)) as store:
        store.write_intervals([days(POWER, 0, 1, mean=range(288))])
        assert counts(path) == (288, 0)
        store.write_intervals([block(POWER, [MIDNIGHT + DAY_S + 3_300], mean=[1])])
        assert counts(path) == (289, 0)
        store.write_intervals([block(POWER, [MIDNIGHT + DAY_S + 3_600], mean=[2])])
        assert counts(path) == (2, 1)
        (found,) = store.intervals("home", start_s=MIDNIGHT, end_s=MIDNIGHT + 2 * DAY_S)
        assert found.mean.tolist() == [*range(288), 1, 2]


def test_late_intervals_go_into_the_packed_day(path):
    with closing(SqliteStore(path)) as store:
        store.write_intervals([days(POWER, 0, 9, mean=[1.0] * 9 * 288)])
        store.write_intervals([block(POWER, [MIDNIGHT + 300 * n for n in (3, 290, 600)], mean=[5, 6, 7])])
        assert counts(path) == (288, 8)
        (found,) = store.intervals("home", start_s=MIDNIGHT, end_s=MIDNIGHT + 9 * DAY_S)
    assert np.flatnonzero(found.mean != 1).tolist() == [3, 290, 600]
    assert len(found.start_s) == 9 * 288


def test_two_writers_of_one_packed_day_keep_both(path):
    with closing(SqliteStore(path)) as one, closing(SqliteStore(path)) as two:
        one.write_intervals([days(POWER, 0, 3, mean=[1.0] * 3 * 288)])
        two.write_intervals([block(POWER, [MIDNIGHT], mean=[2])])
        one.write_intervals([block(POWER, [MIDNIGHT + 300], mean=[3])])
        (found,) = two.intervals("home", start_s=MIDNIGHT, end_s=MIDNIGHT + 900)
    assert found.mean.tolist() == [2, 3, 1]


def test_a_year_of_a_home_is_small(path):
    """One series of eighty for 60 days, as a real plug says it: at this size a year of all is a quarter of the bar."""
    chance = np.random.default_rng(3)
    power = np.round(np.where(chance.random(60 * 288) < 0.7, 0.0, chance.normal(900, 200, 60 * 288)), 1)
    written = days(
        POWER, 0, 60, energy=power / 12_000, mean=power, min=power, max=power, last=power, coverage=power * 0 + 1
    )
    with closing(SqliteStore(path)) as store:
        store.write_intervals([written])
    with closing(sqlite3.connect(path)) as file:
        (size,) = file.execute("SELECT sum(length(body)) FROM packed").fetchone()
    assert size / (59 * 288) * 105_120 * 80 < 100e6


def old(path) -> list[tuple]:
    """Make a file of version 1 with thirty days of rows in two series; return the rows."""
    rows = [(1, MIDNIGHT + 300 * n, n / 7, n, -n, n * 2, n / 3, 1.0, n % 2, None) for n in range(30 * 288)]
    rows += [(2, MIDNIGHT + 300 * n, None, None, None, None, None, 1.0, 0, "heat") for n in range(288)]
    with closing(sqlite3.connect(path)) as file:
        file.executescript((Path(__file__).parent / "version1.sql").read_text())
        file.executemany("INSERT INTO interval VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        file.execute("UPDATE series SET last_us = ? WHERE id = 1", (rows[30 * 288 - 1][1] * 1_000_000,))
        file.commit()
    return rows


def test_a_file_of_the_first_version_is_taken_over_and_packed_as_it_is_written(path):
    rows = old(path)
    with closing(open_store(f"sqlite:///{path}")) as store:
        assert [plain(one) for one in store.readings("home")] == [plain(reading(T0, 100.0))]
        assert store.deliveries() == {7: b"x" * 16}
        mode, before = store.intervals("home", start_s=MIDNIGHT, end_s=MIDNIGHT + 30 * DAY_S)
        assert (mode.state, len(before.start_s)) == (["heat"] * 288, 30 * 288)
        np.testing.assert_array_equal(before.energy, [row[2] for row in rows[: 30 * 288]])
        for n in range(5):
            store.write_intervals([block(POWER, [MIDNIGHT + 30 * DAY_S + 300 * (n + 12)], energy=[n])])
        assert counts(path) == (5 + 288, 30)
        after = store.intervals("home", start_s=MIDNIGHT, end_s=MIDNIGHT + 30 * DAY_S)[1]
        np.testing.assert_array_equal(after.energy, before.energy)
        np.testing.assert_array_equal(after.start_s, before.start_s)
        np.testing.assert_allclose(after.mean, before.mean, rtol=1e-7)
        assert store.damage() is None


def test_a_late_interval_in_an_old_day_of_rows_packs_that_day_whole(path):
    old(path)
    with closing(open_store(f"sqlite:///{path}")) as store:
        store.write_intervals([block(POWER, [MIDNIGHT + 20 * DAY_S], energy=[9.0])])
        (found,) = store.intervals("home", start_s=MIDNIGHT + 20 * DAY_S, end_s=MIDNIGHT + 21 * DAY_S)
        assert found.energy[0] == 9.0
        assert len(found.start_s) == 288
