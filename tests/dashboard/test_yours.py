"""What is the household's own: everything in one archive, and the home deleted; the owner's alone."""

import csv
import io
import json
import tomllib
import tracemalloc
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime

import numpy as np
import pytest

from dashboard.app import create_app
from heatledger import config as configuration
from heatledger import passwords
from heatledger.archive import archive
from heatledger.control.events import Event
from heatledger.control.moment import Moment
from heatledger.readings import Reading, SeriesKey
from heatledger.store import open_store, transfer
from heatledger.store.sent import Key, Sent
from heatledger.store.state import State
from tests.dashboard import scene
from tests.dashboard.asgi import Client

PASSWORD = "four words in a row"
START_US = 1_790_000_000_000_000


AT = datetime(2026, 11, 4, 6, tzinfo=UTC)


def letter(home):
    return Key("statement", home, date(2026, 10, 3), date(2026, 11, 3), "ada@example.org", 1)


def readings(home, count, device="main"):
    return [
        Reading(home, "tasmota", device, "", "power", START_US + n * 1_000_000, float(n), "W", "gauge", "", 0)
        for n in range(count)
    ]


@pytest.fixture
def data(tmp_path):
    scene.write_config(tmp_path)
    scene.write_history(tmp_path, {SeriesKey("maple", "tasmota", "main", "", "power"): 1200.0}, days=2)
    settings = '[mqtt]\nurl = "mqtt://ann:hunter2@127.0.0.1:1"\n'
    (tmp_path / "config" / "settings.toml").write_text(settings)
    with closing(open_store(f"sqlite:///{tmp_path / 'heatledger.db'}")) as store:
        store.write(readings("maple", 2_500))
        store.write(readings("cabin", 10))
    with closing(State(tmp_path / "state.db")) as state:
        closed = {"closed_at": datetime(2026, 11, 4, tzinfo=UTC), "tariff": "rate", "reason": "closed"}
        state.close_bill("maple", date(2026, 10, 3), date(2026, 11, 3), summary=b'{"total": "99.10"}', **closed)
        at = Moment(START_US, "", 0.0)
        state.commands.add(Event(kind="asked", home="maple", zone="living", at=at, setpoint=21.0))
        state.runs.add("maple", made_at="2026-11-05", body=b'{"version": 0}')
        for name, role in (("Ada", "owner"), ("Bo", "installer")):
            state.people.keep(name, role, passwords.hashed(PASSWORD), at_us=1)
    with closing(Sent(tmp_path / "sent.db")) as sent:
        for home in ("maple", "cabin"):
            sent.meet("bill", home, "ada@example.org", at=AT)
            sent.claim(letter(home), at=AT)
            sent.accepted(letter(home), at=AT, said="250 ok", total="99.10")
    return tmp_path


@pytest.fixture
def let_in(data):
    server = create_app(configuration.load(data_dir=data, environ={})).server

    def client(name):
        made = Client(server)
        made.post("/login", {"name": name, "password": PASSWORD})
        return made

    return client


def table(found, name):
    return list(csv.DictReader(io.StringIO(found.read(name).decode())))


