"""What is published on a real broker in the formats of real devices is what the store holds."""

import json
import math

import pytest

from heatledger.quantities import QUANTITIES
from heatledger.readings import Flag

pytestmark = pytest.mark.server

FAMILIES = (
    *("tasmota", "shelly_gen1", "shelly_gen2", "zigbee2mqtt_plug", "zigbee2mqtt_trv"),
    *("faikin", "mitsubishi2mqtt", "weather"),
)
FREE = frozenset(  # what the corpus leaves free to be emitted besides
    (
        *("voltage", "current", "power_factor", "frequency", "valve_position", "heating_demand", "on_fraction"),
        *("solar_irradiance", "supply_temp", "air_flow", "defrost", "contact", "presence"),
    )
)
JUDGED = frozenset(QUANTITIES) - FREE
SAID = {"estimated": Flag.ESTIMATED, "assumed": Flag.ASSUMED, "uncertain": Flag.UNCERTAIN}


def settled(ingest, publisher):
    """Publish a last message and wait until ingest has stored it: then all that came before is stored too."""
    publisher.send(("tele/the-last/LWT", "Online"))
    publisher.wait(lambda: any(r.device == "the-last" for r in ingest.latest()))
    return [reading for reading in ingest.readings() if reading.device != "the-last"]


OURS = (
    (
        "tele/heater/SENSOR",
        '{"Time":"2026-01-05T10:00:00","ENERGY":{"Total":7.25,"Power":1480,"Voltage":231}}',
        {("tasmota", "heater", "", "energy", 7.25), ("tasmota", "heater", "", "power", 1480.0)},
    ),
    (
        "shellies/boiler/relay/0/energy",
        "120000",
        {("shelly_gen1", "boiler", "0", "energy", 2.0)},  # watt-minutes
    ),
    (
        "shellypm-out/status/switch:0",
        '{"id":0,"output":true,"apower":812.5,"aenergy":{"total":3500.0}}',
        {
            ("shelly_gen2", "shellypm-out", "0", "switch", "on"),
            ("shelly_gen2", "shellypm-out", "0", "power", 812.5),
            ("shelly_gen2", "shellypm-out", "0", "energy", 3.5),
        },
    ),
    (
        "zigbee2mqtt/desk lamp",
        '{"power":4.5,"energy":0.75,"state":"ON","linkquality":90}',
        {
            ("zigbee2mqtt", "desk lamp", "", "power", 4.5),
            ("zigbee2mqtt", "desk lamp", "", "energy", 0.75),
            ("zigbee2mqtt", "desk lamp", "", "switch", "on"),
        },
    ),
    (
        "state/Study",
        '{"online":true,"power":true,"mode":"heat","target":21.0,"temp":19.5,"consumption":430}',
        {
            ("faikin", "Study", "", "online", True),
            ("faikin", "Study", "", "mode", "heat"),
            ("faikin", "Study", "", "setpoint", 21.0),
            ("faikin", "Study", "", "temperature", 19.5),
            ("faikin", "Study", "", "power", 430.0),
        },
    ),
)


def test_messages_of_our_own_are_stored_in_canonical_units(ingest, publisher):
    publisher.send(*((topic, payload) for topic, payload, _ in OURS))
    stored = {(r.device, r.channel, r.quantity, r.value) for r in settled(ingest, publisher) if r.quantity in JUDGED}
    expected = {row[1:] for _, _, rows in OURS for row in rows}
    assert stored == expected


def test_the_same_message_twice_is_two_readings_at_two_times(ingest, publisher):
    publisher.send(*[("shellies/boiler/relay/0/power", "55.0")] * 2)
    times = [r.time_us for r in settled(ingest, publisher)]
    assert len(times) == len(set(times)) == 2


