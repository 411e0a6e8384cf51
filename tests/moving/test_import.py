"""Export piped into import, cut short and gone on with, and history from elsewhere to the watt-hour."""

import math
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from heatledger.importers.spread import Span, spread
from heatledger.readings import Flag, SeriesKey
from heatledger.store import open_store
from tests.moving.test_backup import heatledger
from tests.store.parts import T0, assert_same, block, plain, reading

HOUR = 1_790_000_000 // 3600 * 3600
HERE = Path(__file__).parent


@pytest.fixture
def data(tmp_path):
    with closing(open_store(f"sqlite:///{tmp_path / 'data' / 'heatledger.db'}")) as store:
        numbers = [reading(T0 + n, n / 7, device=f"d{n % 3}") for n in range(2_500)]
        words = [reading(T0 + n, "heat", "mode") for n in range(5)]
        store.write([*numbers, *words, reading(T0, math.nan), reading(T0, True, "online", flags=9)])
        store.write_intervals([block(reading().key, range(T0, T0 + 300 * 5_000, 300), energy=[0.1] * 5_000)])
        store.write_intervals([block(reading(quantity="mode").key, [T0, T0 + 300], state=["heat", "off"])])
    return tmp_path / "data"


def held(path):
    """Readings and intervals of a store."""
    with closing(open_store(f"sqlite:///{path}")) as store:
        blocks = store.intervals("home", start_s=0, end_s=2**40)
        return sorted(plain(one) for one in store.readings("home")), blocks


def assert_moved(data, target) -> None:
    (readings, blocks), (found, found_blocks) = held(data / "heatledger.db"), held(target)
    assert found == readings
    assert len(blocks) == len(found_blocks)
    for one, other in zip(blocks, found_blocks, strict=True):
        assert_same(other, one)


def test_export_piped_into_import_moves_everything_and_proves_it(data, tmp_path):
    pipe = f"{sys.executable} -m cli export --format jsonl --intervals | {sys.executable} -m cli import --store $TO"
    environ = {"HEATLEDGER_DATA": str(data), "TO": f"sqlite:///{tmp_path / 'new.db'}", "PATH": "/usr/bin:/bin"}
    made = subprocess.run(["bash", "-o", "pipefail", "-c", pipe], env=environ, capture_output=True, text=True)
    assert (made.returncode, made.stderr) == (0, "")
    assert "2507 readings and 5002 intervals of home, checksum" in made.stdout
    assert "all there" in made.stdout
    assert_moved(data, tmp_path / "new.db")


@pytest.fixture
def exported(data, tmp_path):
    file = tmp_path / "home.jsonl"
    file.write_text(heatledger(data, "export", "--format", "jsonl", "--intervals").stdout)
    return file


def test_an_import_that_was_cut_short_goes_on_where_it_was(data, exported, tmp_path):
    whole, to = exported.read_text().splitlines(keepends=True), f"sqlite:///{tmp_path / 'new.db'}"
    exported.write_text("".join(whole[:3]))
    cut = heatledger(data, "import", exported, "--store", to)
    assert (cut.returncode, "ends after line 3, unfinished" in cut.stderr) == (2, True)
    exported.write_text("".join(whole))
    again = heatledger(data, "import", exported, "--store", to)
    assert again.returncode == 0
    assert "continuing after line 3" in again.stderr
    assert_moved(data, tmp_path / "new.db")
    assert list((data / "imports").iterdir()) == []


def test_another_export_than_the_one_begun_is_told_and_then_taken_from_the_start(data, exported, tmp_path):
    whole, to = exported.read_text().splitlines(keepends=True), f"sqlite:///{tmp_path / 'new.db'}"
    exported.write_text("".join(whole[:2]))
    heatledger(data, "import", exported, "--store", to)
    exported.write_text("".join([whole[0], whole[2], *whole[3:]]))
    assert "is not the export that was begun" in heatledger(data, "import", exported, "--store", to).stderr
    exported.write_text("".join(whole))
    assert heatledger(data, "import", exported, "--store", to).returncode == 0
    assert_moved(data, tmp_path / "new.db")


