"""Published = stored, by count and by checksum, whatever happens to the store, the spool, the clock or the broker."""

import hashlib
import math
import os
import random
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from heatledger import bus
from heatledger.config import load
from heatledger.store import Delivery, StoreError, open_store
from heatledger.store.spool import Part, Spool
from heatledger.store.state import State
from ingest.storing import Storing
from ingest.worker import Worker
from tests.ingest.conftest import PATIENCE_S, wait_until
from tests.store.parts import T0, reading

pytestmark = pytest.mark.server

METERS = 7


def message(number: int) -> tuple[str, str]:
    """A message that can be told from every other by the counter in it."""
    return f"tele/meter{number % METERS}/SENSOR", f'{{"ENERGY":{{"Total":{number / 1000},"Power":{number % 3000}}}}}'


def checksum(pairs) -> str:
    return hashlib.sha256(repr(sorted(pairs)).encode()).hexdigest()


def published(numbers) -> tuple[int, str]:
    """Count and checksum of what the store must hold: device, counter and power of each message."""
    pairs = [(f"meter{n % METERS}", n / 1000, float(n % 3000)) for n in numbers]
    return len(pairs), checksum(pairs)


def stored(readings) -> tuple[int, str]:
    """The same of what it holds: readings of one message share device and time."""
    rows: dict[tuple[str, int], dict[str, float]] = {}
    for each in readings:
        rows.setdefault((each.device, each.time_us), {})[each.quantity] = each.value
    return len(rows), checksum((device, row["energy"], row["power"]) for (device, _), row in rows.items())


