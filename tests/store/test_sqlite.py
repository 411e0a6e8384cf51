"""The SQLite store passes the contract, and is opened, migrated, damaged and shared as a file."""

import itertools
import json
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from heatledger.store import StoreError, open_store, tables
from heatledger.store.database import Database
from heatledger.store.sqlite import SqliteStore
from tests.store import contract
from tests.store.contract import *  # noqa: F403 - the whole contract runs here
from tests.store.contract import T0, S, block, kept, plain, reading


@pytest.fixture
def store_factory(tmp_path):
    numbers = itertools.count()
    return lambda: f"sqlite:///{tmp_path}/store-{next(numbers)}.db"


def test_urls_relative_and_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite:///below/heat ledger.db", f"sqlite:///{tmp_path}/abs/x.db", f"sqlite:////{tmp_path}/abs/y.db"):
        open_store(url).close()
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.db"))
    assert found == ["abs/x.db", "abs/y.db", "below/heat ledger.db"]


@pytest.mark.parametrize("url", ["sqlite://x.db", "sqlite:///", "sqlite:", "duckdb:///x", "mqtt://user:secret@host"])
def test_a_url_that_names_no_store_is_refused_in_one_line(url):
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert "\n" not in str(caught.value)
    assert "sqlite:///" in str(caught.value)
    assert "secret" not in str(caught.value)


def _line(path, match) -> None:
    with pytest.raises(StoreError, match=match) as caught:
        SqliteStore(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("here first")
    _line(tmp_path / "file" / "below" / "x.db", "folder that may be written")
    _line(tmp_path / "file" / "x.db", "folder that may be written")


def test_a_folder_in_place_of_the_file_is_told(tmp_path):
    _line(tmp_path, "unable to open")


def test_a_folder_that_may_not_be_written_is_told():
    _line(Path("/proc/x.db"), "may be written")  # not even by root


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path):
    path = tmp_path / "x.db"
    path.write_bytes(b"time,device,value\n" * 500)
    _line(path, "not a SQLite file")
    assert path.read_bytes() == b"time,device,value\n" * 500


def test_another_programs_database_is_refused(tmp_path):
    path = tmp_path / "x.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE photos (id)")
    other.close()
    _line(path, "another program")


def test_another_kind_of_our_own_is_refused(tmp_path):
    Database(tmp_path / "x.db", kind="state", steps=[[]]).close()
    _line(tmp_path / "x.db", "holds state")


def _full(path) -> None:
    store = SqliteStore(path)
    store.write([reading(T0 + n, float(n), device=f"d{n % 9}") for n in range(20_000)])
    store.close()


def test_a_truncated_file_is_told_at_once(tmp_path):
    path = tmp_path / "x.db"
    _full(path)
    os.truncate(path, path.stat().st_size // 2)
    _line(path, "damaged; restore a backup")


def test_damage_inside_is_found_and_told(tmp_path):
    path = tmp_path / "x.db"
    _full(path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 40_000)
    store = SqliteStore(path)
    with pytest.raises(StoreError, match="damaged"):
        list(store.readings("home"))
    assert store.damage()
    store.close()


def test_a_newer_schema_is_refused(tmp_path):
    path = tmp_path / "x.db"
    SqliteStore(path).close()
    later = sqlite3.connect(path)
    later.execute("UPDATE meta SET value = '99' WHERE key = 'version'")
    later.commit()
    later.close()
    _line(path, "newer version .schema 99, known 2.; upgrade")


def test_an_older_schema_takes_the_steps_that_are_missing_once(tmp_path):
    steps = [["CREATE TABLE one (a)", "INSERT INTO one VALUES (1)"], ["ALTER TABLE one ADD COLUMN b DEFAULT 2"]]
    for known in (1, 2, 2):
        database = Database(tmp_path / "x.db", kind="trial", steps=steps[:known])
        database.close()
    database = database_of(tmp_path / "x.db", steps)
    with database.read() as connection:
        assert connection.execute("SELECT * FROM one").fetchall() == [(1, 2)]
    database.close()


def database_of(path, steps) -> Database:
    return Database(path, kind="trial", steps=steps)


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path):
    first = ["CREATE TABLE one (a)"]
    database_of(tmp_path / "x.db", [first]).close()
    with pytest.raises(StoreError, match="no such table"):
        database_of(tmp_path / "x.db", [first, ["CREATE TABLE two (a)", "DROP TABLE three"]])
    database = database_of(tmp_path / "x.db", [first])
    with database.read() as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'two'").fetchall() == []
    database.close()


