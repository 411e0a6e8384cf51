"""The worker in this process, step by step: groups, acknowledgement, redelivery, times, a store that fails."""

import time
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatledger import bus
from heatledger.config import load
from heatledger.home import Home
from heatledger.readings import Reading
from heatledger.store import StoreError, open_store
from heatledger.store.spool import Spool
from heatledger.store.state import State
from ingest.clock import Clock
from ingest.group import Deliveries, digest
from ingest.heard import MOST_UNKNOWN, THE_REST, Heard
from ingest.interpreter import prefixes
from ingest.storing import Storing
from ingest.worker import Worker
from tests.ingest.conftest import PATIENCE_S


class Fussy:
    """The real store, but for what it is told to refuse."""

    def __init__(self, store):
        self._store, self.failures, self.hates = store, 0, None

    def __getattr__(self, name):
        return getattr(self._store, name)

    def write(self, readings, *, deliveries=()):
        if self.failures:
            self.failures -= 1
            raise StoreError("x.db: the disk is full; make room")
        if any(reading.device == self.hates for reading in readings):
            raise ValueError("no such luck")
        self._store.write(readings, deliveries=deliveries)


@pytest.fixture
def store(tmp_path):
    with closing(open_store(f"sqlite:///{tmp_path / 'x.db'}")) as opened:
        yield Fussy(opened)


@pytest.fixture
def spool(tmp_path):
    with closing(Spool(tmp_path / "spool.db", limit_bytes=1_000_000)) as opened:
        yield opened


@pytest.fixture
def worker(mosquitto, store, spool, tmp_path):
    config = load(data_dir=tmp_path, environ={"HEATLEDGER_MQTT_URL": mosquitto.url})
    connection = bus.connect(mosquitto.url, client_id="ingest")
    with closing(State(tmp_path / "state.db")) as state:
        storing = Storing(lambda: store, spool)
        made = Worker(config, connection=connection, storing=storing, state=state)
        while not connection.subscribed:
            made.step()
        yield made
        connection.close()


def turn(worker, publisher, condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        publisher.connection.poll(0)
        worker.step()


def said(caplog):
    return [record.message for record in caplog.records]


def devices(store):
    return sorted({reading.device for reading in store.readings("home")})


@pytest.mark.server
def test_a_store_that_fails_is_told_once_and_what_came_waits_in_the_spool(worker, store, spool, publisher, caplog):
    store.failures = 2
    publisher.send(*((f"tele/d{n}/LWT", "Online") for n in range(3)))
    turn(worker, publisher, lambda: store.failures < 2 and len(spool) > 0)
    assert devices(store) == []
    publisher.send(("tele/d3/LWT", "Online"))
    turn(worker, publisher, lambda: len(devices(store)) == 4)
    assert spool.size == (0, 0, None)
    assert [line for line in said(caplog) if ("store" in line or "disk" in line) and "slow" not in line] == [
        f"x.db: the disk is full; make room. Nothing is lost: readings wait in {spool.path}. Trying again",
        "the store works again",
        "everything that waited is stored",
    ]


@pytest.mark.server
def test_nothing_is_acknowledged_while_neither_store_nor_spool_takes_it(worker, store, spool, publisher, caplog):
    store.failures, spool.limit_bytes = 2, 10
    publisher.send(*((f"tele/d{n}/LWT", "Online") for n in range(3)))
    turn(worker, publisher, lambda: worker._storing.refusing and len(worker._group.messages) == 3)
    assert worker._status(online=True).refusing
    turn(worker, publisher, lambda: len(devices(store)) == 3)
    assert not worker._storing.refusing
    assert sum("Messages are no longer acknowledged: the broker keeps" in line for line in said(caplog)) == 1
    assert "messages are acknowledged again" in said(caplog)


@pytest.mark.server
def test_messages_taken_but_not_stored_come_again_and_are_stored_once(worker, store, spool, publisher, mosquitto):
    store.failures, spool.limit_bytes = 2, 10
    publisher.send(*((f"tele/d{n}/LWT", "Online") for n in range(5)))
    turn(worker, publisher, lambda: store.failures < 2)
    mosquitto.stop()
    mosquitto.start()
    turn(worker, publisher, lambda: len(devices(store)) == 5)
    turn(worker, publisher, lambda: publisher.connection.connected)
    publisher.send(("tele/last/LWT", "Online"))
    turn(worker, publisher, lambda: "last" in devices(store))
    assert len(list(store.readings("home"))) == 6


@pytest.mark.server
def test_what_the_store_will_not_take_is_left_out_alone(worker, store, publisher, caplog):
    store.hates = "d1"
    publisher.send(*((f"tele/d{n}/LWT", "Online") for n in range(3)))
    turn(worker, publisher, lambda: devices(store) == ["d0", "d2"])
    assert "tele/d1/LWT: the store does not take it: ValueError: no such luck" in caplog.text


def message(topic="t", payload=b"p", *, dup=False, packet_id=1, qos=1):
    return bus.Message(topic, payload, qos, False, dup, packet_id, 0)


def test_a_redelivery_is_known_by_its_packet_id_and_content():
    deliveries = Deliveries({7: digest(message(packet_id=7))})
    assert deliveries.again(message(dup=True, packet_id=7), digest(message(packet_id=7)))
    first = message(packet_id=8)
    assert not deliveries.again(first, digest(first))
    assert not deliveries.again(message(packet_id=8), digest(message()))  # not marked DUP: the same words, said twice
    other = message(payload=b"q", dup=True, packet_id=8)
    assert not deliveries.again(other, digest(other))
    assert not deliveries.again(message(qos=0, dup=True, packet_id=8), digest(other))


def test_the_digest_tells_topic_from_payload():
    assert digest(message("ab", b"c")) != digest(message("a", b"bc"))


TIMES = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from("ab"), st.lists(st.sampled_from("xy"), min_size=1, max_size=3))
)


