"""The shipped mosquitto.conf holds for an absent ingest what the defaults would have dropped."""

from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[2] / "docker" / "mosquitto.conf"
DOORS = ("listener", "allow_anonymous", "password_file", "include_dir")
"""Who may come in, and where: what a test on this machine does its own way."""


def settings() -> dict[str, str]:
    lines = (line.split("#")[0].split(None, 1) for line in SHIPPED.read_text(encoding="utf-8").splitlines())
    return {words[0]: words[1].strip() for words in lines if len(words) == 2}


def test_nobody_comes_in_without_a_password_and_none_ships():
    assert (settings()["allow_anonymous"], settings()["password_file"]) == ("false", "/secrets/passwords")
    assert [path for path in SHIPPED.parent.rglob("*") if "password" in path.name] == []


@pytest.mark.server
def test_a_burst_for_an_absent_ingest_waits_at_any_quality_of_service(make_mosquitto, make_ingest, make_publisher):
    broker = make_mosquitto()
    kept = [line for line in SHIPPED.read_text(encoding="utf-8").splitlines() if not line.startswith(DOORS)]
    own = [line for line in broker.config.read_text().splitlines() if line.startswith(("user", "listener", "allow"))]
    text = "\n".join([*own, *kept]).replace("/mosquitto/data/", f"{broker.config.parent}/")
    broker.config.write_text(text)
    broker.start()
    ingest = make_ingest(broker.url).start()
    ingest.kill()
    publisher = make_publisher(broker.url)
    for number in range(4_000):
        publisher.connection.publish(f"tele/m{number % 5}/SENSOR", f'{{"ENERGY":{{"Power":{number}}}}}', number % 2)
        publisher.connection.poll(0)
    publisher.flush()
    ingest.start()
    publisher.wait(lambda: len(ingest.readings()) >= 4_000)
    ingest.stop()
    assert sorted(reading.value for reading in ingest.readings()) == list(range(4_000))
