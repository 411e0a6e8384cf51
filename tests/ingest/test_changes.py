"""Files of configuration change while ingest runs: it acts by them, refuses what is broken, and loses nothing."""

import subprocess

import pytest

from heatledger.store import open_store
from tests.conftest import Mosquitto
from tests.ingest.conftest import Publisher, wait_until

pytestmark = pytest.mark.server

GAUGE = """
family = "cellar"
name = "A gauge of our own make"
about = "https://example.org/gauge"
devices = ["one"]

[[rules]]
topics = ["cellar/{device}/say"]
device = "{device}"
emit = [{ quantity = "power", path = "w", unit = "W" }]
"""


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(f".{path.name}").write_text(text, encoding="utf-8")
        path.with_name(f".{path.name}").replace(path)

    return write


@pytest.fixture
def make_broker(tmp_path, socket_enabled):
    """Make a second broker in a folder of its own."""
    made = []

    def make(name, **options):
        folder = tmp_path / name
        folder.mkdir()
        made.append(Mosquitto(folder, **options).start())
        return made[-1]

    yield make
    for broker in made:
        broker.stop()


def times(ingest, words):
    return ingest.lines().count(words)


def tell(publisher, numbers, topic="tele/meter/SENSOR"):
    publisher.send(*((topic, f'{{"ENERGY":{{"Total":{number}}}}}') for number in numbers))


def watts(ingest, device):
    return {reading.value for reading in ingest.readings() if reading.device == device}


def totals(ingest):
    return sorted(reading.value for reading in ingest.readings() if reading.quantity == "energy")


def test_files_that_change_are_acted_by_and_nothing_is_lost(mosquitto, make_ingest, publisher, write, tmp_path):
    ingest = make_ingest(mosquitto.url).start()
    a_device_file_makes_readings_of_the_next_message(ingest, publisher, write)
    what_was_learned_of_topics_is_known_afterwards(ingest, publisher, write)
    a_broken_file_is_refused_in_one_line(ingest, publisher, write)
    fewer_topics_are_listened_to(ingest, publisher, write)
    another_store_is_gone_to(ingest, publisher, write, tmp_path)
    assert "Traceback" not in ingest.lines()
    assert ingest.stop() == 0


def a_device_file_makes_readings_of_the_next_message(ingest, publisher, write):
    publisher.send(("cellar/pump/say", '{"w": 40}'), retain=True)
    about = '"dev":{"name":"Attic","ids":"a"},"uniq_id":"a1"'
    said = f'{{"name":"Power","stat_t":"attic/w","unit_of_meas":"W","dev_cla":"power",{about}}}'
    publisher.send(("homeassistant/sensor/attic/config", said))  # not retained: it is heard this once only
    tell(publisher, range(100))
    wait_until(lambda: "cellar/pump/say" in ingest.topics())
    write("config/devices/cellar.toml", GAUGE)
    tell(publisher, range(100, 300))  # heard before, while and after it is taken in
    wait_until(lambda: times(ingest, "the changed configuration is taken in") == 1)
    publisher.send(("cellar/pump/say", '{"w": 41}'))
    wait_until(lambda: len(totals(ingest)) == 300 and 41.0 in watts(ingest, "pump"))
    assert totals(ingest) == list(range(300))
    assert watts(ingest, "pump") == {40.0, 41.0}  # the first was retained: it is read anew


def what_was_learned_of_topics_is_known_afterwards(ingest, publisher, write):
    write("config/homes/home.toml", 'id = "home"\nname = "Home"\ntimezone = "UTC"\ncurrency = "EUR"\n')
    wait_until(lambda: times(ingest, "taken in") == 2)
    publisher.send(("attic/w", "2"))
    wait_until(lambda: 2.0 in watts(ingest, "Attic"))