def test_a_retained_message_is_flagged(mosquitto, make_ingest, publisher):
    publisher.send(("shellies/boiler/relay/0/power", "900.0"), retain=True)
    ingest = make_ingest(mosquitto.url).start()
    publisher.send(("shellies/boiler/relay/0/power", "901.0"))
    flags = {r.value: r.flags for r in settled(ingest, publisher)}
    assert flags == {900.0: Flag.RETAINED, 901.0: Flag.NONE}


def test_the_prefix_of_a_home_is_stripped_and_other_topics_belong_to_none(mosquitto, make_ingest, publisher):
    ingest = make_ingest(mosquitto.url)
    homes = ingest.data / "config" / "homes"
    homes.mkdir(parents=True)
    for name in ("north", "south"):
        line = f'id = "{name}"\nname = "{name}"\ntimezone = "UTC"\ncurrency = "EUR"\ntopic_prefix = "site/{name}"\n'
        (homes / f"{name}.toml").write_text(line)
    ingest.start()
    publisher.send(
        ("elsewhere/tele/x/LWT", "Online"), ("site/north/tele/x/LWT", "Online"), ("site/south/tele/y/LWT", "Online")
    )
    publisher.wait(lambda: ingest.readings("north") and ingest.readings("south"))
    assert [r.device for r in ingest.readings("north")] == ["x"]
    assert [r.device for r in ingest.readings("south")] == ["y"]
    ingest.stop()
    assert ingest.topics()["elsewhere/tele/x/LWT"].outcome == "unknown"


@pytest.mark.reference
def test_the_corpus_of_the_seven_families_arrives_in_the_store_as_it_expects(ingest, publisher, shared):
    lines = [
        (family, number, line)
        for family in FAMILIES
        for number, line in enumerate(
            map(json.loads, (shared / f"mqtt/corpus/{family}.jsonl").read_text().splitlines()), 1
        )
        if "config" not in line
    ]
    assert len(lines) > 80
    wrong, seen = [], set()
    for family, number, line in lines:
        publisher.send((line["topic"], line["payload"]))
        publisher.send((f"tele/mark-{family}-{number}/LWT", "Online"))
    publisher.wait(lambda: any(r.device == f"mark-{family}-{number}" for r in ingest.latest()))
    ingest.stop()
    stored = sorted(ingest.readings(), key=lambda r: r.time_us)
    batches, batch = {}, []
    for reading in stored:
        if reading.device.startswith("mark-"):
            batches[reading.device] = batch
            batch = []
        else:
            batch.append(reading)
    for family, number, line in lines:
        got = [r for r in batches[f"mark-{family}-{number}"] if r.quantity in JUDGED]
        difference = compare(line["expect"], got)
        if difference:
            wrong.append(f"{family} {number} {line['topic']}: {difference}")
        seen.add(family)
    assert seen == set(FAMILIES)
    assert not wrong, "\n".join(wrong)


def compare(expected: list[dict], got: list) -> str:
    left = list(got)
    missing = []
    for want in (want for want in expected if want["quantity"] in JUDGED):
        match = next((reading for reading in left if answers(reading, want)), None)
        if match is None:
            missing.append({key: want[key] for key in ("device", "quantity", "value")})
        else:
            left.remove(match)
    surplus = [(r.device, r.channel, r.quantity, r.value) for r in left]
    return f"missing {missing}, surplus {surplus}" if missing or surplus else ""


def answers(reading, want: dict) -> bool:
    if (reading.device, reading.quantity, reading.unit) != (want["device"], want["quantity"], want["unit"]):
        return False
    if "channel" in want and reading.channel != want["channel"]:
        return False
    if reading.kind != want["kind"] or (want.get("reset", reading.reset) != reading.reset):
        return False
    if any(bool(reading.flags & flag) != bool(want.get(name)) for name, flag in SAID.items()):
        return False
    if isinstance(want["value"], bool | str):
        return reading.value == want["value"]
    return math.isclose(reading.value, want["value"], rel_tol=1e-6, abs_tol=1e-6)