def test_a_commit_is_synchronous_and_the_file_is_in_wal_mode(tmp_path):
    store = SqliteStore(tmp_path / "x.db")
    with store._database.read() as connection:
        pragmas = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "auto_vacuum")
        ]
    assert pragmas == ["wal", 2, 2]
    store.close()


def test_expiry_gives_the_space_back(tmp_path):
    path = tmp_path / "x.db"
    _full(path)
    before = path.stat().st_size
    store = SqliteStore(path)
    assert store.expire_readings((T0 + 30_000) * S) == 20_000
    assert store.damage() is None
    store.close()
    assert path.stat().st_size < before / 3


def test_a_locked_file_is_told_and_works_again_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr("heatledger.store.database.BUSY_S", 0.05)
    store = SqliteStore(tmp_path / "x.db")
    holder = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        store.write([reading()])
    holder.execute("ROLLBACK")
    holder.close()
    store.write([reading()])
    assert kept(store) == [plain(reading())]
    store.close()


def test_a_new_file_that_another_process_holds_is_waited_for_then_told(tmp_path, monkeypatch):
    monkeypatch.setattr("heatledger.store.database.BUSY_S", 0.05)
    holder = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    _line(tmp_path / "x.db", "locked")
    holder.execute("ROLLBACK")
    holder.close()
    SqliteStore(tmp_path / "x.db").close()


def test_threads_share_one_store(tmp_path):
    store = SqliteStore(tmp_path / "x.db")
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for n in range(20):
                store.write([reading(T0 + n, float(n), device=name)])
                assert [one.value for one in store.latest("home") if one.device == name] == [float(n)]
        except BaseException as error:  # told by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"thread {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(kept(store)) == 120
    store.close()


def test_a_closed_store_says_so(tmp_path):
    store = SqliteStore(tmp_path / "x.db")
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.latest("home")


def test_series_added_by_another_process_are_found(tmp_path):
    one, two = SqliteStore(tmp_path / "x.db"), SqliteStore(tmp_path / "x.db")
    one.write([reading(T0, 1.0)])
    two.write([reading(T0, 2.0, "energy"), reading(T0 + 1, 2.0)])
    one.write([reading(T0 + 2, 3.0, "energy"), reading(T0 + 3, 3.0)])
    two.write_intervals([block(reading(quantity="humidity").key, [T0], mean=[40])])
    one.write([reading(T0 + 4, 41.0, "humidity")])
    assert len(one.series("home")) == len(two.series("home")) == 3
    assert kept(one) == kept(two)
    one.close()
    two.close()


def test_the_schema_is_the_documented_one():
    assert len(tables.STEPS) == 2, "a released step is never changed: add one, and say so in docs/store.md"


def test_neighbours_are_the_same_when_found_by_the_hours_alone(store_factory, monkeypatch):
    monkeypatch.setattr(tables, "_NEAR", 0)
    contract.test_any_batches_and_repeats_read_back_as_the_set(store_factory)  # the law again, without the rows near by


def test_the_benchmark_still_runs(tmp_path):
    script = Path(__file__).parents[2] / "benchmarks" / "store.py"
    command = [sys.executable, str(script), "--json", "--devices", "1", "--days", "1"]
    figures = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=tmp_path).stdout)
    assert figures["points"] == 4 * 2 * 8640
    assert figures["interval_rows"] == 4 * 288