@contextmanager
def locked(path):
    """Another process that keeps the store to itself."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def spooled(ingest) -> int:
    with closing(sqlite3.connect(f"file:{ingest.data / 'spool.db'}?mode=ro", uri=True)) as spool:
        return spool.execute("SELECT coalesce(sum(readings), 0) FROM batch").fetchone()[0]


def all_stored(ingest, count) -> None:
    """Wait until so many messages are in the store and nothing is left in the spool."""
    wait_until(lambda: spooled(ingest) == 0)
    wait_until(lambda: len({(r.device, r.time_us) for r in ingest.readings()}) >= count)


def test_a_locked_store_ends_nothing_the_spool_takes_it_and_drains_it_in_order(ingest, publisher):
    publisher.send(message(0))
    publisher.wait(lambda: bool(ingest.readings()))
    publisher.listen("heatledger/ingest")
    with locked(ingest.data / "heatledger.db"):
        publisher.send(*map(message, range(1, 1_500)))
        publisher.wait(lambda: spooled(ingest) == 2 * 1_499)
        publisher.wait(lambda: publisher.hears(b'"spool_readings":2998'))
        assert b"database is locked" in publisher.received[-1].payload
    publisher.wait(lambda: publisher.hears(b'"spool_readings":0'))
    ingest.stop()
    assert stored(ingest.readings()) == published(range(1_500))
    assert "everything that waited is stored" in ingest.lines()


def test_a_store_that_is_locked_at_the_start_does_not_end_ingest(mosquitto, make_ingest, make_publisher):
    ingest = make_ingest(mosquitto.url).start()
    publisher = make_publisher(mosquitto.url)
    publisher.send(*map(message, range(300)))
    all_stored(ingest, 300)
    ingest.kill()
    publisher.send(*map(message, range(300, 600)))
    with locked(ingest.data / "heatledger.db"):
        ingest.start()
        publisher.send(*map(message, range(600, 900)))
        # more than these where an acknowledgement died with ingest: such a message is told twice and stored once
        wait_until(lambda: spooled(ingest) >= 2 * 600)
        assert "Nothing is lost: readings wait in" in ingest.lines()
        ingest.kill()
        ingest.start()
    all_stored(ingest, 900)
    ingest.stop()
    assert stored(ingest.readings()) == published(range(900))
    assert "Traceback" not in ingest.lines()


@pytest.mark.slow
def test_kill_at_random_moments_with_the_spool_in_use_loses_and_doubles_nothing(mosquitto, make_ingest, make_publisher):
    """Ten kills: while it spools, while it drains, while it starts; every third time the store is locked meanwhile."""
    chance, ingest, publisher = random.Random(41), make_ingest(mosquitto.url).start(), make_publisher(mosquitto.url)
    sent = 0
    for round_ in range(10):
        with locked(ingest.data / "heatledger.db"):
            publisher.send(*map(message, range(sent, sent + 400)))
            sent += 400
            time.sleep(chance.uniform(0.0, 0.6))
            if round_ % 3 == 0:
                ingest.kill()
                ingest.start(ready=False)
                time.sleep(chance.uniform(0.2, 1.0))
        time.sleep(chance.uniform(0.0, 0.5))
        ingest.kill()
        ingest.start(ready=round_ % 2 == 0)
    all_stored(ingest, sent)
    ingest.stop()
    assert stored(ingest.readings()) == published(range(sent))


class _KilledError(BaseException):
    pass


def _killed(_last):
    raise _KilledError


def _away():
    raise StoreError("x: away; bring it back")


def parts(numbers, **given):
    return [Part([reading(T0 + n, float(n))], Delivery(n + 1, n.to_bytes(16)), **given) for n in numbers]


@pytest.fixture
def spool(tmp_path):
    with closing(Spool(tmp_path / "spool.db", limit_bytes=10**7)) as opened:
        yield opened


@pytest.fixture
def store(tmp_path):
    with closing(open_store(f"sqlite:///{tmp_path / 'x.db'}")) as opened:
        yield opened


def test_a_kill_after_storing_and_before_forgetting_doubles_nothing(spool, store, monkeypatch):
    assert Storing(_away, spool).keep(parts(range(50)), 0.0)
    doomed = Storing(lambda: store, spool)
    with monkeypatch.context() as patch:
        patch.setattr(Spool, "remove", lambda *_: _killed(0))
        with pytest.raises(_KilledError):
            doomed.drain(1.0)
    assert (len(list(store.readings("home"))), spool.size.readings) == (50, 50)
    Storing(lambda: store, spool).drain(2.0)
    assert (len(list(store.readings("home"))), spool.size.readings) == (50, 0)


def test_a_redelivery_that_only_the_absent_store_could_know_is_dropped_when_it_is_back(spool, store):
    Storing(lambda: store, spool).keep(parts(range(5)), 0.0)
    later = [Part([reading(T0 + 1_000 + n, float(n))], Delivery(n + 1, n.to_bytes(16)), True) for n in range(3, 8)]
    assert Storing(_away, spool).keep(later, 0.0)
    Storing(lambda: store, spool).drain(1.0)
    assert sorted(each.value for each in store.readings("home")) == list(range(8))


def test_while_something_waits_later_readings_wait_behind_it(spool, store):
    order: list[float] = []
    storing = Storing(_away, spool)
    storing.on_stored = lambda readings: order.extend(each.value for each in readings)
    storing.keep(parts(range(3)), 0.0)
    storing._open = lambda: store
    storing.keep(parts(range(3, 6)), 100.0)
    assert order == []
    storing.drain(100.0)
    storing.keep(parts(range(6, 8)), 101.0)
    assert order == list(range(8))


def test_a_slow_store_is_given_a_pause_in_which_the_spool_takes_what_comes(spool, store, monkeypatch, caplog):
    monkeypatch.setattr("ingest.storing._SLOW_S", -1.0)
    storing = Storing(lambda: store, spool)
    storing.keep(parts([0]), time.monotonic())
    assert storing.trouble.startswith("the store is slow")
    storing.keep(parts([1]), time.monotonic() - 1)
    assert spool.size.readings == 1
    monkeypatch.setattr("ingest.storing._SLOW_S", 9.0)
    storing.drain(time.monotonic() + 9)
    assert (storing.trouble, len(list(store.readings("home")))) == ("", 2)


def settings_of(data, text):
    (data / "config").mkdir(parents=True, exist_ok=True)
    (data / "config" / "settings.toml").write_text(text)


def test_a_full_spool_stops_the_acknowledging_and_the_broker_keeps_the_rest(mosquitto, make_ingest, make_publisher):
    ingest = make_ingest(mosquitto.url)
    settings_of(ingest.data, "[store]\nspool_mb = 1\n")
    ingest.start()
    publisher = make_publisher(mosquitto.url)
    publisher.send(message(0))
    all_stored(ingest, 1)
    publisher.listen("heatledger/ingest")
    count = 25_000  # the spool takes some 16,000, and 4,000 may be on their way
    with locked(ingest.data / "heatledger.db"):
        publisher.send(*map(message, range(1, count)))
        publisher.wait(lambda: publisher.hears(b'"refusing":true'))
        kept = spooled(ingest)
        assert 2_000 < kept < 2 * count - 2
        assert "the spool is full (1 MB)" in ingest.lines()
        ingest.kill()
        ingest.start()
        assert spooled(ingest) >= kept  # a smaller group than the one refused may still find room
    all_stored(ingest, count)
    ingest.stop()
    assert stored(ingest.readings()) == published(range(count))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
def test_a_disk_that_fills_up_stops_the_acknowledging_and_loses_nothing(mosquitto, make_ingest, make_publisher):
    ingest = make_ingest(mosquitto.url)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", ingest.data], check=False).returncode:
        pytest.skip("this container may not mount a small file system")
    ingest.output = ingest.data.with_name("ingest.log")
    try:
        ballast = ingest.data / "ballast"
        ballast.write_bytes(bytes(1_500_000))
        ingest.start()
        publisher = make_publisher(mosquitto.url)
        count = 20_000
        publisher.send(*map(message, range(count)))
        wait_until(lambda: "no longer acknowledged" in ingest.lines())
        subprocess.run(["mount", "-o", "remount,size=64m", ingest.data], check=True)
        all_stored(ingest, count)
        ingest.stop()
        assert stored(ingest.readings()) == published(range(count))
        assert "Traceback" not in ingest.lines()
    finally:
        ingest.kill()
        subprocess.run(["umount", "-l", ingest.data], check=True)


def test_a_backlog_of_an_outage_is_taken_whole(mosquitto, make_ingest, make_publisher):
    ingest = make_ingest(mosquitto.url).start()
    ingest.kill()
    publisher = make_publisher(mosquitto.url)
    count = 100_000
    for start in range(0, count, 1_000):
        publisher.send(*map(message, range(start, start + 1_000)))
    ingest.start()
    publisher.wait(lambda: len(ingest.latest()) == 2 * METERS)
    publisher.wait(lambda: max(r.value for r in ingest.latest() if r.quantity == "energy") == (count - 1) / 1000)
    ingest.stop()
    assert stored(ingest.readings()) == published(range(count))


class Here:
    """A worker in this process whose wall clock the test sets."""

    def __init__(self, worker, store, publisher, monkeypatch):
        self.worker, self.store, self.publisher, self.monkeypatch = worker, store, publisher, monkeypatch

    def clock(self, at: datetime) -> None:
        """The wall clock stands still at a moment."""
        self.monkeypatch.setattr(time, "time_ns", lambda: int(at.timestamp()) * 1_000_000_000)

    def take(self, *messages) -> None:
        wanted = self.worker._counted["heard"] + len(messages)
        self.publisher.send(*messages)
        deadline = time.monotonic() + PATIENCE_S
        while self.worker._counted["heard"] < wanted or self.worker._group.messages:
            assert time.monotonic() < deadline
            self.worker.step()


@pytest.fixture
def here(mosquitto, tmp_path, spool, store, publisher, monkeypatch):
    config = load(data_dir=tmp_path, environ={"HEATLEDGER_MQTT_URL": mosquitto.url})
    connection = bus.connect(mosquitto.url, client_id="ingest")
    with closing(State(tmp_path / "state.db")) as state:
        worker = Worker(config, connection=connection, storing=Storing(lambda: store, spool), state=state)
        while not connection.subscribed:
            worker.step()
        yield Here(worker, store, publisher, monkeypatch)
        connection.close()


def test_a_clock_that_steps_back_an_hour_hides_no_message(here):
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    here.clock(noon)
    here.take(*map(message, range(100)))
    here.clock(noon - timedelta(hours=1))
    here.take(*map(message, range(100, 200)))
    here.clock(noon + timedelta(minutes=5))
    here.take(*map(message, range(200, 300)))
    readings = list(here.store.readings("home"))
    assert stored(readings) == published(range(300))
    by_time = sorted((r for r in readings if r.quantity == "energy"), key=lambda r: r.time_us)
    assert [round(r.value * 1000) for r in by_time if r.device == "meter3"] == list(range(3, 300, METERS))


def test_the_day_the_clocks_go_forward_has_23_hours_and_every_message(here):
    zone = ZoneInfo("Europe/Berlin")
    midnight = datetime(2026, 3, 29, tzinfo=zone)
    moments = [midnight.astimezone(UTC) + timedelta(minutes=5 * n) for n in range(-2, 278)]
    for n, moment in enumerate(moments):
        here.clock(moment)
        here.take((f"tele/meter{n % METERS}/SENSOR", message(n)[1]), ("tele/clock/SENSOR", message(n)[1]))
    readings = list(here.store.readings("home"))
    assert stored(r for r in readings if r.device != "clock") == published(range(len(moments)))
    here.worker._keeper.recompute()
    day = {"start_s": int(midnight.timestamp()), "end_s": int(datetime(2026, 3, 30, tzinfo=zone).timestamp())}
    (block,) = [b for b in here.store.intervals("home", **day, quantities=["energy"]) if b.key.device == "clock"]
    assert block.start_s.tolist() == list(range(day["start_s"], day["end_s"], 300))
    assert len(block.start_s) == 23 * 12
    assert math.isclose(block.energy.sum(), 0.276, abs_tol=1e-9)


def test_messages_out_of_order_and_said_twice_are_each_stored(here):
    chance = random.Random(7)
    numbers = list(range(400))
    chance.shuffle(numbers)
    here.take(*map(message, numbers), *map(message, numbers[:50]))
    assert stored(here.store.readings("home")) == published([*numbers, *numbers[:50]])


def test_a_damaged_store_is_told_at_the_start(mosquitto, make_ingest):
    ingest = make_ingest(mosquitto.url)
    with closing(ingest.store()) as store:
        store.write([reading(T0 + n, float(n), device=f"d{n % 9}") for n in range(20_000)])
    path = ingest.data / "heatledger.db"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 40_000)
    ingest.start()
    wait_until(lambda: "the store is damaged" in ingest.lines())
    assert "restore a backup" in ingest.lines()
    assert ingest.process.poll() is None


def test_a_wrong_password_is_one_clear_line(make_mosquitto, make_ingest, broker_dir):
    (broker_dir / "passwords").touch(mode=0o600)
    broker = make_mosquitto(extra=f"allow_anonymous false\npassword_file {broker_dir / 'passwords'}\n").start()
    ingest = make_ingest(broker.url.replace("//", "//me:wrong-secret@")).start(ready=False)
    wait_until(lambda: bool(ingest.lines()))
    time.sleep(1)
    (line,) = ingest.lines().splitlines()
    assert "name or password" in line or "user" in line
    assert "wrong-secret" not in line
    assert ingest.process.poll() is None


def test_a_certificate_nobody_vouches_for_is_one_clear_line(make_mosquitto, make_ingest, broker_dir):
    key, certificate = broker_dir / "key.pem", broker_dir / "certificate.pem"
    subject = ["-subj", "/CN=elsewhere.example", "-days", "2", "-nodes"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-keyout", key, "-out", certificate, *subject]
    subprocess.run(made, check=True, capture_output=True)
    key.chmod(0o644)
    broker = make_mosquitto(extra=f"allow_anonymous true\ncertfile {certificate}\nkeyfile {key}\n").start()
    ingest = make_ingest(broker.url.replace("mqtt:", "mqtts:")).start(ready=False)
    wait_until(lambda: bool(ingest.lines()))
    time.sleep(1)
    (line,) = ingest.lines().splitlines()
    assert "certificate" in line
    assert ingest.process.poll() is None
