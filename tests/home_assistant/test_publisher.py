"""Entities on a real broker: there while wanted, current, sent again to who has just started, gone after."""

import json
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from heatledger.announcements import LiveDevice, device_topic
from heatledger.announcements import LiveValue as Said
from heatledger.home import Home
from heatledger.store.state import State
from ingest.discovery import Catalogue, learn
from reports.entities import AVAILABLE_TOPIC, Value
from reports.home_assistant import Publisher
from reports.values import Figures, Price, Told
from tests.conftest import Mosquitto
from tests.ingest.conftest import Publisher as Person
from tests.ingest.conftest import ingest, make_ingest, make_publisher, wait_until  # noqa: F401 - fixtures

HOME = msgspec.convert(
    {
        "id": "maple", "name": "Maple Street 14", "timezone": "America/Chicago", "currency": "USD",
        "zones": [{"id": "living", "name": "Living room"}, {"id": "bed", "name": "Bedroom"}],
        "meters": [
            {"id": "main", "role": "import", "points": ["main"]},
            {"id": "plug", "role": "circuit", "parent": "main", "zone": "living", "points": ["plug"]},
        ],
    },
    Home,
)  # fmt: skip
BILL = "heatledger/maple/entity/bill"


def told(home=HOME, *, bill=12.5, prefix="homeassistant"):
    now = datetime.now(UTC)
    price = Price(now - timedelta(days=1), now + timedelta(days=1), Decimal("0.20"), None, "")
    values = (Value(kind="bill", value=bill, last_reset="2026-10-03T00:00:00-05:00"),)
    return msgspec.json.encode(Told(prefix, "http://192.0.2.10:8050/", (Figures(home, values, (price,)),)))


def tell(path, body):
    with closing(State(path)) as state:
        state.published.tell(body)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.db"


@pytest.fixture
def make(mosquitto, path):
    made = []

    def make():
        made.append(Publisher(mosquitto.url, path))
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.stop()


@pytest.fixture
def broker(mosquitto, make_publisher):  # noqa: F811
    """Everything that is retained on the broker now, as somebody who comes finds it."""
    numbers = iter(range(10_000))

    def retained(*topics):
        listener: Person = make_publisher(mosquitto.url, f"visitor-{next(numbers)}")
        listener.listen(*(topics or ("homeassistant/#", "heatledger/#")))
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            listener.received += listener.connection.poll(0.05)
        listener.connection.close()
        return {message.topic: message.payload for message in listener.received if message.retain and message.payload}

    return retained


def value(broker, topic):
    body = broker(topic).get(topic)
    return None if body is None else json.loads(body)["value"]


@pytest.mark.server
def test_entities_are_described_current_and_available(path, make, broker, mosquitto, make_publisher):  # noqa: F811
    tell(path, told())
    make()
    wait_until(lambda: value(broker, BILL) == 12.5)
    found = broker()
    # 7 of the home and 3 each of 2 rooms
    assert len([topic for topic in found if topic.startswith("homeassistant/sensor/heatledger_maple/")]) == 13
    assert found[AVAILABLE_TOPIC] == b"online"
    tell(path, told(bill=13.25))
    wait_until(lambda: value(broker, BILL) == 13.25)
    ours = make_publisher(mosquitto.url, "ingest-like")
    point = Said("", "power", 800.0, "W", int(time.time() * 1e6), 0)
    body = msgspec.json.encode(LiveDevice("maple", "tasmota", "plug", (point,)))
    ours.send((device_topic("maple", "tasmota", "plug"), body), retain=True)
    wait_until(lambda: value(broker, "heatledger/maple/entity/living_power") == 800.0)
    assert value(broker, "heatledger/maple/entity/living_cost_now") == 0.16  # 0.8 kW × 0.20


@pytest.mark.server
def test_home_assistant_that_starts_is_told_everything_again(path, make, broker, mosquitto, make_publisher):  # noqa: F811
    tell(path, told())
    make()
    wait_until(lambda: value(broker, BILL) == 12.5)
    waiting = make_publisher(mosquitto.url, "home-assistant")
    waiting.listen("homeassistant/sensor/#", BILL)
    waiting.wait(lambda: sum(message.topic.endswith("/config") for message in waiting.received) >= 13)
    waiting.received.clear()
    waiting.send(("homeassistant/status", "online"))
    waiting.wait(lambda: {m.topic for m in waiting.received if not m.retain} >= {BILL})
    again = {message.topic for message in waiting.received if not message.retain}
    assert len([topic for topic in again if topic.endswith("/config")]) == 13