def test_the_archive_holds_everything_of_the_home_and_no_secret(let_in):
    answer = let_in("Ada").get("/yours/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="heatledger-maple.zip"'
    found = zipfile.ZipFile(io.BytesIO(answer.body))
    assert found.testzip() is None
    assert [row["value"] for row in table(found, "readings.csv")] == [repr(float(n)) for n in range(2_500)]
    intervals = table(found, "intervals.csv")
    assert len(intervals) == 2 * 288
    assert {row["kwh"] for row in intervals} == {"0.1"}  # 1200 W for five minutes
    lines = [transfer.decode(line) for line in found.read("history.jsonl").splitlines()]
    assert lines[-1].readings == 2_500
    assert lines[-1].intervals == 2 * 288
    assert tomllib.loads(found.read("config/homes/maple.toml").decode())["name"] == "Maple Street 14"
    assert "ann:REMOVED@" in found.read("config/settings.toml").decode()
    assert json.loads(found.read("bills/2026-10-03_2026-11-03_version_1.json")) == {"total": "99.10"}
    assert [(row["recipient"], row["state"]) for row in table(found, "sent.csv")] == [("ada@example.org", "accepted")]
    assert [(row["zone"], row["kind"], row["setpoint_c"]) for row in table(found, "commands.csv")] == [
        ("living", "asked", "21.0")
    ]
    assert found.read("commissioning/version_1.json") == b'{"version": 0}'
    assert "logged in" in {row["what"] for row in table(found, "looked-at.csv")}
    assert b"hunter2" not in b"".join(found.read(name) for name in found.namelist())


def test_what_is_exported_is_imported_elsewhere_to_the_last_reading(let_in, tmp_path):
    found = zipfile.ZipFile(io.BytesIO(let_in("Ada").get("/yours/export").body))
    lines = [transfer.decode(line) for line in found.read("history.jsonl").splitlines()]
    with closing(open_store(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        for line in lines:
            if isinstance(line, transfer.Readings):
                other.write(transfer.readings_of("maple", line))
        whole = transfer.Begin("maple", None, None, intervals=False)
        assert transfer.tally_of(other, whole).checksum == lines[-1].checksum


def test_memory_stays_flat_however_long_the_history(data):
    """Ten times the readings, no more memory: what is held is a page of them."""
    config = configuration.load(data_dir=data, environ={})
    peaks = []
    with closing(open_store(config.store_url)) as store, closing(State(config.state_path)) as state:
        store.write(readings("long", 40_000))
        store.write(readings("short", 4_000))
        for home in ("short", "short", "long"):  # the first run fills caches
            tracemalloc.start()
            for _ in archive(config, store, state, home):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[2] < 1.5 * peaks[1] + 2_000_000


@pytest.mark.parametrize(("method", "path"), [("GET", "/yours"), ("GET", "/yours/export"), ("POST", "/yours/delete")])
def test_it_is_the_owners_alone(let_in, data, method, path):
    client = let_in("Bo")
    assert client.ask(method, path, origin="http://127.0.0.1").status_code == 403
    with closing(open_store(f"sqlite:///{data / 'heatledger.db'}")) as store:
        assert "maple" in store.homes()


def test_nothing_is_deleted_without_the_word(let_in, data):
    client = let_in("Ada")
    said = client.get("/yours").text
    assert "To delete it, type maple" in said
    assert "closed bills: 1" in said
    assert "the access of all but the owners: Bo" in said
    answer = client.post("/yours/delete", {"typed": "Maple"})
    assert (answer.status_code, "Nothing is deleted: type maple." in answer.text) == (400, True)
    assert (data / "config" / "homes" / "maple.toml").is_file()


@pytest.mark.enable_socket
def test_the_home_goes_with_all_that_is_its_own_and_nothing_else(let_in, data, monkeypatch):
    monkeypatch.setattr("heatledger.removal._TAKEN_IN_S", 0.0)
    monkeypatch.setattr("heatledger.removal._CONNECT_S", 0.2)
    installer = let_in("Bo")
    assert installer.get("/setup").status_code == 200
    answer = let_in("Ada").post("/yours/delete", {"typed": "maple"})
    assert "The home is deleted." in answer.text
    assert "cannot reach mqtt://127.0.0.1:1" in answer.text  # the broker was not there: said, and the rest is done
    assert not (data / "config" / "homes" / "maple.toml").exists()
    assert (data / "config" / "tariffs" / "flat.toml").exists()
    with closing(open_store(f"sqlite:///{data / 'heatledger.db'}")) as store:
        assert store.homes() == ["cabin"]
        assert len(list(store.readings("cabin"))) == 10
        now = np.iinfo(np.int64).max // 1_000_000_000
        assert store.intervals("maple", start_s=0, end_s=now) == []
    with closing(Sent(data / "sent.db")) as sent:
        assert sent.told("maple") == []
        assert [row.key for row in sent.told("cabin")] == [letter("cabin")]
    with closing(State(data / "state.db")) as state:
        assert state.bills("maple") == []
        assert state.runs.all("maple") == []
        assert [person.name for person in state.people.all()] == ["Ada"]
        assert {"began to delete the home maple", "deleted the home maple"} <= {
            row.what for row in state.people.looks()
        }
        closed = {"closed_at": datetime(2026, 11, 4, tzinfo=UTC), "tariff": "", "reason": "", "summary": b""}
        state.close_bill("cabin", date(2026, 10, 3), date(2026, 11, 3), **closed)
        with pytest.raises(Exception, match="append-only"):  # the rule holds again
            state._database.write().__enter__().execute("DELETE FROM bill")
    assert installer.get("/").status_code == 401