def test_a_line_that_is_lost_or_changed_is_noticed(data, exported, tmp_path):
    whole = exported.read_text().splitlines(keepends=True)
    for number, lines in enumerate(
        (whole[:1] + whole[2:], [line.replace("0.14285714285714285", "0.14") for line in whole])
    ):
        exported.write_text("".join(lines))
        told = heatledger(data, "import", exported, "--store", f"sqlite:///{tmp_path / f'{number}.db'}")
        assert told.returncode == 2
        assert "is not what was exported" in told.stderr


def test_a_store_that_had_other_readings_is_told(data, exported, tmp_path):
    with closing(open_store(f"sqlite:///{tmp_path / 'new.db'}")) as store:
        store.write([reading(T0, 5.0, device="another")])
    told = heatledger(data, "import", exported, "--store", f"sqlite:///{tmp_path / 'new.db'}")
    assert (told.returncode, "the store holds 2508 readings" in told.stderr) == (2, True)


def test_what_is_no_export_is_one_clear_line(data, tmp_path):
    (tmp_path / "x.jsonl").write_text('{"type":"end"}\n')
    (tmp_path / "y.jsonl").write_text('{"what": 1}\n')
    for name in ("x.jsonl", "y.jsonl", "absent.jsonl"):
        told = heatledger(data, "import", tmp_path / name)
        assert (told.returncode, told.stderr.count("\n")) == (2, 1)
        assert name in told.stderr


def test_the_long_form_comes_back_as_readings_flagged_imported(data, tmp_path):
    (tmp_path / "x.csv").write_text(heatledger(data, "export").stdout)
    new = tmp_path / "new"
    made = heatledger(new, "import", tmp_path / "x.csv")
    assert (made.returncode, made.stderr) == (0, "")
    with closing(open_store(f"sqlite:///{new / 'heatledger.db'}")) as store:
        found = list(store.readings("home"))
    assert {(r.device, r.quantity, r.time_us, repr(r.value)) for r in found} == {
        (r[2], r[4], r[5], r[6]) for r in held(data / "heatledger.db")[0]
    }
    assert all(r.flags == Flag.IMPORTED for r in found)
    (tmp_path / "bad.csv").write_text("time,device,channel,quantity,value,unit\n2026-01-01T00:00:00Z,a,,power,much,W\n")
    assert "bad.csv, line 2:" in heatledger(new, "import", tmp_path / "bad.csv").stderr


def imported(data):
    with closing(open_store(f"sqlite:///{data / 'heatledger.db'}")) as store:
        return {(b.key.device, b.key.quantity): b for b in store.intervals("home", start_s=0, end_s=2**40)}


def test_home_assistants_statistics_become_intervals_to_the_watt_hour(tmp_path):
    file = tmp_path / "home-assistant_v2.db"
    columns = "metadata_id INTEGER, start_ts FLOAT, mean FLOAT, min FLOAT, max FLOAT, state FLOAT, sum FLOAT"
    with closing(sqlite3.connect(file)) as made:
        made.execute(
            "CREATE TABLE statistics_meta (id INTEGER, statistic_id TEXT, source TEXT, unit_of_measurement TEXT, "
            "has_mean BOOLEAN, has_sum BOOLEAN, name TEXT)"
        )
        made.executemany(
            "INSERT INTO statistics_meta VALUES (?, ?, 'recorder', ?, ?, ?, NULL)",
            [(1, "sensor.pump_energy", "Wh", 0, 1), (2, "sensor.hall", "°F", 1, 0), (3, "sensor.lux", "lx", 1, 0)],
        )
        for table in ("statistics", "statistics_short_term"):
            made.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {columns})")
        hours = [(1, HOUR + 3600 * n, None, None, None, 90_000 + 600 * n, 600.0 * n) for n in (0, 1, 2, 3, 6)]
        hours += [(2, HOUR, 68.0, 50.0, 86.0, None, None), (3, HOUR, 1, 1, 1, None, None)]
        insert = "INSERT INTO {} (metadata_id, start_ts, mean, min, max, state, sum) VALUES (?, ?, ?, ?, ?, ?, ?)"
        made.executemany(insert.format("statistics"), hours)
        fine = [(1, HOUR + 10_500 + 300 * n, None, None, None, None, 1_200 + (50.0 * n)) for n in range(13)]
        made.executemany(insert.format("statistics_short_term"), fine)
        made.commit()
    told = heatledger(tmp_path / "data", "import", file)
    assert told.returncode == 0, told.stderr
    found = imported(tmp_path / "data")
    assert set(found) == {("sensor.pump_energy", "energy"), ("sensor.hall", "temperature")}
    pump, hall = found["sensor.pump_energy", "energy"], found["sensor.hall", "temperature"]
    assert math.isclose(pump.energy.sum(), 3.6, rel_tol=1e-12), "the sum grew by 3,600 Wh in all"
    assert pump.start_s[0] == HOUR + 3600, "what the first row's sum grew from is not known"
    assert ((pump.flags & Flag.IMPORTED) != 0).all()
    exact = pump.start_s[(pump.flags & Flag.ESTIMATED) == 0]
    assert exact.tolist() == list(range(HOUR + 10_800, HOUR + 14_400, 300)), (
        "an hour known in five minutes is not a guess"
    )
    assert (hall.mean[0], hall.min[0], hall.max[0]) == pytest.approx((20, 10, 30))
    assert len(hall.start_s) == 12


