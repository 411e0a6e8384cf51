"""A backup made while everything runs holds everything, and a home goes on from it elsewhere."""

import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from contextlib import closing

import pytest

from heatledger.store import open_store
from heatledger.store.spool import Part, Spool
from heatledger.store.state import State
from tests.store.parts import T0, plain, reading

SETTINGS = '[mqtt]\nurl = "mqtt://me:hush-hush@broker.example:1883"  # in the cellar\n'


def heatledger(data, *arguments):
    environ = {"HEATLEDGER_DATA": str(data), "PATH": "/usr/bin"}
    command = [sys.executable, "-m", "cli", *map(str, arguments)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture
def data(tmp_path):
    """A data folder with something of everything."""
    folder = tmp_path / "data"
    (folder / "config").mkdir(parents=True)
    (folder / "secrets").mkdir()
    (folder / "reports").mkdir()
    (folder / "config" / "settings.toml").write_text(SETTINGS)
    (folder / "secrets" / "store_token").write_text("tip-top")
    (folder / "reports" / "may.html").write_text("<p>May</p>")
    with closing(open_store(f"sqlite:///{folder / 'heatledger.db'}")) as store:
        store.write([reading(T0 + n, float(n)) for n in range(500)])
    with closing(Spool(folder / "spool.db", limit_bytes=10**6)) as spool:
        spool.append([Part([reading(T0 + 900, 9.0)])])
    State(folder / "state.db").close()
    return folder


def test_what_was_backed_up_is_restored_and_passwords_stay_behind(data, tmp_path):
    file = tmp_path / "home.tar.gz"
    made = heatledger(data, "backup", file)
    assert (made.returncode, made.stderr) == (0, "")
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as archive:
        everything = b"".join(archive.extractfile(name).read() for name in archive.getnames())
    assert b"hush-hush" not in everything
    assert b"tip-top" not in everything
    new = tmp_path / "new"
    restored = heatledger(new, "restore", file)
    assert (restored.returncode, restored.stderr) == (0, "")
    assert "passwords and tokens are not in it" in restored.stdout
    assert (new / "config" / "settings.toml").read_text() == SETTINGS.replace("hush-hush", "REMOVED")
    assert (new / "reports" / "may.html").read_text() == "<p>May</p>"
    assert not (new / "secrets").exists()
    with closing(open_store(f"sqlite:///{new / 'heatledger.db'}")) as store:
        assert [plain(one) for one in store.readings("home")] == [plain(reading(T0 + n, float(n))) for n in range(500)]
    with closing(Spool(new / "spool.db", limit_bytes=10**6)) as spool:
        assert spool.size.readings == 1


def test_secrets_come_along_when_asked(data, tmp_path):
    assert heatledger(data, "backup", tmp_path / "x.tar", "--secrets").returncode == 0
    assert heatledger(tmp_path / "new", "restore", tmp_path / "x.tar").returncode == 0
    assert (tmp_path / "new" / "secrets" / "store_token").read_text() == "tip-top"
    assert (tmp_path / "new" / "secrets" / "store_token").stat().st_mode & 0o077 == 0
    assert (tmp_path / "new" / "config" / "settings.toml").read_text() == SETTINGS


def test_a_backup_under_writes_holds_one_moment_of_the_store(data, tmp_path):
    stop = threading.Event()
    written = [0]

    def write() -> None:
        with closing(open_store(f"sqlite:///{data / 'heatledger.db'}")) as store:
            while not stop.is_set():
                store.write([reading(T0 + 10_000 + written[0], float(n), device=f"d{n}") for n in range(50)])
                written[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    before = written[0]
    assert heatledger(data, "backup", tmp_path / "x.tar").returncode == 0
    after = written[0]
    stop.set()
    writer.join()
    assert heatledger(tmp_path / "new", "restore", tmp_path / "x.tar").returncode == 0
    with closing(open_store(f"sqlite:///{tmp_path / 'new' / 'heatledger.db'}")) as store:
        found = [each for each in store.readings("home") if each.device != "plug"]
    assert len(found) % 50 == 0, "a group is there whole or not at all"
    assert before <= len(found) / 50 <= after + 1
    assert after > before


@pytest.mark.server
def test_a_backup_of_a_running_ingest_with_its_spool_in_use_loses_nothing(
    mosquitto, make_ingest, make_publisher, tmp_path
):
    ingest = make_ingest(mosquitto.url).start()
    publisher = make_publisher(mosquitto.url)
    file = ingest.data / "heatledger.db"
    publisher.send(*((f"tele/m{n % 7}/SENSOR", f'{{"ENERGY":{{"Total":{n}}}}}') for n in range(300)))
    publisher.wait(lambda: len(ingest.readings()) == 300)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        publisher.send(*((f"tele/m{n % 7}/SENSOR", f'{{"ENERGY":{{"Total":{n}}}}}') for n in range(300, 700)))
        time.sleep(2.5)
        assert heatledger(ingest.data, "backup", tmp_path / "x.tar").returncode == 0
    new = make_ingest(mosquitto.url)
    ingest.stop()
    new.data = tmp_path / "new"
    assert heatledger(new.data, "restore", tmp_path / "x.tar").returncode == 0
    new.start()
    publisher.wait(lambda: len(new.readings()) >= 700)
    assert sorted(each.value for each in new.readings()) == list(range(700))


def test_a_folder_that_is_in_use_is_left_alone_or_set_aside(data, tmp_path):
    assert heatledger(data, "backup", tmp_path / "x.tar").returncode == 0
    refused = heatledger(data, "restore", tmp_path / "x.tar")
    assert refused.returncode == 2
    assert "is not empty" in refused.stderr
    assert heatledger(data, "restore", tmp_path / "x.tar", "--force").returncode == 0
    (aside,) = tmp_path.glob("data.before-*")
    assert (aside / "secrets" / "store_token").read_text() == "tip-top"
    assert (data / "heatledger.db").exists()


def test_a_damaged_backup_is_refused_before_anything_is_touched(data, tmp_path):
    assert heatledger(data, "backup", tmp_path / "x.tar").returncode == 0
    content = bytearray((tmp_path / "x.tar").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "x.tar").write_bytes(content)
    (tmp_path / "text.tar").write_text("no archive at all")
    for name, said in (("x.tar", "missing or damaged"), ("text.tar", "no backup of heatledger")):
        refused = heatledger(tmp_path / "new", "restore", tmp_path / name)
        assert refused.returncode == 2
        assert said in refused.stderr
        assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "new").exists()


def test_a_file_that_is_there_is_not_overwritten(data, tmp_path):
    (tmp_path / "x.tar").write_text("precious")
    refused = heatledger(data, "backup", tmp_path / "x.tar")
    assert (refused.returncode, (tmp_path / "x.tar").read_text()) == (2, "precious")