@pytest.mark.server
def test_a_room_that_is_removed_and_a_feature_that_is_turned_off_leave_nothing(path, make, broker):
    tell(path, told())
    first = make()
    wait_until(lambda: value(broker, BILL) == 12.5)
    first.stop()  # a room is removed while nobody runs
    smaller = msgspec.structs.replace(HOME, zones=HOME.zones[:1])
    tell(path, told(smaller))
    make()
    wait_until(lambda: not any("bed" in topic for topic in broker()))
    assert any("living" in topic for topic in broker())
    tell(path, None)
    wait_until(lambda: not broker())
    with closing(State(path)) as state:
        wait_until(lambda: not state.published.topics())


@pytest.mark.server
def test_another_prefix_moves_the_descriptions(path, make, broker):
    tell(path, told())
    make()
    wait_until(lambda: value(broker, BILL) == 12.5)
    tell(path, told(prefix="ha"))
    wait_until(lambda: not broker("homeassistant/#") and len(broker("ha/#")) == 13)


@pytest.mark.server
def test_who_vanishes_is_unavailable_and_one_of_two_is_not_missed(path, make, broker, mosquitto, make_publisher):  # noqa: F811
    tell(path, told())
    process = make()
    wait_until(lambda: broker(AVAILABLE_TOPIC) == {AVAILABLE_TOPIC: b"online"})
    watcher = make_publisher(mosquitto.url, "watcher")
    watcher.send((AVAILABLE_TOPIC, "offline"), retain=True)  # as the broker says for another that has vanished
    wait_until(lambda: broker(AVAILABLE_TOPIC) == {AVAILABLE_TOPIC: b"online"})
    process.stop()
    wait_until(lambda: broker(AVAILABLE_TOPIC) == {AVAILABLE_TOPIC: b"offline"})


@pytest.mark.server
def test_after_a_broker_that_forgot_everything_all_of_it_is_there_again(path, make, broker, mosquitto):
    tell(path, told())
    make()
    wait_until(lambda: value(broker, BILL) == 12.5)
    mosquitto.process.kill()
    mosquitto.process.wait()
    for file in mosquitto.config.parent.glob("*.db"):
        file.unlink()
    mosquitto.start()
    wait_until(lambda: value(broker, BILL) == 12.5)


@pytest.mark.server
def test_a_move_to_another_broker_leaves_nothing_on_the_one_before(path, make, broker, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    other = Mosquitto(folder).start()
    try:
        tell(path, told())
        publisher = make()
        wait_until(lambda: value(broker, BILL) == 12.5)
        publisher.move(other.url)
        wait_until(lambda: not broker())
        wait_until(lambda: b"heatledger-home-assistant" in other.log.read_bytes())
        publisher.stop()
    finally:
        other.stop()


@pytest.mark.server
def test_nothing_is_connected_to_while_nothing_is_told(path, make, mosquitto):
    make()
    time.sleep(1.2)
    assert "heatledger-home-assistant" not in mosquitto.log.read_text()


@pytest.mark.server
def test_ingest_does_not_read_our_own_entities_back(ingest, publisher_of, path, make, broker):  # noqa: F811
    """Described, stated, and sent once more by Home Assistant's own statestream: nothing of it becomes a reading."""
    tell(path, told())
    make()
    wait_until(lambda: value(broker, BILL) == 12.5)
    state = "homeassistant/sensor/heatledger_maple_living_power"
    renamed = "homeassistant/sensor/lounge_power"
    for place in (state, renamed):
        publisher_of.send(
            (f"{place}/attribution", '"heatledger"'),
            (f"{place}/unit_of_measurement", '"W"'),
            (f"{place}/device_class", '"power"'),
            (f"{place}/state_class", '"measurement"'),
            (f"{place}/state", "800"),
            retain=True,
        )
    publisher_of.send((f"{state}/state", "unavailable"), retain=True)
    # a sensor of another's, by the same way, is read: the guard hides ours alone
    other = "homeassistant/sensor/kettle_power"
    publisher_of.send(
        (f"{other}/unit_of_measurement", '"W"'),
        (f"{other}/device_class", '"power"'),
        (f"{other}/state", "2000"),
        retain=True,
    )
    wait_until(lambda: any(row.device == "sensor.kettle_power" for row in ingest.readings()))
    devices = {row.device for row in ingest.readings() if row.quantity != "online"}
    assert devices == {"sensor.kettle_power"}
    assert not any("eatledger" in row.device or "Maple" in row.device for row in ingest.readings())


@pytest.fixture
def publisher_of(mosquitto, make_publisher):  # noqa: F811
    return make_publisher(mosquitto.url, "home-assistant")


def test_a_catalogue_that_hears_our_descriptions_learns_nothing():
    from reports.entities import messages

    catalogue = Catalogue()
    configs, _ = messages("homeassistant", [(HOME, ())], page="http://192.0.2.10/")
    for topic, body in configs.items():
        catalogue = learn(catalogue, topic, body)
    assert catalogue.topics == {}
    assert catalogue.size == 0
