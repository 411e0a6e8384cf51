"""Published = stored, counted: after kill -9 of ingest, a broker that restarts or comes late, a locked store."""

import random
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from tests.ingest.conftest import wait_until

pytestmark = pytest.mark.server

MESSAGES = 5_000


def payload(number: int) -> str:
    return f'{{"ENERGY":{{"Total":{number / 1000},"Power":{number % 3000}}}}}'


def counts(readings) -> list[int]:
    """The number each stored message carried, in order; Tasmota's `Total` is the counter we wrote into it."""
    return sorted(round(r.value * 1000) for r in readings if r.quantity == "energy")


class Stream(threading.Thread):
    """Publishes numbered, distinct messages at QoS 1 without a pause, on a connection of its own."""

    def __init__(self, make_publisher, url: str, per_second: int) -> None:
        super().__init__()
        self.publisher, self.per_second = make_publisher(url, "stream"), per_second
        self.sent, self.failure = 0, None

    def run(self) -> None:
        try:
            began = time.monotonic()
            while self.sent < MESSAGES:
                if self.sent < (time.monotonic() - began) * self.per_second:
                    assert self.publisher.connection.publish(f"tele/meter{self.sent % 7}/SENSOR", payload(self.sent), 1)
                    self.sent += 1
                self.publisher.connection.poll(0)
            self.publisher.flush()
        except BaseException as error:
            self.failure = error


@pytest.mark.slow
def test_kill_at_random_moments_loses_nothing_and_doubles_nothing(mosquitto, make_ingest, make_publisher):
    chance = random.Random(20260105)
    ingest = make_ingest(mosquitto.url).start()
    stream = Stream(make_publisher, mosquitto.url, per_second=700)
    stream.start()
    kills = 0
    while stream.is_alive() or kills < 4:
        time.sleep(chance.uniform(0.02, 0.6))
        ingest.kill()
        kills += 1
        ingest.start(ready=kills % 3 != 0)  # every third time it dies before it has begun
    stream.join()
    assert stream.failure is None
    ingest.kill()
    ingest.start()
    wait_until(lambda: len(counts(ingest.readings())) >= MESSAGES)
    found = counts(ingest.readings())
    ingest.stop()
    assert counts(ingest.readings()) == found == list(range(MESSAGES))
    assert kills >= 4


def test_what_comes_while_ingest_is_away_waits_at_the_broker_even_over_its_restart(
    mosquitto, make_ingest, make_publisher
):
    ingest = make_ingest(mosquitto.url).start()
    ingest.kill()
    publisher = make_publisher(mosquitto.url)
    publisher.send(*((f"tele/meter{n % 3}/SENSOR", payload(n)) for n in range(2_500)))
    mosquitto.stop()
    mosquitto.start()
    ingest.start()
    wait_until(lambda: len(counts(ingest.readings())) >= 2_500)
    ingest.stop()
    assert counts(ingest.readings()) == list(range(2_500))


def test_an_orderly_restart_of_the_broker_under_a_running_ingest(mosquitto, make_ingest, make_publisher):
    ingest = make_ingest(mosquitto.url).start()
    publisher = make_publisher(mosquitto.url)
    for part in range(3):
        publisher.send(*((f"tele/meter{n % 3}/SENSOR", payload(n)) for n in range(part * 400, part * 400 + 400)))
        mosquitto.stop()
        publisher.wait(lambda: not publisher.connection.connected)
        mosquitto.start()
        publisher.wait(lambda: publisher.connection.connected)
    wait_until(lambda: len(counts(ingest.readings())) >= 1_200)
    ingest.stop()
    assert counts(ingest.readings()) == list(range(1_200))


def test_a_broker_that_is_not_there_gives_one_line_until_it_comes(make_mosquitto, make_ingest, make_publisher):
    broker = make_mosquitto()
    ingest = make_ingest(broker.url).start(ready=False)
    wait_until(lambda: bool(ingest.lines()))
    time.sleep(2)
    (line,) = ingest.lines().splitlines()
    assert line == f"cannot reach {broker.url} (Connection refused): is the broker running? Trying again"
    broker.start()
    publisher = make_publisher(broker.url)
    publisher.wait(lambda: "listening" in ingest.lines())
    publisher.send(("tele/meter/SENSOR", payload(7)))
    publisher.wait(lambda: bool(ingest.readings()))
    assert counts(ingest.readings()) == [7]
    assert ingest.stop() == 0
    assert "Traceback" not in ingest.lines()


def test_a_store_that_is_locked_for_a_while_costs_nothing(ingest, publisher):
    publisher.send(("tele/meter/SENSOR", payload(0)))
    publisher.wait(lambda: bool(ingest.readings()))
    with closing(sqlite3.connect(ingest.data / "heatledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        publisher.send(*(("tele/meter/SENSOR", payload(n)) for n in range(1, 1_500)))
        time.sleep(0.5)
        assert other.execute("SELECT count(*) FROM reading").fetchone() == (1,)
        other.execute("ROLLBACK")
    publisher.wait(lambda: len(counts(ingest.readings())) >= 1_500)
    ingest.stop()
    assert counts(ingest.readings()) == list(range(1_500))


def test_ingest_ends_cleanly_says_so_and_leaves_the_rest_with_the_broker(ingest, publisher):
    publisher.listen("heatledger/ingest")
    publisher.send(*(("tele/meter/SENSOR", payload(n)) for n in range(500)))
    assert ingest.stop() == 0
    publisher.wait(lambda: publisher.hears(b'"online":false'))
    taken = counts(ingest.readings())
    assert taken == list(range(len(taken)))
    ingest.start()
    publisher.wait(lambda: len(counts(ingest.readings())) >= 500)
    assert ingest.stop() == 0
    assert counts(ingest.readings()) == list(range(500))
    assert "Traceback" not in ingest.lines()


def test_the_broker_says_so_when_ingest_is_killed(ingest, publisher):
    publisher.listen("heatledger/ingest")
    ingest.kill()
    publisher.wait(lambda: any(b'"online":false' in message.payload for message in publisher.received))