def test_green_button_becomes_intervals_of_each_direction(tmp_path):
    told = heatledger(tmp_path / "data", "import", HERE / "green_button.xml")
    assert told.returncode == 0, told.stderr
    found = imported(tmp_path / "data")
    taken, given = found["7", "energy"], found["7", "energy_returned"]
    assert math.isclose(taken.energy.sum(), 1.75, rel_tol=1e-12)
    assert math.isclose(given.energy.sum(), 0.25, rel_tol=1e-12)
    assert taken.start_s.tolist() == list(range(1_767_225_600, 1_767_225_600 + 2 * 3600, 300))
    assert set(taken.flags.tolist()) == {int(Flag.IMPORTED | Flag.ESTIMATED)}
    assert set(given.flags.tolist()) == {int(Flag.IMPORTED)}


def test_a_feed_of_emoncms_becomes_intervals(tmp_path):
    (tmp_path / "use.csv").write_text(
        "time,value\n" + "".join(f"{HOUR + 10 * n},{1.2}\n" for n in range(361)) + f"{HOUR},null\n"
    )
    told = heatledger(
        tmp_path / "data", "import", tmp_path / "use.csv", "--device", "house", "--quantity", "power", "--unit", "kW"
    )
    assert told.returncode == 0, told.stderr
    house = imported(tmp_path / "data")["house", "power"]
    assert math.isclose(np.nansum(house.energy), 1.2, rel_tol=1e-6)
    assert ((house.flags & Flag.IMPORTED) != 0).all()
    (tmp_path / "bad.csv").write_text("1,2\nsoon,3\n")
    assert (
        "bad.csv, line 2: 'soon,3' is not a time and a value"
        in heatledger(tmp_path / "data", "import", tmp_path / "bad.csv", "--format", "emoncms").stderr
    )


def test_importing_twice_changes_nothing(tmp_path):
    for _ in range(2):
        assert heatledger(tmp_path / "data", "import", HERE / "green_button.xml").returncode == 0
    assert math.isclose(imported(tmp_path / "data")["7", "energy"].energy.sum(), 1.75, rel_tol=1e-12)


def test_files_of_another_kind_are_refused_in_one_line(tmp_path):
    (tmp_path / "x.xml").write_text("<feed xmlns='http://www.w3.org/2005/Atom'></feed>")
    (tmp_path / "y.xml").write_text("<feed")
    with closing(sqlite3.connect(tmp_path / "z.db")) as other:
        other.execute("CREATE TABLE photos (id)")
    for name in ("x.xml", "y.xml", "z.db"):
        told = heatledger(tmp_path / "data", "import", tmp_path / name)
        assert (told.returncode, told.stderr.count("\n")) == (2, 1), told.stderr
        assert name in told.stderr


def test_energy_is_conserved_however_spans_lie_to_the_grid():
    key = SeriesKey("home", "x", "meter", "", "energy")
    spans = [Span(100 + 450 * n, 450, 0.45 + n) for n in range(20)]
    made = spread(key, spans)
    assert math.isclose(made.energy.sum(), sum(span.energy_kwh for span in spans), rel_tol=1e-12)
    assert made.coverage[1:-1].tolist() == [1.0] * (len(made.start_s) - 2)
    assert spread(key, []) is None