@given(TIMES)
def test_no_two_messages_of_a_device_share_a_time_and_time_never_goes_back(messages):
    clock = Clock([])
    last: dict[str, int] = {}
    for time_us, device, channels in messages:
        made = [Reading("home", "f", device, c, "power", time_us, 1.0, "W", "gauge") for c in channels]
        stamped = clock.stamp(made)
        times = [reading.time_us for reading in stamped]
        assert min(times) > last.get(device, -1)
        assert min(times) >= time_us
        assert len({(r.channel, r.time_us) for r in stamped}) == len(stamped)
        assert len(set(channels)) < len(channels) or len(set(times)) == 1
        last[device] = max(times)


def test_time_goes_on_after_what_the_store_has():
    known = Reading("home", "f", "d", "", "power", 1_000, 1.0, "W", "gauge")
    (stamped,) = Clock([known]).stamp([known])
    assert stamped.time_us == 1_001


def test_the_longest_prefix_wins_and_a_prefix_is_whole_levels():
    def home(name, prefix):
        return Home(id=name, name=name, timezone="UTC", currency="EUR", topic_prefix=prefix)

    homes = {"a": home("a", ""), "b": home("b", "site"), "c": home("c", "site/annex/")}
    assert prefixes(homes) == [("site/annex/", "c"), ("site/", "b"), ("", "a")]


def test_topics_nobody_knows_are_bounded(tmp_path):
    heard = Heard()
    for number in range(MOST_UNKNOWN + 500):
        heard.count(f"spam/{number}", b"x", number, family="", outcome="unknown", note="")
    heard.count("tele/plug/SENSOR", b"y", 1, family="tasmota", outcome="understood", note="")
    heard.count("tele/plug/SENSOR", b"z", 2, family="", outcome="understood", note="no reading in this message")
    with closing(State(tmp_path / "state.db")) as state:
        heard.note(state)
        heard.note(state)
        topics = {row.topic: row for row in state.topics()}
    assert len(topics) == MOST_UNKNOWN + 2
    assert topics[THE_REST].count == 500
    assert (topics["tele/plug/SENSOR"].family, topics["tele/plug/SENSOR"].count) == ("tasmota", 2)


@pytest.mark.server
def test_readings_older_than_the_settings_say_are_forgotten(worker, store):
    now_us = time.time_ns() // 1_000
    day_us = 86_400_000_000
    ages = {"old": 91, "young": 89}
    store.write(
        [Reading("home", "f", name, "", "power", now_us - n * day_us, 1.0, "W", "gauge") for name, n in ages.items()]
    )
    worker._expire_at = 0.0
    worker.step()
    assert devices(store) == ["young"]