def a_broken_file_is_refused_in_one_line(ingest, publisher, write):
    write("config/devices/cellar.toml", GAUGE.replace("power", "pwoer"))
    wait_until(lambda: times(ingest, "refused") == 1)
    (line,) = [line for line in ingest.lines().splitlines() if "refused" in line]
    assert "devices/cellar.toml: " in line
    assert "did you mean 'power'?" in line
    publisher.send(("cellar/pump/say", '{"w": 42}'))
    wait_until(lambda: 42.0 in watts(ingest, "pump"))
    write("config/devices/cellar.toml", GAUGE)
    wait_until(lambda: times(ingest, "again what it was before") == 1)


def fewer_topics_are_listened_to(ingest, publisher, write):
    write("config/settings.toml", '[mqtt]\ntopics = ["tele/meter/#"]\n')
    wait_until(lambda: times(ingest, "taken in") == 3)
    publisher.send(("cellar/pump/say", '{"w": 43}'))
    tell(publisher, [300])
    wait_until(lambda: 300 in totals(ingest))
    assert 43.0 not in watts(ingest, "pump")


def another_store_is_gone_to(ingest, publisher, write, tmp_path):
    write("config/settings.toml", '[store]\nurl = "postgres://nowhere"\n')
    wait_until(lambda: times(ingest, "refused") == 2)
    write("config/settings.toml", f'[store]\nurl = "sqlite:///{tmp_path}/other.db"\n')
    wait_until(lambda: times(ingest, "taken in") == 4)
    tell(publisher, range(301, 350))
    other = open_store(f"sqlite:///{tmp_path}/other.db")
    wait_until(lambda: 349.0 in {row.value for row in other.readings("home")})
    values = {row.value for row in other.readings("home", device="meter")}
    other.close()
    assert values == set(range(301, 350))
    assert totals(ingest) == list(range(301))


def test_another_broker_is_gone_to_and_nothing_is_lost_on_the_way(
    mosquitto, make_ingest, make_broker, publisher, write
):
    """There, and back again: what the first broker was given meanwhile waits there in the session that was left."""
    second = make_broker("second")
    write("config/settings.toml", f'[mqtt]\nurl = "{mosquitto.url}"\n')
    ingest = make_ingest("").start()
    publisher.listen("heatledger/ingest")
    tell(publisher, range(200))
    write("config/settings.toml", f'[mqtt]\nurl = "{second.url}"\n')
    tell(publisher, range(200, 400))
    wait_until(lambda: times(ingest, f"listening on {second.url}") == 1)
    publisher.wait(lambda: publisher.hears(b'"online":false'))
    other = Publisher(second.url, "other")
    tell(other, range(400, 500))
    tell(publisher, range(500, 600))
    wait_until(lambda: 499 in totals(ingest))
    write("config/settings.toml", f'[mqtt]\nurl = "{mosquitto.url}"\n')
    wait_until(lambda: len(totals(ingest)) == 600)
    write("config/settings.toml", '[mqtt]\nurl = "tcp://elsewhere"\n')
    wait_until(lambda: times(ingest, "refused") == 1)
    assert "mqtt.url: broker URL 'tcp://elsewhere': write it as mqtt://user:secret@host:1883" in ingest.lines()
    tell(publisher, [600])
    wait_until(lambda: 600 in totals(ingest))
    other.connection.close()
    assert ingest.stop() == 0
    assert totals(ingest) == list(range(601))


def test_a_password_is_taken_in_from_its_file(make_ingest, make_broker, write, tmp_path):
    listed = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(listed), "ann", "four words: in/a row"], check=True)
    listed.chmod(0o644)
    guarded = make_broker("guarded", extra=f"allow_anonymous false\npassword_file {listed}\n")
    write("config/settings.toml", f'[mqtt]\nurl = "mqtt://ann@127.0.0.1:{guarded.port}"\n')
    write("secrets/mqtt_password", "something else")
    ingest = make_ingest("").start(ready=False)
    wait_until(lambda: "does not let user 'ann' in" in ingest.lines())
    write("secrets/mqtt_password", "four words: in/a row\n")
    wait_until(lambda: f"listening on {guarded.url}" in ingest.lines())
    assert "four words" not in ingest.lines()
